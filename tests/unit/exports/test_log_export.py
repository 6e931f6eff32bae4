"""A whole log: exported twice the same, restored the same, and refused where it was touched."""

from collections.abc import Callable
from pathlib import Path

import pytest

from signoff_ledger.errors import EvidenceError, SignoffError, StoreError
from signoff_ledger.exports.log_folder import LogFolder, export_log, sealed_notes
from signoff_ledger.exports.restore import restore_log
from signoff_ledger.exports.verification import LiveLog, verify_log
from signoff_ledger.integrity.canonical import LINE_LIMIT_BYTES
from signoff_ledger.integrity.log_check import Check, Trust
from signoff_ledger.persistence.sqlite.store import SqliteStore
from tests.ledgers import CountingIds, Shop, TickingClock, check_ledger, rewrite
from tests.offices import Office, by
from tests.unit.exports.test_bundle import content


def checks(folder: Path) -> list[Check]:
    """Verify an export."""
    return list(verify_log(LogFolder(folder), Trust()))


def test_an_export_holds_the_lines_to_the_byte(cosigned: Office, exported: Path) -> None:
    files = content(exported)

    assert b"".join(line + b"\n" for line in cosigned.lines()) == files["events.ndjson"]
    assert {str(size) for size, _ in cosigned.store.checkpoints()} == {
        name.removeprefix("checkpoints/") for name in files if "/" in name
    }
    assert {"README.md", "allowed_signers", "checkpoint", "events.ndjson", "log.vkey"} == {
        name for name in files if "/" not in name
    }
    assert sealed_notes(cosigned.store)[-1][1] == files["checkpoint"]
    assert 3 == files["checkpoint"].count("\u2014 ".encode())


def test_the_same_log_is_exported_to_the_same_bytes(
    cosigned: Office, exported: Path, tmp_path: Path
) -> None:
    what = export_log(cosigned.store, tmp_path / "again")

    assert content(exported) == content(tmp_path / "again")
    size = cosigned.store.size()
    assert (size, cosigned.store.sealed_size(), cosigned.store.root(size), ()) == what


def test_an_export_verifies_as_the_live_ledger_does(cosigned: Office, exported: Path) -> None:
    live = {c.name: c for c in verify_log(LiveLog(cosigned.store), Trust())}
    there = {c.name: c for c in checks(exported)}

    assert live.keys() - {"tree"} == there.keys() - {"files", "readme"}
    for name in live.keys() & there.keys() - {"lines", "commands"}:
        assert live[name] == there[name]


def test_an_unsealed_tail_is_reported(story_office: Office, tmp_path: Path) -> None:
    story_office.change()
    export_log(story_office.store, tmp_path / "out")

    assert "tail" in {check.name for check in checks(tmp_path / "out")}
    readme = (tmp_path / "out" / "README.md").read_text("utf-8")
    assert (
        f"The last {story_office.store.size() - story_office.store.sealed_size()} events are not"
        in readme
    )


def test_what_is_recorded_while_it_is_exported_is_left_for_the_next_time(
    story_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw, size = story_office.store.raw, story_office.store.size()

    def growing() -> object:
        story_office.hold(by("anna"), "while you look")
        return raw()

    monkeypatch.setattr(story_office.store, "raw", growing)
    what = export_log(story_office.store, tmp_path / "out")
    monkeypatch.undo()

    assert size == what.size < story_office.store.size()
    assert checks(tmp_path / "out")


def test_a_ledger_without_a_key_is_exported_without_one(tmp_path: Path) -> None:
    shop = Shop.founded(tmp_path / "ledger.db")
    export_log(shop.store, tmp_path / "out")
    shop.store.close()

    assert {"README.md", "allowed_signers", "events.ndjson"} == set(content(tmp_path / "out"))
    assert "It is not sealed." in (tmp_path / "out" / "README.md").read_text("utf-8")
    assert checks(tmp_path / "out")
    restore_log(tmp_path / "out", tmp_path / "new.db")


def test_a_ledger_that_does_not_hold_is_not_exported(story_office: Office, tmp_path: Path) -> None:
    line = story_office.lines()[4]
    story_office.close_file()
    rewrite(story_office.store.path, 5, line.replace(b"olga", b"egon"))
    store = SqliteStore.open(story_office.store.path)

    with pytest.raises(EvidenceError) as refused:
        export_log(store, tmp_path / "out")
    store.close()
    assert refused.value.position in {5, 6}
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".out-*"))


# --- back again -----------------------------------------------------------------------------------


def test_what_is_restored_is_exported_to_the_same_bytes(
    cosigned: Office, exported: Path, tmp_path: Path
) -> None:
    size, root = restore_log(exported, tmp_path / "new.db")

    assert (cosigned.store.size(), cosigned.store.root(size)) == (size, root)
    again = SqliteStore.open(tmp_path / "new.db")
    export_log(again, tmp_path / "again")
    assert cosigned.store.checkpoints() == again.checkpoints()
    assert cosigned.store.cosigned() == again.cosigned()
    again.close()
    assert content(exported) == content(tmp_path / "again")
    assert size == check_ledger(tmp_path / "new.db")


