"""Attacks on the dossier of one decision, and on the proof of one line."""

from base64 import b64decode
from collections.abc import Callable, Iterator

from signoff_ledger.integrity.c2sp.checkpoint import Checkpoint, sign_checkpoint
from signoff_ledger.integrity.c2sp.note import parse_note
from signoff_ledger.integrity.tree.leaf import leaf_hash
from tests.attacks.attack import Actor, Attack, Kind, Refused, Reported, Surface, Table, on
from tests.attacks.dossier_files import (
    DossierFiles,
    flipped,
    hashes_of,
    next_index,
    one_hash_more,
    two_hashes_swapped,
    without_first_hash,
)
from tests.attacks.forging import root_of
from tests.attacks.line_proof import LineProof
from tests.attacks.steps import MALLORY

PROOFS = ("decision", "streams/ledger", "streams/process-mug", "streams/batch-B2")

Change = Callable[[DossierFiles], object]


def change(name: str, how: Callable[[bytes], bytes]) -> Change:
    """Change a file."""

    def does(dossier: DossierFiles) -> None:
        changed = how(dossier.files[name])
        assert changed != dossier.files[name], name
        dossier.files[name] = changed

    return does


def run_of(name: str) -> Change:
    """Change the largest run that was signed off, wherever a file says it."""
    return change(
        name,
        lambda b: b.replace(b'"run_max":100,"run_min":50,"s', b'"run_max":999,"run_min":50,"s'),
    )


def of_another(name: str) -> Change:
    """Put a file of the same log's other dossier in place of one."""
    return lambda dossier: dossier.files.update({name: dossier.held[name]})


def both(one: Change, two: Change) -> Change:
    """Do one thing after the other."""

    def does(dossier: DossierFiles) -> None:
        one(dossier)
        two(dossier)

    return does


def another_line(topic: str) -> Change:
    """Put the last line of a kind in place of the decision's, and prove it."""

    def does(dossier: DossierFiles) -> None:
        line = dossier.story.lines[dossier.story.positions(topic)[-1] - 1]
        dossier.files["decision.json"] = line
        dossier.prove("decision", line)

    return does


def of_another_ledger(*names: str) -> Change:
    """Put files of another ledger's dossier in place of some."""
    return lambda dossier: dossier.files.update({name: dossier.other[name] for name in names})


def resealed(dossier: DossierFiles) -> None:
    """Sign the checkpoint with an unknown key, wherever it stands."""
    note = parse_note(dossier.files["checkpoint"])
    forged = sign_checkpoint(Checkpoint.parse(note.text), MALLORY)
    old = dossier.files["checkpoint"]
    dossier.files = {name: content.replace(old, forged) for name, content in dossier.files.items()}


def of_an_older_checkpoint(dossier: DossierFiles) -> None:
    """Put the log's first checkpoint in place of the one that is there."""
    old = dossier.files["checkpoint"]
    older = (dossier.story.log / "checkpoints").iterdir()
    note = min(older, key=lambda path: int(path.name)).read_bytes()
    dossier.files = {name: content.replace(old, note) for name, content in dossier.files.items()}


def stream_dropped(name: str) -> Change:
    """Leave a stream out."""

    def does(dossier: DossierFiles) -> None:
        for end in ("ndjson", "tlog-proof"):
            del dossier.files[f"streams/{name}.{end}"]

    return does


def two_streams_in_one(dossier: DossierFiles) -> None:
    """Put one batch's lines behind another's."""
    lines = dossier.files["streams/batch-B2.ndjson"] + dossier.files["streams/batch-B1.ndjson"]
    dossier.files["streams/batch-B2.ndjson"] = lines


def refused(does: Change, code: str) -> Attack:
    """Expect a refusal."""
    return Attack(does, on(Surface.DOSSIER, Refused(code)))


