"""The dossier of one decision: what an outsider needs to check it, and nothing about the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from signoff_ledger.application.checkpoints import sealed_tree
from signoff_ledger.domain.events.process import ProcessDecision
from signoff_ledger.domain.values import legible
from signoff_ledger.errors import Advice, ConflictError, EvidenceError, InputError, NotFoundError
from signoff_ledger.exports.bundle import Bundle
from signoff_ledger.exports.log_folder import CHECKPOINT, LOG_KEY, SIGNERS, sealed_notes
from signoff_ledger.exports.readme import README, Dossier, dossier_readme
from signoff_ledger.exports.received_folder import TOTAL_LIMIT_BYTES
from signoff_ledger.exports.signers_file import allowed_signers
from signoff_ledger.integrity.c2sp.add_checkpoint import AddCheckpoint
from signoff_ledger.integrity.c2sp.tlog_proof import TlogProof
from signoff_ledger.integrity.c2sp.verifier_key import VerifierKey
from signoff_ledger.integrity.disowned_notes import HISTORY
from signoff_ledger.integrity.excerpt import Excerpt
from signoff_ledger.integrity.line import read_fields
from signoff_ledger.integrity.signed_acts import SIGNED
from signoff_ledger.integrity.statement import statement_of
from signoff_ledger.integrity.stream_ids import stream_id
from signoff_ledger.integrity.tree import merkle
from signoff_ledger.projections.sentences import sentence
from signoff_ledger.projections.subjects import Subject

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from uuid import UUID

    from signoff_ledger.domain.events.event import LogEntry
    from signoff_ledger.persistence.store import LedgerStore

DECISION = "decision"
STREAMS = "streams"

STREAMS_MAX = 2_000
"""Most streams in a dossier: a process with a thousand batches and a thousand people."""


def export_decision(store: LedgerStore, position: int, target: Path) -> Dossier:
    """Write the dossier of a decision into a new folder; the same log gives the same bytes.

    Raises:
        NotFoundError: SL206, there is no decision at that position.
        ConflictError: SL604, it is not sealed yet, so nothing can be shown of it.
        StoreError: The folder cannot be made.
        InputError: SL109, it would be larger than a reader takes.
    """
    decision = _decision(store, position)
    size, note = seal_over(store, position)
    streams = _streams(store, decision, size)
    _hold_limits(streams)
    key = _log_key(streams["ledger"], size)
    excerpt = Excerpt({name: [line for _, line in lines] for name, lines in streams.items()})
    excerpt.read()
    fields = read_fields(decision.entry.line)
    dossier = describe(decision, next(iter(streams)), size, key)
    with Bundle(target) as bundle:
        bundle.write(CHECKPOINT, note)
        bundle.write(LOG_KEY, f"{key.line}\n".encode())
        bundle.write(SIGNERS, allowed_signers(excerpt.people.people))
        for name, lines in streams.items():
            stem = stem_of(name)
            bundle.write(f"{stem}.ndjson", (line + b"\n" for _, line in lines))
            bundle.write(f"{stem}.tlog-proof", proof_of(store, lines[-1][0], size, note))
        bundle.write(f"{DECISION}.json", decision.entry.line)
        bundle.write(f"{DECISION}.tlog-proof", proof_of(store, position, size, note))
        reviewed = fields["data"]["heads"]["size"]
        growth = merkle.consistency_proof(store, reviewed, size)
        bundle.write(f"{DECISION}.growth", AddCheckpoint(reviewed, tuple(growth), note).to_bytes())
        if dossier.signer is not None:
            name = excerpt.people.people[dossier.signer].printed_name
            bundle.write(f"{DECISION}.statement", statement_of(fields, key.name, name))
            armored = fields["data"]["signature"]["sshsig"]
            bundle.write(f"{DECISION}.statement.sig", armored.encode())
        bundle.write(README, dossier_readme(dossier).encode())
    return dossier


def stem_of(stream: str) -> str:
    """Name the files of a stream such as `batch PB-1`."""
    kind, _, key = stream.partition(" ")
    return f"{STREAMS}/{kind}" + (f"-{quote(key, safe='')}" if key else "")


def proof_of(store: LedgerStore, position: int, size: int, note: bytes) -> bytes:
    """Write the proof that the line at a position is in the tree that a checkpoint seals."""
    hashes = merkle.inclusion_proof(store, position - 1, size)
    return TlogProof(position - 1, tuple(hashes), note).to_bytes()


def _decision(store: LedgerStore, position: int) -> LogEntry:
    found = next(iter(store.read(position - 1, position)), None) if position > 0 else None
    if found is None or not isinstance(found.entry.event, ProcessDecision):
        raise NotFoundError(
            "SL206",
            f"there is no decision at position {position}",
            why="a sign-off or a hold is wanted" if found else f"the log has {store.size()} events",
            advice=Advice("show-decision-positions"),
        )
    return found


def seal_over(store: LedgerStore, position: int) -> tuple[int, bytes]:
    """Give the last checkpoint that verifies, with its size, if it seals a position.

    Raises:
        ConflictError: SL604, it does not.
        EvidenceError: SL507 or SL508, a key of the log signed another history.
    """
    tree, last = sealed_tree(store), 0
    for size, note in reversed(sealed_notes(store)):
        try:
            tree.check(size, note)
        except EvidenceError as error:
            if error.code in HISTORY:
                raise
            continue
        if size >= position:
            return size, note
        last = size
        break
    raise ConflictError(
        "SL604",
        f"position {position} is not sealed yet",
        why=f"the last checkpoint is of {last} events",
        advice=Advice("seal-log"),
    )


def _streams(
    store: LedgerStore, decision: LogEntry, size: int
) -> dict[str, list[tuple[int, bytes]]]:
    """Collect the streams concerned up to a size: process, batches, the ledger, who signed."""

    def lines_of(stream: UUID) -> list[tuple[int, bytes]]:
        return [(at, line) for at, line in store.lines(stream) if at <= size]

    first = read_fields(lines_of(decision.entry.stream)[0][1])
    process = first["data"]["process"]
    streams = {f"process {process}": lines_of(decision.entry.stream)}
    for fields in _fields(streams[f"process {process}"]):
        if fields["type"] == "signoff.batch-opened.v1":
            batch = fields["data"]["batch"]
            streams[f"batch {batch}"] = lines_of(stream_id("batch", batch))
    streams["ledger"] = lines_of(stream_id("ledger", "ledger"))
    wanted = list(streams)
    while wanted:
        for person in sorted(_signers(streams[wanted.pop(0)])):
            name = f"person {person}"
            if name not in streams:
                streams[name] = lines_of(stream_id("person", person))
                wanted.append(name)
    return streams


def _hold_limits(streams: dict[str, list[tuple[int, bytes]]]) -> None:
    """Refuse to write a dossier that no reader would take."""
    size = sum(len(line) for lines in streams.values() for _, line in lines)
    # The rest is for the proofs and the other files.
    if len(streams) > STREAMS_MAX or size > TOTAL_LIMIT_BYTES * 3 // 4:
        raise InputError(
            "SL109",
            "the dossier would be larger than a reader takes",
            why=f"it has {len(streams)} streams of {size} bytes together",
            advice=Advice("export-whole-log"),
        )


def _signers(lines: list[tuple[int, bytes]]) -> set[str]:
    """Name the persons who acted on a stream: their own streams say with what right."""
    return {fields["by"] for fields in _fields(lines) if is_act(fields)}


def is_act(fields: Mapping[str, Any]) -> bool:
    """Say whether a line is an act of a person, signed or not, rather than an observation."""
    return fields["type"] in SIGNED and fields["data"].get("automatic") is not True


def _fields(lines: list[tuple[int, bytes]]) -> list[dict[str, Any]]:
    return [read_fields(line) for _, line in lines]


def _log_key(lines: list[tuple[int, bytes]], size: int) -> VerifierKey:
    keys = [
        (position, fields["data"]["log_key"])
        for (position, _), fields in zip(lines, _fields(lines), strict=True)
        if "log_key" in fields["data"]
    ]
    return VerifierKey.parse([key for position, key in keys if position <= size][-1])


def describe(decision: LogEntry, process: str, size: int, key: VerifierKey) -> Dossier:
    """Describe the dossier of a decision, as its README does.

    Args:
        decision: The decision, with its position.
        process: The name of its stream in the dossier.
        size: Events in the checkpoint.
        key: The log's key at that size.
    """
    entry = decision.entry
    event = decision.event_as(ProcessDecision)
    return Dossier(
        name=DECISION,
        position=decision.position,
        size=size,
        key=key,
        # One line without hidden characters: a person's words add no line to the page.
        says=legible(" ".join(sentence(entry, Subject("process", "the process")).split())),
        signer=entry.by if event.signature.kind == "ssh" else None,
        stream=stem_of(process),
        batches=tuple(
            (stem_of(f"batch {batch}"), version) for batch, version in event.heads.batches.items()
        ),
    )
