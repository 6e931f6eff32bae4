"""Attacks on a whole log that was exported: every one is refused, and at the right place."""

import json
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.verifier_key import ED25519, VerifierKey
from tests.attacks.forging import Fields, Forgery, dumped
from tests.attacks.story import Told
from tests.cli.terminal import Terminal

MALLORY = Ed25519PrivateKey.generate()


@dataclass(frozen=True)
class Attack:
    """An attack.

    Attributes:
        code: What it is refused with.
        does: Does it.
        at: The kind of event whose position the refusal names; "" for no position.
    """

    code: str
    does: Callable[[Forgery], object]
    at: str = ""


def swap(forgery: Forgery, one: int, two: int) -> None:
    """Swap two lines."""
    lines = forgery.lines
    lines[one - 1], lines[two - 1] = lines[two - 1], lines[one - 1]


def on(topic: str, change: Callable[[bytes], bytes]) -> Callable[[Forgery], None]:
    """Change the bytes of the last line of a kind."""

    def does(forgery: Forgery) -> None:
        at = forgery.find(topic) - 1
        changed = change(forgery.lines[at])
        assert changed != forgery.lines[at]
        forgery.lines[at] = changed

    return does


def data(topic: str, **values: object) -> Callable[[Forgery], None]:
    """Change fields of the last event of a kind, in canonical spelling."""
    return lambda forgery: forgery.edit(forgery.find(topic), lambda f: f["data"].update(values))


def then(*steps: Callable[[Forgery], object]) -> Callable[[Forgery], None]:
    """Do one thing after the other."""

    def does(forgery: Forgery) -> None:
        for step in steps:
            step(forgery)

    return does


def sealed_by_another(forgery: Forgery) -> None:
    forgery.seal([MALLORY])


def chained(forgery: Forgery) -> None:
    forgery.rechain()


def forged(forgery: Forgery) -> None:
    forgery.forge()


def only_prev(forgery: Forgery) -> None:
    """Make every `prev` anew, and leave the roots that lines name."""
    forgery.rechain(claims=False)


def file(name: str, change: Callable[[bytes], bytes]) -> Callable[[Forgery], None]:
    """Change a file beside the lines."""

    def does(forgery: Forgery) -> None:
        changed = change(forgery.files[name])
        assert changed != forgery.files[name]
        forgery.files[name] = changed

    return does


def last_note(change: Callable[[bytes], bytes]) -> Callable[[Forgery], None]:
    """Change the last checkpoint, in both its places."""

    def does(forgery: Forgery) -> None:
        changed = change(forgery.files["checkpoint"])
        assert changed != forgery.files["checkpoint"]
        forgery.files["checkpoint"] = forgery.files[f"checkpoints/{forgery.sizes[-1]}"] = changed

    return does


def cut_tail(forgery: Forgery) -> None:
    del forgery.lines[-1]


def cut_behind_a_checkpoint(forgery: Forgery) -> None:
    del forgery.lines[forgery.sizes[-2] :]


def older_as_latest(forgery: Forgery) -> None:
    forgery.files["checkpoint"] = forgery.files[f"checkpoints/{forgery.sizes[0]}"]


def rename_checkpoint(forgery: Forgery) -> None:
    note = forgery.files.pop(f"checkpoints/{forgery.sizes[0]}")
    forgery.files[f"checkpoints/{forgery.sizes[0] - 1}"] = note


def rename_badly(name: str) -> Callable[[Forgery], None]:
    """Give a checkpoint a name that is no size."""

    def does(forgery: Forgery) -> None:
        forgery.files[f"checkpoints/{name}"] = forgery.files.pop(f"checkpoints/{forgery.sizes[0]}")

    return does


def swap_checkpoints(forgery: Forgery) -> None:
    one, two = (f"checkpoints/{size}" for size in forgery.sizes[:2])
    forgery.files[one], forgery.files[two] = forgery.files[two], forgery.files[one]


