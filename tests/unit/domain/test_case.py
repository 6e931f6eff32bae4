"""The case: what the gate looks at, and nothing else."""

from dataclasses import replace

import pytest

from signoff_ledger.domain.case import Case, Signer
from signoff_ledger.domain.gate.rule_sets import judge
from signoff_ledger.domain.process import Process
from signoff_ledger.domain.values import Role
from signoff_ledger.domain.verdict import EventRef
from signoff_ledger.errors import NotFoundError
from tests.stories import bar, fixed, held


def test_an_empty_case_has_no_batch_no_bar_and_no_count() -> None:
    """S-17."""
    case = Case(Process("bowl"), {}, None)

    assert (None, None, None) == (case.batch, case.bar, case.tally)
    assert () == case.earlier


def test_a_batch_that_is_not_there_is_none() -> None:
    story = fixed()
    case = replace(story.case(), batch_key="B9")

    assert case.batch is None
    assert ("B1", "B2") == tuple(batch.key for batch in case.earlier)


def test_a_case_is_put_on_batches_of_its_process_alone() -> None:
    case = fixed().case()

    assert "B1" == case.on("B1").batch_key
    assert case.signer == case.on("B1").signer
    with pytest.raises(NotFoundError, match="SL202"):
        case.on("B9")


def test_a_batch_that_was_closed_empty_is_not_in_question() -> None:
    """G25."""
    story = fixed()
    story.change()
    story.open("B3")
    story.close()

    assert ["B1", "B2", "B3"] == [*story.case().batches]
    assert "B2" == story.case().batch_key


def test_the_batches_before_the_one_in_question_are_earlier() -> None:
    story = fixed()

    assert ["B1"] == [batch.key for batch in story.case("B2").earlier]
    assert () == story.case("B1").earlier


def test_another_bar_can_be_asked_about_and_changes_nothing() -> None:
    """S-33: the bar that was not set."""
    story = held()
    case = replace(story.case(), bar_instead=bar(max_rejects=5))

    assert judge(case).finding("rejects-within-ac").holds
    assert 1 == story.batch.bar.max_rejects
    assert not story.finding("rejects-within-ac").holds


def test_events_are_referred_to_by_stream_and_version() -> None:
    case = held().case()

    assert (EventRef(stream="process", version=3),) == case.in_process(3)
    assert (EventRef(stream="batch B1", version=1), EventRef(stream="batch B1", version=2)) == (
        case.in_batch(1, 2)
    )


def test_the_signer_is_who_the_ledger_knew_at_that_moment() -> None:
    """G9."""
    signer = held().case().signer

    assert Signer("anna", "Anna Approver", frozenset({Role.APPROVER})) == signer
