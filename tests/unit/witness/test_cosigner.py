"""What a witness cosigns, what it refuses and how, and what it keeps (C2SP tlog-witness)."""

import json
from pathlib import Path
from typing import Any

import pytest

from signoff_ledger.errors import StoreError
from signoff_ledger.integrity.c2sp.cosignature import verified_cosignatures
from signoff_ledger.integrity.c2sp.note import NoteSignature, parse_note
from signoff_ledger.witness.cosigned_notes import EVIDENCE_MAX, Memory
from signoff_ledger.witness.cosigner import SIZE_KIND, Cosigner, CosignerAnswer
from tests.witnesses import ToyLog, witness_in

LOG = ToyLog()
FORKED = ToyLog(forks_at=3)


@pytest.fixture
def witness(tmp_path: Path) -> Cosigner:
    return witness_in(tmp_path, LOG.verifier_key)


def evidence(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted((folder / "evidence").iterdir())]


def times_cosigned(witness: Cosigner, note: bytes, verdict: CosignerAnswer) -> dict[Any, int]:
    return verified_cosignatures(parse_note(note + verdict.body.encode()), [witness.key])


def test_the_first_checkpoint_of_a_log_is_cosigned_without_a_proof(witness: Cosigner) -> None:
    verdict = witness.add_checkpoint(LOG.body(0, 5))

    assert 200 == verdict.status
    assert [witness.key] == list(times_cosigned(witness, LOG.note(5), verdict))


@pytest.mark.parametrize("old", [1, 2, 3, 4, 6, 7, 8])
def test_whatever_grew_is_cosigned(tmp_path: Path, old: int) -> None:
    for new in range(old, 14):
        witness = witness_in(tmp_path / f"{old}-{new}", LOG.verifier_key)
        witness.add_checkpoint(LOG.body(0, old))

        assert 200 == witness.add_checkpoint(LOG.body(old, new)).status


def test_a_checkpoint_cosigned_before_is_cosigned_again_at_a_later_time(witness: Cosigner) -> None:
    first = witness.add_checkpoint(LOG.body(0, 5))
    again = witness.add_checkpoint(LOG.body(5, 5))

    assert 200 == again.status
    (before,) = times_cosigned(witness, LOG.note(5), first).values()
    (after,) = times_cosigned(witness, LOG.note(5), again).values()
    assert before < after


def test_another_old_size_is_answered_with_the_size_that_was_cosigned(witness: Cosigner) -> None:
    witness.add_checkpoint(LOG.body(0, 5))

    for old in (0, 4, 6):
        verdict = witness.add_checkpoint(LOG.body(old, 7))
        assert (409, "5\n", SIZE_KIND) == verdict[:3]


def test_an_old_size_that_was_never_cosigned_is_answered_with_zero(witness: Cosigner) -> None:
    assert (409, "0\n", SIZE_KIND) == witness.add_checkpoint(LOG.body(3, 7))[:3]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0\n",
        b"old 00\n\n" + LOG.note(3),
        b"old -1\n\n" + LOG.note(3),
        b"old 0\nnonsense\n\n" + LOG.note(3),
        b"old 0\r\n\r\n" + LOG.note(3),
        b"old 0\n\n" + LOG.note(3)[:-5],
        b"old 0\n\n" + LOG.note(3).replace(b"\n3\n", b"\n03\n"),
        b"old 0\n\n" + LOG.note(3) + b"\xff\n",
        LOG.body(1, 3, [b"x" * 32] * 64),
        LOG.body(0, 3, [b"x" * 32]),
        LOG.body(4, 3, []),
        b"old 0\n\n" + b"x" * 2_000_001,
    ],
    ids=range(13),
)
def test_what_is_not_a_request_is_refused_as_that(witness: Cosigner, body: bytes) -> None:
    assert 400 == witness.add_checkpoint(body).status
    assert 200 == witness.add_checkpoint(LOG.body(0, 3)).status


def test_a_log_that_is_not_watched_is_not_found(witness: Cosigner) -> None:
    other = ToyLog("log.example/other")

    assert 404 == witness.add_checkpoint(other.body(0, 3)).status


