"""Signing where the key is: a statement to a file, and its signature back from one."""

import hashlib
import json
from pathlib import Path

import pytest

from signoff_ledger.integrity.ssh.sshsig import NAMESPACE
from tests.cli.shops import at
from tests.cli.terminal import Terminal
from tests.signers import INES, SOUTH, fingerprint_of, sign


def test_a_statement_is_written_and_nothing_is_recorded(tmp_path: Path) -> None:
    terminal = at("begun", tmp_path)
    before = terminal.events()
    said = terminal.did("key", "register", "ines.pub", "--statement-only", "s", "--json", by="ines")

    statement = (tmp_path / "s").read_bytes()
    assert "signoff.statement/1" == said.answer["schema"]
    assert {
        "statement": "s",
        "sha256": hashlib.sha256(statement).hexdigest(),
        "namespace": "signoff-decision@v1",
        "attach": "s.sig",
        "other_statements": [],
    } == said.data
    assert "Ines Inspector" == json.loads(statement)["printed_name"]
    assert before == terminal.events()


def test_the_next_step_is_shown_to_people(tmp_path: Path) -> None:
    terminal = at("begun", tmp_path)
    said = terminal.did("key", "register", "ines.pub", "--statement-only", "s", by="ines")

    digest = hashlib.sha256((tmp_path / "s").read_bytes()).hexdigest()
    assert f"Nothing was recorded. The statement is in s (SHA-256 {digest})." in said.out
    assert "ssh-keygen -Y sign -f KEY -n signoff-decision@v1 s" in said.out
    assert "--attach s.sig" in said.out


def test_a_statement_overwrites_nothing(tmp_path: Path) -> None:
    terminal = at("worded", tmp_path)
    before = (tmp_path / "ines.statement").read_bytes()

    terminal.refused(
        "SL704", "key", "register", "ines.pub", "--statement-only", "ines.statement", by="ines"
    )
    assert before == (tmp_path / "ines.statement").read_bytes()


def test_a_statement_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    terminal = at("begun", tmp_path)
    error = terminal.refused(
        "SL703", "key", "register", "ines.pub", "--statement-only", "no/s", by="ines"
    )

    assert "no/s cannot be written" in error["what"]


def signed_by_olga(terminal: Terminal, *files: str) -> None:
    """Sign statements with the key of Olga, the owner."""
    for file in files:
        statement = (terminal.folder / file).read_bytes()
        terminal.write(f"{file}.sig", sign(INES, statement, NAMESPACE.encode()))


def test_each_act_of_a_command_has_a_statement_and_they_are_attached_together(
    tmp_path: Path,
) -> None:
    terminal = at("begun", tmp_path)
    terminal.did("key", "register", "ines.pub", "--statement-only", "o", by="olga")
    signed_by_olga(terminal, "o")
    terminal.did("key", "register", "ines.pub", "--attach", "o.sig", by="olga")
    enrol = ("person", "enrol", "dora", "--name", "Dora")
    roles = ("--role", "inspector", "--role", "engineer")
    before = terminal.events()
    said = terminal.did(*enrol, *roles, "--statement-only", "s.json", by="olga")

    files = ("s.json", "s-2.json", "s-3.json")
    assert f"ssh-keygen -Y sign -f KEY -n signoff-decision@v1 {' '.join(files)}" in said.out
    kinds = [json.loads((tmp_path / file).read_bytes())["type"].split(".")[1] for file in files]
    assert ["person-enrolled", "role-granted", "role-granted"] == kinds
    assert before == terminal.events()
    error = terminal.refused("SL704", *enrol, "--statement-only", "s-2.json", by="olga")
    assert "s-2.json" in error["what"]
    signed_by_olga(terminal, *files[:2])
    error = terminal.refused("SL101", *enrol, *roles, "--attach", "s.json.sig", by="olga")
    assert "s-3.json.sig cannot be read" == error["what"]
    signed_by_olga(terminal, files[2])
    terminal.did(*enrol, *roles, "--attach", "s.json.sig", by="olga")
    events = [json.loads(line)["data"] for line in terminal.lines()[before:]]
    assert ["ssh"] * 3 == [data["signature"]["kind"] for data in events if "signature" in data]
    terminal.did("verify")


def test_a_command_that_records_nothing_has_no_statement(tmp_path: Path) -> None:
    terminal = at("planned", tmp_path)
    error = terminal.refused(
        "SL109", "plan", "publish", "plan.toml", "--statement-only", "s", by="egon"
    )
    assert "it records nothing, or nothing that is signed" == error["why"]
    assert not (tmp_path / "s").exists()


