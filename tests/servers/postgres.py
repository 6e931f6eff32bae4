"""A PostgreSQL of the tests' own, which they may stop, kill and start again."""

import signal
from datetime import datetime
from pathlib import Path
from typing import Literal, Self

import psycopg
from psycopg import sql

from tests.servers.binaries import Binaries
from tests.servers.daemon import Daemon
from tests.servers.databases import Databases

OWNER = "owner"
"""The superuser of every server here."""

SETTINGS = """
# Acknowledged means on disk, also here: the product refuses a server that says otherwise.
fsync = on
# In a file of the server's own: what a killed server leaves in /dev/shm, nobody removes.
dynamic_shared_memory_type = mmap
max_connections = 100
shared_buffers = 32MB
"""

STOPS = {
    "smart": signal.SIGTERM,
    "fast": signal.SIGINT,
    "immediate": signal.SIGQUIT,
}


class Server(Daemon, Databases):
    """A PostgreSQL that listens on a socket in its own folder, and on nothing else.

    Args:
        binaries: The programs it is made of.
        room: The folder in which its own is made, see `Account.folder`.

    Attributes:
        binaries: The programs it is made of.
        data: The folder of its files.
    """

    def __init__(self, binaries: Binaries, room: Path | None = None) -> None:
        Daemon.__init__(self, room)
        Databases.__init__(self, f"host={self.folder} port=5432 user={OWNER}")
        self.binaries = binaries
        self.data = self.folder / "data"

    @classmethod
    def made(cls, binaries: Binaries, room: Path | None = None) -> Self:
        """Make a server and start it."""
        server = cls(binaries, room)
        try:
            server.initialise()
            server.start()
        except BaseException:
            server.close()
            raise
        return server

    def initialise(self) -> None:
        """Write the files of an empty server."""
        encoding = ("--no-locale", "-E", "UTF8")
        initdb = self.binaries.program("initdb")
        self.finish(initdb, "-A", "trust", "-N", *encoding, "-U", OWNER, "-D", self.data)
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(SETTINGS)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        socket_only = ("-k", str(self.folder), "-c", "listen_addresses=", "-p", "5432")
        self.launch([self.binaries.program("postgres"), "-D", self.data, *socket_only])
        self.wait_until(self.answers)

    def answers(self) -> bool:
        """Tell whether it takes connections."""
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self, mode: Literal["smart", "fast", "immediate"] = "fast") -> None:
        """Stop it as `pg_ctl stop -m` does, and wait until all its processes have gone."""
        self.end(STOPS[mode])

    def kill(self) -> None:
        """Kill the first process with -9, and wait until the others have noticed and gone."""
        if not self.running:
            return
        segment = self.segment
        self.end(signal.SIGKILL)
        # What PostgreSQL finds and removes when it starts again in this folder, which may not be.
        self.finish("ipcrm", "-m", segment)
        for name in (self.data / "postmaster.pid", self.folder / ".s.PGSQL.5432.lock"):
            name.unlink(missing_ok=True)

    @property
    def segment(self) -> str:
        """Give the number of the shared memory by which PostgreSQL sees that a folder is in use."""
        _, number = (
            (self.data / "postmaster.pid").read_text(encoding="ascii").splitlines()[6].split()
        )
        return number

    def restart(self) -> None:
        """Stop it in an orderly way and start it again."""
        self.stop()
        self.start()

    def setting(self, name: str, value: str) -> None:
        """Set a parameter for good, restarting the server if it is one that needs it.

        Connections that are open learn of it when they next wait for a statement.
        """
        before = self._load_time()
        with self.connect() as connection:
            literal = sql.Literal(value)
            assigned = sql.SQL("ALTER SYSTEM SET {} = {}")
            connection.execute(assigned.format(sql.Identifier(name), literal))
            connection.execute("SELECT pg_reload_conf()")
        self.wait_until(lambda: self._load_time() > before)
        if self.execute("SELECT 1 FROM pg_settings WHERE pending_restart"):
            self.restart()

    def _load_time(self) -> datetime:
        """Tell when the first process, whose child each connection is, last read its settings."""
        ((loaded,),) = self.execute("SELECT pg_conf_load_time()")
        assert isinstance(loaded, datetime)
        return loaded
