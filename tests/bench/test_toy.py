"""The benchmark itself works; how fast anything is, is no test."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.bench import run
from tests.bench.chart import draw
from tests.bench.grounds import Ground
from tests.bench.growth import TOPIC as GROWTH
from tests.bench.measure import Case, Figure, Target, at_once
from tests.bench.postgres import PostgresPlace
from tests.bench.profiling import profile
from tests.bench.report import by_topic, table, write_json
from tests.bench.sizes import TOY
from tests.bench.stores import Place, SqlitePlace
from tests.bench.writing import appending
from tests.servers.databases import Databases

SVG = "{http://www.w3.org/2000/svg}"
KEYS = {"name", "store", "events", "rate_per_s", "floor_per_s", "ratio", "target"}
FIGURE = Figure(
    topic="Speed",
    name="x",
    counted="events",
    floor="y",
    store="sqlite",
    events=9,
    rate_per_s=5_000.0,
    floor_per_s=6_250.0,
    spread=0.1,
)


@pytest.mark.slow
@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_everything_can_be_measured_at_toy_sizes(
    store: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with closing(SqlitePlace(tmp_path) if store == "sqlite" else on_a_server(request)) as place:
        figures = [figure for _, figure in run.measure([place], TOY, tmp_path)]
    write_json(figures, tmp_path / "figures.json")
    kept = json.loads((tmp_path / "figures.json").read_text("utf-8"))

    assert len(figures) == len(kept)
    assert all(KEYS <= {*row} for row in kept)
    assert all(figure.rate_per_s > 0 < figure.ratio for figure in figures)
    assert 4 == sum(figure.peak_mb is not None and figure.peak_mb > 10 for figure in figures)
    assert all(figure.name in table(figures) for figure in figures)
    assert_no_words_overlap(draw(figures))


def on_a_server(request: pytest.FixtureRequest) -> Place:
    """Give room on the session's server, which is started only if this test is run."""
    server = request.getfixturevalue("postgres")
    assert isinstance(server, Databases)
    return PostgresPlace(server)


def test_growth_from_one_size_alone_draws_no_bar() -> None:
    assert 1 == draw([replace(FIGURE, topic=GROWTH)]).count("<rect")


def assert_no_words_overlap(picture: str) -> None:
    """Hold rows apart, and keep every word within the picture and right of the last."""
    root = ET.fromstring(picture)  # noqa: S314  # our own
    width = float(root.attrib["width"])
    words = [
        (float(e.attrib["y"]), float(e.attrib["x"]), e.text or "") for e in root.iter(f"{SVG}text")
    ]
    for (y, x, text), (next_y, next_x, _) in zip(sorted(words), sorted(words)[1:], strict=False):
        end = x + 7.2 * len(text)
        assert end <= width, text
        assert next_y - y >= 14 or next_x >= end, text


def test_the_command_prints_a_table_and_keeps_what_it_is_asked_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    case = a_case(lambda: None)

    def measure(*_: object) -> Iterator[tuple[Case, Figure]]:
        yield case, replace(FIGURE, target=Target(0.9))

    @contextmanager
    def places() -> Iterator[tuple[list[Place], Path]]:
        yield [SqlitePlace(tmp_path)], tmp_path

    monkeypatch.setattr(run, "measure", measure)
    monkeypatch.setattr(run, "places", places)
    files = [tmp_path / "figures.json", tmp_path / "figures.svg"]
    run.main(["--quick", "--profile", "--json", str(files[0]), "--svg", str(files[1])])

    assert "MISSED" in capsys.readouterr().out
    assert all(file.stat().st_size for file in files)


def a_case(work: object) -> Case:
    assert callable(work)
    done = at_once(work)
    return Case(
        topic="Speed", name="x", counted="events", times=1, ours=done, floor_is="y", floor=done
    )


@pytest.mark.parametrize(
    ("target", "peak_mb", "said", "is_met"),
    [
        (Target(5_000, "rate_per_s"), None, ">= 5,000/s", True),
        (Target(5_001, "rate_per_s"), None, ">= 5,001/s", False),
        (Target(0.8), None, ">= 0.80", True),
        (Target(0.81), None, ">= 0.81", False),
        (Target(300, "peak_mb"), 299, "< 300 MB", True),
        (Target(300, "peak_mb"), 300, "< 300 MB", False),
    ],
)
def test_a_target_is_a_least_rate_or_share_or_a_largest_memory(
    target: Target, peak_mb: int | None, said: str, *, is_met: bool
) -> None:
    figure = replace(FIGURE, target=target, peak_mb=peak_mb)

    assert said == str(target)
    assert is_met is figure.is_met
    assert ("met" if is_met else "MISSED") == table([figure]).split()[-1]


def test_figures_of_one_name_stand_together_under_their_topic() -> None:
    figures = [
        replace(FIGURE, name=name, store=store)
        for store in ("sqlite", "postgres")
        for name in ("a", "b")
    ]

    assert [("a", "sqlite"), ("a", "postgres"), ("b", "sqlite"), ("b", "postgres")] == [
        (figure.name, figure.store) for figure in by_topic(figures)["Speed"]
    ]


@pytest.mark.slow
def test_a_profile_names_the_functions_that_took_the_time(tmp_path: Path) -> None:
    with closing(SqlitePlace(tmp_path)) as place:
        inside = profile(appending("Speed", Ground(place), TOY, judged=True))
    outside = replace(
        a_case(lambda: None), program=("import json; [json.loads('1') for _ in range(9999)]",)
    )

    assert "commit" in inside
    assert "raw_decode" in profile(outside)
