"""Command ids: each once, for neighbours, and the rows beside the lines say the same."""

from collections.abc import Iterator

import pytest

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.command_ids import Command, CommandIds, wrong_row
from tests.refusals import refusal

CMDS = ["a#1", "a#1", "b#2", "c#3", "c#3"]
ROWS = [Command("a", 1, 2), Command("b", 3, 3), Command("c", 4, 5)]


def taken(rows: list[Command] | None, cmds: list[str] = CMDS) -> CommandIds:
    """Take the commands of a log."""
    ids = CommandIds(rows)
    for position, cmd in enumerate(cmds, 1):
        ids.take(cmd, position)
    return ids


@pytest.mark.parametrize("rows", [None, ROWS])
def test_commands_that_hold_are_counted(rows: list[Command] | None) -> None:
    ids = taken(rows)
    ids.finish(len(CMDS))

    assert (3, rows is not None) == (ids.count, ids.are_kept)


def test_an_empty_log_has_no_commands() -> None:
    ids = taken([], [])
    ids.finish(0)

    assert 0 == ids.count


@pytest.mark.parametrize(
    ("rows", "position", "why"),
    [
        (ROWS[1:], 1, "the lines say 'a' from 1 to 2; the store keeps 'b' from 3 to 3"),
        (ROWS[:2], 4, "the lines say 'c' from 4 to 5; the store keeps nothing of it"),
        ([Command("x", -1, 0), *ROWS], 1, "the store keeps 'x' from -1 to 0"),
        ([*ROWS, Command("x", 5, 5)], 5, "the store keeps 'x' from 5 to 5, and no line says so"),
        ([ROWS[0], Command("b", 3, 4), ROWS[2]], 3, "the store keeps 'b' from 3 to 4"),
        ([Command("x", -1, 0)], 1, "the store keeps 'x'"),
    ],
)
def test_a_row_that_the_lines_do_not_say_is_refused(
    rows: list[Command], position: int, why: str
) -> None:
    """At the end, because whatever is wrong with the lines is told before."""
    ids = taken(rows)

    with pytest.raises(EvidenceError) as caught:
        ids.finish(len(CMDS))

    assert ("SL512", position) == (caught.value.code, caught.value.position)
    assert why in caught.value.why


def test_what_is_wrong_with_the_rows_by_themselves_is_reported_at_the_end() -> None:
    def spoilt() -> Iterator[Command]:
        yield ROWS[0]
        raise wrong_row("x", 0)

    ids = CommandIds(spoilt())
    for position, cmd in enumerate(CMDS, 1):
        ids.take(cmd, position)

    with pytest.raises(EvidenceError) as caught:
        ids.finish(len(CMDS))
    assert ("SL512", None) == (caught.value.code, caught.value.position)


@pytest.mark.parametrize("again", ["a#1", "a#2", "a"])
def test_an_id_that_is_used_again_is_refused_where_it_is(again: str) -> None:
    ids = taken(None, [*CMDS, again])

    with pytest.raises(EvidenceError) as caught:
        ids.finish(6)

    assert ("SL512", 6) == (caught.value.code, caught.value.position)
    assert "its id was used at position 1 before" == caught.value.why


def test_of_several_the_first_one_that_is_used_again_is_named() -> None:
    ids = taken(None, ["a#1", "b#1", "b#2", "a#1", "b#1"])

    with refusal("SL512", "at position 2 before"):
        ids.finish(5)


def test_neighbours_of_one_id_and_other_content_are_two_commands() -> None:
    with refusal("SL512"):
        taken(None, ["a#1", "a#2"]).finish(2)


def test_many_ids_are_distinguished() -> None:
    count = 20_000
    ids = taken(None, [f"id-{n}#0" for n in range(count)])
    ids.finish(count)

    assert count == ids.count
