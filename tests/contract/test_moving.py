"""Carrying a ledger from store to store: the same log there, and one that goes on."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signoff_ledger.application.ledger import Call
from signoff_ledger.bootstrap import OpenLedger, begin_ledger, open_ledger
from signoff_ledger.custody.key_store import Vault
from signoff_ledger.errors import EvidenceError, StoreError
from signoff_ledger.exports import log_copy
from signoff_ledger.exports.log_folder import export_log, sealed_notes
from signoff_ledger.exports.migrate import copy_ledger, move_ledger
from signoff_ledger.exports.restore import restore_log
from signoff_ledger.exports.verification import LiveLog, verify_log
from signoff_ledger.integrity.c2sp.cosignature import cosign
from signoff_ledger.integrity.c2sp.note import parse_note
from signoff_ledger.integrity.line import read_fields
from signoff_ledger.integrity.log_check import FAILED, Trust
from signoff_ledger.integrity.tree.merkle import consistency_proof, inclusion_proof
from signoff_ledger.persistence.store import LedgerStore
from signoff_ledger.persistence.store_factory import is_begun, open_store
from tests.contract.conftest import STORES, past, vacant
from tests.ledgers import CountingIds, Shop, TickingClock
from tests.servers.fixtures import Servers, each_version

Vacant = Callable[[str], str]


@pytest.fixture
def place(tmp_path: Path, servers: Servers) -> Iterator[Vacant]:
    """Give addresses at which nothing is, by the kind of store."""
    with ExitStack() as stack:
        count = iter(range(100))

        def another(kind: str) -> str:
            folder = tmp_path / f"place-{next(count)}"
            folder.mkdir()
            return stack.enter_context(vacant(kind, folder, servers))

        yield another


def begun(address: str, vault: Vault) -> OpenLedger:
    """Tell a story: people, a held batch, a fix, a sign-off; sealed at each decision, cosigned."""
    opened = begin_ledger(
        address,
        Call("olga"),
        name="mugs",
        printed_name="Olga Owner",
        clock=TickingClock(),
        ids=CountingIds(),
        vault=vault,
    )
    shop = Shop.of(opened, CountingIds("step"))
    shop.enrol_everybody()
    shop.publish()
    shop.register()
    shop.build("B1", rejects=2)
    shop.answer("B1")
    shop.build("B2")
    shop.sign()
    size, note = opened.store.checkpoints()[-1]
    key = Ed25519PrivateKey.generate()
    line = cosign(parse_note(note).text, "witness.example/north", key, 1_772_500_000).line
    opened.store.keep_cosignature(size, line)
    return opened


def everything_of(store: LedgerStore) -> object:
    """Give what has to be the same in both."""
    return (
        list(store.raw()),
        list(store.nodes()),
        sealed_notes(store),
        store.root(store.size()),
        inclusion_proof(store, 5, store.size()),
        consistency_proof(store, store.checkpoints()[0][0], store.size()),
    )


@pytest.mark.parametrize("source_kind", STORES)
@pytest.mark.parametrize("target_kind", STORES)
def test_a_ledger_is_the_same_log_wherever_it_is_carried(
    tmp_path: Path, place: Vacant, source_kind: str, target_kind: str
) -> None:
    vault = Vault(tmp_path / "keys")
    source, target = place(source_kind), place(target_kind)
    with closing(begun(source, vault)) as opened:
        carried = move_ledger(opened.store, target)
        expected = everything_of(opened.store)

    with open_ledger(target, TickingClock(), CountingIds("there"), vault) as there:
        assert expected == everything_of(there.store)
        assert (there.store.size(), len(there.store.checkpoints())) == (
            carried.size,
            carried.checkpoints,
        )
        assert past(source)("SELECT * FROM commands ORDER BY id") == past(target)(
            "SELECT * FROM commands ORDER BY id"
        )
        Shop.of(there, CountingIds("more")).order()
        assert there.sealer is not None
        assert carried.size + 1 == there.sealer.seal().size
        assert all(check.state != FAILED for check in verify_log(LiveLog(there.store), Trust()))


@pytest.mark.parametrize("kind", STORES)
def test_what_was_carried_away_is_read_and_takes_nothing_more(
    tmp_path: Path, place: Vacant, kind: str
) -> None:
    source, target = place(kind), place("sqlite")
    with closing(begun(source, Vault(tmp_path / "keys"))) as opened:
        size = move_ledger(opened.store, target).size
        with pytest.raises(StoreError) as caught:
            Shop.of(opened, CountingIds("late")).order()

        assert ("SL708", True) == (caught.value.code, target in caught.value.why)
        assert size == opened.store.size() == len(list(opened.store.read(0)))


@pytest.mark.parametrize("kind", STORES)
def test_a_copy_leaves_its_source_going_on(tmp_path: Path, place: Vacant, kind: str) -> None:
    source, target = place(kind), place("sqlite")
    with closing(begun(source, Vault(tmp_path / "keys"))) as opened:
        size = copy_ledger(opened.store, target).size
        Shop.of(opened, CountingIds("late")).order()

        assert size + 1 == opened.store.size()


@pytest.mark.parametrize("kind", STORES)
def test_a_move_that_is_broken_off_fails_and_does_not_persist(
    tmp_path: Path, place: Vacant, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    source, target = place("sqlite"), place(kind)
    append, left = log_copy._append, iter(range(12))

    def breaks(*arguments: object) -> None:
        if next(left, None) is None:
            raise StoreError("SL703", "the disk is full")
        append(*arguments)  # type: ignore[arg-type]

    with closing(begun(source, Vault(tmp_path / "keys"))) as opened:
        monkeypatch.setattr(log_copy, "_append", breaks)
        with pytest.raises(StoreError):
            move_ledger(opened.store, target)
        monkeypatch.setattr(log_copy, "_append", append)

        assert not is_begun(target)
        Shop.of(opened, CountingIds("late")).order()
        assert opened.store.size() == move_ledger(opened.store, target).size


@pytest.mark.parametrize("kind", each_version())
def test_a_target_whose_move_died_cannot_be_taken_for_a_ledger(
    tmp_path: Path, place: Vacant, kind: str
) -> None:
    """In a database nothing is moved into place at the end; the ledger is marked when whole."""
    from signoff_ledger.persistence.store_factory import postgres

    target = place(kind)
    with closing(begun(place("sqlite"), Vault(tmp_path / "keys"))) as opened:
        dying = postgres().create(target, whole=False)
        first = list(opened.store.recorder.select_notifications(1, 1))
        command_id = read_fields(first[0].state)["cmd"].partition("#")[0]
        log_copy._append(dying, command_id, list(first))
        dying.close()

    with pytest.raises(StoreError) as caught:
        open_store(target)
    assert ("SL701", True) == (caught.value.code, "broken off" in caught.value.why)


@pytest.mark.parametrize("target_kind", STORES)
def test_nothing_is_carried_to_where_a_ledger_is(
    tmp_path: Path, place: Vacant, target_kind: str
) -> None:
    target = place(target_kind)
    begun(target, Vault(tmp_path / "theirs")).close()
    with closing(begun(place("sqlite"), Vault(tmp_path / "keys"))) as opened:
        with pytest.raises(StoreError) as caught:
            move_ledger(opened.store, target)

        assert "SL704" == caught.value.code


@pytest.mark.parametrize("kind", STORES)
def test_an_export_is_restored_into_any_store(tmp_path: Path, place: Vacant, kind: str) -> None:
    target = place(kind)
    with closing(begun(place("sqlite"), Vault(tmp_path / "keys"))) as opened:
        export_log(opened.store, tmp_path / "log")
        expected = everything_of(opened.store)
    restore_log(tmp_path / "log", target)

    with closing(open_store(target)) as there:
        assert expected == everything_of(there)


def test_a_source_whose_lines_do_not_hold_is_not_carried(
    tmp_path: Path, place: Vacant, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = place("sqlite")
    with closing(begun(place("sqlite"), Vault(tmp_path / "keys"))) as opened:
        rows = list(opened.store.raw())
        rows[4] = (*rows[4][:4], rows[4][4].replace(b"olga", b"anna"), rows[4][5])
        monkeypatch.setattr(type(opened.store), "raw", lambda *_: iter(rows))
        with pytest.raises(EvidenceError):
            copy_ledger(opened.store, target)

    assert not is_begun(target)


@pytest.mark.parametrize("kind", each_version())
def test_a_move_whose_source_was_let_go_of_meanwhile_fails_and_does_not_persist(
    tmp_path: Path, place: Vacant, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Otherwise two ledgers would go on, and one of them without what was recorded meanwhile."""
    source, target = place(kind), place("sqlite")
    append = log_copy._append

    def interrupted(*arguments: object) -> None:
        append(*arguments)  # type: ignore[arg-type]
        past(source)(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND state = 'idle in transaction'"
        )

    with closing(begun(source, Vault(tmp_path / "keys"))) as opened:
        monkeypatch.setattr(log_copy, "_append", interrupted)
        with pytest.raises(StoreError) as caught:
            move_ledger(opened.store, target)

        assert ("SL707", False) == (caught.value.code, is_begun(target))
        Shop.of(opened, CountingIds("late")).order()
