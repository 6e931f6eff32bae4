"""The same units in the event store as it comes: its own aggregates, transcoder and recorders."""

from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate


class StockBatch(Aggregate):
    """A batch that keeps its units, in the library's plainest style."""

    def __init__(self) -> None:
        self.units: dict[str, dict[str, int]] = {}

    class Inspected(Aggregate.Event):
        """First results of a unit, with what our line says of them."""

        build: dict[str, str]
        by: str
        cmd: str
        readings: dict[str, int]
        serial: str

        def apply(self, aggregate: "StockBatch") -> None:
            """Take the unit in."""
            aggregate.units[self.serial] = self.readings

    def inspect(self, fields: dict[str, Any]) -> None:
        """Record a unit."""
        self.trigger_event(self.Inspected, **fields)


class StockLog(Application[UUID]):
    """The library's application with nothing set but where it keeps its events."""
