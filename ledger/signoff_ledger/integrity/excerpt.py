"""Checking some streams of a log without the rest: each complete, each shown to be in the log."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.line import Chains, read_fields
from signoff_ledger.integrity.log_keys import LogKeys
from signoff_ledger.integrity.signatories import DECIDED, GIVEN, Signatories
from signoff_ledger.integrity.signing_time import streams_reviewed, time_of
from signoff_ledger.integrity.stream_ids import stream_id
from signoff_ledger.integrity.tree.leaf import leaf_hash

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Excerpt:
    """Streams of one log, by name.

    Args:
        streams: The lines of each stream, from its first, by its kind and key: `batch B1`; that
            of the ledger itself is called `ledger`.

    Attributes:
        backwards: Name and version of every line that is dated before the one before it.
        lines: How many there are.
        streams: Their lines as parsed, by name.
    """

    def __init__(self, streams: Mapping[str, Sequence[bytes]]) -> None:
        self.keys = LogKeys()
        self.chains = Chains()
        self.people = Signatories(lambda: self.keys.origin, self._reviewed)
        self.lines = 0
        self.backwards: list[tuple[str, int]] = []
        self.streams: dict[str, list[dict[str, Any]]] = {}
        self._by_stream: dict[str, list[dict[str, Any]]] = {}
        self._raw = streams

    def read(self) -> None:
        """Read every stream from its first line, none left out.

        Raises:
            EvidenceError: At the first line that does not hold.
        """
        for name, lines in self._raw.items():
            parsed = [read_fields(line) for line in lines]
            named = str(stream_id(*_named(name)))
            for line, fields in zip(lines, parsed, strict=True):
                self.chains.take(fields, leaf_hash(line))
                if fields["stream"] != named:
                    raise EvidenceError(
                        "SL502",
                        "a stream holds a line of another",
                        why=f"{name} is stream {named}, and the line is of {fields['stream']}",
                    )
                self.lines += 1
            self.streams[name] = self._by_stream[named] = parsed
            self.backwards += [
                (name, after["version"])
                for before, after in pairwise(parsed)
                if after["at"] < before["at"]
            ]
        for fields in self.streams.get("ledger", []):
            self.keys.take(fields, fields["version"])
        self._read_signatures()
        self.people.finish()

    def _read_signatures(self) -> None:
        """Take the streams together in an order in which a signature precedes its acknowledgement.

        The log's own order is one; any other one tells the same, because what counts is the order
        within each signer's stream.
        """
        at = dict.fromkeys(self.streams, 0)
        taken = dict.fromkeys(
            (fields[0]["stream"] for fields in self.streams.values() if fields), 0
        )
        moved = True
        while moved:
            moved = False
            for name, lines in self.streams.items():
                while at[name] < len(lines) and not self._too_early(lines[at[name]], taken):
                    fields = lines[at[name]]
                    self.people.take(fields)
                    at[name] += 1
                    taken[fields["stream"]] = fields["version"]
                    moved = True
        late = [name for name, lines in self.streams.items() if at[name] < len(lines)]
        if late:
            raise EvidenceError(
                "SL506",
                "a person's signature does not verify",
                why=f"{late[0]} acknowledges what its stream does not hold",
            )

    def _reviewed(self, line: Mapping[str, Any]) -> int | None:
        """Say when the last line here was recorded that a signed line says was reviewed.

        The tree's own last line is hardly ever here; what the line names by version is.
        """
        times = []
        for stream, version in streams_reviewed(line):
            seen = self._by_stream.get(stream, [])[: max(version, 0)]
            while seen and seen[-1]["cmd"] == line["cmd"]:
                seen.pop()
            times += [time_of(seen[-1])] if seen else []
        return max(times, default=None)

    def _too_early(self, fields: Mapping[str, Any], taken: Mapping[str, int]) -> bool:
        data = fields["data"]
        if fields["type"] == GIVEN:
            stream, version = data.get("signed_stream"), data.get("signed_version")
        elif fields["type"] == DECIDED:
            stream = str(stream_id("process", str(data.get("process"))))
            version = data.get("process_version")
        else:
            return False
        known = taken.get(str(stream))
        return known is not None and type(version) is int and known < version


def _named(name: str) -> tuple[str, str]:
    kind, _, key = name.partition(" ")
    return kind, key or kind
