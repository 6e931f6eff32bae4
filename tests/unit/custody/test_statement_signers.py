"""Signing by OpenSSH itself: a key file, its passphrase, an agent, or elsewhere."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from signoff_ledger.bounded_file import SIGNATURE
from signoff_ledger.custody.statement_signers import (
    AttachedSignatures,
    OpenSshSigner,
    SigningMoment,
    StatementCollector,
)
from signoff_ledger.errors import Advice, ConflictError, IdentityError, InputError
from signoff_ledger.integrity.ssh.public_key import parse_ssh_public_key
from signoff_ledger.integrity.ssh.sshsig import NAMESPACE, verify_sshsig
from signoff_ledger.integrity.statement import Act, write_statement
from tests.lines import PROCESS
from tests.signers import INES, ORIGIN, sign
from tests.tools import tool

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs a shell script")


def statement(act_size: int = 5, **data: object) -> bytes:
    """Write a statement."""
    return write_statement(
        act=Act("2026-03-02T08:00:05.000000Z", "I mean it.", "ab" * 32, act_size),
        by="ines",
        data={"note": "x"} | data,
        ledger=ORIGIN,
        printed_name="Ines I",
        stream=PROCESS,
        type_="signoff.process-signed-off.v1",
        version=7,
    )


def made_key(folder: Path, passphrase: str = "") -> Path:
    """Make a key with OpenSSH."""
    path = folder / "id"
    subprocess.run(
        [tool("ssh-keygen"), "-q", "-t", "ed25519", "-N", passphrase, "-C", "", "-f", str(path)],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return path


def public(key: Path) -> str:
    """Read the public half, as it is registered."""
    return parse_ssh_public_key(key.with_suffix(".pub").read_text("ascii")).line


def check(armored: str, key: Path, text: bytes | None = None) -> None:
    """Hold a signature against a key."""
    found = verify_sshsig(armored, text or statement(), NAMESPACE)
    assert parse_ssh_public_key(public(key)).fingerprint == found.fingerprint


def refused(signer: OpenSshSigner, keys: Sequence[str]) -> IdentityError:
    """Expect nothing to be signed."""
    with pytest.raises(IdentityError) as error:
        signer.sign(statement(), keys)
    assert "SL407" == error.value.code
    assert error.value.what.startswith("nothing was signed")
    return error.value


def on_path(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a program in place of `ssh-keygen`."""
    program = folder / "bin" / "ssh-keygen"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n", "ascii")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))


# --- OpenSSH --------------------------------------------------------------------------------------


def test_a_key_file_signs(tmp_path: Path) -> None:
    key = made_key(tmp_path)

    check(OpenSshSigner(key).sign(statement(), []), key)


