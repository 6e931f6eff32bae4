"""Every fact of a stored decision is compared, and no sentence is.

The holder of the log's key changes one thing in a decision without a signature, makes every hash,
root and checkpoint again, and hands the log out. All changes take minutes, so that few rounds make
one of so many, and 2,000 rounds make each.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from signoff_ledger.domain import decision
from signoff_ledger.domain.events.process import ProcessHeld, ProcessSignedOff
from signoff_ledger.domain.values import PROSE
from signoff_ledger.domain.verdict import Finding
from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.log_check import PROVED
from signoff_ledger.integrity.signed_acts import SIGNED
from tests.attacks.forging import Fields, Forgery, verify
from tests.attacks.story import LedgerStory
from tests.rounds import every

DECISIONS = (ProcessHeld, ProcessSignedOff)
SENTENCES = {
    name
    for kind in (*DECISIONS, Finding)
    for name, field in kind.model_fields.items()
    if PROSE in field.metadata
}
"""The names of fields of prose; no fact of a decision has such a name."""

REVIEWED = {("heads", "root"), ("heads", "size")}
EMPTY: tuple[object, ...] = ([], {}, {"kind": "none"})
SAME_WITHOUT = {("figures", "edition")}
"""Members that may be left out where they say what the format says without them."""


class Change(NamedTuple):
    """One change of an event's data.

    Attributes:
        place: Where, such as `verdict.findings.3.numbers.rejects`.
        data: The whole data, changed.
    """

    place: str
    data: Fields


def changes(data: Fields) -> Iterator[Change]:
    """Change every leaf, take away every member and element, and add a number to each finding.

    Left alone is what is no change: a member that says the same when it is left out, and the root,
    which a forger makes again. So is the size that was reviewed, which may be any at which the log
    held what the decision was taken on.
    """
    for path, value in _places(data):
        if value in EMPTY or path in REVIEWED:
            continue
        others: list[Any] = [] if isinstance(value, dict | list) else [_another(value)]
        for other in [*others, *[None] * (path not in SAME_WITHOUT)]:
            changed = deepcopy(data)
            parent = _at(changed, path[:-1])
            if other is None:
                del parent[path[-1]]
            else:
                parent[path[-1]] = other
            yield Change(".".join(map(str, path)), changed)
    for number in range(len(data["verdict"]["findings"])):
        changed = deepcopy(data)
        changed["verdict"]["findings"][number].setdefault("numbers", {})["zebras"] = 1
        yield Change(f"verdict.findings.{number}.numbers.zebras", changed)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for name, inner in members:
        yield (*path, name), inner
        if isinstance(inner, dict | list):
            yield from _places(inner, (*path, name))


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for name in path:
        value = value[name]
    return value


def _another(value: bool | int | str) -> bool | int | str:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    try:
        return str(Decimal(value) * Decimal("1.01") + Decimal("0.01"))
    except InvalidOperation:
        return f"{value}x"


def is_prose(place: str) -> bool:
    """Say whether a place is a sentence, or within one."""
    return bool(SENTENCES & set(place.split(".")))


def is_refused(full: LedgerStory, position: int, data: Fields, folder: Path) -> bool:
    """Put a decision's data in place of the genuine one; say whether `verify` refuses that."""
    forgery = Forgery(full, folder)
    forgery.edit(position, lambda fields: fields.update(data=data))
    forgery.forge()
    try:
        forgery.verify()
    except EvidenceError:
        return True
    return False


@pytest.mark.rounds
@pytest.mark.parametrize("kind", DECISIONS, ids=lambda kind: kind.__name__)
def test_a_changed_fact_of_a_decision_is_refused(
    unsigned: LedgerStory, tmp_path: Path, kind: type[ProcessHeld | ProcessSignedOff]
) -> None:
    position, data = stored(unsigned, kind)
    found = [change for change in changes(data) if not is_prose(change.place)]
    kept = [
        change.place
        for change in found[:: every(12)]
        if not is_refused(unsigned, position, change.data, tmp_path / "log")
    ]

    assert [] == kept


@pytest.mark.parametrize("kind", DECISIONS, ids=lambda kind: kind.__name__)
def test_every_fact_of_a_verdict_is_among_the_changes(
    unsigned: LedgerStory, kind: type[ProcessHeld | ProcessSignedOff]
) -> None:
    """Rule, holds, numbers, counts and settling events of every finding, and every figure."""
    _, data = stored(unsigned, kind)
    places = {change.place for change in changes(data)}
    for number, finding in enumerate(kind.model_validate(data).verdict.findings):
        at = f"verdict.findings.{number}"
        wanted = {f"{at}.rule", f"{at}.holds"}
        wanted |= {f"{at}.numbers.{name}" for name in finding.numbers}
        wanted |= {f"{at}.counts.{name}" for name in finding.counts}
        wanted |= {
            f"{at}.settled_by.{each}.{part}"
            for each in range(len(finding.settled_by))
            for part in ("stream", "version")
        }
        assert wanted <= places
    assert {"figures.rate.upper", "figures.bar.accepted.0.chance", "figures.runs.0.mean"} <= places


@pytest.mark.parametrize("kind", DECISIONS, ids=lambda kind: kind.__name__)
def test_a_changed_sentence_of_an_unsigned_decision_is_not_refused(
    unsigned: LedgerStory, tmp_path: Path, kind: type[ProcessHeld | ProcessSignedOff]
) -> None:
    """It was shown then, and proves nothing: all at once, but for the meaning, noted elsewhere."""
    position, data = stored(unsigned, kind)
    changed = deepcopy(data)
    for path, value in _places(data):
        if is_prose(".".join(map(str, path))) and isinstance(value, str) and path[0] != "meaning":
            _at(changed, path[:-1])[path[-1]] = "All is well."

    assert changed != data
    assert not is_refused(unsigned, position, changed, tmp_path / "log")


def test_signatures_hold_whatever_signing_means_in_a_later_program(
    full: LedgerStory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signature is over what its act meant then."""
    for topic, act in [*SIGNED.items()]:
        monkeypatch.setitem(SIGNED, topic, act._replace(meaning="In other words."))
    for name in ("SIGN_OFF_MEANING", "HOLD_MEANING"):
        monkeypatch.setattr(decision, name, "In other words.")
    checks = {check.name: check.state for check in verify(full.log, full.policy())}

    assert (PROVED, PROVED) == (checks["signatures"], checks["decisions"])


def stored(full: LedgerStory, kind: type[ProcessHeld | ProcessSignedOff]) -> tuple[int, Fields]:
    """Give the position and the data of the first decision of a kind."""
    position = full.positions(kind.TOPIC.split(".")[1])[0]
    data: Fields = json.loads(full.lines[position - 1])["data"]
    return position, data
