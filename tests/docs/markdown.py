"""Reading our Markdown pages: their fenced blocks, headings and links."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.tree import ROOT

DOCS = ROOT / "docs"

_FENCE = re.compile(r"^(?P<indent> *)(?P<fence>`{3,})(?P<info>[^`]*)$")
_TITLE = re.compile(r'title="([^"]+)"')
_RUN = re.compile(r'run="([^"]+)"')
_LINK = re.compile(r"(?<!\!)\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^()\s]+)\)")
_HEADING = re.compile(r"^(#{1,6}) +(.*?)\s*$")


class Block(NamedTuple):
    """A fenced block.

    Attributes:
        line: The line of its first fence, from 1.
        language: The first word behind the fence.
        title: The name of the file that it shows, or "".
        text: What stands between the fences, with a newline at its end.
        run: The command whose input it is, or "".
    """

    line: int
    language: str
    title: str
    text: str
    run: str = ""


def pages() -> list[Path]:
    """List the pages a reader may come to, in a stable order."""
    top = [ROOT / f"{name}.md" for name in ("README", "CHANGELOG", "CONTRIBUTING", "SECURITY")]
    return top + sorted(DOCS.rglob("*.md"))


def blocks(page: Path) -> Iterator[Block]:
    """Give the fenced blocks of a page in order."""
    lines = page.read_text("utf-8").splitlines()
    number = 0
    while number < len(lines):
        opened = _FENCE.match(lines[number])
        number += 1
        if opened is None:
            continue
        begin, indent = number, len(opened["indent"])
        while lines[number].strip() != opened["fence"]:
            number += 1
        info = opened["info"].strip()
        title = _TITLE.search(info)
        text = "".join(f"{line[indent:]}\n" for line in lines[begin:number])
        run = _RUN.search(info)
        yield Block(
            begin, info.split(" ")[0], title[1] if title else "", text, run[1] if run else ""
        )
        number += 1


def prose(page: Path) -> str:
    """Give a page without its fenced blocks."""
    kept, fence = [], ""
    for line in page.read_text("utf-8").splitlines():
        match = _FENCE.match(line)
        if fence:
            fence = "" if line.strip() == fence else fence
        elif match:
            fence = match["fence"]
        else:
            kept.append(line)
    return "\n".join(kept)


def links(page: Path) -> list[str]:
    """Give the targets of a page's links, code spans left out."""
    return _LINK.findall(re.sub(r"`[^`]*`(?!\])", "", prose(page)))


def headings(page: Path) -> list[str]:
    """Give the headings of a page as they are written."""
    found = (_HEADING.match(line) for line in prose(page).splitlines())
    return [match[2] for match in found if match]


def anchors(page: Path) -> set[str]:
    """Give the anchors that the forge makes of a page's headings."""
    seen: dict[str, int] = {}
    made = set()
    for heading in headings(page):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
        slug = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
        count = seen.get(slug, 0)
        seen[slug] = count + 1
        made.add(f"{slug}-{count}" if count else slug)
    return made
