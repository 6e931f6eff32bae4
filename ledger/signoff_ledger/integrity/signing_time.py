"""When a person can have signed: after what they reviewed, and before it was recorded.

`signed.at` in a statement is the signer's own word. It is held against the lines, whose times are
the ledger's clock: the last line that was reviewed, the acceptance of the key, and the signed line
itself. Between them days may lie, because a statement can be signed elsewhere and brought later.

Times are compared in whole seconds, as `ssh-keygen -O verify-time` knows no parts of one.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.line import LINE_TIME
from signoff_ledger.integrity.stream_ids import stream_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

GRACE_S = 300
"""How far apart two machines' clocks may be, in seconds; Kerberos allows as much (RFC 4120)."""


@lru_cache(maxsize=64)
def whole_seconds(at: str) -> int:
    """Give a time, written as in a line, in seconds since 1970 in UTC, without parts of one.

    Raises:
        ValueError: It is not written so, or there is no such day.
    """
    if not LINE_TIME.fullmatch(at):
        raise ValueError(f"{at[:40]!r} is not a time as a line writes it")
    return int(datetime.fromisoformat(f"{at[:19]}+00:00").timestamp())


def why_untimely(
    signed: int, *, recorded: int, reviewed: int | None = None, accepted: int | None = None
) -> str:
    """Say why a person cannot have signed at a time; "" where they can.

    All times are in seconds since 1970, in UTC.

    Args:
        signed: When the statement says it was made up.
        recorded: When the line that holds the signature was recorded.
        reviewed: When the last line that was reviewed was recorded; where the clock had gone
            backwards by the time of recording, it gives no bound of its own.
        accepted: When the key was accepted; None for a key that shows itself.
    """
    if signed > recorded + GRACE_S:
        return f"it was signed {duration(signed - recorded)} after it was recorded"
    if reviewed is not None and signed < min(reviewed, recorded) - GRACE_S:
        early = duration(min(reviewed, recorded) - signed)
        return f"it was signed {early} before what it says was reviewed"
    if accepted is not None and signed < accepted - GRACE_S:
        return f"it was signed {duration(accepted - signed)} before the key was accepted"
    return ""


def duration(seconds: int) -> str:
    """Write a duration in the largest unit that it fills, such as `3 days`."""
    for unit, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= unit:
            count = seconds // unit
            return f"{count} {name}{'s' if count > 1 else ''}"
    return f"{seconds} second{'s' if seconds != 1 else ''}"


def streams_reviewed(line: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Name the streams that a signed line stands on by their versions, with these versions.

    These are its own stream, whose next version it is, and the batches that a decision names.
    """
    yield line["stream"], line["version"] - 1
    heads = line["data"].get("heads")
    batches = heads.get("batches") if isinstance(heads, dict) else None
    for batch, version in batches.items() if isinstance(batches, dict) else ():
        if type(version) is int:
            yield str(stream_id("batch", batch)), version


class LineTimes:
    """When the lines of a log were recorded, as far as it has been read.

    What one command records has one time, and was no part of what its author reviewed: of each
    stream, the last line that another command wrote counts.
    """

    def __init__(self) -> None:
        self._seconds: list[int] = []
        self._streams: dict[str, tuple[str, int, int | None]] = {}

    def take(self, line: Mapping[str, Any]) -> None:
        """Take the next line.

        Raises:
            EvidenceError: SL503, its time is of no day that there is.
        """
        seconds = time_of(line)
        cmd, last, before = self._streams.get(line["stream"], (None, None, None))
        before = before if cmd == line["cmd"] else last
        self._streams[line["stream"]] = (line["cmd"], seconds, before)
        self._seconds.append(seconds)

    def reviewed(self, line: Mapping[str, Any]) -> int | None:
        """Say when the last line was recorded that a signed line, the next one, says was reviewed.

        Gives None where it names nothing that the log holds.
        """
        size = line["data"]["signature"].get("size")
        known = type(size) is int and 0 < size <= len(self._seconds)
        times = [self._seconds[size - 1]] if known else []
        for stream, _ in streams_reviewed(line):
            cmd, last, before = self._streams.get(stream, (None, None, None))
            time = before if cmd == line["cmd"] else last
            times += [time] if time is not None else []
        return max(times, default=None)


def time_of(line: Mapping[str, Any]) -> int:
    """Give a line's time in seconds since 1970 in UTC.

    Raises:
        EvidenceError: SL503, it is of no day that there is.
    """
    try:
        return whole_seconds(line["at"])
    except ValueError as error:
        raise EvidenceError(
            "SL503", "the ledger holds a line that is not of its format", why=str(error)
        ) from None
