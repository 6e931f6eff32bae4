"""One characteristic of a unit: what is checked, in which scale, and when a reading conforms.

A reading is stored as an integer in the scale that the plan froze: thousandths of a millimetre,
whole seconds, 1 for pass and 0 for fail. People type and see decimals with a unit.
"""

import re
from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation, Overflow
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from math import inf
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from signoff_ledger.domain.duration import ACCEPTED, SECONDS, seconds_of
from signoff_ledger.domain.spelling import plain_value, told_apart, unit_form
from signoff_ledger.domain.values import Key, Label, Severity, Text, Value, check_label

_NUMBER = re.compile(
    r"([+-]?\d{1,30})(?:\.(\d{1,15}))?\s*([^\d\s.,+':\u2019-][^\s]{0,15})?", re.ASCII
)
_EXPONENT = re.compile(r"[eE][+-]?\d+", re.ASCII)
_TIME_DECIMALS = {"s": 0, "min": 2, "h": 4}
"""Decimals a time is shown with: enough to tell any two whole seconds apart."""
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:[,.' \u2019]\d{3})+(?:[.,]\d+)?.*", re.ASCII)
_ANSWERS = {"pass": 1, "fail": 0}
BUILD_MINUTES = "build_minutes"
"""The usual id of the build time, and a column of wide sheets; its name says the unit."""

_MAGNITUDE_LIMIT = 2**53
_SAFE_DIGITS = 15
_EXACT = Context(prec=100, traps=[Inexact, InvalidOperation, Overflow])
"""Arithmetic that never rounds, whatever the caller's context: no room is an error."""

UnitOfMeasure = Annotated[str, Field(max_length=16), AfterValidator(check_label)]
"""As long as what can be typed behind a number."""


class Family(StrEnum):
    """The families every plan must cover or declare not applicable (S-06).

    The fifth, the reject rate, is not read off a unit: the bar derives it.
    """

    FIT = "fit"
    FINISH = "finish"
    FUNCTION = "function"
    BUILD_TIME = "build_time"


class Kind(StrEnum):
    """How a characteristic is read."""

    VARIABLE = "variable"
    ATTRIBUTE = "attribute"
    TIME = "time"


class Characteristic(Value):
    """A distinguishing feature that can be checked on one unit (ISO 9000 3.10.1)."""

    #: Digits after the point that a variable is recorded with; fixes the scale.
    decimals: int = Field(default=0, ge=0, le=9)
    family: Family  #: Which of the check families it belongs to.
    id: Key  #: Characteristic number or short name, the key of readings.
    kind: Kind  #: Variable, attribute or time.
    lower: Decimal | None = None  #: Lower tolerance limit, in `unit`; inclusive.
    mode: Key  #: The nonconformity mode that a failing reading is an instance of.
    name: Label  #: What a person calls it.
    nominal: Decimal | None = None  #: Nominal value, for information.
    #: What the prototype or the bench achieved, in `unit`; never evidence (S-14).
    reference: Decimal | None = None
    reference_note: Text | None = None  #: Where the reference comes from.
    severity: Severity = Severity.MAJOR  #: Grade of the nonconformity that a failing reading makes.
    unit: UnitOfMeasure | None = None  #: Unit of measure; empty for an attribute.
    upper: Decimal | None = None  #: Upper tolerance limit, in `unit`; inclusive.

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        problem = self._problem()
        if problem:
            msg = f"characteristic {self.id}: {problem}"
            raise ValueError(msg)
        return self

    def _problem(self) -> str:
        limits = self.lower is not None or self.upper is not None
        if self.kind is Kind.VARIABLE:
            if not limits or self.unit is None:
                return "a variable needs a unit and at least one limit"
            if self.lower is not None and self.upper is not None and self.lower > self.upper:
                return f"the lower limit {self.lower} is above the upper limit {self.upper}"
        elif limits:
            return f"the kind {self.kind} takes no limits; a build-time limit belongs in the bar"
        if self.kind is Kind.TIME and self.unit not in SECONDS:
            return "a time needs the unit s, min or h"
        if self.kind is Kind.ATTRIBUTE and (self.unit is not None or self.decimals):
            return "an attribute has neither unit nor decimals"
        if (self.family is Family.BUILD_TIME) != (self.kind is Kind.TIME):
            return "the family build_time and the kind time go together"
        return self._scale_problem()

    def _scale_problem(self) -> str:
        for name in ("lower", "upper", "nominal", "reference"):
            value = getattr(self, name)
            if value is None:
                continue
            try:
                self._scaled(value)
            except ValueError as error:
                return f"{name} {value} {error}"
        return ""

    # A sheet asks these of every value, and an enum's member takes as long to find as a number to
    # read.
    @cached_property
    def _is_variable(self) -> bool:
        return self.kind is Kind.VARIABLE

    @cached_property
    def _is_attribute(self) -> bool:
        return self.kind is Kind.ATTRIBUTE

    @cached_property
    def scaled_limits(self) -> tuple[int | None, int | None]:
        """The limits as integers in the scale of readings."""
        return (
            None if self.lower is None else self._scaled(self.lower),
            None if self.upper is None else self._scaled(self.upper),
        )

    @cached_property
    def accepted(self) -> tuple[float, float]:
        """The lowest and the highest reading that conform: integers, or infinity for no limit."""
        if self._is_attribute:
            return (1, 1)
        lower, upper = self.scaled_limits
        return (-inf if lower is None else lower, inf if upper is None else upper)

    @cached_property
    def scaled_reference(self) -> int | None:
        """The reference value as an integer in the scale of readings."""
        return None if self.reference is None else self._scaled(self.reference)

    def read(self, text: str) -> int:
        """Turn what a person or a file states into the stored integer, exactly.

        Args:
            text: `pass` or `fail` for an attribute, else a decimal, optionally with the unit. A
                time may also be written as 7:20, 0:07:20, 440 s or 7 min 20 s.

        Raises:
            ValueError: The text is no such value; the message says why, without the text.
        """
        if self._is_variable:
            # A sheet has many of these; the detour over Decimal gives the same.
            whole, _, fraction = text.partition(".")
            digits = whole + fraction
            plain = digits.isdecimal() and digits.isascii() and len(digits) <= _SAFE_DIGITS
            exact = len(fraction) == self.decimals and (fraction or whole == text)
            if plain and exact and whole:
                return int(digits)
        stripped = plain_value(text)
        if self._is_attribute:
            answer = _ANSWERS.get(stripped.lower())
            if answer is None:
                msg = "must be pass or fail"
                raise ValueError(msg)
            return answer
        if self.kind is Kind.TIME and (seconds := seconds_of(stripped, self.unit)) is not None:
            return self._stored(seconds)
        match = _NUMBER.fullmatch(stripped)
        if match is None:
            raise ValueError(_why_no_number(stripped))
        whole, fraction, unit = match.groups(default="")
        if _EXPONENT.fullmatch(unit):
            msg = "has an exponent; write the number out"
            raise ValueError(msg)
        planned = self.unit or ""
        if unit and unit_form(unit) != unit_form(planned):
            here, there = told_apart(unit, planned)
            msg = f"is in {here}, the plan says {there}"
            raise ValueError(msg)
        if not unit and self.id == BUILD_MINUTES and planned != "min":
            msg = f"may be minutes, as its name says, or {planned}, as the plan does"
            raise ValueError(msg)
        return self._scaled(Decimal(f"{whole}.{fraction or 0}"))

    def show(self, reading: int) -> str:
        """Write a stored reading the way a person reads it, with its unit."""
        if self.kind is Kind.ATTRIBUTE:
            return "pass" if reading else "fail"
        return f"{self.quantity(reading)} {self.unit}"

    def quantity(self, reading: int) -> Decimal:
        """Give a stored reading as a decimal in the plan's unit."""
        if self.kind is not Kind.TIME:
            return Decimal(reading).scaleb(-self.decimals, _EXACT)
        unit = self.unit or "s"
        decimals = _TIME_DECIMALS[unit]
        steps = round(Fraction(reading * 10**decimals, SECONDS[unit]))
        return _EXACT.add(Decimal(steps).scaleb(-decimals, _EXACT).normalize(_EXACT), 0)

    def conforms(self, reading: int) -> bool:
        """Judge one reading: limits are inclusive; a time is reported, never judged here (G3)."""
        lowest, highest = self.accepted
        return lowest <= reading <= highest

    @property
    def accepts(self) -> str:
        """What can be read as a result of it, in a few words."""
        if self.kind is Kind.ATTRIBUTE:
            return "pass or fail"
        if self.kind is Kind.TIME:
            return ACCEPTED
        digits = f"with at most {self.decimals} decimals" if self.decimals else "without decimals"
        return f"a number in {self.unit} {digits}"

    def _scaled(self, value: Decimal) -> int:
        per_unit = SECONDS[self.unit or "s"] if self.kind is Kind.TIME else 10**self.decimals
        try:
            return self._stored(_EXACT.multiply(value, per_unit))
        except DecimalException:
            return self._stored(Decimal(_MAGNITUDE_LIMIT))

    def _stored(self, scaled: Decimal) -> int:
        if scaled.copy_abs() >= _MAGNITUDE_LIMIT:
            msg = "is outside the range that can be recorded"
            raise ValueError(msg)
        if scaled != scaled.to_integral_value():
            step = "whole seconds" if self.kind is Kind.TIME else f"{self.decimals} decimals"
            msg = f"is finer than the plan's scale of {step}"
            raise ValueError(msg)
        if self.kind is Kind.TIME and scaled < 0:
            msg = "is a negative time"
            raise ValueError(msg)
        return int(scaled)


def _why_no_number(text: str) -> str:
    if not text:
        return "is blank; a blank is not a pass"
    grouped = _THOUSANDS.fullmatch(text) and len(re.findall(r"[,.' \u2019]", text)) > 1
    if grouped or "'" in text or "\u2019" in text:
        return "has separators of thousands; write the digits without them"
    if "," in text:
        return "must use a decimal point, not a comma"
    return "is not a plain decimal number such as 0.25"
