"""The ledger's own stream: its name, the key it seals with, the witnesses it asks."""

from base64 import b64decode

import pytest

from signoff_ledger.domain.events.ledger import (
    CheckpointSetAside,
    LedgerFounded,
    LogKeyRotated,
    WitnessAdded,
)
from signoff_ledger.domain.ledger_stream import LedgerStream
from signoff_ledger.errors import InputError
from signoff_ledger.integrity.disowned_notes import HELD_LIMIT_BYTES
from signoff_ledger.integrity.encoding import encode_base64
from signoff_ledger.ledger_format import LEDGER_FORMAT
from tests.lines import log_key
from tests.signers import LOG, NORTH, ORIGIN
from tests.stories import Story

SIGNATURE = encode_base64(bytes(64))
FIRST, SECOND = log_key(LOG), log_key(NORTH)


def founded(key: str | None = FIRST) -> tuple[Story, LedgerStream]:
    """Found a ledger."""
    story, founding = Story(), LedgerStream()
    founding.journal = story.journal
    founding.found(story.stamp("olga"), "Pottery", key)
    return story, founding


def rotated(key: str = SECOND) -> LogKeyRotated:
    """Give the event of a rotation."""
    return LogKeyRotated(
        log_key=key, new_signature=SIGNATURE, old_signature=SIGNATURE, reason="a year"
    )


def test_a_ledger_is_founded_with_the_key_whose_name_is_its_origin() -> None:
    story, founding = founded()

    assert LedgerFounded(ledger_format=LEDGER_FORMAT, log_key=FIRST, name="Pottery") == story.last()
    assert (FIRST, ORIGIN) == (founding.log_key, founding.origin)


def test_a_ledger_without_a_key_has_no_origin() -> None:
    _, founding = founded(None)

    assert (None, None) == (founding.log_key, founding.origin)


def test_a_ledger_seals_with_the_last_key_it_rotated_to() -> None:
    story, founding = founded()
    founding.rotate(story.stamp("olga"), rotated())

    assert rotated() == story.last()
    assert (SECOND, ORIGIN) == (founding.log_key, founding.origin)


def test_a_key_does_not_follow_itself() -> None:
    story, founding = founded()

    with pytest.raises(InputError) as refused:
        founding.rotate(story.stamp("olga"), rotated(FIRST))

    assert "SL109" == refused.value.code
    assert 1 == founding.version


def test_a_witness_is_asked_at_its_last_address() -> None:
    story, founding = founded()
    founding.add_witness(story.stamp("olga"), SECOND, None)
    founding.add_witness(story.stamp("olga"), SECOND, "http://127.0.0.1:9/")

    assert WitnessAdded(url="http://127.0.0.1:9/", verifier_key=SECOND) == story.last()
    assert {SECOND: "http://127.0.0.1:9/"} == founding.witnesses


@pytest.mark.parametrize("url", [None, "http://127.0.0.1:9/"])
def test_a_witness_is_not_asked_twice_at_one_address(url: str | None) -> None:
    story, founding = founded()
    founding.add_witness(story.stamp("olga"), SECOND, url)

    with pytest.raises(InputError) as refused:
        founding.add_witness(story.stamp("olga"), SECOND, url)

    assert "SL109" == refused.value.code


def test_a_note_that_was_set_aside_counts_no_more() -> None:
    story, founding = founded()
    founding.put_aside(story.stamp("olga"), 7, b"x" * 70_000, "a stranger's")

    event = story.last()
    assert isinstance(event, CheckpointSetAside)
    assert (7, "a stranger's") == (event.size, event.reason)
    assert HELD_LIMIT_BYTES == len(b64decode(event.note))
    assert not founding.counts(7, b"x" * 70_000)
    assert founding.counts(8, b"x" * 70_000)
    assert founding.counts(7, b"x" * 70_001)
    assert founding.counts(7, b"x" * HELD_LIMIT_BYTES)


def test_a_note_is_set_aside_once() -> None:
    story, founding = founded()
    founding.put_aside(story.stamp("olga"), 7, b"", "why")

    with pytest.raises(InputError) as refused:
        founding.put_aside(story.stamp("olga"), 7, b"", "why")
    assert "SL109" == refused.value.code
    founding.put_aside(story.stamp("olga"), 7, b"another in its place", "why")
    assert 3 == founding.version
