"""One test or more for each hazard of the storage library and of SQLite, by the design's numbers.

A test here fails without the remedy. Where the library's own classes have the fault, the test
shows that first, so that it would also notice a hazard that went away.
"""

import json
import os
import shutil
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any, Self
from uuid import UUID, uuid4

import pytest
from eventsourcing.application import Application, project_aggregate
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnectionPool,
    SQLiteDatastore,
    SQLiteTransaction,
)
from eventsourcing.utils import clear_topic_cache

from signoff_ledger.application.commands.batches import CloseBatch, OpenBatch
from signoff_ledger.application.commands.decisions import RecordRemark
from signoff_ledger.application.ledger import Call
from signoff_ledger.domain.batch import Batch
from signoff_ledger.domain.events.catalogue import read_line
from signoff_ledger.domain.events.event import EventEnvelope, EventMetadata
from signoff_ledger.domain.person import Person
from signoff_ledger.domain.process import Process
from signoff_ledger.domain.values import RemarkKind, Role
from signoff_ledger.errors import (
    ConflictError,
    EvidenceError,
    RuleRefusedError,
    SignoffError,
    StoreError,
)
from signoff_ledger.integrity.tree.leaf import leaf_hash
from signoff_ledger.persistence.event_store import aggregate_repository, mapper
from signoff_ledger.persistence.event_store.aggregate_repository import (
    CACHED_AGGREGATES,
    Aggregates,
)
from signoff_ledger.persistence.event_store.sqlite_datastore import (
    LedgerConnectionPool,
    assert_durable,
)
from signoff_ledger.persistence.lock import WriterLock
from signoff_ledger.persistence.sqlite.backup import back_up
from signoff_ledger.persistence.sqlite.store import SqliteStore
from signoff_ledger.replay.replay import case_as_of, position_at, replay_decisions, steps
from tests.ledgers import (
    PLAN,
    START,
    CountingIds,
    Shop,
    check_ledger,
    disarmed,
    plant,
    positions_of,
    raw,
    unit,
    wide,
)
from tests.writers import said, start

BIG = PLAN.replace("units = 7", "units = 1000")

# --- 2: a stored topic is never imported ----------------------------------------------------------


@pytest.fixture
def trap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a file that a module in the working directory writes as soon as it is imported."""
    sprung = tmp_path / "sprung"
    (tmp_path / "planted.py").write_text(
        f"open({str(sprung)!r}, 'w').close()\nclass Event: pass\n", encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield sprung
    sys.modules.pop("planted", None)
    clear_topic_cache()


def planted_line(shop: Shop) -> bytes:
    """Write the next line of the process's stream, of a kind that names a module."""
    head = list(shop.store.stream(Process("mug").id))[-1].entry
    prev = leaf_hash(head.line).hex()
    fields = json.loads(head.line) | {"type": "planted:Event", "data": {}, "prev": prev}
    fields["version"] += 1
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()


WAYS_IN: dict[str, Callable[[Shop], object]] = {
    "loading": lambda shop: shop.store.load(Process, "mug"),
    "a command": lambda shop: shop.close("B1"),
    "history": lambda shop: list(shop.store.read(0)),
    "a stream": lambda shop: list(shop.store.stream(Process("mug").id)),
    "a kind": lambda shop: list(shop.store.read_type("planted:Event")),
    "a walk": lambda shop: steps(shop.store, "mug"),
    "as of": lambda shop: case_as_of(shop.store, "mug"),
    "a moment": lambda shop: position_at(shop.store, shop.clock.now()),
    "replay": lambda shop: list(replay_decisions(shop.store, "mug")),
}


@pytest.mark.parametrize("way", WAYS_IN)
def test_a_planted_topic_is_refused_and_runs_no_code(tmp_path: Path, trap: Path, way: str) -> None:
    """Hazard 2: the library imports whatever module a stored topic names."""
    shop = Shop.opened(tmp_path / "ledger.db")
    line = planted_line(shop)
    plant(shop.store.path, line)
    with pytest.raises(EvidenceError) as caught:
        WAYS_IN[way](shop)
    shop.store.close()

    assert "SL501" == caught.value.code
    assert not trap.exists()


def test_the_librarys_mapper_would_have_run_the_planted_code(trap: Path) -> None:
    """Hazard 2, without the remedy."""
    stored = StoredEvent(uuid4(), 1, "planted:Event", b"{}")
    with pytest.raises(TypeError):
        Mapper(transcoder=JSONTranscoder()).to_domain_event(stored)

    assert trap.exists()


