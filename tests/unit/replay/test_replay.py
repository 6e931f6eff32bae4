"""Replay: every decision again from its events, any earlier state, and a walk through both."""

import json
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from signoff_ledger.application.commands.bars import SupersedeBar
from signoff_ledger.application.commands.corrections import ConfirmCorrection
from signoff_ledger.application.commands.decisions import RecordRemark
from signoff_ledger.application.commands.nonconformities import AttributeNonconformity
from signoff_ledger.application.commands.people import RevokeRole
from signoff_ledger.application.commands.plans import NoteApproval
from signoff_ledger.application.ledger import Call
from signoff_ledger.domain.bar import Bar
from signoff_ledger.domain.batch import Batch
from signoff_ledger.domain.decision import SIGN_OFF_MEANING
from signoff_ledger.domain.events.process import Heads, ProcessSignedOff
from signoff_ledger.domain.gate.rule_sets import judge
from signoff_ledger.domain.person import Person
from signoff_ledger.domain.process import Process
from signoff_ledger.domain.process_records import Standing
from signoff_ledger.domain.values import Origin, Outcome, RemarkKind, Role
from signoff_ledger.errors import EvidenceError, NotFoundError
from signoff_ledger.persistence.sqlite.store import SqliteStore
from signoff_ledger.replay.replay import (
    ReplayedDecision,
    Step,
    Walk,
    case_as_of,
    checked_position,
    position_at,
    replay_decisions,
    steps,
)
from tests.ledgers import CUP, PLAN, START, Shop, disarmed, plan_file, rewrite


@pytest.fixture
def story(shop: Shop) -> Shop:
    """Give a ledger with the whole story: held by the bar, changed, signed off."""
    shop.sign_off_a_repeat()
    return shop


def decisions(shop: Shop, until: int | None = None) -> list[ReplayedDecision]:
    """Replay every decision."""
    return list(replay_decisions(shop.store, "mug", until))


# --- decisions ------------------------------------------------------------------------------------


def test_a_decision_replays_to_the_same_verdict(story: Shop) -> None:
    story.hold(reason="a complaint")
    found = decisions(story)

    assert [Outcome.HELD, Outcome.SIGNED_OFF, Outcome.HELD] == [d.outcome for d in found]
    assert [True, False, False] == [d.automatic for d in found]
    assert ["ines", "anna", "anna"] == [d.by for d in found]
    for each in found:
        assert each.same
        assert each.recorded == each.replayed


AFTERWARDS: dict[str, Callable[[Shop], object]] = {
    "a change": lambda s: s.change("LID-SEAT"),
    "a change of the design": lambda s: s.ledger.execute(
        AttributeNonconformity(
            process="mug", mode="LID-SEAT", origin=Origin.DESIGN, reason="why"
        ),
        Call("egon"),
    ),
    "another plan": lambda s: s.publish(PLAN.replace('upper = "0.40"', 'upper = "0.60"'), "wider"),
    "another design approval": lambda s: s.ledger.execute(
        NoteApproval(
            process="mug", of="design", reference="DS-2", document="DRW-2", sha256="ab" * 32
        ),
        Call("egon"),
    ),
    "another bar": lambda s: s.ledger.execute(
        SupersedeBar(process="mug", bar=Bar(units=9, max_rejects=1), reason="why"), Call("anna")
    ),
    "another batch": lambda s: [s.change(), s.open("B3"), s.record("B3", "S1"), s.close("B3")],
    "a correction": lambda s: (
        s.correct("B2", "B2-1", "gap", "0.5"),
        s.ledger.execute(ConfirmCorrection(batch="B2", number=1), Call("egon")),
    ),
    "a correction of the first batch": lambda s: (
        s.correct("B1", "B1-1", "gap", "0.25", remeasured="again"),
        s.ledger.execute(ConfirmCorrection(batch="B1", number=1), Call("egon")),
    ),
    "a pending correction": lambda s: s.correct("B1", "B1-1", "gap", "0.6"),
    "an order": lambda s: s.order(),
    "a remark": lambda s: s.ledger.execute(
        RecordRemark(process="mug", kind=RemarkKind.PRESSURE, text="Friday"), Call("bela")
    ),
    "a signer who lost the role": lambda s: s.ledger.execute(
        RevokeRole(person="anna", role=Role.APPROVER, reason="left"), Call("olga")
    ),
    "a refusal": lambda s: s.refused_order(),
    "another process": lambda s: (s.publish(CUP), s.register(CUP)),
}  # fmt: skip


