"""What results are handed in as: files and data frames have every value, and nothing in them is run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given

from aidtimeline import Counts, Delivery, EventLog, MoneySums, Source, Timeline, report
from aidtimeline.cli import application
from aidtimeline.errors import UsageError
from aidtimeline.events import Event, Pledge, Record
from aidtimeline.projections import Result
from aidtimeline.report.forms.decimals import scaled
from aidtimeline.report.frame import Frame
from aidtimeline.testing.drawnlogs import cuts, logs
from aidtimeline.testing.laws import Cuts
from aidtimeline.testing.strategies import repeatable
from aidtimeline.timeline import View

HOSTILE = "=1+1|<script>alert(1)</script>*b*[x](javascript:y)`c`\u202e\x1b[2J\n#h"
VIEW = Timeline.open("events").as_of("2024-07-31", known_at="2025-01-01")


def results(view: View, earlier: View) -> Iterator[Result[Any, Any]]:
    """A result of each kind."""
    counts, money = view.replay(Counts(["item", "donor", "via"], kind=[])), view.replay(MoneySums(by="project"))
    yield from (counts, money, view.projects(), view.participation(), view.fulfilment(), view.levels())
    yield from (earlier.diff(view, Counts(kind=[])), view.facts_table())
    yield from (table.explain(key) for table in (counts, money) for key in list(table.keys())[:1])


def drawn_results(records: Sequence[Record], at: Cuts) -> list[Result[Any, Any]]:
    timeline = Timeline(records)
    view = timeline.as_of(at.as_of, known_at=at.known_at, recorded_until=at.recorded_until)
    return [*results(view, timeline.as_of("2020-01-01")), timeline.series(Counts(kind=[]))]


def frames(found: Iterable[Result[Any, Any]]) -> list[Frame]:
    return [frame for each in found for frame in report.framed(each).frames()]


def hostile(folder: Path, text: str = HOSTILE) -> View:
    """A log with a text wherever there may be any."""
    source = Source(publisher=text, title=text, url=text, attribution=text, published="2023-02-01")
    log = EventLog(folder)
    deal = {"donor": "=cmd", "project": "-p", "note": text, "sources": source, "date": "2023-01-02"}
    events: list[Event] = [Delivery(item="+truck", quantity=2, **deal), Pledge(item="@x", quantity="1..", **deal)]  # type: ignore[arg-type]
    log.append(events)
    return Timeline.open(folder, engine="fold").as_of("2024-01-01")


# Frames.


@repeatable(40)
@given(logs(max_size=8), cuts())
def test_every_value_has_the_type_of_its_column(records: Sequence[Record], at: Cuts) -> None:
    """And the columns are those of a result without any row."""
    types = {"text": str, "number": Decimal, "flag": bool, "count": int}
    empty = {type(each): each for each in drawn_results([], at)}
    for result in drawn_results(records, at):
        [frame] = report.framed(result).frames()
        assert all(len(row) == len(frame.fields) for row in frame.rows)
        for field, *values in zip(frame.fields, *frame.rows, strict=True):
            assert {type(each) for each in values} <= {types[field.type], type(None)}, field
        if type(result) in empty and "explanation" not in type(result).__module__:
            [other] = report.framed(empty[type(result)]).frames()
            assert [*other.fields][-3:] == [*frame.fields][-3:]
            if result.question == empty[type(result)].question:
                assert other.fields == frame.fields


@repeatable(40)
@given(logs(max_size=8), cuts())
def test_bounds_and_flags_are_those_of_the_rows(records: Sequence[Record], at: Cuts) -> None:
    """A frame of sums says what the sums say, row by row; what is stated lies within them, of open ends alone."""
    view = Timeline(records).as_of(at.as_of, known_at=at.known_at)
    counts = view.replay(Counts("item", kind=[]))
    for row, found in zip(counts, counts.to_dicts(), strict=True):
        names = ("item", "unit", "low", "high", "open", "approximate", "disputed", "loose", "overlap")
        assert [found[name] for name in names] == [getattr(row, name) for name in names]
        assert found["facts"] >= 1
        assert found["stated_low"] is None or row.high is None
        assert (found["as_of"], found["known_at"]) == (str(at.as_of), report.frame(counts).rows[0][-2])


def test_both_dates_stand_in_every_row() -> None:
    """So that a table that is carried elsewhere still says what it is of."""
    for row in VIEW.counts().to_dicts():
        assert (row["as_of"], row["known_at"], row["recorded_until"]) == ("2024-07-31", "2025-01-01", None)
    [change, *_] = Timeline.open("events").as_of("2023-01-01").diff(VIEW).to_dicts()
    assert (change["from_as_of"], change["to_as_of"], change["to_known_at"]) == (
        "2023-01-01",
        "2024-07-31",
        "2025-01-01",
    )


def test_sources_are_whole() -> None:
    """Publisher, date and address."""
    [row] = VIEW.counts(where={"item": "detector-transport-vehicle"}).to_dicts()
    assert row["sources"].startswith("Yomiuri, 23 Nov 2023, https://japannews.yomiuri.co.jp/")


# Data frames.


@repeatable(15)
@given(logs(max_size=8), cuts())
def test_other_programs_read_what_rows_say(records: Sequence[Record], at: Cuts) -> None:
    """By Arrow into pyarrow and polars, and as data frames of pandas."""
    pa, pd = pytest.importorskip("pyarrow"), pytest.importorskip("pandas")
    for result in drawn_results(records, at):
        rows = [
            {name: float(value) if isinstance(value, Decimal) else value for name, value in row.items()}
            for row in result.to_dicts()
        ]
        assert pa.table(result).to_pylist() == rows
        assert result.to_polars().to_dicts() == rows
        frame = result.to_pandas()
        assert [
            {name: None if value is pd.NA else value for name, value in row.items()}
            for row in frame.astype("object").to_dict("records")
        ] == rows


def test_types_do_not_depend_on_the_data() -> None:
    """A result without rows has the columns and types of any other."""
    full, empty = VIEW.counts(), VIEW.counts(where={"item": ["truck", "vest"], "donor": [None, "US"]})
    assert (len(empty.rows), len(full.rows)) == (0, 10)
    assert [str(each) for each in full.to_pandas().dtypes] == [str(each) for each in empty.to_pandas().dtypes]
    assert full.to_polars().schema == empty.to_polars().schema
    assert full.to_polars(decimals=True).schema == empty.to_polars(decimals=True).schema


def test_decimals_are_exact_or_refused(tmp_path: Path) -> None:
    """At the scale that is asked for; nothing is rounded."""
    event = Delivery(date="2023", item="diesel", unit="l", quantity="2.125", sources=Source(publisher="Daily"))
    EventLog(tmp_path).append(event)
    counts = Timeline.open(tmp_path).as_of("2024-01-01").counts()
    assert counts.to_polars(decimals=True, places=3)["low"].to_list() == [Decimal("2.125")]
    assert counts.to_pandas(decimals=True, places=3)["low"].to_list() == [Decimal("2.125")]
    for frame in (counts.to_polars, counts.to_pandas):
        with pytest.raises(UsageError, match=r"2\.125 has more than 2 decimal places: .* places=3"):
            frame(decimals=True)
        with pytest.raises(UsageError, match="places: found -1, expected a whole number from 0 to 37"):
            frame(decimals=True, places=-1)
    with pytest.raises(UsageError, match="more than 38 digits"):
        scaled("low", Decimal(10**37), 2)


# Files.


@repeatable(40)
@given(logs(max_size=8), cuts())
def test_csv_has_every_value(records: Sequence[Record], at: Cuts) -> None:
    """Numbers as numbers, and texts as they are but for an apostrophe before what a spreadsheet would run."""
    for result in drawn_results(records, at):
        [frame] = report.framed(result).frames()
        head, *rows = csv.reader(io.StringIO(str(report.write(result, "csv"))))
        assert head == [each.name for each in frame.fields]
        for texts, values in zip(rows, frame.rows, strict=True):
            for text, value in zip(texts, values, strict=True):
                if isinstance(value, Decimal):
                    assert Decimal(text) == value
                    assert re.fullmatch(r"-?\d+(\.\d*[1-9])?", text)
                elif isinstance(value, str):
                    assert text in (value, f"'{value}")
                    assert not text.startswith(("=", "+", "-", "@", "\t", "\r"))
                else:
                    assert text == ("" if value is None else str(value).lower())


def test_nothing_in_a_spreadsheet_is_a_formula(tmp_path: Path) -> None:
    """Whatever a publisher is called."""
    openpyxl = pytest.importorskip("openpyxl")
    view = hostile(tmp_path)
    for result in results(view, view):
        book = openpyxl.load_workbook(io.BytesIO(bytes(report.write(result, "xlsx"))))  # type: ignore[arg-type]
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert cells
        assert {cell.data_type for cell in cells} <= {"s", "n", "b"}
        assert not any(str(cell.value).startswith(("=", "+", "@")) for cell in cells)


def test_a_workbook_has_numbers_and_says_what_it_is_of() -> None:
    """A sheet of rows, and one with the title and both dates; a number of many digits is a text, and keeps them."""
    openpyxl = pytest.importorskip("openpyxl")
    counts = VIEW.counts(where={"item": "truck"})
    book = openpyxl.load_workbook(io.BytesIO(report.write(counts, "xlsx")))  # type: ignore[arg-type]
    head, row = book["sums"].iter_rows(values_only=True)
    found = dict(zip(head, row, strict=True))
    assert (found["item"], found["low"], found["high"], found["disputed"]) == ("truck", 30, 30, False)
    about = [each[1] for each in book["about"].iter_rows(values_only=True)]
    assert about == ["delivery by item, where item is truck", "as of 31 Jul 2024 · as known on 1 Jan 2025"]
    from aidtimeline.report.forms.xlsx import value_in

    assert [value_in(Decimal(each)) for each in ("12.5", "1" * 15, "1" * 16)] == [12.5, int("1" * 15), "1" * 16]


class Tags(HTMLParser):
    """The tags, addresses and texts of a document."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str | None] = []
        self.texts: list[str] = []
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_html_has_no_markup_of_the_log(tmp_path: Path) -> None:
    """Hostile texts are texts, and only addresses of the web are links."""
    view = hostile(tmp_path)
    usual = Tags(str(report.write(VIEW.counts(), "html"))).tags
    assert {"table", "caption", "ol", "a"} <= usual
    for result in results(view, view):
        found = Tags(str(report.write(result, "html")))
        assert found.tags <= usual | {"p", "br"}
        assert all(str(each).startswith("https://") for each in found.addresses)
    assert any("<script>alert(1)</script>" in text for text in found.texts)


