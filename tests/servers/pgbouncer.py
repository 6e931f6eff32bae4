"""PgBouncer in front of a server: many clients share few connections, a transaction at a time."""

import shutil
import signal
from typing import Self

import psycopg

from tests.servers.daemon import Daemon
from tests.servers.databases import Databases
from tests.servers.postgres import OWNER, Server
from tests.tools import leave

SETTINGS = """
[databases]
* = host={server} port=5432 auth_user={owner}

[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = {folder}
pool_mode = transaction
default_pool_size = {pool_size}
max_client_conn = 200
auth_type = trust
auth_file = {folder}/users
auth_query = SELECT usename, passwd FROM pg_shadow WHERE usename = $1
"""


class PgBouncer(Daemon, Databases):
    """A PgBouncer that lets every role of its server in, on a socket in its own folder."""

    def __init__(self, server: Server, *, pool_size: int) -> None:
        self._program = pgbouncer()
        Daemon.__init__(self)
        Databases.__init__(self, f"host={self.folder} port=6432 user={OWNER}")
        filled = SETTINGS.format(
            folder=self.folder, owner=OWNER, pool_size=pool_size, server=server.folder
        )
        (self.folder / "pgbouncer.ini").write_text(filled, encoding="utf-8")
        (self.folder / "users").write_text(f'"{OWNER}" ""\n', encoding="utf-8")

    @classmethod
    def before(cls, server: Server, *, pool_size: int = 5) -> Self:
        """Start one in front of a server.

        Args:
            server: Where the statements go.
            pool_size: Connections to the server for each database and role.
        """
        bouncer = cls(server, pool_size=pool_size)
        try:
            bouncer.start()
        except BaseException:
            bouncer.close()
            raise
        return bouncer

    def start(self, database: str = "") -> None:
        """Start it, and wait until a statement has come through to a database."""
        self.launch([self._program, self.folder / "pgbouncer.ini"])
        self.wait_until(lambda: self.answers(database))

    def answers(self, database: str = "") -> bool:
        """Tell whether a statement comes through to the server."""
        try:
            self.execute("SELECT 1", database)
        except psycopg.OperationalError:
            return False
        return True

    def kill(self) -> None:
        """Kill it with -9, and with it every connection through it."""
        self.end(signal.SIGKILL)


def pgbouncer() -> str:
    """Give the path of the program, or leave the test."""
    # Debian keeps it with the programs of the administrator, which are not on everybody's path.
    found = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if found is None:
        leave("pgbouncer is not on this machine")
    return found
