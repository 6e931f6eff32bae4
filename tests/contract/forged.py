"""What somebody with a login could try to put into a ledger in PostgreSQL, one entry each."""

import json
from base64 import b64encode
from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID, uuid5

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signoff_ledger.domain.events.event import EventEnvelope
from signoff_ledger.integrity.c2sp.checkpoint import Checkpoint, sign_checkpoint
from signoff_ledger.integrity.c2sp.cosignature import cosign
from signoff_ledger.integrity.canonical import LINE_LIMIT_BYTES, canonical
from signoff_ledger.integrity.tree.merkle import EMPTY_ROOT

ORIGIN = "log.example/mugs"


class Row(NamedTuple):
    """An event as it is handed to the database.

    Attributes:
        command_id: Under which command.
        stream: The column beside the line.
        version: The column beside the line.
        type: The column beside the line.
        line: The line.
    """

    command_id: str
    stream: UUID
    version: int
    type: str
    line: bytes

    @classmethod
    def of(cls, entry: EventEnvelope) -> "Row":
        """Give an entry as the program would hand it over."""
        command_id = entry.cmd.partition("#")[0]
        return cls(command_id, entry.stream, entry.version, entry.event.TOPIC, entry.line)

    def said(self, old: str, new: str) -> "Row":
        """Give the row with other words in its line, which has the old ones once."""
        text = self.line.decode()
        assert text.count(old) == 1, old
        return self._replace(line=text.replace(old, new).encode())

    def having(self, **members: object) -> "Row":
        """Give the row with other members in its line, which stays canonical."""
        fields = json.loads(self.line) | members
        return self._replace(line=canonical({k: v for k, v in fields.items() if v is not None}))


TEXT = '"text":"'
DATA = '"data":{'
DEEP = '{"a":' * 14 + "1" + "}" * 14
TOO_DEEP = f'{{"a":{DEEP}}}'

