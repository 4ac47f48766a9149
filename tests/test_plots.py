"""Charts: what is drawn are the bounds, an open end is never filled, and each text can be read."""

from __future__ import annotations

import sys
import warnings
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given

from aidtimeline import Counts, Delivery, EventLog, MoneySums, Observation, Pledge, Source, Timeline, report
from aidtimeline.cli import application
from aidtimeline.errors import UsageError
from aidtimeline.events import Event, Record
from aidtimeline.projections import Result
from aidtimeline.report.charts import fonts, paper
from aidtimeline.report.plots import MOST_ROWS
from aidtimeline.testing.drawnlogs import cuts, logs
from aidtimeline.testing.laws import Cuts
from aidtimeline.testing.strategies import repeatable
from aidtimeline.timeline import View

pytest.importorskip("matplotlib")

TIMELINE = Timeline.open("events")
VIEW = TIMELINE.as_of("2024-07-31")
HOSTILE = "$\\frac{1}{0}$ <b>&amp;\u202e\x1b[2J {x} %s \\alpha ^_ " + "x" * 9_800


def drawn(result: Any) -> Any:
    """The figure of a result, which can be written without a warning."""
    figure = result.plot()
    figure.savefig(BytesIO(), format="png", dpi=30)
    return figure


def by_id(figure: Any) -> Mapping[str, list[Any]]:
    """What is drawn in all axes, by the ids of its parts; of each panel also the power of ten that it is drawn in."""
    found: dict[str, list[Any]] = defaultdict(list)
    for at, axes in enumerate(figure.axes):
        found[f"power {at}"] = [int(axes.get_gid().partition(" in 1e")[2])]
    for axes in figure.axes:
        for each in axes.get_children():
            if each.get_gid():
                found[each.get_gid()].append(each)
    return found


def texts(figure: Any) -> list[str]:
    """All texts of a figure, but those of ticks."""
    return [each.get_text() for owner in (figure, *figure.axes) for each in owner.texts if each.get_text()]


def across(box: Any) -> tuple[float, float]:
    """From where to where a bar goes."""
    first, last = sorted((box.get_x(), box.get_x() + box.get_width()))
    return float(first), float(last)


def assert_bar(found: Mapping[str, list[Any]], which: str, low: Any, high: Any) -> None:
    """A bar ends where the bounds do; beyond the low end of an open one nothing is filled."""
    [power] = found[f"power {which.split(maxsplit=1)[0]}"]
    low, high = (None if each is None else each.scaleb(-power) for each in (low, high))
    certain, possible = ([across(box) for box in found.get(f"{kind} {which}", [])] for kind in ("certain", "possible"))
    assert certain == (
        [(0.0, float(low))] if low > 0 else [(float(high), 0.0)] if high is not None and high < 0 else []
    )
    if high is None:
        assert possible == []
        arrow = [x for line in found[f"open {which}"] for x in line.get_xdata()]
        assert (min(arrow), max(arrow) > float(low)) == (float(low), True)
        assert all(not each.get_fill() for each in (head.arrow_patch for head in found[f"head {which}"]))
    else:
        assert f"open {which}" not in found
        assert len(possible) == (low != high)
        assert all(each == pytest.approx((float(low), float(high))) for each in possible)


def in_panels(measures: Iterable[Any]) -> list[tuple[int, int]]:
    """The panel and the row of each, by its measure: a panel for each, in the order in which they come."""
    seen: dict[Any, int] = {}
    rows: dict[int, int] = defaultdict(int)
    found = []
    for each in measures:
        panel = seen.setdefault(each, len(seen))
        found.append((panel, rows[panel]))
        rows[panel] += 1
    return found


# Property: what is drawn is what is answered.


@repeatable(40)
@given(logs(max_size=8), cuts())
def test_bars_of_sums_are_their_bounds(records: Sequence[Record], at: Cuts) -> None:
    """Of counts and money, by whatever field, in each unit and currency."""
    view = Timeline(records).as_of(at.as_of, known_at=at.known_at, recorded_until=at.recorded_until)
    for table in (view.replay(Counts(["item", "donor"], kind=[])), view.replay(MoneySums("project"))):
        found = by_id(table.plot())
        measures = (row.currency if table.money else row.unit for row in table.rows)
        for row, (panel, number) in zip(table.rows, in_panels(measures), strict=True):
            assert_bar(found, f"{panel} {number} 0", row.low, row.high)


