"""The columns of a sheet of results: one table that says what becomes of every cell.

A header is matched whatever its case, blanks, dashes and underscores are, and a characteristic by
its id or its name. What matches nothing, or two things, is refused.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from signoff_ledger.domain.characteristic import BUILD_MINUTES
from signoff_ledger.domain.spelling import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from signoff_ledger.domain.plan import InspectionPlan

SETTING = "parameter:"
"""What the column of a setting of the process begins with, such as parameter:ramp (G17)."""

GAUGE = "gauge:"
"""What the column of one characteristic's gauge begins with, such as gauge:gap."""

READING = "NAME"
"""Stands in the table for the columns of characteristics."""

WIDE, LONG, BOTH = "wide", "long", "both"


class Column(NamedTuple):
    """What becomes of the cells of one column."""

    name: str  #: The header.
    layout: str  #: `wide`, `long` or `both`.
    recorded: str  #: The field of the event that keeps the cell; empty where it is compared alone.
    meaning: str  #: What the cell says, in Markdown.
    refused: str  #: When a cell is refused.
    build: str = ""  #: The field of the unit's build that it is, if it is one.
    alias: str = ""  #: Another header for the same.

    @property
    def is_long(self) -> bool:
        """True where the long layout has it."""
        return self.layout != WIDE


_LABEL = "longer than 80 characters, or with a character that a screen obeys"
_BUILT = f"{_LABEL}; rows of one unit that differ"

COLUMNS: tuple[Column, ...] = (
    Column("unit_serial", BOTH, "serial", "the unit; the one column that every sheet has; see "
           "[how serials are spelt](#how-serials-are-spelt)", "blank, a second time, that of a "
           "unit of another batch, or one that looks like another", alias="serial"),
    Column("batch_id", BOTH, "", "the batch", "not the batch that is imported into",
           alias="batch"),
    Column("build_method", BOTH, "build.method", "`line`, `bench`, `3d-print` or "
           "`engineer-assisted`; needed here or as `--method`", "another word, or blank",
           build="method"),
    Column("observed_at", BOTH, "observed_at, seen", "when it was seen, ISO 8601 with an offset "
           "from UTC; a unit that was seen before the batch was opened does not count "
           "(`BUILT_BEFORE`)", "without an offset, before the bar, or more than five minutes in "
           "the future", alias="time"),
    Column("result", BOTH, "", "`pass` or `fail`, or the words of `--answers`",
           "not what the plan says of the readings and defects"),
    Column("operator_id", BOTH, "build.built_by", "who built it; a builder who is or was enrolled "
           "as engineer or approver means that the unit does not count", _BUILT, build="built_by"),
    Column("operator_role", BOTH, "build.operator_role", "the builder's role; one that is none of "
           "the plan's `operator_roles` means that the unit does not count", _BUILT,
           build="operator_role"),
    Column("tooling_id", BOTH, "build.tooling", "the tooling, if not the batch's", _BUILT,
           build="tooling"),
    Column("tooling_revision", BOTH, "build.tooling_revision", "its revision, if not the batch's",
           _BUILT, build="tooling_revision"),
    Column("fixture_id", BOTH, "build.fixture", "the jig, if not the batch's", _BUILT,
           build="fixture"),
    Column("line", BOTH, "build.line", "the line, if not the batch's", _BUILT, build="line"),
    Column("site", BOTH, "build.site", "the site, if not the batch's", _BUILT, build="site"),
    Column("process_revision", BOTH, "build.process_revision", "the revision of the process, if "
           "not the batch's", "no whole number from 1; rows of one unit that differ",
           build="process_revision"),
    Column("cavity", BOTH, "build.cavity", "where in the tool", _BUILT, build="cavity"),
    Column("station", BOTH, "build.station", "where on the line", _BUILT, build="station"),
    Column("parameter:NAME", BOTH, "build.parameters", "a setting of the process that the unit "
           "was made under, such as `parameter:ramp`; needed where a change made the setting a "
           "condition and the opening of the batch does not say it", _BUILT),
    Column("gauge_id", BOTH, "gauges", "what the reading was taken with; in a wide sheet, every "
           "reading of the row that has no gauge of its own", f"{_LABEL}; no reading to put it to"),
    Column("note", BOTH, "note", "free words; those of the rows of one unit are joined",
           "longer than 2,000 characters, or with a character that a screen obeys"),
    Column(READING, WIDE, "readings", "the reading of the characteristic that has this id or this "
           "name: a number, with or without the plan's unit; `pass` or `fail`; a time",
           "no such value, finer than the plan's scale, or in another unit"),
    Column(BUILD_MINUTES, WIDE, "readings", "the build time in minutes, whatever the plan calls "
           "it and in whatever unit it reads it", "no such time, the plan has no build time, or "
           "another time in the characteristic's own column"),
    Column("gauge:NAME", WIDE, "gauges", "what this one reading was taken with, such as "
           "`gauge:gap`", f"{_LABEL}; no such reading in the row"),
    Column("defects", WIDE, "nonconformities", "modes, with `@` and a zone where it matters; "
           "several with `;` or <code>&#124;</code> between them", "a mode that the plan does not "
           "have"),
    Column("replaces", WIDE, "replaces.serial", "the planned unit it stands in for",
           "a unit that cannot be replaced"),
    Column("replaces_reason", WIDE, "replaces.reason", "why it does",
           "blank where `replaces` is not, or the other way round"),
    Column("characteristic_id", LONG, "readings", "the characteristic, by its id or its name; "
           "needed", "blank, not in the plan, or twice for a unit"),
    Column("value", LONG, "readings", "the reading; blank for none", "no such value, finer than "
           "the plan's scale, or in another unit"),
    Column("kind", LONG, "", "`variable`, `attribute` or `time`", "not the plan's"),
    Column("unit_of_measure", LONG, "", "the unit of `value`, of a time `s`, `min` or `h`",
           "not the plan's, unless both are units of time"),
    Column("lower_limit", LONG, "", "the lower limit", "not the plan's; of an attribute or a time, "
           "any"),
    Column("upper_limit", LONG, "", "the upper limit", "not the plan's; of an attribute or a time, "
           "any"),
    Column("nonconformity_code", LONG, "nonconformities", "a nonconformity that the row shows; one "
           "that several rows of a unit name at the same place is one",
           "a mode that the plan does not have"),
    Column("location", LONG, "nonconformities", "its zone, or that of the nonconformity which a "
           "failing reading is", "on a row that conforms and names no nonconformity"),
    Column("severity", LONG, "", "its grade",
           "not the plan's, or on a row that conforms and names no nonconformity"),
    Column("attempt", LONG, "attempt", "1 unless stated; 2 and more is a retest, which is kept and "
           "never counts", "no whole number from 1 to 999, or one that leaves an attempt out"),
)  # fmt: skip

