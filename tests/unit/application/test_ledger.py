"""Giving a command: by whom, under which id, once, and what happens when others come first."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest

from signoff_ledger.application.commands.batches import OpenBatch
from signoff_ledger.application.commands.command import Command
from signoff_ledger.application.commands.decisions import RecordRemark
from signoff_ledger.application.commands.inspection import DisposeUnit
from signoff_ledger.application.commands.orders import CommitOrder
from signoff_ledger.application.commands.people import EnrolPerson
from signoff_ledger.application.ledger import Call, Ledger, Receipt
from signoff_ledger.application.ports import RandomIds, SystemClock
from signoff_ledger.application.unit_of_work import UnitOfWork
from signoff_ledger.domain.events.event import EventEnvelope, LogEntry
from signoff_ledger.domain.process import Process
from signoff_ledger.domain.values import Disposition, RemarkKind, Role
from signoff_ledger.errors import (
    ConflictError,
    IdentityError,
    InputError,
    NotFoundError,
    RuleRefusedError,
    SignoffError,
)
from signoff_ledger.integrity.canonical import canonical
from signoff_ledger.persistence.store_errors import StaleError
from signoff_ledger.queries.check import judged
from signoff_ledger.replay.replay import case_as_of, replay_decisions
from tests.commands import Scripted
from tests.ledgers import START, CountingIds, Shop, positions_of

OPEN_B1 = OpenBatch(process="mug", batch="B1")
ENROL = EnrolPerson(person="ivan", printed_name="Ivan Inspector", roles=(Role.INSPECTOR,))
HOSTILE = "\x1b[31mred"


def note(shop: Shop, text: str = "a note", call: Call | None = None) -> Receipt:
    """Record a note, the smallest command there is."""
    return shop.ledger.execute(
        RecordRemark(process="mug", kind=RemarkKind.NOTE, text=text), call or Call("ines")
    )


def stale(shop: Shop, times: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let others always come first, so many times; gives the tries, as they happen."""
    tries: list[int] = []
    plain = shop.store.save

    def save(entries: Sequence[EventEnvelope], *rest: Any) -> list[int]:
        tries.append(len(tries) + 1)
        if len(tries) <= times:
            raise StaleError
        return plain(entries, *rest)

    monkeypatch.setattr(shop.store, "save", save)
    return tries


# --- by whom --------------------------------------------------------------------------------------


@pytest.mark.parametrize("nobody", [None, ""])
def test_a_command_needs_somebody_who_gives_it(shop: Shop, nobody: str | None) -> None:
    """Part 11 11.10(e): the record says who."""
    with pytest.raises(IdentityError) as caught:
        note(shop, call=Call(nobody))

    assert "SL401" == caught.value.code


def test_a_stranger_may_give_no_command(shop: Shop) -> None:
    with pytest.raises(IdentityError) as caught:
        note(shop, call=Call("stranger"))

    assert "SL401" == caught.value.code


def test_the_line_names_who_gave_the_command(shop: Shop) -> None:
    assert "bela" == note(shop, call=Call("bela")).recorded[0].entry.by


# --- under which id -------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", ["two words", "ümlaut", "-dash", "x" * 65, HOSTILE, "a\nb", "#"])
def test_a_command_id_is_a_plain_key(shop: Shop, bad: str) -> None:
    size = shop.store.size()
    with pytest.raises(InputError) as caught:
        note(shop, call=Call("ines", bad))

    assert "SL106" == caught.value.code
    assert all(line.isprintable() for line in str(caught.value).splitlines())
    assert size == shop.store.size()


def test_an_id_that_somebody_else_used_is_a_conflict_whatever_the_content(shop: Shop) -> None:
    """The record says who: nobody's act is answered with another person's."""
    note(shop, call=Call("ines", "my-id"))
    with pytest.raises(ConflictError) as caught:
        note(shop, call=Call("bela", "my-id"))

    assert "SL602" == caught.value.code


def test_a_command_without_an_id_is_given_one(shop: Shop) -> None:
    first, second = note(shop), note(shop)

    assert first.command_id != second.command_id
    assert not second.repeated


