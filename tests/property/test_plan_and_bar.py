"""What holds of every bar and of every pair of plans."""

from fractions import Fraction
from math import comb
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from signoff_ledger.domain.bar import Bar
from signoff_ledger.domain.characteristic import Characteristic
from signoff_ledger.domain.plan import InspectionPlan, Mode
from signoff_ledger.domain.plan_difference import Difference, differences
from signoff_ledger.domain.values import Severity
from tests.stories import BUILD, GLAZE, HEAT, LID, plan

LIMITS = st.none() | st.integers(-99, 99).map(lambda n: f"{n / 100:.2f}")
GRADES = st.sampled_from([*Severity])
MODES = st.builds(
    Mode,
    code=st.sampled_from(["PINHOLE", "LID-SEAT", "OTHER", "CHIP"]),
    severity=GRADES,
    text=st.just("a nonconformity"),
    zones=st.dictionaries(st.sampled_from(["base", "rim"]), GRADES, max_size=2),
)


@st.composite
def plans(draw: st.DrawFn) -> InspectionPlan:
    """Draw a plan whose limits, grades, modes and roles are any."""
    low, high = sorted(draw(st.tuples(st.integers(-99, 99), st.integers(-99, 99))))
    ends: dict[str, Any] = {
        "lower": draw(st.sampled_from([None, f"{low / 100:.2f}"])),
        "upper": f"{high / 100:.2f}",
        "nominal": None,
        "severity": draw(GRADES),
    }
    lid = Characteristic.model_validate(LID.model_dump() | ends)
    return plan(
        characteristics=(lid, GLAZE, HEAT, BUILD),
        modes=tuple(draw(st.lists(MODES, max_size=3, unique_by=lambda m: m.code))),
        operator_roles=tuple(draw(st.lists(st.sampled_from("abc"), min_size=1, unique=True))),
        signer_may_inspect=draw(st.booleans()),
    )


@given(st.integers(1, 300), st.data())
def test_a_bar_is_none_where_half_bad_passes_more_than_one_time_in_ten(
    units: int, data: st.DataObject
) -> None:
    """G22: exact, against fractions."""
    ac = data.draw(st.integers(0, units - 1))
    passing = sum((Fraction(comb(units, k), 2**units) for k in range(ac + 1)), Fraction(0))

    assert (passing > Fraction(1, 10)) is Bar(units=units, max_rejects=ac).passes_half_bad


@given(st.integers(2, 300), st.data())
def test_a_stricter_bar_is_never_less_of_one(units: int, data: st.DataObject) -> None:
    """G22: fewer rejects, or more units."""
    ac = data.draw(st.integers(0, units - 2))
    given_ = Bar(units=units, max_rejects=ac).passes_half_bad

    assert given_ or not Bar(units=units + 1, max_rejects=ac).passes_half_bad
    assert given_ <= Bar(units=units, max_rejects=ac + 1).passes_half_bad


@given(plans())
@settings(deadline=None)
def test_a_plan_differs_from_itself_in_nothing(only: InspectionPlan) -> None:
    """G15."""
    again = InspectionPlan.model_validate(only.model_dump())

    assert () == differences(only, again)


@given(plans(), plans())
@settings(deadline=None)
def test_what_is_tightened_one_way_is_loosened_the_other(
    one: InspectionPlan, other: InspectionPlan
) -> None:
    """G15: nothing can be loosened in two steps that are both called stricter."""
    there = {d.item: d.difference for d in differences(one, other)}
    back = {d.item: d.difference for d in differences(other, one)}

    looser = {Difference.LOOSENED, Difference.REMOVED}
    assert there.keys() == back.keys()
    for item, how in there.items():
        assert looser & {how, back[item]}


@given(plans(), plans(), st.integers(-150, 150))
@settings(deadline=None)
def test_a_plan_that_is_called_stricter_passes_no_reading_that_the_other_did_not(
    older: InspectionPlan, newer: InspectionPlan, reading: int
) -> None:
    """G15."""
    how = {d.item: d for d in differences(older, newer)}.get("lid")
    old, new = older.by_id["lid"], newer.by_id["lid"]

    if how is None or not how.loosens:
        assert old.conforms(reading) or not new.conforms(reading)
        assert new.severity.rank >= old.severity.rank