def test_markdown_has_no_markup_of_the_log(tmp_path: Path) -> None:
    """Each row of a table has as many cells as its head, and what would be markup is escaped."""
    view = hostile(tmp_path)
    for result in results(view, view):
        text = str(report.write(result, "markdown"))
        assert "\x1b" not in text
        for special in "<*[`":
            assert not re.search(rf"(?<!\\){re.escape(special)}(?=script|b\*|x\]|c)", text)
        for table in re.findall(r"(?:^\|.*\n?)+", text, re.M):
            cells = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
            assert len(cells) == 1


# The command line.


def run(*arguments: str) -> Any:
    return CliRunner().invoke(application, arguments)


@pytest.mark.parametrize(
    "question",
    [
        *(["as-of", "2024-07-31"], ["counts"], ["money"], ["projects"], ["fulfilment"], ["participation"], ["levels"]),
        *(["series"], ["explain", "--where", "item=truck"], ["diff", "--from-as-of", "2023-01-01"], ["facts"]),
    ],
    ids=lambda question: question[0],
)
@pytest.mark.parametrize("form", report.FORMATS)
def test_every_question_is_answered_in_every_format(question: list[str], form: str, tmp_path: Path) -> None:
    """On stdout or into a file, which is not replaced unasked; its ending says the format."""
    pytest.importorskip("openpyxl")
    printed = run(*question, "--format", form)
    assert printed.exit_code == 0, printed.output
    ending = {"table": "txt", "markdown": "md"}.get(form, form)
    file = tmp_path / f"answer.{ending}"
    assert run(*question, "--out", str(file)).exit_code == 0
    if form != "xlsx":  # a workbook has the time in it
        assert file.read_text() == printed.stdout
    again = run(*question, "--out", str(file))
    assert (again.exit_code, again.stderr) == (2, f"aidtimeline: {file} is there already: --force replaces it\n")
    assert run(*question, "--out", str(file), "--force").exit_code == 0


def test_json_is_a_format() -> None:
    """`--json` means `--format json`, and goes with no other."""
    assert run("counts", "--json").stdout == run("counts", "--format", "json").stdout
    both = run("counts", "--json", "--format", "csv")
    assert both.exit_code == 2
    assert "--json and --format csv exclude each other" in both.stderr


def test_a_file_that_cannot_be_written_is_no_traceback(tmp_path: Path) -> None:
    """And nothing is left of it."""
    for path in (tmp_path / "missing" / "a.csv", tmp_path):
        found = run("counts", "--out", str(path), "--force")
        assert found.exit_code == 2
        assert "Traceback" not in found.output
    assert list(tmp_path.iterdir()) == []
