"""For every error code a command line that ends with it.

A reproducer prepares a folder and says what to type there. `EVERY` holds them by code and name; the
first of each code is the one that a reader would meet.
"""

import json
import os
import re
import shutil
import sqlite3
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signoff_ledger.custody import key_store
from signoff_ledger.custody.log_key import write_key
from signoff_ledger.integrity.canonical import canonical
from signoff_ledger.integrity.ssh.sshsig import NAMESPACE
from signoff_ledger.integrity.tree.leaf import leaf_hash
from signoff_ledger.persistence.event_store import sqlite_datastore as datastore
from signoff_ledger.persistence.lock import WriterLock
from signoff_ledger.persistence.postgres.store_errors import translate_errors
from signoff_ledger.persistence.postgres.waits import UnconfirmedCommitError
from signoff_ledger.persistence.server import Server
from signoff_ledger.persistence.sqlite.store import SqliteStore
from signoff_ledger.persistence.store_errors import StaleError
from tests.cli.shops import CHANGE, WITNESS, at
from tests.cli.terminal import Terminal
from tests.ledgers import PLAN, Shop, disarmed, raw, unit, wide
from tests.signers import INES, SOUTH, fingerprint_of, sign

LINE = ("--batch", "B1", "--method", "line")


@dataclass(frozen=True)
class Attempt:
    """What to type, and where.

    Attributes:
        terminal: Where.
        args: The words behind `signoff`.
        by: Who types them.
    """

    terminal: Terminal
    args: tuple[str, ...]
    by: str | None = None


@dataclass(frozen=True)
class World:
    """What a reproducer may change.

    Attributes:
        folder: An empty folder.
        patch: Changes the program for the time of the test.
        stack: Closes what a reproducer opens.
    """

    folder: Path
    patch: pytest.MonkeyPatch
    stack: ExitStack


Reproducer = Callable[[World], Attempt]


def _typed(stage: str, by: str | None, *args: str) -> Reproducer:
    return lambda world: Attempt(at(stage, world.folder), args, by)


def _with_file(stage: str, by: str, content: str | bytes, *args: str) -> Reproducer:
    def prepare(world: World) -> Attempt:
        terminal = at(stage, world.folder)
        terminal.write("given", content)
        return Attempt(terminal, args, by)

    return prepare


def _imported(content: str | bytes) -> Reproducer:
    return _with_file("open", "ines", content, "import", "given", "--batch", "B1")


# --- what a person types ------------------------------------------------------------------------


def _directory(world: World) -> Attempt:
    terminal = at("open", world.folder)
    (world.folder / "given").mkdir()
    return Attempt(terminal, ("import", "given", "--batch", "B1"), "ines")


class _LocalClock:
    """A clock that does not say where it stands."""

    def now(self) -> datetime:
        """Give a time without its offset."""
        return datetime(2026, 3, 2, 8, 0)  # noqa: DTZ001  # the very mistake


def _clock(world: World) -> Attempt:
    terminal = at("clear", world.folder)
    terminal.clock = _LocalClock()
    return Attempt(terminal, ("dissent", "mug", "words"), "bela")


def _no_ledger_named(world: World) -> Attempt:
    terminal = at("clear", world.folder)
    (world.folder / "signoff.toml").unlink()
    return Attempt(terminal, ("status",))


def _setting(world: World) -> Attempt:
    terminal = at("clear", world.folder)
    terminal.write("signoff.toml", 'actor = "anna"\n')
    return Attempt(terminal, ("status",))


# --- keys, seals and exports --------------------------------------------------------------------


def _attached(world: World, key: Ed25519PrivateKey, *args: str, by: str) -> Attempt:
    """Give a command with a statement of it that a key has signed elsewhere."""
    terminal = at("offered", world.folder)
    _sign_as_olga(terminal)
    terminal.did(*args, "--statement-only", "statement", by=by)
    armored = sign(key, (world.folder / "statement").read_bytes(), NAMESPACE.encode())
    terminal.write("statement.sig", armored)
    return Attempt(terminal, (*args, "--attach", "statement.sig"), by)


