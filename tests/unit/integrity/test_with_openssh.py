"""OpenSSH on the other side: what it signs we verify, and what we write it verifies."""

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from signoff_ledger.integrity.ssh.allowed_signers import AllowedSigner, format_allowed_signers
from signoff_ledger.integrity.ssh.public_key import SshPublicKey, parse_ssh_public_key
from signoff_ledger.integrity.ssh.sshsig import NAMESPACE, armor, dearmor, verify_sshsig
from signoff_ledger.integrity.ssh.wire import mpint
from tests.refusals import refusal
from tests.signers import (
    APPLICATION,
    INES,
    NORTH,
    raw,
    sign,
    signed_data,
    ssh_blob,
    sshsig_blob,
    touched,
    wire,
)
from tests.tools import tool

MESSAGE = b'{"meaning":"signed off"}\n'
SPACE = NAMESPACE.encode()
KINDS = {
    "ed25519": ("-t", "ed25519"),
    "ecdsa-256": ("-t", "ecdsa", "-b", "256"),
    "ecdsa-384": ("-t", "ecdsa", "-b", "384"),
    "ecdsa-521": ("-t", "ecdsa", "-b", "521"),
    "rsa-3072": ("-t", "rsa", "-b", "3072"),
}

MORNING, NOON, EVENING = (
    datetime(2026, 3, 2, 8, tzinfo=UTC),
    datetime(2026, 3, 2, 12, tzinfo=UTC),
    datetime(2026, 3, 2, 18, tzinfo=UTC),
)


