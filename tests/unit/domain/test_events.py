"""Events and their lines: one spelling each, read back as they were, and nothing else read."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from signoff_ledger.domain.events import batch, ledger, person, process
from signoff_ledger.domain.events.catalogue import EVENT_TYPES, UPCASTS, events_of, read_line
from signoff_ledger.domain.events.event import Event, EventMetadata, LogEntry, make_envelope
from signoff_ledger.domain.events.process import (
    ProcessDecision,
    ProcessDefined,
    ProcessHeld,
    RemarkRecorded,
)
from signoff_ledger.domain.values import RemarkKind, Value
from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.canonical import canonical, parse
from signoff_ledger.integrity.tree.leaf import leaf_hash
from tests.rounds import ROUNDS
from tests.stories import START, Story, fixed, signed
from tests.strategies import KEYS, TIMES, of_event

STREAM = UUID("11111111-2222-5333-8444-555555555555")
STAMP = EventMetadata(START, "egon", "c-1#0123456789abcdef")
STAMPS = st.builds(EventMetadata, TIMES, KEYS, KEYS)

ALL_EVENTS = sorted(EVENT_TYPES.values(), key=lambda kind: kind.__name__)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Find the models in an annotation, and those in their fields."""
    for argument in get_args(annotation):
        yield from models_in(argument)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models_in(field.annotation)


ALL_MODELS = sorted(
    {model for event in ALL_EVENTS for model in models_in(event)}, key=lambda model: model.__name__
)


def line_of(event: Event, version: int = 1) -> bytes:
    """Write an event's line; behind the first one it names some line before it."""
    prev = b"the line before" if version > 1 else None
    return make_envelope(event, STAMP, stream=STREAM, version=version, prev=prev).line


# --- the models ---------------------------------------------------------------------------------


def test_every_value_in_an_event_is_looked_at() -> None:
    names = {model.__name__ for model in ALL_MODELS}

    assert {"Bar", "Characteristic", "InspectionPlan", "Verdict", "Finding", "UnitBuild"} <= names
    assert len(EVENT_TYPES) < len(names)


@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: str(model.__name__))
def test_fields_stand_in_ascending_order(model: type[BaseModel]) -> None:
    """The serializer then writes canonical JSON without sorting."""
    assert sorted(model.model_fields) == [*model.model_fields]
    assert all(name.isascii() for name in model.model_fields)


@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: str(model.__name__))
def test_a_model_takes_no_unknown_field_and_no_assignment(model: type[BaseModel]) -> None:
    assert ("forbid", True) == (model.model_config.get("extra"), model.model_config.get("frozen"))
    assert issubclass(model, Event | Value)


def test_every_event_class_is_listed() -> None:
    modules = (process, batch, person, ledger)
    defined = {
        kind
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Event) and not kind.__subclasses__()
    }

    assert defined == {*EVENT_TYPES.values()}


def test_every_wire_name_is_its_own() -> None:
    listed = [kind for m in (process, batch, person, ledger) for kind in events_of(m)]

    assert len(listed) == len({kind.TOPIC for kind in listed}) == len(EVENT_TYPES)


@pytest.mark.parametrize("kind", ALL_EVENTS, ids=lambda kind: str(kind.__name__))
def test_the_wire_name_is_the_event_and_a_version(kind: type[Event]) -> None:
    """Never the Python path: a class may be renamed, a stored name may not."""
    assert re.fullmatch(r"signoff(\.[a-z]+(-[a-z]+)*)\.v[1-9]\d*", kind.TOPIC)
    kebab = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", kind.__name__).lower()
    assert f"signoff.{kebab}.v1" == kind.TOPIC
    assert kind is EVENT_TYPES[kind.TOPIC]


# --- lines --------------------------------------------------------------------------------------


