"""A folder that appears whole or not at all."""

import sys
from pathlib import Path

import pytest

from signoff_ledger.errors import Advice, EvidenceError, StoreError
from signoff_ledger.exports import bundle as module
from signoff_ledger.exports.bundle import Bundle


def content(folder: Path) -> dict[str, bytes]:
    """Read every file of a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_what_was_written_is_there_when_all_is(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "out"
    with Bundle(target) as bundle:
        bundle.write("a", b"one")
        bundle.write("inner/b", iter([b"t", b"", b"wo"]))
        bundle.write("inner/d", b"")
        assert not target.exists()

    assert {"a": b"one", "inner/b": b"two", "inner/d": b""} == content(target)
    assert [target] == list(target.parent.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_folder_to_hand_over_can_be_read_by_others(tmp_path: Path) -> None:
    with Bundle(tmp_path / "out"):
        pass
    assert 0o755 == (tmp_path / "out").stat().st_mode & 0o777


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with Bundle(tmp_path / "out") as bundle:
        bundle.write("a", b"one")

    assert {"a": b"one"} == content(tmp_path / "out")


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_nothing_is_overwritten(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "out"
    if kind == "file":
        target.write_bytes(b"mine")
    else:
        target.mkdir()
        (target / "mine").write_bytes(b"mine")

    with pytest.raises(StoreError) as refused:
        Bundle(target)
    assert "SL704" == refused.value.code
    assert [target] == list(tmp_path.iterdir())


def test_what_fails_on_the_way_leaves_nothing(tmp_path: Path) -> None:
    def breaks() -> None:
        with Bundle(tmp_path / "out") as bundle:
            bundle.write("a", b"one")
            raise EvidenceError("SL502", "no")

    with pytest.raises(EvidenceError):
        breaks()
    assert [] == list(tmp_path.iterdir())


def test_a_file_is_written_once(tmp_path: Path) -> None:
    def twice() -> None:
        with Bundle(tmp_path / "out") as bundle:
            bundle.write("a", b"one")
            bundle.write("a", b"two")

    with pytest.raises(StoreError) as refused:
        twice()
    assert ("SL703", "File exists") == (refused.value.code, refused.value.why)
    assert [] == list(tmp_path.iterdir())


def test_where_no_folder_can_be_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError) as refused:
        Bundle(tmp_path / "file" / "deep" / "out")
    assert "SL703" == refused.value.code
    assert Advice("free-disk-and-export") == refused.value.advice


@pytest.mark.parametrize("moved", [False, True])
def test_a_failure_at_the_last_step_says_whether_it_was_done(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    moved: bool,
) -> None:
    replace = Path.replace

    def fails(self: Path, target: Path) -> Path:
        if moved:
            replace(self, target)
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(StoreError) as refused, Bundle(tmp_path / "out") as bundle:
        bundle.write("a", b"one")
    monkeypatch.undo()

    assert ("SL703", "Input/output error") == (refused.value.code, refused.value.why)
    assert Advice("export-again" if moved else "free-disk-and-export") == refused.value.advice
    assert moved == (tmp_path / "out").exists()
    assert moved == bool(list(tmp_path.iterdir()))


def test_every_folder_is_on_disk_before_the_name_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    replace = Path.replace

    def moved(self: Path, target: Path) -> Path:
        done.append("moved")
        return replace(self, target)

    monkeypatch.setattr(module, "sync_folder", lambda folder: done.append(folder.name))
    monkeypatch.setattr(Path, "replace", moved)
    with Bundle(tmp_path / "out") as bundle:
        bundle.write("inner/b", b"two")

    inner, temporary = sorted(done[:2], key=lambda name: name != "inner")
    assert "inner" == inner
    assert temporary.startswith(".out-")
    assert ["moved", tmp_path.name] == done[2:]
