"""Setting things up: plan, bar, approvals from elsewhere, opening a batch."""

import pytest

from signoff_ledger.application.commands.bars import RegisterBar, SupersedeBar
from signoff_ledger.application.commands.batches import OpenBatch
from signoff_ledger.application.commands.changes import ApplyChange
from signoff_ledger.application.commands.people import GrantRole
from signoff_ledger.application.commands.plans import CountersignPlan, NoteApproval
from signoff_ledger.application.ledger import Call
from signoff_ledger.domain.bar import Bar
from signoff_ledger.domain.plan import Parameter, StatedProvenance
from signoff_ledger.domain.values import Role
from signoff_ledger.errors import (
    InputError,
    NotFoundError,
    RuleRefusedError,
    SignoffError,
)
from signoff_ledger.formats.plan_toml import read_plan
from tests.ledgers import CUP, PLAN, SKIMMED, Shop, plan_file

DIGEST = "ab" * 32


OTHER = PLAN.replace("A mug with a lid", "Another mug")


def bar(units: int = 7, max_rejects: int = 1) -> Bar:
    """Make a bar."""
    return Bar(units=units, max_rejects=max_rejects)


# --- plan -----------------------------------------------------------------------------------------


def test_a_first_plan_defines_the_process_and_names_its_design_approval(founded: Shop) -> None:
    """S-12: the design was proved before."""
    before = founded.store.size()
    founded.publish()

    assert [
        "process-defined",
        "design-approval-referenced",
        "inspection-plan-published",
    ] == founded.topics(before)


def test_another_plan_needs_a_reason(shop: Shop) -> None:
    """S-03: the plan in force is pinned by its digest; changing it is an event with a why."""
    with pytest.raises(InputError) as caught:
        shop.publish(OTHER)
    shop.publish(OTHER, "renamed")

    assert "SL109" == caught.value.code
    assert 2 == len(shop.ledger.work().process("mug").plans)


def test_a_plan_is_frozen_while_a_batch_is_open(opened: Shop) -> None:
    with pytest.raises(RuleRefusedError) as caught:
        opened.publish(OTHER, "renamed")

    assert "SL311" == caught.value.code


@pytest.mark.parametrize("reason", ["", " ", "\x07", "x" * 2_001])
def test_a_reason_that_cannot_be_recorded_is_refused(shop: Shop, reason: str) -> None:
    size, anna, egon = shop.store.size(), Call("anna"), Call("egon")
    with pytest.raises(InputError) as plan:
        shop.publish(OTHER, reason)
    with pytest.raises(InputError) as other_bar:
        shop.ledger.execute(SupersedeBar(process="mug", bar=bar(5), reason=reason), anna)
    with pytest.raises(InputError) as approval:
        shop.ledger.execute(
            NoteApproval(process="mug", of="tooling", reference="T", note=reason), egon
        )

    assert ["SL105"] * 3 == [caught.value.code for caught in (plan, other_bar, approval)]
    assert size == shop.store.size()


# --- approvals from elsewhere ---------------------------------------------------------------------


def test_a_tooling_approval_is_kept_apart_and_opens_nothing(shop: Shop) -> None:
    """S-43."""
    shop.ledger.execute(
        NoteApproval(process="mug", of="tooling", reference="TS-1", note="first shots"),
        Call("egon"),
    )
    with pytest.raises(RuleRefusedError) as caught:
        shop.order()

    assert "SL302" == caught.value.code
    assert "the approval TS-1 is of the tooling T-1, not of the process" in caught.value.why


def test_a_tooling_approval_names_no_document(shop: Shop) -> None:
    """S-43: it is not to be taken for an approval of the design."""
    size = shop.store.size()
    with pytest.raises(InputError) as caught:
        shop.ledger.execute(
            NoteApproval(
                process="mug", of="tooling", reference="TS-1", note=None, document="DRW-1"
            ),
            Call("egon"),
        )

    assert "SL109" == caught.value.code
    assert size == shop.store.size()


def test_a_new_design_approval_replaces_the_old_one(shop: Shop) -> None:
    """S-12."""
    receipt = shop.ledger.execute(
        NoteApproval(
            process="mug",
            of="design",
            reference="DS-2",
            note=None,
            document="DRW-1 rev C",
            sha256=DIGEST,
        ),
        Call("egon"),
    )
    design = shop.ledger.work().process("mug").design

    assert 1 == len(receipt.recorded)
    assert design is not None
    assert ("DS-2", "DRW-1 rev C", DIGEST) == (design.reference, design.document, design.sha256)


