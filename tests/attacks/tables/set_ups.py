"""The eight attacks of the threat model, in its four set-ups, and what else only a reader can show.

The attacker has the log's keys and makes everything again with care. Whether it shows depends on
what the reader brings along.
"""

from collections.abc import Mapping
from functools import partial
from uuid import uuid5

from signoff_ledger.integrity.stream_ids import STREAM_NAMESPACE
from tests.attacks.attack import (
    LOGS,
    Actor,
    Attack,
    Kind,
    Outcome,
    Refused,
    Reported,
    Table,
    Unseen,
    on,
)
from tests.attacks.forging import Fields, Forgery
from tests.attacks.steps import Step, all_put_right, data, edited, then

UNIT, ORDER = "unit-inspected", "production-order-committed"
REWRITTEN = Reported("history", "not proved", "the holder of the log's key can have rewritten all")
KEY_HOLDER = Unseen(
    "the holder of the log's key can seal any history, and no reader kept another one"
)
GENUINE = Unseen("what is left is genuine, and sealed; only who knows of more can miss it")


def enrolment(forgery: Forgery, person: str) -> list[int]:
    """Find the lines of a person's stream, on which no decision rests."""
    stream = str(uuid5(STREAM_NAMESPACE, f"person/{person}"))
    found = [
        at for at in range(1, len(forgery.lines) + 1) if forgery.fields(at)["stream"] == stream
    ]
    assert found
    return found


def resize(forgery: Forgery, behind: int, by: int) -> None:
    """Let every line that names a size of the log name what is the same size now."""

    def change(fields: Fields) -> None:
        for part in (fields["data"].get("heads"), fields["data"].get("signature")):
            if isinstance(part, dict) and part.get("size", 0) > behind:
                part["size"] += by

    for at in range(1, len(forgery.lines) + 1):
        forgery.edit(at, change)


def deleted(forgery: Forgery) -> None:
    """Let a person never have been enrolled."""
    gone = enrolment(forgery, "aude")
    resize(forgery, gone[-1], -len(gone))
    forgery.remove(*gone)


def inserted(forgery: Forgery) -> None:
    """Let one more person have been enrolled."""
    found = enrolment(forgery, "aude")
    stream = str(uuid5(STREAM_NAMESPACE, "person/mallory"))
    resize(forgery, found[-1], len(found))
    for at in reversed(found):
        fields = forgery.fields(at)
        fields["stream"] = stream
        fields["cmd"] = f"mallory#{fields['cmd'].partition('#')[2]}"
        if "person" in fields["data"]:
            fields["data"] |= {"person": "mallory", "printed_name": "Mallory"}
        forgery.insert(found[-1] + 1, fields)


def reordered(forgery: Forgery) -> None:
    """Let a person have been enrolled before another one."""
    late, early = enrolment(forgery, "aude"), enrolment(forgery, "ines")
    lines = forgery.lines
    moved = [lines.pop(at - 1) for at in reversed(late)]
    lines[early[0] - 1 : early[0] - 1] = reversed(moved)
    times = sorted(forgery.fields(at)["at"] for at in range(1, len(lines) + 1))
    for at, time in enumerate(times, 1):
        forgery.edit(at, partial(dict.update, at=time))
    forgery.renumber()


def hidden(does: Step) -> Step:
    """Do something, put everything right, and seal the log to its new end."""
    return then(all_put_right(does), sealed_to_the_end)


def sealed_to_the_end(forgery: Forgery) -> None:
    """Seal all lines."""
    forgery.seal(forgery.story.vault.made, size=len(forgery.lines))
    forgery.describe()


def cut(forgery: Forgery) -> None:
    """Cut off what the newest command recorded, and seal what is left."""
    newest = forgery.fields(len(forgery.lines))["cmd"]
    while forgery.fields(len(forgery.lines))["cmd"] == newest:
        del forgery.lines[-1]
    del forgery.files[f"checkpoints/{forgery.sizes[-1]}"]
    sealed_to_the_end(forgery)


def backed_up(forgery: Forgery) -> None:
    """Put an older state in place of the newest, as it was then."""
    del forgery.lines[forgery.sizes[-2] :]
    for size in [size for size in forgery.sizes if size > len(forgery.lines)]:
        del forgery.files[f"checkpoints/{size}"]
    forgery.files["checkpoint"] = forgery.files[f"checkpoints/{forgery.sizes[-1]}"]
    forgery.describe()


NOTED_OTHERWISE = data("signature-given", fingerprint=f"SHA256:{'A' * 43}")
READING = edited(UNIT, lambda fields: fields["data"]["readings"].update(gap=26), 3)
REWRITES: Mapping[str, Step] = {
    "edit a line": hidden(READING),
    "delete lines": hidden(deleted),
    "insert lines": hidden(inserted),
    "reorder lines": hidden(reordered),
    "rewrite from the beginning": hidden(
        edited("person-enrolled", lambda f: f["data"].update(printed_name="Somebody Else"), 0)
    ),
}
"""What puts another history in place of the one that was."""

