"""The one way to the files of an export: limits, links, and what was not read."""

import os
import sys
from pathlib import Path

import pytest

from signoff_ledger.bounded_file import MEMBER
from signoff_ledger.errors import EvidenceError, NotFoundError, SignoffError
from signoff_ledger.exports import received_folder as module
from signoff_ledger.exports.received_folder import ReceivedFolder
from signoff_ledger.integrity.log_check import FLAGGED, OPEN, PROVED

needs_links = pytest.mark.skipif(sys.platform == "win32", reason="Windows asks for a right to link")


def why(refused: pytest.ExceptionInfo[EvidenceError]) -> tuple[str, str]:
    return refused.value.code, refused.value.why


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * MEMBER.size_bytes)

    assert MEMBER.size_bytes == len(ReceivedFolder(tmp_path).read("a"))


def test_a_file_longer_than_any_of_ours_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * (MEMBER.size_bytes + 1))

    with pytest.raises(EvidenceError) as refused:
        ReceivedFolder(tmp_path).read("a")
    assert "SL510" == refused.value.code
    assert f"longer than {MEMBER.size_bytes} bytes" in refused.value.why


def test_a_file_that_is_missing_or_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError) as missing:
        ReceivedFolder(tmp_path).read("a")
    assert "SL205" == missing.value.code

    (tmp_path / "a").mkdir()
    with pytest.raises(EvidenceError) as none:
        ReceivedFolder(tmp_path).read("a")
    assert ("SL510", "it is a folder, and not a regular file") == why(none)


def test_all_files_together_have_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TOTAL_LIMIT_BYTES", 10)
    (tmp_path / "a").write_bytes(b"12345")
    (tmp_path / "b").write_bytes(b"123456")
    (tmp_path / "lines").write_bytes(b"12345\n" * 3)
    folder = ReceivedFolder(tmp_path)
    folder.read("a")

    with pytest.raises(EvidenceError) as refused:
        folder.read("b")
    assert ("SL510", "its files have more than 10 bytes together") == why(refused)
    with pytest.raises(EvidenceError):
        list(ReceivedFolder(tmp_path).kept_lines("lines"))
    assert [b"12345"] * 3 == list(ReceivedFolder(tmp_path).lines("lines"))


def test_a_folder_of_more_files_than_any_export_is_not_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "NAMES_MAX", 2)
    (tmp_path / "inner").mkdir()
    for name in "cba":
        assert [] == ReceivedFolder(tmp_path).names("none")
        (tmp_path / "inner" / name).touch()

    with pytest.raises(EvidenceError) as refused:
        ReceivedFolder(tmp_path).names("inner")
    assert ("SL510", "inner/ holds more than 2 files") == why(refused)
    (tmp_path / "inner" / "a").unlink()
    assert ["b", "c"] == ReceivedFolder(tmp_path).names("inner")


@needs_links
def test_nothing_in_it_is_read_by_a_link(tmp_path: Path) -> None:
    """A link leads to files of whoever reads, and an error would quote them."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "secret").write_bytes(b"my own\n")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path / "mine" / "secret")
    (folder / "inner").symlink_to(tmp_path / "mine")

    for look in (
        lambda: ReceivedFolder(folder).read("link"),
        lambda: ReceivedFolder(folder).read("inner/secret"),
        lambda: list(ReceivedFolder(folder).lines("link")),
        lambda: ReceivedFolder(folder).names("inner"),
    ):
        with pytest.raises(EvidenceError) as refused:
            look()
        assert "SL510" == refused.value.code
        assert "it is a link" in refused.value.why or "is a link" in refused.value.why


@needs_links
def test_the_folder_itself_may_be_named_by_a_link(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a").write_bytes(b"a")
    (tmp_path / "latest").symlink_to(tmp_path / "folder")

    assert b"a" == ReceivedFolder(tmp_path / "latest").read("a")


def test_the_readme_that_goes_with_it_is_proved_and_any_other_is_reported(tmp_path: Path) -> None:
    folder = ReceivedFolder(tmp_path)
    assert [] == list(folder.rest(b"as written"))

    (tmp_path / "README.md").write_bytes(b"as written")
    (proved,) = ReceivedFolder(tmp_path).rest(b"as written")
    assert ("readme", PROVED, ()) == (proved.name, proved.state, proved.files)

    (reported,) = ReceivedFolder(tmp_path).rest(b"otherwise")
    assert ("readme", FLAGGED, ("README.md",)) == (reported.name, reported.state, reported.files)
    assert "README.md is NOT the one" in reported.says


@pytest.mark.parametrize("kind", ["folder", "link", "too long"])
def test_a_readme_that_cannot_be_read_is_reported_and_refuses_nothing(
    tmp_path: Path, kind: str
) -> None:
    readme = tmp_path / "README.md"
    if kind == "folder":
        readme.mkdir()
    elif kind == "link":
        readme.symlink_to(tmp_path / "nowhere")
    else:
        readme.write_bytes(b"x" * (MEMBER.size_bytes + 1))

    (reported,) = ReceivedFolder(tmp_path).rest(b"as written")

    assert (FLAGGED, ("README.md",)) == (reported.state, reported.files)


def test_what_was_not_read_is_named_in_order_and_escaped(tmp_path: Path) -> None:
    for name in ("read", "notes.txt", "a\x1b[8mb", "inner/read", "inner/x\u202e", "other/deep"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    folder = ReceivedFolder(tmp_path)
    folder.read("read")
    folder.names("inner")
    folder.read("inner/read")

    (reported,) = folder.rest(b"")

    assert (OPEN, "other files") == (reported.state, reported.name)
    assert ("a\\x1b[8mb", "notes.txt", "other/", "inner/x\\u202e") == reported.files
    assert reported.says.startswith("a\\x1b[8mb, notes.txt, other/, inner/x\\u202e: ")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names themselves")
def test_a_name_that_is_no_text_is_escaped(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9")).touch()

    (reported,) = ReceivedFolder(tmp_path).rest(b"")

    assert ("caf\\udce9",) == reported.files
    reported.says.encode()


def test_few_of_many_names_are_shown_and_the_list_has_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_TOLD", 30)
    for number in range(40):
        (tmp_path / f"{number:02}").touch()

    (reported,) = ReceivedFolder(tmp_path).rest(b"")

    assert 30 == len(reported.files)
    assert "19, and 10 more: no part of the evidence" in reported.says


def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SignoffError) as refused:
        ReceivedFolder(tmp_path).read("a\x00b")
    assert "SL510" == refused.value.code
