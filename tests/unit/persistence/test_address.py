"""Addresses: which store they mean, and what of a URL may be shown."""

import pytest

from signoff_ledger.errors import InputError
from signoff_ledger.persistence.address import is_url, shown
from signoff_ledger.persistence.postgres.address import database, has_several_hosts


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("postgresql://u@h/d", True),
        ("postgres://h", True),
        ("ledger.db", False),
        ("postgresql", False),
        ("C://x", False),
        ("a folder/x:y", False),
        ("./postgresql:x/y", False),
    ],
)
def test_a_url_is_told_from_a_path(address: str, *, expected: bool) -> None:
    assert expected is is_url(address)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("ledger.db", "ledger.db"),
        ("postgresql://u:secret@h:5433/d", "postgresql://u@h:5433/d"),
        ("postgres://h/d?password=secret&sslpassword=secret", "postgresql://h/d"),
        ("postgresql://u@/d?host=/run/pg&port=5433", "postgresql://u@/run/pg:5433/d"),
        ("postgresql://u:secret@a,b/d", "postgresql://u@a,b/d"),
        ("postgresql://u@a:1,b:2/d", "postgresql://u@a:1,b:2/d"),
        ("postgresql://u@/d?host=/a,/b&port=5", "postgresql://u@/a:5,/b:5/d"),
        ("postgresql://u:secret@h", "postgresql://u@h/u"),
        ("postgresql://", "postgresql:///postgres"),
        ("postgresql://u%40x:sec%2Fret@h/d", "postgresql://u@x@h/d"),
        ("postgresql://u:secret@h/a%40b", "postgresql://u@h/a@b"),
        ("postgresql://u@h/d?hostaddr=10.0.0.1", "postgresql://u@h/d"),
    ],
)
def test_an_address_is_shown_without_its_secrets(address: str, expected: str) -> None:
    assert expected == shown(address)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:secret@[",
        "postgresql://u:secret@h:secret/d",
        "postgresql://u:sec/ret@h/d",
        "postgresql://h/d?secret=secret",
        "postgresql://u:1/secret@h/d",
        "postgresql://%zz/secret",
        "postgresql+psycopg://u:secret@h/d",
        "PostgreSQL://u:secret@h/d",
        "jdbc:postgresql://h/d?password=secret",
        "host=h dbname=d password = secret",
    ],
)
def test_a_url_that_cannot_be_read_is_not_repeated(url: str) -> None:
    with pytest.raises(InputError) as caught:
        shown(url)

    error = caught.value
    assert "SL115" == error.code
    assert "secret" not in f"{error.what} {error.why} {error.fix}"
    assert error.__cause__ is None


def test_the_database_is_the_users_where_none_is_named() -> None:
    """Libpq's own rule."""
    assert ["d", "u"] == [database("postgresql://u@h/d"), database("postgresql://u@h")]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://a,b/d", True),
        ("postgresql:///d?host=/a,/b", True),
        ("postgresql://a/d", False),
        ("postgresql:///d", False),
        ("postgresql:///d?hostaddr=127.0.0.1,127.0.0.2", True),
    ],
)
def test_several_hosts_are_noticed(url: str, *, expected: bool) -> None:
    assert expected is has_several_hosts(url)
