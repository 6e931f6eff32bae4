"""People who decide at the same moment, in threads or in processes of their own.

Run as `python -m tests.fault.rivals ACTOR`, it reads the folder of a ledger, looks at what would be
decided, says `ready`, and on the next line decides; then it prints the outcome as JSON.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from signoff_ledger.application.commands.decisions import SignOff
from signoff_ledger.application.ledger import Call
from signoff_ledger.bootstrap import OpenLedger
from signoff_ledger.domain.batch import Batch
from signoff_ledger.domain.decision import heads_of
from signoff_ledger.domain.events.process import Heads, ProcessHeld, ProcessSignedOff
from signoff_ledger.domain.process import Process
from signoff_ledger.errors import SignoffError
from signoff_ledger.queries.check import judged
from tests.fault.ledgers import opened
from tests.tree import ROOT, SOURCE_ROOTS, clean_environment


class RivalOutcome(NamedTuple):
    """What somebody who decided was told.

    Attributes:
        code: Of the error; "" where they won.
        exit_code: What their command would end with.
        why: The error's own words.
    """

    code: str
    exit_code: int
    why: str


def look(ledger: OpenLedger, actor: str) -> Heads:
    """Give what somebody is shown before they decide, as the command line shows it."""
    work = ledger.ledger.work()
    case, _ = judged(work, "mug", None, actor)
    return heads_of(case, work.person(actor).version, work.reviewed)


def decide(ledger: OpenLedger, actor: str, seen: Heads) -> RivalOutcome:
    """Sign off what was seen."""
    try:
        ledger.ledger.execute(SignOff(process="mug", batch=None, note=None, seen=seen), Call(actor))
    except SignoffError as error:
        return RivalOutcome(error.code, error.exit_code, error.why or error.what)
    return RivalOutcome("", 0, "")


def assert_heads_hold(ledger: OpenLedger) -> None:
    """Hold each decision's heads against what stands in the log before it."""
    streams = {Process("mug").id: "mug"} | {Batch(k).id: k for k in ("B1", "B2")}
    versions = dict.fromkeys(streams.values(), 0)
    for recorded in ledger.store.read(0):
        entry = recorded.entry
        if isinstance(entry.event, (ProcessHeld, ProcessSignedOff)):
            heads = entry.event.heads
            now = {key: versions[key] for key in heads.batches}
            assert (now, versions["mug"]) == (heads.batches, heads.process)
        if entry.stream in streams:
            versions[streams[entry.stream]] = entry.version


class Rival:
    """Somebody in a process of their own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def look(self, folder: Path) -> None:
        """Let them look at a ledger, and wait until they have."""
        self._say(str(folder))
        assert "ready" == self._heard()

    def go(self) -> None:
        """Let them decide."""
        self._say("go")

    def outcome(self) -> RivalOutcome:
        """Give what they were told."""
        return RivalOutcome(*json.loads(self._heard()))

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def _heard(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().rstrip("\n")


@contextmanager
def rivals(*actors: str) -> Iterator[list[Rival]]:
    """Start processes that decide, and end them."""
    with ExitStack() as stack:
        started = []
        for actor in actors:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.fault.rivals", actor],
                env=clean_environment(*SOURCE_ROOTS, ROOT),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            stack.enter_context(process)
            started.append(Rival(process))
        yield started


def main(actor: str, say: Callable[[str], None]) -> None:
    """Look and decide, ledger by ledger."""
    for line in sys.stdin:
        with opened(Path(line.rstrip("\n"))) as ledger:
            seen = look(ledger, actor)
            say("ready")
            sys.stdin.readline()
            say(json.dumps(decide(ledger, actor, seen)))


if __name__ == "__main__":
    main(sys.argv[1], lambda line: print(line, flush=True))  # noqa: T201  # this is how it answers
