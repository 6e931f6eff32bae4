"""Writes the pages that follow from the code: commands, events, errors, rules, the transcript.

    python docs/generate.py            write them
    python docs/generate.py --check    compare them; name the stale ones and exit 1

Everything is made by running the product on a story with a clock of its own, or by reading its
docstrings, so the same code gives the same bytes on every machine.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from signoff_ledger.domain.events.catalogue import events_of
from signoff_ledger.queries.json_schema import questions
from signoff_ledger.queries.json_schema import schema_of as schema_of_answer

# The modules of pages, and the tables of the tests, are found only from here on: hence E402.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from docs.generator.answers import answers_page
from docs.generator.attacks import attacks_page
from docs.generator.columns import columns_table
from docs.generator.commands import (
    cli_page,
    roles_table,
    signed_table,
    unsigned_commands_table,
    unsigned_table,
)
from docs.generator.errors import errors_page
from docs.generator.events import STREAMS, events_page, schema_of
from docs.generator.markdown import REFERENCE, ROOT
from docs.generator.rules import rules_page
from docs.generator.story import play, steady_environment, transcript

if TYPE_CHECKING:
    from collections.abc import Mapping


def between(page: Path, name: str, text: str) -> str:
    """Put a text between a page's markers and give the whole page.

    Raises:
        ValueError: The page lacks the markers.
    """
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    before, found, rest = page.read_text("utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"{page.relative_to(ROOT)} has no markers for {name}")
    return f"{before}{begin}{text}{end}{after}"


def generated() -> dict[Path, str]:
    """Make every generated file."""
    with steady_environment():
        story = play()
        made = {
            REFERENCE / "cli.md": cli_page(),
            REFERENCE / "events.md": events_page(story),
            REFERENCE / "errors.md": errors_page(),
            REFERENCE / "rules.md": rules_page(story),
            REFERENCE / "attacks.md": attacks_page(),
            REFERENCE / "answers.md": answers_page(),
        }
        for _, _, module in STREAMS:
            for event in events_of(module):
                made[REFERENCE / "events" / f"{event.TOPIC}.json"] = schema_of(event)
        for module in questions():
            path = REFERENCE / "schemas" / f"{module.SCHEMA.replace('/', '.')}.json"
            made[path] = json.dumps(schema_of_answer(module), indent=2, ensure_ascii=False) + "\n"
        readme, roles = ROOT / "README.md", REFERENCE / "roles.md"
        made[readme] = between(readme, "demo", f"```text\n{transcript()}```\n")
        acts = REFERENCE / "signed-acts.md"
        tables = (signed_table(), unsigned_commands_table(), unsigned_table())
        made[acts] = between(acts, "acts", "\n" + "\n\n".join(tables) + "\n\n")
        sheets = REFERENCE / "file-formats.md"
        made[sheets] = between(sheets, "columns", f"\n{columns_table()}\n\n")
        made[roles] = between(roles, "roles", f"\n{roles_table()}\n\n")
    return made


def stale(made: Mapping[Path, str]) -> list[Path]:
    """Name files that differ from what they should be, and schemas of events that are gone."""
    differing = [
        path for path, text in made.items() if not path.is_file() or path.read_text("utf-8") != text
    ]
    return differing + [
        path for path in sorted((REFERENCE / "events").glob("*.json")) if path not in made
    ]


def main(arguments: list[str]) -> int:
    """Write the generated files, or compare them."""
    if arguments not in ([], ["--check"]):
        print("usage: python docs/generate.py [--check]", file=sys.stderr)
        return 2
    made = generated()
    names = stale(made)
    if arguments:
        for path in names:
            print(f"{path.relative_to(ROOT)} is stale; run: python3 dev.py docs")
        return 1 if names else 0
    for path in names:
        if path in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(made[path], "utf-8", newline="\n")
            print(f"wrote {path.relative_to(ROOT)}")
        else:
            path.unlink()
            print(f"removed {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
