"""Two stations of one line record into one ledger at once, each command a process of its own."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from signoff_ledger.application.commands.people import EnrolPerson
from signoff_ledger.application.ledger import Call
from signoff_ledger.domain.values import Role
from tests.ledgers import GOOD, PLAN, Shop, check_ledger
from tests.tree import SOURCE_ROOTS, clean_environment

COMMAND = "from signoff_cli.main import main; main()"
STATIONS = {"ines": "left", "ivan": "right"}
UNITS_EACH = 15


class Answer(NamedTuple):
    """What one command line came to."""

    code: int
    out: str
    err: str


def record(ledger: Path, by: str, serial: str) -> Answer:
    """Record one conforming unit, the way a station does."""
    results = [f"{name}={value}" for name, value in GOOD.items() if name != "build_method"]
    done = subprocess.run(
        [
            sys.executable, "-c", COMMAND, "--json", "--ledger", ledger, "--as", by,
            "record", serial, *results, "--batch", "B1", "--method", "line",
            "--station", STATIONS[by], "--command-id", f"unit-{serial}",
        ],
        env=clean_environment(*SOURCE_ROOTS),
        check=False,
        capture_output=True,
        text=True,
    )  # fmt: skip
    return Answer(done.returncode, done.stdout, done.stderr)


def shift(ledger: Path, by: str) -> dict[str, Answer]:
    """Record all the units of one station, one command after the other."""
    serials = [f"{STATIONS[by]}-{number}" for number in range(UNITS_EACH)]
    return {serial: record(ledger, by, serial) for serial in serials}


@pytest.mark.slow
def test_two_stations_lose_nothing_and_never_wait_in_vain(tmp_path: Path) -> None:
    """S-02: each unit is on record once, with its inspector and its station."""
    path = tmp_path / "ledger.db"
    shop = Shop.opened(path, PLAN.replace("units = 7", f"units = {2 * UNITS_EACH}"))
    shop.ledger.execute(
        EnrolPerson(person="ivan", printed_name="Ivan Inspector", roles=(Role.INSPECTOR,)),
        Call("olga"),
    )
    before = shop.store.size()
    with ThreadPoolExecutor(len(STATIONS)) as pool:
        shifts = [*pool.map(lambda by: shift(path, by), STATIONS)]
    answers = {serial: answer for reported in shifts for serial, answer in reported.items()}
    positions = [
        json.loads(answer.out)["data"]["events"][0]["position"] for answer in answers.values()
    ]
    batch = shop.ledger.work().batch("B1")
    turns = [unit.inspectors[0] for unit in batch.units.values()]
    shop.store.close()

    assert {(0, "")} == {(answer.code, answer.err) for answer in answers.values()}
    assert {*answers} == {*batch.units}
    assert [*range(before + 1, before + 2 * UNITS_EACH + 1)] == sorted(positions)
    assert {(by, STATIONS[by]) for by in STATIONS} == {
        (unit.inspectors[0], unit.build.station) for unit in batch.units.values()
    }
    assert UNITS_EACH == turns.count("ines") == turns.count("ivan")
    assert before + 2 * UNITS_EACH == check_ledger(path)


@pytest.mark.slow
def test_two_stations_that_scan_the_same_unit_record_it_once(tmp_path: Path) -> None:
    """A command id makes a command safe to give twice, whoever was first."""
    path = tmp_path / "ledger.db"
    shop = Shop.opened(path)
    shop.store.close()
    with ThreadPoolExecutor(2) as pool:
        answers = [*pool.map(lambda _: record(path, "ines", "S1"), range(2))]
    reported = [json.loads(answer.out)["data"] for answer in answers]

    assert [0, 0] == [answer.code for answer in answers]
    assert [False, True] == sorted(answer["repeated"] for answer in reported)
    assert 1 == len({answer["events"][0]["position"] for answer in reported})
    check_ledger(path)
