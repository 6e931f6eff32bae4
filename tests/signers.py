"""Keys of known bytes, and SSH signatures made by hand where no `ssh-keygen` would make them."""

from collections.abc import Sequence
from hashlib import sha256, sha512

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signoff_ledger.integrity.ssh.public_key import SshPublicKey
from signoff_ledger.integrity.ssh.sshsig import armor

ORIGIN = "log.example/mug"
LOG = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NORTH = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
SOUTH = Ed25519PrivateKey.from_private_bytes(bytes(range(2, 34)))
INES = Ed25519PrivateKey.from_private_bytes(bytes(range(3, 35)))

APPLICATION = b"ssh:"


def wire(*fields: bytes) -> bytes:
    """Write strings as RFC 4251 does."""
    return b"".join(len(field).to_bytes(4, "big") + field for field in fields)


def raw(key: Ed25519PrivateKey) -> bytes:
    """Give the 32 bytes of a public key."""
    return key.public_key().public_bytes_raw()


def ssh_blob(key: Ed25519PrivateKey) -> bytes:
    """Write a public key as SSH does."""
    return wire(b"ssh-ed25519", raw(key))


def line_of(key: Ed25519PrivateKey) -> str:
    """Write a public key as it stands in `authorized_keys`."""
    return SshPublicKey.of_blob(ssh_blob(key)).line


def fingerprint_of(key: Ed25519PrivateKey) -> str:
    """Name a key as OpenSSH does."""
    return SshPublicKey.of_blob(ssh_blob(key)).fingerprint


def signed_data(
    message: bytes, namespace: bytes, *, hashed: bytes | None = None, algorithm: bytes = b"sha512"
) -> bytes:
    """Give what is signed over a message (PROTOCOL.sshsig section 3)."""
    digest = sha512(message).digest() if hashed is None else hashed
    return b"SSHSIG" + wire(namespace, b"", algorithm, digest)


def sshsig_blob(
    key: bytes,
    namespace: bytes,
    signature: bytes,
    *,
    reserved: bytes = b"",
    algorithm: bytes = b"sha512",
    version: int = 1,
) -> bytes:
    """Write the blob of a signature (PROTOCOL.sshsig section 2)."""
    fields = wire(key, namespace, reserved, algorithm, signature)
    return b"SSHSIG" + version.to_bytes(4, "big") + fields


def sign(key: Ed25519PrivateKey, message: bytes, namespace: bytes) -> str:
    """Sign a message as `ssh-keygen -Y sign` does with an Ed25519 key."""
    signature = wire(b"ssh-ed25519", key.sign(signed_data(message, namespace)))
    return armor(sshsig_blob(ssh_blob(key), namespace, signature))


def touched(data: bytes, *, flags: int = 1, counter: int = 7) -> tuple[bytes, bytes]:
    """Give what a security key signs for some data, and what it adds to its signature."""
    added = bytes([flags]) + counter.to_bytes(4, "big")
    return sha256(APPLICATION).digest() + added + sha256(data).digest(), added


def flips(data: bytes, bits: Sequence[int] = range(8)) -> list[bytes]:
    """Give every copy with one bit turned over."""
    return [
        data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]
        for at in range(len(data))
        for bit in bits
    ]