def test_the_logs_key_is_rotated_where_it_is(tmp_path: Path) -> None:
    terminal = at("begun", tmp_path)
    rotate = ("key", "rotate-log", "--reason", "a year has passed")
    for option in (("--statement-only", "s"), ("--attach", "s.sig")):
        error = terminal.refused("SL109", *rotate, *option, by="olga")
        assert "part of what is signed" in error["why"]
    assert not (tmp_path / "s").exists()


def test_a_sole_owners_lost_key_is_revoked_by_name_and_reported_for_ever(tmp_path: Path) -> None:
    terminal = at("begun", tmp_path)
    terminal.did("key", "register", "ines.pub", "--statement-only", "o", by="olga")
    signed_by_olga(terminal, "o")
    terminal.did("key", "register", "ines.pub", "--attach", "o.sig", by="olga")
    revoke = ("key", "revoke", "olga", fingerprint_of(INES), "--reason", "left on a train")
    terminal.refused("SL407", *revoke, by="olga")
    terminal.did(*revoke, "--lost", by="olga")
    terminal.refused("SL404", "person", "grant", "ivan", "owner", by="olga")
    terminal.did("key", "register", "other.pub", "--statement-only", "n", by="olga")
    terminal.write("n.sig", sign(SOUTH, (tmp_path / "n").read_bytes(), NAMESPACE.encode()))
    terminal.did("key", "register", "other.pub", "--attach", "n.sig", by="olga")
    terminal.did("person", "grant", "ivan", "owner", "--statement-only", "g", by="olga")
    terminal.write("g.sig", sign(SOUTH, (tmp_path / "g").read_bytes(), NAMESPACE.encode()))
    terminal.did("person", "grant", "ivan", "owner", "--attach", "g.sig", by="olga")

    said = terminal.did("verify")
    assert "flagged     replaced key" in said.out
    why = terminal.refused(
        "SL404",
        "key",
        "revoke",
        "olga",
        fingerprint_of(SOUTH),
        "--reason",
        "x",
        "--lost",
        by="olga",
    )["fix"]
    assert "ivan gives the command, without --lost" == why


def test_a_signature_made_elsewhere_is_recorded_with_the_time_of_its_statement(
    tmp_path: Path,
) -> None:
    terminal = at("worded", tmp_path)
    signed = json.loads((tmp_path / "ines.statement").read_bytes())["signed"]
    terminal.did("key", "register", "ines.pub", "--attach", "ines.statement.sig", by="ines")

    signature = json.loads(terminal.lines()[-1])["data"]["signature"]
    assert signed == {name: signature[name] for name in ("at", "meaning", "root", "size")}
    assert (tmp_path / "ines.statement.sig").read_text("ascii") == signature["sshsig"]


def test_a_signature_of_somebody_else_is_refused(tmp_path: Path) -> None:
    terminal = at("worded", tmp_path)
    forged = sign(SOUTH, (tmp_path / "ines.statement").read_bytes(), NAMESPACE.encode())
    terminal.write("ines.statement.sig", forged)

    terminal.refused(
        "SL405", "key", "register", "ines.pub", "--attach", "ines.statement.sig", by="ines"
    )


def test_a_signature_is_not_attached_to_another_command(tmp_path: Path) -> None:
    terminal = at("worded", tmp_path)
    error = terminal.refused(
        "SL603", "key", "register", "other.pub", "--attach", "ines.statement.sig", by="ines"
    )

    assert "data.public_key was " in error["why"]


@pytest.mark.parametrize("missing", ["ines.statement", "ines.statement.sig"])
def test_a_file_that_is_missing_is_named(tmp_path: Path, missing: str) -> None:
    terminal = at("worded", tmp_path)
    (tmp_path / missing).unlink()
    error = terminal.refused(
        "SL101", "key", "register", "ines.pub", "--attach", "ines.statement.sig", by="ines"
    )

    assert f"{missing} cannot be read" == error["what"]


def test_a_key_file_that_is_not_there_signs_nothing(tmp_path: Path) -> None:
    terminal = at("begun", tmp_path)
    before = terminal.events()

    terminal.refused("SL407", "key", "register", "ines.pub", "--key", "nothing", by="ines")
    terminal.settings_file().write_text('key = "nothing"\n', "utf-8")
    terminal.refused("SL407", "key", "register", "ines.pub", by="ines")
    assert before == terminal.events()


