"""An older copy of the ledger takes its place: nobody seals it, and nobody decides in it.

Reading it and recording in it go on: what is missing cannot be known from within. What cannot go on
is anything under the log's key, which remembers more than the copy does.
"""

import shutil
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from signoff_ledger.application.commands.decisions import Hold
from signoff_ledger.application.ledger import Call
from signoff_ledger.errors import EvidenceError
from tests.cli.terminal import Terminal
from tests.fault.ledgers import KEYS, LEDGER, files_of, lay_out, opened, shop_of, staffed, verify
from tests.ledgers import CountingIds, check_ledger

LATEST = "latest"
MOMENTS = ("a bar", "a hold", "a second batch")
"""When the copies are taken; after the last one the process is signed off and sealed."""


def at(folder: Path) -> Terminal:
    """Give a terminal in a folder with the ledger and its keys."""
    terminal = Terminal(folder, ids=CountingIds("later"), variables={"SIGNOFF_KEYS": KEYS})
    terminal.write("signoff.toml", f'ledger = "{LEDGER}"\n')
    return terminal


def put_a_backup(folder: Path, name: str) -> None:
    """Take a copy as `signoff backup` makes it."""
    at(folder).did("backup", f"{name}-backup.db")


def put_a_plain_copy(folder: Path, name: str) -> None:
    """Take a copy as anybody makes it, while nobody writes."""
    shutil.copy(folder / LEDGER, folder / f"{name}-copy.db")


def put_an_export(folder: Path, name: str) -> None:
    """Export the log, and make a ledger of it somewhere else."""
    terminal = at(folder)
    terminal.did("export", f"{name}-export")
    terminal.did("restore", f"{name}-export", "--ledger", f"{name}-restored.db")


COPIES: dict[str, Callable[[Path, str], None]] = {
    "backup": put_a_backup,
    "copy": put_a_plain_copy,
    "restored": put_an_export,
}


@cache
def _copied() -> Mapping[str, bytes]:
    """Tell a story to its end, and copy the ledger in every way at every moment."""
    with TemporaryDirectory() as name:
        _tell(Path(name))
        return files_of(Path(name))


def _tell(folder: Path) -> None:
    staffed(folder).close()
    for moment in (*MOMENTS, LATEST):
        with opened(folder, ids=CountingIds(moment.replace(" ", "-"))) as ledger:
            shop = shop_of(ledger)
            if moment == "a hold":
                shop.build("B1", rejects=2)
                shop.answer("B1")
            elif moment == "a second batch":
                shop.build("B2")
            elif moment == LATEST:
                shop.sign()
        for copy in COPIES.values():
            copy(folder, moment)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with a ledger that was signed off, its keys, and all its older copies."""
    return lay_out(tmp_path, _copied())


def replaced(folder: Path, copy: str, moment: str) -> Terminal:
    """Put a copy in the ledger's place."""
    for beside in folder.glob(f"{LEDGER}*"):
        beside.rename(folder / f"true-{beside.name}")
    (folder / f"{moment}-{copy}.db").rename(folder / LEDGER)
    return at(folder)


def assert_nobody_decides(terminal: Terminal, code: str, word: str) -> None:
    """Seal, sign and hold in vain; nothing is recorded and no statement is made up."""
    size, seals = terminal.events(), (terminal.folder / LEDGER).read_bytes()
    for by, *words in (
        ("anna", "checkpoint"),
        ("anna", "sign", "mug", "--yes"),
        ("ines", "hold", "mug", "--reason", "to be sure", "--yes"),
        ("anna", "withdraw", "mug", "--reason", "to be sure", "--yes"),
        ("anna", "hold", "mug", "--reason", "to be sure", "--statement-only", "st"),
    ):
        error = terminal.refused(code, *words, by=by)
        assert error["what"].startswith(f"{word}: ")
    assert size == terminal.events()
    assert seals == (terminal.folder / LEDGER).read_bytes()
    assert not (terminal.folder / "st").exists()


@pytest.mark.parametrize(
    ("copy", "moment"),
    [
        pytest.param(copy, moment, marks=[pytest.mark.slow] * (first != second))
        for first, copy in enumerate(COPIES)
        for second, moment in enumerate(MOMENTS)
    ],
)
def test_an_older_copy_is_neither_sealed_nor_decided_in(
    folder: Path, copy: str, moment: str
) -> None:
    """It is shorter than what was sealed, and once it has grown, it is another log."""
    sealed = check_ledger(folder / LEDGER)
    terminal = replaced(folder, copy, moment)

    assert_nobody_decides(terminal, "SL507", "ROLLBACK")
    while terminal.events() < sealed:
        terminal.did("dissent", "mug", f"still here {terminal.events()}", by="bela")
    assert_nobody_decides(terminal, "SL508", "FORK")
    terminal.did("dissent", "mug", "longer than the true one", by="bela")
    assert_nobody_decides(terminal, "SL508", "FORK")

    (folder / f"true-{LEDGER}").replace(folder / LEDGER)
    assert not terminal.asked("checkpoint")["new"]
    terminal.did("hold", "mug", "--reason", "the true one", "--yes", "--quiet", by="ines")
    terminal.did("verify")


@pytest.mark.parametrize("copy", COPIES)
def test_a_copy_that_holds_all_that_was_sealed_goes_on(folder: Path, copy: str) -> None:
    """Behind the last seal nobody can tell what is missing; everything before it is there."""
    terminal = replaced(folder, copy, LATEST)
    terminal.did("hold", "mug", "--reason", "to be sure", "--yes", "--quiet", by="ines")

    assert not terminal.asked("checkpoint")["new"]
    terminal.did("verify")


def test_an_automatic_hold_in_an_older_copy_is_refused_before_it_is_recorded(folder: Path) -> None:
    """Nobody decides it, and still it is a decision: the bar's."""
    replaced(folder, "copy", "a bar")
    with opened(folder) as ledger:
        shop = shop_of(ledger)
        shop.open("B1")
        shop.record("B1", "B1-1", gap="0.50")
        shop.record("B1", "B1-2", gap="0.50")
        size = ledger.store.size()
        with pytest.raises(EvidenceError) as caught:
            shop.close("B1")

        assert "SL507" == caught.value.code
        assert size == ledger.store.size()


def test_an_honest_log_is_not_taken_for_an_older_one_while_others_seal(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The size is asked for after the guard; the other way round, a seal in between is a fork."""
    with opened(folder) as ours, opened(folder) as theirs:
        plain, sizes = ours.store.size, []

        def moved_on() -> int:
            size = plain()
            monkeypatch.undo()
            theirs.ledger.execute(Hold(process="mug", batch=None, reason="meanwhile"), Call("ines"))
            sizes.append(size)
            return size

        monkeypatch.setattr(ours.store, "size", moved_on)
        assert ours.sealer is not None
        ours.sealer.check()

        assert sizes
        assert sizes[0] < plain()
        verify(ours)
