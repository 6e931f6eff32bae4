"""Events on the ledger's own stream: its founding, its key, its witnesses, and notes set aside."""

from typing import Annotated

from pydantic import AfterValidator, Field

from signoff_ledger.domain.events.event import Event
from signoff_ledger.domain.signature import UNSIGNED, Signature
from signoff_ledger.domain.values import Label, Sha256, Text, check_verifier_key
from signoff_ledger.integrity.disowned_notes import HELD_LIMIT_BYTES

VerifierKey = Annotated[str, AfterValidator(check_verifier_key)]
"""A public key as C2SP signed-note writes it: `name+hash+base64`."""

_HELD_LIMIT = (HELD_LIMIT_BYTES + 2) // 3 * 4

HeldNote = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]*={0,2}$", max_length=_HELD_LIMIT)]
"""A note in base64, or the beginning of a long one."""

Ed25519Signature = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{86}==$")]


class LedgerFounded(Event, topic="signoff.ledger-founded.v1"):
    """The first event of every ledger: what it is called and in which format it is written."""

    ledger_format: int
    #: The key its checkpoints are signed with; the key's name is the log's origin.
    log_key: VerifierKey | None = None
    name: Label


class LogKeyRotated(Event, topic="signoff.log-key-rotated.v1"):
    """Checkpoints are signed by another key from here on.

    Both keys sign that the one follows the other, see `integrity.log_keys`; a ledger that was
    founded without a key gets its first one this way, signed by itself.
    """

    log_key: VerifierKey
    new_signature: Ed25519Signature
    old_signature: Ed25519Signature | None = None
    reason: Text
    signature: Signature = UNSIGNED


class WitnessAdded(Event, topic="signoff.witness-added.v1"):
    """A witness is asked to cosign checkpoints; whom to trust is every reader's own choice."""

    signature: Signature = UNSIGNED
    #: Where its `add-checkpoint` is answered; absent for a witness reached by file.
    url: Annotated[str, Field(pattern=r"^https?://[!-~]+$", max_length=400)] | None = None
    verifier_key: VerifierKey  #: The witness's cosignature/v1 key.


class CheckpointSetAside(Event, topic="signoff.checkpoint-set-aside.v1"):
    """A note that is kept as a checkpoint, and that no key of the log signed, does not count.

    The note stays where it is kept, and goes along in this event, to the byte.
    """

    note: HeldNote  #: The note, or so much of a long one as `integrity.set_aside` holds.
    reason: Text  #: How it came there, as far as is known.
    sha256: Sha256  #: Of the whole note.
    signature: Signature = UNSIGNED
    size: int  #: The size that it is kept under, in events.
