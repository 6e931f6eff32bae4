"""`signoff replay`."""

from datetime import datetime
from pathlib import Path

import pytest

from tests.cli.shops import at
from tests.cli.terminal import Terminal, needs_a_screen
from tests.ledgers import rewrite


def test_every_decision_comes_out_the_same(tmp_path: Path) -> None:
    terminal = at("signed", tmp_path)

    data = terminal.asked("replay", "mug")
    said = terminal.did("replay", "mug")

    assert [("HELD", "B1", True, True), ("SIGNED_OFF", "B2", False, True)] == [
        (d["outcome"], d["batch"], d["automatic"], d["same"]) for d in data["decisions"]
    ]
    assert all(decision["recorded"] == decision["replayed"] for decision in data["decisions"])
    assert [["same", "none"]] * 2 == [line.split()[-2:] for line in said.out.splitlines()[1:]]


def test_a_process_without_a_decision_has_none_to_replay(tmp_path: Path) -> None:
    said = at("open", tmp_path).did("replay")

    assert "No decision has been taken on mug.\n" == said.out


def test_a_verdict_that_was_written_over_comes_out_different(tmp_path: Path) -> None:
    """S-26: a record that the events do not bear is found out, even with its hash set right."""
    terminal = at("held", tmp_path)
    position = next(n for n, line in enumerate(terminal.lines(), 1) if b"process-held" in line)
    line = terminal.lines()[position - 1]
    forged = line.replace(b'"nonconformities":2', b'"nonconformities":1')
    assert line != forged
    rewrite(terminal.ledger, position, forged)

    said = terminal("replay", "mug", "--json")

    assert 5 == said.code
    assert [False] == [decision["same"] for decision in said.data["decisions"]]
    assert "DIFFERENT" in terminal("replay", "mug").out


def test_a_state_is_rebuilt_as_of_a_position(tmp_path: Path) -> None:
    terminal = at("signed", tmp_path)
    held = next(n for n, line in enumerate(terminal.lines(), 1) if b"process-held" in line)

    before = terminal.asked("replay", "mug", "--until", str(held - 1))
    after = terminal.asked("replay", "mug", "--until", str(held))

    assert (held - 1, [], "NOT_DECIDED") == (
        before["until"],
        before["decisions"],
        before["state"]["standing"],
    )
    assert ("HELD", 1) == (after["state"]["standing"], len(after["decisions"]))
    assert f"As of position {held}:\nmug  A mug with a lid\nHELD on batch B1" in (
        terminal.did("replay", "mug", "--until", str(held)).out
    )


def test_a_state_is_rebuilt_as_of_a_date_or_a_time(tmp_path: Path) -> None:
    terminal = at("signed", tmp_path)
    times = [datetime.fromisoformat(row["recorded_at"]) for row in terminal.asked("history")]
    day = times[-1].date().isoformat()

    of_day = terminal.asked("replay", "mug", "--until", day)
    of_moment = terminal.asked("replay", "mug", "--until", times[-5].isoformat())

    assert len(times) == of_day["until"]
    assert len(times) - 4 == of_moment["until"]


@pytest.mark.parametrize(
    ("until", "code"),
    [
        ("0", "SL206"),
        ("1000", "SL206"),
        ("2025-12-31", "SL206"),
        ("soon", "SL108"),
        ("2026-03-09T12:00:00", "SL108"),
        ("9" * 5_000, "SL108"),
        ("-1", "SL108"),
    ],
    ids=lambda value: value[:20],
)
def test_a_point_in_time_must_be_one(tmp_path: Path, until: str, code: str) -> None:
    at("signed", tmp_path).refused(code, "replay", "mug", f"--until={until}")


def test_a_process_is_not_there_before_it_was_defined(tmp_path: Path) -> None:
    at("signed", tmp_path).refused("SL201", "replay", "mug", "--until", "3")


def test_walking_needs_somebody_to_walk(tmp_path: Path) -> None:
    error = at("signed", tmp_path).refused("SL107", "replay", "mug", "--step")

    assert (
        "signoff history  tells the same events,  --until POSITION  shows a state" == error["fix"]
    )


def test_keys_go_on_back_to_the_next_decision_and_out(tmp_path: Path) -> None:
    terminal = at("signed", tmp_path)
    total = len(terminal.asked("history", "mug"))

    said = terminal("replay", "mug", "--step", stdin="n\nb\nb\n\nd\nd\nd\nn\n", is_terminal=True)

    steps = [line.split("/")[0] for line in said.out.splitlines() if f"/{total}  event #" in line]
    assert 0 == said.code
    assert ["1", "2", "1", "1", "2"] == steps[:5]
    assert [str(total)] == steps[7:]
    held, signed = (int(step) for step in steps[5:7])
    assert held < signed < total
    assert "mug HELD on batch B1 by its own bar" in said.out
    assert "mug SIGNED OFF by Anna Approver" in said.out


def test_a_walk_may_end_early(tmp_path: Path) -> None:
    terminal = at("signed", tmp_path)

    said = terminal("replay", "mug", "--step", "--until", "20", stdin="q\n", is_terminal=True)

    assert (0, 1) == (said.code, said.out.count("n next, b back, d next decision, q quit > "))


def walked(terminal: Terminal, *keys: str) -> tuple[int, str]:
    """Walk through a story on a screen; gives the exit code and what was shown."""
    return terminal.typed("replay", "mug", "--step", keys=keys, asked="q quit > ")


@needs_a_screen
def test_a_story_is_walked_through_by_keys(tmp_path: Path) -> None:
    terminal = at("signed", tmp_path)
    total = len(terminal.asked("history", "mug"))

    code, shown = walked(terminal, "n", "b", "", "d", "d", "q")

    steps = [line.split("/")[0] for line in shown.splitlines() if f"/{total}  event #" in line]
    assert ["1", "2", "1", "2"] == steps[:4]
    assert 0 == code
    held, signed = steps[4:]
    assert int(held) < int(signed)
    assert "mug HELD on batch B1 by its own bar" in shown
    assert "now holds: design-approved: design DRW-1 rev B is approved under DS-1" in shown
    assert "rules: 1/20 hold" in shown


@needs_a_screen
def test_a_walk_ends_behind_the_last_event(tmp_path: Path) -> None:
    terminal = at("planned", tmp_path)

    code, shown = walked(terminal, "n", "n", "n")

    assert 0 == code
    assert "3/3  event #18" in shown


@needs_a_screen
def test_a_walk_can_be_interrupted(tmp_path: Path) -> None:
    code, shown = walked(at("planned", tmp_path), "\x03")

    assert 130 == code
    assert "signoff: interrupted; what was acknowledged is on disk" in shown
