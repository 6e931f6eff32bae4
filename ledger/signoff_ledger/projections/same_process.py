"""What is said where another process has the same tooling or design (G21)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def same_process(key: str, shared: Sequence[str], seen: str) -> str:
    """Name another process, with what was tried on it.

    Args:
        key: The other process.
        shared: What the two have in common: tooling, design.
        seen: What is said of the other one.
    """
    return f"process {key} has the same {' and '.join(shared)}: {seen}"
