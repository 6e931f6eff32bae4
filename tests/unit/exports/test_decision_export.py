"""The dossier of one decision: written twice the same, and checked without believing it."""

from pathlib import Path

import pytest

from signoff_ledger.application.commands.people import GrantRole
from signoff_ledger.application.ledger import Call
from signoff_ledger.domain.values import Role
from signoff_ledger.errors import ConflictError, NotFoundError, SignoffError
from signoff_ledger.exports.dossier import export_decision, seal_over, stem_of
from signoff_ledger.exports.dossier_folder import is_dossier, verify_dossier
from signoff_ledger.integrity.c2sp.cosignature import cosign
from signoff_ledger.integrity.c2sp.note import parse_note
from signoff_ledger.integrity.c2sp.policy import parse_policy
from signoff_ledger.integrity.c2sp.verifier_key import COSIGNATURE_V1, ED25519, VerifierKey
from signoff_ledger.integrity.log_check import Check, Trust
from tests.offices import Office, by
from tests.refusals import refusal
from tests.signers import NORTH
from tests.unit.exports.test_bundle import content
from tests.unit.exports.test_log_export import Spoil, added, cut, edit, gone


def checks(folder: Path, policy: bytes | None = None, since: bytes | None = None) -> list[Check]:
    """Verify a dossier."""
    return list(verify_dossier(folder, Trust(parse_policy(policy) if policy else None, since)))


def states(found: list[Check]) -> dict[str, str]:
    """Give the state of each check."""
    return {check.name: check.state for check in found}


def test_a_signed_decision_is_proved_by_its_dossier_alone(dossier: Path) -> None:
    assert is_dossier(dossier)
    proved = ["lines", "seal", "clock", "in the log", "decision", "reviewed", "signature"]
    proved += ["decisions", "readme"]
    assert dict.fromkeys(proved, "proved") | {
        "history": "not proved",
        "afterwards": "not proved",
    } == states(checks(dossier))


def test_the_same_decision_is_exported_to_the_same_bytes(
    story_office: Office, dossier: Path, tmp_path: Path
) -> None:
    at = story_office.positions("process-signed-off")[0]
    export_decision(story_office.store, at, tmp_path / "again")

    assert content(dossier) == content(tmp_path / "again")
    assert story_office.lines()[at - 1] == content(dossier)["decision.json"]


def test_a_dossier_holds_the_streams_concerned_and_nothing_of_the_rest(dossier: Path) -> None:
    names = {path.stem for path in (dossier / "streams").glob("*.ndjson")}

    assert {"process-mug", "batch-B1", "batch-B2", "ledger", "person-anna"} <= names
    assert "person-aude" not in names


def test_a_decision_without_a_signature_says_so(story_office: Office, tmp_path: Path) -> None:
    automatic = story_office.positions("process-held")[0]
    shown = export_decision(story_office.store, automatic, tmp_path / "out")

    assert shown.signer is None
    assert not (tmp_path / "out" / "decision.statement").exists()
    assert "proved" == states(checks(tmp_path / "out"))["signature"]
    assert "not signed with a key" in (tmp_path / "out" / "README.md").read_text("utf-8")


def test_a_decision_of_somebody_without_a_key_proves_nothing_of_them(
    story_office: Office, tmp_path: Path
) -> None:
    story_office.ledger.execute(
        GrantRole(person="egon", role=Role.APPROVER, note="stands in"), by("olga")
    )
    story_office.hold(Call("egon"), "by name")
    export_decision(
        story_office.store, story_office.positions("process-held")[-1], tmp_path / "out"
    )

    assert "not proved" == states(checks(tmp_path / "out"))["signature"]


def test_only_a_sealed_decision_has_a_dossier(story_office: Office, tmp_path: Path) -> None:
    size = story_office.store.size()
    for position in (0, -1, 1, size + 1):
        with pytest.raises(NotFoundError) as missing:
            export_decision(story_office.store, position, tmp_path / "out")
        assert "SL206" == missing.value.code
    story_office.ledger.sealer = None
    story_office.hold(by("anna"), "not sealed")
    with pytest.raises(ConflictError) as refused:
        export_decision(
            story_office.store, story_office.positions("process-held")[-1], tmp_path / "out"
        )
    assert "SL604" == refused.value.code
    assert f"the last checkpoint is of {size} events" == refused.value.why
    assert size == seal_over(story_office.store, size)[0]
    assert not (tmp_path / "out").exists()


def test_a_streams_file_is_named_after_it() -> None:
    assert ["streams/ledger", "streams/batch-B%2F1"] == [stem_of("ledger"), stem_of("batch B/1")]


