"""SSH signatures: made by hand, so that each field can be wrong on its own."""

from hashlib import sha256

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.ssh.public_key import SshPublicKey
from signoff_ledger.integrity.ssh.sshsig import (
    NAMESPACE,
    armor,
    dearmor,
    parse_sshsig,
    verify_sshsig,
)
from signoff_ledger.integrity.ssh.wire import mpint
from tests.refusals import refusal
from tests.signers import (
    APPLICATION,
    INES,
    NORTH,
    flips,
    raw,
    sign,
    signed_data,
    ssh_blob,
    sshsig_blob,
    touched,
    wire,
)

EXAMPLE = """\
-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgJKxoLBJBivUPNTUJUSslQTt2hD
jozKvHarKeN8uYFqgAAAADZm9vAAAAAAAAAFMAAAALc3NoLWVkMjU1MTkAAABAKNC4IEbt
Tq0Fb56xhtuE1/lK9H9RZJfON4o6hE9R4ZGFX98gy0+fFJ/1d2/RxnZky0Y7GojwrZkrHT
FgCqVWAQ==
-----END SSH SIGNATURE-----
"""
"""The example of OpenSSH's PROTOCOL.sshsig."""

MESSAGE = b'{"meaning":"signed off"}'
SPACE = NAMESPACE.encode()
DATA = signed_data(MESSAGE, SPACE)
KEY = ssh_blob(INES)
GOOD = sign(INES, MESSAGE, SPACE)
SIGNATURE = wire(b"ssh-ed25519", INES.sign(DATA))
RSA = rsa.generate_private_key(65537, 3072)
RSA_KEY = wire(b"ssh-rsa", mpint(65537), mpint(RSA.public_key().public_numbers().n))
P256 = ec.derive_private_key(7, ec.SECP256R1())
POINT = P256.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
SK_ED25519 = b"sk-ssh-ed25519@openssh.com"
SK_ECDSA = b"sk-ecdsa-sha2-nistp256@openssh.com"


def check(armored: str) -> SshPublicKey:
    """Verify a signature over the message."""
    return verify_sshsig(armored, MESSAGE, NAMESPACE)


def of(key: bytes, signature: bytes) -> str:
    """Write a signature file of a key and what it made."""
    return armor(sshsig_blob(key, SPACE, signature))


def test_the_example_of_the_format_is_armored_alike_and_lacks_the_hash() -> None:
    """It is older than the field that names the hash; today's `ssh-keygen` refuses it too."""
    assert EXAMPLE == armor(dearmor(EXAMPLE))
    with refusal("SL506", "not with sha512"):
        parse_sshsig(EXAMPLE)


def test_the_parts_of_a_signature_can_be_read_without_a_message() -> None:
    signature = parse_sshsig(GOOD)

    assert (KEY, NAMESPACE, SIGNATURE) == (
        signature.key.blob,
        signature.namespace,
        signature.signature,
    )
    assert DATA == signature.signed_data(MESSAGE)


def test_a_signature_gives_the_key_that_made_it() -> None:
    assert SshPublicKey("ssh-ed25519", KEY) == check(GOOD)


def test_a_signature_is_over_one_text_in_one_namespace() -> None:
    with refusal("SL506", "not a signature of SHA256:"):
        verify_sshsig(GOOD, MESSAGE + b"\n", NAMESPACE)
    with refusal("SL506", "made for 'signoff-decision@v1', not for 'file'"):
        verify_sshsig(GOOD, MESSAGE, "file")
    for space in (b"file", SPACE + b"\0", SPACE.upper(), b"*", b"signoff-decision@v10"):
        with refusal("SL506", "made for"):
            check(sign(INES, MESSAGE, space))


def test_a_signature_by_another_key_gives_that_key() -> None:
    assert check(GOOD) != check(sign(NORTH, MESSAGE, SPACE))


