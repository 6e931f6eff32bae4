"""Pages that follow from the code are up to date, and the examples in them are true."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from signoff_ledger.domain.events.catalogue import EVENT_TYPES, read_line
from signoff_ledger.integrity.tree.leaf import leaf_hash
from tests.docs.markdown import DOCS, blocks
from tests.tree import ROOT, SOURCE_ROOTS, clean_environment

REFERENCE = DOCS / "reference"


def run_python(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run our Python in a process of its own, on the tree under test."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**clean_environment(*SOURCE_ROOTS), "COLUMNS": "100"},
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )


@pytest.mark.slow  # It is a step of `check` too.
def test_the_generated_pages_are_fresh() -> None:
    done = run_python("docs/generate.py", "--check")

    assert (0, "") == (done.returncode, done.stdout)


def test_the_generator_refuses_what_it_does_not_know() -> None:
    assert 2 == run_python("docs/generate.py", "--chekc").returncode


def test_the_readme_shows_what_the_demo_prints() -> None:
    """Run as a reader runs it, past the generator that wrote the page."""
    reported = run_python("-c", "from signoff_cli.main import main; main()", "demo")
    (shown,) = [b for b in blocks(ROOT / "README.md") if "demo --keep DIR" in b.text]

    assert 0 == reported.returncode
    assert reported.stdout == shown.text


def examples() -> Iterator[bytes]:
    """Give the example lines of the page of events."""
    for block in blocks(REFERENCE / "events.md"):
        yield block.text.rstrip("\n").encode()


def test_every_event_has_an_example_with_its_leaf_hash() -> None:
    page = (REFERENCE / "events.md").read_text("utf-8")
    lines = list(examples())

    assert set(EVENT_TYPES) == {read_line(line).event.TOPIC for line in lines}
    assert [] == [line for line in lines if leaf_hash(line).hex() not in page]


@pytest.mark.parametrize("line", list(examples()), ids=lambda line: json.loads(line)["type"])
def test_an_example_fits_its_schema(line: bytes) -> None:
    fields = json.loads(line)
    schema = json.loads((REFERENCE / "events" / f"{fields['type']}.json").read_text("utf-8"))

    assert [] == list(misfits(fields["data"], schema, schema.get("$defs", {})))


def test_a_schema_sees_what_does_not_fit() -> None:
    schema = json.loads(
        (REFERENCE / "events" / "signoff.sheet-imported.v1.json").read_text("utf-8")
    )
    good = {"name": "a.csv", "rows": 1, "sha256": "0" * 64, "sheet": 1}

    assert [] == list(misfits(good, schema, {}))
    assert [] != list(misfits({**good, "rows": "1"}, schema, {}))
    assert [] != list(misfits({**good, "more": 1}, schema, {}))
    assert [] != list(misfits({"name": "a.csv"}, schema, {}))


_TYPES: dict[str, type[Any]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "array": list,
    "object": dict,
}


def misfits(value: Any, schema: dict[str, Any], defs: dict[str, Any]) -> Iterator[str]:
    """Yield where a value departs from a schema, for the keywords that ours use."""
    if "$ref" in schema:
        yield from misfits(value, defs[schema["$ref"].removeprefix("#/$defs/")], defs)
        return
    if "oneOf" in schema:
        fitting = [s for s in schema["oneOf"] if not [*misfits(value, s, defs)]]
        if len(fitting) != 1:
            yield f"{value!r} fits {len(fitting)} of {len(schema['oneOf'])} kinds"
        return
    kind = schema["type"]
    if not isinstance(value, _TYPES[kind]) or isinstance(value, bool) != (kind == "boolean"):
        yield f"{value!r} is not of type {kind}"
        return
    if "const" in schema and value != schema["const"]:
        yield f"{value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{value!r} is not one of {schema['enum']}"
    if kind == "array":
        for item in value:
            yield from misfits(item, schema["items"], defs)
    elif kind == "object":
        yield from misfitting_members(value, schema, defs)


def misfitting_members(
    value: dict[str, Any], schema: dict[str, Any], defs: dict[str, Any]
) -> Iterator[str]:
    """Yield which members are missing, unknown or misfits themselves."""
    properties, more = schema.get("properties", {}), schema["additionalProperties"]
    yield from (f"{name} is missing" for name in schema.get("required", []) if name not in value)
    for name, member in value.items():
        if name in properties:
            yield from misfits(member, properties[name], defs)
        elif more is False:
            yield f"{name} is unknown"
        else:
            yield from misfits(member, more, defs)
