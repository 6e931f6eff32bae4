"""Every store there is, behind one fixture: a test asks for `kept` and runs on each of them."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from signoff_ledger.persistence.sqlite.store import SqliteStore
from tests.contract.kept import Kept
from tests.ledgers import raw


@pytest.fixture(params=["sqlite"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    """Give an empty store, and a way to look at its rows past everything that is ours."""
    assert request.param == "sqlite"
    path = tmp_path / "ledger.db"
    store = SqliteStore.create(path)
    opened = [store]

    def rows(statement: str) -> list[tuple[object, ...]]:
        with closing(raw(path)) as connection:
            return connection.execute(statement).fetchall()

    def another() -> SqliteStore:
        opened.append(SqliteStore.open(path))
        return opened[-1]

    yield Kept(store, rows, another)
    for each in opened:
        each.close()
