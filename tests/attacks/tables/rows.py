"""Attacks on the tables of a live ledger, by SQL, past everything that is ours."""

from collections.abc import Callable

from signoff_ledger.integrity.tree.leaf import leaf_hash
from tests.attacks.attack import (
    LIVE,
    Actor,
    Attack,
    Denied,
    Kind,
    Outcomes,
    Refused,
    Reported,
    Surface,
    Table,
    on,
)
from tests.attacks.rows import Rows

Act = Callable[[Rows], object]
FOREIGN = "6a1f0d7e-9d0c-5f7b-8b43-1d6d9a1c5e02"
"""The id of a stream that no ledger has."""
KEYS = {"events": "position", "commands": "id", "checkpoints": "size", "cosignatures": "size"}
"""A column of each table in which the stories have rows."""
LAST = "(SELECT max(position) FROM events)"


def sql(*statements: str) -> Act:
    """Run statements, each of which changes something."""

    def does(rows: Rows) -> None:
        for statement in statements:
            rows.run(statement)

    return does


def freed(does: Act) -> Act:
    """Take away what refuses changes, then do something."""

    def act(rows: Rows) -> object:
        rows.free()
        return does(rows)

    return act


def refused(code: str) -> Outcomes:
    """Expect a refusal on both stores."""
    return on(LIVE, Refused(code))


def line_edited(rows: Rows) -> None:
    """Change the last line, and leave its leaf hash as the store lets it be."""
    line = rows.line(rows.size())
    edited = line.replace(b'"fingerprint":"SHA256:', b'"fingerprint":"SHA512:')
    assert edited != line
    rows.run(f"UPDATE events SET line = ? WHERE position = {LAST}", edited)


def line_rehashed(rows: Rows) -> None:
    """Change the last line, and its leaf hash."""
    line_edited(rows)
    rows.set_leaf(rows.size(), leaf_hash(rows.line(rows.size())))


def hidden_before_the_first(rows: Rows) -> None:
    """Put a row at position 0."""
    stream, version, kind, line = rows.row(rows.size())
    rows.insert(0, (stream, version + 1, kind, line))


def checkpoints_edited(rows: Rows) -> None:
    """Change the name of the log in every checkpoint."""
    for size, note in rows.ask("SELECT size, note FROM checkpoints"):
        edited = bytes(note).replace(b"example", b"exampel")
        rows.run("UPDATE checkpoints SET note = ? WHERE size = ?", edited, size)


def node_added(level: int) -> Act:
    """Put a subtree root where none belongs."""
    return lambda rows: rows.run("INSERT INTO nodes VALUES (?, 0, ?)", level, bytes(32))


CHANGES: dict[str, tuple[Act, Outcomes]] = {
    "a line": (
        line_edited,
        # PostgreSQL makes the leaf hash of what is stored by itself.
        on(Surface.FILE, Refused("SL502")) | on(Surface.POSTGRES, Refused("SL508")),
    ),
    "a line and its hash": (line_rehashed, refused("SL508")),
    "a hash": (lambda rows: rows.set_leaf(9, bytes(32)), refused("SL502")),
    "a stream": (
        sql(f"UPDATE events SET stream = '{FOREIGN}' WHERE position = 9"),
        refused("SL502"),
    ),
    "a version": (sql("UPDATE events SET version = 99 WHERE position = 9"), refused("SL502")),
    "a type": (
        sql("UPDATE events SET type = 'signoff.role-granted.v1' WHERE position = 9"),
        refused("SL502"),
    ),
    "a row deleted": (sql("DELETE FROM events WHERE position = 9"), refused("SL502")),
    "the first row deleted": (sql("DELETE FROM events WHERE position = 1"), refused("SL502")),
    "the last row deleted": (
        sql(f"DELETE FROM events WHERE position = {LAST}"),
        refused("SL507"),
    ),
    "the last row moved up": (
        sql(f"UPDATE events SET position = position + 1 WHERE position = {LAST}"),
        refused("SL502"),
    ),
    "every row moved up": (
        sql("UPDATE events SET position = -position", "UPDATE events SET position = 1 - position"),
        refused("SL502"),
    ),
    "a row hidden before the first": (hidden_before_the_first, refused("SL502")),
    "two rows swapped": (
        sql(
            "UPDATE events SET position = -3 WHERE position = 3",
            "UPDATE events SET position = 3 WHERE position = 2",
            "UPDATE events SET position = 2 WHERE position = -3",
        ),
        refused("SL502"),
    ),
    "every row deleted": (sql("DELETE FROM events"), refused("SL505")),
    "a checkpoint": (checkpoints_edited, refused("SL505")),
    "a checkpoint of another size": (
        sql(
            "UPDATE checkpoints SET size = size - 1"
            " WHERE size = (SELECT min(size) FROM checkpoints)"
        ),
        refused("SL511"),
    ),
    "a checkpoint emptied": (
        lambda rows: rows.run("UPDATE checkpoints SET note = ?", b""),
        refused("SL505"),
    ),
    "a cosignature that is no line": (
        sql("UPDATE cosignatures SET line = 'x'"),
        on(LIVE, Reported("cosignatures of", "flagged", "lines")),
    ),
    "a node at no possible level": (node_added(2_000_000_000), refused("SL504")),
    "a node that is of nothing": (node_added(1), refused("SL504")),
}
"""What an attacker does to rows, and what `verify` reports on each store."""

