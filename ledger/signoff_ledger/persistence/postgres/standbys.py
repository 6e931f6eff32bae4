"""The standbys that commits wait for: those that are named, and those that are not connected."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

CONNECTED = "SELECT application_name FROM pg_stat_replication"
"""Any role may read the names; more of this view is for monitors."""

WAITED_FOR = (
    "SELECT CASE WHEN current_setting('synchronous_commit') = 'local' THEN ''"
    " ELSE current_setting('synchronous_standby_names') END"
)
"""What the commit of an event waits for; `signoff.durably` raises `off` to `on`."""

_LIST = re.compile(r"\s*(?:(?:FIRST|ANY)\s+)?(\d+)\s*\((.*)\)\s*", re.IGNORECASE | re.DOTALL)
_NAME = re.compile(r'"((?:[^"]|"")*)"|([^\s,"]+)')


class Standbys(NamedTuple):
    """What `synchronous_standby_names` asks for."""

    needed: int  #: How many have to confirm a commit.
    names: tuple[str, ...]  #: Which may; `*` stands for any.

    def missing(self, connected: Collection[str]) -> tuple[str, ...]:
        """Give the names that are not connected; the server does not tell capitals apart."""
        if "*" in self.names:
            return () if self.suffice(connected) else ("*",)
        there = {name.lower() for name in connected}
        return tuple(name for name in self.names if name.lower() not in there)

    def suffice(self, connected: Collection[str]) -> bool:
        """Say whether enough of them are connected for a commit to be confirmed."""
        if "*" in self.names:
            return len(connected) >= self.needed
        return len(self.names) - len(self.missing(connected)) >= self.needed


def named(setting: str) -> Standbys:
    """Read `synchronous_standby_names`; where it is empty, no standby is waited for."""
    counted = _LIST.fullmatch(setting)
    listed = counted[2] if counted else setting
    names = tuple((quoted.replace('""', '"') or plain) for quoted, plain in _NAME.findall(listed))
    return Standbys(int(counted[1]) if counted else min(1, len(names)), names)


def absence(setting: str, connected: Collection[str]) -> str:
    """Say which standbys are named and not connected; "" where all are."""
    standbys = named(setting)
    missing = standbys.missing(connected)
    if not missing:
        return ""
    if missing == ("*",):
        return f"{len(connected)} of {standbys.needed} are connected"
    be = "is" if len(missing) == 1 else "are"
    return f"{', '.join(missing)} {be} not connected"


def wait_sentence(rows: Callable[[str], list[Any]]) -> str:
    """Say for whom commits wait in vain; "" where they do not.

    Args:
        rows: Runs a reading statement.
    """
    setting = rows(WAITED_FOR)[0][0]
    connected = [row[0] for row in rows(CONNECTED)]
    if named(setting).suffice(connected):
        return ""
    return f"{setting} (synchronous_standby_names); {absence(setting, connected)}"