@pytest.mark.parametrize("what", AFTERWARDS)
def test_nothing_that_comes_later_changes_how_a_decision_replays(story: Shop, what: str) -> None:
    """Replay reads exactly the events that the decision was taken on."""
    before = [d.recorded for d in decisions(story)]
    size = story.store.size()
    AFTERWARDS[what](story)
    found = decisions(story)

    assert size < story.store.size()
    assert all(d.same for d in found)
    assert before == [d.replayed for d in found][:2]


def test_replay_stops_at_a_position(story: Shop) -> None:
    held, signed = decisions(story)

    assert [] == decisions(story, held.position - 1)
    assert [held.position] == [d.position for d in decisions(story, held.position)]
    assert [held.position] == [d.position for d in decisions(story, signed.position - 1)]
    assert story.store.size() - 3 == signed.position


def test_a_hold_before_any_batch_replays(shop: Shop) -> None:
    shop.hold(reason="waiting for the kiln")
    (found,) = decisions(shop)

    assert found.same
    assert found.recorded.batch is None


def test_there_must_be_a_process_to_replay(story: Shop) -> None:
    with pytest.raises(NotFoundError) as caught:
        list(replay_decisions(story.store, "plate"))

    assert "SL201" == caught.value.code


# --- what was tampered with -----------------------------------------------------------------------


@pytest.fixture
def copy(story: Shop, tmp_path: Path) -> Path:
    """Give a copy of the story's ledger that may be tampered with."""
    story.store.close()
    copied = tmp_path / "copy.db"
    copied.write_bytes(story.store.path.read_bytes())
    return copied


def replayed(path: Path) -> list[bool]:
    """Replay a ledger; says for each decision whether it comes out the same."""
    store = SqliteStore.open(path)
    try:
        return [decision.same for decision in replay_decisions(store, "mug")]
    finally:
        store.close()


def line_of(path: Path, kind: str) -> tuple[int, bytes]:
    """Find the first line of a kind."""
    store = SqliteStore.open(path)
    found = next(store.read_type(f"signoff.{kind}.v1"))
    store.close()
    return found.position, found.entry.line


@pytest.mark.parametrize(
    ("kind", "old", "new", "expected"),
    [
        ("process-held", b'"holds":false', b'"holds":true', [False, True]),
        ("process-held", b'"rejects":2', b'"rejects":1', [False, True]),
        ("process-held", b"2/7 nonconforming (", b"1/7 nonconforming (", [True, True]),
        ("process-signed-off", b'"units":7', b'"units":8', [True, False]),
        ("process-signed-off", b"7/7 planned units", b"8/7 planned units", [True, True]),
        ("unit-inspected", b'"gap":50', b'"gap":25', [True, True]),
        ("batch-started", b'"max_rejects":1', b'"max_rejects":2', [False, True]),
    ],
)
def test_a_tampered_verdict_no_longer_replays(
    copy: Path, kind: str, old: bytes, new: bytes, expected: list[bool]
) -> None:
    """A verdict's facts are caught by taking it again; a sentence by the leaf and the chain alone.

    So is a reading.
    """
    position, line = line_of(copy, kind)
    assert old in line
    rewrite(copy, position, line.replace(old, new))

    assert expected == replayed(copy)


def test_a_rule_set_that_this_program_does_not_have_is_named(copy: Path) -> None:
    position, line = line_of(copy, "process-held")
    rewrite(copy, position, line.replace(b'"rule_set":"1"', b'"rule_set":"99"'))
    with pytest.raises(EvidenceError) as caught:
        replayed(copy)

    assert "SL501" == caught.value.code
    assert f"the decision at position {position} names rule set '99'" == caught.value.what


def test_figures_of_an_edition_that_this_program_does_not_have_are_named(copy: Path) -> None:
    """Else any figures could be shown as those of another edition."""
    position, line = line_of(copy, "process-held")
    rewrite(copy, position, line.replace(b'"edition":"1"', b'"edition":"99"'))
    with pytest.raises(EvidenceError) as caught:
        replayed(copy)

    assert "SL501" == caught.value.code
    assert f"the decision at position {position} names figures of edition '99'" == (
        caught.value.what
    )


