"""What every test may ask for."""

import gc
import os
import tempfile
from pathlib import Path

import pytest

from tests.servers.account import MEMORY, roomiest
from tests.servers.keeper import Keeper

pytest_plugins = ["tests.measured", "tests.servers.fixtures"]


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


def pytest_collection_finish() -> None:
    """Spare the garbage collector 11,000 tests and their modules, which live until the end."""
    gc.freeze()
