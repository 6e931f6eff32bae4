"""How often one proof is repeated: few rounds in `dev.py check`, many in `dev.py faults`."""

import os

ROUNDS = int(os.environ.get("SIGNOFF_ROUNDS", "10"))
"""Kills; other sizes are multiples and shares of it. Tests that read it are marked `rounds`."""


def every(count: int) -> int:
    """Give the step from one byte to the next: `count` at 200 rounds, each byte from 2,000 on."""
    return 1 if ROUNDS >= 2_000 else max(1, count * 200 // ROUNDS)