def test_the_line_names_the_command_and_a_digest_of_its_content(shop: Shop) -> None:
    receipt = note(shop, "ünicode", Call("ines", "my-id"))
    content = {"actor": "ines", "kind": "note", "process": "mug", "text": "ünicode"}
    digest = sha256(canonical({"command": "RecordRemark", "content": content})).hexdigest()

    assert f"my-id#{digest[:16]}" == receipt.recorded[0].entry.cmd


def test_all_events_of_a_command_stand_together_under_its_id(shop: Shop) -> None:
    receipt = shop.ledger.execute(
        OpenBatch(process="mug", batch="B1", made_on={}), Call("egon", "my-id")
    )
    last = shop.store.size()

    assert [last - 1, last] == positions_of([receipt])
    assert {"my-id"} == {r.entry.cmd.partition("#")[0] for r in receipt.recorded}


# --- without recording ----------------------------------------------------------------------------


def test_a_dry_run_shows_what_would_be_recorded_and_records_nothing(shop: Shop) -> None:
    size = shop.store.size()
    receipt = note(shop, call=Call("ines", "my-id", dry_run=True))

    assert ["signoff.remark-recorded.v1"] == [e.event.TOPIC for e in receipt.planned]
    assert () == receipt.recorded
    assert size == shop.store.size()
    assert not note(shop, "another", Call("ines", "my-id")).repeated


def test_a_dry_run_that_is_refused_leaves_no_refusal_behind(opened: Shop) -> None:
    size = opened.store.size()
    with pytest.raises(RuleRefusedError) as caught:
        opened.sign(Call("anna", dry_run=True))

    assert caught.value.position is None
    assert size == opened.store.size()


def test_a_dry_run_of_a_command_that_is_on_record_answers_with_it(shop: Shop) -> None:
    first = note(shop, call=Call("ines", "my-id"))
    again = note(shop, call=Call("ines", "my-id", dry_run=True))

    assert again.repeated
    assert first.recorded == again.recorded


def test_a_command_that_changes_nothing_is_not_recorded(shop: Shop) -> None:
    size = shop.store.size()
    receipt = shop.publish()

    assert ((), (), False) == (receipt.recorded, receipt.planned, receipt.repeated)
    assert size == shop.store.size()


# --- refusals are facts ---------------------------------------------------------------------------


def test_a_refusal_is_recorded_with_who_tried_and_which_rules_said_no(opened: Shop) -> None:
    """G13."""
    with pytest.raises(RuleRefusedError) as caught:
        opened.sign(Call("anna", "my-id"))
    (refused,) = opened.store.of_command("my-id")
    data = json.loads(refused.entry.line)["data"]

    assert opened.store.size() == refused.position == caught.value.position
    assert "anna" == refused.entry.by
    assert ("SL301", "sign", "batch B1") == (data["code"], data["command"], data["subject"])
    assert caught.value.attempt is not None
    assert [{"rule": r, "says": s} for r, s in caught.value.attempt.findings] == data["rules"]
    assert {"rules": data["rules"], "position": refused.position, "code": "SL301"}.items() <= (
        caught.value.as_data().items()
    )


def test_what_a_refused_command_had_half_decided_is_not_recorded(shop: Shop) -> None:
    """G13: the refusal goes alone."""

    def decide(work: UnitOfWork) -> None:
        process = work.process("mug")
        process.remark(work.stamp, RemarkKind.NOTE, "half")
        process.commit_order(work.stamp, 1, "PO")

    before = shop.store.size()
    with pytest.raises(RuleRefusedError):
        shop.ledger.execute(Scripted(steps=decide), Call("bela"))

    assert ["command-refused"] == shop.topics(before)


def test_a_refusal_that_is_no_fact_about_the_process_is_not_recorded(opened: Shop) -> None:
    size = opened.store.size()
    with pytest.raises(RuleRefusedError):
        opened.open("B2")

    assert size == opened.store.size()


# --- when others come first -----------------------------------------------------------------------


