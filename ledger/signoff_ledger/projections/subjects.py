"""What a stream is about: streams are ids, people use keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from signoff_ledger.domain.events.batch import BatchStarted
from signoff_ledger.domain.events.ledger import LedgerFounded
from signoff_ledger.domain.events.person import PersonEnrolled
from signoff_ledger.domain.events.process import ProcessDefined

if TYPE_CHECKING:
    from signoff_ledger.domain.events.event import EventEnvelope


class Subject(NamedTuple):
    """What a stream is about."""

    kind: str  #: process, batch, person or ledger.
    key: str  #: What people call it.
    process: str = ""  #: The process it belongs to; "" for a person or the ledger.


UNKNOWN = Subject("unknown", "")


def begun_by(entry: EventEnvelope) -> Subject | None:
    """Say what a stream is about from its first event; None for every later one."""
    match entry.event:
        case ProcessDefined(process=key):
            return Subject("process", key, key)
        case BatchStarted(batch=key, process=process):
            return Subject("batch", key, process)
        case PersonEnrolled(person=key):
            return Subject("person", key)
        case LedgerFounded(name=name):
            return Subject("ledger", name)
        case _:
            return None
