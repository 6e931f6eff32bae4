"""The answers of `--format json` and `jsonl` are what their schemas under docs/ say.

A schema lists the keys that an answer has within its version; keys may be added, and none goes.
"""

import ast
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it brings no types
import pytest

from signoff_ledger.queries.json_schema import questions, schema_of
from tests.cli.samples import READS, WRITES, Read, Write
from tests.cli.shops import STAGES, WITHOUT_A_PROCESS, at
from tests.errors.reproducers import EVERY, World
from tests.golden.story import PROCESS, goes, play_until
from tests.tree import CLI, LEDGER, ROOT, python_files

SCHEMAS = ROOT / "docs" / "reference" / "schemas"
QUERIES = LEDGER / "queries"
NAMES = sorted(path.name for path in SCHEMAS.glob("*.json"))
NAME = re.compile(r"signoff\.[a-z]+/\d+")


@cache
def validator(name: str, part: str = "") -> Any:
    """Make what holds an answer against its schema, or against a part of it.

    An answer of a query has no key that its type does not name.
    """
    module = {each.SCHEMA: each for each in questions()}.get(name)
    if module is not None:
        schema = schema_of(module, closed=True)
    else:
        schema = json.loads((SCHEMAS / f"{name.replace('/', '.')}.json").read_text("utf-8"))
    if part:
        schema = {"$schema": schema["$schema"], "$defs": schema["$defs"], "$ref": f"#/$defs/{part}"}
    return jsonschema.Draft202012Validator(schema)


def check(answer: dict[str, Any]) -> None:
    """Hold an answer against the schema that it names."""
    validator(answer["schema"]).validate(answer)


def check_row(row: dict[str, Any]) -> None:
    """Hold a line of jsonl against the schema that it names."""
    named = {key: value for key, value in row.items() if key != "schema"}
    validator(row["schema"], "row").validate(named)


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_one_and_bears_the_name_of_its_file(name: str) -> None:
    schema = json.loads((SCHEMAS / name).read_text("utf-8"))

    jsonschema.Draft202012Validator.check_schema(schema)
    assert "https://json-schema.org/draft/2020-12/schema" == schema["$schema"]
    assert name == f"{schema['title'].replace('/', '.')}.json"
    assert schema["title"] == schema["properties"]["schema"]["const"]
    assert schema["additionalProperties"] is True


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_describes_every_key_and_closes_no_object(name: str) -> None:
    schema = json.loads((SCHEMAS / name).read_text("utf-8"))

    silent = []
    for where, part in parts(schema, name):
        for key, value in part.get("properties", {}).items():
            described = "$ref" in value or value.get("description", "").endswith(".")
            silent += [] if described else [f"{where}.{key}"]
        assert part.get("additionalProperties") is not False, where
    assert [] == silent


def parts(schema: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every schema within a schema, with where it stands."""
    if isinstance(schema, dict):
        yield where, schema
        for key, value in schema.items():
            yield from parts(value, f"{where}/{key}")
    elif isinstance(schema, list):
        for number, value in enumerate(schema):
            yield from parts(value, f"{where}/{number}")


def test_every_schema_of_the_source_has_a_file_and_every_file_a_use() -> None:
    used = {
        node.value
        for path in python_files(CLI, QUERIES)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and NAME.fullmatch(node.value)
    }

    assert sorted(f"{name.replace('/', '.')}.json" for name in used) == NAMES


@pytest.mark.parametrize("read", READS.values(), ids=list(READS))
def test_an_answer_is_as_its_schema_says(tmp_path: Path, read: Read) -> None:
    for form in ("json", "jsonl"):
        (tmp_path / form).mkdir()

    said = at(read.stage, tmp_path / "json")("--json", *read.args, by=read.by)
    rows = at(read.stage, tmp_path / "jsonl")("--format", "jsonl", *read.args, by=read.by).rows

    check(said.answer)
    for row in rows:
        check_row(row)


@pytest.mark.parametrize("write", WRITES.values(), ids=list(WRITES))
def test_a_receipt_is_as_its_schema_says(tmp_path: Path, write: Write) -> None:
    terminal = at(write.stage, tmp_path)

    check(terminal.did(*write.args, "--json", "--dry-run", by=write.by).answer)
    line = (*write.args, "--command-id", "once")
    check(terminal.did(*line, "--json", by=write.by).answer)
    check(terminal.did(*line, "--json", by=write.by).answer)
    for row in terminal.did(*line, "--format", "jsonl", by=write.by).rows:
        check_row(row)


@pytest.mark.parametrize("code", EVERY)
def test_an_error_is_as_its_schema_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    with ExitStack() as stack:
        reproducer = next(iter(EVERY[code].values()))
        attempt = reproducer(World(tmp_path, monkeypatch, stack))
        said = attempt.terminal("--json", *attempt.args, by=attempt.by)

    if attempt.args[0] == "verify" and said.code == 5:
        check(said.answer)
        return
    validator("signoff.error/1").validate(json.loads(said.err))


@pytest.mark.slow
@pytest.mark.parametrize("stage", [s for s in STAGES if s not in WITHOUT_A_PROCESS])
def test_at_every_stage_of_a_story_answers_are_as_their_schemas_say(
    tmp_path: Path, stage: str
) -> None:
    terminal = at(stage, tmp_path)
    size = str(terminal.events())

    for args in (
        ("why", "mug"),
        ("check", "mug"),
        ("status",),
        ("status", "mug", "--why-not"),
        ("history", "mug"),
        ("replay", "mug", "--until", size),
    ):
        check(terminal("--json", *args).answer)
    for person in ("ines", "egon", "anna", "bela", "aude"):
        check(terminal("--json", "status", "--mine", by=person).answer)


def test_the_golden_story_is_as_the_schemas_say(tmp_path: Path) -> None:
    terminal = play_until(tmp_path, goes("replay", PROCESS))

    for args in (
        ("why",),
        ("why", "--batch", "PB-1"),
        ("status", PROCESS),
        ("status", "--batch", "PB-1"),
        ("replay",),
        ("replay", "--what-if", "ac=0..5"),
        ("check",),
        ("stats",),
        ("compare", "PB-1", "PB-2"),
        ("bar", "show"),
        ("handover",),
        ("report", "--batch", "PB-1"),
        ("person", "list"),
        ("key", "list"),
        ("doctor",),
    ):
        check(terminal(*args, "--json").answer)


def test_a_schema_does_refuse_what_it_should(tmp_path: Path) -> None:
    """Without this, a schema that says nothing would pass for a contract."""
    answer = at("signed", tmp_path)("--json", "why", "mug").answer
    broken = json.loads(json.dumps(answer))
    del broken["data"]["rules"][0]["holds"]

    check(answer | {"more": 1})
    with pytest.raises(jsonschema.ValidationError, match="'holds' is a required property"):
        check(broken)
