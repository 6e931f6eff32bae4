"""What the owner of a ledger's tables can do around the lines: one row each, for either store."""

from collections.abc import Mapping
from typing import NamedTuple


class Tampering(NamedTuple):
    """A change of what stands around the lines.

    Attributes:
        statements: What is done, in order.
        reported: What `signoff doctor` names.
        mended: Whether `signoff repair` leads back; else doctor says what does.
    """

    statements: tuple[str, ...]
    reported: str
    mended: bool = True


def _edited(name: str, old: str, new: str) -> tuple[str, ...]:
    """Write SQLite's catalogue past its own statements."""
    return (
        "PRAGMA writable_schema = ON",
        f"UPDATE sqlite_schema SET sql = replace(sql, '{old}', '{new}') WHERE name = '{name}'",
        "PRAGMA writable_schema = RESET",
    )


_EMPTIED = (
    "DROP TRIGGER events_are_never_updated",
    "CREATE TRIGGER events_are_never_updated BEFORE UPDATE ON events BEGIN SELECT 1; END",
)

SQLITE: Mapping[str, Tampering] = {
    "a trigger dropped": Tampering(
        ("DROP TRIGGER nodes_are_never_deleted",), "missing: trigger nodes_are_never_deleted"
    ),
    "a trigger emptied": Tampering(
        _EMPTIED, "not as signoff made it: trigger events_are_never_updated"
    ),
    "a trigger that never fires": Tampering(
        (
            "DROP TRIGGER events_are_never_deleted",
            (
                "CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events WHEN 0"
                " BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END"
            ),
        ),
        "not as signoff made it: trigger events_are_never_deleted",
    ),
    "a trigger's body emptied past the statements": Tampering(
        _edited("events_are_never_updated", "RAISE(ABORT, ''events are never updated'')", "1"),
        "not as signoff made it: trigger events_are_never_updated",
    ),
    "a trigger that swallows rows": Tampering(
        ("CREATE TRIGGER eats BEFORE INSERT ON events BEGIN SELECT RAISE(IGNORE); END",),
        "not the ledger's: trigger eats",
    ),
    "a trigger that writes elsewhere": Tampering(
        (
            (
                "CREATE TRIGGER eats AFTER INSERT ON checkpoints"
                " BEGIN INSERT INTO cosignatures VALUES (NEW.size, 'x'); END"
            ),
        ),
        "not the ledger's: trigger eats",
    ),
    "a trigger that closes like a move": Tampering(
        (
            (
                "CREATE TRIGGER events_have_moved BEFORE INSERT ON events"
                " BEGIN SELECT RAISE(IGNORE); SELECT 'this ledger has moved to'; END"
            ),
        ),
        "not the ledger's: trigger events_have_moved",
    ),
    "an index dropped": Tampering(("DROP INDEX events_by_type",), "missing: index events_by_type"),
    "an index of other columns": Tampering(
        ("DROP INDEX events_by_type", "CREATE INDEX events_by_type ON events (version)"),
        "not as signoff made it: index events_by_type",
    ),
    "an index that refuses rows": Tampering(
        ("CREATE UNIQUE INDEX one_each ON checkpoints (size / size, size)",),
        "not the ledger's: index one_each",
    ),
    "a view in place of a table": Tampering(
        (
            "ALTER TABLE events RENAME TO hidden",
            "CREATE VIEW events AS SELECT * FROM hidden WHERE position < 10",
        ),
        "table hidden, view events",
    ),
    "a view that swallows rows in place of a table": Tampering(
        (
            "ALTER TABLE cosignatures RENAME TO hidden",
            "CREATE VIEW cosignatures AS SELECT * FROM hidden",
            "CREATE TRIGGER eats INSTEAD OF INSERT ON cosignatures BEGIN SELECT 1; END",
        ),
        "missing: table cosignatures",
    ),
    "a table dropped": Tampering(
        ("DROP TABLE cosignatures",), "missing: table cosignatures", mended=False
    ),
    "a table of ours made again without its rules": Tampering(
        (
            "CREATE TABLE other (id TEXT PRIMARY KEY, first, last)",
            "INSERT INTO other SELECT * FROM commands",
            "DROP TABLE commands",
            "ALTER TABLE other RENAME TO commands",
        ),
        "not as signoff made it: table commands",
        mended=False,
    ),
    "STRICT lost": Tampering(
        _edited("checkpoints", ") STRICT", ")"),
        "not as signoff made it: table checkpoints",
        mended=False,
    ),
    "a CHECK lost": Tampering(
        _edited("events", " CHECK (length(leaf) = 32)", ""),
        "not as signoff made it: table events",
        mended=False,
    ),
    "a column added": Tampering(
        ("ALTER TABLE events ADD COLUMN note TEXT",),
        "not as signoff made it: table events",
        mended=False,
    ),
    "a table that no ledger has": Tampering(
        ("CREATE TABLE notes (x)",), "not the ledger's: table notes", mended=False
    ),
    "a view that no ledger has": Tampering(
        ("CREATE VIEW latest AS SELECT max(position) FROM events",), "not the ledger's: view latest"
    ),
    "a view's table that swallows rows": Tampering(
        ("CREATE TRIGGER eats BEFORE INSERT ON view_history BEGIN SELECT RAISE(IGNORE); END",),
        "not the ledger's: trigger eats",
    ),
}

