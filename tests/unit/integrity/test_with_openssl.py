"""OpenSSL on the other side: a checkpoint's signature checked without a line of ours."""

import base64
import subprocess
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from signoff_ledger.integrity.c2sp.checkpoint import Checkpoint, sign_checkpoint
from signoff_ledger.integrity.c2sp.cosignature import cosign
from tests.signers import LOG, NORTH, ORIGIN
from tests.tools import tool

CHECKPOINT = Checkpoint(ORIGIN, 7, bytes(range(32)))


def verifies(folder: Path, public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Ask `openssl pkeyutl`."""
    for name, data in (("key.pem", public_key), ("signature", signature), ("message", message)):
        (folder / name).write_bytes(data)
    command = [tool("openssl"), "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "key.pem"]
    files = ["-sigfile", "signature", "-in", "message"]
    done = subprocess.run([*command, *files], cwd=folder, check=False, capture_output=True)
    return done.returncode == 0


def pem(key: Ed25519PrivateKey) -> bytes:
    """Write a public key as OpenSSL reads it."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def test_openssl_verifies_a_checkpoint(tmp_path: Path) -> None:
    """Split by hand: the text ends before the empty line, the signature after four bytes of id."""
    text, _, line = sign_checkpoint(CHECKPOINT, LOG).rpartition(b"\n\n")
    signature = base64.b64decode(line.split()[-1])[4:]

    assert verifies(tmp_path, pem(LOG), signature, text + b"\n")
    assert not verifies(tmp_path, pem(LOG), signature, text)
    assert not verifies(tmp_path, pem(NORTH), signature, text + b"\n")


def test_openssl_verifies_a_cosignature(tmp_path: Path) -> None:
    line = cosign(CHECKPOINT.text, "witness.example/n", NORTH, 1_772_440_200).line
    signature = base64.b64decode(line.split()[-1])[4 + 8 :]
    message = f"cosignature/v1\ntime 1772440200\n{CHECKPOINT.text}".encode()

    assert verifies(tmp_path, pem(NORTH), signature, message)
    assert not verifies(tmp_path, pem(NORTH), signature, CHECKPOINT.text.encode())