LINES: dict[str, Callable[[Row], Row]] = {
    "nothing": lambda row: row._replace(line=b""),
    "not JSON": lambda row: row._replace(line=b"garbage"),
    "JSON of another kind": lambda row: row._replace(line=b"[]"),
    "an object without members": lambda row: row._replace(line=b"{}"),
    "not UTF-8": lambda row: row._replace(line=row.line.replace(b"remark", b"\xff\xfe", 1)),
    "a space": lambda row: row.said(DATA, DATA + " "),
    "a space at the end": lambda row: row._replace(line=row.line + b" "),
    "a newline at the end": lambda row: row._replace(line=row.line + b"\n"),
    "a byte order mark": lambda row: row._replace(line=b"\xef\xbb\xbf" + row.line),
    "an escape that is not needed": lambda row: row.said(TEXT, TEXT + r"\u00e9"),
    "a solidus escaped": lambda row: row.said(TEXT, TEXT + r"\/"),
    "a control character": lambda row: row.said(TEXT, TEXT + "\x01"),
    "an escape in capitals": lambda row: row.said(TEXT, TEXT + r"\u001F"),
    "half a surrogate pair": lambda row: row.said(TEXT, TEXT + r"\ud800"),
    "a NUL": lambda row: row.said(TEXT, TEXT + r"\u0000"),
    "data in disorder": lambda row: row.said(DATA, DATA + '"z":1,'),
    "data in disorder behind an escape": lambda row: row.said(DATA, DATA + r'"k\"":1,"a":2,'),
    "data in disorder within": lambda row: row.said(DATA, DATA + '"a":{"c":1,"b":2},'),
    "data in disorder behind an array": lambda row: row.said(DATA, DATA + '"a":[{"x":[]}],"A":2,'),
    "data in disorder in an array": lambda row: row.said(DATA, DATA + '"a":[[],{"c":1,"b":2}],'),
    "a member twice": lambda row: row.said(DATA, DATA + '"kind":"note",'),
    "a name that is not ASCII": lambda row: row.said(DATA, DATA + '"\xe4":1,'),
    "a fraction": lambda row: row.said(DATA, DATA + '"a":1.0,'),
    "an exponent": lambda row: row.said(DATA, DATA + '"a":1e2,'),
    "a fraction in an array": lambda row: row.said(DATA, DATA + '"a":[1,2.5],'),
    "minus zero": lambda row: row.said(DATA, DATA + '"a":-0,'),
    "a zero in front": lambda row: row.said(DATA, DATA + '"a":01,'),
    "2**53": lambda row: row.said(DATA, DATA + '"a":9007199254740992,'),
    "-2**53": lambda row: row.said(DATA, DATA + '"a":-9007199254740992,'),
    "a longer number": lambda row: row.said(DATA, DATA + '"a":[1,10000000000000000],'),
    "a null": lambda row: row.said(DATA, DATA + '"a":null,'),
    "a null in an array": lambda row: row.said(DATA, DATA + '"a":[null],'),
    "not a number": lambda row: row.said(DATA, DATA + '"a":NaN,'),
    "nested too deeply": lambda row: row.said(DATA, f'{DATA}"a":{TOO_DEEP},'),
    "nested beyond any stack": lambda row: row.said(DATA, f'{DATA}"a":{"[" * 60_000},'),
    "data that is a text": lambda row: row.having(data="words"),
    "data that is a list": lambda row: row.having(data=[]),
    "no data": lambda row: row.having(data=None),
    "no author": lambda row: row.having(by=None),
    "a further member": lambda row: row.having(note="one"),
    "a further member inside": lambda row: row.said(',"prev":', ',"more":1,"prev":'),
    "members in disorder": lambda row: row.said('{"at"', '{"v":1,"at"').said(',"v":1,"ve', ',"ve'),
    "another format": lambda row: row.having(v=2),
    "a format that is true": lambda row: row.having(v=True),
    "a version that is a text": lambda row: row.having(version=str(row.version)),
    "a time spelt otherwise": lambda row: row.having(at="2026-03-02T08:00:00Z"),
    "a day that no calendar has": lambda row: row.having(at="2026-02-30T08:00:00.000000Z"),
    "an hour that no day has": lambda row: row.having(at="2026-02-03T24:00:00.000000Z"),
    "a second that no minute has": lambda row: row.having(at="2026-02-03T08:00:60.000000Z"),
    "the year 0": lambda row: row.having(at="0000-01-01T08:00:00.000000Z"),
    "an author who has no key's name": lambda row: row.having(by="ines\u202e"),
    "an author that is a number": lambda row: row.having(by=1),
    "a command without its hash": lambda row: row.having(cmd=row.command_id),
    "a command whose hash is none": lambda row: row.having(cmd=f"{row.command_id}#{'g' * 16}"),
    "a command id that is none": lambda row: row.having(cmd=f"a b#{'0' * 16}"),
    "the column of another stream": lambda row: row._replace(stream=uuid5(row.stream, "other")),
    "another stream in the line": lambda row: row.having(stream=str(uuid5(row.stream, "other"))),
    "a stream in capitals": lambda row: row.having(stream=str(row.stream).upper()),
    "another version in the line": lambda row: row.having(version=row.version + 1),
    "a version left out": lambda row: row.having(version=row.version + 1)._replace(
        version=row.version + 1
    ),
    "version 0": lambda row: row.having(version=0, stream=str(uuid5(row.stream, "new")))._replace(
        version=0, stream=uuid5(row.stream, "new")
    ),
    "another type in the line": lambda row: row.having(type="signoff.batch-amended.v1"),
    "a type that nobody knows": lambda row: row.having(type="planted:Event")._replace(
        type="planted:Event"
    ),
    "a type of the next version": lambda row: row.having(
        type="signoff.remark-recorded.v2"
    )._replace(type="signoff.remark-recorded.v2"),
    "another line before it": lambda row: row.having(prev="0" * 64),
    "a line before it in capitals": lambda row: row.having(
        prev=json.loads(row.line)["prev"].upper()
    ),
    "no line before it": lambda row: row.having(prev=None),
    "a line before the first": lambda row: row.having(
        version=1, stream=str(uuid5(row.stream, "new"))
    )._replace(version=1, stream=uuid5(row.stream, "new")),
    "too long": lambda row: row.said(TEXT, TEXT + "x" * LINE_LIMIT_BYTES),
    "twice too long": lambda row: row.said(TEXT, TEXT + "x" * 2 * LINE_LIMIT_BYTES),
}
"""How a line that would be in order is spoilt. Whoever hands it in is refused."""

