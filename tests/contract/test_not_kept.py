"""A database that swallows or changes what it is given: nothing is acknowledged then (SL711).

Whoever owns the tables, or holds the file, can put a rule or a trigger there. Nobody shall be told
that something was recorded that is not there.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from signoff_cli.advice import fix_of
from signoff_ledger.domain.process import Process
from signoff_ledger.errors import Advice, StoreError
from signoff_ledger.persistence.store import LedgerStore
from signoff_ledger.persistence.store_factory import create_store, open_store
from tests.contract.conftest import past
from tests.contract.forged import witnessed
from tests.contract.kept import remarks, sealed
from tests.ledgers import raw
from tests.servers.databases import Databases

TABLES = ["events", "commands", "nodes", "checkpoints", "cosignatures"]

PLANTED = """
CREATE FUNCTION public.planted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {does} END $$;
"""
"""A function of the owner's, to be run when something comes."""

SWALLOWS = {
    "a rule": "CREATE RULE mine AS ON INSERT TO signoff.{table} DO INSTEAD NOTHING",
    "a trigger before": (
        PLANTED.format(does="RETURN NULL;") + "CREATE TRIGGER mine BEFORE INSERT ON signoff.{table}"
        " FOR EACH ROW EXECUTE FUNCTION public.planted()"
    ),
    "a trigger after": (
        PLANTED.format(does="EXECUTE 'DELETE FROM signoff.' || TG_TABLE_NAME; RETURN NULL;")
        + "ALTER TABLE signoff.{table} DISABLE TRIGGER {table}_are_kept;"
        "CREATE TRIGGER mine AFTER INSERT ON signoff.{table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION public.planted()"
    ),
    "a trigger at the commit": (
        PLANTED.format(does="EXECUTE 'DELETE FROM signoff.' || TG_TABLE_NAME; RETURN NULL;")
        + "ALTER TABLE signoff.{table} DISABLE TRIGGER {table}_are_kept;"
        "CREATE CONSTRAINT TRIGGER mine AFTER INSERT ON signoff.{table}"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.planted()"
    ),
}

CHANGES = {
    "events": "NEW.line := 'another'::bytea",
    "commands": "NEW.last := NEW.last + 1",
    "nodes": "NEW.hash := sha256('')",
    "checkpoints": "NEW.note := NEW.note || '\\x0a'::bytea",
    "cosignatures": "NEW.line := NEW.line || 'x'",
}
"""How a trigger would make another row of one, once its own check is past."""


def offered(store: LedgerStore, table: str) -> None:
    """Give a store what brings a row into a table."""
    if table in {"events", "commands", "nodes"}:
        # A node is made of 256 events.
        store.save(remarks(store.load(Process, "p"), 256, "c2"), "c2")
    elif table == "checkpoints":
        store.keep_checkpoint(1, sealed(store, 1))
    else:
        size, note = store.checkpoints()[-1]
        store.keep_cosignature(size, witnessed(note))


def refused(store: LedgerStore, table: str) -> None:
    """Offer it, and look whether it is refused and leaves nothing."""
    before = (store.size(), store.checkpoints(), store.cosigned())
    with pytest.raises(StoreError) as caught:
        offered(store, table)

    assert ("SL711", Advice("remove-foreign-objects")) == (caught.value.code, caught.value.advice)
    assert before == (store.size(), store.checkpoints(), store.cosigned())
    assert [] == store.of_command("c2")


@pytest.fixture
def ledger(postgres: Databases) -> Iterator[LedgerStore]:
    """Make a ledger in PostgreSQL with two events and a checkpoint."""
    name = postgres.create_database()
    with closing(create_store(postgres.url(name))) as store:
        begun(store)
        yield store
    postgres.drop_database(name)


def begun(store: LedgerStore) -> None:
    store.save(remarks(Process("p"), 2, "c1"), "c1")
    store.keep_checkpoint(2, sealed(store, 2))


@pytest.mark.parametrize("how", SWALLOWS)
@pytest.mark.parametrize("table", TABLES)
def test_what_postgresql_swallows_is_not_acknowledged(
    ledger: LedgerStore, table: str, how: str
) -> None:
    past(ledger.address)(SWALLOWS[how].format(table=table))

    refused(ledger, table)


@pytest.mark.parametrize("table", TABLES)
def test_what_postgresql_changes_is_not_acknowledged(ledger: LedgerStore, table: str) -> None:
    triggers = {"events": "events_are_lines", "checkpoints": "checkpoints_are_of_this_log"}
    own = triggers.get(table, f"{table}_are_kept")
    past(ledger.address)(
        PLANTED.format(does=f"{CHANGES[table]}; RETURN NEW;")
        + f"ALTER TABLE signoff.{table} DISABLE TRIGGER {own};"
        f"CREATE TRIGGER mine BEFORE INSERT ON signoff.{table}"
        " FOR EACH ROW EXECUTE FUNCTION public.planted()"
    )

    refused(ledger, table)


@pytest.mark.parametrize(
    "does",
    [
        "BEFORE INSERT ON {table} BEGIN SELECT RAISE(IGNORE); END",
        "AFTER INSERT ON {table} BEGIN DELETE FROM {table}; END",
    ],
)
@pytest.mark.parametrize("table", TABLES)
def test_what_a_file_swallows_is_not_acknowledged(tmp_path: Path, table: str, does: str) -> None:
    path = tmp_path / "ledger.db"
    with closing(create_store(path)) as store:
        begun(store)
    with closing(raw(path)) as connection:
        connection.execute(f"DROP TRIGGER {table}_are_never_deleted")
        connection.execute(f"CREATE TRIGGER mine {does.format(table=table)}")

    with closing(open_store(path)) as store:
        refused(store, table)


@pytest.mark.parametrize("table", ["about", *TABLES])
def test_a_table_that_a_crash_would_empty_is_refused(postgres: Databases, table: str) -> None:
    name = postgres.create_database()
    create_store(postgres.url(name)).close()
    if table == "checkpoints":
        postgres.execute("ALTER TABLE signoff.cosignatures SET UNLOGGED", name)
    postgres.execute(f"ALTER TABLE signoff.{table} SET UNLOGGED", name)

    with pytest.raises(StoreError) as caught:
        open_store(postgres.url(name))

    assert ("SL706", True) == (caught.value.code, "UNLOGGED" in caught.value.why)
    for statement in fix_of(caught.value).split("  ")[1::2]:
        postgres.execute(statement, name)
    if table != "checkpoints":
        open_store(postgres.url(name)).close()
    postgres.drop_database(name)
