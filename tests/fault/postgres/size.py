"""How long the tests of this folder go on: see `tests.rounds`."""

from tests.rounds import ROUNDS

WRITERS = 8
COMMANDS = max(1, ROUNDS // 2)
"""Commands that each of the writers gives: 1,000 of 2,000 rounds."""

STOPS = max(1, ROUNDS * 30 // 2_000)
"""Servers and poolers that are stopped: 30 of 2,000 rounds."""

ENDED = max(1, ROUNDS // 20)
"""Connections that are ended: 100 of 2,000 rounds."""
