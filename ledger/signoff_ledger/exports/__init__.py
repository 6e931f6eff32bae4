"""What leaves the ledger for an outsider, and how it is read and checked again.

Plain files in a folder, in formats that other people's tools read; no archive format of our own.
"""
