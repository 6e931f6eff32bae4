"""The order gate of a process: what opens it, what shuts it, and what was ordered through it.

Only a standing sign-off opens it. A sign-off ends by rule, by a person, or by time alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.domain.events import process as events
from signoff_ledger.domain.orders import Order, order_key
from signoff_ledger.domain.process_records import Standing
from signoff_ledger.domain.process_state import NOTHING_ORDERED, ProcessState
from signoff_ledger.domain.values import TEXT_LIMIT
from signoff_ledger.domain.verdict import NO_DESIGN_NONCONFORMITY
from signoff_ledger.errors import Advice, Attempt, ConflictError, NotFoundError, RuleRefusedError
from signoff_ledger.unknown_names import unknown_process

if TYPE_CHECKING:
    from datetime import datetime

    from signoff_ledger.domain.events.event import EventMetadata
    from signoff_ledger.domain.plan import InspectionPlan


class OrderGate(ProcessState):
    """A process as a buyer sees it."""

    def withdraw(self, stamp: EventMetadata, printed_name: str, reason: str) -> None:
        """End a standing or unsupported sign-off (G12)."""
        at_present, _ = self.standing_at(stamp.at)
        if self.sign_off is None or at_present is Standing.LAPSED:
            raise RuleRefusedError(
                "SL309", f"{self.key} has no sign-off to withdraw", why=f"it is {at_present}"
            )
        self.emit(
            stamp,
            events.SignOffWithdrawn(
                orders=self.orders_at_risk,
                printed_name=printed_name,
                reason=reason,
                sign_off=self.sign_off.version,
            ),
        )

    def check_not_signed_off(self) -> None:
        """Refuse a second sign-off while the first has not ended.

        Raises:
            RuleRefusedError: The process is signed off already, or its sign-off lost its support.
        """
        self.required_plan()
        if self.sign_off is None:
            return
        raise RuleRefusedError(
            "SL309",
            f"{self.key} is {self.standing.replace('_', ' ')} already",
            why="a sign-off stands until it lapses, is held or is withdrawn",
            advice=Advice("see-process", process=self.key),
        )

    def commit_order(self, stamp: EventMetadata, quantity: int, reference: str) -> Order | None:
        """Commit a production run under the standing sign-off (S-04).

        Returns:
            The order, where exactly this one is on record already; nothing was recorded then.

        Raises:
            RuleRefusedError: The order gate is shut; the attempt is to be recorded.
            ConflictError: The reference is that of another order, or of one placed outside.
        """
        known = self._known_order(quantity, reference)
        if known is not None and known.batch is None:
            # A script that reads "committed already" would go ahead without a sign-off.
            raise self._taken(known)
        if known is not None:
            return known
        findings = self.order_blockers(stamp.at, stamp.by, quantity)
        if findings:
            raise RuleRefusedError(
                "SL302",
                f"an order of {quantity} from {self.key} is refused",
                why="; ".join(says for _, says in findings),
                advice=Advice("see-rules", process=self.key),
                attempt=Attempt(self.key, "order commit", f"{quantity} as {reference}", findings),
            )
        sign_off = self.sign_off
        assert sign_off is not None  # noqa: S101  # order_blockers has just said so
        self.emit(
            stamp,
            events.ProductionOrderCommitted(
                quantity=quantity, reference=reference, sign_off=sign_off.version
            ),
        )
        return None

    def order_blockers(self, at: datetime, by: str, quantity: int) -> list[tuple[str, str]]:
        """Name what shuts the order gate, as `(rule, sentence)`; only a sign-off opens it."""
        sign_off = self.sign_off
        if sign_off is None or self.standing is not Standing.SIGNED_OFF:
            return [("sign-off-stands", self._why_shut())]
        found = []
        low, high = sign_off.signed.run_min, sign_off.signed.run_max
        total = self.ordered + quantity
        if not (low <= quantity and total <= high):
            so_far = f" ({self.ordered} are ordered already)" if self.ordered else ""
            says = f"{quantity} is outside the signed run of {low} to {high}{so_far}"
            found.append(("run-quantity", says))
        if by == sign_off.by:
            found.append(("buyer-is-not-signer", f"{by} signed the process off"))
        if self.standing_at(at)[0] is Standing.LAPSED:
            says = f"the sign-off lapsed on {self.lapses_at:%Y-%m-%d}: {NOTHING_ORDERED}"
            found.append(("no-two-year-gap", says))
        if self.design_questions:
            says = "; ".join(question for question, _ in self.design_questions)
            found.append((NO_DESIGN_NONCONFORMITY, says))
        return found

    def lapse_by_gap(self, stamp: EventMetadata) -> None:
        """Record that a sign-off ended after two years without an order (G12, G26)."""
        if self.standing_at(stamp.at)[0] is Standing.LAPSED:
            self.lapse(stamp, NOTHING_ORDERED)

    def report_order(
        self, stamp: EventMetadata, quantity: int, reference: str, note: str
    ) -> Order | None:
        """Record an order that was placed outside the ledger (S-22); gives one on record before.

        Raises:
            ConflictError: The reference is that of another order.
        """
        self.required_plan()
        known = self._known_order(quantity, reference)
        if known is None:
            self.emit(
                stamp,
                events.OrderPlacedWithoutSignOff(note=note, quantity=quantity, reference=reference),
            )
        return known

    def cancel_order(self, stamp: EventMetadata, reference: str, reason: str) -> None:
        """Record that an order will not be built; its units may then be ordered again.

        Raises:
            NotFoundError: There is no such order.
            RuleRefusedError: It is cancelled already.
        """
        order = self.orders.get(order_key(reference))
        if order is None:
            known = ", ".join(o.reference for o in self.orders.values())
            raise NotFoundError(
                "SL209", f"{self.key} has no order {reference}", why=f"it has {known or 'none'}"
            )
        if order.is_cancelled:
            raise RuleRefusedError(
                "SL309",
                f"order {order.reference} of {self.key} is cancelled already",
                advice=Advice("nothing-to-do"),
            )
        self.emit(
            stamp,
            events.ProductionOrderCancelled(
                quantity=order.quantity, reason=reason, reference=order.reference
            ),
        )

    def required_plan(self) -> InspectionPlan:
        """Give the plan in force.

        Raises:
            NotFoundError: There is no such process.
        """
        if self.plan is None:
            raise unknown_process(self.key, ())
        return self.plan

    def _known_order(self, quantity: int, reference: str) -> Order | None:
        """Give the order that a reference names, if it is this one.

        Raises:
            ConflictError: SL606, it is another one.
        """
        known = self.orders.get(order_key(reference))
        if known is None or (known.quantity == quantity and not known.is_cancelled):
            return known
        raise self._taken(known)

    def _taken(self, known: Order) -> ConflictError:
        state = "was placed without a sign-off"
        if known.is_cancelled:
            state = "is cancelled"
        elif known.batch is not None:
            state = f"is of {known.quantity} units"
        return ConflictError(
            "SL606",
            f"the reference {known.reference} of {self.key} is taken",
            why=f"that order, of {known.at:%Y-%m-%d} by {known.by}, {state}",
            advice=Advice("give-new-reference"),
        )

    def lapse(self, stamp: EventMetadata, cause: str) -> None:
        """End the sign-off by rule, if there is one (G12)."""
        if self.sign_off is not None:
            cause = cause[:TEXT_LIMIT]  # It quotes a text that may be as long by itself.
            self.emit(
                stamp,
                events.SignOffLapsed(
                    cause=cause, orders=self.orders_at_risk, sign_off=self.sign_off.version
                ),
            )

    def _why_shut(self) -> str:
        if self.standing is not Standing.NOT_DECIDED:
            return f"{self.key} is {self.standing}: {self.standing_why}"
        parts = [f"{self.key} was never signed off"]
        if not self.attempts:
            parts.append("no pilot batch has been built")
        parts += [
            f"the approval {a.reference} is of the tooling {a.tooling}, not of the process"
            for a in self.tooling_approvals
        ]
        return "; ".join(parts)
