"""What a signer must see, as an answer that every face can lay out."""

from collections.abc import Iterator
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]  # it brings no types
import pytest

from signoff_ledger.application.commands.decisions import SignOff
from signoff_ledger.errors import ConflictError, IdentityError
from signoff_ledger.queries import preview as question
from signoff_ledger.queries.json_schema import schema_of
from signoff_ledger.queries.preview import heads_seen, preview
from tests.ledgers import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Give a ledger whose first batch may be signed off."""
    made = Shop.ready(tmp_path / "ledger.db")
    made.build("B1")
    yield made
    made.store.close()


@pytest.mark.parametrize("command", ["sign", "hold"])
def test_a_preview_is_as_its_schema_says_and_has_no_other_key(shop: Shop, command: str) -> None:
    answer = preview(shop.ledger, shop.by("anna"), command, "mug", words="as agreed")

    schema = schema_of(question, closed=True)
    jsonschema.Draft202012Validator(schema).validate({"schema": question.SCHEMA, "data": answer})
    assert ("anna", "B1", "as agreed") == (answer["person"], answer["batch"], answer["words"])
    assert (False, []) == (answer["must_sign"], answer["keys"])
    assert answer["says"]["rule"]
    assert all(rule["holds"] for rule in answer["rules"])


def test_only_what_was_seen_can_be_decided_on(shop: Shop) -> None:
    """What a face sends back is what it was shown."""
    seen = heads_seen(preview(shop.ledger, shop.by("anna"), "sign", "mug"))
    shop.change("LID-SEAT")

    with pytest.raises(ConflictError, match="moved while you were looking"):
        shop.ledger.execute(
            SignOff(process="mug", batch=None, note=None, seen=seen), shop.by("anna")
        )


def test_a_person_without_the_role_sees_nothing(shop: Shop) -> None:
    with pytest.raises(IdentityError):
        preview(shop.ledger, shop.by("ines"), "sign", "mug")
