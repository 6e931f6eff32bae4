"""Reading and checking a dossier, as a stranger would: nothing in it is believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from signoff_ledger.domain.events.catalogue import read_line
from signoff_ledger.domain.events.event import LogEntry
from signoff_ledger.domain.text_checks import escaped
from signoff_ledger.errors import Advice, EvidenceError
from signoff_ledger.exports.dossier import (
    DECISION,
    STREAMS,
    STREAMS_MAX,
    describe,
    is_act,
    stem_of,
)
from signoff_ledger.exports.log_folder import CHECKPOINT, LOG_KEY, SIGNERS
from signoff_ledger.exports.readme import dossier_readme
from signoff_ledger.exports.received_folder import ReceivedFolder, not_as_written
from signoff_ledger.exports.signers_file import allowed_signers
from signoff_ledger.integrity.c2sp.add_checkpoint import parse_add_checkpoint
from signoff_ledger.integrity.c2sp.checkpoint import Checkpoint, open_checkpoint
from signoff_ledger.integrity.c2sp.cosignature import verified_cosignatures
from signoff_ledger.integrity.c2sp.note import parse_note
from signoff_ledger.integrity.c2sp.tlog_proof import parse_tlog_proof, verify_tlog_proof
from signoff_ledger.integrity.excerpt import Excerpt
from signoff_ledger.integrity.line import read_fields
from signoff_ledger.integrity.log_check import (
    FLAGGED,
    OPEN,
    PROVED,
    Check,
    by_name_alone,
    no_quorum,
)
from signoff_ledger.integrity.signed_acts import DECISIONS
from signoff_ledger.integrity.signing_time import duration
from signoff_ledger.integrity.stream_ids import stream_id
from signoff_ledger.integrity.tree.leaf import leaf_hash
from signoff_ledger.integrity.tree.proofs import verify_consistency
from signoff_ledger.replay.audit import audit_people, audit_process

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path
    from uuid import UUID

    from signoff_ledger.integrity.c2sp.verifier_key import VerifierKey
    from signoff_ledger.integrity.log_check import Trust
    from signoff_ledger.integrity.log_keys import LogKeys

_LINES = ".ndjson"


def is_dossier(folder: Path) -> bool:
    """Say whether a folder is the dossier of a decision rather than a whole log."""
    return ReceivedFolder(folder).has(f"{DECISION}.json")


def verify_dossier(folder: Path, trust: Trust) -> Iterator[Check]:
    """Check the dossier of one decision, evidence first.

    Raises:
        EvidenceError: At the first thing that does not hold.
        NotFoundError: SL205, a file is missing.
    """
    received = ReceivedFolder(folder)
    note = received.read(CHECKPOINT)
    raw = _streams(received)
    excerpt = Excerpt(raw)
    excerpt.read()
    key = _log_key(received, excerpt)
    sealed = open_checkpoint(note, key)
    yield Check(
        "lines",
        PROVED,
        f"{excerpt.lines} lines in {len(raw)} streams are canonical, complete and chained",
    )
    yield Check("seal", PROVED, f"the checkpoint of {sealed.size} events is by {key.name}")
    yield _clock(excerpt)
    yield _included(received, raw, note, key)
    line = received.read(f"{DECISION}.json")
    position = _prove(received, f"{DECISION}.tlog-proof", line, note, key)
    yield _decision(excerpt, raw, line, position)
    yield _reviewed(received, line, note, sealed)
    yield from _signed(received, excerpt, line)
    yield from _unsigned(excerpt)
    yield from by_name_alone(excerpt.people)
    yield from _trusted(note, sealed, excerpt.keys, trust)
    yield _meaning(excerpt, raw)
    yield Check(
        "afterwards",
        OPEN,
        "each stream is complete up to its last line here; that none came behind it, such as a "
        "withdrawal, only the whole log shows",
    )
    decision = LogEntry(position, read_line(line))
    process = next(name for name, lines in raw.items() if line in lines)
    dossier = describe(decision, process, sealed.size, key)
    yield from received.rest(dossier_readme(dossier).encode())


def _streams(folder: ReceivedFolder) -> dict[str, list[bytes]]:
    files = [name for name in folder.names(STREAMS) if name.endswith(_LINES)]
    if not files:
        raise not_as_written(f"there are no lines in {STREAMS}/ of the dossier")
    if len(files) > STREAMS_MAX:
        raise not_as_written(f"{STREAMS}/ holds more than {STREAMS_MAX} streams")
    streams = {}
    for file in files:
        kind, _, key = file.removesuffix(_LINES).partition("-")
        name = f"{kind} {unquote(key)}".strip()
        lines = list(_looked_at(folder, f"{STREAMS}/{file}"))
        named = file == f"{stem_of(name)}{_LINES}".removeprefix(f"{STREAMS}/")
        if not (named and lines) or read_fields(lines[0])["stream"] != str(
            stream_id(*_kind_and_key(name))
        ):
            # Decisions are looked for by name: under another one they would not be judged.
            raise not_as_written(f"{escaped(file)} does not hold the stream of its name")
        streams[name] = lines
    return streams


def _looked_at(folder: ReceivedFolder, name: str) -> Iterator[bytes]:
    """Read lines, each looked at before the next one: a file of none ends at its first."""
    for number, line in enumerate(folder.kept_lines(name), 1):
        try:
            read_fields(line)
        except EvidenceError as error:
            error.why = f"{escaped(name)}:{number}: {error.why}"
            raise
        yield line


def _kind_and_key(name: str) -> tuple[str, str]:
    kind, _, key = name.partition(" ")
    return kind, key or kind


def _log_key(folder: ReceivedFolder, excerpt: Excerpt) -> VerifierKey:
    key = excerpt.keys.current
    if key is None or folder.read(LOG_KEY) != f"{key.line}\n".encode():
        raise not_as_written(f"{LOG_KEY} is not the key that the lines name")
    if folder.read(SIGNERS) != allowed_signers(excerpt.people.people):
        raise not_as_written(f"{SIGNERS} is not what the lines say")
    return key


def _clock(excerpt: Excerpt) -> Check:
    """Say whether the clock went backwards within a stream; between streams no order is known."""
    back = excerpt.backwards
    if not back:
        return Check("clock", PROVED, "no line is dated before the one before it in its stream")
    shown = ", ".join(f"{name} version {version}" for name, version in back[:5])
    return Check("clock", FLAGGED, f"it went backwards {len(back)} times, at {shown}")


def _included(
    folder: ReceivedFolder, raw: dict[str, list[bytes]], note: bytes, key: VerifierKey
) -> Check:
    for name, lines in raw.items():
        _prove(folder, f"{stem_of(name)}.tlog-proof", lines[-1], note, key)
    return Check("in the log", PROVED, f"the last lines of {len(raw)} streams are in the log")


def _prove(folder: ReceivedFolder, name: str, line: bytes, note: bytes, key: VerifierKey) -> int:
    proof = parse_tlog_proof(folder.read(name))
    if proof.checkpoint != note or proof.extra:
        raise not_as_written(f"{name} is against another checkpoint")
    verify_tlog_proof(leaf_hash(line), proof, key)
    return proof.index + 1


def _decision(excerpt: Excerpt, raw: dict[str, list[bytes]], line: bytes, position: int) -> Check:
    fields = read_fields(line)
    of = [n for n, lines in excerpt.streams.items() if lines[0]["stream"] == fields["stream"]]
    if not of or line not in raw[of[0]] or fields["type"] not in DECISIONS:
        raise not_as_written(f"{DECISION}.json is not a decision of its streams")
    return Check("decision", PROVED, f"it is at position {position} of the log, in {of[0]}")


def _reviewed(folder: ReceivedFolder, line: bytes, note: bytes, sealed: Checkpoint) -> Check:
    growth = parse_add_checkpoint(folder.read(f"{DECISION}.growth"))
    heads = read_fields(line)["data"]["heads"]
    if growth.checkpoint != note or growth.old_size != heads.get("size"):
        raise not_as_written(f"{DECISION}.growth is not from what was reviewed")
    try:
        root = bytes.fromhex(str(heads.get("root")))
    except ValueError:
        root = b""
    verify_consistency(growth.old_size, root, sealed.size, sealed.root, growth.proof)
    return Check(
        "reviewed", PROVED, f"the log grew from the {growth.old_size} events that were reviewed"
    )


def _signed(folder: ReceivedFolder, excerpt: Excerpt, line: bytes) -> Iterator[Check]:
    fields = read_fields(line)
    mine = [s for s in excerpt.people.signed if s.line == fields]
    if mine:
        statement = folder.read(f"{DECISION}.statement")
        armored = folder.read(f"{DECISION}.statement.sig")
        if statement != mine[0].statement or armored != mine[0].armored.encode():
            raise not_as_written(f"{DECISION}.statement is not what was signed")
        late = f", {duration(mine[0].waited_s)} before it was recorded" if mine[0].is_late else ""
        says = f"{fields['by']} signed it with {mine[0].fingerprint}{late}"
        yield Check("signature", PROVED, says)
    elif fields["data"].get("automatic") is True:
        yield Check("signature", PROVED, "the registered bar took it: no person had to sign")
    else:
        yield Check(
            "signature",
            OPEN,
            "it is not signed with a key: the name is as authenticated, and proves nothing "
            "against the ledger's operator",
        )


def _unsigned(excerpt: Excerpt) -> Iterator[Check]:
    """Look for acts of people who had a key by then, which their own streams have to show."""
    for fields in (fields for lines in excerpt.streams.values() for fields in lines):
        if is_act(fields) and fields["by"] not in excerpt.people.people:
            raise not_as_written(f"the stream of {fields['by'][:64]}, who acted, is not in it")
    missing = excerpt.people.missing
    if missing:
        shown = ", ".join(
            f"version {fields['version']} of {_name_of(excerpt, fields)} by {fields['by']}"
            for fields in missing[:5]
        )
        yield Check(
            "unsigned",
            FLAGGED,
            f"{len(missing)} acts are not signed and dated after a key of their author came "
            f"into force: {shown}",
        )


def _name_of(excerpt: Excerpt, fields: Mapping[str, Any]) -> str:
    return next(n for n, lines in excerpt.streams.items() if lines[0]["stream"] == fields["stream"])


def _trusted(note: bytes, sealed: Checkpoint, keys: LogKeys, trust: Trust) -> Iterator[Check]:
    policy = trust.policy
    if trust.since is not None:
        yield Check("growth", OPEN, "a dossier does not hold the log; ask for it whole")
    if policy is None:
        yield Check(
            "history",
            OPEN,
            "the holder of the log's key can have rewritten all of it; a policy with witnesses "
            "would show that",
            advice=Advice("bring-policy"),
        )
        return
    if policy.logs and not any(log.key in keys.all for log in policy.logs):
        raise EvidenceError("SL505", "your policy does not name this log's key", why=keys.origin)
    seen = verified_cosignatures(parse_note(note), [w.key for w in policy.witnesses])
    if not policy.satisfied_by(seen):
        raise no_quorum(seen)
    names = ", ".join(sorted(k.name for k in seen)) or "no witness, as your policy asks,"
    yield Check("witnesses", PROVED, f"{names} cosigned {sealed.size} events")


def _meaning(excerpt: Excerpt, raw: dict[str, list[bytes]]) -> Check:
    by_stream = {lines[0]["stream"]: raw[name] for name, lines in excerpt.streams.items()}

    def lines_of(stream: UUID) -> Iterable[tuple[int | None, bytes]]:
        return ((None, line) for line in by_stream.get(str(stream), []))

    processes = [n.partition(" ")[2] for n in raw if n.startswith("process ")]
    decisions = 0
    for key in processes:
        audited = audit_process(lines_of, key)
        decisions += len(audited.decisions)
    people = [n.partition(" ")[2] for n in raw if n.startswith("person ")]
    audit_people(lines_of, people)
    return Check(
        "decisions",
        PROVED,
        f"{decisions} decisions on {', '.join(processes)}, taken again from their events, come "
        "out the same",
    )
