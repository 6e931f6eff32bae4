"""Every store there is, behind one fixture: a test asks for `kept` and runs on each of them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.types.string import TextLoader

from signoff_ledger.persistence.store import LedgerStore
from signoff_ledger.persistence.store_factory import create_store, open_store
from tests.contract.kept import Kept
from tests.ledgers import raw
from tests.servers.fixtures import Servers, each_version

STORES = ["sqlite", *each_version()]


@pytest.fixture(params=STORES)
def kept(request: pytest.FixtureRequest, tmp_path: Path, servers: Servers) -> Iterator[Kept]:
    """Give an empty store, and a way to look at its rows past everything that is ours."""
    with vacant(request.param, tmp_path, servers) as address, ExitStack() as opened:
        store = opened.enter_context(closing(create_store(address)))

        def another() -> LedgerStore:
            return opened.enter_context(closing(open_store(address)))

        yield Kept(store, past(address), another)


@contextmanager
def vacant(kind: str, folder: Path, servers: Servers) -> Iterator[str]:
    """Give an address at which nothing is."""
    if kind == "sqlite":
        yield str(folder / "ledger.db")
        return
    server = servers.named(kind)
    name = server.create_database()
    try:
        yield server.url(name)
    finally:
        server.drop_database(name)


def past(address: str) -> Callable[[str], list[tuple[object, ...]]]:
    """Give what runs a statement on a ledger's tables past everything that is ours."""
    if not address.startswith("postgresql://"):

        def on_file(statement: str) -> list[tuple[object, ...]]:
            with closing(raw(Path(address))) as connection:
                return connection.execute(statement).fetchall()

        return on_file

    def on_server(statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.adapters.register_loader("uuid", TextLoader)
            connection.execute("SET search_path = signoff")
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    return on_server
