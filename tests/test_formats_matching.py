"""A newer version under other numbers and names: what it has is known again, and no version erases another's time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from aidtimeline import Delivery, EventLog, Pledge, RefusedBatch, Source, Timeline
from aidtimeline.events import EventKind
from aidtimeline.formats.importing.importer import import_readings
from aidtimeline.formats.importing.reports import ALIKE, ELSEWHERE, OTHERWISE, REPRODUCED, WITHDRAWN, Report
from aidtimeline.formats.importing.spelling import spelled
from aidtimeline.formats.readings import Beginning, Entry, Reading, Skipped, Whole

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FIRST = "2022-03-01"
SECOND = "2022-09-01"
FAR = "2030-01-01"

Package = tuple[str, str, str, int, int]
"""A package of a tracker: its id, its donor, an item, how many were promised, and how many delivered so far."""


def source(version: str, dataset: str = "tracker") -> Source:
    return Source(publisher="A tracker", dataset=dataset, published=version)


def package_of(ref: str) -> str:
    return ref.partition("/")[0]


def release(version: str, packages: Sequence[Package], *more: Reading) -> list[Reading]:
    """A release of a tracker, which lists everything."""
    readings: list[Reading] = [Beginning(scope="", source=source(version), thing_of=package_of), *more]
    for id_, donor, item, promised, delivered in packages:
        about: Any = {"package": id_, "donor": donor, "item": item, "sources": [source(version)]}
        readings += [
            Entry(event=Pledge(date="2021", quantity=promised, ref=f"{id_}/promised/{item}", **about)),
            Entry(
                event=Delivery(date=f"[..{version}]", quantity=delivered, ref=f"{id_}/delivered/{item}", **about),
                restated=True,
            ),
        ]
    return [*readings, Whole(scope="", source=source(version))]


def imported(folder: Path, readings: Sequence[Reading], number: int = 0, **more: Any) -> Report:
    return import_readings(EventLog(folder), readings, recorded_at=NOW + timedelta(hours=number), **more)


def counts(folder: Path, kind: EventKind, as_of: str = FAR, known_at: str | None = None, by: str = "item") -> Any:
    table = Timeline.open(folder).as_of(as_of, known_at=known_at).counts(kind=kind, by=by)
    return {row[0]: (int(row.low or 0), None if row.high is None else int(row.high)) for row in table}


# What has another number.


def test_packages_that_are_numbered_anew_are_the_same(tmp_path: Path) -> None:
    """An earlier one turned up: the others have moved on, and only that one is new."""
    imported(tmp_path, release(FIRST, [("1", "JP", "truck", 10, 10), ("2", "JP", "helmet", 500, 400)]))
    later = [("1", "JP", "crane", 3, 3), ("2", "JP", "truck", 10, 10), ("3", "JP", "helmet", 500, 450)]
    report = imported(tmp_path, release(SECOND, later))
    assert dict(report.outcomes) == {"new": 2, "renamed": 3, "restated": 1}
    assert counts(tmp_path, "delivery", FIRST) == {"crane": (0, 3), "truck": (10, 10), "helmet": (400, 400)}
    assert counts(tmp_path, "delivery", SECOND) == {"crane": (3, 3), "truck": (10, 10), "helmet": (450, 450)}
    by_package = counts(tmp_path, "pledge", by="package"), counts(tmp_path, "pledge", FAR, FIRST, by="package")
    assert by_package == ({"1": (3, 3), "2": (10, 10), "3": (500, 500)}, {"1": (10, 10), "2": (500, 500)})
    assert imported(tmp_path, release(SECOND, later)).recorded == 0


def test_what_was_numbered_anew_may_be_so_again_and_go(tmp_path: Path) -> None:
    """The log follows: each import compares with what it was called last."""
    truck, helmet = ("JP", "truck", 10, 10), ("JP", "helmet", 500, 400)
    imported(tmp_path, release(FIRST, [("1", *truck), ("2", *helmet)]))
    imported(tmp_path, release(SECOND, [("2", *truck), ("3", *helmet)]))
    report = imported(tmp_path, release("2022-10-01", [("1", *truck), ("2", *helmet)]))
    assert dict(report.outcomes) == {"renamed": 4}
    report = imported(tmp_path, release("2022-11-01", [("7", *helmet)]))
    assert dict(report.outcomes) == {"renamed": 2, "gone": 2}
    assert counts(tmp_path, "pledge") == {"helmet": (500, 500)}
    assert counts(tmp_path, "delivery", FIRST, "2022-10-31") == {"truck": (10, 10), "helmet": (400, 400)}


def test_an_item_with_another_name_is_the_same_if_all_else_is(tmp_path: Path) -> None:
    """And what was delivered of it by the older version stays so."""
    imported(tmp_path, release(FIRST, [("1", "JP", "helmet", 500, 500), ("2", "DE", "rounds", 22, 22)]))
    report = imported(
        tmp_path, release(SECOND, [("2", "JP", "combat helmet", 500, 500), ("3", "DE", "rounds", 22, 22)])
    )
    assert dict(report.outcomes) == {"renamed": 2, "news": 2}
    assert counts(tmp_path, "delivery", FIRST) == {"combat helmet": (500, 500), "rounds": (22, 22)}
    assert counts(tmp_path, "delivery", FIRST, FIRST) == {"helmet": (500, 500), "rounds": (22, 22)}


def test_an_item_with_another_name_is_the_same_also_where_its_level_is_another(tmp_path: Path) -> None:
    """What was promised tells the new name: so what was delivered by the older version stays so."""
    imported(tmp_path, release(FIRST, [("1", "JP", "vest", 100, 20), ("1", "JP", "truck", 9, 9)]))
    report = imported(tmp_path, release(SECOND, [("1", "JP", "body armour", 100, 90), ("1", "JP", "truck", 9, 9)]))
    assert dict(report.outcomes) == {"unchanged": 2, "news": 1, "restated": 1}
    assert counts(tmp_path, "delivery", FIRST) == {"vest": (20, 20), "truck": (9, 9)}
    assert counts(tmp_path, "delivery", SECOND) == {"body armour": (90, 90), "truck": (9, 9)}


def test_a_name_that_is_written_otherwise_is_told(tmp_path: Path) -> None:
    """Even if the entry says something else now."""
    imported(tmp_path, release(FIRST, [("No. 1", "JP", "truck", 10, 10), ("No. 2", "JP", "crane", 4, 1)]))
    report = imported(tmp_path, release(SECOND, [("no 1.0", "DE", "truck", 11, 12), ("No. 2", "JP", "crane", 4, 1)]))
    assert report.counts[OTHERWISE] == 2
    assert report.remarks[OTHERWISE][0].found == "No. 1/promised/truck → no 1.0/promised/truck"
    assert (report.outcomes["gone"], report.outcomes["new"]) == (0, 0)
    assert counts(tmp_path, "pledge") == {"truck": (11, 11), "crane": (4, 4)}


@pytest.mark.parametrize("covers", [None, "part"])
def test_a_key_that_is_written_otherwise_counts_once_in_a_part_too(tmp_path: Path, covers: Any) -> None:
    """And is told, if it says the same. If it says something else, or the file has both spellings, they are two."""

    def told(version: str, *refs: str, quantity: int = 5) -> Report:
        about: Any = {"date": "2021", "item": "truck", "sources": [source(version)]}
        entries = [Entry(event=Pledge(quantity=quantity, ref=f"{ref}/promised", **about)) for ref in refs]
        begin = Beginning(scope="", source=source(version), thing_of=package_of)
        return imported(tmp_path, [begin, *entries] if covers else entries, covers=covers)

    told(FIRST, "1", "2")
    report = told(SECOND, "1.0", "2", "2.0")
    assert [each.found for each in report.remarks[OTHERWISE]] == ["1/promised → 1.0/promised"]
    assert dict(report.outcomes) == {"renamed": 1, "unchanged": 1, "new": 1}
    assert counts(tmp_path, "pledge") == {"truck": (15, 15)}
    assert told(SECOND, "1.0", "2", "2.0").recorded == 0
    report = told("2022-12-01", "1", quantity=7)
    assert [each.found for each in report.remarks[ALIKE]] == ["1.0/promised, 1/promised"]
    assert counts(tmp_path, "pledge") == {"truck": (22, 22)}


def test_packages_that_share_a_little_are_others(tmp_path: Path) -> None:
    """One of three things alike is no reason to take the rest for corrections of each other."""
    three = [("1", "JP", item, number, number) for number, item in enumerate(("truck", "crane", "boat"), start=1)]
    imported(tmp_path, release(FIRST, three))
    later = [("9", "JP", item, number, number) for number, item in ((1, "truck"), (50, "tent"), (60, "bed"))]
    report = imported(tmp_path, release(SECOND, later), covers="whole")
    assert dict(report.outcomes) == {"gone": 6, "new": 6}


def test_a_level_of_another_donor_is_another(tmp_path: Path) -> None:
    """That it is as high may be chance: its past would be made up. A deed of one day is taken for the same."""
    imported(tmp_path, release(FIRST, [("1", "JP", "truck", 3, 2), ("2", "JP", "crane", 7, 7)]))
    later = [("2", "JP", "crane", 7, 7), ("8", "DE", "truck", 4, 2)]
    report = imported(tmp_path, release(SECOND, later), covers="whole")
    assert dict(report.outcomes) == {"gone": 2, "new": 2, "unchanged": 2}
    assert counts(tmp_path, "delivery", FIRST) == {"crane": (7, 7), "truck": (0, 2)}


def test_levels_with_other_names_are_others_if_they_may_be_either(tmp_path: Path) -> None:
    """Two items are gone, and two are new, all with one number: whose level was reached first, nobody says."""
    imported(tmp_path, release(FIRST, [("1", "JP", "truck", 6, 5), ("3", "JP", "crane", 7, 7)]))
    both = [("1", "JP", "truck", 6, 5), ("2", "JP", "van", 6, 5), ("3", "JP", "crane", 7, 7)]
    imported(tmp_path, release("2022-06-01", both), 1)
    later = [("8", "JP", "lorry", 6, 5), ("9", "JP", "bus", 6, 5), ("3", "JP", "crane", 7, 7)]
    imported(tmp_path, release(SECOND, later), 2, covers="whole")
    assert counts(tmp_path, "delivery", FIRST) == {"lorry": (0, 5), "bus": (0, 5), "crane": (7, 7)}
    assert counts(tmp_path, "delivery", SECOND) == {"lorry": (5, 5), "bus": (5, 5), "crane": (7, 7)}


@pytest.mark.parametrize(("one", "other"), [("1", "1.0"), ("JP-01", "jp 1"), ("a  b", "A_b")])
def test_how_names_are_compared(one: str, other: str) -> None:
    """Without case, marks, and zeros that change no number."""
    assert spelled(one) == spelled(other)


@pytest.mark.parametrize(("one", "other"), [("1", "10"), ("1.5", "15"), ("1.05", "1.5"), ("a", "b"), ("x:-5", "x:5")])
def test_names_that_are_others(one: str, other: str) -> None:
    """Digits that make another number, other letters, and a sign."""
    assert spelled(one) != spelled(other)


# Laws.

DONORS, ITEMS = ("JP", "DE"), ("truck", "crane", "helmet")
things = st.tuples(st.sampled_from(DONORS), st.sampled_from(ITEMS), st.integers(1, 4), st.integers(0, 4))
releases = st.lists(
    st.dictionaries(st.sampled_from([str(number) for number in range(1, 6)]), things, min_size=1, max_size=5),
    min_size=1,
    max_size=4,
)


def day(number: int) -> str:
    return (date(2022, 1, 10) + timedelta(days=30 * number)).isoformat()


@settings(max_examples=settings().max_examples // 2, deadline=None)
@given(releases)
def test_what_is_known_at_a_release_is_what_it_says(said: list[dict[str, tuple[str, str, int, int]]]) -> None:
    """However packages were numbered, renamed, added and dropped: known at its day, the log is the release alone."""
    with TemporaryDirectory() as name:
        log = Path(name) / "log"
        for number, packages in enumerate(said):
            readings = release(day(number), [(id_, *each) for id_, each in packages.items()])
            imported(log, readings, number, covers="whole")
            alone = Path(name) / str(number)
            imported(alone, readings)
            assert imported(log, readings, number, covers="whole").recorded == 0
        for number in range(len(said)):
            for kind in ("pledge", "delivery"):
                for by in ("item", "donor", "package"):
                    found = counts(log, kind, day(number), day(number), by)
                    assert found == counts(Path(name) / str(number), kind, day(number), by=by)


@settings(max_examples=settings().max_examples // 2, deadline=None)
@given(
    st.lists(things, min_size=1, max_size=5, unique_by=(lambda each: each[:3], lambda each: (*each[:2], each[3]))),
    st.permutations(range(1, 9)),
    st.permutations(range(1, 9)),
)
def test_other_numbers_alone_change_no_answer(
    said: list[tuple[str, str, int, int]], before: list[int], after: list[int]
) -> None:
    """Whatever the numbers were and are: nothing is new, nothing is gone, and the past is as it was.

    Where two packages differ in one number, and in nothing else, either may be the other.
    """
    with TemporaryDirectory() as name:
        log = Path(name)
        first, second = (
            release(version, [(str(number), *each) for number, each in zip(numbers, said, strict=False)])
            for version, numbers in ((FIRST, before), (SECOND, after))
        )
        imported(log, first)
        then = [counts(log, kind, FIRST) for kind in ("pledge", "delivery")]
        report = imported(log, second, 1)
        assert set(report.outcomes) <= {"unchanged", "renamed"}
        assert [counts(log, kind, FIRST) for kind in ("pledge", "delivery")] == then
        assert [counts(log, kind, FAR) for kind in ("pledge", "delivery")] == then


@settings(max_examples=settings().max_examples // 2, deadline=None)
@given(releases)
def test_a_level_that_a_release_stated_stays_possible_while_it_is_stated_again(
    said: list[dict[str, tuple[str, str, int, int]]],
) -> None:
    """As of the day of a release, with all that is known: its levels are within the bounds, if all are in the next."""
    with TemporaryDirectory() as name:
        log, all_of = Path(name), said[0]
        imported(log, release(day(0), [(id_, *each) for id_, each in all_of.items()]))
        then = counts(log, "delivery", day(0))
        for number, more in enumerate(said[1:], start=1):
            moved = {str(int(id_) + 10 * number): each for id_, each in all_of.items()}
            packages: list[Package] = [(id_, each[0], "new", each[2], each[3]) for id_, each in more.items()]
            packages += [(id_, *each) for id_, each in moved.items()]
            imported(log, release(day(number), packages), number, covers="whole")
        found = counts(log, "delivery", day(0))
        for item, (low, _) in then.items():
            assert found[item][0] <= low
            assert found[item][1] is None or found[item][1] >= low


# What is lacking.

MANY: list[Package] = [(str(number), "JP", "truck", number, number) for number in range(1, 21)]


def test_a_version_that_lacks_much_asks_first(tmp_path: Path) -> None:
    """It may tell a part, or the rest may be gone: nobody but the user knows; and nothing is recorded meanwhile."""
    imported(tmp_path, release(FIRST, MANY))
    before = counts(tmp_path, "pledge")
    with pytest.raises(RefusedBatch, match=r"file lacks 6 of the 40 numbers .* of tracker.*: 10, 18, 19 \(--part if"):
        imported(tmp_path, release(SECOND, [each for each in MANY if each[0] not in ("10", "18", "19")]))
    assert counts(tmp_path, "pledge") == before


def test_a_part_takes_nothing_back(tmp_path: Path) -> None:
    """One file a year, or one a country, add up."""
    imported(tmp_path, release(FIRST, MANY[:10]), covers="part")
    report = imported(tmp_path, release(SECOND, MANY[10:]), covers="part")
    assert dict(report.outcomes) == {"new": 20}
    assert counts(tmp_path, "pledge") == {"truck": (210, 210)}


def test_a_whole_takes_back_what_it_lacks(tmp_path: Path) -> None:
    """However much that is."""
    imported(tmp_path, release(FIRST, MANY))
    assert imported(tmp_path, release(SECOND, MANY[:1]), covers="whole").outcomes["gone"] == 38
    assert counts(tmp_path, "pledge") == {"truck": (1, 1)}


@pytest.mark.parametrize(("many", "asks"), [(1, False), (2, False), (3, True)])
def test_a_tenth_or_a_single_thing_is_not_much(tmp_path: Path, many: int, asks: bool) -> None:
    """What is renumbered is not lacking."""
    imported(tmp_path, release(FIRST, MANY))
    left = [(str(int(each[0]) + 100), *each[1:]) for each in MANY[many:]]
    if asks:
        with pytest.raises(RefusedBatch, match="lacks-much"):
            imported(tmp_path, release(SECOND, left))
    else:
        assert imported(tmp_path, release(SECOND, left)).outcomes["gone"] == 2 * many
    assert imported(tmp_path / "few", release(FIRST, MANY[:3])).recorded == 6
    assert imported(tmp_path / "few", release(SECOND, MANY[:2])).outcomes["gone"] == 2


def test_what_cannot_be_read_spares_itself(tmp_path: Path) -> None:
    """By the beginning of its references; and all of the scope, if that cannot be read either."""
    for number, (spares, gone) in enumerate(((None, 4), ("3/", 2), ("3", 2), ("", 0))):
        log = tmp_path / str(number)
        imported(log, release(FIRST, MANY[:3]))
        unread = Skipped(reason="no number", place="row 3", spares=spares)
        assert imported(log, release(SECOND, MANY[:1], unread), covers="whole").outcomes["gone"] == gone


def test_strict_records_nothing_if_anything_is_skipped(tmp_path: Path) -> None:
    """And says what would have been recorded, and what was skipped."""
    unread = Skipped(reason="no number", place="row 3", value=None)
    report = imported(tmp_path / "log", release(FIRST, MANY, unread), strict=True)
    assert (report.refused, report.outcomes["new"], report.counts) == (True, 40, {"no number": 1})
    assert not (tmp_path / "log").exists()
    report = imported(tmp_path / "log", release(FIRST, MANY), strict=True)
    assert (report.refused, len(list(EventLog(tmp_path / "log").read()))) == (False, 40)


# The same scope in another dataset.


def activity(dataset: str, version: str, amounts: dict[str, int], name: str = "A-1", **more: Any) -> list[Reading]:
    """An activity, whose identifier is the same whoever reports it, as `dataset` tells it."""
    readings: list[Reading] = [
        Beginning(scope=f"{name}/", source=source(version, dataset), thing_of=str, anywhere="iati/", **more)
    ]
    for ref, amount in amounts.items():
        event = Pledge(
            date="2022", item="truck", quantity=amount, ref=f"{name}/{ref}", sources=[source(version, dataset)]
        )
        readings.append(Entry(event=event))
    return [*readings, Whole(scope=f"{name}/", source=source(version, dataset))]


def test_an_activity_goes_on_under_another_publisher(tmp_path: Path) -> None:
    """Its identifier is the same in whatever case: the publisher's has changed, and nothing counts twice."""
    imported(tmp_path, activity("iati/OLD", FIRST, {"a": 5, "b": 7}))
    report = imported(tmp_path, activity("iati/NEW", SECOND, {"a": 5, "c": 7}, name="a-1"))
    assert (report.outcomes["gone"], report.outcomes["new"], report.counts[ELSEWHERE]) == (0, 0, 1)
    assert counts(tmp_path, "pledge", by="dataset") == {"iati/NEW": (12, 12)}
    assert counts(tmp_path, "pledge", FAR, FIRST, by="dataset") == {"iati/OLD": (12, 12)}
    assert imported(tmp_path, activity("iati/NEW", SECOND, {"a": 5, "c": 7}, name="a-1")).recorded == 0


