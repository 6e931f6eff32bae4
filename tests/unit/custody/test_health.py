"""What `doctor` says of the guard, the seals, the clock, and of who else may write."""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from signoff_ledger.application.checkpoints import SealPolicy
from signoff_ledger.application.custody_health import CustodyState, findings
from signoff_ledger.application.ledger import Ledger
from signoff_ledger.errors import Advice
from signoff_ledger.persistence.sqlite.store import SqliteStore
from tests.ledgers import START, Shop, TickingClock, disarmed
from tests.offices import Office

LATER = START + timedelta(days=1)
GUARD = "keys/example.com_2Fpress-shop/guard.json"


@pytest.fixture(scope="module")
def story_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tell a story once, which is sealed at its decisions; gives its folder."""
    folder = tmp_path_factory.mktemp("story")
    office = Office.founded(folder / "ledger.db").play()
    office.close_file()
    return folder


@pytest.fixture
def office(story_folder: Path, tmp_path: Path) -> Iterator[Office]:
    """Give the office of the story, a day later."""
    shutil.copytree(story_folder, tmp_path / "office")
    office = Office.again(tmp_path / "office" / "ledger.db")
    yield office
    office.close_file()


def looked(
    office: Office, now: object = LATER, **policy: object
) -> dict[str, tuple[str, str, Advice | None]]:
    """Look at everything outside the ledger; gives state, words and what leads back by check."""
    keeping = CustodyState(office.vault, SealPolicy(**policy), now)  # type: ignore[arg-type]
    with closing(SqliteStore.open(office.store.path)) as store:
        found = list(findings(store, keeping))
    # Of several findings of one check the worst is looked at.
    return {
        f.check: (f.state, f.says, f.advice)
        for f in sorted(found, key=lambda f: f.state, reverse=True)
    }


def changed(office: Office, *statements: str) -> None:
    """Change the file past everything that is ours."""
    with closing(disarmed(office.store.path)) as connection:
        for statement in statements:
            assert connection.execute(statement).rowcount, statement


def test_a_ledger_that_is_kept_well_is_said_to_be_so(office: Office) -> None:
    found = looked(office)
    size = office.store.sealed_size()

    assert {"guard", "seals", "clock", "permissions"} == found.keys()
    assert {"ok"} == {state for state, _, _ in found.values()}, found
    assert f"the log begins with the {size} events signed last" == found["guard"][1]


@pytest.mark.parametrize(
    ("statements", "says"),
    [
        (["DELETE FROM events WHERE position = (SELECT max(position) FROM events)"], "ROLLBACK"),
        (["UPDATE events SET leaf = zeroblob(32) WHERE position = 3"], "FORK"),
    ],
    ids=["shorter", "another"],
)
def test_a_log_that_the_guard_does_not_know_is_reported(
    office: Office, statements: list[str], says: str
) -> None:
    """By whoever looks, before anybody decides or seals."""
    changed(office, *statements)
    state, words, advice = looked(office)["guard"]

    assert "BROKEN" == state
    assert words.startswith(f"{says}: ")
    assert Advice("use-sealed-ledger") == advice


def test_a_guard_that_cannot_be_read_is_reported(office: Office) -> None:
    (office.store.path.parent / GUARD).write_bytes(b"{")
    state, words, advice = looked(office)["guard"]

    assert ("BAD", True) == (state, "the signer guard cannot be read" in words)
    assert Advice("bring-guard-back") == advice


def test_a_machine_that_has_signed_nothing_says_so(office: Office) -> None:
    (office.store.path.parent / GUARD).unlink()

    assert "an old backup would not be noticed" in looked(office)["guard"][1]


def test_a_ledger_without_a_log_key_is_not_sealed(tmp_path: Path) -> None:
    office = Office.founded(tmp_path / "ledger.db")
    office.close_file()
    shop = Shop.founded(tmp_path / "plain.db")
    shop.store.close()
    with closing(SqliteStore.open(tmp_path / "plain.db")) as store:
        keeping = CustodyState(office.vault, SealPolicy(), LATER)
        found = {f.check: f.says for f in findings(store, keeping)}

    assert "the ledger has no log key: nothing is sealed" == found["guard"]
    assert "seals" not in found


def test_a_checkpoint_that_was_signed_and_is_gone_is_reported(office: Office) -> None:
    sealed = office.store.sealed_size()
    changed(office, f"DELETE FROM checkpoints WHERE size = {sealed}")
    found = looked(office)

    assert ("BAD", True) == (found["guard"][0], f"{sealed} events were signed" in found["guard"][1])
    assert "BAD" == found["seals"][0]
    assert found["seals"][1].startswith("no checkpoint seals the decisions #")
    assert Advice("seal-where-key-lies") == found["seals"][2]


def test_a_checkpoint_between_decisions_that_is_gone_is_reported(office: Office) -> None:
    first, *_ = [size for size, _ in office.store.checkpoints()]
    changed(office, f"DELETE FROM checkpoints WHERE size = {first}")
    state, words, _ = looked(office)["seals"]

    assert "note" == state
    assert f"the decisions #{first - 1} have no checkpoint of their own" in words


@pytest.mark.parametrize(
    ("policy", "apart", "state"),
    [
        ({"events": 3}, timedelta(), "ok"),
        ({"events": 2}, timedelta(), "BAD"),
        ({"age": timedelta(hours=1)}, timedelta(minutes=59), "ok"),
        ({"age": timedelta(hours=1)}, timedelta(hours=1), "BAD"),
    ],
)
def test_events_that_should_be_sealed_by_now_are_reported(
    office: Office, policy: dict[str, object], apart: timedelta, state: str
) -> None:
    """As whoever recorded the last of them should have noticed."""
    clock = TickingClock(LATER)
    office.ledger = Ledger(office.store, clock, office.ids)
    office.change("LID-SEAT")
    clock.time += apart
    office.change("LID-SEAT")
    found = looked(office, clock.now(), **policy)["seals"]

    assert state == found[0], found


@pytest.mark.parametrize(("back", "expected"), [(timedelta(), "note"), (timedelta(hours=1), "BAD")])
def test_a_clock_that_was_set_back_is_reported(
    office: Office, back: timedelta, expected: str
) -> None:
    """Two machines' clocks are a little apart; more than five minutes were set."""
    state, words, advice = looked(office, START - back)["clock"]

    assert (expected, True) == (state, "this clock is behind, or that one was ahead" in words)
    assert Advice("set-clock-before-recording") == advice


