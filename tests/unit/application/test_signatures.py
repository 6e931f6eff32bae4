"""Signatures as events are emitted: which are wanted, which are refused, and what is noted."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from signoff_ledger.application.commands.bars import CountersignBar
from signoff_ledger.application.commands.batches import CloseBatch
from signoff_ledger.application.commands.decisions import Hold, SignOff
from signoff_ledger.application.commands.keys import RegisterKey, RevokeKey
from signoff_ledger.application.commands.people import EnrolPerson, GrantRole
from signoff_ledger.application.ledger import Call
from signoff_ledger.custody.statement_signers import (
    SigningMoment,
    StatementCollector,
    StatementSigner,
)
from signoff_ledger.domain.decision import heads_of
from signoff_ledger.domain.events.process import ProcessHeld, ProcessSignedOff
from signoff_ledger.domain.signature import SshSignature
from signoff_ledger.domain.values import Role
from signoff_ledger.errors import Advice, ConflictError, IdentityError
from signoff_ledger.queries.check import judged
from tests.ledgers import CUP, PLAN, START, Shop, check_ledger
from tests.offices import ANNA, BELA, SPARE, STRANGER, KeySigner, Office, by, fingerprint, public
from tests.refusals import refusal
from tests.signers import INES, sign


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Give an office with a bar; it is verified when the test is done with it."""
    office = Office.founded(tmp_path / "ledger.db")
    office.publish()
    office.register()
    yield office
    office.verified()
    office.close_file()
    check_ledger(office.store.path)


@pytest.fixture
def built(office: Office) -> Office:
    """Give an office in which the first batch is fit to be signed off."""
    office.build("B1")
    return office


def signatures(office: Office, after: int) -> list[object]:
    """Give what stands as the signature of every event behind a position that has one."""
    events = (recorded.entry.event for recorded in office.store.read(after))
    return [event.signature for event in events if hasattr(event, "signature")]


# --- what is signed -------------------------------------------------------------------------------


def test_a_decision_holds_the_signature_of_whoever_took_it(built: Office) -> None:
    """Part 11 11.50, 11.70."""
    size = built.store.size()
    call = by("anna")
    built.sign(call)

    (signature,) = signatures(built, size)
    assert isinstance(signature, SshSignature)
    assert fingerprint(ANNA) == signature.fingerprint
    assert (size, built.store.root(size).hex()) == (signature.size, signature.root)
    assert isinstance(call.signer, KeySigner)
    assert signature.meaning.encode() in call.signer.statements[0]
    assert {"process-signed-off", "decision-taken"} < set(built.topics(size))
    assert "signature-given" not in built.topics(size)


def test_what_is_signed_is_noted_on_the_signers_stream_in_the_same_save(office: Office) -> None:
    size = office.store.size()
    receipt = office.ledger.execute(CountersignBar(process="mug"), by("bela"))

    assert ["bar-countersigned", "signature-given"] == office.topics(size)
    signed, given = receipt.recorded
    assert given.position == signed.position + 1
    assert office.ledger.work().person("bela").id == given.entry.stream
    said = given.entry.event.model_dump()
    assert (fingerprint(BELA), signed.entry.stream, signed.entry.version) == (
        said["fingerprint"],
        said["signed_stream"],
        said["signed_version"],
    )


def test_each_event_of_one_command_is_signed_by_itself(office: Office) -> None:
    size = office.store.size()
    call = by("olga")
    office.ledger.execute(
        EnrolPerson(
            person="dora", printed_name="Dora Double", roles=(Role.INSPECTOR, Role.ENGINEER)
        ),
        call,
    )

    assert [
        "person-enrolled",
        "role-granted",
        "role-granted",
        "signature-given",
        "signature-given",
        "signature-given",
    ] == office.topics(size)
    assert isinstance(call.signer, KeySigner)
    assert 3 == len(set(call.signer.statements))
    assert all(isinstance(s, SshSignature) for s in signatures(office, size))


def test_an_automatic_hold_is_never_signed(office: Office) -> None:
    """Nobody has to: the registered bar took it."""
    office.ledger.execute(
        GrantRole(person="anna", role=Role.INSPECTOR, note="stands in"), by("olga")
    )
    office.open("B1")
    for n in range(3):
        office.record("B1", f"B1-{n}", by("anna"), gap="0.50")
    call = by("anna")
    receipt = office.ledger.execute(CloseBatch(batch="B1", note="one is missing"), call)

    holds = [r.entry.event for r in receipt.recorded if isinstance(r.entry.event, ProcessHeld)]
    assert [(True, "none")] == [(hold.automatic, hold.signature.kind) for hold in holds]
    assert isinstance(call.signer, KeySigner)
    # What she signs is that she closes the batch.
    assert [b"batch-closed"] == [
        b"batch-closed" for s in call.signer.statements if b"batch-closed" in s
    ]
    assert 1 == len(call.signer.statements)


