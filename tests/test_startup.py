"""Asking for help costs no heavy import.

Start-up time itself depends on the machine; which modules were loaded does not. The parts that take
long to import, or that only some commands need, may appear only once a command has begun its work.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.tree import SOURCE_ROOTS, clean_environment

HEAVY = ("cryptography", "eventsourcing", "jinja2", "pydantic", "sqlite3", "tomllib")

IMPORT_ONLY = "import signoff_cli.main"
RUN_COMMAND = """
from signoff_cli.main import main
sys.argv[0] = "signoff"
try:
    code = main()
except SystemExit as stop:
    code = stop.code
"""
PROBE = """
import json, sys
code = 0
{body}
loaded = sorted(set(sys.modules) & set({heavy!r}))
with open({report!r}, "w", encoding="utf-8") as file:
    json.dump({{"code": code or 0, "loaded": loaded}}, file)
"""


class Started(NamedTuple):
    """What one start of the program did."""

    code: int
    loaded: list[str]
    stdout: str
    stderr: str


def start(tmp_path: Path, body: str, *arguments: str, **variables: str) -> Started:
    """Run a body in a fresh interpreter and report which heavy modules it loaded."""
    report = tmp_path / "report.json"
    probe = PROBE.format(body=body, heavy=HEAVY, report=str(report))
    done = subprocess.run(
        [sys.executable, "-c", probe, *arguments],
        cwd=tmp_path,
        env={**clean_environment(*SOURCE_ROOTS), **variables},
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    assert report.exists(), done.stderr
    said = json.loads(report.read_text(encoding="utf-8"))
    return Started(said["code"], said["loaded"], done.stdout, done.stderr)


def test_the_probe_sees_a_heavy_import(tmp_path: Path) -> None:
    """Without this, a misspelt name in the list would pass for a fast start."""
    loaded = start(tmp_path, "import sqlite3, tomllib, pydantic, eventsourcing").loaded

    assert ["eventsourcing", "pydantic", "sqlite3", "tomllib"] == loaded


def test_importing_the_command_loads_nothing_heavy(tmp_path: Path) -> None:
    started = start(tmp_path, IMPORT_ONLY)

    assert [] == started.loaded, started.stderr


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--help",), "Usage: signoff"),
        (("-h",), "Usage: signoff"),
        (("--version",), "0."),
    ],
    ids=["help", "h", "version"],
)
def test_asking_about_the_program_loads_nothing_heavy(
    tmp_path: Path, arguments: tuple[str, ...], expected: str
) -> None:
    started = start(tmp_path, RUN_COMMAND, *arguments)

    assert 0 == started.code, started.stderr
    assert expected in started.stdout
    assert [] == started.loaded


def test_completing_a_command_name_loads_nothing_heavy(tmp_path: Path) -> None:
    """A completion that takes longer than a keystroke is switched off."""
    started = start(
        tmp_path,
        RUN_COMMAND,
        _SIGNOFF_COMPLETE="bash_complete",
        COMP_WORDS="signoff st",
        COMP_CWORD="1",
    )

    assert 0 == started.code, started.stderr
    assert "plain,status" in started.stdout.splitlines()
    assert [] == started.loaded
