"""What stands around the lines is compared with what signoff made, and brought back."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from signoff_ledger.domain.process import Process
from signoff_ledger.errors import Advice, StoreError
from signoff_ledger.persistence.health_finding import HealthFinding
from signoff_ledger.persistence.postgres.schema import role_name
from signoff_ledger.persistence.sqlite.backup import back_up
from signoff_ledger.persistence.store import LedgerStore
from signoff_ledger.persistence.store_factory import create_store, open_damaged, open_store
from signoff_ledger.projections.health import examine
from signoff_ledger.projections.views import Views
from tests.attacks.tamperings import POSTGRES, SQLITE, Tampering
from tests.contract.kept import remarks
from tests.ledgers import raw
from tests.servers.catalogue import KEPT, of_a_fresh_ledger
from tests.servers.databases import Databases
from tests.servers.fixtures import Servers, each_version


def filled(store: LedgerStore) -> None:
    """Record a little."""
    store.save(remarks(Process("p"), 3, "c1"), "c1")
    Views(store, store).rebuild()


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a ledger in a file, once, for all who take a copy."""
    path = tmp_path_factory.mktemp("copied") / "ledger.db"
    with closing(create_store(path)) as store:
        filled(store)
    return path


@pytest.fixture
def file(copied: Path, tmp_path: Path) -> Path:
    """Give a ledger in a file."""
    path = tmp_path / "ledger.db"
    with closing(open_store(copied)) as store:
        back_up(store, path)  # type: ignore[arg-type]  # it is a file's
    return path


@pytest.fixture(scope="module")
def template(postgres: Databases) -> Iterator[str]:
    """Make a ledger in a database, once, for all who take a copy; gives the database's name."""
    name = postgres.create_database()
    with closing(create_store(postgres.url(name))) as store:
        filled(store)
    yield name
    postgres.drop_database(name)
    postgres.execute(f"DROP ROLE IF EXISTS {role_name(name)}")


@pytest.fixture
def database(postgres: Databases, template: str) -> Iterator[str]:
    """Give the address of a ledger in a database, as its owner."""
    name = postgres.create_database(template)
    yield postgres.url(name)
    postgres.drop_database(name)
    postgres.execute(f"DROP ROLE IF EXISTS {role_name(name)}")


def said(store: LedgerStore) -> HealthFinding:
    """Give what doctor says of the objects around the lines."""
    return next(found for found in store.findings() if found.check == "schema")


def rows(store: LedgerStore) -> list[object]:
    """Give everything that is recorded."""
    return [*store.raw(), *store.nodes(), *store.checkpoints(), *store.cosigned()]


def is_told_and_led_back(address: str | Path, tampering: Tampering, copy: str | Path) -> None:
    """Look for a tampering, and lead back from it.

    Args:
        address: Where it was done.
        tampering: What was done.
        copy: A ledger of the same lines.
    """
    with closing(open_damaged(address)) as store, closing(open_store(copy)) as sound:
        assert "ok" == said(sound).state
        found = said(store)
        assert "BROKEN" == found.state
        assert tampering.reported in found.says, found.says
        if not tampering.mended:
            assert found.advice in (Advice("move-lines"), Advice("repair-schema-and-move"))
            return
        assert found.advice in (Advice("repair-schema"), Advice("repair-schema-and-move"))
        assert store.repair()
        assert "ok" == said(store).state, said(store).says
        assert rows(sound) == rows(store)
    with closing(open_store(address)) as store:
        store.save(remarks(store.load(Process, "p"), 1, "c2"), "c2")


@pytest.mark.parametrize("name", SQLITE)
def test_a_change_around_the_lines_of_a_file_is_reported_and_led_back(
    file: Path, copied: Path, name: str
) -> None:
    with closing(raw(file)) as connection:
        for statement in SQLITE[name].statements:
            connection.execute(statement)

    is_told_and_led_back(file, SQLITE[name], copied)


