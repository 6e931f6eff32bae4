"""The launcher itself: a real server, of an unprivileged user, that leaves nothing behind."""

import signal
import subprocess
import sys
from contextlib import closing
from functools import partial
from pathlib import Path

import psycopg
import pytest

from tests.servers.account import Account
from tests.servers.binaries import Binaries
from tests.servers.databases import Databases
from tests.servers.fixtures import GIVEN, REQUIRED, Servers, each_version, versions
from tests.servers.postgres import Server
from tests.tree import ROOT, SOURCE_ROOTS, clean_environment

SEGMENTS = Path("/proc/sysvipc/shm")

on_each = pytest.mark.parametrize("version", each_version())

# Everything is imported before the rights are gone: the tree may be for its owner's eyes only.
AS_ANOTHER = """
import os, sys
from tests.servers.binaries import available
from tests.servers.postgres import Server

user, group = map(int, sys.argv[1:])
os.setgroups([])
os.setgid(group)
os.setuid(user)
with Server.made(available()[0]) as server:
    assert server.account.user is None
    print(server.data.stat().st_uid, *server.execute("SELECT 6 * 7"))
"""

AND_DIES = """
import os, signal
from tests.servers.binaries import available
from tests.servers.postgres import Server

server = Server.made(available()[0])
print(server.folder, server.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def child(binaries: Binaries, program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a program beside us, and wait until all that it started has gone too."""
    environment = clean_environment(ROOT, *SOURCE_ROOTS)
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        env={**environment, "SIGNOFF_TEST_PG_BIN": str(binaries.folder)},
        check=False,
        capture_output=True,
        encoding="utf-8",
    )


def alive(pid: int) -> bool:
    """Tell whether a process does anything: a dead one that nobody buried has no command line."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() != b""
    except OSError:
        return False


def segments() -> set[str]:
    """List the numbers of the shared memory that the machine holds."""
    return {line.split()[1] for line in SEGMENTS.read_text(encoding="ascii").splitlines()}


@on_each
def test_it_listens_on_a_socket_of_its_own_and_on_no_port(servers: Servers, version: str) -> None:
    server = servers.named(version)
    if not isinstance(server, Server):
        pytest.skip("somebody else runs the server")

    assert [("",)] == server.execute("SHOW listen_addresses")
    assert [(str(server.folder),)] == server.execute("SHOW unix_socket_directories")
    assert [("on",)] == server.execute("SHOW fsync")
    assert [("mmap",)] == server.execute("SHOW dynamic_shared_memory_type")


@on_each
def test_its_files_are_of_somebody_who_is_not_root(servers: Servers, version: str) -> None:
    server = servers.named(version)
    if not isinstance(server, Server):
        pytest.skip("somebody else runs the server")

    assert 0 != (server.data / "PG_VERSION").stat().st_uid
    assert 0o700 == server.folder.stat().st_mode & 0o777


def test_it_comes_back_from_every_kind_of_end_with_what_was_committed(own_server: Server) -> None:
    own_server.execute("CREATE TABLE kept (number integer)")
    stop = own_server.stop
    ends = (partial(own_server.kill), partial(stop, "immediate"), partial(stop, "fast"))
    for number, end in enumerate(ends):
        own_server.execute(f"INSERT INTO kept VALUES ({number})")
        with closing(own_server.connect()) as under_way:
            under_way.execute("BEGIN")
            under_way.execute("INSERT INTO kept VALUES (99)")
            end()
        assert not own_server.running
        own_server.start()

    assert [(0,), (1,), (2,)] == own_server.execute("SELECT number FROM kept ORDER BY number")
    assert "database system was not properly shut down" in own_server.logs()


@pytest.mark.skipif(not SEGMENTS.exists(), reason="only Linux lists shared memory in a file")
def test_a_killed_server_leaves_no_shared_memory(own_server: Server) -> None:
    segment = own_server.segment
    assert segment in segments()

    own_server.kill()

    assert segment not in segments()


def test_a_setting_holds_for_new_connections_and_is_restarted_for_if_need_be(
    own_server: Server,
) -> None:
    own_server.setting("lock_timeout", "3s")
    own_server.setting("max_connections", "17")

    assert [("3s",)] == own_server.execute("SHOW lock_timeout")
    assert [("17",)] == own_server.execute("SHOW max_connections")


def test_each_test_has_a_database_of_its_own(postgres: Databases, database_url: str) -> None:
    another = postgres.create_database()
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE TABLE mine (number integer)")

    assert [(None,)] == postgres.execute("SELECT to_regclass('mine')::text", another)
    postgres.drop_database(another)
    left = postgres.execute("SELECT count(*) FROM pg_database WHERE datname = '" + another + "'")
    assert [(0,)] == left


def test_a_server_that_somebody_gave_is_used_and_left_running(
    postgres: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(GIVEN, postgres.url())
    assert ["given"] == versions()
    servers = Servers()

    name = servers.first().create_database()
    with psycopg.connect(servers.first().url(name)) as connection:
        assert name == connection.info.dbname
    servers.first().drop_database(name)
    servers.close()

    assert type(servers.first()) is Databases
    assert [(1,)] == postgres.execute("SELECT 1")


@pytest.mark.parametrize("variable", [REQUIRED, "CI"])
def test_a_missing_server_fails_where_one_is_required(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "1" if variable == REQUIRED else "true")

    with pytest.raises(pytest.fail.Exception, match="no PostgreSQL is on this machine"):
        Servers().named("postgres-7")


def test_a_missing_server_is_a_named_skip_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(REQUIRED, raising=False)
    monkeypatch.delenv("CI", raising=False)

    with pytest.raises(pytest.skip.Exception, match="no PostgreSQL is on this machine"):
        Servers().named("postgres-7")


def test_nothing_of_it_is_left_when_its_starter_is_killed(binaries: Binaries) -> None:
    died = child(binaries, AND_DIES)

    assert -signal.SIGKILL == died.returncode, died.stderr
    folder, pid = died.stdout.split()
    assert not Path(folder).exists()
    assert not alive(int(pid))


def test_whoever_is_not_root_starts_it_as_himself(binaries: Binaries) -> None:
    account = Account.unprivileged()
    if account.user is None:
        pytest.skip("the other tests run as somebody who is not root already")

    done = child(binaries, AS_ANOTHER, account.user, account.group)

    assert f"{account.user} (42,)\n" == done.stdout, done.stderr
