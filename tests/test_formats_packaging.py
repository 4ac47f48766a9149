"""Packaging, law 18: the same entries give the same answers, from one file or several, in any order of import."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs
import pytest
from hypothesis import given, strategies as st
from iatifiles import activity, file, related, transaction

from aidtimeline import Event, EventLog, Timeline
from aidtimeline.formats.importing.importer import import_file
from aidtimeline.formats.importing.reports import Report
from aidtimeline.formats.reading.files import File
from aidtimeline.projections import COUNTED_KINDS

NOW = datetime(2026, 1, 1, tzinfo=UTC)

FEW = st.integers(0, 3)
IDS = ("XM-1", "XM-2", "XM-3", "XM-4", "XM-5")

MAPPING = """
dataset = "register"
publisher = "A register"
published = "2023-03-01"
key = ["No"]
[event.given]
kind = "{Kind}"
date = "{Date}"
donor = "{Donor}"
item = "{Item}"
quantity = "{Number}"
part_of = "{Of}/given"
overlaps = "{Over}"
project = "{Project}"
"""


def put(folder: Path, format: str, text: str, name: str, **about: Any) -> Report:
    """Import a file; each some hours after the one before."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    done = len(list(folder.iterdir()))
    return import_file(folder / "events", format, File(path=path, **about), recorded_at=NOW + timedelta(hours=done))


def answers(folder: Path) -> list[Any]:
    """Sums and states of a log, as people read them."""
    timeline, found = Timeline.open(folder / "events"), []
    for day, known_at in (("2021-06-30", None), ("2022-12-31", None), ("2030-01-01", "2023-02-01")):
        view = timeline.as_of(day, known_at=known_at)
        for table in (view.money(), view.money(by="project"), view.counts(kind=COUNTED_KINDS), view.projects()):
            found.append([str(row) for row in table])
    return found


def cut(draw: st.DrawFn, entries: Sequence[Any]) -> list[list[Any]]:
    """The entries in files, in any order."""
    files: dict[int, list[Any]] = {}
    for each in draw(st.permutations(entries)):
        files.setdefault(draw(FEW), []).append(each)
    return list(files.values())


_PAID = st.lists(st.tuples(st.sampled_from("23"), st.integers(-3, 9), st.integers(0, 2)), max_size=2)


@st.composite
def iati(draw: st.DrawFn) -> tuple[str, list[str], Callable[[list[str]], str]]:
    """Activities that are parents and children of each other, said by one of both, or by both, or of others."""
    found = []
    for number, each in enumerate(IDS[: draw(st.integers(2, 4))]):
        relations = draw(st.lists(st.tuples(st.sampled_from("12"), st.sampled_from(IDS)), max_size=2))
        paid = [
            transaction(
                draw(st.sampled_from("23")),
                str(draw(st.integers(-3, 9))),
                f"202{draw(st.integers(0, 2))}-05-06",
                ref=f"T{n}",
            )
            for n in range(draw(st.integers(0, 2)))
        ]
        updated = f"2023-0{1 + number % 3}-01T00:00:00Z"
        found.append(activity(*paid, *(related(*each) for each in relations), id=each, last_updated_datetime=updated))
    return "iati", found, lambda activities: file(*activities)


@st.composite
def fts(draw: st.DrawFn) -> tuple[str, list[Any], Callable[[list[Any]], str]]:
    """Flows that are part of each other, and carried over from others."""
    flows = [
        {
            "id": str(number),
            "amountUSD": draw(st.integers(1, 9)),
            "date": f"202{draw(st.integers(0, 2))}-03-01",
            "newMoney": draw(st.booleans()),
            "parentFlowId": draw(st.sampled_from((None, 1, 2, 3))),
            "status": draw(st.sampled_from(("commitment", "paid"))),
            "updatedAt": "2023-03-09",
            "destinationObjects": [{"type": "Project", "code": draw(st.sampled_from(IDS[:2]))}],
        }
        for number in range(1, 1 + draw(st.integers(2, 4)))
    ]
    return "fts", flows, lambda some: json.dumps({"status": "ok", "data": {"flows": some}})


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, list[str], Callable[[list[str]], str]]:
    """Rows that are part of other rows, or overlap with a project."""
    rows = [
        ",".join(
            (
                str(number),
                draw(st.sampled_from(("delivery", "pledge"))),
                f"202{draw(st.integers(0, 2))}-03-01",
                draw(st.sampled_from(("JP", "LT"))),
                "truck",
                str(draw(st.integers(1, 9))),
                draw(st.sampled_from(("", "", "1", "2", "3"))),
                draw(st.sampled_from(("", "", *IDS[:2]))),
                draw(st.sampled_from(("", *IDS[:2]))),
            )
        )
        for number in range(1, 1 + draw(st.integers(2, 4)))
    ]
    return "csv", rows, lambda some: "\n".join(["No,Kind,Date,Donor,Item,Number,Of,Over,Project", *some])