_SWALLOW = (
    "CREATE FUNCTION public.swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
)

POSTGRES: Mapping[str, Tampering] = {
    "a trigger dropped": Tampering(
        ("DROP TRIGGER nodes_are_kept ON signoff.nodes",),
        "missing: trigger nodes_are_kept on signoff.nodes",
    ),
    "a trigger switched off": Tampering(
        ("ALTER TABLE signoff.events DISABLE TRIGGER events_are_kept",),
        "not as signoff made it: trigger events_are_kept on signoff.events",
    ),
    "a trigger only for replicas": Tampering(
        ("ALTER TABLE signoff.events ENABLE REPLICA TRIGGER events_are_appended_densely",),
        "not as signoff made it: trigger events_are_appended_densely on signoff.events",
    ),
    "every trigger switched off": Tampering(
        ("ALTER TABLE signoff.cosignatures DISABLE TRIGGER ALL",),
        "of cosignatures_size_fkey on signoff.cosignatures",
    ),
    "a trigger that does something else": Tampering(
        (
            _SWALLOW,
            "DROP TRIGGER events_are_kept ON signoff.events",
            (
                "CREATE TRIGGER events_are_kept BEFORE UPDATE OR DELETE ON signoff.events"
                " FOR EACH ROW EXECUTE FUNCTION public.swallow()"
            ),
        ),
        "not as signoff made it: trigger events_are_kept on signoff.events",
    ),
    "a trigger that swallows rows": Tampering(
        (
            _SWALLOW,
            (
                "CREATE TRIGGER eats BEFORE INSERT ON signoff.events"
                " FOR EACH ROW EXECUTE FUNCTION public.swallow()"
            ),
        ),
        "not the ledger's: trigger eats on signoff.events",
    ),
    "a trigger that closes like a move": Tampering(
        (
            _SWALLOW,
            (
                "CREATE TRIGGER events_have_moved BEFORE INSERT ON signoff.events"
                " FOR EACH ROW EXECUTE FUNCTION public.swallow('this ledger has moved to')"
            ),
        ),
        "not the ledger's: trigger events_have_moved on signoff.events",
    ),
    "a function emptied": Tampering(
        (
            (
                "CREATE OR REPLACE FUNCTION signoff.refuse() RETURNS trigger LANGUAGE plpgsql"
                " SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN NULL; END'"
            ),
        ),
        "not as signoff made it: function signoff.refuse()",
    ),
    "a function that runs with another's rights": Tampering(
        ("ALTER FUNCTION signoff.refuse() SECURITY DEFINER",),
        "not as signoff made it: function signoff.refuse()",
    ),
    "a function on another search path": Tampering(
        ("ALTER FUNCTION signoff.take_appended() RESET search_path",),
        "not as signoff made it: function signoff.take_appended()",
    ),
    "a function of another owner": Tampering(
        ("ALTER FUNCTION signoff.durably() OWNER TO pg_database_owner",),
        "not as signoff made it: function signoff.durably()",
    ),
    "a function dropped": Tampering(
        ("DROP FUNCTION signoff.durably()",), "missing: function signoff.durably()"
    ),
    "a function that no ledger has": Tampering(
        ("CREATE FUNCTION signoff.max(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'",),
        "not the ledger's: function signoff.max(bigint)",
    ),
    "a rule that swallows rows": Tampering(
        ("CREATE RULE eats AS ON INSERT TO signoff.events DO INSTEAD NOTHING",),
        "not the ledger's: rule eats on signoff.events",
    ),
    "a rule that swallows checkpoints": Tampering(
        ("CREATE RULE eats AS ON INSERT TO signoff.checkpoints DO INSTEAD NOTHING",),
        "not the ledger's: rule eats on signoff.checkpoints",
    ),
    "rows hidden by a policy": Tampering(
        (
            "ALTER TABLE signoff.events ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE signoff.events FORCE ROW LEVEL SECURITY",
            "CREATE POLICY hides ON signoff.events FOR SELECT USING (position < 10)",
        ),
        "table signoff.events",
    ),
    "a table that a crash empties": Tampering(
        ("ALTER TABLE signoff.commands SET UNLOGGED",),
        (
            "not as signoff made it: index signoff.commands_first_key, "
            "index signoff.commands_pkey, table signoff.commands"
        ),
    ),
    "a child whose rows are read, too": Tampering(
        ("CREATE TABLE public.child () INHERITS (signoff.commands)",),
        "not the ledger's: child public.child of signoff.commands",
    ),
    "a view in place of a table": Tampering(
        (
            "ALTER TABLE signoff.nodes RENAME TO hidden",
            "CREATE VIEW signoff.nodes AS SELECT * FROM signoff.hidden WHERE level < 1",
        ),
        "missing: ",
    ),
    "an index dropped": Tampering(
        ("DROP INDEX signoff.events_by_type",), "missing: index signoff.events_by_type"
    ),
    "an index of other columns": Tampering(
        (
            "DROP INDEX signoff.events_by_type",
            "CREATE INDEX events_by_type ON signoff.events (version)",
        ),
        "not as signoff made it: index signoff.events_by_type",
    ),
    "an index that refuses rows": Tampering(
        ("CREATE UNIQUE INDEX one_each ON signoff.checkpoints ((size / size), size)",),
        "not the ledger's: index signoff.one_each",
    ),
    "a unique key lost": Tampering(
        ("ALTER TABLE signoff.events DROP CONSTRAINT events_stream_version_key",),
        "missing: constraint events_stream_version_key on signoff.events",
    ),
    "a check lost": Tampering(
        ("ALTER TABLE signoff.nodes DROP CONSTRAINT nodes_hash_check",),
        "missing: constraint nodes_hash_check on signoff.nodes",
    ),
    "a check that refuses rows": Tampering(
        ("ALTER TABLE signoff.events ADD CONSTRAINT no_more CHECK (position < 1000000)",),
        "not the ledger's: constraint no_more on signoff.events",
    ),
    "a foreign key lost": Tampering(
        ("ALTER TABLE signoff.cosignatures DROP CONSTRAINT cosignatures_size_fkey",),
        "missing: constraint cosignatures_size_fkey on signoff.cosignatures",
    ),
    "a table of another owner": Tampering(
        ("ALTER TABLE signoff.commands OWNER TO pg_database_owner",),
        (
            "not as signoff made it: index signoff.commands_first_key, "
            "index signoff.commands_pkey, table signoff.commands"
        ),
    ),
    "a hash that the database does not compute": Tampering(
        ("ALTER TABLE signoff.events ALTER COLUMN leaf DROP EXPRESSION",),
        "not as signoff made it: column signoff.events.leaf",
        mended=False,
    ),
    "a column that may be empty": Tampering(
        ("ALTER TABLE signoff.commands ALTER COLUMN last DROP NOT NULL",),
        "not as signoff made it: column signoff.commands.last",
        mended=False,
    ),
    "a column of another type": Tampering(
        ("ALTER TABLE signoff.commands ALTER COLUMN last TYPE integer",),
        "not as signoff made it: column signoff.commands.last",
        mended=False,
    ),
    "a column added": Tampering(
        ("ALTER TABLE signoff.events ADD COLUMN note text",),
        "not the ledger's: column signoff.events.note",
        mended=False,
    ),
    "a table that no ledger has": Tampering(
        ("CREATE TABLE signoff.notes ()",), "not the ledger's: table signoff.notes", mended=False
    ),
    "a type that no ledger has": Tampering(
        ("CREATE DOMAIN signoff.bytea AS text",),
        "not the ledger's: type signoff.bytea",
        mended=False,
    ),
    "another view in the schema of the views": Tampering(
        ("CREATE VIEW signoff_views.mine AS SELECT 1 AS x",),
        "not the ledger's: view signoff_views.mine",
    ),
    "a function in the schema of the views": Tampering(
        ("CREATE FUNCTION signoff_views.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",),
        "not the ledger's: function signoff_views.mine()",
    ),
    "a view's table that swallows rows": Tampering(
        ("CREATE RULE eats AS ON INSERT TO signoff_views.view_history DO INSTEAD NOTHING",),
        "not the ledger's: rule eats on signoff_views.view_history",
    ),
}