def ssh_keygen(*arguments: str | Path, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run `ssh-keygen`."""
    command = [tool("ssh-keygen"), *map(str, arguments)]
    return subprocess.run(command, input=given, check=False, capture_output=True, timeout=60)


@pytest.fixture(scope="module")
def key_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Make a key of a kind, once."""
    folder = tmp_path_factory.mktemp("keys")

    @cache
    def make(kind: str) -> Path:
        path = folder / kind
        done = ssh_keygen("-q", *KINDS[kind], "-N", "", "-C", "ines@station-2", "-f", path)
        assert 0 == done.returncode, done.stderr
        return path

    return make


def signed_by(key: Path, *options: str, namespace: str = NAMESPACE) -> str:
    """Sign the message with `ssh-keygen`."""
    done = ssh_keygen("-Y", "sign", "-q", "-f", key, "-n", namespace, *options, given=MESSAGE)
    assert 0 == done.returncode, done.stderr
    return done.stdout.decode("ascii")


@pytest.mark.parametrize("kind", KINDS)
def test_what_ssh_keygen_signs_verifies_here(key_of: Callable[[str], Path], kind: str) -> None:
    armored = signed_by(key_of(kind))
    public_key = parse_ssh_public_key(key_of(kind).with_suffix(".pub").read_text("ascii"))

    assert public_key == verify_sshsig(armored, MESSAGE, NAMESPACE)
    assert armored == armor(dearmor(armored))
    with refusal("SL506", "not a signature"):
        verify_sshsig(armored, MESSAGE + b"\n", NAMESPACE)
    with refusal("SL506", "made for"):
        verify_sshsig(armored, MESSAGE, "file")
    with refusal("SL506", "made for 'file'"):
        verify_sshsig(signed_by(key_of(kind), namespace="file"), MESSAGE, NAMESPACE)


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_has_the_line_and_the_fingerprint_that_ssh_keygen_shows(
    key_of: Callable[[str], Path], kind: str
) -> None:
    path = key_of(kind).with_suffix(".pub")
    public_key = parse_ssh_public_key(path.read_text("ascii"))

    shown = ssh_keygen("-l", "-f", path).stdout.decode("ascii").split()
    assert public_key.fingerprint == shown[1]
    assert f"{public_key.line} ines@station-2\n" == path.read_text("ascii")


def test_a_signature_hashed_otherwise_is_refused(key_of: Callable[[str], Path]) -> None:
    armored = signed_by(key_of("ed25519"), "-O", "hashalg=sha256")

    with refusal("SL506", "not with sha512"):
        verify_sshsig(armored, MESSAGE, NAMESPACE)


def test_what_is_signed_by_hand_is_what_ssh_keygen_writes(tmp_path: Path) -> None:
    """Ed25519 signs one text in one way, so the two files are the same bytes."""
    key = tmp_path / "ines"
    key.write_bytes(INES.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    key.chmod(0o600)

    assert signed_by(key) == sign(INES, MESSAGE, SPACE)


class Auditor:
    """Somebody with OpenSSH and our files, and nothing else of ours."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def accepts(
        self,
        signers: list[AllowedSigner],
        armored: str,
        *,
        principal: str = "ines",
        namespace: str = NAMESPACE,
        at: datetime = NOON,
        message: bytes = MESSAGE,
    ) -> bool:
        """Ask `ssh-keygen -Y verify`."""
        allowed, signature = self.folder / "allowed_signers", self.folder / "message.sig"
        allowed.write_text(format_allowed_signers(signers), "ascii", newline="")
        signature.write_text(armored, "ascii", newline="")
        done = ssh_keygen(
            "-Y", "verify", "-f", allowed, "-I", principal, "-n", namespace, "-s", signature,
            "-O", f"verify-time={at:%Y%m%d%H%M%S}Z", given=message,
        )  # fmt: skip
        return done.returncode == 0


@pytest.fixture
def auditor(tmp_path: Path) -> Auditor:
    return Auditor(tmp_path)


INES_KEY = SshPublicKey.of_blob(ssh_blob(INES))


@pytest.mark.parametrize("kind", KINDS)
def test_an_auditor_verifies_with_the_list_that_we_write(
    auditor: Auditor, key_of: Callable[[str], Path], kind: str
) -> None:
    armored = signed_by(key_of(kind))
    signers = [AllowedSigner("ines", verify_sshsig(armored, MESSAGE, NAMESPACE))]

    assert auditor.accepts(signers, armored)
    assert not auditor.accepts(signers, armored, message=b"other")
    assert not auditor.accepts(signers, armored, principal="aude")


def test_a_key_is_good_between_its_times(auditor: Auditor) -> None:
    armored = sign(INES, MESSAGE, SPACE)
    signers = [AllowedSigner("ines", INES_KEY, MORNING, EVENING)]

    assert auditor.accepts(signers, armored, at=MORNING)
    assert auditor.accepts(signers, armored, at=NOON)
    assert auditor.accepts(signers, armored, at=EVENING)
    assert not auditor.accepts(signers, armored, at=MORNING.replace(hour=7, minute=59, second=59))
    assert not auditor.accepts(signers, armored, at=EVENING.replace(second=1))


def test_a_key_is_good_for_decisions_only(auditor: Auditor) -> None:
    signers = [AllowedSigner("ines", INES_KEY)]

    assert auditor.accepts(signers, sign(INES, MESSAGE, SPACE))
    assert not auditor.accepts(signers, sign(INES, MESSAGE, b"file"), namespace="file")
    assert not auditor.accepts(signers, sign(INES, MESSAGE, b"file"))


def test_one_person_signs_for_no_other(auditor: Auditor) -> None:
    signers = [
        AllowedSigner("ines", INES_KEY),
        AllowedSigner("aude", SshPublicKey.of_blob(ssh_blob(NORTH))),
    ]
    armored = sign(NORTH, MESSAGE, SPACE)

    assert auditor.accepts(signers, armored, principal="aude")
    assert not auditor.accepts(signers, armored, principal="ines")


def sk_ed25519(flags: int) -> str:
    """Emulate an Ed25519 security key."""
    name = b"sk-ssh-ed25519@openssh.com"
    data, added = touched(signed_data(MESSAGE, SPACE), flags=flags)
    signature = wire(name, INES.sign(data)) + added
    return armor(sshsig_blob(wire(name, raw(INES), APPLICATION), SPACE, signature))


def sk_ecdsa(flags: int) -> str:
    """Emulate an ECDSA security key."""
    name, key = b"sk-ecdsa-sha2-nistp256@openssh.com", ec.derive_private_key(7, ec.SECP256R1())
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    data, added = touched(signed_data(MESSAGE, SPACE), flags=flags)
    r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
    signature = wire(name, wire(mpint(r), mpint(s))) + added
    return armor(sshsig_blob(wire(name, b"nistp256", point, APPLICATION), SPACE, signature))


@pytest.mark.parametrize("emulated", [sk_ed25519, sk_ecdsa])
def test_a_touched_security_key_is_accepted_by_both(
    auditor: Auditor, emulated: Callable[[int], str]
) -> None:
    armored = emulated(1)
    public_key = verify_sshsig(armored, MESSAGE, NAMESPACE)

    assert auditor.accepts([AllowedSigner("ines", public_key)], armored)
    assert not auditor.accepts([AllowedSigner("ines", public_key)], armored, message=b"other")


@pytest.mark.parametrize("emulated", [sk_ed25519, sk_ecdsa])
def test_an_untouched_security_key_is_refused_here(emulated: Callable[[int], str]) -> None:
    """OpenSSH leaves that to whoever asks; for a decision a touch is asked for."""
    with refusal("SL506", "not touched"):
        verify_sshsig(emulated(0), MESSAGE, NAMESPACE)
