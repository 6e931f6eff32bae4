"""The recount says of each rule whether it holds, on lines written by hand."""

from typing import Any

import pytest

from tests.recount.promises import passes_by_chance
from tests.recount.spelling import alike, by_spelling, name_of, value_of
from tests.recount.written import (
    BAR,
    GAP,
    LOOK,
    MINUTES,
    MODES,
    Written,
    clear,
    opened,
    plan,
    repeated,
    signed,
)


def test_a_clear_batch_lacks_nothing() -> None:
    """S-40."""
    assert [] == clear().lacking()


def test_without_a_batch_no_rule_about_one_holds() -> None:
    """S-17."""
    written = Written()
    written.register()
    findings = written.lacking()

    assert {"design-approved", "signer-allowed"}.isdisjoint(findings)
    assert 18 == len(findings)


def test_rejects_are_counted_up_to_the_bar() -> None:
    """S-54."""
    one, two = Written(), Written()
    for written, rejects in ((one, 1), (two, 2)):
        written.register()
        written.build(rejects=rejects)

    assert one.finding("rejects-within-ac").holds
    assert not two.finding("rejects-within-ac").holds
    assert {"ac": 1, "nonconformities": 2, "planned": 7, "rejects": 2, "units": 7} == (
        two.finding("rejects-within-ac").numbers
    )


def test_no_unit_is_no_evidence() -> None:
    """S-17."""
    written = opened()
    written.unit("U-1", build={"method": "bench"})
    written.close()

    assert {"representative-units", "rejects-within-ac", "no-critical"} <= {*written.lacking()}


def test_an_open_batch_decides_nothing() -> None:
    """S-25."""
    written = opened()
    for number in range(7):
        written.unit(f"U-{number}")

    assert ["batch-closed"] == written.lacking()


def test_a_critical_nonconformity_has_its_own_limit() -> None:
    """G8."""
    written = opened()
    written.unit("U-1", "B1", written.nonconformity("CRACK", "critical"))

    assert not written.finding("no-critical").holds


@pytest.mark.parametrize(
    ("clause", "minutes", "holds"),
    [
        ({}, (9_999, 1), True),
        ({"build_time_each_max_s": 660}, (660, 1), True),
        ({"build_time_each_max_s": 660}, (661, 1), False),
        ({"build_time_median_max_s": 660}, (660, 660), True),
        ({"build_time_median_max_s": 660}, (660, 661), False),
        ({"build_time_median_max_s": 660}, (660, None), False),
    ],
)
def test_a_build_time_is_judged_by_a_clause_alone(
    clause: dict[str, int], minutes: tuple[int, ...], *, holds: bool
) -> None:
    """S-38, G3, G8."""
    written = opened(**clause)
    for number, each in enumerate(minutes):
        written.unit(f"U-{number}", minutes=each)

    assert holds is written.finding("build-time").holds


@pytest.mark.parametrize(
    ("bar", "holds"),
    [
        ({"modes": [{"max_units": 0, "mode": "LID-SEAT"}]}, False),
        ({"modes": [{"max_units": 1, "mode": "LID-SEAT"}]}, True),
        ({"characteristics": [{"characteristic": "gap", "max_units": 0}]}, False),
        ({"characteristics": [{"characteristic": "look", "max_units": 0}]}, True),
    ],
)
def test_a_mode_and_a_characteristic_have_clauses_of_their_own(
    bar: dict[str, Any], *, holds: bool
) -> None:
    """G8."""
    written = opened(**bar)
    written.unit("U-1", gap=50)

    assert holds is written.finding("single-clauses").holds


# --- plan and bar -------------------------------------------------------------------------------


def test_a_bar_that_is_not_the_registered_one_is_noticed() -> None:
    """S-26."""
    written = Written()
    written.register()
    written._bar["bar"] = BAR | {"max_rejects": 2}
    written.build()

    assert ["plan-and-bar-frozen"] == written.lacking()


