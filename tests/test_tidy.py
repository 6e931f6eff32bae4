"""House rules that no linter knows, held by a test as the rest of the behaviour is.

Each test collects every offender before it fails, so that one run shows the whole list.
"""

import ast
import re
import statistics
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeAlias

import pytest

from signoff_ledger.domain.gate.rule_sets import RULE_SETS
from tests.docs.markdown import DOCS, blocks, pages, prose
from tests.tree import CLI, DOMAIN, LEDGER, ROOT, python_files, relative

# A module that does not fit these is two modules; a function that does not is two functions.
MODULE_LINES_MAX = 500
MODULE_LINES_MEDIAN_MAX = 200
FUNCTION_LINES_MAX = 70

# Names that say where code was put, not what it is about.
NAMELESS = {"common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}

# Every way in which a rule could get at a clock or at chance without being handed one.
IMPURE = {
    "date.today",
    "datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "random",
    "time.monotonic",
    "time.time",
    "time.time_ns",
    "uuid1",
    "uuid4",
}

# Spelt in halves, or this file would be its own first offender.
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")

# Words in whose place a noun says who acts, or what is meant.
VAGUE = re.compile(
    r"\b(?:anybody|beside|everybody|meanwhile|nobody|somebody|told|whoever)\b", re.IGNORECASE
)

SHOWN_AS_PRINTED = {"console", "text"}
"""Languages of the fenced blocks that show what the program prints."""

Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


def source_files() -> list[Path]:
    """List the modules that are shipped."""
    return python_files(LEDGER, CLI)


@cache
def parsed(path: Path) -> ast.Module:
    """Parse a module once for all rules."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def line_count(path: Path) -> int:
    """Count every line: comments and blank ones have to be scrolled past too."""
    return len(path.read_text(encoding="utf-8").splitlines())


def dotted_name(node: ast.AST) -> str:
    """Spell a chain of names, `datetime.datetime.now`, or nothing if it is not a plain chain."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(parts)])


def called_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the line and the name of every call of a plain name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.lineno, dotted_name(node.func)


def is_impure(name: str) -> bool:
    """Tell whether a dotted name ends in one of the ways to a clock or to chance."""
    return any(name == impure or name.endswith(f".{impure}") for impure in IMPURE)


def test_there_is_source_to_tidy() -> None:
    """Every other rule here would hold for an empty folder."""
    assert python_files(LEDGER)
    assert python_files(CLI)
    assert python_files(DOMAIN)


def test_no_module_is_longer_than_it_should_be() -> None:
    lengths = {relative(path): line_count(path) for path in source_files()}

    assert {} == {name: lines for name, lines in lengths.items() if lines > MODULE_LINES_MAX}


def test_the_median_module_is_short() -> None:
    lengths = [line_count(path) for path in source_files()]

    assert statistics.median(lengths) <= MODULE_LINES_MEDIAN_MAX


def test_no_function_is_longer_than_a_screen() -> None:
    """Counted from `def` to the last line; the decorators of a command are its options."""
    offenders = {
        f"{relative(path)}:{node.lineno} {node.name}": length
        for path in source_files()
        for node in ast.walk(parsed(path))
        if isinstance(node, Definition)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES_MAX
    }

    assert {} == offenders


def test_the_name_of_a_rule_is_spelt_once() -> None:
    """Whatever else means a rule refers to its record, so that adding one takes one module."""
    names = {rule.name for rules in RULE_SETS.values() for rule in rules}
    spelt = Counter(
        node.value
        for path in source_files()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and node.value in names
    )

    assert dict.fromkeys(names, 1) == spelt


def test_only_the_output_module_prints() -> None:
    """What reaches the terminal goes through one module, which knows --format and colour."""
    offenders = [
        f"{relative(path)}:{line}"
        for path in source_files()
        if path != CLI / "output.py"
        for line, name in called_names(parsed(path))
        if name == "print"
    ]

    assert [] == offenders


FOREIGN_READS = {
    "ledger/signoff_ledger/bounded_file.py": "it is the one that reads files from outside",
    "ledger/signoff_ledger/custody/rollback_guard.py": "it opens a folder to flush it",
    "ledger/signoff_ledger/custody/high_water.py": "it writes in place, over what is there",
    "ledger/signoff_ledger/persistence/lock.py": "it locks a file of its own and reads nothing",
    "ledger/signoff_ledger/projections/version.py": "it reads modules of this very program",
}
"""Modules that open something for reading by themselves, and why they may."""


def opens_a_file(node: ast.AST) -> bool:
    """Tell whether a call opens or reads a file, other than a new one or one of the package."""
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    words = [a.value for a in (*node.args, *(k.value for k in node.keywords))
             if isinstance(a, ast.Constant) and isinstance(a.value, str)]  # fmt: skip
    writes = any(re.fullmatch("[xwa]b?", word) for word in words)
    if dotted_name(called) in {"open", "io.open", "os.fdopen", "os.open"}:
        return not writes and not re.search("O_EXCL|O_WRONLY", ast.unparse(node))
    if not isinstance(called, ast.Attribute):
        return False
    if called.attr == "open":
        return any(re.fullmatch("rb?|r[+]b?", word) for word in words)
    text = ast.unparse(called)
    of_the_package = "files(" in text or text.startswith("_PACKAGE.joinpath(")
    return called.attr in {"read_bytes", "read_text"} and not of_the_package


COMMANDS = ROOT / "ledger" / "signoff_ledger" / "application" / "commands"
NO_READS = {
    "follow_up.settle": "what follows by rule from a command, recorded with it",
    "follow_up.amend": "what follows by rule from a command, recorded with it",
    "keys.rotate_log_key": "it gives a command, with the key of the log at hand",
}
"""Public functions of the commands' modules that are handed a ledger, and why they are no read."""


def test_the_modules_of_commands_hold_no_question() -> None:
    """What is read belongs to `queries/`, or to the view of the ledger that commands share."""
    handed = {"Ledger", "Store", "UnitOfWork"}
    found = {
        f"{path.stem}.{node.name}"
        for path in COMMANDS.glob("*.py")
        for node in parsed(path).body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and handed & {each.id for a in node.args.args if a.annotation
                      for each in ast.walk(a.annotation) if isinstance(each, ast.Name)}
    }  # fmt: skip

    assert NO_READS.keys() == found


NO_ANSWERS = {
    "commands/config.py": "the settings that hold where none is made",
    "commands/defect.py": "which option states which kind of cause",
}
"""Modules of commands that write a dictionary with names in a function, and what that is."""


def test_the_command_line_composes_no_answer() -> None:
    """`--format json` is the answer of a query, made in one place, for any face."""
    found = {
        path.relative_to(CLI).as_posix()
        for path in (CLI / "commands").glob("*.py")
        for function in ast.walk(parsed(path))
        if isinstance(function, ast.FunctionDef | ast.Lambda)
        for node in ast.walk(function)
        if isinstance(node, ast.Dict)
        and any(isinstance(key, ast.Constant) and isinstance(key.value, str) for key in node.keys)
    }

    assert NO_ANSWERS.keys() == found


def test_files_from_outside_are_read_by_one_module() -> None:
    """It refuses pipes, devices and files without end; see `signoff_ledger/bounded_file.py`."""
    offenders = {
        relative(path)
        for path in source_files()
        for node in ast.walk(parsed(path))
        if opens_a_file(node)
    }

    assert FOREIGN_READS.keys() == offenders


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("open(path)", True),
        ("path.open('rb')", True),
        ("path.open(mode='r', encoding='utf-8')", True),
        ("os.open(path, os.O_RDONLY)", True),
        ("path.read_text('utf-8')", True),
        ("Path(name).read_bytes()", True),
        ("path.open('xb')", False),
        ("os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)", False),
        ("files('signoff_cli').joinpath('a').read_text('utf-8')", False),
        ("_PACKAGE.joinpath('a').read_text('utf-8')", False),
        ("session.open()", False),
        ("SqliteStore.open(path)", False),
    ],
)
def test_the_rule_of_reading_sees_what_it_should(source: str, *, expected: bool) -> None:
    assert expected is any(opens_a_file(node) for node in ast.walk(ast.parse(source)))


