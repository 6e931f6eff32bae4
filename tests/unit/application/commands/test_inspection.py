"""Recording at the line: units, retests, nonconformities, dispositions, closing."""

from datetime import timedelta
from typing import Any

import pytest

from signoff_ledger.application.commands.batches import CloseBatch, OpenBatch
from signoff_ledger.application.commands.inspection import DisposeUnit, RecordUnit
from signoff_ledger.application.commands.nonconformities import AddNonconformity
from signoff_ledger.application.commands.people import RevokeRole
from signoff_ledger.application.ledger import Call, Receipt
from signoff_ledger.domain.batch import Batch
from signoff_ledger.domain.plan import UnitBuild
from signoff_ledger.domain.unit import NonconformityReport
from signoff_ledger.domain.values import BuildMethod, Disposition, Role, Severity
from signoff_ledger.errors import Advice, InputError, NotFoundError, RuleRefusedError, SignoffError
from tests.ledgers import CUP, PLAN, START, Shop

BUILD = UnitBuild(method=BuildMethod.LINE)
VALUES = {"gap": "0.25 mm", "finish": "pass", "function": "Pass", "build_minutes": "11 min"}


def record(shop: Shop, serial: str = "S1", batch: str = "B1", **fields: Any) -> Receipt:
    """Record a unit with every field that a person may give."""
    given: dict[str, Any] = {"build": BUILD, "values": VALUES} | fields
    command = RecordUnit(batch=batch, serial=given.pop("serial", serial), **given)
    return shop.ledger.execute(command, Call("ines"))


def batch_of(shop: Shop, key: str = "B1") -> Batch:
    """Give a batch as it is now."""
    return shop.ledger.work().batch(key)


# --- units ----------------------------------------------------------------------------------------


def test_a_unit_is_recorded_with_everything_that_was_said(opened: Shop) -> None:
    """S-02, G10."""
    receipt = record(
        opened,
        nonconformities=(NonconformityReport("LID-SEAT", "inside", "a burr"),),
        gauge="feeler 3",
        note="näh",
        observed_at=START + timedelta(minutes=2),
    )
    event = receipt.recorded[0].entry.event.model_dump(mode="json", exclude_none=True)

    assert {"gap": 25, "finish": 1, "function": 1, "build_minutes": 660} == event["readings"]
    assert (dict.fromkeys(sorted(VALUES), "feeler 3"), "näh", "2026-03-02T08:02:00.000000Z") == (
        event["gauges"],
        event["note"],
        event["observed_at"],
    )
    assert [("LID-SEAT", "inside", "a burr", "minor")] == [
        (n["mode"], n["location"], n["note"], n["severity"]) for n in event["nonconformities"]
    ]


def test_readings_may_come_one_after_the_other(opened: Shop) -> None:
    record(opened, values={"gap": "0.25"})
    record(opened, values={"finish": "fail"})
    unit = batch_of(opened).units["S1"]

    assert {"gap": 25, "finish": 0} == unit.readings
    assert 2 == len(unit.events)


