"""Base of all events: a frozen payload, the metadata it was recorded under, and its line.

The line is the event: it is written once, when the event is emitted, and everything else (index
columns, hashes, projections, exports) is derived from it. Its format is in
`docs/reference/line-format.md` and cannot change; `v` names it.
"""

import json
from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from signoff_ledger.domain.values import format_utc
from signoff_ledger.integrity.tree.leaf import leaf_hash

LINE_FORMAT = 1


class Event(BaseModel):
    """Base of every event's own fields.

    Fields stand in ascending order of their names, so that the serializer writes canonical JSON
    without sorting; a test holds every event and value to it. Absent fields are left out.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    TOPIC: ClassVar[str]
    """Wire name such as `signoff.unit-inspected.v1`; never the Python path."""

    def __init_subclass__(cls, *, topic: str | None = None, **config: Any) -> None:
        """Take the wire name; a base that several events share has none."""
        super().__init_subclass__(**config)
        if topic is not None:
            cls.TOPIC = topic

    @classmethod
    def __pydantic_init_subclass__(cls, **_: object) -> None:
        """Put inherited fields into their places before the serializer is built."""
        cls.__pydantic_fields__ = dict(sorted(cls.__pydantic_fields__.items()))


class EventMetadata(NamedTuple):
    """Who does something, when by the ledger's clock, and under which command."""

    at: datetime  #: The ledger's clock, aware UTC.
    by: str  #: Key of the person, as authenticated.
    cmd: str  #: `<command id>#<16 hexadecimal digits of the SHA-256 of the command's content>`.


class EventEnvelope(NamedTuple):
    """One event in its stream, with the line that is stored, hashed and shipped."""

    at: datetime  #: Recorded at, by the ledger's clock.
    by: str  #: The person who recorded it.
    cmd: str  #: The command it came from.
    event: Event  #: The event's own fields.
    line: bytes  #: The canonical line.
    stream: UUID  #: Id of the aggregate it belongs to.
    version: int  #: Its place in that stream, from 1.

    @property
    def originator_id(self) -> UUID:
        """The stream, under the name that the event store's mapper looks for."""
        return self.stream

    @property
    def originator_version(self) -> int:
        """The version, under the name that the event store's mapper looks for."""
        return self.version


E = TypeVar("E", bound=Event)


class LogEntry(NamedTuple):
    """An entry with its place in the log."""

    position: int
    entry: EventEnvelope

    def event_as(self, kind: type[E]) -> E:
        """Give the event, that was looked up as one of its kind.

        Raises:
            TypeError: It is of another kind.
        """
        if not isinstance(self.entry.event, kind):
            raise TypeError(self.entry.event)
        return self.entry.event


def make_envelope(
    event: Event, stamp: EventMetadata, *, stream: UUID, version: int, prev: bytes | None
) -> EventEnvelope:
    """Write an event's line behind the stream's last one.

    Args:
        event: The event's own fields.
        stamp: Who, when, under which command.
        stream: The stream's id.
        version: One more than the stream's last version.
        prev: The line of the stream's last event; None only at version 1.
    """
    data = event.model_dump_json(exclude_none=True)
    link = f'"prev":"{leaf_hash(prev).hex()}",' if prev is not None else ""
    line = (
        f"{_begun(stamp.at, stamp.by, stamp.cmd)}"
        f'"data":{data},{link}"stream":"{stream}","type":"{event.TOPIC}",'
        f'"v":{LINE_FORMAT},"version":{version}}}'
    ).encode()
    return EventEnvelope(stamp.at, stamp.by, stamp.cmd, event, line, stream, version)


@lru_cache(maxsize=64)
def _begun(at: datetime, by: str, cmd: str) -> str:
    """Write how a line begins, which is the same for all that one command records."""
    return f'{{"at":"{format_utc(at)}","by":{_quoted(by)},"cmd":{_quoted(cmd)},'


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
