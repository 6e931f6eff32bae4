"""21 CFR Part 11, 11.50 to 11.300: what a signature shows, is bound to, and who can give one."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from signoff_cli.commands.hold import for_people
from signoff_ledger.application.commands.keys import AcceptKey, RegisterKey, RevokeKey
from signoff_ledger.application.commands.people import EnrolPerson, GrantRole, RevokeRole
from signoff_ledger.application.ledger import Call
from signoff_ledger.bootstrap import open_ledger
from signoff_ledger.domain.values import Role
from signoff_ledger.errors import EvidenceError, InputError
from signoff_ledger.exports.dossier import export_decision
from signoff_ledger.exports.dossier_folder import verify_dossier
from signoff_ledger.exports.log_folder import export_log
from signoff_ledger.integrity.canonical import canonical, parse
from signoff_ledger.integrity.log_check import Examination, StoredRow, Trust
from signoff_ledger.integrity.ssh.sshsig import NAMESPACE
from signoff_ledger.integrity.tree.leaf import leaf_hash
from signoff_ledger.projections.sentences import sentence
from signoff_ledger.projections.subjects import Subject
from signoff_ledger.queries.preview import preview
from tests.offices import ANNA, BELA, OLGA, SPARE, STRANGER, Office, by, fingerprint, public
from tests.refusals import refusal
from tests.tools import tool

SIGNED_OFF, HELD, HELD_AGAIN = 64, 70, 73
"""Where Anna's three decisions stand in the story that was told."""


def line_at(office: Office, position: int) -> dict[str, Any]:
    """Give a parsed line."""
    return parse(office.lines()[position - 1])


# --- 11.50: what a signature shows ----------------------------------------------------------------


@pytest.mark.parametrize("position", [SIGNED_OFF, HELD])
def test_a_signed_record_holds_the_printed_name_the_time_and_the_meaning(
    office: Office, position: int
) -> None:
    """11.50(a): the printed name of the signer, the date and time, and the meaning."""
    data = line_at(office, position)["data"]

    assert "Anna Approver" == data["printed_name"]
    assert re.fullmatch(r"2026-03-02T\d\d:\d\d:\d\d\.\d{6}Z", data["signature"]["at"])
    assert data["meaning"] == data["signature"]["meaning"]
    assert data["meaning"].startswith("I ")


def test_whoever_is_about_to_sign_is_shown_the_same(office: Office) -> None:
    """11.50(b): the same items are subject to the same controls, on the display, too."""
    with open_ledger(office.store.path, office.clock, vault=office.vault) as opened:
        shown = for_people(preview(opened.ledger, by("anna"), "hold", "mug", words="why"))

    assert re.search(r"by +Anna Approver \(anna\)", shown)
    assert re.search(r"at +2026-03-03T", shown)
    assert "I hold this process: it is not approved for production." in shown
    assert fingerprint(ANNA) in shown


def test_the_history_shows_the_name_and_the_meaning(office: Office) -> None:
    """11.50(b): as part of any human readable form of the record."""
    reported = [sentence(r.entry, Subject("process", "mug")) for r in office.store.read(0)]

    assert "by Anna Approver" in reported[SIGNED_OFF - 1]
    assert "(signature: ssh)" in reported[SIGNED_OFF - 1]
    assert (
        "I approve this process revision for the production run stated." in reported[SIGNED_OFF + 2]
    )


def test_a_dossier_shows_name_time_and_meaning_in_words_and_in_what_was_signed(
    office: Office, tmp_path: Path
) -> None:
    """11.50(b): as part of any electronic form handed over."""
    export_decision(office.store, SIGNED_OFF, tmp_path / "dossier")
    statement = json.loads((tmp_path / "dossier" / "decision.statement").read_bytes())
    readme = (tmp_path / "dossier" / "README.md").read_text("utf-8")

    assert "Anna Approver" == statement["printed_name"]
    assert {"at", "meaning", "root", "size"} == statement["signed"].keys()
    assert "SIGNED OFF by Anna Approver" in readme


def test_a_decision_without_a_key_says_so_wherever_it_is_shown(office: Office) -> None:
    """11.50: an unsigned decision never looks like a signed one."""
    office.hold(Call("ines"), "by name alone")
    position = office.positions("process-held")[-1]
    recorded = next(iter(office.store.read(position - 1, position)))
    export_decision(office.store, position, office.store.path.parent / "dossier")
    readme = (office.store.path.parent / "dossier" / "README.md").read_text("utf-8")
    signature = {c.name: c for c in verify(office)}["signature"]

    assert "(signature: none)" in sentence(recorded.entry, Subject("process", "mug"))
    assert "not signed with a key" in readme
    assert "not proved" == signature.state