@repeatable(30)
@given(logs(max_size=8), cuts())
def test_bars_of_promises_and_levels_are_their_bounds(records: Sequence[Record], at: Cuts) -> None:
    """What was promised above what was delivered, what is reported above what is recorded."""
    view = Timeline(records).as_of(at.as_of, known_at=at.known_at, recorded_until=at.recorded_until)
    promises, levels = view.fulfilment(), view.levels()
    found = by_id(promises.plot())
    for row, (panel, number) in zip(promises, in_panels(row.currency or row.unit for row in promises), strict=True):
        assert_bar(found, f"{panel} {number} 0", row.promised.low, row.promised.high)
        if not row.also_in:
            assert_bar(found, f"{panel} {number} 1", row.delivered.low, row.delivered.high)
    found = by_id(levels.plot())
    places = in_panels((row.indicator, row.currency or row.unit) for row in levels)
    for level, (panel, number) in zip(levels, places, strict=True):
        assert_bar(found, f"{panel} {number} 0", level.reported.low, level.reported.high)
        if level.recorded is not None:
            assert_bar(found, f"{panel} {number} 1", level.recorded.low, level.recorded.high)


@repeatable(30)
@given(logs(max_size=8), cuts())
def test_steps_over_time_are_the_sums(records: Sequence[Record], at: Cuts) -> None:
    """On each day that is drawn the line is low and the band ends at high; where that is open nothing is filled."""
    series = Timeline(records).series(Counts(["item"], kind=[]), known_at=at.known_at)
    rows = [row for row in series if row.steps]
    figure = series.plot()
    assert len(figure.axes) == len(rows)
    found = by_id(figure)
    for panel, row in enumerate(rows):
        scale = Decimal(1).scaleb(-found[f"power {panel}"][0])
        [line] = found[f"certain {panel}"]
        places = [*zip(line.get_xdata(), line.get_ydata(), strict=True)]
        days = [step.day for step in row.steps]
        starts_at_zero = days[0] is not None
        assert places[0][1] == (0.0 if starts_at_zero else float(row.steps.steps[0].bounds.low * scale))
        for number, step in enumerate(row.steps):
            segment = places[2 * (number + starts_at_zero) : 2 * (number + starts_at_zero) + 2]
            assert [y for _, y in segment] == [float(step.bounds.low * scale)] * 2
            assert step.day is None or segment[0][0] == step.day.toordinal()
            which = f"{panel} {number + starts_at_zero}"
            boxes = found.get(f"possible {which}", [])
            closed = step.bounds.high is not None and step.bounds.low != step.bounds.high
            assert len(boxes) == closed
            assert (f"open {which}" in found) == (step.bounds.high is None)
            for box in boxes:
                assert (box.get_y(), box.get_y() + box.get_height()) == pytest.approx(
                    (float(step.bounds.low * scale), float((step.bounds.high or 0) * scale))
                )
                assert [box.get_x(), box.get_x() + box.get_width()] == [x for x, _ in segment]


def test_the_ends_of_periods_are_points() -> None:
    """Nothing is drawn between them, since a sum at the end of a quarter says nothing of the days before."""
    series = TIMELINE.series(Counts("item")).every("quarter", "2024-12-31")
    found = by_id(drawn(series))
    for panel, row in enumerate(series):
        for number, step in enumerate(row.steps):
            [point] = found[f"certain {panel} {number}"]
            assert list(point.get_ydata()) == [float(step.bounds.low)]
            bands = [list(each.get_ydata()) for each in found.get(f"possible {panel} {number}", [])]
            width = step.bounds.high is not None and step.bounds.high != step.bounds.low
            assert bands == ([[float(step.bounds.low), float(step.bounds.high or 0)]] if width else [])
    assert "each point is the sum at the end of a quarter" in texts(drawn(series))


# What is written.


def test_titles_labels_and_numbers_are_words() -> None:
    """The title says what it is, labels are those of the vocabulary, and an open number says "or more"."""
    figure = drawn(VIEW.counts(where={"donor": "JP"}))
    said = texts(figure)
    assert said[0] == "Delivered, by item, where donor is Japan"
    assert {"Mine detector", "50 or more", "2 to 4, disputed", "40"} <= set(said)
    assert not any("mine-detector" in each for each in said)
    assert texts(VIEW.money(by="donor").plot())[0] == "Money: all kinds, by donor"
    assert "announced · Japan" in texts(VIEW.money(by="donor").plot())
    converted = texts(VIEW.money(by="donor", currency="USD").plot())
    assert converted[0] == "Money: all kinds, by donor, converted to USD"
    assert any(each.startswith("rate: 1 EUR = USD") for each in converted)
    assert any(each.startswith("– · ") for each in texts(VIEW.counts(by=["quarter", "item"]).plot()))


