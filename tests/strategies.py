"""Hypothesis strategies for every event and every value in one, derived from the models.

A field's strategy follows from its type: texts that are typed, keys, digests, counts within their
limits, and models of all of these. Only models whose fields depend on each other are written out.
"""

import re
from collections.abc import Callable
from datetime import UTC
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin
from uuid import UUID

from annotated_types import Ge, Le
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel
from pydantic.fields import FieldInfo

from signoff_ledger.domain.bar import Bar
from signoff_ledger.domain.characteristic import Characteristic, Family, Kind
from signoff_ledger.domain.events.event import Event
from signoff_ledger.domain.plan import InspectionPlan, ProcessIdentity
from signoff_ledger.domain.spelling import check_typed
from signoff_ledger.domain.values import Severity, check_label, check_text
from signoff_ledger.integrity.canonical import INTEGER_LIMIT

Strategy = st.SearchStrategy[Any]

TIMES = st.datetimes(timezones=st.just(UTC))
TYPED = st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")))
KEYS = st.from_regex(re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,15}", re.ASCII), fullmatch=True)
NUMBERS = st.integers(1 - INTEGER_LIMIT, INTEGER_LIMIT - 1)
ASCII = st.text(st.characters(max_codepoint=0x7F), min_size=1, max_size=20)
SURROGATES: tuple[Literal["Cs"]] = ("Cs",)
ANY = st.text(st.characters(exclude_categories=SURROGATES), max_size=20)

CHECKED: dict[str, Strategy] = {
    "_check_activity": st.from_regex(re.compile(r"\d{2}\.\d{2}\.\d{2}", re.ASCII), fullmatch=True),
    "_check_sha256": st.from_regex(re.compile(r"[0-9a-f]{64}", re.ASCII), fullmatch=True),
    "_check_utc": TIMES,
    "check_fingerprint": st.from_regex(
        re.compile(r"SHA256:[A-Za-z0-9+/]{43}", re.ASCII), fullmatch=True
    ),
    "check_key": KEYS,
    "check_label": TYPED.map(str.strip).filter(lambda t: passes(check_label, t)),
    "check_text": TYPED.filter(lambda t: passes(check_text, t)),
    "check_typed": TYPED.filter(lambda t: passes(check_typed, t)),
    "check_verifier_key": st.from_regex(
        re.compile(r"[a-z./-]{1,20}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}", re.ASCII), fullmatch=True
    ),
}
"""What a checked type takes, by the name of its check."""


def passes(check: Callable[[str], str], text: str) -> bool:
    """Say whether a text passes a check."""
    try:
        return check(text) == text
    except ValueError:
        return False


