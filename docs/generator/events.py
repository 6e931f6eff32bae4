"""The page of events, and their schemas."""

from __future__ import annotations

import ast
import inspect
import json
import re
import textwrap
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from docs.generator.markdown import NOTICE, attribute_docs, plain, slug, summary, table
from signoff_ledger.domain.events import batch, ledger, person, process
from signoff_ledger.domain.events.catalogue import events_of
from signoff_ledger.integrity.tree.leaf import leaf_hash
from signoff_ledger.queries.json_schema import DIALECT as SCHEMA_DIALECT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from docs.generator.story import Story
    from signoff_ledger.domain.events.event import Event

LINE_SHOWN_BYTES_MAX = 1_000

STREAMS: tuple[tuple[str, str, Any], ...] = (
    ("On the stream of a process", "process", process),
    ("On the stream of a batch", "batch", batch),
    ("On the stream of a person", "person", person),
    ("On the stream of the ledger itself", "ledger", ledger),
)
_KINDS = {
    "int": "integer",
    "str": "string",
    "bool": "boolean",
    "Literal['none']": "`none`",
    "Literal['ssh']": "`ssh`",
}
_SMALL = {
    "Text": "1 to 2,000 characters, not blank, no control characters but line breaks",
    "Label": "1 to 80 characters on one line, no space at either end",
    "Key": "1 to 64 of `A-Z a-z 0-9 . _ : / -`, beginning with a letter or digit",
    "Sha256": "64 lower-case hexadecimal digits",
    "UtcTime": "RFC 3339 in UTC with microseconds, always 27 characters: "
    "`2026-03-02T08:00:00.000000Z`",
    "ActivityCode": "two digits, three times: `08.10.06`",
    "Counts": "whole numbers by name, in ascending order of the names",
    "Readings": "whole numbers in the plan's scale by characteristic id, in ascending order: "
    "0.22 mm at two decimals is `22`, a time is in seconds, a pass is `1`",
    "Decimal": "a decimal number as a string",
    "Signature": "[Unsigned](#unsigned) or [SshSignature](#sshsignature), as `kind` says",
    "Fingerprint": "an SSH key as OpenSSH names it: `SHA256:` and 43 characters of base64",
    "VerifierKey": "a key as [C2SP signed notes](evidence-formats.md#verifier-keys) write it: "
    "`name+id+base64`",
    "Ed25519Signature": "64 bytes in base64",
    "UUID": "a UUID in lower case, with hyphens",
}


def models_in(event: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Name the values that a model is made of, depth first."""
    for field in event.model_fields.values():
        yield from models_under(field.annotation)


def models_under(annotation: Any) -> Iterator[type[BaseModel]]:
    """Name the models inside an annotation, and those inside them."""
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        yield annotation
        yield from models_in(annotation)
    for part in get_args(annotation):
        yield from models_under(part)


def written_types(model: type[BaseModel]) -> dict[str, str]:
    """Give the types of a model's fields as its source, or that of a base, spells them."""
    return {
        node.target.id: ast.unparse(node.annotation)
        for kind in lineage(model)
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(kind))))
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }


def lineage(model: type[BaseModel]) -> list[type[BaseModel]]:
    """Give a model's bases among ours, the first of them first, and the model."""
    ours = [kind for kind in model.__mro__ if kind.__module__.startswith("signoff_ledger.")]
    return [kind for kind in reversed(ours) if issubclass(kind, BaseModel)]


