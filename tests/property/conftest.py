"""Made-up examples: few with few rounds; and they may take their time on a loaded machine."""

import pytest
from hypothesis import is_hypothesis_test, settings

from tests.rounds import ROUNDS

settings.register_profile(
    "patient", parent=settings(), deadline=None, max_examples=min(100, 5 * ROUNDS)
)
settings.load_profile("patient")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests whose size follows the profile, before tests are chosen by their marks."""
    for item in items:
        if isinstance(item, pytest.Function) and is_hypothesis_test(item.obj):
            item.add_marker(pytest.mark.rounds)