def drop(name: str) -> Callable[[Forgery], object]:
    """Leave a file out."""
    return lambda forgery: forgery.files.pop(name)


def other_key_line(forgery: Forgery) -> None:
    origin = forgery.files["log.vkey"].decode().split("+")[0]
    line = VerifierKey.of(origin, ED25519, MALLORY).line
    forgery.files["log.vkey"] = f"{line}\n".encode()


def other_founding_key(forgery: Forgery) -> None:
    origin = forgery.files["log.vkey"].decode().split("+")[0]
    line = VerifierKey.of(origin, ED25519, MALLORY).line
    forgery.edit(1, lambda f: f["data"].update(log_key=line))
    forgery.remove(forgery.find("log-key-rotated"))
    forgery.files["log.vkey"] = f"{line}\n".encode()
    forgery.rechain()
    forgery.seal([MALLORY])


def rotated_to_another(forgery: Forgery) -> None:
    origin = forgery.files["log.vkey"].decode().split("+")[0]
    line = VerifierKey.of(origin, ED25519, MALLORY).line
    forgery.edit(forgery.find("log-key-rotated"), lambda f: f["data"].update(log_key=line))
    forgery.forge()


def sealed_by_the_old_key(forgery: Forgery) -> None:
    forgery.seal(forgery.told.vault.made[:1], size=forgery.sizes[-1])


def without_rotation(forgery: Forgery) -> None:
    forgery.remove(forgery.find("log-key-rotated"))
    forgery.seal(forgery.told.vault.made[:1])


def dated_back(forgery: Forgery) -> None:
    forgery.edit(
        forgery.find("process-signed-off"), lambda f: f.update(at=f["at"].replace("2026", "2025"))
    )


def by_another(forgery: Forgery) -> None:
    forgery.edit(forgery.find("process-signed-off"), lambda f: f.update(by="egon"))


