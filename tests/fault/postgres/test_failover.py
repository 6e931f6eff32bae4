"""A primary that is killed under load, and a standby that takes its place.

A commit waits until the standby has it on disk, so what was acknowledged is there after the change;
and it is the same tree, which checkpoints that were made before still prove.
"""

import os
import random
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from signoff_ledger.application.checkpoints import SealedCheckpoint
from signoff_ledger.application.ledger import Receipt
from signoff_ledger.bootstrap import open_ledger
from signoff_ledger.custody.key_store import Vault
from signoff_ledger.domain.process import Process
from signoff_ledger.persistence.store_errors import StaleError
from tests.contract.kept import remarks
from tests.fault.postgres.crew import Job, crew
from tests.fault.postgres.holding import assert_all_there_once, assert_followed_all
from tests.fault.postgres.ledgers import SHARED, begun, commands_in, give, held_together
from tests.servers.binaries import Binaries
from tests.servers.standby import Pair

NAMES = ("w0", "w1", "w2")


@pytest.fixture
def pair(binaries: Binaries) -> Iterator[Pair]:
    """Give a primary whose commits wait for a standby."""
    with Pair.made(binaries) as pair:
        yield pair


@pytest.mark.slow
def test_workers_go_on_with_the_promoted_standby_and_the_tree_is_the_same(
    pair: Pair, tmp_path: Path
) -> None:
    chance, database = random.Random("failover"), pair.primary.create_database()
    url, keys = pair.url(database), tmp_path / "keys"
    with begun(url, NAMES, keys) as ledger:
        before = {n: ledger.store.root(n) for n in range(1, ledger.store.size() + 1)}
    with (
        crew(Job("follow", "f0", url)) as followers,
        crew(
            Job("seal", "s0", url, keys=str(keys)), *(Job("record", name, url) for name in NAMES)
        ) as workers,
    ):
        followers.wait_until_ready()
        workers.wait_until_ready()
        workers.wait_for_more(chance.randrange(30, 60))
        workers.wait_until(lambda report: len(report.sealed) > 3)
        pair.fail_over()
        workers.wait_for_more(30)
        report = workers.stop()
        followed = followers.stop()

    new = pair.standby.url(database)
    assert_all_there_once(new, report, keys)
    assert_followed_all(new, followed)
    with open_ledger(url, vault=Vault(keys)) as ledger:
        assert before == {size: ledger.store.root(size) for size in before}
        assert report.sealed == {size: ledger.store.root(size).hex() for size in report.sealed}
        assert report.sealed.keys() <= {size for size, _ in ledger.store.checkpoints()}
        assert ledger.sealer is not None
        assert ledger.store.size() == ledger.sealer.seal().size
    pause_s = max(later - at for at, later in pairwise(sorted(done.at_s for done in report.done)))
    print(f"nothing was recorded for {pause_s:.2f} s")  # noqa: T201  # shown by -rP


@contextmanager
def stalled(pair: Pair) -> Iterator[None]:
    """Let the standby receive nothing for as long as this lasts."""
    ((pid,),) = pair.standby.execute(
        "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walreceiver'"
    )
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["pg_terminate_backend", "pg_cancel_backend"])
def test_nothing_is_acknowledged_that_the_standby_does_not_have(
    pair: Pair, tmp_path: Path, how: str
) -> None:
    """A commit that is interrupted while it waits can be read, and may be lost yet.

    Neither the one who gave the command may be told, nor who gives it again, nor may it be sealed.
    """
    database, keys = pair.primary.create_database(), tmp_path / "keys"
    url = pair.url(database)
    begun(url, ["w0"], keys).close()
    with (
        open_ledger(url) as ours,
        open_ledger(url) as again,
        open_ledger(url, vault=Vault(keys)) as sealing,
        ThreadPoolExecutor() as threads,
    ):
        assert sealing.sealer is not None
        with stalled(pair):
            report: list[Future[object]] = [threads.submit(give, ours.ledger, "w0", 1)]
            interrupt(pair, database, how)
            pair.primary.wait_until(lambda: "w0-1" in commands_in(pair.primary.url(database)))
            report.append(threads.submit(give, again.ledger, "w0", 1))
            report.append(threads.submit(sealing.sealer.seal))
            pair.primary.wait_until(
                lambda: waiting(pair, database) == len(report) or any(map(Future.done, report))
            )
            assert [False] * len(report) == [each.done() for each in report]
            assert [] == [*keys.glob("*/guard.json")], "the guard remembers what may be lost"
        ((first, second), sealed) = [each.result() for each in report[:2]], report[2].result()
    pair.fail_over()

    assert isinstance(first, Receipt)
    assert isinstance(second, Receipt)
    assert isinstance(sealed, SealedCheckpoint)
    assert first.recorded == second.recorded
    with open_ledger(url, vault=Vault(keys)) as ledger:
        assert list(first.recorded) == ledger.store.of_command("w0-1")
        assert sealed.root == ledger.store.root(sealed.size)
    held_together(url, keys)


@pytest.mark.slow
def test_what_was_read_and_is_gone_with_the_primary_is_forgotten(pair: Pair) -> None:
    """A commit that was interrupted while it waited, read by somebody else, never arrives."""
    database = pair.primary.create_database()
    url = pair.url(database)
    begun(url, ["w0"]).close()
    with (
        open_ledger(url) as ours,
        open_ledger(url) as theirs,
        ThreadPoolExecutor() as threads,
    ):
        give(theirs.ledger, "w0", 4)
        ((sender,),) = pair.primary.execute("SELECT pid FROM pg_stat_replication")
        os.kill(sender, signal.SIGSTOP)
        report = threads.submit(give, ours.ledger, "w0", 8)
        interrupt(pair, database, "pg_terminate_backend")
        pair.primary.wait_until(lambda: "w0-8" in commands_in(pair.primary.url(database)))
        entries = remarks(theirs.store.load(Process, SHARED), 1, "made-up-before")
        os.kill(pair.primary.pid, signal.SIGKILL)
        os.kill(sender, signal.SIGKILL)
        pair.promote()
        at = report.result().recorded[0]
        assert at.position == theirs.store.size()
        with pytest.raises(StaleError):
            theirs.store.save(entries, "made-up-before")
        give(theirs.ledger, "w0", 12)

    assert at.entry.version + 1 == entries[0].version, "what follows would have fitted in"
    held_together(pair.standby.url(database))


def interrupt(pair: Pair, database: str, how: str) -> None:
    """Interrupt the one commit that waits for the standby."""
    pair.primary.wait_until(lambda: waiting(pair, database) == 1)
    pair.primary.execute(f"SELECT {how}(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")


def waiting(pair: Pair, database: str) -> int:
    """Count the commits that wait for the standby."""
    rows = pair.primary.execute(
        f"SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND datname = '{database}'"
    )
    return len(rows)
