from datetime import timedelta

import pytest

from signoff_ledger.application.commands.changes import ApplyChange
from signoff_ledger.application.commands.corrections import RequestCorrection
from signoff_ledger.application.commands.nonconformities import AddNonconformity
from signoff_ledger.application.ledger import Call
from signoff_ledger.domain.process import Change
from signoff_ledger.domain.unit import NonconformityReport
from signoff_ledger.domain.values import ChangeKind
from signoff_ledger.projections import tables
from signoff_ledger.projections.views import Views
from signoff_ledger.queries.tasks import tasks as tasks_at
from tests.ledgers import PLAN, Shop


def tasks(views: Views, process: str = "mug") -> list[tuple[str, str]]:
    """Give open tasks."""
    rows = views.read(tables.OPEN_WORK, "process = ? AND from_at = ''", (process,))
    return [(row["role"], row["task"]) for row in rows]


def test_a_new_process_waits_for_its_bar(shop: Shop, views: Views) -> None:
    """S-25: the bar comes first."""
    shop.publish(PLAN.replace('id = "mug"', 'id = "jug"'))

    assert [("engineer", "register the bar")] == tasks(views, "jug")


def test_a_process_with_a_bar_waits_for_its_first_batch(shop: Shop, views: Views) -> None:
    assert [("engineer", "open the first batch")] == tasks(views)


def test_an_open_batch_says_how_many_units_are_missing(shop: Shop, views: Views) -> None:
    shop.open("B1")
    shop.record("B1", "S1")

    assert [("inspector", "inspect 6 more unit(s), 1/7 done")] == tasks(views)


def test_units_with_blanks_are_named(shop: Shop, views: Views) -> None:
    """S-06: a blank is not a pass."""
    shop.open("B1")
    for number in range(7):
        shop.record("B1", f"S{number}", finish="" if number < 2 else "pass")

    assert [
        ("inspector", "complete 2 unit(s) with missing readings: S0, S1"),
    ] == tasks(views)


def test_a_whole_batch_waits_to_be_closed(shop: Shop, views: Views) -> None:
    shop.open("B1")
    for number in range(7):
        shop.record("B1", f"S{number}")

    assert [("inspector", "close the batch")] == tasks(views)


def test_a_missed_bar_waits_for_a_change(shop: Shop, views: Views) -> None:
    """S-19: sign it off, or fix the process and run another batch; there is no third."""
    shop.build("B1", rejects=2)
    waiting = tasks(views)

    assert ("engineer", "change the process and open the next batch") == waiting[-1]
    assert [
        ("engineer", "1 nonconformity mode(s) looked at; the origin of LID-SEAT is not on record")
    ] == [task for task in waiting if "origin" in task[1]]
    assert any(task.startswith("0/1 nonconformity mode(s) are closed") for _, task in waiting)


def test_a_clear_batch_waits_for_an_approver(shop: Shop, views: Views) -> None:
    shop.build("B1")

    assert [("approver", "sign the process off, or hold it")] == tasks(views)


def test_a_clear_batch_with_an_open_nonconformity_waits_for_the_engineer(
    shop: Shop, views: Views
) -> None:
    """G2: the one reject in a passing batch needs a cause, and no change."""
    shop.build("B1", rejects=1)
    waiting = tasks(views)

    assert {"engineer"} == {role for role, _ in waiting}
    assert not any("change the process" in task for _, task in waiting)


def test_a_signed_process_waits_for_the_order(shop: Shop, views: Views) -> None:
    shop.sign_off_a_repeat()

    assert [("buyer", "commit the production order")] == tasks(views)


def test_an_unsupported_sign_off_waits_for_an_approver(shop: Shop, views: Views) -> None:
    """G11: somebody has to hold or withdraw it."""
    shop.sign_off_a_repeat()
    shop.ledger.execute(
        AddNonconformity(batch="B2", serial="B2-1", nonconformity=NonconformityReport("CRACK")),
        Call("ines"),
    )

    assert ("approver", "hold the process, or withdraw its sign-off") == tasks(views)[0]


def test_a_design_nonconformity_waits_for_the_engineer(shop: Shop, views: Views) -> None:
    """S-35: back to design."""
    shop.build("B1")
    touching = Change(ChangeKind.PROCESS, "made it rounder", "it broke", True)
    shop.ledger.execute(ApplyChange(process="mug", change=touching), Call("egon"))

    role, task = tasks(views)[0]

    assert "engineer" == role
    assert (
        "0 nonconformity mode(s) looked at; change C-1 touches the design: back to "
        "design, this series is closed"
    ) == task


def test_time_alone_ends_what_waited_for_an_order(shop: Shop, views: Views) -> None:
    """G26: the next step of a process whose sign-off lapsed is another batch."""
    shop.sign_off_a_repeat()
    shop.publish(PLAN.replace('id = "mug"', 'id = "jug"'))
    rows = tasks_at(views, shop.clock.now())
    later = tasks_at(views, shop.clock.now() + timedelta(days=800))

    assert [("jug", "register the bar"), ("mug", "commit the production order")] == [
        (row["process"], row["task"]) for row in sorted(rows, key=lambda r: str(r["process"]))
    ]
    assert [
        ("jug", "engineer", "register the bar"),
        ("mug", "engineer", "change the process and open the next batch"),
    ] == [(row["process"], row["role"], row["task"]) for row in later]


@pytest.mark.parametrize("by", ["ines", "egon"])
def test_a_correction_waits_for_everybody_but_who_asked(shop: Shop, views: Views, by: str) -> None:
    """S-23: a second person."""
    shop.build("B1")
    command = RequestCorrection(
        batch="B1", serial="B1-1", field="gap", becomes="0.30", reason="a slip"
    )
    shop.ledger.execute(command, Call(by))
    rows = views.read(tables.OPEN_WORK)
    task = "confirm or decline correction 1 on unit B1-1"

    assert [(role, by, "B1", task) for role in ("inspector", "engineer", "approver")] == [
        (row["role"], row["not_person"], row["batch"], row["task"]) for row in rows
    ]


def test_a_pending_correction_is_all_that_waits_behind_a_clear_batch(
    shop: Shop, views: Views
) -> None:
    shop.build("B1", rejects=1)
    shop.state_cause("B1")
    shop.correct("B1", "B1-2", "gap", "0.30")

    assert not any("change the process" in task for _, task in tasks(views))