def _sign_as_olga(terminal: Terminal) -> None:
    """Register a key for the owner, who is the only one, so that it is in force at once."""
    terminal.did("key", "register", "other.pub", "--statement-only", "first", by="olga")
    armored = sign(SOUTH, (terminal.folder / "first").read_bytes(), NAMESPACE.encode())
    terminal.write("first.sig", armored)
    terminal.did("key", "register", "other.pub", "--attach", "first.sig", by="olga")


GRANT = ("person", "grant", "ivan", "engineer")


def _others_signature(world: World) -> Attempt:
    return _attached(world, INES, *GRANT, by="olga")


def _untimely(world: World) -> Attempt:
    terminal = at("offered", world.folder)
    _sign_as_olga(terminal)
    terminal.did(*GRANT, "--statement-only", "statement", by="olga")
    statement = json.loads((world.folder / "statement").read_bytes())
    statement["signed"]["at"] = "2099-01-01T00:00:00.000000Z"
    text = canonical(statement) + b"\n"
    (world.folder / "statement").write_bytes(text)
    terminal.write("statement.sig", sign(SOUTH, text, NAMESPACE.encode()))
    return Attempt(terminal, (*GRANT, "--attach", "statement.sig"), "olga")


def _moved(world: World) -> Attempt:
    attempt = _attached(world, SOUTH, *GRANT, by="olga")
    revoke = ("person", "revoke", "ivan", "inspector", "--reason", "x")
    attempt.terminal.did(*revoke, "--statement-only", "other", by="olga")
    armored = sign(SOUTH, (world.folder / "other").read_bytes(), NAMESPACE.encode())
    attempt.terminal.write("other.sig", armored)
    attempt.terminal.did(*revoke, "--attach", "other.sig", by="olga")
    return attempt


def _no_agent(world: World) -> Attempt:
    terminal = at("offered", world.folder)
    _sign_as_olga(terminal)
    return Attempt(terminal, (*GRANT, "--key", "no-such-key"), "olga")


def _accepted_twice(world: World) -> Attempt:
    terminal = at("offered", world.folder)
    terminal.did("key", "accept", "ines", by="olga")
    return Attempt(terminal, ("key", "accept", "ines", fingerprint_of(INES)), "olga")


def _no_log_key_here(world: World) -> Attempt:
    terminal = at("signed", world.folder)
    shutil.rmtree(world.folder / "keys")
    return Attempt(terminal, ("checkpoint",))


def _another_log_key(world: World) -> Attempt:
    terminal = at("signed", world.folder)
    (path,) = (world.folder / "keys").rglob("*.pem")
    path.unlink()
    write_key(path, SOUTH, None)
    return Attempt(terminal, ("checkpoint",))


def _foreign_checkpoint(world: World) -> Attempt:
    """Let the key that seals be another log's, and nobody compare it, as it once was."""
    attempt = _another_log_key(world)
    world.patch.setattr(key_store, "check_half", lambda *_: None)
    attempt.terminal.did("dissent", "mug", "one more thing", by="ines")
    attempt.terminal.did("checkpoint")
    world.patch.undo()
    return Attempt(attempt.terminal, ("verify",))


def _no_log_key_at_all(world: World) -> Attempt:
    terminal = at("empty", world.folder)
    Shop.founded(terminal.ledger).store.close()
    return Attempt(terminal, ("checkpoint",))


def _older(world: World, *, go_on: bool) -> Attempt:
    """Put an older copy of the ledger in its place, as somebody restoring a backup would."""
    terminal = at("held", world.folder)
    copy = terminal.ledger.read_bytes()
    for words in ("one", "two"):
        terminal.did("dissent", "mug", words, by="bela")
    terminal.did("checkpoint")
    terminal.ledger.write_bytes(copy)
    for words in ("three", "four", "five") if go_on else ():
        terminal.did("dissent", "mug", words, by="bela")
    return Attempt(terminal, ("checkpoint",))


