"""Following the history: every event once, in order, whoever records, on every store."""

import threading
from contextlib import closing
from itertools import chain, islice

from signoff_ledger.domain.process import Process
from signoff_ledger.persistence.store import LedgerStore
from signoff_ledger.projections.follower import follow
from signoff_ledger.projections.views import Views
from tests.contract.kept import Kept, remarks


def saved(store: LedgerStore, key: str, times: int) -> None:
    """Save remarks one at a time."""
    process = Process(key)
    for number in range(times):
        store.save(remarks(process, 1, f"{key}-{number}"), f"{key}-{number}")


def test_what_is_recorded_while_one_follows_comes_once_and_in_order(kept: Kept) -> None:
    writers = [kept.another() for _ in range(2)]
    threads = [
        threading.Thread(target=saved, args=(store, f"p{number}", 20))
        for number, store in enumerate(writers)
    ]
    saved(kept.store, "before", 5)
    views = Views(kept.store, kept.store)
    following = chain.from_iterable(follow(kept.store, views, "position > ?", [2]))
    begun = [row["position"] for row in islice(following, 3)]
    for thread in threads:
        thread.start()
    went_on = [row["position"] for row in islice(following, 40)]
    for thread in threads:
        thread.join()

    assert [3, 4, 5] == begun
    assert [*range(6, 46)] == went_on


def test_waiting_ends_when_the_time_is_over(kept: Kept) -> None:
    saved(kept.store, "p", 1)
    kept.store.wait_beyond(1, 0.0)
    kept.store.wait_beyond(0, 60.0)

    assert 1 == kept.store.size()


def test_a_word_that_was_spoken_before_one_listened_is_not_waited_for(kept: Kept) -> None:
    kept.store.wait_beyond(0, 0.0)
    with closing(kept.another()) as other:
        saved(other, "p", 1)
    kept.store.wait_beyond(0, 600.0)

    assert 1 == kept.store.size()
