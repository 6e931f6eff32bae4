"""Cosignatures: what a witness is asked to cosign, and what comes back.

A request is the body of C2SP tlog-witness `add-checkpoint`. It goes over HTTP, or as a file to a
site without a network; the answer is taken in the same way from both. What a witness says is
believed only as far as its signature goes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from signoff_ledger.application.ports import Courier, Reply
from signoff_ledger.domain.ledger_stream import LedgerStream
from signoff_ledger.domain.text_checks import escaped, printable
from signoff_ledger.errors import Advice, ConflictError, EvidenceError, InputError, NotFoundError
from signoff_ledger.integrity.c2sp.add_checkpoint import AddCheckpoint
from signoff_ledger.integrity.c2sp.checkpoint import Checkpoint
from signoff_ledger.integrity.c2sp.cosignature import verify_cosignature
from signoff_ledger.integrity.c2sp.note import (
    NOTE_LIMIT_BYTES,
    NoteSignature,
    parse_note,
    parse_signature_lines,
    refuse,
)
from signoff_ledger.integrity.c2sp.verifier_key import VerifierKey
from signoff_ledger.integrity.encoding import decode_decimal
from signoff_ledger.integrity.tree import merkle
from signoff_ledger.persistence.store import LedgerStore

SIZE_KIND = "text/x.tlog.size"
"""Media type in which a witness names the size that it cosigned last."""

_WORDS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class WitnessState:
    """A witness and how far it has cosigned this log."""

    key: VerifierKey  #: Its key of type 0x04.
    url: str | None  #: Where it answers; None for one that is reached by file.
    size: int = 0  #: Events in the largest checkpoint that it cosigned; 0 before the first.
    time_s: int | None = None  #: When it did, in seconds since 1970 in UTC, by its own clock.


class VerifiedCosignature(NamedTuple):
    """A cosignature that verified."""

    key: VerifierKey  #: The witness's.
    size: int  #: Events in the checkpoint.
    time_s: int  #: When, in seconds since 1970 in UTC, by the witness's clock.
    is_new: bool  #: False when one of this key was kept before.


class AttachSummary(NamedTuple):
    """What an answer came to."""

    cosigned: tuple[VerifiedCosignature, ...]  #: What verified, and is kept.
    ignored: int  #: How many lines were of keys that this ledger does not know.


class KeptCheckpoint(NamedTuple):
    """A checkpoint that is kept: its size, and the note as the log signed it."""

    size: int
    note: bytes


def standings(store: LedgerStore) -> list[WitnessState]:
    """Say of every witness how far it has cosigned, in the order added."""
    known = store.load(LedgerStream, "ledger").witnesses
    lines = store.cosigned()
    return [_standing(store, VerifierKey.parse(key), url, lines) for key, url in known.items()]


def named_witness(witnesses: Sequence[WitnessState], name: str) -> WitnessState:
    """Find a witness by its name, or by its name and the id of its key, as `name+id`.

    Raises:
        NotFoundError: SL208, there is none.
        InputError: SL106, two bear the name.
    """
    found = [w for w in witnesses if name in {w.key.name, w.key.line, _with_id(w.key)}]
    if not found:
        raise NotFoundError(
            "SL208",
            f"there is no witness '{printable(name)}'",
            why=f"there are {len(witnesses)}: {', '.join(w.key.name for w in witnesses)}"
            if witnesses
            else "none was added",
            advice=Advice("list-witnesses"),
        )
    if len(found) > 1:
        raise InputError(
            "SL106",
            f"there are {len(found)} witnesses of that name",
            advice=Advice("name-witness-key", keys=" or ".join(_with_id(w.key) for w in found)),
        )
    return found[0]


def latest_seal(store: LedgerStore) -> KeptCheckpoint:
    """Give the latest checkpoint.

    Raises:
        ConflictError: SL604, nothing is sealed.
    """
    size = store.sealed_size()
    note = store.checkpoint(size)
    if note is None:
        raise ConflictError("SL604", "nothing is sealed yet", advice=Advice("seal-log"))
    return KeptCheckpoint(size, note)


def request(store: LedgerStore, seal: KeptCheckpoint, old_size: int) -> bytes:
    """Write what a witness is asked: a checkpoint, and that it grew from the one it knows.

    Args:
        store: The ledger's store.
        seal: The checkpoint.
        old_size: Events in the checkpoint that the witness cosigned last; 0 for none.

    Raises:
        InputError: SL109, that would be more than is sealed.
    """
    if old_size > seal.size:
        raise InputError(
            "SL109",
            f"{old_size} events cannot have been cosigned",
            why=f"the last seal is of {seal.size}: if they were, this is an older copy (ROLLBACK)",
        )
    grows = 0 < old_size < seal.size
    proof = merkle.consistency_proof(store, old_size, seal.size) if grows else []
    return AddCheckpoint(old_size, tuple(proof), seal.note).to_bytes()


def attach(store: LedgerStore, data: bytes) -> AttachSummary:
    """Keep the cosignatures of a file: the lines of a witness, or a note with them below it.

    Nothing is kept unless every line of a known witness verifies.

    Raises:
        EvidenceError: SL505, the file is malformed or a known witness's line does not verify.
        NotFoundError: SL208, the note is of a checkpoint that this ledger does not hold.
    """
    if len(data) > NOTE_LIMIT_BYTES:
        refuse(f"it has {len(data)} bytes, the limit is {NOTE_LIMIT_BYTES}")
    if data.startswith("\N{EM DASH} ".encode()):
        lines = _lines(data)
        return _keep(store, lines, [*map(KeptCheckpoint._make, reversed(store.checkpoints()))])
    note = parse_note(data)
    size = Checkpoint.parse(note.text).size
    own = store.checkpoint(size)
    if own is None or parse_note(own).text != note.text:
        raise NotFoundError(
            "SL208",
            "the cosigned checkpoint is not one of this ledger",
            why=f"no such checkpoint of {size} events is kept here",
            advice=Advice("attach-to-own-ledger"),
        )
    below = parse_note(own).signatures
    return _keep(store, [s for s in note.signatures if s not in below], [KeptCheckpoint(size, own)])


def ask(store: LedgerStore, courier: Courier, witness: WitnessState) -> AttachSummary:
    """Have a witness cosign the latest checkpoint, over HTTP; asked again, it is left in peace.

    Raises:
        ConflictError: SL605, it did not cosign, with what it said; SL604, nothing is sealed.
        InputError: SL109, it has no address.
    """
    if witness.url is None:
        raise InputError(
            "SL109",
            f"{witness.key.name} has no address",
            advice=Advice("request-cosignature", witness=witness.key.name),
        )
    seal = latest_seal(store)
    if witness.size == seal.size and witness.time_s is not None:
        return AttachSummary(
            (VerifiedCosignature(witness.key, seal.size, witness.time_s, is_new=False),), 0
        )
    url = f"{witness.url}/add-checkpoint"
    reply = courier.post(url, request(store, seal, witness.size))
    stated = _stated_size(reply)
    if stated is not None and stated != witness.size:
        _check_stated(store, witness, seal, stated)
        reply = courier.post(url, request(store, seal, stated))
    if reply.status != 200:
        raise _refusal(witness, reply)
    try:
        attached = _keep(store, _lines(reply.body), [seal], wanted=witness.key)
    except EvidenceError as error:
        raise _not_cosigned(witness, error.why) from None
    return attached


def _standing(
    store: LedgerStore, key: VerifierKey, url: str | None, lines: Iterable[tuple[int, str]]
) -> WitnessState:
    for size, line in lines:
        try:
            (signature,) = parse_signature_lines(line)
            if (signature.name, signature.key_id) == (key.name, key.key_id):
                note = store.checkpoint(size) or b""
                time_s = verify_cosignature(parse_note(note).text, signature, key)
                return WitnessState(key, url, size, time_s)
        except EvidenceError:
            continue  # Not a witness's doing; `signoff verify` says what is wrong with it.
    return WitnessState(key, url)


def _keep(
    store: LedgerStore,
    signatures: Iterable[NoteSignature],
    seals: Sequence[KeptCheckpoint],
    wanted: VerifierKey | None = None,
) -> AttachSummary:
    """Keep what known witnesses signed of some checkpoints; the first that fits is meant."""
    known = {
        (key.name, key.key_id): key
        for key in map(VerifierKey.parse, store.load(LedgerStream, "ledger").witnesses)
    }
    ignored = 0
    verified: list[tuple[VerifierKey, int, int, str]] = []
    for signature in signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None:
            ignored += 1
            continue
        seal, time_s = _verified(signature, key, seals)
        verified.append((key, seal.size, time_s, signature.line))
    if wanted is not None and all(key != wanted for key, *_ in verified):
        refuse("its answer holds no line of its own key")
    cosigned = [
        VerifiedCosignature(key, size, time_s, store.keep_cosignature(size, line))
        for key, size, time_s, line in verified
    ]
    return AttachSummary(tuple(cosigned), ignored)


def _verified(
    signature: NoteSignature, key: VerifierKey, seals: Sequence[KeptCheckpoint]
) -> tuple[KeptCheckpoint, int]:
    for seal in seals:
        try:
            return seal, verify_cosignature(parse_note(seal.note).text, signature, key)
        except EvidenceError:
            continue
    raise EvidenceError(
        "SL505",
        f"the cosignature of {key.name} does not verify",
        why=f"its line is over none of {len(seals)} checkpoints of this log",
    )


def _lines(data: bytes) -> tuple[NoteSignature, ...]:
    try:
        return parse_signature_lines(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        refuse(f"byte {error.start} is not UTF-8")


def _stated_size(reply: Reply) -> int | None:
    """Read the size in the answer of a witness that knows another one; None in any other."""
    if reply.status != 409 or reply.kind != SIZE_KIND or not reply.body.endswith(b"\n"):
        return None
    try:
        return decode_decimal(reply.body[:-1].decode("ascii", "replace"))
    except ValueError:
        return None


def _check_stated(
    store: LedgerStore, witness: WitnessState, seal: KeptCheckpoint, stated: int
) -> None:
    """Refuse to be asked for more than is sealed here: then this is not the log it knows."""
    if stated <= seal.size:
        return
    held = store.size()
    if stated <= held:
        raise _not_cosigned(
            witness,
            f"it says that it cosigned {stated} events, and the last seal is of {seal.size}",
            Advice("seal-again"),
        )
    raise _not_cosigned(
        witness,
        f"it says that it cosigned {stated} events, and this log has {held}: if that is so, this "
        "is an older copy of it (ROLLBACK)",
        Advice("use-cosigned-ledger"),
    )


_MEANING = {
    403: ("it does not take the log's signature", Advice("give-witness-log-key")),
    404: ("it does not watch this log, or does not answer at this address", None),
    409: (
        "if that means that it cosigned another tree of this size, this log was forked (FORK)",
        Advice("compare-with-own-checkpoint"),
    ),
    422: (
        "if it is right, this log does not continue what it cosigned (FORK)",
        Advice("compare-with-own-checkpoint"),
    ),
}
"""What an answer of a witness means, by its HTTP status, and what to do."""


def _refusal(witness: WitnessState, reply: Reply) -> ConflictError:
    words = reply.body.decode("utf-8", "replace").strip()
    said = escaped(words[:_WORDS_SHOWN]) + ("…" if len(words) > _WORDS_SHOWN else "")
    why = f"it answered {reply.status}" + (f": {said}" if said else "")
    meaning, advice = _MEANING.get(reply.status, ("", None))
    return _not_cosigned(witness, f"{why}; {meaning}" if meaning else why, advice)


def _not_cosigned(witness: WitnessState, why: str, advice: Advice | None = None) -> ConflictError:
    return ConflictError("SL605", f"{witness.key.name} did not cosign", why=why, advice=advice)


def _with_id(key: VerifierKey) -> str:
    return f"{key.name}+{key.key_id.hex()}"