def test_an_activity_that_was_named_otherwise_is_the_same(tmp_path: Path) -> None:
    """If its publisher says so."""
    imported(tmp_path, activity("iati/P", FIRST, {"a": 5, "b": 7}))
    report = imported(tmp_path, activity("iati/P", SECOND, {"a": 5, "b": 8}, name="B-2", formerly=("A-1/",)))
    assert dict(report.outcomes) == {"renamed": 1, "news": 1}
    assert counts(tmp_path, "pledge") == {"truck": (13, 13)}


@pytest.mark.parametrize("former_first", [True, False])
def test_one_that_was_named_otherwise_takes_nothing_from_one_that_is_there(tmp_path: Path, former_first: bool) -> None:
    """The file has both, each with its own: they are two, in whichever order they stand."""
    imported(tmp_path, activity("iati/P", FIRST, {"a": 5, "b": 7}))
    both = [
        activity("iati/P", SECOND, {"a": 5, "b": 7}),
        activity("iati/P", SECOND, {"a": 5}, name="B-2", formerly=("A-1/",)),
    ]
    one, other = both if former_first else reversed(both)
    report = imported(tmp_path, [*one, *other], 1)
    assert dict(report.outcomes) == {"unchanged": 2, "new": 1}
    assert counts(tmp_path, "pledge") == {"truck": (17, 17)}


