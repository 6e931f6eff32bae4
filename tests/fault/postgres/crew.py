"""Processes that work on one ledger at once, and go on by themselves whatever happens to it.

Run as `python -m tests.fault.postgres.crew JOBS`, it has everything imported once and forks a
worker for each job. Each says on one shared pipe what it does, a line at a time, under its name.
Nobody restarts a worker, and no worker is told of what is done to the server.
"""

import json
import os
import random
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import NamedTuple

from signoff_ledger.bootstrap import open_ledger
from signoff_ledger.custody.key_store import Vault
from signoff_ledger.errors import StoreError
from tests.fault.postgres.ledgers import command_of, give
from tests.tree import ROOT, SOURCE_ROOTS, clean_environment

PATIENCE_S = 300

LOST = "SL707"


class Job(NamedTuple):
    """What a worker does.

    Attributes:
        what: One of `WORK`.
        name: The worker's.
        url: Of the ledger.
        limit: Commands it gives; 0 for as long as it may.
        keys: The folder with the log's key, for those who seal.
    """

    what: str
    name: str
    url: str
    limit: int = 0
    keys: str = ""


class Done(NamedTuple):
    """A command that was acknowledged.

    Attributes:
        command_id: Which.
        first: Position of its first event.
        last: Position of its last event.
        at_s: When it was acknowledged, by `time.monotonic`.
    """

    command_id: str
    first: int
    last: int
    at_s: float