def _exported(change: Callable[[Path], None], *args: str) -> Reproducer:
    """Change an exported log, and name it."""

    def prepare(world: World) -> Attempt:
        terminal = at("exported", world.folder)
        change(world.folder / "handed-over")
        return Attempt(terminal, (*args, "handed-over"))

    return prepare


def _cut_a_checkpoint(folder: Path) -> None:
    last = max((folder / "checkpoints").iterdir(), key=lambda path: int(path.name))
    for path in (last, folder / "checkpoint"):
        path.write_bytes(path.read_bytes()[:-9] + b"\n")


def _another_root(folder: Path) -> None:
    """Let the last decision claim to rest on another tree, which breaks nothing else."""
    lines = (folder / "events.ndjson").read_bytes().splitlines(keepends=True)
    at_ = max(n for n, line in enumerate(lines) if b'"root":"' in line)
    lines[at_] = re.sub(rb'"root":"[0-9a-f]{64}"', b'"root":"%s"' % (b"0" * 64), lines[at_])
    (folder / "events.ndjson").write_bytes(b"".join(lines[: at_ + 1]))


def _another_signer_list(folder: Path) -> None:
    (folder / "allowed_signers").write_bytes(b"anybody *\n")


def _nobody_to_cosign(world: World) -> Attempt:
    terminal = at("begun", world.folder)
    # The discard port: nobody answers there.
    terminal.did("witness", "add", WITNESS, "--url", "http://127.0.0.1:9", by="olga")
    terminal.did("checkpoint")
    return Attempt(terminal, ("witness", "request", "witness.example/north"), "olga")


def _forged_signature(world: World) -> Attempt:
    terminal = at("offered", world.folder)
    terminal.did("export", "out", by="aude")
    events = world.folder / "out" / "events.ndjson"
    lines = events.read_bytes().splitlines(keepends=True)
    lines[-1] = lines[-1].replace(b'"meaning":"This', b'"meaning":"That')
    events.write_bytes(b"".join(lines))
    return Attempt(terminal, ("verify", "out"))


def _forged_verdict(world: World) -> Attempt:
    """Let the bar have held a process for a reason that the events do not give."""
    terminal = at("built", world.folder)
    terminal.did("hold", "mug", "--reason", "not yet", "--yes", by="anna")
    with closing(disarmed(terminal.ledger)) as connection:
        position, line = connection.execute(
            "SELECT position, line FROM events WHERE type = 'signoff.process-held.v1'"
            " ORDER BY position DESC"
        ).fetchone()
        forged = bytes(line).replace(b'"holds":true', b'"holds":false', 1)
        connection.execute(
            "UPDATE events SET line = ?, leaf = ? WHERE position = ?",
            (forged, leaf_hash(forged), position),
        )
        connection.execute("DELETE FROM checkpoints")
    return Attempt(terminal, ("verify",))


# --- what the rules say -------------------------------------------------------------------------


def _no_pdf(world: World) -> Attempt:
    world.patch.setitem(sys.modules, "weasyprint", None)
    return _typed("signed", None, "report", "mug", "--format", "pdf", "-o", "x.pdf")(world)


def _closed_series(world: World) -> Attempt:
    terminal = at("answered", world.folder)
    terminal.did("change", "mug", *CHANGE[:-1], "yes", by="egon")
    return Attempt(terminal, ("open", "mug", "--batch", "B2"), "egon")


def _loosened_plan(world: World) -> Attempt:
    terminal = at("answered", world.folder)
    terminal.write("wider.toml", PLAN.replace('"0.40"', '"0.60"'))
    terminal.did("plan", "publish", "wider.toml", "--reason", "as agreed", by="egon")
    return Attempt(terminal, ("open", "mug", "--batch", "B2"), "egon")


def _look_alike(world: World) -> Attempt:
    terminal = at("open", world.folder)
    terminal.did("record", "U-1", *LINE, by="ines")
    return Attempt(terminal, ("record", "u-01", *LINE), "ines")


