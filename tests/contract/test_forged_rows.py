"""Whatever is put into a ledger in PostgreSQL past the program: the database looks at it first.

As a member of its role, through the functions that a member may call; and as the owner, by hand.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

from signoff_ledger.application.ledger import Call
from signoff_ledger.bootstrap import OpenLedger, begin_ledger, open_ledger
from signoff_ledger.custody.key_store import Vault
from signoff_ledger.domain.process import Process
from signoff_ledger.errors import Advice, EvidenceError, StoreError
from signoff_ledger.exports.dossier import seal_over
from signoff_ledger.exports.log_cut import copy_until
from signoff_ledger.exports.log_folder import export_log
from signoff_ledger.exports.migrate import copy_ledger
from signoff_ledger.exports.verification import LiveLog, verify_log
from signoff_ledger.integrity.line import read_fields
from signoff_ledger.integrity.log_check import FAILED, Trust
from signoff_ledger.integrity.tree.leaf import leaf_hash
from signoff_ledger.persistence.postgres.schema import role_name
from signoff_ledger.persistence.store import LedgerStore
from signoff_ledger.persistence.store_factory import create_store, open_store
from signoff_ledger.projections.health import examine
from signoff_ledger.projections.views import Views
from tests.contract import forged
from tests.contract.forged import Row, Sealed
from tests.contract.kept import remarks, sealed
from tests.ledgers import CountingIds, Shop, TickingClock
from tests.servers.databases import Databases


class Place(NamedTuple):
    """A ledger of three remarks, a checkpoint of two and a line of a witness under it.

    Attributes:
        store: The ledger, as its owner, a superuser.
        owner: A connection of the owner.
        member: A connection of a member of its role.
        station: The address of the member.
    """

    store: LedgerStore
    owner: psycopg.Connection[Any]
    member: psycopg.Connection[Any]
    station: str

    def next_row(self, command_id: str = "next") -> Row:
        """Give an event that would be in order as the next one."""
        return Row.of(remarks(self.store.load(Process, "p"), 1, command_id)[0])

    def everything(self) -> list[Any]:
        """Give every row."""
        tables = ("events", "commands", "nodes", "checkpoints", "cosignatures")
        return [
            self.owner.execute(f"SELECT * FROM signoff.{table} ORDER BY 1, 2").fetchall()
            for table in tables
        ]


@pytest.fixture(scope="module")
def place(postgres: Databases) -> Iterator[Place]:
    """Make the one that all refused rows are handed to, so that it stays as it is."""
    name = postgres.create_database()
    member = f"{name}_station"
    postgres.execute(f"CREATE ROLE {member} LOGIN")
    with closing(create_store(postgres.url(name))) as store:
        store.save(remarks(Process("p"), 3, "c1"), "c1")
        store.keep_checkpoint(2, sealed(store, 2))
        store.keep_cosignature(2, forged.witnessed(store.checkpoints()[0][1]))
        postgres.execute(f"GRANT {role_name(name)} TO {member}")
        with (
            postgres.connect(name) as owner,
            postgres.connect(name, user=member) as connection,
        ):
            yield Place(store, owner, connection, postgres.url(name, user=member))
    postgres.drop_database(name)
    for role in (member, role_name(name)):
        postgres.execute(f"DROP ROLE IF EXISTS {role}")


@pytest.fixture
def watched(place: Place) -> Iterator[Place]:
    """Give it, and hold it afterwards against what it was before."""
    before = place.everything()
    yield place
    assert before == place.everything()


def appended(connection: psycopg.Connection[Any], *rows: Row) -> None:
    """Hand rows to the function that members append by, whatever they are."""
    connection.execute(
        "SELECT signoff.append(%s, '{}', '{}', %s, %s::integer[], %s, %s)",
        (
            rows[0].command_id,
            [row.stream for row in rows],
            [row.version for row in rows],
            [row.type for row in rows],
            [row.line for row in rows],
        ),
    )


def inserted(connection: psycopg.Connection[Any], row: Row) -> None:
    """Insert a row by hand, behind the last one."""
    statement = "COPY signoff.events (position, stream, version, type, line) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write_row((4, *row[1:]))


# --- events ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("spoilt", forged.LINES.values(), ids=forged.LINES)
def test_a_line_that_is_none_is_refused_whoever_hands_it_in(
    watched: Place, spoilt: Callable[[Row], Row]
) -> None:
    row = spoilt(watched.next_row())

    with pytest.raises(psycopg.Error):
        appended(watched.member, row)
    with pytest.raises(psycopg.Error):
        inserted(watched.owner, row)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        inserted(watched.member, row)


@pytest.mark.parametrize("spoilt", forged.LINES.values(), ids=forged.LINES)
def test_among_others_that_are_like_it_a_line_that_is_none_is_found(
    watched: Place, spoilt: Callable[[Row], Row]
) -> None:
    """Of many lines alike one is looked at member by member, and the others held to it."""
    entries = remarks(watched.store.load(Process, "p"), 3, "next")
    first, second, last = map(Row.of, entries)

    for rows in ((first, spoilt(second)), (first, second, spoilt(last))):
        with pytest.raises(psycopg.Error):
            appended(watched.member, *rows)


@pytest.mark.parametrize(("sound", "spoilt"), forged.ALIKE)
def test_what_is_like_a_sound_line_is_not_taken_for_one(
    watched: Place, sound: str, spoilt: str
) -> None:
    first, second = map(Row.of, remarks(watched.store.load(Process, "p"), 2, "next"))
    prev = json.loads(second.line)["prev"]
    first = first.said(forged.DATA, forged.DATA + sound)
    read_fields(first.line)
    second = second.said(prev, leaf_hash(first.line).hex())
    like = second.said(forged.DATA, forged.DATA + spoilt)
    with pytest.raises(EvidenceError):
        read_fields(like.line)
    with watched.member.transaction(force_rollback=True):
        appended(watched.member, first, second)

    with pytest.raises(psycopg.errors.DataError):
        appended(watched.member, first, like)


@pytest.mark.parametrize("spoilt", forged.COMMANDS.values(), ids=forged.COMMANDS)
def test_an_event_under_a_command_that_is_not_its_own_is_refused(
    watched: Place, spoilt: Callable[[Row], Row]
) -> None:
    with pytest.raises(psycopg.Error):
        appended(watched.member, spoilt(watched.next_row()))


def test_events_of_two_commands_are_not_appended_as_one(watched: Place) -> None:
    process = watched.store.load(Process, "p")
    entries = [*remarks(process, 1, "next"), *remarks(process, 1, "more")]

    with pytest.raises(psycopg.errors.DataException):
        appended(watched.member, *map(Row.of, entries))


def test_events_of_a_stream_in_disorder_are_refused(watched: Place) -> None:
    process, other = watched.store.load(Process, "p"), Process("q")
    entries = [
        *remarks(process, 1, "next"),
        *remarks(other, 1, "next"),
        *remarks(process, 1, "next"),
    ]

    with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
        appended(watched.member, *map(Row.of, reversed(entries)))


@pytest.mark.parametrize("order", [(0, 2, 1), (2, 1, 0), (1, 0, 2), (2, 0, 1), (1, 2, 0)])
def test_events_that_follow_each_other_in_another_order_than_they_stand_in_are_refused(
    watched: Place, order: tuple[int, ...]
) -> None:
    """Each names the one that stands before it, and none is missing; the versions are not so."""
    rows = [Row.of(entry) for entry in remarks(watched.store.load(Process, "p"), 3, "next")]
    chained: list[Row] = []
    prev = json.loads(rows[0].line)["prev"]
    for number in order:
        chained.append(rows[number].having(prev=prev))
        prev = leaf_hash(chained[-1].line).hex()

    with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
        appended(watched.member, *chained)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO signoff.commands VALUES ('forged', 1, 1)",
        "INSERT INTO signoff.commands VALUES ('forged', 4, 9)",
        "INSERT INTO signoff.nodes VALUES (1, 0, sha256('x'))",
        "UPDATE signoff.commands SET last = 9",
        "DELETE FROM signoff.commands",
    ],
)
@pytest.mark.parametrize("of", ["owner", "member"])
def test_what_follows_from_the_events_is_not_written_by_hand(
    watched: Place, of: str, statement: str
) -> None:
    with pytest.raises(psycopg.Error):
        getattr(watched, of).execute(statement)


@pytest.mark.parametrize("spoilt", forged.SOUND.values(), ids=forged.SOUND)
def test_whatever_is_canonical_is_taken(place: Place, spoilt: Callable[[Row], Row]) -> None:
    """The tests above refuse by what they spoil; this is what they begin with."""
    row = spoilt(place.next_row())
    read_fields(row.line)
    with place.member.transaction(force_rollback=True):
        appended(place.member, row)
        found = place.member.execute("SELECT * FROM signoff.commands WHERE first = 4")

        assert [(row.command_id, 4, 4)] == found.fetchall()


# --- checkpoints and cosignatures -----------------------------------------------------------------


@pytest.mark.parametrize("spoilt", forged.NOTES.values(), ids=forged.NOTES)
@pytest.mark.parametrize("of", ["owner", "member"])
def test_a_checkpoint_that_is_none_is_refused_whoever_hands_it_in(
    watched: Place, of: str, spoilt: Callable[[Sealed], tuple[int, bytes]]
) -> None:
    by = {"member": "SELECT signoff.keep_checkpoint(%s, %s)"}
    statement = by.get(of, "INSERT INTO signoff.checkpoints VALUES (%s, %s)")
    with pytest.raises(psycopg.Error) as caught:
        getattr(watched, of).execute(statement, spoilt(Sealed(3, watched.store.root(3))))

    assert not isinstance(caught.value, psycopg.OperationalError)


@pytest.mark.parametrize("spoilt", forged.COSIGNATURES.values(), ids=forged.COSIGNATURES)
@pytest.mark.parametrize("of", ["owner", "member"])
def test_a_cosignature_that_is_none_is_refused_whoever_hands_it_in(
    watched: Place, of: str, spoilt: Callable[[int], tuple[int, str]]
) -> None:
    by = {"member": "SELECT signoff.keep_cosignature(%s, %s)"}
    statement = by.get(of, "INSERT INTO signoff.cosignatures VALUES (%s, %s)")
    with pytest.raises(psycopg.Error) as caught:
        getattr(watched, of).execute(statement, spoilt(2))

    assert not isinstance(caught.value, psycopg.OperationalError)


def test_a_key_has_one_line_under_a_checkpoint_and_there_are_not_too_many(place: Place) -> None:
    def keep(number: int, signature: bytes) -> object:
        line = (forged.line_of(f"w{number}", signature),)
        return place.member.execute("SELECT signoff.keep_cosignature(2, %s)", line).fetchone()

    with place.member.transaction(force_rollback=True):
        assert [(True,)] * 63 == [keep(number, bytes(76)) for number in range(63)]
        assert (False,) == keep(0, bytes(4) + b"x" * 72)
        with pytest.raises(psycopg.errors.UniqueViolation), place.member.transaction():
            keep(64, bytes(76))


def test_another_checkpoint_of_the_same_size_is_refused_and_the_same_one_is_none(
    watched: Place,
) -> None:
    with closing(open_store(watched.station)) as store:
        store.keep_checkpoint(*store.checkpoints()[0])
        with pytest.raises(StoreError) as caught:
            store.keep_checkpoint(2, Sealed(2, store.root(2)).note())

        assert "SL703" == caught.value.code


@pytest.mark.parametrize("size", [1, 2, 3, 255, 256, 257, 300, 511, 512, 513, 700])
def test_the_database_knows_the_root_of_any_size(
    place: Place, size: int, many: Callable[[], LedgerStore]
) -> None:
    store = many()
    rows = store.rows("SELECT signoff.root(?)", (size,))

    assert store.root(size) == rows[0][0]


@pytest.fixture(scope="module")
def many(postgres: Databases) -> Iterator[Callable[[], LedgerStore]]:
    """Give a ledger of 700 events."""
    name = postgres.create_database()
    with closing(create_store(postgres.url(name))) as store:
        store.save(remarks(Process("p"), 700, "c1"), "c1")
        yield lambda: store
    postgres.drop_database(name)


# --- the whole ----------------------------------------------------------------------------------


@pytest.fixture
def station(postgres: Databases, tmp_path: Path) -> Iterator[OpenLedger]:
    """Open a ledger that somebody else founded, as a member of its role."""
    vault = Vault(tmp_path / "keys")
    name = postgres.create_database()
    member = f"{name}_station"
    postgres.execute(f"CREATE ROLE {member} LOGIN")
    begin_ledger(
        postgres.url(name), Call("olga"), name="mugs", printed_name="Olga Owner", vault=vault
    ).close()
    postgres.execute(f"GRANT {role_name(name)} TO {member}")
    address = postgres.url(name, user=member)
    with closing(open_ledger(address, TickingClock(), CountingIds("a"), vault)) as opened:
        yield opened
    postgres.drop_database(name)
    for role in (member, role_name(name)):
        postgres.execute(f"DROP ROLE IF EXISTS {role}")


def test_after_all_of_it_the_ledger_answers_records_and_verifies(
    station: OpenLedger, tmp_path: Path
) -> None:
    shop = Shop.of(station, CountingIds("step"))
    shop.enrol_everybody()
    shop.publish()
    store = station.store
    good = Row.of(remarks(store.load(Process, store.process_keys()[0]), 1, "next")[0])
    seal = Sealed(store.size(), store.root(store.size()))
    with psycopg.connect(store.address, autocommit=True) as member:
        for spoilt in forged.LINES.values():
            with pytest.raises(psycopg.Error):
                appended(member, spoilt(good))
        for note in forged.NOTES.values():
            with pytest.raises(psycopg.Error):
                member.execute("SELECT signoff.keep_checkpoint(%s, %s)", note(seal))
    shop.register()
    shop.build("B1", rejects=2)

    assert store.size() == station.views.rebuild()
    assert all(check.state != FAILED for check in verify_log(LiveLog(store), Trust()))
    assert () == export_log(store, tmp_path / "log").left_out
    assert store.size() == copy_ledger(store, tmp_path / "copy.db").size


def test_a_checkpoint_under_another_key_is_left_out_of_what_is_handed_over(
    station: OpenLedger, tmp_path: Path
) -> None:
    """Whose signature it is, the database cannot know; what is handed over has been verified."""
    shop = Shop.of(station, CountingIds("step"))
    shop.enrol_everybody()
    store, size = station.store, station.store.size()
    store.keep_checkpoint(size, Sealed(size, store.root(size)).note())
    exported = export_log(store, tmp_path / "early")
    assert ((size,), True) == (exported.left_out, exported.sealed < size)
    shop.publish()
    assert station.sealer is not None
    sealed_size = station.sealer.seal().size
    exported = export_log(store, tmp_path / "log")
    copied = copy_ledger(store, tmp_path / "copy.db")

    assert ((size,), (size,)) == (exported.left_out, copied.left_out)
    assert sealed_size == exported.sealed == seal_over(store, size)[0]
    with closing(open_store(tmp_path / "copy.db")) as copy:
        assert size not in dict(copy.checkpoints())
        assert all(check.state != FAILED for check in verify_log(LiveLog(copy), Trust()))


def test_a_line_of_another_shape_is_named_and_what_is_before_it_is_led_back_to(
    postgres: Databases, tmp_path: Path
) -> None:
    """What a member can do by hand: a line in form and in order that no command would write."""
    name = postgres.create_database()
    member = f"{name}_station"
    postgres.execute(f"CREATE ROLE {member} LOGIN")
    copy = tmp_path / "copy.db"
    try:
        with closing(create_store(postgres.url(name))) as store:
            postgres.execute(f"GRANT {role_name(name)} TO {member}")
            store.save(remarks(Process("p"), 3, "c1"), "c1")
            row = Row.of(remarks(store.load(Process, "p"), 1, "c2")[0])
            with postgres.connect(name, user=member) as connection:
                appended(connection, row.having(data={"anything": 1}))
            found = {f.check: f for f in examine(store, Views(store, store))}
            assert ("BROKEN", True) == (
                found["events"].state,
                found["events"].says.startswith("position 4: "),
            )
            assert Advice("cut-log", size=3) == found["events"].advice
            copy_until(store, copy, 3)
        with closing(open_store(copy)) as sound:
            assert 3 == sound.load(Process, "p").version
            assert [4] == sound.save(remarks(sound.load(Process, "p"), 1, "c2"), "c2")
    finally:
        postgres.drop_database(name)
        for role in (member, role_name(name)):
            postgres.execute(f"DROP ROLE IF EXISTS {role}")
