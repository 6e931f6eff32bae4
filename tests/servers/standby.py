"""A PostgreSQL that follows another one, and takes its place when that one is gone."""

from typing import Self

from tests.servers.binaries import Binaries
from tests.servers.postgres import OWNER, Server

NAME = "standby"

SETTINGS = """
# Else PostgreSQL 15 rests for five seconds after it lost the primary, also from a promotion.
wal_retrieve_retry_interval = 100ms
"""


class Pair:
    """A primary whose commits wait until a standby has them on disk too.

    Attributes:
        primary: The server that is written to, until it is killed.
        standby: The server that follows it, and is written to once it is promoted.
    """

    def __init__(self, primary: Server, standby: Server) -> None:
        self.primary = primary
        self.standby = standby

    @classmethod
    def made(cls, binaries: Binaries) -> Self:
        """Start both, and wait until commits wait for the standby."""
        primary = Server.made(binaries)
        standby = Server(binaries)
        pair = cls(primary, standby)
        try:
            pair._join()
        except BaseException:
            pair.close()
            raise
        return pair

    def _join(self) -> None:
        primary = f"host={self.primary.folder} port=5432 user={OWNER} application_name={NAME}"
        self.standby.finish(
            self.standby.binaries.program("pg_basebackup"),
            *("-d", primary, "-D", self.standby.data),
            *("-X", "stream", "-c", "fast", "--no-sync"),
            "-R",  # Writes standby.signal and primary_conninfo.
        )
        with (self.standby.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(SETTINGS)
        self.standby.start()
        # Only now: a primary that waits for a standby which is not there answers nobody.
        self.primary.setting("synchronous_standby_names", NAME)
        self.primary.setting("synchronous_commit", "on")
        self.standby.wait_until(self.synchronous)

    def __enter__(self) -> Self:
        """Give the pair itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End both."""
        self.close()

    def url(self, database: str = "", user: str | None = None, **options: str) -> str:
        """Give an address with both servers in it, that leads to the one which takes writes."""
        options = {"target_session_attrs": "read-write", **options}
        hosts = f"{self.primary.folder},{self.standby.folder}"
        return self.primary.url(database, user, host=hosts, port="5432,5432", **options)

    def synchronous(self) -> bool:
        """Tell whether the primary's commits wait for the standby, which keeps up."""
        followers = self.primary.execute("SELECT sync_state FROM pg_stat_replication")
        return [("sync",)] == followers

    def promote(self) -> None:
        """Let the standby take writes, and wait until it does."""
        assert [(True,)] == self.standby.execute("SELECT pg_promote(wait => true)")

    def fail_over(self) -> None:
        """Kill the primary and promote the standby."""
        self.primary.kill()
        self.promote()

    def close(self) -> None:
        """End both servers and remove their folders."""
        self.standby.close()
        self.primary.close()
