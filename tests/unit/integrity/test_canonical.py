"""Canonical JSON: one value, one spelling, and everything else refused."""

from typing import Any

import pytest

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.canonical import (
    DEPTH_LIMIT,
    INTEGER_LIMIT,
    LINE_LIMIT_BYTES,
    canonical,
    parse,
    write_checked,
)


def nested(levels: int) -> Any:
    """Put a number into so many arrays."""
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (None, b"null"),
        (True, b"true"),
        (0, b"0"),
        (-1, b"-1"),
        (INTEGER_LIMIT - 1, b"9007199254740991"),
        (1 - INTEGER_LIMIT, b"-9007199254740991"),
        ("", b'""'),
        ('a"b\\c/', b'"a\\"b\\\\c/"'),
        ("\b\t\n\f\r", b'"\\b\\t\\n\\f\\r"'),
        ("\x00\x1f\x7f", b'"\\u0000\\u001f\x7f"'),
        ("£149 äß 𝄞", '"£149 äß 𝄞"'.encode()),
        ("\u2028", '"\u2028"'.encode()),
        ([], b"[]"),
        ((1, [2]), b"[1,[2]]"),
        ({}, b"{}"),
        ({"b": 1, "a": {"d": 2, "c": 3}, "B": 4}, b'{"B":4,"a":{"c":3,"d":2},"b":1}'),
        ({"": 1}, b'{"":1}'),
    ],
    ids=str,
)
def test_a_value_has_one_spelling(value: object, line: bytes) -> None:
    assert line == canonical(value)


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        INTEGER_LIMIT,
        -INTEGER_LIMIT,
        10**400,
        b"bytes",
        {1},
        {1: "a"},
        {"ä": 1},
        {None: 1},
        "\ud800",
        ["a", "\udfff"],
        {"a": [{"b": 0.5}]},
        object(),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(EvidenceError) as refused:
        canonical(value)

    assert "SL503" == refused.value.code


def test_nesting_has_a_limit() -> None:
    assert b"[" * DEPTH_LIMIT + b"1" + b"]" * DEPTH_LIMIT == canonical(nested(DEPTH_LIMIT))
    with pytest.raises(EvidenceError, match="canonical"):
        canonical(nested(DEPTH_LIMIT + 1))


def test_a_value_that_holds_itself_is_refused() -> None:
    value: list[object] = []
    value.append(value)

    with pytest.raises(EvidenceError):
        canonical(value)


def test_a_line_is_a_canonical_object() -> None:
    assert {"a": [1, None, "é"], "b": True} == parse('{"a":[1,null,"é"],"b":true}'.encode())


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"1",
        b"[]",
        b'"a"',
        b"null",
        b"{",
        b"{}{}",
        b'{"a":1}\n',
        b' {"a":1}',
        b'{"a": 1}',
        b'{"a":1,}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a":1.0}',
        b'{"a":1e2}',
        b'{"a":-0}',
        b'{"a":01}',
        b'{"a":+1}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":-Infinity}',
        b'{"a":9007199254740992}',
        b'{"a":' + b"9" * 5_000 + b"}",
        b'{"a":"\\u0041"}',
        b'{"a":"\\/"}',
        b'{"a":"\\u00e9"}',
        b'{"a":"\\u000A"}',
        b'{"a":"\\ud800"}',
        b'{"a":"\\ud834\\udd1e"}',
        b'{"a":"\n"}',
        b'{"\xc3\xa9":1}',
        b'{"a":"\xff"}',
        b'{"a":"\xed\xa0\x80"}',
        b'{"a":"\xc0\xaf"}',
        b"\xef\xbb\xbf{}",
        b"{'a':1}",
        b'{"a":1}//',
        b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a":' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"a":' + b"[" * DEPTH_LIMIT + b"]" * DEPTH_LIMIT + b"}",
    ],
    ids=lambda line: f"{line[:24]!r} of {len(line)}",
)
def test_another_spelling_is_refused(line: bytes) -> None:
    with pytest.raises(EvidenceError) as refused:
        parse(line)

    assert "SL503" == refused.value.code
    assert 200 > len(refused.value.why)


def test_a_line_has_a_limit() -> None:
    frame = len(b'{"a":""}')
    longest = canonical({"a": "x" * (LINE_LIMIT_BYTES - frame)})

    assert LINE_LIMIT_BYTES == len(longest)
    assert longest == canonical(parse(longest))
    with pytest.raises(EvidenceError) as refused:
        parse(canonical({"a": "x" * (LINE_LIMIT_BYTES - frame + 1)}))
    assert f"the limit is {LINE_LIMIT_BYTES}" in refused.value.why


def test_what_is_known_to_be_safe_is_written_alike() -> None:
    value = {"b": [1, "é"], "a": None}

    assert canonical(value) == write_checked(value)


def test_the_one_key_among_others_that_is_not_ascii_is_named() -> None:
    with pytest.raises(EvidenceError, match="canonical") as refused:
        canonical({"a": 1, "\u00e9": 2})

    assert "\u00e9" in refused.value.why
