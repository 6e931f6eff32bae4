"""People's signatures: SSHSIG, what `ssh-keygen -Y sign` writes (OpenSSH, PROTOCOL.sshsig).

    ssh-keygen -Y sign -f ~/.ssh/id_ed25519 -n signoff-decision@v1 statement.json

A namespace keeps a signature made for something else, a commit or a login, from counting as one
over a decision. Whose key it is, is not answered here: the key is given back to be compared.
"""

from __future__ import annotations

from hashlib import sha512
from typing import NamedTuple, NoReturn

from signoff_ledger.errors import EvidenceError, InputError
from signoff_ledger.integrity.encoding import decode_base64, encode_base64
from signoff_ledger.integrity.ssh.public_key import SshPublicKey
from signoff_ledger.integrity.ssh.signature_algorithm import is_signed_by
from signoff_ledger.integrity.ssh.wire import WireReader, string

NAMESPACE = "signoff-decision@v1"
"""What people's signatures over decisions are made for."""

SIGNATURE_LIMIT = 1 << 14
"""Longest signature a reader accepts; one with an RSA key of 16384 bits takes 6,000 characters."""

_MAGIC = b"SSHSIG"
_VERSION = 1
_HASH = b"sha512"
_HEADER = "-----BEGIN SSH SIGNATURE-----\n"
_FOOTER = "-----END SSH SIGNATURE-----\n"
_LINE_LENGTH = 70


class Sshsig(NamedTuple):
    """The parts of a signature, none of them verified yet."""

    key: SshPublicKey  #: The key that is said to have signed.
    namespace: str  #: What the signature was made for.
    signature: bytes  #: The signature on the wire, its algorithm included.

    def signed_data(self, message: bytes) -> bytes:
        """Give the bytes that the key has signed for a message (PROTOCOL.sshsig section 3)."""
        fields = (self.namespace.encode("utf-8"), b"", _HASH, sha512(message).digest())
        return _MAGIC + b"".join(map(string, fields))


def armor(blob: bytes) -> str:
    """Write a signature's blob as `ssh-keygen` does, in lines of 70 characters."""
    encoded = encode_base64(blob)
    lines = [encoded[at : at + _LINE_LENGTH] for at in range(0, len(encoded), _LINE_LENGTH)]
    return _HEADER + "".join(f"{line}\n" for line in lines) + _FOOTER


def dearmor(text: str) -> bytes:
    """Read the blob from a signature file that must be as `ssh-keygen` writes it.

    Raises:
        EvidenceError: SL506, another header, footer, line length or base64 than those.
    """
    if len(text) > SIGNATURE_LIMIT:
        _refuse(f"the signature has {len(text)} characters, the limit is {SIGNATURE_LIMIT}")
    if not (text.startswith(_HEADER) and text.endswith(_FOOTER)):
        _refuse("it does not stand between the BEGIN and END lines of an SSH signature")
    try:
        blob = decode_base64(text[len(_HEADER) : -len(_FOOTER)].replace("\n", ""))
    except ValueError as error:
        _refuse(str(error))
    if armor(blob) != text:
        _refuse("its lines are not broken as ssh-keygen breaks them")
    return blob


def parse_sshsig(text: str) -> Sshsig:
    """Read a signature without verifying it.

    Raises:
        EvidenceError: SL506, malformed, of another version or hash, or with a key that is not
            acceptable.
    """
    reader = WireReader(dearmor(text))
    try:
        if reader.take(len(_MAGIC)) != _MAGIC:
            _refuse("it is not an SSH signature")
        if (version := reader.uint32()) != _VERSION:
            _refuse(f"it is of version {version}, not {_VERSION}")
        key_blob = reader.string()
        namespace = reader.string().decode("utf-8")
        if not namespace or reader.string():
            _refuse("its namespace is empty, or its reserved field is not")
        if (algorithm := reader.string()) != _HASH:
            _refuse(f"the message is hashed with {algorithm!r:.40}, not with sha512")
        signature = reader.string()
        reader.end()
        return Sshsig(SshPublicKey.of_blob(key_blob), namespace, signature)
    except ValueError as error:
        _refuse(str(error))
    except InputError as error:
        _refuse(error.why)


def verify_sshsig(armored: str, message: bytes, namespace: str) -> SshPublicKey:
    """Check that a signature is one over a message, made for a namespace.

    Args:
        armored: The signature file as text.
        message: What is said to be signed, byte for byte.
        namespace: What it must have been made for.

    Returns:
        The key that signed; the caller compares it with the person's.

    Raises:
        EvidenceError: SL506, malformed, made for something else, or it does not verify.
    """
    signature = parse_sshsig(armored)
    if signature.namespace != namespace:
        _refuse(f"it was made for {signature.namespace!r:.60}, not for {namespace!r}")
    try:
        ok = is_signed_by(signature.key, signature.signature, signature.signed_data(message))
    except ValueError as error:
        _refuse(str(error))
    if not ok:
        _refuse(f"it is not a signature of {signature.key.fingerprint} over this text")
    return signature.key


def _refuse(why: str) -> NoReturn:
    raise EvidenceError("SL506", "a person's signature does not verify", why=why)
