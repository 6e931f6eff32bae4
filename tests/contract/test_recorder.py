"""One contract for every store: what a ledger asks of it."""

from contextlib import closing
from hashlib import sha256
from itertools import islice
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from signoff_ledger.domain.events.event import EventMetadata
from signoff_ledger.domain.events.process import ProcessDefined, RemarkRecorded
from signoff_ledger.domain.person import Person
from signoff_ledger.domain.process import Process
from signoff_ledger.integrity.canonical import parse
from signoff_ledger.persistence.address import is_url
from signoff_ledger.persistence.store_errors import StaleError
from tests.contract.kept import Kept, remarks
from tests.ledgers import START, disarmed, plan_file

# --- appending ------------------------------------------------------------------------------------


def test_positions_are_dense_from_one_whatever_failed_in_between(kept: Kept) -> None:
    first, second = Process("first"), Process("second")
    positions = kept.store.save(remarks(first, 2, "c1"), "c1")
    with pytest.raises(StaleError):
        kept.store.save(remarks(Process("first"), 3, "c2"), "c2")
    positions += kept.store.save(remarks(second, 3, "c3"), "c3")
    positions += kept.store.save(remarks(first, 1, "c4"), "c4")

    assert [1, 2, 3, 4, 5, 6] == positions
    assert [(n,) for n in positions] == kept.rows("SELECT position FROM events ORDER BY position")


def test_a_line_is_stored_byte_for_byte_with_its_leaf_hash_and_its_index(kept: Kept) -> None:
    process = Process("näh")  # A key that is none, so that the line is not plain ASCII.
    entries = remarks(process, 3, "c1")
    kept.store.save(entries, "c1")
    rows = kept.rows("SELECT line, leaf, stream, version, type FROM events ORDER BY position")

    assert [e.line for e in entries] == [line for line, *_ in rows]
    assert [sha256(b"\x00" + e.line).digest() for e in entries] == [leaf for _, leaf, *_ in rows]
    assert [(str(process.id), n, RemarkRecorded.TOPIC) for n in (1, 2, 3)] == [
        tuple(index) for _, _, *index in rows
    ]


def test_entries_of_several_streams_are_saved_in_the_order_given(kept: Kept) -> None:
    a, b = Process("a"), Process("b")
    entries = [*remarks(a, 1, "c1"), *remarks(b, 1, "c1"), *remarks(a, 1, "c1")]
    kept.store.save(entries, "c1")

    assert [e.line for e in entries] == [r.entry.line for r in kept.store.read(0)]


def test_a_save_with_one_stale_entry_fails_and_does_not_persist(kept: Kept) -> None:
    """Several streams at once: all events of a command or none."""
    stale = remarks(Process("b"), 1, "c2")
    kept.store.save(remarks(Process("b"), 1, "c1"), "c1")
    with pytest.raises(StaleError):
        kept.store.save(
            [*remarks(Process("a"), 2, "c2"), *stale, *remarks(Process("c"), 1, "c2")], "c2"
        )

    assert 1 == kept.store.size()
    assert [] == kept.store.of_command("c2")
    assert not kept.store.load(Process, "a").exists


def test_a_version_that_is_taken_is_stale(kept: Kept) -> None:
    process = Process("p")
    kept.store.save(remarks(process, 1, "c1"), "c1")
    ours, theirs = kept.store.load(Process, "p"), kept.store.load(Process, "p")
    kept.store.save(remarks(theirs, 1, "c2"), "c2")

    with pytest.raises(StaleError):
        kept.store.save(remarks(ours, 1, "c3"), "c3")


def test_a_save_is_refused_when_a_stream_that_was_only_looked_at_has_moved(kept: Kept) -> None:
    """Nothing is decided on what was not seen, although nothing is written there."""
    looked_at, unborn = Process("looked-at"), Process("unborn")
    kept.store.save(remarks(looked_at, 1, "c1"), "c1")
    seen = {looked_at.id: looked_at.version, unborn.id: 0}
    assert [2] == kept.store.save(remarks(Process("a"), 1, "c2"), "c2", seen)
    kept.store.save(remarks(unborn, 1, "c3"), "c3")
    with pytest.raises(StaleError):
        kept.store.save(remarks(Process("b"), 1, "c4"), "c4", seen)

    assert 3 == kept.store.size()
    assert [] == kept.store.of_command("c4")


def test_a_version_that_leaves_one_out_is_stale_and_does_not_persist(kept: Kept) -> None:
    """A writer that remembers more than is on record, after a restore say, is not let in."""
    process = Process("p")
    kept.store.save(remarks(process, 2, "c1"), "c1")
    remarks(process, 1)
    with pytest.raises(StaleError):
        kept.store.save(remarks(process, 1, "c2"), "c2")

    assert 2 == kept.store.size()


