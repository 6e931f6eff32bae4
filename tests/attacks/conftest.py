"""The stories that are attacked, each told once for all attacks."""

from collections.abc import Iterator

import pytest

from tests.attacks.story import Told, tell, tell_shortly, tell_unsigned


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The whole story, and its exports."""
    story = tell(tmp_path_factory.mktemp("told"))
    yield story
    story.opened.close()


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The same story in a second ledger, with other keys and another origin."""
    story = tell(tmp_path_factory.mktemp("other"), "example.com/other")
    yield story
    story.opened.close()


@pytest.fixture(scope="session")
def short(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The shortest story that ends in a signed decision."""
    story = tell_shortly(tmp_path_factory.mktemp("short"))
    yield story
    story.opened.close()


@pytest.fixture(scope="session")
def unsigned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The whole story, signed by nobody."""
    story = tell_unsigned(tmp_path_factory.mktemp("unsigned"))
    yield story
    story.opened.close()
