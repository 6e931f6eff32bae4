"""People's signing keys as commands, and the rotation of the log's own."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Never

import pytest

from signoff_ledger.application.checkpoints import Sealer
from signoff_ledger.application.commands import keys
from signoff_ledger.application.commands.keys import AcceptKey, RegisterKey, RevokeKey
from signoff_ledger.application.commands.people import EnrolPerson, GrantRole
from signoff_ledger.application.ledger import Call, Ledger, Receipt
from signoff_ledger.custody.key_store import Vault
from signoff_ledger.domain.values import Role
from signoff_ledger.errors import Advice, InputError, RuleRefusedError, StoreError
from signoff_ledger.integrity.c2sp.checkpoint import open_checkpoint
from signoff_ledger.integrity.c2sp.verifier_key import VerifierKey
from signoff_ledger.persistence.sqlite.store import SqliteStore
from tests.ledgers import Shop, check_ledger
from tests.offices import ANNA, SPARE, STRANGER, KeySigner, Office, by, fingerprint, public
from tests.refusals import refusal


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Give an office whose log key can be rotated."""
    office = Office.founded(tmp_path / "ledger.db")
    office.vault = Vault(office.vault.folder)
    office.sealer = Sealer(office.store, office.vault)
    office.ledger = Ledger(office.store, office.clock, office.ids, office.sealer)
    yield office
    office.verified()
    office.close_file()
    check_ledger(office.store.path)


# --- people's keys --------------------------------------------------------------------------------


def test_a_key_is_one_persons_for_ever(office: Office) -> None:
    """Part 11 11.100(a)."""
    with pytest.raises(InputError) as refused:
        office.ledger.execute(RegisterKey(public_key=public(ANNA)), by("egon", ANNA))

    assert ("SL106", "a key belongs to one person permanently (Part 11 11.100(a))") == (
        refused.value.code,
        refused.value.why,
    )
    assert "anna's" in refused.value.what


def test_a_comment_is_not_part_of_the_command(office: Office) -> None:
    call = Call("egon", "once", signer=by("egon", SPARE).signer)
    office.ledger.execute(RegisterKey(public_key=f"{public(SPARE)} egon@laptop"), call)

    assert office.ledger.execute(RegisterKey(public_key=public(SPARE)), call).repeated


def test_the_one_key_that_waits_is_accepted_without_its_name(office: Office) -> None:
    office.show_key("egon", SPARE)
    office.accept_key("egon")

    assert [fingerprint(SPARE)] == list(office.ledger.work().person("egon").keys_in_force)


def test_of_no_key_or_two_none_is_accepted_without_its_name(office: Office) -> None:
    with pytest.raises(InputError) as refused:
        office.accept_key("egon")
    assert ("SL109", Advice("register-key-first")) == (refused.value.code, refused.value.advice)

    office.show_key("egon", SPARE)
    office.show_key("egon", STRANGER)
    with pytest.raises(InputError) as refused:
        office.accept_key("egon")
    assert Advice("name-fingerprint") == refused.value.advice
    assert f"{fingerprint(SPARE)}, {fingerprint(STRANGER)}" == refused.value.why

    office.ledger.execute(AcceptKey(person="egon", fingerprint=fingerprint(STRANGER)), by("olga"))
    assert [fingerprint(STRANGER)] == list(office.ledger.work().person("egon").keys_in_force)


def test_a_key_that_was_revoked_does_not_wait(office: Office) -> None:
    office.show_key("egon", SPARE)
    office.ledger.execute(
        RevokeKey(person="egon", fingerprint=fingerprint(SPARE), reason="a mistake"), by("egon")
    )

    with pytest.raises(InputError):
        office.accept_key("egon")


def test_of_several_owners_none_accepts_their_own_key(office: Office) -> None:
    office.ledger.execute(GrantRole(person="egon", role=Role.OWNER, note="stands in"), by("olga"))
    office.show_key("olga", SPARE)

    with pytest.raises(RuleRefusedError) as refused:
        office.accept_key("olga")
    assert "SL307" == refused.value.code


