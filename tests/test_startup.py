"""Asking for help costs no heavy import.

Start-up time itself depends on the machine; which modules were loaded does not. The parts that take
long to import, or that only some commands need, may appear only once a command has begun its work.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from signoff_ledger.exports.migrate import copy_ledger
from signoff_ledger.persistence.sqlite.store import SqliteStore
from signoff_ledger.persistence.store_factory import open_store
from signoff_ledger.projections.views import Views
from tests.ledgers import Shop
from tests.servers.fixtures import Servers
from tests.tree import SOURCE_ROOTS, clean_environment

HEAVY = (
    "cryptography",
    "eventsourcing",
    "jinja2",
    "psycopg",
    "psycopg_pool",
    "pydantic",
    "sqlite3",
    "tomllib",
)

IMPORT_ONLY = "import signoff_cli.main"
RUN_COMMAND = """
from signoff_cli.main import main
sys.argv[0] = "signoff"
try:
    code = main()
except SystemExit as stop:
    code = stop.code
"""
PROBE = """
import json, sys
code = 0
{body}
loaded = sorted(set(sys.modules) & set({heavy!r}))
with open({report!r}, "w", encoding="utf-8") as file:
    json.dump({{"code": code or 0, "loaded": loaded}}, file)
"""


class Started(NamedTuple):
    """What one start of the program did."""

    code: int
    loaded: list[str]
    stdout: str
    stderr: str


def start(tmp_path: Path, body: str, *arguments: str, **variables: str) -> Started:
    """Run a body in a fresh interpreter and report which heavy modules it loaded."""
    report = tmp_path / "report.json"
    probe = PROBE.format(body=body, heavy=HEAVY, report=str(report))
    done = subprocess.run(
        [sys.executable, "-c", probe, *arguments],
        cwd=tmp_path,
        env={**clean_environment(*SOURCE_ROOTS), **variables},
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    assert report.exists(), done.stderr
    said = json.loads(report.read_text(encoding="utf-8"))
    return Started(said["code"], said["loaded"], done.stdout, done.stderr)


def test_the_probe_sees_a_heavy_import(tmp_path: Path) -> None:
    """Without this, a misspelt name in the list would pass for a fast start."""
    loaded = start(tmp_path, "import sqlite3, tomllib, pydantic, eventsourcing").loaded

    assert ["eventsourcing", "pydantic", "sqlite3", "tomllib"] == loaded


def test_importing_the_command_loads_nothing_heavy(tmp_path: Path) -> None:
    started = start(tmp_path, IMPORT_ONLY)

    assert [] == started.loaded, started.stderr


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--help",), "Usage: signoff"),
        (("-h",), "Usage: signoff"),
        (("--version",), "0."),
    ],
    ids=["help", "h", "version"],
)
def test_asking_about_the_program_loads_nothing_heavy(
    tmp_path: Path, arguments: tuple[str, ...], expected: str
) -> None:
    started = start(tmp_path, RUN_COMMAND, *arguments)

    assert 0 == started.code, started.stderr
    assert expected in started.stdout
    assert [] == started.loaded


def test_completing_a_command_name_loads_nothing_heavy(tmp_path: Path) -> None:
    """A completion that takes longer than a keystroke is switched off."""
    started = start(
        tmp_path,
        RUN_COMMAND,
        _SIGNOFF_COMPLETE="bash_complete",
        COMP_WORDS="signoff st",
        COMP_CWORD="1",
    )

    assert 0 == started.code, started.stderr
    assert "plain,status" in started.stdout.splitlines()
    assert [] == started.loaded


# --- questions ----------------------------------------------------------------------------------

DRIVERS = {"sqlite": ["sqlite3"], "postgres": ["psycopg"]}
"""All of the heavy modules that an answer from views has use for, by where the ledger stands."""

ANSWERED_FROM_VIEWS = (
    ("status",),
    ("status", "mug"),
    ("status", "--batch", "B2"),
    ("status", "--mine", "--as", "anna"),
    ("history",),
    ("history", "mug", "--limit", "3"),
    ("why",),
    ("why", "mug", "--batch", "B1"),
    ("unit", "B2-2"),
    ("orders",),
)


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a ledger with a hold, a sign-off and an order, whose views are current."""
    path = tmp_path_factory.mktemp("signed") / "ledger.db"
    shop = Shop.ready(path)
    shop.sign_off_a_repeat()
    shop.order()
    Views(shop.store, shop.store).catch_up()
    shop.store.close()
    return path


@pytest.fixture(scope="module")
def moved(signed: Path, servers: Servers) -> Iterator[str]:
    """Give the same ledger in a database."""
    server = servers.first()
    name = server.create_database()
    with closing(SqliteStore.open(signed)) as store:
        copy_ledger(store, server.url(name))
    with closing(open_store(server.url(name))) as store:
        Views(store, store).catch_up()
    yield server.url(name)
    server.drop_database(name)


@pytest.mark.parametrize("arguments", ANSWERED_FROM_VIEWS, ids=" ".join)
@pytest.mark.parametrize("form", ["table", "json"])
@pytest.mark.parametrize("store", DRIVERS)
def test_a_question_that_current_views_answer_loads_no_write_side(
    tmp_path: Path,
    request: pytest.FixtureRequest,
    store: str,
    arguments: tuple[str, ...],
    form: str,
) -> None:
    address = request.getfixturevalue("moved" if store == "postgres" else "signed")
    started = start(tmp_path, RUN_COMMAND, "--ledger", str(address), "--format", form, *arguments)

    assert 0 == started.code, started.stderr
    assert started.stdout
    assert DRIVERS[store] == started.loaded


def test_views_that_are_behind_are_brought_up_to_date_and_answer_the_same(
    tmp_path: Path, signed: Path
) -> None:
    """A crash before the views were kept up: the next reader loads the write side and goes on."""
    path = tmp_path / "behind.db"
    shop = Shop.ready(path)
    shop.sign_off_a_repeat()
    shop.order()
    shop.store.close()
    behind, current = (
        start(tmp_path, RUN_COMMAND, "--ledger", str(each), "why") for each in (path, signed)
    )
    again = start(tmp_path, RUN_COMMAND, "--ledger", str(path), "why")

    assert (0, current.stdout) == (behind.code, behind.stdout), behind.stderr
    assert "pydantic" in behind.loaded
    assert (current.stdout, False) == (again.stdout, "pydantic" in again.loaded)
