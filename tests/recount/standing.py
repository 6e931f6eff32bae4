"""Where a process stands at a moment, and whether a run may be ordered.

A lapse is derived here from what ends a sign-off, not read from the line that says so: a lapse by
time holds from its day (G26), and a design origin or a change ends a sign-off by itself (G12, G14).
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from tests.recount.ground import Ground, digest_of
from tests.recount.log import Line
from tests.recount.origins import DESIGN, back_to_design
from tests.recount.spelling import reference_of

LONGEST_GAP = timedelta(days=730)
LAPSED, WITHDRAWN, HELD = "LAPSED", "WITHDRAWN", "HELD"
NOT_DECIDED, SIGNED_OFF, UNSUPPORTED = "NOT_DECIDED", "SIGNED_OFF", "UNSUPPORTED"
STANDING = frozenset({SIGNED_OFF, UNSUPPORTED})
"""Standings in which a sign-off has not ended."""


class End(NamedTuple):
    """What stopped a batch from being signed on: a hold, a withdrawal or a lapse.

    Attributes:
        kind: HELD, WITHDRAWN or LAPSED.
        batch: The batch in question, or "".
        position: The line that did it, or the first one after the day that did.
        awaits: Whether it was a hold that awaits something other than the process.
    """

    kind: str
    batch: str
    position: int
    awaits: bool = False


class Order(NamedTuple):
    """A run that was ordered and not cancelled.

    Attributes:
        reference: Its reference.
        quantity: How many units.
        at: When it was recorded.
        position: Where.
        batch: The batch whose sign-off it was committed under; "" for one placed outside.
    """

    reference: str
    quantity: int
    at: datetime
    position: int
    batch: str


class Walk:
    """Goes through the lines of a process and keeps where it stands."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.standing = NOT_DECIDED
        self.sign_off: Line | None = None
        self.batch = ""
        self.orders: list[Order] = []
        self.ends: list[End] = []

    def to(self, at: datetime) -> "Walk":
        """Take in every line, and the time that passed until a moment."""
        for line in self.ground.lines:
            self._pass_time(line.at, line.position)
            step = _STEPS.get(line.kind)
            if step is not None:
                step(self, line)
        self._pass_time(at, self.ground.log.size + 1)
        return self

    @property
    def last_use(self) -> datetime:
        """When the sign-off was given, or last ordered under."""
        assert self.sign_off is not None
        since = self.sign_off.position
        orders = [o.at for o in self.orders if o.position > since and o.batch == self.batch]
        return max([self.sign_off.at, *orders])

    def end(self, kind: str, position: int) -> None:
        """End the sign-off."""
        if self.standing in STANDING:
            self.ends.append(End(kind, self.batch, position))
            self.standing = kind

    def _pass_time(self, at: datetime, position: int) -> None:
        if self.standing in STANDING and at - self.last_use > LONGEST_GAP:
            self.end(LAPSED, position)


def walk(ground: Ground, at: datetime) -> Walk:
    """Say where a process stands at a moment after its last line, and how it came there."""
    return Walk(ground).to(at)


def ends_of(ground: Ground, at: datetime) -> list[End]:
    """Give everything that stopped a batch of the process from being signed on."""
    return walk(ground, at).ends


# --- the lines that move it ---------------------------------------------------------------------


def _sign(walk: Walk, line: Line) -> None:
    walk.standing, walk.sign_off = SIGNED_OFF, line
    walk.batch = line.data["verdict"]["batch"]


def _hold(walk: Walk, line: Line) -> None:
    awaits = "awaiting" in line.data
    held = {line.data["verdict"].get("batch", "")}
    held |= {walk.batch} if walk.standing in STANDING else set()
    walk.ends += [End(HELD, batch, line.position, awaits) for batch in sorted(held)]
    walk.standing = HELD


def _withdraw(walk: Walk, line: Line) -> None:
    walk.end(WITHDRAWN, line.position)


def _lapse(walk: Walk, line: Line) -> None:
    walk.end(LAPSED, line.position)


def _approve(walk: Walk, line: Line) -> None:
    if digest_of(line) != walk.ground.design_at(line.position):
        _lapse(walk, line)


def _attribute(walk: Walk, line: Line) -> None:
    if line.data["origin"] == DESIGN:
        _lapse(walk, line)


def _lose_support(walk: Walk, _: Line) -> None:
    if walk.standing == SIGNED_OFF:
        walk.standing = UNSUPPORTED


def _order(walk: Walk, line: Line) -> None:
    data = line.data
    under = walk.batch if line.kind == "production-order-committed" else ""
    order = Order(data["reference"], data["quantity"], line.at, line.position, under)
    walk.orders.append(order)


def _cancel(walk: Walk, line: Line) -> None:
    named = reference_of(line.data["reference"])
    for order in reversed(walk.orders):
        if reference_of(order.reference) == named:
            walk.orders.remove(order)
            return


_STEPS: Mapping[str, Callable[[Walk, Line], None]] = {
    "design-approval-referenced": _approve,
    "inspection-plan-published": _lapse,
    "nonconformity-attributed": _attribute,
    "process-change-applied": _lapse,
    "process-held": _hold,
    "process-signed-off": _sign,
    "production-order-cancelled": _cancel,
    "order-placed-without-sign-off": _order,
    "production-order-committed": _order,
    "sign-off-unsupported": _lose_support,
    "sign-off-withdrawn": _withdraw,
}


# --- the order gate -----------------------------------------------------------------------------


def order_blockers(ground: Ground, quantity: int, buyer: str, at: datetime) -> list[str]:
    """Name what stands against an order, nothing where it may be placed (S-04)."""
    return [*_blockers(walk(ground, at), quantity, buyer)]


def _blockers(now: Walk, quantity: int, buyer: str) -> Iterator[str]:
    if now.standing != SIGNED_OFF:
        yield "sign-off-stands"
    if back_to_design(now.ground):
        yield "no-design-nonconformity"
    if now.standing != SIGNED_OFF or now.sign_off is None:
        return
    run = now.sign_off.data
    ordered = sum(order.quantity for order in now.orders if order.batch == now.batch)
    if quantity < run["run_min"] or ordered + quantity > run["run_max"]:
        yield "run-quantity"
    if buyer == now.sign_off.by:
        yield "buyer-is-not-signer"
