"""What every aggregate has: a stream, a journal, and a state that follows from its events."""

from copy import deepcopy

import pytest

from signoff_ledger.domain.aggregate import Aggregate
from signoff_ledger.domain.batch import Batch
from signoff_ledger.domain.events.event import EventEnvelope
from signoff_ledger.domain.ledger_stream import LedgerStream
from signoff_ledger.domain.person import Person
from signoff_ledger.domain.process import Process
from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.canonical import parse
from signoff_ledger.integrity.stream_ids import stream_id
from signoff_ledger.integrity.tree.leaf import leaf_hash
from tests.stories import Story, fixed, opened, unit


def entries_of(story: Story, aggregate: Aggregate) -> list[EventEnvelope]:
    """Give the events of one stream."""
    return [entry for entry in story.journal if entry.stream == aggregate.id]


def test_a_stream_is_named_by_kind_and_key() -> None:
    """A repeated command meets the same stream, in every ledger."""
    assert Process("bowl").id == Process("bowl").id == stream_id("process", "bowl")
    assert 4 == len(
        {Process("bowl").id, Batch("bowl").id, Person("bowl").id, LedgerStream("bowl").id}
    )


def test_an_aggregate_exists_from_its_first_event_on() -> None:
    story = Story()
    before = story.process.exists
    story.publish()

    assert not before
    assert story.process.exists


def test_aggregates_that_are_saved_together_share_a_journal() -> None:
    story = fixed()

    together: list[Aggregate] = [
        story.process,
        *story.batches.values(),
        *story.people.values(),
    ]

    assert len(story.journal) == sum(len(entries_of(story, each)) for each in together)


def test_every_line_names_the_hash_of_the_one_before_it() -> None:
    """The first of a stream names none."""
    story = fixed()
    entries = entries_of(story, story.process)
    named = [parse(entry.line).get("prev") for entry in entries]

    assert [None, *(leaf_hash(entry.line).hex() for entry in entries[:-1])] == named
    assert [*range(1, len(entries) + 1)] == [entry.version for entry in entries]


def test_replaying_the_events_gives_the_same_state() -> None:
    """The state follows from the events alone."""
    story = fixed()
    again = Batch("B2").replay(entries_of(story, story.batch))

    assert (story.batch.units, story.batch.started, story.batch.version) == (
        again.units,
        again.started,
        again.version,
    )


def test_a_replayed_aggregate_goes_on_where_the_stream_ended() -> None:
    story = opened()
    again = Batch("B1").replay(entries_of(story, story.batch))
    entry = again.emit(story.stamp(), story.batch.started)

    assert leaf_hash(story.journal[-1].line).hex() == parse(entry.line)["prev"]


def test_an_event_of_another_kind_of_stream_is_refused() -> None:
    story = opened()

    with pytest.raises(EvidenceError) as refused:
        Process("B1").replay(entries_of(story, story.batch))

    assert "SL502" == refused.value.code


def test_an_event_of_another_stream_is_refused() -> None:
    story = opened()

    with pytest.raises(EvidenceError):
        Batch("B2").replay(entries_of(story, story.batch))


@pytest.mark.parametrize("versions", [[2], [1, 3], [1, 1], [2, 1]])
def test_a_gap_or_a_repeat_in_the_versions_is_refused(versions: list[int]) -> None:
    story = opened()
    story.record(unit("U-1"), unit("U-2"))
    entries = {entry.version: entry for entry in entries_of(story, story.batch)}

    with pytest.raises(EvidenceError) as refused:
        Batch("B1").replay(entries[version] for version in versions)

    assert "SL502" == refused.value.code


def test_an_event_that_does_not_fit_leaves_no_trace() -> None:
    story = opened()
    batch = story.batch
    bad = story.journal[-1]._replace(version=9)

    with pytest.raises(EvidenceError):
        batch.apply(bad)

    assert 1 == batch.version


def test_a_copy_shares_no_container_with_its_original() -> None:
    """A command that fails leaves nothing behind in a cache."""
    story = opened()
    twin = deepcopy(story.batch)
    twin.record_unit(story.stamp(), unit("U-1"), [])

    assert (1, {}) == (story.batch.version, story.batch.units)
    assert (2, ["U-1"]) == (twin.version, [*twin.units])


def test_a_copy_of_a_copy_is_made_once() -> None:
    story = opened()
    first, second = deepcopy([story.batch, story.batch])

    assert first is second
