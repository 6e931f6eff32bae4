"""The examples on the reference page of the statistics are computed; every module has a place."""

import importlib
import re

import pytest

from tests.docs.markdown import DOCS
from tests.tree import LEDGER

PAGE = (DOCS / "reference" / "statistics.md").read_text("utf-8")
EXAMPLE = re.compile(r"`((\w+)\.[^`]+\))((?:\.\w+|\[\d\])*)` = (-?[\w.]+?)(?=[\s|,.]*(?:\||$|\s))")
FOUND = [match.groups() for match in EXAMPLE.finditer(PAGE)]
MODULES = sorted(path.stem for path in (LEDGER / "statistics").glob("[a-z]*.py"))
WITHOUT_EXAMPLE = {"control_chart", "count_distributions", "pareto", "special"}
"""Modules whose figures the page describes without a single number, or that only serve others."""


@pytest.mark.parametrize("example", FOUND, ids=lambda each: f"{each[0]}{each[2]}")
def test_an_example_of_the_page_is_true(example: tuple[str, str, str, str]) -> None:
    call, module, behind, stated = example
    names = {module: importlib.import_module(f"signoff_ledger.statistics.{module}")}
    if module == "two_batches":
        call = re.sub(r"\((\d+, \d+)\)", r"two_batches.Counts(\1)", call)

    value = eval(call + behind, names)  # noqa: S307  # the page is ours

    if stated == str(value):
        return
    assert pytest.approx(float(stated), rel=5e-5) == value


def test_the_page_has_an_example_of_every_module() -> None:
    assert set(MODULES) - WITHOUT_EXAMPLE == {module for _, module, _, _ in FOUND}
    assert len(FOUND) > 25
