"""Pictures say what they show, are well-formed, need no colour, and come out the same each time."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from signoff_ledger.figures.picture import (
    BeforeAfter,
    LimitLine,
    OcCurve,
    ParetoChart,
    Picture,
    RateInterval,
    RunChart,
    UnitGrid,
)
from signoff_ledger.persistence.sqlite.store import SqliteStore
from signoff_ledger.queries.certificate import certificate
from signoff_ledger.reports import svg, text_charts
from signoff_ledger.reports.certificate_layout import document
from signoff_ledger.reports.document import Document, Heading, PictureBlock
from signoff_ledger.reports.html import page
from signoff_ledger.reports.markdown import markdown
from tests.bench import ledgers

HEAD = ("headings", "of the table")
ROWS = (("a", "1"), ("<b>", "2"))

GRID = UnitGrid(
    "units", "Units & marks", "1 reject.", HEAD, ROWS,
    marks=(".", "A", "?", "-", "."),
    legend=(("A", "LID <SEAT>"), (".", "conforming"), ("?", "not inspected"), ("-", "excluded")),
)  # fmt: skip
MANY = UnitGrid(
    "many", "A thousand", "None.", HEAD, ROWS, marks=(".",) * 1000, legend=((".", "conforming"),)
)
RATES = BeforeAfter(
    "rates", "Rates", "It fits.", HEAD, ROWS,
    intervals=(RateInterval("B1", 0.09, 0.25, 0.49), RateInterval("B2", 0.0, 0.0, 0.17)),
    bar=0.0,
)  # fmt: skip
CURVE = OcCurve(
    "curve", "Curve", "It falls.", HEAD, ROWS,
    points=tuple((i / 20, (1 - i / 20) ** 3) for i in range(21)),
    marked=((0.05, 0.857, "5 %"), (0.1, 0.729, "10 %")),
    fits=(0.2, 0.95),
)  # fmt: skip
PARETO = ParetoChart(
    "modes", "Modes", "Most often LID.", HEAD, ROWS,
    bars=(("LID-SEAT-WITH-A-VERY-LONG-NAME-INDEED", 3, 0.75), ("CHIP", 1, 1.0)),
)  # fmt: skip
TIMES = RunChart(
    "times", "Times", "One over.", HEAD, ROWS,
    series=(("B1", (11.0, 12.0, 10.5)), ("B2", (6.0, 6.5))),
    limits=(LimitLine("bar", 11.5, judged=True), LimitLine("bench", 4.0, judged=False)),
    beyond=11.5,
    unit="minutes",
)  # fmt: skip
SLOW = RunChart(
    "slow", "Slow", "Many.", HEAD, ROWS, series=(("B1", (1.0,) * 500),), limits=(), beyond=None,
    unit="minutes",
)  # fmt: skip
EVERY = (GRID, MANY, RATES, CURVE, PARETO, TIMES, SLOW)
each_picture = pytest.mark.parametrize("picture", EVERY, ids=lambda picture: picture.name)


@each_picture
def test_a_drawing_is_well_formed_and_names_its_finding(picture: Picture) -> None:
    drawn = svg.draw(picture)
    root = ET.fromstring(drawn)  # noqa: S314  # it is our own

    space = "{http://www.w3.org/2000/svg}"
    assert picture.title == root.findtext(f"{space}title")
    assert picture.finding == root.findtext(f"{space}desc")
    assert "img" == root.get("role")
    assert "style" not in drawn
    assert drawn == svg.draw(picture)


@each_picture
def test_every_colour_is_a_grey(picture: Picture) -> None:
    for element in ET.fromstring(svg.draw(picture)).iter():  # noqa: S314
        for name in ("fill", "stroke"):
            colour = element.get(name, "none")
            if colour.startswith("#"):
                digits = colour[1:]
                size = len(digits) // 3
                assert 1 == len({digits[i : i + size] for i in range(0, len(digits), size)})


@each_picture
def test_characters_have_an_ascii_form_that_says_the_same(picture: Picture) -> None:
    plain = text_charts.draw(picture, ascii_only=True)
    full = text_charts.draw(picture)

    assert plain.isascii()
    for text in (plain, full):
        assert text.startswith(picture.title)
        assert text.endswith(picture.finding)
    assert len(plain.splitlines()) == len(full.splitlines())


def test_a_thousand_units_stay_small() -> None:
    assert len(svg.draw(MANY)) < 40_000


def test_the_certificate_of_a_thousand_units_stays_below_300_kb(tmp_path: Path) -> None:
    store = SqliteStore.create(tmp_path / "ledger.db")
    ledgers.held(ledgers.begun(store), "p-0", 1_000, 4)

    html = page(document(certificate(store, "p-0")))
    store.close()

    assert len(html.encode()) < 300_000


def test_a_value_over_its_limit_has_another_shape() -> None:
    assert 1 == text_charts.draw(TIMES).count("▲")
    assert 1 == text_charts.draw(TIMES, ascii_only=True).count("^")
    assert "l6 11h-12z" in svg.draw(TIMES)


def test_a_long_run_is_thinned_and_says_so() -> None:
    assert "the slowest of every 5 is shown" in text_charts.draw(SLOW)


@pytest.mark.parametrize("draw", [svg.draw, text_charts.draw], ids=["svg", "characters"])
def test_what_is_no_picture_is_not_drawn(draw: object) -> None:
    assert callable(draw)
    with pytest.raises(KeyError):
        draw(Picture("x", "t", "f", HEAD, ROWS))


def test_somebodys_words_stay_words() -> None:
    words = Document("<k>", "a|b & *c*", "<HELD>", (Heading("<h>"), PictureBlock(GRID)))

    html, text = page(words), markdown(words)
    assert "<k>" not in html
    assert "&lt;HELD&gt;" in html
    assert "LID &lt;SEAT&gt;" in html
    assert "a\\|b \\& \\*c\\*" in text
    assert "| \\<b\\> | 2 |" in text
