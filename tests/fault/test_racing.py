"""Two people sign at the same moment as a last result comes in: one wins, the other is told why.

Nothing is ever decided on what was not seen: each decision names the versions it was taken on, and
in the log it stands right behind them.
"""

import random
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from signoff_ledger.application.commands.decisions import RecordRemark, SignOff
from signoff_ledger.application.commands.inspection import DisposeUnit
from signoff_ledger.application.commands.nonconformities import AddNonconformity
from signoff_ledger.application.commands.people import EnrolPerson
from signoff_ledger.application.ledger import Call
from signoff_ledger.bootstrap import OpenLedger
from signoff_ledger.domain.unit import NonconformityReport
from signoff_ledger.domain.values import Disposition, RemarkKind, Role
from signoff_ledger.errors import ConflictError
from tests.fault.ledgers import files_of, held_together, lay_out, opened, shop_of, staffed
from tests.fault.rivals import RivalOutcome, assert_heads_hold, decide, look, rivals

SIGNERS = ("anna", "adam")
WON = RivalOutcome("", 0, "")
ROUNDS = 12


@cache
def ready_to_sign() -> Mapping[str, bytes]:
    """Give the files of a ledger with two approvers whose second batch can be signed off."""
    with TemporaryDirectory() as name, staffed(Path(name)) as ledger:
        shop = shop_of(ledger)
        ledger.ledger.execute(
            EnrolPerson(person="adam", printed_name="Adam Approver", roles=(Role.APPROVER,)),
            Call("olga"),
        )
        shop.build("B1", rejects=2)
        shop.answer("B1")
        shop.build("B2")
        ledger.close()
        return files_of(Path(name))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with a ledger whose second batch can be signed off."""
    return lay_out(tmp_path, ready_to_sign())


def find_a_nonconformity(ledger: OpenLedger) -> None:
    """Find something on a unit of the batch in question."""
    late = NonconformityReport(mode="CRACK", note="seen late")
    ledger.ledger.execute(
        AddNonconformity(batch="B2", serial="B2-1", nonconformity=late), Call("ines")
    )


def find_an_older_nonconformity(ledger: OpenLedger) -> None:
    """Find something on a unit of the batch before."""
    late = NonconformityReport(mode="CRACK", note="seen late")
    ledger.ledger.execute(
        AddNonconformity(batch="B1", serial="B1-3", nonconformity=late), Call("ines")
    )


def scrap_an_older_unit(ledger: OpenLedger) -> None:
    """Settle what becomes of a unit of the batch before, which changes no count."""
    ledger.ledger.execute(
        DisposeUnit(batch="B1", serial="B1-1", disposition=Disposition.SCRAP, reason="worn"),
        Call("egon"),
    )


def remark(ledger: OpenLedger) -> None:
    """Say something about the process."""
    ledger.ledger.execute(
        RecordRemark(process="mug", kind=RemarkKind.DISSENT, text="wait"), Call("ines")
    )


def sign_first(ledger: OpenLedger) -> None:
    """Sign it off."""
    ledger.ledger.execute(SignOff(process="mug", batch=None, note=None), Call("adam"))


LAST_MOMENTS: dict[str, Callable[[OpenLedger], None]] = {
    "a nonconformity": find_a_nonconformity,
    "a nonconformity on an older batch": find_an_older_nonconformity,
    "a disposition on an older batch": scrap_an_older_unit,
    "a dissent": remark,
    "another sign-off": sign_first,
}


@pytest.mark.parametrize("late", LAST_MOMENTS)
def test_what_is_recorded_between_looking_and_deciding_stops_the_decision(
    folder: Path, late: str
) -> None:
    with opened(folder) as ours, opened(folder) as theirs:
        seen = look(ours, "anna")
        LAST_MOMENTS[late](theirs)
        size = theirs.store.size()
        outcome = decide(ours, "anna", seen)

        assert ("SL603", 6) == (outcome.code, outcome.exit_code)
        assert outcome.why.startswith(f"recorded since: #{seen.size + 1} by ")
        assert size == theirs.store.size()
    assert_decided_on_what_was_seen(folder)


@pytest.mark.parametrize("late", LAST_MOMENTS)
def test_what_is_recorded_between_deciding_and_saving_stops_the_decision(
    folder: Path, monkeypatch: pytest.MonkeyPatch, late: str
) -> None:
    """The last moment there is: the decision is made up and about to be written."""
    with opened(folder) as ours, opened(folder) as theirs:
        plain, sizes = ours.store.save, []

        def others_first(*given: Any) -> list[int]:
            monkeypatch.undo()
            LAST_MOMENTS[late](theirs)
            sizes.append(theirs.store.size())
            return plain(*given)

        monkeypatch.setattr(ours.store, "save", others_first)
        seen = look(ours, "anna")
        outcome = decide(ours, "anna", seen)

        assert ("SL603", 6) == (outcome.code, outcome.exit_code)
        assert sizes == [theirs.store.size()]
    assert_decided_on_what_was_seen(folder)


def test_a_decision_is_refused_although_only_its_saving_would_notice(folder: Path) -> None:
    """The store itself refuses what was looked at before somebody else moved it."""
    with opened(folder) as ours, opened(folder) as theirs:
        work = ours.ledger.work()
        for key in ("B1", "B2"):
            work.batch(key)
        scrap_an_older_unit(theirs)
        process = work.process("mug")
        process.remark(work.stamp._replace(by="ines", cmd="c#0"), RemarkKind.NOTE, "a note")
        with pytest.raises(Exception, match="moved on from version") as caught:
            ours.store.save(work.journal, "c", work.seen)

        assert "StaleError" == type(caught.value).__name__
    assert_decided_on_what_was_seen(folder)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["threads", "processes"])
def test_two_who_sign_race_with_a_last_result(tmp_path: Path, how: str) -> None:
    chance = random.Random(how)
    race = {"threads": race_in_threads, "processes": race_in_processes}[how]
    results = list(race(tmp_path, chance))

    assert ROUNDS == len(results)
    for number, outcome in enumerate(results):
        assert outcome.count(WON) in ({0, 1} if has_late_result(number) else {1})
        assert all(each == WON or ("SL603", 6) == each[:2] for each in outcome), outcome
        assert all("recorded since: #" in each.why for each in outcome if each != WON)


def has_late_result(number: int) -> bool:
    """Say whether a nonconformity comes in as well; where none does, one of the two must win."""
    return bool(number % 3)


def race_in_threads(tmp_path: Path, chance: random.Random) -> Iterator[Sequence[RivalOutcome]]:
    """Let everybody begin at once, in one process."""
    for number in range(ROUNDS):
        folder = lay_out(tmp_path / str(number), ready_to_sign())
        outcome: list[RivalOutcome] = []
        start = threading.Barrier(2 + has_late_result(number))

        def sign(
            actor: str,
            folder: Path = folder,
            outcome: list[RivalOutcome] = outcome,
            start: Any = start,
        ) -> None:
            with opened(folder) as ledger:
                seen = look(ledger, actor)
                start.wait()
                outcome.append(decide(ledger, actor, seen))

        def find(folder: Path = folder, start: Any = start) -> None:
            with opened(folder) as ledger:
                start.wait()
                find_a_nonconformity(ledger)

        threads = [threading.Thread(target=sign, args=(actor,)) for actor in SIGNERS]
        if has_late_result(number):
            threads.append(threading.Thread(target=find))
        chance.shuffle(threads)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert_decided_on_what_was_seen(folder)
        yield outcome


def race_in_processes(tmp_path: Path, chance: random.Random) -> Iterator[Sequence[RivalOutcome]]:
    """Let everybody begin at once, each in a process of their own."""
    with rivals(*SIGNERS) as people_:
        for number in range(ROUNDS):
            folder = lay_out(tmp_path / str(number), ready_to_sign())
            for rival in people_:
                rival.look(folder)
            with opened(folder) as ledger:
                late = (
                    [lambda ledger=ledger: find_a_nonconformity(ledger)]
                    if has_late_result(number)
                    else []
                )
                moves: list[Callable[[], None]] = [*(rival.go for rival in people_), *late]
                chance.shuffle(moves)
                for move in moves:
                    move()
                outcome = [rival.outcome() for rival in people_]
            assert_decided_on_what_was_seen(folder)
            yield outcome


def assert_decided_on_what_was_seen(folder: Path) -> None:
    """Hold a ledger in a folder, and each of its decisions."""
    with held_together(folder) as ledger:
        assert_heads_hold(ledger)


def test_somebody_who_decides_again_on_what_they_now_see_may(folder: Path) -> None:
    """Being told why is enough to go on."""
    with opened(folder) as ledger:
        seen = look(ledger, "anna")
        remark(ledger)
        with pytest.raises(ConflictError):
            ledger.ledger.execute(
                SignOff(process="mug", batch=None, note=None, seen=seen), Call("anna")
            )

        assert WON == decide(ledger, "anna", look(ledger, "anna"))
