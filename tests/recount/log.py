"""The lines of a ledger as plain JSON, and what each stream is about.

A `Log` knows the order of the lines, the names of the kinds, and nothing else. It can be cut off at
a position, or at the versions that a decision names as its heads.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self

from tests.recount.spelling import are_alike, common_form

Data = Mapping[str, Any]
"""The `data` of a line, or an object inside it."""

_SUBJECTS = {
    "batch-started": "batch",
    "ledger-founded": "name",
    "person-enrolled": "person",
    "process-defined": "process",
}
"""The kinds that begin a stream, with the field that names what the stream is about."""


class Line(NamedTuple):
    """One line.

    Attributes:
        position: Its place in the log, from 1.
        at: When it was recorded, by the ledger's clock.
        by: Who recorded it.
        kind: Its kind without prefix and version, such as `unit-inspected`.
        stream: The id of its stream.
        version: Its place in the stream, from 1.
        command: The id of the command that recorded it.
        data: Its own fields.
    """

    position: int
    at: datetime
    by: str
    kind: str
    stream: str
    version: int
    command: str
    data: Data


def moment(text: str) -> datetime:
    """Read a time as the lines write it."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def line_of(raw: bytes | str | Data, position: int) -> Line:
    """Read one line, from its bytes or from its members."""
    fields = json.loads(raw) if isinstance(raw, bytes | str) else raw
    return Line(
        position,
        moment(fields["at"]),
        fields["by"],
        fields["type"].removeprefix("signoff.").removesuffix(".v1"),
        fields["stream"],
        fields["version"],
        fields.get("cmd", ""),
        fields["data"],
    )


class Log:
    """Lines in log order, sorted by what their streams are about."""

    def __init__(self, lines: Iterable[Line] = ()) -> None:
        self.lines: list[Line] = []
        self._streams: dict[str, list[Line]] = {}
        self._names: dict[tuple[str, str], str] = {}
        self._inspected: dict[str, list[Line]] = {}
        for line in lines:
            self.add(line)

    @classmethod
    def read(cls, raw: Iterable[bytes | str | Data]) -> Self:
        """Read a whole log."""
        return cls(line_of(line, position) for position, line in enumerate(raw, 1))

    @property
    def size(self) -> int:
        """The number of lines."""
        return self.lines[-1].position if self.lines else 0

    def add(self, line: Line) -> None:
        """Take in the next line."""
        self.lines.append(line)
        self._streams.setdefault(line.stream, []).append(line)
        if line.kind == "unit-inspected":
            self._inspected.setdefault(common_form(line.data["serial"]), []).append(line)
        field = _SUBJECTS.get(line.kind)
        if field is not None:
            self._names[line.kind, line.data[field]] = line.stream

    def inspected_like(self, serial: str) -> list[Line]:
        """Give the results of every unit whose serial is the same, spelt in whatever way."""
        lines = self._inspected.get(common_form(serial), [])
        return [line for line in lines if are_alike(serial, line.data["serial"])]

    # --- streams --------------------------------------------------------------------------------

    def process(self, key: str) -> list[Line]:
        """Give the lines on the stream of a process."""
        return self._stream("process-defined", key)

    def batch(self, key: str) -> list[Line]:
        """Give the lines on the stream of a batch."""
        return self._stream("batch-started", key)

    def person(self, key: str) -> list[Line]:
        """Give the lines on the stream of a person."""
        return self._stream("person-enrolled", key)

    def processes(self) -> list[str]:
        """Name every process, in the order in which they were defined."""
        return self._keys("process-defined")

    def people(self) -> list[str]:
        """Name everybody, in the order in which they were enrolled."""
        return self._keys("person-enrolled")

    def batches(self) -> list[str]:
        """Name every batch, in the order in which they were opened."""
        return self._keys("batch-started")

    def _stream(self, kind: str, key: str) -> list[Line]:
        return self._streams.get(self._names.get((kind, key), ""), [])

    def _keys(self, kind: str) -> list[str]:
        return [key for begun_by, key in self._names if begun_by == kind]

    # --- cutting --------------------------------------------------------------------------------

    def before(self, position: int) -> "Log":
        """Give the lines before a position."""
        return Log(line for line in self.lines if line.position < position)

    def up_to_heads(self, position: int, heads: Data, by: str) -> "Log":
        """Give the lines that a decision was taken on.

        Args:
            position: Where the decision stands; nothing behind it is given.
            heads: Versions of the process, of each of its batches, and of the person.
            by: Who took it.
        """
        decision = next(line for line in self.lines if line.position == position)
        limits = {decision.stream: heads["process"]}
        for key, version in heads["batches"].items():
            limits[self._names["batch-started", key]] = version
        if "person" in heads:
            limits[self._names["person-enrolled", by]] = heads["person"]
        return Log(
            line
            for line in self.lines
            if line.position < position and line.version <= limits.get(line.stream, line.version)
        )


def of_kind(lines: Iterable[Line], *kinds: str) -> Iterator[Line]:
    """Give the lines of some kinds."""
    return (line for line in lines if line.kind in kinds)