def verify(office: Office) -> list[Any]:
    """Verify the dossier beside an office."""
    return list(verify_dossier(office.store.path.parent / "dossier", Trust()))


# --- 11.70: signatures and records belong together ------------------------------------------------


def relinked(lines: list[dict[str, Any]]) -> Iterator[StoredRow]:
    """Write altered lines again with links that fit, as a person with the file would."""
    heads: dict[str, str] = {}
    for line in lines:
        fields = {k: v for k, v in line.items() if k != "prev"}
        if line["stream"] in heads:
            fields["prev"] = heads[line["stream"]]
        written = canonical(fields)
        heads[line["stream"]] = leaf_hash(written).hex()
        yield StoredRow(written)


def examine(lines: list[dict[str, Any]]) -> int:
    """Examine lines whose links fit; gives the number of signatures that verify."""
    examination = Examination()
    for _ in examination.read(relinked(lines)):
        pass
    examination.people.finish()
    return len(examination.people.signed)


def parsed(office: Office) -> list[dict[str, Any]]:
    """Give every line, parsed again."""
    return [parse(line) for line in office.lines()]


def test_lines_that_nobody_altered_examine_well(office: Office) -> None:
    """Without this, every transplant below could fail for another reason."""
    assert 19 == examine(parsed(office))


def test_a_signature_cannot_be_moved_to_another_record_of_the_same_person(office: Office) -> None:
    """11.70: signatures cannot be copied or transferred to falsify a record."""
    lines = parsed(office)
    lines[HELD_AGAIN - 1]["data"]["signature"] = lines[HELD - 1]["data"]["signature"]
    with refusal("SL506", "not a signature of"):
        examine(lines)


def test_a_signature_cannot_be_moved_to_another_person(office: Office) -> None:
    """11.70: nor to another name, though the text stays as it is."""
    lines = parsed(office)
    lines[HELD - 1]["by"] = "bela"
    with refusal("SL506"):
        examine(lines)


def test_a_signature_cannot_be_moved_to_another_ledger(office: Office, tmp_path: Path) -> None:
    """11.70: nor to a ledger with the same people, the same keys and the same words."""
    other = Office.founded(tmp_path / "other.db", "example.com/other-shop").play()
    lines = parsed(office)
    theirs = parsed(other)[HELD - 1]["data"]
    other.close_file()
    assert theirs["reason"] == lines[HELD - 1]["data"]["reason"]
    lines[HELD - 1]["data"]["signature"] = theirs["signature"]
    with refusal("SL506", "not a signature of"):
        examine(lines)


@pytest.mark.parametrize("name", ["reason", "printed_name", "meaning", "process_revision"])
def test_not_a_word_of_a_signed_record_can_be_altered(office: Office, name: str) -> None:
    """11.70: the signature is over all that the record says."""
    lines = parsed(office)
    value = lines[HELD - 1]["data"][name]
    lines[HELD - 1]["data"][name] = value + 1 if isinstance(value, int) else value + "!"
    with refusal("SL506"):
        examine(lines)


def test_a_signature_cannot_be_cut_out(office: Office) -> None:
    """11.70: signatures cannot be excised; whoever had a key in force had to sign."""
    lines = parsed(office)
    lines[SIGNED_OFF - 1]["data"]["signature"] = {"kind": "none"}
    with refusal("SL506", "had a key in force"):
        examine(lines)


def planted(office: Office, **data: object) -> dict[str, Any]:
    """Make up an unsigned hold behind everything, in Anna's name."""
    line = line_at(office, HELD_AGAIN)
    size = office.store.size()
    heads = {**line["data"]["heads"], "root": office.store.root(size).hex(), "size": size}
    heads["process"] = line["version"]
    line["version"] += 1
    line["data"] = {**line["data"], "heads": heads, "signature": {"kind": "none"}, **data}
    return line


def test_a_decision_cannot_be_planted_in_the_name_of_somebody_who_signs(office: Office) -> None:
    """11.70: an unsigned decision that its taker's own stream knows nothing of is none."""
    with refusal("SL506", "anna had a key in force, and this is not signed"):
        examine([*parsed(office), planted(office)])


