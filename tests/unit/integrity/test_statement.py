"""The statement that people sign: made of the line, and made again from it."""

import json
from typing import Any

import pytest

from signoff_ledger.integrity.statement import (
    Act,
    first_difference,
    read_statement,
    statement_of,
    write_statement,
)
from tests.lines import PROCESS, Lines, dumped
from tests.refusals import refusal
from tests.signers import ORIGIN

ACT = Act("2026-03-02T08:00:05.000000Z", "I mean it.", "ab" * 32, 5)


def written(**others: Any) -> bytes:
    """Write a statement."""
    parts: dict[str, Any] = {
        "act": ACT,
        "by": "ines",
        "data": {"note": "très bien", "signature": {"kind": "none"}},
        "ledger": ORIGIN,
        "printed_name": "Ines I",
        "stream": PROCESS,
        "type_": "signoff.process-signed-off.v1",
        "version": 7,
    }
    return write_statement(**(parts | others))


def test_a_statement_is_one_canonical_line_that_says_who_signs_what_having_seen_what() -> None:
    """Part 11 11.50, 11.70."""
    said = {
        "by": "ines",
        "data": {"note": "très bien"},
        "ledger": ORIGIN,
        "printed_name": "Ines I",
        "signed": {
            "at": "2026-03-02T08:00:05.000000Z",
            "meaning": "I mean it.",
            "root": "ab" * 32,
            "size": 5,
        },
        "statement": "signoff-decision@v1",
        "stream": PROCESS,
        "type": "signoff.process-signed-off.v1",
        "version": 7,
    }

    assert dumped(said) + b"\n" == written()
    assert said == read_statement(written()) == read_statement(written().rstrip(b"\n"))


def test_what_has_no_canonical_form_cannot_be_signed() -> None:
    with refusal("SL503"):
        written(version=2**53)


def test_the_statement_of_a_line_is_made_again_from_it() -> None:
    log = Lines().founded()
    line = log.signed("note", {"text": "x"})
    signature = line["data"]["signature"]

    again = statement_of(line, ORIGIN, "Ines I")

    assert {name: signature[name] for name in ("at", "meaning", "root", "size")} == json.loads(
        again
    )["signed"]
    assert {"text": "x"} == json.loads(again)["data"]
    assert written() != again


@pytest.mark.parametrize("name", ["at", "meaning", "root", "size"])
def test_a_line_whose_signature_lacks_a_part_has_no_statement(name: str) -> None:
    line = Lines().founded().signed("note", {}, **dict[str, Any]({name: None}))

    with pytest.raises(KeyError, match=name):
        statement_of(line, ORIGIN, "Ines I")


@pytest.mark.parametrize("text", [b"", b"{}\n\n", b"[]\n", b'{"b":1,"a":2}\n', b"\xff\n"])
def test_what_is_no_statement_is_not_read(text: bytes) -> None:
    with refusal("SL503"):
        read_statement(text)


def test_the_first_difference_between_two_statements_is_named_with_both_values() -> None:
    assert "printed_name was 'Ines I' and is 'Ida'" == first_difference(
        written(), written(printed_name="Ida")
    )
    assert "data.note was 'très bien' and is 'None'" == first_difference(
        written(), written(data={})
    )


def test_statements_without_a_difference_are_shown_whole() -> None:
    assert first_difference(written(), written()).startswith(" was \"{'by': 'ines'")
