"""A reader of its own: follows a ledger's lines as plain JSON and holds them to the promises.

It knows the file and the wire names and nothing of the code that writes them, so that a fault
there cannot hide itself here.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.ledgers import raw

_ENDS = {
    "process-held": "HELD",
    "sign-off-lapsed": "LAPSED",
    "sign-off-unsupported": "UNSUPPORTED",
    "sign-off-withdrawn": "WITHDRAWN",
}


@dataclass
class Known:
    """One process as its lines left it."""

    standing: str = "NOT_DECIDED"
    signer: str = ""
    run: tuple[int, int] = (0, 0)
    ordered: int = 0
    batches: list[str] = field(default_factory=list)
    open: str = ""
    last_change: int = 0
    opened_at: dict[str, int] = field(default_factory=dict)
    serials: dict[str, str] = field(default_factory=dict)
    nonconforming: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    corrected: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    pending: set[tuple[str, int]] = field(default_factory=set)


class Watch:
    """Reads what was appended since the last look, and checks it line by line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.size = 0
        self.processes: dict[str, Known] = defaultdict(Known)
        self.roles: dict[str, set[str]] = defaultdict(set)
        self._heads: dict[str, tuple[int, str]] = {}
        self._subjects: dict[str, tuple[str, str]] = {}
        self._last_at = ""
        self.lines: list[bytes] = []

    def look(self) -> list[str]:
        """Take in the new lines; gives their kinds, in order."""
        with closing(raw(self._path)) as connection:
            rows = connection.execute(
                "SELECT position, stream, version, type, line, leaf FROM events"
                " WHERE position > ? ORDER BY position",
                (self.size,),
            ).fetchall()
        return [self._take(*row) for row in rows]

    def _take(self, position: int, *indexed: Any) -> str:
        stream, version, topic, line, leaf = indexed
        fields = json.loads(line)
        last, head = self._heads.get(stream, (0, None))
        assert self.size + 1 == position, "positions are dense"
        assert last + 1 == version == fields["version"], "versions are dense"
        assert head == fields.get("prev"), "each line names the one before it in its stream"
        assert sha256(b"\x00" + line).digest() == leaf
        assert (stream, topic) == (fields["stream"], fields["type"])
        assert self._last_at <= fields["at"], "the ledger's clock never goes back"
        self.size, self._last_at = position, fields["at"]
        self._heads[stream] = (version, leaf.hex())
        self.lines.append(line)
        kind: str = topic.removeprefix("signoff.").removesuffix(".v1")
        self._begin(kind, stream, fields["data"])
        subject, process = self._subjects[stream]
        check = _CHECKS.get(kind)
        if check is not None:
            check(self, Line(position, subject, process, fields["by"], fields["data"]))
        return kind

    def process_of(self, stream: str) -> str:
        """Name the process that a stream belongs to, or ""."""
        return self._subjects[stream][1]

    def _begin(self, kind: str, stream: str, data: Mapping[str, Any]) -> None:
        if kind == "process-defined":
            self._subjects[stream] = (data["process"], data["process"])
        elif kind == "batch-started":
            self._subjects[stream] = (data["batch"], data["process"])
        elif kind == "person-enrolled":
            self._subjects[stream] = (data["person"], "")
        elif kind == "ledger-founded":
            self._subjects[stream] = (data["name"], "")


@dataclass(frozen=True)
class Line:
    """One line, with what its stream is about."""

    position: int
    subject: str
    process: str
    by: str
    data: Mapping[str, Any]


def _opened(watch: Watch, line: Line) -> None:
    known = watch.processes[line.process]
    assert known.open == "", "one batch at a time"
    known.batches.append(line.data["batch"])
    known.opened_at[line.data["batch"]] = line.position
    known.open = line.data["batch"]


def _finished(watch: Watch, line: Line) -> None:
    known = watch.processes[line.process]
    known.open = ""
    if not line.data["units"]:
        known.batches.remove(line.data["batch"])  # An empty batch is no attempt (G25).


def _changed(watch: Watch, line: Line) -> None:
    watch.processes[line.process].last_change = line.position


def _inspected(watch: Watch, line: Line) -> None:
    known = watch.processes[line.process]
    serial = line.data["serial"]
    assert known.serials.setdefault(serial, line.subject) == line.subject, "one unit, one batch"
    assert known.open == line.subject, "a closed batch takes no units"
    if line.data["nonconformities"]:
        known.nonconforming[line.subject].add(serial)


def _found_later(watch: Watch, line: Line) -> None:
    watch.processes[line.process].nonconforming[line.subject].add(line.data["serial"])


def _correction_asked(watch: Watch, line: Line) -> None:
    known = watch.processes[line.process]
    known.pending.add((line.subject, line.data["number"]))
    known.corrected[line.subject].add(line.data["serial"])


def _correction_answered(watch: Watch, line: Line) -> None:
    watch.processes[line.process].pending.remove((line.subject, line.data["number"]))


def _signed(watch: Watch, line: Line) -> None:
    known, verdict = watch.processes[line.process], line.data["verdict"]
    batch = verdict["batch"]
    assert all(finding["holds"] for finding in verdict["findings"]), "every rule holds"
    assert "approver" in watch.roles[line.by], "an approver signs"
    assert known.open == "", "the count is final"
    assert known.batches[-1] == batch, "no choosing among attempts"
    assert known.last_change < known.opened_at[batch], "built after the last change"
    assert not known.pending, "no correction waits"
    known.standing, known.signer, known.ordered = "SIGNED_OFF", line.by, 0
    known.run = (line.data["run_min"], line.data["run_max"])


def _handed_over(watch: Watch, line: Line) -> None:
    known, batch = watch.processes[line.process], line.data["batch"]
    never = known.nonconforming[batch] - known.corrected[batch]
    assert all(known.serials[serial] == batch for serial in line.data["serials"])
    assert not never & set(line.data["serials"]), "no reject goes to a user"


def _ordered(watch: Watch, line: Line) -> None:
    known, quantity = watch.processes[line.process], line.data["quantity"]
    known.ordered += quantity
    assert known.standing == "SIGNED_OFF", "only a standing sign-off opens the gate"
    assert known.run[0] <= quantity, "no order below the signed run"
    assert known.ordered <= known.run[1], "the total stays within the signed run"
    assert known.signer != line.by, "two people"
    assert "buyer" in watch.roles[line.by], "a buyer orders"


def _ended(standing: str) -> "Callable[[Watch, Line], None]":
    def end(watch: Watch, line: Line) -> None:
        watch.processes[line.process].standing = standing

    return end


def _granted(watch: Watch, line: Line) -> None:
    watch.roles[line.subject].add(line.data["role"])


def _revoked(watch: Watch, line: Line) -> None:
    watch.roles[line.subject].remove(line.data["role"])


_CHECKS: Mapping[str, Callable[[Watch, Line], None]] = {
    "batch-opened": _opened,
    "batch-finished": _finished,
    "process-change-applied": _changed,
    "unit-inspected": _inspected,
    "nonconformity-recorded": _found_later,
    "correction-requested": _correction_asked,
    "correction-confirmed": _correction_answered,
    "correction-declined": _correction_answered,
    "process-signed-off": _signed,
    "units-handed-over": _handed_over,
    "production-order-committed": _ordered,
    "role-granted": _granted,
    "role-revoked": _revoked,
    **{kind: _ended(standing) for kind, standing in _ENDS.items()},
}
