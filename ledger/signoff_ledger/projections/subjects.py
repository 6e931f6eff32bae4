"""What a stream is about: streams are ids, people use keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from signoff_ledger.domain.batch_events import BatchStarted
from signoff_ledger.domain.ledger_events import LedgerFounded
from signoff_ledger.domain.person_events import PersonEnrolled
from signoff_ledger.domain.process_events import ProcessDefined

if TYPE_CHECKING:
    from signoff_ledger.domain.event import Entry


class Subject(NamedTuple):
    """What a stream is about.

    Attributes:
        kind: process, batch, person or ledger.
        key: What people call it.
        process: The process it belongs to; "" for a person or the ledger.
    """

    kind: str
    key: str
    process: str = ""


UNKNOWN = Subject("unknown", "")


def begun_by(entry: Entry) -> Subject | None:
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
