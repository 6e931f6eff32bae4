"""What every test may ask for, and which tests are measured."""

import gc
from pathlib import Path

import pytest

pytest_plugins = ["tests.servers.fixtures"]

UNMEASURED = {"attacks", "bench", "browser", "docs", "fault", "servers"}
"""Folders whose tests are slow under coverage, and take no branch that others leave out."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Pause coverage in the tests that are not measured."""
    for item in items:
        if UNMEASURED & set(item.path.relative_to(Path(__file__).parent).parts[:1]):
            item.add_marker(pytest.mark.no_cover)


def pytest_collection_finish() -> None:
    """Spare the garbage collector 11,000 tests and their modules, which live until the end."""
    gc.freeze()