@dataclass
class CrewReport:
    """What the workers said, as far as it was heard.

    Attributes:
        given: Commands that were begun, in order.
        done: Commands that were acknowledged, in order.
        sealed: Sizes and roots of checkpoints that were acknowledged.
        followed: How many events each follower saw, with the hash over their lines.
        refused: Codes with which commands were refused.
        ready: Workers that have opened the ledger.
    """

    given: list[str] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)
    sealed: dict[int, str] = field(default_factory=dict)
    followed: list[tuple[int, str]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    ready: int = 0

    def hear(self, line: str) -> None:
        """Take in a line."""
        match line.split():
            case ["give", id_]:
                self.given.append(id_)
            case ["done", id_, first, last, at_s]:
                self.done.append(Done(id_, int(first), int(last), float(at_s)))
            case ["sealed", size, root]:
                self.sealed[int(size)] = root
            case ["followed", size, digest]:
                self.followed.append((int(size), digest))
            case ["refused", code]:
                self.refused.append(code)
            case ["ready"]:
                self.ready += 1
            case _:
                raise AssertionError(line)


class Crew:
    """The workers as the test talks to them."""

    def __init__(self, process: subprocess.Popen[str], size: int) -> None:
        self.report = CrewReport()
        self._size = size
        self._process = process
        self._changed = threading.Condition()
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def wait_until(self, holds: Callable[[CrewReport], bool]) -> None:
        """Wait until what the workers said is enough.

        Raises:
            AssertionError: They have ended, or minutes have gone.
        """
        with self._changed:
            enough = self._changed.wait_for(
                lambda: holds(self.report) or not self._listener.is_alive(), PATIENCE_S
            )
            assert enough, "the workers say nothing more"
            assert holds(self.report), "the workers have ended"

    def wait_for_more(self, commands: int) -> None:
        """Wait until so many more commands were acknowledged."""
        wanted = len(self.report.done) + commands
        self.wait_until(lambda report: len(report.done) >= wanted)

    def wait_until_ready(self) -> None:
        """Wait until each worker has opened the ledger."""
        self.wait_until(lambda report: report.ready == self._size)

    def stop(self) -> CrewReport:
        """Let each finish what it is at; gives all they said.

        Raises:
            AssertionError: One of them failed.
        """
        assert self._process.stdin is not None
        self._process.stdin.close()
        return self.end()

    def end(self) -> CrewReport:
        """Wait until each has given all its commands; gives all they said.

        Raises:
            AssertionError: One of them failed.
        """
        code = self._process.wait(PATIENCE_S)
        self._listener.join()
        assert 0 == code, "a worker has failed, and said why on standard error"
        return self.report

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._changed:
                self.report.hear(line)
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()


@contextmanager
def crew(*jobs: Job) -> Iterator[Crew]:
    """Start workers, and end those that are left."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fault.postgres.crew", json.dumps(jobs)],
        env=clean_environment(*SOURCE_ROOTS, ROOT),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        workers = Crew(process, len(jobs))
        try:
            yield workers
        except BaseException:
            process.terminate()
            raise


def moment(chance: random.Random, workers: Crew) -> None:
    """Wait for a moment at random: behind some acknowledgement, in the middle of something."""
    workers.wait_for_more(chance.randrange(1, 15))
    time.sleep(chance.uniform(0, 0.01))


# --- inside the workers ---------------------------------------------------------------------------

Say = Callable[[str], None]
Stopped = Callable[[], bool]


def record(job: Job, say: Say, stopped: Stopped) -> None:
    """Give commands, each under an id of its own, and say so before and after each."""
    with open_ledger(job.url) as ledger:
        say("ready")
        for number in range(1, job.limit + 1) if job.limit else count(1):
            if stopped():
                return
            say(f"give {command_of(job.name, number)}")
            at = [recorded.position for recorded in give(ledger.ledger, job.name, number).recorded]
            done = f"done {command_of(job.name, number)} {at[0]} {at[-1]}"
            say(f"{done} {time.monotonic():.6f}")


def insist(job: Job, say: Say, stopped: Stopped) -> None:
    """Give commands as `record` does, and a refused one again under its id until it is taken."""
    with open_ledger(job.url) as ledger:
        say("ready")
        for number in count(1):
            if stopped():
                return
            say(f"give {command_of(job.name, number)}")
            receipt = None
            while receipt is None:
                try:
                    receipt = give(ledger.ledger, job.name, number)
                except StoreError as error:
                    say(f"refused {error.code}")
            at = [recorded.position for recorded in receipt.recorded]
            done = f"done {command_of(job.name, number)} {at[0]} {at[-1]}"
            say(f"{done} {time.monotonic():.6f}")


def follow(job: Job, say: Say, stopped: Stopped) -> None:
    """Keep the views, and read the log from where one has come to; say at the end what was seen."""
    position, seen, is_last = 0, sha256(), False
    with open_ledger(job.url) as ledger:
        say("ready")
        while not is_last:
            is_last = stopped()
            try:
                ledger.views.catch_up()
                for recorded in ledger.store.read(position):
                    assert position + 1 == recorded.position, "an event was passed over"
                    position = recorded.position
                    seen.update(recorded.entry.line)
            except StoreError as error:
                if error.code != LOST:
                    raise
                is_last = False
    say(f"followed {position} {seen.hexdigest()}")


def seal(job: Job, say: Say, stopped: Stopped) -> None:
    """Seal the log again and again."""
    with open_ledger(job.url, vault=Vault(Path(job.keys))) as ledger:
        assert ledger.sealer is not None
        say("ready")
        while not stopped():
            try:
                sealed = ledger.sealer.seal()
            except StoreError as error:
                if error.code != LOST:
                    raise
                continue
            say(f"sealed {sealed.size} {sealed.root.hex()}")


WORK: Mapping[str, Callable[[Job, Say, Stopped], None]] = {
    "record": record,
    "insist": insist,
    "follow": follow,
    "seal": seal,
}


def main(jobs: Sequence[Job]) -> int:
    """Fork a worker for each job, wait for them, and tell whether one failed."""
    reading, writing = os.pipe()
    children = [_forked(job, reading, writing) for job in jobs]
    threading.Thread(target=_close_with_stdin, args=(writing,), daemon=True).start()
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    return max(map(abs, codes))


def _forked(job: Job, reading: int, writing: int) -> int:
    child = os.fork()
    if child:
        return child
    os.close(writing)
    code = 1
    try:
        WORK[job.what](
            job,
            lambda line: void(os.write(1, f"{line}\n".encode())),
            lambda: bool(select.select([reading], [], [], 0)[0]),
        )
        code = 0
    except BaseException as error:  # noqa: BLE001  # a child never returns into its parent
        os.write(2, f"{job.what} {job.name}: {error!r} {error.__cause__!r}\n".encode())
    os._exit(code)


def _close_with_stdin(writing: int) -> None:
    """Have every worker stop once the test says no more."""
    sys.stdin.read()
    os.close(writing)


def void(_: object) -> None:
    """Give nothing, whatever is given."""


if __name__ == "__main__":
    sys.exit(main([Job(*each) for each in json.loads(sys.argv[1])]))
