"""Tests of the ledger and its command line; only this folder is a package, see pyproject.toml."""
