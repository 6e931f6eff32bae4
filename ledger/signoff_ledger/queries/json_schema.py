"""JSON Schemas of the answers, made of their types: what `docs/reference/schemas` holds.

A module that answers a question says `SCHEMA`, the name; `ANSWER`, the type; and `ROW`, the type of
a row where an answer has several. What a field is stands in a comment `#:` where it is declared.
"""

from __future__ import annotations

import inspect
import re
import sys
from contextlib import suppress
from decimal import Decimal
from importlib import import_module
from pkgutil import iter_modules
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

import signoff_ledger.queries as package
from signoff_ledger.queries.value_forms import DecimalText, Form, ModelData

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_PLAIN: dict[Any, str] = {str: "string", int: "integer", bool: "boolean", NoneType: "null"}
_DECLARED = re.compile(r"    (\w+): ")
_FIELD = re.compile(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", re.MULTILINE)


def questions() -> Iterator[ModuleType]:
    """Give every module that answers a question, by name."""
    for found in iter_modules(package.__path__, f"{package.__name__}."):
        module = import_module(found.name)
        if hasattr(module, "ANSWER"):
            yield module


def schema_of(module: ModuleType, *, closed: bool = False) -> dict[str, Any]:
    """Make the JSON Schema of the answer to one question.

    Args:
        module: The module of the question.
        closed: Whether an object may have no other keys; published schemas are open, because keys
            may be added within a version.
    """
    types = _Types(closed=closed)
    data = types.of(module.ANSWER)
    row = types.of(getattr(module, "ROW", module.ANSWER))
    about = module.ANSWER if is_typeddict(module.ANSWER) else module.ROW
    text = _text(about)
    return {
        "$schema": DIALECT,
        "$id": f"urn:signoff-ledger:schema:{module.SCHEMA}",
        "title": module.SCHEMA,
        "description": text,
        "type": "object",
        "required": ["schema", "data"],
        "properties": {
            "schema": {"description": "The name of this schema.", "const": module.SCHEMA},
            "data": {"description": text.partition("\n")[0], **data},
        },
        "additionalProperties": True,
        "$defs": {**types.defs, "row": row},
    }


class _Types:
    """Turns types into schemas, and keeps those that have a name."""

    def __init__(self, *, closed: bool) -> None:
        self.defs: dict[str, Any] = {}
        self._closed = closed

    def of(self, kind: Any) -> dict[str, Any]:
        """Give the schema of a type."""
        if kind in _PLAIN:
            return {"type": _PLAIN[kind]}
        if kind is Decimal:
            return self.of(DecimalText)
        if is_typeddict(kind) or hasattr(kind, "model_fields"):
            return self._named(kind)
        origin, arguments = get_origin(kind), get_args(kind)
        if origin is Annotated:
            form = arguments[1]
            if isinstance(form, ModelData):
                return self._named(getattr(import_module(form.module), form.name))
            return self.of(arguments[0]) | _keywords(form)
        if origin in {list, tuple}:
            return {"type": "array", "items": self.of(arguments[0])}
        if origin is dict:
            return {"type": "object", "additionalProperties": self.of(arguments[1])}
        if origin in {Union, UnionType}:
            return _any_of([self.of(each) for each in arguments])
        raise TypeError(kind)

    def _named(self, kind: Any) -> dict[str, Any]:
        if kind.__name__ not in self.defs:
            self.defs[kind.__name__] = {}  # its place, also where it holds itself
            self.defs[kind.__name__] = self._object(kind)
        return {"$ref": f"#/$defs/{kind.__name__}"}

    def _object(self, kind: Any) -> dict[str, Any]:
        fields, optional = _fields(kind)
        said = {name: text for each in _bases(kind) for name, text in field_texts(each)}
        return {
            "description": _text(kind),
            "type": "object",
            "required": [name for name in fields if name not in optional],
            "properties": {
                name: {
                    "description": " ".join(said[name].split()),
                    **self.of(each),
                }
                for name, each in fields.items()
            },
            "additionalProperties": not self._closed,
        }


def _fields(kind: Any) -> tuple[dict[str, Any], set[str]]:
    """Give the types of an object's fields by name, and the names of those that may be absent.

    A model of the domain is written without what it has none of.
    """
    hints = get_type_hints(kind, include_extras=True)
    if is_typeddict(kind):
        optional = {name for name, each in hints.items() if get_origin(each) is NotRequired}
    else:
        hints = {name: hints[name] for name in kind.model_fields}
        optional = {name for name, field in kind.model_fields.items() if field.default is None}
    return {n: get_args(each)[0] if n in optional else each for n, each in hints.items()}, optional


def _bases(kind: Any) -> Iterator[Any]:
    """Give a typed dictionary behind those that it extends, of which it keeps no record.

    They stand in its module under their names, and have a part of its fields.
    """
    for other in vars(sys.modules[kind.__module__]).values():
        if is_typeddict(other) and other.__annotations__.items() < kind.__annotations__.items():
            yield from _bases(other)
    yield kind


def field_texts(kind: Any) -> Iterator[tuple[str, str]]:
    """Give what is said of each field: in the docstring, or in `#:` comments at its declaration."""
    yield from _FIELD.findall(inspect.getdoc(kind) or "")
    with suppress(OSError):  # a type that a call made has no source
        comments: list[str] = []
        for line in inspect.getsource(kind).splitlines():
            _, found, comment = line.partition("#: ")
            comments += [comment] if found else []
            declared = _DECLARED.match(line)
            if declared and comments:
                yield declared[1], " ".join(comments)
                comments = []


def _any_of(kinds: list[dict[str, Any]]) -> dict[str, Any]:
    """Join schemas; plain ones that differ by their type alone become one."""
    if any("$ref" in each or "const" in each for each in kinds):
        return {"anyOf": kinds}
    joined: dict[str, Any] = {}
    for each in kinds:
        joined |= each
    if "enum" in joined:
        joined["enum"] = [*joined["enum"], None]
    return joined | {"type": [each["type"] for each in kinds]}


def _keywords(form: object) -> dict[str, Any]:
    """Write what a form says; what else the domain notes at a type is a check of its own."""
    if not isinstance(form, Form):
        return {}
    written: dict[str, Any] = {}
    if form.pattern:
        written["pattern"] = form.pattern
    if form.minimum is not None:
        written["minimum"] = form.minimum
    if form.choices:
        written["enum"] = [*form.choices]
    if form.always is not None:
        written["const"] = form.always
    return written


def _text(kind: Any) -> str:
    """Give what a docstring says before its list of fields."""
    before = (inspect.getdoc(kind) or "").partition("\nAttributes:")[0]
    return " ".join(before.split())
