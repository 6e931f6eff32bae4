"""What is derived from the events is made again, whatever stands there.

A forged row is shown until the views are compared with the log; what decides or proves reads none.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from signoff_ledger.bootstrap import open_ledger
from signoff_ledger.exports.migrate import copy_ledger
from signoff_ledger.persistence.postgres.schema import role_name
from signoff_ledger.persistence.store_factory import open_store
from signoff_ledger.projections.health import examine
from signoff_ledger.projections.tables import TABLES
from signoff_ledger.projections.views import Views
from signoff_ledger.queries.certificate import certificate
from signoff_ledger.queries.check import check
from signoff_ledger.replay.replay import replay_decisions
from tests.attacks.tamperings import ROWS, VIEWS_MEMBER, VIEWS_OWNER, VIEWS_SQLITE
from tests.ledgers import Shop, raw
from tests.servers.databases import Databases


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a ledger in a file, once, for all who take a copy."""
    path = tmp_path_factory.mktemp("told") / "ledger.db"
    shop = Shop.ready(path)
    shop.open("B1")
    shop.record("B1", "S1")
    shop.hold()
    shop.store.close()
    return path


@pytest.fixture(scope="module")
def expected(told: Path) -> dict[str, list[dict[str, Any]]]:
    """Give every row of every view as it should be."""
    with closing(open_store(told)) as store:
        return Views(store, store).everything()


@pytest.fixture(scope="module")
def database(postgres: Databases, told: Path) -> Iterator[tuple[str, str]]:
    """Give the addresses of the same ledger in a database, for its owner and for a member."""
    name = postgres.create_database()
    postgres.execute(f"CREATE ROLE {name}_station LOGIN")
    with closing(open_store(told)) as source:
        copy_ledger(source, postgres.url(name))
    postgres.execute(f"GRANT {role_name(name)} TO {name}_station")
    yield postgres.url(name), postgres.url(name, user=f"{name}_station")
    postgres.drop_database(name)
    postgres.execute(f"DROP ROLE {name}_station")
    postgres.execute(f"DROP ROLE {role_name(name)}")


def answers(address: str | Path) -> dict[str, list[dict[str, Any]]]:
    """Give what is shown by a command that opens the ledger and asks for everything."""
    with open_ledger(address) as opened:
        return {table.name: opened.views.read(table) for table in TABLES}


def health(address: str | Path) -> tuple[str, list[str]]:
    """Have the ledger examined; gives what was found of the views, and those it was about."""
    with closing(open_store(address)) as store:
        views = Views(store, store)
        wrong = views.wrong()
        found = {each.check: each for each in examine(store, views)}["views"]
    return found.state, wrong


@pytest.mark.parametrize("name", VIEWS_SQLITE)
def test_views_of_a_file_are_those_of_its_events(
    told: Path, tmp_path: Path, expected: dict[str, list[dict[str, Any]]], name: str
) -> None:
    """Whatever is no view of ours is replaced before an answer; a forged row, by an examination."""
    path = tmp_path / "ledger.db"
    with closing(open_store(told)) as source:
        copy_ledger(source, path)
    answers(path)
    with closing(raw(path)) as connection:
        for statement in VIEWS_SQLITE[name]:
            connection.execute(statement)
    is_shown = name.startswith(ROWS)

    assert (expected != answers(path)) is is_shown
    state, wrong = health(path)
    assert (("BAD", True) if is_shown else ("ok", False)) == (state, bool(wrong))
    assert expected == answers(path)
    with closing(raw(path)) as connection:
        objects = connection.execute("SELECT name FROM sqlite_schema WHERE name = 'eats'")
        assert [] == objects.fetchall()


@pytest.mark.parametrize(
    ("who", "name"),
    [*(("member", name) for name in VIEWS_MEMBER), *(("owner", name) for name in VIEWS_OWNER)],
)
def test_views_of_a_database_are_those_of_its_events(
    database: tuple[str, str], expected: dict[str, list[dict[str, Any]]], who: str, name: str
) -> None:
    """The next who asks is a member, also where the owner did it."""
    owner, member = database
    assert expected == answers(member)
    statements = (VIEWS_MEMBER if who == "member" else VIEWS_OWNER)[name]
    with psycopg.connect(member if who == "member" else owner, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())
    is_shown = name.startswith(ROWS)

    assert (expected != answers(member)) is is_shown
    state, wrong = health(member)
    assert (("BAD", True) if is_shown else ("ok", False)) == (state, bool(wrong))
    assert expected == answers(member)


@pytest.mark.parametrize("name", [name for name in VIEWS_SQLITE if name.startswith(ROWS)])
def test_what_decides_and_what_proves_reads_no_view(told: Path, tmp_path: Path, name: str) -> None:
    """A forged row changes what lists show, and neither a decision nor a proof."""
    path = tmp_path / "ledger.db"
    with closing(open_store(told)) as source:
        copy_ledger(source, path)

    def decided() -> tuple[Any, ...]:
        with open_ledger(path) as opened:
            replayed = [d.same for d in replay_decisions(opened.store, "mug")]
            paper = certificate(opened.store, "mug").data
            return check(opened.ledger, "mug"), replayed, {**paper, "printed_at": ""}

    answers(path)
    before = decided()
    with closing(raw(path)) as connection:
        for statement in VIEWS_SQLITE[name]:
            connection.execute(statement)

    assert before == decided()


def test_rebuild_replaces_whatever_stands_there(told: Path, tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with closing(open_store(told)) as source:
        copy_ledger(source, path)
    for name, statements in VIEWS_SQLITE.items():
        if "in the place" not in name:
            continue
        with open_ledger(path) as opened:
            size = opened.views.rebuild()
            before = opened.views.everything()
        with closing(raw(path)) as connection:
            for statement in statements:
                connection.execute(statement)
        with open_ledger(path) as opened:
            assert size == opened.views.rebuild(), name
            assert before == opened.views.everything(), name
