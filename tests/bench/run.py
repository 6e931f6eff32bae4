"""`python -m tests.bench.run`: how fast the ledger is, beside what this machine can do at best.

Not a test: it prints figures and judges none but those that have a target, and its exit code is 0.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tests.tree import SOURCE_ROOTS

if TYPE_CHECKING:
    from tests.bench.measure import Figure
    from tests.bench.sizes import Sizes


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print a table, and keep the figures if a file is named."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller sizes and fewer rounds")
    parser.add_argument("--json", metavar="FILE", type=Path, help="keep the figures as JSON")
    chosen = parser.parse_args(arguments)
    # The tree is measured, not whatever else is installed.
    sys.path[:0] = map(str, SOURCE_ROOTS)
    from tests.bench.evidence import PEAKS_MB
    from tests.bench.measure import table, write_json
    from tests.bench.sizes import FULL, QUICK

    figures = []
    for figure in measure(QUICK if chosen.quick else FULL):
        print(f"measured: {figure.name}", file=sys.stderr)
        figures.append(figure)
    print(table(figures))
    print(f"\nlargest memory of a verification: {max(PEAKS_MB)} MB")
    if chosen.json:
        write_json(figures, chosen.json)


def measure(sizes: "Sizes") -> "Iterator[Figure]":
    """Measure everything at these sizes, in a folder of its own."""
    from tests.bench import certified, evidence, inside, whole
    from tests.bench.measure import measured

    with tempfile.TemporaryDirectory(prefix="signoff-bench-") as name:
        folder = Path(name)
        for case in inside.cases(folder, sizes):
            yield measured(case, sizes.rounds)
        for case in evidence.cases(folder, sizes):
            yield measured(case, min(sizes.rounds, 3))
        for case in certified.cases(folder, sizes):
            yield measured(case, sizes.rounds)
        for case in whole.cases(folder, sizes):
            yield measured(case, sizes.starts)


if __name__ == "__main__":
    main()
