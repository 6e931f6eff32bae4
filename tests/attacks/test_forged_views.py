"""What is derived from the events is made again, whatever stands there.

A standing and a decision are compared with the log before they are shown. Another forged row is
shown until the views are compared with the log; what decides or proves reads none.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

from signoff_ledger.bootstrap import open_ledger
from signoff_ledger.errors import EvidenceError
from signoff_ledger.exports.migrate import copy_ledger
from signoff_ledger.exports.verification import compared_views
from signoff_ledger.ledger_reader import open_reader
from signoff_ledger.persistence.postgres.schema import role_name
from signoff_ledger.persistence.store_factory import open_store
from signoff_ledger.projections.health import examine
from signoff_ledger.projections.tables import HISTORY, TABLES
from signoff_ledger.projections.views import Views
from signoff_ledger.queries.certificate import certificate
from signoff_ledger.queries.check import check
from signoff_ledger.queries.history import HistoryFilter, history
from signoff_ledger.queries.orders import orders
from signoff_ledger.queries.process import process
from signoff_ledger.queries.reader import Reader
from signoff_ledger.queries.status import status
from signoff_ledger.queries.unit import unit
from signoff_ledger.queries.why import why
from signoff_ledger.replay.replay import replay_decisions
from tests.attacks.attack import LIVE, Refused, Reported, Surface
from tests.attacks.tables.views import CHANGES
from tests.attacks.tamperings import ROWS, VIEWS_MEMBER, VIEWS_OWNER, VIEWS_SQLITE
from tests.ledgers import START, Shop, raw
from tests.servers.databases import Databases


@pytest.fixture(scope="module")
def ledger_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a ledger in a file, once, for all who take a copy."""
    path = tmp_path_factory.mktemp("story") / "ledger.db"
    shop = Shop.ready(path)
    shop.open("B1")
    shop.record("B1", "S1")
    shop.hold()
    shop.store.close()
    return path


@pytest.fixture(scope="module")
def expected(ledger_file: Path) -> dict[str, list[dict[str, Any]]]:
    """Give every row of every view as it should be."""
    with closing(open_store(ledger_file)) as store:
        return Views(store, store).everything()


@contextmanager
def served(postgres: Databases, ledger_file: Path) -> Iterator[tuple[str, str]]:
    """Carry a ledger into a database; gives its addresses, for its owner and for a member."""
    name = postgres.create_database()
    postgres.execute(f"CREATE ROLE {name}_station LOGIN")
    with closing(open_store(ledger_file)) as source:
        copy_ledger(source, postgres.url(name))
    postgres.execute(f"GRANT {role_name(name)} TO {name}_station")
    yield postgres.url(name), postgres.url(name, user=f"{name}_station")
    postgres.drop_database(name)
    postgres.execute(f"DROP ROLE {name}_station")
    postgres.execute(f"DROP ROLE {role_name(name)}")


@pytest.fixture(scope="module")
def database(postgres: Databases, ledger_file: Path) -> Iterator[tuple[str, str]]:
    """Give the addresses of the same ledger in a database, for its owner and for a member."""
    with served(postgres, ledger_file) as addresses:
        yield addresses


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
    ledger_file: Path, tmp_path: Path, expected: dict[str, list[dict[str, Any]]], name: str
) -> None:
    """Whatever is no view of ours is replaced before an answer; a forged row, by an examination."""
    path = tmp_path / "ledger.db"
    with closing(open_store(ledger_file)) as source:
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
def test_what_decides_and_what_proves_reads_no_view(
    ledger_file: Path, tmp_path: Path, name: str
) -> None:
    """A forged row changes what lists show, and neither a decision nor a proof."""
    path = tmp_path / "ledger.db"
    with closing(open_store(ledger_file)) as source:
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


FORGED_DECISIONS: dict[str, Callable[[Any], object]] = {
    "the outcome": lambda a: a.update(outcome="SIGNED_OFF"),
    "the batch": lambda a: a.update(batch="B2"),
    "the rules": lambda a: a.update(rule_set="9"),
    "a rule fewer": lambda a: a["rules"].pop(),
    "a rule that holds": lambda a: [rule.update(holds=True) for rule in a["rules"]],
    "a finding's words": lambda a: a["rules"][3].update(says="it is in order"),
    "a number": lambda a: [rule["numbers"].update(rejects=0) for rule in a["rules"]],
    "a count": lambda a: a["rules"][3]["counts"].update(lid=9),
    "the figures": lambda a: a.update(figures=None),
    "the sentences": lambda a: a["says"]["evidence"].append("All is well."),
    "who decided": lambda a: a["decision"].update(by="mallory"),
    "when": lambda a: a["decision"].update(at="2026-01-01T00:00:00.000000Z"),
    "the printed name": lambda a: a["decision"].update(printed_name="Mallory"),
    "the meaning": lambda a: a["decision"].update(meaning="I approve."),
    "the revision": lambda a: a["decision"].update(process_revision=9),
    "the signature": lambda a: a["decision"].update(signature="ssh"),
    "the position of another event": lambda a: a["decision"].update(position=2),
}
"""What a person who writes the database can make `why` say of a decision."""


def refused(ask: Callable[[], object]) -> str:
    """Ask what must be refused as not of the log; gives why."""
    with pytest.raises(EvidenceError) as caught:
        ask()
    assert "SL513" == caught.value.code
    assert caught.value.advice is not None
    return caught.value.why


