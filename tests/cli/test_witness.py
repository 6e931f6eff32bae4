"""`signoff witness`: asked over HTTP and by file, served, and believed by a reader's own policy."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from signoff_ledger.integrity.c2sp.cosignature import cosign
from signoff_ledger.integrity.c2sp.note import NoteSignature, parse_note
from signoff_ledger.integrity.c2sp.verifier_key import COSIGNATURE_V1, VerifierKey
from signoff_ledger.witness.cosigner import Cosigner
from tests.cli.shops import at
from tests.cli.terminal import COMMAND, PATIENCE_S, Terminal
from tests.cli.test_schemas import check, check_row
from tests.ledgers import CountingIds
from tests.witnesses import ToyLog, key_of, post, serving, witness_in

NAME, OTHER = "w.example/1", "w.example/2"


def with_log_key(folder: Path, stage: str) -> Terminal:
    """Give a terminal whose ledger has come to a stage, with its log's key in a file."""
    terminal = at(stage, folder)
    terminal.write("log.vkey", terminal.asked("key", "list")["log_key"] + "\n")
    return terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    terminal = with_log_key(tmp_path, "begun")
    terminal.did("checkpoint")
    return terminal


def log_key(terminal: Terminal) -> VerifierKey:
    return VerifierKey.parse((terminal.folder / "log.vkey").read_text().strip())


def known(terminal: Terminal, name: str = NAME) -> Cosigner:
    """Make a witness of this ledger, with its memory beside it."""
    return witness_in(terminal.folder / "memory" / name, log_key(terminal), name=name)


@contextmanager
def asked(terminal: Terminal, name: str = NAME) -> Iterator[Cosigner]:
    """Let a witness answer that this ledger asks."""
    witness = known(terminal, name)
    with serving(witness) as server:
        terminal.did("witness", "add", witness.key.line, "--url", server.url, by="olga")
        yield witness


def policy(terminal: Terminal, quorum: str, *keys: VerifierKey, log: str | None = None) -> str:
    """Write a reader's policy; its witnesses are called w0, w1 and so on."""
    lines = [f"log {log or log_key(terminal).line}"]
    lines += [f"witness w{number} {key.line}" for number, key in enumerate(keys)]
    lines += [] if quorum in {"none", "w0"} else [f"group all {quorum}"]
    lines += [f"quorum {quorum if quorum in {'none', 'w0'} else 'all'}"]
    return terminal.write("my.policy", "\n".join(lines) + "\n")


# --- asking ---------------------------------------------------------------------------------------


def test_a_witness_is_asked_over_http(terminal: Terminal) -> None:
    with asked(terminal) as witness:
        said = terminal.did("witness", "request", "--all", by="olga")
        again = terminal.asked("witness", "request", NAME)

    size = terminal.events() - 1  # the witness was added after the seal
    assert said.out.startswith(f"{NAME} cosigned {size} events at 2026-03-02T")
    assert ["kept before"] == [one["state"] for one in again["cosignatures"]]
    listed = terminal.asked("witness", "list")
    assert (size, size) == (listed["sealed"], listed["witnesses"][0]["cosigned"])
    assert witness.key.line == listed["witnesses"][0]["verifier_key"]


def test_one_that_refuses_keeps_the_others_from_nothing(terminal: Terminal) -> None:
    stranger = witness_in(terminal.folder / "s", ToyLog().verifier_key, name=OTHER)
    with asked(terminal), serving(stranger) as server:
        terminal.did("witness", "add", stranger.key.line, "--url", server.url, by="olga")
        said = terminal("witness", "request", "--all", "--json")
        error = terminal.refused("SL605", "witness", "request", OTHER)
        shown = terminal("witness", "request", "--all")

    assert 6 == said.code == shown.code
    assert ["new", "refused"] == [one["state"] for one in said.data["cosignatures"]]
    assert "404: this log is not watched here" in said.data["cosignatures"][1]["why"]
    assert "404" in error["why"]
    assert f"{OTHER}: {OTHER} did not cosign: it answered 404" in shown.out


