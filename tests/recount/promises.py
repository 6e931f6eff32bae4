"""What no line may say, whatever stands before it: promises that need no verdict to be checked."""

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from fractions import Fraction

from tests.recount.count import DEVELOPERS
from tests.recount.ground import Ground
from tests.recount.log import Data, Line, Log, moment, of_kind
from tests.recount.spelling import name_of, reference_of
from tests.recount.units import names_in

EARLY = timedelta(minutes=5)
"""How far a claimed time may be ahead of the ledger's clock."""

COIN = Fraction(1, 10)
"""How often a bar may at most pass a process with half its units bad (G22)."""


def passes_by_chance(bar: Data) -> Fraction:
    """Say how often a bar passes a process with half its units bad."""
    good = sum(math.comb(bar["units"], k) for k in range(bar["max_rejects"] + 1))
    return Fraction(good, 2 ** bar["units"])


def _is_a_bar(_: Log, line: Line) -> Iterator[str]:
    bar = line.data["bar"]
    if passes_by_chance(bar) > COIN:
        yield f"{bar['max_rejects']} of {bar['units']} is no bar"


def _sheet_is_new(log: Log, line: Line) -> Iterator[str]:
    for before in of_kind(log.lines, "sheet-imported"):
        is_same = before.data["sha256"] == line.data["sha256"]
        if is_same and before.position < line.position and before.stream != line.stream:
            yield f"sheet {line.data['name']} was read into another batch at #{before.position}"


def _is_observed_by_now(_: Log, line: Line) -> Iterator[str]:
    if "observed_at" in line.data and moment(line.data["observed_at"]) > line.at + EARLY:
        yield f"it was observed at {line.data['observed_at']}, later than it was recorded"


def _unit_is_new(log: Log, line: Line) -> Iterator[str]:
    """A unit belongs to one batch, in every process of its design and tooling (S-28, G21)."""
    yield from _is_observed_by_now(log, line)
    yield from _builder_is_known(log, line)
    serial = line.data["serial"]
    process = _process_of(log, line)
    distinct = names_in(line.data.get("distinct_from", []))
    for other in log.inspected_like(serial):
        is_before = other.position < line.position and other.stream != line.stream
        if not is_before or other.data["serial"] in distinct:
            continue
        if _is_related(log, line.position, process, _process_of(log, other)):
            yield f"unit {serial} is {other.data['serial']} of another batch, #{other.position}"


def _is_related(log: Log, position: int, one: str, other: str) -> bool:
    """Say whether two processes made the same design on the same tooling, at a position."""
    if one == other:
        return True
    before = log.before(position)
    grounds = [Ground(before, key) for key in (one, other)]
    return all(set(known(grounds[0])) & set(known(grounds[1])) for known in (_tooling, _designs))


def _tooling(ground: Ground) -> Iterator[str]:
    for line in ground.plans():
        yield name_of(line.data["plan"]["provenance"]["tooling"])


def _designs(ground: Ground) -> Iterator[str]:
    """Give the documents and the digests that were ever approved."""
    for line in ground.approvals():
        yield name_of(line.data["approval"]["document"])
        yield line.data["approval"]["sha256"]


def _builder_is_known(log: Log, line: Line) -> Iterator[str]:
    """A builder who is enrolled as engineer or approver is marked as one (G23)."""
    builder = line.data["build"].get("built_by")
    if builder is None:
        return
    process = _process_of(log, line)
    roles = Ground(log, process).enrolled_as(builder, line.position) & DEVELOPERS
    marked = line.data.get("builder_enrolled_as")
    if (marked is None) is bool(roles) or (marked is not None and marked not in roles):
        yield f"{builder} is enrolled as {sorted(roles)}, on record is {marked}"


def _process_of(log: Log, line: Line) -> str:
    """Name the process that the batch of a line belongs to."""
    batches = (log.batch(key)[0] for key in log.batches())
    process: str = next(n for n in batches if n.stream == line.stream).data["process"]
    return process


def order_is_new(log: Log, line: Line) -> Iterator[str]:
    """A reference names one order of a process, cancelled or not."""
    mine = reference_of(line.data["reference"])
    for other in of_kind(log.lines, *_ORDERS):
        is_before = other.position < line.position and other.stream == line.stream
        if is_before and reference_of(other.data["reference"]) == mine:
            yield f"{line.data['reference']} is the order of #{other.position}"


_ORDERS = ("order-placed-without-sign-off", "production-order-committed")

PROMISES: Mapping[str, Callable[[Log, Line], Iterator[str]]] = {
    "bar-registered": _is_a_bar,
    "bar-superseded": _is_a_bar,
    "nonconformity-recorded": _is_observed_by_now,
    "order-placed-without-sign-off": order_is_new,
    "sheet-imported": _sheet_is_new,
    "unit-inspected": _unit_is_new,
    "unit-retested": _is_observed_by_now,
}