def test_the_domain_reads_no_clock_and_draws_no_lots() -> None:
    """Replay must reach the same verdict: time and ids come in as arguments."""
    offenders = [
        f"{relative(path)}:{node.lineno} {dotted_name(node)}"
        for path in python_files(DOMAIN)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute | ast.Name) and is_impure(dotted_name(node))
    ]

    assert [] == offenders


def test_the_domain_makes_no_floats() -> None:
    """A measured value decides over an order; it is never rounded to a binary fraction."""
    offenders = [
        f"{relative(path)}:{line}"
        for path in python_files(DOMAIN)
        for line, name in called_names(parsed(path))
        if name == "float"
    ]

    assert [] == offenders


def test_no_module_has_a_name_that_says_nothing() -> None:
    named = [*source_files(), *python_files(ROOT / "tests")]

    assert [] == [relative(path) for path in named if NAMELESS & {path.stem, path.parent.name}]


def test_nothing_is_left_to_do_in_the_source() -> None:
    """A gap belongs into the issue tracker, where others can find it."""
    files = [*source_files(), *python_files(ROOT / "tests", ROOT / "docs"), ROOT / "dev.py"]
    offenders = [
        f"{relative(path)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if UNFINISHED.search(line)
    ]

    assert [] == offenders


def vague_lines(text: str) -> list[str]:
    """Give the lines in which a vague word stands for a noun."""
    return [line for line in text.splitlines() if VAGUE.search(line)]