def _sheet_read_elsewhere(world: World) -> Attempt:
    terminal = at("answered", world.folder)
    terminal.did("open", "mug", "--batch", "B2", by="egon")
    return Attempt(terminal, ("import", "sheet-1.csv", "--batch", "B2"), "ines")


def _cancelled_order(world: World) -> Attempt:
    terminal = at("ordered", world.folder)
    terminal.did("order", "cancel", "mug", "PO-1", "--reason", "a slip", by="bela")
    again = ("order", "commit", "mug", "50", "--reference", "PO-1")
    return Attempt(terminal, again, "bela")


# --- what stands in the file --------------------------------------------------------------------


def planted(terminal: Terminal, kind: str, *, line_too: bool = True) -> None:
    """Append a row to a process's stream as somebody with the file would.

    Args:
        terminal: Where the ledger is.
        kind: What the row's index calls the event.
        line_too: Whether the line calls it so, too.
    """
    with closing(raw(terminal.ledger)) as connection:
        (position,) = connection.execute("SELECT max(position) + 1 FROM events").fetchone()
        (line,) = connection.execute(
            "SELECT line FROM events WHERE stream = (SELECT stream FROM events"
            " WHERE type = 'signoff.process-defined.v1') ORDER BY version DESC"
        ).fetchone()
        fields = json.loads(line)
        fields |= {"version": fields["version"] + 1, "prev": leaf_hash(line).hex()}
        fields |= {"type": kind} if line_too else {}
        forged = canonical(fields)
        row = (position, fields["stream"], fields["version"], kind, forged, leaf_hash(forged))
        connection.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", row)


def _foreign_event(world: World) -> Attempt:
    terminal = at("signed", world.folder)
    planted(terminal, "planted:Event")
    return Attempt(terminal, ("history",))


def _foreign_index(world: World) -> Attempt:
    terminal = at("signed", world.folder)
    planted(terminal, "planted:Event", line_too=False)
    return Attempt(terminal, ("history",))


def _tampered(statement: str, *args: str) -> Reproducer:
    def prepare(world: World) -> Attempt:
        terminal = at("signed", world.folder)
        with closing(disarmed(terminal.ledger)) as connection:
            connection.execute(statement)
        return Attempt(terminal, args)

    return prepare


def _unknown_rules(world: World) -> Attempt:
    terminal = at("held", world.folder)
    with closing(disarmed(terminal.ledger)) as connection:
        connection.execute(
            'UPDATE events SET line = CAST(replace(CAST(line AS TEXT), \'"rule_set":"1"\','
            " '\"rule_set\":\"9\"') AS BLOB) WHERE type = 'signoff.process-held.v1'"
        )
    return Attempt(terminal, ("replay", "mug"))


# --- who came first -----------------------------------------------------------------------------


def _always_stale(world: World) -> Attempt:
    def stale(*_: object) -> NoReturn:
        raise StaleError

    world.patch.setattr(SqliteStore, "save", stale)
    return Attempt(at("clear", world.folder), ("dissent", "mug", "words"), "bela")


def _used_id(world: World) -> Attempt:
    terminal = at("clear", world.folder)
    terminal.did("dissent", "mug", "words", "--command-id", "once", by="bela")
    return Attempt(terminal, ("dissent", "mug", "others", "--command-id", "once"), "bela")


# --- a database, and the servers that have it ---------------------------------------------------


def _unconfirmed(world: World) -> Attempt:
    """Record where a standby does not confirm, as the driver has it from the server."""
    terminal = at("clear", world.folder)

    def save(*_: object) -> NoReturn:
        with translate_errors("postgresql://station1@db1/press"):
            raise UnconfirmedCommitError("the standby standby1 to confirm")

    world.patch.setattr(SqliteStore, "save", save)
    return Attempt(terminal, ("dissent", "mug", "words"), "bela")


