"""How people write values: the decimal sign, and the words for pass and fail.

Nothing of it is guessed: the plan says it, or who gives the values does.
"""

import re
from collections.abc import Iterable
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator

from signoff_ledger.domain.characteristic import Characteristic, Kind
from signoff_ledger.domain.spelling import folded_value, plain_value
from signoff_ledger.domain.values import Value, check_label
from signoff_ledger.errors import Advice, InputError

Encoding = Literal[
    "utf-8", "utf-16", "windows-1250", "windows-1251", "windows-1252", "windows-1253",
    "windows-1254", "windows-1257", "iso-8859-1", "iso-8859-2", "iso-8859-15", "macintosh",
    "shift_jis", "gb18030",
]  # fmt: skip
"""Encodings in which a sheet can be read, once it is named."""

_PLAIN = {"pass": "pass", "fail": "fail"}
_COMMA_NUMBER = re.compile(r"([+-]?\d*),(\d.*)", re.ASCII)


def check_pair(text: str) -> str:
    """Refuse what is not two words for pass and fail, such as `OK/NOK`."""
    words = [plain_value(word) for word in text.split("/")]
    if len(words) != 2 or not all(words) or folded_value(words[0]) == folded_value(words[1]):
        msg = "must be the word for pass, a stroke and the word for fail, such as OK/NOK"
        raise ValueError(msg)
    return check_label(text)


class SheetNotation(Value):
    """How the sheets and the values of a process are written, where the plan says so."""

    #: Words for pass and fail, each pair such as `OK/NOK`; `pass` and `fail` always are.
    answers: tuple[Annotated[str, AfterValidator(check_pair)], ...] = ()
    decimal: Literal["comma", "point"] | None = None  #: The decimal sign; a point unless stated.
    #: How the file's text is encoded, where it has no mark; UTF-8 unless stated.
    encoding: Encoding | None = None


class Notation(NamedTuple):
    """How values are read: that of the plan, with what a command says besides."""

    is_comma: bool = False  #: Whether the decimal sign is a comma.
    #: `pass` and `fail` by the folded words that stand for them.
    words: tuple[tuple[str, str], ...] = tuple(_PLAIN.items())

    @property
    def answers(self) -> str:
        """The words that are read, for a message."""
        return ", ".join(word for word, _ in self.words)

    def answer(self, text: str) -> str | None:
        """Give `pass` or `fail`; None for another word."""
        return dict(self.words).get(folded_value(plain_value(text)))

    def number(self, text: str) -> str:
        """Give a number, with or without a unit, with a decimal point.

        Raises:
            ValueError: The sign is a comma, and the number has a point.
        """
        plain = plain_value(text)
        if not self.is_comma:
            return text
        if "." in plain.partition(" ")[0] and re.match(r"[+-]?\d", plain):
            msg = "has a point, and the decimal sign here is a comma"
            raise ValueError(msg)
        match = _COMMA_NUMBER.fullmatch(plain)
        return f"{match[1]}.{match[2]}" if match and "," not in match[2] else plain

    def read(self, characteristic: Characteristic, text: str) -> int:
        """Turn a text into a reading in the plan's scale.

        Raises:
            ValueError: It is no such value.
        """
        if characteristic.kind is Kind.ATTRIBUTE:
            return characteristic.read(self.answer(text) or text)
        return characteristic.read(self.number(text))

    def accepts(self, characteristic: Characteristic, text: str) -> str:
        """Say what is read as a value of a characteristic in the place of a text that is not."""
        if characteristic.kind is Kind.ATTRIBUTE:
            return self.answers
        comma = " and a decimal comma" if self.is_comma else ""
        if "," in text and not comma:
            comma = "; a comma where that is said to be the decimal sign"
        return f"{characteristic.accepts}{comma}"


def _add(words: dict[str, str], pair: str) -> None:
    for word, answer in zip(pair.split("/"), _PLAIN, strict=True):
        form = folded_value(plain_value(word))
        if words.setdefault(form, answer) != answer:
            msg = f"have {word.strip()} for pass and for fail"
            raise ValueError(msg)


def notation_of(
    planned: SheetNotation | None,
    decimal: str | None = None,
    answers: Iterable[str] = (),
) -> Notation:
    """Join the plan's notation with what a command says, which goes before it.

    Raises:
        InputError: SL109, a pair is none, or a word stands for pass and for fail.
    """
    planned = planned or SheetNotation()
    words = dict(_PLAIN)
    for pair in (*planned.answers, *answers):
        try:
            _add(words, check_pair(pair))
        except ValueError as error:
            what = f"the words {pair[:60]!r} {error}"
            raise InputError("SL109", what, advice=Advice("name-words")) from None
    return Notation((decimal or planned.decimal) == "comma", tuple(words.items()))