def test_one_that_is_divided_takes_nothing_back(tmp_path: Path) -> None:
    """What the first of them lacks is in the second; what both lack is gone once."""
    imported(tmp_path, activity("iati/P", FIRST, {"a": 5, "b": 7, "c": 1}))
    parts = [
        activity("iati/P", SECOND, {ref: amount}, name=name, formerly=("A-1/",))
        for name, ref, amount in (("B-2", "a", 5), ("B-3", "b", 7))
    ]
    report = imported(tmp_path, [*parts[0], *parts[1]], 1, covers="whole")
    assert dict(report.outcomes) == {"renamed": 2, "gone": 1}
    assert counts(tmp_path, "pledge") == {"truck": (12, 12)}


def test_what_both_parts_say_counts_in_both(tmp_path: Path) -> None:
    """One of them goes on with what there was, and the other has it anew."""
    imported(tmp_path, activity("iati/P", FIRST, {"a": 5}))
    parts = [activity("iati/P", SECOND, {"a": 5}, name=name, formerly=("A-1/",)) for name in ("B-2", "B-3")]
    assert dict(imported(tmp_path, [*parts[0], *parts[1]], 1).outcomes) == {"renamed": 1, "new": 1}
    assert counts(tmp_path, "pledge") == {"truck": (10, 10)}


