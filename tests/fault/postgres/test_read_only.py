"""A server that takes no writes: it is asked as ever, and refuses to record in plain words."""

from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest
from psycopg.conninfo import conninfo_to_dict

from signoff_ledger.errors import Advice, StoreError
from signoff_ledger.ledger_reader import open_reader
from signoff_ledger.queries.status import status
from tests.fault.postgres.ledgers import begun, check_database, give
from tests.fault.postgres.typed import answers, play, standing_in
from tests.servers.binaries import Binaries
from tests.servers.databases import Databases
from tests.servers.postgres import Server
from tests.servers.standby import Pair

HOLD = ("hold", "mug", "--reason", "not yet", "--yes")


def test_a_database_that_is_closed_to_writes_is_read_and_written_again_later(
    postgres: Databases, database_url: str, tmp_path: Path
) -> None:
    terminal = standing_in(tmp_path / "here", database_url)
    play(terminal, database_url)
    report, size = answers(terminal), check_database(database_url)
    name = conninfo_to_dict(database_url)["dbname"]
    postgres.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")

    error = terminal.refused("SL703", *HOLD, by="anna")
    assert error["what"].startswith("the ledger cannot be written: postgresql://")
    assert report == answers(terminal)
    assert size == check_database(database_url)
    postgres.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    terminal.did(*HOLD, by="anna")


@pytest.mark.slow
def test_a_server_that_is_closed_to_writes_meanwhile_refuses_at_once(own_server: Server) -> None:
    url = own_server.url(own_server.create_database())
    with begun(url, ["w0"]) as ledger:
        give(ledger.ledger, "w0", 1)
        own_server.setting("default_transaction_read_only", "on")
        with pytest.raises(StoreError) as caught:
            give(ledger.ledger, "w0", 2)
        again = give(ledger.ledger, "w0", 1)
        own_server.setting("default_transaction_read_only", "off")
        give(ledger.ledger, "w0", 2)

    assert "SL703" == caught.value.code
    assert Advice("name-primary") == caught.value.advice
    assert again.repeated
    assert 1 == own_server.logs().count("in a read-only transaction"), "it was tried in vain"


def unopened() -> NoReturn:
    """Stand in for the whole ledger where it must not be opened."""
    pytest.fail("the write side was loaded")


@pytest.mark.slow
def test_a_standby_answers_everything_and_says_that_it_is_not_written(
    binaries: Binaries, tmp_path: Path
) -> None:
    with Pair.made(binaries) as pair:
        database = pair.primary.create_database()
        terminal = standing_in(tmp_path / "here", pair.primary.url(database))
        play(terminal, pair.primary.url(database))
        report = answers(terminal)
        size = check_database(pair.primary.url(database))
        there = pair.standby.url(database)
        pair.standby.wait_until(lambda: check_database(there) == size)
        standing_in(terminal.folder, there)

        assert report == answers(terminal)
        with open_reader(there, unopened) as reader, reader.views() as views:
            assert "mug" == status(views, datetime.now(UTC))["processes"][0]["process"]
        error = terminal.refused("SL703", *HOLD, by="anna")
        assert "target_session_attrs=read-write" in error["fix"]
        assert size == check_database(there)
