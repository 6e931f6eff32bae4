"""What a person waits for: a whole command, from the start of its process to its end."""

from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import NamedTuple

from signoff_ledger.persistence.store import LedgerStore
from tests.bench import ledgers
from tests.bench.measure import Case, Prepare, Target, UnitOfWork
from tests.bench.processes import BARE, MAIN, python
from tests.bench.stores import Place

TOPIC = "Whole commands, against a bare interpreter's start"
GROWN = "Whole commands in a large ledger, against a small one"
_HELP = Target(1 / 5)
_WHY = Target(1 / 20)
_SAME = Target(round(1 / 1.3, 3))


class Where(NamedTuple):
    """A ledger that commands are given on; none for those that open none."""

    place: Place
    store: LedgerStore

    @property
    def option(self) -> tuple[str, ...]:
        """Give the words that name it."""
        return ("--ledger", self.store.address)


def starting() -> Iterator[Case]:
    """Give what a shell asks of the program; no ledger is opened."""
    for option in ("--help", "--version"):
        yield _against_bare(option, (option,), None, _HELP)


def explaining(where: Where) -> Case:
    """Give the question that must be quick on a ledger of any size."""
    return _against_bare("why p-0", ("why", "p-0"), where, _WHY)


def asking(where: Where) -> Iterator[Case]:
    """Give the other questions that a person types about one process."""
    for command in ("status", "check", "history", "replay"):
        yield _against_bare(f"{command} p-0", (command, "p-0"), where, None)


def recording(where: Where, folder: Path) -> Iterator[Case]:
    """Give the commands that write; each round records something new."""
    ledger = ledgers.given(where.store)
    ledgers.opened(ledger, ledgers.plan("typed", 100_000, 4), "typed-1")
    names = (f"typed-{number}" for number in count())
    of_batch = ("--batch", "typed-1", "--method", "line")

    def record() -> UnitOfWork:
        values = [f"d{n:02}=1.234" for n in range(4)]
        words = ("--as", "egon", "record", next(names), *of_batch, *values)
        return python(MAIN, *where.option, *words)()

    def bring() -> UnitOfWork:
        name = next(names)
        file = folder / f"{name}.csv"
        file.write_bytes(ledgers.sheet(name, 20, 4))
        words = ("--as", "egon", "import", str(file), *of_batch)
        return python(MAIN, *where.option, *words)()

    yield _case("signoff record", record, where)
    yield _case("signoff import, 20 units x 4", bring, where)


def growing(place: Place, stores: Sequence[LedgerStore]) -> Iterator[Case]:
    """Give the same questions in the largest ledger and in the smallest."""
    small, large = (Where(place, store) for store in (stores[0], stores[-1]))
    for words in (("status", "p-0"), ("why", "p-0"), ("check", "p-0"), ("status",)):
        yield Case(
            topic=GROWN,
            name=f"signoff {' '.join(words)}",
            counted="commands",
            times=1,
            ours=python(MAIN, *large.option, *words),
            floor_is=f"the same among {small.store.size():,} events",
            floor=python(MAIN, *small.option, *words),
            store=place.name,
            events=large.store.size(),
            target=_SAME,
            program=(MAIN, *large.option, *words),
        )


def _against_bare(
    name: str, words: tuple[str, ...], where: Where | None, target: Target | None
) -> Case:
    arguments = (*(where.option if where else ()), *words)
    program = (MAIN, *arguments)
    return _case(f"signoff {name}", python(*program), where, target, program)


def _case(
    name: str,
    ours: Prepare,
    where: Where | None,
    target: Target | None = None,
    program: tuple[str, ...] = (),
) -> Case:
    return Case(
        topic=TOPIC,
        name=name,
        counted="commands",
        times=1,
        ours=ours,
        floor_is="a bare interpreter's start",
        floor=python(BARE),
        store=where.place.name if where else "",
        events=where.store.size() if where else 0,
        target=target,
        program=program,
    )