@pytest.mark.parametrize("standing", ["SIGNED_OFF", "NOT_DECIDED", "WITHDRAWN"])
def test_a_forged_standing_is_refused_by_whatever_shows_it(
    ledger_file: Path, tmp_path: Path, standing: str
) -> None:
    path = tmp_path / "ledger.db"
    with closing(open_store(ledger_file)) as source:
        copy_ledger(source, path)
    answers(path)
    with closing(raw(path)) as connection:
        connection.execute("UPDATE view_processes SET standing = ?", (standing,))
    with open_reader(path, lambda: open_ledger(path)) as reader, reader.views() as views:
        for ask in (
            lambda: status(views, START),
            lambda: process(views, "mug", START),
            lambda: why(views, "mug", None, START),
            lambda: orders(views, None, START),
        ):
            assert f"they say {standing}, and the log says HELD at #" in refused(ask)
    assert "BAD" == health(path)[0]
    with open_reader(path, lambda: open_ledger(path)) as reader, reader.views() as views:
        assert ["HELD"] == [each["standing"] for each in status(views, START)["processes"]]


@pytest.mark.parametrize("name", FORGED_DECISIONS)
def test_a_forged_decision_is_not_explained(ledger_file: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / "ledger.db"
    with closing(open_store(ledger_file)) as source:
        copy_ledger(source, path)
    answers(path)
    with closing(raw(path)) as connection:
        ((answer,),) = connection.execute("SELECT answer FROM view_explanations").fetchall()
        forged = json.loads(answer)
        FORGED_DECISIONS[name](forged)
        connection.execute("UPDATE view_explanations SET answer = ?", (json.dumps(forged),))
    assert json.loads(answer) != forged
    with open_reader(path, lambda: open_ledger(path)) as reader, reader.views() as views:
        assert "the log does not hold at #" in refused(lambda: why(views, "mug", None, START))


ASKED: Mapping[str, Callable[[Reader], object]] = {
    "status": lambda views: (status(views, START), process(views, "mug", START)),
    "why": lambda views: why(views, "mug", None, START),
    "orders": lambda views: orders(views, None, START),
    "history": lambda views: history(views, HistoryFilter()),
    "unit": lambda views: unit(views, "B1-1", None, None),
}
"""Every question that views answer."""


class Written(NamedTuple):
    """The tables of a live ledger, in the hands of who may write there."""

    connection: Any
    schema: str

    def run(self, statement: str) -> None:
        """Run a statement that changes something."""
        assert self.connection.execute(statement.replace(" view_", f" {self.schema}view_")).rowcount


@pytest.fixture(scope="module")
def ordered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a ledger in a file in which a process was held, signed off, ordered from and held."""
    path = tmp_path_factory.mktemp("ordered") / "ledger.db"
    shop = Shop.ready(path)
    shop.build("B1", rejects=2)
    shop.answer("B1")
    shop.build("B2")
    shop.sign()
    shop.order()
    shop.hold()
    shop.store.close()
    answers(path)
    return path


@pytest.fixture(scope="module")
def ordered_database(postgres: Databases, ordered: Path) -> Iterator[tuple[str, str]]:
    """Give the addresses of the same ledger in a database, for its owner and for a member."""
    with served(postgres, ordered) as addresses:
        yield addresses


@pytest.mark.parametrize("surface", LIVE)
@pytest.mark.parametrize("name", CHANGES)
def test_forged_rows_are_met_as_the_table_of_attacks_says(
    ordered: Path,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    name: str,
    surface: Surface,
) -> None:
    if surface is Surface.FILE:
        address = other = str(shutil.copy(ordered, tmp_path / "ledger.db"))
        written = Written(raw(Path(address)), "")
    else:
        other, address = request.getfixturevalue("ordered_database")
        answers(address)
        written = Written(psycopg.connect(address, autocommit=True), "signoff_views.")
    attack = CHANGES[name]
    with closing(written.connection):
        attack.does(written)
    refusing = {each.by for each in attack.outcomes[surface] if isinstance(each, Refused)}
    for question, ask in ASKED.items():
        with open_reader(other, lambda: open_ledger(other)) as reader, reader.views() as views:
            if question in refusing:
                refused(lambda: ask(views))  # noqa: B023  # asked at once
            else:
                ask(views)
    for each in attack.outcomes[surface]:
        if isinstance(each, Reported):
            with closing(open_store(other)) as store:
                kept = Views(store, store)
                found = (
                    {check.check: check for check in examine(store, kept)}
                    if (each.by == "doctor")
                    else {"views": compared_views(store, kept)}
                )
            assert (each.state, True) == (found["views"].state, each.says in found["views"].says)


def test_a_forged_sentence_is_shown_until_the_views_are_compared(
    ledger_file: Path, tmp_path: Path
) -> None:
    """What is neither a standing nor a decision is not compared with the log as it is read."""
    path = tmp_path / "ledger.db"
    with closing(open_store(ledger_file)) as source:
        copy_ledger(source, path)
    answers(path)
    with closing(raw(path)) as connection:
        connection.execute("UPDATE view_history SET sentence = 'mug was scrapped'")

    def shown() -> set[str]:
        with open_reader(path, lambda: open_ledger(path)) as reader, reader.views() as views:
            return {row["sentence"] for row in views.read(HISTORY)}

    assert {"mug was scrapped"} == shown()
    with closing(open_store(path)) as store:
        assert "view_history" in compared_views(store, Views(store, store)).says
    assert "BAD" == health(path)[0]
    assert "mug was scrapped" not in shown()


def test_rebuild_replaces_whatever_stands_there(ledger_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with closing(open_store(ledger_file)) as source:
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