def words_of(page: Path) -> str:
    """Give what a page says itself: no code span, and no block that shows what is printed."""
    shown = (block.text for block in blocks(page) if block.language not in SHOWN_AS_PRINTED)
    return "\n".join([re.sub("`[^`]*`", "", prose(page)), *shown])


def test_the_package_names_who_acts() -> None:
    """Plain technical English: subject, verb, object, also in comments, messages and SQL."""
    others = [
        path
        for kind in ("sql", "toml")
        for path in (*LEDGER.rglob(f"*.{kind}"), *CLI.rglob(f"*.{kind}"))
    ]
    offenders = {
        relative(path): lines
        for path in (*source_files(), *others)
        if (lines := vague_lines(path.read_text("utf-8")))
    }

    assert {} == offenders


def test_the_documentation_names_who_acts() -> None:
    texts = {page: words_of(page) for page in pages()}
    others = [
        DOCS / "generate.py",
        *(DOCS / "generator").glob("*.py"),
        *(CLI / "topics").iterdir(),
        *(DOCS / "sources").iterdir(),
    ]
    texts |= {path: path.read_text("utf-8") for path in others if path.is_file()}
    offenders = {
        relative(path): lines for path, text in texts.items() if (lines := vague_lines(text))
    }

    assert {} == offenders


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Whoever signs.", True),
        ("It is nobody's act.", True),
        ("    beside: tuple[str, ...]", True),
        ("The signer decides.", False),
        ("_beside_bare, retold, besides", False),
    ],
)
def test_the_rule_of_words_sees_what_it_should(text: str, *, found: bool) -> None:
    assert found is bool(vague_lines(text))


def test_the_rule_of_words_reads_pages_without_what_is_printed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "Log in as `nobody`.\n\n```console\n$ signoff key list\nNobody has a key.\n```\n\n"
        "```python\ntold = 1\n```\n\nSomebody signs.\n",
        "utf-8",
    )

    assert vague_lines(words_of(page)) == ["Somebody signs.", "told = 1"]


def test_everything_public_in_the_ledger_has_a_docstring() -> None:
    offenders = [
        f"{relative(path)}: {name}"
        for path in python_files(LEDGER)
        for name in undocumented(parsed(path))
    ]

    assert [] == offenders


def undocumented(tree: ast.Module) -> Iterator[str]:
    """Yield the module, and every public class, method and function in it, without a docstring."""
    if ast.get_docstring(tree) is None:
        yield "the module"
    yield from undocumented_members(tree.body, "")


def undocumented_members(body: list[ast.stmt], owner: str) -> Iterator[str]:
    """Yield what is public and undocumented in one body; functions inside functions are private."""
    for node in body:
        if not isinstance(node, Definition | ast.ClassDef) or node.name.startswith("_"):
            continue
        name = f"{owner}{node.name}"
        if ast.get_docstring(node) is None and not speaks_for_another(node):
            yield name
        if isinstance(node, ast.ClassDef):
            yield from undocumented_members(node.body, f"{name}.")


def speaks_for_another(node: ast.stmt) -> bool:
    """Tell whether a definition only completes one that has the docstring: overloads, setters."""
    decorators = getattr(node, "decorator_list", [])
    last_names = {dotted_name(decorator).rpartition(".")[2] for decorator in decorators}
    return bool(last_names & {"overload", "override", "setter", "deleter"})


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def seen():\n    'Doc.'", ["the module"]),
        ("'Doc.'\nclass Seen:\n    'Doc.'\n    def open(self): ...", ["Seen.open"]),
        ("'Doc.'\nclass _Hidden:\n    def open(self): ...", []),
        ("'Doc.'\ndef _hidden(): ...", []),
        ("'Doc.'\n@overload\ndef of(x: int): ...", []),
    ],
)
def test_the_docstring_rule_sees_what_it_should(source: str, found: list[str]) -> None:
    assert found == list(undocumented(ast.parse(source)))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("datetime.datetime.now", True),
        ("datetime.now", True),
        ("uuid.uuid4", True),
        ("uuid5", False),
        ("facts.now", False),
        ("snowdatetime.now", False),
    ],
)
def test_the_purity_rule_sees_what_it_should(name: str, *, expected: bool) -> None:
    assert expected is is_impure(name)