@pytest.mark.skipif(os.name != "posix", reason="Windows has no modes")
@pytest.mark.parametrize(
    ("path", "mode", "says", "closed"),
    [
        ("keys", 0o777, "others may write", "0755"),
        ("keys/example.com_2Fpress-shop", 0o755, "others may read", "0700"),
        ("keys/example.com_2Fpress-shop/KEY", 0o640, "others may read", "0600"),
        (GUARD, 0o664, "others may write", "0644"),
        ("ledger.db", 0o666, "others may write", "0664"),
        (".", 0o777, "others may write", "0775"),
    ],
)
def test_what_others_may_write_is_reported(
    office: Office, path: str, mode: int, says: str, closed: str
) -> None:
    folder = office.store.path.parent
    (pem,) = folder.rglob("*.pem")
    place = (folder / path.replace("KEY", pem.name)).resolve()
    place.chmod(mode)
    found = looked(office)["permissions"]

    assert "BAD" == found[0]
    assert found[1].startswith(f"{says} {place} ")
    assert Advice("set-mode", path=str(place), mode=closed) == found[2]


@pytest.mark.skipif(os.name != "posix", reason="Windows has no owners by number")
def test_what_belongs_to_another_user_is_reported(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.chown(office.store.path, 12_345, -1) if os.geteuid() == 0 else monkeypatch.setattr(
        "os.geteuid", lambda: 12_345
    )
    state, words, advice = looked(office)["permissions"]

    assert ("BAD", True) == (state, "belongs to another user" in words)
    assert Advice("set-owner", path=str(office.store.path)) == advice


def test_a_founding_that_cannot_be_read_is_a_finding_of_each_check(office: Office) -> None:
    """Nothing that is looked at keeps doctor from looking at the rest."""
    changed(office, "UPDATE events SET line = X'7B7D' WHERE position = 1")
    found = looked(office)

    assert "BROKEN" == found["guard"][0]
    assert "cannot be looked at" in found["guard"][1]
    assert "ok" == found["clock"][0]
