"""Whatever a user can meet is documented: commands, events, codes, rules, roles, files."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from signoff_cli.commands.help import ALIASES, TOPICS
from signoff_cli.main import root
from signoff_ledger.domain.bar import Bar
from signoff_ledger.domain.case import Case
from signoff_ledger.domain.characteristic import Characteristic
from signoff_ledger.domain.events.catalogue import EVENT_TYPES
from signoff_ledger.domain.gate import order_rules
from signoff_ledger.domain.gate.rule_sets import RULE_SETS, judge
from signoff_ledger.domain.plan import DesignApproval, Mode, ProcessIdentity, Provenance
from signoff_ledger.domain.process import Process
from signoff_ledger.domain.tally import EXCLUSIONS
from signoff_ledger.domain.values import Role
from signoff_ledger.errors import CODES, SignoffError
from signoff_ledger.formats.columns import COLUMNS
from signoff_ledger.formats.plan_toml import OF_THE_PLAN, plan_template
from tests.docs.markdown import DOCS, blocks, headings, pages
from tests.tree import CLI, LEDGER, ROOT, python_files, relative

REFERENCE = DOCS / "reference"
DECISIONS = sorted((DOCS / "decisions").glob("[0-9]*.md"))


def reference(name: str) -> str:
    """Read a page of the reference."""
    return (REFERENCE / f"{name}.md").read_text("utf-8")


def every_command() -> Iterator[str]:
    """Name every command that can be given, subcommands by both words."""
    context = click.Context(root)
    for name in root.table:
        command = root.get_command(context, name)
        if isinstance(command, click.Group):
            yield from (f"{name} {sub}" for sub in command.commands)
        else:
            yield name


def test_every_command_has_a_section_in_the_reference() -> None:
    assert {f"signoff {name}" for name in every_command()} <= set(headings(REFERENCE / "cli.md"))


def test_every_command_is_shown_at_work_on_some_page() -> None:
    """A console block is run, so what it shows is true."""
    typed = [
        line
        for page in pages()
        for block in blocks(page)
        if block.language == "console"
        for line in block.text.splitlines()
        if line.startswith("$ ")
    ]
    shown = {
        name
        for name in every_command()
        for line in typed
        if re.search(rf"signoff (--?[a-z]+ \S+ )*{name}\b", line)
    }

    assert {"completion"} >= set(every_command()) - shown


def test_every_event_has_a_section_and_a_schema() -> None:
    schemas = {path.stem for path in (REFERENCE / "events").glob("*.json")}

    assert set(EVENT_TYPES) <= set(headings(REFERENCE / "events.md"))
    assert set(EVENT_TYPES) == schemas


@pytest.mark.parametrize("code", CODES)
def test_every_error_code_has_a_meaning_and_advice(code: str) -> None:
    row = re.search(rf"^\| {code} \| (.+) \| (.+) \|$", reference("errors"), re.MULTILINE)

    assert row is not None
    assert CODES[code] == row[1]


def test_every_rule_and_every_exclusion_is_described() -> None:
    names = {
        finding.rule
        for version in RULE_SETS
        for finding in judge(Case(Process("any"), {}, None), version).findings
    }
    page = reference("rules")

    assert names <= set(headings(REFERENCE / "rules.md"))
    assert [] == [code for code in EXCLUSIONS if f"`{code}`" not in page]


def test_every_rule_of_the_order_gate_is_described() -> None:
    """They are made in the code as pairs, so the code is searched for them."""
    source = (LEDGER / "domain" / "gate" / "order_rules.py").read_text("utf-8")
    body = source.partition("def order_blockers")[2].partition("\n    def ")[0]
    rules = set(re.findall(r'\("([a-z-]+)", ', body))
    rules |= {getattr(order_rules, name) for name in re.findall(r"\(([A-Z_]+), ", body)}

    assert 5 == len(rules)
    assert [] == [rule for rule in rules if f"`{rule}`" not in reference("rules")]


def test_every_role_is_described() -> None:
    page = reference("roles")

    assert [] == [role for role in Role if f"**{role}**" not in page]


def test_every_exit_code_is_described() -> None:
    codes = {kind.exit_code for kind in SignoffError.__subclasses__()} | {0, 1, 130}
    page = reference("exit-codes")

    assert [] == [code for code in sorted(codes) if f"\n| {code} |" not in page]


def test_every_variable_is_described() -> None:
    """Those that the code or its help names, whatever they are for."""
    pattern = re.compile(r"\b(SIGNOFF_[A-Z_]*[A-Z]|NO_COLOR|FORCE_COLOR|PAGER|TERM|COLUMNS)\b")
    sources = [*python_files(CLI, LEDGER), *sorted((CLI / "topics").glob("*.txt"))]
    named = {name for path in sources for name in pattern.findall(path.read_text("utf-8"))}
    page = reference("environment")

    assert "SIGNOFF_LEDGER" in named
    assert [] == [name for name in sorted(named) if f"`{name}" not in page]


def test_every_field_of_a_plan_file_is_described() -> None:
    page = reference("file-formats")
    fields = {
        *Characteristic.model_fields,
        *Mode.model_fields,
        *ProcessIdentity.model_fields,
        *DesignApproval.model_fields,
        *Provenance.model_fields,
        *OF_THE_PLAN,
        *(name.removesuffix("_s") for name in Bar.model_fields),
    } - {"modes", "characteristics"}

    assert [] == [name for name in sorted(fields) if f"`{name}`" not in page]


def test_the_template_of_a_plan_file_is_complete() -> None:
    """What the page describes is what `signoff new` prints, commented fields included."""
    template = tomllib.loads(plan_template())

    assert {"format", "process", "characteristic", "mode", "bar"} == set(template)


def test_every_column_of_a_sheet_is_described() -> None:
    page = reference("file-formats")
    names = {name for column in COLUMNS for name in (column.name, column.alias) if name}

    assert [] == [name for name in sorted(names) if f"`{name}`" not in page]


def test_every_other_name_and_every_topic_is_named() -> None:
    other_names = (DOCS / "explanation" / "other-names.md").read_text("utf-8")
    everything = "\n".join(page.read_text("utf-8") for page in pages())

    assert [] == [name for name in ALIASES if name not in other_names]
    assert [] == [topic for topic in TOPICS if f"signoff help {topic}" not in everything]


@pytest.mark.parametrize("page", DECISIONS, ids=relative)
def test_a_decision_record_has_its_four_parts(page: Path) -> None:
    assert ["Status", "Context", "Decision", "Consequences"] == headings(page)[1:5]


def test_decision_records_are_numbered_without_gaps() -> None:
    numbers = [int(page.name[:4]) for page in DECISIONS]

    assert list(range(1, len(numbers) + 1)) == numbers
    assert [] == [
        relative(page)
        for page in DECISIONS
        if not headings(page)[0].startswith(f"{page.name[:4]} ")
    ]


def test_the_map_of_the_layers_names_every_room() -> None:
    page = (DOCS / "internals" / "layers.md").read_text("utf-8")
    rooms = {path.parent for path in python_files(LEDGER, CLI)}

    assert [] == [relative(room) for room in sorted(rooms) if f"`{relative(room)}/`" not in page]


def test_files_that_pages_name_in_the_source_exist() -> None:
    """A map to rooms that have been moved is worse than none."""
    pattern = re.compile(r"`((?:ledger|cli|tests|docs)/[\w./-]+)`")
    named = {
        (relative(page), name)
        for page in pages()
        for name in pattern.findall(page.read_text("utf-8"))
    }

    assert named
    assert [] == sorted(pair for pair in named if not (ROOT / pair[1]).exists())