@pytest.mark.parametrize(
    ("document", "digest", "code"),
    [
        (None, DIGEST, "SL109"),
        ("DRW-1", None, "SL109"),
        ("DRW-1", "AB" * 32, "SL106"),
        ("DRW-1", "short", "SL106"),
        (" padded", DIGEST, "SL106"),
        ("\x1b[2J", DIGEST, "SL106"),
    ],
)
def test_a_design_approval_names_a_document_by_its_digest(
    shop: Shop, document: str | None, digest: str | None, code: str
) -> None:
    """S-03."""
    with pytest.raises(InputError) as caught:
        shop.ledger.execute(
            NoteApproval(
                process="mug",
                of="design",
                reference="DS-2",
                note=None,
                document=document,
                sha256=digest,
            ),
            Call("egon"),
        )

    assert code == caught.value.code
    assert all(line.isprintable() for line in str(caught.value).splitlines())


def test_an_approval_needs_a_process_and_a_reference(shop: Shop) -> None:
    for process, reference, code in (("none", "R", "SL201"), ("mug", " ", "SL106")):
        with pytest.raises(SignoffError) as caught:
            shop.ledger.execute(
                NoteApproval(process=process, of="tooling", reference=reference, note=None),
                Call("egon"),
            )

        assert code == caught.value.code


# --- bar ------------------------------------------------------------------------------------------


def test_a_bar_is_registered_once_and_never_overwritten(shop: Shop) -> None:
    """S-26."""
    size = shop.store.size()
    assert () == shop.register().recorded
    with pytest.raises(RuleRefusedError) as caught:
        shop.ledger.execute(RegisterBar(process="mug", bar=bar(8)), Call("egon"))

    assert "SL311" == caught.value.code
    assert size == shop.store.size()


def test_a_bar_needs_a_process_it_fits(founded: Shop) -> None:
    with pytest.raises(NotFoundError):
        founded.ledger.execute(RegisterBar(process="mug", bar=bar()), Call("egon"))
    founded.publish()
    unfit = read_plan(PLAN + '[[bar.mode]]\nmode = "CRACK"\nmax_units = 0\n', "plan").bar
    assert unfit is not None
    founded.publish(PLAN.replace("CRACK", "SPLIT"), "renamed")
    with pytest.raises(InputError) as caught:
        founded.ledger.execute(RegisterBar(process="mug", bar=unfit), Call("egon"))

    assert "SL102" == caught.value.code


def test_a_bar_is_superseded_with_a_reason_before_results_and_a_loosening_is_marked(
    shop: Shop,
) -> None:
    """G6."""
    shop.ledger.execute(
        SupersedeBar(process="mug", bar=bar(20, 2), reason="a larger run"), Call("anna")
    )
    bars = shop.ledger.work().process("mug").bars

    assert [1, 2] == [b.number for b in bars]
    assert ("max_rejects",) == bars[-1].loosened


def test_a_superseding_bar_is_for_the_batch_that_is_opened_next(opened: Shop) -> None:
    """G6, G16, G25, S-18: a batch opened under the wrong one is closed empty, no attempt."""
    opened.close("B1")
    opened.ledger.execute(
        SupersedeBar(process="mug", bar=bar(9), reason="nine units"), Call("anna")
    )
    opened.open("B2")
    first, second = (opened.ledger.work().batch(key) for key in ("B1", "B2"))

    assert (7, 9, 2) == (first.bar.units, second.bar.units, second.started.bar_number)
    assert 1 == second.started.attempt


@pytest.mark.parametrize("step", ["register", "supersede"])
def test_a_bar_that_half_a_process_passes_is_refused(founded: Shop, step: str) -> None:
    """G22."""
    founded.publish()
    if step == "supersede":
        founded.register()
    size = founded.store.size()
    ledger, anna = founded.ledger, Call("anna")
    steps = {
        "register": lambda: ledger.execute(RegisterBar(process="mug", bar=bar(4)), anna),
        "supersede": lambda: ledger.execute(
            SupersedeBar(process="mug", bar=bar(4), reason="four will do"), anna
        ),
    }
    with pytest.raises(RuleRefusedError) as caught:
        steps[step]()

    assert ("SL314", "at most 1 of 4 is no bar for mug") == (caught.value.code, caught.value.what)
    assert size == founded.store.size()


