"""What a server acknowledged to this machine: kept cheaply, and passed over where it is damaged."""

import os
from pathlib import Path

import pytest

from signoff_ledger.custody import high_water
from signoff_ledger.custody.high_water import HighWater, HighWaterFile
from signoff_ledger.persistence.lock import WriterLock
from signoff_ledger.persistence.server import Server

ROOT = "ab" * 32
MARK = HighWater(7, ROOT, Server("77", 2))

DAMAGED = {
    "nothing": b"",
    "half of it": b'{"root": "abab',
    "no object": b"[]",
    "a number": b"7",
    "a text for a number": b'{"root": "%s", "size": "7", "system": "77", "timeline": 2}',
    "a fraction": b'{"root": "%s", "size": 7.5, "system": "77", "timeline": 2}',
    "a claim": b'{"root": "%s", "size": true, "system": "77", "timeline": 2}',
    "less than nothing": b'{"root": "%s", "size": -1, "system": "77", "timeline": 2}',
    "more than everything": b'{"root": "%s", "size": 1e400, "system": "77", "timeline": 2}',
    "a timeline before the first": b'{"root": "%s", "size": 7, "system": "77", "timeline": -2}',
    "a number for a text": b'{"root": "%s", "size": 7, "system": 77, "timeline": 2}',
    "a root that is none": b'{"root": "xyz", "size": 7, "system": "77", "timeline": 2}',
    "a root too short": b'{"root": "ab", "size": 7, "system": "77", "timeline": 2}',
    "no text": b"\xff\xfe",
    "depth": b"[" * 4_000,
    "length": b" " * 5_000 + b"{}",
}


@pytest.fixture
def file(tmp_path: Path) -> HighWaterFile:
    """Give the memory of a machine that was told of something."""
    file = HighWaterFile(tmp_path / "log" / "acknowledged.json")
    file.remember(MARK)
    return file


def test_what_was_acknowledged_is_remembered(file: HighWaterFile, tmp_path: Path) -> None:
    path = tmp_path / "log" / "acknowledged.json"

    assert MARK == file.last() == HighWaterFile(path).last()
    assert (
        b'{"root": "%s", "size": 7, "system": "77", "timeline": 2}\n' % ROOT.encode()
        == path.read_bytes()
    )
    if os.name == "posix":
        assert 0o600 == path.stat().st_mode & 0o777


def test_before_the_first_acknowledgement_nothing_is_known(tmp_path: Path) -> None:
    assert HighWaterFile(tmp_path / "nowhere" / "acknowledged.json").last() is None
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("mark", "kept"),
    [
        (HighWater(8, ROOT, Server("77", 2)), True),
        (HighWater(6, ROOT, Server("77", 2)), False),
        (HighWater(6, ROOT, Server("77", 3)), True),
        (HighWater(9, ROOT, Server("77", 1)), False),
        (HighWater(2, ROOT, Server("78", 1)), True),
    ],
)
def test_less_of_the_same_server_is_not_remembered(
    file: HighWaterFile, mark: HighWater, kept: bool
) -> None:
    """Two commands of one machine may end in another order than the server took them in."""
    file.remember(mark)

    assert (mark if kept else MARK) == file.last()


def test_a_shorter_record_leaves_nothing_of_the_longer_one(file: HighWaterFile) -> None:
    file.remember(HighWater(10**15, ROOT, Server("77", 2)))
    file.remember(HighWater(1, ROOT, Server("8", 1)))

    assert HighWater(1, ROOT, Server("8", 1)) == file.last()


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_reported_and_passed_over(
    file: HighWaterFile, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    path = tmp_path / "log" / "acknowledged.json"
    path.write_bytes(DAMAGED[name].replace(b"%s", ROOT.encode()))

    assert file.last() is None
    assert f"{path} cannot be read" in caplog.text
    file.remember(MARK)
    assert MARK == file.last()


@pytest.mark.skipif(os.name != "posix", reason="Windows has no pipes with names in folders")
def test_a_pipe_in_the_place_of_the_file_is_not_waited_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "acknowledged.json"
    os.mkfifo(path)

    assert HighWaterFile(path).last() is None
    HighWaterFile(path).remember(MARK)
    assert f"{path} cannot be read (it is a pipe" in caplog.text
    assert f"{path} cannot be kept" in caplog.text


def test_what_cannot_be_kept_is_reported_and_no_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "log").write_text("a file in place of the folder")
    HighWaterFile(tmp_path / "log" / "acknowledged.json").remember(MARK)

    assert "cannot be kept" in caplog.text


def test_somebody_who_keeps_the_lock_is_not_waited_for_for_long(
    file: HighWaterFile,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(high_water, "_LOCK_TIMEOUT_S", 0.05)
    with WriterLock(tmp_path / "log" / "acknowledged.lock", 1).held():
        assert HighWaterFile(tmp_path / "log" / "acknowledged.json").last() is None

    assert "acknowledged.lock" in caplog.text
    assert MARK == file.last()
