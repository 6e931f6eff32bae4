"""Between batches: origins, causes, changes, remarks."""

from typing import Any

import pytest

from signoff_ledger.application.commands.batches import OpenBatch
from signoff_ledger.application.commands.changes import ApplyChange
from signoff_ledger.application.commands.decisions import RecordRemark
from signoff_ledger.application.commands.nonconformities import AttributeNonconformity, StateCause
from signoff_ledger.application.ledger import Call, Receipt
from signoff_ledger.domain.process_records import Standing
from signoff_ledger.domain.values import CauseKind, Origin, RemarkKind
from signoff_ledger.errors import IdentityError, InputError, NotFoundError, SignoffError
from tests.ledgers import CUP, SKIMMED, Shop

EGON = Call("egon")


@pytest.fixture
def rejected(shop: Shop) -> Shop:
    """Give a ledger whose batch B1 has one lid that does not seat, D-1 on unit B1-1."""
    shop.build("B1", rejects=1)
    return shop


def attribute(shop: Shop, **given: Any) -> Receipt:
    """Attribute a mode to the process, unless something else is given."""
    fields = {"mode": "LID-SEAT", "origin": Origin.PROCESS, "reason": "shrinkage"} | given
    process = fields.pop("process", "mug")
    return shop.ledger.execute(AttributeNonconformity(process=process, **fields), EGON)


# --- origins --------------------------------------------------------------------------------------


def origin_of(shop: Shop, number: int = 1) -> Origin | None:
    """Say where a nonconformity of the batch comes from."""
    found = shop.ledger.work().process("mug").origin_of("B1", "LID-SEAT", number)
    return found.origin if found else None


def test_a_later_attribution_replaces_the_earlier_one_and_both_stay(rejected: Shop) -> None:
    """S-16."""
    attribute(rejected, origin=Origin.MATERIAL)
    attribute(rejected, origin=Origin.TOOLING)

    assert Origin.TOOLING is origin_of(rejected)
    assert 2 == rejected.topics().count("nonconformity-attributed")


def test_a_single_nonconformity_is_attributed_by_its_number(rejected: Shop) -> None:
    """S-16."""
    attribute(rejected, mode=None, single=("B1", 1), origin=Origin.MATERIAL)

    assert (Origin.MATERIAL, None) == (origin_of(rejected), origin_of(rejected, 2))


def test_an_attribution_to_the_design_ends_a_sign_off(shop: Shop) -> None:
    """S-35, G14."""
    shop.sign_off_a_repeat()
    attribute(shop, origin=Origin.DESIGN)
    process = shop.ledger.work().process("mug")

    assert Standing.LAPSED is process.standing
    assert "LID-SEAT was attributed to the design: shrinkage" == process.standing_why


def test_a_design_nonconformity_stands_until_two_people_say_otherwise(rejected: Shop) -> None:
    """G14: an engineer alone does not take it back, an approver with one does."""
    attribute(rejected, origin=Origin.DESIGN)
    attribute(rejected, origin=Origin.TOOLING)
    by_one = origin_of(rejected)
    rejected.ledger.execute(
        AttributeNonconformity(
            process="mug", mode="LID-SEAT", origin=Origin.TOOLING, reason="the drawing says 0.4"
        ),
        Call("anna"),
    )

    assert (Origin.DESIGN, Origin.TOOLING) == (by_one, origin_of(rejected))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"mode": None}, "SL109"),
        ({"mode": "NO-SUCH"}, "SL204"),
        ({"mode": "\x1b[2J"}, "SL106"),
        ({"single": ("B1", 9)}, "SL204"),
        ({"single": ("B9", 1)}, "SL202"),
        ({"process": "plate"}, "SL201"),
        ({"reason": " "}, "SL105"),
    ],
    ids=ascii,
)
def test_an_attribution_that_cannot_be_is_refused_plainly(
    rejected: Shop, given: dict[str, Any], code: str
) -> None:
    size = rejected.store.size()
    with pytest.raises(SignoffError) as caught:
        attribute(rejected, **given)

    assert code == caught.value.code
    assert all(line.isprintable() for line in str(caught.value).splitlines())
    assert size == rejected.store.size()


# --- causes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [CauseKind.FOUND, CauseKind.NOT_FOUND])
def test_an_engineer_states_a_cause_or_that_none_was_found(rejected: Shop, kind: CauseKind) -> None:
    """S-07, S-23."""
    rejected.ledger.execute(
        StateCause(batch="B1", mode="LID-SEAT", kind=kind, statement="looked everywhere"), EGON
    )

    assert kind is rejected.ledger.work().process("mug").causes["B1", "LID-SEAT"].kind


@pytest.mark.parametrize("kind", [CauseKind.ACCEPTED, CauseKind.OUT_OF_SCOPE])
def test_a_nonconformity_is_accepted_or_set_aside_by_an_approver_only(
    rejected: Shop, kind: CauseKind
) -> None:
    """S-07."""
    with pytest.raises(IdentityError) as caught:
        rejected.ledger.execute(
            StateCause(batch="B1", mode="LID-SEAT", kind=kind, statement="fine"), EGON
        )
    rejected.ledger.execute(
        StateCause(batch="B1", mode="LID-SEAT", kind=kind, statement="fine"), Call("anna")
    )

    assert "SL402" == caught.value.code
    assert kind is rejected.ledger.work().process("mug").causes["B1", "LID-SEAT"].kind