@pytest.mark.parametrize("first", ["iati/OWN", "iati/OTHER"])
def test_a_secondary_report_gives_way_to_the_publisher_s_own(tmp_path: Path, first: str) -> None:
    """Whichever comes first: so the sum is the same."""
    own = activity("iati/OWN", FIRST, {"a": 5, "b": 7})
    other = activity("iati/OTHER", FIRST, {"a": 5, "x": 6}, reproduced=True)
    readings = (own, other) if first == "iati/OWN" else (other, own)
    reports = [imported(tmp_path, each, number, covers="whole") for number, each in enumerate(readings)]
    assert (REPRODUCED in reports[1].remarks) == (first == "iati/OWN")
    assert counts(tmp_path, "pledge", by="dataset") == {"iati/OWN": (12, 12)}


def test_what_a_file_does_not_speak_of_is_told(tmp_path: Path) -> None:
    """It may be in another file: it stays, unless the file is the whole of its dataset."""
    imported(tmp_path, [*activity("iati/P", FIRST, {"a": 5}), *activity("iati/P", FIRST, {"a": 7}, name="A-2")])
    report = imported(tmp_path, activity("iati/P", SECOND, {"a": 5}))
    [told] = report.remarks[WITHDRAWN]
    assert (told.place, told.found) == ("1 of iati/P", "A-2")
    assert counts(tmp_path, "pledge") == {"truck": (12, 12)}
    assert imported(tmp_path, activity("iati/P", SECOND, {"a": 5}), covers="part").remarks == {}
    assert imported(tmp_path, activity("iati/P", SECOND, {"a": 5}), covers="whole").outcomes["gone"] == 1
    assert counts(tmp_path, "pledge") == {"truck": (5, 5)}
