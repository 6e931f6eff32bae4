"""Which database server takes the events of a ledger."""

from __future__ import annotations

from typing import NamedTuple


class Server(NamedTuple):
    """A database server that takes events."""

    #: Its identifier, which a standby has in common with the primary that it follows; "" where the
    #: server does not tell.
    system: str
    timeline: int  #: How often a standby was promoted, or an archive recovered, on the way to it.

    def is_newer_than(self, other: Server) -> bool:
        """Say whether this one was promoted after the other, which it followed."""
        return self.system == other.system and self.timeline > other.timeline
