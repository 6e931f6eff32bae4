"""What `signoff verify` answers: each check by name, as its schema says, and no escape."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.attacks.forging import Forgery
from tests.attacks.story import LedgerStory
from tests.cli.terminal import Terminal
from tests.cli.test_schemas import check, check_row

if TYPE_CHECKING:
    from collections.abc import Callable

WHOLE = ["lines", "clock", "reviewed", "files", "seal", "history", "signatures", "unsigned"]
MEANT = ["commands", "decisions"]
ESCAPES = "\x1b[2J\x1b]0;owned\x07\u202e"


def terminal_at(full: LedgerStory, folder: Path) -> Terminal:
    """Stand in a folder, with the story's ledger at hand."""
    return Terminal(folder, variables={"SIGNOFF_LEDGER": str(full.ledger)})


@pytest.mark.parametrize("kind", ["ledger", "log", "dossier"])
def test_an_answer_lists_each_check_as_the_schema_says(
    full: LedgerStory, tmp_path: Path, kind: str
) -> None:
    folder = {"ledger": (), "log": (str(full.log),), "dossier": (str(full.dossier(full.held)),)}
    terminal = terminal_at(full, tmp_path)

    answer = terminal.did("verify", *folder[kind], "--json").answer
    rows = terminal.did("verify", *folder[kind], "--format", "jsonl").rows

    check(answer)
    for row in rows:
        check_row(row)
    assert answer["data"]["verified"] is True
    assert answer["data"]["position"] is None
    names = [one["name"] for one in answer["data"]["checks"]]
    assert names == [row["name"] for row in rows]
    expected = {
        "ledger": [*(name.replace("files", "tree") for name in WHOLE), *MEANT, "views"],
        "log": [*WHOLE, *MEANT, "readme"],
        "dossier": ["lines", "seal", "clock", "in the log", "decision", "reviewed", "signature",
                    "history", "decisions", "afterwards", "readme"],
    }  # fmt: skip
    assert expected[kind] == names


def test_with_a_policy_and_an_older_checkpoint_more_is_listed(
    full: LedgerStory, tmp_path: Path
) -> None:
    (tmp_path / "policy").write_bytes(full.policy())
    terminal = terminal_at(full, tmp_path)
    since = str(min((full.log / "checkpoints").iterdir(), key=lambda path: int(path.name)))

    answer = terminal.did("verify", "--policy", "policy", "--since", since, "--json").answer

    check(answer)
    states = {one["name"]: one["state"] for one in answer["data"]["checks"]}
    assert {
        "growth": "proved",
        "log key": "proved",
        "witnesses": "proved",
    }.items() <= states.items()
    assert "not proved" == states["unwitnessed"]


def test_behind_an_older_checkpoint_history_is_not_proved(
    full: LedgerStory, tmp_path: Path
) -> None:
    since = min((full.log / "checkpoints").iterdir(), key=lambda path: int(path.name))
    answer = terminal_at(full, tmp_path).did("verify", "--since", str(since), "--json").answer

    check(answer)
    found = {one["name"]: one for one in answer["data"]["checks"]}
    assert "proved" == found["growth"]["state"]
    assert "not proved" == found["history"]["state"]
    assert f"the last {len(full.lines) - int(since.name)} events" in found["history"]["says"]


def test_a_failure_is_the_last_check_and_names_the_position(
    full: LedgerStory, tmp_path: Path
) -> None:
    forgery = Forgery(full, tmp_path / "log")
    at = forgery.find("unit-inspected")
    forgery.replace(at, b'"gap":25', b'"gap": 25')
    forgery.write()

    said = Terminal(tmp_path)("verify", "log", "--json")

    assert 5 == said.code
    check(said.answer)
    data = said.answer["data"]
    assert (False, at) == (data["verified"], data["position"])
    assert ("SL503", "FAILED") == (data["checks"][-1]["name"], data["checks"][-1]["state"])
    assert data["checks"][-1]["says"].startswith(f"position {at}: ")


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv"])
def test_nothing_that_a_terminal_obeys_is_printed(
    full: LedgerStory, tmp_path: Path, form: str
) -> None:
    """Whatever somebody wrote into an export."""
    attacks: list[Callable[[Forgery], object]] = [
        lambda f: f.edit(3, lambda x: x["data"].update(role=ESCAPES)),
        lambda f: f.edit(f.find("person-enrolled"), lambda x: x["data"].update(person=ESCAPES)),
        lambda f: f.edit(f.find("process-signed-off"), lambda x: x.update(by=ESCAPES)),
        lambda f: f.edit(f.find("process-signed-off"), lambda x: x.update(type=ESCAPES)),
        lambda f: f.edit(f.find("process-signed-off"), lambda x: x.update(cmd=ESCAPES)),
        lambda f: f.edit(f.find("process-defined"), lambda x: x["data"].update(process=ESCAPES)),
        lambda f: f.files.update({"checkpoint": f"{ESCAPES}\n1\n\n— {ESCAPES} a\n".encode()}),
        lambda f: f.lines.insert(3, f'{{"v":"{ESCAPES}"}}'.encode()),
    ]
    for number, attack in enumerate(attacks):
        forgery = Forgery(full, tmp_path / f"log-{number}")
        attack(forgery)
        forgery.write()

        said = Terminal(tmp_path)("verify", f"log-{number}", "--format", form)

        assert 5 == said.code
        assert not {"\x1b", "\x07", "\u202e"} & {*said.out, *said.err}