LEXICAL: dict[str, Attack] = {
    "whitespace behind a colon": Attack(
        "SL503", on("unit-inspected", lambda b: b.replace(b'":', b'": ', 1)), "unit-inspected"
    ),
    "whitespace before a line": Attack(
        "SL503", on("unit-inspected", lambda b: b" " + b), "unit-inspected"
    ),
    "whitespace behind a line": Attack(
        "SL503", on("unit-inspected", lambda b: b + b" "), "unit-inspected"
    ),
    "a carriage return": Attack(
        "SL503", on("unit-inspected", lambda b: b + b"\r"), "unit-inspected"
    ),
    "keys in another order": Attack(
        "SL503",
        on(
            "batch-closed",
            lambda b: json.dumps(
                dict(reversed(json.loads(b).items())), separators=(",", ":"), ensure_ascii=False
            ).encode(),
        ),
        "batch-closed",
    ),
    "a letter escaped": Attack(
        "SL503",
        on("unit-inspected", lambda b: b.replace(b"ines", b"\\u0069nes", 1)),
        "unit-inspected",
    ),
    "a slash escaped": Attack(
        "SL503",
        on("production-order-committed", lambda b: b.replace(b"PO-1", b"PO\\/1", 1)),
        "production-order-committed",
    ),
    "what is not ASCII escaped": Attack(
        "SL503", on("process-held", lambda b: b.replace("£".encode(), b"\\u00a3")), "process-held"
    ),
    "letters taken apart (NFD)": Attack(
        "SL506",
        on("process-held", lambda b: unicodedata.normalize("NFD", b.decode()).encode()),
        "process-held",
    ),
    "a number with a fraction": Attack(
        "SL503",
        on("production-order-committed", lambda b: b.replace(b":50", b":50.0")),
        "production-order-committed",
    ),
    "a number with an exponent": Attack(
        "SL503",
        on("production-order-committed", lambda b: b.replace(b":50", b":5e1")),
        "production-order-committed",
    ),
    "a number with a leading zero": Attack(
        "SL503",
        on("production-order-committed", lambda b: b.replace(b":50", b":050")),
        "production-order-committed",
    ),
    "a number as a text": Attack(
        "SL508", on("production-order-committed", lambda b: b.replace(b":50", b':"50"'))
    ),
    "minus zero": Attack(
        "SL503",
        on("production-order-committed", lambda b: b.replace(b":50", b":-0")),
        "production-order-committed",
    ),
    "true for one": Attack(
        "SL503", on("batch-closed", lambda b: b.replace(b'"v":1', b'"v":true')), "batch-closed"
    ),
    "a key twice": Attack(
        "SL503",
        on(
            "production-order-committed",
            lambda b: b.replace(b'"quantity":50', b'"quantity":5,"quantity":50'),
        ),
        "production-order-committed",
    ),
    "a member that no line has": Attack(
        "SL503", on("batch-closed", lambda b: b[:-1] + b',"zz":1}'), "batch-closed"
    ),
    "a member taken out": Attack(
        "SL503", on("batch-closed", lambda b: b.replace(b'"by":"ines",', b"")), "batch-closed"
    ),
    "a later line format": Attack(
        "SL503", on("batch-closed", lambda b: b.replace(b'"v":1', b'"v":2')), "batch-closed"
    ),
    "a byte order mark": Attack(
        "SL503", lambda f: f.lines.__setitem__(0, b"\xef\xbb\xbf" + f.lines[0]), "ledger-founded"
    ),
    "UTF-16": Attack(
        "SL503",
        on("batch-closed", lambda b: b.decode().encode("utf-16-be").replace(b"\n", b"")),
        "batch-closed",
    ),
    "Latin-1": Attack(
        "SL503", on("process-held", lambda b: b.replace("£".encode(), b"\xa3")), "process-held"
    ),
    "a NUL in front of a line": Attack(
        "SL503", on("batch-closed", lambda b: b"\x00" + b), "batch-closed"
    ),
    "two lines on one": Attack(
        "SL503", lambda f: f.lines.__setitem__(slice(4, 6), [f.lines[4] + f.lines[5]])
    ),
    "a line on two": Attack(
        "SL503", lambda f: f.lines.__setitem__(slice(4, 5), [f.lines[4][:40], f.lines[4][40:]])
    ),
    "an empty line": Attack("SL503", lambda f: f.lines.insert(9, b"")),
    "an array around a line": Attack(
        "SL503", on("batch-closed", lambda b: b"[" + b + b"]"), "batch-closed"
    ),
    "prev in capitals": Attack(
        "SL502",
        on(
            "batch-closed",
            lambda b: dumped(json.loads(b) | {"prev": json.loads(b)["prev"].upper()}),
        ),
        "batch-closed",
    ),
    "an hour with an offset": Attack(
        "SL503",
        on("batch-closed", lambda b: b.replace(b'Z","by"', b'+00:00","by"')),
        "batch-closed",
    ),
}
"""A line said otherwise: the same values, or nearly, in another spelling."""

