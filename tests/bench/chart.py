"""The figures as a picture for the docs: bars that are readable in light and dark, and in print."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from tests.bench.agenda import SPEED
from tests.bench.growth import TOPIC as GROWTH
from tests.bench.measure import Figure
from tests.bench.peers import TOPIC as PEERS
from tests.bench.report import by_topic, number

_WIDTH, _LABEL, _BAR, _ROW = 980, 410, 200, 22
_STORES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
_STYLE = (
    "text{fill:#1f2328;font:13px system-ui,sans-serif}.head{font-weight:600;font-size:15px}"
    ".soft{fill:#59636e}.sqlite{fill:#0969da}.postgres{fill:#bc4c00}.none{fill:#59636e}"
    ".mark{stroke:#1f2328;stroke-width:2}.paper{fill:#fff}"
    "@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.soft{fill:#9198a1}.sqlite{fill:#4493f8}"
    ".postgres{fill:#f0883e}.none{fill:#9198a1}.mark{stroke:#f0f6fc}.paper{fill:#0d1117}}"
)


def draw(figures: Iterable[Figure]) -> str:
    """Draw the shares of the floor, the growth and the peers below each other."""
    topics = by_topic(figures)
    parts: list[str] = []
    top = 28.0
    for topic, note in (
        (SPEED, "1 is as fast as the bytes alone can be stored or read; the line is the target"),
        (
            GROWTH,
            "the rate as a share of the rate at the fewest events; 1 is as fast",
        ),
        (PEERS, "above 1 this is faster; the line is the target"),
    ):
        if topic in topics:
            shapes, top = _panel(topic, note, topics[topic], top)
            parts += shapes
    height = f"{top:.0f}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {_WIDTH} {height}" '
        f'width="{_WIDTH}" height="{height}" aria-labelledby="t d"><title id="t">The benchmark'
        '</title><desc id="d">Bars: shares of the floor, growth, and peers. The same figures are '
        f"in the tables of the page.</desc><style>{_STYLE}</style>"
        f'<rect class="paper" width="{_WIDTH}" height="{height}"/>{"".join(parts)}</svg>\n'
    )


def _panel(topic: str, note: str, figures: Sequence[Figure], top: float) -> tuple[list[str], float]:
    parts = [_text(16, top, topic, "head"), _text(16, top + 18, note, "soft")]
    top += 32
    first: dict[tuple[str, str], float] = {}
    if topic == GROWTH:
        for figure in figures:
            first.setdefault((figure.name, figure.store), figure.rate_per_s)
        figures = [f for f in figures if f.rate_per_s != first[f.name, f.store]]
    shares = [f.rate_per_s / first.get((f.name, f.store), f.floor_per_s) for f in figures]
    marks = [f.target.limit for f in figures if _has_mark(f) and f.target]
    longest = max([*shares, *marks], default=1.0)
    last = ""
    for figure, share in zip(figures, shares, strict=True):
        # A name is written once, above the bars of its stores and sizes.
        if figure.name != last:
            top += 6
            parts.append(_text(16, top + 15, _cut(figure.name), ""))
            last = figure.name
        parts += _bar(figure, share, top, longest)
        top += _ROW
    return parts, top + 34


def _bar(figure: Figure, share: float, top: float, longest: float) -> Iterator[str]:
    length = max(1.0, _BAR * share / longest)
    kind = figure.store or "none"
    yield (
        f'<rect class="{kind}" x="{_LABEL}" y="{top + 4:.1f}" width="{length:.1f}" '
        f'height="{_ROW - 8}" rx="2"/>'
    )
    end = _LABEL + length
    if _has_mark(figure) and figure.target:
        at = _LABEL + _BAR * figure.target.limit / longest
        yield f'<path class="mark" d="M{at:.1f} {top + 1:.1f}v{_ROW - 2}"/>'
        end = max(end, at)
    yield _text(end + 8, top + 15, _words(figure, share), "soft")


def _has_mark(figure: Figure) -> bool:
    return figure.target is not None and figure.target.of == "ratio"


def _words(figure: Figure, share: float) -> str:
    at = f" at {figure.events:,}" if figure.topic == GROWTH else ""
    store = _STORES.get(figure.store, figure.store)
    return f"{share:.2f}, {number(figure.rate_per_s)} {figure.counted}/s, {store}{at}"


def _cut(text: str) -> str:
    return text if len(text) <= 56 else text[:55] + "\N{HORIZONTAL ELLIPSIS}"


def _text(x: float, y: float, words: str, kind: str) -> str:
    of_kind = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{of_kind}>{escape(words)}</text>'
