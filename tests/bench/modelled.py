"""The same units in the event store with pydantic, the way its documentation shows.

After the library's examples 7 and 8 for version 9: models as events, a mapper that has them dump
and validate themselves, and orjson as the transcoder.
"""

from datetime import datetime
from typing import Any, ClassVar, cast
from uuid import UUID, uuid4

import orjson
from eventsourcing.application import Application
from eventsourcing.domain import (
    BaseAggregate,
    CanInitAggregate,
    CanMutateAggregate,
    DomainEventProtocol,
    datetime_now_with_tzinfo,
)
from eventsourcing.persistence import Mapper, StoredEvent, Transcoder
from eventsourcing.utils import get_topic, resolve_topic
from pydantic import BaseModel, ConfigDict, Field


class ModelMapper(Mapper[UUID]):
    """Events that are models, to stored events and back."""

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """Have the model dump itself, and encode that."""
        fields = cast("BaseModel", domain_event).model_dump(mode="json")
        return StoredEvent(
            originator_id=domain_event.originator_id,
            originator_version=domain_event.originator_version,
            topic=get_topic(type(domain_event)),
            state=self.transcoder.encode(fields),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        """Decode, and have the model validate it."""
        fields = self.transcoder.decode(stored_event.state)
        model = resolve_topic(stored_event.topic)
        return cast("DomainEventProtocol[UUID]", model(**fields))


class OrjsonTranscoder(Transcoder):
    """JSON by the fastest writer there is."""

    def encode(self, obj: Any) -> bytes:
        """Write."""
        return orjson.dumps(obj)

    def decode(self, data: bytes) -> Any:
        """Read."""
        return orjson.loads(data)


class ModelEvent(BaseModel):
    """What every event has."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    originator_id: UUID
    originator_version: int
    timestamp: datetime = Field(default_factory=datetime_now_with_tzinfo)


class ModelBatch(BaseAggregate[UUID]):
    """A batch that keeps its units."""

    def __init__(self) -> None:
        self.units: dict[str, dict[str, int]] = {}

    @staticmethod
    def create_id(*_: Any, **__: Any) -> UUID:
        """Give a new id."""
        return uuid4()

    class Event(ModelEvent, CanMutateAggregate[UUID]):
        """Base of the events."""

    class Created(Event, CanInitAggregate[UUID]):
        """The batch began."""

        originator_topic: str

    class Inspected(Event):
        """First results of a unit, with what our line says of them."""

        build: dict[str, str]
        by: str
        cmd: str
        readings: dict[str, int]
        serial: str

        def apply(self, aggregate: "ModelBatch") -> None:
            """Take the unit in."""
            aggregate.units[self.serial] = self.readings

    def inspect(self, fields: dict[str, Any]) -> None:
        """Record a unit."""
        self.trigger_event(self.Inspected, **fields)


class ModelLog(Application[UUID]):
    """The application with the two classes above put in."""

    env: ClassVar[dict[str, str]] = {
        "TRANSCODER_TOPIC": get_topic(OrjsonTranscoder),
        "MAPPER_TOPIC": get_topic(ModelMapper),
    }
