"""What is traced: a ledger's life from its founding, said out loud as it is acknowledged.

Run as `python -m tests.fault.story SETTING FOLDER`, where SETTING is FULL, as the product has it;
NORMAL or OFF, for which the product's own assertion is put out of the way; or UNNAMED, under which
the product syncs files and no folder.
"""

import os
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

from signoff_ledger.custody import log_key, rollback_guard
from signoff_ledger.exports import bundle
from signoff_ledger.exports.log_folder import export_log
from signoff_ledger.persistence.event_store import sqlite_datastore as datastore
from signoff_ledger.persistence.sqlite.store import SqliteStore
from tests.fault.faults import be_witnessed, cosignature
from tests.fault.ledgers import WITHOUT_END, give, opened, shop_of, staffed

SESSIONS = 4
PAGES_BEFORE_A_CHECKPOINT = 40
"""The write-ahead log goes back into the file this often, so that a short story holds it, too."""

CARELESS = ("NORMAL", "OFF")
FOLDERS_SYNCED_BY = (rollback_guard, log_key, bundle)


def say(line: str) -> None:
    """Acknowledge something, with one call that a trace shows."""
    os.write(1, f"{line}\n".encode())


def said_after(plain: Callable[..., Any], line: Callable[..., str]) -> Callable[..., Any]:
    """Let a method say what it has done, when it has."""

    def done(*given: Any, **options: Any) -> Any:
        result = plain(*given, **options)
        say(line(result, *given))
        return result

    return done


def settings(synchronous: str) -> Callable[..., None]:
    """Give the product's assertion, or one that asks for less."""
    plain = datastore.assert_durable

    def assert_durable(connection: sqlite3.Connection, *, read_only: bool) -> None:
        plain(connection, read_only=read_only)
        connection.execute(f"PRAGMA wal_autocheckpoint = {PAGES_BEFORE_A_CHECKPOINT}")
        if synchronous in CARELESS:
            connection.execute(f"PRAGMA synchronous = {synchronous}")

    return assert_durable


def play(folder: Path) -> None:
    """Found a ledger; record, decide, seal, be witnessed and export; close and open it again."""
    with staffed(folder, WITHOUT_END) as ledger:
        shop_of(ledger).open("B1")
        assert ledger.sealer is not None
        ledger.sealer.seal()
        ledger.store.keep_cosignature(*cosignature(ledger))
    for session in range(SESSIONS):
        with opened(folder) as ledger:
            assert ledger.sealer is not None
            for number in range(4):
                give(ledger.ledger, f"unit-{session}-{number}")
            give(ledger.ledger, f"hold-{session}")
            give(ledger.ledger, f"unit-{session}-last")
            sealed = ledger.sealer.seal()
            be_witnessed(ledger, folder)
            say(f"witnessed {sealed.size}")
            export_log(ledger.store, folder / f"export-{session}")
            say(f"exported export-{session}")


def main(setting: str, folder: str) -> None:
    """Tell the story under a setting."""
    patches = (
        mock.patch.object(datastore, "assert_durable", settings(setting)),
        mock.patch.object(
            SqliteStore,
            "save",
            said_after(
                SqliteStore.save, lambda at, _, __, id_, *___: f"done {id_} {at[0]} {at[-1]}"
            ),
        ),
        mock.patch.object(
            SqliteStore,
            "keep_checkpoint",
            said_after(SqliteStore.keep_checkpoint, lambda _, __, size, *___: f"sealed {size}"),
        ),
        mock.patch.object(
            SqliteStore,
            "keep_cosignature",
            said_after(SqliteStore.keep_cosignature, lambda _, __, size, *___: f"cosigned {size}"),
        ),
    )
    for patch in patches:
        patch.start()
    if setting == "UNNAMED":
        for module in FOLDERS_SYNCED_BY:
            mock.patch.object(module, "sync_folder", return_value=None).start()
    play(Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
