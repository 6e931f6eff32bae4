"""Attacks on the lines of a log: spelt otherwise, changed, gone, added, or elsewhere."""

import json
import unicodedata
from collections.abc import Callable

from tests.attacks.attack import LIVE, LOGS, Actor, Attack, Kind, Refused, Surface, Table, on
from tests.attacks.forging import Forgery, dumped
from tests.attacks.steps import (
    Step,
    all_put_right,
    by_millionth,
    chained,
    changed,
    data,
    each_line,
    edited,
    forged,
    only_prev,
    reverse_sorted,
    sealed_by_another,
    sealed_by_the_old_key,
    swap,
    then,
)

UNIT, CLOSED, HELD = "unit-inspected", "batch-closed", "process-held"
ORDER, SIGN_OFF = "production-order-committed", "process-signed-off"
BAR = "bar-registered"
BROKEN = "SL502 SL503 SL504 SL505 SL506 SL507 SL508 SL510"
"""Every way in which a line, or what depends on it, does not hold."""


def refused(does: Step, code: str, at: str = "") -> Attack:
    """Expect a refusal wherever all lines of a log are."""
    return Attack(does, on(LOGS, Refused(code, at)))


def spelt(topic: str, change: Callable[[bytes], bytes], code: str = "SL503") -> Attack:
    """Spell the last line of a kind otherwise, and expect a refusal that names its position."""
    return refused(changed(topic, change), code, topic)


SPELLING = Table(
    "A line spelt otherwise",
    Actor.WRITER,
    Kind.LINES,
    "The same values, or nearly, in other bytes than the one canonical form.",
    {
        "whitespace behind a colon": spelt(UNIT, lambda b: b.replace(b'":', b'": ', 1)),
        "whitespace before a line": spelt(UNIT, lambda b: b" " + b),
        "whitespace behind a line": spelt(UNIT, lambda b: b + b" "),
        "a carriage return": spelt(UNIT, lambda b: b + b"\r"),
        "keys in another order": spelt(CLOSED, reverse_sorted),
        "a letter escaped": spelt(UNIT, lambda b: b.replace(b"ines", b"\\u0069nes", 1)),
        "a slash escaped": spelt(ORDER, lambda b: b.replace(b"PO-1", b"PO\\/1", 1)),
        "what is not ASCII escaped": spelt(HELD, lambda b: b.replace("£".encode(), b"\\u00a3")),
        "letters taken apart (NFD)": spelt(
            HELD, lambda b: unicodedata.normalize("NFD", b.decode()).encode(), "SL506"
        ),
        "a number with a fraction": spelt(ORDER, lambda b: b.replace(b":50", b":50.0")),
        "a number with an exponent": spelt(ORDER, lambda b: b.replace(b":50", b":5e1")),
        "a number with a leading zero": spelt(ORDER, lambda b: b.replace(b":50", b":050")),
        "a number as a text": spelt(ORDER, lambda b: b.replace(b":50", b':"50"'), "SL506"),
        "minus zero": spelt(ORDER, lambda b: b.replace(b":50", b":-0")),
        "true for one": spelt(CLOSED, lambda b: b.replace(b'"v":1', b'"v":true')),
        "a key twice": spelt(
            ORDER, lambda b: b.replace(b'"quantity":50', b'"quantity":5,"quantity":50')
        ),
        "a member that no line has": spelt(CLOSED, lambda b: b[:-1] + b',"zz":1}'),
        "a member taken out": spelt(CLOSED, lambda b: b.replace(b'"by":"ines",', b"")),
        "a later line format": spelt(CLOSED, lambda b: b.replace(b'"v":1', b'"v":2')),
        "a byte order mark": refused(
            lambda f: f.lines.__setitem__(0, b"\xef\xbb\xbf" + f.lines[0]),
            "SL503",
            "ledger-founded",
        ),
        "UTF-16": spelt(CLOSED, lambda b: b.decode().encode("utf-16-be").replace(b"\n", b"")),
        "Latin-1": spelt(HELD, lambda b: b.replace("£".encode(), b"\xa3")),
        "a NUL in front of a line": spelt(CLOSED, lambda b: b"\x00" + b),
        "two lines on one": refused(
            lambda f: f.lines.__setitem__(slice(4, 6), [f.lines[4] + f.lines[5]]), "SL503"
        ),
        "a line on two": refused(
            lambda f: f.lines.__setitem__(slice(4, 5), [f.lines[4][:40], f.lines[4][40:]]),
            "SL503",
        ),
        "an empty line": refused(lambda f: f.lines.insert(9, b""), "SL503"),
        "an array around a line": spelt(CLOSED, lambda b: b"[" + b + b"]"),
        "the hash of the line before, in capitals": spelt(
            CLOSED,
            lambda b: dumped(json.loads(b) | {"prev": json.loads(b)["prev"].upper()}),
            "SL502",
        ),
        "an hour with an offset": spelt(CLOSED, lambda b: b.replace(b'Z","by"', b'+00:00","by"')),
    },
)