@pytest.mark.parametrize(
    ("looser", "is_looser"),
    [
        ({"characteristics": [GAP | {"upper": "0.50"}, LOOK, MINUTES]}, True),
        ({"characteristics": [GAP | {"upper": "0.30"}, LOOK, MINUTES]}, False),
        ({"characteristics": [GAP | {"severity": "minor"}, LOOK, MINUTES]}, True),
        ({"characteristics": [GAP, MINUTES]}, True),
        ({"modes": MODES[:1]}, True),
        ({"modes": [MODES[0], MODES[1] | {"zones": {"base": "minor"}}]}, True),
        ({"modes": [MODES[0], MODES[1] | {"zones": {}}]}, False),
        ({"operator_roles": ["operator"]}, False),
        ({"operator_roles": ["operator", "potter"]}, True),
        ({"signer_may_inspect": True}, True),
    ],
)
def test_a_looser_plan_takes_two_people(looser: dict[str, Any], *, is_looser: bool) -> None:
    """G15."""
    alone, agreed = clear(), clear()
    for written in (alone, agreed):
        written.publish(plan(**looser))
        written.change("DULL")
    agreed.say("inspection-plan-countersigned", {"number": 2, "plan_sha256": "x"}, "anna")
    for written in (alone, agreed):
        written.open("B2")

    assert is_looser is ("plan-agreed" in alone.lacking())
    assert "plan-agreed" not in agreed.lacking()


@pytest.mark.parametrize(("by", "is_late"), [("egon", False), ("anna", True)])
def test_whoever_agrees_is_another_person_and_in_time(by: str, *, is_late: bool) -> None:
    """G15: before the batch is opened."""
    written = clear()
    written.publish(plan(modes=[]))
    agreed = {"number": 2, "plan_sha256": "x"}
    if is_late:
        written.open("B2")
    written.say("inspection-plan-countersigned", agreed, by)
    if not is_late:
        written.open("B2")

    assert "plan-agreed" in written.lacking()


def test_a_looser_plan_before_any_result_is_one_persons_word() -> None:
    """G15: nothing was seen."""
    written = Written()
    written.publish(plan(modes=[]))
    written.register()
    written.build()

    assert [] == written.lacking()


# --- fresh --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spelt",
    [
        "SN-007",
        "sn-007",
        "SN-7",
        "SN 007",
        "SN\u2011007",
        "SN\u00a0007",
        "SN\uff0d\uff10\uff10\uff17",
    ],
)
def test_a_serial_spelt_otherwise_is_the_same_unit(spelt: str) -> None:
    """S-28."""
    written = Written()
    written.register()
    written.open("B1")
    written.unit("SN-007", "B1", gap=50)
    written.close("B1")
    written.change("LID-SEAT")
    written.open("B2")
    written.unit(spelt, "B2")
    written.unit("SN-008", "B2", distinct_from=["SN-007"])

    assert {"earlier": 1, "fresh": 1, "units": 2} == written.finding("fresh-units").numbers
    assert "fresh-units" in written.lacking()


def test_a_unit_that_was_said_to_be_another_one_is_fresh() -> None:
    """S-28: on purpose, and on record."""
    written = Written()
    written.register()
    written.build("B1")
    written.change("LID-SEAT")
    written.open("B2")
    written.unit("b1-00", "B2", distinct_from="B1-0")

    assert written.finding("fresh-units").holds


@pytest.mark.parametrize(
    ("one", "other", "are_alike"),
    [
        ("e\u0301-1", "\u00e9-1", True),
        ("STRASSE-1", "stra\u00dfe-1", True),
        ("A10", "A1-0", True),
        ("1-11", "11-1", False),
        ("A-B1", "AB1", True),
        ("A\u22121", "A1", True),
        ("A-0", "A-00", True),
        ("A-1", "B-1", False),
    ],
)
def test_spellings_are_folded(one: str, other: str, *, are_alike: bool) -> None:
    """S-28."""
    assert ([other] if are_alike else []) == alike(one, by_spelling([other]))


def test_names_and_values_are_folded_less() -> None:
    """G23: a name by its letters, a value by all that can be seen of it."""
    assert name_of("Ada  MERCER") == name_of("ada-mercer")
    assert value_of("Jig 1") == value_of("JIG\u00a01") != value_of("JIG-1")
    assert "-" == name_of("-")


# --- attempts -----------------------------------------------------------------------------------


def test_a_repeat_confirms_the_changes_before_it() -> None:
    """S-27."""
    written = repeated()

    assert [] == written.lacking()
    assert {"attempt": 2} == written.finding("latest-batch").numbers
    assert {"changes": 1} == written.finding("repeat-cites-change").numbers