SHORTER: Mapping[str, Step] = {"cut the tail": cut, "put an old backup back": backed_up}
"""What leaves a part of the history that was."""

SPLIT = hidden(data(ORDER, quantity=60))
"""A second history, the same as the first but for its end."""


def kept(which: int) -> Step:
    """Let the reader have kept a checkpoint."""

    def does(forgery: Forgery) -> None:
        forgery.since = forgery.files[f"checkpoints/{forgery.sizes[which]}"]

    return does


def told_by_the_other(forgery: Forgery) -> None:
    """Let the reader of the genuine log have the last checkpoint of a second history."""
    lines, files = list(forgery.lines), dict(forgery.files)
    SPLIT(forgery)
    forgery.since = forgery.files["checkpoint"]
    forgery.lines, forgery.files = lines, files


def witnessed(forgery: Forgery) -> None:
    """Let the reader believe a witness, who cosigned one of the checkpoints."""
    forgery.policy = forgery.story.policy()


def cosigned_left_in(does: Step) -> Step:
    """Do something, and leave the checkpoint that the witness cosigned as it is."""

    def act(forgery: Forgery) -> None:
        genuine = {name: note for name, note in forgery.files.items() if b"witness." in note}
        assert genuine
        does(forgery)
        forgery.files |= genuine

    return act


def rows(
    acts: Mapping[str, Step],
    bring: Step,
    *outcomes: Outcome,
    story: str = "unsigned",
) -> dict[str, Attack]:
    """Expect the same of several acts, from a reader who brings the same along."""
    return {
        name: Attack(then(bring, does), on(LOGS, *outcomes), story) for name, does in acts.items()
    }


def nothing(_: Forgery) -> None:
    """Bring nothing along."""


ALONE = Table(
    "Set-up 1: the database alone",
    Actor.KEY_HOLDER,
    Kind.LINES,
    "The reader brings nothing along; `verify` says *not proved: history*, as it always does then.",
    rows(REWRITES, nothing, KEY_HOLDER, REWRITTEN)
    | rows(SHORTER, nothing, GENUINE, REWRITTEN)
    | rows({"split view": SPLIT}, nothing, KEY_HOLDER, REWRITTEN),
)
CHECKPOINT = Table(
    "Set-up 2: a checkpoint that the reader kept",
    Actor.KEY_HOLDER,
    Kind.LINES,
    "`verify --since`, with a checkpoint from before the attack, and behind what it changed.",
    rows(REWRITES, kept(1), Refused("SL508", says="FORK"))
    | rows(SHORTER, kept(-1), Refused("SL507", says="ROLLBACK"))
    | rows({"split view, the one half": SPLIT}, kept(-1), Refused("SL508", says="FORK"))
    | rows(
        {"split view, the other half": told_by_the_other}, nothing, Refused("SL508", says="FORK")
    ),
)
WITNESS = Table(
    "Set-up 3: a witness",
    Actor.KEY_HOLDER,
    Kind.LINES,
    "`verify --policy`; the witness cosigned a checkpoint behind each change, not the last one.",
    rows(REWRITES, witnessed, Refused("SL505", says="quorum"))
    | rows(
        {
            f"{name}, with the cosigned checkpoint left in": cosigned_left_in(does)
            for name, does in REWRITES.items()
        },
        witnessed,
        Refused("SL508", says="FORK"),
    )
    | rows(
        {"cut the tail": cosigned_left_in(cut), "put an old backup back": backed_up},
        witnessed,
        Unseen("an older cosigned checkpoint is genuine; its age shows it, or the witness itself"),
    )
    | rows(
        {"split view": cosigned_left_in(SPLIT)},
        witnessed,
        Reported("unwitnessed", "not proved", "events have no quorum yet"),
    ),
)
SIGNATURES = Table(
    "Set-up 4: people's signatures",
    Actor.KEY_HOLDER,
    Kind.LINES,
    "Those who decide sign with keys that the attacker does not have, over the root of all before.",
    rows(REWRITES, nothing, Refused("SL504 SL506"), story="full")
    | rows(
        SHORTER,
        nothing,
        Unseen("signatures can be left out with all that follows; their signers know"),
        story="full",
    )
    | rows(
        {"split view before a signature": all_put_right(READING)},
        nothing,
        Refused("SL504 SL506"),
        story="full",
    )
    | rows(
        {"split view behind the last signature": hidden(NOTED_OTHERWISE)},
        nothing,
        KEY_HOLDER,
        REWRITTEN,
        story="full",
    ),
)
SET_UPS = (ALONE, CHECKPOINT, WITNESS, SIGNATURES)


# --- what else a reader can bring, or lack ------------------------------------------------------


def cosignature_moved(forgery: Forgery) -> None:
    """Put the witness's line under the last checkpoint."""
    note = next(note for note in forgery.files.values() if b"witness." in note)
    all_put_right(READING)(forgery)
    name = f"checkpoints/{forgery.sizes[-1]}"
    forgery.files[name] += note.splitlines(keepends=True)[-1]
    forgery.files["checkpoint"] = forgery.files[name]