def renamed(folder: Path) -> None:
    """Call the process by another name, whose story nobody would then look at."""
    for suffix in ("ndjson", "tlog-proof"):
        path = folder / "streams" / f"process-mug.{suffix}"
        path.rename(path.with_name(f"process-cup.{suffix}"))


def other_position(folder: Path) -> None:
    """Put the proof of another line in place of the decision's."""
    other = folder / "streams" / "batch-B1.tlog-proof"
    (folder / "decision.tlog-proof").write_bytes(other.read_bytes())


def no_streams(folder: Path) -> None:
    """Take all streams away."""
    (folder / "streams").rename(folder / "elsewhere")


def other_line(folder: Path) -> None:
    """Put a line that is no decision in the decision's place, with its own proof."""
    line = (folder / "streams" / "batch-B1.ndjson").read_bytes().splitlines()[-1]
    (folder / "decision.json").write_bytes(line)
    other_position(folder)


SPOILT: dict[str, tuple[str, Spoil]] = {
    "a line": ("SL502", edit("streams/batch-B1.ndjson", b'"gap":50', b'"gap":25')),
    "a stream cut": ("SL510", cut("streams/batch-B1.ndjson", 5)),
    "a stream emptied": ("SL510", cut("streams/ledger.ndjson", 10**6)),
    "a stream called otherwise": ("SL510", renamed),
    "no streams": ("SL510", no_streams),
    "a batch missing": ("SL502", gone("streams/batch-B2.ndjson")),
    "the signer missing": ("SL506", gone("streams/person-anna.ndjson")),
    "the ledger missing": ("", gone("streams/ledger.ndjson")),
    "a proof missing": ("SL205", gone("streams/ledger.tlog-proof")),
    "another key": ("SL510", edit("log.vkey", b"press-shop", b"press-shed")),
    "another signer": ("SL510", edit("allowed_signers", b"anna", b"egon")),
    "another checkpoint": ("SL505", edit("checkpoint", b"press-shop", b"press-shed")),
    "a cosignature in the checkpoint alone": (
        "SL510",
        added("checkpoint", "\u2014 x AAAAAAAA\n".encode()),
    ),
    "another decision": ("SL504", edit("decision.json", b"}", b"} ")),
    "another line for the decision": ("SL510", other_line),
    "the proof of another line": ("SL504", other_position),
    "another growth": ("SL510", edit("decision.growth", b"old ", b"old 1")),
    "no growth": ("SL205", gone("decision.growth")),
    "another statement": ("SL510", edit("decision.statement", b"anna", b"egon")),
    "no statement": ("SL205", gone("decision.statement")),
    "another signature": ("SL510", edit("decision.statement.sig", b"U1NIU0lH", b"U1NIU0lI")),
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_dossier_that_was_touched_is_refused(dossier: Path, name: str) -> None:
    code, spoil = SPOILT[name]
    spoil(dossier)

    with pytest.raises(SignoffError) as refused:
        checks(dossier)
    assert refused.value.code == code or (not code and refused.value.code.startswith("SL5"))


# --- the reader's own policy ----------------------------------------------------------------------


WITNESS = VerifierKey.of("north.example/w", COSIGNATURE_V1, NORTH)


def policy(story_office: Office, quorum: str = "w") -> bytes:
    """Write a policy with one witness."""
    key = story_office.ledger.work().founding().log_key
    return f"log {key}\nwitness w {WITNESS.line}\nquorum {quorum}\n".encode()


def test_a_dossier_is_held_against_the_readers_policy(story_office: Office, tmp_path: Path) -> None:
    at = story_office.positions("process-signed-off")[0]
    export_decision(story_office.store, at, tmp_path / "before")
    with refusal("SL505", "none of its witnesses"):
        checks(tmp_path / "before", policy(story_office))
    assert (
        "proved" == states(checks(tmp_path / "before", policy(story_office, "none")))["witnesses"]
    )

    size, note = story_office.store.checkpoints()[-1]
    line = cosign(parse_note(note).text, WITNESS.name, NORTH, 1_772_438_400).line
    story_office.store.keep_cosignature(size, line)
    export_decision(story_office.store, at, tmp_path / "after")
    found = checks(tmp_path / "after", policy(story_office), since=b"anything")
    assert ("proved", "not proved") == (states(found)["witnesses"], states(found)["growth"])
    assert "history" not in states(found)


def test_a_policy_of_another_log_refuses_the_dossier(story_office: Office, dossier: Path) -> None:
    named = VerifierKey.parse(policy(story_office).decode().split()[1])
    key = VerifierKey("example.com/press-shed", ED25519, named.public_key)
    text = f"log {key.line}\nwitness w {WITNESS.line}\nquorum none\n".encode()

    with refusal("SL505", "example.com/press-shop"):
        checks(dossier, text)
