"""Who may do what: every command by every role, given for real."""

from collections.abc import Callable

import pytest

from signoff_ledger.application.authorization import ROLES
from signoff_ledger.application.commands import (
    corrections,
    decisions,
    disowned_notes,
    inspection,
    keys,
    nonconformities,
    people,
    plans,
)
from signoff_ledger.application.ledger import Call
from signoff_ledger.custody.key_store import Vault
from signoff_ledger.domain.bar import Bar
from signoff_ledger.domain.unit import DefectReport
from signoff_ledger.domain.values import (
    CauseKind,
    Disposition,
    Origin,
    RemarkKind,
    Role,
)
from signoff_ledger.errors import IdentityError, SignoffError
from tests.ledgers import SKIMMED, Shop, plan_file, unit, wide
from tests.roles import MATRIX
from tests.signers import INES, fingerprint_of, line_of

GIVEN: dict[str, Callable[[Shop, Call], object]] = {
    "person enrol": lambda s, c: people.enrol(s.ledger, c, "new", "New", []),
    "person grant": lambda s, c: people.grant(s.ledger, c, "ines", Role.BUYER, "why"),
    "person revoke": lambda s, c: people.revoke(s.ledger, c, "ines", Role.INSPECTOR, "why"),
    "key register": lambda s, c: keys.register_key(s.ledger, c, line_of(INES)),
    "key accept": lambda s, c: keys.accept_key(s.ledger, c, "ines", None),
    "key revoke": lambda s, c: keys.revoke_key(
        s.ledger, c, c.actor or "", fingerprint_of(INES), "why"
    ),
    "key rotate-log": lambda s, c: keys.rotate_log_key(
        s.ledger, c, Vault(s.store.path.with_suffix(".keys")), "why"
    ),
    "witness add": lambda s, c: s.ledger.act(c, "witness add", {}, lambda _: None),
    "set-aside": lambda s, c: disowned_notes.set_aside(s.ledger, c, 7, "why"),
    "plan publish": lambda s, c: plans.publish_plan(s.ledger, c, plan_file(), None),
    "plan countersign": lambda s, c: plans.countersign_plan(s.ledger, c, "mug"),
    "approval": lambda s, c: plans.note_approval(
        s.ledger, c, "mug", of="tooling", reference="T-9", note=None
    ),
    "bar register": lambda s, c: plans.register_bar(s.ledger, c, "mug", bar()),
    "bar supersede": lambda s, c: plans.supersede_bar(s.ledger, c, "mug", bar(), "why"),
    "bar countersign": lambda s, c: plans.countersign_bar(s.ledger, c, "mug"),
    "open": lambda s, c: plans.open_batch(s.ledger, c, "mug", "B2", {}),
    "record": lambda s, c: s.record("B1", "S2", c),
    "import": lambda s, c: s.bring("B1", wide([unit("S2")]), c),
    "defect add": lambda s, c: inspection.add_defect(
        s.ledger, c, "B1", "S1", DefectReport("CRACK")
    ),
    "defect attribute": lambda s, c: nonconformities.attribute(
        s.ledger, c, "mug", mode="CRACK", origin=Origin.PROCESS, reason="why"
    ),
    "defect cause": lambda s, c: nonconformities.state_cause(
        s.ledger, c, "B1", "LID-SEAT", kind=CauseKind.FOUND, statement="why"
    ),
    "change": lambda s, c: nonconformities.apply_change(s.ledger, c, "mug", SKIMMED),
    "dispose": lambda s, c: inspection.dispose(
        s.ledger, c, "B1", "S1", disposition=Disposition.SCRAP, reason="why"
    ),
    "correct": lambda s, c: corrections.confirm(s.ledger, c, "B1", 1),
    "close": lambda s, c: inspection.close_batch(s.ledger, c, "B1", None),
    "sign": lambda s, c: s.sign(c),
    "hold": lambda s, c: s.hold(c),
    "withdraw": lambda s, c: decisions.withdraw(s.ledger, c, "mug", "why"),
    "order commit": lambda s, c: s.order(c),
    "order cancel": lambda s, c: decisions.cancel_order(
        s.ledger, c, "mug", reference="PO", reason="why"
    ),
    "order report": lambda s, c: decisions.report_order(
        s.ledger, c, "mug", quantity=1, reference="PO", note="why"
    ),
    "dissent": lambda s, c: nonconformities.remark(s.ledger, c, "mug", RemarkKind.DISSENT, "why"),
}


def bar() -> Bar:
    """Give the bar of the plan file."""
    found = plan_file().bar
    assert found is not None
    return found


def answer_to(shop: Shop, command: str, role: Role) -> tuple[str, str]:
    """Give a command, dry, as somebody with one role; gives the code and cause of a refusal."""
    people.enrol(shop.ledger, Call("olga"), "someone", "Some One", [role])
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
    people.enrol(opened.ledger, Call("olga"), "guest", "Guest", [])
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
    people.revoke(opened.ledger, Call("olga"), "ines", Role.INSPECTOR, "left the line")
    with pytest.raises(IdentityError) as caught:
        opened.record("B1", "S1")

    assert "SL402" == caught.value.code
