"""`synchronous_standby_names` as the server reads it (PostgreSQL 18, section 19.6.2)."""

import pytest

from signoff_ledger.persistence.postgres.standbys import (
    CONNECTED,
    Standbys,
    absence,
    named,
    wait_sentence,
)


@pytest.mark.parametrize(
    ("setting", "standbys"),
    [
        ("", Standbys(0, ())),
        ("s1", Standbys(1, ("s1",))),
        ("s1, s2", Standbys(1, ("s1", "s2"))),
        ("2 (s1, s2, s3)", Standbys(2, ("s1", "s2", "s3"))),
        ("FIRST 2 (s1,s2)", Standbys(2, ("s1", "s2"))),
        ("first 1(s1)", Standbys(1, ("s1",))),
        (" ANY 1 ( s1 , s2 ) ", Standbys(1, ("s1", "s2"))),
        ('"odd name", s2', Standbys(1, ("odd name", "s2"))),
        ('"say ""so"""', Standbys(1, ('say "so"',))),
        ("*", Standbys(1, ("*",))),
        ("2 (*)", Standbys(2, ("*",))),
    ],
)
def test_the_setting_is_read_as_the_server_reads_it(setting: str, standbys: Standbys) -> None:
    assert standbys == named(setting)


@pytest.mark.parametrize(
    ("setting", "connected", "says", "suffice"),
    [
        ("", [], "", True),
        ("s1", ["s1"], "", True),
        ("s1", ["S1"], "", True),
        ("s1", [], "s1 is not connected", False),
        ("s1, s2", ["s2"], "s1 is not connected", True),
        ("ANY 2 (s1, s2, s3)", ["s3"], "s1, s2 are not connected", False),
        ("*", ["whoever"], "", True),
        ("*", [], "0 of 1 are connected", False),
        ("2 (*)", ["whoever"], "1 of 2 are connected", False),
    ],
)
def test_who_is_named_and_not_connected_is_said(
    setting: str, connected: list[str], says: str, suffice: bool
) -> None:
    def rows(statement: str) -> list[tuple[str]]:
        return [(name,) for name in connected] if statement == CONNECTED else [(setting,)]

    assert (says, suffice) == (absence(setting, connected), named(setting).suffice(connected))
    assert suffice == (not wait_sentence(rows))
