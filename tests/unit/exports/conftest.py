"""One told story for every test of an export: told once, and copied from then on."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from signoff_ledger.exports.dossier import export_decision
from signoff_ledger.exports.log_folder import export_log
from signoff_ledger.integrity.c2sp.cosignature import cosign
from signoff_ledger.integrity.c2sp.note import parse_note
from signoff_ledger.persistence.event_store import sqlite_datastore as sqlite_module
from tests.offices import Office
from tests.signers import NORTH, SOUTH


def careless(connection: sqlite3.Connection, *, read_only: bool) -> None:
    """Let the ledgers here be less than durable: it is asked what is written, not for good."""
    del read_only
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_module, "assert_durable", careless)


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tell of a hold by the bar, a signed sign-off, an order and two holds; export both ways.

    The last checkpoint of the whole log is cosigned; that of the dossier is not.
    """
    folder = tmp_path_factory.mktemp("story")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite_module, "assert_durable", careless)
        Office.founded(folder / "ledger.db").play().close_file()
        shutil.copytree(folder, folder / "beside")
        office = Office.again(folder / "beside" / "ledger.db")
        export_decision(office.store, office.positions("process-signed-off")[0], folder / "dossier")
        for name, key in (("north.example/w", NORTH), ("south.example/w", SOUTH)):
            size, note = office.store.checkpoints()[-1]
            line = cosign(parse_note(note).text, name, key, 1_772_438_400).line
            office.store.keep_cosignature(size, line)
        export_log(office.store, folder / "log")
        office.close_file()
    return folder


@pytest.fixture
def story_office(story: Path, tmp_path: Path) -> Iterator[Office]:
    """Give the office of the story."""
    shutil.copy(story / "ledger.db", tmp_path)
    shutil.copytree(story / "keys", tmp_path / "keys")
    office = Office.again(tmp_path / "ledger.db")
    yield office
    office.close_file()


@pytest.fixture
def cosigned(story: Path, tmp_path: Path) -> Iterator[Office]:
    """Give the office of the story, whose last checkpoint two witnesses cosigned."""
    shutil.copy(story / "beside" / "ledger.db", tmp_path)
    shutil.copytree(story / "beside" / "keys", tmp_path / "keys")
    office = Office.again(tmp_path / "ledger.db")
    yield office
    office.close_file()


@pytest.fixture
def exported(story: Path, tmp_path: Path) -> Path:
    """Give the export of the cosigned story."""
    return shutil.copytree(story / "log", tmp_path / "out")


@pytest.fixture
def dossier(story: Path, tmp_path: Path) -> Path:
    """Give the dossier of the signed sign-off."""
    return shutil.copytree(story / "dossier", tmp_path / "out")