VIEWS_SQLITE: Mapping[str, tuple[str, ...]] = {
    "a table dropped": ("DROP TABLE view_history",),
    "every table dropped": tuple(
        f"DROP TABLE view_{name}"
        for name in ("positions", "states", "subjects", "history", "explanations", "work")
    ),
    "a view in place of a table": (
        "DROP TABLE view_processes",
        "CREATE VIEW view_processes AS SELECT 1 AS process",
    ),
    "a table of other columns": (
        "DROP TABLE view_processes",
        "CREATE TABLE view_processes (process TEXT)",
    ),
    "an index in place of a table": (
        "DROP TABLE view_work",
        "CREATE INDEX view_work ON events (version)",
    ),
    "an index dropped": ("DROP INDEX view_history_0",),
    "a trigger that swallows rows": (
        "CREATE TRIGGER eats BEFORE INSERT ON view_history BEGIN SELECT RAISE(IGNORE); END",
    ),
    "a row changed": ("UPDATE view_history SET sentence = 'mug was signed off'",),
    "a row deleted": ("DELETE FROM view_history WHERE position = 2",),
    "a row added": (
        (
            "INSERT INTO view_history SELECT position + 1000, recorded_at, observed_at, person,"
            " kind, subject, process, serial, type, sentence, is_context, command_id"
            " FROM view_history LIMIT 1"
        ),
    ),
    "a standing changed": ("UPDATE view_processes SET standing = 'SIGNED_OFF'",),
    "an explanation changed": (
        "UPDATE view_explanations SET answer = replace(answer, 'HELD', 'SIGNED_OFF')",
    ),
    "every standing deleted": ("DELETE FROM view_processes", "DELETE FROM view_batches"),
    "a position beyond the log": (
        "UPDATE view_positions SET position = 1000000 WHERE name <> 'schema'",
    ),
    "a position beyond the log of one process": (
        "UPDATE view_states SET position = 1000000",
        "UPDATE view_processes SET standing = 'SIGNED_OFF'",
    ),
    "a version that no program has": (
        "UPDATE view_positions SET position = 99 WHERE name = 'schema'",
        "UPDATE view_processes SET standing = 'SIGNED_OFF'",
    ),
    "a position deleted": ("DELETE FROM view_positions WHERE name = 'states'",),
}
"""What an account that writes the file can do to what is derived from the events."""

