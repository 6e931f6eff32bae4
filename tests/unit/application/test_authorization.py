"""Who may do what: every command by every role, given for real."""

from collections.abc import Callable

import pytest

from signoff_ledger.application.commands import (
    keys,
)
from signoff_ledger.application.commands.bars import CountersignBar, RegisterBar, SupersedeBar
from signoff_ledger.application.commands.batches import CloseBatch, OpenBatch
from signoff_ledger.application.commands.catalogue import ROLES
from signoff_ledger.application.commands.changes import ApplyChange
from signoff_ledger.application.commands.corrections import ConfirmCorrection
from signoff_ledger.application.commands.decisions import RecordRemark, Withdraw
from signoff_ledger.application.commands.disowned_notes import SetAsideNote
from signoff_ledger.application.commands.inspection import DisposeUnit
from signoff_ledger.application.commands.keys import AcceptKey, RegisterKey, RevokeKey
from signoff_ledger.application.commands.nonconformities import (
    AddNonconformity,
    AttributeNonconformity,
    StateCause,
)
from signoff_ledger.application.commands.orders import CancelOrder, ReportOrder
from signoff_ledger.application.commands.people import EnrolPerson, GrantRole, RevokeRole
from signoff_ledger.application.commands.plans import CountersignPlan, NoteApproval, PublishPlan
from signoff_ledger.application.ledger import Call
from signoff_ledger.custody.key_store import Vault
from signoff_ledger.domain.bar import Bar
from signoff_ledger.domain.unit import NonconformityReport
from signoff_ledger.domain.values import (
    CauseKind,
    Disposition,
    Origin,
    RemarkKind,
    Role,
)
from signoff_ledger.errors import IdentityError, SignoffError
from tests.commands import idle
from tests.ledgers import SKIMMED, Shop, plan_file, unit, wide
from tests.roles import MATRIX
from tests.signers import INES, fingerprint_of, line_of

GIVEN: dict[str, Callable[[Shop, Call], object]] = {
    "person enrol": lambda s, c: s.ledger.execute(EnrolPerson(person="new", printed_name="New"), c),
    "person grant": lambda s, c: s.ledger.execute(
        GrantRole(person="ines", role=Role.BUYER, note="why"), c
    ),
    "person revoke": lambda s, c: s.ledger.execute(
        RevokeRole(person="ines", role=Role.INSPECTOR, reason="why"), c
    ),
    "key register": lambda s, c: s.ledger.execute(RegisterKey(public_key=line_of(INES)), c),
    "key accept": lambda s, c: s.ledger.execute(AcceptKey(person="ines", fingerprint=None), c),
    "key revoke": lambda s, c: s.ledger.execute(
        RevokeKey(person=c.actor or "", fingerprint=fingerprint_of(INES), reason="why"), c
    ),
    "key rotate-log": lambda s, c: keys.rotate_log_key(
        s.ledger, c, Vault(s.store.path.with_suffix(".keys")), "why"
    ),
    "witness add": lambda s, c: s.ledger.execute(idle("witness add"), c),
    "set-aside": lambda s, c: s.ledger.execute(SetAsideNote(size=7, reason="why"), c),
    "plan publish": lambda s, c: s.ledger.execute(PublishPlan.from_file(plan_file(), None), c),
    "plan countersign": lambda s, c: s.ledger.execute(CountersignPlan(process="mug"), c),
    "approval": lambda s, c: s.ledger.execute(
        NoteApproval(process="mug", of="tooling", reference="T-9", note=None), c
    ),
    "bar register": lambda s, c: s.ledger.execute(RegisterBar(process="mug", bar=bar()), c),
    "bar supersede": lambda s, c: s.ledger.execute(
        SupersedeBar(process="mug", bar=bar(), reason="why"), c
    ),
    "bar countersign": lambda s, c: s.ledger.execute(CountersignBar(process="mug"), c),
    "open": lambda s, c: s.ledger.execute(OpenBatch(process="mug", batch="B2", made_on={}), c),
    "record": lambda s, c: s.record("B1", "S2", c),
    "import": lambda s, c: s.bring("B1", wide([unit("S2")]), c),
    "defect add": lambda s, c: s.ledger.execute(
        AddNonconformity(batch="B1", serial="S1", nonconformity=NonconformityReport("CRACK")), c
    ),
    "defect attribute": lambda s, c: s.ledger.execute(
        AttributeNonconformity(process="mug", mode="CRACK", origin=Origin.PROCESS, reason="why"), c
    ),
    "defect cause": lambda s, c: s.ledger.execute(
        StateCause(batch="B1", mode="LID-SEAT", kind=CauseKind.FOUND, statement="why"), c
    ),
    "change": lambda s, c: s.ledger.execute(ApplyChange(process="mug", change=SKIMMED), c),
    "dispose": lambda s, c: s.ledger.execute(
        DisposeUnit(batch="B1", serial="S1", disposition=Disposition.SCRAP, reason="why"), c
    ),
    "correct": lambda s, c: s.ledger.execute(ConfirmCorrection(batch="B1", number=1), c),
    "close": lambda s, c: s.ledger.execute(CloseBatch(batch="B1", note=None), c),
    "sign": lambda s, c: s.sign(c),
    "hold": lambda s, c: s.hold(c),
    "withdraw": lambda s, c: s.ledger.execute(Withdraw(process="mug", reason="why"), c),
    "order commit": lambda s, c: s.order(c),
    "order cancel": lambda s, c: s.ledger.execute(
        CancelOrder(process="mug", reference="PO", reason="why"), c
    ),
    "order report": lambda s, c: s.ledger.execute(
        ReportOrder(process="mug", quantity=1, reference="PO", note="why"), c
    ),
    "dissent": lambda s, c: s.ledger.execute(
        RecordRemark(process="mug", kind=RemarkKind.DISSENT, text="why"), c
    ),
}


