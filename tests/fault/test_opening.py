"""Opening what is no ledger, what may only be read, and what lies on a disk that is full."""

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from signoff_ledger.domain.batch import Batch
from signoff_ledger.errors import NotFoundError, SignoffError, StoreError
from signoff_ledger.persistence.event_store import sqlite_datastore as sqlite_module
from signoff_ledger.persistence.event_store.sqlite_recorder import SqliteRecorder
from signoff_ledger.persistence.sqlite.file import APPLICATION_ID
from signoff_ledger.persistence.sqlite.store import SqliteStore
from tests.ledgers import CountingIds, Shop, check_ledger, positions_of, raw, unit, wide
from tests.tree import SOURCE_ROOTS, clean_environment

NOBODY = 65534


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Name where a ledger may be."""
    return tmp_path / "ledger.db"


def code_of(action: Callable[[], object]) -> str:
    """Give the code of the error that an action is expected to end in."""
    with pytest.raises(SignoffError) as caught:
        action()
    return caught.value.code


def open_and_read(path: Path) -> int:
    """Open a ledger, read all of it, close it."""
    store = SqliteStore.open(path)
    try:
        return len(list(store.read(0)))
    finally:
        store.close()


# --- what is no ledger ----------------------------------------------------------------------------


def test_where_nothing_is_no_ledger_is_opened_and_none_is_made(path: Path) -> None:
    with pytest.raises(NotFoundError) as caught:
        SqliteStore.open(path)

    assert "SL205" == caught.value.code
    assert [] == list(path.parent.iterdir())


def other_database(path: Path) -> None:
    with closing(raw(path)) as connection:
        connection.execute("CREATE TABLE events (position)")


def marked_database(path: Path) -> None:
    with closing(raw(path)) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("CREATE TABLE t (x)")


def cut(path: Path, share: float) -> None:
    Shop.opened(path).store.close()
    os.truncate(path, int(path.stat().st_size * share))


def overwritten(path: Path) -> None:
    Shop.opened(path).store.close()
    with path.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * (path.stat().st_size - 100))


IMPOSTORS: dict[str, Callable[[Path], object]] = {
    "a text": lambda path: path.write_text("not a ledger", encoding="utf-8"),
    "an empty file": lambda path: path.touch(),
    "a folder": lambda path: path.mkdir(),
    "noise": lambda path: path.write_bytes(bytes(range(256)) * 40),
    "a header alone": lambda path: path.write_bytes(b"SQLite format 3\x00"),
    "another database": other_database,
    "a ledger cut in its header": lambda path: cut(path, 0.001),
    "a ledger cut after its first page": lambda path: cut(path, 0.1),
    "a ledger cut in the middle": lambda path: cut(path, 0.5),
    "a ledger cut near its end": lambda path: cut(path, 0.95),
    "a ledger overwritten behind its header": overwritten,
}


@pytest.mark.parametrize("impostor", IMPOSTORS)
def test_what_is_no_ledger_is_refused_and_stays_as_it_is(path: Path, impostor: str) -> None:
    IMPOSTORS[impostor](path)
    before = path.is_file() and path.read_bytes()

    assert "SL701" == code_of(lambda: open_and_read(path))
    assert before == (path.is_file() and path.read_bytes())


def test_a_database_that_is_marked_as_a_ledger_and_is_none_is_refused(path: Path) -> None:
    marked_database(path)

    assert "SL701" == code_of(lambda: open_and_read(path))


@pytest.mark.parametrize("impostor", ["a text", "an empty file", "another database"])
def test_nothing_is_left_beside_what_is_no_ledger(path: Path, impostor: str) -> None:
    IMPOSTORS[impostor](path)
    code_of(lambda: open_and_read(path))

    assert [path] == list(path.parent.iterdir())


# --- a newer format -------------------------------------------------------------------------------


def test_a_ledger_of_a_newer_format_is_refused_and_stays_as_it_is(path: Path) -> None:
    Shop.opened(path).store.close()
    with closing(raw(path)) as connection:
        connection.execute("PRAGMA user_version = 2")
    before = path.read_bytes()

    assert "SL702" == code_of(lambda: SqliteStore.open(path))
    assert before == path.read_bytes()


def test_a_format_that_was_raised_while_another_program_is_at_it_is_seen(path: Path) -> None:
    """The file's header then still has the old number; the new one is in the log beside it."""
    Shop.opened(path).store.close()
    with closing(raw(path)) as newer:
        newer.execute("PRAGMA user_version = 2")
        header = path.read_bytes()[60:64]

        assert 1 == int.from_bytes(header, "big")
        assert "SL702" == code_of(lambda: SqliteStore.open(path))


