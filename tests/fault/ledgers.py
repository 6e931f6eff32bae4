"""A sealed ledger to break: a folder with the file, its log's key and its guard.

Every command is given under an id that says what it is, so that whoever finds the ledger after a
fault can give the one that was under way again.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from signoff_ledger.application.commands.decisions import Hold, RecordRemark
from signoff_ledger.application.commands.inspection import RecordUnit
from signoff_ledger.application.commands.people import EnrolPerson
from signoff_ledger.application.ledger import Call, Ledger, Receipt
from signoff_ledger.application.ports import Clock, IdSource
from signoff_ledger.bootstrap import OpenLedger, begin_ledger, open_ledger
from signoff_ledger.custody.key_store import Vault
from signoff_ledger.domain.plan import UnitBuild
from signoff_ledger.domain.values import BuildMethod, RemarkKind
from signoff_ledger.exports.verification import LiveLog, verify_log
from signoff_ledger.integrity.log_check import FAILED, Trust
from tests.ledgers import GOOD, PEOPLE, PLAN, Shop, check_ledger, on_file, raw

LEDGER = "ledger.db"
KEYS = "keys"
WITHOUT_END = PLAN.replace("units = 7", "units = 100000")
READINGS = {name: value for name, value in GOOD.items() if name != "build_method"}

ALMOST_A_NODE = 254
"""Events in the ledger to break: any command of three more completes a subtree of 256."""


@dataclass(frozen=True)
class Found:
    """What stands in a ledger, read past everything that is ours.

    Attributes:
        commands: The first and the last position of each command, by its id.
        sealed: The sizes of its checkpoints.
        cosigned: The sizes that somebody else has signed.
    """

    commands: Mapping[str, tuple[int, int]]
    sealed: frozenset[int]
    cosigned: frozenset[int]

    @classmethod
    def at(cls, folder: Path) -> "Found":
        """Read a ledger's file."""
        connection = raw(folder / LEDGER)
        try:
            commands = connection.execute("SELECT id, first, last FROM commands").fetchall()
            sealed = connection.execute("SELECT size FROM checkpoints").fetchall()
            cosigned = connection.execute("SELECT size FROM cosignatures").fetchall()
        finally:
            connection.close()
        return cls(
            {id_: (first, last) for id_, first, last in commands},
            frozenset(size for (size,) in sealed),
            frozenset(size for (size,) in cosigned),
        )


def begun(folder: Path, clock: Clock | None = None, ids: IdSource | None = None) -> OpenLedger:
    """Begin a sealed ledger in a folder."""
    return begin_ledger(
        folder / LEDGER,
        Call("olga", "init"),
        name="test",
        printed_name="Olga Owner",
        clock=clock,
        ids=ids,
        vault=Vault(folder / KEYS),
    )


def opened(folder: Path, clock: Clock | None = None, ids: IdSource | None = None) -> OpenLedger:
    """Open a sealed ledger, as the command line does."""
    return open_ledger(folder / LEDGER, clock, ids, Vault(folder / KEYS))


def shop_of(ledger: OpenLedger) -> Shop:
    """Give the steps of a story on a sealed ledger."""
    shop = Shop(on_file(ledger.store), ledger.ledger.clock, ledger.ledger.ids)
    shop.ledger = ledger.ledger
    return shop


def staffed(folder: Path, plan: str = PLAN) -> OpenLedger:
    """Begin a sealed ledger in which everybody is enrolled and a bar is registered."""
    ledger = begun(folder)
    shop = shop_of(ledger)
    for key, (name, roles) in PEOPLE.items():
        shop.ledger.execute(
            EnrolPerson(person=key, printed_name=name, roles=tuple(roles)), Call("olga")
        )
    shop.publish(plan)
    shop.register(plan)
    return ledger


def files_of(folder: Path) -> Mapping[str, bytes]:
    """Read every file below a folder, by its path; what is a folder ends in `/`."""
    return {
        f"{path.relative_to(folder).as_posix()}{'/' * path.is_dir()}": b""
        if path.is_dir()
        else path.read_bytes()
        for path in sorted(folder.rglob("*"))
    }


def lay_out(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Put files and folders there, readable by nobody else, as a key has to be."""
    folder.mkdir(exist_ok=True)
    for path, content in files.items():
        if path.endswith("/"):
            (folder / path).mkdir(parents=True)
        else:
            (folder / path).write_bytes(content)
            (folder / path).chmod(0o600)
    return folder


@cache
def _to_break() -> Mapping[str, bytes]:
    with TemporaryDirectory() as name, staffed(Path(name), WITHOUT_END) as ledger:
        shop = shop_of(ledger)
        shop.open("B1")
        assert ledger.sealer is not None
        ledger.sealer.seal()
        for number in range(ALMOST_A_NODE - ledger.store.size()):
            # Not units: each decision is judged, and then taken again, on all of them.
            shop.ledger.execute(
                RecordRemark(process="mug", kind=RemarkKind.NOTE, text=f"note {number}"),
                Call("ines"),
            )
        assert ALMOST_A_NODE == ledger.store.size()
        ledger.close()
        return files_of(Path(name))


def put_ledger_to_break(folder: Path) -> Path:
    """Put a sealed ledger of `ALMOST_A_NODE` events with an open batch into a folder."""
    return lay_out(folder, _to_break())


def give(ledger: Ledger, command_id: str) -> Receipt:
    """Give the command that an id tells: `hold-...` decides, everything else records a unit."""
    if command_id.startswith("hold-"):
        return ledger.execute(
            Hold(process="mug", batch=None, reason=f"by {command_id}"), Call("anna", command_id)
        )
    build = UnitBuild(method=BuildMethod.LINE)
    command = RecordUnit(batch="B1", serial=command_id, build=build, values=READINGS)
    return ledger.execute(command, Call("ines", command_id))


def guard_file(folder: Path) -> Path:
    """Name the signer guard's file."""
    (found,) = (folder / KEYS).glob("*/guard.json")
    return found


def verify(ledger: OpenLedger) -> None:
    """Verify a ledger in use, evidence and meaning, as `signoff verify` does."""
    checks = list(verify_log(LiveLog(ledger.store), Trust()))
    assert "decisions" == checks[-1].name
    assert FAILED not in {check.state for check in checks}


@contextmanager
def held_together(folder: Path) -> Iterator[OpenLedger]:
    """Open a ledger that has met a fault, and hold everything about it.

    Dense positions and streams, commands that agree, stored subtree roots, chains, checkpoints and
    decisions; and after what the test goes on to do with it, the next seal is accepted.
    """
    check_ledger(folder / LEDGER)
    with opened(folder) as ledger:
        verify(ledger)
        yield ledger
        assert ledger.sealer is not None
        sealed = ledger.sealer.seal()
        assert ledger.store.size() == sealed.size


def assert_given_once(ledger: OpenLedger, command_id: str) -> None:
    """Give a command whose fate nobody was told: it is in the log once, with one answer."""
    first = give(ledger.ledger, command_id)
    again = give(ledger.ledger, command_id)
    cmds = [r.entry.cmd for r in ledger.store.read(0)]
    assert first.recorded == again.recorded
    assert again.repeated
    assert len(first.recorded) == sum(cmd.startswith(f"{command_id}#") for cmd in cmds)
