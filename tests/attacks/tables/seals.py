"""Attacks on what is kept with the lines: checkpoints, and the other files of an export."""

from collections.abc import Callable

from tests.attacks.attack import LIVE, LOGS, Actor, Attack, Kind, Refused, Surface, Table, on
from tests.attacks.forging import Forgery
from tests.attacks.steps import (
    MALLORY,
    Step,
    all_put_right,
    drop,
    edited,
    file,
    last_note,
    mallorys_key,
    sealed_by_the_old_key,
)

DASH = "—".encode()


def note(change: Callable[[bytes], bytes]) -> Attack:
    """Change the last checkpoint."""
    return everywhere(last_note(change), "SL505")


def everywhere(does: Step, code: str) -> Attack:
    """Expect a refusal wherever all lines of a log are."""
    return Attack(does, on(LOGS, Refused(code)))


def exported(does: Step, code: str, says: str) -> Attack:
    """Expect a refusal of an export that names a file."""
    return Attack(does, on(Surface.EXPORT, Refused(code, says=says)))


def older_as_latest(forgery: Forgery) -> None:
    """Give an older checkpoint as the latest."""
    forgery.files["checkpoint"] = forgery.files[f"checkpoints/{forgery.sizes[0]}"]


def renamed(name: str, which: int = 0) -> Step:
    """Give a checkpoint another name."""

    def does(forgery: Forgery) -> None:
        forgery.files[f"checkpoints/{name}"] = forgery.files.pop(
            f"checkpoints/{forgery.sizes[which]}"
        )

    return does


def renamed_to_one_less(forgery: Forgery) -> None:
    """Say of a checkpoint that it is of one event less."""
    renamed(str(forgery.sizes[0] - 1))(forgery)


def swapped(forgery: Forgery) -> None:
    """Swap two checkpoints."""
    one, two = (f"checkpoints/{size}" for size in forgery.sizes[:2])
    forgery.files[one], forgery.files[two] = forgery.files[two], forgery.files[one]


def with_leading_zero(content: bytes) -> bytes:
    """Write the size of a checkpoint with a zero in front."""
    name, size, rest = content.split(b"\n", 2)
    return b"\n".join((name, b"0" + size, rest))


def of_one_more(content: bytes) -> bytes:
    """Let a checkpoint be of one event more."""
    name, size, rest = content.split(b"\n", 2)
    return b"\n".join((name, b"%d" % (int(size) + 1), rest))


CHECKPOINTS = Table(
    "Checkpoints",
    Actor.WRITER,
    Kind.LINES,
    "In an export, `checkpoint` is a copy of the latest of those in `checkpoints/`.",
    {
        "the last one cut": note(lambda b: b[:-9]),
        "the last one without its signature": note(lambda b: b[: b.index(DASH)]),
        "the last one padded": note(lambda b: b + b"\n"),
        "the last one with a line more": note(lambda b: b.replace(b"\n\n", b"\nmore\n\n")),
        "the last one with an emptier line": note(lambda b: b.replace(b"\n\n", b"\n\n\n")),
        "the last one with a carriage return": Attack(
            last_note(lambda b: b.replace(b"\n", b"\r\n")),
            on(LIVE, Refused("SL505")) | on(Surface.EXPORT, Refused("SL510")),
        ),
        "the last one with a leading zero": note(with_leading_zero),
        "the last one said to be of one more": note(of_one_more),
        "the last one signed twice": note(lambda b: b + b[b.index(DASH) :]),
        "the last one with a hyphen for a dash": note(lambda b: b.replace(DASH, b"-")),
        "the last one by another name": note(
            lambda b: b.replace(b"example.com/mugs", b"example.com/mug")
        ),
        "the last one emptied": note(lambda _: b""),
        "the last one signed again by another key": everywhere(
            lambda f: f.seal([MALLORY], size=f.sizes[-1]), "SL511"
        ),
        "the last one signed again by the log's old key": everywhere(
            sealed_by_the_old_key, "SL511"
        ),
        "the last one with 200 signatures more": note(lambda b: b + b[b.index(DASH) :] * 200),
        "the latest dropped": exported(
            lambda f: f.files.pop(f"checkpoints/{f.sizes[-1]}"), "SL510", "checkpoint"
        ),
        "an older one as the latest": exported(older_as_latest, "SL510", "checkpoint"),
        "one renamed to another size": everywhere(renamed_to_one_less, "SL511"),
        "two swapped": everywhere(swapped, "SL511"),
        "the latest renamed beyond the log": everywhere(renamed("999", -1), "SL511"),
        "one renamed to a word": exported(renamed("latest"), "SL510", "checkpoints/"),
        "one renamed with a leading zero": exported(renamed("0015"), "SL510", "checkpoints/"),
        "one renamed with a sign": exported(renamed("+15"), "SL510", "checkpoints/"),
        "one renamed in Arabic digits": exported(renamed("\u0661\u0665"), "SL510", "checkpoints/"),
        "one renamed to a huge number": exported(renamed("9" * 200), "SL510", "checkpoints/"),
    },
)


def founded_with_another_key(forgery: Forgery) -> None:
    """Let the log have begun with an unknown key."""
    forgery.edit(1, lambda fields: fields["data"].update(log_key=mallorys_key(forgery)))
    forgery.remove(forgery.find("log-key-rotated"))
    forgery.files["log.vkey"] = f"{mallorys_key(forgery)}\n".encode()
    forgery.rechain()
    forgery.seal([MALLORY])


def rotated_to_another(forgery: Forgery) -> None:
    """Let the log's key have been changed for an unknown one."""
    line = mallorys_key(forgery)
    edited("log-key-rotated", lambda fields: fields["data"].update(log_key=line))(forgery)


def without_rotation(forgery: Forgery) -> None:
    """Let the log's key never have been changed."""
    forgery.remove(forgery.find("log-key-rotated"))
    forgery.seal(forgery.story.vault.made[:1])


KEYS = Table(
    "The log's key and the other files of an export",
    Actor.WRITER,
    Kind.LINES,
    "",
    {
        "the key in the first line, all put right": everywhere(founded_with_another_key, "SL506"),
        "the rotation to another key, all put right": everywhere(
            all_put_right(rotated_to_another), "SL505"
        ),
        "the rotation taken out, all put right": everywhere(without_rotation, "SL506"),
        "the checkpoint's file gone": exported(drop("checkpoint"), "SL510", "checkpoint"),
        "the key's file gone": exported(drop("log.vkey"), "SL510", "log.vkey"),
        "the key's file of another key": exported(
            lambda f: f.files.update({"log.vkey": f"{mallorys_key(f)}\n".encode()}),
            "SL510",
            "log.vkey",
        ),
        "the key's file with a space": exported(
            file("log.vkey", lambda b: b.replace(b"\n", b" \n")), "SL510", "log.vkey"
        ),
        "an allowed signer more": exported(
            file(
                "allowed_signers", lambda b: b + b[b.index(b"bela") :].replace(b"bela", b"mallory")
            ),
            "SL510",
            "allowed_signers",
        ),
        "an allowed signer less": exported(
            file("allowed_signers", lambda b: b[b.index(b"\n") + 1 :]), "SL510", "allowed_signers"
        ),
        "an allowed signer without an end date": exported(
            file("allowed_signers", lambda b: b.replace(b"valid-before", b"valid-after")),
            "SL510",
            "allowed_signers",
        ),
        "allowed signers in capitals": exported(
            file("allowed_signers", bytes.swapcase), "SL510", "allowed_signers"
        ),
    },
)
TABLES = (CHECKPOINTS, KEYS)
