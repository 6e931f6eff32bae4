"""The cells of one row by what their columns mean; what is wrong is kept, and reading goes on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from signoff_ledger.domain.events.batch import Replacement
from signoff_ledger.domain.plan import Parameter, UnitBuild
from signoff_ledger.domain.spelling import canonical_serial, named
from signoff_ledger.domain.text_checks import printable
from signoff_ledger.domain.values import BuildMethod, check_label, check_text
from signoff_ledger.errors import BadRow
from signoff_ledger.formats.columns import BUILD, SETTING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from signoff_ledger.domain.notation import Notation

T = TypeVar("T")

TIME_ACCEPTED = "a time such as 2026-03-02T09:30:00+01:00"
METHODS_ACCEPTED = ", ".join(BuildMethod)


class RowCells:
    """Reads the cells of one row.

    Attributes:
        line: Where the row begins in the file.
        cells: Texts by the column's name in the table, or by characteristic; blank ones left out.
        bad: Everything that is wrong with it so far.
    """

    def __init__(self, line: int, cells: Mapping[str, str], headers: Mapping[str, str]) -> None:
        self.line = line
        self.cells = cells
        self.bad: list[BadRow] = []
        self._headers = headers

    def refuse(
        self, column: str, problem: str, accepted: str = "", value: str | None = None
    ) -> None:
        """Keep what is wrong with a cell, under the header that the file has for it."""
        shown = self.cells.get(column, "") if value is None else value
        header = printable(self._headers.get(column, column))
        self.bad.append(BadRow(self.line, header, printable(shown), problem, accepted))

    def take(self, column: str, check: Callable[[str], T], accepted: str = "") -> T | None:
        """Read a cell; None where it is blank or wrong."""
        text = self.cells.get(column)
        if text is None:
            return None
        try:
            return check(text)
        except ValueError as error:
            self.refuse(column, str(error), accepted)
            return None

    def serial(self) -> tuple[str, str | None]:
        """Give the serial in the canonical spelling, and as typed where that is another one."""
        typed = self.cells.get("unit_serial", "")
        try:
            serial = canonical_serial(typed)
        except ValueError as error:
            self.refuse("unit_serial", str(error))
            return "", None
        return serial, typed if typed != serial else None

    def observed_at(self) -> datetime | None:
        """Give when it was seen."""
        return self.take("observed_at", _moment, TIME_ACCEPTED)

    def stated(self, notation: Notation) -> bool | None:
        """Give what the row says its result is: True for pass."""
        text = self.cells.get("result")
        if text is None:
            return None
        answer = notation.answer(text)
        if answer is None:
            self.refuse("result", "must be pass or fail", notation.answers)
        return None if answer is None else answer == "pass"

    def replaces(self) -> Replacement | None:
        """Give the unit that this one stands in for."""
        if "replaces" not in self.cells:
            if "replaces_reason" in self.cells:
                self.refuse("replaces_reason", "is there, and replaces is blank", "both, or none")
            return None
        serial = self.take("replaces", canonical_serial)
        try:
            reason = check_text(self.cells.get("replaces_reason", ""))
        except ValueError as error:
            self.refuse("replaces_reason", str(error), "why that unit is replaced")
            return None
        return None if serial is None else Replacement(reason=reason, serial=serial)

    def build_cells(self) -> dict[str, str]:
        """Give the cells that say how the unit was made."""
        return {c: t for c, t in self.cells.items() if c in BUILD or c.startswith(SETTING)}

    def build(self, method: BuildMethod | None) -> UnitBuild | None:
        """Give how the unit was made; None where a cell of that is wrong.

        Args:
            method: The method where the row has none.
        """
        fields: dict[str, object] = {BUILD[c]: text for c, text in self.cells.items() if c in BUILD}
        stated = self.cells.get("build_method")
        fields["method"] = method if stated is None else named(stated, tuple(BuildMethod)) or stated
        fields["parameters"] = self._settings()
        if fields["method"] is None:
            says = "is blank; a unit of unknown make cannot count"
            self.refuse("build_method", says, METHODS_ACCEPTED)
            return None
        try:
            return UnitBuild.model_validate(fields)
        except ValidationError as error:
            for problem in error.errors(include_url=False):
                field = str(problem["loc"][0])
                column = next((c for c, f in BUILD.items() if f == field), "unit_serial")
                says = problem["msg"].removeprefix("Value error, ")
                self.refuse(column, says, METHODS_ACCEPTED if field == "method" else "")
            return None

    def _settings(self) -> tuple[Parameter, ...] | None:
        made = []
        for column in sorted(c for c in self.cells if c.startswith(SETTING)):
            name = column.removeprefix(SETTING)
            try:
                check_label(name)
            except ValueError as error:
                self.refuse(column, str(error), f"a name behind {SETTING}")
                continue
            value = self.take(column, check_label)
            if value is not None:
                made.append(Parameter(name=name, value=value))
        return tuple(made) or None


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    msg = "must be ISO 8601 with an offset from UTC"
    raise ValueError(msg)