def test_only_a_trusted_key_of_the_log_will_do(witness: Cosigner) -> None:
    """C2SP tlog-witness: 403 if none of the signatures verify against a trusted key."""
    impostor = ToyLog(key="another")
    text, _, _ = LOG.note(3).rpartition(b"\n\n")
    wrong = NoteSignature(LOG.origin, LOG.verifier_key.key_id, b"\0" * 64).line.encode()
    right = LOG.note(3).rpartition(b"\n\n")[2]

    for note in (impostor.note(3), text + b"\n\n" + wrong, text + b"\n\n" + right + right):
        assert 403 == witness.add_checkpoint(b"old 0\n\n" + note).status


def test_lines_of_unknown_keys_below_a_checkpoint_are_ignored(witness: Cosigner) -> None:
    """C2SP tlog-witness: it MUST ignore signatures from unknown keys."""
    more = NoteSignature("someone.example", b"\1\2\3\4", b"any length at all").line.encode()

    assert 200 == witness.add_checkpoint(b"old 0\n\n" + LOG.note(3) + more * 90).status
    assert 200 == witness.add_checkpoint(LOG.body(3, 4)).status


def test_a_log_with_two_keys_is_followed_through_a_rotation(tmp_path: Path) -> None:
    rotated = ToyLog(key="new")
    witness = witness_in(tmp_path, LOG.verifier_key, rotated.verifier_key)

    assert 200 == witness.add_checkpoint(LOG.body(0, 3)).status
    assert 200 == witness.add_checkpoint(rotated.body(3, 5)).status


def test_two_trees_of_one_size_are_refused_and_kept_as_a_fork(
    witness: Cosigner, tmp_path: Path
) -> None:
    witness.add_checkpoint(LOG.body(0, 5))

    verdict = witness.add_checkpoint(FORKED.body(5, 5))

    assert 409 == verdict.status
    assert SIZE_KIND != verdict.kind
    (kept,) = evidence(tmp_path)
    assert "FORK" == kept["finding"]
    assert LOG.note(5).decode() in kept["cosigned"]
    assert FORKED.note(5).decode() == kept["shown"]
    assert 200 == witness.add_checkpoint(LOG.body(5, 6)).status


def test_a_fork_is_seen_whatever_size_the_proof_begins_at(
    witness: Cosigner, tmp_path: Path
) -> None:
    witness.add_checkpoint(LOG.body(0, 5))

    assert (409, "5\n", SIZE_KIND) == witness.add_checkpoint(FORKED.body(0, 5))[:3]
    assert ["FORK"] == [kept["finding"] for kept in evidence(tmp_path)]


def test_a_growth_that_is_not_proven_is_refused_and_kept(witness: Cosigner, tmp_path: Path) -> None:
    witness.add_checkpoint(LOG.body(0, 5))

    verdict = witness.add_checkpoint(FORKED.body(5, 9))

    assert 422 == verdict.status
    (kept,) = evidence(tmp_path)
    assert "UNPROVEN" == kept["finding"]
    assert 5 == kept["old_size"]
    assert kept["proof"]
    assert 422 == witness.add_checkpoint(LOG.body(5, 9, [])).status
    assert 422 == witness.add_checkpoint(LOG.body(5, 5, [b"x" * 32])).status
    assert 200 == witness.add_checkpoint(LOG.body(5, 9)).status


def test_a_smaller_tree_than_was_cosigned_is_refused_and_kept(
    witness: Cosigner, tmp_path: Path
) -> None:
    witness.add_checkpoint(LOG.body(0, 9))

    assert (409, "9\n", SIZE_KIND) == witness.add_checkpoint(LOG.body(0, 5))[:3]
    assert ["ROLLBACK"] == [kept["finding"] for kept in evidence(tmp_path)]


def test_the_same_evidence_is_kept_once(witness: Cosigner, tmp_path: Path) -> None:
    witness.add_checkpoint(LOG.body(0, 5))

    for _ in range(3):
        witness.add_checkpoint(FORKED.body(5, 5))

    assert 1 == len(evidence(tmp_path))


def test_evidence_cannot_fill_the_disk(witness: Cosigner, tmp_path: Path) -> None:
    witness.add_checkpoint(LOG.body(0, 5))
    for number in range(EVIDENCE_MAX):
        (tmp_path / "evidence" / f"{number}.json").write_text("{}")

    verdict = witness.add_checkpoint(FORKED.body(5, 5))

    assert 409 == verdict.status
    assert "NOT kept" in verdict.says
    assert EVIDENCE_MAX == len(evidence(tmp_path))