@pytest.mark.rounds
@pytest.mark.parametrize("kind", ALL_EVENTS, ids=lambda kind: str(kind.__name__))
@given(data=st.data())
@settings(
    max_examples=max(5, ROUNDS // 8),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
def test_a_line_is_canonical_and_is_read_back_as_it_was(
    kind: type[Event], data: st.DataObject
) -> None:
    """What is stored is what is hashed is what is shipped."""
    event = data.draw(of_event(kind))
    version = data.draw(st.integers(1, 2**31))
    prev = b"the line before" if version > 1 else None
    entry = make_envelope(event, data.draw(STAMPS), stream=STREAM, version=version, prev=prev)

    assert entry.line == canonical(parse(entry.line))
    assert entry == read_line(entry.line)


@pytest.mark.parametrize("story", [signed(), fixed()], ids=["signed", "fixed"])
def test_every_line_of_a_story_is_canonical_and_is_read_back(story: Story) -> None:
    lines = [entry.line for entry in story.journal]

    assert lines == [canonical(parse(line)) for line in lines]
    assert story.journal == [read_line(line) for line in lines]


def test_a_line_holds_what_its_format_names() -> None:
    """G10: the ledger's clock, the person, the command, the stream and the place in it."""
    fields = parse(line_of(ProcessDefined(process="bowl"), version=2))

    assert {
        "at": "2026-03-02T08:00:00.000000Z",
        "by": "egon",
        "cmd": "c-1#0123456789abcdef",
        "data": {"process": "bowl"},
        "prev": leaf_hash(b"the line before").hex(),
        "stream": str(STREAM),
        "type": "signoff.process-defined.v1",
        "v": 1,
        "version": 2,
    } == fields


def test_the_first_line_of_a_stream_names_none_before_it() -> None:
    assert "prev" not in parse(line_of(ProcessDefined(process="bowl")))


def test_an_absent_field_is_left_out() -> None:
    line = line_of(batch.BatchClosed())

    assert {"signature": {"kind": "none"}} == parse(line)["data"]


@pytest.mark.parametrize("text", ['"', "\\", "\n", "é", "𝄞", "</script>"])
def test_a_text_survives_its_line(text: str) -> None:
    """S-58."""
    remark = RemarkRecorded(kind=RemarkKind.NOTE, text=f"a{text}b")

    assert remark == read_line(line_of(remark)).event


def test_an_entry_is_known_to_the_store_by_stream_and_version() -> None:
    entry = read_line(line_of(ProcessDefined(process="bowl"), version=2))

    assert (STREAM, 2) == (entry.originator_id, entry.originator_version)


# --- what is not read ---------------------------------------------------------------------------


def changed(**changes: object) -> bytes:
    """Write a line of which some members differ; None leaves one out."""
    fields = parse(line_of(ProcessDefined(process="bowl"), version=2)) | changes
    return canonical({name: value for name, value in fields.items() if value is not None})


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "signoff.process-defined",
        "signoff.process-defined.v2",
        "SIGNOFF.PROCESS-DEFINED.V1",
        "signoff_ledger.domain.events.process:ProcessDefined",
        "os:system",
        "x" * 10_000,
    ],
    ids=["none", "no version", "other version", "upper case", "path", "function", "long"],
)
def test_an_unknown_kind_is_refused(topic: str) -> None:
    with pytest.raises(EvidenceError) as refused:
        read_line(changed(type=topic))

    assert "SL501" == refused.value.code
    assert 300 > len(refused.value.what)


