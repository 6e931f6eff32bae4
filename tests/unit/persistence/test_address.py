"""Addresses: which store they mean, and what of a URL may be shown."""

import sys
from pathlib import Path

import pytest

from signoff_ledger.errors import InputError
from signoff_ledger.persistence.address import is_url, redacted, usual_name
from signoff_ledger.persistence.postgres.address import database, has_several_hosts

SERVICES = """\
# of the plant
[press]
host=db1.example.com,db2.example.com
port=5433
dbname=press_shop
user=station1
password=secret

[press-other]
host=elsewhere
"""


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Give an environment that names no server."""
    for name in ("HOST", "HOSTADDR", "PORT", "USER", "DATABASE", "SERVICE", "SERVICEFILE"):
        monkeypatch.delenv(f"PG{name}", raising=False)
    monkeypatch.delenv("PGSYSCONFDIR", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return monkeypatch


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
def test_a_url_is_reported_from_a_path(address: str, *, expected: bool) -> None:
    assert expected is is_url(address)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("ledger.db", "ledger.db"),
        ("postgresql://u:secret@h:5433/d", "postgresql://u@h:5433/d"),
        ("postgres://h/d?password=secret&sslpassword=secret", "postgresql://h/d"),
        (
            "postgresql://u@/d?host=/run/pg&port=5433",
            "postgresql://u@/d?host=/run/pg&port=5433",
        ),
        ("postgresql://u:secret@a,b/d", "postgresql://u@a,b/d"),
        ("postgresql://u@a:1,b:2/d", "postgresql://u@a:1,b:2/d"),
        ("postgresql://u@/d?host=/a,b&port=5", "postgresql://u@/d?host=/a,b&port=5"),
        ("postgresql://u:secret@[2001:db8::1]/d", "postgresql://u@[2001:db8::1]/d"),
        (
            "postgresql://u@[::1]:5433,[fe80::1%25eth0],h/d",
            "postgresql://u@[::1]:5433,[fe80::1%25eth0],h/d",
        ),
        ("postgresql://u@/d?host=::1&port=5433", "postgresql://u@[::1]:5433/d"),
        ("postgresql://:5433/d", "postgresql://:5433/d"),
        ("postgresql://u:secret@h", "postgresql://u@h/u"),
        ("postgresql://u%40x:sec%2Fret@h/d", "postgresql://u%40x@h/d"),
        ("postgresql://u:secret@h/a%40b", "postgresql://u@h/a%40b"),
        ("postgresql://u@h/d?hostaddr=::1", "postgresql://u@h/d?hostaddr=::1"),
    ],
)
def test_an_address_is_shown_without_its_secrets(address: str, expected: str) -> None:
    assert expected == redacted(address)
    assert expected == redacted(expected)


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
        redacted(url)

    error = caught.value
    assert "SL115" == error.code
    assert "secret" not in f"{error.as_data()}"
    assert error.__cause__ is None


OWN_FILE = pytest.param(
    ".pg_service.conf",
    marks=pytest.mark.skipif(sys.platform == "win32", reason="Windows has another folder for it"),
)
IN_SERVICE = "db1.example.com:5433,db2.example.com:5433/press_shop"


@pytest.mark.parametrize(
    ("url", "variables", "expected"),
    [
        ("postgresql://?service=press", {}, f"postgresql://station1@{IN_SERVICE}"),
        ("postgresql://", {"PGSERVICE": "press"}, f"postgresql://station1@{IN_SERVICE}"),
        ("postgresql://u@?service=press", {"PGUSER": "x"}, f"postgresql://u@{IN_SERVICE}"),
        ("postgresql:///d?service=press", {"PGSERVICE": "press-other", "PGPORT": "1"},
         "postgresql://station1@db1.example.com:5433,db2.example.com:5433/d"),
        ("postgresql://u@/d", {"PGSERVICE": "press-other", "PGHOST": "here"},
         "postgresql://u@elsewhere/d"),
        ("postgresql://u@/d?service=none", {}, "postgresql://u@/d?service=none"),
        ("postgresql://u@/d?service=pres", {}, "postgresql://u@/d?service=pres"),
        ("postgresql://", {"PGHOST": "h", "PGPORT": "5434", "PGUSER": "u", "PGDATABASE": "d",
                           "PGPASSWORD": "secret"}, "postgresql://u@h:5434/d"),
        ("postgresql://u@/d", {"PGHOST": "/run/pg"}, "postgresql://u@/d?host=/run/pg"),
        ("postgresql://u@h/d", {"PGHOST": "x", "PGPORT": ""}, "postgresql://u@h/d"),
        ("postgresql://u@h/d", {"PGHOSTADDR": "10.0.0.1"}, "postgresql://u@h/d?hostaddr=10.0.0.1"),
        ("postgresql://", {"PGUSER": "u"}, "postgresql://u@/u"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("file", [OWN_FILE, "named.conf", "system/pg_service.conf"])
def test_a_service_and_the_environment_are_shown_as_what_they_lead_to(  # one for each part
    environment: pytest.MonkeyPatch,
    tmp_path: Path,
    *,
    url: str,
    variables: dict[str, str],
    expected: str,
    file: str,
) -> None:
    (tmp_path / "system").mkdir()
    (tmp_path / file).write_text(SERVICES, "utf-8")
    environment.setenv("PGSYSCONFDIR", str(tmp_path / "system"))
    if file == "named.conf":
        environment.setenv("PGSERVICEFILE", str(tmp_path / file))
    for name, value in variables.items():
        environment.setenv(name, value)

    assert expected == redacted(url)


def test_a_ledger_is_called_after_its_database_or_its_file(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("PGHOST", "/run/pg")

    assert "press" == usual_name("postgresql://u@/press")
    assert "ledger" == usual_name("a/ledger.db")


def test_several_hosts_of_the_environment_are_noticed(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("PGHOST", "a,b")

    assert has_several_hosts("postgresql:///d")


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
