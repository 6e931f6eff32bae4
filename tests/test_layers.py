"""The order of the layers, and proof that breaking it is noticed.

A contract that passes on any tree protects nothing, so each one is also run on a copy of the source
with one forbidden import planted in it.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tree import ROOT, SOURCE_ROOTS, clean_environment

LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"

CIRCLE = """
from graphlib import CycleError, TopologicalSorter
import grimp

graph = grimp.build_graph("signoff_cli", "signoff_ledger", cache_dir=None)
imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
try:
    TopologicalSorter(imports).prepare()
except CycleError as error:
    print(*error.args[1])
"""
"""Prints the modules of a circle, if there is one; an import for an annotation counts."""


def run(root: Path, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program over the source below a folder."""
    paths = [root / source_root.name for source_root in SOURCE_ROOTS]
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=root,
        env={**clean_environment(*paths), "COLUMNS": "200", "NO_COLOR": "1"},
        check=False,
        capture_output=True,
        encoding="utf-8",
    )


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of pyproject.toml against the source below a folder."""
    return run(root, LINT, "--no-cache", "--no-logo")


@pytest.fixture
def copied_tree(tmp_path: Path) -> Path:
    """Give a copy of the source and its contracts that a test may spoil."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for source_root in SOURCE_ROOTS:
        ignored = shutil.ignore_patterns("__pycache__", "*.md")
        shutil.copytree(source_root, tmp_path / source_root.name, ignore=ignored)
    return tmp_path


def test_lower_layers_never_import_higher_ones() -> None:
    done = lint(ROOT)

    assert 0 == done.returncode, done.stdout + done.stderr
    assert " 0 broken" in done.stdout


@pytest.mark.parametrize(
    ("module", "planted", "contract"),
    [
        ("domain", "sqlite3", "The domain has no clock"),
        ("domain", "signoff_ledger.persistence", "Lower layers never import higher ones"),
        ("integrity", "pydantic", "An auditor can read and run integrity alone"),
        ("integrity", "signoff_ledger.domain", "Lower layers never import higher ones"),
        ("application", "click", "The ledger works without its command line"),
        ("projections", "signoff_ledger.bootstrap", "Lower layers never import higher ones"),
        ("persistence", "eventsourcing", "One package touches the event store"),
        ("exports", "eventsourcing", "One package touches the event store"),
        ("queries/why.py", "pydantic", "What views answer is read without rules"),
        ("projections/tables.py", "signoff_ledger.domain", "What views answer is read without"),
    ],
)
def test_a_planted_import_breaks_its_contract(
    copied_tree: Path, module: str, planted: str, contract: str
) -> None:
    place = copied_tree / "ledger" / "signoff_ledger" / module
    with (place / "__init__.py" if place.is_dir() else place).open("a", encoding="utf-8") as file:
        file.write(f"\nimport {planted}\n")

    done = lint(copied_tree)

    assert 1 == done.returncode, done.stdout + done.stderr
    broken = [line for line in done.stdout.splitlines() if " BROKEN" in line]
    assert [line for line in broken if line.startswith(contract)], done.stdout
    assert planted in done.stdout


FACES_NAME_NO = (
    "eventsourcing",
    "psycopg",
    "pydantic",
    "signoff_ledger.application.ports",
    "signoff_ledger.custody",
    "signoff_ledger.domain",
    "signoff_ledger.figures",
    "signoff_ledger.formats",
    "signoff_ledger.persistence",
    "signoff_ledger.projections",
    "signoff_ledger.replay",
    "signoff_ledger.statistics",
    "sqlite3",
)
ONLY_PROOF_NAMES = ("signoff_ledger.exports", "signoff_ledger.integrity", "signoff_ledger.witness")


@pytest.mark.parametrize(
    ("planted", "contract"),
    [
        (FACES_NAME_NO, "The command line gives commands, asks queries and lays answers out"),
        (ONLY_PROOF_NAMES, "Of the command line, only the commands of proof"),
    ],
)
def test_each_import_planted_in_the_command_line_is_named(
    copied_tree: Path, planted: tuple[str, ...], contract: str
) -> None:
    """An annotation is an import, too: it is planted where only a type checker reads it."""
    command = copied_tree / "cli" / "signoff_cli" / "commands" / "close.py"
    with command.open("a", encoding="utf-8") as file:
        file.writelines(f"\nif TYPE_CHECKING:\n    import {name}\n" for name in planted)

    done = lint(copied_tree)

    assert 1 == done.returncode, done.stdout + done.stderr
    broken = [line for line in done.stdout.splitlines() if " BROKEN" in line]
    assert any(line.startswith(contract) for line in broken), done.stdout
    missed = [name for name in planted if f"is not allowed to import {name}:" not in done.stdout]
    assert [] == missed, done.stdout


def test_no_module_imports_itself_by_way_of_others() -> None:
    done = run(ROOT, CIRCLE)

    assert ("", 0) == (done.stdout + done.stderr, done.returncode)


def test_a_circle_through_an_annotation_is_found(copied_tree: Path) -> None:
    folder = copied_tree / "ledger" / "signoff_ledger"
    with (folder / "domain" / "values.py").open("a", encoding="utf-8") as file:
        file.write("\nif TYPE_CHECKING:\n    from signoff_ledger.domain.unit import Unit\n")

    done = run(copied_tree, CIRCLE)

    assert 0 == done.returncode, done.stderr
    assert {"signoff_ledger.domain.unit", "signoff_ledger.domain.values"} <= {*done.stdout.split()}
