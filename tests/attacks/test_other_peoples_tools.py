"""An auditor without our software: the README of an export, typed as it stands there."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.attacks.dossier_files import flipped, hashes_of
from tests.attacks.forging import read_files, write_files
from tests.attacks.story import LedgerStory
from tests.attacks.tools import needed

LINE = re.compile(r"^    (.*)$", re.MULTILINE)
NAMESPACE = "signoff-decision@v1"


def commands(readme: str) -> str:
    """Give every indented line of a README, but those that install and run signoff itself."""
    ours = ("pip install", "signoff verify")
    return "\n".join(line for line in LINE.findall(readme) if not line.startswith(ours))


def typed(folder: Path) -> subprocess.CompletedProcess[str]:
    """Type the commands of a folder's README into bash, which ends at the first that fails."""
    script = commands((folder / "README.md").read_text("utf-8"))
    return subprocess.run(
        [needed("bash", "openssl", "ssh-keygen", "sha256sum", "base64", "od"), "-e", "-c", script],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def copied(source: Path, folder: Path, **changed: bytes) -> Path:
    """Copy an export, with some files changed."""
    write_files(folder, read_files(source) | changed)
    return folder


@pytest.mark.parametrize("decision", ["signed_off", "held"])
def test_the_commands_in_the_readme_of_a_dossier_work_as_they_stand(
    full: LedgerStory, decision: str
) -> None:
    done = typed(full.dossier(getattr(full, decision)))

    assert 0 == done.returncode, done.stdout + done.stderr
    assert "" == done.stderr
    for said in (
        "Signature Verified Successfully",
        "the decision is in the log",
        f'Good "{NAMESPACE}" signature for anna with ED25519 key',
        "it was signed in time",
        "it is",
    ):
        assert said in done.stdout


def test_the_commands_in_the_readme_of_an_unsigned_decision_work(unsigned: LedgerStory) -> None:
    done = typed(unsigned.dossier(unsigned.signed_off))

    assert 0 == done.returncode, done.stdout + done.stderr
    assert "the decision is in the log" in done.stdout
    assert "ssh-keygen" not in (unsigned.dossier(unsigned.signed_off) / "README.md").read_text()


def test_the_commands_in_the_readme_of_a_log_work_as_they_stand(full: LedgerStory) -> None:
    done = typed(full.log)

    assert 0 == done.returncode, done.stdout + done.stderr
    assert "" == done.stderr
    assert "Signature Verified Successfully" in done.stdout
    assert "the root is the sealed one" in done.stdout
    assert full.lines[0].decode() in done.stdout


def test_the_commands_write_nothing_into_the_folder(full: LedgerStory, tmp_path: Path) -> None:
    """What was handed over stays what it was."""
    folder = copied(full.dossier(full.held), tmp_path / "dossier")
    typed(folder)

    assert read_files(full.dossier(full.held)) == read_files(folder)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("decision.json", b"well done", b"well dine"),
        ("decision.tlog-proof", b"index ", b"index 1"),
        ("decision.tlog-proof", b"=\n", b"A\n"),
        ("decision.statement", b"well done", b"well dine"),
        ("checkpoint", b"mugs\n", b"mugs\n1"),
        ("log.vkey", b"+", b"+A"),
        ("allowed_signers", b"AAAAC3NzaC1lZDI1NTE5AAAAI", b"AAAAC3NzaC1lZDI1NTE5AAAAJ"),
    ],
)
def test_the_commands_fail_on_what_was_edited(
    full: LedgerStory, tmp_path: Path, name: str, old: bytes, new: bytes
) -> None:
    source = full.dossier(full.signed_off)
    content = (source / name).read_bytes()
    assert old in content
    folder = copied(source, tmp_path / "dossier", **{name: content.replace(old, new)})

    assert 0 != typed(folder).returncode