def test_a_passphrase_is_between_the_person_and_openssh(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = made_key(tmp_path, "open sesame")
    for name, answer in (("right", "open sesame"), ("wrong", "no")):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho '{answer}'\n", "ascii")
        program.chmod(0o755)
    monkeypatch.setenv("SSH_ASKPASS_REQUIRE", "force")
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)

    monkeypatch.setenv("SSH_ASKPASS", str(tmp_path / "right"))
    check(OpenSshSigner(key).sign(statement(), []), key)
    monkeypatch.setenv("SSH_ASKPASS", str(tmp_path / "wrong"))
    assert "passphrase" in refused(OpenSshSigner(key), []).why


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Run an agent that holds one key, and give that key; its private file is gone."""
    program, add = tool("ssh-agent"), tool("ssh-add")
    key = made_key(tmp_path)
    socket = tmp_path / "agent"
    running = subprocess.Popen(
        [program, "-D", "-a", str(socket)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        done = None
        for _ in range(200):
            done = subprocess.run([add, "-q", str(key)], check=False, capture_output=True)
            if done.returncode == 0:
                break
            running.poll()
        assert done is not None
        assert done.returncode == 0, done.stderr
        key.unlink()
        yield key
    finally:
        running.terminate()
        running.wait()


def test_an_agent_signs_with_the_last_registered_key(agent: Path) -> None:
    older = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"

    check(OpenSshSigner().sign(statement(), [older, public(agent)]), agent)


def test_an_agent_signs_with_the_key_whose_public_half_is_named(agent: Path) -> None:
    check(OpenSshSigner(agent.with_suffix(".pub")).sign(statement(), []), agent)


def test_without_key_and_agent_nothing_is_signed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = made_key(tmp_path)
    key.rename(tmp_path / "elsewhere")
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)

    error = refused(OpenSshSigner(), [public(key)])
    assert error.why
    assert Advice("name-signing-key") == error.advice
    assert "No such file" in refused(OpenSshSigner(tmp_path / "nothing"), []).why


def test_without_openssh_other_ways_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    error = refused(OpenSshSigner(), [])
    assert "ssh-keygen is not on this machine" in error.what
    assert Advice("install-openssh") == error.advice


@posix
@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("exit 0", "ssh-keygen gave no signature"),
        ("exit 3", "ssh-keygen gave no signature"),
        ("echo half; echo first >&2; echo 'device not found' >&2; exit 1", "device not found"),
        ("printf '\\377 is not text\\n' >&2; exit 1", "\ufffd is not text"),
    ],
)
def test_a_failure_of_openssh_is_reported_in_its_own_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, why: str
) -> None:
    on_path(tmp_path, monkeypatch, script)

    assert why == refused(OpenSshSigner(tmp_path / "id"), []).why


@posix
def test_openssh_is_given_the_statement_the_namespace_and_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cat = shutil.which("cat")
    on_path(tmp_path, monkeypatch, f'echo "$@"; {cat}')

    said = OpenSshSigner(tmp_path / "my key").sign(statement(), []).encode()
    assert f"-Y sign -f {tmp_path}/my key -n {NAMESPACE}\n".encode() + statement() == said
    script = f'{cat} "$4"'
    (tmp_path / "bin" / "ssh-keygen").write_text(f"#!/bin/sh\n{script}\n", "ascii")
    assert "new\n" == OpenSshSigner().sign(statement(), ["old", "new"])


def test_a_pen_says_whether_it_is_only_for_those_who_must() -> None:
    assert (False, True) == (
        OpenSshSigner().only_if_required,
        OpenSshSigner(only_if_required=True).only_if_required,
    )
    assert OpenSshSigner().moment is None


# --- elsewhere ------------------------------------------------------------------------------------


def test_a_statement_is_kept_for_a_signature_made_elsewhere() -> None:
    kept: list[bytes] = []
    signer = StatementCollector(kept)

    assert (None, False, None) == (signer.sign(b"x", []), signer.only_if_required, signer.moment)  # type: ignore[func-returns-value]
    assert [b"x"] == kept


def written(folder: Path, text: bytes, signature: bytes | None = None) -> tuple[Path, Path]:
    """Write a statement and its signature."""
    paths = folder / "s", folder / "s.sig"
    paths[0].write_bytes(text)
    paths[1].write_bytes(
        sign(INES, text, NAMESPACE.encode()).encode() if signature is None else signature
    )
    return paths


def test_a_signature_made_elsewhere_is_of_the_moment_of_its_statement(tmp_path: Path) -> None:
    signer = AttachedSignatures(*written(tmp_path, statement()))

    at = datetime(2026, 3, 2, 8, 0, 5, tzinfo=UTC)
    assert SigningMoment(at, "ab" * 32, 5) == signer.moment
    assert not signer.only_if_required
    assert sign(INES, statement(), NAMESPACE.encode()) == signer.sign(statement(), [])


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (statement(6), "signed.size was '5' and is '6'"),
        (statement(note="y"), "data.note was 'x' and is 'y'"),
        (statement(more="y"), "data.more was 'None' and is 'y'"),
        (statement(note="y" * 99), f"data.note was 'x' and is '{'y' * 60}'"),
    ],
)
def test_what_would_be_recorded_now_must_be_what_was_signed(
    tmp_path: Path, now: bytes, why: str
) -> None:
    signer = AttachedSignatures(*written(tmp_path, statement()))

    with pytest.raises(ConflictError) as error:
        signer.sign(now, [])
    assert ("SL603", why) == (error.value.code, error.value.why)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"rubbish",
        b"[]\n",
        b"{}\n",
        b'{"signed":7}\n',
        b'{"signed":{"at":"2026-03-02","root":"","size":1}}\n',
        b'{"signed":{"at":7,"root":"","size":1}}\n',
        b'{"signed":{"at":"2026-03-02T08:00:05.000000Z"}}\n',
    ],
)
def test_what_is_no_statement_is_not_attached(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(InputError) as error:
        AttachedSignatures(*written(tmp_path, text))
    assert "SL101" == error.value.code
    assert "is not a statement" in error.value.what


@pytest.mark.parametrize("missing", ["s", "s.sig"])
def test_a_file_that_is_not_there_is_named(tmp_path: Path, missing: str) -> None:
    paths = written(tmp_path, statement())
    (tmp_path / missing).unlink()

    with pytest.raises(InputError) as error:
        AttachedSignatures(*paths)
    assert f"{tmp_path / missing} cannot be read" == error.value.what
    assert "No such file or directory" == error.value.why


def test_a_file_that_is_longer_than_any_signature_is_not_read(tmp_path: Path) -> None:
    paths = written(tmp_path, statement(), b"x" * SIGNATURE.size_bytes)
    AttachedSignatures(*paths)
    paths[1].write_bytes(b"x" * (SIGNATURE.size_bytes + 1))

    with pytest.raises(InputError) as error:
        AttachedSignatures(*paths)
    assert f"longer than {SIGNATURE.size_bytes} bytes" in error.value.why


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    paths = written(tmp_path, statement())
    paths[0].chmod(0)
    with pytest.raises(InputError):
        AttachedSignatures(*paths)
