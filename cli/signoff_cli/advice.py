"""What the command line says to do: its words for every advice, in `advice.toml`.

The library names an advice by key and values. Another face, or another language, is another table.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from signoff_ledger.errors import SignoffError


def words(key: str, values: Mapping[str, str | int]) -> str:
    """Give the words for an advice.

    Args:
        key: Names the advice.
        values: What its words name.
    """
    return table()[key].format(**values).strip()


def fix_of(error: SignoffError) -> str:
    """Give what to do about an error, in words."""
    return words(error.advice.key, error.advice.values) if error.advice else ""


@cache
def table() -> Mapping[str, str]:
    """Read the table: words with `{placeholders}` by key, commands between double spaces."""
    import tomllib  # only where there is something to say

    return tomllib.loads(files("signoff_cli").joinpath("advice.toml").read_text("utf-8"))


def error_data(error: SignoffError) -> dict[str, Any]:
    """Give an error as plain data, its advice in words and as key and values."""
    return {**error.as_data(), "fix": fix_of(error)}