def bar() -> Bar:
    """Give the bar of the plan file."""
    found = plan_file().bar
    assert found is not None
    return found


def answer_to(shop: Shop, command: str, role: Role) -> tuple[str, str]:
    """Give a command, dry, as somebody with one role; gives the code and cause of a refusal."""
    shop.ledger.execute(
        EnrolPerson(person="someone", printed_name="Some One", roles=(role,)), Call("olga")
    )
    try:
        GIVEN[command](shop, Call("someone", dry_run=True))
    except SignoffError as error:
        return error.code, error.why
    return "", ""


def test_every_command_is_in_the_matrix() -> None:
    assert MATRIX.keys() == GIVEN.keys() == ROLES.keys()


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("command", MATRIX)
def test_a_command_takes_one_of_its_roles(opened: Shop, command: str, role: Role) -> None:
    """Part 11 11.10(g): only authorised individuals use the system, sign, or alter a record."""
    opened.record("B1", "S1", gap="0.50")
    roles = sorted(MATRIX[command].split())
    code, why = answer_to(opened, command, role)

    assert (role in roles) is (code != "SL402")
    if role not in roles:
        assert f"it takes the role {' or '.join(roles)}; someone holds {role}" == why


def test_somebody_without_any_role_may_only_read(opened: Shop) -> None:
    opened.ledger.execute(EnrolPerson(person="guest", printed_name="Guest"), Call("olga"))
    size = opened.store.size()
    for give in GIVEN.values():
        with pytest.raises(IdentityError) as caught:
            give(opened, Call("guest"))

        assert "SL402" == caught.value.code
        assert "guest holds no role" in caught.value.why
    assert size == opened.store.size()


def test_somebody_who_is_not_enrolled_may_do_nothing(opened: Shop) -> None:
    for give in GIVEN.values():
        with pytest.raises(IdentityError) as caught:
            give(opened, Call("stranger"))

        assert "SL401" == caught.value.code


def test_a_role_that_was_taken_back_is_missing_at_once(opened: Shop) -> None:
    opened.ledger.execute(
        RevokeRole(person="ines", role=Role.INSPECTOR, reason="left the line"), Call("olga")
    )
    with pytest.raises(IdentityError) as caught:
        opened.record("B1", "S1")

    assert "SL402" == caught.value.code
