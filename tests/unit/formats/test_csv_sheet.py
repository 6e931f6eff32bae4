"""Reading a sheet: what a CSV file may look like, and which files are none."""

import csv
import io
import random

import pytest

from signoff_ledger.errors import InputError
from signoff_ledger.formats import csv_sheet
from signoff_ledger.formats.csv_sheet import CELL_LIMIT, read_sheet

PLAIN = "unit_serial,gap,note\nS1,0.25,fine\nS2,0.30,\n"


def cells(content: bytes | str) -> list[dict[str, str]]:
    """Read a sheet that is meant to be good; gives the cells of its rows."""
    sheet = read_sheet(content.encode() if isinstance(content, str) else content, "a.csv")
    assert sheet.bad == ()
    return [
        {header: cell for header, cell in zip(sheet.headers, row.cells, strict=True) if cell}
        for row in sheet.rows
    ]


EXPECTED = [
    {"unit_serial": "S1", "gap": "0.25", "note": "fine"},
    {"unit_serial": "S2", "gap": "0.30"},
]

SPELLINGS = {
    "plain": PLAIN.encode(),
    "with a byte-order mark": PLAIN.encode("utf-8-sig"),
    "with semicolons": PLAIN.replace(",", ";").encode(),
    "with semicolons and a mark": PLAIN.replace(",", ";").encode("utf-8-sig"),
    "from Windows": PLAIN.replace("\n", "\r\n").encode(),
    "from an old Mac": PLAIN.replace("\n", "\r").encode(),
    "without a last line end": PLAIN.rstrip().encode(),
    "with blank lines": PLAIN.replace("\n", "\n\n").encode() + b",,\n  \n",
    "padded": PLAIN.replace(",", " , ").encode(),
    "with tabs": PLAIN.replace(",", "\t").encode(),
    "in UTF-16 with a mark": PLAIN.encode("utf-16"),
    "in UTF-16 of the other order": b"\xfe\xff" + PLAIN.encode("utf-16-be"),
    "with a first line for Excel": b"sep=;\r\n" + PLAIN.replace(",", ";").encode(),
    "with a first line for Excel, quoted": b'"sep=|"\n' + PLAIN.replace(",", "|").encode(),
    "with blank columns at the end": PLAIN.replace("\n", ",,\n").encode(),
    "with blank lines before it": b"\n,,\n" + PLAIN.encode(),
    "quoted": b'"unit_serial","gap","note"\n"S1","0.25","fine"\n"S2","0.30",""\n',
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_sheet_is_read_however_it_is_spelt(spelling: str) -> None:
    assert EXPECTED == cells(SPELLINGS[spelling])


def test_a_blank_cell_is_no_cell() -> None:
    """A blank is not a value, and least of all a pass."""
    assert [{"unit_serial": "S1"}] == cells("unit_serial,gap,finish\nS1, ,\t\n")


def test_rows_keep_the_line_they_begin_in() -> None:
    text = 'unit_serial,note\nS1,"two\nlines"\n\nS2,"three\n\nlines"\nS3,x\n'
    sheet = read_sheet(text.encode(), "a.csv")

    assert [2, 5, 8] == [row.line for row in sheet.rows]
    assert "three\n\nlines" == sheet.rows[1].cells[1]


def test_a_row_that_is_cut_off_is_named_and_the_others_are_read() -> None:
    sheet = read_sheet(b"unit_serial,gap,note\nS1,0.25,\nS2,0.\nS3,0.25,,x\n", "a.csv")

    assert ["S1"] == [row.cells[0] for row in sheet.rows]
    assert [
        (3, "S2,0.", "has 2 cells, the header has 3; cut off?"),
        (4, "S3,0.25,,x", "has 4 cells, the header has 3; cut off?"),
    ] == [(bad.line, bad.value, bad.problem) for bad in sheet.bad]


def test_a_cell_of_ten_megabytes_is_named_and_not_shown() -> None:
    """Longer than the csv module takes by itself, and shorter than the file may be."""
    sheet = read_sheet(b"unit_serial,note\nS1," + b"x" * (10 << 20) + b"\n", "a.csv")
    (bad,) = sheet.bad

    assert (2, "note", "x" * 60 + "…") == (bad.line, bad.column, bad.value)
    assert f"has {10 << 20} characters, the limit is {CELL_LIMIT}" == bad.problem


NO_SHEETS = {
    "empty": (b"", "it is empty"),
    "nothing but a mark": (b"\xef\xbb\xbf", "it is empty"),
    "nothing but space": (b" \n\t\n", "it is empty"),
    "a NUL byte": (b"unit_serial\nS\x001\n", "NUL bytes"),
    "UTF-16 without a mark": (PLAIN.encode("utf-16-le"), "or it is UTF-16 without a mark"),
    "Latin-1": (
        b"unit_serial,note\nS1,caf\xe9\n",
        "byte 7 of line 2, 0xE9, is not UTF-8; a file saved",
    ),
    "a surrogate": (b"unit_serial\n\xed\xa0\x80\n", "byte 1 of line 2, 0xED, is not UTF-8"),
    "an open quote": (
        b'unit_serial,note\nS1,x\nS2,"open\nS3,x\n',
        "line 3: unexpected end of data",
    ),
    "a quote in the middle": (b'unit_serial,note\nS1,"a"b\n', "line 2: ',' expected after '\"'"),
    "no header": (b"S1,0.25\nS2,0.25\n", "no column unit_serial, it has S1, 0.25"),
    "another file": (b"<html>\x1b[2J</html>\n", "it has <html>\\x1b[2J</html>"),
}


@pytest.mark.parametrize("what", NO_SHEETS)
def test_what_is_no_sheet_is_refused_as_a_whole(what: str) -> None:
    content, why = NO_SHEETS[what]
    with pytest.raises(InputError) as caught:
        read_sheet(content, "a.csv")

    assert "SL101" == caught.value.code
    assert why in caught.value.why
    assert all(line.isprintable() for line in str(caught.value).splitlines())


def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(csv_sheet, "FILE_LIMIT_BYTES", 20)
    with pytest.raises(InputError) as caught:
        read_sheet(PLAIN.encode(), "a.csv")

    assert f"it has {len(PLAIN)} bytes, the limit is 20" == caught.value.why


def test_rows_and_columns_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blank rows cost as much as others, and comparing every column with every other more."""
    monkeypatch.setattr(csv_sheet, "ROWS_MAX", 5)
    monkeypatch.setattr(csv_sheet, "COLUMNS_MAX", 3)
    sheet = b"unit_serial,a,b\nS1,1,2\n"

    assert 1 == len(read_sheet(sheet + b"\n" * 2, "a.csv").rows)
    for content, why in (
        (sheet + b"\n" * 3, "it has more than 5 rows"),
        (b"unit_serial,a,b,c\nS1,1,2,3\n", "its header has 4 columns, not 3 at most"),
    ):
        with pytest.raises(InputError) as caught:
            read_sheet(content, "a.csv")
        assert why == caught.value.why


def test_noise_is_refused_and_never_breaks_the_reader() -> None:
    chance = random.Random(4711)
    alphabet = [
        b",",
        b";",
        b'"',
        b"\n",
        b"\r",
        b"unit_serial",
        b"S1",
        b"\xff",
        b"\x00",
        b" ",
        b"0.1",
    ]
    for _ in range(3_000):
        content = b"".join(chance.choices(alphabet, k=chance.randrange(1, 30)))
        try:
            read_sheet(content, "a.csv")
        except InputError as error:
            assert error.code == "SL101"  # noqa: PT017  # both ends are fine


def test_what_the_csv_module_writes_is_read_back() -> None:
    out = io.StringIO()
    writer = csv.writer(out)
    note = 'a "quoted", twice;\nsaid'
    writer.writerows([["unit_serial", "note"], ["S1", note]])

    assert [{"unit_serial": "S1", "note": note}] == cells(out.getvalue())
