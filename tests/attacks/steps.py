"""What a forger does to a log, step by step; rows of the tables are made of these."""

import json
from collections.abc import Callable, Iterator

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signoff_ledger.integrity.c2sp.verifier_key import ED25519, VerifierKey
from tests.attacks.forging import Fields, Forgery, dumped

MALLORY = Ed25519PrivateKey.generate()
"""A key of nobody."""

Step = Callable[[Forgery], object]


def changed(topic: str, change: Callable[[bytes], bytes]) -> Step:
    """Change the bytes of the last line of a kind."""

    def does(forgery: Forgery) -> None:
        at = forgery.find(topic) - 1
        line = change(forgery.lines[at])
        assert line != forgery.lines[at]
        forgery.lines[at] = line

    return does


def edited(topic: str, change: Callable[[Fields], object], last: int = -1) -> Step:
    """Change fields of the last line of a kind, or of another one, in canonical spelling."""
    return lambda forgery: forgery.edit(forgery.find(topic, last), lambda f: void(change(f)))


def data(topic: str, **values: object) -> Step:
    """Change what the last event of a kind says, in canonical spelling."""
    return edited(topic, lambda fields: fields["data"].update(values))


def void(_: object) -> None:
    """Take a value, and give none."""


def then(*steps: Step) -> Step:
    """Do one thing after the other."""

    def does(forgery: Forgery) -> None:
        for step in steps:
            step(forgery)

    return does


def all_put_right(*steps: Step) -> Step:
    """Do some things, and everything that hides them from whoever has only the log's key."""
    return then(*steps, forged)


def chained(forgery: Forgery) -> None:
    """Make every `prev` and every root that a line names again."""
    forgery.rechain()


def only_prev(forgery: Forgery) -> None:
    """Make every `prev` again, and leave the roots that lines name."""
    forgery.rechain(claims=False)


def forged(forgery: Forgery) -> None:
    """Put right everything that the holder of the log's keys can."""
    forgery.forge()


def sealed_by_another(forgery: Forgery) -> None:
    """Make every checkpoint again with a key that no person holds."""
    forgery.seal([MALLORY])


def sealed_by_the_old_key(forgery: Forgery) -> None:
    """Make the last checkpoint again with the key that the log had first."""
    forgery.seal(forgery.story.vault.made[:1], size=forgery.sizes[-1])


def file(name: str, change: Callable[[bytes], bytes]) -> Step:
    """Change a file beside the lines."""

    def does(forgery: Forgery) -> None:
        content = change(forgery.files[name])
        assert content != forgery.files[name]
        forgery.files[name] = content

    return does


def last_note(change: Callable[[bytes], bytes]) -> Step:
    """Change the last checkpoint, in both its places."""

    def does(forgery: Forgery) -> None:
        note = change(forgery.files["checkpoint"])
        assert note != forgery.files["checkpoint"]
        forgery.files["checkpoint"] = forgery.files[f"checkpoints/{forgery.sizes[-1]}"] = note

    return does


def drop(name: str) -> Step:
    """Leave a file out."""
    return lambda forgery: forgery.files.pop(name)


def mallorys_key(forgery: Forgery) -> str:
    """Name a key of nobody as one of this log."""
    origin = forgery.files["log.vkey"].decode().split("+")[0]
    return VerifierKey.of(origin, ED25519, MALLORY).line


def each_line(change: Callable[[list[bytes], int], object]) -> Callable[[Forgery], Iterator[str]]:
    """Do something to one line after the other."""

    def does(forgery: Forgery) -> Iterator[str]:
        genuine = list(forgery.lines)
        for at in range(len(genuine)):
            forgery.lines = list(genuine)
            change(forgery.lines, at)
            assert genuine != forgery.lines
            yield f"line {at + 1}"

    return does


def reverse_sorted(line: bytes) -> bytes:
    """Write the members of a line in the reverse of their order."""
    fields = dict(reversed(json.loads(line).items()))
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def swap(forgery: Forgery, one: int, two: int) -> None:
    """Swap two lines."""
    lines = forgery.lines
    lines[one - 1], lines[two - 1] = lines[two - 1], lines[one - 1]


def by_millionth(line: bytes) -> bytes:
    """Change a line's time by a millionth of a second."""
    fields: Fields = json.loads(line)
    fields["at"] = fields["at"][:-2] + ("1Z" if fields["at"][-2] != "1" else "2Z")
    return dumped(fields)