def test_a_key_put_in_anothers_place_does_not_verify() -> None:
    with refusal("SL506", "not a signature"):
        check(of(ssh_blob(NORTH), SIGNATURE))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "BEGIN and END"),
        (GOOD[1:], "BEGIN and END"),
        (GOOD[:-1], "BEGIN and END"),
        (" " + GOOD, "BEGIN and END"),
        (GOOD + "\n", "BEGIN and END"),
        (GOOD + GOOD, "canonical base64"),
        (GOOD.replace("\n", "\r\n"), "BEGIN and END"),
        (GOOD.replace("SSH SIG", "PGP SIG"), "BEGIN and END"),
        (GOOD.replace("U1NIU0lH", "U1NIU0lH\n"), "lines are not broken"),
        (GOOD.replace("\n-----END", "\n\n-----END"), "lines are not broken"),
        ("".join(GOOD.splitlines(keepends=True)[:-1])[:-1] + GOOD[-28:], "lines are not broken"),
        (GOOD.replace("U1NIU0lH", "U1NI U0lH"), "canonical base64"),
        (GOOD.replace("U1NIU0lH", "U1NI=0lH"), "canonical base64"),
        (GOOD.replace("U1NIU0lH", "U1NIü0lH"), "canonical base64"),
        (armor(b""), "cut short"),
        (armor(b"SSHSIG"), "cut short"),
        (armor(b"SSHSIH" + dearmor(GOOD)[6:]), "not an SSH signature"),
        (armor(dearmor(GOOD) + b"\0"), "left over"),
        (armor(dearmor(GOOD)[:-1]), "cut short"),
        (armor(bytes(20_000)), "the limit is"),
        (armor(sshsig_blob(KEY, SPACE, SIGNATURE, version=0)), "version 0"),
        (armor(sshsig_blob(KEY, SPACE, SIGNATURE, version=2)), "version 2"),
        (armor(sshsig_blob(KEY, SPACE, SIGNATURE, reserved=b"x")), "reserved"),
        (armor(sshsig_blob(KEY, b"", SIGNATURE)), "namespace is empty"),
        (armor(sshsig_blob(KEY, b"\xff", SIGNATURE)), "utf-8"),
        (armor(sshsig_blob(KEY, SPACE, SIGNATURE, algorithm=b"sha256")), "b'sha256'"),
        (armor(sshsig_blob(KEY, SPACE, SIGNATURE, algorithm=b"md5")), "b'md5'"),
        (of(wire(b"ssh-dss", b"x"), SIGNATURE), "'ssh-dss' is not one of"),
        (of(wire(b"ssh-ed25519", bytes(32)), SIGNATURE), "small order"),
        (of(KEY + b"\0", SIGNATURE), "left over"),
        (of(KEY, SIGNATURE + b"\0"), "left over"),
        (of(KEY, SIGNATURE[:-1]), "cut short"),
        (of(KEY, wire(b"ssh-ed25519", bytes(63))), "not a signature"),
        (of(KEY, wire(b"ssh-ed25519", bytes(65))), "not a signature"),
        (of(KEY, wire(b"ssh-ed448", INES.sign(DATA))), "'ssh-ed448'"),
        (of(KEY, b""), "cut short"),
    ],
)  # fmt: skip
def test_a_signature_that_ssh_keygen_would_not_write_is_refused(text: str, why: str) -> None:
    with refusal("SL506", why):
        check(text)


def test_a_signature_hashed_with_sha256_is_refused_although_it_is_one() -> None:
    hashed = sha256(MESSAGE).digest()
    data = signed_data(MESSAGE, SPACE, hashed=hashed, algorithm=b"sha256")
    signature = wire(b"ssh-ed25519", INES.sign(data))

    with refusal("SL506", "not with sha512"):
        check(armor(sshsig_blob(KEY, SPACE, signature, algorithm=b"sha256")))


@pytest.mark.parametrize(
    ("name", "hashed"), [("rsa-sha2-256", hashes.SHA256()), ("rsa-sha2-512", hashes.SHA512())]
)
def test_an_rsa_key_signs_with_sha_2(name: str, hashed: hashes.HashAlgorithm) -> None:
    made = RSA.sign(DATA, padding.PKCS1v15(), hashed)

    assert "ssh-rsa" == check(of(RSA_KEY, wire(name.encode(), made))).type
    with refusal("SL506", "not a signature"):
        check(of(RSA_KEY, wire(name.encode(), made[:-1] + bytes([made[-1] ^ 1]))))
    with refusal("SL506", "as long as the key"):
        check(of(RSA_KEY, wire(name.encode(), b"\0" + made)))
    with refusal("SL506", "left over"):
        check(of(RSA_KEY, wire(name.encode(), made) + b"\0"))