@pytest.mark.parametrize(
    "lost",
    [
        f"DELETE FROM events WHERE stream = '{Batch('B1').id}'",
        f"DELETE FROM events WHERE stream = '{Batch('B2').id}' AND version > 3",
        f"DELETE FROM events WHERE stream = '{Person('anna').id}'",
    ],
    ids=["a whole batch", "the end of a batch", "a person"],
)
def test_events_that_a_decision_was_taken_on_and_that_are_gone_are_named(
    copy: Path, lost: str
) -> None:
    with closing(disarmed(copy)) as connection:
        assert connection.execute(lost).rowcount > 0
    with pytest.raises(EvidenceError) as caught:
        replayed(copy)

    assert "SL502" == caught.value.code


def test_a_sign_off_that_its_own_verdict_refuses_does_not_count_as_the_same(shop: Shop) -> None:
    """The record is true to itself and still not allowed."""
    shop.build("B1", rejects=2)
    work = shop.ledger.work("anna", "forged#0123456789abcdef")
    case = work.case("mug", "B1", work.person("anna"))
    batch, process, plan = work.batch("B1"), work.process("mug"), plan_file()
    heads = Heads(
        batches={"B1": batch.version},
        person=work.person("anna").version,
        process=process.version,
        size=shop.store.size(),
    )
    process.emit(
        work.stamp,
        ProcessSignedOff(
            bar_sha256=batch.started.bar_sha256,
            design=plan.design,
            heads=heads,
            meaning=SIGN_OFF_MEANING,
            plan_sha256=batch.started.plan_sha256,
            printed_name="Anna Approver",
            process_revision=1,
            run_max=100,
            run_min=50,
            tooling="T-1",
            tooling_revision="A",
            verdict=judge(case),
        ),
    )
    shop.store.save(work.journal, "forged")
    _, forged = decisions(shop)

    assert forged.recorded == forged.replayed
    assert not forged.same


# --- as of ----------------------------------------------------------------------------------------


def test_a_process_is_rebuilt_as_of_any_position(story: Shop) -> None:
    held, signed = decisions(story)
    seen = [
        (case.process.standing, list(case.batches), case.batch_key, case.process.revision)
        for case in (
            case_as_of(story.store, "mug", position)
            for position in (held.position - 1, held.position, signed.position, None)
        )
    ]

    assert [
        (Standing.NOT_DECIDED, ["B1"], "B1", 1),
        (Standing.HELD, ["B1"], "B1", 1),
        (Standing.SIGNED_OFF, ["B1", "B2"], "B2", 2),
        (Standing.SIGNED_OFF, ["B1", "B2"], "B2", 2),
    ] == seen


def test_between_the_two_events_that_open_a_batch_there_is_none_yet(shop: Shop) -> None:
    opened, started = shop.open("B1").recorded

    assert {} == case_as_of(shop.store, "mug", opened.position).batches
    assert ["B1"] == list(case_as_of(shop.store, "mug", started.position).batches)


def test_a_batch_that_was_closed_empty_is_not_in_question(story: Shop) -> None:
    """G25: a reader is asked about the same batch as a signer."""
    story.change()
    story.open("B3")
    story.close("B3")

    for case in (case_as_of(story.store, "mug"), story.ledger.work().case("mug")):
        assert ("B2", "B3") == (case.batch_key, [*case.batches][-1])


def test_units_are_those_of_the_position(story: Shop) -> None:
    counts = [
        len(case_as_of(story.store, "mug", position).batches["B1"].units)
        for position in range(20, 25)
    ]

    assert [0, 1, 2, 3, 4] == counts


def test_as_of_the_end_is_what_is_loaded(story: Shop) -> None:
    case = case_as_of(story.store, "mug")
    loaded = story.store.load(Process, "mug")

    assert vars(loaded).keys() == vars(case.process).keys()
    assert judge(case) == judge(story.ledger.work().case("mug"))


def test_before_its_first_event_there_is_no_process(story: Shop) -> None:
    with pytest.raises(NotFoundError):
        case_as_of(story.store, "mug", 13)
    with pytest.raises(NotFoundError):
        case_as_of(story.store, "plate")


