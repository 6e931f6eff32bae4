"""The sign-off ledger: immutable events, and the decisions that can be explained from them.

    from pathlib import Path
    from signoff_ledger import Call, SignOff, open_ledger

    with open_ledger(Path("ledger.db")) as opened:
        opened.ledger.execute(SignOff(process="kiln-lid"), Call("a.mercer"))

The names below are loaded when they are first used, so that asking for the version stays fast.
"""

from __future__ import annotations

from importlib import import_module

__version__ = "0.1.0"

_PUBLIC = {
    "AddNonconformity": "application.commands.nonconformities",
    "Advice": "errors",
    "ApplyChange": "application.commands.changes",
    "AttributeNonconformity": "application.commands.nonconformities",
    "BuildMethod": "application.commands.parts",
    "Call": "application.ledger",
    "Change": "application.commands.parts",
    "CloseBatch": "application.commands.batches",
    "CommitOrder": "application.commands.orders",
    "ConfirmCorrection": "application.commands.corrections",
    "ConflictError": "errors",
    "CountersignBar": "application.commands.bars",
    "NonconformityReport": "application.commands.parts",
    "DisposeUnit": "application.commands.inspection",
    "Disposition": "application.commands.parts",
    "EnrolPerson": "application.commands.people",
    "EvidenceError": "errors",
    "Hold": "application.commands.decisions",
    "IdentityError": "errors",
    "ImportSheet": "application.commands.sheet_import",
    "InputError": "errors",
    "Ledger": "application.ledger",
    "LedgerReader": "ledger_reader",
    "LiveLog": "exports.verification",
    "NotFoundError": "errors",
    "OpenBatch": "application.commands.batches",
    "OpenLedger": "bootstrap",
    "Origin": "application.commands.parts",
    "PublishPlan": "application.commands.plans",
    "Receipt": "application.ledger",
    "RecordUnit": "application.commands.inspection",
    "RegisterBar": "application.commands.bars",
    "RequestCorrection": "application.commands.corrections",
    "Role": "application.commands.parts",
    "RuleRefusedError": "errors",
    "SignOff": "application.commands.decisions",
    "SignoffError": "errors",
    "StateCause": "application.commands.nonconformities",
    "StoreError": "errors",
    "UnitBuild": "application.commands.parts",
    "Withdraw": "application.commands.decisions",
    "begin_ledger": "bootstrap",
    "check": "queries.check",
    "history": "queries.history",
    "key_store": "wiring",
    "open_ledger": "bootstrap",
    "open_reader": "ledger_reader",
    "orders": "queries.orders",
    "preview": "queries.preview",
    "read_plan": "application.commands.parts",
    "replay_decisions": "replay.replay",
    "statement_signer": "wiring",
    "status": "queries.status",
    "unit": "queries.unit",
    "verify_log": "exports.verification",
    "why": "queries.why",
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
    return getattr(import_module(f"{__name__}.{module}"), name)