@st.composite
def packaged(draw: st.DrawFn) -> tuple[str, list[Any], list[list[Any]], Callable[[list[Any]], str]]:
    """Entries, the same cut into files, and how a file of them is written."""
    format, entries, written = draw(iati() | iati() | fts() | tables())
    return format, entries, cut(draw, entries), written


@given(packaged())
def test_how_files_were_cut_changes_no_answer(drawn: tuple[str, list[Any], list[list[Any]], Any]) -> None:
    """Law 18: one file, or several in any order, give the same sums and states; and importing them again, nothing."""
    format, entries, files, written = drawn
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        whole, parts = Path(one), Path(other)
        about = {}
        if format == "csv":
            for folder in (whole, parts):
                (folder / "mapping.toml").write_text(MAPPING)
            about = {folder: {"mapping": folder / "mapping.toml"} for folder in (whole, parts)}
        put(whole, format, written(entries), "file", **about.get(whole, {}))
        for number, some in enumerate(files):
            put(parts, format, written(some), f"file {number}", **about.get(parts, {}))
        assert answers(parts) == answers(whole)

        for number, some in enumerate(files):
            assert put(parts, format, written(some), f"file {number}", **about.get(parts, {})).recorded == 0
            assert put(whole, format, written(some), f"file {number}", **about.get(whole, {})).recorded == 0


# What one file says of the money in another.

PARENT = activity(transaction(ref="T"), related("2", "XM-C"), id="XM-P")
CHILD = activity(transaction("3", "60", ref="T"), id="XM-C")


def paid(folder: Path) -> str:
    return str(Timeline.open(folder / "events").as_of("2030-01-01").money()["disbursement", "USD"])


@pytest.mark.parametrize("files", [[PARENT, CHILD], [CHILD, PARENT], [PARENT + CHILD]])
def test_a_child_that_does_not_name_its_parent_overlaps_with_it(tmp_path: Path, files: list[str]) -> None:
    """Wherever the parent says so; the child's file again says nothing new, and a newer one overlaps too."""
    for number, text in enumerate(files):
        put(tmp_path, "iati", file(text), f"{number}.xml")
    assert paid(tmp_path) == "100 to 160"
    assert put(tmp_path, "iati", file(CHILD), "again.xml").recorded == 0
    newer = activity(transaction("3", "70", ref="T"), id="XM-C", last_updated_datetime="2023-06-01T00:00:00Z")
    assert dict(put(tmp_path, "iati", file(newer), "newer.xml").outcomes)["news"] == 1
    assert paid(tmp_path) == "100 to 170"


def test_a_late_parent_repairs_news_of_its_child_too(tmp_path: Path) -> None:
    """What the log has of the child is the last version, which may be news; what others amended stays."""
    newer = activity(transaction("3", "70", ref="T"), id="XM-C", last_updated_datetime="2023-06-01T00:00:00Z")
    for number, text in enumerate((CHILD, newer)):
        put(tmp_path, "iati", file(text), f"{number}.xml")
    report = put(tmp_path, "iati", file(PARENT), "parent.xml")
    assert dict(report.outcomes) == {"new": 3, "linked": 1}
    assert paid(tmp_path) == "100 to 170"
    assert put(tmp_path, "iati", file(newer), "newer.xml").recorded == 0
    assert put(tmp_path, "iati", file(PARENT), "again.xml").recorded == 0


def test_a_parent_that_is_no_more_leaves_new_money_alone(tmp_path: Path) -> None:
    """A newer version of the parent that names no child is no longer asked; what is in the log stays as it is."""
    put(tmp_path, "iati", file(PARENT), "parent.xml")
    alone = activity(transaction(ref="T"), id="XM-P", last_updated_datetime="2023-06-01T00:00:00Z")
    put(tmp_path, "iati", file(alone), "alone.xml")
    put(tmp_path, "iati", file(CHILD), "child.xml")
    assert paid(tmp_path) == "160"


def test_a_log_of_before_is_repaired_by_the_same_file(tmp_path: Path) -> None:
    """There a child's transactions are part of the slug of their parent, which names no record."""
    both = file(
        activity(transaction(ref="T"), id="XM-P"), activity(transaction(ref="T"), related("1", "XM-P"), id="XM-C")
    )
    put(tmp_path, "iati", both, "both.xml")
    events = [record.event for record in EventLog(tmp_path / "events").read() if isinstance(record.event, Event)]
    before = [attrs.evolve(each, part_of=each.overlaps[0] if each.overlaps else None, overlaps=()) for each in events]
    EventLog(tmp_path / "old").append(before, recorded_at=NOW)
    report = import_file(tmp_path / "old", "iati", tmp_path / "both.xml", recorded_at=NOW + timedelta(days=9))
    assert report.outcomes["repaired"] == 2
    money = Timeline.open(tmp_path / "old").as_of("2030-01-01").money()
    assert str(money["disbursement", "USD"]) == "100 to 200"
