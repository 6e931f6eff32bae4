"""The meaning half of a verification, in a process of its own where a log is long.

Taking decisions again needs nothing that reading the evidence finds out, only the same lines. On a
long log a second process does it; what it found counts only where the evidence held.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from signoff_ledger.domain.events.person import PersonEnrolled
from signoff_ledger.domain.events.process import ProcessDefined
from signoff_ledger.errors import EvidenceError
from signoff_ledger.exports.log_folder import LogAddress, LogFolder
from signoff_ledger.integrity.log_check import OPEN, PROVED, Check
from signoff_ledger.integrity.tree.leaf import leaf_hash
from signoff_ledger.persistence.store_factory import open_store
from signoff_ledger.replay.audit import audit_people, audit_process

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from signoff_ledger.replay.line_archive import LinesOf, Placed

WORTH_A_PROCESS = 20_000
"""Events from which a second process is worth the time it takes to start."""


_ADDRESS = "AUDITED_LEDGER"


class DecisionAudit(NamedTuple):
    """Result of an audit, and the lines that it covers."""

    check: Check  #: What to tell.
    #: Version and leaf hash of the last line read of each stream.
    heads: dict[str, tuple[int, str]]


class _Reading:
    """Gives the lines of streams, and notes how far each was read."""

    def __init__(self, lines_of: LinesOf) -> None:
        self._lines_of = lines_of
        self.heads: dict[str, tuple[int, str]] = {}

    def lines_of(self, stream: UUID) -> Iterator[Placed]:
        name, version, head = str(stream), 0, ""
        for position, line in self._lines_of(stream):
            # Among canonical lines of this format no other member is spelt like this one.
            if version and f'"prev":"{head}"'.encode() not in line:
                raise EvidenceError(
                    "SL502",
                    "a stream is not what the log holds of it",
                    why=f"stream {name} holds another line here",
                    position=position,
                )
            version, head = version + 1, leaf_hash(line).hex()
            if version > self.heads.get(name, (0, ""))[0]:
                self.heads[name] = (version, head)
            yield position, line


def audit(processes: Iterable[str], people: Iterable[str], lines_of: LinesOf) -> DecisionAudit:
    """Compute every decision again, process by process.

    Raises:
        EvidenceError: SL509 at the first one that does not follow; SL501 to SL503 for lines that
            are no events.
    """
    reading = _Reading(lines_of)
    decisions = orders = count = 0
    for key in dict.fromkeys(processes):
        audited = audit_process(reading.lines_of, key)
        decisions += len(audited.decisions)
        orders += audited.orders
        count += 1
    audit_people(reading.lines_of, people)
    check = Check("decisions", OPEN, "nothing has been decided yet")
    if decisions:
        check = Check(
            "decisions",
            PROVED,
            "taken again from their events, decisions come out the same: "
            f"{decisions} of {decisions}, on {count} of {count} processes; orders under a sign-off "
            f"that stood: {orders} of {orders}",
        )
    return DecisionAudit(check, reading.heads)


class Apart:
    """Audits a log in a process of its own.

    Args:
        place: Where the log is.
    """

    def __init__(self, place: LogAddress) -> None:
        # A plain command: what multiprocessing offers runs the caller's own program again. -P keeps
        # the folder one stands in, which may be what is verified, from being imported from.
        self._process = subprocess.Popen(  # noqa: S603  # this interpreter and this very module
            [sys.executable, "-P", "-m", __name__, str(place.size)],
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                # No argument, which every user of the machine can read: a URL may hold a password.
                _ADDRESS: place.address,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def meaning(self) -> DecisionAudit | None:
        """Wait for what it found; None where it ended without an answer.

        Raises:
            EvidenceError: As `audit` does.
        """
        said, _ = self._process.communicate()
        try:
            found = json.loads(said)
            if "check" in found:
                heads = {stream: (int(v), str(h)) for stream, (v, h) in found["heads"].items()}
                return DecisionAudit(Check(*found["check"]), heads)
            error = EvidenceError(
                found["code"], found["what"], why=found["why"], position=found["position"]
            )
        except (ValueError, KeyError, TypeError):
            return None
        raise error

    def close(self) -> None:
        """End it, whether or not its answer is wanted."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


def apart(place: LogAddress) -> Apart | None:
    """Begin to audit in a second process, where there is one to be had and the log is long."""
    if place.size < WORTH_A_PROCESS or (os.cpu_count() or 1) == 1 or not sys.executable:
        return None
    return Apart(place)


def _main(address: str, size: str) -> None:
    """Answer on standard output, in one line of JSON."""
    # A process of its own that makes hardly any garbage need not look for it every 700 objects.
    gc.set_threshold(250_000)
    place = LogAddress(address, int(size))
    answer: dict[str, object]
    try:
        found = _audit_folder(place) if Path(address).is_dir() else _audit_ledger(place)
        answer = {"check": found.check[:3], "heads": found.heads}
    except EvidenceError as error:
        answer = error.as_data()
    sys.stdout.write(json.dumps(answer))


def _audit_ledger(place: LogAddress) -> DecisionAudit:
    with closing(open_store(place.address)) as store:

        def lines_of(stream: UUID) -> Iterable[Placed]:
            return ((at, line) for at, line in store.lines(stream) if at <= place.size)

        people = [event.person for event in store.events_of(PersonEnrolled)]
        return audit(store.process_keys(), people, lines_of)


def _audit_folder(place: LogAddress) -> DecisionAudit:
    folder = LogFolder(Path(place.address))
    keys: dict[str, list[str]] = {ProcessDefined.TOPIC: [], PersonEnrolled.TOPIC: []}
    offset = 0
    for position, row in enumerate(folder.rows(), 1):
        fields = json.loads(row.line)
        folder.note_place(fields["stream"], position, offset)
        offset += len(row.line) + 1
        if fields["type"] in keys:
            data = fields["data"]
            keys[fields["type"]].append(str(data.get("process") or data.get("person")))
    return audit(keys[ProcessDefined.TOPIC], keys[PersonEnrolled.TOPIC], folder.lines_of)


if __name__ == "__main__":
    _main(os.environ[_ADDRESS], sys.argv[1])
