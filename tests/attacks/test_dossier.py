"""Attacks on the dossier of one decision, and on the proof of one line."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signoff_ledger.errors import EvidenceError, SignoffError
from signoff_ledger.integrity.checkpoint import Checkpoint, sign_checkpoint
from signoff_ledger.integrity.examination import OPEN
from signoff_ledger.integrity.leaf import leaf_hash
from signoff_ledger.integrity.note import parse_note
from signoff_ledger.integrity.tlog_proof import parse_tlog_proof, verify_tlog_proof
from signoff_ledger.integrity.verifier_key import VerifierKey
from tests.attacks.forging import Forgery, path_of, root_of, verify, write_files
from tests.attacks.story import Told
from tests.cli.terminal import Terminal

MALLORY = Ed25519PrivateKey.generate()
PROOFS = ("decision", "streams/ledger", "streams/process-mug", "streams/batch-B2")


@dataclass
class Copy:
    """A copy of the dossier of the sign-off, in the attacker's hands.

    Attributes:
        told: The story; it has the whole log.
        held: The dossier of the hold in the same log.
        other: The same decision's dossier in another ledger.
        files: The copy.
    """

    told: Told
    held: dict[str, bytes]
    other: dict[str, bytes]
    files: dict[str, bytes] = field(default_factory=dict)

    def prove(self, name: str, line: bytes, lines: list[bytes] | None = None) -> None:
        """Prove a line in the log, or in another one, against the checkpoint that is there."""
        leaves = [leaf_hash(one) for one in lines or self.told.lines]
        index = leaves.index(leaf_hash(line))
        hashes = "".join(f"{b64encode(one).decode()}\n" for one in path_of(leaves, index))
        head = f"c2sp.org/tlog-proof@v1\nindex {index}\n{hashes}\n".encode()
        self.files[f"{name}.tlog-proof"] = head + self.files["checkpoint"]

    def cut(self, stream: str, count: int = 1) -> None:
        """Cut a stream's last lines, and prove the one that is last then."""
        lines = self.files[f"streams/{stream}.ndjson"].splitlines()[:-count]
        self.files[f"streams/{stream}.ndjson"] = b"".join(line + b"\n" for line in lines)
        self.prove(f"streams/{stream}", lines[-1])

    def rename(self, stream: str, to: str) -> None:
        """Give a stream another name."""
        for end in ("ndjson", "tlog-proof"):
            self.files[f"streams/{to}.{end}"] = self.files.pop(f"streams/{stream}.{end}")


def read(folder: Path) -> dict[str, bytes]:
    """Read every file of a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def copy(told: Told, other: Told) -> Copy:
    """A dossier to attack."""
    mine = read(told.dossier(told.signed_off))
    return Copy(told, read(told.dossier(told.held)), read(other.dossier(other.signed_off)), mine)


Change = Callable[[Copy], object]


def change(name: str, how: Callable[[bytes], bytes]) -> Change:
    """Change a file."""

    def does(copy: Copy) -> None:
        changed = how(copy.files[name])
        assert changed != copy.files[name], name
        copy.files[name] = changed

    return does


def hashes_of(proof: bytes) -> list[bytes]:
    """Give the lines of a proof that are hashes."""
    return proof.split(b"\n\n")[0].split(b"\n")[2:]


def flipped(encoded: bytes) -> bytes:
    """Change one bit of a hash."""
    raw = b64decode(encoded)
    return b64encode(bytes([raw[0] ^ 1]) + raw[1:])


def run_of(name: str) -> Change:
    """Change the largest run that was signed off, wherever a file says it."""
    return change(
        name,
        lambda b: b.replace(b'"run_max":100,"run_min":50,"s', b'"run_max":999,"run_min":50,"s'),
    )


def without_first_hash(proof: bytes) -> bytes:
    return proof.replace(hashes_of(proof)[0] + b"\n", b"", 1)


def one_hash_more(proof: bytes) -> bytes:
    last = hashes_of(proof)[-1]
    return proof.replace(last, last + b"\n" + last, 1)


def two_hashes_swapped(proof: bytes) -> bytes:
    one, two = hashes_of(proof)[:2]
    return proof.replace(one + b"\n" + two, two + b"\n" + one)


def next_index(proof: bytes) -> bytes:
    index = proof.split(b"\n")[1]
    return proof.replace(index, b"index %d" % (int(index.split()[1]) + 1), 1)


def of_another(name: str) -> Change:
    """Put a file of the same log's other dossier in place of one."""
    return lambda copy: copy.files.update({name: copy.held[name]})


