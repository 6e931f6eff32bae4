"""Only regular files are read, each up to the limit of its kind; nothing is waited for."""

import os
import re
import socket
import sys
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from threading import Thread

import pytest

from signoff_ledger.bounded_file import (
    LIMITS,
    MEMBER,
    NOTE,
    POLICY,
    REQUEST,
    SHEET,
    STATEMENT,
    SizeLimit,
    open_regular,
    read_regular,
    read_stream,
)
from signoff_ledger.exports.dossier import STREAMS_MAX
from signoff_ledger.exports.received_folder import NAMES_MAX, TOTAL_LIMIT_BYTES
from signoff_ledger.formats import csv_sheet
from signoff_ledger.integrity.c2sp.note import NOTE_LIMIT_BYTES
from signoff_ledger.integrity.c2sp.policy import POLICY_LIMIT_BYTES
from signoff_ledger.integrity.canonical import LINE_LIMIT_BYTES
from signoff_ledger.witness import http_client, server
from tests.tree import ROOT

FEW = SizeLimit("thing", 10)
PAGE = ROOT / "docs" / "reference" / "file-formats.md"

no_windows = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")


def refusal(path: Path | str, **more: Path) -> str:
    with pytest.raises(OSError) as refused:
        read_regular(path, FEW, **more)
    return str(refused.value.strerror)


def socket_at(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(os.path.relpath(path))


def pipe_behind(path: Path) -> None:
    os.mkfifo(f"{path}-")
    path.symlink_to(f"{path}-")


NO_FILES: Mapping[str, tuple[Callable[[Path], object], str]] = {
    "a folder": (Path.mkdir, "it is a folder, and not a regular file"),
    "a pipe that nobody writes": (os.mkfifo, "it is a pipe, and not a regular file"),
    "a socket": (socket_at, "No such device or address"),
    "endless zeros": (lambda path: path.symlink_to("/dev/zero"), "it is a device, and not"),
    "nothing": (lambda path: path.symlink_to("/dev/null"), "it is a device, and not"),
    "a link to nowhere": (lambda path: path.symlink_to("nowhere"), "No such file"),
    "a link to itself": (lambda path: path.symlink_to(path), "Too many levels"),
    "a link to a pipe": (pipe_behind, "it is a pipe, and not a regular file"),
}


@no_windows
@pytest.mark.parametrize("kind", NO_FILES)
def test_what_is_no_regular_file_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.chdir(tmp_path)
    make, why = NO_FILES[kind]
    make(tmp_path / "it")

    assert refusal(tmp_path / "it").startswith(why)


@no_windows
def test_a_pipe_that_somebody_writes_is_one_all_the_same(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "it")
    writer = Thread(target=os.open, args=(tmp_path / "it", os.O_WRONLY))
    writer.start()

    said = refusal(tmp_path / "it")
    with (tmp_path / "it").open("rb"):
        writer.join()

    assert "it is a pipe, and not a regular file" == said


@pytest.mark.parametrize("name", ["a\0b", "half a pair \ud800"])
def test_a_name_that_no_file_has_is_refused(name: str) -> None:
    assert "no file can have this name" == refusal(name)


def test_a_file_is_read_up_to_its_limit_and_refused_beyond(tmp_path: Path) -> None:
    (tmp_path / "it").write_bytes(b"0123456789")
    assert b"0123456789" == read_regular(tmp_path / "it", FEW)

    (tmp_path / "it").write_bytes(b"0123456789x")
    assert "it is longer than 10 bytes, the limit of a thing" == refusal(tmp_path / "it")


@pytest.mark.skipif(sys.platform != "linux", reason="the files of /proc are Linux's")
def test_a_file_that_hides_its_length_is_read_no_further() -> None:
    assert 0 == os.stat("/proc/self/maps").st_size  # noqa: PTH116
    assert "longer than 10 bytes" in refusal("/proc/self/maps")


def test_a_stream_is_read_up_to_its_limit_and_refused_beyond() -> None:
    assert b"0123456789" == read_stream(BytesIO(b"0123456789"), FEW)
    assert b"" == read_stream(BytesIO(b""), FEW)
    with pytest.raises(OSError, match="longer than 10 bytes"):
        read_stream(BytesIO(b"0123456789x"), FEW)


@no_windows
def test_a_link_to_a_file_is_a_file_unless_a_folder_was_handed_over(tmp_path: Path) -> None:
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    (tmp_path / "secret").write_bytes(b"mine")
    (tmp_path / "folder" / "link").symlink_to(tmp_path / "secret")
    (tmp_path / "folder" / "out").symlink_to(tmp_path)

    assert b"mine" == read_regular(tmp_path / "folder" / "link", FEW)
    for name in ("link", "out/secret"):
        said = refusal(tmp_path / "folder" / name, inside=tmp_path / "folder")
        assert "it is a link, and not a file of this folder" == said


def test_no_handle_is_left_open(tmp_path: Path) -> None:
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("only Linux lists the handles of a process")
    (tmp_path / "it").write_bytes(b"x" * 11)
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    refusal(tmp_path / "it")
    refusal(tmp_path)
    open_regular(tmp_path / "it").close()

    assert before == len(os.listdir("/proc/self/fd"))  # noqa: PTH208


def test_the_limits_are_those_of_the_readers_behind_them() -> None:
    """A file that its parser would take is not refused before, and none is read for nothing."""
    assert POLICY.size_bytes == POLICY_LIMIT_BYTES
    assert NOTE.size_bytes == NOTE_LIMIT_BYTES
    assert REQUEST.size_bytes == server.BODY_LIMIT_BYTES
    assert SHEET.size_bytes == csv_sheet.FILE_LIMIT_BYTES
    assert STATEMENT.size_bytes == LINE_LIMIT_BYTES
    assert MEMBER.size_bytes > NOTE_LIMIT_BYTES


def test_the_page_of_limits_says_what_the_program_holds() -> None:
    text = PAGE.read_text("utf-8").partition("\n## Limits\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+) \| ([0-9,]+) [a-z]+ \|$", text, re.MULTILINE)
    reported = {noun: float(number.replace(",", "")) for noun, number in rows}

    assert text.count("\n| ") - 1 == len(rows)
    assert reported == {limit.noun: limit.size_bytes for limit in LIMITS} | {
        "line of a log or a dossier": LINE_LIMIT_BYTES,
        "dossier, or an export without its lines, in all": TOTAL_LIMIT_BYTES,
        "folder inside an export": NAMES_MAX,
        "streams of a dossier": STREAMS_MAX,
        "rows of a sheet, blank ones included": csv_sheet.ROWS_MAX,
        "answer of a witness that is asked": NOTE_LIMIT_BYTES,
        "silence of a witness that is asked": http_client.TIMEOUT_S,
        "whole exchange with a witness that is asked": http_client.PATIENCE_S,
        "connections at once to a witness that is served": server.CONNECTIONS_MAX,
        "arrival of one request, from its first byte to its last": server.REQUEST_S,
        "one connection to a witness that is served": server.CONNECTION_S,
    }
