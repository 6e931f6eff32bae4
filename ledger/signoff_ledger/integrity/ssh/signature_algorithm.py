"""What stands inside an SSH signature, one form for each type of key.

RFC 8709 (Ed25519), RFC 5656 (ECDSA), RFC 8332 (RSA with SHA-2) and OpenSSH's PROTOCOL.u2f for
security keys, which sign a hash of the message together with proof that a person touched them.
"""

from __future__ import annotations

from hashlib import sha256

from signoff_ledger.integrity import ed25519
from signoff_ledger.integrity.ssh.public_key import (
    EcdsaKey,
    Ed25519Key,
    RsaKey,
    SshPublicKey,
    curve_of,
    material_of,
)
from signoff_ledger.integrity.ssh.wire import WireReader

USER_PRESENT = 0x01
"""Flag by which a security key says that it was touched (PROTOCOL.u2f)."""


def is_signed_by(key: SshPublicKey, signature: bytes, data: bytes) -> bool:
    """Tell whether a signature on the wire is that of a key over some data.

    Raises:
        ValueError: Malformed, of an algorithm that is not the key's, or without a touch.
    """
    reader = WireReader(signature)
    algorithm = reader.string().decode("ascii", "replace")
    made = reader.string()
    material = material_of(key)
    if isinstance(material, RsaKey):
        reader.end()
        return _is_rsa_signed(material, algorithm, made, data)
    if algorithm != key.type:
        raise ValueError(f"the key is of type {key.type}, the signature is {algorithm!r:.40}")
    if material.application is not None:
        data = _touched(reader, material.application, data)
    reader.end()
    if isinstance(material, Ed25519Key):
        return ed25519.is_signed(material.raw, made, data)
    return _is_ecdsa_signed(material, made, data)


def _touched(reader: WireReader, application: bytes, data: bytes) -> bytes:
    """Give what a security key signs: hash of the application, flags, counter, hash of the data."""
    flags, counter = reader.take(1), reader.take(4)
    if not flags[0] & USER_PRESENT:
        raise ValueError("the security key was not touched for it")
    return sha256(application).digest() + flags + counter + sha256(data).digest()


def _is_ecdsa_signed(key: EcdsaKey, made: bytes, data: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, utils

    reader = WireReader(made)
    r, s = reader.mpint(), reader.mpint()
    reader.end()
    public_key = ec.EllipticCurvePublicKey.from_encoded_point(curve_of(key.curve), key.point)
    hashed = {
        "nistp256": hashes.SHA256(),
        "nistp384": hashes.SHA384(),
        "nistp521": hashes.SHA512(),
    }[key.curve]
    try:
        public_key.verify(utils.encode_dss_signature(r, s), data, ec.ECDSA(hashed))
    except InvalidSignature:
        return False
    return True


def _is_rsa_signed(key: RsaKey, algorithm: str, made: bytes, data: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    hashed = {"rsa-sha2-256": hashes.SHA256(), "rsa-sha2-512": hashes.SHA512()}.get(algorithm)
    if hashed is None:
        raise ValueError(f"an RSA key signs with rsa-sha2-512 or -256 here, not {algorithm!r:.40}")
    if len(made) != (key.modulus.bit_length() + 7) // 8:
        raise ValueError("the signature is not as long as the key")
    public_key = rsa.RSAPublicNumbers(key.exponent, key.modulus).public_key()
    try:
        public_key.verify(made, data, padding.PKCS1v15(), hashed)
    except InvalidSignature:
        return False
    return True
