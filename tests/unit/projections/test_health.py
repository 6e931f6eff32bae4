import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from signoff_ledger.persistence.health_finding import HealthFinding
from signoff_ledger.persistence.sqlite.health import SAFE_SQLITE
from signoff_ledger.persistence.sqlite.store import SqliteStore
from signoff_ledger.projections.health import examine
from signoff_ledger.projections.views import Views
from tests.ledgers import Shop, disarmed, raw, rewrite


def looked(shop: Shop, views: Views) -> dict[str, HealthFinding]:
    """Examine a ledger; gives what was found by check."""
    return {found.check: found for found in examine(shop.store, views)}


def states(shop: Shop, views: Views) -> dict[str, str]:
    """Give the state of each check but that of the SQLite on this machine."""
    found = looked(shop, views)
    return {check: finding.state for check, finding in found.items() if check != "SQLite"}


def test_a_sound_ledger_is_sound(shop: Shop, views: Views) -> None:
    shop.sign_off_a_repeat()
    found = looked(shop, views)
    size = shop.store.size()

    assert ["ok"] * 8 == [*states(shop, views).values()]
    assert f"{size} lines in 10 streams" in found["events"].says
    assert "journal_mode wal, synchronous 2" in found["durability"].says


def test_every_line_is_counted_while_it_is_looked_at(shop: Shop, views: Views) -> None:
    reported: list[tuple[int, int]] = []
    examine(shop.store, views, lambda done, total: reported.append((done, total)))
    size = shop.store.size()

    assert [(done, size) for done in range(1, size + 1)] == reported[:size]


@pytest.mark.parametrize(
    ("version", "state"),
    [(SAFE_SQLITE, "ok"), ((3, 40, 1), "note")],
)
def test_an_old_sqlite_is_noted(
    shop: Shop,
    views: Views,
    monkeypatch: pytest.MonkeyPatch,
    version: tuple[int, int, int],
    state: str,
) -> None:
    """Before that version several writers at once could damage the write-ahead log."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)

    assert state == looked(shop, views)["SQLite"].state


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        (b'"serial":"S1"', b'"serial":"S9"'),
        (b'"by":"ines"', b'"by":"egon"'),
        (b'"gap":25', b'"gap":26'),
    ],
)
def test_a_line_that_was_changed_with_its_hash_breaks_the_chain(
    path: Path, shop: Shop, views: Views, part: bytes, instead: bytes
) -> None:
    """The next line of the stream names the one that stood there."""
    shop.open("B1")
    shop.record("B1", "S1")
    shop.record("B1", "S2")
    position = shop.store.size() - 1
    rewrite(path, position, shop.lines()[position - 1].replace(part, instead))
    found = looked(shop, views)

    assert "BROKEN" == found["events"].state
    assert found["events"].says.startswith(f"position {position + 1}: ")


def test_a_leaf_that_is_not_of_its_line_is_found(path: Path, shop: Shop, views: Views) -> None:
    with closing(disarmed(path)) as connection:
        connection.execute("UPDATE events SET leaf = zeroblob(32) WHERE position = 3")

    assert looked(shop, views)["events"].says.startswith("position 3: ")


def test_a_line_that_does_not_agree_with_its_index_is_found(
    path: Path, shop: Shop, views: Views
) -> None:
    with closing(disarmed(path)) as connection:
        connection.execute("UPDATE events SET version = 77 WHERE position = 3")
    found = looked(shop, views)["events"]

    assert "BROKEN" == found.state
    assert found.says.startswith("position 3: a stored line does not agree with its index")


def test_a_line_in_another_spelling_is_found(path: Path, shop: Shop, views: Views) -> None:
    """One value has one spelling, or its hash would prove nothing."""
    size = shop.store.size()
    rewrite(path, size, shop.lines()[size - 1].replace(b'"at":', b'"at": '))
    found = looked(shop, views)["events"]

    assert ("BROKEN", True) == (found.state, "canonical" in found.says)


def test_a_gap_in_the_positions_is_found(path: Path, shop: Shop, views: Views) -> None:
    with closing(disarmed(path)) as connection:
        connection.execute("DELETE FROM events WHERE position = 3")

    assert "BROKEN" == states(shop, views)["events"]


def test_broken_events_are_not_made_into_views(path: Path, shop: Shop, views: Views) -> None:
    """Rebuilding from them would lose what the views still show."""
    views.catch_up()
    rewrite(path, 3, b"{}")

    assert "views" not in looked(shop, views)


def test_a_command_id_that_is_gone_from_beside_the_log_is_found(
    path: Path, shop: Shop, views: Views
) -> None:
    """It could be used again, for something else."""
    with closing(disarmed(path)) as connection:
        connection.execute("DELETE FROM commands WHERE id = 'id-2'")
    found = looked(shop, views)

    assert ("BROKEN", "1 do not agree: id-2") == (found["commands"].state, found["commands"].says)
    assert "views" not in found


@pytest.mark.parametrize(("times", "state"), [(1, "ok"), (99, "note")])
def test_views_are_not_called_wrong_because_somebody_records(
    shop: Shop, views: Views, monkeypatch: pytest.MonkeyPatch, times: int, state: str
) -> None:
    """Doctor looks at ledgers that are in use."""
    left, rebuild = times, views.rebuild

    def recording() -> int:
        nonlocal left
        left -= 1
        if left >= 0:
            shop.hold()
        return rebuild()

    monkeypatch.setattr(views, "rebuild", recording)

    assert state == looked(shop, views)["views"].state


def test_a_view_that_was_wrong_is_built_again(path: Path, shop: Shop, views: Views) -> None:
    """A view is no evidence: it is repaired, and it is said that it was wrong."""
    views.catch_up()
    with closing(raw(path)) as connection:
        connection.execute("UPDATE view_processes SET standing = 'SIGNED_OFF'")
    first, second = (looked(shop, views)["views"] for _ in range(2))

    assert ("BAD", "view_processes was wrong and has been built again") == (first.state, first.says)
    assert "ok" == second.state


def test_a_damaged_database_is_reported_in_its_own_words(
    path: Path, shop: Shop, views: Views
) -> None:
    with closing(raw(path)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_schema SET sql = replace(sql, 'events (type, position)', "
            "'events (position, type)') WHERE name = 'events_by_type'"
        )
    with closing(SqliteStore.open(path)) as store:
        found = {f.check: f for f in examine(store, Views(store, store))}

    assert "BROKEN" == found["database"].state


def test_a_read_only_ledger_is_looked_at_without_its_views(
    path: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is written, so the views are left as they are."""
    monkeypatch.setattr("os.access", lambda *_: False)
    with closing(SqliteStore.open(path)) as store:
        found = {f.check: f for f in examine(store, Views(store, store))}

    assert ("note", "the ledger is read-only here") == (
        found["durability"].state,
        found["durability"].says,
    )
    assert "views" not in found
    assert "ok" == found["events"].state
