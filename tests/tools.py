"""Other people's programs that check our files: wanted in CI, skipped by name elsewhere."""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

from tests.tree import ROOT

BESIDE = ROOT.parent / "shared" / "vectors"
"""Larger sets of vectors, where somebody has put them beside the project."""


def tool(name: str) -> str:
    """Give the path of a program, or leave the test: failed in CI, skipped elsewhere."""
    found = shutil.which(name)
    if found is None:
        leave(f"{name} is not on this machine")
    return found


def leave(why: str) -> NoReturn:
    """Leave a test that cannot be run here: failed in CI, skipped elsewhere."""
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)


def beside(name: str) -> Path:
    """Give a file of the larger sets, or skip the test."""
    path = BESIDE / name
    if not path.exists():
        pytest.skip(f"no shared/vectors/{name} beside the project")
    return path