def test_a_planted_decision_is_not_helped_by_somebody_elses_acknowledgement(
    office: Office,
) -> None:
    """11.70: nor by that of a person who need not sign."""
    lines = parsed(office)
    decision = planted(office)
    ines = next(line for line in lines if line["data"].get("person") == "ines")
    last = max(line["version"] for line in lines if line["stream"] == ines["stream"])
    noted = {
        **lines[-1],
        "stream": ines["stream"],
        "version": last + 1,
        "data": {**lines[-1]["data"], "process_version": decision["version"]},
    }
    with refusal("SL506", "anna had a key in force, and this is not signed"):
        examine([*lines, decision, noted])


def test_openssh_accepts_the_signature_and_refuses_another_text(
    office: Office, tmp_path: Path
) -> None:
    """11.70: shown by a program that is not ours."""
    ssh_keygen = tool("ssh-keygen")
    export_decision(office.store, SIGNED_OFF, tmp_path / "dossier")
    statement = (tmp_path / "dossier" / "decision.statement").read_bytes()
    signed_at = re.sub(r"[-:T]|\..*", "", json.loads(statement)["signed"]["at"])

    def accepted(text: bytes) -> bool:
        done = subprocess.run(
            [ssh_keygen, "-Y", "verify", "-f", "allowed_signers", "-I", "anna", "-n", NAMESPACE,
             "-O", f"verify-time={signed_at}Z", "-s", "decision.statement.sig"],
            cwd=tmp_path / "dossier", input=text, check=False, capture_output=True,
        )  # fmt: skip
        return done.returncode == 0

    assert accepted(statement)
    assert not accepted(statement.replace(b"Anna", b"Anne"))


# --- 11.100: one person, permanently --------------------------------------------------------------


def test_a_name_is_never_given_to_somebody_else(office: Office) -> None:
    """11.100(a): not reused by, or reassigned to, anyone else, roles or no roles."""
    office.ledger.execute(
        RevokeRole(person="anna", role=Role.APPROVER, reason="left the company"), by("olga")
    )
    with refusal("SL106", "one person permanently"):
        office.ledger.execute(
            EnrolPerson(person="anna", printed_name="Another Anna", roles=(Role.APPROVER,)),
            by("olga"),
        )


def test_a_key_is_never_given_to_somebody_else(office: Office) -> None:
    """11.100(a): a key is one person's, also after it was revoked."""
    with refusal("SL106"):
        office.show_key("ines", ANNA)
    office.ledger.execute(
        RevokeKey(person="anna", fingerprint=fingerprint(ANNA), reason="a new laptop"), by("anna")
    )
    with refusal("SL106"):
        office.show_key("ines", ANNA)
    with refusal("SL106", "never again"):
        office.show_key("anna", ANNA)


def test_a_key_is_shown_only_by_whoever_can_sign_with_it(office: Office) -> None:
    """11.100(b): possession is proved before identity is confirmed."""
    with refusal("SL405"):
        office.ledger.execute(RegisterKey(public_key=public(SPARE)), by("ines", STRANGER))


def test_a_key_signs_only_after_another_person_confirmed_whose_it_is(office: Office) -> None:
    """11.100(b): identity is verified before a signature is sanctioned; how, is procedural."""
    office.show_key("ines", SPARE)
    with refusal("SL404", "waits for an owner"):
        office.hold(by("ines", SPARE))
    office.accept_key("ines")
    office.hold(by("ines", SPARE))

    assert (
        "ssh" == line_at(office, office.positions("process-held")[-1])["data"]["signature"]["kind"]
    )


def test_an_owner_cannot_confirm_their_own_key_where_there_is_another(office: Office) -> None:
    """11.100(b): with two owners nobody vouches for themselves."""
    office.ledger.execute(
        GrantRole(person="bela", role=Role.OWNER, note="second owner"), by("olga")
    )
    office.show_key("olga", SPARE)
    with refusal("SL307", "another person confirms"):
        office.accept_key("olga")
    office.accept_key("olga", owner="bela")


# --- 11.200: who can sign -------------------------------------------------------------------------


def test_whoever_has_a_key_cannot_sign_by_name_alone(office: Office) -> None:
    """11.200(a)(1): two components, the name and the key; one of them is not enough."""
    before = office.store.size()
    with refusal("SL404", "signs with one"):
        office.hold(Call("anna"))

    assert before == office.store.size()


def test_a_revoked_key_is_no_way_back_to_signing_by_name(office: Office) -> None:
    """11.200(a)(1): who has ever had a key signs with one, permanently."""
    office.ledger.execute(
        RevokeKey(person="anna", fingerprint=fingerprint(ANNA), reason="lost"), by("anna")
    )
    for call in (Call("anna"), by("anna")):
        with refusal("SL404"):
            office.hold(call)


