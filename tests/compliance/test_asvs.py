"""OWASP ASVS 5.0.0, levels 1 and 2: what docs/explanation/asvs.md says of each requirement.

The page names tests for each requirement that is met. Here is held that no requirement is left out
and that the tests are there, and what only the source as a whole can show.
"""

import ast
import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

from signoff_ledger.application.commands.people import GrantRole
from signoff_ledger.application.ledger import Call
from signoff_ledger.domain.values import Role
from tests.docs.markdown import DOCS
from tests.ledgers import Shop
from tests.tree import CLI, LEDGER, ROOT, python_files, relative

PAGE = DOCS / "explanation" / "asvs.md"
TYPED = "'); DROP TABLE events; SELECT ('1' OR '1'='1"

LAST_OF_SECTION = """
    1.1.2 1.2.9 1.3.11 1.4.3 1.5.2   2.1.3 2.2.3 2.3.4 2.4.1   3.2.2 3.3.4 3.4.6 3.5.5 3.7.2
    4.1.3 4.2.1 4.3.2 4.4.4   5.1.1 5.2.3 5.3.2 5.4.3   6.1.3 6.2.12 6.3.4 6.4.4 6.5.5 6.6.3 6.8.4
    7.1.3 7.2.4 7.3.2 7.4.5 7.5.2 7.6.2   8.1.2 8.2.3 8.3.1 8.4.1   9.1.3 9.2.4
    10.1.2 10.2.2 10.3.4 10.4.11 10.5.5 10.6.2 10.7.3   11.1.2 11.2.3 11.3.3 11.4.4 11.5.1 11.6.1
    12.1.3 12.2.2 12.3.4   13.1.1 13.2.5 13.3.2 13.4.5   14.1.2 14.2.4 14.3.3
    15.1.3 15.2.3 15.3.7   16.1.1 16.2.5 16.3.4 16.4.3 16.5.3   17.1.1 17.2.4 17.3.2
"""
"""The last requirement of level 1 or 2 in each section; those of level 3 stand behind it."""

REQUIREMENTS = [
    f"{section}.{number}"
    for section, _, last in (one.rpartition(".") for one in LAST_OF_SECTION.split())
    for number in range(1, int(last) + 1)
]
NUMBER = re.compile(r"\b\d+\.\d+\.\d+\b")
TEST = re.compile(r"\[`(test_\w+)`\]\(([^)]+)\)")


def rows(*headings: str) -> Iterator[list[str]]:
    """Give the cells of each row of the page's tables, of the second-level headings named."""
    heading = ""
    for line in PAGE.read_text("utf-8").splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ")
        if line.startswith("| ") and heading in headings and not line.startswith("| requirement"):
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


def test_no_requirement_of_level_1_or_2_is_left_out_or_reported_twice() -> None:
    reported = [
        number
        for row in rows("What is met", "What is not met", "What does not apply")
        for number in NUMBER.findall(" ".join(row[:2]))
    ]

    assert sorted(REQUIREMENTS) == sorted(reported)
    assert 253 == len(REQUIREMENTS)


def test_each_requirement_that_is_met_names_tests_that_are_there() -> None:
    for row in rows("What is met"):
        named = TEST.findall(row[-1])
        assert named, row
        for name, path in named:
            source = (PAGE.parent / path).resolve().read_text("utf-8")
            assert f"\ndef {name}(" in source, f"{row[0]}: {path} has no {name}"


@pytest.fixture(scope="module", autouse=True)
def _forgotten() -> Iterator[None]:
    """Let go of the parsed product behind the last test that reads it."""
    yield
    for kept in (calls, parsed):
        kept.cache_clear()


def trees(*folders: Path) -> Iterator[tuple[Path, ast.AST]]:
    """Give every module of the product, parsed."""
    for path in python_files(*(folders or (LEDGER, CLI))):
        yield path, parsed(path)


@cache
def parsed(path: Path) -> ast.AST:
    """Parse a module."""
    return ast.parse(path.read_text("utf-8"))


@cache
def calls() -> Sequence[tuple[str, str, ast.Call]]:
    """Give every call in the product: where it stands, what is called, and the call."""
    return [
        (f"{relative(path)}:{node.lineno}", ast.unparse(node.func), node)
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    ]


