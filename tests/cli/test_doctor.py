"""`signoff doctor`."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from signoff_ledger.projections.tables import TABLES
from tests.cli.shops import at
from tests.cli.terminal import Terminal
from tests.ledgers import disarmed, raw, rewrite


def found(terminal: Terminal) -> dict[str, tuple[str, str]]:
    """Examine a ledger; gives state and words by check."""
    checks = terminal("doctor", "--json").data["checks"]
    return {check["check"]: (check["state"], check["says"]) for check in checks}


def test_a_healthy_ledger_is_said_to_be_so(tmp_path: Path) -> None:
    terminal = at("ordered", tmp_path)

    said = terminal.did("doctor")

    states = {state for state, _ in found(terminal).values()}
    assert {"ok"} == states - {"note"}
    size = terminal.events()
    assert f"{size} lines in 11 streams: canonical, hashed, chained, indexed" in said.out
    assert f"{len(TABLES)} views equal a rebuild from the first event" in said.out


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE events SET leaf = zeroblob(32) WHERE position = 20", "leaf hash"),
        ("UPDATE events SET version = 99 WHERE position = 20", "does not agree with its index"),
        ("UPDATE events SET type = 'signoff.batch-closed.v1' WHERE position = 20", "index"),
        ("UPDATE events SET line = X'7B7D' WHERE position = 20", "not of its format"),
        ("DELETE FROM events WHERE position = 20", "position"),
    ],
    ids=["leaf", "version", "type", "line", "row"],
)
def test_a_row_that_was_changed_past_us_breaks_the_evidence(
    tmp_path: Path, statement: str, says: str
) -> None:
    terminal = at("ordered", tmp_path)
    with closing(disarmed(terminal.ledger)) as connection:
        connection.execute(statement)

    said = terminal("doctor")

    assert 5 == said.code
    state, words = found(terminal)["events"]
    assert ("BROKEN", True) == (state, says in words)
    assert "BROKEN  events" in said.out


def test_a_line_with_its_hash_set_right_breaks_the_chain(tmp_path: Path) -> None:
    """Tamper-evident: the next event of the stream names what stood before."""
    terminal = at("ordered", tmp_path)
    position = next(
        n for n, line in enumerate(terminal.lines(), 1) if b'"0.50' in line or b"B1-1" in line
    )
    line = terminal.lines()[position - 1]
    rewrite(terminal.ledger, position, line.replace(b'"gap":50', b'"gap":30'))

    assert 5 == terminal("doctor").code
    state, words = found(terminal)["events"]
    assert "BROKEN" == state
    assert "a line does not follow the one before it in its stream" in words


def test_triggers_that_are_gone_are_missed(tmp_path: Path) -> None:
    terminal = at("ordered", tmp_path)
    disarmed(terminal.ledger).close()

    assert 5 == terminal("doctor").code
    state, words = found(terminal)["schema"]
    assert "BROKEN" == state
    assert "missing: trigger" in words


def test_a_standing_that_is_not_of_the_log_is_refused_and_built_again(tmp_path: Path) -> None:
    terminal = at("ordered", tmp_path)
    before = terminal.asked("status")
    with closing(raw(terminal.ledger)) as connection:
        connection.execute("UPDATE view_processes SET standing = 'HELD'")

    terminal.refused("SL513", "status")
    said = terminal("doctor")

    assert 1 == said.code
    assert "view_processes was wrong and has been built again" in said.out
    assert before == terminal.asked("status")
    assert 0 == terminal("doctor").code


def test_a_damaged_file_is_reported_plainly(tmp_path: Path) -> None:
    terminal = at("ordered", tmp_path)
    content = terminal.ledger.read_bytes()
    middle = len(content) // 2
    terminal.ledger.write_bytes(content[:middle] + b"\xff" * 8_192 + content[middle + 8_192 :])

    said = terminal("doctor")

    assert said.code in {1, 5}
    assert "Traceback" not in said.err
    assert "unexpected" not in said.err


@pytest.mark.parametrize("spoiled", ["sql = 'nothing'", "rootpage = 1"])
def test_a_file_of_which_nothing_can_be_read_is_a_finding(tmp_path: Path, spoiled: str) -> None:
    terminal = at("ordered", tmp_path)
    with closing(raw(terminal.ledger)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(f"UPDATE sqlite_schema SET {spoiled} WHERE name = 'events'")

    said = terminal("doctor")

    assert 5 == said.code
    assert "BROKEN  database  nothing can be read: " in said.out
    assert "fix: go back to a backup" in said.out


def test_what_leads_back_is_said_and_leads_back(tmp_path: Path) -> None:
    terminal = at("ordered", tmp_path)
    with closing(disarmed(terminal.ledger)) as connection:
        connection.execute("UPDATE events SET line = X'7B7D' WHERE position = 20")
    said = terminal("doctor")
    assert 5 == said.code
    assert "fix: signoff repair" in said.out
    assert "fix: signoff backup --until 19 NEW" in said.out

    assert (
        "trigger events_are_never_updated was missing, and is made again"
        in terminal.did("repair").out
    )
    cut = terminal.asked("backup", "--until", "19", "sound.db")

    assert ("sound.db", 19) == (cut["backup"], cut["events"])
    assert cut["left_out"] == len((tmp_path / cut["rest"]).read_text("utf-8").splitlines())
    assert 5 == terminal("doctor", "--ledger", "sound.db").code  # the guard knows the longer log
    checks = terminal("doctor", "--ledger", "sound.db", "--json").data["checks"]
    assert ["guard"] == [check["check"] for check in checks if check["state"] == "BROKEN"]
    assert "ROLLBACK" in str(checks)


def test_a_view_that_is_gone_is_built_again_on_the_way(tmp_path: Path) -> None:
    terminal = at("ordered", tmp_path)
    before = terminal.asked("history")
    with closing(sqlite3.connect(terminal.ledger)) as connection:
        connection.execute("UPDATE view_positions SET position = 0 WHERE name = 'schema'")
        connection.commit()

    assert before == terminal.asked("history")