ALIKE = [
    ('"a":1,', '"a":01,'),
    ('"a":10,', '"a":00,'),
    ('"a":-5,', '"a":-0,'),
    ('"a":[-5],', '"a":[-0],'),
    ('"a":1,', '"a":9007199254740992,'),
    ('"a":1000000000000000,', '"a":9999999999999999,'),
    ('"a":["9999999999999999"],"b":1,', '"a":["9999999999999999"],"b":9999999999999999,'),
    ('"a1":1,"a2":1,', '"a2":1,"a1":1,'),
    ('"a1":1,"a2":1,', '"a1":1,"a1":1,'),
    ('":1":1,":2":1,', '":2":1,":1":1,'),
    ('"a":{"b1":[],"b2":[]},', '"a":{"b2":[],"b1":[]},'),
    ('"a":"x",', '"a":"\x01",'),
    ('"a":"x:","b":1,"c":"y",', '"a":"x:","c":1,"b":"y",'),
    ('"a":[":"],"b":":","c":1,', '"a":[":"],"c":":","b":1,'),
    ('"a":"%","b_":1,', '"a":"%","b%":1,"b":1,'),
]
"""Data that is canonical, and data that is like it, in other digits, say, and is not."""

COMMANDS: dict[str, Callable[[Row], Row]] = {
    "another command in the call": lambda row: row._replace(command_id="another"),
    "another command in the line": lambda row: row.having(cmd=f"another#{'0' * 16}"),
    "a longer command in the line": lambda row: row.having(cmd=f"{row.command_id}x#{'0' * 16}"),
    "a command that is there": lambda row: row.having(cmd=f"c1#{'0' * 16}")._replace(
        command_id="c1"
    ),
}
"""How a line is handed in under a command that is not its own."""

SOUND: dict[str, Callable[[Row], Row]] = {
    "as it is": lambda row: row,
    "escapes": lambda row: row.said(TEXT, TEXT + r"\"\\\n\t\b\f\r\u0001\u001f"),
    "words of everywhere": lambda row: row.said(TEXT, TEXT + "\x7f\xe4\u2028\U0001f600 1.5e3,-0:"),
    "numbers": lambda row: row.said(
        DATA, DATA + '"a":[0,-1,9007199254740991,-9007199254740991,[true,false,[],{}]],'
    ),
    "names": lambda row: row.said(DATA, DATA + r'"A":1,"a":{"":1,"1":2,"A~":3,"a/b":4},"ab":[{}],'),
    "as deep as may be": lambda row: row.said(DATA, f'{DATA}"a":{DEEP},'),
    "as long as may be": lambda row: row.said(
        TEXT, TEXT + "x" * (LINE_LIMIT_BYTES - len(row.line))
    ),
}
"""What is canonical, however odd: the database takes what the program would."""


class Sealed(NamedTuple):
    """What a checkpoint is made of.

    Attributes:
        size: Events that it says it seals, all there are.
        root: The root of their tree.
    """

    size: int
    root: bytes

    def note(self, **parts: object) -> bytes:
        """Give the signed checkpoint, with other parts."""
        whole: dict[str, object] = {"origin": ORIGIN, "size": self.size, "root": self.root} | parts
        checkpoint = Checkpoint(**whole)  # type: ignore[arg-type]
        return sign_checkpoint(checkpoint, Ed25519PrivateKey.generate())


def _text(seal: Sealed) -> bytes:
    return seal.note().partition(b"\n\n")[0] + b"\n\n"


