"""Every attack of every table, on every surface that its row names.

A new attack is one row; see `docs/internals/testing.md`.
"""

import sqlite3
from collections.abc import Iterator
from inspect import isgeneratorfunction

import psycopg
import pytest

from tests.attacks.attack import (
    ANYWHERE,
    Attack,
    Denied,
    Outcome,
    Refused,
    Reported,
    Surface,
    Table,
    Unseen,
)
from tests.attacks.every_table import TABLES
from tests.attacks.stage import Scene, Stage
from tests.cli.terminal import EXIT_CODES
from tests.rounds import every

PLACES = min(3, every(1))
"""Of how many places one is attacked, where an attack is made in many."""


def marks_of(attack: Attack, row: int, surface: Surface) -> Iterator[pytest.MarkDecorator]:
    """Make a row slow but on one of its surfaces, the next row but on the next."""
    if surface != [*attack.outcomes][row % len(attack.outcomes)]:
        yield pytest.mark.slow
    elif isgeneratorfunction(attack.does):
        yield pytest.mark.rounds


CASES = [
    pytest.param(
        *(table, attack, surface, row if isgeneratorfunction(attack.does) else None),
        id=f"{table.title}, {surface}: {name}",
        marks=[*marks_of(attack, row, surface)],
    )
    for table in TABLES
    for row, (name, attack) in enumerate(table.attacks.items())
    for surface in attack.outcomes
]
LONGEST_ANSWER = 8_000
"""Characters in which any refusal is written, whatever it is about."""

STANDS = {"broken": 5, "bad": 1}
"""The exit codes of `doctor`."""


@pytest.mark.parametrize(("table", "attack", "surface", "row"), CASES)
def test_an_attack_is_met_as_its_row_says(
    stage: Stage, table: Table, attack: Attack, surface: Surface, row: int | None
) -> None:
    """A row that attacks many places is numbered, so that each begins at another one."""
    scenes = []
    for place, scene in enumerate(stage.made(table, attack, surface)):
        if row is not None and (row + place) % PLACES:
            continue
        scenes.append(scene)
        for outcome in attack.outcomes[surface]:
            hold(outcome, scene)
    assert scenes
    if any(isinstance(outcome, Unseen) for outcome in attack.outcomes[surface]):
        for scene in scenes:
            genuine = stage.genuine(table, attack.story, surface, scene.trust)
            assert set() == scene.doubts() - genuine.doubts()


UNTOUCHED = {
    f"{surface}, {attack.story}, {table.kind.name}": (table, attack.story, surface)
    for table in TABLES
    for _, attack, surface in table.cases()
}


@pytest.mark.parametrize("name", UNTOUCHED)
def test_what_nobody_attacked_holds(stage: Stage, name: str) -> None:
    """Else attacks could be found for another reason."""
    table, story, surface = UNTOUCHED[name]
    reported = stage.story(story)
    kept = (reported.log / "checkpoint").read_bytes()
    for trust in ((None, None), (reported.policy(), kept)):
        said = stage.genuine(table, story, surface, trust).said("verify")

        assert (0, "") == (said.code, said.err), said.out


def hold(outcome: Outcome, scene: Scene) -> None:
    """Hold what there is to look at to what a row expects."""
    assert isinstance(outcome, Denied) or scene.denied is None, scene.denied
    match outcome:
        case Refused():
            is_refused(outcome, scene)
        case Denied():
            is_denied(outcome, scene)
            assert 0 == scene.said("verify").code, scene.said("verify")
        case Reported():
            is_reported(outcome, scene)
        case Unseen():
            for command in (outcome.by, "verify"):
                assert 0 == scene.said(command).code, scene.said(command)


def is_refused(outcome: Refused, scene: Scene) -> None:
    """Hold a command to a refusal by its code, with the position and the words that it names."""
    said = scene.said(outcome.by)
    what = f"at {scene.place}: {said.out}{said.err}"
    assert "unexpected" not in what
    assert len(said.out + said.err) < LONGEST_ANSWER, what
    if said.err:
        code, says, position = said.error["code"], str(said.error), said.error.get("position")
    else:
        check, position = said.data["checks"][-1], said.data["position"]
        code, says = check["name"], check["says"]
        assert "FAILED" == check["state"], what
    assert EXIT_CODES[code[:3]] == said.code, what
    assert code in outcome.codes.split(), what
    assert outcome.says in says, what
    if outcome.at == ANYWHERE:
        assert position, what
    elif outcome.at:
        assert scene.story.positions(outcome.at)[-1] == position, what


def is_denied(outcome: Denied, scene: Scene) -> None:
    """Hold the database to a refusal."""
    error = scene.denied
    assert isinstance(error, psycopg.Error | sqlite3.Error)
    if isinstance(error, psycopg.Error):
        assert error.sqlstate in outcome.state.split(), error
    else:
        assert outcome.state in str(error)


def is_reported(outcome: Reported, scene: Scene) -> None:
    """Hold a command to what it says beside answering."""
    said = scene.said(outcome.by)
    what = f"at {scene.place}: {said.out}{said.err}"
    assert (0 if outcome.by == "verify" else STANDS[outcome.state.lower()]) == said.code, what
    found = [
        seen for name, seen in scene.checks(outcome.by).items() if name.startswith(outcome.check)
    ]
    ((state, says),) = found
    assert outcome.state == state, what
    assert outcome.says.format(place=scene.place) in says, what
