"""Health of a ledger's database: the server, its settings, who one is there, triggers, rights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psycopg.sql import Identifier

from signoff_ledger.errors import Advice
from signoff_ledger.persistence.catalogue import moved_finding, schema_finding
from signoff_ledger.persistence.health_finding import HealthFinding, findings_of
from signoff_ledger.persistence.postgres import catalogue, rights, schema, standbys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import psycopg

    from signoff_ledger.persistence.postgres.datastore import PostgresDatastore
    from signoff_ledger.persistence.store import LedgerStore


def findings(
    store: LedgerStore, datastore: PostgresDatastore, check_openable: Callable[[], object]
) -> Iterator[HealthFinding]:
    """Look at everything around the lines themselves.

    Args:
        store: The ledger.
        datastore: Its connections.
        check_openable: Fails where no other command opens the ledger.
    """
    yield from findings_of("PostgreSQL", lambda: [_server(store)])
    yield from findings_of("opening", lambda: _opening(check_openable))
    yield from findings_of("durability", lambda: [_durability(store)])
    yield from findings_of("database", lambda: [_checksums(store)])
    yield from findings_of("schema", lambda: _schema(store, datastore))
    yield from findings_of("triggers", lambda: [_triggers(store)])
    yield from findings_of("rights", lambda: [_rights(store)])
    yield from findings_of("grants", lambda: [_grants(store, datastore)])
    yield from findings_of("connections", lambda: [_connections(store)])


def _setting(store: LedgerStore, name: str) -> str:
    value: str = store.rows("SELECT current_setting(?)", (name,))[0][0]
    return value


def _server(store: LedgerStore) -> HealthFinding:
    version = _setting(store, "server_version")
    role = "takes writes"
    if store.read_only:
        role = "a standby, a subscriber, or closed to writes, or to this session's role"
    return HealthFinding("PostgreSQL", "ok", f"version {version}; {role}")


def _opening(check_openable: Callable[[], object]) -> Iterator[HealthFinding]:
    """Say why no other command opens the ledger, where none does."""
    check_openable()
    yield from ()


def _durability(store: LedgerStore) -> HealthFinding:
    if store.read_only:
        return HealthFinding("durability", "note", "the ledger is read-only here")
    commit = _setting(store, "synchronous_commit")
    says = f"fsync on, synchronous_commit {commit}"
    waited_for = store.rows(standbys.WAITED_FOR)[0][0]
    if not waited_for:
        return HealthFinding("durability", "ok", says)
    says += f"; a commit waits for {waited_for}"
    connected = [row[0] for row in store.rows(standbys.CONNECTED)]
    absent = standbys.absence(waited_for, connected)
    if not absent:
        return HealthFinding("durability", "ok", says)
    says += f" (synchronous_standby_names); {absent} (pg_stat_replication)"
    if standbys.named(waited_for).suffice(connected):
        return HealthFinding("durability", "note", f"{says}; the others suffice")
    return HealthFinding("durability", "BAD", f"{says}: nothing that is recorded is acknowledged")


def _checksums(store: LedgerStore) -> HealthFinding:
    if _setting(store, "data_checksums") == "on":
        return HealthFinding("database", "ok", "its pages have checksums")
    return HealthFinding(
        "database",
        "note",
        "its pages have no checksums, so the server cannot tell a damaged one",
        Advice("enable-page-checksums"),
    )


def _schema(store: LedgerStore, datastore: PostgresDatastore) -> Iterator[HealthFinding]:
    """Hold every table, function, trigger and rule against those of a fresh ledger."""
    with store.translate_errors():
        found = datastore.with_reconnect(catalogue.catalogue)
    yield schema_finding(
        catalogue.compared(found),
        f"{len(catalogue.expected())} tables, columns, constraints, functions and triggers "
        "are as signoff made them",
        catalogue.is_mendable,
    )
    if moved_to := catalogue.moved_to(found):
        yield moved_finding(moved_to)


def _triggers(store: LedgerStore) -> HealthFinding:
    """Say whether triggers run at all: in a session that replicates they do not."""
    rows = store.rows(
        "SELECT coalesce(r.rolname, 'every role') FROM pg_db_role_setting AS s"
        " LEFT JOIN pg_roles AS r ON r.oid = s.setrole"
        " WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database"
        " WHERE datname = current_database()))"
        " AND EXISTS (SELECT FROM unnest(s.setconfig) AS c"
        " WHERE c LIKE 'session_replication_role=%' AND c NOT LIKE '%=origin')"
    )
    here = _setting(store, "session_replication_role")
    if here == "origin" and not rows:
        return HealthFinding("triggers", "ok", "they run in this session, of any role")
    whom = ", ".join(sorted({row[0] for row in rows})) or "the server"
    return HealthFinding(
        "triggers",
        "BROKEN",
        f"session_replication_role is set for {whom}: no trigger refuses or counts anything",
        Advice("reset-replication-role"),
    )


def _rights(store: LedgerStore) -> HealthFinding:
    """Say whether the session's role could take the triggers away first."""
    user, owner = store.rows(
        "SELECT current_user, pg_has_role(n.nspowner, 'USAGE')"
        " FROM pg_namespace AS n WHERE n.nspname = 'signoff'"
    )[0]
    if not owner:
        return HealthFinding("rights", "ok", f"{user} may read events and add to them, and no more")
    return HealthFinding(
        "rights",
        "note",
        f"{user} owns the tables and could change them",
        Advice("record-as-member"),
    )


def _grants(store: LedgerStore, datastore: PostgresDatastore) -> HealthFinding:
    """Say which rights of the ledger's role are lost, and which roles have too many."""
    with store.translate_errors():
        differed = datastore.with_reconnect(lost_grants)
    if not differed:
        return HealthFinding(
            "grants", "ok", "the ledger's role may record, and no role may do more"
        )
    says = "; ".join(differed)
    return HealthFinding("grants", "BAD", says, Advice("restore-grants"))


def lost_grants(connection: psycopg.Connection[Any]) -> list[str]:
    """Say which grants are missing, and which are too many; nothing where all is well."""
    role = schema.role_here(connection)
    gone = f"there is no role {role} (of a database that was renamed, rename the role, too)"
    return [gone][rights.is_role(connection, role) :] + rights.sentences(
        rights.differences(connection, role)
    )


def _connections(store: LedgerStore) -> HealthFinding:
    """Say which roles may connect: each of them may keep the lock that appends take turns by."""
    rows = store.rows(
        "SELECT current_database()::text, CASE WHEN e.grantee = 0 THEN 'PUBLIC'"
        " ELSE pg_get_userbyid(e.grantee)::text END FROM pg_database AS d,"
        " aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) AS e"
        " WHERE d.datname = current_database() AND e.privilege_type = 'CONNECT' ORDER BY 2"
    )
    may = [grantee for _, grantee in rows]
    role = schema.role_name(rows[0][0]) if rows else ""
    database = Identifier(rows[0][0] if rows else "").as_string(None)
    names = {"database": database, "role": Identifier(role).as_string(None)}
    if "PUBLIC" in may:
        return HealthFinding(
            "connections",
            "note",
            "every role may connect, and keep the lock that appends take turns by",
            Advice("restrict-connections", **names),
        )
    if role not in may:
        return HealthFinding(
            "connections", "BAD", f"{role} may not connect", Advice("allow-connections", **names)
        )
    return HealthFinding("connections", "ok", f"those who may: {', '.join(may)}")
