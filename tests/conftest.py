"""What every test may ask for, and which tests coverage is measured in."""

import gc
import os
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests.servers.account import MEMORY, roomiest
from tests.servers.keeper import Keeper

pytest_plugins = ["tests.servers.fixtures"]

MEASURED = ("tests/unit/", "tests/cli/")
"""Coverage is measured in the first case of each test below these folders."""

MEASURED_IN_EVERY_CASE = ("tests/unit/domain/", "tests/unit/integrity/")
"""Here a case is often a branch of its own."""


class Measure:
    """Switch the tracing of coverage off where it is not measured: it doubles a test's time."""

    def __init__(self) -> None:
        self._measured: set[str] = set()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Choose the tests by their names among those that were selected."""
        seen = set()
        for item in items:
            test = item.nodeid.partition("[")[0]
            if test.startswith(MEASURED_IN_EVERY_CASE) or (
                test.startswith(MEASURED) and test not in seen
            ):
                self._measured.add(item.nodeid)
            seen.add(test)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Run a test with its fixtures, traced or not."""
        if item.nodeid in self._measured:
            return (yield)
        trace = sys.gettrace()
        sys.settrace(None)
        try:
            return (yield)
        finally:
            sys.settrace(trace)


def pytest_configure(config: pytest.Config) -> None:
    """Keep temporary files in memory where there is room, until the run has ended in whatever way.

    The long rounds stay on the disk, which they are about, and so does a run with a folder chosen.
    """
    is_chosen = config.option.basetemp or {"TMPDIR", "SIGNOFF_ROUNDS"} & {*os.environ}
    if is_chosen or roomiest() != MEMORY:
        return
    folder = Path(tempfile.mkdtemp(prefix="signoff-tests-", dir=MEMORY))
    folder.chmod(0o711)  # Servers of the tests run as another user.
    config.add_cleanup(Keeper(folder).close)
    # The workers read it, and so does whatever a test starts.
    os.environ["TMPDIR"], tempfile.tempdir = str(folder), None


@pytest.hookimpl(specname="pytest_configure")
def measure(config: pytest.Config) -> None:
    """Leave the trace function alone where it is a debugger's."""
    if config.pluginmanager.hasplugin("_cov"):
        config.pluginmanager.register(Measure())


def pytest_collection_finish() -> None:
    """Spare the garbage collector 11,000 tests and their modules, which live until the end."""
    gc.freeze()
