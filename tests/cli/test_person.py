"""`signoff person`."""

from pathlib import Path

import pytest

from tests.cli.shops import at


def test_everybody_is_listed_with_their_roles(tmp_path: Path) -> None:
    terminal = at("begun", tmp_path)
    terminal.did("person", "enrol", "nina", "--name", "Nina New", by="olga")

    people = terminal.asked("person", "list")

    assert ["olga", "ines", "ivan", "egon", "anna", "bela", "aude", "nina"] == [
        person["person"] for person in people
    ]
    assert [["owner"], ["inspector"], []] == [people[i]["roles"] for i in (0, 1, -1)]
    assert ["nina", "Nina", "New"] == terminal.did("person", "list").out.splitlines()[-1].split()


def test_a_person_may_hold_several_roles(tmp_path: Path) -> None:
    terminal = at("begun", tmp_path)

    terminal.did("person", "enrol", "nina", "--name", "Nina New", "--role", "buyer", "--role",
                 "auditor", by="olga")  # fmt: skip

    assert ["auditor", "buyer"] == terminal.asked("person", "list")[-1]["roles"]


def test_a_key_names_one_person_for_ever(tmp_path: Path) -> None:
    error = at("begun", tmp_path).refused(
        "SL106", "person", "enrol", "ines", "--name", "Another Ines", by="olga"
    )

    assert "a key names one person permanently" == error["why"]


def test_a_revoked_role_is_gone_at_once(tmp_path: Path) -> None:
    terminal = at("open", tmp_path)

    terminal.did("person", "revoke", "ines", "inspector", "--reason", "moved", by="olga")

    terminal.refused("SL402", "import", "sheet-1.csv", "--batch", "B1", by="ines")
    assert "ines is no longer inspector, because: moved" in terminal.did("history").out


def test_somebody_stays_the_owner(tmp_path: Path) -> None:
    terminal = at("begun", tmp_path)
    revoke = ("person", "revoke", "olga", "owner", "--reason", "tired")

    error = terminal.refused("SL403", *revoke, by="olga")
    terminal.did("person", "grant", "anna", "owner", by="olga")
    terminal.did(*revoke, by="olga")

    assert "make another person an owner first" == error["fix"]


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("grant", "ines", "inspector"), "SL109"),
        (("grant", "nobody", "buyer"), "SL203"),
        (("revoke", "ines", "buyer", "--reason", "x"), "SL109"),
        (("revoke", "nobody", "buyer", "--reason", "x"), "SL203"),
        (("enrol", "nina", "--name", "N", "--role", "buyer", "--role", "buyer"), "SL109"),
        (("enrol", "n ina", "--name", "Nina"), "SL106"),
        (("enrol", "nina", "--name", ""), "SL105"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value,
)
def test_what_cannot_be_is_refused(tmp_path: Path, args: tuple[str, ...], code: str) -> None:
    terminal = at("begun", tmp_path)
    before = terminal.events()

    terminal.refused(code, "person", *args, by="olga")

    assert before == terminal.events()


def test_there_are_six_roles(tmp_path: Path) -> None:
    said = at("begun", tmp_path)("person", "grant", "ines", "king", by="olga")

    assert 2 == said.code
    for role in ("inspector", "engineer", "approver", "buyer", "auditor", "owner"):
        assert f"'{role}'" in said.err
