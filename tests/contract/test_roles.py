"""What the application's role may do in PostgreSQL: read events and add to them, and no more."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import NamedTuple

import psycopg
import pytest
from psycopg.errors import (
    DataException,
    InsufficientPrivilege,
    IntegrityConstraintViolation,
    UniqueViolation,
)
from psycopg.sql import SQL, Identifier

from signoff_cli.advice import fix_of
from signoff_ledger.bootstrap import open_ledger
from signoff_ledger.domain.process import Process
from signoff_ledger.errors import StoreError
from signoff_ledger.persistence.postgres.schema import APPEND_ONLY, role_name
from signoff_ledger.persistence.store_factory import create_store, open_store
from signoff_ledger.projections import tables
from signoff_ledger.projections.views import Views
from tests.contract.kept import remarks, sealed
from tests.servers.databases import Databases
from tests.servers.fixtures import Servers, each_version
from tests.servers.postgres import Server


class Desk(NamedTuple):
    """A ledger in a database, and two logins that reach it.

    Attributes:
        owner: The address for whoever made the ledger.
        member: The address for a member of the application's role.
        server: The name of the server's version.
    """

    owner: str
    member: str


@pytest.fixture(params=each_version())
def desk(request: pytest.FixtureRequest, servers: Servers) -> Iterator[Desk]:
    """Make a ledger as a role that is no superuser, with three events in it, and a member."""
    with made(servers.named(request.param)) as desk:
        yield desk


@pytest.fixture(scope="module", params=each_version())
def untouched(request: pytest.FixtureRequest, servers: Servers) -> Iterator[Desk]:
    """Make one such ledger for all whose statements are refused, so that it stays as it is."""
    with made(servers.named(request.param)) as desk:
        yield desk


@contextmanager
def made(server: Databases) -> Iterator[Desk]:
    """Make a ledger as a role that is no superuser, with three events in it, and a member."""
    name = server.create_database()
    maker, member = f"{name}_maker", f"{name}_station"
    server.execute(f"CREATE ROLE {maker} LOGIN CREATEROLE")
    server.execute(f"ALTER DATABASE {name} OWNER TO {maker}")
    server.execute(f"CREATE ROLE {member} LOGIN")
    owner = server.url(name, user=maker)
    with closing(create_store(owner)) as store:
        store.save(remarks(Process("p"), 3, "c1"), "c1")
        store.keep_checkpoint(3, sealed(store, 3))
    server.execute(f"GRANT {role_name(name)} TO {member}")
    yield Desk(owner, server.url(name, user=member))
    server.drop_database(name)
    for role in (member, role_name(name), f"{name}_reader", maker):
        with server.connect() as connection:
            connection.execute(SQL("DROP ROLE IF EXISTS {}").format(Identifier(role)))


def tried(address: str, statement: str) -> type[BaseException] | None:
    """Run a statement; gives what it was refused with."""
    with psycopg.connect(address, autocommit=True) as connection:
        try:
            connection.execute(statement.encode())
        except psycopg.Error as error:
            return type(error)
    return None


TABLES = (*APPEND_ONLY, "about")

REFUSED = (
    *(f"UPDATE signoff.{table} SET {column} = {column}" for table, column in (
        ("events", "line"), ("commands", "id"), ("nodes", "hash"), ("checkpoints", "note"),
        ("cosignatures", "line"), ("about", "format"), ("event_types", "type"),
    )),
    *(f"DELETE FROM signoff.{table}" for table in TABLES),
    *(f"TRUNCATE signoff.{table}" for table in TABLES),
    *(f"DROP TABLE signoff.{table}" for table in TABLES),
    "DROP SCHEMA signoff CASCADE",
    "ALTER TABLE signoff.events DISABLE TRIGGER ALL",
    "ALTER TABLE signoff.events DISABLE TRIGGER events_are_kept",
    "DROP TRIGGER events_are_kept ON signoff.events",
    "CREATE TRIGGER mine BEFORE INSERT ON signoff.events EXECUTE FUNCTION signoff.refuse()",
    "CREATE RULE mine AS ON INSERT TO signoff.events DO INSTEAD NOTHING",
    "ALTER TABLE signoff.events DROP COLUMN leaf",
    "ALTER TABLE signoff.events OWNER TO CURRENT_USER",
    "CREATE OR REPLACE FUNCTION signoff.refuse() RETURNS trigger AS '' LANGUAGE sql",
    "CREATE TABLE signoff.mine (x integer)",
    *(f"INSERT INTO signoff.{table} DEFAULT VALUES" for table in TABLES),
    *(f"COPY signoff.{table} FROM STDIN" for table in TABLES),
    "INSERT INTO signoff.nodes VALUES (1, 0, sha256('x'))",
    "SELECT signoff.turn('{}', '{}')",
    "INSERT INTO signoff.about VALUES (9)",
    "SELECT signoff.grow(0, 256)",
    "SET session_replication_role = replica",
    "GRANT UPDATE ON signoff.events TO CURRENT_USER; UPDATE signoff.events SET line = ''",
    "COPY signoff.events TO '/tmp/x'",
)  # fmt: skip


@pytest.mark.parametrize("statement", REFUSED)
def test_a_member_may_not(untouched: Desk, statement: str) -> None:
    refused = tried(untouched.member, statement)

    assert refused is not None
    assert issubclass(refused, InsufficientPrivilege), refused


def test_a_member_records_seals_and_keeps_views(desk: Desk) -> None:
    with closing(open_store(desk.member)) as store:
        process = store.load(Process, "p")
        assert [4, 5] == store.save(remarks(process, 2, "c2"), "c2")
        assert 60 == len(store.save(remarks(Process("many"), 60, "c3"), "c3"))
        store.keep_checkpoint(65, sealed(store, 65))
        views = Views(store, store)

        assert 65 == views.rebuild()
        assert [3, 65] == [size for size, _ in store.checkpoints()]


def test_views_that_one_member_made_another_makes_anew(desk: Desk) -> None:
    for address in (desk.member, desk.owner, desk.member):
        with closing(open_store(address)) as store:
            assert 3 == Views(store, store).rebuild()


@pytest.mark.parametrize("of", ["owner", "member"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE signoff.events SET line = ''",
        "DELETE FROM signoff.events",
        "TRUNCATE signoff.events",
        "UPDATE signoff.checkpoints SET note = ''",
    ],
)
def test_the_owner_too_would_have_to_take_a_trigger_away_first(
    desk: Desk, of: str, statement: str
) -> None:
    assert InsufficientPrivilege is tried(getattr(desk, of), statement)


_ROW = "INSERT INTO signoff.events (position, stream, version, type, line) VALUES"
_OLD = "(SELECT stream FROM signoff.events LIMIT 1)"
_NEW = "'00000000-0000-0000-0000-000000000001'"


@pytest.mark.parametrize(
    ("statement", "refused"),
    [
        (f"{_ROW} (5, {_NEW}, 1, 't', 'x')", IntegrityConstraintViolation),
        (f"{_ROW} (3, {_NEW}, 1, 't', 'x')", UniqueViolation),
        (f"{_ROW} (0, {_NEW}, 1, 't', 'x')", IntegrityConstraintViolation),
        (f"{_ROW} (4, {_NEW}, 2, 't', 'x')", IntegrityConstraintViolation),
        (f"{_ROW} (4, {_OLD}, 5, 't', 'x')", IntegrityConstraintViolation),
        (f"{_ROW} (4, {_OLD}, 0, 't', 'x')", IntegrityConstraintViolation),
        (f"{_ROW} (4, {_OLD}, 3, 't', 'x')", UniqueViolation),
        (f"{_ROW} (4, {_OLD}, 4, 't', 'x'), (5, {_OLD}, 6, 't', 'x')",
         IntegrityConstraintViolation),
        (f"{_ROW} (4, {_NEW}, 1, 't', 'x'), (6, {_NEW}, 2, 't', 'x')",
         IntegrityConstraintViolation),
        (f"{_ROW} (4, {_NEW}, 1, 't', 'x'), (5, {_NEW}, 3, 't', 'x')",
         IntegrityConstraintViolation),
        (f"{_ROW} (4, {_NEW}, 1, 't', 'x') ON CONFLICT (position) DO UPDATE SET line = 'x'",
         InsufficientPrivilege),
        (f"{_ROW} (4, {_NEW}, 1, 't', 'x')", DataException),
    ],
)  # fmt: skip
def test_rows_that_come_past_the_functions_are_dense_too(
    untouched: Desk, statement: str, refused: type[BaseException]
) -> None:
    """The owner, too, appends in order; a member inserts nothing at all."""
    assert refused is tried(untouched.owner, statement)
    assert InsufficientPrivilege is tried(untouched.member, statement)


def test_nobody_can_hand_in_another_leaf_hash(desk: Desk) -> None:
    statement = _ROW.replace("line)", "line, leaf)") + f" (4, {_NEW}, 1, 't', 'x', sha256('y'))"

    assert psycopg.errors.GeneratedAlways is tried(desk.owner, statement)


def test_a_person_who_is_no_member_is_refused_with_that_reason(
    desk: Desk, servers: Servers
) -> None:
    with psycopg.connect(desk.owner, autocommit=True) as connection:
        connection.execute("CREATE ROLE stranger LOGIN")
    try:
        with pytest.raises(StoreError) as caught:
            open_store(desk.owner.replace(desk.owner.split("//")[1].split("@")[0], "stranger"))
        assert ("SL703", True) == (caught.value.code, "permission denied" in caught.value.why)
    finally:
        with psycopg.connect(desk.owner, autocommit=True) as connection:
            connection.execute("DROP ROLE stranger")


PLANTED = """
CREATE FUNCTION {schema}.planted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RESET ROLE;
    ALTER TABLE signoff.events DISABLE TRIGGER ALL;
    RETURN NULL;
