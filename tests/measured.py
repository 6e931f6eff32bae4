"""Which tests coverage is measured in.

Tracing doubles the time of a test or trebles it. So a test is traced where it is small, or reaches
a module that no other does, and the rest of the suite runs as fast as without coverage.
"""

import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import pytest

from tests.tree import SOURCE_ROOTS, python_files

EACH_CASE = (
    "tests/unit/domain/",
    "tests/unit/integrity/",
    "tests/unit/application/commands/test_sheet",
)
"""Every branch of these modules is taken by tests of their own; many a case is there for one."""

FIRST_CASE = (
    "tests/cli/",
    "tests/unit/custody/",
    "tests/unit/exports/",
    "tests/unit/figures/",
    "tests/unit/formats/",
    "tests/unit/persistence/",
    "tests/unit/replay/",
    "tests/unit/statistics/",
    "tests/unit/witness/",
)
"""Here the first case of each test is traced."""


class Measured:
    """The tests of a run that are traced."""

    def __init__(self) -> None:
        self._names: set[str] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self, session: pytest.Session) -> Generator[None, Any, Any]:
        """Import the product traced, for what its modules do then, and the tests untraced."""
        if session.config.pluginmanager.hasplugin("dsession"):
            return (yield)  # The workers collect, not the process that started them.
        for root in SOURCE_ROOTS:
            for path in python_files(root):
                parts = path.relative_to(root).with_suffix("").parts
                import_module(".".join(parts).removesuffix(".__init__"))
        with untraced():
            return (yield)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Choose them among those that were selected."""
        seen = set()
        for item in items:
            test = item.nodeid.partition("[")[0]
            if test.startswith(EACH_CASE) or (test.startswith(FIRST_CASE) and test not in seen):
                self._names.add(item.nodeid)
            seen.add(test)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Run a test with its fixtures, traced or not."""
        if item.nodeid in self._names:
            return (yield)
        with untraced():
            return (yield)


@contextmanager
def untraced() -> Iterator[None]:
    """Run without the trace function."""
    trace = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(trace)


def pytest_configure(config: pytest.Config) -> None:
    """Leave the trace function alone where coverage is not measured: it is a debugger's then."""
    if config.pluginmanager.hasplugin("_cov"):
        config.pluginmanager.register(Measured())