DECISION = Table(
    "A dossier: the decision, its proof and its signature",
    Actor.OUTSIDER,
    Kind.FILES,
    "",
    {
        "another decision's line": refused(of_another("decision.json"), "SL504"),
        "another decision's line and proof": refused(
            both(of_another("decision.json"), of_another("decision.tlog-proof")), "SL510"
        ),
        "another line of the log as the decision": refused(another_line("ledger-founded"), "SL510"),
        "a person's note of it as the decision": refused(another_line("decision-taken"), "SL510"),
        "the decision with a newline": refused(
            change("decision.json", lambda b: b + b"\n"), "SL504"
        ),
        "the decision in other spelling": refused(
            change("decision.json", lambda b: b.replace(b",", b", ", 1)), "SL504"
        ),
        "the decision's run": refused(
            change("decision.json", lambda b: b.replace(b'"run_max":100', b'"run_max":999')),
            "SL504",
        ),
        "the decision's run in its stream too": refused(
            both(run_of("decision.json"), run_of("streams/process-mug.ndjson")), "SL502"
        ),
        **{
            f"{what} of {name}": refused(change(f"{name}.tlog-proof", how), "SL504")
            for name in PROOFS
            for what, how in (
                ("a hash less in the proof", without_first_hash),
                ("a hash more in the proof", one_hash_more),
                ("two hashes swapped in the proof", two_hashes_swapped),
                ("the next index in the proof", next_index),
            )
        },
        "the proof of another line": refused(
            lambda c: c.files.update({"decision.tlog-proof": c.files["streams/ledger.tlog-proof"]}),
            "SL504",
        ),
        "the proof's header": refused(
            change("decision.tlog-proof", lambda b: b.replace(b"v1", b"v2", 1)), "SL504"
        ),
        "extra data in the proof": refused(
            change(
                "decision.tlog-proof", lambda b: b.replace(b"\nindex", b"\nextra QQ==\nindex", 1)
            ),
            "SL510",
        ),
        "an index with a sign": refused(
            change("decision.tlog-proof", lambda b: b.replace(b"index ", b"index +", 1)), "SL504"
        ),
        "an index with a zero": refused(
            change("decision.tlog-proof", lambda b: b.replace(b"index ", b"index 0", 1)), "SL504"
        ),
        "a huge index": refused(
            change(
                "decision.tlog-proof", lambda b: b.replace(b"index ", b"index " + b"9" * 100_000, 1)
            ),
            "SL504",
        ),
        "the proof with returns": refused(
            change("decision.tlog-proof", lambda b: b.replace(b"\n", b"\r\n")), "SL510"
        ),
        "the proof of another ledger": refused(of_another_ledger("decision.tlog-proof"), "SL510"),
        "the growth of another decision": refused(of_another("decision.growth"), "SL510"),
        "the growth altered": refused(
            change(
                "decision.growth",
                lambda b: b.replace(b.split(b"\n")[1], flipped(b.split(b"\n")[1])),
            ),
            "SL504",
        ),
        "the growth from another size": refused(
            change("decision.growth", lambda b: b.replace(b"old ", b"old 1", 1)), "SL510"
        ),
        "the growth emptied": refused(change("decision.growth", lambda b: b""), "SL504"),
        "the statement of another decision": refused(of_another("decision.statement"), "SL510"),
        "the statement edited": refused(
            change("decision.statement", lambda b: b.replace(b"well done", b"well dine")), "SL510"
        ),
        "the statement without its newline": refused(
            change("decision.statement", lambda b: b[:-1]), "SL510"
        ),
        "the signature of another decision": refused(of_another("decision.statement.sig"), "SL510"),
        "the signature of another ledger": refused(
            of_another_ledger("decision.statement.sig"), "SL510"
        ),
        "the statement and signature of another ledger": refused(
            of_another_ledger("decision.statement.sig", "decision.statement"), "SL510"
        ),
        "the checkpoint of another ledger": refused(of_another_ledger("checkpoint"), "SL505"),
        "an older checkpoint": refused(of_an_older_checkpoint, "SL505"),
        "a checkpoint of another key": refused(resealed, "SL505"),
        "the key of another ledger": refused(of_another_ledger("log.vkey"), "SL510"),
        "another ledger's signers": refused(of_another_ledger("allowed_signers"), "SL510"),
        "a signer more": refused(
            change(
                "allowed_signers",
                lambda b: b + b.splitlines(keepends=True)[0].replace(b"anna", b"mallory"),
            ),
            "SL510",
        ),
    },
)

