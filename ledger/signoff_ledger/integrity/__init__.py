"""Bytes in, bytes out: the canonical line, the tree over the lines, and who signed what.

Imports the standard library, `cryptography` and `signoff_ledger.errors` only, so that a reader who
doubts the rest can check this part alone. `cryptography` is imported by the calls that need it.
"""
