"""Statements that do not answer: what they wait for is told, and nothing waits permanently."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from signoff_ledger.errors import StoreError
from signoff_ledger.persistence import notices
from signoff_ledger.persistence.postgres import waits
from signoff_ledger.persistence.postgres.connection import Connection, connect
from signoff_ledger.persistence.postgres.store_errors import translate_errors

SLEEP = "SELECT pg_sleep(600)"
PROMPT_S = 20.0


@pytest.fixture
def ours(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """Give a connection that is soon asked what it waits for, and soon given up."""
    monkeypatch.setattr(notices, "NOTICE_AFTER_S", 0.02)
    monkeypatch.setattr(waits, "ANSWER_TIMEOUT_S", 0.3)
    monkeypatch.setattr(waits, "_CANCEL_TIMEOUT_S", 0.2)
    monkeypatch.setattr(waits, "_LOOK_EVERY_S", 0.05)
    with closing(connect(database_url)) as connection:
        yield connection


def test_what_nobody_can_name_is_cancelled_in_time(
    ours: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    began = time.monotonic()
    with pytest.raises(StoreError) as caught, translate_errors("here"):
        ours.execute(SLEEP)

    assert "SL705" == caught.value.code
    assert time.monotonic() - began < PROMPT_S
    assert "s for the database to answer" in caplog.text
    assert [(1,)] == ours.execute("SELECT 1").fetchall(), "the connection can be used on"


def test_a_server_that_does_not_even_cancel_is_given_up(ours: Connection) -> None:
    began, process = time.monotonic(), ours.info.backend_pid
    os.kill(process, signal.SIGSTOP)
    try:
        with pytest.raises(StoreError) as caught, translate_errors("here"):
            ours.execute("SELECT 1")
    finally:
        os.kill(process, signal.SIGCONT)

    assert "SL707" == caught.value.code
    assert caught.value.why.startswith("no answer within ")
    assert ours.closed
    assert time.monotonic() - began < PROMPT_S


def test_whoever_holds_a_lock_is_named(
    ours: Connection, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(psycopg.connect(database_url)) as holder:
        holder.execute("SELECT pg_advisory_lock(7)")
        process = holder.info.backend_pid
        with pytest.raises(psycopg.errors.QueryCanceled):
            ours.execute("SELECT pg_advisory_lock(7)")

    assert f"process {process} of owner, which holds the lock" in caplog.text


def test_looking_takes_no_longer_than_it_may(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a pooler has no server process to spare, no time-out of the server ends the look."""
    monkeypatch.setattr(waits, "_LOOK_TIMEOUT_S", 0.1)
    with (
        closing(waits._TimedConnection.connect(database_url)) as looking,
        pytest.raises(psycopg.OperationalError),
    ):
        looking.execute(SLEEP)
