"""The sign-off ledger: immutable events, and the decisions that can be explained from them.

    from pathlib import Path
    from signoff_ledger import open_ledger, explain

    with open_ledger(Path("ledger.db")) as opened:
        print(explain(opened.store, "kiln-lid").outcome)

The names below are loaded when they are first used, so that asking for the version stays fast.
"""

from __future__ import annotations

from importlib import import_module

__version__ = "0.1.0"

_PUBLIC = {
    "Call": "signoff_ledger.application.ledger",
    "Clock": "signoff_ledger.application.ports",
    "IdSource": "signoff_ledger.application.ports",
    "Ledger": "signoff_ledger.application.ledger",
    "Opened": "signoff_ledger.bootstrap",
    "Receipt": "signoff_ledger.application.ledger",
    "SignoffError": "signoff_ledger.errors",
    "begin_ledger": "signoff_ledger.bootstrap",
    "explain": "signoff_ledger.projections.explanation",
    "open_ledger": "signoff_ledger.bootstrap",
    "replay_decisions": "signoff_ledger.replay.replay",
}

__all__ = [  # noqa: PLE0604  # the names of _PUBLIC, and the version
    "__version__",
    *_PUBLIC,
]


def __getattr__(name: str) -> object:
    """Load a public name."""
    module = _PUBLIC.get(name)
    if module is None:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(module), name)
