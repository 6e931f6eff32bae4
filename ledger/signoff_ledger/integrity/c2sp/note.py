"""Signed notes (C2SP signed-note): a text with the signatures of one or more keys below it.

Notes are read strictly, so that a note has one meaning for every reader: bytes that other readers
could split, decode or skip differently are refused. Lines of keys that the reader does not know are
kept and ignored; a line of a key that it does know must verify, and must stand there once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, NoReturn

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity import ed25519
from signoff_ledger.integrity.c2sp.verifier_key import (
    ED25519,
    KEY_ID_BYTES,
    VerifierKey,
    is_key_name,
)
from signoff_ledger.integrity.encoding import decode_base64, encode_base64

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NOTE_LIMIT_BYTES = 1_000_000
"""Longest note a reader accepts, the limit of Go's `sumdb/note`."""

SIGNATURES_MAX = 100
"""Most signatures a reader accepts, the limit of Go's `sumdb/note`; the format demands 16."""

_DASH = "\N{EM DASH} "


class NoteSignature(NamedTuple):
    """One signature line: who is said to have signed, and what."""

    name: str  #: Name of the key.
    key_id: bytes  #: Four bytes that tell keys of one name apart; no proof of anything.
    signature: bytes  #: What the key made of the text, in the form of its algorithm.

    @property
    def line(self) -> str:
        """The line as it stands in a note, its newline included."""
        return f"{_DASH}{self.name} {encode_base64(self.key_id + self.signature)}\n"


class Note(NamedTuple):
    """A text and the signatures below it, none of them verified yet."""

    text: str  #: What was signed, its last newline included.
    signatures: tuple[NoteSignature, ...]  #: The lines below, in the order of the file.

    def to_bytes(self) -> bytes:
        """Write the note; reading it gives this note again.

        Raises:
            EvidenceError: SL505, the parts do not make a note.
        """
        lines = "".join(signature.line for signature in self.signatures)
        data = f"{self.text}\n{lines}".encode("utf-8", "surrogatepass")
        if parse_note(data) != self:
            refuse("the text and its signatures do not make one note")
        return data

    def with_signature(self, signature: NoteSignature) -> Note:
        """Give the note with one more line below it."""
        return Note(self.text, (*self.signatures, signature))


def parse_note(data: bytes) -> Note:
    """Read a signed note without verifying anything.

    Raises:
        EvidenceError: SL505, it is not the one spelling of a note.
    """
    if len(data) > NOTE_LIMIT_BYTES:
        refuse(f"the note has {len(data)} bytes, the limit is {NOTE_LIMIT_BYTES}")
    text, separator, below = _decode(data).rpartition("\n\n")
    if not separator:
        refuse("no empty line parts the text from its signatures")
    return Note(f"{text}\n", parse_signature_lines(below))


def parse_signature_lines(text: str) -> tuple[NoteSignature, ...]:
    """Read the lines below a note's text, or the answer of a witness.

    Raises:
        EvidenceError: SL505, there is no line, too many, or one that is no signature line.
    """
    if not text.endswith("\n"):
        refuse("the last signature line does not end in a newline")
    lines = text[:-1].split("\n")
    if len(lines) > SIGNATURES_MAX:
        refuse(f"there are {len(lines)} signatures, the limit is {SIGNATURES_MAX}")
    return tuple(_parse_line(line) for line in lines)


def signature_of(note: Note, key: VerifierKey) -> NoteSignature | None:
    """Find the one line that claims to be of a key, or None.

    Raises:
        EvidenceError: SL505, there are several: which one is meant is not decidable.
    """
    found = [s for s in note.signatures if (s.name, s.key_id) == (key.name, key.key_id)]
    if len(found) > 1:
        refuse(f"{key.name!r} has signed {len(found)} times")
    return found[0] if found else None


def sign_note(text: str, name: str, private_key: Ed25519PrivateKey) -> Note:
    """Sign a text with an Ed25519 key (C2SP signed-note, type 0x01).

    Args:
        text: The text, its last newline included.
        name: Name of the key.
        private_key: The key.

    Raises:
        EvidenceError: SL505, the text cannot be that of a note.
        InputError: SL112, the name cannot stand in a note.
    """
    key = VerifierKey.of(name, ED25519, private_key)
    signed = private_key.sign(text.encode("utf-8", "surrogatepass"))
    note = Note(text, (NoteSignature(name, key.key_id, signed),))
    note.to_bytes()  # Nothing leaves here that a reader would refuse.
    return note


def verify_note(note: Note, key: VerifierKey) -> None:
    """Check that a key of type 0x01 has signed the note's text, once.

    Raises:
        EvidenceError: SL505, its signature is missing, there twice, or does not verify.
    """
    signature = signature_of(note, key)
    if key.algorithm != ED25519 or signature is None:
        refuse(f"{key.name!r} with key {key.key_id.hex()} has not signed it")
    if not ed25519.is_signed(key.public_key, signature.signature, note.text.encode("utf-8")):
        refuse(f"the signature of {key.name!r} does not verify")


def refuse(why: str) -> NoReturn:
    """Refuse a note, a checkpoint or a cosignature.

    Raises:
        EvidenceError: SL505, always.
    """
    raise EvidenceError(
        "SL505", "a signed note is malformed or its signature does not verify", why=why
    )


def _decode(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        refuse(f"byte {error.start} is not UTF-8")
    for at, character in enumerate(text):
        if character < " " and character != "\n":
            refuse(f"it holds the control character U+{ord(character):04X} at {at}")
    return text


def _parse_line(line: str) -> NoteSignature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not is_key_name(name):
        refuse(f"{line!r:.80} is not a signature line")
    try:
        data = decode_base64(encoded)
    except ValueError as error:
        refuse(f"the signature of {name!r:.80}: {error}")
    if len(data) <= KEY_ID_BYTES:
        refuse(f"the signature of {name!r:.80} is too short to be one")
    return NoteSignature(name, data[:KEY_ID_BYTES], data[KEY_ID_BYTES:])
