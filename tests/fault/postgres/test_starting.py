"""Servers that are about to be there, and followers on those that let nobody listen."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pytest
from psycopg import pq

from signoff_ledger.bootstrap import OpenLedger, open_ledger
from signoff_ledger.errors import Advice, StoreError
from signoff_ledger.persistence import notices
from signoff_ledger.persistence.event_store.postgres_recorder import PostgresRecorder
from signoff_ledger.persistence.postgres import connection, database, datastore, save_retry
from signoff_ledger.projections.follower import follow
from tests.fault.postgres.ledgers import begun, check_database, give
from tests.fault.postgres.typed import standing_in
from tests.servers.postgres import Server
from tests.servers.standby import Pair

STARTING = "the database system is starting up"


@pytest.fixture
def url(own_server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give a ledger on a server that the test may end, and ask for a lost one often."""
    monkeypatch.setattr(connection, "PAUSE_S", 0.05)
    url = own_server.url(own_server.create_database())
    begun(url, ["w0"]).close()
    return url


def followed(ledger: OpenLedger) -> Iterator[int]:
    """Follow a ledger from its beginning; gives positions."""
    pages = follow(ledger.store, ledger.views, "position > ?", [0])
    return (row["position"] for row in chain.from_iterable(pages))


def test_on_a_standby_one_follows_by_asking(shared_pair: Pair) -> None:
    """It refuses LISTEN."""
    database = shared_pair.primary.create_database()
    with begun(shared_pair.primary.url(database), ["w0"]) as ledger:
        there, size = shared_pair.standby.url(database), ledger.store.size()
        shared_pair.standby.wait_until(lambda: check_database(there) == size)
        with open_ledger(there) as standby, ThreadPoolExecutor() as threads:
            following = followed(standby)
            assert [*range(1, size + 1)] == [*islice(following, size)]
            recorded = threads.submit(give, ledger.ledger, "w0", 1)
            assert size + 1 == next(following) == recorded.result().recorded[0].position


@pytest.mark.slow
def test_a_server_that_is_starting_up_is_waited_for(
    own_server: Server, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "NOTICE_AFTER_S", 0.01)
    terminal = standing_in(tmp_path / "here", url)
    go_on = own_server.folder / "go on"
    own_server.stop()
    (own_server.data / "recovery.signal").touch()
    with (own_server.data / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(f"restore_command = 'until [ -e \"{go_on}\" ]; do sleep 0.02; done; false'\n")
    with monkeypatch.context() as at_once:
        at_once.setattr(own_server, "answers", lambda: True)
        own_server.start()
    own_server.wait_until(lambda: pq.PGconn.ping(url.encode()) == pq.Ping.REJECT)
    seen = own_server.logs().count(STARTING)
    with ThreadPoolExecutor() as threads:
        status = threads.submit(terminal, "status")
        own_server.wait_until(lambda: own_server.logs().count(STARTING) > seen + 3)
        go_on.touch()
        said = status.result(60)

    assert 0 == said.code, said.err
    assert said.err.startswith("signoff: waiting ")
    assert STARTING in said.err


@pytest.mark.slow
def test_a_follower_outlasts_the_death_of_the_server_at_its_start(
    own_server: Server, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    deaths: list[Callable[[], None]] = [own_server.kill]
    is_read_only = database.is_read_only

    def looked_at(there: connection.Connection) -> bool:
        if deaths:
            deaths.pop()()
            threading.Timer(0.2, own_server.start).start()
        return is_read_only(there)

    monkeypatch.setattr(database, "is_read_only", looked_at)
    with open_ledger(url) as ledger:
        assert [] == deaths, "the server died while the ledger was opened"
        own_server.kill()
        returning = threading.Timer(0.2, own_server.start)
        returning.start()
        ledger.store.wait_beyond(0, 60)
        assert [1, 2, 3] == [*islice(followed(ledger), 3)]
        returning.join()


@pytest.mark.slow
def test_a_follower_waits_for_a_server_that_is_not_there(own_server: Server, url: str) -> None:
    own_server.stop()
    returning = threading.Timer(0.2, own_server.start)
    returning.start()
    with open_ledger(url, patient=True) as ledger:
        assert [1, 2, 3] == [*islice(followed(ledger), 3)]
    returning.join()


@pytest.mark.slow
def test_a_command_whose_server_does_not_come_back_tells_under_which_id_it_may_be_repeated(
    own_server: Server, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = PostgresRecorder.append

    def killed(self: PostgresRecorder, *given: Any) -> int:
        own_server.kill()
        return append(self, *given)

    for module in (datastore, save_retry):
        monkeypatch.setattr(module, "PATIENCE_S", 0.2)
    monkeypatch.setattr(PostgresRecorder, "append", killed)
    with open_ledger(url) as ledger:
        with pytest.raises(StoreError) as caught:
            give(ledger.ledger, "w0", 1)
        own_server.start()
        monkeypatch.undo()
        recorded = give(ledger.ledger, "w0", 1)

    assert "SL707" == caught.value.code
    assert Advice("check-server-and-repeat", command_id="w0-1") == caught.value.advice
    assert not recorded.repeated
