"""The power is cut at many points: what was acknowledged is there when it comes back.

A real process is traced from the founding of a ledger on; `disk.py` says what a disk may keep of
its writes as of a point. Each state that is left is opened by the whole product: it verifies, every
acknowledgement made before that point still holds, and the next command, the next seal and its
witness go through, under the same guard. Points that leave the same bytes are opened once, and held
to all that was acknowledged before each of them.
"""

import random
import sqlite3
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from signoff_ledger.custody.rollback_guard import Guard
from signoff_ledger.errors import SignoffError
from signoff_ledger.exports.log_folder import LogFolder
from signoff_ledger.exports.verification import verify_log
from signoff_ledger.integrity.log_check import Trust
from tests.fault.disk import Disk, Fate, File, Operation
from tests.fault.faults import be_witnessed
from tests.fault.ledgers import KEYS, Found, assert_given_once, held_together, lay_out, opened
from tests.fault.tracing import traced
from tests.rounds import ROUNDS

POINTS = 5 * ROUNDS

PARTS = 4
_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Where states are opened, if possible: a disk that forgets is the model's part here."""

FATES = (Fate.DROPPED, Fate.ANY, Fate.ANY, Fate.KEPT)


class State:
    """What one rebuilt disk was found to hold.

    Attributes:
        broken: Why the product could not go on from there; "" where it could.
        holds: Every acknowledgement that is true of it.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.broken = ""
        self.holds: set[str] = set()
        with TemporaryDirectory(prefix="signoff-cut-", dir=_MEMORY) as name:
            folder = Path(name)
            lay_out(folder, files)
            try:
                self._open(folder)
                self.holds.update(_exported(folder))
            except (AssertionError, SignoffError, sqlite3.Error) as error:
                self.broken = f"{type(error).__name__}: {error}"

    def _open(self, folder: Path) -> None:
        with opened(folder) as ledger:  # says in its own words what it cannot open
            ledger.store.size()
        found = Found.at(folder)
        self.holds.update(f"done {id_} {a} {b}" for id_, (a, b) in found.commands.items())
        self.holds.update(f"cosigned {size}" for size in found.cosigned)
        # A seal that the guard has forgotten could be taken back unseen.
        guarded = [Guard(path).last() for path in (folder / KEYS).glob("*/guard.json")]
        last = max((signed.size for signed in guarded if signed), default=0)
        self.holds.update(f"sealed {size}" for size in found.sealed if size <= last)
        for path in folder.glob("witness/cosigned/*.checkpoint"):
            size = int(path.read_text().splitlines()[1])
            # A witness remembers the last tree alone, and that the others grew to it.
            self.holds.update(f"witnessed {number}" for number in range(1, size + 1))
        with held_together(folder) as ledger:
            if found.sealed:
                be_witnessed(ledger, folder)
            if ledger.ledger.work().batch("B1").exists:
                assert_given_once(ledger, "unit-after")


def _exported(folder: Path) -> Iterable[str]:
    """Name the exports that are there; each is whole, or it would not be there."""
    for export in folder.glob("export-*"):
        checks = list(verify_log(LogFolder(export), Trust()))
        assert "readme" == checks[-1].name
        yield f"exported {export.name}"


@cache
def story(synchronous: str) -> tuple[Operation, ...]:
    """Trace the story once under a setting."""
    with TemporaryDirectory() as name:
        return tuple(traced(Path(name) / "disk", "tests.fault.story", synchronous))


def cut(
    operations: tuple[Operation, ...], points: Iterable[int], seed: str
) -> Iterable[tuple[int, list[str], Mapping[str, bytes]]]:
    """Cut the power at points; gives what had been acknowledged there, and what is left."""
    disk, acknowledged, done = Disk(), [], 0
    for point in points:
        until = point * len(operations) // POINTS
        for operation in operations[done:until]:
            disk.do(operation)
            if operation.what == "say":
                acknowledged += operation.data.decode().splitlines()
        done = until
        chance = random.Random(f"{seed} {point}")
        yield point, acknowledged, disk.left(FATES[point // PARTS % len(FATES)], chance)


def losses(synchronous: str, points: Iterable[int]) -> dict[int, str]:
    """Find the points after which something acknowledged is lost, or nobody can go on."""
    known: dict[bytes, State] = {}
    lost: dict[int, str] = {}
    for point, acknowledged, files in cut(story(synchronous), points, synchronous):
        digest = sha256(repr(sorted(files.items())).encode()).digest()
        if digest not in known:
            known[digest] = State(files)
        state = known[digest]
        missing = [line for line in acknowledged if line not in state.holds]
        if missing or (state.broken and acknowledged):
            lost[point] = f"{missing} {state.broken}"
    return lost


@pytest.mark.rounds
@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_acknowledged_is_lost_when_the_power_is_cut(part: int) -> None:
    assert {} == losses("FULL", range(part, POINTS, PARTS))


@pytest.mark.slow
@pytest.mark.parametrize("synchronous", ["NORMAL", "OFF"])
def test_the_same_test_sees_what_is_lost_with_less_than_full_synchronisation(
    synchronous: str,
) -> None:
    lost = losses(synchronous, range(0, POINTS, max(1, POINTS // 45)))

    assert any("done" in what for what in lost.values())


@pytest.mark.slow
def test_the_same_test_sees_what_is_lost_where_folders_are_not_synced() -> None:
    """Nothing is promised of a name before its folder was synced: guard, key, export."""
    lost = losses("UNNAMED", range(0, POINTS, max(1, POINTS // 45)))

    assert any("sealed" in what for what in lost.values())
    assert any("exported" in what for what in lost.values())


def test_the_model_of_a_disk_keeps_what_was_synced_and_may_lose_the_rest() -> None:
    disk, chance = Disk(), random.Random(1)
    for operation in (
        Operation("make", "a", handle=1),
        Operation("write", "a", offset=0, data=b"x" * 1_024, handle=1),
        Operation("sync", "a", handle=1),
    ):
        disk.do(operation)

    assert {} == disk.left(Fate.DROPPED, chance)
    disk.do(Operation("sync", ""))
    disk.do(Operation("write", "a", offset=512, data=b"y" * 1_024, handle=1))
    disk.do(Operation("move", "a", to="b"))

    assert {"a": b"x" * 1_024} == disk.left(Fate.DROPPED, chance)
    assert {"b": b"x" * 512 + b"y" * 1_024} == disk.left(Fate.KEPT, chance)
    seen = {tuple(disk.left(Fate.ANY, chance).items()) for _ in range(200)}
    assert {"a", "b"} == {name for ((name, _),) in seen}
    torn = b"x" * 512 + b"y" * 512
    assert torn in {content for ((_, content),) in seen}


def test_a_file_that_is_cut_and_written_again_has_what_was_written_last() -> None:
    file = File(bytearray(b"abc"), [(1, None), (3, b"d")])

    assert b"abc" == file.left(Fate.DROPPED, random.Random(1))
    assert b"a\0\0d" == file.left(Fate.KEPT, random.Random(1))
