"""The stories that are attacked, each made once for all attacks."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest

from tests.attacks.stage import Stage
from tests.attacks.story import LedgerStory, make_full, make_long, make_short, make_unsigned
from tests.servers.fixtures import Servers

MAKERS: Mapping[str, Callable[[Path], LedgerStory]] = {
    "full": make_full,
    "other": partial(make_full, origin="example.com/other"),
    "short": make_short,
    "unsigned": make_unsigned,
    "long": make_long,
    "unsealed": partial(make_unsigned, sealed=False),
}
"""The whole story; the same with other keys and another origin; the shortest that ends in a signed
decision; the whole story, signed by nobody, and that without its last checkpoint; and one of more
lines than a stored subtree root is over."""


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory, servers: Servers) -> Iterator[Stage]:
    """Give what attacks are made on; a server is started by the first that needs one."""
    stage = Stage(tmp_path_factory.mktemp("attacks"), MAKERS, servers.first)
    yield stage
    stage.close()


@pytest.fixture(scope="session")
def full(stage: Stage) -> LedgerStory:
    """The whole story, and its exports."""
    return stage.story("full")


@pytest.fixture(scope="session")
def other(stage: Stage) -> LedgerStory:
    """The same story in a second ledger, with other keys and another origin."""
    return stage.story("other")


@pytest.fixture(scope="session")
def short(stage: Stage) -> LedgerStory:
    """The shortest story that ends in a signed decision."""
    return stage.story("short")


@pytest.fixture(scope="session")
def unsigned(stage: Stage) -> LedgerStory:
    """The whole story, signed by nobody."""
    return stage.story("unsigned")