def test_whoever_has_no_key_acts_by_name(office: Office) -> None:
    office.publish(PLAN.replace("A mug with a lid", "A mug"), "shorter")

    assert ["Unsigned"] * 3 == [type(s).__name__ for s in signatures(office, 0)[-3:]]


def test_a_pen_that_is_optional_is_used_by_whoever_has_to_sign_alone(built: Office) -> None:
    size = built.store.size()
    built.hold(by("anna")._replace(signer=KeySigner(ANNA, only_if_required=True)))
    built.ledger.execute(GrantRole(person="egon", role=Role.APPROVER, note="stands in"), by("olga"))
    unsure = KeySigner(STRANGER, only_if_required=True)
    built.hold(Call("egon", signer=unsure))

    kinds = [type(s).__name__ for s in signatures(built, size)]
    assert ["SshSignature", "SshSignature", "Unsigned"] == kinds
    assert [] == unsure.statements


def test_the_keys_in_force_are_offered_to_the_pen(built: Office) -> None:
    built.ledger.execute(RegisterKey(public_key=public(SPARE)), by("anna", SPARE))
    offered: list[Sequence[str]] = []

    class Looking(KeySigner):
        def sign(self, statement: bytes, keys: Sequence[str]) -> str:
            offered.append(keys)
            return super().sign(statement, keys)

    built.hold(Call("anna", signer=Looking(ANNA)))
    built.accept_key("anna")
    built.hold(Call("anna", signer=Looking(SPARE)), "again")

    assert [[public(ANNA)], [public(ANNA), public(SPARE)]] == offered


# --- what is refused ------------------------------------------------------------------------------


def test_whoever_has_a_key_does_not_decide_without_it(built: Office) -> None:
    size = built.store.size()
    with refusal("SL404", "a person who has had a key in force signs with one"):
        built.sign(Call("anna"))
    assert size == built.store.size()


def test_a_revoked_key_is_no_way_back_to_a_name(built: Office) -> None:
    built.ledger.execute(
        RevokeKey(person="anna", fingerprint=fingerprint(ANNA), reason="old"), by("anna")
    )
    with refusal("SL404", "a person who has had a key"):
        built.sign(Call("anna"))
    with refusal("SL404", "none is registered"):
        built.sign(by("anna"))


def test_a_person_without_a_key_is_refused_with_that_reason_at_signing(built: Office) -> None:
    with refusal("SL404", "none is registered"):
        built.ledger.execute(
            GrantRole(person="egon", role=Role.APPROVER, note="stands in"), by("olga")
        )
        built.hold(by("egon", STRANGER))
    built.show_key("egon", SPARE)
    with refusal("SL404", f"{fingerprint(SPARE)} waits for an owner to accept it"):
        built.hold(by("egon", SPARE))


class Muddled(KeySigner):
    """Signs something else than it is asked to."""

    def sign(self, statement: bytes, keys: Sequence[str]) -> str:
        return super().sign(statement + b" ", keys)


class FileSigner(KeySigner):
    """Signs for another purpose."""

    def sign(self, statement: bytes, keys: Sequence[str]) -> str:
        del keys
        return sign(self.key, statement, b"file")


class Scribble(KeySigner):
    """Does not sign at all."""

    def sign(self, statement: bytes, keys: Sequence[str]) -> str:
        return "a scribble"


