"""Somebody who keeps the log's lock: nobody waits for ever, and nothing is recorded."""

from contextlib import closing

import psycopg
import pytest

from signoff_ledger.errors import StoreError
from tests.fault.postgres.ledgers import begun, check_database, give

APPEND_LOCK = 23445389448794694
WAIT = "ALTER FUNCTION signoff.turn SET lock_timeout = '100ms'"


def test_a_writer_who_keeps_the_lock_keeps_nobody_waiting_for_ever(database_url: str) -> None:
    with (
        begun(database_url, ["w0"]) as ledger,
        closing(psycopg.connect(database_url)) as other,
    ):
        before = ledger.store.size()
        with psycopg.connect(database_url) as owner:
            owner.execute(WAIT)
        other.execute("SELECT pg_advisory_xact_lock(%s)", (APPEND_LOCK,))

        with pytest.raises(StoreError) as caught:
            give(ledger.ledger, "w0", 1)
        assert "SL705" == caught.value.code
        assert "nothing was recorded" in caught.value.fix
        assert before == ledger.store.size()
        other.rollback()
        assert [before + 1] == [r.position for r in give(ledger.ledger, "w0", 1).recorded]
    check_database(database_url)