def test_the_same_result_again_is_not_recorded_and_another_one_is_refused(opened: Shop) -> None:
    """S-28: the first valid result counts."""
    record(opened)
    size = opened.store.size()
    assert () == record(opened).recorded
    with pytest.raises(RuleRefusedError) as caught:
        record(opened, values={"gap": "0.26"})

    assert "SL306" == caught.value.code
    assert size == opened.store.size()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"values": {"gab": "0.25"}}, "SL204"),
        ({"values": {"\x1b[2J": "0.25"}}, "SL204"),
        ({"values": {"gap": "0,25"}}, "SL103"),
        ({"values": {"gap": "0.25", "GAP": "0.26"}}, "SL103"),
        ({"values": {"gap": "0.25"}, "gauges": {"finish": "EYE"}}, "SL109"),
        ({"values": {}, "gauge": "FG-3"}, "SL109"),
        ({"answers": ("OK",)}, "SL109"),
        ({"values": {"gap": "\x1b[2J"}}, "SL103"),
        ({"values": {"gap": ""}}, "SL103"),
        ({"values": {"gap": "0.25 inch"}}, "SL103"),
        ({"values": {"finish": "maybe"}}, "SL103"),
        ({"serial": "\u3164"}, "SL106"),
        ({"serial": "\x1b[2J"}, "SL106"),
        ({"gauge": ""}, "SL106"),
        ({"note": "\x1b[2J"}, "SL105"),
        ({"observed_at": START.replace(tzinfo=None)}, "SL108"),
        ({"nonconformities": (NonconformityReport("NO-SUCH"),)}, "SL204"),
        ({"nonconformities": (NonconformityReport("\x1b[2J"),)}, "SL106"),
        ({"nonconformities": (NonconformityReport("CRACK", "top face"),)}, "SL106"),
        ({"nonconformities": (NonconformityReport("CRACK", note=" "),)}, "SL105"),
        ({"replaces": ("", "why")}, "SL106"),
        ({"replaces": ("S0", "")}, "SL105"),
        ({"observed_at": START - timedelta(seconds=1)}, "SL310"),
        ({"observed_at": START + timedelta(hours=1)}, "SL310"),
        ({"batch": "B9"}, "SL202"),
    ],
    ids=ascii,
)
def test_a_unit_that_cannot_be_recorded_is_refused_plainly(
    opened: Shop, fields: dict[str, Any], code: str
) -> None:
    size = opened.store.size()
    with pytest.raises(SignoffError) as caught:
        record(opened, **fields)

    assert code == caught.value.code
    assert all(line.isprintable() for line in str(caught.value).splitlines())
    assert size == opened.store.size()


def test_a_unit_may_stand_in_for_one_that_does_not_count(founded: Shop) -> None:
    """G5."""
    replacing = PLAN + 'missing_units = "replace"\n'
    founded.publish(replacing)
    founded.register(replacing)
    founded.open("B1")
    for serial in ("S1", "S2", "S3", "S4"):
        record(founded, serial, build=UnitBuild(method=BuildMethod.BENCH))
    record(founded, "S5", replaces=("S1", "was built on the bench"))
    count = founded.ledger.work().case("mug").tally

    assert count is not None
    assert ("S5",) == count.representative
    assert "REPLACED" in count.excluded["S1"]


def test_a_retest_is_kept_and_never_counts(opened: Shop) -> None:
    """S-28, G4."""
    record(opened, values={**VALUES, "gap": "0.50"})
    record(opened, values={"gap": "0.25"}, retest=True, note="measured again")
    unit = batch_of(opened).units["S1"]

    assert "unit-retested" == opened.topics()[-1]
    assert (50, 1) == (unit.readings["gap"], unit.retests)


def test_the_unit_that_fills_a_batch_beyond_its_bar_holds_the_process(opened: Shop) -> None:
    """S-42."""
    for number in range(1, 7):
        record(opened, f"S{number}", values={**VALUES, "gap": "0.50"})
    before = opened.store.size()
    receipt = record(opened, "S7")

    assert ["unit-inspected", "process-held", "batch-decided"] == opened.topics(before)
    assert 3 == len(receipt.recorded)


def test_a_batch_that_is_not_full_is_left_to_go_on(opened: Shop) -> None:
    for serial in ("S1", "S2", "S3"):
        record(opened, serial, values={**VALUES, "gap": "0.50"})

    assert "unit-inspected" == opened.topics()[-1]


# --- serials and builders ------------------------------------------------------------------------


def test_a_serial_is_recorded_in_one_spelling_and_kept_as_it_was_typed(opened: Shop) -> None:
    """G21."""
    receipt = record(opened, " S\u00a01\u200b")
    again = record(opened, "S 1")
    event = receipt.recorded[0].entry.event.model_dump(exclude_none=True)

    assert ("S 1", " S\u00a01\u200b") == (event["serial"], event["typed"])
    assert () == again.recorded
    assert ["S 1"] == [*batch_of(opened).units]


def test_a_serial_that_looks_like_another_is_recorded_only_on_purpose(opened: Shop) -> None:
    """G21."""
    record(opened, "S-1")
    with pytest.raises(RuleRefusedError) as caught:
        record(opened, "s01")
    receipt = record(opened, "s01", distinct_from=(" S-1",))
    event = receipt.recorded[0].entry.event.model_dump(exclude_none=True)

    assert "SL313" == caught.value.code
    assert Advice("tell-serials-apart", serial="S-1") == caught.value.advice
    assert ("S-1",) == event["distinct_from"]


