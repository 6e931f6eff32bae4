"""A signer who lies about the time: `verify`, and the commands for OpenSSH, say the same of it.

The ledger is recorded by a program that does not look at the time, with the signer's own key; the
dossier is written by one, too. What is handed over is then in order but for the one thing.
"""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from signoff_ledger.application import signatures
from signoff_ledger.application.ledger import Call
from signoff_ledger.custody.statement_signers import SigningMoment
from signoff_ledger.errors import EvidenceError, IdentityError
from signoff_ledger.exports.dossier import export_decision
from signoff_ledger.exports.dossier_folder import verify_dossier
from signoff_ledger.exports.log_folder import export_log
from signoff_ledger.integrity import signatories
from signoff_ledger.integrity.log_check import Trust
from signoff_ledger.persistence.event_store import sqlite_datastore
from tests.attacks.forging import verify
from tests.attacks.test_other_peoples_tools import typed
from tests.ledgers import START, TickingClock
from tests.offices import ANNA, KeySigner, Office, careless

BEFORE = datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC)
AFTER = datetime(2099, 1, 1, tzinfo=UTC)
LATER = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
"""When the decision is recorded: three days after everything that was reviewed."""


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An office in which a batch is fit to be decided on, three days ago."""
    monkeypatch.setattr(sqlite_datastore, "assert_durable", careless)
    office = Office.founded(tmp_path / "ledger.db")
    office.publish()
    office.register()
    office.build("B1")
    office.clock = office.ledger.clock = TickingClock(LATER)
    return office


def sign_at(office: Office, when: datetime) -> None:
    """Sign off with a statement that was made up at a time, as the statement says."""
    size = office.store.size()
    signer = KeySigner(ANNA, moment=SigningMoment(when, office.store.root(size).hex(), size))
    office.sign(Call("anna", signer=signer))


def handed_over(office: Office, when: datetime, folder: Path) -> tuple[Path, Path]:
    """Sign and export with a program that does not look at the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signatures, "why_untimely", lambda *_, **__: "")
        patch.setattr(signatories, "why_untimely", lambda *_, **__: "")
        sign_at(office, when)
        office.sealer.seal()
        export_log(office.store, folder / "log")
        at = office.positions("process-signed-off")[-1]
        export_decision(office.store, at, folder / "dossier")
    return folder / "log", folder / "dossier"


WRONG = {
    "1999": BEFORE,
    "before the batch was built": START.replace(hour=7, minute=54),
    "the day after it was recorded": LATER.replace(day=6),
    "2099": AFTER,
}


@pytest.mark.parametrize("when", WRONG)
def test_a_wrong_time_is_refused_before_it_is_recorded(office: Office, when: str) -> None:
    size = office.store.size()
    with pytest.raises(IdentityError) as refused:
        sign_at(office, WRONG[when])

    assert ("SL412", size) == (refused.value.code, office.store.size())


@pytest.mark.parametrize("when", WRONG)
def test_a_wrong_time_is_refused_by_verify_and_by_the_readme(
    office: Office, tmp_path: Path, when: str
) -> None:
    """The dossier alone shows it, and so do the commands for OpenSSH in its README."""
    log, dossier = handed_over(office, WRONG[when], tmp_path)
    with pytest.raises(EvidenceError) as refused:
        verify(log)
    assert ("SL506", True) == (refused.value.code, "it was signed" in refused.value.why)
    assert office.positions("process-signed-off")[-1] == refused.value.position
    with pytest.raises(EvidenceError) as refused:
        list(verify_dossier(dossier, Trust()))
    assert ("SL506", True) == (refused.value.code, "it was signed" in refused.value.why)
    assert 0 != typed(dossier).returncode


@pytest.mark.parametrize(
    ("when", "late"),
    [
        (START.replace(minute=1), "3 days"),
        (LATER.replace(day=4), "1 day"),
        (LATER, ""),
        (LATER.replace(minute=34, second=55), ""),
    ],
)
def test_days_between_reviewing_and_recording_are_allowed_and_shown(
    office: Office, tmp_path: Path, when: datetime, late: str
) -> None:
    """The statement goes to where the key is, and comes back when it comes back."""
    log, dossier = handed_over(office, when, tmp_path)
    (said,) = (check for check in verify(log) if check.name == "signatures")
    (mine,) = (c for c in verify_dossier(dossier, Trust()) if c.name == "signature")

    assert bool(late) == (f"by {late}" in said.says and "recorded later" in said.says)
    assert bool(late) == (f", {late} before it was recorded" in mine.says)
    done = typed(dossier)
    assert 0 == done.returncode, done.stdout + done.stderr
    assert "it was signed in time" in done.stdout


def test_a_clock_that_ran_backwards_is_reported_by_the_dossier(
    office: Office, tmp_path: Path
) -> None:
    office.clock = office.ledger.clock = TickingClock(START)
    office.hold(Call("anna", signer=KeySigner(ANNA)))
    office.sealer.seal()
    export_log(office.store, tmp_path / "log")
    export_decision(office.store, office.positions("process-held")[-1], tmp_path / "dossier")
    (clock,) = (c for c in verify_dossier(tmp_path / "dossier", Trust()) if c.name == "clock")

    assert "flagged" == clock.state
    assert re.search(r"it went backwards \d times, at .*process mug version \d+", clock.says)
    assert ["flagged"] == [c.state for c in verify(tmp_path / "log") if c.name == "clock"]
    done = typed(tmp_path / "dossier")
    assert 0 == done.returncode, done.stdout + done.stderr


def test_a_clock_set_back_to_before_the_key_signs_nothing(office: Office) -> None:
    """Else `verify` and OpenSSH, which know when the key was accepted, would refuse it for good."""
    office.clock = office.ledger.clock = TickingClock(BEFORE)
    size = office.store.size()
    with pytest.raises(IdentityError) as refused:
        office.hold(Call("anna", signer=KeySigner(ANNA)))

    assert ("SL412", size) == (refused.value.code, office.store.size())
    assert "before the key was accepted" in refused.value.why
