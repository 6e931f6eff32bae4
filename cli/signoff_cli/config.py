"""Settings from files: the project's `signoff.toml`, and the user's own.

A project file may name the ledger, where the key of its log is, how much may stand unsealed, and
how sheets and values are written.
The user's file may say who they are, what they sign with and how they like their answers. Neither
can choose a command or answer a question.
"""

from __future__ import annotations

from os.path import lexists
from pathlib import Path
from typing import NamedTuple

import click

from signoff_cli.choices import COLORS, ENCODINGS, FORMATS
from signoff_ledger import wiring
from signoff_ledger.errors import Advice, InputError

PROJECT_FILE = "signoff.toml"
USER_FILE = "config.toml"
_CHOICES = {
    "color": COLORS,
    "decimal": ("comma", "point"),
    "encoding": ENCODINGS,
    "format": FORMATS,
}
_ALLOWED = {
    "project": {
        "answers",
        "decimal",
        "encoding",
        "keys",
        "ledger",
        "seal_after_events",
        "seal_after_minutes",
    },
    "user": {"actor", "color", "format", "key", "keys"},
}  # fmt: skip
_NUMBERS = {"seal_after_events", "seal_after_minutes"}
_MOST = 10**6


class Setting(NamedTuple):
    """A value and where it comes from."""

    value: str
    origin: str


def settings() -> dict[str, Setting]:
    """Read every setting of both files.

    Raises:
        InputError: A file is not TOML, or holds what it may not.
    """
    found: dict[str, Setting] = {}
    user = Path(click.get_app_dir("signoff")) / USER_FILE
    upward = (folder / PROJECT_FILE for folder in (Path.cwd(), *Path.cwd().parents))
    project = next(filter(lexists, upward), None)
    for kind, path in (("user", user), ("project", project)):
        if path is not None and lexists(path):
            found |= _read(path, kind)
    return found


def _read(path: Path, kind: str) -> dict[str, Setting]:
    # Most people keep no settings.
    from signoff_cli.inputs import home_path
    from signoff_ledger.bounded_file import SETTINGS, read_regular
    from signoff_ledger.bounded_toml import read_toml

    try:
        document = read_toml(read_regular(path, SETTINGS).decode("utf-8"))
    except OSError as error:
        raise _unreadable(path, str(error.strerror)) from None
    except ValueError as error:  # no UTF-8, or no TOML
        raise _unreadable(path, str(error)) from None
    unknown = sorted(set(document) - _ALLOWED[kind])
    if unknown:
        raise InputError(
            "SL207",
            f"{path} has no setting {', '.join(unknown)}",
            why=f"a {kind} file may hold {', '.join(sorted(_ALLOWED[kind]))}",
        )
    texts = {name: _text(path, name, value) for name, value in document.items()}
    for name in {"key", "keys", "ledger"} & texts.keys():
        if not wiring.is_database_url(texts[name]):
            texts[name] = str(path.parent / home_path(texts[name]))
    return {name: Setting(text, str(path)) for name, text in texts.items()}


def _text(path: Path, name: str, value: object) -> str:
    """Give a setting as the text that the environment would hold."""
    choices = _CHOICES.get(name)
    if name in _NUMBERS:
        if type(value) is int and 0 < value <= _MOST:
            return str(value)
        advice = Advice("give-whole-number", most=_MOST)
    elif isinstance(value, str) and "\0" not in value and (not choices or value in choices):
        return value
    else:
        advice = Advice("give-text")
        if choices:
            advice = Advice("give-choice", choices=", ".join(choices))
    # No other value is shown: a number of a million digits is one.
    why = f"{name} is {value!r:.60}" if isinstance(value, str) else f"{name} is something else"
    raise _unreadable(path, why, advice)


def _unreadable(path: Path, why: str, advice: Advice | None = None) -> InputError:
    return InputError("SL101", f"{path} cannot be read as settings", why=why, advice=advice)