STREAMS = Table(
    "A dossier: the streams that the decision rests on",
    Actor.OUTSIDER,
    Kind.FILES,
    "",
    {
        "the process of another ledger": refused(
            of_another_ledger("streams/process-mug.ndjson"), "SL506"
        ),
        "a person of another ledger": refused(
            of_another_ledger("streams/person-anna.ndjson"), "SL506"
        ),
        "a batch of another ledger": refused(of_another_ledger("streams/batch-B2.ndjson"), "SL504"),
        "the ledger's own stream of another": refused(
            of_another_ledger("streams/ledger.ndjson"), "SL506"
        ),
        "the process dropped": refused(stream_dropped("process-mug"), "SL510"),
        "the deciding batch dropped": refused(stream_dropped("batch-B2"), "SL502"),
        "the held batch dropped": refused(stream_dropped("batch-B1"), "SL502"),
        "the signer dropped": refused(stream_dropped("person-anna"), "SL506"),
        "the ledger dropped": refused(stream_dropped("ledger"), "SL506"),
        "the process renamed": refused(lambda c: c.rename("process-mug", "process-cup"), "SL510"),
        "the process renamed in percent": refused(
            lambda c: c.rename("process-mug", "process-%6dug"), "SL510"
        ),
        "the process as a batch": refused(lambda c: c.rename("process-mug", "batch-mug"), "SL510"),
        "a batch renamed": refused(lambda c: c.rename("batch-B2", "batch-B3"), "SL510"),
        "a person renamed": refused(lambda c: c.rename("person-anna", "person-bela"), "SL510"),
        "the process cut before the decision": refused(lambda c: c.cut("process-mug", 4), "SL506"),
        "the deciding batch cut": refused(lambda c: c.cut("batch-B2"), "SL509"),
        "the signer cut before the decision": refused(lambda c: c.cut("person-anna", 2), "SL506"),
        "two streams in one": refused(two_streams_in_one, "SL502"),
        "a line dropped in the middle": refused(
            change(
                "streams/batch-B2.ndjson",
                lambda b: b"".join(
                    b.splitlines(keepends=True)[:2] + b.splitlines(keepends=True)[3:]
                ),
            ),
            "SL502",
        ),
        "a line dropped at the start": refused(
            change("streams/batch-B2.ndjson", lambda b: b"".join(b.splitlines(keepends=True)[1:])),
            "SL502",
        ),
        "a line doubled": refused(
            change("streams/batch-B2.ndjson", lambda b: b + b.splitlines(keepends=True)[-1]),
            "SL502",
        ),
        "two lines swapped": refused(
            change(
                "streams/batch-B2.ndjson", lambda b: b"".join(reversed(b.splitlines(keepends=True)))
            ),
            "SL502",
        ),
        "a reading": refused(
            change("streams/batch-B2.ndjson", lambda b: b.replace(b'"gap":25', b'"gap":26', 1)),
            "SL502",
        ),
        "the last line of a stream": refused(
            change(
                "streams/batch-B2.ndjson",
                lambda b: b.replace(b"SIGNED_OFF", b"HELD"),
            ),
            "SL504",
        ),
        "a stream without its last newline": refused(
            change("streams/batch-B2.ndjson", lambda b: b[:-1]), "SL510"
        ),
        "a stream emptied": refused(change("streams/batch-B2.ndjson", lambda b: b""), "SL510"),
        "an order cut that its buyer's stream acknowledges": refused(
            lambda c: c.cut("process-mug"), "SL506"
        ),
        "the process cut behind the decision": Attack(
            # A holder of the log can hand over shorter streams, the signer's too: nothing in them
            # would tell.
            lambda c: (c.cut("process-mug"), c.cut("person-bela")),
            on(Surface.DOSSIER, Reported("afterwards", "not proved")),
        ),
    },
)


def each_hash_flipped(name: str) -> Callable[[DossierFiles], Iterator[bytes]]:
    """Change one bit in one hash of a proof after the other."""

    def does(dossier: DossierFiles) -> Iterator[bytes]:
        genuine = dossier.files[f"{name}.tlog-proof"]
        assert len(hashes_of(genuine)) > 2
        for one in hashes_of(genuine):
            dossier.files[f"{name}.tlog-proof"] = genuine.replace(one, flipped(one))
            yield one

    return does