def test_the_caption_has_both_dates_and_who_reports_it() -> None:
    """With the days of publication; and what the table says below it, such as levels that contradict it."""
    view = TIMELINE.as_of("2023-11-28", known_at="2023-11-25")
    said = texts(drawn(view.counts()))
    assert "as of 28 Nov 2023 · as known on 25 Nov 2023" in said
    assert any(each.startswith("Sources: Interfax-Ukraine, 11 Jan 2023; Yomiuri, 23 Nov 2023") for each in said)
    series = " ".join(texts(drawn(TIMELINE.series(Counts("item"), known_at="2023-11-25"))))
    assert "on every day · as known on 25 Nov 2023" in series
    assert "Sources: Interfax-Ukraine, 11 Jan 2023; Yomiuri, 23 Nov 2023" in series
    assert any(each.startswith("disputed: ") for each in texts(VIEW.counts().plot()))


@pytest.mark.parametrize(
    "result",
    [VIEW.counts(), VIEW.fulfilment(), TIMELINE.series(Counts("item")), TIMELINE.as_of("2025-12-31").levels()],
)
def test_counts_have_whole_ticks(result: Result[Any, Any]) -> None:
    """Nobody counts half a truck."""
    for axes in drawn(result).axes:
        axis = axes.yaxis if len(axes.get_yticks()) else axes.xaxis
        assert all(float(each).is_integer() for each in axis.get_ticklocs())


def log_of(folder: Path, events: Sequence[Event]) -> View:
    EventLog(folder).append(events)
    return Timeline.open(folder, engine="fold").as_of("2024-01-01")


def source(text: str = "Daily", published: str = "2023-02-01") -> Source:
    return Source(publisher=text, title=text, url=text, published=published)


def test_hostile_texts_are_shown_as_texts(tmp_path: Path) -> None:
    """They are no formulas, they are cut, and control characters are made visible."""
    slug = "$x^2$ {y} \\alpha " + "z" * 160
    facts = [
        Delivery(date="2023-01-02", item=slug, donor=slug, quantity=2, unit="$^$", sources=source(HOSTILE)),
        Pledge(date="2023-01-02", item=slug, donor=slug, quantity="1..", unit="$^$", sources=source(HOSTILE)),
        Observation(date="2023-01-02", item=slug, donor=slug, quantity=7, unit="$^$", sources=source(HOSTILE)),
    ]
    view = log_of(tmp_path, facts)
    series = Timeline.open(tmp_path).series(Counts("item", kind=[]))
    for result in (view.counts(by=["item", "donor"], where={"item": slug}), view.fulfilment(), view.levels(), series):
        figure = drawn(result)
        said = texts(figure)
        assert any("$x^2$ {y} \\alpha" in each for each in said)
        assert max(map(len, said)) <= paper.CAPTION_WIDTH
        assert [each for each in said if not each.isprintable()] == []
        assert not any(
            each.get_parse_math() for owner in (figure, *figure.axes) for each in owner.texts if each.get_text()
        )


@pytest.mark.parametrize("has_font", [True, False])
def test_a_label_that_no_font_can_write_is_its_slug(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_font: bool
) -> None:
    """Cyrillic needs no other font; Japanese is written where one is installed; what has no slug is spelt out."""
    (tmp_path / "vocabulary").mkdir()
    (tmp_path / "vocabulary" / "items.jsonl").write_text(
        '{"slug":"gen","label":"発電機"}\n{"slug":"car","label":"Авто"}\n'
    )
    facts = [Delivery(date="2023-01-02", item=each, quantity=2, sources=source("読売")) for each in ("gen", "car")]
    view = log_of(tmp_path, facts)
    if has_font:
        monkeypatch.setattr(fonts, "can_write", lambda text: True)
        with warnings.catch_warnings(action="ignore"):
            assert "発電機" in texts(view.counts().plot())
        return
    monkeypatch.setattr(fonts, "OTHERS", ())
    fonts.families.cache_clear()
    fonts._characters.cache_clear()
    said = texts(drawn(view.counts()))
    assert {"gen", "Авто"} <= set(said)
    assert any(each.startswith(r"Sources: \u8aad\u58f2, 1 Feb 2023") for each in said)
    fonts.families.cache_clear()
    fonts._characters.cache_clear()