# --- making a ledger ------------------------------------------------------------------------------


@pytest.mark.parametrize("there", ["a file", "a folder", "a link to nowhere", "a ledger"])
def test_nothing_is_ever_overwritten(path: Path, there: str) -> None:
    if there == "a file":
        path.touch()
    elif there == "a folder":
        path.mkdir()
    elif there == "a ledger":
        Shop.opened(path).store.close()
    else:
        path.symlink_to(path.with_name("nowhere"))
    before = sorted(path.parent.iterdir())

    assert "SL704" == code_of(lambda: SqliteStore.create(path))
    assert before == sorted(path.parent.iterdir())


def test_no_ledger_is_made_where_there_is_no_folder(path: Path) -> None:
    assert "SL703" == code_of(lambda: SqliteStore.create(path / "ledger.db"))


def test_a_ledger_that_cannot_be_made_leaves_nothing_in_the_way(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> None:
        message = "database or disk is full"
        raise sqlite3.OperationalError(message)

    with monkeypatch.context() as broken:
        broken.setattr(SqliteRecorder, "create_table", full)
        assert "SL703" == code_of(lambda: SqliteStore.create(path))
    assert [] == list(path.parent.iterdir())
    SqliteStore.create(path).close()


# --- what may only be read ------------------------------------------------------------------------


@pytest.fixture
def readable(tmp_path: Path) -> Iterator[Shop]:
    """Give an open ledger in a folder that everybody may look into."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        shop = Shop.opened(Path(name, "ledger.db"))
        yield shop
        Path(name).chmod(0o755)
        shop.store.close()
        check_ledger(shop.store.path)


@contextmanager
def as_somebody_who_may_not_write(*paths: Path) -> Iterator[None]:
    """Take away the right to write, and the administrator's right to do so all the same."""
    modes = [(path, path.stat().st_mode) for path in paths]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    is_root = os.geteuid() == 0
    if is_root:
        os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        if is_root:
            os.setresuid(0, 0, 0)
        for path, mode in modes:
            path.chmod(mode)


on_posix = pytest.mark.skipif(os.name == "nt", reason="permissions are another thing on Windows")


@on_posix
@pytest.mark.parametrize("what", ["file and folder", "file", "folder"])
def test_a_ledger_that_may_only_be_read_is_read_and_not_written(readable: Shop, what: str) -> None:
    path, size = readable.store.path, readable.store.size()
    readable.store.close()
    path.chmod(0o666)
    path.parent.chmod(0o777)
    protected = [path] * ("file" in what) + [path.parent] * ("folder" in what)
    with as_somebody_who_may_not_write(*protected):
        shop = Shop(SqliteStore.open(path), ids=CountingIds("reader"))
        found = len(list(shop.store.read(0))), len(shop.store.load(Batch, "B1").units)
        with pytest.raises(StoreError) as caught:
            shop.record("B1", "S1")
        again = shop.store.size()
        shop.store.close()

    assert "SL703" == caught.value.code
    assert "the file, its folder or the disk is read-only" == caught.value.why
    assert (size, 0) == found
    assert size == again


@on_posix
def test_a_ledger_that_others_are_writing_can_be_read_by_who_may_not_write(readable: Shop) -> None:
    readable.record("B1", "S1")
    path = readable.store.path
    with as_somebody_who_may_not_write(path, path.parent):
        store = SqliteStore.open(path)
        units = list(store.load(Batch, "B1").units)
        store.close()

    assert ["S1"] == units


@on_posix
def test_who_may_only_read_keeps_reading_while_others_come_write_and_go(readable: Shop) -> None:
    """What was read before must neither be believed nor be mixed with what stands there now."""
    path = readable.store.path
    readable.store.close()
    readers: list[SqliteStore] = []
    found: list[tuple[int, int, int]] = []

    def look() -> None:
        with as_somebody_who_may_not_write(path, path.parent):
            readers[:] = readers or [SqliteStore.open(path)]
            units = len(readers[0].load(Batch, "B1").units)
            found.append((readers[0].size(), len(list(readers[0].read(0))), units))

    look()
    (size, _, _), writer = found[0], Shop(SqliteStore.open(path), ids=CountingIds("writer"))
    writer.bring("B1", wide([unit(f"S{n}", note="x" * 1_900) for n in range(3)]))
    look()
    writer.store.close()
    look()
    readers[0].close()

    assert [(size, size, 0), (size + 4, size + 4, 3), (size + 4, size + 4, 3)] == found


@on_posix
def test_a_ledger_that_may_not_be_read_is_refused(readable: Shop) -> None:
    path = readable.store.path
    path.chmod(0)
    is_root = os.geteuid() == 0
    if is_root:
        os.setresuid(NOBODY, NOBODY, 0)
    try:
        code = code_of(lambda: SqliteStore.open(path))
    finally:
        if is_root:
            os.setresuid(0, 0, 0)
        path.chmod(0o644)

    assert "SL701" == code


@on_posix
def test_a_ledger_whose_lock_file_may_not_be_written_is_not_written(readable: Shop) -> None:
    path = readable.store.path
    lock = path.with_name(path.name + ".lock")
    lock.touch()
    path.parent.chmod(0o777)
    path.chmod(0o666)
    size = readable.store.size()
    with as_somebody_who_may_not_write(lock):
        shop = Shop(SqliteStore.open(path), ids=CountingIds("reader"))
        code = code_of(lambda: shop.record("B1", "S1"))
        shop.store.close()

    assert "SL703" == code
    assert size == readable.store.size()


@on_posix
def test_no_ledger_is_made_where_one_may_not_write(readable: Shop) -> None:
    folder = readable.store.path.parent
    with as_somebody_who_may_not_write(folder):
        assert "SL703" == code_of(lambda: SqliteStore.create(folder / "other.db"))


# --- a disk that is full, a database that is busy -------------------------------------------------


@pytest.fixture
def shop(path: Path) -> Iterator[Shop]:
    """Give a ledger with batch B1 open, and verify the file when the test is done with it."""
    shop = Shop.opened(path)
    yield shop
    shop.store.close()
    check_ledger(path)


def limit_pages(store: SqliteStore, pages: int) -> None:
    """Let the database grow no further on any connection that the store has."""
    for connection in store.datastore.pool._pool:
        connection._sqlite_conn.execute(f"PRAGMA max_page_count = {pages}")


def test_on_a_full_disk_nothing_is_recorded_and_the_ledger_goes_on_when_there_is_room(
    shop: Shop,
) -> None:
    before = shop.lines()
    limit_pages(shop.store, 1)
    sheet = wide([unit(f"S{n}", note="long " * 300) for n in range(4)])

    assert "SL703" == code_of(lambda: shop.bring("B1", sheet))
    assert before == shop.lines()
    limit_pages(shop.store, 1_000_000)
    receipt, imported = shop.bring("B1", sheet)
    assert 4 == imported.units
    assert len(before) + 1 == positions_of([receipt])[0]


def test_a_database_that_somebody_else_keeps_locked_is_busy(
    path: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_module, "BUSY_TIMEOUT_S", 0.1)
    ours = Shop(SqliteStore.open(path), shop.clock, CountingIds("ours"))
    with closing(raw(path)) as other:
        other.execute("BEGIN IMMEDIATE")

        assert "SL705" == code_of(lambda: ours.record("B1", "S1"))
    assert ours.record("B1", "S1").recorded
    ours.store.close()


def test_a_store_whose_connections_are_all_taken_is_busy(shop: Shop) -> None:
    pool = shop.store.datastore.pool
    taken = [pool.get_connection() for _ in range(pool.pool_size + pool.max_overflow)]
    pool.pool_timeout = 0.1

    assert "SL705" == code_of(shop.store.size)
    for connection in taken:
        pool.put_connection(connection)


def test_a_ledger_that_was_taken_away_is_refused_plainly(path: Path) -> None:
    store = SqliteStore(Shop.opened(path).store.path)
    for each in path.parent.iterdir():
        each.unlink()
    with pytest.raises(StoreError) as caught:
        store.size()
    store.close()

    assert "SL703" == caught.value.code


# --- what is opened twice -------------------------------------------------------------------------


def test_a_ledger_opened_twice_in_one_process_keeps_its_log_from_other_processes(
    path: Path,
) -> None:
    """POSIX locks belong to the process: closing any handle of a file lets go of all of them."""
    shop = Shop.founded(path)
    SqliteStore.open(path).close()
    counted_elsewhere(path)

    shop.publish()

    assert shop.store.size() == counted_elsewhere(path)


def counted_elsewhere(path: Path) -> int:
    """Have another process open a ledger, count its events, and close it."""
    program = (
        "import sys; from pathlib import Path;"
        "from signoff_ledger.persistence.sqlite.store import SqliteStore;"
        "store = SqliteStore.open(Path(sys.argv[1])); print(store.size()); store.close()"
    )
    command = [sys.executable, "-c", program, str(path)]
    environment = clean_environment(*SOURCE_ROOTS)
    return int(subprocess.run(command, check=True, env=environment, capture_output=True).stdout)