def test_an_rsa_key_signs_with_nothing_older() -> None:
    made = RSA.sign(DATA, padding.PKCS1v15(), hashes.SHA512())
    for name in (b"ssh-rsa", b"rsa-sha2-384", b""):
        with refusal("SL506", "rsa-sha2-512 or -256"):
            check(of(RSA_KEY, wire(name, made)))


def ecdsa_wire(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    """Sign with ECDSA over P-256 and write the two numbers as SSH does."""
    r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
    return wire(mpint(r), mpint(s))


def test_an_ecdsa_key_signs_with_two_numbers() -> None:
    key = wire(b"ecdsa-sha2-nistp256", b"nistp256", POINT)
    made = ecdsa_wire(P256, DATA)

    assert "ecdsa-sha2-nistp256" == check(of(key, wire(b"ecdsa-sha2-nistp256", made))).type
    with refusal("SL506", "left over"):
        check(of(key, wire(b"ecdsa-sha2-nistp256", made + b"\0")))
    with refusal("SL506", "shortest spelling"):
        check(of(key, wire(b"ecdsa-sha2-nistp256", wire(b"", b"\1"))))
    with refusal("SL506", "not a signature"):
        check(of(key, wire(b"ecdsa-sha2-nistp256", wire(b"\1", b"\1"))))
    with refusal("SL506", "not a signature"):
        check(of(key, wire(b"ecdsa-sha2-nistp256", wire(b"\1" * 99, b"\1"))))
    with refusal("SL506", "'ecdsa-sha2-nistp384'"):
        check(of(key, wire(b"ecdsa-sha2-nistp384", made)))


def sk_ed25519(
    flags: int = 1, *, application: bytes = APPLICATION, added: bytes | None = None
) -> str:
    """Emulate an Ed25519 security key, and somebody who changes what it gave."""
    data, said = touched(DATA, flags=flags)
    key = wire(SK_ED25519, raw(INES), application)
    return of(key, wire(SK_ED25519, INES.sign(data)) + (said if added is None else added))


def sk_ecdsa(flags: int = 1) -> str:
    """Emulate an ECDSA security key."""
    data, added = touched(DATA, flags=flags)
    key = wire(SK_ECDSA, b"nistp256", POINT, APPLICATION)
    return of(key, wire(SK_ECDSA, ecdsa_wire(P256, data)) + added)


@pytest.mark.parametrize("flags", [0x01, 0x05])
def test_a_security_key_signs_when_it_is_touched(flags: int) -> None:
    assert SK_ED25519.decode() == check(sk_ed25519(flags)).type
    assert SK_ECDSA.decode() == check(sk_ecdsa(flags)).type


@pytest.mark.parametrize("flags", [0x00, 0x04])
def test_a_security_key_that_was_not_touched_signs_nothing(flags: int) -> None:
    with refusal("SL506", "not touched"):
        check(sk_ed25519(flags))
    with refusal("SL506", "not touched"):
        check(sk_ecdsa(flags))


@pytest.mark.parametrize(
    ("added", "why"),
    [
        (b"\1\0\0\0\x08", "not a signature"),
        (b"\5\0\0\0\7", "not a signature"),
        (b"\1\0\0\0", "cut short"),
        (b"", "cut short"),
        (b"\1\0\0\0\7\0", "left over"),
    ],
)
def test_what_a_security_key_adds_is_part_of_what_it_signed(added: bytes, why: str) -> None:
    with refusal("SL506", why):
        check(sk_ed25519(added=added))


def test_a_security_key_signs_for_one_application() -> None:
    with refusal("SL506", "not a signature"):
        check(sk_ed25519(application=b"ssh:other"))


def test_a_plain_signature_does_not_pass_for_a_touched_one() -> None:
    plain = wire(SK_ED25519, INES.sign(DATA)) + b"\1\0\0\0\7"

    with refusal("SL506", "not a signature"):
        check(of(wire(SK_ED25519, raw(INES), APPLICATION), plain))


@pytest.mark.parametrize("text", [GOOD, sk_ed25519()], ids=["ed25519", "sk-ed25519"])
def test_a_bit_turned_anywhere_is_noticed(text: str) -> None:
    for flipped in flips(text.encode()):
        with pytest.raises(EvidenceError) as caught:
            check(flipped.decode("latin-1"))

        assert "SL506" == caught.value.code
