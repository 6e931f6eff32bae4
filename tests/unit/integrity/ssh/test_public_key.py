"""People's keys: what OpenSSH writes, and what nobody should have for a key."""

from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from signoff_ledger.integrity.ssh.public_key import SshPublicKey, parse_ssh_public_key
from signoff_ledger.integrity.ssh.wire import WireReader, mpint
from tests.refusals import refusal
from tests.signers import APPLICATION, INES, raw, ssh_blob, wire

CURVES = {
    "nistp256": ec.SECP256R1(),
    "nistp384": ec.SECP384R1(),
    "nistp521": ec.SECP521R1(),
}
POINTS = {
    name: ec.derive_private_key(7, curve)
    .public_key()
    .public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    for name, curve in CURVES.items()
}
MODULUS = (1 << 3071) + 9
SK_ED25519 = b"sk-ssh-ed25519@openssh.com"
SK_ECDSA = b"sk-ecdsa-sha2-nistp256@openssh.com"


def ecdsa(curve: str, point: bytes | None = None) -> bytes:
    """Write an ECDSA key."""
    return wire(
        b"ecdsa-sha2-" + curve.encode(), curve.encode(), POINTS[curve] if point is None else point
    )


def rsa_key(modulus: int = MODULUS, exponent: int = 65537) -> bytes:
    """Write an RSA key."""
    return wire(b"ssh-rsa", mpint(exponent), mpint(modulus))


GOOD = {
    "ssh-ed25519": ssh_blob(INES),
    "ecdsa-sha2-nistp256": ecdsa("nistp256"),
    "ecdsa-sha2-nistp384": ecdsa("nistp384"),
    "ecdsa-sha2-nistp521": ecdsa("nistp521"),
    "ssh-rsa": rsa_key(),
    "sk-ssh-ed25519@openssh.com": wire(SK_ED25519, raw(INES), APPLICATION),
    "sk-ecdsa-sha2-nistp256@openssh.com": wire(
        SK_ECDSA, b"nistp256", POINTS["nistp256"], APPLICATION
    ),
}


def line(key_type: str, blob: bytes) -> str:
    """Write the line of a `.pub` file."""
    return f"{key_type} {b64encode(blob).decode()}"


@pytest.mark.parametrize("key_type", GOOD)
@pytest.mark.parametrize("tail", ["", "\n", "\r\n", " ines@station-2\n", " two words", " "])
def test_a_key_of_every_type_is_read_with_or_without_its_comment(key_type: str, tail: str) -> None:
    text = line(key_type, GOOD[key_type])
    key = parse_ssh_public_key(text + tail)

    assert (key_type, GOOD[key_type], text) == (key.type, key.blob, key.line)
    assert key == SshPublicKey.of_blob(GOOD[key_type]) == parse_ssh_public_key(key.line)


def test_a_real_rsa_key_is_read() -> None:
    key = rsa.generate_private_key(65537, 3072).public_key()
    text = key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()

    assert text == parse_ssh_public_key(text).line


@pytest.mark.parametrize(("bits", "exponent"), [(3072, 3), (3072, (1 << 64) - 1), (16384, 65537)])
def test_an_rsa_key_at_the_limits_is_read(bits: int, exponent: int) -> None:
    blob = rsa_key((1 << (bits - 1)) + 9, exponent)

    assert blob == parse_ssh_public_key(line("ssh-rsa", blob)).blob


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not one of the supported types"),
        ("ssh-ed25519", "cut short"),
        ("ssh-ed25519  " + line("", GOOD["ssh-ed25519"])[1:], "cut short"),
        ("\n" + line("ssh-ed25519", GOOD["ssh-ed25519"]), "one line of printable text"),
        (line("ssh-ed25519", GOOD["ssh-ed25519"]) + "\n\n", "one line of printable text"),
        (line("ssh-ed25519", GOOD["ssh-ed25519"]) + " \x1b[2J", "one line of printable text"),
        (line("ssh-ed25519", GOOD["ssh-ed25519"]) + "x" * 20_000, "one line of printable text"),
        (" " + line("ssh-ed25519", GOOD["ssh-ed25519"]), "'' is not one of"),
        ("restrict " + line("ssh-ed25519", GOOD["ssh-ed25519"]), "'restrict' is not one of"),
        ("ssh-dss AAAA", "'ssh-dss' is not one of"),
        ("ssh-ed25519-cert-v01@openssh.com AAAA", "cert-v01@openssh.com' is not one of"),
        ("ecdsa-sha2-nistp224 AAAA", "not one of"),
        ("ssh-ed25519 AAA", "canonical base64"),
        ("ssh-ed25519 ####", "canonical base64"),
        (line("ssh-ed25519", GOOD["ssh-rsa"]), "is of type 'ssh-rsa'"),
        (line("ssh-ed25519", wire(b"ssh-dss", b"x")), "'ssh-dss' is not one of"),
        (line("ssh-ed25519", b"\0\0\0\xffssh"), "cut short"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n", "private key"),
    ],
)
def test_what_is_no_line_of_a_key_is_refused(text: str, why: str) -> None:
    with refusal("SL112", why):
        parse_ssh_public_key(text)


