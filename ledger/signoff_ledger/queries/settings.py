"""The settings of the command line, each with where it comes from."""

from __future__ import annotations

from typing import Annotated, TypedDict

from signoff_ledger.queries.value_forms import Form

SCHEMA = "signoff.config/1"


class SettingAnswer(TypedDict):
    """A setting."""

    #: Its name.
    setting: Annotated[
        str,
        Form(
            choices=(
                "ledger",
                "actor",
                "format",
                "color",
                "key",
                "keys",
                "seal_after_events",
                "seal_after_minutes",
            )
        ),
    ]
    value: str  #: What is in force; empty when it is not set.
    origin: str  #: option, a variable's name, a file's path, or default.


class SettingsAnswer(TypedDict):
    """The settings and where they come from: `signoff config`. The rows are the settings."""

    settings: list[SettingAnswer]  #: Every setting.
    project_file: str  #: The name of the project's file.
    user_file: str  #: The path of the person's own file.


ANSWER = SettingsAnswer
ROW = SettingAnswer


def setting_answer(setting: str, value: str, origin: str) -> SettingAnswer:
    """Give a setting with where it comes from."""
    return {"setting": setting, "value": value, "origin": origin}


def settings_answer(
    settings: list[SettingAnswer], project_file: str, user_file: str
) -> SettingsAnswer:
    """Give every setting, and the files in which some can be made."""
    return {"settings": settings, "project_file": project_file, "user_file": user_file}
