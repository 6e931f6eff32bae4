"""Every link inside the documentation leads somewhere."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.docs.markdown import DOCS, anchors, links, pages
from tests.tree import ROOT, relative


@pytest.mark.parametrize("page", pages(), ids=relative)
def test_links_of_a_page_resolve(page: Path) -> None:
    broken = [link for link in links(page) if not urlsplit(link).scheme and not leads(page, link)]

    assert [] == broken


def leads(page: Path, link: str) -> bool:
    """Tell whether a link from a page meets a file, and a heading where it names one."""
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.exists() or not target.is_relative_to(ROOT):
        return False
    return not anchor or (target.suffix == ".md" and anchor in anchors(target))


def test_a_broken_link_is_seen() -> None:
    """Without this, a reader of links that reads none would pass."""
    index = DOCS / "index.md"

    assert links(index)
    assert not leads(index, "no-such-page.md")
    assert not leads(index, "index.md#no-such-heading")


def test_every_page_is_linked_from_the_index_or_from_a_page_that_is() -> None:
    """A page that nobody can come to is not documentation."""
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        found = (link.partition("#")[0] for link in links(page) if not urlsplit(link).scheme)
        waiting += [
            target for path in found if (target := (page.parent / path).resolve()).is_file()
        ]

    assert [] == [relative(page) for page in pages() if page not in seen]