def test_a_command_id_is_recorded_once_and_its_second_use_does_not_persist(kept: Kept) -> None:
    kept.store.save(remarks(Process("a"), 2, "c1"), "c1")
    with pytest.raises(StaleError):
        kept.store.save(remarks(Process("b"), 1, "c1"), "c1")

    assert 2 == kept.store.size()
    assert [("c1", 1, 2)] == kept.rows("SELECT id, first, last FROM commands")


def test_a_save_that_fails_does_not_use_up_its_command_id(kept: Kept) -> None:
    kept.store.save(remarks(Process("a"), 1, "c1"), "c1")
    with pytest.raises(StaleError):
        kept.store.save(remarks(Process("a"), 1, "c2"), "c2")

    assert [2] == kept.store.save(remarks(Process("b"), 1, "c2"), "c2")


def test_nothing_to_save_records_nothing(kept: Kept) -> None:
    assert [] == kept.store.save([], "c1")
    assert 0 == kept.store.size()
    assert [] == kept.store.of_command("c1")


# --- asking ---------------------------------------------------------------------------------------


def test_a_command_is_answered_with_what_it_recorded(kept: Kept) -> None:
    kept.store.save(remarks(Process("a"), 2, "c1"), "c1")
    entries = remarks(Process("b"), 3, "c2")
    kept.store.save(entries, "c2")
    kept.store.save(remarks(Process("c"), 2, "c3"), "c3")
    found = kept.store.of_command("c2")

    assert [3, 4, 5] == [recorded.position for recorded in found]
    assert [e.line for e in entries] == [recorded.entry.line for recorded in found]
    assert [] == kept.store.of_command("c9")


@pytest.mark.parametrize("count", [999, 1_000, 1_001, 2_000, 2_500])
def test_the_log_is_read_whole_whatever_its_length_is_to_a_page(kept: Kept, count: int) -> None:
    """Pages have a thousand events; none is lost or doubled where they meet."""
    kept.store.save(remarks(Process("p"), count, "c1"), "c1")

    assert [*range(1, count + 1)] == [r.position for r in kept.store.read(0)]


@pytest.mark.parametrize(
    ("after", "until", "expected"),
    [
        (0, 3, range(1, 4)),
        (998, 1_003, range(999, 1_004)),
        (1_000, None, range(1_001, 1_206)),
        (1_000, 1_000, range(0)),
        (5, 2, range(0)),
        (1_205, None, range(0)),
        (0, 99_999, range(1, 1_206)),
    ],
)
def test_a_part_of_the_log_is_read_from_behind_one_position_up_to_another(
    kept: Kept, after: int, until: int | None, expected: range
) -> None:
    kept.store.save(remarks(Process("p"), 1_205, "c1"), "c1")

    assert [*expected] == [r.position for r in kept.store.read(after, until)]


def test_reading_goes_on_into_what_is_recorded_meanwhile(kept: Kept) -> None:
    process = Process("p")
    kept.store.save(remarks(process, 1_000, "c1"), "c1")
    reading = kept.store.read(0)
    begun = [r.position for r in islice(reading, 10)]
    kept.another().save(remarks(process, 5, "c2"), "c2")

    assert [*range(1, 1_006)] == begun + [r.position for r in reading]


def test_a_stream_is_read_in_order_as_of_a_position(kept: Kept) -> None:
    a, b = Process("a"), Process("b")
    for number in range(3):
        command = f"c{number}"
        kept.store.save([*remarks(a, 1, command), *remarks(b, 2, command)], command)

    assert [(1, 1), (4, 2), (7, 3)] == [
        (r.position, r.entry.version) for r in kept.store.stream(a.id)
    ]
    assert [1, 2, 3] == [r.entry.version for r in kept.store.stream(b.id, 5)]
    assert [] == list(kept.store.stream(b.id, 1))
    assert [] == list(kept.store.stream(uuid4()))


def test_events_of_one_kind_are_read_in_order(kept: Kept) -> None:
    for number, key in enumerate(("b", "a", "c")):
        process, file = Process(key), plan_file()
        stamp = EventMetadata(START, "egon", f"c{number}#0123456789abcdef")
        process.publish_plan(stamp, file.plan, file.design, None)
        noted = remarks(Process(f"{key}-2"), 1, f"c{number}")
        kept.store.save([*process.journal[:1], *noted], f"c{number}")

    assert [1, 3, 5] == [r.position for r in kept.store.read_type(ProcessDefined.TOPIC)]
    assert [2, 4, 6] == [r.position for r in kept.store.read_type(RemarkRecorded.TOPIC)]
    assert ["b", "a", "c"] == kept.store.process_keys()
    assert [] == list(kept.store.read_type("signoff.unheard-of.v1"))


