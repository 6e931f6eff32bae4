"""Commands as records: what they refuse when they are made, and what their content is."""

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from signoff_ledger.application.commands.catalogue import COMMANDS
from signoff_ledger.application.commands.corrections import ConfirmCorrection
from signoff_ledger.application.commands.decisions import Hold, RecordRemark, SignOff
from signoff_ledger.application.commands.inspection import RecordUnit
from signoff_ledger.application.commands.orders import CommitOrder
from signoff_ledger.application.commands.people import EnrolPerson
from signoff_ledger.application.commands.sheet_import import ImportSheet
from signoff_ledger.domain.events.process import Heads
from signoff_ledger.domain.values import RemarkKind
from signoff_ledger.errors import InputError, SignoffError

BAD: dict[str, tuple[Callable[..., object], dict[str, object], str]] = {
    "a word for a number": (
        CommitOrder,
        {"process": "mug", "quantity": "many", "reference": "PO"},
        "quantity",
    ),
    "a role that is none": (
        EnrolPerson,
        {"person": "dora", "printed_name": "Dora", "roles": ("queen",)},
        "roles.0",
    ),
    "a field that is missing": (SignOff, {}, "process"),
    "a field that is unknown": (SignOff, {"process": "mug", "colour": "red"}, "colour"),
    "a part of a part": (
        RecordUnit,
        {"batch": "B1", "serial": "S1", "build": {"method": "magic"}, "values": {}},
        "build.method",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_such_command_is_refused_by_the_name_of_its_field(what: str) -> None:
    record, fields, named = BAD[what]
    with pytest.raises(InputError) as caught:
        record(**fields)

    assert "SL109" == caught.value.code
    assert caught.value.why.startswith(f"{named}: ")


def test_a_text_is_refused_with_the_code_of_texts() -> None:
    with pytest.raises(SignoffError) as caught:
        Hold(process="mug", reason="\x1b[2J")

    assert ("SL105", "the reason") == (caught.value.code, caught.value.what[:10])


def test_a_command_is_not_changed_once_it_is_made() -> None:
    command = Hold(process="mug", reason="why")
    with pytest.raises(ValidationError):
        command.reason = "because"  # type: ignore[misc]


def test_what_a_signer_was_shown_is_no_part_of_the_content() -> None:
    seen = Heads(batches={}, process=1, size=1)

    assert {"process": "mug"} == SignOff(process="mug", seen=seen).content()


def test_a_sheet_is_in_the_content_by_its_digest() -> None:
    file = b"unit_serial,build_method\nS1,line\n"
    first, again, other = (
        ImportSheet(batch="B1", file=data, name=name, progress=print).content()
        for data, name in ((file, "a.csv"), (file, "b.csv"), (file + b"S2,line\n", "a.csv"))
    )

    assert first == again
    assert {"accept_incomplete", "answers", "batch", "distinct_from", "sha256"} == set(first)
    assert first["sha256"] != other["sha256"]


def test_content_is_plain_data() -> None:
    kind = RemarkKind.NOTE

    assert {"process": "mug", "kind": "note", "text": "x"} == (
        RecordRemark(process="mug", kind=kind, text="x").content()
    )
    assert {"batch": "B1", "number": 1} == ConfirmCorrection(batch="B1", number=1).content()


def test_every_record_has_a_name_of_its_own() -> None:
    assert len(COMMANDS) == len({command.__name__ for command in COMMANDS})