@pytest.mark.parametrize(
    "index",
    [{"type": "planted:Event"}, {"stream": str(Process("cup").id)}, {"version": 2}],
    ids=str,
)
def test_a_line_that_does_not_agree_with_its_index_is_refused(
    tmp_path: Path, trap: Path, index: dict[str, Any]
) -> None:
    """Hazard 2: the columns beside a line are an index over it and nothing more."""
    shop = Shop.opened(tmp_path / "ledger.db")
    person = Person("nobody")
    person.enrol(EventMetadata(START, "olga", "c#0"), "Nobody")
    position = plant(shop.store.path, person.journal[0].line, **index)
    stream = UUID(index.get("stream", str(person.id)))
    for read in (shop.store.read(position - 1), shop.store.stream(stream)):
        with pytest.raises(EvidenceError) as caught:
            list(read)

        assert "SL502" == caught.value.code
    shop.store.close()

    assert not trap.exists()


# --- 3: what a person writes is data --------------------------------------------------------------


def test_a_note_that_looks_like_a_type_tag_survives(shop: Shop) -> None:
    """Hazard 3: the library's transcoder takes `_type_` in user data for its own."""
    tagged = '{"_type_":"uuid_hex","_data_":"not one"}'
    transcoder = JSONTranscoder()
    with pytest.raises(TypeError):
        transcoder.decode(transcoder.encode(json.loads(tagged)))
    shop.ledger.execute(
        RecordRemark(process="mug", kind=RemarkKind.NOTE, text=tagged), Call("ines")
    )
    shop.bring("B1", wide([unit("S1", note=tagged)]))
    shop.store.close()
    again = SqliteStore.open(shop.store.path)

    assert 2 == sum(tagged in str(recorded.entry.event) for recorded in again.read(0))
    assert ["S1"] == list(again.load(Batch, "B1").units)
    again.close()


# --- 4: projections pull --------------------------------------------------------------------------


def test_the_log_is_followed_by_pulling_because_nothing_can_be_subscribed_to(shop: Shop) -> None:
    """Hazard 4: SQLite has no subscribe()."""
    with pytest.raises(NotImplementedError):
        shop.store.recorder.subscribe()
    seen = shop.store.size()
    shop.record("B1", "S1")

    assert [seen + 1] == [recorded.position for recorded in shop.store.read(seen)]


# --- 5 and 6: loading is cheap, and harmless ------------------------------------------------------


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Give the list of every line that is decoded from here on."""
    lines: list[bytes] = []

    def read(line: bytes) -> EventEnvelope:
        lines.append(line)
        return read_line(line)

    monkeypatch.setattr(mapper, "read_line", read)
    return lines


def test_aggregates_are_projected_by_our_own_function(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hazard 5: the library's projector spends half of its time on a protocol check."""
    passed: list[object] = []
    repository = shop.store._aggregates._repository
    plain = repository.get

    def get(aggregate_id: Any, **options: Any) -> Any:
        passed.append(options["projector_func"])
        return plain(aggregate_id, **options)

    monkeypatch.setattr(repository, "get", get)
    for version in (None, 1):
        shop.store.load(Batch, "B1", version)

    assert 2 == len(passed)
    assert project_aggregate not in passed
    assert {Aggregates.__module__} == {getattr(each, "__module__", "") for each in passed}


def big_batch(path: Path) -> Shop:
    shop = Shop.opened(path, BIG)
    shop.bring("B1", wide([unit(f"S{n}") for n in range(999)]))
    return shop


def test_a_second_load_of_a_large_batch_reads_only_what_is_new(
    tmp_path: Path, decoded: list[bytes]
) -> None:
    """Hazard 6: without a cache each inspection reads the whole batch again."""
    shop = big_batch(tmp_path / "ledger.db")
    stores = (shop.store, SqliteStore.open(shop.store.path))
    for store in stores:
        store.load(Batch, "B1")
    decoded.clear()
    shop.store.load(Batch, "B1")
    nothing_new = len(decoded)
    shop.record("B1", "S999")
    new = []
    for store in stores:
        decoded.clear()
        assert 1_000 == len(store.load(Batch, "B1").units)
        new.append(len(decoded))
        store.close()

    assert 0 == nothing_new
    assert [0, 1] == new, "what one has recorded itself it need not read"
    assert 1_000 < check_ledger(shop.store.path)