NOTED_OTHERWISE = data("signature-given", fingerprint=f"SHA256:{'A' * 43}")
"""An edit of the last line, which is behind everything that was signed."""

READING = changed(UNIT, lambda b: b.replace(b'"gap":25', b'"gap":26'))
VALUES = Table(
    "A value changed",
    Actor.WRITER,
    Kind.LINES,
    "*All put right* is with the log's own keys: every hash, every root that a line names and every"
    " checkpoint made again.",
    {
        "an order's quantity": refused(data(ORDER, quantity=90), "SL506", ORDER),
        "an order's signature, cut out": refused(
            edited(ORDER, lambda x: x["data"].pop("signature")), "SL506", ORDER
        ),
        "what is noted of a signature": refused(NOTED_OTHERWISE, "SL508"),
        "an order's time": refused(
            edited(ORDER, lambda x: x.update(at="2026-03-02T09:00:00.000000Z")), "SL508"
        ),
        "an order's command": refused(
            edited(ORDER, lambda x: x.update(cmd="id-9#0000000000000000")), "SL508"
        ),
        "who ordered": refused(edited(ORDER, lambda x: x.update(by="egon")), "SL506", ORDER),
        "a reading": refused(READING, "SL502"),
        "a reading, chained again": refused(then(READING, only_prev), "SL504"),
        "a reading, chained and claimed again": refused(then(READING, chained), "SL506", SIGN_OFF),
        "a reading, all of it resealed by another key": refused(
            then(READING, chained, sealed_by_another), "SL506", SIGN_OFF
        ),
        "a reading, all put right": refused(then(READING, forged), "SL506", SIGN_OFF),
        "the last line, resealed by another key": refused(
            then(NOTED_OTHERWISE, chained, sealed_by_another), "SL511"
        ),
        "the last line, resealed by the log's old key": refused(
            then(NOTED_OTHERWISE, chained, sealed_by_the_old_key), "SL511"
        ),
        "a sign-off's time": refused(
            edited(SIGN_OFF, lambda x: x.update(at=x["at"].replace("2026", "2025"))), "SL502"
        ),
        "a sign-off's time, all put right": refused(
            all_put_right(edited(SIGN_OFF, lambda x: x.update(at=x["at"].replace("2026", "2025")))),
            "SL506",
            SIGN_OFF,
        ),
        "a sign-off's signer, all put right": refused(
            all_put_right(edited(SIGN_OFF, lambda x: x.update(by="egon"))), "SL506", SIGN_OFF
        ),
        "a sign-off's run, all put right": refused(
            all_put_right(data(SIGN_OFF, run_max=1_000)), "SL506", SIGN_OFF
        ),
        "a sign-off's note, all put right": refused(
            all_put_right(data(SIGN_OFF, note="as agreed")), "SL506", SIGN_OFF
        ),
        "a hold's reason, all put right": refused(
            all_put_right(data(HELD, reason="all good")), "SL506", HELD
        ),
        "the bar, all put right": refused(
            all_put_right(edited(BAR, lambda x: x["data"]["bar"].update(max_rejects=3))),
            "SL506",
            BAR,
        ),
        "the printed name of a signer, all put right": refused(
            all_put_right(
                edited("person-enrolled", lambda x: x["data"].update(printed_name="Ann Other"), 2)
            ),
            "SL506",
        ),
        "a signing key of a person, all put right": refused(
            all_put_right(
                lambda f: f.edit(
                    f.find("signing-key-registered"),
                    lambda x: x["data"].update(public_key=f.story.public_key("egon")),
                )
            ),
            "SL506",
            "signing-key-registered",
        ),
    },
)