def both(one: Change, two: Change) -> Change:
    """Do one thing after the other."""

    def does(copy: Copy) -> None:
        one(copy)
        two(copy)

    return does


def another_line(topic: str) -> Change:
    """Put the last line of a kind in the place of the decision's, and prove it."""

    def does(copy: Copy) -> None:
        line = copy.told.lines[copy.told.positions(topic)[-1] - 1]
        copy.files["decision.json"] = line
        copy.prove("decision", line)

    return does


def of_another_ledger(*names: str) -> Change:
    """Put files of another ledger's dossier in place of some."""
    return lambda copy: copy.files.update({name: copy.other[name] for name in names})


def resealed(copy: Copy) -> None:
    note = parse_note(copy.files["checkpoint"])
    forged = sign_checkpoint(Checkpoint.parse(note.text), MALLORY)
    old = copy.files["checkpoint"]
    copy.files = {name: content.replace(old, forged) for name, content in copy.files.items()}


def of_an_older_checkpoint(copy: Copy) -> None:
    old = copy.files["checkpoint"]
    older = (copy.told.log / "checkpoints").iterdir()
    note = min(older, key=lambda path: int(path.name)).read_bytes()
    copy.files = {name: content.replace(old, note) for name, content in copy.files.items()}


def stream_dropped(name: str) -> Change:
    """Leave a stream out."""

    def does(copy: Copy) -> None:
        for end in ("ndjson", "tlog-proof"):
            del copy.files[f"streams/{name}.{end}"]

    return does


def forged_under_another_name(copy: Copy) -> None:
    """Turn a rule round, seal it all anew with the log's key, and hide the process by its name."""
    forgery = Forgery(copy.told, Path("unused"))
    at = forgery.find("process-signed-off")
    forgery.edit(at, lambda f: f["data"]["verdict"]["findings"][0].update(says="trust me"))
    forgery.rechain()
    armored = json.loads(copy.files["decision.json"])["data"]["signature"]["sshsig"]
    forgery.edit(at, lambda f: f["data"]["signature"].update(sshsig=armored))
    copy.rename("process-mug", "process-cup")


def withdrawal_on_a_wrong_stream(copy: Copy) -> None:
    lines = copy.files["streams/batch-B2.ndjson"] + copy.files["streams/batch-B1.ndjson"]
    copy.files["streams/batch-B2.ndjson"] = lines


