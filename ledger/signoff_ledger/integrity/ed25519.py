"""Ed25519 (RFC 8032) as every part of the evidence uses it: keys checked before they are trusted.

A public key of small order verifies signatures that no key made, and one in a second spelling gives
one signer two names; neither is accepted. Signatures are checked without the cofactor, as
OpenSSL, OpenSSH and Go check them, so that all of them say the same.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_BYTES = 32
SIGNATURE_BYTES = 64

_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P
_Y_OF_ORDER_8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL_ORDER_Y = frozenset({0, 1, _P - 1, _Y_OF_ORDER_8, _P - _Y_OF_ORDER_8})
"""The y of the eight points whose order divides 8; x only has two signs to choose from."""


# A log is signed by few keys, many times, and this takes longer than verifying a signature.
@lru_cache(maxsize=256)
def check_public_key(raw: bytes) -> None:
    """Refuse what no honest signer has for a public key (RFC 8032 section 5.1.3).

    Raises:
        ValueError: Not 32 bytes, not canonical, no point of the curve, or of small order.
    """
    if len(raw) != KEY_BYTES:
        raise ValueError(f"an Ed25519 key has {KEY_BYTES} bytes, this has {len(raw)}")
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    if y >= _P:
        raise ValueError("the Ed25519 key is not in canonical encoding")
    # Before the curve equation: a point whose x is 0 is refused here, in either sign.
    if y in _SMALL_ORDER_Y:
        raise ValueError("the Ed25519 key is a point of small order")
    x_squared = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    if pow(x_squared, (_P - 1) // 2, _P) != 1:
        raise ValueError("the Ed25519 key is not a point of the curve")


def public_bytes(private_key: Ed25519PrivateKey) -> bytes:
    """Give the 32 bytes of a private key's public half."""
    return private_key.public_key().public_bytes_raw()


def is_signed(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether a signature is that of a key over a message.

    Args:
        public_key: 32 bytes that passed `check_public_key`.
        signature: 64 bytes; any other length is no signature.
        message: The bytes that were signed.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if len(signature) != SIGNATURE_BYTES:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except InvalidSignature:
        return False
    return True