@pytest.mark.parametrize("page", [1_000, 3])
def test_what_others_record_is_seen_by_the_next_load(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    """Hazard 6: one look at the log moves every cached aggregate on, or begins them again."""
    monkeypatch.setattr("signoff_ledger.persistence.store.PAGE", page)
    with closing(SqliteStore.open(shop.store.path)) as behind:
        behind.load(Batch, "B1")
        behind.load(Process, "mug")
        for number in range(4):
            shop.record("B1", f"S{number}")
        shop.close("B1")

        for kind, key in ((Batch, "B1"), (Process, "mug"), (Person, "ines")):
            ahead, caught_up = shop.store.load(kind, key), behind.load(kind, key)
            assert ahead.version == caught_up.version > 1
            assert ahead._head == caught_up._head


def test_a_line_that_cannot_be_read_leaves_nothing_half_moved_on(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hazard 6: the cache is given up, and the next load reads the stream."""
    with closing(SqliteStore.open(shop.store.path)) as behind:
        behind.load(Batch, "B1")
        shop.record("B1", "S1")
        shop.record("B1", "S2")
        with monkeypatch.context() as broken:
            broken.setattr(mapper, "read_line", _unreadable)
            with pytest.raises(EvidenceError):
                behind.load(Batch, "B1")

        assert ["S1", "S2"] == list(behind.load(Batch, "B1").units)


def _unreadable(_: bytes) -> EventEnvelope:
    raise EvidenceError("SL503", "no line")


def test_without_the_cache_every_load_reads_everything(
    tmp_path: Path, decoded: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hazard 6, without the remedy."""
    monkeypatch.setattr(aggregate_repository, "CACHED_AGGREGATES", None)
    shop = big_batch(tmp_path / "ledger.db")
    for _ in range(2):
        decoded.clear()
        shop.store.load(Batch, "B1")

    assert 1_001 == len(decoded)
    shop.store.close()


def test_a_command_that_fails_leaves_the_cached_aggregate_unharmed(shop: Shop) -> None:
    """Hazard 6: the cache is copied from, so that half a command stays behind nowhere."""
    shop.record("B1", "S1")

    def units_after_a_command_that_fails() -> list[str]:
        shop.store.load(Batch, "B1")
        content = wide([unit("S2"), unit("S3", gap="0,3")])
        with pytest.raises(SignoffError):
            shop.bring("B1", content)
        with pytest.raises(SignoffError):
            shop.bring("B1", wide([unit("S4"), unit("S1", gap="0.11")]))
        return list(shop.store.load(Batch, "B1").units)

    assert ["S1"] == units_after_a_command_that_fails()
    shop.store._aggregates._repository.deepcopy_from_cache = False
    assert ["S1", "S2", "S4"] == units_after_a_command_that_fails()


@pytest.mark.parametrize("times", [1, 3])
def test_a_save_that_fails_does_not_persist_and_leaves_no_wrong_head(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """Hazard 6: `prev` of the next event is the leaf of the last one that was really saved."""
    shop.record("B1", "S1")
    before = shop.lines()
    with monkeypatch.context() as broken:
        broken.setattr(shop.store.recorder, "_append", _refuse)
        for _ in range(times):
            with pytest.raises(StoreError):
                shop.record("B1", "S2")

    assert before == shop.lines()
    line = shop.record("B1", "S3").recorded[0].entry.line
    assert leaf_hash(before[-1]).hex() == json.loads(line)["prev"]


def _refuse(*_: object) -> None:
    raise sqlite3.OperationalError("disk I/O error")


def test_a_copy_is_whole_although_another_thread_moves_the_cache_on(shop: Shop) -> None:
    """Hazard 6: the library copies out of its cache unguarded; version and head must agree."""
    main = threading.main_thread()
    copying, moving, copied = threading.Event(), threading.Event(), threading.Event()

    class Slow(Person):
        """Lets the other thread come in between, in the middle of a copy."""

        def __setattr__(self, name: str, value: object) -> None:
            super().__setattr__(name, value)
            if name == "version" and value and copying.is_set():
                moving.set()
                copied.wait(0.3)

        def __deepcopy__(self, memo: dict[int, object]) -> Self:
            if threading.current_thread() is main:
                copying.set()
                moving.wait(0.3)
            twin = super().__deepcopy__(memo)
            copied.set()
            return twin

    person = Person("ines")
    lines = [recorded.entry for recorded in shop.store.stream(person.id)]
    person.replay(lines).grant(EventMetadata(START, "olga", "grant#0"), Role.BUYER, "stands in")
    store = SqliteStore.open(shop.store.path)
    store._aggregates._repository.get(
        person.id, projector_func=lambda *_: Slow("ines").replay(lines)
    )
    copying.clear()
    copied.clear()

    def move_on() -> None:
        copying.wait(1)
        store.save(person.journal, "grant")
        store.load(Slow, "ines")

    other = threading.Thread(target=move_on)
    other.start()
    loaded = store.load(Slow, "ines")
    other.join()
    heads = {recorded.entry.version: recorded.entry.line for recorded in store.stream(person.id)}
    store.close()

    assert heads[loaded.version] == loaded._head


# --- 7: writers wait for each other ---------------------------------------------------------------


def test_a_writer_that_reads_first_is_turned_away_by_sqlite(tmp_path: Path) -> None:
    """Hazard 7, without the remedy: the library's own transaction, and no waiting helps."""
    path = str(tmp_path / "stock.db")
    pools = [SQLiteConnectionPool(db_name=path, lock_timeout=30) for _ in range(2)]
    ours, theirs = [pool.get_connection() for pool in pools]
    theirs.cursor().execute("CREATE TABLE t (x)")
    cursor = SQLiteTransaction(ours).__enter__()
    cursor.execute("SELECT count(*) FROM t")
    cursor.fetchone()
    theirs.cursor().execute("INSERT INTO t VALUES (1)")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        cursor.execute("INSERT INTO t VALUES (2)")
    for pool in pools:
        pool.close()


@pytest.mark.parametrize("with_lock", [True, False])
def test_a_writer_that_reads_first_keeps_the_others_waiting(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, with_lock: bool
) -> None:
    """Hazard 7: an immediate transaction is enough by itself, also without our own lock."""
    if not with_lock:
        monkeypatch.setattr(WriterLock, "held", lambda _: nullcontext())
    theirs = Shop(SqliteStore.open(shop.store.path), shop.clock, CountingIds("theirs"))
    recorded: list[int] = []
    other = threading.Thread(
        target=lambda: recorded.extend(positions_of([theirs.record("B1", "S1")]))
    )
    with shop.store.datastore.writing() as cursor:
        cursor.execute("SELECT max(position) FROM events")
        (last,) = cursor.fetchone()
        other.start()
        time.sleep(0.1)
        assert [] == recorded
    other.join()
    theirs.store.close()

    assert [last + 1] == recorded


TWO_PROCESSES = (BIG, BIG.replace('id = "mug"', 'id = "cup"'))


@pytest.mark.parametrize("batches", [("B1", "B1"), ("B1", "B2")])
def test_processes_that_record_at_once_lose_nothing(
    tmp_path: Path, batches: tuple[str, str]
) -> None:
    """Hazard 7: into the same batch and into different ones, nobody sees "database is locked"."""
    path = tmp_path / "ledger.db"
    shop = Shop.opened(path, BIG)
    shop.publish(TWO_PROCESSES[1])
    shop.register(TWO_PROCESSES[1])
    shop.ledger.execute(OpenBatch(process="cup", batch="B2", made_on={}), Call("egon"))
    before = shop.store.size()
    writers = [start("record", path, b, f"W{n}", 150) for n, b in enumerate(batches)]
    acknowledged = [said(writer) for writer in writers]
    units = {b: {*shop.store.load(Batch, b).units} for b in batches}
    shop.store.close()

    assert [150, 150] == [len(each) for each in acknowledged]
    assert [*range(before + 1, before + 301)] == sorted(acknowledged[0] | acknowledged[1])
    assert before + 300 == check_ledger(path)
    for batch, each in zip(batches, acknowledged, strict=True):
        assert {*each.values()} <= units[batch]


# --- 8: every connection is durable ---------------------------------------------------------------


class CarelessConnection(sqlite3.Connection):
    """What a build of SQLite with other defaults would give."""

    def __init__(self, *given: Any, **options: Any) -> None:
        CONNECTED.append(options)
        super().__init__(*given, **options)
        self.execute("PRAGMA synchronous = NORMAL")


CONNECTED: list[dict[str, Any]] = []


@pytest.fixture
def careless(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Make SQLite careless by default; gives the options of every connection from here on."""
    CONNECTED.clear()
    monkeypatch.setattr(sqlite3, "connect", CarelessConnection)
    return CONNECTED


PRAGMAS = ("journal_mode", "synchronous", "busy_timeout", "trusted_schema")


def settings(pool: SQLiteConnectionPool, count: int) -> list[tuple[object, ...]]:
    """Take so many connections at once and ask each for its settings."""
    taken = [pool.get_connection() for _ in range(count)]
    found = [
        tuple(c._sqlite_conn.execute(f"PRAGMA {name}").fetchone()[0] for name in PRAGMAS)
        for c in taken
    ]
    for connection in taken:
        pool.put_connection(connection)
    return found


def test_every_pooled_connection_is_durable_and_patient(
    shop: Shop, careless: list[dict[str, Any]]
) -> None:
    """Hazard 8: write-ahead log, full synchronisation, a busy timeout, a cache of statements."""
    pool = shop.store.datastore.pool

    assert [("wal", 2, 30_000, 0)] * 8 == settings(pool, 8)
    assert careless
    assert all(options["cached_statements"] > 1 for options in careless)


def test_the_librarys_connections_take_what_they_get(
    tmp_path: Path, careless: list[dict[str, Any]]
) -> None:
    """Hazard 8, without the remedy."""
    pool = SQLiteConnectionPool(db_name=str(tmp_path / "stock.db"))
    (found,) = settings(pool, 1)
    pool.close()

    assert ("wal", 1, 5_000) == found[:3]
    assert [1] == [int(options["cached_statements"]) for options in careless]


class StubbornConnection(sqlite3.Connection):
    """A database that does not take full synchronisation."""

    def execute(self, statement: str, *rest: Any) -> sqlite3.Cursor:
        return super().execute(statement.replace("synchronous = FULL", "synchronous = OFF"), *rest)


@pytest.mark.skipif(os.name == "nt", reason="names a file layer that Windows does not have")
def test_a_file_layer_without_shared_memory_is_refused(tmp_path: Path) -> None:
    """Hazard 8: a network file system, say; the log would silently be another one."""
    path = tmp_path / "plain.db"
    with closing(raw(path)) as connection:
        connection.execute("CREATE TABLE t (x)")
    pool = LedgerConnectionPool(f"{path.as_uri()}?mode=rw&vfs=unix-dotfile")
    with pytest.raises(StoreError) as caught:
        pool.get_connection()

    assert "SL706" == caught.value.code
    assert "journal_mode is delete" in caught.value.why


def test_a_database_that_does_not_synchronise_is_refused(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hazard 8: what was set is read back."""
    monkeypatch.setattr(sqlite3, "connect", StubbornConnection)
    with pytest.raises(StoreError) as caught:
        SqliteStore.open(shop.store.path)

    assert "SL706" == caught.value.code
    assert "synchronous is 0" in caught.value.why


def test_a_database_in_memory_is_refused() -> None:
    """Hazard 8: it has no write-ahead log."""
    with closing(sqlite3.connect(":memory:")) as connection, pytest.raises(StoreError) as caught:
        assert_durable(connection, read_only=False)

    assert "SL706" == caught.value.code


def test_a_connection_that_cannot_be_made_keeps_no_later_writer_waiting(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hazard 8: the library's pool never gives back the writer's place that it took for it."""
    store = SqliteStore.open(shop.store.path)
    store.close()
    store = SqliteStore(shop.store.path)

    def no_file(*_: object, **__: object) -> sqlite3.Connection:
        message = "unable to open database file"
        raise sqlite3.OperationalError(message)

    ours = Shop(store, shop.clock, CountingIds("ours"))
    with monkeypatch.context() as broken:
        broken.setattr(sqlite3, "connect", no_file)
        with pytest.raises(StoreError) as caught, store.writing():
            pass
    began = time.monotonic()
    ours.record("B1", "S1")
    store.close()

    assert "SL703" == caught.value.code
    assert 5 > time.monotonic() - began


# --- 9: rows stay what and where they are ---------------------------------------------------------

MEDDLING = {
    "change a line": "UPDATE events SET line = line WHERE position = 2",
    "change an index": "UPDATE events SET stream = 'x' WHERE position = 2",
    "move a row": "UPDATE OR REPLACE events SET position = 3 WHERE position = 2",
    "delete one": "DELETE FROM events WHERE position = 2",
    "delete the tail": "DELETE FROM events WHERE position = (SELECT max(position) FROM events)",
    "delete all": "DELETE FROM events",
    "replace by position": """INSERT OR REPLACE INTO events
        SELECT position, stream, version, type, line, leaf FROM events WHERE position = 2""",
    "replace by version": """INSERT OR REPLACE INTO events
        SELECT (SELECT max(position) + 1 FROM events), stream, version, type, line, leaf
        FROM events WHERE position = 2""",
    "insert or ignore": """INSERT OR IGNORE INTO events
        SELECT position, 'x', version, type, line, leaf FROM events WHERE position = 2""",
    "upsert": """INSERT INTO events
        SELECT position, stream, version, type, line, leaf FROM events WHERE position = 2
        ON CONFLICT (position) DO UPDATE SET line = x'00'""",
    "leave a version out": """INSERT INTO events
        SELECT (SELECT max(position) + 1 FROM events), stream, version + 99, type, line, leaf
        FROM events WHERE position = 2""",
    "leave a gap": """INSERT INTO events
        SELECT (SELECT max(position) + 2 FROM events), 'x', 1, type, line, leaf
        FROM events WHERE position = 2""",
    "no position": """INSERT INTO events
        SELECT NULL, 'x', 1, type, line, leaf FROM events WHERE position = 2""",
    "a position below": """INSERT INTO events
        SELECT 0, 'x', 1, type, line, leaf FROM events WHERE position = 2""",
    "a short leaf": """INSERT INTO events
        SELECT (SELECT max(position) + 1 FROM events), 'x', 1, type, line, x'00'
        FROM events WHERE position = 2""",
    "change a command": "UPDATE commands SET last = last + 1 WHERE first = 1",
    "delete a command": "DELETE FROM commands WHERE first = 1",
    "replace a command": "INSERT OR REPLACE INTO commands SELECT id, 2, 2 FROM commands",
}


@pytest.mark.parametrize("recursive", ["ON", "OFF"])
@pytest.mark.parametrize("how", MEDDLING)
def test_rows_cannot_be_meddled_with(shop: Shop, how: str, recursive: str) -> None:
    """Hazard 9: not even past the program, while the triggers stand."""
    with closing(raw(shop.store.path)) as connection:
        connection.execute(f"PRAGMA recursive_triggers = {recursive}")
        before = list(connection.iterdump())
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(MEDDLING[how])

        assert before == list(connection.iterdump())


def test_the_library_reuses_the_position_of_a_deleted_tail(tmp_path: Path) -> None:
    """Hazard 9, without the remedy: two different events had the position 2."""
    path = tmp_path / "stock.db"
    datastore = SQLiteDatastore(str(path))
    recorder = SQLiteApplicationRecorder(datastore)
    recorder.create_table()
    recorder.insert_events([StoredEvent(uuid4(), 1, "t", b"first")])
    lost = recorder.insert_events([StoredEvent(uuid4(), 1, "t", b"second")])
    with closing(raw(path)) as connection:
        connection.execute("DELETE FROM stored_events WHERE rowid = 2")

    assert [2] == lost == recorder.insert_events([StoredEvent(uuid4(), 1, "t", b"another")])
    datastore.close()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE events SET line = CAST(replace(line, 'S1', 'S9') AS BLOB) WHERE position = ?",
        "UPDATE events SET leaf = zeroblob(32) WHERE position = ?",
        "UPDATE events SET version = version + 9 WHERE position = ?",
        "UPDATE events SET position = position + 9 WHERE position = ?",
        "UPDATE events SET type = 'signoff.unit-retested.v1' WHERE position = ?",
        "UPDATE commands SET last = last + 1 WHERE first = ?",
        "DELETE FROM commands WHERE first = ?",
        "DELETE FROM events WHERE position = ?",
    ],
)
def test_the_check_at_the_end_of_these_tests_sees_what_it_should(
    tmp_path: Path, damage: str
) -> None:
    shop = Shop.opened(tmp_path / "ledger.db")
    position = shop.record("B1", "S1").recorded[0].position
    shop.store.close()
    check_ledger(shop.store.path)
    with closing(disarmed(shop.store.path)) as connection:
        changed = connection.execute(damage, (position,)).rowcount

    assert 1 == changed
    with pytest.raises((AssertionError, EvidenceError)):
        check_ledger(shop.store.path)


# --- 12: an acknowledgement may get lost ----------------------------------------------------------


def test_a_command_that_is_repeated_answers_as_before_and_adds_nothing(shop: Shop) -> None:
    """Hazard 12: the first answer got lost, so the caller asks again."""
    first = shop.record("B1", "S1", Call("ines", "my-id"))
    size = shop.store.size()
    again = shop.record("B1", "S1", Call("ines", "my-id"))

    assert first.recorded == again.recorded
    assert (False, True) == (first.repeated, again.repeated)
    assert size == shop.store.size()


def test_a_stored_save_that_is_reported_as_failed_is_answered_as_repeated(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hazard 12: the event is stored, the acknowledgement is not, and the retry meets itself."""
    plain, size = shop.store.recorder.insert_events, shop.store.size()

    def lost(*given: Any, **options: Any) -> Any:
        monkeypatch.undo()
        plain(*given, **options)
        return plain(*given, **options)

    monkeypatch.setattr(shop.store.recorder, "insert_events", lost)
    receipt = shop.record("B1", "S1")

    assert receipt.repeated
    assert [size + 1] == positions_of([receipt])
    assert size + 1 == shop.store.size()


def test_a_command_id_that_comes_back_with_other_content_is_a_conflict(shop: Shop) -> None:
    """Hazard 12: SL602, and nothing is added."""
    shop.record("B1", "S1", Call("ines", "my-id"))
    size = shop.store.size()
    for serial, gap in (("S2", "0.25"), ("S1", "0.26")):
        with pytest.raises(ConflictError) as caught:
            shop.record("B1", serial, Call("ines", "my-id"), gap=gap)

        assert "SL602" == caught.value.code
    with pytest.raises(ConflictError):
        shop.ledger.execute(CloseBatch(batch="B1", note=None), Call("ines", "my-id"))
    assert size == shop.store.size()


def test_a_refused_command_that_is_repeated_is_refused_again(shop: Shop) -> None:
    """Hazard 12, G13: at the same position, with the same rules, and recorded once."""
    refused = []
    for _ in range(2):
        with pytest.raises(RuleRefusedError) as caught:
            shop.sign(Call("anna", "my-id"))
        refused.append(caught.value)
    first, again = refused

    assert first.position == again.position == shop.store.size()
    assert (first.code, first.what) == (again.code, again.what)
    assert first.attempt is not None
    assert again.attempt is not None
    assert first.attempt.findings == again.attempt.findings
    assert 1 == shop.topics().count("command-refused")


# --- 14: one writer at a time ---------------------------------------------------------------------


def test_a_writer_waits_for_another_process_and_gives_up_with_a_clear_word(shop: Shop) -> None:
    """Hazard 14: the lock file keeps writers apart, whatever version SQLite has."""
    holder = start("hold-the-lock", shop.store.path)
    assert holder.stdout is not None
    assert "held\n" == holder.stdout.readline()
    shop.store.datastore.lock._timeout_s = 0.2
    with pytest.raises(StoreError) as caught:
        shop.record("B1", "S1")
    size = shop.store.size()
    holder.kill()
    said(holder)

    assert "SL705" == caught.value.code
    assert [size + 1] == positions_of([shop.record("B1", "S1")])


def test_a_writer_waits_for_another_thread_and_gives_up_with_a_clear_word(shop: Shop) -> None:
    """Hazard 14: the same within one process."""
    lock = shop.store.datastore.lock
    lock._timeout_s = 0.1
    with lock.held(), pytest.raises(StoreError) as caught:
        shop.record("B1", "S1")

    assert "SL705" == caught.value.code
    assert shop.record("B1", "S1").recorded


def test_a_save_that_fails_gives_the_lock_back(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hazard 14: the next writer need not wait."""
    with monkeypatch.context() as broken:
        broken.setattr(shop.store.recorder, "_append", _refuse)
        with pytest.raises(StoreError):
            shop.record("B1", "S1")
    shop.store.datastore.lock._timeout_s = 0.1

    assert shop.record("B1", "S1").recorded


def test_a_folder_whose_file_system_has_no_locks_is_refused(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hazard 14: rather no entry than one that another writer may tear."""

    def no_locks(_: object) -> bool:
        raise OSError(37, "No locks available")

    with monkeypatch.context() as broken:
        broken.setattr("signoff_ledger.persistence.lock._try_lock", no_locks)
        with pytest.raises(StoreError) as caught:
            shop.record("B1", "S1")

    assert ("SL703", "No locks available") == (caught.value.code, caught.value.why)


# --- 15: a copy has everything --------------------------------------------------------------------


def test_a_backup_of_a_live_ledger_has_everything_and_a_plain_copy_does_not(
    shop: Shop, tmp_path: Path
) -> None:
    """Hazard 15: what is acknowledged may still stand in the write-ahead log only."""
    shop.record("B1", "S1")
    plain, good = tmp_path / "plain.db", tmp_path / "good.db"
    shutil.copy(shop.store.path, plain)
    size = back_up(shop.store, good)
    with closing(raw(plain)) as connection:
        tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        kept = tables and connection.execute("SELECT count(*) FROM events").fetchone()[0]

    assert [] == [path.name for path in tmp_path.glob("good.db?*")]
    assert shop.store.size() == size == check_ledger(good)
    assert kept < size


def test_a_backup_is_a_ledger_and_can_be_gone_on_with(shop: Shop, tmp_path: Path) -> None:
    """Hazard 15: restoring it is opening it."""
    back_up(shop.store, tmp_path / "good.db")
    restored = Shop(SqliteStore.open(tmp_path / "good.db"), shop.clock, CountingIds("restored"))
    restored.record("B1", "S1")
    restored.store.close()

    assert shop.store.size() + 1 == check_ledger(tmp_path / "good.db")


def test_a_backup_is_one_moment_while_others_record(shop: Shop, tmp_path: Path) -> None:
    """Hazard 15: nobody has to stop for it."""
    writer = start("record", shop.store.path, "B1", "W", 4)
    sizes = []
    for number in range(500):
        sizes.append(back_up(shop.store, tmp_path / f"{number}.db"))
        check_ledger(tmp_path / f"{number}.db")
        (tmp_path / f"{number}.db").unlink()
        if writer.poll() is not None:
            break
    said(writer)

    assert sorted(sizes) == sizes
    assert shop.store.size() >= sizes[-1]


def test_a_backup_overwrites_nothing(shop: Shop, tmp_path: Path) -> None:
    """Hazard 15: least of all the ledger itself."""
    for target in (shop.store.path, tmp_path):
        with pytest.raises(StoreError) as caught:
            back_up(shop.store, target)

        assert "SL704" == caught.value.code


def test_a_backup_that_fails_leaves_no_half_copy(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hazard 15: nobody shall take one for a backup."""

    def full(_: object) -> None:
        message = "database or disk is full"
        raise sqlite3.OperationalError(message)

    monkeypatch.setattr(shop.store.datastore, "copy_into", full)
    with pytest.raises(StoreError) as caught:
        back_up(shop.store, tmp_path / "half.db")

    assert "SL703" == caught.value.code
    assert not (tmp_path / "half.db").exists()


# --- nothing in the environment steers storage ----------------------------------------------------

STEERING = {
    "AGGREGATE_CACHE_MAXSIZE": "1",
    "AGGREGATE_CACHE_FASTFORWARD": "n",
    "AGGREGATE_CACHE_FASTFORWARD_SKIPPING": "y",
    "DEEPCOPY_FROM_AGGREGATE_CACHE": "n",
    "IS_SNAPSHOTTING_ENABLED": "y",
    "PERSISTENCE_MODULE": "planted",
    "FACTORY_TOPIC": "planted:Event",
    "MAPPER_TOPIC": "planted:Event",
    "TRANSCODER_TOPIC": "planted:Event",
    "COMPRESSOR_TOPIC": "planted:Event",
    "CIPHER_TOPIC": "planted:Event",
    "CIPHER_KEY": "0000000000000000000000==",
    "SQLITE_DBNAME": "elsewhere.db",
    "SQLITE_LOCK_TIMEOUT": "1",
    "ORIGINATOR_ID_TYPE": "text",
    "CREATE_TABLE": "n",
}


def log_of(path: Path) -> list[bytes]:
    """Record a little in a new ledger; gives its lines."""
    shop = Shop.opened(path)
    shop.record("B1", "S1")
    lines = shop.lines()
    repository = shop.store._aggregates._repository
    assert CACHED_AGGREGATES == getattr(repository.cache, "maxsize", None)
    assert (False, False, True) == (
        repository.fastforward,
        repository.fastforward_skipping,
        repository.deepcopy_from_cache,
    )
    shop.store.close()
    check_ledger(path)
    return lines


def test_nothing_in_the_environment_steers_storage(
    tmp_path: Path, trap: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chosen in code: neither variables nor a `.env` in the working directory change a byte."""
    undisturbed = log_of(tmp_path / "undisturbed.db")
    for name, value in STEERING.items():
        for prefix in ("", "AGGREGATES_", "REPOSITORY_"):
            monkeypatch.setenv(prefix + name, value)
    dotenv = "".join(f"{name}={value}\n" for name, value in STEERING.items())
    (tmp_path / ".env").write_text(dotenv, encoding="utf-8")

    assert undisturbed == log_of(tmp_path / "disturbed.db")
    assert not trap.exists()
    assert not (tmp_path / "elsewhere.db").exists()


def test_the_librarys_application_would_have_obeyed_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same without the remedy."""
    monkeypatch.setenv("AGGREGATE_CACHE_MAXSIZE", "1")
    monkeypatch.setenv("DEEPCOPY_FROM_AGGREGATE_CACHE", "n")
    repository = Application[UUID]().repository

    assert (False, 1) == (
        repository.deepcopy_from_cache,
        getattr(repository.cache, "maxsize", None),
    )