ROWS = (
    "a row",
    "a standing",
    "an explanation",
    "every standing",
    "a position beyond the log of one",
)
"""What only a comparison with the log tells from an honest row."""

VIEWS_MEMBER: Mapping[str, tuple[str, ...]] = {
    name: tuple(statement.replace(" view_", " signoff_views.view_") for statement in statements)
    for name, statements in VIEWS_SQLITE.items()
    if name.startswith(ROWS) or name.startswith(("a position", "a version"))
}
"""What a member of the ledger's role can do to it: fill the tables."""

VIEWS_OWNER: Mapping[str, tuple[str, ...]] = {
    "a table dropped": ("DROP TABLE signoff_views.view_history",),
    "a view in place of a table": (
        "DROP TABLE signoff_views.view_processes",
        "CREATE VIEW signoff_views.view_processes AS SELECT 1 AS process",
    ),
    "a materialized view in place of a table": (
        "DROP TABLE signoff_views.view_processes",
        "CREATE MATERIALIZED VIEW signoff_views.view_processes AS SELECT 1 AS process",
    ),
    "a table of other columns": (
        "DROP TABLE signoff_views.view_processes",
        "CREATE TABLE signoff_views.view_processes (process text)",
    ),
    "a sequence in place of an index": (
        "DROP INDEX signoff_views.view_history_0",
        "CREATE SEQUENCE signoff_views.view_history_0",
    ),
    "an index dropped": ("DROP INDEX signoff_views.view_history_0",),
    "a rule that swallows rows": (
        "CREATE RULE eats AS ON INSERT TO signoff_views.view_history DO INSTEAD NOTHING",
    ),
    "rows hidden by a policy": (
        "ALTER TABLE signoff_views.view_history ENABLE ROW LEVEL SECURITY",
    ),
    "a table that a crash empties": ("ALTER TABLE signoff_views.view_history SET UNLOGGED",),
    "something built on it": (
        "CREATE VIEW public.mine AS SELECT * FROM signoff_views.view_history",
        "DROP TABLE signoff_views.view_work",
    ),
}
"""What the owner can do to it, besides."""
