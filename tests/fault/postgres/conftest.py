"""A pair of servers that the tests of this folder share, as long as they leave it as it was."""

from collections.abc import Iterator

import pytest

from tests.servers.fixtures import launchable, programs
from tests.servers.standby import Pair


@pytest.fixture(scope="session")
def shared_pair() -> Iterator[Pair]:
    """Give a primary whose commits wait for a standby, and a login that may be made a member."""
    with Pair.made(programs(launchable()[0])) as pair:
        pair.primary.execute("CREATE ROLE station1 LOGIN")
        yield pair
