"""Bytes in, bytes out: the canonical line and its hash.

Imports the standard library and `signoff_ledger.errors` only, so that a reader who doubts the
rest can check this part alone.
"""
