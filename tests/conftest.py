"""What every test may ask for."""

import gc

pytest_plugins = ["tests.servers.fixtures"]


def pytest_collection_finish() -> None:
    """Spare the garbage collector 11,000 tests and their modules, which live until the end."""
    gc.freeze()
