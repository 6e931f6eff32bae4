"""Types of the fields of commands: words to choose from, small records, and plan files."""

from signoff_ledger.domain.bar import Bar
from signoff_ledger.domain.plan import Parameter, UnitBuild
from signoff_ledger.domain.process import Change
from signoff_ledger.domain.text_checks import checked_label
from signoff_ledger.domain.unit import NonconformityReport
from signoff_ledger.domain.values import (
    BuildMethod,
    CauseKind,
    ChangeKind,
    Disposition,
    Origin,
    RemarkKind,
    Role,
)
from signoff_ledger.formats.plan_toml import plan_template, read_plan

__all__ = [
    "Bar",
    "BuildMethod",
    "CauseKind",
    "Change",
    "ChangeKind",
    "Disposition",
    "NonconformityReport",
    "Origin",
    "RemarkKind",
    "Role",
    "UnitBuild",
    "plan_template",
    "read_plan",
    "unit_build",
]


def unit_build(
    method: str, parameters: tuple[Parameter, ...] | None, **made_on: str | None
) -> UnitBuild:
    """Say how a unit was made.

    Args:
        method: One of `BuildMethod`.
        parameters: Settings it was made under.
        made_on: Other fields of `UnitBuild`.

    Raises:
        InputError: SL106, a field cannot be recorded.
    """
    for name, value in made_on.items():
        checked_label(f"the {name}", value)
    return UnitBuild.model_validate(
        {"method": BuildMethod(method), "parameters": parameters, **made_on}
    )
