"""Sheets of drafts: what is written comes back, nothing is run, and each fault is said with its row and column."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings, strategies as st
from openpyxl import load_workbook

from aidtimeline import Delivery, EventLog, RefusedBatch, Retraction, Source, Status, UsageError
from aidtimeline.cli import application
from aidtimeline.errors import UnreadableFile
from aidtimeline.events import Amendment, Correction, Event
from aidtimeline.formats import File, import_file
from aidtimeline.formats.sheet import SheetOfDrafts, as_csv, as_file, drafts_of, sheet_of
from aidtimeline.formats.sheet.cells import from_cell, to_cell
from aidtimeline.formats.sheet.columns import IN_SHEETS
from aidtimeline.log.drafts import read_drafts
from aidtimeline.log.flat import names_of
from aidtimeline.testing.strategies import amendments, events
from aidtimeline.text.cells import FORMULA
from aidtimeline.vocabulary import Item, Party, Vocabulary

SOURCE = Source(publisher="NHK", published="2023-06-01")
TRUCKS = Delivery(date="2023", item="truck", quantity=30, sources=SOURCE)
HOSTILE = [
    "=1+1",
    "+1",
    "-5",
    "@SUM(A1)",
    "'=1+1",
    "''=1",
    "\t=1",
    " a ",
    '"a"',
    '" a "',
    '"\\" a \\""',
    "a\r\nb",
    "#N/A",
]
HOSTILE += [
    "a\x07b",
    "_x000D_",
    "1e5",
    "TRUE",
    "007",
    "2023-05",
    "a;b",
    "\u202eevil",
    "\u2028",
    "\ufffe",
    "'t Hooft",
    "\n",
]
IN_ROWS = events() | amendments().map(lambda each: each.event if isinstance(each, Correction) else each)


def write(sheet: SheetOfDrafts, path: Path) -> None:
    path.write_bytes(as_file(sheet, path.suffix))


def read(path: Path) -> list[Any]:
    """The events of the rows of a sheet."""
    found = [(None, row.number, draft) for row, draft, problems in drafts_of(File(path=path)) if not problems]
    return read_drafts(found)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sheets")


@given(st.one_of(st.text(), st.sampled_from(HOSTILE), st.text(alphabet="'\"=+-@ \\\t\na", max_size=6)))
def test_every_text_comes_back_from_its_cell(text: str) -> None:
    """And no cell begins as a formula does, or has what programs strip or cells do not have."""
    cell = to_cell(text)
    assert from_cell(cell) == text
    assert not cell.startswith(tuple(FORMULA))
    assert cell == cell.strip()
    assert not any(ord(each) < 32 and each != "\n" for each in cell)


@pytest.mark.parametrize("text", ["'t Hooft", '"a"', "'quoted'", "truck", "2..4", "~20", "[..2025]"])
def test_what_a_person_types_is_taken_as_it_stands(text: str) -> None:
    """No apostrophe or quotation mark of theirs is lost."""
    assert from_cell(text) == text


@settings(max_examples=40)
@given(said=st.lists(IN_ROWS, min_size=1, max_size=3), ending=st.sampled_from([".csv", ".xlsx"]))
def test_drafts_come_back_from_a_sheet(folder: Path, said: list[Event | Amendment], ending: str) -> None:
    """Of every kind but corrections, in CSV and XLSX."""
    path = folder / f"facts{ending}"
    write(sheet_of(events=said), path)
    assert read(path) == said


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_hostile_texts_come_back_and_nothing_is_run(tmp_path: Path, text: str, ending: str) -> None:
    """In a text, a slug and a source, where they are valid."""
    path = tmp_path / f"facts{ending}"
    slug = text if text.isprintable() and text == text.strip() else None
    text = text if text.strip() else f"{text}x"
    event = Delivery(date="2023", note=text, item=slug, sources=[Source(publisher=text), SOURCE])
    write(sheet_of(events=[event]), path)
    assert read(path) == [event]
    if ending == ".xlsx":
        assert {cell.data_type for line in load_workbook(path)["facts"] for cell in line} <= {"s", "n"}
        assert all(
            cell.value is None or isinstance(cell.value, str) for line in load_workbook(path)["facts"] for cell in line
        )
    else:
        rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")))
        assert not any(cell.startswith(tuple(FORMULA)) for row in rows for cell in row)


def test_a_workbook_has_lists_to_choose_from(tmp_path: Path) -> None:
    """Kinds, roles, statuses and currencies are closed; slugs of the vocabulary may be others. Cells are texts."""
    items = {"truck": Item(slug="truck", label="Lorry"), "=x": Item(slug="=x", label="+y")}
    vocabulary = Vocabulary(items=items, parties={"JP": Party(slug="JP", name="Japan")})
    sheet = sheet_of(["delivery", "status", "participation"], vocabulary=vocabulary)
    write(sheet, tmp_path / "facts.xlsx")
    book = load_workbook(tmp_path / "facts.xlsx")
    header = [cell.value for cell in book["facts"][1]]
    found: dict[str, tuple[list[str], str]] = {}
    for rule in book["facts"].data_validations.dataValidation:
        column = book["facts"][str(rule.sqref).split(":", maxsplit=1)[0]].column
        cells = book["lists"][rule.formula1.partition("!")[2].replace("$", "")]
        found[header[column - 1]] = [cell.value for (cell,) in cells], rule.errorStyle
    assert found["kind"] == (["delivery", "status", "participation"], "stop")
    assert found["status"][0][:2] == ["pipeline", "implementation"]
    assert found["role"][0][0] == "funding"
    assert "USD" in found["currency"][0]
    assert found["left"] == (["true", "false"], "stop")
    assert found["item"] == (["'=x", "truck"], "information")
    assert found["donor"] == found["recipient"] == found["via"] == (["JP"], "information")
    assert {*found} == {*sheet.choices}
    labels = [cell.value for row in book["lists"] for cell in row if cell.value in ("Lorry", "'+y", "Japan")]
    assert labels.count("Lorry") == 1
    assert {book["facts"].column_dimensions[letter].number_format for letter in "ABCD"} == {"@"}


def test_a_sheet_has_the_fields_that_one_wants() -> None:
    """Those that the kinds must have are there as well, and who says so."""
    assert sheet_of(["receipt"], ["donor"]).names[:5] == ("label", "kind", "date", "donor", "value")
    assert sheet_of(["receipt"], ["donor"]).names[5:] == (
        "currency",
        "source.publisher",
        "source.url",
        "source.published",
    )
    assert sheet_of(["status"], ["source.title"]).names == (
        "label",
        "kind",
        "date",
        "project",
        "status",
        "source.title",
    )
    assert "source2.url" in sheet_of(["status"], sources=2).names
    named = {*sheet_of().names}
    assert {name for kind in IN_SHEETS for name in names_of(kind) if "." not in name} <= named
    for kinds, fields in ((["gift"], []), (["correction"], []), (["status"], ["itm"]), (["status"], ["item"])):
        with pytest.raises(UsageError):
            sheet_of(kinds, fields)
    with pytest.raises(UsageError):
        sheet_of(events=[Correction(of="0" * 32, event=TRUCKS)])


def test_a_text_that_no_cell_holds_is_refused(tmp_path: Path) -> None:
    """A workbook would cut it; CSV holds it."""
    event = Delivery(date="2023", note="x" * 40_000, sources=SOURCE)
    with pytest.raises(UsageError, match="holds 32,767"):
        write(sheet_of(events=[event]), tmp_path / "facts.xlsx")
    write(sheet_of(events=[event]), tmp_path / "facts.csv")
    assert read(tmp_path / "facts.csv") == [event]


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_faults_are_said_with_row_and_column(tmp_path: Path, ending: str) -> None:
    """All of them, and nothing is recorded."""
    path = tmp_path / f"facts{ending}"
    header = ["Kind", "date", "item", "quantity", "value", "currency", "source.publisher", "source2.published", "itm"]
    table = [
        header,
        ["delivery", "2023", "truck", "a few", "", "", "NHK", "", ""],
        ["delivery", "soon", "truck", "2", "5", "usd", "NHK", "", "x"],
        ["status", "2023", "truck", "", "", "", "NHK", "2023-13", "x"],
        ["delivery", "2023", "truck", "1", "", "", "NHK", "", ""],
    ]
    save(path, table)
    with pytest.raises(RefusedBatch) as error:
        import_file(tmp_path / "log", "sheet", path)
    of = " of Sheet" if ending == ".xlsx" else ""
    assert [(each.file, each.line, each.code, each.path) for each in error.value.problems] == [
        (str(path), line, code, f"column {name}{of}")
        for line, code, name in (
            (2, "bad-value", "quantity"),
            (3, "unknown-field", "itm"),
            (3, "bad-value", "date"),
            (3, "bad-value", "currency"),
            (4, "missing-field", "project"),
            (4, "missing-field", "status"),
            (4, "bad-value", "source2.published"),
            (4, "unknown-field", "item"),
        )
    ]
    assert error.value.problems[0].about == "delivery 2023 truck"
    assert not (tmp_path / "log").exists()


def save(path: Path, table: list[list[Any]]) -> None:
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(table)
    else:
        from openpyxl import Workbook

        book = Workbook()
        for row in table:
            book.active.append(row)
        book.save(path)


def test_rows_are_drafts_with_labels_and_numbers(tmp_path: Path) -> None:
    """Numbers and truths of a workbook are taken as they are shown; a title above the header does no harm."""
    path = tmp_path / "facts.xlsx"
    header = [
        "label",
        "kind",
        "date",
        "project",
        "party",
        "role",
        "left",
        "item",
        "quantity",
        "fulfils",
        "source.publisher",
    ]
    save(
        path,
        [
            ["Our facts"],
            header,
            ["a", "pledge", 2023, None, None, None, None, "truck", 30, None, "NHK"],
            [None, "delivery", "2023-05", None, None, None, None, "truck", 12.5, "@a", "NHK"],
            [None, "participation", "2023", "hd", "JP", "lead", True, None, None, None, "NHK"],
        ],
    )
    report = import_file(tmp_path / "log", "sheet", path)
    assert (report.recorded, report.read) == (3, 3)
    pledge, delivery, role = EventLog(tmp_path / "log").read()
    assert isinstance(delivery.event, Delivery)
    assert (delivery.event.fulfils, str(delivery.event.quantity)) == ((pledge.id,), "12.5")
    assert getattr(role.event, "left", None) is True
    again = import_file(tmp_path / "log", "sheet", path)
    assert (again.recorded, dict(again.outcomes)) == (0, {"unchanged": 3})


def test_what_is_no_sheet_of_drafts_is_refused(tmp_path: Path) -> None:
    """No column for the kind; options of datasets."""
    (tmp_path / "other.csv").write_text("donor,item\nJP,truck\n", encoding="utf-8")
    with pytest.raises(UnreadableFile, match="'kind'"):
        import_file(tmp_path / "log", "sheet", tmp_path / "other.csv")
    (tmp_path / "facts.csv").write_text(as_csv(sheet_of(events=[TRUCKS])), encoding="utf-8")
    for options in ({"dataset": "d"}, {"published": "2023"}, {"mapping": Path("m")}):
        with pytest.raises(UsageError):
            import_file(tmp_path / "log", "sheet", File(path=tmp_path / "facts.csv", **options))
    with pytest.raises(UsageError):
        import_file(tmp_path / "log", "sheet", tmp_path / "facts.csv", repair=True)


def run(log: Path, *words: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(application, ["--log", str(log), *words], input=stdin)


def test_a_template_is_made_filled_in_and_recorded(tmp_path: Path) -> None:
    """On the command line: printed as CSV, or written to a file, which is not replaced."""
    log = tmp_path / "log"
    printed = run(log, "template", "status", "--field", "status").stdout
    assert printed == "label,kind,date,project,status,source.publisher,source.url,source.published\n"
    (tmp_path / "facts.csv").write_text(f"{printed},status,2023,hd,closed,NHK,,2023-06-01\n", encoding="utf-8")
    dry = run(log, "import", "sheet", str(tmp_path / "facts.csv"), "--dry-run")
    assert dry.stdout.splitlines()[1] == "nothing was recorded; 1 would be:"
    assert not log.exists()
    assert run(log, "import", "sheet", str(tmp_path / "facts.csv")).stdout.splitlines()[0] == "1 recorded"
    [record] = EventLog(log).read()
    assert record.event == Status(date="2023", project="hd", status="closed", sources=SOURCE)
    assert [path.name for path in EventLog(log).files()] == ["events.jsonl"]
    out = str(tmp_path / "facts.xlsx")
    assert run(log, "template", "--out", out).exit_code == 0
    assert run(log, "template", "--out", out).exit_code == 2
    assert run(log, "template", "--out", out, "--force").exit_code == 0
    assert run(log, "template", "--out", str(tmp_path / "facts.pdf")).exit_code == 2
    assert run(log, "template", "--out", str(tmp_path / "no" / "facts.csv")).exit_code == 2
    assert run(log, "template", "gift").exit_code == 2


def test_a_template_may_begin_with_drafts(tmp_path: Path) -> None:
    """To be looked at, and gone on with, by somebody else."""
    draft = {"kind": "delivery", "date": "2023", "item": "truck", "quantity": 30, "sources": [SOURCE_JSON]}
    path = tmp_path / "new.jsonl"
    path.write_text(json.dumps(draft) + "\n", encoding="utf-8")
    out = tmp_path / "facts.csv"
    assert run(tmp_path / "log", "template", "--drafts", str(path), "--out", str(out)).exit_code == 0
    assert read(out) == [TRUCKS]


SOURCE_JSON = {"publisher": "NHK", "published": "2023-06-01"}


def test_recording_again_what_is_retracted_says_so(tmp_path: Path) -> None:
    """As `record` does."""
    log = EventLog(tmp_path / "log")
    [record] = log.append(TRUCKS)
    log.append(Retraction(of=record.id))
    write(sheet_of(events=[TRUCKS]), tmp_path / "facts.csv")
    shown = run(log.folder, "import", "sheet", str(tmp_path / "facts.csv"))
    assert "retracted in the log: recording it again changes nothing" in shown.stdout
    assert record.id in shown.stdout


def test_record_says_what_records_a_workbook(tmp_path: Path) -> None:
    """Rather than that it is no JSON."""
    write(sheet_of(events=[TRUCKS]), tmp_path / "facts.xlsx")
    shown = run(tmp_path / "log", "record", str(tmp_path / "facts.xlsx"))
    assert shown.exit_code == 2
    assert "`aidtimeline import sheet" in shown.stderr
