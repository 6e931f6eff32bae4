"""What an auditor has to have to run this part alone."""

import ast
import sys

import pytest

from tests.tree import LEDGER, python_files, relative

ALLOWED = {*sys.stdlib_module_names, "cryptography"}
OURS = ("signoff_ledger.errors", "signoff_ledger.integrity")


def imported(tree: ast.AST) -> list[str]:
    """Give the names of all modules that are imported, for annotations or at run time."""
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append("." * node.level + (node.module or ""))
    return names


def is_allowed(name: str) -> bool:
    """Tell whether an auditor is asked to trust a module here."""
    return name.startswith(OURS) or name.partition(".")[0] in ALLOWED


def test_integrity_needs_python_cryptography_and_the_errors_only() -> None:
    offenders = [
        f"{relative(path)}: {name}"
        for path in python_files(LEDGER / "integrity")
        for name in imported(ast.parse(path.read_text("utf-8")))
        if not is_allowed(name)
    ]

    assert [] == offenders


@pytest.mark.parametrize(
    ("line", "allowed"),
    [
        ("import hashlib", True),
        ("from cryptography.hazmat import primitives", True),
        ("from signoff_ledger.errors import InputError", True),
        ("from signoff_ledger.domain import values", False),
        ("import pydantic", False),
        ("from . import leaf", False),
    ],
)
def test_the_rule_sees_what_it_should(line: str, *, allowed: bool) -> None:
    assert [allowed] == [is_allowed(name) for name in imported(ast.parse(line))]


def test_cryptography_is_imported_by_calls_and_annotations_only() -> None:
    """Hashing lines, which every command does, must not pay for it."""
    offenders = [
        f"{relative(path)}:{node.lineno}"
        for path in python_files(LEDGER / "integrity")
        for node in ast.parse(path.read_text("utf-8")).body
        if any(name.startswith("cryptography") for name in imported_at_top(node))
    ]

    assert [] == offenders


def imported_at_top(node: ast.stmt) -> list[str]:
    """Give what a statement of a module's body imports when the module is imported."""
    return imported(node) if isinstance(node, ast.Import | ast.ImportFrom) else []
