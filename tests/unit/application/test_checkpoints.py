"""Sealing: when it is due, what is never undone by it, and with which key."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from signoff_ledger.application.checkpoints import Sealer, SealPolicy
from signoff_ledger.application.commands import keys
from signoff_ledger.application.commands.decisions import Withdraw
from signoff_ledger.application.commands.people import EnrolPerson
from signoff_ledger.application.ledger import Call, Ledger
from signoff_ledger.custody.key_store import Vault
from signoff_ledger.domain.values import Role
from signoff_ledger.errors import ConflictError, EvidenceError, StoreError
from signoff_ledger.integrity.c2sp.checkpoint import open_checkpoint
from signoff_ledger.integrity.c2sp.verifier_key import VerifierKey
from signoff_ledger.persistence.sqlite.store import SqliteStore
from tests.ledgers import CUP, CountingIds, Shop, TickingClock, check_ledger
from tests.offices import Office, by
from tests.refusals import refusal


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Give an office in which nothing is sealed yet."""
    office = Office.founded(tmp_path / "ledger.db")
    yield office
    office.verified()
    office.close_file()
    check_ledger(office.store.path)


def with_policy(office: Office, **policy: object) -> Office:
    """Seal by another policy from here on."""
    office.sealer = Sealer(office.store, office.vault, SealPolicy(**policy))  # type: ignore[arg-type]
    office.ledger = Ledger(office.store, office.clock, office.ids, office.sealer)
    return office


def sizes(office: Office) -> list[int]:
    """Give the sizes of the checkpoints."""
    return [size for size, _ in office.store.checkpoints()]


def log_key(office: Office) -> str:
    """Give the key that seals."""
    key = office.ledger.work().founding().log_key
    assert key is not None
    return key


# --- by hand --------------------------------------------------------------------------------------


def test_a_seal_is_a_signed_note_of_the_whole_log(office: Office) -> None:
    seal = office.sealer.seal()
    size = office.store.size()

    assert (size, office.store.root(size), True) == (seal.size, seal.root, seal.is_new)
    assert [(size, seal.note)] == office.store.checkpoints()
    opened = open_checkpoint(seal.note, VerifierKey.parse(log_key(office)))
    assert (size, seal.root) == (opened.size, opened.root)


def test_the_same_log_is_sealed_once(office: Office) -> None:
    first, again = office.sealer.seal(), office.sealer.seal()

    assert (True, False) == (first.is_new, again.is_new)
    assert first.note == again.note
    assert [first.size] == sizes(office)


def test_a_ledger_without_a_key_is_not_sealed(tmp_path: Path) -> None:
    shop = Shop.founded(tmp_path / "ledger.db")
    sealer = Sealer(shop.store, Vault(tmp_path / "keys"), SealPolicy(events=1))

    sealer.check()
    with pytest.raises(ConflictError) as refused:
        sealer.seal()
    assert "SL604" == refused.value.code
    ledger = Ledger(shop.store, shop.clock, shop.ids, sealer)
    receipt = ledger.execute(
        EnrolPerson(person="dora", printed_name="Dora", roles=(Role.INSPECTOR,)), Call("olga")
    )
    assert "" == receipt.unsealed
    shop.store.close()


def test_a_log_is_not_sealed_where_its_key_is_not(office: Office, tmp_path: Path) -> None:
    elsewhere = Sealer(office.store, Vault(tmp_path / "nothing"))

    elsewhere.check()
    with refusal("SL406"):
        elsewhere.seal()


# --- when it is due -------------------------------------------------------------------------------


def test_a_log_is_sealed_when_so_many_events_stand_open(office: Office) -> None:
    with_policy(office, events=6)
    before = office.sealer.seal().size
    for key in ("dora", "dirk", "dunja"):  # each with the acknowledgement that olga signed it
        office.ledger.execute(EnrolPerson(person=key, printed_name=key), by("olga"))

    assert [before, before + 6] == sizes(office)
    for key in ("emil", "emma"):
        office.ledger.execute(EnrolPerson(person=key, printed_name=key), by("olga"))
    assert [before, before + 6] == sizes(office)


def test_a_log_is_sealed_when_the_oldest_open_event_is_old(office: Office) -> None:
    with_policy(office, age=timedelta(minutes=10))
    assert isinstance(office.clock, TickingClock)
    before = office.sealer.seal().size
    office.ledger.execute(EnrolPerson(person="dora", printed_name="Dora"), by("olga"))
    office.clock.time += timedelta(minutes=9)
    office.ledger.execute(EnrolPerson(person="dirk", printed_name="Dirk"), by("olga"))
    assert [before] == sizes(office)

    office.clock.time += timedelta(minutes=2)
    office.ledger.execute(EnrolPerson(person="emil", printed_name="Emil"), by("olga"))
    assert [before, before + 6] == sizes(office)


def test_what_stood_open_before_this_process_began_counts(office: Office) -> None:
    office.sealer.seal()
    office.ledger.execute(EnrolPerson(person="dora", printed_name="Dora"), by("olga"))
    assert isinstance(office.clock, TickingClock)
    office.clock.time += timedelta(hours=2)
    with_policy(office)

    office.ledger.execute(EnrolPerson(person="dirk", printed_name="Dirk"), by("olga"))
    assert 2 == len(sizes(office))


