"""The file of a log's key: who can read it, and what it says when it cannot be used."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from signoff_ledger.custody.log_key import read_key, write_key
from signoff_ledger.errors import Advice, IdentityError, StoreError
from tests.signers import LOG, raw
from tests.tools import tool

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")


def nobody() -> None:
    """Answer for whoever is not there."""


def says(answer: str) -> Callable[[], str]:
    """Answer the question for a passphrase."""
    return lambda: answer


def refused(path: Path, ask: Callable[[], str | None], why: str) -> IdentityError:
    """Expect a key not to be usable."""
    with pytest.raises(IdentityError) as error:
        read_key(path, ask)
    assert "SL406" == error.value.code
    assert f"{path}: {why}" == error.value.why
    return error.value


def unasked() -> str:
    """Fail when it is asked."""
    raise AssertionError


def test_a_key_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "down" / "key.pem"
    write_key(path, LOG, None)

    assert raw(LOG) == raw(read_key(path, unasked))


@posix
def test_a_key_and_its_new_folders_are_their_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_key(tmp_path / "keys" / "key.pem", LOG, None)
    finally:
        os.umask(before)

    assert 0o600 == (tmp_path / "keys" / "key.pem").stat().st_mode & 0o777
    assert 0o700 == (tmp_path / "keys").stat().st_mode & 0o777


def test_a_passphrase_encrypts_the_file(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    write_key(path, LOG, "open sesame")

    plain = LOG.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())
    assert b"ENCRYPTED" in path.read_bytes()
    assert plain.splitlines()[1] not in path.read_bytes()
    assert raw(LOG) == raw(read_key(path, says("open sesame")))
    refused(path, says("open sesam"), "the passphrase is wrong")
    for ask in (nobody, says("")):
        refused(path, ask, "it has a passphrase, and there was no terminal to ask for it")


def test_a_key_is_what_openssl_takes_for_one(tmp_path: Path) -> None:
    openssl = tool("openssl")
    write_key(tmp_path / "key.pem", LOG, "open sesame")
    done = subprocess.run(
        [
            openssl,
            "pkey",
            "-in",
            "key.pem",
            "-passin",
            "pass:open sesame",
            "-pubout",
            "-outform",
            "DER",
        ],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )

    assert raw(LOG) == done.stdout[-32:]


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(b"something")

    with pytest.raises(StoreError) as error:
        write_key(path, LOG, None)
    assert ("SL704", "a key is never overwritten") == (error.value.code, error.value.why)
    assert b"something" == path.read_bytes()


def test_a_key_that_cannot_be_kept_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(StoreError) as error:
        write_key(tmp_path / "file" / "key.pem", LOG, None)
    assert error.value.code in {"SL703", "SL704"}
    assert error.value.why


@posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601, 0o620])
def test_a_key_that_others_can_reach_is_not_used(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key.pem"
    write_key(path, LOG, None)
    path.chmod(mode)

    error = refused(path, unasked, f"others can read it (mode {mode:04o})")
    assert Advice("set-mode", path=str(path), mode="600") == error.advice


@pytest.mark.parametrize(
    "content", [b"", b"rubbish", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_a_damaged_key_is_reported(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(content)
    path.chmod(0o600)

    refused(path, unasked, "it is damaged")


def test_a_key_of_another_kind_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    other = X25519PrivateKey.generate()
    path.write_bytes(other.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()))
    path.chmod(0o600)

    refused(path, unasked, "it is not an Ed25519 key")


def test_a_key_that_is_not_there_is_reported(tmp_path: Path) -> None:
    refused(tmp_path / "key.pem", unasked, "No such file or directory")
    refused(
        tmp_path,
        unasked,
        "it is a folder, and not a regular file" if os.name == "posix" else "Permission denied",
    )
