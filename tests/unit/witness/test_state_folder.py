"""The folder of a witness: made once, one name, one at work, readable by its owner alone."""

import os
from pathlib import Path

import pytest

from signoff_ledger.errors import SignoffError
from signoff_ledger.integrity.c2sp.verifier_key import COSIGNATURE_V1, VerifierKey
from signoff_ledger.witness.state_folder import working_witness
from tests.ledgers import TickingClock
from tests.witnesses import ToyLog, key_of

LOG = ToyLog()


@pytest.fixture
def trusted(tmp_path: Path) -> Path:
    path = tmp_path / "log.vkey"
    path.write_text(f"{LOG.verifier_key.line}\n")
    return path


def begun(folder: Path, *trusted: Path, name: str | None = "w.example/1") -> VerifierKey:
    """Let a witness begin and end; gives its key."""
    with working_witness(folder, name, trusted, TickingClock()) as witness:
        return witness.key


def refusal(folder: Path, *trusted: Path, name: str | None = "w.example/1") -> SignoffError:
    with pytest.raises(SignoffError) as refused:
        begun(folder, *trusted, name=name)
    return refused.value


def test_a_new_folder_gets_a_key_that_stays(tmp_path: Path, trusted: Path) -> None:
    folder = tmp_path / "w"

    key = begun(folder, trusted)

    assert key == begun(folder, trusted, name=None) == begun(folder, trusted)
    assert f"{key.line}\n" == (folder / "witness.vkey").read_text()
    assert COSIGNATURE_V1 == key.algorithm


@pytest.mark.skipif(os.name != "posix", reason="Windows has no modes")
def test_the_key_is_for_its_owner_alone(tmp_path: Path, trusted: Path) -> None:
    begun(tmp_path / "w", trusted)
    path = tmp_path / "w" / "witness.pem"
    assert 0o600 == path.stat().st_mode & 0o777

    path.chmod(0o640)

    assert "SL406" == refusal(tmp_path / "w", trusted).code


def test_logs_are_trusted_from_the_folder_too(tmp_path: Path, trusted: Path) -> None:
    logs = tmp_path / "w" / "logs"
    logs.mkdir(parents=True)
    other = ToyLog("log.example/cup").verifier_key
    (logs / "cup.vkey").write_text(f"{other.line}\n{LOG.verifier_key.line}\n")
    (logs / "README").write_text("no key")

    with working_witness(tmp_path / "w", "w", [trusted], TickingClock()) as witness:
        assert {LOG.origin: [LOG.verifier_key], other.name: [other]} == witness.logs


def test_a_witness_of_no_log_does_not_begin(tmp_path: Path) -> None:
    assert "SL109" == refusal(tmp_path / "w").code


def test_the_first_time_a_name_is_needed_and_it_stays(tmp_path: Path, trusted: Path) -> None:
    folder = tmp_path / "w"

    assert "SL109" == refusal(folder, trusted, name=None).code
    assert "SL112" == refusal(folder, trusted, name="two words").code
    begun(folder, trusted)
    assert "SL109" == refusal(folder, trusted, name="another").code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "SL112"),
        (b"log.example/mug\n", "SL112"),
        (b"\xff\n", "SL101"),
        (VerifierKey.of("w", COSIGNATURE_V1, key_of("w")).line.encode(), "SL112"),
    ],
    ids=["empty", "no key", "no text", "of a witness"],
)
def test_a_key_that_is_not_of_a_log_is_refused(
    tmp_path: Path, trusted: Path, content: bytes, code: str
) -> None:
    trusted.write_bytes(content)

    assert code == refusal(tmp_path / "w", trusted).code
    assert not (tmp_path / "w" / "witness.pem").exists()


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    error = refusal(tmp_path / "w", tmp_path / "nowhere.vkey")

    assert "SL101" == error.code
    assert "nowhere.vkey" in error.what


def test_one_is_at_work_at_a_time(tmp_path: Path, trusted: Path) -> None:
    with working_witness(tmp_path / "w", "w", [trusted], TickingClock()):
        error = refusal(tmp_path / "w", trusted, name=None)

    assert "SL705" == error.code
    assert "at work already" in error.what


def test_a_lock_that_cannot_be_made_is_reported_plainly(tmp_path: Path, trusted: Path) -> None:
    (tmp_path / "w" / "lock").mkdir(parents=True)

    assert "SL703" == refusal(tmp_path / "w", trusted).code


def test_a_key_that_is_not_the_one_of_the_name_is_refused(tmp_path: Path, trusted: Path) -> None:
    begun(tmp_path / "w", trusted)
    other = VerifierKey.of("w.example/1", COSIGNATURE_V1, key_of("other"))
    (tmp_path / "w" / "witness.vkey").write_text(f"{other.line}\n")

    error = refusal(tmp_path / "w", trusted)

    assert "SL406" == error.code
    assert str(tmp_path / "w" / "witness.pem") in error.why
    assert other.line in error.why


def test_a_name_of_two_keys_is_refused(tmp_path: Path, trusted: Path) -> None:
    begun(tmp_path / "w", trusted)
    path = tmp_path / "w" / "witness.vkey"
    path.write_text(path.read_text() * 2)

    assert "SL112" == refusal(tmp_path / "w", trusted).code


def test_a_witness_without_its_memory_does_not_begin(tmp_path: Path, trusted: Path) -> None:
    """Its key alone would cosign a second history."""
    begun(tmp_path / "w", trusted)
    (tmp_path / "w" / "cosigned").rmdir()

    assert "memory" in refusal(tmp_path / "w", trusted).what


def test_a_start_cut_off_between_key_and_name_is_finished(tmp_path: Path, trusted: Path) -> None:
    key = begun(tmp_path / "w", trusted)
    (tmp_path / "w" / "witness.vkey").unlink()

    assert key == begun(tmp_path / "w", trusted)


def test_a_name_that_cannot_be_kept_is_reported_plainly(tmp_path: Path, trusted: Path) -> None:
    begun(tmp_path / "w", trusted)
    (tmp_path / "w" / "witness.vkey").unlink()
    (tmp_path / "w" / "witness.vkey").symlink_to(tmp_path / "nowhere" / "at-all")

    assert "SL703" == refusal(tmp_path / "w", trusted).code