def test_the_usual_policy_is_a_thousand_events_or_an_hour() -> None:
    assert SealPolicy(1_000, timedelta(hours=1)) == SealPolicy()


@pytest.fixture
def built(office: Office) -> Office:
    """Give an office in which the first batch is fit to be signed off."""
    office.publish()
    office.register()
    office.build("B1")
    return office


def test_each_decision_is_sealed_at_once(built: Office) -> None:
    assert [] == sizes(built)
    built.sign(by("anna"))
    signed = built.store.size()
    built.ledger.execute(Withdraw(process="mug", reason="a complaint"), by("anna"))
    withdrawn = built.store.size()
    assert "" == built.hold(by("anna")).unsealed

    assert [signed, withdrawn, built.store.size()] == sizes(built)


def test_an_automatic_hold_is_sealed_at_once(office: Office) -> None:
    office.publish()
    office.register()
    office.build("B1", rejects=2)

    held = next(office.store.read_type("signoff.process-held.v1"))
    command = office.store.of_command(held.entry.cmd.partition("#")[0])
    assert [command[-1].position] == sizes(office)


def test_nothing_else_is_sealed_at_once(built: Office) -> None:
    built.publish(CUP)

    assert [] == sizes(built)


# --- when it fails --------------------------------------------------------------------------------


class Failing(Vault):
    """Keeps the key, and cannot write its guard."""

    def sealing(self, log_key: str) -> object:  # type: ignore[override]
        raise StoreError("SL703", "the signer guard cannot be kept", why="the disk is full")


def test_a_decision_stays_recorded_when_its_seal_fails(built: Office) -> None:
    built.vault = Failing(built.vault.folder)
    with_policy(built)
    receipt = built.sign(by("anna"))

    assert "the signer guard cannot be kept: the disk is full" == receipt.unsealed
    assert receipt.recorded
    assert [] == sizes(built)


def test_a_decision_where_the_key_is_not_says_that_it_is_not_sealed(built: Office) -> None:
    vault, built.vault = built.vault, Vault(built.vault.folder / "nothing")
    with_policy(built, events=1)
    receipt = built.sign(by("anna"))
    assert "the log's key is not on this machine" in receipt.unsealed
    assert receipt.recorded

    built.vault = vault
    assert with_policy(built).sealer.seal().is_new


def test_what_is_not_a_decision_waits_quietly_for_a_machine_with_the_key(office: Office) -> None:
    office.vault = Vault(office.vault.folder / "nothing")
    with_policy(office, events=1)
    receipt = office.ledger.execute(EnrolPerson(person="dora", printed_name="Dora"), by("olga"))

    assert ("", []) == (receipt.unsealed, sizes(office))


@pytest.mark.parametrize("command", ["sign", "hold", "withdraw"])
def test_nobody_decides_in_an_old_copy_of_the_log(
    built: Office, tmp_path: Path, command: str
) -> None:
    """ROLLBACK is refused before anybody signs, and no refusal is recorded in the wrong log."""
    built.sign(by("anna"))
    old = tmp_path / "old.db"
    _copy(built, old)
    built.hold(by("anna"))
    copy = Office(SqliteStore.open(old), TickingClock(built.clock.now()), CountingIds("copy"))
    copy.vault = built.vault
    with_policy(copy)
    size = copy.store.size()
    call = by("anna")

    commands: dict[str, Callable[[], object]] = {
        "sign": lambda: copy.sign(call),
        "hold": lambda: copy.hold(call),
        "withdraw": lambda: copy.ledger.execute(Withdraw(process="mug", reason="no"), call),
    }

    with pytest.raises(EvidenceError) as refused:
        commands[command]()
    assert "SL507" == refused.value.code
    assert size == copy.store.size()
    assert [] == call.signer.statements  # type: ignore[union-attr]
    with refusal("SL507"):
        copy.sealer.seal()
    copy.close_file()


def _copy(office: Office, to: Path) -> None:
    with closing(sqlite3.connect(office.store.path)) as a, closing(sqlite3.connect(to)) as b:
        a.backup(b)


def test_a_seal_that_is_known_is_still_held_against_the_guard(office: Office) -> None:
    """A copy that ends at a checkpoint is no less an old copy."""
    office.sealer.seal()
    office.ledger.execute(EnrolPerson(person="dora", printed_name="Dora"), by("olga"))
    old = office.store.path.with_name("old.db")
    office.sealer.seal()
    _copy(office, old)
    office.ledger.execute(EnrolPerson(person="dirk", printed_name="Dirk"), by("olga"))
    office.sealer.seal()

    copy = SqliteStore.open(old)
    with refusal("SL507"):
        Sealer(copy, office.vault).seal()
    copy.close()


# --- after a rotation -----------------------------------------------------------------------------


def test_another_process_seals_with_the_key_that_was_rotated_to(office: Office) -> None:
    office.vault = Vault(office.vault.folder)
    with_policy(office)
    other = Sealer(office.store, office.vault)
    assert other.seal().is_new
    first = log_key(office)
    keys.rotate_log_key(office.ledger, by("olga"), office.vault, "a year")

    office.ledger.execute(EnrolPerson(person="dora", printed_name="Dora"), by("olga"))
    note = other.seal().note
    assert first != log_key(office)
    open_checkpoint(note, VerifierKey.parse(log_key(office)))
    with refusal("SL505"):
        open_checkpoint(note, VerifierKey.parse(first))
