"""The recount on nonconformities, their answers and the signer, on lines written by hand."""

import pytest

from tests.recount.written import Written, clear, repeated

# --- nonconformities and origins ------------------------------------------------------------------


def test_every_nonconformity_needs_a_cause_and_an_origin() -> None:
    """S-16, S-39, G2."""
    written = Written()
    written.register()
    written.build(rejects=1)
    before = written.lacking()
    written.cause("LID-SEAT", kind="not-found")
    written.attribute("LID-SEAT", "tooling")

    assert ["nonconformities-closed", "no-design-nonconformity"] == before
    assert [] == written.lacking()


def test_an_earlier_nonconformity_needs_a_change_or_an_answer_in_its_place() -> None:
    """S-27, S-39."""
    open_, closed = repeated("DULL"), repeated("DULL")
    closed.cause("LID-SEAT", kind="accepted")

    assert ["nonconformities-closed"] == open_.lacking()
    assert [] == closed.lacking()


def test_a_nonconformity_of_the_measurement_needs_no_change() -> None:
    """S-16."""
    written = repeated("DULL")
    written.attribute("LID-SEAT", "measurement")

    assert [] == written.lacking()


def test_a_nonconformity_of_the_measurement_may_be_fixed_like_any_other() -> None:
    """S-16, S-39."""
    written = Written()
    written.register()
    written.build("B1", rejects=2)
    written.attribute("LID-SEAT", "measurement")
    written.change("LID-SEAT")
    written.build("B2")

    assert [] == written.lacking()


def test_a_nonconformity_that_is_back_is_a_recurrence() -> None:
    """G2."""
    written = repeated()
    written.change("LID-SEAT")
    written.build("B3", rejects=1)
    written.cause("LID-SEAT", "B3")

    assert {"closed": 2, "modes": 2, "recurrences": 1} == written.finding(
        "nonconformities-closed"
    ).numbers


def test_one_design_origin_is_enough_whoever_says_otherwise_later() -> None:
    """G14: two people, about the very same target."""
    written = repeated()
    written.attribute("LID-SEAT", "design", batch="B1", number=1)
    states = [written.finding("no-design-nonconformity").holds]
    for by, single in (("ines", {}), ("ines", {"batch": "B1", "number": 1})):
        written.attribute("LID-SEAT", "process", by, **single)
        states.append(written.finding("no-design-nonconformity").holds)
    written.attribute("LID-SEAT", "process", "egon", batch="B1", number=1)

    assert [False, False, False] == states
    assert written.finding("no-design-nonconformity").holds


def test_the_same_person_twice_is_one_person() -> None:
    """G14."""
    written = repeated()
    written.attribute("LID-SEAT", "design")
    written.attribute("LID-SEAT", "process", "ines")
    written.attribute("LID-SEAT", "tooling", "ines")

    assert ["no-design-nonconformity"] == written.lacking()


@pytest.mark.parametrize(("sha256", "holds"), [("0" * 64, False), ("1" * 64, True)])
def test_another_design_is_one_with_another_digest(sha256: str, *, holds: bool) -> None:
    """G14."""
    written = repeated()
    written.attribute("CRACK", "design")
    written.approve(sha256, "DRW-1 rev Z")

    assert holds is written.finding("no-design-nonconformity").holds


def test_the_design_of_before_answers_nothing_that_came_after_it() -> None:
    """G14: it is not new, though it was approved again."""
    written = repeated()
    written.attribute("CRACK", "design")
    written.approve("1" * 64)
    answered = written.finding("no-design-nonconformity").holds
    written.attribute("CRACK", "design")
    written.approve("0" * 64)

    assert answered
    assert not written.finding("no-design-nonconformity").holds


def test_a_change_that_touches_the_design_goes_back_to_design() -> None:
    """S-52."""
    written = repeated()
    written.change("LID-SEAT", touches_design=True)

    assert not written.finding("no-design-nonconformity").holds


def test_a_correction_that_waits_stops_the_sign_off() -> None:
    """S-23."""
    written = repeated()
    written.correct("B1-0", "station", "A")

    assert ["no-correction-pending"] == written.lacking()


# --- people -------------------------------------------------------------------------------------


def test_the_signer_is_an_approver() -> None:
    """G9."""
    assert ["signer-allowed"] == clear().lacking(signer="egon")
    assert ["signer-allowed"] == clear().lacking(signer="")


@pytest.mark.parametrize(
    ("may_inspect", "others", "holds"),
    [(False, False, False), (False, True, False), (True, False, False), (True, True, True)],
)
def test_the_signer_recorded_no_reading_that_counts(
    *, may_inspect: bool, others: bool, holds: bool
) -> None:
    """G24: unless a small shop may, and then not as the only one."""
    written = Written(signer_may_inspect=may_inspect)
    written.register()
    written.open()
    written.unit("U-1", by="anna")
    if others:
        written.unit("U-2", by="ines")
    written.unit("U-3", by="ines", build={"method": "bench"})

    assert holds is written.finding("signer-allowed").holds


def test_the_signer_applied_no_change_that_a_closed_nonconformity_rests_on() -> None:
    """G24: also where a batch before this one confirmed it."""
    written = Written()
    written.register()
    written.build("B1", rejects=2)
    written.change("LID-SEAT", by="anna")
    written.build("B2", rejects=0)
    written.change("DULL")
    written.build("B3")

    assert not written.finding("signer-allowed").holds


def test_a_change_before_the_last_sign_off_binds_nobody() -> None:
    """G24."""
    written = Written()
    written.register()
    written.grant("egon", "approver")
    written.change("DULL")
    written.build("B1")
    before = written.finding("signer-allowed", signer="egon").holds
    written.sign("anna")
    written.enrol("emil", "Emil", "engineer")
    written.change("DULL", by="emil")
    written.build("B2")

    assert not before
    assert written.finding("signer-allowed", signer="egon").holds


def test_a_sign_off_of_the_very_same_batch_frees_nobody() -> None:
    """G24, G19: where a hold awaited something else."""
    written = Written()
    written.register()
    written.grant("egon", "approver")
    written.change("DULL")
    written.build("B1")
    written.sign("anna")
    written.hold(awaiting="the buyer's holiday")

    assert not written.finding("signer-allowed", signer="egon").holds
