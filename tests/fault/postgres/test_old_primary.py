"""A primary that comes back after its standby took over: it takes nothing from who knows better."""

from pathlib import Path

import pytest

from signoff_ledger.application.ports import RandomIds
from tests.cli.terminal import Terminal
from tests.fault.postgres.ledgers import SHARED, begun, check_database
from tests.fault.postgres.typed import standing_in
from tests.servers.binaries import Binaries
from tests.servers.databases import Databases
from tests.servers.standby import Pair

REMARK = ("dissent", SHARED, "--kind", "note")


def station(folder: Path, url: str) -> Terminal:
    """Give a machine that records and has not the log's key."""
    terminal = standing_in(folder, url)
    terminal.ids = RandomIds()
    return terminal


def continuity(terminal: Terminal) -> tuple[str, str]:
    """Ask the doctor whether the server is the one that acknowledged; gives state and words."""
    checks = terminal("doctor", "--json").data["checks"]
    found = {check["check"]: (check["state"], check["says"]) for check in checks}
    state, says = found["continuity"]
    return state, says


def test_an_old_primary_is_refused_by_everybody_who_saw_the_new_one(
    binaries: Binaries, tmp_path: Path
) -> None:
    with Pair.made(binaries) as pair:
        database = pair.primary.create_database()
        old, url = pair.primary.url(database), pair.url(database)
        begun(old, keys=tmp_path / "keys").close()
        writer, reader = (station(tmp_path / name, url) for name in ("writer", "reader"))
        for terminal in (writer, reader):
            terminal.did(*REMARK, "before", by="ines")
        pair.fail_over()
        writer.did(*REMARK, "on the new primary", by="ines")
        reader.did("status")

        pair.primary.start()
        pair.primary.setting("synchronous_standby_names", "")
        size = check_database(old)
        for terminal in (writer, reader):
            terminal.did("status")
            error = terminal.refused("SL714", *REMARK, "on the old one", by="ines")
            assert "it is on timeline 1, and timeline 2 was seen here" == error["why"]
            assert error["fix"].endswith("acknowledged.json")
            assert "BAD" == continuity(terminal)[0]
        assert size == check_database(old)
        pair.primary.stop()
        for terminal in (writer, reader):
            terminal.did(*REMARK, "where it belongs", by="ines")
            assert "ok" == continuity(terminal)[0]


@pytest.fixture
def copied(postgres: Databases, database_url: str, tmp_path: Path) -> tuple[Terminal, str, str]:
    """Give a station, its ledger, and the name of a copy that it was never told of."""
    begun(database_url, keys=tmp_path / "keys").close()
    terminal = station(tmp_path / "here", database_url)
    terminal.did(*REMARK, "in both", by="ines")
    copy = postgres.create_database(database_url.partition("?")[0].rpartition("/")[2])
    return terminal, database_url, postgres.url(copy)


def named(terminal: Terminal, url: str) -> Terminal:
    """Let a station name another server from here on."""
    return station(terminal.folder, url)


def test_a_server_that_lacks_what_was_acknowledged_is_a_rollback(
    copied: tuple[Terminal, str, str],
) -> None:
    terminal, _, copy = copied
    terminal.did(*REMARK, "not in the copy", by="ines")
    named(terminal, copy)
    size = check_database(copy)
    error = terminal.refused("SL507", *REMARK, "in the copy", by="ines")

    assert f"it has {size} events, and {size + 1} were acknowledged" == error["why"]
    assert size == check_database(copy)
    assert ("BROKEN", 5) == (continuity(terminal)[0], terminal("doctor").code)
    terminal.did("why", SHARED)


def test_a_server_with_other_events_is_a_fork_until_somebody_says_that_it_goes_on(
    copied: tuple[Terminal, str, str], tmp_path: Path
) -> None:
    terminal, _, copy = copied
    station(tmp_path / "there", copy).did(*REMARK, "by somebody else", by="ines")
    terminal.did(*REMARK, "by us", by="ines")
    named(terminal, copy)
    error = terminal.refused("SL508", *REMARK, "by us, after them", by="ines")

    Path(error["fix"].rpartition(" ")[2]).unlink()
    terminal.did(*REMARK, "by us, after them", by="ines")
    assert "ok" == continuity(terminal)[0]


def test_a_copy_that_has_everything_goes_on(copied: tuple[Terminal, str, str]) -> None:
    """A ledger that was moved or restored on purpose is no other ledger."""
    terminal, url, copy = copied
    named(terminal, copy).did(*REMARK, "after the move", by="ines")

    named(terminal, url).refused("SL507", *REMARK, "in the one that was left", by="ines")


def test_a_repeated_command_is_acknowledged_and_remembered_as_one(
    copied: tuple[Terminal, str, str],
) -> None:
    terminal, _, _ = copied
    once = (*REMARK, "once", "--command-id", "once")
    terminal.did(*once, by="ines")
    (kept,) = (terminal.folder / "keys").glob("*/acknowledged.json")
    report = kept.read_bytes()
    kept.unlink()

    assert terminal.asked(*once, by="ines")["repeated"]
    assert report == kept.read_bytes()
