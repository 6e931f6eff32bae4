"""Every error code is real, and every error tells a person what, why, and what to do.

The codes are those of `signoff_ledger.errors.CODES`; the table of reproducers is held complete, and
the source is searched for codes that it raises and nobody explains.
"""

import ast
import json
import re
import sqlite3
from contextlib import ExitStack, closing
from functools import cache
from pathlib import Path

import pytest

from signoff_ledger.errors import CODES, SignoffError
from tests.cli.terminal import EXIT_CODES
from tests.errors.reproducers import EVERY, World
from tests.ledgers import topic
from tests.tree import CLI, LEDGER, python_files, relative

RECORDED = {
    **dict.fromkeys(("SL301", "SL302", "SL303", "SL304"), "command-refused"),
    "SL405": "signature-refused",
}
"""Refusals that are themselves facts (G13; Part 11 11.300(d)), and the event each is."""

CASES = [(code, name) for code, by_name in EVERY.items() for name in by_name]
each_case = pytest.mark.parametrize(
    ("code", "name"), CASES, ids=[f"{code} {name}" for code, name in CASES]
)
NARROW = 60
"""Columns of a small screen."""

OBEYED = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def kinds_of(ledger: Path) -> list[str] | None:
    """Name every recorded event past everything that is ours; None where that cannot be read."""
    try:
        with closing(
            sqlite3.connect(f"{ledger.absolute().as_uri()}?mode=ro", uri=True)
        ) as connection:
            rows = connection.execute("SELECT line FROM events ORDER BY position").fetchall()
        return [topic(line) if line.startswith(b'{"at"') else "" for (line,) in rows]
    except sqlite3.Error:
        return None


@each_case
def test_an_error_tells_its_code_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, name: str
) -> None:
    with ExitStack() as stack:
        attempt = EVERY[code][name](World(tmp_path, monkeypatch, stack))
        before = kinds_of(attempt.terminal.ledger)

        said = attempt.terminal("--json", *attempt.args, by=attempt.by)

    if attempt.args[0] == "verify" and said.code == 5:
        # What does not hold is this command's answer, and stands beside what does.
        assert (5, code) == (said.code, said.data["checks"][-1]["name"])
        assert "" == said.err
        return
    after = kinds_of(attempt.terminal.ledger)
    error = said.error
    assert (code, EXIT_CODES[code[:3]]) == (error["code"], said.code), error
    assert error["what"].strip()
    assert (error["why"] + error["fix"]).strip()
    assert "" == said.out
    assert "Traceback" not in said.err
    assert 1 == len(said.err.splitlines())
    assert not OBEYED.search(said.err)
    refusal = [RECORDED[code]] if code in RECORDED else []
    assert after == (None if before is None else before + refusal)


@each_case
def test_people_read_it_in_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, name: str
) -> None:
    with ExitStack() as stack:
        attempt = EVERY[code][name](World(tmp_path, monkeypatch, stack))
        attempt.terminal.variables["COLUMNS"] = f"{NARROW}"

        said = attempt.terminal(*attempt.args, by=attempt.by)

    assert EXIT_CODES[code[:3]] == said.code
    if attempt.args[0] == "verify" and said.code == 5:
        assert code in said.out
        return
    assert "Traceback" not in said.err
    assert not OBEYED.search(said.err + said.out)
    assert said.err.startswith("signoff: ")
    assert f" [{code}]\n" in said.err
    assert "  why: " in said.err or "  fix: " in said.err
    assert [] == [line for line in said.err.splitlines() if is_too_long(line)]
    assert not re.search(r"\\t|\\u0009|\{[a-z_]*\}", said.err)


def is_too_long(line: str) -> bool:
    """Say whether a line leaves a narrow screen though it could have been broken."""
    words = line.removeprefix("signoff: ").removeprefix("  why: ").removeprefix("  fix: ").split()
    return len(line) > NARROW and len(words) > 1


def test_every_code_has_a_reproducer() -> None:
    assert list(CODES) == list(EVERY)


def test_every_code_has_its_meaning() -> None:
    assert all(re.fullmatch(r"SL[1-7]\d\d", code) for code in CODES)
    assert [] == [code for code, says in CODES.items() if not says.strip()]
    assert len(CODES) == len(set(CODES.values()))


@cache
def codes_in_source() -> dict[str, list[str]]:
    """Find every code that the source spells out, outside of the list of their meanings."""
    found: dict[str, list[str]] = {}
    for path in python_files(LEDGER, CLI):
        tree = ast.parse(path.read_text("utf-8"))
        listed = {
            id(key)
            for node in ast.walk(tree)
            if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "CODES"
            for key in ast.walk(node)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or id(node) in listed:
                continue
            if isinstance(node.value, str) and re.fullmatch(r"SL\d{3}", node.value):
                found.setdefault(node.value, []).append(f"{relative(path)}:{node.lineno}")
    return found


def test_the_source_raises_no_code_that_nobody_explains() -> None:
    unknown = {code: where for code, where in codes_in_source().items() if code not in CODES}

    assert {} == unknown


def test_every_code_is_raised_somewhere() -> None:
    assert set() == CODES.keys() - codes_in_source().keys()


def test_every_error_in_the_source_has_a_cause_or_a_remedy() -> None:
    """A message that only says no leaves its reader alone."""
    kinds = {kind.__name__ for kind in every_kind(SignoffError)} - {"RowsRefusedError"}
    alone = [
        f"{relative(path)}:{node.lineno}"
        for path in python_files(LEDGER, CLI)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in kinds
        and not {"why", "fix", "advice"} & {keyword.arg for keyword in node.keywords}
    ]

    assert [] == alone


def every_kind(kind: type[SignoffError]) -> set[type[SignoffError]]:
    """Give a kind of error with every kind of it."""
    return {kind, *(below for one in kind.__subclasses__() for below in every_kind(one))}


def test_a_family_of_codes_has_one_exit_code() -> None:
    """The one that its errors carry, whatever the class."""
    kinds = {kind.__name__: kind for kind in every_kind(SignoffError)}
    for path in python_files(LEDGER, CLI):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                kind = kinds.get(node.func.id)
                first = node.args[0]
                if kind and isinstance(first, ast.Constant) and isinstance(first.value, str):
                    assert EXIT_CODES[first.value[:3]] == kind.exit_code, f"{path}:{node.lineno}"


def test_an_error_reads_as_one_object_of_json(tmp_path: Path) -> None:
    """The contract of `signoff.error/1`: keys may be added, these stay."""
    with ExitStack() as stack:
        attempt = EVERY["SL301"]["a sign-off"](World(tmp_path, pytest.MonkeyPatch(), stack))
        said = attempt.terminal("--json", *attempt.args, by=attempt.by)

    reported = json.loads(said.err)
    assert {"schema", "error"} == reported.keys()
    assert {"code", "what", "why", "fix", "advice", "rules", "position"} == reported["error"].keys()