@pytest.mark.parametrize(
    ("batch", "mode", "statement", "code"),
    [
        ("B1", "CRACK", "why", "SL204"),
        ("B1", "\x1b[2J", "why", "SL106"),
        ("B9", "LID-SEAT", "why", "SL202"),
        ("B1", "LID-SEAT", "", "SL105"),
    ],
    ids=ascii,
)
def test_a_cause_is_stated_of_what_the_batch_shows(
    rejected: Shop, batch: str, mode: str, statement: str, code: str
) -> None:
    with pytest.raises(SignoffError) as caught:
        rejected.ledger.execute(
            StateCause(batch=batch, mode=mode, kind=CauseKind.FOUND, statement=statement), EGON
        )

    assert code == caught.value.code


def test_a_clean_batch_shows_nothing_to_state_a_cause_of(shop: Shop) -> None:
    shop.build("B1")
    with pytest.raises(NotFoundError) as caught:
        shop.state_cause("B1")

    assert "it shows no nonconformity" == caught.value.why


# --- changes --------------------------------------------------------------------------------------


def test_a_change_raises_the_revision_and_ends_a_standing_sign_off(shop: Shop) -> None:
    """S-08, G12."""
    shop.sign_off_a_repeat()
    before = shop.store.size()
    shop.change("LID-SEAT")
    process = shop.ledger.work().process("mug")

    assert ["process-change-applied", "sign-off-lapsed"] == shop.topics(before)
    assert (3, Standing.LAPSED) == (process.revision, process.standing)


def test_a_change_that_is_described_at_length_ends_a_standing_sign_off_too(shop: Shop) -> None:
    """S-08."""
    shop.sign_off_a_repeat()
    change = SKIMMED._replace(what="x" * 2_000, why="y" * 2_000)
    shop.ledger.execute(ApplyChange(process="mug", change=change), EGON)

    assert "sign-off-lapsed" == shop.topics()[-1]


def test_a_change_says_which_parameter_was_turned_and_which_jig_is_required(shop: Shop) -> None:
    """S-50, S-51."""
    shop.build("B1", rejects=2)
    change = SKIMMED._replace(
        addresses=("LID-SEAT", "build_minutes"),
        fixture="jig 7",
        parameter="ramp",
        old="5 K/min",
        new="3 K/min",
        tooling_revision="B",
    )
    shop.ledger.execute(ApplyChange(process="mug", change=change), EGON)
    process = shop.ledger.work().process("mug")

    assert ("jig 7", "B") == (process.made_on().fixture, process.made_on().tooling_revision)
    assert ("ramp", "5 K/min", "3 K/min") == (
        process.changes[0].applied.parameter,
        process.changes[0].applied.old,
        process.changes[0].applied.new,
    )


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"what": ""}, "SL105"),
        ({"why": "\x1b[2J"}, "SL105"),
        ({"addresses": ("NO-SUCH",)}, "SL204"),
        ({"addresses": ("\x1b[2J",)}, "SL106"),
        ({"parameter": "ramp"}, "SL109"),
        ({"parameter": "ramp", "old": "5"}, "SL109"),
        ({"old": "5"}, "SL109"),
        ({"fixture": " padded"}, "SL106"),
        ({"tooling_revision": "\x1b[2J"}, "SL106"),
    ],
    ids=ascii,
)
def test_a_change_that_cannot_be_recorded_is_refused_plainly(
    shop: Shop, given: dict[str, Any], code: str
) -> None:
    size = shop.store.size()
    with pytest.raises(InputError) as caught:
        shop.ledger.execute(ApplyChange(process="mug", change=SKIMMED._replace(**given)), EGON)

    assert code == caught.value.code
    assert all(line.isprintable() for line in str(caught.value).splitlines())
    assert size == shop.store.size()


# --- remarks --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", RemarkKind)
def test_a_remark_is_kept_with_its_author_and_changes_no_verdict(
    rejected: Shop, kind: RemarkKind
) -> None:
    """S-53, S-58."""
    before = rejected.ledger.work().case("mug")
    rejected.ledger.execute(
        RecordRemark(process="mug", kind=kind, text="we need it by Friday"), Call("bela")
    )
    after = rejected.ledger.work().case("mug")

    assert "remark-recorded" == rejected.topics()[-1]
    assert before.process.standing is after.process.standing
    assert before.process.version + 1 == after.process.version


def test_a_remark_needs_a_process_and_a_text(shop: Shop) -> None:
    for process, text, code in (("plate", "x", "SL201"), ("mug", "\x1b[2J", "SL105")):
        with pytest.raises(SignoffError) as caught:
            shop.ledger.execute(
                RecordRemark(process=process, kind=RemarkKind.NOTE, text=text), EGON
            )

        assert code == caught.value.code


def test_a_batch_of_another_process_is_not_one_of_this_one(rejected: Shop) -> None:
    rejected.publish(CUP)
    rejected.register(CUP)
    rejected.ledger.execute(OpenBatch(process="cup", batch="C1", made_on={}), EGON)
    with pytest.raises(NotFoundError) as caught:
        attribute(rejected, process="cup", mode=None, single=("B1", 1))

    assert ("SL202", "it has C1") == (caught.value.code, caught.value.why)