def field_rows(model: type[BaseModel], known: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Describe the fields of a model: name, type, meaning."""
    types = written_types(model)
    docs = dict(pair for kind in lineage(model) for pair in attribute_docs(kind).items())
    rows = []
    for name, field in model.model_fields.items():
        written = re.sub(r"^Annotated\[(.+), PROSE\]$", r"\1", types[name]).removesuffix(" | None")
        if written.startswith("Annotated[str"):
            written = "str"
        elif written.startswith("Annotated["):
            written = "Readings" if name == "readings" else "map of Key to Severity"
        for short, long in _KINDS.items():
            written = re.sub(rf"(?<!\w){re.escape(short)}(?!\w)", long, written)
        kind = re.sub(r"tuple\[(\w+), \.\.\.\]", r"list of \1", written)
        kind = re.sub(
            r"\b[A-Z]\w+", lambda m: f"[{m[0]}](#{known[m[0]]})" if m[0] in known else m[0], kind
        )
        if field.default is None:
            kind += ", may be absent"
        rows.append((f"`{name}`", kind, docs.get(name, "")))
    return rows


def fields_table(model: type[BaseModel], known: Mapping[str, str]) -> str:
    """Write the fields of a model as a table, its last column only where it says anything."""
    rows = field_rows(model, known)
    if any(row[2] for row in rows):
        return table(("field", "type", "meaning"), rows)
    return table(("field", "type"), [row[:2] for row in rows])


def events_page(story: Story) -> str:
    """Describe every event and every value in it."""
    events = [event for _, _, module in STREAMS for event in events_of(module)]
    values: dict[str, type[BaseModel]] = {}
    for event in events:
        for model in models_in(event):
            values.setdefault(model.__name__, model)
    enums = enums_of(events)
    known = {name: slug(name) for name in (*values, *enums)}
    known |= dict.fromkeys(_SMALL, slug("Small values"))
    lines = [
        NOTICE,
        "# Events",
        "",
        "Everything that is recorded, by kind.",
        "The fields below are in the `data` of a [line](line-format.md);",
        "who, when, and in which stream are other members of every line.",
        "A field that may be absent is left out, never written as null.",
        "",
        f"There are {len(events)} kinds.",
        "Each has a JSON Schema of its `data` in [`events/`](events/), under its wire name.",
        "The example is its first line in the story of the demo and a few steps after it.",
        "",
        "Marks such as G6 point to [the gaps that were decided](../decisions/0005-gaps.md),",
        "those from G14 on to [ways around the gate](../decisions/0022-ways-around-the-gate.md).",
        "",
    ]
    for heading, _, module in STREAMS:
        lines += [f"## {heading}", ""]
        for event in events_of(module):
            line = story.first(event).entry.line
            lines += [f"### {event.TOPIC}", "", summary(event), ""]
            if event.model_fields:
                lines += [fields_table(event, known), ""]
            lines += [
                f"[JSON Schema](events/{event.TOPIC}.json). Leaf hash `{leaf_hash(line).hex()}`:",
                "",
                *folded(["```json", line.decode(), "```"], len(line)),
                "",
            ]
    lines += ["## Values", "", "What the fields above are made of.", ""]
    for name in sorted(values):
        model = values[name]
        lines += [f"### {name}", "", summary(model), "", fields_table(model, known), ""]
    lines += ["## Choices", "", "Fields that hold one of a few words.", ""]
    for name in sorted(enums):
        words = ", ".join(f"`{member.value}`" for member in enums[name])
        lines += [f"### {name}", "", summary(enums[name]), "", f"One of: {words}.", ""]
    lines += ["## Small values", "", table(("name", "what it is"), _SMALL.items())]
    return "\n".join(lines).rstrip() + "\n"


def folded(block: list[str], size: int) -> list[str]:
    """Fold a block away where it would fill the screen."""
    if size <= LINE_SHOWN_BYTES_MAX:
        return block
    return ["<details>", f"<summary>{size:,} bytes</summary>", "", *block, "", "</details>"]


def enums_of(events: Iterable[type[BaseModel]]) -> dict[str, Any]:
    """Find every choice of words in the fields of some models."""
    found: dict[str, Any] = {}

    def look(annotation: Any) -> None:
        if inspect.isclass(annotation) and hasattr(annotation, "__members__"):
            found[annotation.__name__] = annotation
        for part in get_args(annotation):
            look(part)

    for event in events:
        for model in (event, *models_in(event)):
            for field in model.model_fields.values():
                look(field.annotation)
    return found


def schema_of(event: type[Event]) -> str:
    """Give the JSON Schema of an event's data as its line holds it."""
    schema = event.model_json_schema(mode="serialization")
    for part in (schema, *schema.get("$defs", {}).values()):
        as_written(part)
    document = {
        "$schema": SCHEMA_DIALECT,
        "$id": f"{event.TOPIC}.json",
        **schema,
        "title": event.TOPIC,
        "description": summary(event),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def as_written(part: dict[str, Any]) -> None:
    """Say in a schema what the line does: an absent field is left out, and null never stands."""
    properties: dict[str, dict[str, Any]] = part.get("properties", {})
    absent = {name for name, field in properties.items() if field.get("default", ...) is None}
    for field in properties.values():
        field.pop("title", None)
        kinds = [kind for kind in field.get("anyOf", []) if kind != {"type": "null"}]
        if len(kinds) == 1:
            del field["anyOf"]
            field.update(kinds[0])
        if field.get("default", ...) is None:
            del field["default"]
    if properties:
        part["required"] = [name for name in properties if name not in absent]
    if "description" in part:
        part["description"] = plain(part["description"].split("\nAttributes:")[0])