@pytest.mark.parametrize(
    ("blob", "why"),
    [
        (b"", "cut short"),
        (b"\0\0", "cut short"),
        (wire(b"ssh-ed25519"), "cut short"),
        (ssh_blob(INES)[:-1], "cut short"),
        (ssh_blob(INES) + b"\0", "left over"),
        (wire(b"ssh-ed25519", raw(INES)[:-1]), "32 bytes"),
        (wire(b"ssh-ed25519", bytes(32)), "small order"),
        (wire(b"ssh-ed25519", b"\xed" + b"\xff" * 30 + b"\x7f"), "canonical"),
        (wire(b"ssh-ed25519", b"\x02" + bytes(31)), "not a point"),
        (wire(SK_ED25519, raw(INES)), "cut short"),
        (wire(SK_ED25519, raw(INES), b""), "no application"),
        (wire(SK_ED25519, bytes(32), b"ssh:"), "small order"),
        (wire(SK_ED25519, raw(INES), b"ssh:", b""), "left over"),
        (ecdsa("nistp256", b"\0"), "uncompressed"),
        (ecdsa("nistp256", b"\x02" + POINTS["nistp256"][1:33]), "uncompressed"),
        (ecdsa("nistp256", b"\x05" + POINTS["nistp256"][1:]), "uncompressed"),
        (ecdsa("nistp256", POINTS["nistp256"] + b"\0"), "uncompressed"),
        (ecdsa("nistp256", POINTS["nistp256"][:-1] + b"\0"), "not on the curve nistp256"),
        (ecdsa("nistp384", b"\x04" + bytes(96)), "not on the curve nistp384"),
        (ecdsa("nistp521", b"\x04" + b"\xff" * 132), "not on the curve nistp521"),
        (wire(b"ecdsa-sha2-nistp256", b"nistp384", POINTS["nistp384"]), "curve is 'nistp384'"),
        (wire(b"ecdsa-sha2-nistp256", b"nistp", POINTS["nistp256"]), "curve is 'nistp'"),
        (wire(SK_ECDSA, b"nistp384", POINTS["nistp384"], b"ssh:"), "curve is 'nistp384'"),
        (wire(SK_ECDSA, b"nistp256", POINTS["nistp256"], b""), "no application"),
        (rsa_key((1 << 3070) + 9), "3071 bits"),
        (rsa_key((1 << 16384) + 9), "16385 bits"),
        (rsa_key(MODULUS + 1), "not those of an RSA key"),
        (rsa_key(exponent=2), "not those of an RSA key"),
        (rsa_key(exponent=1), "not those of an RSA key"),
        (rsa_key(exponent=65536), "not those of an RSA key"),
        (rsa_key(exponent=(1 << 64) + 1), "not those of an RSA key"),
        (wire(b"ssh-rsa", b"\0" + mpint(65537), mpint(MODULUS)), "shortest spelling"),
        (wire(b"ssh-rsa", mpint(65537), mpint(MODULUS)[1:]), "shortest spelling"),
        (wire(b"ssh-rsa", b"", mpint(MODULUS)), "shortest spelling"),
        (wire(b"ssh-rsa", b"\0", mpint(MODULUS)), "shortest spelling"),
        (wire(b"ssh-rsa", mpint(65537), mpint(MODULUS), b""), "left over"),
    ],
)
def test_a_key_that_could_be_taken_for_another_is_refused(blob: bytes, why: str) -> None:
    with refusal("SL112", why):
        SshPublicKey.of_blob(blob)


def test_a_key_cannot_be_said_to_be_of_another_type() -> None:
    with refusal("SL112", "is of type 'ssh-ed25519'"):
        SshPublicKey("ssh-rsa", GOOD["ssh-ed25519"])


def test_a_line_has_a_limit() -> None:
    text = line("ssh-ed25519", GOOD["ssh-ed25519"]) + " "

    assert "ssh-ed25519" == parse_ssh_public_key(text + "x" * (16384 - len(text))).type
    with refusal("SL112", "one line of printable text"):
        parse_ssh_public_key(text + "x" * (16385 - len(text)))


def test_a_refusal_shows_no_more_of_the_line_than_it_needs() -> None:
    with refusal("SL112", "x" * 40):
        parse_ssh_public_key("x" * 10_000)


def test_keys_of_every_type_have_a_fingerprint_of_one_form() -> None:
    fingerprints = {SshPublicKey.of_blob(blob).fingerprint for blob in GOOD.values()}

    assert len(GOOD) == len(fingerprints)
    assert {50} == {len(fingerprint) for fingerprint in fingerprints}
    assert all(f.startswith("SHA256:") and "=" not in f for f in fingerprints)


def test_the_wire_is_taken_field_by_field() -> None:
    reader = WireReader(b"\0\0\0\2" + wire(b"ab") + wire(mpint(128)) + b"z")

    assert (2, b"ab", 128, b"z") == (
        reader.uint32(), reader.string(), reader.mpint(), reader.take(1),
    )  # fmt: skip
    reader.end()
    assert b"\0\x80" == mpint(128)
    assert b"\x7f" == mpint(127)
