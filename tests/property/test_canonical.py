"""Canonical JSON and leaves, for values and lines of every kind."""

import json
from hashlib import sha256
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.canonical import INTEGER_LIMIT, canonical, parse
from signoff_ledger.integrity.tree.leaf import leaf_hash
from tests.strategies import ANY, ASCII, NUMBERS

SCALARS = st.none() | st.booleans() | NUMBERS | ANY
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ASCII, inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(ASCII, VALUES, max_size=5)

# Written by hand, so that the writer under test does not spell the expectation.
ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\f": "\\f",
    "\r": "\\r",
}


def spelt(value: Any) -> str:
    """Spell a value as RFC 8785 says."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        shown = (ESCAPES.get(c) or (f"\\u{ord(c):04x}" if ord(c) < 0x20 else c) for c in value)
        return '"' + "".join(shown) + '"'
    if isinstance(value, list):
        return "[" + ",".join(map(spelt, value)) + "]"
    ordered = sorted(value, key=lambda name: name.encode("utf-16-be"))
    return "{" + ",".join(f"{spelt(name)}:{spelt(value[name])}" for name in ordered) + "}"


def is_refused(line: bytes) -> bool:
    """Say whether a line is refused, with the one code there is for it."""
    try:
        parse(line)
    except EvidenceError as error:
        return error.code == "SL503"
    return False


@given(OBJECTS)
def test_a_line_is_read_back_as_the_value_it_was_written_from(value: dict[str, Any]) -> None:
    assert value == parse(canonical(value))


@given(VALUES)
def test_a_value_is_spelt_as_the_standard_says(value: Any) -> None:
    assert spelt(value) == canonical(value).decode()


@given(OBJECTS, st.randoms(use_true_random=False))
def test_the_order_in_which_a_mapping_was_filled_leaves_no_trace(
    value: dict[str, Any], chance: Any
) -> None:
    names = [*value]
    chance.shuffle(names)

    assert canonical(value) == canonical({name: value[name] for name in names})


@given(OBJECTS, st.sampled_from([(", ", ": "), (",", ": "), (", ", ":")]))
def test_spaces_between_the_parts_are_refused(
    value: dict[str, Any], separators: tuple[str, str]
) -> None:
    line = canonical(value)
    loose = json.dumps(value, separators=separators, sort_keys=True, ensure_ascii=False).encode()

    assert loose == line or is_refused(loose)


@given(st.dictionaries(ASCII, SCALARS, min_size=2, max_size=5))
def test_members_out_of_order_are_refused(value: dict[str, Any]) -> None:
    backwards = {name: value[name] for name in sorted(value, reverse=True)}
    line = json.dumps(backwards, separators=(",", ":"), ensure_ascii=False).encode()

    assert is_refused(line)


@given(OBJECTS, ASCII, st.floats())
def test_a_float_is_refused_wherever_it_stands(
    value: dict[str, Any], name: str, number: float
) -> None:
    line = json.dumps({**value, name: [number]}).encode()

    assert is_refused(line)


@given(ASCII, st.integers(min_value=INTEGER_LIMIT), st.sampled_from([1, -1]))
def test_a_number_that_a_double_may_round_is_refused(name: str, number: int, sign: int) -> None:
    assert is_refused(json.dumps({name: sign * number}).encode())


@given(st.text(st.characters(min_codepoint=0x80, exclude_categories=["Cs"]), min_size=1))
def test_a_member_whose_name_is_not_ascii_is_refused(name: str) -> None:
    line = json.dumps({name: 1}, ensure_ascii=False, separators=(",", ":")).encode()

    assert is_refused(line)


@given(ANY, st.characters(categories=["Cs"]))
def test_half_a_surrogate_pair_is_refused(text: str, half: str) -> None:
    line = json.dumps({"a": text + half}, separators=(",", ":")).encode()

    assert is_refused(line)


@given(st.binary(max_size=60))
def test_bytes_are_either_the_one_spelling_or_refused(line: bytes) -> None:
    assert is_refused(line) or canonical(parse(line)) == line


@given(OBJECTS, st.booleans(), st.sampled_from([None, 1]))
def test_both_parsers_read_any_spelling_alike(
    value: dict[str, Any], ascii_only: bool, indent: int | None
) -> None:
    """A stored line is read by pydantic's own parser, an exported one by the standard library's."""
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    twice = f'{{"a":0,{text[1:]}' if value else text

    for line in (text, twice):
        assert json.loads(line) == from_json(line.encode())


@given(
    st.binary(max_size=60)
    | st.text(alphabet='{}[]":,\\u0123456789.eE+-abtruefalsn \ud800', max_size=30).map(
        lambda text: text.encode("utf-8", "surrogatepass")
    )
)
def test_what_the_faster_parser_takes_the_standard_one_takes_for_the_same(line: bytes) -> None:
    try:
        value = from_json(line)
    except ValueError:
        return

    assert repr(value) == repr(json.loads(line))


@given(st.binary())
def test_a_leaf_is_the_hash_of_a_zero_byte_and_the_line(line: bytes) -> None:
    """RFC 6962 section 2.1."""
    assert sha256(b"\x00" + line).digest() == leaf_hash(line)
