"""PgBouncer in transaction mode between those who record and the server."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fault.postgres.crew import Job, crew, moment
from tests.fault.postgres.holding import assert_all_there_once, assert_followed_all
from tests.fault.postgres.ledgers import begun, held_together
from tests.fault.postgres.size import COMMANDS, STOPS
from tests.fault.postgres.typed import answers, play, standing_in
from tests.servers.pgbouncer import PgBouncer
from tests.servers.postgres import Server

NAMES = ("w0", "w1", "w2", "w3")
CONNECTIONS = 2


@pytest.fixture
def narrow(own_server: Server) -> Iterator[PgBouncer]:
    """Give a pooler with one connection for all its clients."""
    with PgBouncer.before(own_server, pool_size=1) as bouncer:
        yield bouncer


@pytest.fixture
def bouncer(own_server: Server) -> Iterator[PgBouncer]:
    """Give a pooler with fewer connections than there are clients."""
    with PgBouncer.before(own_server, pool_size=CONNECTIONS) as bouncer:
        yield bouncer


def test_the_whole_story_is_reported_through_a_pooler(
    own_server: Server, bouncer: PgBouncer, tmp_path: Path
) -> None:
    database = own_server.create_database()
    direct = own_server.url(database)
    terminal = standing_in(tmp_path / "pooled", bouncer.url(database))
    play(terminal, direct)

    assert answers(standing_in(tmp_path / "pooled", direct)) == answers(
        standing_in(tmp_path / "pooled", bouncer.url(database))
    )
    held_together(direct, tmp_path / "pooled" / "keys")


def test_no_command_needs_two_connections_at_once(
    own_server: Server, narrow: PgBouncer, tmp_path: Path
) -> None:
    """It would wait for itself where a pooler has one, and others would wait for it."""
    database = own_server.create_database()
    direct, url = own_server.url(database), narrow.url(database)
    terminal = standing_in(tmp_path, url)
    play(terminal, direct)
    expected = answers(terminal)
    own_server.execute("DROP TABLE signoff_views.view_units", database)
    assert expected == answers(terminal)
    held_together(direct, tmp_path / "keys")
    for words in (
        ("rebuild",),
        ("doctor",),
        ("repair",),
        ("replay",),
        ("export", "log"),
        ("backup", "copy.db"),
        ("move", url, "moved.db"),
    ):
        terminal.did(*words)
    moved_back = own_server.create_database()
    terminal.did("move", "moved.db", own_server.url(moved_back))
    assert expected == answers(standing_in(tmp_path, narrow.url(moved_back)))


@pytest.mark.slow
def test_more_processes_than_connections_record_through_a_pooler(
    own_server: Server, bouncer: PgBouncer
) -> None:
    database = own_server.create_database()
    begun(own_server.url(database), NAMES).close()
    url = bouncer.url(database)
    with crew(*(Job("record", name, url, COMMANDS // 2) for name in NAMES)) as workers:
        report = workers.end()

    assert len(NAMES) * (COMMANDS // 2) == len(report.done)
    assert_all_there_once(own_server.url(database), report)


@pytest.mark.slow
def test_workers_go_on_by_themselves_whenever_the_pooler_is_killed(
    own_server: Server, bouncer: PgBouncer
) -> None:
    """The server knows nothing of it, and ends what was under way."""
    chance, database = random.Random("pooler"), own_server.create_database()
    begun(own_server.url(database), NAMES).close()
    url = bouncer.url(database)
    with (
        crew(Job("follow", "f0", url)) as followers,
        crew(*(Job("record", name, url) for name in NAMES)) as workers,
    ):
        followers.wait_until_ready()
        workers.wait_until_ready()
        for _ in range(STOPS):
            moment(chance, workers)
            bouncer.kill()
            bouncer.start()
        workers.wait_for_more(len(NAMES))
        report = workers.stop()
        followed = followers.stop()

    assert_all_there_once(own_server.url(database), report)
    assert_followed_all(own_server.url(database), followed)
