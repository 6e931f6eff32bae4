"""The envelope of a line, and the chain of every stream."""

from collections.abc import Callable
from uuid import UUID, uuid5

import pytest

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.line import Chains, check_envelope, read_fields
from signoff_ledger.integrity.stream_ids import stream_id
from signoff_ledger.integrity.tree.leaf import leaf_hash
from tests.lines import PERSON, PROCESS, Fields, Lines, dumped
from tests.refusals import refusal


def story() -> Lines:
    """Give a few lines on two streams."""
    log = Lines().founded()
    log.add("role-granted", "olga", {"role": "buyer"}, PERSON)
    return log


def test_a_stream_is_named_by_kind_and_key_the_same_in_every_ledger() -> None:
    namespace = UUID("6a1f0d7e-9d0c-5f7b-8b43-1d6d9a1c5e02")

    assert uuid5(namespace, "process/mug") == stream_id("process", "mug")
    assert uuid5(namespace, "batch/B 1") == stream_id("batch", "B 1")


def test_a_line_is_read_as_it_was_written() -> None:
    for line, fields in zip(story().lines, story().parsed, strict=True):
        assert fields == read_fields(line)


def without(name: str) -> Callable[[Fields], None]:
    """Take a member out."""
    return lambda fields: fields.pop(name)


def with_(**members: object) -> Callable[[Fields], None]:
    """Put members in place of others."""
    return lambda fields: fields.update(members)


BAD: dict[str, tuple[Callable[[Fields], None], str]] = {
    **{
        f"without {name}": (without(name), name)
        for name in ("at", "by", "cmd", "data", "prev", "stream", "type", "version")
    },
    **{
        f"{name} not a text": (with_(**{name: 7}), name)
        for name in ("at", "by", "cmd", "prev", "stream", "type")
    },
    "without v": (without("v"), "line format 'None', not 1"),
    "another format": (with_(v=2), "line format '2', not 1"),
    "a format that is true": (with_(v=True), "line format 'True', not 1"),
    "a format that is a long text": (with_(v="x" * 99), f"line format {'x' * 20!r}, not 1"),
    "one member more": (with_(more=1), "its members more are not as in this format"),
    "data not an object": (with_(data=[]), "its members data are"),
    "a version that is true": (with_(version=True), "version"),
    "a version of zero": (with_(version=0), "version"),
    "a version below zero": (with_(version=-1), "version"),
    "a version in words": (with_(version="2"), "version"),
    "prev at version 1": (with_(version=1), "its members prev are"),
    "a time without fraction": (with_(at="2026-03-02T08:00:00Z"), "its time or its stream"),
    "a time with an offset": (with_(at="2026-03-02T08:00:00.000000+00:00"), "its time or"),
    "a time in other digits": (with_(at="٢026-03-02T08:00:00.000000Z"), "its time or"),
    "a time with a newline behind": (with_(at="2026-03-02T08:00:00.000000Z\n"), "its time or"),
    "a stream in capitals": (with_(stream=PERSON.upper()), "its time or its stream"),
    "a stream that is no id": (with_(stream="person/ines"), "its time or its stream"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_line_of_another_shape_is_refused(name: str) -> None:
    spoil, why = BAD[name]
    fields = story().parsed[-1]
    spoil(fields)

    with refusal("SL503", why):
        read_fields(dumped(fields))


def test_a_first_line_has_no_prev() -> None:
    fields = story().parsed[0]
    check_envelope(fields)

    with refusal("SL503", "its members prev are not as in this format"):
        check_envelope(fields | {"prev": "00" * 32})


@pytest.mark.parametrize("line", [b"[]", b"7", b"null", b'{"v":1}', b"", b"{}"])
def test_what_is_no_line_at_all_is_refused(line: bytes) -> None:
    with refusal("SL503"):
        read_fields(line)


def test_every_stream_is_a_chain_of_its_own() -> None:
    log, chains = story(), Chains()
    for fields, leaf in zip(log.parsed, log.leaves, strict=True):
        chains.take(fields, leaf)

    assert 2 == len(chains)
    assert (2, log.leaves[2].hex()) == chains.heads[PERSON]
    assert PROCESS not in chains.heads


@pytest.mark.parametrize(
    ("spoilt", "why"),
    [
        ({"version": 3}, "is at version 1; the line is version 3 behind"),
        ({"version": 1}, "is at version 1; the line is version 1 behind"),
        ({"prev": "00" * 32}, "behind 000000000000..., not "),
        ({"prev": None}, "behind None..., not "),
        ({"stream": PROCESS}, f"stream {PROCESS} is at version 0; the line is version 2 behind"),
    ],
)
def test_a_line_that_does_not_follow_is_refused_and_not_taken(spoilt: Fields, why: str) -> None:
    log, chains = story(), Chains()
    for fields, leaf in zip(log.parsed[:2], log.leaves, strict=False):
        chains.take(fields, leaf)

    with pytest.raises(EvidenceError) as refused:
        chains.take(log.parsed[2] | spoilt, log.leaves[2])

    assert "SL502" == refused.value.code
    assert why in refused.value.why
    assert (1, leaf_hash(log.lines[1]).hex()) == chains.heads[PERSON]
