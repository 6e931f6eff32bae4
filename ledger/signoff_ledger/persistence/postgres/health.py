"""Health of a ledger's database: the server, its settings, who one is there, triggers, rights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signoff_ledger.persistence.finding import Finding
from signoff_ledger.persistence.postgres import rights, schema
from signoff_ledger.persistence.postgres.schema import APPEND_ONLY

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from signoff_ledger.persistence.postgres.store import PostgresStore

_TRIGGERS = {
    "events_are_appended_densely",
    "events_are_lines",
    "commands_are_derived",
    "nodes_are_derived",
    "checkpoints_are_of_this_log",
    "cosignatures_are_lines",
    *(f"{table}_are_kept" for table in ("about", *APPEND_ONLY)),
}


def findings(store: PostgresStore) -> Iterator[Finding]:
    """Look at everything around the lines themselves."""
    yield _server(store)
    yield _durability(store)
    yield _checksums(store)
    yield _triggers(store)
    yield _rights(store)
    yield _grants(store)


def _setting(store: PostgresStore, name: str) -> str:
    value: str = store.rows("SELECT current_setting(?)", (name,))[0][0]
    return value


def _server(store: PostgresStore) -> Finding:
    version = _setting(store, "server_version")
    role = "takes writes"
    if store.read_only:
        role = "a standby, a subscriber, or closed to writes, or to whoever is connected"
    return Finding("PostgreSQL", "ok", f"version {version}; {role}")


def _durability(store: PostgresStore) -> Finding:
    if store.read_only:
        return Finding("durability", "note", "the ledger is read-only here")
    commit = _setting(store, "synchronous_commit")
    standbys = _setting(store, "synchronous_standby_names")
    held = f"; a commit waits for {standbys}" if standbys and commit != "local" else ""
    return Finding("durability", "ok", f"fsync on, synchronous_commit {commit}{held}")


def _checksums(store: PostgresStore) -> Finding:
    if _setting(store, "data_checksums") == "on":
        return Finding("database", "ok", "its pages have checksums")
    return Finding(
        "database",
        "note",
        "its pages have no checksums, so the server cannot tell a damaged one; "
        "pg_checksums --enable, with the server stopped",
    )


def _triggers(store: PostgresStore) -> Finding:
    rows = store.rows(
        "SELECT t.tgname FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid"
        " JOIN pg_namespace AS n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'signoff' AND t.tgenabled = 'O'"
    )
    missing = sorted(_TRIGGERS - {row[0] for row in rows})
    if missing:
        return Finding("append only", "BROKEN", f"triggers are gone or off: {', '.join(missing)}")
    return Finding(
        "append only", "ok", f"{len(_TRIGGERS)} triggers refuse changes to recorded rows"
    )


def _rights(store: PostgresStore) -> Finding:
    """Say whether whoever is connected could take the triggers away first."""
    user, owner = store.rows(
        "SELECT current_user, pg_has_role(n.nspowner, 'USAGE')"
        " FROM pg_namespace AS n WHERE n.nspname = 'signoff'"
    )[0]
    if not owner:
        return Finding("rights", "ok", f"{user} may read events and add to them, and no more")
    return Finding(
        "rights",
        "note",
        f"{user} owns the tables and could change them; record as a member of the role that "
        "signoff init made, which cannot",
    )


def _grants(store: PostgresStore) -> Finding:
    """Say which rights of the ledger's role are lost, and who has more than anybody should."""
    with store.told():
        differed = store.datastore.lasting(lost_grants)
    if not differed:
        return Finding("grants", "ok", "the ledger's role may record, and nobody may do more")
    says = "; ".join(differed)
    return Finding("grants", "BAD", f"{says}; as the owner,  signoff repair  puts that right")


def lost_grants(connection: psycopg.Connection[Any]) -> list[str]:
    """Say which grants are missing, and which are too many; nothing where all is well."""
    role = schema.role_here(connection)
    gone = [] if rights.is_role(connection, role) else [f"there is no role {role}"]
    return gone + rights.told(rights.differences(connection, role))
