"""The page of errors and pieces of advice."""

from __future__ import annotations

import re
import tomllib

from docs.generator.markdown import NOTICE, SOURCES, summary, table
from signoff_cli import advice
from signoff_ledger import errors


def error_classes() -> dict[str, type[errors.SignoffError]]:
    """Give the error class of each group of codes."""
    return {
        "SL1": errors.InputError,
        "SL2": errors.NotFoundError,
        "SL3": errors.RuleRefusedError,
        "SL4": errors.IdentityError,
        "SL5": errors.EvidenceError,
        "SL6": errors.ConflictError,
        "SL7": errors.StoreError,
    }


def errors_page() -> str:
    """List every error code."""
    lines = [
        NOTICE,
        "# Errors",
        "",
        "An error says what could not be done, why, and what to do about it,",
        "with a code in brackets that does not change between releases.",
        "With `--format json` or `jsonl` it is one line of JSON on standard error:",
        '`{"schema": "signoff.error/1", "error": {"code", "what", "why", "advice", "fix"}}`;',
        "`advice` is a key with values, `fix` the [words](#advice) of the command line for it;",
        "a refused import adds `rows`, a refusal by the rules adds `rules` and the `position`",
        "at which it is recorded, an answer that could not be written adds the `positions` of what",
        "is recorded and its `command_id`.",
        "",
    ]
    remedies = tomllib.loads((SOURCES / "errors.toml").read_text("utf-8"))
    for prefix, kind in error_classes().items():
        codes = [code for code in errors.CODES if code.startswith(prefix)]
        lines += [
            f"## {prefix}xx, exit code {kind.exit_code}",
            "",
            summary(kind),
            "",
            table(
                ("code", "what it means", "what to do"),
                [(code, errors.CODES[code], remedies.get(code, "")) for code in codes],
            ),
            "",
        ]
    return "\n".join([*lines, *advice_section()]).rstrip() + "\n"


def advice_section() -> list[str]:
    """List every advice with the words of the command line."""
    rows = [
        (f"`{key}`", re.sub(r"\{(\w+)\}", r"*\1*", " ".join(text.split())).replace("|", "\\|"))
        for key, text in sorted(advice.table().items())
    ]
    return [
        "## Advice",
        "",
        "What to do about an error, or about what `signoff doctor` and `signoff verify` find,",
        "is an advice: a key, and values that its words name.",
        "Another program has words of its own for the key; these are those of the command line.",
        "",
        table(("key", "words of the command line"), rows),
    ]
