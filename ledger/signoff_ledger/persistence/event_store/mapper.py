"""The mapper: the stored state of an event is its canonical line, byte for byte.

Replaces the event store's own mapper, which would import whatever module a stored topic names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from uuid import UUID

from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from signoff_ledger.domain.events.catalogue import read_line
from signoff_ledger.errors import Advice, EvidenceError

if TYPE_CHECKING:
    from eventsourcing.domain import DomainEventProtocol

    from signoff_ledger.domain.events.event import EventEnvelope


class LineMapper(Mapper[UUID]):
    """Entries to stored lines and back; nothing is encoded twice and nothing is imported."""

    def __init__(self) -> None:
        super().__init__(transcoder=JSONTranscoder())

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """Hand over the line that was written when the event was emitted."""
        return stored_event(cast("EventEnvelope", domain_event))

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        """Read a line back, and hold the index columns against it."""
        return cast("DomainEventProtocol[UUID]", checked_entry(stored_event))


def stored_event(entry: EventEnvelope) -> StoredEvent:
    """Give an entry as it is stored."""
    return StoredEvent(entry.stream, entry.version, entry.event.TOPIC, entry.line)


def checked_entry(stored: StoredEvent) -> EventEnvelope:
    """Read a stored line and refuse one that does not agree with its index.

    Raises:
        EvidenceError: SL501 or SL503 from the line itself, SL502 for a disagreement.
    """
    entry = read_line(stored.state)
    indexed = (stored.originator_id, stored.originator_version, stored.topic)
    line_type = f'"type":"{stored.topic}"'.encode()
    if indexed[:2] != (entry.stream, entry.version) or line_type not in stored.state:
        raise EvidenceError(
            "SL502",
            "a stored line does not agree with its index",
            why=f"the index says {indexed[0]} version {indexed[1]} {indexed[2]}, "
            f"the line says {entry.stream} version {entry.version}",
            advice=Advice("compare-with-backup"),
        )
    return entry