def test_the_only_owner_accepts_their_own_second_key(office: Office) -> None:
    office.show_key("olga", SPARE)
    office.accept_key("olga")

    assert fingerprint(SPARE) in office.ledger.work().person("olga").keys_in_force


def test_a_key_is_revoked_by_its_holder_or_an_owner(office: Office) -> None:
    """Part 11 11.300(c)."""
    with refusal("SL402", "its holder may, and an owner"):
        office.ledger.execute(
            RevokeKey(person="anna", fingerprint=fingerprint(ANNA), reason="no"), by("bela")
        )

    office.ledger.execute(
        RevokeKey(person="anna", fingerprint=fingerprint(ANNA), reason="lost"), by("olga")
    )
    assert {} == office.ledger.work().person("anna").keys_in_force


@pytest.mark.parametrize("text", ["", "x", "SHA256:", "SHA256:\x1b[2J"])
def test_a_fingerprint_that_is_none_is_refused(office: Office, text: str) -> None:
    asked: list[Callable[[], Receipt]] = [
        lambda: office.ledger.execute(AcceptKey(person="anna", fingerprint=text), by("olga")),
        lambda: office.ledger.execute(
            RevokeKey(person="anna", fingerprint=text, reason="lost"), by("olga")
        ),
    ]
    for ask in asked:
        with pytest.raises(InputError) as refused:
            ask()
        assert "SL106" == refused.value.code
        assert "\x1b" not in refused.value.what


# --- the log's key --------------------------------------------------------------------------------


def log_key(ledger: Ledger) -> str | None:
    """Give the key in force."""
    return ledger.work().founding().log_key


def kept(vault: Vault) -> list[Path]:
    """Name every key in a vault."""
    return sorted(vault.folder.rglob("*.pem"))


def test_the_old_key_seals_what_was_and_the_new_one_what_comes(office: Office) -> None:
    old, before = log_key(office.ledger), office.store.size()
    receipt = keys.rotate_log_key(office.ledger, by("olga"), office.vault, "a year")
    new = log_key(office.ledger)

    assert 2 == len(receipt.recorded)
    assert old is not None
    assert new is not None
    assert old.split("+")[0] == new.split("+")[0]
    notes = office.store.checkpoints()
    assert [before, before + 2] == [size for size, _ in notes]
    for (_, note), key in zip(notes, (old, new), strict=True):
        open_checkpoint(note, VerifierKey.parse(key))
    assert 2 == len(kept(office.vault))


def test_a_ledger_that_had_no_key_gets_its_first_one(tmp_path: Path) -> None:
    shop, vault = Shop.founded(tmp_path / "ledger.db"), Vault(tmp_path / "keys")
    ledger = Ledger(shop.store, shop.clock, shop.ids, Sealer(shop.store, vault))
    keys.rotate_log_key(ledger, Call("olga"), vault, "from now on")

    key = log_key(ledger)
    assert key is not None
    assert key.startswith("signoff/test/")
    assert [shop.store.size()] == [size for size, _ in shop.store.checkpoints()]
    shop.store.close()


def test_a_rotation_without_a_sealer_is_recorded_all_the_same(office: Office) -> None:
    ledger = Ledger(office.store, office.clock, office.ids)
    keys.rotate_log_key(ledger, by("olga"), office.vault, "a year")

    assert [] == office.store.checkpoints()
    assert 2 == len(kept(office.vault))


def test_a_dry_run_keeps_no_key_and_seals_nothing(office: Office) -> None:
    receipt = keys.rotate_log_key(office.ledger, by("olga", dry_run=True), office.vault, "a year")

    assert ["LogKeyRotated"] == [type(entry.event).__name__ for entry in receipt.planned]
    assert 1 == len(kept(office.vault))
    assert [] == office.store.checkpoints()


def test_a_repeated_rotation_makes_no_other_key(office: Office) -> None:
    call = Call("olga", "once", signer=by("olga").signer)
    keys.rotate_log_key(office.ledger, call, office.vault, "a year")
    first, seals = log_key(office.ledger), office.store.checkpoints()

    assert keys.rotate_log_key(office.ledger, call, office.vault, "a year").repeated
    assert (first, seals) == (log_key(office.ledger), office.store.checkpoints())
    assert 2 == len(kept(office.vault))


