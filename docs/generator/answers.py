"""The page of answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docs.generator.markdown import NOTICE
from signoff_ledger.queries.json_schema import questions
from signoff_ledger.queries.json_schema import schema_of as schema_of_answer

if TYPE_CHECKING:
    from collections.abc import Mapping


def answers_page() -> str:
    """Give the page of answers: every schema, then every part that answers are made of."""
    schemas = [schema_of_answer(module) for module in questions()]
    lines = [
        NOTICE,
        "# Answers",
        "",
        'What `--format json` gives is `{"schema": NAME, "data": ANSWER}`, and nothing else;',
        "a line of `--format jsonl` is a row of it, with NAME in its field `schema`.",
        "An answer is plain data: a text, a whole number, true, false, null, a list or an object;",
        "decimal numbers and times are texts, and a number is of one type everywhere.",
        "Within a version of a schema, fields are only ever added.",
        "",
        "From Python, the same answer is given by the function of `signoff_ledger.queries` in the",
        "module that bears the schema.",
    ]
    parts: dict[str, Any] = {}
    for schema in sorted(schemas, key=lambda each: str(each["title"])):
        parts |= {name: part for name, part in schema["$defs"].items() if name != "row"}
        name = schema["title"]
        file = f"schemas/{name.replace('/', '.')}.json"
        row, data = schema["$defs"]["row"], schema["properties"]["data"]
        rows = "" if row.get("$ref") == data.get("$ref") else f"; a row is {answer_kind(row)}"
        lines += ["", f"## `{name}`", "", schema["description"]]
        lines += ["", f"The answer is {answer_kind(data)}{rows}: [JSON Schema]({file})."]
    lines += ["", "## Parts"]
    for name, part in sorted(parts.items()):
        lines += ["", f"### {name}", "", part["description"]]
        lines += ["", "| field | type | meaning |", "|---|---|---|"]
        for field, about in part["properties"].items():
            absent = "" if field in part["required"] else ", may be absent"
            kind = f"{answer_kind(about)}{absent}".replace("|", "\\|")
            lines.append(f"| `{field}` | {kind} | {about['description']} |")
    return "\n".join(lines) + "\n"


def answer_kind(schema: Mapping[str, Any]) -> str:
    """Name the type that a schema stands for, as a link where it is a part."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(map(answer_kind, schema["anyOf"]))
    if "const" in schema:
        return f"`{str(schema['const']).lower()}`"
    kinds: list[str] = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    names = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    said = [names.get(kind, kind) for kind in kinds if kind != "null"]
    if "enum" in schema:
        said = [", ".join(f"`{each}`" for each in schema["enum"] if each is not None)]
    elif said == ["array"]:
        said = [f"list of {answer_kind(schema['items'])}"]
    elif said == ["object"]:
        said = [f"object of {answer_kind(schema['additionalProperties'])} by name"]
    return " or ".join([*said, *(["null"] if "null" in kinds else [])])