def test_a_restored_ledger_goes_on_where_it_was(
    cosigned: Office, exported: Path, tmp_path: Path
) -> None:
    restore_log(exported, tmp_path / "new.db")
    again = Office(SqliteStore.open(tmp_path / "new.db"), TickingClock(), CountingIds("on"))
    again.vault = cosigned.vault
    before = again.store.size()
    again.hold(by("anna"), "a third time")

    assert before < again.store.size()
    again.verified()
    again.close_file()


def test_commands_given_before_an_export_are_known_after_it(
    cosigned: Office, exported: Path, tmp_path: Path
) -> None:
    restore_log(exported, tmp_path / "new.db")
    again = SqliteStore.open(tmp_path / "new.db")
    for number in range(1, 12):
        assert cosigned.store.of_command(f"id-{number}") == again.of_command(f"id-{number}")
    again.close()


def test_nothing_is_restored_over_something(exported: Path, tmp_path: Path) -> None:
    target = tmp_path / "new.db"
    target.write_bytes(b"mine")

    with pytest.raises(StoreError) as refused:
        restore_log(exported, target)
    assert "SL704" == refused.value.code
    assert b"mine" == target.read_bytes()


Spoil = Callable[[Path], object]


def edit(name: str, old: bytes, new: bytes, count: int = 1) -> Spoil:
    """Replace bytes in a file."""

    def change(folder: Path) -> None:
        before = (folder / name).read_bytes()
        assert old in before
        (folder / name).write_bytes(before.replace(old, new, count))

    return change


def cut(name: str, drop: int) -> Spoil:
    """Cut bytes off a file's end."""
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:-drop])


def gone(name: str) -> Spoil:
    """Take a file away."""
    return lambda folder: (folder / name).unlink()


def added(name: str, more: bytes) -> Spoil:
    """Put bytes at the end of a file."""
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes() + more)


def smallest_gone(folder: Path) -> None:
    """Take the last checkpoint out of the others."""
    last = max((folder / "checkpoints").iterdir(), key=lambda path: int(path.name))
    last.unlink()


def renamed(folder: Path) -> None:
    """Name a checkpoint after another size."""
    first = min((folder / "checkpoints").iterdir(), key=lambda path: int(path.name))
    first.rename(first.with_name(str(int(first.name) - 1)))


def last_line_gone(folder: Path) -> None:
    """Cut the last line off."""
    lines = (folder / "events.ndjson").read_bytes().splitlines(keepends=True)
    (folder / "events.ndjson").write_bytes(b"".join(lines[:-1]))


SPOILT: dict[str, tuple[str, Spoil]] = {
    "a name": ("SL502", edit("events.ndjson", b"Anna Approver", b"Anna Improver")),
    "the last line cut": ("SL507", last_line_gone),
    "the last line cut short": ("SL510", cut("events.ndjson", 9)),
    "the last newline cut": ("SL510", cut("events.ndjson", 1)),
    "an empty line": ("SL503", added("events.ndjson", b"\n")),
    "a line too long": ("SL510", added("events.ndjson", b"x" * (LINE_LIMIT_BYTES + 9) + b"\n")),
    "no lines": ("SL510", gone("events.ndjson")),
    "another key": ("SL510", edit("log.vkey", b"press-shop", b"press-shed")),
    "no key": ("SL510", gone("log.vkey")),
    "another signer": ("SL510", edit("allowed_signers", b"anna", b"egon")),
    "no signers": ("SL205", gone("allowed_signers")),
    "one signer more": ("SL510", added("allowed_signers", b"x\n")),
    "another checkpoint": ("SL510", edit("checkpoint", b"press-shop", b"press-shed")),
    "no checkpoint": ("SL510", gone("checkpoint")),
    "the last checkpoint missing": ("SL510", smallest_gone),
    "a checkpoint under another size": ("SL511", renamed),
    "a file that is no checkpoint": ("SL510", lambda f: (f / "checkpoints" / "x").touch()),
    "a size with a zero before it": ("SL510", lambda f: (f / "checkpoints" / "07").touch()),
}


@pytest.mark.parametrize("name", SPOILT)
def test_an_export_that_was_touched_is_neither_verified_nor_restored(
    exported: Path, tmp_path: Path, name: str
) -> None:
    code, spoil = SPOILT[name]
    spoil(exported)

    with pytest.raises(SignoffError) as verified:
        checks(exported)
    with pytest.raises(SignoffError) as restored:
        restore_log(exported, tmp_path / "new.db")
    assert (code, code) == (verified.value.code, restored.value.code)
    assert not list(tmp_path.glob("new.db*"))


def test_a_restore_that_fails_on_the_way_leaves_nothing_behind(
    exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreError("SL703", "the disk is full")

    monkeypatch.setattr(SqliteStore, "keep_checkpoint", full)
    with pytest.raises(StoreError):
        restore_log(exported, tmp_path / "new.db")
    assert not list(tmp_path.glob("new.db*"))


def test_a_restore_that_comes_out_otherwise_is_refused(
    exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SqliteStore, "root", lambda *_: bytes(32))
    with pytest.raises(EvidenceError) as refused:
        restore_log(exported, tmp_path / "new.db")
    assert "SL508" == refused.value.code
    assert not list(tmp_path.glob("new.db*"))
