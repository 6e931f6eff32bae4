"""A synchronous standby that is gone: no command waits for it in silence, or permanently.

What was recorded meanwhile is promised to nobody; what is derived from the events, and what looks
at the ledger's health, does not wait at all.
"""

import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from signoff_ledger.persistence import notices
from signoff_ledger.persistence.postgres import connection, waits
from tests.cli.terminal import COMMAND, Terminal
from tests.docs.console import matches
from tests.docs.markdown import DOCS, blocks
from tests.fault.postgres.ledgers import SHARED, begun, commands_in, held_together
from tests.fault.postgres.typed import standing_in
from tests.servers.postgres import Server
from tests.servers.standby import NAME, Pair

REMARK = ("dissent", SHARED, "--kind", "note", "one more thing", "--command-id")
TIMEOUT_S = 0.6
RESCUE_S = 60
PROMPT_S = 8.0
"""Far below the 30 s and more that anything would take which waits for a standby to the end."""

SYNCHRONOUS = f"which waits for the standby {NAME} to confirm (synchronous_standby_names)"


class Place(NamedTuple):
    """A ledger on a primary that waits for its standby, and a shell to ask it from.

    Attributes:
        pair: The two servers.
        terminal: The shell of a member, who may record and no more.
        url: The ledger's URL, as its owner.
    """

    pair: Pair
    terminal: Terminal
    url: str


