"""Replay checks each decision's signature again, by the key that was in force when it was taken."""

from pathlib import Path

from signoff_ledger.application.commands.keys import RevokeKey
from signoff_ledger.replay.replay import replay_decisions
from tests.ledgers import rewrite
from tests.offices import ANNA, Office, by, fingerprint


def held(office: Office) -> list[bool | None]:
    """Say of each decision whether its signature holds."""
    return [decision.signature_holds for decision in replay_decisions(office.store, "mug")]


def signed_story(folder: Path) -> tuple[Path, int, bytes]:
    """Give a ledger in which everything happened, and where Anna held the process for a reason."""
    path = folder / "ledger.db"
    office = Office.founded(path).play()
    lines = enumerate(office.lines(), 1)
    position, line = next((n, line) for n, line in lines if b'"two lids rattle"' in line)
    office.close_file()
    return path, position, line


def test_a_signature_holds_for_ever_and_the_bar_needs_none(tmp_path: Path) -> None:
    """Part 11 11.70, 11.300(c): what a key signed stays signed when it is revoked."""
    office = Office.founded(tmp_path / "ledger.db").play()
    assert [None, True, True, True] == held(office)

    office.ledger.execute(
        RevokeKey(person="anna", fingerprint=fingerprint(ANNA), reason="the laptop was lost"),
        by("olga"),
    )
    assert [None, True, True, True] == held(office)
    assert all(decision.same for decision in replay_decisions(office.store, "mug"))
    office.close_file()


def test_a_signature_over_other_words_does_not_hold(tmp_path: Path) -> None:
    """The decision after it only quotes those words, so it stands (G19)."""
    path, position, line = signed_story(tmp_path)
    rewrite(path, position, line.replace(b"two lids rattle", b"all is well now"))
    office = Office.again(path)

    assert [None, True, False, True] == held(office)
    assert [True, True, False, True] == [d.same for d in replay_decisions(office.store, "mug")]
    office.close_file()


def test_a_decision_that_had_to_be_signed_and_is_not_does_not_hold(tmp_path: Path) -> None:
    path, position, line = signed_story(tmp_path)
    start = line.index(b'"signature":{') + len(b'"signature":')
    end = line.index(b"}", start) + 1
    rewrite(path, position, line[:start] + b'{"kind":"none"}' + line[end:])
    office = Office.again(path)

    assert [None, True, False, True] == held(office)
    office.close_file()
