"""The envelope of a line: what stands around an event's own fields, and how it is chained.

The format is in `docs/reference/line-format.md`; `v` names it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.canonical import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

LINE_FORMAT = 1

_FIELDS = frozenset({"at", "by", "cmd", "data", "stream", "type", "v", "version"})
_MEMBERS = ("at", "by", "cmd", "data", "prev", "stream", "type", "v", "version")
_KINDS = (str, str, str, dict, str, str, str, int, int)
LINE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
_STREAM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)


def check_envelope(fields: Mapping[str, Any]) -> None:
    """Refuse a line with other members than its format has; `prev` is absent at version 1 only.

    Raises:
        EvidenceError: SL503.
    """
    # Nearly every line stands behind another one, and none that was written here is in disorder.
    kinds = tuple(map(type, fields.values()))
    if tuple(fields) == _MEMBERS and kinds == _KINDS and fields["version"] > 1:
        return
    version = fields.get("version")
    first = type(version) is int and version == 1
    unlike = fields.keys() ^ (_FIELDS if first else _FIELDS | {"prev"})
    texts = ("at", "by", "cmd", "stream", "type", *(() if first else ("prev",)))
    unlike |= {name for name in texts if not isinstance(fields.get(name), str)}
    if type(version) is not int or version < 1:
        unlike.add("version")
    if not isinstance(fields.get("data"), dict):
        unlike.add("data")
    if unlike:
        raise _not_a_line(f"its members {', '.join(sorted(unlike))} are not as in this format")


def read_fields(line: bytes) -> dict[str, Any]:
    """Read a line strictly: canonical, and with the members of this format.

    Raises:
        EvidenceError: SL503.
    """
    fields = parse(line)
    if fields.get("v") != LINE_FORMAT or fields["v"] is True:
        raise _not_a_line(f"line format {str(fields.get('v'))[:20]!r}, not {LINE_FORMAT}")
    check_envelope(fields)
    if not LINE_TIME.fullmatch(fields["at"]) or not _STREAM.fullmatch(fields["stream"]):
        raise _not_a_line("its time or its stream is not spelt as in this format")
    return fields


class Chains:
    """Holds every line against the one before it in its stream."""

    def __init__(self) -> None:
        self._heads: dict[str, tuple[int, str]] = {}

    def __len__(self) -> int:
        return len(self._heads)

    @property
    def heads(self) -> Mapping[str, tuple[int, str]]:
        """Version and leaf hash of each stream's last line."""
        return self._heads

    def take(self, fields: Mapping[str, Any], leaf: bytes) -> None:
        """Take the next line of the log.

        Raises:
            EvidenceError: SL502, it does not follow the last one of its stream.
        """
        stream = fields["stream"]
        version, prev = self._heads.get(stream, (0, None))
        if fields["version"] != version + 1 or fields.get("prev") != prev:
            raise EvidenceError(
                "SL502",
                "a line does not follow the one before it in its stream",
                why=f"stream {stream} is at version {version}; the line is version "
                f"{fields['version']} behind {str(fields.get('prev'))[:12]}..., not "
                f"{str(prev)[:12]}...",
            )
        self._heads[stream] = (fields["version"], leaf.hex())


def _not_a_line(why: str) -> EvidenceError:
    return EvidenceError("SL503", "the ledger holds a line that is not of its format", why=why)
