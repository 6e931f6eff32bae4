"""Exports for outsiders, and how they are read and checked again.

Plain files in a folder, in formats that other people's tools read; no archive format of our own.
"""
