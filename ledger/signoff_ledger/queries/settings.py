"""The settings of the command line, each with where it comes from."""

from __future__ import annotations

from typing import Annotated, TypedDict

from signoff_ledger.queries.value_forms import Form

SCHEMA = "signoff.config/1"


class SettingAnswer(TypedDict):
    """A setting.

    Attributes:
        setting: Its name.
        value: What is in force; empty when it is not set.
        origin: option, a variable's name, a file's path, or default.
    """

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
    value: str
    origin: str


class SettingsAnswer(TypedDict):
    """The settings and where they come from: `signoff config`. The rows are the settings.

    Attributes:
        settings: Every setting.
        project_file: The name of the project's file.
        user_file: The path of the person's own file.
    """

    settings: list[SettingAnswer]
    project_file: str
    user_file: str


ANSWER = SettingsAnswer
ROW = SettingAnswer
