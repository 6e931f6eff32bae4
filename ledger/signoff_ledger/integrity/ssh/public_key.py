"""People's public keys, as OpenSSH writes them (RFC 4253 section 6.6, RFC 5656, RFC 8709).

    ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF… ines@station-2

The private half stays with its person, on disk, in an agent or in a security key. A key is taken in
its one spelling only, and only if no other key could be mistaken for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from signoff_ledger.errors import Advice, InputError
from signoff_ledger.integrity import ed25519
from signoff_ledger.integrity.encoding import decode_base64, encode_base64
from signoff_ledger.integrity.ssh.wire import WireReader

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurve

RSA_BITS_MIN = 3072
"""Shortest modulus with about 128 bits of security (NIST SP 800-57 part 1, table 2)."""

RSA_BITS_MAX = 16384
"""Longest modulus that OpenSSH accepts."""

LINE_LIMIT = 1 << 14
"""Longest line a reader accepts; an RSA key of 16384 bits takes about 2,800 characters."""

CURVES = {"nistp256": 32, "nistp384": 48, "nistp521": 66}
"""Bytes of a coordinate, by the name that SSH gives the curve."""

SK_ED25519 = "sk-ssh-ed25519@openssh.com"
SK_ECDSA = "sk-ecdsa-sha2-nistp256@openssh.com"


@dataclass(frozen=True, slots=True)
class Ed25519Key:
    """32 bytes; `application` is set for a security key, which signs its hash with the message."""

    raw: bytes
    application: bytes | None = None


@dataclass(frozen=True, slots=True)
class EcdsaKey:
    """A point of a NIST curve, uncompressed; `application` as for `Ed25519Key`."""

    curve: str
    point: bytes
    application: bytes | None = None


@dataclass(frozen=True, slots=True)
class RsaKey:
    """Exponent and modulus."""

    exponent: int
    modulus: int


KeyMaterial: TypeAlias = Ed25519Key | EcdsaKey | RsaKey


@dataclass(frozen=True, slots=True)
class SshPublicKey:
    """A person's public key; two are equal when they are the same key.

    Raises:
        InputError: SL112, of a type that is not supported, malformed, weak or of small order.
    """

    type: str  #: Its type in the words of OpenSSH, such as `ssh-ed25519`.
    blob: bytes  #: The key on the wire, its type included.

    def __post_init__(self) -> None:
        if _type_of(self.blob) != self.type:
            _unacceptable(
                f"it is said to be {self.type!r:.60}, and is of type {_type_of(self.blob)!r}"
            )
        material_of(self)

    @classmethod
    def of_blob(cls, blob: bytes) -> SshPublicKey:
        """Take a key from its wire form.

        Raises:
            InputError: SL112, of a type that is not supported, malformed, weak or of small order.
        """
        return cls(_type_of(blob), blob)

    @property
    def fingerprint(self) -> str:
        """The key's short name, as `ssh-keygen -l` prints it."""
        return "SHA256:" + encode_base64(sha256(self.blob).digest()).rstrip("=")

    @property
    def line(self) -> str:
        """The key as it stands in a `.pub` file, without comment and newline."""
        return f"{self.type} {encode_base64(self.blob)}"


def parse_ssh_public_key(text: str) -> SshPublicKey:
    """Read a key from the one line of a `.pub` file.

    Args:
        text: `type base64`, with or without a comment and a newline behind it.

    Raises:
        InputError: SL112, more than a key stands there, or the key is not acceptable.
    """
    if "PRIVATE KEY" in text:
        _unacceptable("this is a private key, which never leaves its person")
    line = text.removesuffix("\n").removesuffix("\r")
    if len(line) > LINE_LIMIT or not line.isprintable():
        _unacceptable("it is not one line of printable text")
    name, _, rest = line.partition(" ")
    encoded = rest.partition(" ")[0]
    if name not in _READERS:
        _refuse_type(name)
    try:
        blob = decode_base64(encoded)
    except ValueError as error:
        _unacceptable(str(error))
    return SshPublicKey(name, blob)


def material_of(key: SshPublicKey) -> KeyMaterial:
    """Take a key apart.

    Raises:
        InputError: SL112, malformed, weak or of small order.
    """
    reader = WireReader(key.blob)
    try:
        reader.string()
        material = _READERS[key.type](key.type, reader)
        reader.end()
    except ValueError as error:
        _unacceptable(f"{key.type}: {error}")
    return material


def curve_of(name: str) -> EllipticCurve:
    """Give the curve of `cryptography` by the name that SSH gives it."""
    from cryptography.hazmat.primitives.asymmetric import ec

    curves: dict[str, type[EllipticCurve]]
    curves = {"nistp256": ec.SECP256R1, "nistp384": ec.SECP384R1, "nistp521": ec.SECP521R1}
    return curves[name]()


def _read_ed25519(key_type: str, reader: WireReader) -> Ed25519Key:
    raw = reader.string()
    ed25519.check_public_key(raw)
    return Ed25519Key(raw, _read_application(reader) if key_type == SK_ED25519 else None)


def _read_ecdsa(key_type: str, reader: WireReader) -> EcdsaKey:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

    curve = reader.string().decode("ascii", "replace")
    point = reader.string()
    if curve not in CURVES or curve not in key_type:
        raise ValueError(f"the curve is {curve!r:.40}")
    if len(point) != 1 + 2 * CURVES[curve] or point[0] != 4:
        raise ValueError("the point is not in uncompressed form")
    try:
        EllipticCurvePublicKey.from_encoded_point(curve_of(curve), point)
    except ValueError:
        raise ValueError(f"the point is not on the curve {curve}") from None
    return EcdsaKey(curve, point, _read_application(reader) if key_type == SK_ECDSA else None)


def _read_rsa(_type: str, reader: WireReader) -> RsaKey:
    exponent, modulus = reader.mpint(), reader.mpint()
    if not RSA_BITS_MIN <= modulus.bit_length() <= RSA_BITS_MAX:
        raise ValueError(
            f"{modulus.bit_length()} bits; {RSA_BITS_MIN} to {RSA_BITS_MAX} are accepted"
        )
    if exponent < 3 or exponent.bit_length() > 64 or not exponent & modulus & 1:
        raise ValueError("exponent and modulus are not those of an RSA key")
    return RsaKey(exponent, modulus)


def _read_application(reader: WireReader) -> bytes:
    application = reader.string()
    if not application:
        raise ValueError("it names no application")
    return application


_READERS: dict[str, Callable[[str, WireReader], KeyMaterial]] = {
    "ssh-ed25519": _read_ed25519,
    "ecdsa-sha2-nistp256": _read_ecdsa,
    "ecdsa-sha2-nistp384": _read_ecdsa,
    "ecdsa-sha2-nistp521": _read_ecdsa,
    "ssh-rsa": _read_rsa,
    SK_ED25519: _read_ed25519,
    SK_ECDSA: _read_ecdsa,
}


def _type_of(blob: bytes) -> str:
    try:
        name = WireReader(blob).string().decode("ascii", "replace")
    except ValueError as error:
        _unacceptable(str(error))
    if name not in _READERS:
        _refuse_type(name)
    return name


def _refuse_type(name: str) -> NoReturn:
    _unacceptable(
        f"{name!r:.60} is not one of the supported types",
        Advice("use-key-type", types=", ".join(_READERS)),
    )


def _unacceptable(why: str, advice: Advice | None = None) -> NoReturn:
    raise InputError(
        "SL112",
        "a public key is not acceptable",
        why=why,
        advice=advice or Advice("give-public-key"),
    )