FREED = Table(
    "Rows of a live ledger, with its triggers taken away",
    Actor.WRITER,
    Kind.ROWS,
    "In a file every account that may write it can; in PostgreSQL the owner of the tables.",
    {name: Attack(freed(does), outcomes) for name, (does, outcomes) in CHANGES.items()},
)

LATER = "(SELECT first FROM commands WHERE first > 4 ORDER BY first LIMIT 1)"
COMMANDS: dict[str, Act] = {
    "one taken away": sql(f"DELETE FROM commands WHERE first = {LATER}"),
    "the last one taken away": sql(
        "DELETE FROM commands WHERE first = (SELECT max(first) FROM commands)"
    ),
    "every one taken away": sql("DELETE FROM commands"),
    "one changed": sql(f"UPDATE commands SET id = 'x' WHERE first = {LATER}"),
    "one said to have ended later": sql(
        f"UPDATE commands SET last = last + 1 WHERE first = {LATER}"
    ),
    "one before the first": sql("INSERT INTO commands VALUES ('x', -5, 1)"),
    "one of events to come": sql("INSERT INTO commands VALUES ('x', 900, 901)"),
}
IDS = Table(
    "Command ids of a live ledger, with its triggers taken away",
    Actor.WRITER,
    Kind.ROWS,
    "Without its id, a command could be recorded twice.",
    {name: Attack(freed(does), refused("SL512")) for name, does in COMMANDS.items()},
)

NODES: dict[str, Act] = {
    "a stored subtree root changed": lambda rows: rows.run("UPDATE nodes SET hash = ?", bytes(32)),
    "a stored subtree root taken away": sql("DELETE FROM nodes"),
    "a stored subtree root moved": sql("UPDATE nodes SET number = number + 1"),
}
SUBTREES = Table(
    "Stored subtree roots of a live ledger, with its triggers taken away",
    Actor.WRITER,
    Kind.ROWS,
    "A root over each 256 lines, and over each 256 of those, makes proofs quick.",
    {name: Attack(freed(does), refused("SL504"), story="long") for name, does in NODES.items()},
)

DENIED = Table(
    "The same as a member of the database's role",
    Actor.MEMBER,
    Kind.ROWS,
    "What the application logs in as may read and append, and nothing else.",
    {
        name: Attack(does, on(Surface.POSTGRES, Denied("42501 23000")))
        for name, does in {
            **{name: does for name, (does, _) in CHANGES.items()},
            **NODES,
            **COMMANDS,
        }.items()
    },
)

GUARDED = Table(
    "Rows of a live ledger, with its triggers in place",
    Actor.WRITER,
    Kind.ROWS,
    "This stops accidents, other programs, and attackers who forget the triggers.",
    {
        f"{table} {verb}": Attack(
            sql(statement),
            on(Surface.FILE, Denied(f"{table} are never {verb}"))
            | on(Surface.POSTGRES, Denied("42501")),
        )
        for table, column in KEYS.items()
        for verb, statement in (
            ("updated", f"UPDATE {table} SET {column} = {column}"),
            ("deleted", f"DELETE FROM {table}"),
        )
    },
)

TRIGGERS = Table(
    "Triggers of a live ledger",
    Actor.WRITER,
    Kind.ROWS,
    "They prove nothing, but one that is gone announces a change of the lines.",
    {
        "each of them taken away": Attack(
            lambda rows: rows.triggers(),
            on(LIVE, Reported("schema", "BROKEN", "{place}", by="doctor")),
        )
    },
)


def stream_hidden(rows: Rows) -> None:
    """Let the index over streams and versions have the entries of another one.

    The evidence is read by position, the meaning by stream: both must be the same lines.
    """
    rows.free()
    rows.execute("PRAGMA writable_schema = ON", ())
    rows.run(
        "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema"
        " WHERE name = 'events_by_type') WHERE name = 'sqlite_autoindex_events_1'"
    )


INDEXES = Table(
    "Indexes of a live ledger",
    Actor.WRITER,
    Kind.ROWS,
    "",
    {
        "one that finds the lines of no stream": Attack(
            stream_hidden, on(Surface.FILE, Refused("SL502 SL701"))
        )
    },
)
TABLES = (FREED, IDS, SUBTREES, DENIED, GUARDED, TRIGGERS, INDEXES)
