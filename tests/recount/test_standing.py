"""The recount says where a process stands and whether a run may be ordered."""

import pytest

from tests.recount.written import Written, clear, plan, signed


def unsupported() -> Written:
    """Begin with a sign-off that a late nonconformity took the support of."""
    written = signed()
    late = {"nonconformity": written.nonconformity("CRACK", "critical"), "serial": "B1-0"}
    written.say("nonconformity-recorded", late, "ines", "B1")
    data = {"batch": "B1", "orders": [], "sign_off": 1, "verdict": written.verdict("B1")}
    written.say("sign-off-unsupported", data, "ines")
    return written


def test_a_process_that_nobody_decided_on_is_not_decided() -> None:
    written = clear()

    assert ("NOT_DECIDED", ["sign-off-stands"]) == (written.standing, written.against())


def test_a_sign_off_opens_the_gate() -> None:
    """S-04."""
    written = signed()

    assert ("SIGNED_OFF", []) == (written.standing, written.against())


def test_a_sign_off_that_lost_its_support_shuts_it() -> None:
    """G11."""
    written = unsupported()

    assert ("UNSUPPORTED", ["sign-off-stands"]) == (written.standing, written.against())
    assert [] == written.differences()


@pytest.mark.parametrize(
    ("step", "standing"), [("hold", "HELD"), ("withdraw", "WITHDRAWN"), ("change", "LAPSED")]
)
def test_a_sign_off_ends(step: str, standing: str) -> None:
    """G12."""
    written = signed()
    getattr(written, step)()

    assert (standing, ["sign-off-stands"]) == (written.standing, written.against())


def test_a_sign_off_lapses_by_rule_whether_or_not_a_line_says_so() -> None:
    """G12, G14: another plan, another design, a nonconformity of the design."""
    replanned, redesigned, of_design = signed(), signed(), signed()
    replanned.publish(plan(operator_roles=["operator"]))
    redesigned.approve("1" * 64)
    of_design.attribute("CRACK", "design")

    assert {"LAPSED"} == {w.standing for w in (replanned, redesigned, of_design)}
    assert ["sign-off-stands", "no-design-nonconformity"] == of_design.against()


def test_the_same_design_approved_again_ends_nothing() -> None:
    """G14: by its digest."""
    written = signed()
    written.approve("0" * 64, "DRW-1 rev Z")

    assert "SIGNED_OFF" == written.standing


@pytest.mark.parametrize(("days", "standing"), [(729, "SIGNED_OFF"), (731, "LAPSED")])
def test_a_sign_off_lapses_by_time_on_its_day(days: int, standing: str) -> None:
    """G12, G26."""
    written = signed()
    written.wait(days=days)

    assert standing == written.standing


def test_what_lapsed_by_time_stays_lapsed() -> None:
    """G26: a line behind that day brings nothing back."""
    written = signed()
    written.wait(days=731)
    written.order()

    assert "LAPSED" == written.standing


def test_an_order_begins_the_two_years_anew_and_a_cancelled_one_does_not() -> None:
    """G12."""
    kept, cancelled = signed(), signed()
    for written in (kept, cancelled):
        written.wait(days=700)
        written.order()
    cancelled.cancel()
    for written in (kept, cancelled):
        written.wait(days=40)

    assert ("SIGNED_OFF", "LAPSED") == (kept.standing, cancelled.standing)


@pytest.mark.parametrize(
    ("ordered", "quantity", "is_open"),
    [
        (0, 49, False),
        (0, 50, True),
        (0, 100, True),
        (0, 101, False),
        (50, 50, True),
        (50, 51, False),
    ],
)
def test_orders_stay_within_the_signed_run(ordered: int, quantity: int, *, is_open: bool) -> None:
    """S-08."""
    written = signed()
    if ordered:
        written.order(ordered)

    assert ([] if is_open else ["run-quantity"]) == written.against(quantity)


def test_a_cancelled_order_gives_its_units_back() -> None:
    """S-08: the last one of that reference."""
    written = signed()
    written.order(100)
    before = written.against(100)
    written.cancel(100)

    assert (["run-quantity"], []) == (before, written.against(100))


def test_the_signer_does_not_order() -> None:
    """G9."""
    assert ["buyer-is-not-signer"] == signed().against(buyer="anna")


def test_signing_the_same_batch_again_does_not_double_the_run() -> None:
    """S-08, G19: after a hold that awaited something else."""
    written = signed()
    written.order(100)
    written.hold(awaiting="the buyer's holiday")
    written.sign()

    assert ("SIGNED_OFF", ["run-quantity"]) == (written.standing, written.against())