def cosigned_by_its_friend(forgery: Forgery) -> None:
    """Rewrite history, and have the witness cosign it."""
    hidden(READING)(forgery)
    name = f"checkpoints/{forgery.sizes[-1]}"
    forgery.files[name] += forgery.story.cosignature(forgery.files[name]).encode()
    forgery.files["checkpoint"] = forgery.files[name]


def sealed_nowhere(forgery: Forgery) -> None:
    """Leave every checkpoint out."""
    for name in [name for name in forgery.files if name.startswith("checkpoint")]:
        del forgery.files[name]


def with_policy(quorum: bytes) -> Step:
    """Let the reader believe the log's key, and ask for so many witnesses."""

    def does(forgery: Forgery) -> None:
        forgery.policy = forgery.story.policy().splitlines()[0] + b"\nquorum " + quorum + b"\n"

    return does


def checkpoint_of_another_log(forgery: Forgery) -> None:
    """Let the reader have kept a checkpoint of another log."""
    forgery.since = (forgery.other.log / "checkpoint").read_bytes()


def policy_of_another_log(forgery: Forgery) -> None:
    """Let the reader believe another log's key."""
    forgery.policy = (
        b"log " + (forgery.other.log / "log.vkey").read_bytes().strip() + b"\nquorum none\n"
    )


def appended(forgery: Forgery) -> None:
    """Put one more order behind the last checkpoint."""
    fields = forgery.fields(forgery.find(ORDER))
    fields["cmd"] = f"one-more#{fields['cmd'].partition('#')[2]}"
    forgery.insert(len(forgery.lines) + 1, fields)
    forgery.describe()


def everywhere(does: Step, *outcomes: Outcome, story: str = "unsigned") -> Attack:
    """Expect the same wherever all lines are."""
    return Attack(does, on(LOGS, *outcomes), story)


READERS = Table(
    "What readers bring along, and what comes of it",
    Actor.KEY_HOLDER,
    Kind.LINES,
    "",
    {
        "a cosignature put under another checkpoint": everywhere(
            then(witnessed, cosignature_moved), Refused("SL505", says="signed note")
        ),
        "a rewrite that the witness cosigned, too": everywhere(
            then(witnessed, cosigned_by_its_friend),
            Unseen("the log's key and the witness are in one hand; another witness would show it"),
        ),
        "a change behind what the witness saw": everywhere(
            then(witnessed, cosigned_left_in(all_put_right(data(ORDER, quantity=60)))),
            Reported("witnesses", "proved", "witness.example/north cosigned"),
            Reported("unwitnessed", "not proved", "have no quorum yet"),
        ),
        "a checkpoint of another log": everywhere(checkpoint_of_another_log, Refused("SL505")),
        "a policy that names another log's key": everywhere(
            policy_of_another_log, Refused("SL505")
        ),
        "every checkpoint left out, before a reader who asks for a witness": everywhere(
            then(witnessed, sealed_nowhere), Refused("SL505", says="quorum")
        ),
        # A first line can name every key; only what a key sealed belongs to it.
        "every checkpoint left out, before a reader who asks for none": everywhere(
            then(with_policy(b"none"), sealed_nowhere),
            Reported("seal", "not proved"),
            Reported("log key", "not proved"),
        ),
        "every checkpoint left out": everywhere(sealed_nowhere, Reported("seal", "not proved")),
        "no person's signature in the whole log": everywhere(
            nothing, Reported("signatures", "not proved")
        ),
    },
)


# --- the unsealed tail --------------------------------------------------------------------------


def last_checkpoint_dropped(forgery: Forgery) -> None:
    """Leave the latest checkpoint out, as if there had never been one."""
    del forgery.files[f"checkpoints/{forgery.sizes[-1]}"]
    forgery.files["checkpoint"] = forgery.files[f"checkpoints/{forgery.sizes[-1]}"]
    forgery.describe()


def order_left_out(forgery: Forgery) -> None:
    """Leave the last line out."""
    forgery.remove(len(forgery.lines))
    forgery.describe()


UNSEALED = Unseen("nothing behind the last checkpoint is sealed; `verify` counts it as *tail*")
TAIL = Table(
    "Behind the last checkpoint",
    Actor.WRITER,
    Kind.LINES,
    "Without any key, but with care: versions and hashes fit.",
    {
        "a line added behind it": everywhere(
            appended, Reported("tail", "not proved", "the last 1 events are not sealed yet")
        ),
        "the last checkpoint left out, and an order behind it edited": everywhere(
            then(last_checkpoint_dropped, data(ORDER, quantity=60)),
            Reported("tail", "not proved", "are not sealed yet"),
        ),
        "an unsealed line edited": everywhere(data(ORDER, quantity=60), UNSEALED, story="unsealed"),
        "an unsealed line left out": everywhere(order_left_out, UNSEALED, story="unsealed"),
        "a line added to unsealed ones": everywhere(appended, UNSEALED, story="unsealed"),
    },
)
TABLES = (*SET_UPS, READERS, TAIL)
