"""What the certificate owes to 21 CFR Part 11 and to EU GMP Annex 11."""

import json

from signoff_ledger.application.commands.corrections import ConfirmCorrection
from signoff_ledger.application.ledger import Call
from signoff_ledger.queries.certificate import certificate
from signoff_ledger.reports.certificate_layout import document
from signoff_ledger.reports.html import page
from tests.offices import ANNA, KeySigner, Office, by, fingerprint

PROCESS = "mug"


def test_the_signature_block_stands_on_the_readable_form(office: Office) -> None:
    """Part 11, 11.50(b): printed name, date and time, and meaning, on any readable form."""
    position = office.positions("process-signed-off")[0]
    made = certificate(office.store, PROCESS, until=position)
    signature = made.data["signature"]

    assert ("ssh", fingerprint(ANNA)) == (signature["kind"], signature["fingerprint"])
    html = page(document(made))
    for shown in (
        "Anna Approver",
        signature["signed_at"],
        signature["meaning"],
        fingerprint(ANNA),
        "-----BEGIN SSH SIGNATURE-----",
    ):
        assert shown in html


def test_figures_and_sentences_are_in_what_was_signed(founded: Office) -> None:
    """Part 11, 11.70: who signs a decision signs what it showed."""
    founded.publish()
    founded.register()
    founded.build("B1")
    call = by("anna")
    founded.hold(call, "look again")

    assert isinstance(call.signer, KeySigner)
    said = json.loads(call.signer.statements[-1])["data"]
    assert {"rule", "evidence", "limits"} == set(said["says"])
    assert "would fit this result" in said["says"]["evidence"][0]
    assert said["figures"]["rate"]["inspected"] == 7


def test_the_page_names_the_place_in_the_log(office: Office) -> None:
    """Part 11, 11.10(b): a copy that leads back to the record."""
    made = certificate(office.store, PROCESS)
    log = made.data["log"]

    assert office.store.size() == log["position"]
    assert office.store.root(log["position"]).hex() == log["root"]
    assert log["root"] in page(document(made))


def test_the_page_says_whether_anything_was_changed_since_first_entry(office: Office) -> None:
    """Annex 11, 8.2: on the printed form."""
    before = certificate(office.store, PROCESS)
    office.correct("B2", "B2-1", "gap", "0.26")
    office.ledger.execute(ConfirmCorrection(batch="B2", number=1), Call("egon"))
    after = certificate(office.store, PROCESS, batch="B2")

    assert "no entry was changed since it was first made" in page(document(before))
    assert 1 == after.data["corrections"]["made"]
    assert "Correction 1 of B2 confirmed by a second person" in page(document(after))
