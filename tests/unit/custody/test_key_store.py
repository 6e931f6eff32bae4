"""The folder of keys: one for each log, each beside its guard."""

import os
from hashlib import sha256
from pathlib import Path

import pytest

from signoff_ledger.custody.key_store import Vault, default_folder
from signoff_ledger.custody.log_key import write_key
from signoff_ledger.custody.rollback_guard import Guard
from signoff_ledger.errors import EvidenceError, IdentityError, InputError, StoreError
from signoff_ledger.integrity.c2sp.checkpoint import open_checkpoint
from signoff_ledger.integrity.c2sp.verifier_key import ED25519, VerifierKey
from tests.refusals import refusal
from tests.rfc6962 import leaf_of, root_of
from tests.signers import LOG, NORTH, ORIGIN, raw

LEAVES = [leaf_of(b"%d" % n) for n in range(20)]


def root_at(size: int) -> bytes:
    """Give a root of the log."""
    return root_of(LEAVES[:size])


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """Give a vault that makes a known key."""
    return Vault(tmp_path / "keys", new_key=lambda: LOG)


def test_a_key_is_made_under_the_name_of_the_log(vault: Vault) -> None:
    log_key = vault.make_key(ORIGIN, "ignored")

    made = VerifierKey.parse(log_key)
    assert (ORIGIN, raw(LOG)) == (made.name, made.public_key)
    assert vault.holds(log_key)
    assert not vault.holds(log_key.replace("+", "x+", 1))


def test_a_log_without_a_name_is_called_by_its_ledger_and_key(vault: Vault) -> None:
    log_key = vault.make_key(None, "Stößel & Söhne/x+1" + "y" * 90)

    slug, _, print_ = log_key.split("+")[0].removeprefix("signoff/").partition("/")
    assert sha256(raw(LOG)).hexdigest()[:8] == print_
    assert ("St--el---S-hne-x-1" + "y" * 22) == slug
    assert 40 == len(slug)


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "a\nb"])
def test_an_origin_that_cannot_name_a_log_is_refused_before_anything_is_kept(
    vault: Vault, origin: str
) -> None:
    with pytest.raises(InputError):
        vault.make_key(origin, "x")
    assert not vault.folder.exists()


def test_keys_are_made_by_chance(tmp_path: Path) -> None:
    vault = Vault(tmp_path)

    assert vault.make_key(ORIGIN, "x") != vault.make_key(ORIGIN, "x")


def test_a_key_is_not_made_twice(vault: Vault) -> None:
    vault.make_key(ORIGIN, "x")
    with pytest.raises(StoreError) as refused:
        vault.make_key(ORIGIN, "x")
    assert "SL704" == refused.value.code


def test_what_a_vault_signs_is_a_checkpoint_that_its_guard_remembers(vault: Vault) -> None:
    log_key = vault.make_key(ORIGIN, "x")
    with vault.sealing(log_key) as signer:
        note = signer.sign(7, root_at)

    opened = open_checkpoint(note, VerifierKey.parse(log_key))
    assert (ORIGIN, 7, root_at(7)) == (opened.origin, opened.size, opened.root)
    last = Guard(next(vault.folder.rglob("guard.json"))).last()
    assert last
    assert (root_at(7).hex(), 7) == last
    vault.check(log_key, lambda: 9, root_at)


def test_a_signer_signs_only_what_continues_the_last(vault: Vault) -> None:
    log_key = vault.make_key(ORIGIN, "x")
    with vault.sealing(log_key) as signer:
        signer.sign(7, root_at)
        with refusal("SL507"):
            signer.sign(6, root_at)
        with refusal("SL508"):
            signer.sign(8, lambda size: root_at(size + 1))
        signer.sign(9, root_at)
    for code, size, root in (("SL507", 8, root_at), ("SL508", 9, lambda _: bytes(32))):
        with pytest.raises(EvidenceError) as refused:
            vault.check(log_key, lambda size=size: size, root)  # type: ignore[misc]
        assert code == refused.value.code


@pytest.mark.parametrize("passphrase", [None, "sesame"])
def test_another_key_in_the_place_of_the_logs_signs_nothing(
    tmp_path: Path, passphrase: str | None
) -> None:
    vault = Vault(tmp_path, ask=lambda: passphrase, new_key=lambda: LOG)
    log_key = vault.make_key(ORIGIN, "x", passphrase)
    (path,) = tmp_path.rglob("*.pem")
    path.unlink()
    write_key(path, NORTH, passphrase)

    for use in (vault.sealing(log_key).__enter__, lambda: vault.sign_rotation(log_key, b"x")):
        with pytest.raises(IdentityError) as refused:
            use()
        assert "SL406" == refused.value.code
        for named in (str(path), log_key, VerifierKey.of(ORIGIN, ED25519, NORTH).line):
            assert named in refused.value.why
    assert not list(tmp_path.rglob("guard.*"))


