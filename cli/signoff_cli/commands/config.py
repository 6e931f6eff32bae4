"""`signoff config`: the settings and where they come from."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from signoff_cli.config import PROJECT_FILE, USER_FILE, Setting
from signoff_cli.output import answer, table
from signoff_cli.session import Session, reading
from signoff_ledger.queries.settings import SCHEMA, setting_answer, settings_answer
from signoff_ledger.wiring import redacted, seal_policy, usual_key_folder

if TYPE_CHECKING:
    from signoff_ledger.queries.settings import SettingAnswer

_UNSET = {"ledger": "", "actor": "", "format": "table", "color": "auto", "key": ""}


@click.command
@reading
def config(session: Session) -> None:
    """Show each setting with its value and its origin: option, environment, file or default.

    The ledger, the folder of its key and how much may stand unsealed are looked up in signoff.toml,
    upward from the working directory; who you are, what you sign with and how you like answers, in
    your own file.

    \b
    Example:
      signoff config
    """
    found = session.settings
    rows: list[SettingAnswer] = []
    for name, unset in (_UNSET | _sealing()).items():
        setting = _effective(session, name, found) or Setting(unset, "default")
        value = redacted(setting.value) if name == "ledger" else setting.value
        rows.append(setting_answer(name, value, setting.origin))
    user_file = os.path.join(click.get_app_dir("signoff"), USER_FILE)  # noqa: PTH118  # a text, as shown
    data = settings_answer(rows, PROJECT_FILE, user_file)
    answer(
        session,
        SCHEMA,
        data,
        rows,
        lambda: table(
            ("setting", "value", "origin"),
            [(r["setting"], r["value"] or "-", r["origin"]) for r in rows],
        ),
    )


def _sealing() -> dict[str, str]:
    """Say where the log's key is and when the log is sealed, by default."""
    usual = seal_policy()
    return {
        "keys": str(usual_key_folder()),
        "seal_after_events": str(usual.events),
        "seal_after_minutes": str(usual.age // timedelta(minutes=1)),
    }


def _effective(session: Session, name: str, found: dict[str, Setting]) -> Setting | None:
    variable = f"SIGNOFF_{name.upper()}"
    if name == "keys" and os.environ.get(variable):
        return Setting(os.environ[variable], variable)
    given = getattr(session, name, None)
    if given and given == os.environ.get(variable):
        return Setting(given, variable)
    if given:
        return Setting(given, "option")
    return found.get(name)