def test_every_signature_is_made_anew(office: Office) -> None:
    """11.200(a)(1): no session signs for what comes later; each statement names its own record."""
    first, second = by("anna"), by("anna")
    office.hold(first, "one")
    office.hold(second, "two")
    statements = [call.signer.statements for call in (first, second)]  # type: ignore[union-attr]

    assert [1, 1] == [len(made) for made in statements]
    assert statements[0] != statements[1]


@pytest.mark.parametrize("key", [OLGA, BELA, STRANGER])
def test_nobody_signs_as_somebody_else_and_the_owner_neither(office: Office, key: Any) -> None:
    """11.200(a)(2): signatures are used only by their genuine owners."""
    with refusal("SL405", "not a key in force of anna"):
        office.hold(by("anna", key))

    assert 2 == len([at for at in office.positions("process-held") if at > SIGNED_OFF])


def test_a_lost_key_is_replaced_by_two_people(office: Office) -> None:
    """11.200(a)(3): a reset takes the person, who signs with the new key, and an owner."""
    office.ledger.execute(
        RevokeKey(person="anna", fingerprint=fingerprint(ANNA), reason="the token is lost"),
        by("olga"),
    )
    before = office.store.size()
    office.show_key("anna", SPARE)
    with refusal("SL402"):
        office.ledger.execute(AcceptKey(person="anna", fingerprint=None), Call("anna"))
    office.accept_key("anna")
    office.hold(by("anna", SPARE))
    acts = [(line["by"], line["type"]) for line in parsed(office)[before:]]

    assert ("anna", "signoff.signing-key-registered.v1") in acts
    assert ("olga", "signoff.signing-key-accepted.v1") in acts
    assert office.verified()


# --- 11.300: controls for keys --------------------------------------------------------------------


def test_no_two_people_have_the_same_key(office: Office) -> None:
    """11.300(a): each combination of name and key is unique."""
    held = [f for p in office.ledger.work().people() for f in p.keys]

    assert len(held) == len(set(held)) == 3


def test_a_revoked_key_signs_no_more_and_what_it_signed_stays_signed(
    office: Office, tmp_path: Path
) -> None:
    """11.300(c): loss management: deauthorised at once, by its holder or by an owner."""
    office.ledger.execute(
        RevokeKey(person="anna", fingerprint=fingerprint(ANNA), reason="the laptop was stolen"),
        by("olga"),
    )
    with refusal("SL404", "none"):
        office.hold(by("anna"))
    export_log(office.store, tmp_path / "copy")
    signers = (tmp_path / "copy" / "allowed_signers").read_text("ascii").splitlines()

    assert office.verified()
    assert ["valid-before" in line for line in signers] == [
        line.startswith("anna ") for line in signers
    ]


def test_a_key_is_revoked_with_a_reason_by_its_holder_or_an_owner(office: Office) -> None:
    """11.300(c): and by nobody else."""
    with refusal("SL402", "its holder may"):
        office.ledger.execute(
            RevokeKey(person="anna", fingerprint=fingerprint(ANNA), reason="why"), by("bela")
        )
    with pytest.raises(InputError):
        office.ledger.execute(
            RevokeKey(person="anna", fingerprint=fingerprint(ANNA), reason=" "), by("anna")
        )


def test_an_attempt_to_sign_as_somebody_else_is_an_event(office: Office) -> None:
    """11.300(d): attempts at unauthorised use are detected and can be reported."""
    with pytest.raises(Exception, match="not accepted as anna's") as caught:
        office.hold(by("anna", STRANGER))
    refused = parsed(office)[-1]
    reported = [sentence(r.entry, Subject("person", "anna")) for r in office.store.read(0)]

    assert office.store.size() == caught.value.position  # type: ignore[attr-defined]
    assert ("signoff.signature-refused.v1", "hold") == (refused["type"], refused["data"]["command"])
    assert fingerprint(STRANGER) in reported[-1]
    assert office.verified()


def test_who_may_sign_with_what_can_be_looked_through(office: Office) -> None:
    """11.300(b): keys can be checked periodically; that somebody does is procedural."""
    anna = office.ledger.work().person("anna")

    assert [fingerprint(ANNA)] == list(anna.keys_in_force)


def test_a_dossier_with_a_changed_signature_is_refused(office: Office, tmp_path: Path) -> None:
    """11.70: in what is handed over, too."""
    export_decision(office.store, SIGNED_OFF, tmp_path / "good")
    export_decision(office.store, HELD, tmp_path / "other")
    shutil.copy(tmp_path / "other" / "decision.statement.sig", tmp_path / "good")
    with pytest.raises(EvidenceError):
        list(verify_dossier(tmp_path / "good", Trust()))