def test_a_repeat_with_nothing_changed_needs_a_bar_that_allows_it() -> None:
    """G7."""
    refused, allowed = Written(), Written()
    refused.register()
    allowed.register(repeat_without_change="allow")
    for written in (refused, allowed):
        written.build("B1")
        written.open("B2", unchanged=True)
        written.close("B2")

    assert "repeat-cites-change" in refused.lacking()
    assert "repeat-cites-change" not in allowed.lacking()


def test_an_empty_batch_is_no_attempt_and_uses_up_no_change() -> None:
    """G25."""
    written = Written()
    written.register()
    written.build("B1", rejects=2)
    written.attribute("LID-SEAT", "process")
    written.cause("LID-SEAT")
    written.change("LID-SEAT")
    written.open("B2")
    written.close("B2")
    written.build("B3")

    assert [] == written.lacking()
    assert [1] == [c.data["number"] for c in written.ground.confirmed_by("B3")]
    assert {"attempt": 2} == written.finding("latest-batch").numbers


def test_an_empty_batch_behind_it_leaves_a_batch_the_latest() -> None:
    """G25."""
    written = clear()
    written.open("B2", unchanged=True)
    before = written.finding("latest-batch", "B1").holds
    written.close("B2")

    assert not before
    assert [] == written.lacking("B1")


def test_a_bar_that_asks_for_a_repeat_wants_a_whole_batch_before_it() -> None:
    """G1: one that counted as many units as were planned, for this design."""
    whole, short = Written(), Written()
    for written, units in ((whole, 7), (short, 6)):
        written.register(confirmation_batch="always")
        written.build("B1", units=units)
        written.open("B2", unchanged=True)

    assert not whole.finding("confirmation-batch", "B1").holds
    assert whole.finding("confirmation-batch").holds
    assert not short.finding("confirmation-batch").holds


@pytest.mark.parametrize(
    ("held", "may"), [(None, True), ({}, False), ({"awaiting": "the buyer's holiday"}, True)]
)
def test_the_repeat_that_a_bar_asks_for_needs_no_change_unless_the_first_was_held(
    held: dict[str, str] | None, *, may: bool
) -> None:
    """G1, G7, G19: a hold that awaits something else says nothing against the process."""
    written = Written()
    written.register(confirmation_batch="always")
    written.build("B1")
    if held is not None:
        written.hold(**held)
    written.open("B2", unchanged=True)

    assert may is written.finding("repeat-cites-change").holds


def test_a_repeat_of_another_design_confirms_nothing_of_this_one() -> None:
    """G1, S-28."""
    written = Written()
    written.register(confirmation_batch="always")
    written.build("B1")
    written.approve("1" * 64)
    written.build("B2")

    assert ["confirmation-batch"] == written.lacking()
    assert written.finding("repeat-cites-change").holds


@pytest.mark.parametrize("moved", ["change", "plan", "design", "digest"])
def test_a_batch_proves_nothing_about_what_came_after_it(moved: str) -> None:
    """S-28, G12; the same digest is the same design (G14)."""
    written = clear()
    if moved == "change":
        written.change("DULL")
    elif moved == "plan":
        written.publish(plan(operator_roles=["operator"]))
    else:
        written.approve(("1" if moved == "design" else "0") * 64, "DRW-2")

    assert ([] if moved == "digest" else ["after-last-change"]) == written.lacking()


# --- decided before -----------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["hold", "withdraw", "time"])
def test_a_batch_that_was_decided_on_is_not_signed_again(how: str) -> None:
    """G19, G26."""
    written = signed()
    if how == "time":
        written.wait(days=731)
    else:
        getattr(written, how)()

    assert "not-decided-before" in written.lacking()


def test_a_hold_that_awaits_something_else_is_no_end() -> None:
    """G19."""
    written = clear()
    written.hold(awaiting="the buyer's holiday")

    assert [] == written.lacking()


@pytest.mark.parametrize(
    ("units", "max_rejects", "passes"),
    [(1, 0, True), (3, 0, True), (4, 0, False), (5, 1, True), (7, 1, False), (10, 2, False)],
)
def test_a_bar_that_a_coin_would_pass_is_none(
    units: int, max_rejects: int, *, passes: bool
) -> None:
    """G22."""
    bar = {"max_rejects": max_rejects, "units": units}

    assert passes is (passes_by_chance(bar) * 10 > 1)
