"""A ledger outlives every sentence: a program that says all of it otherwise verifies it the same.

The demo's ledger is made by the program as it is. Then each function and each constant that makes
sentences of the gate or of the figures says something else, one at a time and all at once.
"""

import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from functools import wraps
from inspect import isfunction
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from signoff_ledger import figures
from signoff_ledger.domain import decision, gate, process_state, tally
from signoff_ledger.domain.figures import DecisionSentences
from signoff_ledger.domain.gate import rule_sets
from signoff_ledger.domain.gate.rule import RuleResult
from signoff_ledger.persistence.sqlite.store import SqliteStore
from signoff_ledger.replay.audit import audit_process
from signoff_ledger.replay.replay import replay_decisions
from tests.cli.terminal import Terminal
from tests.golden.story import PROCESS

SPOKEN = {"str", "list[str]", "tuple[str, ...]", "RuleResult", "DecisionSentences"}
"""What a function that makes sentences gives."""

NAMES = {"AUTOMATIC_NAME"}
"""Texts with a space in them that are no sentences: the name under a hold by the bar."""

Put = Callable[[pytest.MonkeyPatch], object]


def otherwise(said: Any) -> Any:
    """Say something else; nothing stays nothing."""
    match said:
        case str():
            return said and f"In other words: {said[::-1]}"
        case RuleResult():
            return replace(said, says=otherwise(said.says))
        case DecisionSentences():
            parts = {name: otherwise(getattr(said, name)) for name in type(said).model_fields}
            return said.model_copy(update=parts)
        case list() | tuple():
            return type(said)(map(otherwise, said))
        case Mapping():
            return {name: otherwise(text) for name, text in said.items()}
        case _:
            return said


def modules() -> Iterator[ModuleType]:
    """Give every module in which a sentence of the gate or of the figures is made."""
    for package in (gate, figures):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(found.name)
    yield from (decision, process_state, tally)


def _put_everywhere(was: object, now: object) -> Put:
    """Put another object in place of one, under every name that it has in the product."""

    def put(patch: pytest.MonkeyPatch) -> None:
        for module in [m for name, m in sys.modules.items() if name.startswith("signoff_ledger.")]:
            for name, found in [*vars(module).items()]:
                if found is was:
                    patch.setattr(module, name, now)

    return put


def _put_rule(number: int) -> Put:
    def put(patch: pytest.MonkeyPatch) -> None:
        rules = [*rule_sets.RULE_SETS["1"]]
        function = _speaking_otherwise(rules[number].function)
        rules[number] = replace(rules[number], function=function)
        patch.setitem(rule_sets.RULE_SETS, "1", tuple(rules))

    return put


def _speaking_otherwise(function: Callable[..., Any]) -> Callable[..., Any]:
    return wraps(function)(lambda *given, **named: otherwise(function(*given, **named)))


def sentences() -> Iterator[tuple[str, Put]]:
    """Find whatever makes a sentence, and what makes it say something else."""
    for number, rule in enumerate(rule_sets.RULE_SETS["1"]):
        yield rule.name, _put_rule(number)
    for module in modules():
        for name, made in vars(module).items():
            place = f"{module.__name__.removeprefix('signoff_ledger.')}.{name}"
            if isfunction(made):
                speaks = made.__annotations__.get("return") in SPOKEN
                if speaks and made.__module__ == module.__name__:
                    yield place, _put_everywhere(made, _speaking_otherwise(made))
            elif name.isupper() and name not in NAMES and _is_sentence(made):
                yield place, _put_everywhere(made, otherwise(made))


def _is_sentence(constant: object) -> bool:
    if isinstance(constant, RuleResult):
        return True
    texts = constant.values() if isinstance(constant, Mapping) else [constant]
    return all(isinstance(text, str) and " " in text for text in texts) and bool(constant)


SENTENCES = dict(sentences())

ONE_AT_A_TIME = [
    pytest.param(place, marks=[pytest.mark.slow] if number % 4 else [])
    for number, place in enumerate(SENTENCES)
]
"""All of them together change with every run; alone, one of four does, and each in long rounds."""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the demo leaves."""
    folder = tmp_path_factory.mktemp("demo")
    Terminal(folder).did("demo", "--keep", "story")
    return folder / "story"


def test_every_kind_of_sentence_is_found() -> None:
    """Else nothing would be changed below."""
    for place in (
        "rejects-within-ac",
        "domain.gate.rule.NO_BATCH",
        "domain.tally.EXCLUSIONS",
        "domain.decision.SIGN_OFF_MEANING",
        "domain.decision._missed_reason",
        "figures.sentences.decision_sentences",
        "figures.sentences.ASSUMES",
        "figures.number_format.percent",
    ):
        assert place in SENTENCES
    assert 60 < len(SENTENCES)


@pytest.mark.parametrize("place", ONE_AT_A_TIME)
def test_a_program_that_says_one_thing_otherwise_replays_and_verifies_the_same(
    kept: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    SENTENCES[place](monkeypatch)
    with closing(SqliteStore.open(kept / "ledger.db")) as store:
        assert [True, True] == [each.same for each in replay_decisions(store, PROCESS)]
        assert 2 == len(audit_process(store.lines, PROCESS).decisions)


def test_a_program_that_says_everything_otherwise_replays_and_verifies_the_same(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And shows of a decision what was shown then."""
    terminal = Terminal(kept)
    before = terminal.asked("why", PROCESS)
    for put in SENTENCES.values():
        put(monkeypatch)
    replayed = terminal.asked("replay", PROCESS)["decisions"]
    verified = terminal("verify", "--json")

    assert [True, True] == [each["same"] for each in replayed]
    assert (0, "") == (verified.code, verified.err), verified.out
    for each in replayed:
        pairs = zip(each["recorded"]["findings"], each["replayed"]["findings"], strict=True)
        assert all(then["says"] != now["says"] for then, now in pairs)
    assert before["rules"] == terminal.asked("why", PROCESS)["rules"]
    assert before["says"] == terminal.asked("why", PROCESS)["says"]
