"""Every kind of event this ledger knows, by wire name, and how its line is read back.

Only a name listed here is ever turned into an object: a stored name is looked up, never imported.
Old versions of an event stay readable through `UPCASTS`, which work on the data before it is
validated and never touch the line.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import ModuleType
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from pydantic_core import from_json

from signoff_ledger.domain.events import batch, ledger, person, process
from signoff_ledger.domain.events.event import LINE_FORMAT, Event, EventEnvelope
from signoff_ledger.domain.values import parse_utc
from signoff_ledger.errors import Advice, EvidenceError
from signoff_ledger.integrity.line import check_envelope

Upcast = Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]
"""Takes the data of an old version, gives the next version's wire name and data."""


def events_of(module: ModuleType) -> list[type[Event]]:
    """Give the kinds of events that a module of this package defines, in its order."""
    kinds = (kind for kind in vars(module).values() if isinstance(kind, type))
    return [kind for kind in kinds if issubclass(kind, Event) and "TOPIC" in vars(kind)]


EVENT_TYPES: Mapping[str, type[Event]] = {
    event.TOPIC: event for module in (process, batch, person, ledger) for event in events_of(module)
}

UPCASTS: dict[str, Upcast] = {}


def read_line(line: bytes) -> EventEnvelope:
    """Turn a stored line back into an entry.

    Raises:
        EvidenceError: SL501 for a kind of event that is not listed here, SL503 for a line that is
            not of this format.
    """
    try:
        fields = _parsed(line)
        if fields["v"] != LINE_FORMAT:
            raise _not_a_line(f"line format {fields['v']!r}, this program reads {LINE_FORMAT}")
        check_envelope(fields)
        event = _read_event(fields["type"], fields["data"])
        return EventEnvelope(
            at=parse_utc(fields["at"]),
            by=fields["by"],
            cmd=fields["cmd"],
            event=event,
            line=line,
            stream=_stream(fields["stream"]),
            version=fields["version"],
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _not_a_line(_shorten(error)) from error


@lru_cache(maxsize=1_024)
def _stream(text: str) -> UUID:
    return UUID(text)


def _parsed(line: bytes) -> Any:
    try:
        return from_json(line)
    except ValueError:
        # What pydantic's own parser refuses is for the standard one to judge and to name.
        return json.loads(line)


def _read_event(topic: str, data: dict[str, Any]) -> Event:
    while topic in UPCASTS:
        topic, data = UPCASTS[topic](data)
    event_type = EVENT_TYPES.get(topic)
    if event_type is None:
        raise EvidenceError(
            "SL501",
            f"the ledger holds an event of an unknown kind, {topic[:80]!r}",
            why="only listed kinds are ever read; the row was written by something else",
            advice=Advice("compare-with-backup"),
        )
    return event_type.model_validate(data)


def _not_a_line(why: str) -> EvidenceError:
    return EvidenceError("SL503", "the ledger holds a line that is not of its format", why=why)


def _shorten(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        return f"{error.title}: {where}: {first['msg']}"
    return f"{type(error).__name__}: {error}"[:200]
