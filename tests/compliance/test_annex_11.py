"""EU GMP Annex 11: the clauses that software can hold and that Part 11 does not ask for as well."""

import json
from pathlib import Path

import pytest

from signoff_ledger.application.commands.corrections import ConfirmCorrection, RequestCorrection
from signoff_ledger.application.commands.people import GrantRole, RevokeRole
from signoff_ledger.application.commands.plans import PublishPlan
from signoff_ledger.application.ledger import Call
from signoff_ledger.domain.values import Role
from signoff_ledger.errors import InputError, RowsRefusedError, RuleRefusedError, SignoffError
from signoff_ledger.exports.log_folder import export_log
from signoff_ledger.queries.check import judged
from tests.ledgers import PLAN, plan_file, unit, wide
from tests.offices import Office, by
from tests.refusals import refusal


def test_a_file_is_taken_whole_or_not_at_all_and_every_bad_row_is_named(founded: Office) -> None:
    """Annex 11, 5: built-in checks for the correct entry of data exchanged with other systems."""
    founded.publish()
    founded.register()
    founded.open("B1")
    before = founded.store.size()
    with pytest.raises(RowsRefusedError) as caught:
        founded.bring("B1", wide([unit("S1"), unit("S2", gap="wide"), unit("S3", gap="0.255")]))

    assert [3, 4] == [row.line for row in caught.value.rows]
    assert before == founded.store.size()


def test_the_digest_of_a_file_that_was_read_is_on_record(office: Office) -> None:
    """Annex 11, 5: which file it was can be shown later."""
    sheets = [json.loads(line)["data"] for line in office.lines() if b"sheet-imported.v1" in line]

    assert [64, 64] == [len(sheet["sha256"]) for sheet in sheets]


def test_a_second_person_confirms_a_change_of_a_recorded_value(office: Office) -> None:
    """Annex 11, 6: an additional check on critical data; never by the person who asked."""
    office.correct("B2", "B2-1", "gap", "0.26")
    with pytest.raises(RuleRefusedError) as caught:
        office.ledger.execute(ConfirmCorrection(batch="B2", number=1), Call("ines"))

    assert "SL307" == caught.value.code
    office.ledger.execute(ConfirmCorrection(batch="B2", number=1), Call("egon"))


def test_nothing_is_released_while_a_correction_waits(office: Office) -> None:
    """Annex 11, 8.2: whether data were changed since their entry is seen before a release."""
    office.correct("B2", "B2-1", "gap", "0.26")
    _, verdict = judged(office.ledger.work(), "mug", None, None)

    assert not verdict.finding("no-correction-pending").holds
    with refusal("SL301"):
        office.sign(by("anna"))


@pytest.mark.parametrize("reason", ["", " "])
def test_a_correction_needs_a_reason(office: Office, reason: str) -> None:
    """Annex 11, 9: for a change of data the reason should be documented."""
    with pytest.raises(InputError):
        office.ledger.execute(
            RequestCorrection(
                batch="B2",
                serial="B2-1",
                field="gap",
                becomes="0.26",
                reason=reason,
                remeasured=None,
            ),
            Call("ines"),
        )


def test_a_plan_that_replaces_another_needs_a_reason_and_both_stay(office: Office) -> None:
    """Annex 11, 10: changes are made in a controlled manner, by a defined procedure."""
    other = plan_file(PLAN.replace("Works as specified", "Works as the drawing says"))
    with pytest.raises(SignoffError):
        office.ledger.execute(PublishPlan.from_file(other, None), Call("egon"))
    office.ledger.execute(PublishPlan.from_file(other, "a clearer name"), Call("egon"))

    assert 2 == office.topics().count("inspection-plan-published")


def test_giving_and_taking_a_role_is_recorded_with_who_when_and_why(founded: Office) -> None:
    """Annex 11, 12.3: creation, change and cancellation of access authorisations is recorded."""
    founded.ledger.execute(
        GrantRole(person="ines", role=Role.ENGINEER, note="training record 118"), by("olga")
    )
    founded.ledger.execute(
        RevokeRole(person="ines", role=Role.ENGINEER, reason="back at the line"), by("olga")
    )
    granted, taken = (
        json.loads(line)
        for line in founded.lines()
        if b'"role":"engineer"' in line
        if b"granted at enrolment" not in line
    )

    assert ("olga", "training record 118") == (granted["by"], granted["data"]["note"])
    assert ("olga", "back at the line") == (taken["by"], taken["data"]["reason"])
    assert granted["at"] < taken["at"]


def test_every_entry_names_its_operator_with_date_and_time(office: Office) -> None:
    """Annex 11, 12.4: who entered, changed, confirmed or deleted, with date and time."""
    lines = [json.loads(line) for line in office.lines()]

    assert all(line["by"] and line["at"].endswith("Z") for line in lines)
    assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)


def test_a_hold_and_a_withdrawal_are_kept_with_their_cause(office: Office) -> None:
    """Annex 11, 13: incidents are reported; the root cause of a nonconformity stands on record."""
    kinds = office.topics()

    assert "cause-stated" in kinds
    assert all(
        json.loads(line)["data"]["reason"].strip()
        for line in office.lines()
        if b"process-held.v1" in line
    )


def test_only_an_approver_releases_and_the_record_says_who(office: Office) -> None:
    """Annex 11, 14, 15: release by an authorised person only, by electronic signature."""
    signed = next(json.loads(line) for line in office.lines() if b"process-signed-off.v1" in line)
    for person in ("olga", "bela", "ines", "egon"):
        with refusal("SL402"):
            office.sign(by(person))

    assert ("anna", "ssh") == (signed["by"], signed["data"]["signature"]["kind"])


def test_an_archive_is_plain_text_that_needs_no_program_of_ours(
    office: Office, tmp_path: Path
) -> None:
    """Annex 11, 17: archived data can be read, whatever becomes of the system."""
    export_log(office.store, tmp_path / "archive")
    for path in sorted((tmp_path / "archive").rglob("*")):
        if path.is_file():
            path.read_text("utf-8")
    lines = (tmp_path / "archive" / "events.ndjson").read_text("utf-8").splitlines()

    assert [json.loads(line)["v"] for line in lines] == [1] * office.store.size()


def test_the_same_archive_is_written_twice(office: Office, tmp_path: Path) -> None:
    """Annex 11, 7.2: what is kept elsewhere can be compared with what is here."""
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        export_log(office.store, folder)
    one, two = (
        {
            path.relative_to(f).as_posix(): path.read_bytes()
            for path in f.rglob("*")
            if path.is_file()
        }
        for f in folders
    )

    assert one == two