ATTACKS: Mapping[str, tuple[str, Change]] = {
    "another decision's line": ("SL504", of_another("decision.json")),
    "another decision's line and proof": (
        "SL510",
        both(of_another("decision.json"), of_another("decision.tlog-proof")),
    ),
    "another line of the log as the decision": ("SL510", another_line("ledger-founded")),
    "a person's note of it as the decision": ("SL510", another_line("decision-taken")),
    "the decision with a newline": ("SL504", change("decision.json", lambda b: b + b"\n")),
    "the decision in other spelling": (
        "SL504",
        change("decision.json", lambda b: b.replace(b",", b", ", 1)),
    ),
    "the decision's run": (
        "SL504",
        change("decision.json", lambda b: b.replace(b'"run_max":100', b'"run_max":999')),
    ),
    "the decision's run in its stream too": (
        "SL502",
        both(run_of("decision.json"), run_of("streams/process-mug.ndjson")),
    ),
    **{
        f"{what} of {name}": (code, change(f"{name}.tlog-proof", how))
        for name in PROOFS
        for what, code, how in (
            ("a hash less in the proof", "SL504", without_first_hash),
            ("a hash more in the proof", "SL504", one_hash_more),
            ("two hashes swapped in the proof", "SL504", two_hashes_swapped),
            ("the next index in the proof", "SL504", next_index),
        )
    },
    "the proof of another line": (
        "SL504",
        lambda c: c.files.update({"decision.tlog-proof": c.files["streams/ledger.tlog-proof"]}),
    ),
    "the proof's header": (
        "SL504",
        change("decision.tlog-proof", lambda b: b.replace(b"v1", b"v2", 1)),
    ),
    "extra data in the proof": (
        "SL510",
        change("decision.tlog-proof", lambda b: b.replace(b"\nindex", b"\nextra QQ==\nindex", 1)),
    ),
    "an index with a sign": (
        "SL504",
        change("decision.tlog-proof", lambda b: b.replace(b"index ", b"index +", 1)),
    ),
    "an index with a zero": (
        "SL504",
        change("decision.tlog-proof", lambda b: b.replace(b"index ", b"index 0", 1)),
    ),
    "a huge index": (
        "SL504",
        change(
            "decision.tlog-proof", lambda b: b.replace(b"index ", b"index " + b"9" * 100_000, 1)
        ),
    ),
    "the proof with returns": (
        "SL504",
        change("decision.tlog-proof", lambda b: b.replace(b"\n", b"\r\n")),
    ),
    "the proof of another ledger": ("SL510", of_another_ledger("decision.tlog-proof")),
    "the growth of another decision": ("SL510", of_another("decision.growth")),
    "the growth altered": (
        "SL504",
        change(
            "decision.growth", lambda b: b.replace(b.split(b"\n")[1], flipped(b.split(b"\n")[1]))
        ),
    ),
    "the growth from another size": (
        "SL510",
        change("decision.growth", lambda b: b.replace(b"old ", b"old 1", 1)),
    ),
    "the growth emptied": ("SL504", change("decision.growth", lambda b: b"")),
    "the statement of another decision": ("SL510", of_another("decision.statement")),
    "the statement edited": (
        "SL510",
        change("decision.statement", lambda b: b.replace(b"well done", b"well dine")),
    ),
    "the statement without its newline": ("SL510", change("decision.statement", lambda b: b[:-1])),
    "the signature of another decision": ("SL510", of_another("decision.statement.sig")),
    "the signature of another ledger": ("SL510", of_another_ledger("decision.statement.sig")),
    "the statement and signature of another ledger": (
        "SL510",
        of_another_ledger("decision.statement.sig", "decision.statement"),
    ),
    "the checkpoint of another ledger": ("SL505", of_another_ledger("checkpoint")),
    "an older checkpoint": ("SL505", of_an_older_checkpoint),
    "a checkpoint of another key": ("SL505", resealed),
    "the key of another ledger": ("SL510", of_another_ledger("log.vkey")),
    "another ledger's signers": ("SL510", of_another_ledger("allowed_signers")),
    "a signer more": (
        "SL510",
        change(
            "allowed_signers",
            lambda b: b + b.splitlines(keepends=True)[0].replace(b"anna", b"mallory"),
        ),
    ),
    "the process of another ledger": ("SL506", of_another_ledger("streams/process-mug.ndjson")),
    "a person of another ledger": ("SL506", of_another_ledger("streams/person-anna.ndjson")),
    "a batch of another ledger": ("SL504", of_another_ledger("streams/batch-B2.ndjson")),
    "the ledger's own stream of another": ("SL506", of_another_ledger("streams/ledger.ndjson")),
    "the process dropped": ("SL510", stream_dropped("process-mug")),
    "the deciding batch dropped": ("SL502", stream_dropped("batch-B2")),
    "the held batch dropped": ("SL502", stream_dropped("batch-B1")),
    "the signer dropped": ("SL506", stream_dropped("person-anna")),
    "the ledger dropped": ("SL506", stream_dropped("ledger")),
    "the process renamed": ("SL510", lambda c: c.rename("process-mug", "process-cup")),
    "the process forged and renamed": ("SL510", forged_under_another_name),
    "the process renamed in percent": ("SL510", lambda c: c.rename("process-mug", "process-%6dug")),
    "the process as a batch": ("SL510", lambda c: c.rename("process-mug", "batch-mug")),
    "a batch renamed": ("SL510", lambda c: c.rename("batch-B2", "batch-B3")),
    "a person renamed": ("SL510", lambda c: c.rename("person-anna", "person-bela")),
    "the process cut before the decision": ("SL506", lambda c: c.cut("process-mug", 4)),
    "the deciding batch cut": ("SL509", lambda c: c.cut("batch-B2")),
    "the signer cut before the decision": ("SL506", lambda c: c.cut("person-anna", 2)),
    "two streams in one": ("SL502", withdrawal_on_a_wrong_stream),
    "a line dropped in the middle": (
        "SL502",
        change(
            "streams/batch-B2.ndjson",
            lambda b: b"".join(b.splitlines(keepends=True)[:2] + b.splitlines(keepends=True)[3:]),
        ),
    ),
    "a line dropped at the start": (
        "SL502",
        change("streams/batch-B2.ndjson", lambda b: b"".join(b.splitlines(keepends=True)[1:])),
    ),
    "a line doubled": (
        "SL502",
        change("streams/batch-B2.ndjson", lambda b: b + b.splitlines(keepends=True)[-1]),
    ),
    "two lines swapped": (
        "SL502",
        change(
            "streams/batch-B2.ndjson", lambda b: b"".join(reversed(b.splitlines(keepends=True)))
        ),
    ),
    "a reading": (
        "SL502",
        change("streams/batch-B2.ndjson", lambda b: b.replace(b'"gap":25', b'"gap":26', 1)),
    ),
    "the last line of a stream": (
        "SL504",
        change(
            "streams/batch-B2.ndjson",
            lambda b: b.replace(b"SIGNED_OFF", b"HELD"),
        ),
    ),
    "a stream without its last newline": (
        "SL510",
        change("streams/batch-B2.ndjson", lambda b: b[:-1]),
    ),
    "a stream emptied": ("SL510", change("streams/batch-B2.ndjson", lambda b: b"")),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_on_a_dossier_is_refused(copy: Copy, tmp_path: Path, name: str) -> None:
    code, attack = ATTACKS[name]
    attack(copy)
    write_files(tmp_path / "dossier", copy.files)

    with pytest.raises(EvidenceError) as caught:
        verify(tmp_path / "dossier")

    assert code == caught.value.code, caught.value
    said = Terminal(tmp_path)("verify", "dossier")
    assert 5 == said.code, said.out + said.err
    assert "FAILED" in said.out


@pytest.mark.parametrize("proof", PROOFS)
def test_a_proof_altered_in_any_hash_is_refused(copy: Copy, tmp_path: Path, proof: str) -> None:
    name, genuine = f"{proof}.tlog-proof", copy.files[f"{proof}.tlog-proof"]
    assert len(hashes_of(genuine)) > 2
    for one in hashes_of(genuine):
        write_files(tmp_path, copy.files | {name: genuine.replace(one, flipped(one))})
        with pytest.raises(EvidenceError) as caught:
            verify(tmp_path)
        assert "SL504" == caught.value.code


def test_no_file_of_a_dossier_can_be_left_out_or_emptied(copy: Copy, tmp_path: Path) -> None:
    """All but the README, which is for people."""
    for name in copy.files.keys() - {"README.md", "decision.json"}:
        kept = dict(copy.files)
        for number, content in enumerate((None, b"", kept[name] + b"\n", b"\n" + kept[name])):
            folder = tmp_path / f"{name.replace('/', '-')}-{number}"
            write_files(folder, kept)
            (folder / name).unlink() if content is None else (folder / name).write_bytes(content)
            with pytest.raises(SignoffError):
                verify(folder)


def test_a_dossier_says_that_it_cannot_show_what_came_afterwards(
    copy: Copy, tmp_path: Path
) -> None:
    """Whoever has the log can hand over shorter streams; nothing in them would tell."""
    copy.cut("process-mug")  # the order
    write_files(tmp_path, copy.files)

    assert OPEN == {check.name: check.state for check in verify(tmp_path)}["afterwards"]


# --- the proof of one line --------------------------------------------------------------------


def proved(line: bytes, proof: bytes, key: bytes) -> int:
    """Check the proof of one line as its reader does; gives the line's position."""
    read_proof = parse_tlog_proof(proof)
    verify_tlog_proof(leaf_hash(line), read_proof, VerifierKey.parse(key.decode().rstrip("\n")))
    return read_proof.index + 1


@pytest.fixture
def pair(told: Told, tmp_path: Path) -> tuple[bytes, bytes, bytes]:
    """A line, its proof, and the log's key, as `signoff prove` writes them."""
    terminal = Terminal(tmp_path, variables={"SIGNOFF_LEDGER": str(told.ledger)})
    terminal.did("prove", str(told.signed_off), "-o", "line")
    line, proof = ((tmp_path / f"line.{end}").read_bytes() for end in ("json", "tlog-proof"))
    assert told.signed_off == proved(line, proof, (told.log / "log.vkey").read_bytes())
    return line, proof, (told.log / "log.vkey").read_bytes()


Pair = tuple[bytes, bytes, bytes]
PAIRS: Mapping[str, Callable[[Pair, Told, Told], Pair]] = {
    "an edited line": lambda p, _, __: (p[0].replace(b"well done", b"well dine"), *p[1:]),
    "a line with a newline": lambda p, _, __: (p[0] + b"\n", *p[1:]),
    "another line": lambda p, t, _: (t.lines[0], *p[1:]),
    "the same line of another ledger": lambda p, _, o: (o.lines[o.signed_off - 1], *p[1:]),
    "an inner node for a line": lambda p, _, __: (b64decode(hashes_of(p[1])[0]), *p[1:]),
    "the next index": lambda p, _, __: (p[0], next_index(p[1]), p[2]),
    "a hash less": lambda p, _, __: (p[0], without_first_hash(p[1]), p[2]),
    "a hash more": lambda p, _, __: (p[0], one_hash_more(p[1]), p[2]),
    "hashes swapped": lambda p, _, __: (p[0], two_hashes_swapped(p[1]), p[2]),
    "another size": lambda p, _, __: (p[0], p[1].replace(b"\n76\n", b"\n75\n"), p[2]),
    "another log's key": lambda p, _, o: (*p[:2], (o.log / "log.vkey").read_bytes()),
    "another log's checkpoint": lambda p, _, o: (
        p[0],
        p[1].split(b"\n\n")[0] + b"\n\n" + (o.log / "checkpoint").read_bytes(),
        p[2],
    ),
    "no checkpoint": lambda p, _, __: (p[0], p[1].split(b"\n\n")[0] + b"\n\n", p[2]),
    "a checkpoint of another key": lambda p, t, _: (
        p[0],
        p[1].split(b"\n\n")[0]
        + b"\n\n"
        + sign_checkpoint(
            Checkpoint("example.com/mugs", 76, root_of([leaf_hash(one) for one in t.lines])),
            MALLORY,
        ),
        p[2],
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_an_attack_on_the_proof_of_a_line_is_refused(
    pair: Pair, told: Told, other: Told, name: str
) -> None:
    with pytest.raises(EvidenceError) as caught:
        proved(*PAIRS[name](pair, told, other))

    assert caught.value.code in {"SL504", "SL505"}