def imports() -> Iterator[tuple[str, str]]:
    """Give every import of the product: the module that imports, and the name imported."""
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                yield from ((relative(path), alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield relative(path), node.module or ""


def test_no_shell_is_started() -> None:
    """1.2.5."""
    started = [(at, node) for at, name, node in calls() if name.startswith(("subprocess.", "os."))]

    assert [at for at, name, _ in calls() if name in {"os.system", "os.popen"}] == []
    assert [at for at, node in started if any(k.arg == "shell" for k in node.keywords)] == []
    assert started


def test_nothing_that_is_read_is_executed() -> None:
    """1.3.2."""
    executed = {"eval", "exec", "compile", "__import__", "pickle.loads", "marshal.loads"}
    loaded = {name.partition(".")[0] for _, name in imports()}

    assert [] == [at for at, name, _ in calls() if name in executed]
    assert not loaded & {"pickle", "marshal", "shelve", "yaml", "xml"}


def test_no_pattern_is_made_of_what_was_typed() -> None:
    """1.2.9."""
    made = [
        (at, node.args[0])
        for at, name, node in calls()
        if name.startswith("re.") and name != "re.escape"
    ]

    def constant(node: ast.expr) -> bool:
        if isinstance(node, ast.JoinedStr):
            parts = [v.value for v in node.values if isinstance(v, ast.FormattedValue)]
            return all(map(constant, parts))
        if isinstance(node, ast.Call):
            return ast.unparse(node.func) == "len" and all(map(constant, node.args))
        if isinstance(node, ast.BinOp):
            return constant(node.left) and constant(node.right)
        return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id.isupper())

    assert [] == [at for at, node in made if not constant(node)]
    assert made


def test_nothing_that_is_typed_is_taken_for_sql(tmp_path: Path) -> None:
    """1.2.4: as a key, a word and a command id."""
    shop = Shop.ready(tmp_path / "ledger.db")
    size = shop.store.size()

    assert [] == list(shop.store.of_command(TYPED))
    assert [] == list(shop.store.read_type(TYPED))
    shop.ledger.execute(GrantRole(person="ines", role=Role.BUYER, note=TYPED), Call("olga"))

    assert size + 1 == shop.store.size()
    assert TYPED.encode() in shop.lines()[-1]


def test_no_header_of_a_proxy_is_read() -> None:
    """4.1.3: the witness looks at two headers, and at no address of a client."""
    tree = ast.parse((LEDGER / "witness" / "server.py").read_text("utf-8"))
    read = {
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call | ast.Compare) and "self.headers" in ast.unparse(node)
    }

    assert {"self.headers.get('Content-Length', '')", "'Transfer-Encoding' in self.headers"} == {
        text for text in read if text.count("(") < 2
    }
    assert "client_address" not in {
        node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)
    }


def test_nothing_else_opens_a_connection() -> None:
    """13.1.1."""
    asks = re.compile(r"(socket|socketserver|http|urllib[.]request|ssl|asyncio|psycopg)\b")

    assert {
        "ledger/signoff_ledger/persistence",  # it loads the driver to say whether it is installed
        "ledger/signoff_ledger/persistence/event_store",  # it is handed connections
        "ledger/signoff_ledger/persistence/postgres",
        "ledger/signoff_ledger/witness",
    } == {at.rpartition("/")[0] for at, name in imports() if asks.match(name)}


def test_the_inventory_of_cryptography_is_whole() -> None:
    """11.1.2, 11.4.1: what is imported stands in the table."""
    hashes = {
        alias.name
        for _, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "hashlib"
        for alias in node.names
    }
    table = " ".join(" ".join(row) for row in rows("Cryptography in use"))

    assert {"sha256", "sha512"} == hashes
    for name in ("SHA-256", "SHA-512", "Ed25519", "ECDSA", "RSA", "AES-256", "TLS"):
        assert name in table
    assert [] == [at for at, name, _ in calls() if re.search(r"md5|sha1|\bMD5|\bSHA1\b", name)]


def test_every_dependency_is_pinned_for_development() -> None:
    """15.1.2."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    pinned = (ROOT / "constraints.txt").read_text("utf-8").lower()

    for dependency in (
        *project["dependencies"],
        *(one for extra in project["optional-dependencies"].values() for one in extra),
    ):
        name = re.split(r"[\[<>=;!~ ]", dependency)[0].lower()
        assert re.search(rf"^{re.escape(name)}==", pinned, re.MULTILINE), dependency
