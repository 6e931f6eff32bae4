"""The public names of the library: pinned, loaded on first use, and enough for a whole story.

The story itself runs as a page of the documentation: `docs/how-to/use-from-python.md`.
"""

import signoff_ledger
from signoff_ledger import errors
from signoff_ledger.application.commands.command import Command

LEDGER = {
    *("Call", "Ledger", "LedgerReader", "OpenLedger", "Receipt", "begin_ledger", "key_store"),
    *("open_ledger", "open_reader", "read_plan", "statement_signer"),
}
COMMANDS = {
    *("AddNonconformity", "ApplyChange", "AttributeNonconformity", "CloseBatch", "CommitOrder"),
    *("ConfirmCorrection", "CountersignBar", "DisposeUnit", "EnrolPerson", "Hold", "ImportSheet"),
    *("OpenBatch", "PublishPlan", "RecordUnit", "RegisterBar", "RequestCorrection", "SignOff"),
    *("StateCause", "Withdraw"),
}
FIELDS = {
    *("BuildMethod", "Change", "NonconformityReport", "Disposition", "Origin", "Role", "UnitBuild"),
}
QUERIES = {
    *("LiveLog", "check", "history", "orders", "preview", "replay_decisions", "status", "unit"),
    *("verify_log", "why"),
}
ERRORS = {
    *("Advice", "ConflictError", "EvidenceError", "IdentityError", "InputError", "NotFoundError"),
    *("RuleRefusedError", "SignoffError", "StoreError"),
}


def test_the_public_names_are_these() -> None:
    assert {"__version__"} | LEDGER | COMMANDS | FIELDS | QUERIES | ERRORS == {
        *signoff_ledger.__all__
    }


def test_every_public_name_is_there() -> None:
    assert all(getattr(signoff_ledger, name) is not None for name in signoff_ledger.__all__)


def test_public_commands_are_commands_and_public_errors_errors() -> None:
    assert all(issubclass(getattr(signoff_ledger, name), Command) for name in COMMANDS)
    assert all(getattr(signoff_ledger, name) is getattr(errors, name) for name in ERRORS)
