"""The certificate in a real browser: at three widths, printed, and read by axe."""

import io
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.browser import chromium
from tests.golden.story import PROCESS, goes, play_until

AXE = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
OVERFLOWING = """
() => [...document.querySelectorAll('main *')]
    .filter(e => !e.closest('svg') && e.getBoundingClientRect().right > innerWidth + 0.5)
    .map(e => e.outerHTML.slice(0, 80))
"""
LABELS_OUTSIDE = """
() => [...document.querySelectorAll('svg text')].filter(t => {
    const inner = t.getBoundingClientRect();
    const outer = t.closest('svg').getBoundingClientRect();
    return inner.left < outer.left - 1 || inner.right > outer.right + 1
        || inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1;
}).map(t => t.textContent)
"""


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate of the story's sign-off, as a file."""
    folder = tmp_path_factory.mktemp("certificate")
    terminal = play_until(folder, goes("replay", PROCESS))
    terminal.did("report", PROCESS, "-o", "certificate.html")
    return folder / "certificate.html"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all pages."""
    with chromium() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of its own."""
    made = browser.new_page(java_script_enabled=True)
    yield made
    made.close()


@pytest.mark.parametrize("width", [390, 810, 1280])
def test_the_certificate_fits_and_is_accessible(page: Page, page_file: Path, width: int) -> None:
    talk: list[str] = []
    fetched: list[str] = []
    page.on("console", lambda message: talk.append(message.text))
    page.on("pageerror", lambda error: talk.append(str(error)))
    page.on("request", lambda request: fetched.append(request.url))
    page.set_viewport_size({"width": width, "height": 900})

    page.goto(page_file.as_uri())

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert [] == page.evaluate(OVERFLOWING)
    assert [] == page.evaluate(LABELS_OUTSIDE)
    assert [] == talk
    assert [page_file.as_uri()] == fetched
    found = Axe().run(page, options=AXE)
    assert [] == [violation["id"] for violation in found.response["violations"]]


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_certificate_prints(page: Page, page_file: Path, paper: str) -> None:
    page.goto(page_file.as_uri())

    printed = pypdf.PdfReader(io.BytesIO(page.pdf(format=paper)))

    text = " ".join(sheet.extract_text() for sheet in printed.pages)
    assert 2 <= len(printed.pages) <= 12
    assert "Ada Mercer" in text
    assert "does not show that the design is right" in " ".join(text.split())


def test_pictures_tell_their_finding_to_those_who_do_not_see_them(
    page: Page, page_file: Path
) -> None:
    page.goto(page_file.as_uri())

    pictures = page.locator("svg[role=img]")
    assert 5 == pictures.count()
    for picture in pictures.all():
        named = picture.get_attribute("aria-labelledby")
        assert named is not None
        title, finding = (page.locator(f"#{each}").text_content() for each in named.split())
        assert title
        assert finding
        assert finding.endswith(".")
    assert 5 == page.locator("figure table").count()