EDITS: dict[str, Attack] = {
    "an order's quantity": Attack("SL508", data("production-order-committed", quantity=90)),
    "an order's time": Attack(
        "SL508",
        lambda f: f.edit(
            f.find("production-order-committed"),
            lambda x: x.update(at="2026-03-02T09:00:00.000000Z"),
        ),
    ),
    "an order's command": Attack(
        "SL508",
        lambda f: f.edit(
            f.find("production-order-committed"), lambda x: x.update(cmd="id-9#0000000000000000")
        ),
    ),
    "who ordered": Attack(
        "SL508",
        lambda f: f.edit(f.find("production-order-committed"), lambda x: x.update(by="egon")),
    ),
    "a reading": Attack(
        "SL502", on("unit-inspected", lambda b: b.replace(b'"gap":25', b'"gap":26'))
    ),
    "a reading, chained again": Attack(
        "SL504",
        then(on("unit-inspected", lambda b: b.replace(b'"gap":25', b'"gap":26')), only_prev),
    ),
    "a reading, chained and claimed again": Attack(
        "SL506",
        then(on("unit-inspected", lambda b: b.replace(b'"gap":25', b'"gap":26')), chained),
        "process-signed-off",
    ),
    "a reading, all of it resealed by another key": Attack(
        "SL506",
        then(
            on("unit-inspected", lambda b: b.replace(b'"gap":25', b'"gap":26')),
            chained,
            sealed_by_another,
        ),
        "process-signed-off",
    ),
    "a reading, all of it resealed by the log's own keys": Attack(
        "SL506",
        then(on("unit-inspected", lambda b: b.replace(b'"gap":25', b'"gap":26')), forged),
        "process-signed-off",
    ),
    "an order, resealed by another key": Attack(
        "SL505", then(data("production-order-committed", quantity=90), chained, sealed_by_another)
    ),
    "an order, resealed by the log's old key": Attack(
        "SL505",
        then(data("production-order-committed", quantity=90), chained, sealed_by_the_old_key),
    ),
    "a sign-off's time": Attack("SL502", dated_back),
    "a sign-off's signer, all put right": Attack(
        "SL506", then(by_another, forged), "process-signed-off"
    ),
    "a sign-off's run, all put right": Attack(
        "SL506", then(data("process-signed-off", run_max=1_000), forged), "process-signed-off"
    ),
    "a sign-off's note, all put right": Attack(
        "SL506", then(data("process-signed-off", note="as agreed"), forged), "process-signed-off"
    ),
    "a hold's reason, all put right": Attack(
        "SL506", then(data("process-held", reason="all good"), forged), "process-held"
    ),
    "the bar, all put right": Attack(
        "SL506",
        then(
            lambda f: f.edit(
                f.find("acceptance-criteria-registered"),
                lambda x: x["data"]["bar"].update(max_rejects=3),
            ),
            forged,
        ),
        "acceptance-criteria-registered",
    ),
    "the printed name of a signer, all put right": Attack(
        "SL506",
        then(
            lambda f: f.edit(
                f.find("person-enrolled", 2), lambda x: x["data"].update(printed_name="Ann Other")
            ),
            forged,
        ),
    ),
    "a signing key of a person, all put right": Attack(
        "SL506",
        then(
            lambda f: f.edit(
                f.find("signing-key-registered"),
                lambda x: x["data"].update(
                    public_key=f.told.key_of("egon")
                    .with_suffix(".pub")
                    .read_text()
                    .rsplit(" ", 1)[0]
                ),
            ),
            forged,
        ),
        "signing-key-registered",
    ),
}
"""A value that is another one."""

SHAPES: dict[str, Attack] = {
    "the tail cut": Attack("SL507", cut_tail),
    "the tail cut behind an older checkpoint": Attack("SL507", cut_behind_a_checkpoint),
    "everything cut": Attack("SL510", lambda f: f.lines.clear()),
    "a decision dropped and all put right": Attack(
        "SL506", then(lambda f: f.remove(f.find("process-held")), forged)
    ),
    "a decision with its notes dropped and all put right": Attack(
        "SL506",
        then(
            lambda f: f.remove(*range(f.find("process-held"), f.find("process-held") + 3)), forged
        ),
    ),
    "a bad unit dropped and all put right": Attack(
        "SL506", then(lambda f: f.remove(f.find("unit-inspected", 0)), forged)
    ),
    "a line doubled at the end": Attack("SL502", lambda f: f.lines.append(f.lines[-1])),
    "a line appended that goes on": Attack(
        "SL502", lambda f: f.lines.append(dumped(f.fields(len(f.lines)) | {"version": 99}))
    ),
    "a unit doubled and all put right": Attack(
        "SL506",
        then(
            lambda f: f.insert(f.find("unit-inspected"), f.fields(f.find("unit-inspected"))), forged
        ),
    ),
    "two lines of one stream swapped": Attack(
        "SL502", lambda f: swap(f, f.find("unit-inspected"), f.find("unit-inspected", -2))
    ),
    "two lines of two streams swapped": Attack(
        "SL508", lambda f: swap(f, len(f.lines), len(f.lines) - 1)
    ),
    "the first line swapped with the last": Attack("SL502", lambda f: swap(f, 1, len(f.lines))),
    "a stream taken out": Attack(
        "SL502",
        lambda f: setattr(
            f, "lines", [line for line in f.lines if json.loads(line)["by"] != "anna"]
        ),
    ),
    "the last newline taken away": Attack("SL510", lambda f: f.files.update({"tail": b""})),
}
"""Lines that are gone, too many, or elsewhere."""