def test_a_command_behind_somebody_elses_is_decided_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = stale(shop, 1, monkeypatch)
    receipt = note(shop)

    assert [1, 2] == tries
    assert [shop.store.size()] == positions_of([receipt])


def test_a_command_that_never_comes_first_gives_up_and_does_not_persist(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    size, tries = shop.store.size(), stale(shop, 10_000, monkeypatch)
    with pytest.raises(ConflictError) as caught:
        note(shop)

    assert "SL601" == caught.value.code
    assert 100 == len(tries)
    assert size == shop.store.size()


def test_a_refusal_behind_somebody_elses_event_is_decided_again_and_recorded_once(
    opened: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, tries = opened.store.size(), stale(opened, 2, monkeypatch)
    with pytest.raises(RuleRefusedError) as caught:
        opened.sign()

    assert [1, 2, 3] == tries
    assert ["command-refused"] == opened.topics(before)
    assert opened.store.size() == caught.value.position


@pytest.mark.parametrize(
    ("command", "by"),
    [(OPEN_B1, "egon"), (ENROL, "olga")],
    ids=["refused-else", "nothing-to-add-else"],
)
def test_a_command_given_twice_at_once_is_answered_as_repeated(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, command: Command, by: str
) -> None:
    """The other one is recorded after this one has looked, and before it decides."""
    plain, call, first = shop.store.of_command, Call(by, command_id="once"), []

    def other_in_between(command_id: str) -> list[LogEntry]:
        known = plain(command_id)
        monkeypatch.undo()
        first.append(shop.ledger.execute(command, call))
        return known

    monkeypatch.setattr(shop.store, "of_command", other_in_between)
    second = shop.ledger.execute(command, call)

    assert [False] == [receipt.repeated for receipt in first]
    assert second.repeated
    assert first[0].recorded == second.recorded


def test_the_second_try_sees_what_the_others_recorded(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two people open a batch at once: one of them is told of the other's."""
    plain = shop.store.save

    def others_first(entries: Sequence[EventEnvelope], *rest: Any) -> list[int]:
        monkeypatch.undo()
        shop.open("B1")
        return plain(entries, *rest)

    monkeypatch.setattr(shop.store, "save", others_first)
    with pytest.raises(RuleRefusedError) as caught:
        shop.open("B2")

    assert "batch B1 of mug is open" == caught.value.what
    assert ["batch-opened", "batch-started"] == shop.topics()[-2:]


def test_an_id_that_somebody_else_used_meanwhile_is_seen(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = shop.store.save

    def others_first(entries: Sequence[EventEnvelope], *rest: Any) -> list[int]:
        monkeypatch.undo()
        note(shop, "theirs", Call("bela", "my-id"))
        return plain(entries, *rest)

    monkeypatch.setattr(shop.store, "save", others_first)
    with pytest.raises(ConflictError) as caught:
        note(shop, "ours", Call("ines", "my-id"))

    assert "SL602" == caught.value.code


# --- what cannot be named or written --------------------------------------------------------------

ODD_KEYS = [HOSTILE, "half a pair \udc80", "two words", "", "x" * 65]

NAMED: dict[str, Callable[[Shop, str], object]] = {
    "the one who acts": lambda s, key: note(s, call=Call(key or " ")),
    "a process to read": lambda s, key: s.ledger.work().known_process(key),
    "a process to write": lambda s, key: s.ledger.execute(
        Scripted(steps=lambda work: work.process(key).remark(*_remark(work))), Call("ines")
    ),
    "a process to check": lambda s, key: judged(s.ledger.work(), key, None, None),
    "a batch to check": lambda s, key: judged(s.ledger.work(), "mug", key, None),
    "a signer to check": lambda s, key: judged(s.ledger.work(), "mug", None, key),
    "a process to replay": lambda s, key: list(replay_decisions(s.store, key)),
    "a process as of": lambda s, key: case_as_of(s.store, key),
    "a process to order from": lambda s, key: s.ledger.execute(
        CommitOrder(process=key, quantity=1, reference="PO"), Call("bela")
    ),
    "a batch to sign": lambda s, key: s.sign(batch=key or " "),
    "a batch to record in": lambda s, key: s.record(key, "S1"),
    "a batch to import into": lambda s, key: s.bring(key, b"unit_serial,build_method\nS1,line\n"),
    "a batch to close": lambda s, key: s.close(key),
    "a batch to open": lambda s, key: s.open(key),
    "a unit to record": lambda s, key: s.record("B1", f"{key}\u2800"),
    "a unit to dispose of": lambda s, key: s.ledger.execute(
        DisposeUnit(batch="B1", serial=f"{key}\u2800", disposition=Disposition.SCRAP, reason="why"),
        Call("egon"),
    ),
    "a unit to correct": lambda s, key: s.correct("B1", f"{key}\u2800", "gap", "0.3"),
}


def _remark(work: UnitOfWork) -> tuple[Any, RemarkKind, str]:
    return work.stamp, RemarkKind.NOTE, "a note"


@pytest.mark.parametrize("odd", ODD_KEYS, ids=ascii)
@pytest.mark.parametrize("what", NAMED)
def test_an_odd_name_is_refused_and_shown_so_that_no_terminal_obeys_it(
    opened: Shop, what: str, odd: str
) -> None:
    size = opened.store.size()
    with pytest.raises(SignoffError) as caught:
        NAMED[what](opened, odd)

    assert caught.value.code in {"SL105", "SL106"}
    assert all(line.isprintable() for line in str(caught.value).splitlines())
    assert size == opened.store.size()


def test_content_that_has_no_canonical_form_is_refused(shop: Shop) -> None:
    for content in ({"text": "half a pair \udc80"}, {"number": 2**53}, {"number": 0.5}):
        with pytest.raises(InputError) as caught:
            shop.ledger.execute(Scripted(said=content), Call("ines"))

        assert "SL105" == caught.value.code


MISSING: dict[str, Callable[[UnitOfWork], object]] = {
    "SL201 a process": lambda work: work.known_process("none"),
    "SL202 a batch": lambda work: work.known_batch("none"),
    "SL201 a case": lambda work: work.case("none"),
    "SL202 a case of a batch": lambda work: work.case("mug", "none"),
}


@pytest.mark.parametrize("what", MISSING)
def test_what_is_not_there_is_not_found(shop: Shop, what: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        MISSING[what](shop.ledger.work())

    assert what[:5] == caught.value.code


# --- the clock ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "now", [START.replace(tzinfo=None), datetime(999, 1, 1, tzinfo=UTC)], ids=str
)
def test_a_clock_without_an_offset_or_a_year_records_nothing(shop: Shop, now: datetime) -> None:
    """G10: the ledger's time is UTC, always 27 characters."""
    size = shop.store.size()
    broken = Shop(shop.store, StoppedClock(now), shop.ids)
    with pytest.raises(InputError) as caught:
        note(broken)

    assert "SL110" == caught.value.code
    assert size == shop.store.size()


class StoppedClock:
    """Always says the same."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """Give the same as ever."""
        return self._now


# --- the world ------------------------------------------------------------------------------------


def test_the_machines_clock_is_aware_and_the_ids_differ() -> None:
    ids = RandomIds()

    assert SystemClock().now().tzinfo is not None
    assert ids.new() != ids.new()


def test_one_command_sees_one_state_however_often_it_asks(shop: Shop) -> None:
    work = shop.ledger.work()
    first = work.process("mug")
    note(shop)

    assert first is work.process("mug")
    assert first.version + 1 == shop.ledger.work().process("mug").version


def test_a_ledger_works_on_any_store_that_keeps_the_contract(shop: Shop) -> None:
    """The application knows the port, not the database."""

    class Forwarding:
        def __getattr__(self, name: str) -> Any:
            return getattr(shop.store, name)

    store: Any = Forwarding()
    ledger = Ledger(store, shop.clock, CountingIds("other"))
    ledger.execute(RecordRemark(process="mug", kind=RemarkKind.NOTE, text="a note"), Call("ines"))

    assert "remark-recorded" == shop.topics()[-1]
    assert shop.store.size() == store.position(
        Process("mug").id, store.load(Process, "mug").version
    )