def test_an_address_without_a_server_is_reported_plainly(terminal: Terminal) -> None:
    with asked(terminal):
        pass

    assert "SL605" == terminal.refused("SL605", "witness", "request")["code"]


def test_a_rotated_log_key_is_unknown_until_the_witness_is_given_it(terminal: Terminal) -> None:
    before = log_key(terminal)
    with asked(terminal):
        terminal.did("witness", "request")
        terminal.did("key", "rotate-log", "--reason", "a year has passed", by="olga")
        error = terminal.refused("SL605", "witness", "request")
    terminal.write("log.vkey", terminal.asked("key", "list")["log_key"] + "\n")
    both = witness_in(terminal.folder / "memory" / NAME, before, log_key(terminal))
    with serving(both) as server:
        terminal.did("witness", "add", both.key.line, "--url", server.url, by="olga")
        said = terminal.did("witness", "request")

    assert "403" in error["why"]
    assert "give it the log's key" in error["fix"]
    assert "cosigned" in said.out
    terminal.did("verify", "--policy", policy(terminal, "w0", both.key))


def test_a_key_is_taken_from_a_file(terminal: Terminal) -> None:
    terminal.write("w.vkey", known(terminal).key.line + "\n")

    said = terminal.did("witness", "add", "@w.vkey", by="olga")

    assert f"Witness {known(terminal).key.line} is asked by file" in said.out


def test_who_is_meant_must_be_clear(terminal: Terminal) -> None:
    """With one witness no name is needed."""
    terminal.refused("SL109", "witness", "request")
    terminal.refused("SL109", "witness", "request", "--all")
    terminal.refused("SL208", "witness", "request", "nobody")
    terminal.did("witness", "add", known(terminal).key.line, by="olga")
    terminal.refused("SL109", "witness", "request")
    terminal.refused("SL109", "witness", "request", "--all")
    terminal.refused("SL109", "witness", "request", "--all", NAME)
    terminal.refused("SL109", "witness", "request", "--all", "-o", "file")
    terminal.did("witness", "request", "-o", "file")
    terminal.did("witness", "add", known(terminal, OTHER).key.line, by="olga")
    terminal.refused("SL109", "witness", "request", "-o", "file")