@pytest.mark.parametrize("builder", ["egon", "EGON", "Egon Engineer", "egon-engineer", "anna"])
def test_a_builder_whom_the_ledger_knows_as_engineer_or_approver_is_none(
    opened: Shop, builder: str
) -> None:
    """G23: whatever the title on the sheet."""
    build = UnitBuild(method=BuildMethod.LINE, built_by=builder, operator_role="assembler")
    record(opened, build=build)
    count = opened.ledger.work().case("mug").tally

    assert count is not None
    assert {"S1": ("ENGINEER_ASSISTED",)} == count.excluded


@pytest.mark.parametrize("builder", [None, "pat", "ines", "bela"])
def test_anybody_else_may_have_built_a_unit(opened: Shop, builder: str | None) -> None:
    """G23."""
    record(opened, build=UnitBuild(method=BuildMethod.LINE, built_by=builder))

    assert batch_of(opened).units["S1"].builder_enrolled_as is None


def test_an_engineer_stays_one_when_the_role_is_taken_away(opened: Shop) -> None:
    """G23: who holds, or has held, the role."""
    opened.ledger.execute(
        RevokeRole(person="egon", role=Role.ENGINEER, reason="moved to the line"), Call("olga")
    )
    record(opened, build=UnitBuild(method=BuildMethod.LINE, built_by="egon"))

    assert Role.ENGINEER is batch_of(opened).units["S1"].builder_enrolled_as


# --- the same process under two names -------------------------------------------------------------


def beside(shop: Shop, plan: str = CUP) -> Shop:
    """Begin a second process, cup, beside the mug; its batch C1 is open."""
    shop.publish(plan)
    shop.register(plan)
    shop.ledger.execute(OpenBatch(process="cup", batch="C1", made_on={}), Call("egon"))
    return shop


def test_a_serial_is_used_once_among_processes_of_the_same_design_and_tooling(opened: Shop) -> None:
    """G21."""
    record(opened, "S1")
    beside(opened)
    with pytest.raises(RuleRefusedError) as same:
        record(opened, "S1", "C1")
    with pytest.raises(RuleRefusedError) as alike:
        record(opened, "s-01", "C1")

    assert ("SL306", "unit S1 belongs to batch B1 of process mug") == (
        same.value.code,
        same.value.what,
    )
    assert ("SL313", "unit s-01 looks like unit S1 of batch B1 of process mug") == (
        alike.value.code,
        alike.value.what,
    )


@pytest.mark.parametrize(
    "changes",
    [
        {'tooling = "T-1"': 'tooling = "T-2"'},
        {"DRW-1 rev B": "DRW-2", "0" * 64: "a" * 64},
    ],
    ids=["another tooling", "another design"],
)
def test_another_process_may_use_the_same_serials(opened: Shop, changes: dict[str, str]) -> None:
    """G21: per design and tooling."""
    record(opened, "S1")
    plan = CUP
    for old, new in changes.items():
        plan = plan.replace(old, new)
    beside(opened, plan)
    record(opened, "S1", "C1")

    assert ["S1"] == [*batch_of(opened, "C1").units]


# --- nonconformities and dispositions -------------------------------------------------------------


def add(shop: Shop, batch: str = "B1", serial: str = "B1-1", **given: Any) -> Receipt:
    """Record a crack on a unit."""
    found = given.pop("nonconformity", NonconformityReport("CRACK"))
    return shop.ledger.execute(
        AddNonconformity(batch=batch, serial=serial, nonconformity=found, **given), Call("ines")
    )


def test_a_nonconformity_that_is_seen_later_counts_and_may_hold_the_process(shop: Shop) -> None:
    """S-42, S-45."""
    shop.build("B1")
    before = shop.store.size()
    add(shop, observed_at=START + timedelta(minutes=2))

    assert [
        "nonconformity-recorded",
        "batch-amended",
        "process-held",
        "batch-decided",
    ] == shop.topics(before)


