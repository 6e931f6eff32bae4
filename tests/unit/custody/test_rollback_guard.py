"""The signer guard: what it remembers, what it refuses, and what it is when it is damaged."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from signoff_ledger.custody.rollback_guard import Guard, SignedTree, replace_file, sync_folder
from signoff_ledger.errors import EvidenceError, StoreError

ROOT = bytes(range(32))
SIGNED = SignedTree(ROOT.hex(), 7)


@pytest.fixture
def guard(tmp_path: Path) -> Guard:
    """Give a guard that has seen a tree signed."""
    guard = Guard(tmp_path / "guard.json")
    guard.remember(SIGNED)
    return guard


def never(*_: object) -> int:
    """Fail when it is asked."""
    raise AssertionError


def test_a_guard_remembers_the_last_tree_for_good(guard: Guard, tmp_path: Path) -> None:
    assert SIGNED == guard.last() == Guard(tmp_path / "guard.json").last()
    guard.remember(SignedTree("00" * 32, 9))

    assert SignedTree("00" * 32, 9) == Guard(tmp_path / "guard.json").last()
    assert [tmp_path / "guard.json"] == list(tmp_path.iterdir())
    assert b'{"root": "' + b"00" * 32 + b'", "size": 9}\n' == (tmp_path / "guard.json").read_bytes()


def test_before_the_first_seal_there_is_nothing_to_refuse(tmp_path: Path) -> None:
    guard = Guard(tmp_path / "guard.json")

    assert guard.last() is None
    guard.check(never, never)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [7, 8, 10**6])
def test_a_log_that_begins_with_the_last_tree_is_let_through(guard: Guard, size: int) -> None:
    asked: list[int] = []

    def root_at(at: int) -> bytes:
        asked.append(at)
        return ROOT

    guard.check(lambda: size, root_at)
    assert [7] == asked


@pytest.mark.parametrize(
    ("size", "root", "code", "name"),
    [
        (6, ROOT, "SL507", "ROLLBACK"),
        (0, ROOT, "SL507", "ROLLBACK"),
        (7, bytes(32), "SL508", "FORK"),
        (8, bytes(32), "SL508", "FORK"),
    ],
)
def test_a_log_that_does_not_is_refused_by_name(
    guard: Guard, size: int, root: bytes, code: str, name: str
) -> None:
    with pytest.raises(EvidenceError) as refused:
        guard.check(lambda: size, lambda _: root)

    assert code == refused.value.code
    assert refused.value.what.startswith(f"{name}: ")
    assert "7" in refused.value.why
    assert SIGNED == guard.last()


def test_the_size_is_asked_for_after_the_memory_was_read(tmp_path: Path) -> None:
    """Otherwise somebody who seals in between would make this look like a rollback."""
    guard = Guard(tmp_path / "guard.json")
    guard.remember(SIGNED)

    def grows() -> int:
        guard.remember(SignedTree("11" * 32, 9))
        return 8

    guard.check(grows, lambda _: ROOT)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b"null",
        b"{}",
        b'{"root": "00"}',
        b'{"root": "xx", "size": 1}',
        b'{"root": 7, "size": 1}',
        b'{"root": "00", "size": "x"}',
        b'{"root": "00", "size": null}',
        b"\xff",
    ],
)
def test_a_damaged_memory_lets_nothing_be_signed(tmp_path: Path, content: bytes) -> None:
    guard = Guard(tmp_path / "guard.json")
    (tmp_path / "guard.json").write_bytes(content)

    for ask in (guard.last, lambda: guard.check(never, never)):  # type: ignore[arg-type]
        with pytest.raises(StoreError) as refused:
            ask()
        assert "SL703" == refused.value.code
        assert "there is no telling what was signed before" in refused.value.why


def test_a_memory_that_is_no_file_lets_nothing_be_signed(tmp_path: Path) -> None:
    (tmp_path / "guard.json").mkdir()

    with pytest.raises(StoreError) as refused:
        Guard(tmp_path / "guard.json").last()
    assert "SL703" == refused.value.code


def test_a_memory_that_cannot_be_kept_is_reported(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as refused:
        Guard(tmp_path / "nowhere" / "guard.json").remember(SIGNED)

    assert ("SL703", "No such file or directory") == (refused.value.code, refused.value.why)


def breaks(name: str) -> Callable[..., object]:
    """Give a function that fails as a disk does."""

    def fail(*_: object, **__: object) -> object:
        raise OSError(5, f"{name} failed")

    return fail


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_old_memory(
    guard: Guard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    where = os if step == "fsync" else Path
    monkeypatch.setattr(where, step, breaks(step))
    with pytest.raises(StoreError):
        guard.remember(SignedTree("00" * 32, 9))
    monkeypatch.undo()

    assert SIGNED == guard.last()


def test_a_file_is_on_disk_before_it_takes_its_place_and_its_name_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def sync(descriptor: int) -> None:
        done.append("sync folder" if Path(f"/proc/self/fd/{descriptor}").is_dir() else "sync file")
        fsync(descriptor)

    def move(self: Path, target: Path) -> Path:
        done.append("replace")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "replace", move)
    replace_file(tmp_path / "a.json", b"x")

    if Path("/proc/self/fd").is_dir():
        assert ["sync file", "replace", "sync folder"] == done
    sync_folder(tmp_path)
    assert b"x" == (tmp_path / "a.json").read_bytes()
