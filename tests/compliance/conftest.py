"""An office whose story has been told once in a test run, and is copied from then on."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from signoff_ledger.persistence.event_store import sqlite_datastore as sqlite_module
from tests.offices import Office, careless


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_module, "assert_durable", careless)


@pytest.fixture(scope="session")
def story_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a ledger in which everything happened, and the key of its log."""
    folder = tmp_path_factory.mktemp("office") / "story"
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite_module, "assert_durable", careless)
        Office.founded(folder / "ledger.db").play().close_file()
    return folder


@pytest.fixture
def office(story_folder: Path, tmp_path: Path) -> Iterator[Office]:
    """Give an office of one's own: signed off, ordered from, held twice."""
    folder = tmp_path / "office"
    shutil.copytree(story_folder, folder)
    opened = Office.again(folder / "ledger.db")
    yield opened
    opened.close_file()


@pytest.fixture
def founded(tmp_path: Path) -> Iterator[Office]:
    """Give an office where nothing has been planned yet."""
    folder = tmp_path / "founded"
    folder.mkdir()
    opened = Office.founded(folder / "ledger.db")
    yield opened
    opened.close_file()