def test_a_nonconformity_that_is_seen_after_a_sign_off_takes_its_support_away(shop: Shop) -> None:
    """G11."""
    shop.sign_off_a_repeat()
    before = shop.store.size()
    add(shop, "B2", "B2-1")

    assert "sign-off-unsupported" in shop.topics(before)
    with pytest.raises(RuleRefusedError) as caught:
        shop.order()
    assert "mug is UNSUPPORTED" in caught.value.why


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"serial": "S9"}, "SL204"),
        ({"batch": "B9"}, "SL202"),
        ({"serial": "\x1b[2J"}, "SL106"),
        ({"nonconformity": NonconformityReport("NO-SUCH")}, "SL204"),
        ({"nonconformity": NonconformityReport("CRACK", "\x1b[2J")}, "SL106"),
        ({"nonconformity": NonconformityReport("CRACK", None, "\x1b[2J")}, "SL105"),
        ({"observed_at": START - timedelta(seconds=1)}, "SL310"),
        ({"observed_at": START.replace(tzinfo=None)}, "SL108"),
    ],
    ids=ascii,
)
def test_a_nonconformity_that_cannot_be_recorded_is_refused_plainly(
    shop: Shop, given: dict[str, Any], code: str
) -> None:
    shop.build("B1")
    size = shop.store.size()
    with pytest.raises(SignoffError) as caught:
        add(shop, **given)

    assert code == caught.value.code
    assert all(line.isprintable() for line in str(caught.value).splitlines())
    assert size == shop.store.size()


@pytest.mark.parametrize("disposition", Disposition)
def test_a_disposition_changes_no_count(shop: Shop, disposition: Disposition) -> None:
    """G4."""
    shop.build("B1", rejects=1)
    before = shop.ledger.work().case("mug").tally
    shop.ledger.execute(
        DisposeUnit(batch="B1", serial="B1-1", disposition=disposition, reason="fouled"),
        Call("egon"),
    )

    assert disposition is batch_of(shop).units["B1-1"].disposition
    assert before == shop.ledger.work().case("mug").tally


def test_a_disposition_needs_a_unit_and_a_reason(shop: Shop) -> None:
    shop.build("B1")
    for batch, serial, reason, code in (
        ("B1", "S9", "why", "SL204"),
        ("B9", "B1-1", "why", "SL202"),
        ("B1", "B1-1", "", "SL105"),
        ("B1", "\x1b[2J", "why", "SL106"),
    ):
        with pytest.raises(SignoffError) as caught:
            shop.ledger.execute(
                DisposeUnit(
                    batch=batch, serial=serial, disposition=Disposition.SCRAP, reason=reason
                ),
                Call("egon"),
            )

        assert code == caught.value.code


# --- closing --------------------------------------------------------------------------------------


def test_closing_a_clean_batch_decides_nothing(shop: Shop) -> None:
    shop.build("B1", rejects=1)

    assert ["batch-closed", "batch-finished"] == shop.topics()[-2:]


def test_closing_a_batch_that_is_short_of_units_holds_the_process(opened: Shop) -> None:
    """G5, S-42: what is missing then stays missing."""
    record(opened)
    before = opened.store.size()
    opened.close("B1")

    assert ["batch-closed", "batch-finished", "process-held", "batch-decided"] == opened.topics(
        before
    )


def test_a_batch_is_closed_once_and_takes_nothing_more(shop: Shop) -> None:
    shop.build("B1")
    with pytest.raises(RuleRefusedError) as again:
        shop.close("B1")
    with pytest.raises(RuleRefusedError) as more:
        shop.record("B1", "S9")

    assert "SL305" == again.value.code == more.value.code
    with pytest.raises(InputError):
        shop.ledger.execute(CloseBatch(batch="B1", note="\x07"), Call("ines"))
    with pytest.raises(NotFoundError):
        shop.close("B9")


def test_severity_follows_the_zone(opened: Shop) -> None:
    """S-47."""
    record(
        opened,
        nonconformities=(
            NonconformityReport("LID-SEAT"),
            NonconformityReport("LID-SEAT", "inside"),
        ),
    )
    found = batch_of(opened).units["S1"].nonconformities.values()

    assert [Severity.MAJOR, Severity.MINOR] == [n.severity for n in found]