def test_without_the_old_key_nothing_is_rotated(office: Office, tmp_path: Path) -> None:
    empty = Vault(tmp_path / "empty")
    office.ledger.sealer = None

    with refusal("SL406"):
        keys.rotate_log_key(office.ledger, by("olga"), empty, "a year")
    assert [] == kept(empty)
    assert not list(tmp_path.joinpath("empty").glob("*"))


def test_somebody_who_may_not_rotate_leaves_no_key_behind(office: Office) -> None:
    with refusal("SL402"):
        keys.rotate_log_key(office.ledger, by("anna"), office.vault, "a year")
    assert 1 == len(kept(office.vault))


def test_a_rotation_that_cannot_be_saved_leaves_no_key_behind(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = log_key(office.ledger)

    def full(*_: object) -> None:
        raise StoreError("SL703", "the ledger cannot be written")

    monkeypatch.setattr(office.store, "save", full)
    with pytest.raises(StoreError):
        keys.rotate_log_key(office.ledger, by("olga"), office.vault, "a year")
    monkeypatch.undo()

    assert old == log_key(office.ledger)
    assert 1 == len(kept(office.vault))


def test_a_seal_that_fails_before_leaves_everything_as_it_was(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office.sealer, "seal", _failing)
    with refusal("SL703"):
        keys.rotate_log_key(office.ledger, by("olga"), office.vault, "a year")

    assert 1 == len(kept(office.vault))
    assert "log-key-rotated" not in office.topics()


def test_a_seal_that_fails_behind_a_rotation_does_not_cost_the_new_key(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new key is in the log: without it, nothing could ever be sealed again."""
    seal, asked = office.sealer.seal, list[int]()

    def second_fails() -> object:
        asked.append(1)
        return seal() if len(asked) == 1 else _failing()

    monkeypatch.setattr(office.sealer, "seal", second_fails)
    with refusal("SL703"):
        keys.rotate_log_key(office.ledger, by("olga"), office.vault, "a year")
    monkeypatch.undo()

    assert 2 == len(kept(office.vault))
    assert office.sealer.seal().is_new


def beaten_by(
    office: Office, monkeypatch: pytest.MonkeyPatch, rival: Callable[[Ledger], object]
) -> None:
    """Let a rival record once, behind the decision and in front of the save."""
    save, beaten = office.store.save, list[int]()

    def beat(*args: object) -> list[int]:
        if not beaten:
            beaten.append(1)
            with closing(SqliteStore.open(office.store.path)) as other:
                rival(Ledger(other, office.clock, office.ids))
        return save(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(office.store, "save", beat)


def test_a_rotation_that_was_beaten_once_uses_the_key_it_made(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another command is recorded in between, and what the owner signed still says what happens."""
    dora = EnrolPerson(person="dora", printed_name="Dora")
    beaten_by(office, monkeypatch, lambda ledger: ledger.execute(dora, by("olga")))
    call = by("olga")
    keys.rotate_log_key(office.ledger, call, office.vault, "why")

    assert 1 == office.topics().count("log-key-rotated")
    assert 2 == len(kept(office.vault))
    assert isinstance(call.signer, KeySigner)
    assert 1 == len(call.signer.statements)


def test_a_rotation_that_another_one_beat_is_not_recorded_and_leaves_no_key_behind(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The owner signed that one key follows another, and by now it would follow a third."""
    beaten_by(
        office,
        monkeypatch,
        lambda ledger: keys.rotate_log_key(ledger, by("olga"), office.vault, "first"),
    )
    with refusal("SL603", "data.new_signature was"):
        keys.rotate_log_key(office.ledger, by("olga"), office.vault, "second")

    assert 1 == office.topics().count("log-key-rotated")
    assert 2 == len(kept(office.vault))


def _failing() -> Never:
    raise StoreError("SL703", "the guard cannot be kept", why="the disk is full")
