"""The recount is a second opinion only while it shares nothing with the first."""

import ast
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
MODULES = sorted(path for path in FOLDER.glob("*.py") if not path.name.startswith("test_"))


def imported(path: Path) -> set[str]:
    """Name what a module imports: the top of the standard library's, its own in full."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return {name if name.startswith("tests.") else name.partition(".")[0] for name in names}


def test_the_recount_needs_the_standard_library_and_itself_alone() -> None:
    foreign = {
        f"{path.name}: {name}"
        for path in MODULES
        for name in imported(path)
        if name not in sys.stdlib_module_names and not name.startswith("tests.recount.")
    }

    assert len(MODULES) > 5
    assert set() == foreign
