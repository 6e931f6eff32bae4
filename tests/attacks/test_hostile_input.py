"""Hostile files, handed to every command that reads one: a line of refusal, and no traceback."""

import os
import resource
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.attacks.forging import Forgery, read_files, write_files
from tests.attacks.story import LedgerStory
from tests.attacks.tables.files import CONTENTS, DOSSIER_FILES, ESCAPES, LOG_FILES, OBEYED
from tests.cli.shops import at
from tests.cli.terminal import Terminal


def refused(said_code: int, out: str, err: str) -> None:
    """Hold a refusal to one short message without anything that a terminal would obey."""
    assert said_code in {2, 5}, out + err
    said = out + err
    assert "Traceback" not in said
    assert "unexpected" not in said
    assert not any(character in said for character in OBEYED)
    assert len(said) < 6_000, len(said)


@pytest.mark.parametrize("content", ["escapes", "escapes in a name", "noise"])
def test_a_hostile_file_is_reported_in_plain_words(
    full: LedgerStory, tmp_path: Path, content: str
) -> None:
    for number, name in enumerate(LOG_FILES):
        folder = f"log-{number}"
        write_files(tmp_path / folder, read_files(full.log) | {name: CONTENTS[content]})
        for words in (("verify", folder), ("restore", folder, "--ledger", f"{folder}.db")):
            said = Terminal(tmp_path)(*words)
            refused(said.code, said.out, said.err)


@pytest.mark.parametrize("content", CONTENTS)
def test_a_hostile_file_that_the_caller_names_is_refused(
    full: LedgerStory, tmp_path: Path, content: str
) -> None:
    """A policy, an older checkpoint, a public key, a statement and a signature."""
    terminal = at("clear", tmp_path)
    before = terminal.events()
    (tmp_path / "hostile").write_bytes(CONTENTS[content])
    for by, *args in (
        (None, "verify", str(full.log), "--policy", "hostile"),
        (None, "verify", str(full.log), "--since", "hostile"),
        ("anna", "key", "register", "hostile"),
        ("anna", "sign", "mug", "--yes", "--attach", "hostile"),
        ("anna", "hold", "mug", "--reason", "x", "--yes", "--attach", "hostile.sig"),
    ):
        (tmp_path / "hostile.sig").write_bytes(CONTENTS[content])
        said = terminal(*args, by=by)
        refused(said.code, said.out, said.err)
    assert before == terminal.events()


def fifo(path: Path) -> None:
    os.mkfifo(path)


def loop(path: Path) -> None:
    path.symlink_to(path)


PLACES: Mapping[str, Callable[[Path], object]] = {
    "a folder": Path.mkdir,
    "a pipe that nobody writes": fifo,
    "a link to itself": loop,
    "a link to nowhere": lambda path: path.symlink_to("nowhere"),
    "a link to endless zeros": lambda path: path.symlink_to("/dev/zero"),
    "a link to a terminal": lambda path: path.symlink_to("/dev/tty"),
}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes or devices as files")
@pytest.mark.parametrize("place", PLACES)
def test_what_is_no_file_is_refused_where_a_file_is_expected(
    short: LedgerStory, tmp_path: Path, place: str
) -> None:
    for source, names in ((short.log, LOG_FILES), (short.dossier(short.signed_off), DOSSIER_FILES)):
        for number, name in enumerate(names):
            folder = f"{source.name}-{number}"
            write_files(tmp_path / folder, read_files(source))
            (tmp_path / folder / name).unlink(missing_ok=True)
            PLACES[place](tmp_path / folder / name)
            said = Terminal(tmp_path)("verify", folder)
            refused(said.code, said.out, said.err)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names themselves")
def test_names_that_are_no_text_are_refused(short: LedgerStory, tmp_path: Path) -> None:
    for number, name in enumerate((b"checkpoints/\xff", b"checkpoints/\x1b[2J", b"checkpoints/\n")):
        write_files(tmp_path / f"log-{number}", read_files(short.log))
        (tmp_path / f"log-{number}" / os.fsdecode(name)).write_bytes(b"x")
        said = Terminal(tmp_path)("verify", f"log-{number}")
        refused(said.code, said.out, said.err)
    for number, name in enumerate((b"streams/\xff.ndjson", b"streams/a-\x1b[2J.ndjson")):
        write_files(tmp_path / f"dossier-{number}", read_files(short.dossier(short.signed_off)))
        (tmp_path / f"dossier-{number}" / os.fsdecode(name)).write_bytes(b"x\n")
        said = Terminal(tmp_path)("verify", f"dossier-{number}")
        refused(said.code, said.out, said.err)
    said = Terminal(tmp_path)("verify", os.fsdecode(b"\xff"))
    refused(said.code, said.out, said.err)


def test_where_nothing_is_nothing_is_verified(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_bytes(b"")
    for folder in ("nowhere", "empty", "file", "file/below", ESCAPES):
        said = Terminal(tmp_path)("verify", folder)
        refused(said.code, said.out, said.err)
        said = Terminal(tmp_path)("restore", folder, "--ledger", "l.db")
        refused(said.code, said.out, said.err)
    assert not (tmp_path / "l.db").exists()


def test_a_command_id_in_two_places_is_not_restored(unsigned: LedgerStory, tmp_path: Path) -> None:
    """The holder of the log's key can write one there; a ledger has each of them once."""
    forgery = Forgery(unsigned, tmp_path / "log")
    once = forgery.fields(forgery.find("process-defined"))["cmd"]
    forgery.edit(len(forgery.lines), lambda fields: fields.update(cmd=once))
    forgery.forge()
    forgery.write()

    said = Terminal(tmp_path)("restore", "log", "--ledger", "ledger.db")

    refused(said.code, said.out, said.err)
    assert not (tmp_path / "ledger.db").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_a_line_of_a_hundred_megabytes_takes_no_memory(short: LedgerStory, tmp_path: Path) -> None:
    write_files(tmp_path / "log", read_files(short.log))
    with (tmp_path / "log" / "events.ndjson").open("wb") as file:
        file.truncate(100 << 20)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    said = Terminal(tmp_path)("verify", "log")

    refused(said.code, said.out, said.err)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000
