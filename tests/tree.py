"""Where the checkout's files are, for tests that look at the source or start it elsewhere."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE_ROOTS = (ROOT / "ledger", ROOT / "cli")
LEDGER = ROOT / "ledger" / "signoff_ledger"
CLI = ROOT / "cli" / "signoff_cli"
DOMAIN = LEDGER / "domain"


def python_files(*folders: Path) -> list[Path]:
    """List every Python file below the folders, in a stable order."""
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


def relative(path: Path) -> str:
    """Name a file as a person would look for it."""
    return path.relative_to(ROOT).as_posix()


def clean_environment(*import_paths: Path) -> dict[str, str]:
    """Give a child process our environment without anything that could steer it.

    Args:
        import_paths: Folders that the child looks into before its own site-packages, so that it
            runs the tree under test and no other installed version.
    """
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SIGNOFF_", "_SIGNOFF_", "COVERAGE_", "PYTEST_"))
        and name not in {"PYTHONPATH", "PYTHONSTARTUP", "FORCE_COLOR"}
    }
    if import_paths:
        environment["PYTHONPATH"] = os.pathsep.join(map(str, import_paths))
    return environment