def test_a_moment_is_the_end_of_what_is_not_younger(story: Shop) -> None:
    """G10: order is the log's; the clock only says where to look."""
    at = [recorded.entry.at for recorded in story.store.read(0)]

    assert 0 == position_at(story.store, START)
    assert (
        len(at)
        == position_at(story.store, at[-1])
        == position_at(story.store, START + timedelta(9))
    )
    assert at.count(at[0]) == position_at(story.store, at[0])
    assert at.index(at[-1]) == position_at(story.store, at[-1] - timedelta(microseconds=1))


def test_a_clock_that_went_back_does_not_reorder_the_log(shop: Shop) -> None:
    """G10."""
    shop.clock.time -= timedelta(days=1)  # type: ignore[attr-defined]
    shop.open("B1")
    recorded = list(shop.store.read(0))

    assert 0 == position_at(shop.store, recorded[-1].entry.at)
    assert len(recorded) == position_at(shop.store, recorded[-3].entry.at)


@pytest.mark.parametrize("position", [-1, 0, 10_000])
def test_a_position_is_one_that_the_log_has(story: Shop, position: int) -> None:
    with pytest.raises(NotFoundError) as caught:
        checked_position(story.store, position)

    assert "SL206" == caught.value.code
    assert 7 == checked_position(story.store, 7)
    assert story.store.size() == checked_position(story.store, story.store.size())


# --- walking --------------------------------------------------------------------------------------


def test_a_story_is_every_event_of_a_process_and_its_batches_in_order(story: Shop) -> None:
    story.publish(CUP)
    events = steps(story.store, "mug")
    until = events[10].position

    assert sorted(e.position for e in events) == [e.position for e in events]
    assert {Process("mug").id, Batch("B1").id, Batch("B2").id} == {e.entry.stream for e in events}
    assert events[:11] == steps(story.store, "mug", until)


def test_a_walk_goes_forwards_and_back_and_jumps(story: Shop) -> None:
    events = steps(story.store, "mug")
    walk = Walk("mug", events)
    forwards = [walk.at(index) for index in range(len(walk))]
    back = [walk.at(index) for index in reversed(range(len(walk)))]
    again = [walk.at(5), walk.at(5), walk.at(20), walk.at(5)]

    def shown(step: Step) -> tuple[object, ...]:
        return (step.recorded, step.verdict, step.changed, step.case.process.version)

    assert [shown(step) for step in forwards] == [shown(step) for step in reversed(back)]
    assert [shown(forwards[n]) for n in (5, 5, 20, 5)] == [shown(step) for step in again]


def test_a_step_stays_what_it_was_while_the_walk_goes_on(story: Shop) -> None:
    walk = Walk("mug", steps(story.store, "mug"))
    first = walk.at(5)
    version = first.case.process.version
    walk.at(len(walk) - 1)

    assert version == first.case.process.version
    assert len(first.case.batches["B1"].units) < 4


def test_a_step_names_the_rules_that_changed_with_it(story: Shop) -> None:
    events = steps(story.store, "mug")
    walk = Walk("mug", events)
    by_kind = {json.loads(events[n].entry.line)["type"]: walk.at(n) for n in range(len(walk))}

    assert ("batch-closed", True) in by_kind["signoff.batch-closed.v1"].changed
    assert ("design-approved", True) in by_kind["signoff.design-approval-referenced.v1"].changed
    assert ("after-last-change", False) in by_kind["signoff.process-change-applied.v1"].changed
    assert () == by_kind["signoff.batch-decided.v1"].changed


def test_the_last_step_is_the_present(story: Shop) -> None:
    walk = Walk("mug", steps(story.store, "mug"))
    last = walk.at(len(walk) - 1)

    assert Standing.SIGNED_OFF is last.case.process.standing
    assert ["B1", "B2"] == list(last.case.batches)
    assert "B2" == last.case.batch_key == last.verdict.batch
    assert ["signer-allowed"] == [f.rule for f in last.verdict.blockers]


def test_a_walk_finds_the_next_decision_or_the_end(story: Shop) -> None:
    events = steps(story.store, "mug")
    walk = Walk("mug", events)
    first = walk.next_decision(-1)
    second = walk.next_decision(first)

    assert [d.position for d in decisions(story)] == [events[n].position for n in (first, second)]
    assert len(walk) - 1 == walk.next_decision(second)


def test_a_walk_through_nothing_has_no_steps() -> None:
    walk = Walk("mug", [])

    assert 0 == len(walk)
    assert -1 == walk.next_decision(0)