# --- the log's own key ----------------------------------------------------------------------------


def init(terminal: Terminal, *args: str) -> None:
    """Begin a ledger."""
    name = ("--name", "test", "--printed-name", "Olga")
    terminal.did("init", "ledger.db", *name, *args, by="olga")


def test_keys_are_kept_where_the_variable_then_the_setting_says(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.write("signoff.toml", 'ledger = "ledger.db"\nkeys = "here"\n')
    init(terminal)
    assert list((tmp_path / "here").rglob("*.pem"))
    terminal.did("checkpoint", by="olga")

    terminal.variables = {"SIGNOFF_KEYS": "there"}
    terminal.did("person", "enrol", "dora", "--name", "Dora", by="olga")
    terminal.refused("SL406", "checkpoint", by="olga")
    assert not (tmp_path / "there").exists()


def test_a_log_key_with_a_passphrase_is_used_by_whoever_knows_it(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.write("signoff.toml", 'ledger = "ledger.db"\nkeys = "keys"\n')
    terminal.variables = {"SIGNOFF_LOG_PASSPHRASE": "open sesame"}
    init(terminal, "--passphrase")
    assert b"ENCRYPTED" in next((tmp_path / "keys").rglob("*.pem")).read_bytes()
    terminal.did("person", "enrol", "dora", "--name", "Dora", by="olga")
    terminal.did("checkpoint", by="olga")

    terminal.did("person", "enrol", "dirk", "--name", "Dirk", by="olga")
    terminal.variables = {"SIGNOFF_LOG_PASSPHRASE": "wrong"}
    assert "the passphrase is wrong" in terminal.refused("SL406", "checkpoint", by="olga")["why"]
    terminal.variables = {}
    why = terminal.refused("SL406", "checkpoint", by="olga")["why"]
    assert "there was no terminal to ask for it" in why


def test_a_new_passphrase_cannot_be_asked_of_a_script(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    name = ("--name", "test", "--printed-name", "Olga")
    error = terminal.refused("SL107", "init", "ledger.db", *name, "--passphrase", by="olga")

    assert "SIGNOFF_LOG_PASSPHRASE" in error["fix"]
    assert not (tmp_path / "ledger.db").exists()


# --- how much may stand unsealed ------------------------------------------------------------------


def sizes(terminal: Terminal) -> list[int]:
    """Give the sizes of the checkpoints, as an export holds them."""
    terminal.did("export", "out", by="olga")
    return sorted(int(path.name) for path in (terminal.folder / "out/checkpoints").glob("*"))


def test_a_project_says_after_how_many_events_it_is_sealed(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.write("signoff.toml", 'ledger = "ledger.db"\nkeys = "keys"\nseal_after_events = 2\n')
    init(terminal)
    first = terminal.events()
    for key in ("dora", "dirk"):
        terminal.did("person", "enrol", key, "--name", key, by="olga")

    assert first + 2 == terminal.events()
    assert first + 2 in sizes(terminal)


def test_a_project_says_after_how_many_minutes_it_is_sealed(tmp_path: Path) -> None:
    terminal = at("begun", tmp_path)
    before = terminal.events()
    text = (tmp_path / "signoff.toml").read_text("utf-8")
    terminal.write("signoff.toml", text + "seal_after_minutes = 1\n")
    terminal.did("person", "enrol", "dora", "--name", "Dora", by="olga")

    assert before + 1 in sizes(terminal)


@pytest.mark.parametrize("name", ["seal_after_events", "seal_after_minutes"])
@pytest.mark.parametrize("value", ["0", "-1", "1000001", "true", "1.5", '"2"'])
def test_a_number_that_is_none_is_refused(tmp_path: Path, name: str, value: str) -> None:
    terminal = at("begun", tmp_path)
    text = (tmp_path / "signoff.toml").read_text("utf-8")
    terminal.write("signoff.toml", f"{text}{name} = {value}\n")

    error = terminal.refused("SL101", "status")
    assert f"{name} is " in error["why"]
    assert "it must be a whole number from 1 to 1000000" == error["fix"]


@pytest.mark.parametrize("value", ["1", "1000000"])
def test_a_number_that_is_one_is_taken(tmp_path: Path, value: str) -> None:
    terminal = at("begun", tmp_path)
    text = (tmp_path / "signoff.toml").read_text("utf-8")
    terminal.write("signoff.toml", f"{text}seal_after_events = {value}\n")

    terminal.did("status")