REFUSED: dict[str, tuple[StatementSigner, str]] = {
    "of another text": (Muddled(ANNA), ""),
    "none at all": (Scribble(ANNA), ""),
    "for another purpose": (FileSigner(ANNA), "it was made for 'file'"),
    "of a stranger": (KeySigner(STRANGER), "which is not a key in force of anna"),
    "of somebody else here": (KeySigner(BELA), "which is not a key in force of anna"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_signature_that_is_not_theirs_is_refused_and_on_record(built: Office, name: str) -> None:
    """Part 11 11.300(d)."""
    signer, why = REFUSED[name]
    size = built.store.size()
    call = Call("anna", "try-1", signer=signer)

    with pytest.raises(IdentityError):
        built.sign(call)
    with pytest.raises(IdentityError) as refused:
        built.sign(call)
    assert "SL405" == refused.value.code
    assert why in refused.value.why
    assert Advice("see-refusal", position=size + 1) == refused.value.advice
    assert ["signature-refused"] == built.topics(size)
    (recorded,) = built.store.read(size)
    assert ("anna", built.ledger.work().person("anna").id) == (
        recorded.entry.by,
        recorded.entry.stream,
    )
    said = recorded.entry.event.model_dump()
    assert ("SL405", "sign", refused.value.why) == (said["code"], said["command"], said["why"])


def test_a_refused_signature_names_its_place_in_the_log(built: Office) -> None:
    with pytest.raises(IdentityError) as refused:
        built.sign(by("anna", STRANGER))
    assert built.store.size() == refused.value.position


def test_a_key_is_shown_with_that_very_key(office: Office) -> None:
    with refusal("SL404"):
        office.ledger.execute(RegisterKey(public_key=public(SPARE)), Call("egon"))
    with refusal("SL405", "not a key in force of egon"):
        office.ledger.execute(RegisterKey(public_key=public(SPARE)), by("egon", STRANGER))


def test_nothing_is_signed_in_a_ledger_without_a_key(tmp_path: Path) -> None:
    shop = Shop.founded(tmp_path / "ledger.db")
    with pytest.raises(ConflictError) as refused:
        shop.ledger.execute(RegisterKey(public_key=public(INES)), by("olga", INES))
    assert "SL604" == refused.value.code
    shop.store.close()


# --- a dry run ------------------------------------------------------------------------------------


def test_a_dry_run_of_a_signer_needs_no_pen(built: Office) -> None:
    receipt = built.sign(Call("anna", dry_run=True))

    assert ProcessSignedOff in [type(entry.event) for entry in receipt.planned]


def test_a_dry_run_with_a_statement_pen_gives_the_statement_that_will_be_signed(
    built: Office,
) -> None:
    size, statements = built.store.size(), list[bytes]()
    built.sign(Call("anna", dry_run=True, signer=StatementCollector(statements)))

    assert 1 == len(statements)
    assert size == built.store.size()
    assert b'"printed_name":"Anna Approver"' in statements[0]


def test_a_bad_signature_in_a_dry_run_is_not_on_record(built: Office) -> None:
    size = built.store.size()
    with refusal("SL405"):
        built.sign(Call("anna", dry_run=True, signer=KeySigner(STRANGER, asks_key=False)))
    assert size == built.store.size()


# --- a statement made up before -------------------------------------------------------------------


def prepared(office: Office, size: int | None = None) -> SigningMoment:
    """Say when a statement was made up, and over which tree."""
    size = office.store.size() if size is None else size
    return SigningMoment(START, office.store.root(size).hex(), size)


def test_a_statement_made_up_before_is_taken_with_its_time_and_tree(built: Office) -> None:
    size = built.store.size()
    built.sign(Call("anna", signer=KeySigner(ANNA, moment=prepared(built, size - 1))))

    (signature,) = signatures(built, size)
    assert isinstance(signature, SshSignature)
    assert (START, size - 1) == (signature.at, signature.size)


def test_a_statement_over_a_tree_that_this_ledger_never_had_is_refused(built: Office) -> None:
    here = prepared(built)
    for other in (
        here._replace(size=0),
        here._replace(size=-1),
        here._replace(size=here.size + 1),
        here._replace(size=here.size - 1),
        here._replace(root="00" * 32),
    ):
        with pytest.raises(ConflictError) as refused:
            built.sign(Call("anna", signer=KeySigner(ANNA, moment=other)))
        assert "SL603" == refused.value.code
        assert "not the beginning of this log" in refused.value.why


# --- what was looked at ---------------------------------------------------------------------------


def test_nothing_is_decided_on_what_moved_since_it_was_looked_at(built: Office) -> None:
    work = built.ledger.work()
    case, _ = judged(work, "mug", None, "anna")
    seen = heads_of(case, None, work.reviewed)
    built.hold(by("anna"))
    size = built.store.size()

    with pytest.raises(ConflictError) as refused:
        built.ledger.execute(SignOff(process="mug", batch=None, note=None, seen=seen), by("anna"))

    assert "SL603" == refused.value.code
    since = ", ".join(f"#{at} by anna" for at in range(seen.size + 1, size + 1))
    assert f"recorded since: {since}" == refused.value.why
    assert size == built.store.size()


def test_what_has_not_moved_since_it_was_looked_at_is_decided_on(built: Office) -> None:
    work = built.ledger.work()
    case, _ = judged(work, "mug", None, "anna")
    built.publish(CUP)
    seen = heads_of(case, None, work.reviewed)

    assert built.ledger.execute(
        SignOff(process="mug", batch=None, note=None, seen=seen), by("anna")
    ).recorded


def test_of_much_that_moved_five_events_are_named(built: Office) -> None:
    work = built.ledger.work()
    case, _ = judged(work, "mug", None, "anna")
    seen = heads_of(case, None, work.reviewed)
    for number in range(6):
        built.hold(by("anna"), f"no. {number}")

    with pytest.raises(ConflictError) as refused:
        built.ledger.execute(Hold(process="mug", batch=None, reason="seen", seen=seen), by("anna"))

    assert refused.value.why.endswith(" and more")
    assert 5 == refused.value.why.count("#")
