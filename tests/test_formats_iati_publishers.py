"""IATI activities that another publisher tells, or that had another identifier."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, example, given, settings, strategies as st
from iatifiles import activity, file, org, transaction

from aidtimeline import Timeline
from aidtimeline.errors import RefusedBatch
from aidtimeline.formats.importing.importer import import_file
from aidtimeline.formats.importing.reports import ELSEWHERE, REPRODUCED, SAME_NAME, Report
from aidtimeline.formats.importing.several import import_several
from aidtimeline.formats.reading.files import File


def disbursed(log: Path) -> object:
    return Timeline.open(log).as_of("2030-01-01").money()["disbursement", "USD"].low


def reporter(ref: str, **more: str) -> str:
    return org("reporting-org", ref, ref, type="10", **more)


def test_a_publisher_with_another_identifier_goes_on_with_its_activities(tmp_path: Path) -> None:
    """The identifier of an activity is the same whoever reports it; its money counts once, and it is told."""
    for number, (ref, updated) in enumerate((("XX-1", "2021-06-01T00:00:00Z"), ("XX-GOV-1", "2022-06-01T00:00:00Z"))):
        path = tmp_path / f"{number}.xml"
        paid = transaction("3", "100", "2020-05-05", org("provider-org", ref))
        path.write_text(file(activity(paid, id="XX-1-77", reporter=reporter(ref), last_updated_datetime=updated)))
        report = import_file(tmp_path / "log", "iati", path)
    assert disbursed(tmp_path / "log") == 100
    assert [each.found for each in report.remarks[ELSEWHERE]] == ["iati/XX-1"]


def test_an_activity_with_another_identifier_says_which_it_had(tmp_path: Path) -> None:
    """`other-identifier` of type A3."""
    for number, (id_, parts) in enumerate(
        (("XX-1-77", ""), ("XX-GOV-1-77", '<other-identifier ref="XX-1-77" type="A3"/>'))
    ):
        path = tmp_path / f"{number}.xml"
        paid = transaction("3", "100", "2020-05-05")
        path.write_text(file(activity(paid, parts, id=id_, last_updated_datetime=f"202{number}-06-01T00:00:00Z")))
        import_file(tmp_path / "log", "iati", path)
    assert disbursed(tmp_path / "log") == 100


@pytest.mark.parametrize("order", [("own", "secondary"), ("secondary", "own")])
def test_a_secondary_report_of_an_activity_gives_way_to_its_publisher_s(tmp_path: Path, order: tuple[str, str]) -> None:
    """Also where the two differ, and in whichever order they are imported."""
    reports = {
        "own": activity(transaction(value="100"), id="XX-1-7", reporter=reporter("XX-1")),
        "secondary": activity(
            transaction(value="100"),
            transaction(value="8", date="2021-01-01"),
            id="XX-1-7",
            reporter=reporter("XX-2", secondary_reporter="1"),
        ),
    }
    for name in order:
        path = tmp_path / f"{name}.xml"
        path.write_text(file(reports[name]))
        import_file(tmp_path / "log", "iati", path)
    assert disbursed(tmp_path / "log") == 100


@pytest.mark.parametrize("order", list(permutations(("old", "new"))), ids="-".join)
@pytest.mark.parametrize(
    ("old", "new", "other"),
    [
        ("XX-1-77", "XX-GOV-1-77", '<other-identifier ref="XX-1-77" type="A3"/>'),
        ("XX-1-77", "XX-GOV-1-77", '<other-identifier ref="XX-1" type="B1"/>'),
    ],
    ids=["A3", "B1"],
)
def test_what_an_activity_was_called_never_counts_beside_it_for_sure(
    tmp_path: Path, old: str, new: str, other: str, order: tuple[str, str]
) -> None:
    """In whichever order the two are imported: the older one may be the same money, so a sum of both is bounds."""
    of = {
        "old": activity(transaction("3", "100"), id=old, reporter=reporter("XX-1")),
        "new": activity(
            *(transaction("3", "100"), other),
            id=new,
            reporter=reporter("XX-GOV-1"),
            last_updated_datetime="2024-01-01T00:00:00Z",
        ),
    }
    for name in order:
        path = tmp_path / f"{name}.xml"
        path.write_text(file(of[name]))
        import_file(tmp_path / "log", "iati", path)
    assert disbursed(tmp_path / "log") == 100


@pytest.mark.parametrize("year", ["2023", "2024"], ids=["of the same day", "of the next year"])
def test_a_file_with_other_numbers_in_the_place_of_all_that_the_log_has_asks_first(tmp_path: Path, year: str) -> None:
    """A file of each country or year: one transaction is enough. A corrected date is no reason to ask."""
    amounts = {"first": ("100", "2020-01-01"), "other": ("50", "2021-01-01"), "moved": ("100", "2020-02-02")}
    for name, (amount, date) in amounts.items():
        updated = "2023-03-01" if name == "first" else f"{year}-03-01"
        told = activity(transaction("3", amount, date), last_updated_datetime=f"{updated}T00:00:00Z")
        (tmp_path / name).write_text(file(told))
    log = tmp_path / "log"
    import_file(log, "iati", tmp_path / "first")
    with pytest.raises(RefusedBatch, match="lacks 1 of the 1 numbers"):
        import_file(log, "iati", tmp_path / "other")
    assert disbursed(log) == 100
    import_file(log, "iati", tmp_path / "moved")
    assert disbursed(log) == 100
    import_file(log, "iati", File(path=tmp_path / "other", covers="part"))
    assert disbursed(log) == 150


def by_activity(log: Path) -> dict[str, int]:
    sums = Timeline.open(log).as_of("2030-01-01").money(by=["project"])
    return {str(row.project): int(row.low) for row in sums.rows}


CASES = st.lists(st.sampled_from(["XX-1-A", "XX-1-a", "xx-1-A", "xx-1-a", "XX-1-B"]), unique=True, min_size=1)


@settings(max_examples=settings().max_examples // 2, deadline=None)
@given(CASES, st.data())
def test_identifiers_in_another_case_are_other_activities_where_a_file_has_both(
    ids: list[str], data: st.DataObject
) -> None:
    """Whatever of them the log had before, in whatever order: each has its own, and the file again changes nothing."""
    before = data.draw(st.lists(st.sampled_from(ids), unique=True))
    with TemporaryDirectory() as folder:
        log = Path(folder, "log")
        for year, named in ((2024, before), (2025, ids)):
            path = Path(folder, f"{year}.xml")
            amounts = [(id_, str(10 ** sorted(ids).index(id_))) for id_ in named]
            told = [
                activity(transaction("3", amount), id=id_, last_updated_datetime=f"{year}-01-01T00:00:00Z")
                for id_, amount in amounts
            ]
            path.write_text(file(*told))
            import_file(log, "iati", path)
        assert by_activity(log) == {id_: int(amount) for id_, amount in amounts}
        assert set(import_file(log, "iati", path).outcomes) == {"unchanged"}


FORMER = '<other-identifier ref="XX-1-OLD" type="A3"/>'
"""That an activity was XX-1-OLD before."""


def together(folder: Path, number: int, *files: str) -> list[Report]:
    """What comes of files that are imported together."""
    paths = [folder / f"{number}-{place}.xml" for place in range(len(files))]
    for path, text in zip(paths, files, strict=True):
        path.write_text(text)
    return [each.report for each in import_several(folder / "log", "iati", [File(path=path) for path in paths])]


def said(id: str, year: int, *amounts: int, former: bool = False) -> str:
    """An activity that disburses amounts, each on the same day in all activities."""
    paid = [transaction("3", str(amount), f"2020-{amount % 12 + 1:02}-05") for amount in amounts]
    return activity(*paid, *([FORMER] if former else []), id=id, last_updated_datetime=f"{year}-06-01T00:00:00Z")


def test_an_activity_that_was_divided_goes_on_in_both(tmp_path: Path) -> None:
    """Each says which it was before. Nothing is taken back for being in the other, and nothing counts twice."""
    together(tmp_path, 0, file(said("XX-1-OLD", 2021, 100, 205)))
    [report] = together(
        tmp_path, 1, file(said("XX-1-A", 2022, 100, former=True), said("XX-1-B", 2022, 205, former=True))
    )
    assert (report.outcomes["gone"], report.outcomes["news"]) == (0, 2)
    assert disbursed(tmp_path / "log") == 305


activities = st.lists(st.integers(1, 4), max_size=3, unique=True)


@settings(max_examples=settings().max_examples // 2, deadline=None)
@given(activities, st.tuples(activities, activities, activities), st.permutations(range(3)), st.integers(0, 3))
@example([1, 2], ([1, 2], [1], []), [0, 1, 2], 3)
@example([1, 2], ([1], [1], []), [0, 1, 2], 1)
@example([1, 2], ([], [1], [2]), [1, 2, 0], 1)
@example([1, 4], ([1], [], [4]), [0, 2, 1], 0)
def test_known_at_a_version_its_activities_are_what_it_says(
    before: list[int], after: tuple[list[int], ...], places: list[int], cut: int
) -> None:
    """Whichever of them say that they were another one before, which may be there too, and in whichever order."""
    names = ("XX-1-OLD", "XX-1-A", "XX-1-B")
    has = {names[place]: after[place] for place in places if after[place]}
    assume(has)
    texts = [said(name, 2022, *amounts, former=name != "XX-1-OLD") for name, amounts in has.items()]
    files = [file(*each) for each in (texts[:cut], texts[cut:]) if each]
    with TemporaryDirectory() as name:
        folder = Path(name)
        together(folder, 0, file(said("XX-1-OLD", 2021, *before)))
        for number, path in enumerate(files):
            (folder / f"{number}.xml").write_text(path)
        paths = [File(path=folder / f"{number}.xml", covers="whole") for number in range(len(files))]
        list(import_several(folder / "log", "iati", paths))
        sums = Timeline.open(folder / "log").as_of("2030-01-01").money(by="project")
        assert {row.project: row.low for row in sums} == {name: sum(amounts) for name, amounts in has.items()}


@pytest.mark.parametrize("order", [("own", "secondary"), ("secondary", "own")])
def test_files_that_are_imported_together_have_an_activity_once(tmp_path: Path, order: tuple[str, str]) -> None:
    """What a secondary reporter says is left out, and also what another publisher says: both are reported."""
    reports = {
        "own": activity(transaction(value="100"), id="XX-1-7", reporter=reporter("XX-1")),
        "secondary": activity(
            transaction(value="8"), id="XX-1-7", reporter=reporter("XX-2", secondary_reporter="true")
        ),
        "other": activity(transaction(value="9"), id="XX-1-7", reporter=reporter("XX-GOV-1")),
    }
    [report] = together(tmp_path, 0, *(file(reports[name]) for name in (*order, "other")))
    assert (report.counts[REPRODUCED], report.counts[SAME_NAME]) == (1, 1)
    assert [each.found for each in report.skipped[SAME_NAME]] == ["iati/XX-1"]
    assert disbursed(tmp_path / "log") == 100