@pytest.mark.parametrize("name", POSTGRES)
def test_a_change_around_the_lines_of_a_database_is_reported_and_led_back(
    database: str, copied: Path, name: str
) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        for statement in POSTGRES[name].statements:
            connection.execute(statement.encode())

    is_told_and_led_back(database, POSTGRES[name], copied)


@pytest.mark.parametrize("version", each_version())
def test_the_catalogue_that_is_kept_is_that_of_a_fresh_ledger(
    servers: Servers, version: str
) -> None:
    """Written again by `python -m tests.servers.catalogue`."""
    assert KEPT.read_text("utf-8") == of_a_fresh_ledger(servers.named(version))


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE signoff.about",
        "DROP TABLE signoff.events CASCADE",
        "ALTER TABLE signoff.events RENAME TO hidden",
        "TRUNCATE signoff.about",
        "DROP SCHEMA signoff_views CASCADE",
        "ALTER TABLE signoff.commands SET UNLOGGED",
        "DROP FUNCTION signoff.drop_derived",
    ],
)
def test_doctor_looks_at_a_database_that_nothing_else_opens(database: str, statement: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(statement.encode())
    with closing(open_damaged(database)) as store:
        found = examine(store, Views(store, store))

    states = {finding.check: finding.state for finding in found}
    assert "BROKEN" in states.values(), found
    assert {"PostgreSQL", "schema", "rights", "events", "commands"} <= states.keys()
    assert all(finding.advice for finding in found if finding.state == "BROKEN"), found


def test_nothing_is_taken_away_from_a_schema_that_only_has_the_name(postgres: Databases) -> None:
    name = postgres.create_database()
    try:
        postgres.execute("CREATE SCHEMA signoff CREATE VIEW v AS SELECT 1 AS x", name)
        with (
            closing(open_damaged(postgres.url(name))) as store,
            pytest.raises(StoreError) as refused,
        ):
            store.repair()
        assert "SL701" == refused.value.code
        assert [(1,)] == postgres.execute("SELECT x FROM signoff.v", name)
    finally:
        postgres.drop_database(name)


@pytest.mark.parametrize(
    "statements",
    [
        ["DROP TABLE events"],
        ["DROP TABLE commands", "DROP TABLE nodes"],
        ["DROP TABLE checkpoints", "DROP TABLE cosignatures"],
        ["ALTER TABLE events RENAME COLUMN line TO text"],
    ],
)
def test_doctor_looks_at_a_file_that_answers_nothing(file: Path, statements: list[str]) -> None:
    with closing(raw(file)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        for statement in statements:
            connection.execute(statement)
    with closing(open_damaged(file)) as store:
        found = examine(store, Views(store, store))

    broken = [finding for finding in found if finding.state == "BROKEN"]
    assert broken
    assert all(finding.advice for finding in broken), broken
    assert {"schema", "events", "commands"} <= {finding.check for finding in found}


@pytest.mark.parametrize("place", ["file", "database"])
@pytest.mark.parametrize("moved_to", ["/elsewhere/ledger.db", "it's C:\\there (or not)"])
def test_a_ledger_that_was_moved_stays_closed_and_is_reported_as_that(
    request: pytest.FixtureRequest, place: str, moved_to: str
) -> None:
    """`repair` does not open again what `move` closed."""
    address = request.getfixturevalue(place)
    with closing(open_store(address)) as store:
        with store.retiring(moved_to):
            pass
        found = {finding.check: (finding.state, finding.says) for finding in store.findings()}
        assert "ok" == found["schema"][0]
        assert "note" == found["moved"][0]
        assert moved_to.split("\\", maxsplit=1)[0] in found["moved"][1]
        store.repair()
        with pytest.raises(StoreError) as refused:
            store.save(remarks(store.load(Process, "p"), 1, "c2"), "c2")
        assert "SL708" == refused.value.code
