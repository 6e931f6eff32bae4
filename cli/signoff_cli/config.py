"""Settings from files: the project's `signoff.toml`, and the user's own.

A project file may name the ledger, where the key of its log is, and how much may stand unsealed.
The user's file may say who they are, what they sign with and how they like their answers. Neither
can choose a command or answer a question.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from signoff_cli.session import COLORS, FORMATS
from signoff_ledger.errors import InputError
from signoff_ledger.persistence.address import SCHEMES

if TYPE_CHECKING:
    from signoff_ledger.application.sealing import SealPolicy

PROJECT_FILE = "signoff.toml"
USER_FILE = "config.toml"
_CHOICES = {"format": FORMATS, "color": COLORS}
_ALLOWED = {
    "project": {"keys", "ledger", "seal_after_events", "seal_after_minutes"},
    "user": {"actor", "color", "format", "key", "keys"},
}
_NUMBERS = {"seal_after_events", "seal_after_minutes"}
_MOST = 10**6


class Setting(NamedTuple):
    """A value and where it comes from."""

    value: str
    origin: str


def find(name: str) -> str | None:
    """Give a setting from the files, or None."""
    found = settings().get(name)
    return found.value if found else None


def seal_policy() -> SealPolicy:
    """Say how much may stand unsealed."""
    from signoff_ledger.application.sealing import SealPolicy

    events, minutes = find("seal_after_events"), find("seal_after_minutes")
    usual = SealPolicy()
    return SealPolicy(
        events=int(events) if events else usual.events,
        age=timedelta(minutes=int(minutes)) if minutes else usual.age,
    )


def settings() -> dict[str, Setting]:
    """Read every setting of both files.

    Raises:
        InputError: A file is not TOML, or holds what it may not.
    """
    found: dict[str, Setting] = {}
    user = Path(click.get_app_dir("signoff")) / USER_FILE
    project = next(
        (
            p
            for folder in (Path.cwd(), *Path.cwd().parents)
            if (p := folder / PROJECT_FILE).is_file()
        ),
        None,
    )
    for kind, path in (("user", user), ("project", project)):
        if path is not None and path.is_file():
            found |= _read(path, kind)
    return found


def _read(path: Path, kind: str) -> dict[str, Setting]:
    import tomllib  # most people keep no settings

    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError("SL101", f"{path} cannot be read as settings", why=str(error)) from None
    unknown = sorted(set(document) - _ALLOWED[kind])
    if unknown:
        raise InputError(
            "SL207",
            f"{path} has no setting {', '.join(unknown)}",
            why=f"a {kind} file may hold {', '.join(sorted(_ALLOWED[kind]))}",
        )
    for name, value in document.items():
        choices = _CHOICES.get(name)
        if name in _NUMBERS:
            if type(value) is not int or not 0 < value <= _MOST:
                raise InputError(
                    "SL101",
                    f"{path} cannot be read as settings",
                    why=f"{name} is {value!r}",
                    fix=f"it must be a whole number from 1 to {_MOST}",
                )
            document[name] = str(value)
        elif not isinstance(value, str) or (choices and value not in choices):
            raise InputError(
                "SL101",
                f"{path} cannot be read as settings",
                why=f"{name} is {value!r}",
                fix=f"it must be one of {', '.join(choices)}" if choices else "it must be a text",
            )
    for name in {"key", "keys", "ledger"} & document.keys():
        if document[name].startswith(SCHEMES):
            continue
        document[name] = str(path.parent / Path(document[name]).expanduser())
    return {name: Setting(value, str(path)) for name, value in document.items()}
