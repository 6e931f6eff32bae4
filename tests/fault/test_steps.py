"""Each step of recording and sealing fails, in pairs: without being done, and when it is done.

Either the process gets an error and goes on, or it ends there. Afterwards there is no fork
and no second event, the command under way is in the log once with one answer, the guard accepts the
log, and it verifies.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from signoff_ledger.bootstrap import OpenLedger
from signoff_ledger.domain.events.process import ProcessHeld
from signoff_ledger.domain.process import Process
from signoff_ledger.errors import Advice, NotFoundError, StoreError
from signoff_ledger.exports.log_folder import LogFolder, export_log
from signoff_ledger.exports.restore import restore_log
from signoff_ledger.exports.verification import verify_log
from signoff_ledger.integrity.log_check import Trust
from signoff_ledger.persistence.sqlite.store import SqliteStore
from tests.fault.faults import (
    COMMAND,
    EXPORT,
    FAULTS,
    RESTORED,
    be_witnessed,
    broken,
    cosignature,
    decide,
)
from tests.fault.forking import Parent, needs_forks, parent
from tests.fault.ledgers import (
    ALMOST_A_NODE,
    LEDGER,
    Found,
    assert_given_once,
    give,
    guard_file,
    held_together,
    opened,
    put_ledger_to_break,
)
from tests.ledgers import check_ledger
from tests.rounds import ROUNDS

ACKNOWLEDGED = frozenset(
    {"seal", "seal kept", "seal committed", "guard", "guard synced", "guard renamed"}
)
"""Steps behind the commit: the command is recorded, whatever becomes of its seal."""

EXPORTS = frozenset({"export renamed", "restore committed", "restore renamed"})
AT_LENGTH = ROUNDS >= 100
"""Whether every ledger in which a step failed is exported and restored, or those of `EXPORTS`."""

RESTORES = frozenset({"restore committed", "restore renamed"})

ENDS = pytest.mark.parametrize("ends", ["reported", pytest.param("ended", marks=needs_forks)])
STEPS = pytest.mark.parametrize("step", FAULTS)


@pytest.fixture(scope="module")
def nursery() -> Iterator[Parent]:
    """Give a parent of processes that end in the middle."""
    with parent() as started:
        yield started


@pytest.mark.rounds
@ENDS
@STEPS
def test_a_step_that_fails_and_does_not_persist(
    tmp_path: Path, request: pytest.FixtureRequest, step: str, ends: str
) -> None:
    folder = put_ledger_to_break(tmp_path)
    strike(request, folder, step, ends, done=False)
    found = Found.at(folder)

    assert (step in ACKNOWLEDGED) == (COMMAND in found.commands)
    assert ALMOST_A_NODE + 3 not in found.sealed
    assert not found.cosigned
    assert (step in RESTORES) == (folder / EXPORT).exists()
    assert not is_whole(folder / RESTORED)
    assert_nothing_came_of_it(folder, step)


@pytest.mark.rounds
@ENDS
@STEPS
def test_a_step_that_fails_but_persists(
    tmp_path: Path, request: pytest.FixtureRequest, step: str, ends: str
) -> None:
    """What was done inside a transaction goes with it; what was done outside stays."""
    folder = put_ledger_to_break(tmp_path)
    strike(request, folder, step, ends, done=True)
    found = Found.at(folder)

    assert (step in ACKNOWLEDGED | {"commit"}) == (COMMAND in found.commands)
    assert (step == "seal committed") == (ALMOST_A_NODE + 3 in found.sealed)
    assert (step == "witness") == bool(found.cosigned)
    assert (step in {"export renamed", *RESTORES}) == (folder / EXPORT).exists()
    assert (step == "restore renamed" and ends == "ended") == is_whole(folder / RESTORED)
    assert_nothing_came_of_it(folder, step)


def test_no_answer_says_that_nothing_was_recorded_when_a_commit_fails(tmp_path: Path) -> None:
    folder = put_ledger_to_break(tmp_path)
    with (
        opened(folder) as ledger,
        broken(FAULTS["commit"], done=True, ends=False),
        pytest.raises(StoreError) as caught,
    ):
        give(ledger.ledger, COMMAND)

    assert COMMAND in Found.at(folder).commands
    assert "SL703" == caught.value.code
    assert "may not have been written" in caught.value.what
    assert Advice("look-before-repeating") == caught.value.advice


def test_no_answer_says_that_nothing_is_there_when_an_export_is(tmp_path: Path) -> None:
    folder = put_ledger_to_break(tmp_path)
    said = {}
    with opened(folder) as ledger:
        for done in (False, True):
            with (
                broken(FAULTS["export renamed"], done=done, ends=False),
                pytest.raises(StoreError) as caught,
            ):
                export_log(ledger.store, folder / EXPORT)
            said[done] = caught.value.advice
        with pytest.raises(StoreError) as caught:
            export_log(ledger.store, folder / EXPORT)

    assert {False: Advice("free-disk-and-export"), True: Advice("export-again")} == said
    assert "SL704" == caught.value.code


def strike(
    request: pytest.FixtureRequest, folder: Path, step: str, ends: str, *, done: bool
) -> None:
    """Let a step fail under a ledger in use."""
    if ends == "ended":
        nursery: Parent = request.getfixturevalue("nursery")
        nursery.end_at(folder, step, done=done)
        return
    fault = FAULTS[step]
    with opened(folder) as ledger:
        with broken(fault, done=done, ends=False), suppress(StoreError, RuntimeError):
            fault.act(ledger, folder)
        if fault.act is not decide:
            return
        # The same process goes on, before anybody opens the file again: the answer does not change.
        known = give(ledger.ledger, COMMAND) if COMMAND in Found.at(folder).commands else None
        assert known is None or known.repeated
        assert ALMOST_A_NODE + 3 * (known is not None) == ledger.store.size()


def assert_nothing_came_of_it(folder: Path, step: str) -> None:
    """Hold everything about a ledger in which a step failed."""
    with held_together(folder) as ledger:
        assert_given_once(ledger, COMMAND)
        held = [r.entry.event for r in ledger.store.stream(Process("mug").id)]
        assert 1 == sum(isinstance(event, ProcessHeld) for event in held)
        assert ALMOST_A_NODE + 3 == ledger.store.size()
        assert_cosigned_once(ledger)
        be_witnessed(ledger, folder)
        if AT_LENGTH or step in EXPORTS:
            assert_exported_whole(ledger, folder)
            assert_restored_whole(folder)
    check_ledger(folder / LEDGER)
    assert ALMOST_A_NODE + 3 == json.loads(guard_file(folder).read_bytes())["size"]


def assert_cosigned_once(ledger: OpenLedger) -> None:
    """Keep the same cosignature, perhaps again: it is there once."""
    size, line = cosignature(ledger)
    ledger.store.keep_cosignature(size, line)
    assert [line] == ledger.store.cosignatures(size)


def is_whole(ledger: Path) -> bool:
    """Say whether a ledger stands there; anything that does is all of one."""
    try:
        SqliteStore.open(ledger).close()
    except NotFoundError:
        return False
    except StoreError as error:
        if error.code == "SL701":
            return False
        raise
    assert check_ledger(ledger) in {ALMOST_A_NODE, ALMOST_A_NODE + 3}
    return True


def assert_restored_whole(folder: Path) -> None:
    """Bring the log back where nothing of it has come back."""
    if not is_whole(folder / RESTORED):
        (folder / RESTORED).unlink(missing_ok=True)
        restore_log(folder / EXPORT, folder / RESTORED)
    assert is_whole(folder / RESTORED)


def assert_exported_whole(ledger: OpenLedger, folder: Path) -> None:
    """Whatever stands in the export's place is whole; where nothing stands, it can be made."""
    with suppress(StoreError):
        export_log(ledger.store, folder / EXPORT)
    checks = list(verify_log(LogFolder(folder / EXPORT), Trust()))
    assert "readme" == checks[-1].name