def test_a_stored_name_is_never_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted row must not run code from the working directory."""
    (tmp_path / "planted_module.py").write_text("raise SystemExit('imported')", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(EvidenceError) as refused:
        read_line(changed(type="planted_module:Event"))

    assert "SL501" == refused.value.code
    assert "planted_module" not in sys.modules


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"1",
        b'"line"',
        b"\xff\xfe",
        b"{" * 100_000,
        b"[" * 100_000,
        line_of(ProcessDefined(process="bowl"))[:-1],
        changed(v=None),
        changed(v=2),
        changed(v=0),
        changed(v="1"),
        changed(type=None),
        changed(type=7),
        changed(type=["signoff.process-defined.v1"]),
        changed(data=None),
        changed(data=[]),
        changed(data="process"),
        changed(data={}),
        changed(data={"process": ""}),
        changed(data={"process": "bowl", "extra": 1}),
        changed(data={"process": 7}),
        changed(at=None),
        changed(at="yesterday"),
        changed(at="2026-03-02T08:00:00Z"),
        changed(at="2026-03-02T08:00:00.000000"),
        changed(at=1),
        changed(by=None),
        changed(by=7),
        changed(cmd=None),
        changed(cmd=["c-1"]),
        changed(stream=None),
        changed(stream="bowl"),
        changed(stream=7),
        changed(version=None),
        changed(version=0),
        changed(version=-1),
        changed(version="2"),
        changed(version=True),
        changed(prev=None),
        changed(prev=7),
        changed(version=1),
        changed(note="beside the line"),
    ],
    ids=str,
)
def test_a_line_that_is_not_of_this_format_is_refused(line: bytes) -> None:
    with pytest.raises(EvidenceError) as refused:
        read_line(line)

    assert "SL503" == refused.value.code
    assert 1_000 > len(refused.value.why)


def test_a_refused_line_names_the_field_and_not_its_content() -> None:
    with pytest.raises(EvidenceError) as refused:
        read_line(changed(data={"process": "bowl\x1b[2J"}))

    assert "ProcessDefined: process: " in refused.value.why
    assert "\x1b" not in str(refused.value)


@given(line=st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_junk_is_refused(line: bytes) -> None:
    with pytest.raises(EvidenceError):
        read_line(line)


# --- old versions -------------------------------------------------------------------------------


def test_no_event_has_an_old_version_yet() -> None:
    assert {} == UPCASTS


def test_an_old_version_is_read_as_the_present_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The data is brought up, the line stays what it was."""
    monkeypatch.setitem(
        UPCASTS,
        "signoff.process-named.v1",
        lambda data: ("signoff.process-defined.v0", {"key": data["called"]}),
    )
    monkeypatch.setitem(
        UPCASTS,
        "signoff.process-defined.v0",
        lambda data: ("signoff.process-defined.v1", {"process": data["key"]}),
    )
    line = changed(type="signoff.process-named.v1", data={"called": "bowl"})

    entry = read_line(line)

    assert ProcessDefined(process="bowl") == entry.event
    assert line == entry.line


def test_an_old_version_that_cannot_be_brought_up_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(
        UPCASTS,
        "signoff.process-defined.v0",
        lambda data: ("signoff.process-defined.v1", {"process": data["key"]}),
    )

    with pytest.raises(EvidenceError) as refused:
        read_line(changed(type="signoff.process-defined.v0", data={}))

    assert "SL503" == refused.value.code


def test_a_line_may_be_spelt_by_any_writer_of_json() -> None:
    """Whether it is the canonical spelling is for verification to say, which reads every line."""
    loose = json.dumps(parse(line_of(ProcessDefined(process="bowl"))), indent=1).encode()

    assert ProcessDefined(process="bowl") == read_line(loose).event
    with pytest.raises(EvidenceError):
        parse(loose)


def test_an_event_is_given_as_the_kind_it_was_looked_up_as() -> None:
    remark = RemarkRecorded(kind=RemarkKind.NOTE, text="a note")
    entry = LogEntry(1, make_envelope(remark, STAMP, stream=STREAM, version=1, prev=None))

    assert remark == entry.event_as(RemarkRecorded)
    with pytest.raises(TypeError):
        entry.event_as(ProcessDefined)


def test_each_kind_of_decision_has_words_of_its_own() -> None:
    with pytest.raises(NotImplementedError):
        ProcessDecision.words.__get__(ProcessHeld)