def _old_primary(world: World) -> Attempt:
    """Meet a server after another one that was promoted in its place."""
    terminal = at("clear", world.folder)
    world.patch.setattr(SqliteStore, "server", lambda _: Server("7713220348885490739", 2))
    terminal.did("dissent", "mug", "on the new one", by="bela")
    world.patch.setattr(SqliteStore, "server", lambda _: Server("7713220348885490739", 1))
    return Attempt(terminal, ("dissent", "mug", "on the old one"), "bela")


# --- the file and the disk ----------------------------------------------------------------------


def _no_ledger(content: bytes) -> Reproducer:
    def prepare(world: World) -> Attempt:
        terminal = at("empty", world.folder)
        terminal.write("ledger.db", content)
        return Attempt(terminal, ("status",))

    return prepare


def _folder_for_a_ledger(world: World) -> Attempt:
    terminal = at("empty", world.folder)
    terminal.ledger.mkdir()
    return Attempt(terminal, ("status",))


def _other_database(world: World) -> Attempt:
    terminal = at("empty", world.folder)
    with closing(sqlite3.connect(terminal.ledger)) as connection:
        connection.execute("CREATE TABLE events (position INTEGER)")
        connection.commit()
    return Attempt(terminal, ("status",))


def _newer(world: World) -> Attempt:
    terminal = at("clear", world.folder)
    with closing(sqlite3.connect(terminal.ledger)) as connection:
        connection.execute("PRAGMA user_version = 7")
    return Attempt(terminal, ("dissent", "mug", "words"), "bela")


def _swallowed(world: World) -> Attempt:
    terminal = at("clear", world.folder)
    with closing(raw(terminal.ledger)) as connection:
        connection.execute(
            "CREATE TRIGGER mine BEFORE INSERT ON events BEGIN SELECT RAISE(IGNORE); END"
        )
    return Attempt(terminal, ("dissent", "mug", "words"), "bela")


def _read_only(world: World) -> Attempt:
    access = os.access
    world.patch.setattr(
        os, "access", lambda path, mode, **more: mode != os.W_OK and access(path, mode, **more)
    )
    return Attempt(at("clear", world.folder), ("dissent", "mug", "words"), "bela")


def _busy(world: World) -> Attempt:
    terminal = at("clear", world.folder)
    world.patch.setattr(datastore, "BUSY_TIMEOUT_S", 0.02)
    lock = terminal.ledger.with_name(f"{terminal.ledger.name}.lock")
    world.stack.enter_context(WriterLock(lock, 1).held())
    return Attempt(terminal, ("dissent", "mug", "words"), "bela")


def _not_durable(world: World) -> Attempt:
    terminal = at("clear", world.folder)
    world.patch.setattr(datastore, "_SYNCHRONOUS_FULL", 3)
    return Attempt(terminal, ("dissent", "mug", "words"), "bela")


def _carried_away(world: World) -> Attempt:
    terminal = at("clear", world.folder)
    terminal.did("move", str(terminal.ledger), "elsewhere.db")
    return Attempt(terminal, ("dissent", "mug", "words"), "bela")


