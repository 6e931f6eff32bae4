"""How long the tests of this folder go on: `python3 dev.py faults` asks for ten times as much."""

import os

ROUNDS = int(os.environ.get("SIGNOFF_FAULT_ROUNDS", "200"))

WRITERS = 8
COMMANDS = max(1, ROUNDS // 2)
"""Commands that each of the writers gives: 1,000 of 2,000 rounds."""

STOPS = max(1, ROUNDS * 30 // 2_000)
"""Servers and poolers that are stopped: 30 of 2,000 rounds."""

ENDED = max(1, ROUNDS // 20)
"""Connections that are ended: 100 of 2,000 rounds."""