def test_an_event_is_found_by_its_place_in_its_stream(kept: Kept) -> None:
    a, b = Process("a"), Process("b")
    kept.store.save([*remarks(a, 2, "c1"), *remarks(b, 1, "c1"), *remarks(a, 1, "c1")], "c1")

    assert [1, 2, 4] == [kept.store.position(a.id, version) for version in (1, 2, 3)]
    assert 3 == kept.store.position(b.id, 1)


def test_many_events_are_found_together_and_those_that_are_not_there_are_left_out(
    kept: Kept,
) -> None:
    a, b = Process("a"), Process("b")
    kept.store.save([*remarks(a, 2, "c1"), *remarks(b, 1, "c1"), *remarks(a, 1, "c1")], "c1")

    assert {1: 1, 3: 4} == kept.store.positions(a.id, {3, 1, 9})
    assert {1: 1, 2: 2, 3: 4} == kept.store.positions(a.id)
    assert {1: 3} == kept.store.positions(b.id)
    assert {} == kept.store.positions(a.id, ())
    assert {} == kept.store.positions(Process("c").id)


def test_an_empty_log_has_no_size_and_no_events(kept: Kept) -> None:
    assert 0 == kept.store.size()
    assert [] == list(kept.store.read(0))
    assert [] == kept.store.process_keys()


# --- loading --------------------------------------------------------------------------------------


def test_an_aggregate_comes_back_as_of_any_version(kept: Kept) -> None:
    entries = remarks(Process("p"), 5, "c1")
    kept.store.save(entries, "c1")

    assert [0, 1, 3, 5, 5] == [
        kept.store.load(Process, "p", version).version for version in (0, 1, 3, 5, 99)
    ]
    assert 5 == kept.store.load(Process, "p").version


def test_what_nobody_recorded_loads_as_empty_and_does_not_persist(kept: Kept) -> None:
    assert not kept.store.load(Process, "nobody").exists
    assert not kept.store.load(Person, "nobody", 3).exists
    assert 0 == kept.store.size()


def test_the_same_key_of_another_kind_is_another_stream(kept: Kept) -> None:
    kept.store.save(remarks(Process("p"), 1, "c1"), "c1")

    assert kept.store.load(Process, "p").exists
    assert not kept.store.load(Person, "p").exists


def test_what_another_process_recorded_is_seen_at_once(kept: Kept) -> None:
    here = kept.store.load(Process, "p")
    kept.store.save(remarks(here, 1, "c1"), "c1")
    there = kept.another()
    theirs = there.load(Process, "p")
    there.save(remarks(theirs, 2, "c2"), "c2")
    kept.store.save(remarks(kept.store.load(Process, "p"), 1, "c3"), "c3")

    assert 4 == kept.store.load(Process, "p").version == there.load(Process, "p").version
    assert 4 == kept.store.size() == there.size()


def test_each_line_names_the_leaf_of_the_one_before_it_in_its_stream(kept: Kept) -> None:
    for command in ("c1", "c2", "c3"):
        for key in ("a", "b"):
            id_ = command + key
            kept.store.save(remarks(kept.store.load(Process, key), 2, id_), id_)
    leaves: dict[str, str] = {}
    for line, leaf in kept.rows("SELECT line, leaf FROM events ORDER BY position"):
        assert isinstance(line, bytes)
        assert isinstance(leaf, bytes)
        fields = parse(line)
        assert leaves.get(fields["stream"]) == fields.get("prev")
        leaves[fields["stream"]] = leaf.hex()

    assert 2 == len(leaves)


def test_a_log_that_was_cut_and_grew_anew_is_not_mixed_with_what_is_remembered(kept: Kept) -> None:
    """A backup was put in its place, or a server took over that knew less."""
    process = Process("p")
    kept.store.save(remarks(process, 3, "c1"), "c1")
    assert 3 == kept.store.load(Process, "p").version
    cut_last(kept.store.address)
    assert 2 == kept.store.load(Process, "p").version
    kept.store.load(Process, "p")
    cut_last(kept.store.address)
    kept.another().save(remarks(Process("q"), 1, "c2"), "c2")

    assert 1 == kept.store.load(Process, "p").version
    assert [3] == kept.store.save(remarks(kept.store.load(Process, "p"), 1, "c3"), "c3")


def cut_last(address: str) -> None:
    """Take the last event away, past everything that keeps it."""
    if not is_url(address):
        with closing(disarmed(Path(address))) as connection:
            connection.execute(
                "DELETE FROM events WHERE position = (SELECT max(position) FROM events)"
            )
            connection.commit()
        return
    with psycopg.connect(address) as database:
        database.execute("ALTER TABLE signoff.events DISABLE TRIGGER events_are_kept")
        database.execute(
            "DELETE FROM signoff.events WHERE position = (SELECT max(position) FROM signoff.events)"
        )
        database.execute("ALTER TABLE signoff.events ENABLE TRIGGER events_are_kept")
