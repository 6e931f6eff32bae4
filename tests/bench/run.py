"""`python -m tests.bench.run`: how fast the ledger is, against what this machine can do at best.

Not a test: it prints figures and judges none but those that have a target, and its exit code is 0.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.tree import ROOT, SOURCE_ROOTS

if TYPE_CHECKING:
    from tests.bench.measure import Case, Figure
    from tests.bench.sizes import Sizes
    from tests.bench.stores import Place

PICTURE = ROOT / "docs" / "explanation" / "benchmark.svg"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print a table, and keep the figures where that is asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller sizes and fewer rounds")
    parser.add_argument("--json", metavar="FILE", type=Path, help="keep the figures as JSON")
    parser.add_argument(
        "--svg", metavar="FILE", type=Path, nargs="?", const=PICTURE, help="draw them, for the docs"
    )
    parser.add_argument("--profile", action="store_true", help="say where missed time goes")
    chosen = parser.parse_args(arguments)
    # The tree is measured, not whatever else is installed.
    sys.path[:0] = map(str, SOURCE_ROOTS)
    from tests.bench.chart import draw
    from tests.bench.profiling import profile
    from tests.bench.report import table, write_json
    from tests.bench.sizes import FULL, QUICK

    figures, profiles = [], []
    with places() as (found, folder):
        for case, figure in measure(found, QUICK if chosen.quick else FULL, folder):
            print(f"measured: {figure.name}, {figure.store} {figure.events:,}", file=sys.stderr)
            figures.append(figure)
            if chosen.profile and not figure.is_met and case.peak_mb is None:
                profiles.append(f"MISSED: {figure.name}, {figure.store}\n{profile(case)}")
        print("\n".join(place.says for place in found), end="\n\n")
    print(table(figures))
    for text in profiles:
        print(f"\n{text}")
    if chosen.json:
        write_json(figures, chosen.json)
    if chosen.svg:
        chosen.svg.write_text(draw(figures), encoding="utf-8")


@contextmanager
def places() -> "Iterator[tuple[list[Place], Path]]":
    """Give the stores that can be measured here, on one disk, and a folder there."""
    from tests.bench.postgres import PostgresPlace
    from tests.bench.stores import SqlitePlace
    from tests.servers.account import temporary
    from tests.servers.binaries import available
    from tests.servers.postgres import Server

    with ExitStack() as stack:
        # Not where servers of tests keep their files, which may be the machine's memory.
        room = temporary()
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="signoff-bench-", dir=room)))
        found: list[Place] = [stack.enter_context(closing(SqlitePlace(folder)))]
        if programs := available():
            server = stack.enter_context(Server.made(programs[0], room))
            server.setting("shared_buffers", "128MB")
            found.append(stack.enter_context(closing(PostgresPlace(server))))
        else:
            print("not measured: PostgreSQL, which is not on this machine", file=sys.stderr)
        yield found, folder


def measure(
    found: "Sequence[Place]", sizes: "Sizes", folder: Path
) -> "Iterator[tuple[Case, Figure]]":
    """Measure everything at these sizes, one store after the other."""
    from tests.bench.agenda import agenda, apart
    from tests.bench.measure import measured

    for place in found:
        room = folder / place.name
        room.mkdir()
        for case, rounds in agenda(place, sizes, room):
            yield case, measured(case, rounds)
    for case, rounds in apart(found[0], sizes):
        yield case, measured(case, rounds)


if __name__ == "__main__":
    main()
