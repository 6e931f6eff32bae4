"""One way to say in a test that something is refused, with which code and why."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from signoff_ledger.errors import SignoffError


@contextmanager
def refusal(code: str, why: str = "") -> Iterator[None]:
    """Expect an error of a code whose cause holds some words."""
    with pytest.raises(SignoffError) as caught:
        yield
    error = caught.value
    assert code == error.code, error
    assert why in error.why
    assert error.why.strip()