def test_a_refused_request_changes_nothing_that_is_remembered(
    witness: Cosigner, tmp_path: Path
) -> None:
    witness.add_checkpoint(LOG.body(0, 5))
    before = {path: path.read_bytes() for path in (tmp_path / "cosigned").iterdir()}

    for body in (b"", FORKED.body(5, 5), FORKED.body(5, 9), LOG.body(0, 3), LOG.body(4, 9)):
        assert witness.add_checkpoint(body).status >= 400

    assert before == {path: path.read_bytes() for path in (tmp_path / "cosigned").iterdir()}


def test_a_witness_that_begins_again_remembers(tmp_path: Path) -> None:
    witness_in(tmp_path, LOG.verifier_key).add_checkpoint(LOG.body(0, 5))

    again = witness_in(tmp_path, LOG.verifier_key)

    assert 409 == again.add_checkpoint(FORKED.body(0, 5)).status
    assert 200 == again.add_checkpoint(LOG.body(5, 7)).status


def test_logs_are_remembered_apart_even_where_their_names_look_alike(tmp_path: Path) -> None:
    logs = [ToyLog(origin) for origin in ("log/a", "log_a", "LOG/A", "log%2Fa", "log/ä", "l" * 300)]
    witness = witness_in(tmp_path, *(log.verifier_key for log in logs))

    for size, log in enumerate(logs, 3):
        assert 200 == witness.add_checkpoint(log.body(0, size)).status
    for size, log in enumerate(logs, 3):
        assert 200 == witness.add_checkpoint(log.body(size, size + 1)).status


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda note: note[:-20] + b"A" * 19 + b"\n",
        lambda _: LOG.note(5),
        lambda note: note.replace(b"\n5\n", b"\n4\n"),
    ],
    ids=["empty", "signature", "not cosigned", "size"],
)
def test_a_damaged_memory_cosigns_nothing(witness: Cosigner, tmp_path: Path, damage: Any) -> None:
    witness.add_checkpoint(LOG.body(0, 5))
    (path,) = (tmp_path / "cosigned").iterdir()
    path.write_bytes(damage(path.read_bytes()))

    with pytest.raises(StoreError, match="damaged"):
        witness.add_checkpoint(LOG.body(5, 7))


def test_what_could_not_be_remembered_is_not_cosigned(
    witness: Cosigner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("signoff_ledger.custody.rollback_guard.os.fsync", full)
        with pytest.raises(StoreError, match="memory cannot be used"):
            witness.add_checkpoint(LOG.body(0, 5))
    assert 200 == witness.add_checkpoint(LOG.body(0, 4)).status


def test_a_memory_without_a_place_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreError) as refused:
        Memory(tmp_path / "file" / "inside")

    assert "SL703" == refused.value.code


def test_a_memory_that_cannot_be_read_is_not_taken_for_an_empty_one(
    witness: Cosigner, tmp_path: Path
) -> None:
    witness.add_checkpoint(LOG.body(0, 5))
    (path,) = (tmp_path / "cosigned").iterdir()
    path.unlink()
    path.mkdir()

    with pytest.raises(StoreError, match="memory cannot be used"):
        witness.add_checkpoint(LOG.body(0, 7))


def test_evidence_that_cannot_be_kept_stops_nothing_but_is_reported(
    witness: Cosigner, tmp_path: Path
) -> None:
    witness.add_checkpoint(LOG.body(0, 5))
    (tmp_path / "evidence").rmdir()

    with pytest.raises(StoreError, match="memory cannot be used"):
        witness.add_checkpoint(FORKED.body(5, 5))


def test_a_request_with_any_bit_flipped_is_not_cosigned(witness: Cosigner, tmp_path: Path) -> None:
    witness.add_checkpoint(LOG.body(0, 5))
    before = {path: path.read_bytes() for path in (tmp_path / "cosigned").iterdir()}
    body = LOG.body(5, 9)

    for at in range(8 * len(body)):
        flipped = bytearray(body)
        flipped[at // 8] ^= 1 << at % 8
        assert witness.add_checkpoint(bytes(flipped)).status in {400, 403, 404, 409, 422}, at

    assert before == {path: path.read_bytes() for path in (tmp_path / "cosigned").iterdir()}
    assert 200 == witness.add_checkpoint(body).status