BUILD: dict[str, str] = {column.name: column.build for column in COLUMNS if column.build}
"""Fields of a unit's build by the column that states them."""

_PATTERNS = (READING, "parameter:NAME", "gauge:NAME")
_STANDARD = {
    name: column
    for column in COLUMNS
    for name in (column.name, column.alias)
    if name and column.name not in _PATTERNS
}
_FORMS = {folded(name) for name in _STANDARD}


def is_taken(key: str) -> bool:
    """Say whether a header means something by itself, so that no characteristic can have it.

    `build_minutes` is the usual id of a build time and stays free for one.
    """
    prefixed = key.casefold().startswith((SETTING, GAUGE))
    return key != BUILD_MINUTES and (prefixed or folded(key) in _FORMS)


class Header(NamedTuple):
    """What the headers of a sheet mean."""

    #: For each column, its name in the table, a characteristic's id, or None.
    names: tuple[str | None, ...]
    #: For each column that means nothing, or two things: its place and what is wrong.
    problems: tuple[tuple[int, str, str], ...]
    is_long: bool  #: True for one row per unit and characteristic.


def standard_name(header: str) -> str | None:
    """Give the name of the table that a header spells, whatever the plan is."""
    exact = _STANDARD.get(header)
    if exact is not None:
        return exact.name
    form = folded(header)
    return next((c.name for name, c in _STANDARD.items() if folded(name) == form), None)


def header_of(headers: Sequence[str], plan: InspectionPlan) -> Header:
    """Find out what the columns of a sheet mean under a plan."""
    is_long = any(standard_name(each) == "characteristic_id" for each in headers)
    names: list[str | None] = []
    problems: list[tuple[int, str, str]] = []
    for place, header in enumerate(headers):
        meanings = _meanings(header, plan, is_long=is_long)
        name = meanings[0] if len(meanings) == 1 else None
        if len(meanings) > 1:
            problems.append((place, "has two meanings", f"one of {', '.join(meanings)}"))
        elif name is None:
            says = "the plan has no such characteristic or column"
            problems.append((place, says, _suggestion(header, plan, is_long=is_long)))
        elif name in names:
            problems.append((place, f"is there twice, as {name}", "one column for each"))
            name = None
        names.append(name)
    return Header(tuple(names), tuple(problems), is_long)


def _meanings(header: str, plan: InspectionPlan, *, is_long: bool) -> list[str]:
    """Give what a header can mean: a standard column, a pattern's, an id, a name; exact first."""
    for prefix in (SETTING, GAUGE):
        if header.casefold().startswith(prefix):
            rest = header[len(prefix) :].strip()
            if prefix == SETTING:
                return [prefix + rest]
            return [] if is_long else [prefix + each for each in plan.named(rest)]
    standard = standard_name(header)
    if standard is not None and _STANDARD[standard].layout not in {BOTH, LONG if is_long else WIDE}:
        standard = None
    if header in _STANDARD and standard:
        return [standard]
    found = [] if is_long else plan.named(header)
    if standard == BUILD_MINUTES and plan.build_time and found == [plan.build_time.id]:
        return [standard]
    return list(dict.fromkeys([*([standard] if standard else []), *found]))


def _suggestion(header: str, plan: InspectionPlan, *, is_long: bool) -> str:
    layout = LONG if is_long else WIDE
    known = [c.name for c in COLUMNS if c.layout in {BOTH, layout} and c.name not in _PATTERNS]
    known += [] if is_long else [*plan.by_id]
    near = get_close_matches(header.casefold(), known, n=1)
    return f"{near[0]}, if that is meant" if near else ", ".join(known)


def columns_of(layout: str) -> Iterable[Column]:
    """Give the rows of the table that a layout has."""
    return (column for column in COLUMNS if column.layout in {BOTH, layout})