def test_a_chart_of_many_rows_says_what_it_leaves_out(tmp_path: Path) -> None:
    """It has as many as can be read."""
    many = [
        Delivery(date="2023-01-02", item=f"item-{each:03}", quantity=each, sources=source()) for each in range(1, 201)
    ]
    view = log_of(tmp_path, many)
    figure = drawn(view.counts())
    assert len([each for each in by_id(figure) if each.startswith("certain")]) == MOST_ROWS
    assert "140 more rows are not drawn: the table has all" in texts(figure)
    assert "188 more rows are not drawn: the table has all" in texts(drawn(Timeline.open(tmp_path).series(Counts())))


def test_negative_huge_and_tiny_numbers(tmp_path: Path) -> None:
    """A reversal goes to the left; what no float holds is drawn as so many times a power of ten, and said in digits."""
    amounts = [
        "-5",
        "-5..-2",
        "-3..4",
        "0..1",
        "1..",
        f"{'9' * 30}..",
        f"-{'9' * 30}..{'9' * 30}",
        "~20",
        f"0.{'0' * 28}1",
    ]
    facts = [
        Delivery(date="2023-01-02", item=f"i{at}", unit=f"u{at // 4}", quantity=each, sources=source())
        for at, each in enumerate(amounts)
    ]
    figure = drawn(log_of(tmp_path, facts).counts())
    found = by_id(figure)
    for at, (low, high) in enumerate([(-5, -5), (-5, -2), (-3, 4), (0, 1)]):
        assert_bar(found, f"0 {at} 0", Decimal(low), Decimal(high))
    said = texts(figure)
    assert f"{10**30 - 1:,} u1 or more" in "".join(said)
    assert "a number of up to 30 digits u1" in said
    assert "about 20 u1" in said


def test_nothing_is_drawn_of_nothing() -> None:
    """The figure has a title, and says that there is nothing."""
    found = drawn(VIEW.counts(where={"donor": "US", "item": "truck"}))
    assert found.axes == []
    assert any(each.startswith("Nothing: ") for each in texts(found))


# Errors and files.


def test_what_has_no_chart_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """And so does a computer without matplotlib."""
    with pytest.raises(UsageError, match="no chart: counts, money, series, fulfilment and levels have one"):
        VIEW.projects().plot()
    for name in [each for each in sys.modules if each.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UsageError, match=r"pip install 'aidtimeline\[plot\]'"):
        VIEW.counts().plot()


def test_no_global_state_of_pyplot() -> None:
    """A figure is nobody's but the caller's."""
    drawn(VIEW.counts())
    assert "matplotlib.pyplot" not in sys.modules


@pytest.mark.parametrize(
    "words", [["counts"], ["money"], ["series"], ["fulfilment"], ["levels", "--as-of", "2025-12-31"]]
)
def test_the_command_writes_pictures(tmp_path: Path, words: list[str]) -> None:
    """The same bytes each time, and the same as the question itself writes with such an ending."""
    for ending, beginning in (("png", b"\x89PNG"), ("svg", b"<?xml")):
        one, two = tmp_path / f"one.{ending}", tmp_path / f"two.{ending}"
        for path, command in ((one, ["plot", *words]), (two, words)):
            result = CliRunner().invoke(application, [*command, "--out", str(path)])
            assert (result.exit_code, result.stdout) == (0, "")
        assert one.read_bytes().startswith(beginning)
        assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["plot", "counts"], "a chart needs a file: --out FILE, which ends in .png or .svg"),
        (["plot", "counts", "--out", "chart.pdf"], "a chart needs a file: --out FILE, which ends in .png or .svg"),
        (
            ["projects", "--out", "chart.png"],
            "this has no chart: counts, money, series, fulfilment and levels have one",
        ),
        (["plot", "counts", "--where", "item=truk", "--out", "c.png"], "no item is 'truk'; did you mean truck?"),
    ],
)
def test_wrong_use_is_one_line(words: list[str], message: str) -> None:
    """And nothing is written."""
    result = CliRunner().invoke(application, words)
    assert (result.exit_code, message in result.stderr, result.stdout) == (2, True, "")
    assert "Traceback" not in result.stderr


def test_an_answer_in_a_notebook_is_no_picture() -> None:
    """It stays a table; the chart is asked for."""
    assert "<table>" in report.html(VIEW.counts())
