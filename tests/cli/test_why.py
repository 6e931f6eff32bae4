"""`signoff why`."""

from pathlib import Path

from tests.cli.shops import at
from tests.cli.terminal import Said


def flat(said: Said) -> str:
    """Give an answer with its line ends and columns laid together."""
    return " ".join(said.out.split())


def test_the_latest_decision_is_explained(tmp_path: Path) -> None:
    terminal = at("signed", tmp_path)

    said = terminal.did("why", "mug")

    lines = said.out.splitlines()
    assert "mug  A mug with a lid" == lines[0]
    assert lines[1].startswith("SIGNED_OFF on batch B2 by Anna Approver, 2026-03-1")
    assert lines[2].startswith("DECIDED BEFORE: HELD on batch B1 by the registered bar, 2026-03-0")
    assert [] != [line for line in lines[3:6] if line.startswith("It was held for ")]
    assert "It does not show that the design is right" in flat(said)
    assert "LID-SEAT 2/7 0/7" in flat(said)
    assert "7 conforming units went to 08.20.01." in said.out


def test_an_earlier_decision_is_explained_by_its_batch(tmp_path: Path) -> None:
    terminal = at("signed", tmp_path)

    data = terminal.asked("why", "mug", "--batch", "B1")
    said = terminal.did("why", "mug", "--batch", "B1")

    assert ("B1", "HELD", True, "SIGNED_OFF") == (
        data["batch"],
        data["outcome"],
        data["decision"]["automatic"],
        data["standing"],
    )
    assert "HELD on batch B1 by the registered bar" in said.out
    assert "The process is SIGNED_OFF" in said.out
    assert "It does not show" not in said.out


def test_an_open_batch_is_the_question_once_it_is_opened(tmp_path: Path) -> None:
    terminal = at("answered", tmp_path)
    terminal.did("open", "mug", "--batch", "B2", by="egon")

    data = terminal.asked("why", "mug")

    assert ("B2", "NOT_DECIDED", None) == (data["batch"], data["outcome"], data["decision"])


def test_a_process_without_a_batch_has_no_evidence(tmp_path: Path) -> None:
    """S-17."""
    data = at("ready", tmp_path).asked("why", "mug")

    assert ("NOT_DECIDED", None) == (data["outcome"], data["batch"])
    assert "no batch has been built; there is no evidence" in {r["says"] for r in data["rules"]}


def test_every_rule_points_at_the_events_that_settle_it(tmp_path: Path) -> None:
    terminal = at("held", tmp_path)
    lines = terminal.lines()

    rules = {rule["rule"]: rule for rule in terminal.asked("why", "mug")["rules"]}

    positions = rules["rejects-within-ac"]["events"]
    assert 2 == len(positions)
    assert b'"serial":"B1-1"' in lines[positions[0] - 1]
    assert b'"serial":"B1-2"' in lines[positions[1] - 1]
    assert f"[#{positions[0]} #{positions[1]}]" in flat(terminal.did("why", "mug"))


def test_every_bar_is_listed_and_a_loosening_is_marked(tmp_path: Path) -> None:
    """G6."""
    terminal = at("ready", tmp_path)
    terminal.did("bar", "supersede", "looser.toml", "--reason", "the buyer agreed", by="anna")

    bars = terminal.asked("why", "mug")["bars"]

    assert [(1, 1, [], None), (2, 2, ["max_rejects"], "the buyer agreed")] == [
        (bar["number"], bar["max_rejects"], bar["loosened"], bar["reason"]) for bar in bars
    ]


def test_what_happened_beside_the_decision_is_reported(tmp_path: Path) -> None:
    """G13, S-53."""
    terminal = at("clear", tmp_path)
    terminal.did("dissent", "mug", "I would have ordered", by="bela")
    terminal.refused("SL302", "order", "commit", "mug", "50", "--reference", "PO", by="bela")

    context = [event["type"] for event in terminal.asked("why", "mug")["context"]]

    assert [
        "signoff.process-change-applied.v1",
        "signoff.remark-recorded.v1",
        "signoff.command-refused.v1",
    ] == context
