"""What two log keys sign when one follows the other."""

from __future__ import annotations

from signoff_ledger.integrity.canonical import canonical


def rotation_statement(old: str | None, new: str) -> bytes:
    """Write what both keys sign; the first key of a log signs alone, without an old one.

    Args:
        old: Verifier key in force before, None for a log that had none.
        new: Verifier key in force from here on.
    """
    return canonical({"new": new, "old": old, "statement": "signoff-log-key@v1"})
