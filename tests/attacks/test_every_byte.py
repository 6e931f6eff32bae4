"""One flip in every byte: found, or without effect on what is exported.

Every byte takes minutes, so that few rounds flip every so manieth of each file, another bit each
time; 2,000 rounds flip one bit in each of them.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from signoff_ledger.errors import EvidenceError, SignoffError, StoreError
from signoff_ledger.exports.log_folder import export_log
from signoff_ledger.exports.verification import LiveLog, verify_log
from signoff_ledger.integrity.c2sp.tlog_proof import parse_tlog_proof, verify_tlog_proof
from signoff_ledger.integrity.c2sp.verifier_key import VerifierKey
from signoff_ledger.integrity.canonical import parse
from signoff_ledger.integrity.log_check import Trust
from signoff_ledger.integrity.tree.leaf import leaf_hash
from signoff_ledger.persistence.sqlite.backup import back_up
from signoff_ledger.persistence.sqlite.store import SqliteStore
from tests.attacks.forging import read_files, verify
from tests.attacks.story import LedgerStory
from tests.ledgers import on_file
from tests.rounds import ROUNDS, every

FOR_PEOPLE = "README.md"


def flips(content: bytes, step: int) -> Iterator[tuple[int, bytes]]:
    """Flip a bit in every so manieth byte; the first and the last byte are always among them."""
    chance = Random(len(content))
    for at in sorted({*range(chance.randrange(step), len(content), step), 0, len(content) - 1}):
        flipped = bytearray(content)
        flipped[at] ^= 1 << chance.randrange(8)
        yield at, bytes(flipped)


@pytest.mark.rounds
@pytest.mark.parametrize("kind", ["log", "dossier"])
def test_a_flip_in_an_exported_file_is_found(short: LedgerStory, tmp_path: Path, kind: str) -> None:
    """By a reader who names the witness; nobody else reads its line."""
    source = short.log if kind == "log" else short.dossier(short.signed_off)
    files = read_files(source)
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    policy = short.policy()
    assert verify(tmp_path, policy)
    kept = []
    for name, content in files.items():
        if name == FOR_PEOPLE:
            continue
        step = every(40 if name.endswith(".ndjson") else 20)
        for at, flipped in flips(content, step):
            (tmp_path / name).write_bytes(flipped)
            try:
                verify(tmp_path, policy)
            except SignoffError:
                continue
            kept.append((name, at))
        (tmp_path / name).write_bytes(content)

    assert [] == kept


@pytest.mark.rounds
def test_a_flip_in_a_proof_or_its_line_is_found(short: LedgerStory) -> None:
    files = read_files(short.dossier(short.signed_off))
    line, proof = files["decision.json"], files["decision.tlog-proof"]
    key = VerifierKey.parse(files["log.vkey"].decode().rstrip("\n"))

    def holds(line: bytes, proof: bytes) -> bool:
        try:
            parse(line)
            verify_tlog_proof(leaf_hash(line), parse_tlog_proof(proof), key)
        except SignoffError:
            return False
        return True

    assert holds(line, proof)
    cosigned, step = proof.index("— witness".encode()), every(1)
    assert [] == [at for at, flipped in flips(line, step) if holds(flipped, proof)]
    assert [] == [
        at for at, flipped in flips(proof, step) if at < cosigned and holds(line, flipped)
    ]


def kept_by(path: Path) -> tuple[list[bytes], list[tuple[int, bytes]]]:
    """Verify a ledger's file as it stands, and give what an export would hold of it."""
    with closing(SqliteStore.open(path)) as store:
        for _ in verify_log(LiveLog(store), Trust()):
            pass
        return [row[4] for row in store.raw()], store.checkpoints()


@pytest.mark.rounds
def test_a_flip_in_the_database_is_found_or_changes_nothing(
    short: LedgerStory, tmp_path: Path
) -> None:
    ledger, flipped_ledger = tmp_path / "whole.db", tmp_path / "flipped.db"
    back_up(on_file(short.opened.store), ledger)
    lines, notes = kept_by(ledger)
    unchanged, refusals = 0, []
    for at, flipped in flips(ledger.read_bytes(), every(80)):
        for beside in tmp_path.glob("flipped.db*"):
            beside.unlink()
        flipped_ledger.write_bytes(flipped)
        try:
            now, sealed = kept_by(flipped_ledger)
        except SignoffError as error:
            refusals.append(error)
            continue
        unchanged += 1
        assert lines == now, at
        # A page that is emptied takes a checkpoint away, which is then reported as not proved.
        assert set(sealed) <= set(notes), at
    assert len(refusals) > ROUNDS // 4
    kinds = (EvidenceError, StoreError)
    assert [] == [error for error in refusals if not isinstance(error, kinds)]
    assert all(any(isinstance(error, kind) for error in refusals) for kind in kinds)
    assert unchanged > ROUNDS // 20


def test_what_passes_for_the_same_is_exported_as_the_same_bytes(
    short: LedgerStory, tmp_path: Path
) -> None:
    with closing(SqliteStore.open(short.ledger)) as store:
        export_log(store, tmp_path / "again")

    assert read_files(short.log) == read_files(tmp_path / "again")
