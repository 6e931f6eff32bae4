"""The stories that are attacked, each told once for all attacks."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest

from tests.attacks.stage import Stage
from tests.attacks.story import Told, tell, tell_long, tell_shortly, tell_unsigned
from tests.servers.fixtures import Servers

TELLERS: Mapping[str, Callable[[Path], Told]] = {
    "told": tell,
    "other": partial(tell, origin="example.com/other"),
    "short": tell_shortly,
    "unsigned": tell_unsigned,
    "long": tell_long,
    "unsealed": partial(tell_unsigned, sealed=False),
}
"""The whole story; the same with other keys and another origin; the shortest that ends in a signed
decision; the whole story, signed by nobody, and that without its last checkpoint; and one of more
lines than a stored subtree root is over."""


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory, servers: Servers) -> Iterator[Stage]:
    """Give what attacks are made on; a server is started by the first that needs one."""
    stage = Stage(tmp_path_factory.mktemp("attacks"), TELLERS, servers.first)
    yield stage
    stage.close()


@pytest.fixture(scope="session")
def told(stage: Stage) -> Told:
    """The whole story, and its exports."""
    return stage.story("told")


@pytest.fixture(scope="session")
def other(stage: Stage) -> Told:
    """The same story in a second ledger, with other keys and another origin."""
    return stage.story("other")


@pytest.fixture(scope="session")
def short(stage: Stage) -> Told:
    """The shortest story that ends in a signed decision."""
    return stage.story("short")


@pytest.fixture(scope="session")
def unsigned(stage: Stage) -> Told:
    """The whole story, signed by nobody."""
    return stage.story("unsigned")
