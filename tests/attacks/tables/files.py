"""Attacks on readers of files: hostile contents, and files that are no evidence."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from tests.attacks.attack import Actor, Attack, Kind, Refused, Reported, Surface, Table, Unseen, on

MANY = 100_000
ESCAPES = "\x1b]0;owned\x07\x1b[2J\u202e\u2066\x9b31m"
OBEYED = ("\x1b", "\x07", "\u202e", "\u2066", "\x9b")

CONTENTS: Mapping[str, bytes] = {
    "nothing": b"",
    "a newline": b"\n",
    "newlines": b"\n" * MANY,
    "NULs": b"\x00" * MANY,
    "noise": bytes(range(256)) * 400,
    "deep arrays": b"[" * 1_000_000 + b"\n",
    "deep objects": b'{"a":' * 1_000_000 + b"\n",
    "deep and closed": b"[" * MANY + b"]" * MANY + b"\n",
    "a huge integer": b'{"v":' + b"9" * MANY + b"}\n",
    "a huge exponent": b'{"v":1e999999999}\n',
    "NaN": b'{"v":NaN}\n',
    "infinity": b'{"v":-Infinity}\n',
    "a key twice": b'{"v":1,"v":1}\n',
    "half a surrogate": b'{"v":"\\ud800"}\n',
    "a surrogate in bytes": b'{"v":"\xed\xa0\x80"}\n',
    "overlong UTF-8": b'{"v":"\xc0\xaf"}\n',
    "escapes": f'{{"v":"{ESCAPES}"}}\n'.encode(),
    "escapes in a name": f"{ESCAPES}+{ESCAPES}+{ESCAPES}\n\n— {ESCAPES} AAAA\n".encode(),
    "a long line": b"a" * 5_000_000,
    "long lines": (b"a" * 70_000 + b"\n") * 70,
    "many signatures": b"x\n1\n=\n\n" + "— a AAAAAAAA\n".encode() * 60_000,
    "a word a million times": b"log " * 250_000 + b"\n",
    "an array": b"[]\n",
    "a text": b'"text"\n',
    "null": b"null\n",
    "an empty object": b"{}\n",
    "every member null": (
        b'{"at":null,"by":null,"cmd":null,"data":null,"stream":null,"type":null,"v":1,'
        b'"version":1}\n'
    ),
    "UTF-16": "log".encode("utf-16"),
}


LOG_FILES = ("events.ndjson", "checkpoint", "log.vkey", "allowed_signers", "checkpoints/latest")
DOSSIER_FILES = (
    "decision.json", "decision.tlog-proof", "decision.growth", "decision.statement",
    "decision.statement.sig", "checkpoint", "log.vkey", "allowed_signers",
    "streams/process-mug.ndjson", "streams/process-mug.tlog-proof", "streams/person-x.ndjson",
)  # fmt: skip


class Files(Protocol):
    """An export or a dossier in an attacker's hands."""

    files: dict[str, bytes]


EITHER = (Surface.EXPORT, Surface.DOSSIER)
ANY = "SL205 SL501 SL502 SL503 SL504 SL505 SL506 SL507 SL508 SL509 SL510"


def in_each(names: Sequence[str], content: bytes) -> Callable[[Files], Iterator[str]]:
    """Put a content in place of one file after the other."""

    def does(export: Files) -> Iterator[str]:
        genuine = dict(export.files)
        for name in names:
            export.files = genuine | {name: content}
            yield name

    return does


RESTORE = "restore --ledger restored.db"
HOSTILE_LOG = Table(
    "An exported log with a hostile file",
    Actor.OUTSIDER,
    Kind.FILES,
    "Each content, in place of one file after the other.",
    {
        name: Attack(
            in_each(LOG_FILES, content),
            on(Surface.EXPORT, Refused(ANY), Refused(ANY, by=RESTORE)),
        )
        for name, content in CONTENTS.items()
    },
)
HOSTILE_DOSSIER = Table(
    "A dossier with a hostile file",
    Actor.OUTSIDER,
    Kind.FILES,
    "Each content, in place of one file after the other.",
    {
        name: Attack(in_each(DOSSIER_FILES, content), on(Surface.DOSSIER, Refused(ANY)), "short")
        for name, content in CONTENTS.items()
    },
)


def readme_edited(export: Files) -> None:
    """Let the README say something else."""
    export.files["README.md"] = export.files["README.md"].replace(b"signoff verify", b"rm -r")


OTHER_FILES = Table(
    "Files that prove nothing",
    Actor.OUTSIDER,
    Kind.FILES,
    "",
    {
        "a README that says something else": Attack(
            readme_edited, on(EITHER, Reported("readme", "flagged", "README.md is NOT the one"))
        ),
        "a README that is not there": Attack(
            lambda export: export.files.pop("README.md"),
            on(EITHER, Unseen("it is for people, and proves nothing")),
        ),
        "a file more": Attack(
            lambda export: export.files.update({"approved.txt": b"all is well\n"}),
            on(EITHER, Reported("other files", "not proved", "approved.txt")),
        ),
        "a folder more": Attack(
            lambda export: export.files.update({"more/approved.txt": b"all is well\n"}),
            on(EITHER, Reported("other files", "not proved", "more/")),
        ),
        "a name that a terminal would obey": Attack(
            lambda export: export.files.update({"a\x1b[8mb": b""}),
            on(EITHER, Reported("other files", "not proved", "a\\x1b[8mb")),
        ),
    },
)
TABLES = (HOSTILE_LOG, HOSTILE_DOSSIER, OTHER_FILES)