def test_recording_sealing_and_signing_ask_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is sent anywhere but by the command `request`."""
    terminal = with_log_key(tmp_path, "clear")
    terminal.did("witness", "add", known(terminal).key.line, "--url", "http://w.example", by="olga")

    def refuses(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr("socket.socket.connect", refuses)
    monkeypatch.setattr("socket.getaddrinfo", refuses)
    terminal.did("sign", "mug", "--yes", by="anna")
    terminal.did("checkpoint")
    terminal.did("verify")
    terminal.did("witness", "list")


# --- by file --------------------------------------------------------------------------------------


def test_a_site_without_a_network_carries_files(terminal: Terminal) -> None:
    witness = known(terminal)
    terminal.did("witness", "add", witness.key.line, by="olga")

    written = terminal.did("witness", "request", "-o", "request")
    with serving(witness) as server:
        body = (terminal.folder / "request").read_bytes()
        terminal.write("answer", post(server.server_port, body).body)
    said = terminal.did("witness", "attach", "answer")
    again = terminal.did("witness", "attach", "answer")

    assert "What to post to add-checkpoint of w.example/1 is in request." in written.out
    assert "cosigned" in said.out
    assert "as is kept already" in again.out


def test_lines_of_others_are_ignored_and_counted(terminal: Terminal) -> None:
    data = terminal.asked("checkpoint")
    stranger = NoteSignature("x", b"\1\2\3\4", b"5").line
    terminal.write("note", data["checkpoint"] + stranger)

    said = terminal.did("witness", "attach", "note")

    assert "1 lines of keys that this ledger does not know were ignored.\n" == said.out
    terminal.write("note", data["checkpoint"])
    assert "There is no cosignature in it.\n" == terminal.did("witness", "attach", "note").out


def test_a_forged_line_of_a_known_witness_is_refused(terminal: Terminal) -> None:
    key = known(terminal).key
    terminal.did("witness", "add", key.line, by="olga")
    terminal.write("answer", NoteSignature(NAME, key.key_id, b"\0" * 72).line)

    terminal.refused("SL505", "witness", "attach", "answer")
    terminal.refused("SL101", "witness", "attach", "nowhere")


def test_a_request_that_cannot_be_written_is_reported_plainly(terminal: Terminal) -> None:
    terminal.did("witness", "add", known(terminal).key.line, by="olga")

    terminal.refused("SL703", "witness", "request", "-o", "no/such/folder")


def test_a_time_that_no_calendar_has_is_shown_as_it_is(terminal: Terminal) -> None:
    terminal.did("witness", "add", known(terminal).key.line, by="olga")
    text = parse_note(terminal.asked("checkpoint")["checkpoint"].encode()).text
    terminal.write("answer", cosign(text, NAME, key_of(NAME), 2**62).line)

    assert f"at second {2**62}" in terminal.did("witness", "attach", "answer").out


def test_answers_are_as_their_schemas_say(terminal: Terminal) -> None:
    empty = terminal("witness", "list", "--json")
    check(empty.answer)
    assert "No witness is asked." in terminal.did("witness", "list").out
    with asked(terminal) as witness:
        for args in (
            ("witness", "list"),
            ("witness", "request", "-o", "request"),
            ("witness", "request", "--all"),
            ("witness", "list"),
        ):
            check(terminal.did(*args, "--json").answer)
            for row in terminal.did(*args, "--format", "jsonl").rows:
                check_row(row)
        witness.add_checkpoint((terminal.folder / "request").read_bytes())
    note = terminal.asked("checkpoint")["checkpoint"]
    terminal.write("answer", cosign(parse_note(note.encode()).text, NAME, key_of(NAME), 1).line)
    check(terminal.did("witness", "attach", "answer", "--json").answer)
    shown = terminal.did("witness", "list").out.splitlines()
    assert shown[0].split() == ["witness", "cosigned", "at", "reached"]


# --- what a reader's policy makes of it -----------------------------------------------------------


def states(terminal: Terminal, *args: str) -> dict[str, str]:
    """Verify, and give the state of each check."""
    said = terminal("verify", *args, "--json")
    found = {check["name"]: check["state"] for check in said.data["checks"]}
    assert (5 if "FAILED" in found.values() else 0) == said.code
    return found


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """Give a ledger with a decision, cosigned by the first of two witnesses, and its exports."""
    terminal = with_log_key(tmp_path_factory.mktemp("decided"), "signed")
    with asked(terminal), asked(terminal, OTHER):
        terminal.did("checkpoint")
        terminal.did("witness", "request", NAME)
        events = terminal.asked("history", "mug")
        (position,) = [e["position"] for e in events if "process-signed-off" in e["type"]]
        terminal.did("export", "log")
        terminal.did("export", "dossier", "--decision", str(position))
    return terminal


PLACES: list[tuple[str, ...]] = [(), ("log",), ("dossier",)]


@pytest.mark.parametrize("place", PLACES, ids=["ledger", "log", "dossier"])
def test_a_policy_is_held_wherever_the_evidence_is(
    decided: Terminal, place: tuple[str, ...]
) -> None:
    first, second = (known(decided, name).key for name in (NAME, OTHER))
    stranger = VerifierKey.of("s.example", COSIGNATURE_V1, key_of("s.example"))

    def judged(quorum: str, *keys: VerifierKey, log: str | None = None) -> dict[str, str]:
        return states(decided, *place, "--policy", policy(decided, quorum, *keys, log=log))

    assert "proved" == judged("w0", first)["witnesses"]
    assert "proved" == judged("any w0 w1", first, second)["witnesses"]
    assert "proved" == judged("none", second)["witnesses"]
    assert "proved" == judged("none")["witnesses"]
    for unmet in (
        judged("w0", second),
        judged("all w0 w1", first, second),
        judged("w0", stranger),
        judged("w0", VerifierKey.of(NAME, COSIGNATURE_V1, key_of("another key"))),
        judged("w0", first, log=ToyLog().verifier_key.line),
        judged("none", log=ToyLog(log_key(decided).name).verifier_key.line),
    ):
        assert "FAILED" == unmet["SL505"]
        assert "witnesses" not in unmet


def test_what_has_no_quorum_yet_is_distinguished(decided: Terminal, tmp_path: Path) -> None:
    first = known(decided).key
    whole = states(decided, "log", "--policy", policy(decided, "w0", first))
    assert "unwitnessed" not in whole

    terminal = with_log_key(tmp_path, "begun")
    with asked(terminal):
        terminal.did("checkpoint")
        terminal.did("witness", "request")
        terminal.did("person", "enrol", "nina", "--name", "Nina", by="olga")
        terminal.did("checkpoint")

    found = states(terminal, "--policy", policy(terminal, "w0", first))
    assert ("proved", "not proved") == (found["witnesses"], found["unwitnessed"])


def test_a_policys_witness_whose_line_is_forged_fails_the_log(
    decided: Terminal, tmp_path: Path
) -> None:
    key = known(decided).key
    shutil.copytree(decided.folder / "log", tmp_path / "log")
    good = (tmp_path / "log" / "checkpoint").read_bytes()
    (line,) = [s.line for s in parse_note(good).signatures if s.name == NAME]
    forged = good.replace(line.encode(), NoteSignature(NAME, key.key_id, b"\0" * 72).line.encode())
    (tmp_path / "log" / "checkpoint").write_bytes(forged)
    size = good.split(b"\n")[1].decode()
    (tmp_path / "log" / "checkpoints" / size).write_bytes(forged)

    found = states(decided, str(tmp_path / "log"), "--policy", policy(decided, "w0", key))

    assert "FAILED" == found["SL505"]


def test_a_restored_log_keeps_its_cosignatures(decided: Terminal) -> None:
    decided.did("restore", "log", "--ledger", "again.db")

    first = known(decided).key
    found = states(decided, "--ledger", "again.db", "--policy", policy(decided, "w0", first))
    assert "proved" == found["witnesses"]
    decided.did("export", "log-again", "--ledger", "again.db")
    assert tree(decided.folder / "log") == tree(decided.folder / "log-again")


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


# --- serving --------------------------------------------------------------------------------------


@contextmanager
def served(terminal: Terminal, *args: str) -> Iterator[tuple[subprocess.Popen[bytes], Any]]:
    """Start `signoff witness serve` as a process of its own, and give what it says, too."""
    words = ["witness", "serve", "--state", "w", "--port", "0", "--json", *args]
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND, *words],
        cwd=terminal.folder,
        env=terminal.spawned_environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        said = b""
        while not said.endswith(b"\n}\n") and (line := process.stdout.readline()):
            said += line
        try:
            yield process, json.loads(said)
        finally:
            process.kill()


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such signals")
@pytest.mark.parametrize("ends", [signal.SIGTERM, signal.SIGINT])
def test_a_witness_is_served_until_it_is_reported_to_end(
    terminal: Terminal, ends: signal.Signals
) -> None:
    with served(terminal, "--name", NAME, "--trust", "log.vkey") as (process, said):
        check(said)
        data = said["data"]
        terminal.did("witness", "add", "@w/witness.vkey", "--url", data["url"], by="olga")
        terminal.did("witness", "request")
        process.send_signal(ends)
        out, err = process.communicate(timeout=PATIENCE_S)

    assert (0, b"") == (process.returncode, out)
    first, last = err.decode().splitlines()
    assert first.endswith(": cosigned")
    assert "signoff: the witness has ended" == last


def test_a_served_witness_refuses_the_copy_that_went_its_own_way(
    terminal: Terminal, tmp_path: Path
) -> None:
    """Two copies of a ledger with one key, each sealed: a split view."""
    shutil.copytree(terminal.folder / "keys", tmp_path / "keys-of-the-copy")
    variables = {"SIGNOFF_KEYS": str(tmp_path / "keys-of-the-copy")}
    copy = Terminal(tmp_path, ids=CountingIds("copy"), variables=variables)
    with served(terminal, "--name", NAME, "--trust", "log.vkey") as (_, said):
        url = said["data"]["url"]
        terminal.did("witness", "add", "@w/witness.vkey", "--url", url, by="olga")
        terminal.did("backup", "copy.db")
        for side, name in ((copy, "copy.db"), (terminal, "ledger.db")):
            side.did("person", "enrol", "x", "--name", name, "--ledger", name, by="olga")
            side.did("checkpoint", "--ledger", name)
        terminal.did("witness", "request")
        error = copy.refused("SL605", "witness", "request", "--ledger", "copy.db")

    assert "409" in error["why"]
    assert "FORK" in error["why"]
    (kept,) = (terminal.folder / "w" / "evidence").iterdir()
    assert "FORK" == json.loads(kept.read_bytes())["finding"]


def test_a_witness_that_cannot_begin_says_why(terminal: Terminal) -> None:
    serve = ("witness", "serve", "--state", "w")
    terminal.refused("SL109", *serve, "--name", NAME)
    terminal.refused("SL109", *serve, "--trust", "log.vkey")
    terminal.refused("SL101", *serve, "--name", NAME, "--trust", "nowhere")
    terminal.write("w.vkey", known(terminal).key.line)
    terminal.refused("SL112", *serve, "--name", NAME, "--trust", "w.vkey")
    with serving(known(terminal)) as server:
        port = str(server.server_port)
        terminal.refused("SL109", *serve, "--name", NAME, "--trust", "log.vkey", "--port", port)


def test_a_witness_without_a_network_answers_files(terminal: Terminal) -> None:
    serve = ("witness", "serve", "--state", "w")
    terminal.write("other.vkey", ToyLog().verifier_key.line)
    begins = ("--name", NAME, "--trust", "log.vkey", "--trust", "other.vkey")
    terminal.write("request", ToyLog().body(0, 3))
    terminal.did(*serve, *begins, "--answer", "request")
    terminal.did("witness", "add", "@w/witness.vkey", by="olga")
    terminal.did("witness", "request", "-o", "request")
    terminal.did(*serve, "--trust", "log.vkey", "--answer", "request")  # and the answer was lost
    terminal.did("checkpoint")
    terminal.did("witness", "request", "-o", "request")

    error = terminal.refused("SL605", *serve, "--trust", "log.vkey", "--answer", "request")
    size = terminal.events() - 1
    assert f"asked from 0, cosigned {size}" in error["why"]
    assert "--from SIZE" in error["fix"]
    terminal.did("witness", "request", "-o", "request", "--from", str(size))
    said = terminal.did(*serve, "--trust", "log.vkey", "--answer", "request")
    terminal.write("answer", said.out)
    assert "cosigned" in terminal.did("witness", "attach", "answer").out
    terminal.did("witness", "request", "-o", "request")
    reported = terminal.did(*serve, "--trust", "log.vkey", "--answer", "request", "--json")
    check(reported.answer)
    terminal.write("request", b"nonsense")
    terminal.refused("SL605", *serve, "--trust", "log.vkey", "--answer", "request")
    terminal.refused("SL109", "witness", "request", "-o", "request", "--from", str(size + 9))
    terminal.refused("SL109", "witness", "request", "--from", "0")


def test_an_export_without_a_cosignature_says_so_where_witnesses_are_asked(
    terminal: Terminal,
) -> None:
    assert "" == terminal.did("export", "before").err
    with asked(terminal):
        assert "no witness has cosigned" in terminal.did("export", "log").err
        terminal.did("witness", "request")
        assert "" == terminal.did("export", "again").err


def test_a_witness_in_this_process_ends_when_it_is_interrupted(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupts(*_: object) -> None:
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr("signoff_ledger.witness.server.WitnessServer.serve_forever", interrupts)
    serve = ("witness", "serve", "--state", "w", "--name", NAME, "--trust", "log.vkey", "--port=0")

    said = terminal.did(*serve)
    assert "answers at http://127.0.0.1:" in said.out
    assert f"  {log_key(terminal).name}\n" in said.out
    assert "signoff: the witness has ended\n" == said.err
    assert "" == terminal.did(*serve, "--quiet").err
