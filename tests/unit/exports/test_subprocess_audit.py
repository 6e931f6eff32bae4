"""A long log's decisions are taken again by a second process, which says the same as one would."""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from signoff_ledger.errors import EvidenceError
from signoff_ledger.exports import subprocess_audit
from signoff_ledger.exports.log_folder import LogAddress, LogFolder, export_log
from signoff_ledger.exports.verification import LiveLog, verify_log
from signoff_ledger.integrity.log_check import Check, Trust
from tests.ledgers import rewrite
from tests.offices import Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Give an office whose story has been told."""
    opened = Office.founded(tmp_path / "ledger.db").play()
    yield opened
    opened.close_file()


@pytest.fixture
def always_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every log be worth a second process."""
    monkeypatch.setattr(subprocess_audit, "WORTH_A_PROCESS", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)


def verified(office: Office) -> list[Check]:
    """Verify a live ledger."""
    return list(verify_log(LiveLog(office.store), Trust()))


def spoilt(office: Office) -> int:
    """Let a unit's gap be too wide, and nothing else say so; gives where."""
    path = office.store.path
    position, line = next(
        (n, line) for n, line in enumerate(office.lines(), 1) if b'"gap":25' in line
    )
    rewrite(path, position, line.replace(b'"gap":25', b'"gap":95'))
    return position


def test_a_ledger_is_verified_the_same_by_two_processes(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = verified(office)
    monkeypatch.setattr(subprocess_audit, "WORTH_A_PROCESS", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)

    assert alone == verified(office)


@pytest.mark.usefixtures("always_apart")
def test_an_export_is_verified_by_two_processes(office: Office, tmp_path: Path) -> None:
    export_log(office.store, tmp_path / "out")
    source = LogFolder(tmp_path / "out")

    checks = list(verify_log(source, Trust()))
    assert [verified(office)[-1], "readme"] == [checks[-2], checks[-1].name]


@pytest.mark.usefixtures("always_apart")
def test_a_process_that_ends_without_an_answer_is_done_without(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = shutil.which("true")
    if nothing is None:
        pytest.skip("no program that does nothing is on this machine")
    monkeypatch.setattr(sys, "executable", nothing)

    assert "decisions" == verified(office)[-1].name


def test_what_does_not_follow_is_reported_across_the_processes(office: Office) -> None:
    position = spoilt(office)
    place = LogAddress(office.store.address, office.store.size())
    beside = subprocess_audit.Apart(place)
    with pytest.raises(EvidenceError) as refused:
        beside.meaning()
    beside.close()

    assert ("SL509", position) == (refused.value.code, refused.value.position)


def test_the_second_process_answers_in_one_line(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export_log(office.store, tmp_path / "out")
    said = []
    for path in (office.store.address, tmp_path / "out"):
        subprocess_audit._main(str(path), str(office.store.size()))
        said.append(json.loads(capsys.readouterr().out))
    spoilt(office)
    subprocess_audit._main(str(office.store.path), str(office.store.size()))
    refused = json.loads(capsys.readouterr().out)

    assert said[0] == said[1]
    assert "decisions" == said[0]["check"][0]
    assert "SL509" == refused["code"]


def test_a_short_log_and_a_single_core_are_not_worth_one(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = LogAddress(office.store.address, office.store.size())
    assert subprocess_audit.apart(place) is None
    monkeypatch.setattr(subprocess_audit, "WORTH_A_PROCESS", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    assert subprocess_audit.apart(place) is None