def each_file(change: Callable[[bytes], bytes | None]) -> Callable[[DossierFiles], Iterator[str]]:
    """Change one file after the other, but for the README, which is for people."""

    def does(dossier: DossierFiles) -> Iterator[str]:
        genuine = dossier.files
        for name in sorted(genuine.keys() - {"README.md", "decision.json"}):
            content = change(genuine[name])
            dossier.files = {n: c for n, c in genuine.items() if n != name}
            if content is not None:
                dossier.files[name] = content
            yield name

    return does


EVERY = "SL501 SL502 SL503 SL504 SL505 SL506 SL508 SL509 SL510"
EACH_FILE = Table(
    "A dossier: each single file",
    Actor.OUTSIDER,
    Kind.FILES,
    "At every file in turn, but for the README, which is for people.",
    {
        "it is left out": refused(each_file(lambda _: None), f"SL205 {EVERY}"),
        "it is emptied": refused(each_file(lambda _: b""), EVERY),
        "a newline is put behind it": refused(each_file(lambda b: b + b"\n"), EVERY),
        "a newline is put in front of it": refused(each_file(lambda b: b"\n" + b), EVERY),
        **{
            f"each hash in the proof of {name}, a bit changed": refused(
                each_hash_flipped(name), "SL504"
            )
            for name in PROOFS
        },
    },
)


def proof(does: Callable[[LineProof], object]) -> Attack:
    """Expect the reader of a line's proof to refuse it."""
    return Attack(does, on(Surface.PROOF, Refused("SL504 SL505")))


def given(name: str, value: Callable[[LineProof], bytes]) -> Callable[[LineProof], None]:
    """Put something else in place of the line, its proof or the key."""

    def does(pair: LineProof) -> None:
        content = value(pair)
        assert content != getattr(pair, name)
        setattr(pair, name, content)

    return does


def by_another_key(pair: LineProof) -> bytes:
    """Give the proof with the log's own checkpoint, signed by an unknown key."""
    lines = pair.story.lines
    root = root_of([leaf_hash(one) for one in lines])
    checkpoint = Checkpoint(pair.story.origin, len(lines), root)
    return pair.head + sign_checkpoint(checkpoint, MALLORY)


def of_another_size(pair: LineProof) -> bytes:
    """Give the proof with a checkpoint that says to be of one event less."""
    size = len(pair.story.lines)
    return pair.proof.replace(b"\n%d\n" % size, b"\n%d\n" % (size - 1))


LINE = Table(
    "The proof of one line",
    Actor.OUTSIDER,
    Kind.PROOF,
    "A line and its proof, as `signoff prove` gives them, to a reader who has the log's key.",
    {
        "an edited line": proof(
            given("line", lambda p: p.line.replace(b"well done", b"well dine"))
        ),
        "a line with a newline": proof(given("line", lambda p: p.line + b"\n")),
        "another line": proof(given("line", lambda p: p.story.lines[0])),
        "the same line of another ledger": proof(
            given("line", lambda p: p.other.lines[p.other.signed_off - 1])
        ),
        "an inner node for a line": proof(
            given("line", lambda p: b64decode(hashes_of(p.proof)[0]))
        ),
        "the next index": proof(given("proof", lambda p: next_index(p.proof))),
        "a hash less": proof(given("proof", lambda p: without_first_hash(p.proof))),
        "a hash more": proof(given("proof", lambda p: one_hash_more(p.proof))),
        "hashes swapped": proof(given("proof", lambda p: two_hashes_swapped(p.proof))),
        "another size": proof(given("proof", of_another_size)),
        "another log's key": proof(given("key", lambda p: (p.other.log / "log.vkey").read_bytes())),
        "another log's checkpoint": proof(
            given("proof", lambda p: p.head + (p.other.log / "checkpoint").read_bytes())
        ),
        "no checkpoint": proof(given("proof", lambda p: p.head)),
        "a checkpoint of another key": proof(given("proof", by_another_key)),
    },
)
TABLES = (DECISION, STREAMS, EACH_FILE, LINE)
