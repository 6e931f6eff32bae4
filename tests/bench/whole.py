"""What a person waits for: a whole command, from the start of its process to its end."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench import ledgers
from tests.bench.measure import Case, Prepare, Target, at_once
from tests.bench.sizes import Sizes
from tests.tree import SOURCE_ROOTS, clean_environment

_MAIN = "from signoff_cli.main import main; main()"


def cases(folder: Path, sizes: Sizes) -> Iterator[Case]:
    """Give every case of this module, one after the other."""
    yield explaining(folder, sizes)
    yield asking("--help")
    yield asking("--version")


def explaining(folder: Path, sizes: Sizes) -> Case:
    """`why` in a large ledger; the floor is the same answer in a small one."""
    small, large = folder / "small.db", folder / "large.db"
    ledgers.grown(small, sizes.small, sizes.units)
    events = ledgers.grown(large, sizes.large, sizes.units)
    name = f"signoff why, among {events:,} events rather than {sizes.small:,} (commands)"
    return Case(
        name,
        "sqlite",
        events,
        1,
        signoff("--ledger", large, "why", "p-0"),
        signoff("--ledger", small, "why", "p-0"),
        Target(1.3, "ratio"),
    )


def asking(option: str) -> Case:
    """What a person or a shell asks of the program; the floor is a bare interpreter's start."""
    target = Target(5, "ratio")
    return Case(f"signoff {option} (commands)", "", 0, 1, signoff(option), python("pass"), target)


def signoff(*arguments: object) -> Prepare:
    """Give a round that runs one command line."""
    return python(_MAIN, *map(str, arguments))


def python(program: str, *arguments: str) -> Prepare:
    """Give a round that starts an interpreter on a program and waits for its end."""
    environment = clean_environment(*SOURCE_ROOTS)

    def work() -> None:
        subprocess.run(
            [sys.executable, "-c", program, *arguments],
            check=True,
            env=environment,
            stdout=subprocess.DEVNULL,
        )

    return at_once(work)