END $$;
CREATE TRIGGER planted AFTER UPDATE OR INSERT OR DELETE ON signoff_views.view_positions
FOR EACH STATEMENT EXECUTE FUNCTION {schema}.planted()
"""
"""What would make everybody who asks the ledger something do it with their own rights."""


@pytest.mark.parametrize("schema", ["signoff_views", "pg_temp"])
def test_nothing_that_a_member_leaves_runs_with_the_rights_of_another(
    desk: Desk, schema: str
) -> None:
    with closing(open_store(desk.member)) as store:
        Views(store, store).catch_up()

    assert InsufficientPrivilege is tried(desk.member, PLANTED.format(schema=schema))
    with closing(open_store(desk.owner)) as store:
        assert 3 == Views(store, store).rebuild()
        assert ["schema", "ok"] == next(
            [found.check, found.state] for found in store.findings() if found.check == "schema"
        )


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE FUNCTION signoff_views.max(bigint) RETURNS bigint AS 'SELECT 1' LANGUAGE sql",
        "CREATE VIEW signoff_views.view_mine AS SELECT 1",
        "CREATE TABLE signoff_views.view_mine (x bigint)",
        "ALTER TABLE signoff_views.view_positions ADD CHECK (position > 0)",
        "CREATE RULE mine AS ON UPDATE TO signoff_views.view_positions DO INSTEAD NOTHING",
        "DROP TABLE signoff_views.view_positions",
    ],
)
def test_a_member_may_not_make_anything_beside_the_views(desk: Desk, statement: str) -> None:
    with closing(open_store(desk.member)) as store:
        Views(store, store).catch_up()

    assert InsufficientPrivilege is tried(desk.member, statement)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE IF EXISTS signoff.events",
        "DROP TABLE IF EXISTS signoff_views.view_positions CASCADE",
        "CREATE TABLE signoff_views.view_x (x BIGINT DEFAULT random(), PRIMARY KEY (x))",
        "CREATE TABLE signoff_views.view_x (x BIGINT, PRIMARY KEY (x)); DROP SCHEMA signoff_views",
        "CREATE TABLE signoff_views.view_x (x public.mine, PRIMARY KEY (x))",
        "CREATE INDEX view_x_0 ON signoff_views.view_positions (abs(position))",
        "CREATE INDEX view_x_0 ON signoff.events (version)",
        "SELECT 1",
        "",
    ],
)
def test_of_what_is_derived_a_member_may_make_plain_tables_and_indexes(
    desk: Desk, statement: str
) -> None:
    refused = tried(desk.member, f"SELECT signoff.derive($${statement}$$)")

    assert InsufficientPrivilege is refused


READER = (
    "CREATE ROLE {reader} LOGIN",
    "GRANT USAGE ON SCHEMA signoff, signoff_views TO {reader}",
    "GRANT SELECT ON ALL TABLES IN SCHEMA signoff, signoff_views TO {reader}",
)


@pytest.mark.parametrize("granted", [2, 3], ids=["without the views", "with the views"])
def test_somebody_who_may_only_read_is_answered(desk: Desk, granted: int) -> None:
    """An auditor's login: answers are there, whether or not the views are kept up."""
    database = desk.owner.rpartition("?")[0].rpartition("/")[2]
    reader = Identifier(f"{database}_reader")
    wide = SQL("GRANT SELECT ON ALL TABLES IN SCHEMA signoff TO {reader}")
    with closing(open_store(desk.owner)) as store:
        Views(store, store).rebuild()
    with psycopg.connect(desk.owner, autocommit=True) as connection:
        for statement in READER[:granted]:
            connection.execute(SQL(statement).format(reader=reader))
        connection.execute(wide.format(reader=reader))
    address = desk.owner.replace("_maker@", "_reader@")
    for _ in range(2):
        with open_ledger(address) as opened:
            assert opened.store.read_only
            assert opened.store.size() == len(opened.views.read(tables.HISTORY))
            with pytest.raises(StoreError):
                opened.store.save(remarks(Process("mine"), 1, "mine"), "mine")
        with closing(open_store(desk.member)) as store:
            again = f"again-{store.size()}"
            store.save(remarks(store.load(Process, "p"), 1, again), again)
    with closing(open_store(desk.member)) as store:
        Views(store, store).rebuild()
    with open_ledger(address) as opened:
        # Made again by a member, they are still there for a person who may read the events.
        assert opened.views.are_current()
        with closing(open_store(desk.member)) as store:
            store.save(remarks(store.load(Process, "p"), 1, "meanwhile"), "meanwhile")
        assert opened.store.size() == len(opened.views.read(tables.HISTORY))


def test_what_an_administrator_is_asked_to_do_can_be_done_as_it_stands(
    own_server: Server,
) -> None:
    own_server.execute('CREATE ROLE "Jo D" LOGIN')
    own_server.execute('CREATE DATABASE "Press ""Shop" OWNER "Jo D"')
    address = own_server.url('Press "Shop', user="Jo D")
    with pytest.raises(StoreError) as caught:
        create_store(address)
    for statement in fix_of(caught.value).split("  ")[1::2]:
        own_server.execute(statement)

    create_store(address).close()
