"""Parents and children: money that an activity and its parent both report is summed once."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from iatifiles import Found, activity, file, found_in, related, transaction

from aidtimeline.formats.iati.families import families
from aidtimeline.formats.reading.files import File


def parts_of(found: Found) -> dict[str | None, str | None]:
    """Of what each transaction is a part, by reference."""
    return {each.event.ref: each.event.part_of for each in found.entries if hasattr(each.event, "part_of")}


PARENT = activity(transaction("2", "100", ref="T"), transaction("3", "60", ref="U"), id="XM-P")
CHILD = activity(transaction("2", "40", ref="T"), transaction("4", "9", ref="U"), related("1", "XM-P"), id="XM-C")


@pytest.mark.parametrize("activities", [[PARENT, CHILD], [CHILD, PARENT]])
def test_what_a_parent_reports_too_is_part_of_it(tmp_path: Path, activities: list[str]) -> None:
    """Type by type, whichever comes first in the file; it is said once an activity."""
    found = found_in(tmp_path, file(*activities))
    assert parts_of(found) == {
        "XM-P/transaction/T": None,
        "XM-P/transaction/U": None,
        "XM-C/transaction/T": "XM-P",
        "XM-C/transaction/U": None,
    }
    assert found.money() == {
        ("commitment", "USD"): "100",
        ("disbursement", "USD"): "60",
        ("expenditure", "USD"): "9",
    }
    assert found.money(where={"project": "XM-C"}) == {("commitment", "USD"): "40", ("expenditure", "USD"): "9"}
    assert [(each.reason, each.found) for each in found.remarks] == [
        ("transactions of a type that a parent in the file reports too: they are not summed beside it", "XM-P")
    ]


def test_a_parent_may_name_its_children(tmp_path: Path) -> None:
    """Then these need not name it."""
    parent = activity(transaction(), related("2", "XM-C"), id="XM-P")
    found = found_in(tmp_path, file(activity(transaction(ref="T"), id="XM-C"), parent))
    assert parts_of(found)["XM-C/transaction/T"] == "XM-P"
    assert found.money() == {("disbursement", "USD"): "100"}


@pytest.mark.parametrize("type", ["3", "4", "5", "", "7"])
def test_other_relations_are_not_about_money(tmp_path: Path, type: str) -> None:
    """Siblings, co-funded activities and reports by third parties are summed."""
    found = found_in(tmp_path, file(PARENT, activity(transaction("2", "1"), related(type, "XM-P"))))
    assert found.money()["commitment", "USD"] == "101"


def test_a_parent_that_is_not_in_the_file_reports_nothing(tmp_path: Path) -> None:
    """Its child's money is summed."""
    assert found_in(tmp_path, file(CHILD)).money() == {("commitment", "USD"): "40", ("expenditure", "USD"): "9"}


def test_a_parent_that_reports_no_money_of_a_type_leaves_it_to_its_children(tmp_path: Path) -> None:
    """As IATI wants it: transactions at the lowest level."""
    parent = activity(transaction("2", "100"), id="XM-P")
    children = [activity(transaction("3", "10"), related("1", "XM-P"), id=f"XM-{each}") for each in "ABC"]
    assert found_in(tmp_path, file(parent, *children)).money() == {
        ("commitment", "USD"): "100",
        ("disbursement", "USD"): "30",
    }


def test_the_nearest_above_that_reports_the_type_is_the_whole(tmp_path: Path) -> None:
    """Also beyond one that reports nothing, and one that is not in the file."""
    found = found_in(
        tmp_path,
        file(
            activity(transaction("2", ref="T"), transaction("3", ref="U"), related("2", "XM-X"), id="XM-1"),
            activity(transaction("2", ref="T"), related("1", "XM-X"), id="XM-2"),
            activity(related("1", "XM-2"), id="XM-3"),
            activity(transaction("2", ref="T"), transaction("3", ref="U"), related("1", "XM-3"), id="XM-4"),
        ),
    )
    parts = parts_of(found)
    assert parts["XM-2/transaction/T"] == "XM-1"
    assert parts["XM-4/transaction/T"] == "XM-2"
    assert parts["XM-4/transaction/U"] == "XM-1"


@pytest.mark.parametrize(
    "activities",
    [
        [activity(transaction(), related("1", "XM-1"))],
        [activity(transaction(), related("1", "XM-2")), activity(transaction(), related("1", "XM-1"), id="XM-2")],
        [activity(transaction(), related("1", "XM-2"), related("2", "XM-2")), activity(transaction(), id="XM-2")],
    ],
)
def test_parents_of_each_other_are_not_parents(tmp_path: Path, activities: list[str]) -> None:
    """Otherwise their money would be summed nowhere."""
    found = found_in(tmp_path, file(*activities))
    assert found.money() == {("disbursement", "USD"): str(100 * len(activities))}
    circles = [each.found for each in found.remarks if each.reason.startswith("activities that are parents")]
    assert circles == ["XM-1, XM-2"] * (len(activities) - 1)


def test_what_is_below_a_circle_is_part_of_it(tmp_path: Path) -> None:
    """Only the links within the circle are ignored."""
    one, other = (activity(transaction(), related("1", f"XM-{3 - n}"), id=f"XM-{n}") for n in (1, 2))
    found = found_in(tmp_path, file(one, other, activity(transaction(), related("1", "XM-2"), id="XM-3")))
    assert found.money() == {("disbursement", "USD"): "200"}


def test_the_first_of_two_activities_of_one_identifier_counts(tmp_path: Path) -> None:
    """The other is not read, and nor are its children's relations."""
    again = activity(transaction("4", "1"), id="XM-P")
    found = found_in(tmp_path, file(PARENT, again, CHILD))
    assert found.money()["expenditure", "USD"] == "9"


def test_a_relation_in_a_comment_is_not_one(tmp_path: Path) -> None:
    """What looks like one is looked at with a parser."""
    text = file(
        PARENT, activity(transaction("2"), f"<!-- {related('1', 'XM-P')} -->", f"<![CDATA[{related('1', 'XM-P')}]]>")
    )
    assert found_in(tmp_path, text).money()["commitment", "USD"] == "200"


def test_a_long_chain_of_parents_takes_no_long_time(tmp_path: Path) -> None:
    """Nor a recursion."""
    path = tmp_path / "activities.xml"
    chain = [
        activity(transaction() if n < 2 else "", related("1", f"XM-{n - 1}"), id=f"XM-{n}") for n in range(1, 20_000)
    ]
    random.Random(1).shuffle(chain)
    path.write_text(file(*chain))
    found = families(File(path=path))
    assert found.part_of("XM-19999", "3") == "XM-1"
    assert found.part_of("XM-1", "3") is None


def test_a_file_without_relations_is_read_once(tmp_path: Path) -> None:
    """It is looked through for the word only, also across two blocks."""
    path = tmp_path / "activities.xml"
    path.write_text("no XML at all")
    assert families(File(path=path)).wholes == {}
    for length in range(65_536 - 40, 65_536):
        path.write_text("<list>" + " " * length + related("1", "XM") + "</list>")
        assert families(File(path=path)).wholes == {}
    path.write_text(" " * 65_530 + "related-activity")
    with pytest.raises(Exception, match="not XML"):
        families(File(path=path))
