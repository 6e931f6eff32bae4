"""Every advice of the library has words in the command line's table, and every word its value."""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from string import Formatter
from typing import NamedTuple

from signoff_cli.advice import table, words
from signoff_cli.main import root
from signoff_ledger.errors import Advice, InputError
from tests.tree import CLI, LEDGER, python_files, relative

KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Use(NamedTuple):
    """A place in the source where an advice is given.

    Attributes:
        where: File and line.
        keys: The advice that may be given there.
        values: What is named with it; None where the source does not spell it out.
    """

    where: str
    keys: tuple[str, ...]
    values: frozenset[str] | None


@cache
def uses() -> tuple[Use, ...]:
    """Find every place where an advice is given."""
    return tuple(found_uses())


def found_uses() -> Iterator[Use]:
    """Read the source and yield each of them."""
    for path in python_files(LEDGER, CLI):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "Advice"
            ):
                spelt = all(keyword.arg for keyword in node.keywords)
                values = frozenset(keyword.arg or "" for keyword in node.keywords)
                where = f"{relative(path)}:{node.lineno}"
                yield Use(where, tuple(keys_of(node.args[0], tree)), values if spelt else None)


def keys_of(key: ast.expr, tree: ast.Module) -> Iterator[str]:
    """Give every key that an expression may come to: its texts, and those of a name in it."""
    names = {node.id for node in ast.walk(key) if isinstance(node, ast.Name)}
    where: list[ast.AST] = [key]
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            targets = [node.target]
        if {target.id for target in targets if isinstance(target, ast.Name)} & names:
            assert isinstance(node, (ast.Assign, ast.AnnAssign))
            assert node.value is not None
            where.append(node.value)
    for place in where:
        for node in ast.walk(place):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def placeholders(text: str) -> set[str]:
    """Give the values that words name."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_advice_of_the_source_has_words() -> None:
    unknown = {use.where: use.keys for use in uses() if not set(use.keys) <= table().keys()}

    assert {} == unknown
    assert [] == [use.where for use in uses() if not use.keys]


def test_every_advice_of_the_table_is_given_somewhere() -> None:
    assert set() == table().keys() - {key for use in uses() for key in use.keys}


def test_every_placeholder_has_its_value_wherever_the_advice_is_given() -> None:
    wanting = {
        f"{use.where} {key}": (placeholders(table()[key]), use.values)
        for use in uses()
        for key in use.keys
        if use.values is not None and placeholders(table()[key]) != use.values
    }

    assert {} == wanting


def test_a_key_is_written_in_words_and_each_has_words_of_its_own() -> None:
    said: Mapping[str, str] = table()

    assert [] == [key for key in said if not KEY.fullmatch(key)]
    assert len(said) == len(set(said.values()))
    assert [] == [key for key, text in said.items() if not text.strip() or text != text.rstrip()]


def test_words_name_the_values() -> None:
    assert "close it first:  signoff close B1" == words("close-batch", {"batch": "B1"})
    assert "a {b} of signs" in words("close-batch", {"batch": "a {b} of signs"})


def test_an_error_is_facts_as_data() -> None:
    error = InputError("SL109", "x", advice=Advice("grant-role", person="ines", role="buyer"))

    assert {
        "code": "SL109",
        "what": "x",
        "why": "",
        "advice": {"key": "grant-role", "values": {"person": "ines", "role": "buyer"}},
    } == error.as_data()


def test_the_library_names_no_command_and_no_option() -> None:
    """Neither in an error nor in a finding: a web page or a translation has none to give."""
    command = re.compile(rf"signoff ({'|'.join(root.table)})\b|(^|[ (])--[a-z]")
    found = [
        f"{relative(path)}:{text.lineno} {text.value}"
        for path in python_files(LEDGER)
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id.endswith(("Error", "Finding", "Check", "Row"))
        for text in ast.walk(call)
        if isinstance(text, ast.Constant)
        and isinstance(text.value, str)
        and command.search(text.value)
    ]

    assert [] == found