def test_nothing_is_signed_that_cannot_be_remembered(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_key = vault.make_key(ORIGIN, "x")

    def fail(*_: object) -> None:
        raise StoreError("SL703", "full", why="full")

    monkeypatch.setattr(Guard, "remember", fail)
    with vault.sealing(log_key) as signer, refusal("SL703"):
        signer.sign(7, root_at)


def test_keys_of_one_log_share_its_guard(tmp_path: Path) -> None:
    """A rotated key cannot be used to sign another history."""
    made = iter((LOG, NORTH))
    vault = Vault(tmp_path, new_key=lambda: next(made))
    first, second = (vault.make_key(ORIGIN, "x") for _ in range(2))
    with vault.sealing(first) as signer:
        signer.sign(7, root_at)

    with vault.sealing(second) as signer, refusal("SL507"):
        signer.sign(6, root_at)
    assert 1 == len(list(tmp_path.rglob("guard.json")))


@pytest.mark.parametrize(
    ("one", "other"), [("a/b", "a_b"), ("a/b", "a%2Fb"), ("a/b", "a_2Fb"), ("log", "LOG")]
)
def test_logs_of_different_names_do_not_share_a_guard(tmp_path: Path, one: str, other: str) -> None:
    made = iter((LOG, NORTH))
    vault = Vault(tmp_path, new_key=lambda: next(made))
    keys = [vault.make_key(origin, "x") for origin in (one, other)]
    with vault.sealing(keys[0]) as signer:
        signer.sign(7, root_at)

    with vault.sealing(keys[1]) as signer:
        signer.sign(6, root_at)
    names = [path.name for path in tmp_path.iterdir()]
    assert 2 == len({name.casefold() for name in names}), names


def test_the_folder_of_a_log_can_be_reported_from_its_name(vault: Vault) -> None:
    vault.make_key("log.example/Mug_1-\u00e9", "x")

    assert ["log.example_2F_4Dug_5F1-_C3_A9"] == [path.name for path in vault.folder.iterdir()]


@pytest.mark.parametrize("origin", [".", ".."])
def test_no_origin_leads_out_of_the_folder(vault: Vault, origin: str) -> None:
    vault.make_key(origin, "x")

    assert [origin.replace(".", "_2E")] == [path.name for path in vault.folder.iterdir()]


def test_a_vault_without_the_key_says_so(vault: Vault, tmp_path: Path) -> None:
    log_key = vault.make_key(ORIGIN, "x")
    elsewhere = Vault(tmp_path / "elsewhere")

    assert not elsewhere.holds(log_key)
    elsewhere.check(log_key, lambda: 0, root_at)
    with refusal("SL406", "is not there"):
        elsewhere.sign_rotation(log_key, b"x")
    with refusal("SL406", "is not there"):
        elsewhere.sealing(log_key).__enter__()
    assert not (tmp_path / "elsewhere").exists()


def test_a_rotation_is_signed_as_it_is(vault: Vault) -> None:
    log_key = vault.make_key(ORIGIN, "x")

    assert LOG.sign(b"statement") == vault.sign_rotation(log_key, b"statement")


def test_a_passphrase_is_asked_for_when_the_key_is_used(tmp_path: Path) -> None:
    answers = iter(("open sesame", "wrong", None))
    vault = Vault(tmp_path, ask=lambda: next(answers), new_key=lambda: LOG)
    log_key = vault.make_key(ORIGIN, "x", "open sesame")

    assert LOG.sign(b"x") == vault.sign_rotation(log_key, b"x")
    for _ in range(2):
        with pytest.raises(IdentityError):
            vault.sign_rotation(log_key, b"x")


def test_a_key_that_never_signed_is_forgotten_with_its_folder(vault: Vault) -> None:
    log_key = vault.make_key(ORIGIN, "x")
    vault.forget(log_key)
    assert not vault.holds(log_key)
    assert [] == list(vault.folder.iterdir())
    vault.forget(log_key)


def test_what_a_log_has_signed_is_not_forgotten_with_a_key(tmp_path: Path) -> None:
    made = iter((LOG, NORTH))
    vault = Vault(tmp_path, new_key=lambda: next(made))
    first, second = (vault.make_key(ORIGIN, "x") for _ in range(2))
    with vault.sealing(first) as signer:
        signer.sign(7, root_at)
    vault.forget(second)

    assert vault.holds(first)
    with refusal("SL507"):
        vault.check(first, lambda: 6, root_at)


@pytest.mark.skipif(os.name != "posix", reason="Windows has its own folder")
def test_keys_are_kept_where_the_system_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/olga")
    monkeypatch.setenv("XDG_DATA_HOME", "")
    assert Path("/home/olga/.local/share/signoff/keys") == default_folder()

    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert Path("/data/signoff/keys") == default_folder()