def cut_behind_a_checkpoint(forgery: Forgery) -> None:
    """Cut the lines off to where an older checkpoint ends."""
    del forgery.lines[forgery.sizes[-2] :]


def unit_doubled(forgery: Forgery) -> None:
    """Let a unit have been inspected once more."""
    forgery.insert(forgery.find(UNIT), forgery.fields(forgery.find(UNIT)))


SHAPES = Table(
    "Lines gone, too many, or elsewhere",
    Actor.WRITER,
    Kind.LINES,
    "Lines are taken out or put in with the chain made to fit where a row says *all put right*.",
    {
        "the tail cut": refused(lambda f: f.lines.pop(), "SL507"),
        "the tail cut behind an older checkpoint": refused(cut_behind_a_checkpoint, "SL507"),
        "everything cut": Attack(
            lambda f: f.lines.clear(),
            on(Surface.EXPORT, Refused("SL510")) | on(LIVE, Refused("SL505")),
        ),
        "a decision dropped, all put right": refused(
            all_put_right(lambda f: f.remove(f.find(HELD))), "SL506"
        ),
        "a decision with its notes dropped, all put right": refused(
            all_put_right(lambda f: f.remove(*range(f.find(HELD), f.find(HELD) + 3))), "SL506"
        ),
        "a bad unit dropped, all put right": refused(
            all_put_right(lambda f: f.remove(f.find(UNIT, 0))), "SL506"
        ),
        "a line doubled at the end": refused(lambda f: f.lines.append(f.lines[-1]), "SL502"),
        "a line appended that goes on": refused(
            lambda f: f.lines.append(dumped(f.fields(len(f.lines)) | {"version": 99})), "SL502"
        ),
        "a unit doubled, all put right": refused(all_put_right(unit_doubled), "SL506"),
        "two lines of one stream swapped": refused(
            lambda f: swap(f, f.find(UNIT), f.find(UNIT, -2)), "SL502"
        ),
        "two lines of two streams swapped": refused(
            lambda f: swap(f, len(f.lines), len(f.lines) - 1), "SL508"
        ),
        "the first line swapped with the last": refused(
            lambda f: swap(f, 1, len(f.lines)), "SL502"
        ),
        "a person's lines taken out": refused(
            lambda f: f.lines.__setitem__(
                slice(None), [line for line in f.lines if json.loads(line)["by"] != "anna"]
            ),
            "SL502",
        ),
        "the last newline taken away": Attack(
            lambda f: f.files.update(tail=b""), on(Surface.EXPORT, Refused("SL510"))
        ),
    },
)


def swapped(lines: list[bytes], at: int) -> None:
    """Swap a line with the one before, the first with the last."""
    lines[at - 1], lines[at] = lines[at], lines[at - 1]


def moved_to_the_end(lines: list[bytes], at: int) -> None:
    """Move a line to the end, or the last one to the beginning."""
    lines.append(lines.pop(at))
    if at == len(lines) - 1:
        lines.insert(0, lines.pop())


def each(change: Callable[[list[bytes], int], object]) -> Attack:
    """Do something to each line, and expect that each time something is refused."""
    return Attack(each_line(change), on(Surface.EXPORT, Refused(BROKEN)))


def turned(change: Callable[[bytes], bytes]) -> Callable[[list[bytes], int], None]:
    """Change the bytes of a line."""
    return lambda lines, at: lines.__setitem__(at, change(lines[at]))


EACH_LINE = Table(
    "Each single line",
    Actor.OUTSIDER,
    Kind.LINES,
    "At every line of the log in turn.",
    {
        "its time changed by a millionth of a second": each(turned(by_millionth)),
        "it is dropped": each(lambda lines, at: lines.pop(at)),
        "it is doubled": each(lambda lines, at: lines.insert(at, lines[at])),
        "it is swapped with the one before": each(swapped),
        "it is moved to the end": each(moved_to_the_end),
        "a space is put into it": each(turned(lambda b: b.replace(b",", b", ", 1))),
        "its members are put in another order": each(turned(reverse_sorted)),
        "a letter of it is escaped": each(
            turned(lambda b: b.replace(b'"signoff.', b'"\\u0073ignoff.', 1))
        ),
    },
)
TABLES = (SPELLING, VALUES, SHAPES, EACH_LINE)