SEALS: dict[str, Attack] = {
    "the checkpoint cut": Attack("SL505", last_note(lambda b: b[:-9])),
    "the checkpoint without its signature": Attack(
        "SL505", last_note(lambda b: b[: b.index("—".encode())])
    ),
    "the checkpoint padded": Attack("SL505", last_note(lambda b: b + b"\n")),
    "the checkpoint with a line more": Attack(
        "SL505", last_note(lambda b: b.replace(b"\n\n", b"\nmore\n\n"))
    ),
    "the checkpoint with an emptier line": Attack(
        "SL505", last_note(lambda b: b.replace(b"\n\n", b"\n\n\n"))
    ),
    "the checkpoint with a carriage return": Attack(
        "SL505", last_note(lambda b: b.replace(b"\n", b"\r\n"))
    ),
    "the checkpoint with a leading zero": Attack(
        "SL505", last_note(lambda b: b.replace(b"\n7", b"\n07", 1))
    ),
    "the checkpoint of one more": Attack(
        "SL505", last_note(lambda b: b.replace(b"\n76\n", b"\n77\n"))
    ),
    "the checkpoint signed twice": Attack(
        "SL505", last_note(lambda b: b + b[b.index("—".encode()) :])
    ),
    "the checkpoint with a hyphen for a dash": Attack(
        "SL505", last_note(lambda b: b.replace("—".encode(), b"-"))
    ),
    "the checkpoint by another name": Attack(
        "SL505", last_note(lambda b: b.replace(b"example.com/mugs", b"example.com/mug"))
    ),
    "the checkpoint re-signed by another key": Attack(
        "SL505", lambda f: f.seal([MALLORY], size=f.sizes[-1])
    ),
    "the checkpoint re-signed by the log's old key": Attack("SL505", sealed_by_the_old_key),
    "the checkpoint as a text of 200 signatures": Attack(
        "SL505", last_note(lambda b: b + b[b.index("—".encode()) :] * 200)
    ),
    "the latest checkpoint dropped": Attack(
        "SL510", lambda f: f.files.pop(f"checkpoints/{f.sizes[-1]}")
    ),
    "an older checkpoint as the latest": Attack("SL510", older_as_latest),
    "a checkpoint renamed to another size": Attack("SL508", rename_checkpoint),
    "a checkpoint renamed to a word": Attack("SL510", rename_badly("latest")),
    "a checkpoint renamed with a leading zero": Attack("SL510", rename_badly("0015")),
    "a checkpoint renamed with a sign": Attack("SL510", rename_badly("+15")),
    "a checkpoint renamed in Arabic digits": Attack("SL510", rename_badly("\u0661\u0665")),
    "a checkpoint renamed to a huge number": Attack("SL510", rename_badly("9" * 200)),
    "the latest checkpoint renamed beyond the log": Attack(
        "SL508",
        lambda f: f.files.__setitem__("checkpoints/999", f.files.pop(f"checkpoints/{f.sizes[-1]}")),
    ),
    "two checkpoints swapped": Attack("SL508", swap_checkpoints),
    "the checkpoint file gone": Attack("SL510", drop("checkpoint")),
    "the key's file gone": Attack("SL510", drop("log.vkey")),
    "the key's file of another key": Attack("SL510", other_key_line),
    "the key's file with a space": Attack(
        "SL510", file("log.vkey", lambda b: b.replace(b"\n", b" \n"))
    ),
    "the key in the first line, all put right": Attack("SL506", other_founding_key),
    "the rotation to another key, all put right": Attack("SL505", rotated_to_another),
    "the rotation taken out, all put right": Attack("SL506", without_rotation),
    "an allowed signer more": Attack(
        "SL510",
        file("allowed_signers", lambda b: b + b[b.index(b"bela") :].replace(b"bela", b"mallory")),
    ),
    "an allowed signer less": Attack(
        "SL510", file("allowed_signers", lambda b: b[b.index(b"\n") + 1 :])
    ),
    "an allowed signer for ever": Attack(
        "SL510", file("allowed_signers", lambda b: b.replace(b"valid-before", b"valid-after"))
    ),
    "allowed signers in capitals": Attack("SL510", file("allowed_signers", bytes.swapcase)),
}
"""What stands beside the lines."""