NOTES: dict[str, Callable[[Sealed], tuple[int, bytes]]] = {
    "words": lambda seal: (seal.size, b"a note"),
    "nothing": lambda seal: (seal.size, b""),
    "10 MB": lambda seal: (seal.size, seal.note() + b"x" * 10_000_000),
    "not UTF-8": lambda seal: (seal.size, seal.note(origin="x\x7f").replace(b"\x7f", b"\xff")),
    "another root": lambda seal: (seal.size, seal.note(root=bytes(32))),
    "more than there is": lambda seal: (seal.size + 1, seal.note(size=seal.size + 1)),
    "the size of another": lambda seal: (seal.size - 1, seal.note()),
    "another size within": lambda seal: (seal.size, seal.note(size=seal.size - 1)),
    "a zero in front": lambda seal: (
        seal.size, seal.note().replace(b"\n%d\n" % seal.size, b"\n0%d\n" % seal.size),
    ),
    "nothing sealed": lambda seal: (0, seal.note(size=0, root=EMPTY_ROOT)),
    "less than nothing": lambda seal: (-1, seal.note()),
    "a further line": lambda seal: (seal.size, seal.note(extensions=("more",))),
    "no signature": lambda seal: (seal.size, _text(seal)),
    "an empty line for a signature": lambda seal: (seal.size, _text(seal) + b"\n"),
    "a signature without its newline": lambda seal: (seal.size, seal.note()[:-1]),
    "a signature of somebody else": lambda seal: (
        seal.size, _text(seal) + seal.note(origin="else").rpartition(b"\n\n")[2],
    ),
    "a signature that is no base64": lambda seal: (
        seal.size, _text(seal) + f"\u2014 {ORIGIN} !!!!\n".encode(),
    ),
    "a signature with stray bits": lambda seal: (
        seal.size, _text(seal) + f"\u2014 {ORIGIN} AAAAAAB=\n".encode(),
    ),
    "a signature that is too short": lambda seal: (
        seal.size, _text(seal) + f"\u2014 {ORIGIN} AAAA\n".encode(),
    ),
    "a word behind": lambda seal: (seal.size, seal.note() + b"word\n"),
}  # fmt: skip
"""Checkpoints, with the size under which they are handed in, that are none of the log's."""


def witnessed(note: bytes) -> str:
    """Give the line of a witness under a checkpoint."""
    text = note.decode().partition("\n\n")[0] + "\n"
    return cosign(text, "witness.example/north", Ed25519PrivateKey.generate(), 1_772_500_000).line


def line_of(name: str, signature: bytes = bytes(76)) -> str:
    """Give what has the form of a signature line."""
    return f"\u2014 {name} {b64encode(signature).decode()}\n"


COSIGNATURES: dict[str, Callable[[int], tuple[int, str]]] = {
    "words": lambda size: (size, "a line"),
    "nothing": lambda size: (size, ""),
    "an empty line": lambda size: (size, "\n"),
    "no newline": lambda size: (size, line_of("w")[:-1]),
    "two lines": lambda size: (size, line_of("w") + line_of("v")),
    "1 MB": lambda size: (size, line_of("w" * 1_000_000)),
    "a long name": lambda size: (size, line_of("w" * 9_000)),
    "no such checkpoint": lambda size: (size + 1, line_of("w")),
    "another dash": lambda size: (size, line_of("w").replace("\u2014", "-")),
    "a name with a plus": lambda size: (size, line_of("w+x")),
    "a name with a tab": lambda size: (size, line_of("w\tx")),
    "a name with a space of Unicode": lambda size: (size, line_of("w\u3000x")),
    "a name with another space of Unicode": lambda size: (size, line_of("w\x85x")),
    "no name": lambda size: (size, line_of("")),
    "too short": lambda size: (size, line_of("w", bytes(4))),
    "no base64": lambda size: (size, "\u2014 w !!!!!!!!\n"),
    "no padding": lambda size: (size, line_of("w").replace("=", "")),
    "stray bits": lambda size: (size, "\u2014 w AAAAAAB=\n"),
    "a further word": lambda size: (size, line_of("w")[:-1] + " x\n"),
}
"""Cosignatures, with the size under which they are handed in, that are none."""
