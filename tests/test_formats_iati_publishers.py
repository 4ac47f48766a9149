"""IATI activities that another publisher tells, or that had another identifier."""

from __future__ import annotations

from pathlib import Path

import pytest
from iatifiles import activity, file, org, transaction

from aidtimeline import Timeline
from aidtimeline.formats.importing.importer import import_file
from aidtimeline.formats.importing.reports import ELSEWHERE


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
