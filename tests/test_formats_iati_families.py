"""Parents and children: money that an activity and its parent both report overlaps, however the files were cut."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from iatifiles import Found, activity, file, found_in, related, transaction

from aidtimeline import Project
from aidtimeline.formats.iati import NO_PARENT
from aidtimeline.formats.iati.families import families
from aidtimeline.formats.reading.files import File


def overlaps_of(found: Found) -> dict[str | None, tuple[str, ...]]:
    """With which projects each transaction overlaps, by reference."""
    return {each.event.ref: each.event.overlaps for each in found.entries if each.within}


PARENT = activity(transaction("2", "100", ref="T"), transaction("3", "60", ref="U"), id="XM-P")
CHILD = activity(transaction("2", "40", ref="T"), transaction("4", "9", ref="U"), related("1", "XM-P"), id="XM-C")


@pytest.mark.parametrize("activities", [[PARENT, CHILD], [CHILD, PARENT]])
def test_a_child_overlaps_its_parent(tmp_path: Path, activities: list[str]) -> None:
    """Whichever comes first in the file; it is said once an activity."""
    found = found_in(tmp_path, file(*activities))
    assert overlaps_of(found) == {
        "XM-P/transaction/T": (),
        "XM-P/transaction/U": (),
        "XM-C/transaction/T": ("XM-P",),
        "XM-C/transaction/U": ("XM-P",),
    }
    assert [(each.reason, each.found) for each in found.remarks] == [
        ("transactions of an activity with a parent, which may report them too: sums over both are bounds", "XM-P")
    ]


def test_a_parent_may_name_its_children(tmp_path: Path) -> None:
    """Then these need not name it, and the parent says so of each, for those in other files."""
    parent = activity(transaction(), related("2", "XM-C"), related("2", "XM-D"), id="XM-P")
    found = found_in(tmp_path, file(activity(transaction(ref="T"), id="XM-C"), parent))
    assert overlaps_of(found)["XM-C/transaction/T"] == ("XM-P",)
    said = [each for each in found.events(Project) if each.parent is not None]
    assert [(each.ref, each.project, each.parent, each.overlaps) for each in said] == [
        ("XM-P/child/XM-C", "XM-C", "XM-P", ("XM-P",)),
        ("XM-P/child/XM-D", "XM-D", "XM-P", ("XM-P",)),
    ]


def test_if_both_name_each_other_only_the_child_overlaps(tmp_path: Path) -> None:
    """The link runs upwards, whoever says so."""
    parent = activity(transaction(ref="T"), related("2", "XM-C"), id="XM-P")
    child = activity(transaction(ref="T"), related("1", "XM-P"), id="XM-C")
    assert overlaps_of(found_in(tmp_path, file(parent, child))) == {
        "XM-P/transaction/T": (),
        "XM-C/transaction/T": ("XM-P",),
    }


@pytest.mark.parametrize("type", ["3", "4", "", "7"])
def test_other_relations_are_not_about_money(tmp_path: Path, type: str) -> None:
    """Siblings, and activities that are funded together, report money of their own."""
    found = found_in(tmp_path, file(PARENT, activity(transaction("2", "1"), related(type, "XM-P"))))
    assert not any(overlaps_of(found).values())
    assert found.money()["commitment", "USD"] == "101"


def test_a_report_by_a_third_party_is_on_the_same_activity(tmp_path: Path) -> None:
    """So it may report the same money, whichever of the two says so."""
    for activities in (
        [PARENT, activity(transaction("2", "1"), related("5", "XM-P"))],
        [
            PARENT.replace("</iati-activity>", related("5", "XM-1") + "</iati-activity>"),
            activity(transaction("2", "1")),
        ],
    ):
        found = found_in(tmp_path, file(*activities))
        assert found.money()["commitment", "USD"] == "100 to 101"


@pytest.mark.parametrize(
    ("id", "level", "above"),
    [
        ("XM-R-7-101", "2", ("XM-R-7",)),
        ("XM-R-7-101", "1", ()),
        ("XM-R-7-101", None, ()),
        ("XM-R-7/a.1", "3", ("XM-R-7", "XM-R-7/a")),
        ("XM-R-7", "2", ()),
    ],
)
def test_an_activity_of_a_lower_level_may_be_part_of_one_that_its_identifier_names(
    tmp_path: Path, id: str, level: str | None, above: tuple[str, ...]
) -> None:
    """If it names no parent: many publishers make the identifiers of parts so. It is said once an activity."""
    part = activity(transaction(ref="T"), id=id, hierarchy=level)
    found = found_in(tmp_path, file(activity(transaction(value="150"), id="XM-R-7-0"), part))
    assert overlaps_of(found)[f"{id.replace('/', '%2F')}/transaction/T"] == above
    assert [each.found for each in found.remarks if "below the first level" in each.reason] == (
        [", ".join(above)] if above else []
    )
    named = activity(transaction(ref="T"), related("1", "XM-P"), id=id, hierarchy=level)
    assert overlaps_of(found_in(tmp_path, file(named)))[f"{id.replace('/', '%2F')}/transaction/T"] == ("XM-P",)


def test_a_parent_need_not_be_in_the_file(tmp_path: Path) -> None:
    """It may be in another. An activity with several parents overlaps with each."""
    alone = activity(transaction(ref="T"), related("1", "XM-Q"), related("1", "XM-P"), related("1", "XM-1"))
    assert overlaps_of(found_in(tmp_path, file(alone))) == {"XM-1/transaction/T": ("XM-P", "XM-Q")}


def test_an_activity_without_money_links_those_above_and_below(tmp_path: Path) -> None:
    """Its profile names its parents, and so do its parents of it."""
    middle = activity(related("1", "XM-P"), id="XM-M")
    found = found_in(tmp_path, file(middle, activity(transaction(), related("1", "XM-M"), id="XM-C")))
    assert {each.project: each.overlaps for each in found.events(Project)} == {"XM-M": ("XM-P",), "XM-C": ("XM-M",)}


def test_parents_of_each_other_are_worth_a_look(tmp_path: Path) -> None:
    """Each overlaps with the other; one that names itself is no parent."""
    one = activity(transaction(ref="T"), related("1", "XM-2"), related("1", "XM-1"))
    other = activity(transaction(ref="T"), related("1", "XM-1"), id="XM-2")
    found = found_in(tmp_path, file(one, other))
    assert overlaps_of(found) == {"XM-1/transaction/T": ("XM-2",), "XM-2/transaction/T": ("XM-1",)}
    assert [each.found for each in found.remarks if each.reason.startswith("activities that are parents")] == [
        "XM-1, XM-2"
    ]


def test_the_first_of_two_activities_of_one_identifier_counts(tmp_path: Path) -> None:
    """The other is not read, and nor are its relations."""
    again = activity(transaction("4", "1"), related("2", "XM-C"), id="XM-P")
    child = activity(transaction(ref="T"), id="XM-C")
    assert not any(overlaps_of(found_in(tmp_path, file(PARENT, again, child))).values())


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
    assert found.parents_of("XM-19999") == {"XM-19998"}
    assert found.parents_of("XM-0") == set()


def test_a_file_without_relations_is_read_once(tmp_path: Path) -> None:
    """It is looked through for the word only, also across two blocks."""
    path = tmp_path / "activities.xml"
    path.write_text("no XML at all")
    assert families(File(path=path)).parents == {}
    for length in range(65_536 - 40, 65_536):
        path.write_text("<list>" + " " * length + related("1", "XM") + "</list>")
        assert families(File(path=path)).parents == {}
    path.write_text(" " * 65_530 + "related-activity")
    with pytest.raises(Exception, match="not XML"):
        families(File(path=path))


def test_an_activity_of_a_lower_level_of_which_nobody_says_the_parent_is_told(tmp_path: Path) -> None:
    """Neither a name nor its identifier does: whether a sum over both levels counts it twice, nobody can say."""
    text = file(
        activity(transaction(), id="XM-R-1", hierarchy="1"),
        activity(transaction(), id="XM-R-2", hierarchy="2"),
        activity(transaction(), related("1", "XM-R-1"), id="XM-R-3", hierarchy="2"),
    )
    remarks = [each for each in found_in(tmp_path, text).remarks if each.reason == NO_PARENT]
    assert [each.place for each in remarks] == ["hierarchy of XM-R-2"]