def test_the_commands_fail_on_an_altered_hash_of_the_proof(
    full: LedgerStory, tmp_path: Path
) -> None:
    source = full.dossier(full.signed_off)
    proof = (source / "decision.tlog-proof").read_bytes()
    one = hashes_of(proof)[2]
    altered = proof.replace(one, flipped(one))
    folder = copied(source, tmp_path / "dossier", **{"decision.tlog-proof": altered})
    done = typed(folder)

    assert 0 != done.returncode
    assert "THE DECISION IS NOT IN THE LOG" in done.stdout


def test_the_commands_fail_on_an_edited_line_of_the_log(full: LedgerStory, tmp_path: Path) -> None:
    content = (full.log / "events.ndjson").read_bytes().replace(b'"gap":25', b'"gap":26', 1)
    folder = copied(full.log, tmp_path / "log", **{"events.ndjson": content})

    assert 0 != typed(folder).returncode


# --- ssh-keygen -Y verify -----------------------------------------------------------------------


def signed_at(folder: Path) -> str:
    """Give the time in a statement, as OpenSSH takes one."""
    at: str = json.loads((folder / "decision.statement").read_bytes())["signed"]["at"]
    return re.sub(r"[-:T]|\..*", "", at) + "Z"


def openssh(
    full: LedgerStory,
    *more: str,
    signer: str = "anna",
    namespace: str = NAMESPACE,
    when: str | None = None,
    edited: bool = False,
) -> bool:
    """Ask OpenSSH about the signature of the sign-off; says whether it accepts it."""
    folder = full.dossier(full.signed_off)
    statement = (folder / "decision.statement").read_bytes()
    command = [needed("ssh-keygen"), "-Y", "verify", "-f", "allowed_signers", "-I", signer]
    command += ["-n", namespace, "-s", "decision.statement.sig"]
    command += ["-O", f"verify-time={when or signed_at(folder)}", *more]
    done = subprocess.run(
        command,
        cwd=folder,
        input=statement.replace(b"well done", b"well dine") if edited else statement,
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def test_openssh_accepts_our_signature(full: LedgerStory) -> None:
    assert openssh(full)


def test_openssh_refuses_an_edited_statement(full: LedgerStory) -> None:
    assert not openssh(full, edited=True)


@pytest.mark.parametrize("signer", ["egon", "olga", "mallory", "Anna", "*"])
def test_openssh_refuses_another_signer(full: LedgerStory, signer: str) -> None:
    assert not openssh(full, signer=signer)


@pytest.mark.parametrize("namespace", ["git", "file", "signoff-decision@v2"])
def test_openssh_refuses_another_namespace(full: LedgerStory, namespace: str) -> None:
    assert not openssh(full, namespace=namespace)


def test_openssh_refuses_a_moment_at_which_the_key_was_not_yet_accepted(full: LedgerStory) -> None:
    assert not openssh(full, when="20260301000000Z")


def test_openssh_refuses_a_moment_at_which_the_key_was_revoked(full: LedgerStory) -> None:
    """Anna's first key signed the hold, was revoked later, and signs nothing any more."""
    folder = full.dossier(full.held)
    command = [needed("ssh-keygen"), "-Y", "verify", "-f", str(full.log / "allowed_signers")]
    command += ["-I", "anna", "-n", NAMESPACE, "-s", "decision.statement.sig"]

    def accepted(when: str) -> bool:
        with (folder / "decision.statement").open("rb") as statement:
            asked = [*command, "-O", f"verify-time={when}"]
            return not subprocess.run(
                asked, cwd=folder, stdin=statement, capture_output=True, check=False
            ).returncode

    assert accepted(signed_at(folder))
    assert not accepted("20260303000000Z")


def test_openssh_refuses_a_key_on_the_readers_own_list_of_revoked_ones(
    full: LedgerStory, tmp_path: Path
) -> None:
    revoked = tmp_path / "revoked"
    revoked.write_bytes(full.key_of("anna-2").with_suffix(".pub").read_bytes())

    assert not openssh(full, "-r", str(revoked))
    revoked.write_bytes(full.key_of("egon").with_suffix(".pub").read_bytes())
    assert openssh(full, "-r", str(revoked))