EVERY: Mapping[str, Mapping[str, Reproducer]] = {
    "SL101": {
        "a picture": _imported(b"\x89PNG\r\n\x1a\n\x00\x00"),
        "a folder": _directory,
        "nothing there": _typed("open", "ines", "import", "missing.csv", "--batch", "B1"),
        "no header": _imported("a,b\n1,2\n"),
        "empty": _imported(""),
        "words that are not there": _typed("clear", "bela", "dissent", "mug", "@missing.txt"),
    },
    "SL102": {
        "a plan with a slip": _with_file("begun", "egon", "format = ", "plan", "publish", "given"),
        "another file": _with_file("begun", "egon", "x = 1\n", "plan", "publish", "given"),
    },
    "SL103": {
        "a reading": _typed("open", "ines", "record", "U-1", "gap=wide", *LINE),
        "a quantity": _typed(
            "signed", "bela", "order", "commit", "mug", "0", "--reference", "PO-1"
        ),
        "a corrected reading": _typed(
            "held", "ines", "correct", "B1-1", "gap=wide", "--batch", "B1", "--reason", "x"
        ),
    },
    "SL104": {"a row": _imported(wide([unit("U-1", finish="ok"), unit("U-2", gap="NaN")]))},
    "SL105": {
        "an escape": _typed("clear", "bela", "dissent", "mug", "\x1b[2J"),
        "a lone surrogate": _typed("clear", "bela", "dissent", "mug", "\udc80"),
    },
    "SL106": {
        "a key with an escape": _typed("ready", "egon", "open", "mug", "--batch", "\x1b[2J"),
        "a command id": _typed("clear", "bela", "dissent", "mug", "x", "--command-id", "\x1b"),
        "a digest": _typed(
            "ready", "egon", "approval", "mug", "--of", "design", "--reference", "D", "--document",
            "D", "--sha256", "\x1b",
        ),
    },
    "SL107": {
        "no terminal": _typed("clear", "anna", "sign", "mug"),
        "no walk": _typed("clear", None, "replay", "mug", "--step"),
    },
    "SL108": {
        "no offset": _typed("open", "ines", "record", "U-1", *LINE, "--observed-at", "\x1b[2J")
    },
    "SL109": {
        "nothing to correct": _typed("held", "ines", "correct", "--batch", "B1"),
        "no pair": _typed(
            "held", "ines", "correct", "B1-1", "\x1b[2J", "--batch", "B1", "--reason", "x"
        ),
        "two views": _typed("clear", "anna", "status", "mug", "--mine"),
    },
    "SL110": {"a clock without an offset": _clock},
    "SL111": {
        "an option": _typed("clear", None, "status", "--xyzzy"),
        "a command with an escape": _typed("clear", None, "\x1b[2J"),
        "an option with an escape": _typed("clear", None, "status", "--\x1b[2J"),
        "a choice with an escape": _typed("clear", None, "status", "--color", "\x1b[2J"),
        "a word too many": _typed("clear", None, "status", "mug", "\x1b[2J"),
        "a number with an escape": _typed("clear", None, "history", "--limit", "\x1b[2J"),
    },
    "SL112": {
        "no key": _with_file("begun", "ines", "ssh-dss AAAA", "key", "register", "given"),
        "a private key": _with_file(
            "begun", "ines", "-----BEGIN OPENSSH PRIVATE KEY-----\n", "key", "register", "given"
        ),
    },
    "SL113": {
        "no policy": _with_file("signed", "aude", "trust me\n", "verify", "--policy", "given")
    },
    "SL114": {"a PDF without its library": _no_pdf},
    "SL115": {"half a URL": _typed("clear", None, "status", "--ledger", "postgresql://u:secret@[")},
    "SL201": {
        "no process": _typed("clear", None, "why", "cup"),
        "none at all": _typed("begun", None, "why"),
    },
    "SL202": {"no batch": _typed("open", "ines", "close", "B9")},
    "SL203": {
        "nobody": _typed("begun", "olga", "person", "grant", "nobody", "buyer"),
        "nothing of theirs": _typed("begun", None, "history", "--person", "nobody"),
    },
    "SL204": {
        "no characteristic": _typed("open", "ines", "record", "U-1", "\x1b[2J=1", *LINE),
        "no unit": _typed("built", "ines", "defect", "add", "B1-9", "CRACK", "--batch", "B1"),
        "no correction": _typed("held", "ivan", "correct", "--confirm", "7", "--batch", "B1"),
        "no nonconformity": _typed(
            "held", "egon", "defect", "attribute", "D-9", "--batch", "B1", "--origin", "process",
            "--reason", "x",
        ),
    },
    "SL205": {
        "none named": _no_ledger_named,
        "none there": _typed("clear", None, "status", "--ledger", "\x1b[2J.db"),
    },
    "SL206": {
        "no position": _typed("clear", None, "replay", "mug", "--until", "1000"),
        "too early": _typed("clear", None, "replay", "mug", "--until", "2020-01-01"),
    },
    "SL207": {
        "no topic": _typed("clear", None, "help", "\x1b[2J"),
        "no setting": _setting,
    },
    "SL208": {
        "no such key": _typed(
            "begun", "olga", "key", "revoke", "ines", fingerprint_of(INES), "--reason", "x"
        )
    },
    "SL209": {
        "no order": _typed("signed", "bela", "order", "cancel", "mug", "PO-9", "--reason", "x")
    },
    "SL301": {
        "a sign-off": _typed("held", "anna", "sign", "mug", "--yes", "--quiet"),
        "without a batch": _typed("ready", "anna", "sign", "mug", "--yes", "--quiet"),
    },
    "SL302": {
        "an order": _typed("held", "bela", "order", "commit", "mug", "50", "--reference", "PO-1"),
        "too many": _typed("signed", "bela", "order", "commit", "mug", "101", "--reference", "PO"),
    },
    "SL303": {
        "a late bar": _typed("open", "anna", "bar", "supersede", "tighter.toml", "--reason", "x"),
        "a late first bar": _typed("built", "egon", "bar", "register", "tighter.toml"),
    },
    "SL304": {"another try": _typed("held", "egon", "open", "mug", "--batch", "B2")},
    "SL305": {
        "a closed batch": _typed("held", "ines", "close", "B1"),
        "a full batch": _typed("built", "ines", "record", "U-9", *LINE),
        "a second batch": _typed("open", "egon", "open", "mug", "--batch", "B2"),
    },
    "SL306": {"a second first result": _typed("built", "ines", "record", "B1-1", "gap=0.2", *LINE)},
    "SL307": {
        "one's own correction": _typed(
            "pending", "ines", "correct", "--confirm", "1", "--batch", "B2"
        ),
        "a word": _typed(
            "held", "ines", "correct", "B1-1", "gap=0.2", "--batch", "B1", "--reason", "x"
        ),
    },
    "SL308": {
        "no bar": _typed("planned", "egon", "open", "mug", "--batch", "B1"),
        "nothing to supersede": _typed(
            "planned", "anna", "bar", "supersede", "plan.toml", "--reason", "x"
        ),
        "a closed series": _closed_series,
        "a plan that one person loosened": _loosened_plan,
    },
    "SL309": {
        "nothing to withdraw": _typed(
            "clear", "anna", "withdraw", "mug", "--reason", "x", "--yes", "--quiet"
        ),
        "signed already": _typed("signed", "anna", "sign", "mug", "--yes", "--quiet"),
    },
    "SL310": {
        "an old result": _typed(
            "open", "ines", "record", "U-1", *LINE, "--observed-at", "2020-01-01T00:00:00Z"
        ),
        "a result that is yet to come": _typed(
            "open", "ines", "record", "U-1", *LINE, "--observed-at", "2099-01-01T00:00:00Z"
        ),
    },
    "SL311": {
        "a plan in use": _with_file(
            "open", "egon", PLAN.replace('"0.40"', '"0.30"'), "plan", "publish", "given",
            "--reason", "x",
        ),
        "a second bar": _typed("ready", "egon", "bar", "register", "tighter.toml"),
    },
    "SL312": {"an accepted key": _accepted_twice},
    "SL313": {
        "a serial that looks like another": _look_alike,
        "a sheet that another batch has read": _sheet_read_elsewhere,
    },
    "SL314": {
        "a bar that half a process passes": _with_file(
            "planned", "egon", PLAN.replace("max_rejects = 1", "max_rejects = 2"),
            "bar", "register", "given",
        )
    },
    "SL401": {
        "nobody": _typed("clear", None, "dissent", "mug", "words"),
        "a stranger": _typed("clear", "nobody", "dissent", "mug", "words"),
    },
    "SL402": {
        "no role": _typed("clear", "aude", "hold", "mug", "--reason", "x", "--yes"),
        "no approver": _typed(
            "held", "egon", "defect", "cause", "LID-SEAT", "--batch", "B1", "--accept", "x"
        ),
    },
    "SL403": {
        "the only owner": _typed(
            "begun", "olga", "person", "revoke", "olga", "owner", "--reason", "x"
        )
    },
    "SL404": {"no key in force": _typed("begun", "olga", *GRANT, "--key", "x")},
    "SL405": {"another's signature": _others_signature},
    "SL406": {"a key elsewhere": _no_log_key_here, "another key in its place": _another_log_key},
    "SL407": {"no agent": _no_agent},
    "SL412": {"signed in 2099": _untimely},
    "SL501": {"a foreign event": _foreign_event, "rules nobody has": _unknown_rules},
    "SL502": {
        "a foreign index": _foreign_index,
        "a moved version": _tampered(
            "UPDATE events SET version = 90 WHERE type = 'signoff.process-held.v1'", "replay", "mug"
        ),
    },
    "SL503": {
        "no line": _tampered("UPDATE events SET line = X'1B5B324A' WHERE position = 20", "rebuild"),
        "another line": _tampered(
            "UPDATE events SET line = X'7B7D' WHERE position = 20", "rebuild"
        ),
    },
    "SL504": {"another tree": _exported(_another_root, "verify")},
    "SL505": {"a cut checkpoint": _exported(_cut_a_checkpoint, "restore")},
    "SL506": {"a forged signature": _forged_signature},
    "SL507": {"an old backup": lambda world: _older(world, go_on=False)},
    "SL508": {"an old backup that went on": lambda world: _older(world, go_on=True)},
    "SL509": {"a forged verdict": _forged_verdict},
    "SL510": {"another list of signers": _exported(_another_signer_list, "restore")},
    "SL511": {"a stranger's checkpoint": _foreign_checkpoint},
    "SL512": {
        "a command forgotten": _tampered(
            "DELETE FROM commands WHERE first = (SELECT max(first) FROM commands)", "verify"
        )
    },
    "SL513": {
        "a forged standing": _tampered(
            "UPDATE view_processes SET standing = 'WITHDRAWN'", "status", "mug"
        )
    },
    "SL601": {"others, again and again": _always_stale},
    "SL602": {"a used id": _used_id},
    "SL603": {"a statement too old": _moved},
    "SL604": {
        "no log key": _no_log_key_at_all,
        "an event not sealed yet": _typed("begun", "aude", "prove", "5"),
    },
    "SL605": {
        "nobody there": _nobody_to_cosign
    },
    "SL606": {
        "a reference that is taken": _typed(
            "ordered", "bela", "order", "commit", "mug", "51", "--reference", "po-1"
        ),
        "a cancelled order": _cancelled_order,
    },
    "SL701": {
        "a text": _no_ledger(b"dear diary\n"),
        "nothing in it": _no_ledger(b""),
        "a folder": _folder_for_a_ledger,
        "another database": _other_database,
    },
    "SL702": {"a newer format": _newer},
    "SL703": {
        "a read-only disk": _read_only,
        "no folder": _typed("clear", None, "backup", "no/such/folder.db"),
    },
    "SL704": {
        "a ledger there": _typed("clear", "olga", "init", "ledger.db"),
        "a copy there": _typed("clear", None, "backup", "plan.toml"),
    },
    "SL705": {"somebody writing": _busy},
    "SL706": {"a disk that promises nothing": _not_durable},
    "SL707": {
        "no server": _typed(
            "clear", None, "status", "--ledger", "postgresql://u:secret@/x?host=/no/such/folder"
        )
    },
    "SL708": {"a ledger that was carried elsewhere": _carried_away},
    "SL711": {"a trigger that swallows": _swallowed},
    "SL713": {"a standby that is gone": _unconfirmed},
    "SL714": {"a primary that came back": _old_primary},
}  # fmt: skip
"""Reproducers by code and name."""