def of_type(annotation: Any, limits: tuple[Any, ...] = ()) -> Strategy:
    """Derive the strategy of an annotation."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return of_type(arguments[0], arguments[1:])
    for limit in limits:
        if isinstance(limit, AfterValidator) and limit.func.__name__ in CHECKED:
            return CHECKED[limit.func.__name__]
    patterned = next((p for m in limits if (p := pattern_of(m))), None)
    if patterned:
        return st.from_regex(re.compile(patterned.replace("$", r"\Z"), re.ASCII), fullmatch=True)
    if origin in {Union, UnionType}:
        return st.one_of(*(of_type(argument, limits) for argument in arguments))
    if origin is tuple:
        return st.lists(of_type(arguments[0]), max_size=3).map(tuple)
    if origin is dict:
        keys = ASCII if arguments[0] is str else of_type(arguments[0])
        return st.dictionaries(keys, of_type(arguments[1]), max_size=3)
    if origin is Literal:
        return st.sampled_from(arguments)
    return _of_class(annotation, limits)


def pattern_of(limit: Any) -> str | None:
    """Give the pattern of a limit, as pydantic keeps it in a field or beside one."""
    inner = limit.metadata if isinstance(limit, FieldInfo) else [limit]
    return next((p for m in inner if (p := getattr(m, "pattern", None))), None)


def _of_class(kind: type, limits: tuple[Any, ...]) -> Strategy:
    if issubclass(kind, BaseModel):
        return WRITTEN_OUT[kind] if kind in WRITTEN_OUT else of_model(kind)
    if issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    if kind is int:
        low = next((cast("int", m.ge) for m in limits if isinstance(m, Ge)), 1 - INTEGER_LIMIT)
        high = next((cast("int", m.le) for m in limits if isinstance(m, Le)), INTEGER_LIMIT - 1)
        return st.integers(low, high)
    plain: dict[type, Strategy] = {
        bool: st.booleans(),
        Decimal: st.decimals(0, allow_nan=False, allow_infinity=False),
        NoneType: st.none(),
        str: ANY,
        UUID: st.uuids(),
    }
    return plain[kind]


def of_model(kind: type[BaseModel]) -> Strategy:
    """Derive the strategy of a model from its fields."""
    return st.deferred(
        lambda: st.builds(
            kind,
            **{
                name: of_type(field.annotation, tuple(field.metadata))
                for name, field in kind.model_fields.items()
            },
        )
    )


def of_event(kind: type[Event]) -> st.SearchStrategy[Event]:
    """Give events of one kind."""
    return cast("st.SearchStrategy[Event]", of_model(kind))


# --- models whose fields depend on each other ---------------------------------------------------

LABELS = CHECKED["check_label"]
TEXTS = CHECKED["check_text"]
UNITS = st.sampled_from(["mm", "µm", "°C", "N·m"])
SEVERITIES = st.sampled_from(Severity)
MEASURED = st.none() | st.decimals(-1_000, 1_000, places=3)


@st.composite
def characteristics(draw: st.DrawFn, family: Family, id_: str) -> Characteristic:
    """Make a characteristic of a family."""
    fields: dict[str, Any] = {
        "family": family,
        "id": id_,
        "mode": draw(KEYS),
        "name": draw(LABELS),
        "reference_note": draw(st.none() | TEXTS),
        "severity": draw(SEVERITIES),
    }
    if family is Family.BUILD_TIME:
        fields |= {"kind": Kind.TIME, "unit": draw(st.sampled_from(["s", "min", "h"]))}
        fields["reference"] = draw(st.none() | st.integers(0, 1_000))
    elif draw(st.booleans()):
        fields |= {"kind": Kind.ATTRIBUTE}
    else:
        upper = draw(st.decimals(-1_000, 1_000, places=3))
        fields |= {"kind": Kind.VARIABLE, "decimals": draw(st.integers(3, 9)), "upper": upper}
        fields |= {"nominal": draw(MEASURED), "reference": draw(MEASURED), "unit": draw(UNITS)}
    return Characteristic.model_validate(fields)


@st.composite
def plans(draw: st.DrawFn) -> InspectionPlan:
    """Make a plan that covers every family or waives it."""
    fields = {
        name: draw(of_type(field.annotation, tuple(field.metadata)))
        for name, field in InspectionPlan.model_fields.items()
        if name in {"identity", "modes", "provenance"}
    }
    fields["modes"] = tuple({mode.code: mode for mode in fields["modes"]}.values())
    waived = draw(st.sets(st.sampled_from(Family), max_size=3))
    covered = [family for family in Family if family not in waived]
    reasons = [{"family": family, "reason": draw(TEXTS)} for family in sorted(waived)]
    checked = [draw(characteristics(family, f"c{n}")) for n, family in enumerate(covered)]
    return InspectionPlan.model_validate(
        fields | {"characteristics": checked, "not_applicable": reasons}
    )


@st.composite
def bars(draw: st.DrawFn) -> Bar:
    """Make a bar that can be missed."""
    fields = {
        name: draw(of_type(field.annotation, tuple(field.metadata)))
        for name, field in Bar.model_fields.items()
    }
    return Bar.model_validate(fields | {"max_rejects": draw(st.integers(0, fields["units"] - 1))})


@st.composite
def identities(draw: st.DrawFn) -> ProcessIdentity:
    """Make an identity whose run is a range."""
    fields = {
        name: draw(of_type(field.annotation, tuple(field.metadata)))
        for name, field in ProcessIdentity.model_fields.items()
    }
    low, high = sorted([fields["run_min"], fields["run_max"]])
    return ProcessIdentity.model_validate(fields | {"run_max": high, "run_min": low})


WRITTEN_OUT: dict[type, Strategy] = {
    Bar: bars(),
    InspectionPlan: plans(),
    ProcessIdentity: identities(),
}
