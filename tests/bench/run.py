"""`python -m tests.bench.run`: how fast the ledger is, beside what this machine can do at best.

Not a test: it prints figures and judges none but those that have a target, and its exit code is 0.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tests.tree import ROOT, SOURCE_ROOTS

if TYPE_CHECKING:
    from tests.bench.measure import Case, Figure
    from tests.bench.sizes import Sizes

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
    for case, figure in measure(QUICK if chosen.quick else FULL):
        print(f"measured: {figure.name}, {figure.store} {figure.events:,}", file=sys.stderr)
        figures.append(figure)
        if chosen.profile and not figure.is_met and case.peak_mb is None:
            profiles.append(f"MISSED: {figure.name}, {figure.store}\n{profile(case)}")
    print(table(figures))
    for text in profiles:
        print(f"\n{text}")
    if chosen.json:
        write_json(figures, chosen.json)
    if chosen.svg:
        chosen.svg.write_text(draw(figures), encoding="utf-8")


def measure(sizes: "Sizes") -> "Iterator[tuple[Case, Figure]]":
    """Measure everything at these sizes, in a folder of its own; one store after the other."""
    from tests.bench.agenda import agenda, apart
    from tests.bench.measure import measured
    from tests.bench.stores import SqlitePlace

    with tempfile.TemporaryDirectory(prefix="signoff-bench-") as name:
        folder = Path(name)
        place = SqlitePlace(folder)
        for items in (agenda(place, sizes, folder), apart(place, sizes)):
            for case, rounds in items:
                yield case, measured(case, rounds)


if __name__ == "__main__":
    main()
