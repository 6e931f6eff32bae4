"""The story that the pages show, and the product run on it."""

from __future__ import annotations

import io
import os
import shlex
import sqlite3
import tempfile
from contextlib import chdir, closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from importlib.resources import files
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from docs.generator.markdown import SOURCES
from signoff_cli import demo_story
from signoff_cli.main import run
from signoff_cli.session import Session
from signoff_ledger import errors
from signoff_ledger.bootstrap import open_ledger
from signoff_ledger.domain.events.process import ProcessHeld, ProcessSignedOff
from signoff_ledger.integrity.c2sp.checkpoint import Checkpoint, sign_checkpoint
from signoff_ledger.integrity.encoding import encode_base64
from signoff_ledger.integrity.ssh.public_key import SshPublicKey
from signoff_ledger.integrity.ssh.sshsig import NAMESPACE, Sshsig, armor
from signoff_ledger.integrity.ssh.wire import string

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from signoff_ledger.custody.statement_signers import SigningMoment
    from signoff_ledger.domain.events.event import Event, LogEntry
    from signoff_ledger.domain.verdict import Verdict

WIDTH = "100"
SIGNERS = ("o.reid", "a.mercer", "dan", "m.lowe")
STRANGER = "a stranger"


@contextmanager
def steady_environment() -> Iterator[None]:
    """Take away every setting of this machine that an answer could depend on."""
    before = dict(os.environ)
    for name in list(os.environ):
        if name.startswith(("SIGNOFF_", "_SIGNOFF_")) or name in {"FORCE_COLOR", "NO_COLOR"}:
            del os.environ[name]
    os.environ["COLUMNS"] = WIDTH
    os.environ["SIGNOFF_KEYS"] = "keys"
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def said_by(args: list[str], session: Session) -> str:
    """Run one command line and give everything it says.

    Raises:
        RuntimeError: It ended in a way that no page may show.
    """
    heard = io.StringIO()
    with redirect_stdout(heard), redirect_stderr(heard):
        code = run(args, session)
    if code not in {0, errors.RuleRefusedError.exit_code, errors.IdentityError.exit_code}:
        raise RuntimeError(f"signoff {' '.join(args)} ended with {code}:\n{heard.getvalue()}")
    return heard.getvalue()


def transcript() -> str:
    """Give what `signoff demo` prints on a screen of 100 columns."""
    return said_by(["demo"], Session())


def later_steps() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Read the steps after the demo's story: who gives each, and its arguments."""
    for line in (SOURCES / "later-steps.txt").read_text("utf-8").splitlines():
        by, colon, command = line.partition(": ")
        if colon and not line.startswith("#"):
            yield by, tuple(shlex.split(command))


def story_keys() -> Iterator[Ed25519PrivateKey]:
    """Give a key after the other, the same ones every time: they guard nothing."""
    for number in count(1):
        yield person_key(f"log key {number}")


def person_key(name: str) -> Ed25519PrivateKey:
    """Give the key that a person of the story signs with."""
    return Ed25519PrivateKey.from_private_bytes(sha256(f"the story's {name}".encode()).digest())


def public_key(name: str) -> str:
    """Write the public half as OpenSSH does."""
    return f"ssh-ed25519 {encode_base64(key_blob(name))}"


def key_blob(name: str) -> bytes:
    """Write a public key on the wire (RFC 8709)."""
    return string(b"ssh-ed25519") + string(person_key(name).public_key().public_bytes_raw())


@dataclass
class StorySigner:
    """Signs for a person of the story, as `ssh-keygen -Y sign` would, on any machine."""

    name: str
    only_if_required: bool
    asks_key: bool = True
    moment: SigningMoment | None = None

    def sign(self, statement: bytes, keys: Sequence[str]) -> str:
        """Sign a statement."""
        del keys
        blob = key_blob(self.name)
        unsigned = Sshsig(SshPublicKey.of_blob(blob), NAMESPACE, b"")
        made = person_key(self.name).sign(unsigned.signed_data(statement))
        fields = (NAMESPACE.encode(), b"", b"sha512", string(b"ssh-ed25519") + string(made))
        return armor(b"SSHSIG" + (1).to_bytes(4, "big") + b"".join(map(string, (blob, *fields))))


class StorySession(Session):
    """A session in which each person signs with their key of the story, or with another one."""

    @property
    def _signer(self) -> StorySigner:
        named = Path(self.key).name.removesuffix(".pub") if self.key else None
        return StorySigner(named or self.actor or "", only_if_required=named is None)


class Story(NamedTuple):
    """A ledger in which every kind of event happened, as lines in order."""

    log: tuple[LogEntry, ...]

    def first(self, event: type[Event]) -> LogEntry:
        """Give the first event of a kind."""
        return next(recorded for recorded in self.log if type(recorded.entry.event) is event)

    def verdicts(self) -> Iterator[tuple[int, Verdict]]:
        """Give the verdict kept with each decision, with its position."""
        for recorded in self.log:
            if isinstance(recorded.entry.event, (ProcessHeld, ProcessSignedOff)):
                yield recorded.position, recorded.entry.event.verdict


def play() -> Story:
    """Play the demo's story and the later steps, on the story's clock and with its ids."""
    clock, ids, keys = demo_story.StoryClock(), demo_story.StoryIds(), story_keys()

    def say(by: str, args: tuple[str, ...]) -> None:
        session = StorySession(
            actor=by,
            format="table",
            ledger="ledger.db",
            clock=clock,
            ids=ids,
            new_key=lambda: next(keys),
        )
        said_by(["--color", "never", "--as", by, *args], session)

    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        for file in files("signoff_cli").joinpath("story").iterdir():
            Path(file.name).write_bytes(file.read_bytes())
        stool = (SOURCES / "stool.toml").read_text("utf-8")
        Path("stool.toml").write_text(stool, "utf-8")
        Path("fewer.toml").write_text(stool.replace("units = 5", "units = 4"), "utf-8")
        wider = stool.replace('upper = "0.5"', 'upper = "0.6"')
        Path("wider.toml").write_text(wider, "utf-8")
        for name in SIGNERS:
            Path(f"{name}.pub").write_text(f"{public_key(name)}\n", "ascii")
        for step in demo_story.STEPS:
            clock.move_to(step.at)
            say(step.by, step.args)
        for by, args in later_steps():
            clock.moment += timedelta(minutes=10)
            if by == STRANGER:
                keep_foreign(int(args[0]))
            else:
                say(by, args)
        with open_ledger(Path("ledger.db")) as opened:
            return Story(tuple(opened.store.read(0)))


def keep_foreign(size: int) -> None:
    """Keep a checkpoint that a stranger signed, as every writer of the file can."""
    note = sign_checkpoint(Checkpoint("example.com/x", size, bytes(32)), person_key("stranger"))
    with closing(sqlite3.connect("ledger.db", isolation_level=None)) as connection:
        connection.execute("INSERT INTO checkpoints VALUES (?, ?)", (size, note))
