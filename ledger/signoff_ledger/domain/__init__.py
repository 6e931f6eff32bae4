"""The rules of the ledger, pure: no file, no clock, no randomness, no locale.

Start at `gate.py` for the rules of the sign-off, `process.py` and `batch.py` for what may be
recorded when, and the `*_events.py` modules for what is stored.
"""