@pytest.mark.parametrize("units", [0, 1])
def test_a_bar_that_comes_once_the_batch_is_open_is_refused_and_the_attempt_recorded(
    opened: Shop, units: int
) -> None:
    """S-26, S-37, G13, G16."""
    for number in range(units):
        opened.record("B1", f"S{number}")
    before = opened.store.size()
    with pytest.raises(RuleRefusedError) as caught:
        opened.ledger.execute(
            SupersedeBar(process="mug", bar=bar(8), reason="too many rejects"), Call("anna")
        )

    assert "SL303" == caught.value.code
    assert ["command-refused"] == opened.topics(before)
    assert 1 == len(opened.ledger.work().process("mug").bars)


def test_a_bar_that_is_registered_late_is_refused_as_late_and_the_attempt_recorded(
    opened: Shop,
) -> None:
    """S-26, G13."""
    opened.record("B1", "S1")
    before = opened.store.size()
    with pytest.raises(RuleRefusedError) as caught:
        opened.ledger.execute(RegisterBar(process="mug", bar=bar(8)), Call("anna"))

    assert "SL303" == caught.value.code
    assert caught.value.attempt is not None
    assert "bar 2 for batch B1" == caught.value.attempt.subject
    assert ["command-refused"] == opened.topics(before)


def test_there_must_be_a_bar_and_another_one_to_supersede(founded: Shop) -> None:
    founded.publish()
    with pytest.raises(RuleRefusedError) as missing:
        founded.ledger.execute(SupersedeBar(process="mug", bar=bar(), reason="why"), Call("anna"))
    founded.register()
    with pytest.raises(InputError) as same:
        founded.ledger.execute(SupersedeBar(process="mug", bar=bar(), reason="why"), Call("anna"))

    assert ("SL308", "SL109") == (missing.value.code, same.value.code)


# --- a plan that loosens --------------------------------------------------------------------------

WIDER = PLAN.replace('"0.40"', '"0.60"')


def test_a_plan_that_one_person_loosened_opens_no_batch(shop: Shop) -> None:
    """G15."""
    shop.build("B1", rejects=2)
    shop.answer("B1")
    shop.publish(WIDER, "as agreed")
    with pytest.raises(RuleRefusedError) as caught:
        shop.open("B2")

    assert "SL308" == caught.value.code
    assert "gap LOOSENED: " in caught.value.why


@pytest.mark.parametrize("who", ["anna", "bela"])
def test_a_plan_that_two_people_loosened_opens_the_next_batch(shop: Shop, who: str) -> None:
    """G15: an engineer, and an approver or a buyer."""
    shop.build("B1", rejects=2)
    shop.answer("B1")
    shop.publish(WIDER, "as agreed")
    shop.ledger.execute(CountersignPlan(process="mug"), Call(who))
    shop.open("B2")

    assert who == shop.ledger.work().process("mug").plans[-1].countersigned_by
    assert 2 == shop.ledger.work().batch("B2").started.plan_number


def test_whoever_published_a_plan_does_not_countersign_it(shop: Shop) -> None:
    """G15: two people, whatever their roles."""
    shop.ledger.execute(GrantRole(person="egon", role=Role.BUYER, note="stands in"), Call("olga"))
    shop.build("B1", rejects=2)
    shop.publish(WIDER, "as agreed")
    with pytest.raises(RuleRefusedError) as caught:
        shop.ledger.execute(CountersignPlan(process="mug"), Call("egon"))

    assert ("SL307", "egon published it") == (caught.value.code, caught.value.why)


def test_a_plan_before_any_result_needs_nobody_else(shop: Shop) -> None:
    """G15."""
    shop.publish(WIDER, "as agreed")
    with pytest.raises(RuleRefusedError) as caught:
        shop.ledger.execute(CountersignPlan(process="mug"), Call("anna"))
    shop.open("B1")

    assert ("SL311", "it loosens nothing that saw results") == (
        caught.value.code,
        caught.value.why,
    )


# --- opening --------------------------------------------------------------------------------------


def test_a_batch_is_opened_under_the_plan_and_bar_in_force(shop: Shop) -> None:
    """S-25: bar, then batch, then units."""
    shop.open("B1")
    batch = shop.ledger.work().batch("B1")
    file = plan_file()

    assert (file.plan, file.bar) == (batch.plan, batch.bar)
    assert file.plan.provenance == batch.started.required
    assert StatedProvenance() == batch.started.made_on


