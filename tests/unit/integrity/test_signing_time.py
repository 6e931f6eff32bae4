"""When somebody can have signed: between what they reviewed and what was recorded."""

from typing import Any

import pytest

from signoff_ledger.integrity.signing_time import (
    GRACE_S,
    LineTimes,
    duration,
    streams_reviewed,
    time_of,
    whole_seconds,
    why_untimely,
)
from signoff_ledger.integrity.stream_ids import stream_id
from tests.lines import PROCESS, Fields, Lines
from tests.refusals import refusal

NOON = 1_772_452_800
BATCH = str(stream_id("batch", "B1"))


def test_a_time_is_counted_in_whole_seconds_of_utc() -> None:
    """OpenSSH knows no parts of one, and both must say the same of a time on the border."""
    assert NOON == whole_seconds("2026-03-02T12:00:00.000000Z")
    assert NOON == whole_seconds("2026-03-02T12:00:00.999999Z")


@pytest.mark.parametrize(
    "at",
    ["2026-03-02", "2026-03-02T12:00:00Z", "2026-02-30T12:00:00.000000Z", "",
     "0000-01-01T00:00:00.000000Z", "2026-03-02T12:00:00.000000+01:00"],
)  # fmt: skip
def test_a_time_that_is_written_otherwise_is_none(at: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        whole_seconds(at)


@pytest.mark.parametrize(
    ("signed", "known", "why"),
    [
        (NOON, {}, ""),
        (NOON + GRACE_S, {}, ""),
        (NOON + GRACE_S + 1, {}, "it was signed 5 minutes after it was recorded"),
        (NOON - 90 * 86_400, {}, ""),
        (NOON - 90 * 86_400, {"reviewed": NOON - 90 * 86_400}, ""),
        (NOON - GRACE_S, {"reviewed": NOON}, ""),
        (NOON - GRACE_S - 1, {"reviewed": NOON}, "5 minutes before what it says was reviewed"),
        (NOON - GRACE_S, {"accepted": NOON}, ""),
        (NOON - GRACE_S - 1, {"accepted": NOON}, "5 minutes before the key was accepted"),
    ],
)
def test_clocks_are_given_five_minutes_and_signers_as_long_as_they_like(
    signed: int, known: dict[str, int], why: str
) -> None:
    said = why_untimely(signed, recorded=NOON, **known)

    assert why in said
    assert bool(why) == bool(said)


def test_a_clock_that_went_backwards_makes_no_signature_impossible() -> None:
    """What was reviewed is dated later than the line: then the line's own time is the bound."""
    assert "" == why_untimely(NOON, recorded=NOON, reviewed=NOON + 73 * 365 * 86_400)
    assert why_untimely(NOON - GRACE_S - 1, recorded=NOON, reviewed=NOON + 86_400)


@pytest.mark.parametrize(
    ("seconds", "says"),
    [(0, "0 seconds"), (1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (7_199, "1 hour"),
     (7_200, "2 hours"), (86_400, "1 day"), (3 * 86_400 + 5, "3 days")],
)  # fmt: skip
def test_a_duration_is_reported_in_its_largest_unit(seconds: int, says: str) -> None:
    assert says == duration(seconds)


@pytest.mark.parametrize(
    ("data", "batches"),
    [
        ({}, []),
        ({"heads": 7}, []),
        ({"heads": {}}, []),
        ({"heads": {"batches": 7}}, []),
        ({"heads": {"batches": {"B1": 4, "B2": True, "B3": "1"}}}, [(BATCH, 4)]),
    ],
)
def test_a_line_stands_on_its_own_stream_and_on_the_batches_it_names(
    data: Fields, batches: list[tuple[str, int]]
) -> None:
    line = {"stream": PROCESS, "version": 8, "data": data}

    assert [(PROCESS, 7), *batches] == list(streams_reviewed(line))


def next_line(size: object, cmd: str = "now", **data: Any) -> Fields:
    """Give a line that is about to be taken."""
    signature = {"signature": {"size": size}}
    return {"stream": PROCESS, "version": 9, "cmd": cmd, "data": data | signature}


def line_times() -> tuple[LineTimes, list[int]]:
    """Take a note on the process and on a batch, and a later one elsewhere."""
    log, times = Lines(), LineTimes()
    for number, stream in enumerate((PROCESS, BATCH, PROCESS), 1):
        log.at = number * 100
        log.add("note", "ines", {}, stream)
    log.at = 400
    log.add("note", "ines", {})
    for line in log.parsed:
        times.take(line)
    return times, [time_of(line) for line in log.parsed]


def test_what_was_reviewed_is_the_tree_the_stream_and_the_batches() -> None:
    times, at = line_times()

    assert at[3] == times.reviewed(next_line(4))
    assert at[2] == times.reviewed(next_line(1))
    assert at[2] == times.reviewed(next_line(1, heads={"batches": {"B1": 1, "B9": 1}}))


@pytest.mark.parametrize("size", [0, -1, 5, None, True, "4"])
def test_a_tree_that_the_log_never_had_gives_no_time(size: object) -> None:
    times, at = line_times()

    assert at[2] == times.reviewed(next_line(size))
    assert times.reviewed(next_line(size) | {"stream": "elsewhere"}) is None


def test_what_the_same_command_recorded_was_not_reviewed() -> None:
    """A statement made up last week is recorded behind what is written with it today."""
    log, times = Lines(), LineTimes()
    log.add("note", "ines", {}, PROCESS)
    log.at = 3_000
    log.add("note", "ines", {}, PROCESS)
    first, second = log.parsed
    for line in (first, second, second):
        times.take(line)

    assert time_of(first) == times.reviewed(next_line(0, second["cmd"]))
    assert time_of(second) == times.reviewed(next_line(0))


def test_a_line_of_no_day_is_no_line() -> None:
    with refusal("SL503"):
        time_of({"at": "2026-13-02T12:00:00.000000Z"})