@pytest.fixture
def place(shared_pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """Give a ledger whose standby has just gone; it is back when the test is done."""
    pair = shared_pair
    monkeypatch.setattr(waits, "STANDBY_TIMEOUT_S", TIMEOUT_S)
    monkeypatch.setattr(waits, "_LOOK_EVERY_S", 0.1)
    monkeypatch.setattr(notices, "NOTICE_AFTER_S", 0.2)
    database = pair.primary.create_database()
    url = pair.primary.url(database)
    begun(url, keys=tmp_path / "keys").close()
    pair.primary.execute(f"GRANT signoff_{database} TO station1")
    member = pair.primary.url(database, "station1")
    terminal = standing_in(tmp_path / "here", member)
    terminal.did("status")
    pair.standby.stop()
    # Who waits permanently all the same fails, and does not keep the test waiting.
    rescue = threading.Timer(RESCUE_S, pair.standby.start)
    rescue.start()
    try:
        yield Place(pair, terminal, url)
    finally:
        rescue.cancel()
        back(pair)


def back(pair: Pair) -> None:
    """Let the standby come back, and wait until commits are confirmed again."""
    if not pair.standby.running:
        pair.standby.start()
    pair.standby.wait_until(pair.synchronous)


def killed_while_it_records(place: Place, command_id: str) -> int:
    """Kill a command that waits for the standby, with -9; gives the process that served it."""
    command = [sys.executable, "-c", COMMAND, "--as", "ines", *REMARK, command_id]
    environment = place.terminal.spawned_environment
    with subprocess.Popen(command, cwd=place.terminal.folder, env=environment) as client:
        place.pair.primary.wait_until(lambda: bool(waiting_there(place.pair.primary)))
        client.kill()
    ((pid,),) = waiting_there(place.pair.primary)
    return pid


def waiting_there(server: Server) -> list[tuple[int]]:
    """Give the processes that wait for the standby."""
    return server.execute("SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'")


def test_a_command_says_what_it_waits_for_and_ends_without_a_promise(place: Place) -> None:
    began = time.monotonic()
    said = place.terminal("--json", *REMARK, "once", by="ines")
    took_s = time.monotonic() - began

    *waits, report = said.err.splitlines()
    assert (1, "") == (said.code, said.out)
    assert waits
    assert all(
        line.startswith("signoff: waiting ") and f"the standby {NAME} to confirm" in line
        for line in waits
    )
    assert '"SL713"' in report
    assert f"{NAME} is not connected" in report
    assert "--command-id once" in report
    assert took_s < PROMPT_S
    assert [] == waiting_there(place.pair.primary), "it keeps others waiting"

    back(place.pair)
    receipt = place.terminal.asked(*REMARK, "once", by="ines")
    assert commands_in(place.url)["once"][0] == receipt["events"][0]["position"]
    held_together(place.url)


def test_quiet_is_quiet_while_it_waits(place: Place) -> None:
    said = place.terminal("--quiet", *REMARK, "quiet", by="ines")

    assert said.err.startswith("signoff: the standby did not confirm")


def test_the_page_shows_what_a_command_says_while_it_waits_and_when_it_ends(place: Place) -> None:
    said = place.terminal(*REMARK, "shown", by="ines")

    report, _ = page_shows("shown", 0)
    assert matches(report, in_whole_lines(said.err)), said.err


def page_shows(command_id: str, pid: int) -> list[list[str]]:
    """Give what the page says that commands print, with the names and numbers of a test in it."""
    page = DOCS / "how-to" / "use-postgresql.md"
    instead = {
        "waiting 2 s": "waiting ... s",
        "standby1": NAME,
        "6f1c...": command_id,
        "process 4711": f"process {pid}",
    }
    shown = [b.text for b in blocks(page) if b.language == "text" and "signoff:" in b.text]
    for there, here in instead.items():
        assert any(there in text for text in shown), there
        shown = [text.replace(there, here) for text in shown]
    return [text.splitlines() for text in shown]


def in_whole_lines(printed: str) -> str:
    """Join the lines into which an error was wrapped, so that names of any length compare."""
    return re.sub(r"\n {7,}", " ", printed)


def test_questions_and_the_doctor_do_not_wait_for_a_standby(place: Place) -> None:
    place.terminal.refused("SL713", "--quiet", *REMARK, "unpromised", by="ines")
    began = time.monotonic()
    history = place.terminal.asked("history", SHARED)
    place.terminal.asked("rebuild")
    found = {check["check"]: check for check in place.terminal("doctor", "--json").data["checks"]}
    took_s = time.monotonic() - began

    assert "one more thing" in history[-1]["sentence"]
    assert "BAD" == found["durability"]["state"]
    assert f"{NAME} is not connected (pg_stat_replication)" in found["durability"]["says"]
    assert "ok" == found["views"]["state"]
    assert took_s < PROMPT_S


def test_a_command_that_waits_behind_a_killed_one_names_what_it_waits_for(place: Place) -> None:
    """The server does not notice that the client is gone while a commit waits for a standby."""
    pid = killed_while_it_records(place, "killed")
    with psycopg.connect(place.url) as owner:
        owner.execute("ALTER FUNCTION signoff.turn SET lock_timeout = '1s'")
        owner.execute("SET LOCAL synchronous_commit = local")

    said = place.terminal(*REMARK, "behind", by="ines")

    assert f"s for process {pid} of station1, {SYNCHRONOUS}; {NAME} is not connected\n" in said.err
    _, report = page_shows("", pid)
    assert matches([*report, "..."], said.err), said.err
    assert "[SL705]" in said.err
    err = in_whole_lines(said.err)
    assert f"process {pid}, since" in err
    assert f"each commit waits for {NAME} (synchronous_standby_names); {NAME} is not" in err
    with place.pair.primary.connect(user="station1") as station:
        station.execute("SELECT pg_cancel_backend(%s)", (pid,))
    place.pair.primary.wait_until(lambda: [] == waiting_there(place.pair.primary))
    assert "[SL713]" in place.terminal("--quiet", *REMARK, "behind", by="ines").err


def test_a_client_that_is_gone_leaves_the_queue_for_the_lock(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "CLIENT_CHECK_MS", 50)
    with psycopg.connect(database_url, autocommit=True) as holder:
        holder.execute("SELECT pg_advisory_lock(7)")
        gone = connection.connect(database_url)
        pid = gone.info.backend_pid
        gone.pgconn.send_query(b"SELECT pg_advisory_lock(7)")
        there = "SELECT wait_event_type FROM pg_stat_activity WHERE pid = %s"
        while [("Lock",)] != holder.execute(there, (pid,)).fetchall():
            gone.pgconn.flush()
        gone.close()
        deadline = time.monotonic() + PROMPT_S
        while holder.execute(there, (pid,)).fetchall():
            assert time.monotonic() < deadline, "it waits for a lock that nobody will use"
            time.sleep(0.02)