ATTACKS = {
    f"{kind}: {name}": attack
    for kind, attacks in (
        ("spelling", LEXICAL),
        ("edit", EDITS),
        ("shape", SHAPES),
        ("seal", SEALS),
    )
    for name, attack in attacks.items()
}


@pytest.fixture
def forgery(told: Told, tmp_path: Path) -> Forgery:
    """A copy of the log to attack."""
    return Forgery(told, tmp_path / "log")


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_on_the_log_is_refused(forgery: Forgery, tmp_path: Path, name: str) -> None:
    attack = ATTACKS[name]
    attack.does(forgery)

    with pytest.raises(EvidenceError) as caught:
        forgery.verify()

    error = caught.value
    assert attack.code == error.code, error
    if attack.at:
        assert forgery.told.positions(attack.at)[-1] == error.position, error
    said = Terminal(tmp_path)("verify", "log")
    assert 5 == said.code, said.out + said.err
    assert "" == said.err
    assert "FAILED" in said.out


# --- every line -------------------------------------------------------------------------------


def edited(lines: list[bytes], at: int) -> None:
    """Change a line's time by a millionth of a second."""
    fields: Fields = json.loads(lines[at])
    fields["at"] = fields["at"][:-2] + "1Z"
    lines[at] = dumped(fields)


def dropped(lines: list[bytes], at: int) -> None:
    del lines[at]


def doubled(lines: list[bytes], at: int) -> None:
    lines.insert(at, lines[at])


def swapped(lines: list[bytes], at: int) -> None:
    lines[at - 1], lines[at] = lines[at], lines[at - 1]


def moved_to_the_end(lines: list[bytes], at: int) -> None:
    lines.append(lines.pop(at))
    if at == len(lines) - 1:
        lines.insert(0, lines.pop())


def spaced(lines: list[bytes], at: int) -> None:
    lines[at] = lines[at].replace(b",", b", ", 1)


def sorted_otherwise(lines: list[bytes], at: int) -> None:
    fields = json.loads(lines[at])
    text = json.dumps(dict(reversed(fields.items())), ensure_ascii=False, separators=(",", ":"))
    lines[at] = text.encode()


def escaped(lines: list[bytes], at: int) -> None:
    lines[at] = lines[at].replace(b'"signoff.', b'"\\u0073ignoff.', 1)


EVERY_LINE = [
    edited, dropped, doubled, swapped, moved_to_the_end, spaced, sorted_otherwise, escaped
]  # fmt: skip


@pytest.mark.parametrize("attack", EVERY_LINE, ids=lambda attack: attack.__name__)
def test_an_attack_on_each_single_line_is_refused(
    forgery: Forgery, attack: Callable[[list[bytes], int], None]
) -> None:
    kept = list(forgery.lines)
    for at in range(len(kept)):
        forgery.lines = list(kept)
        attack(forgery.lines, at)
        assert kept != forgery.lines

        with pytest.raises(EvidenceError) as caught:
            forgery.verify()

        assert caught.value.code in {
            "SL502",
            "SL503",
            "SL504",
            "SL505",
            "SL506",
            "SL507",
            "SL508",
            "SL510",
        }