def test_what_a_change_demands_is_said_when_the_batch_is_opened(shop: Shop) -> None:
    """G17: what is not said is not taken to be met, and is on record as not said."""
    shop.ledger.execute(
        ApplyChange(
            process="mug",
            change=SKIMMED._replace(fixture="JIG-1", parameter="ramp K/h", old="120", new="60"),
        ),
        Call("egon"),
    )
    shop.ledger.execute(
        OpenBatch(
            process="mug",
            batch="B1",
            made_on={"fixture": "JIG-1"},
            parameters={"ramp K/h": "60", "air": "wet"},
        ),
        Call("egon"),
    )
    started = shop.ledger.work().batch("B1").started

    assert (("fixture",), "JIG-1") == (started.demanded, started.made_on.fixture)
    assert (Parameter(name="ramp K/h", value="60"),) == started.required_parameters
    assert (
        Parameter(name="air", value="wet"),
        Parameter(name="ramp K/h", value="60"),
    ) == started.made_on.parameters
    assert started.made_on.line is None


@pytest.mark.parametrize("setting", [{"": "60"}, {"\x1b[2J": "60"}, {"ramp": ""}, {"ramp": "\x1b"}])
def test_a_setting_that_cannot_be_recorded_is_refused(shop: Shop, setting: dict[str, str]) -> None:
    with pytest.raises(InputError) as caught:
        shop.ledger.execute(
            OpenBatch(process="mug", batch="B1", made_on={}, parameters=setting), Call("egon")
        )

    assert "SL106" == caught.value.code


def test_what_a_run_was_made_on_may_differ_from_what_is_required(shop: Shop) -> None:
    """S-02: it is on record, and the units do not count."""
    shop.open("B1", tooling="T-2", fixture="jig 7")
    started = shop.ledger.work().batch("B1").started

    assert ("T-2", "jig 7", None) == (
        started.made_on.tooling,
        started.made_on.fixture,
        started.made_on.site,
    )
    assert ("T-1", "none specified") == (started.required.tooling, started.required.fixture)


@pytest.mark.parametrize(
    ("made_on", "code"),
    [
        ({"colour": "red"}, "SL109"),
        ({"\x1b[2J": "x"}, "SL109"),
        ({"site": ""}, "SL106"),
        ({"site": "\x1b[2J"}, "SL106"),
    ],
)
def test_a_run_differs_only_in_what_a_provenance_has(
    shop: Shop, made_on: dict[str, str], code: str
) -> None:
    with pytest.raises(InputError) as caught:
        shop.open("B1", **made_on)

    assert code == caught.value.code
    assert all(line.isprintable() for line in str(caught.value).splitlines())


def test_a_key_of_a_batch_is_used_once_in_the_whole_ledger(shop: Shop) -> None:
    shop.build("B1")
    shop.change()
    shop.publish(CUP)
    shop.register(CUP)
    for process in ("mug", "cup"):
        with pytest.raises(RuleRefusedError) as caught:
            shop.ledger.execute(OpenBatch(process=process, batch="B1", made_on={}), Call("egon"))

        assert "batch B1 exists already, in mug" == caught.value.what


def test_no_batch_is_opened_without_a_process_or_without_a_bar(founded: Shop) -> None:
    """S-25."""
    with pytest.raises(NotFoundError) as no_process:
        founded.open("B1")
    founded.publish()
    with pytest.raises(RuleRefusedError) as no_bar:
        founded.open("B1")

    assert ("SL201", "SL308") == (no_process.value.code, no_bar.value.code)


def test_a_repeat_with_nothing_changed_is_refused_and_the_attempt_recorded(shop: Shop) -> None:
    """G7, G13."""
    shop.build("B1", rejects=2)
    before = shop.store.size()
    with pytest.raises(RuleRefusedError) as caught:
        shop.open("B2")

    assert "SL304" == caught.value.code
    assert ["command-refused"] == shop.topics(before)


# --- the only process -----------------------------------------------------------------------------


def test_the_only_process_need_not_be_named(shop: Shop) -> None:
    work = shop.ledger.work()

    assert "mug" == work.process_named(None)
    assert "mug" == work.process_named("mug")


def test_with_no_process_or_with_several_one_must_be_named(founded: Shop) -> None:
    with pytest.raises(NotFoundError) as none:
        founded.ledger.work().process_named(None)
    founded.publish()
    founded.publish(CUP)
    with pytest.raises(NotFoundError) as several:
        founded.ledger.work().process_named(None)
    with pytest.raises(NotFoundError) as unknown:
        founded.ledger.work().process_named("plate")

    assert "this ledger has no process yet" == none.value.what
    assert "this ledger has mug, cup" == several.value.why
    assert "SL201" == none.value.code == several.value.code == unknown.value.code
