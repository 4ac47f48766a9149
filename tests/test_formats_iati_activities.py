"""What an activity says of itself, what it plans, and what came of it."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from iatifiles import NOW, Found, activity, file, found_in, org, related

from aidtimeline import Timeline
from aidtimeline.events import Observation, Participation, Project, Status
from aidtimeline.formats.iati.profile import DATES, ROLES, STATUSES
from aidtimeline.formats.iati.results import MEASURES, QUALITATIVE
from aidtimeline.formats.importing.importer import import_file
from aidtimeline.values.dates import DateRange

CODES = Path(__file__).parents[2] / "shared" / "data" / "iati" / "codelists"


@pytest.mark.skipif(not CODES.exists(), reason="the IATI code lists are not here")
@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("ActivityStatus", STATUSES),
        ("OrganisationRole", ROLES),
        ("ActivityDateType", DATES),
        ("IndicatorMeasure", {**MEASURES, QUALITATIVE: ""}),
    ],
)
def test_every_code_of_the_lists_is_known(name: str, known: dict[str, str]) -> None:
    """And no other."""
    codes = [each.findtext("code") for each in ElementTree.parse(CODES / f"{name}.xml").iter("codelist-item")]
    assert codes == list(known)


def project_of(path: Path, *parts: str, language: str | None = "en") -> Project:
    [project] = found_in(path, file(activity(*parts, xml__lang=language))).events(Project)
    return project


def test_an_activity_is_a_project(tmp_path: Path) -> None:
    """With its title, parent, and planned and actual dates, as of its report."""
    dates = "".join(f'<activity-date type="{n}" iso-date="202{n}-01-01"/>' for n in (1, 2, 3, 4))
    title = "<title><narrative> Clearance\n of land </narrative></title>"
    project = project_of(tmp_path, title, dates, related("3", "XM-S"), related("1", " XM-P "))
    assert (project.date.text, project.ref, project.title, project.parent) == (
        "[..2023-03-01]",
        "XM-1/project",
        "Clearance of land",
        "XM-P",
    )
    ends = (project.planned_start, project.actual_start, project.planned_end, project.actual_end)
    assert [each and each.text for each in ends] == ["2021-01-01", "2022-01-01", "2023-01-01", "2024-01-01"]


def test_what_an_activity_does_not_say_is_unknown(tmp_path: Path) -> None:
    """Also when it was reported."""
    [project] = found_in(tmp_path, file(activity(last_updated_datetime=None))).events(Project)
    assert (project.title, project.parent, project.planned_start, project.date.text) == (None, None, None, "../..")


@pytest.mark.parametrize(
    ("narratives", "language", "title"),
    [
        ("<narrative>a</narrative>", None, "a"),
        ('<narrative xml:lang="fr">b</narrative><narrative xml:lang="EN">a</narrative>', "en", "a"),
        ('<narrative xml:lang="fr">b</narrative><narrative>a</narrative>', "es", "a"),
        ('<narrative xml:lang="fr">b</narrative><narrative xml:lang="en">a</narrative>', "es", "a"),
        ('<narrative xml:lang="fr">a</narrative><narrative xml:lang="de">b</narrative>', "es", "a"),
        ('<narrative> </narrative><narrative xml:lang="fr">a</narrative>', "es", "a"),
        ("<narrative> </narrative>", "es", None),
        ("", "es", None),
        ("plain text", "es", None),
    ],
)
def test_the_title_is_in_the_language_of_the_activity(
    tmp_path: Path, narratives: str, language: str | None, title: str | None
) -> None:
    """Else in English, else in the first there is."""
    assert project_of(tmp_path, f"<title>{narratives}</title>", language=language).title == title


def test_linked_documents_are_further_sources(tmp_path: Path) -> None:
    """Each once, and without a date: they need not have said this when they were published."""
    inside = '<title><narrative>{}</narrative></title><document-date iso-date="2010-01-01"/>'
    link = '<document-link url="{}">' + inside + "</document-link>"
    links = [
        link.format("http://x/a", "A"),
        link.format("http://x/b", ""),
        link.format("http://x/a", "C"),
        link.format("", "D"),
    ]
    _, *documents = project_of(tmp_path, *links).sources
    assert [(each.url, each.title, each.published) for each in documents] == [
        ("http://x/a", "A", None),
        ("http://x/b", None, None),
    ]


@pytest.mark.parametrize(
    ("part", "reason", "found"),
    [
        ('<activity-date type="1"/>', "an activity date without a date", None),
        ('<activity-date type="1" iso-date="2022"/>', "an activity date whose date is not a day", "2022"),
        ('<activity-date type="9" iso-date="2022-01-01"/>', "an activity date of a type that IATI does not have", "9"),
        ('<activity-date iso-date="2022-01-01"/>', "an activity date without a type", None),
        ('<activity-status code="7"/>', "an activity status of a code that IATI does not have", "7"),
        ("<activity-status/>", "an activity status without a code", None),
        (org("participating-org", "XM-A"), "a participating organisation without a role", None),
        (org("participating-org", role="1"), "a participating organisation without a reference or a name", None),
    ],
)
def test_what_is_malformed_is_skipped(tmp_path: Path, part: str, reason: str, found: str | None) -> None:
    """And the activity is read without it."""
    told_ = found_in(tmp_path, file(activity(part)))
    assert [(each.reason, each.line, each.found) for each in told_.skipped] == [(reason, 5, found)]
    assert [each.event.kind for each in told_.entries] == ["project"]


def test_words_of_the_first_versions_are_read(tmp_path: Path) -> None:
    """Some files of version 2 still have them."""
    found = found_in(
        tmp_path,
        file(
            activity(
                '<activity-date type="start-planned" iso-date="2022-01-01"/>',
                org("participating-org", "XM-P", role="Funding"),
            )
        ),
    )
    assert [each.planned_start and each.planned_start.text for each in found.events(Project)] == ["2022-01-01"]
    assert [(each.party, each.role) for each in found.events(Participation)] == [("XM-P", "funding")]


def test_a_second_date_or_status_is_skipped(tmp_path: Path) -> None:
    """The first is read."""
    parts = ['<activity-date type="1" iso-date="2021-01-01"/>', '<activity-date type="1" iso-date="2022-01-01"/>']
    found = found_in(tmp_path, file(activity(*parts, '<activity-status code="1"/>', '<activity-status code="2"/>')))
    assert [each.reason for each in found.skipped] == [
        "an activity date of a type that another has",
        "an activity status after another",
    ]
    assert [each.status for each in found.events(Status)] == ["pipeline"]


def test_contradictions_are_remarked(tmp_path: Path) -> None:
    """Several parents, and a plan that ends before it begins."""
    dates = ['<activity-date type="1" iso-date="2022-01-01"/>', '<activity-date type="3" iso-date="2021-01-01"/>']
    found = found_in(tmp_path, file(activity(related("1", "XM-P"), related("1", "XM-Q"), *dates)))
    assert [(each.reason, each.found) for each in found.remarks] == [
        ("an activity with several parents: the first is recorded", "XM-P"),
        ("an activity that is planned to end before it begins", "2022-01-01/2021-01-01"),
    ]


def test_status_and_participation_hold_by_the_report(tmp_path: Path) -> None:
    """The report does not say since when. A later one that differs does not correct them."""
    orgs = [
        org("participating-org", "XM-A", "Agency", role="1"),
        org("participating-org", None, "The Union", role="4"),
        org("participating-org", "XM-A", role="4"),
        org("participating-org", "XM-A", role="4"),
    ]
    found = found_in(tmp_path, file(activity('<activity-status code="3"/>', *orgs)))
    [status] = found.events(Status)
    assert (status.status, status.date.text, status.ref) == ("finalisation", "[..2023-03-01]", "XM-1/status")
    assert [(each.party, each.role, each.date.text, each.ref) for each in found.events(Participation)] == [
        ("XM-A", "funding", "[..2023-03-01]", "XM-1/participating-org/funding/XM-A"),
        ("The Union", "implementing", "[..2023-03-01]", "XM-1/participating-org/implementing/The Union"),
        ("XM-A", "implementing", "[..2023-03-01]", "XM-1/participating-org/implementing/XM-A"),
        ("XM-A", "implementing", "[..2023-03-01]", "XM-1/participating-org/implementing/XM-A#2"),
    ]
    assert all(each.restated for each in found.entries)


def period(start: str | None = "2025-01-01", end: str | None = "2025-12-31") -> str:
    ends = (("start", start), ("end", end))
    return "".join(f'<period-{name} iso-date="{day}"/>' for name, day in ends if day is not None)


def test_plans_are_observed_and_never_summed(tmp_path: Path) -> None:
    """Dated by the report and not by the period ahead, which is what they are for."""
    parts = [
        f"<budget>{period()}<value>3000</value></budget>",
        f'<budget type="2" status="2">{period()}<value currency="EUR">-5.5</value></budget>',
        f"<planned-disbursement>{period(end=None)}<value>7</value></planned-disbursement>",
        f'<planned-disbursement type="1">{period()}<value>8</value>{org("provider-org", "XM-P")}'
        f"{org('receiver-org', None, 'Them')}</planned-disbursement>",
    ]
    found = found_in(tmp_path, file(activity(*parts)))
    events = found.events(Observation)
    assert [(each.indicator, str(each.quantity), each.unit, each.donor, each.recipient) for each in events] == [
        ("budget", "3,000", "USD", None, None),
        ("budget", "-5.5", "EUR", None, None),
        ("planned-disbursement", "7", "USD", "XM-R", None),
        ("planned-disbursement", "8", "USD", "XM-P", "Them"),
    ]
    assert [(each.ref, each.note) for each in events] == [
        ("XM-1/budget/indicative/2025-01-01/2025-12-31", "indicative, for 2025-01-01/2025-12-31"),
        ("XM-1/budget/committed/2025-01-01/2025-12-31", "revised, committed, for 2025-01-01/2025-12-31"),
        ("XM-1/planned-disbursement/2025-01-01", "for 2025-01-01"),
        (
            "XM-1/planned-disbursement/2025-01-01/2025-12-31/XM-P/Them",
            "original, for 2025-01-01/2025-12-31",
        ),
    ]
    assert {each.date.text for each in events} == {"[..2023-03-01]"}
    year = DateRange.parse("2025-01-01/2025-12-31")
    assert [each.period for each in events] == [year, year, DateRange.parse("2025-01-01/.."), year]
    assert all(each.restated for each in found.entries)
    assert found.money() == {}


def test_a_revised_plan_takes_the_place_of_the_original(tmp_path: Path) -> None:
    """Of the same period and status, whichever stands first; of another it does not. In the next version too."""
    original, revised = (f'<budget type="{code}">{period()}<value>{code}000</value></budget>' for code in "12")
    other = f'<budget type="1" status="2">{period()}<value>5</value></budget>'
    for parts in ([original, revised, other], [other, revised, original]):
        found = found_in(tmp_path, file(activity(*parts)))
        assert sorted(str(each.quantity) for each in found.events(Observation)) == ["2,000", "5"]
        [remark] = found.remarks
        assert (remark.reason, remark.found) == (
            "a plan of which the file has a revised one: that is read instead",
            "1000",
        )
    log = tmp_path / "log"
    for day, part in (("2023-03-01", original), ("2023-06-01", revised)):
        path = tmp_path / f"{day}.xml"
        path.write_text(file(activity(part, last_updated_datetime=f"{day}T00:00:00Z")), encoding="utf-8")
        import_file(log, "iati", path, recorded_at=NOW)
    timeline = Timeline.open(log)
    levels = [
        [(str(row.reported), row.period) for row in timeline.as_of("2024-01-01", known_at=known).levels(where)]
        for known, where in (("2023-05-01", {"period": "2025"}), (None, {"period": "2025"}), (None, {"period": "2024"}))
    ]
    assert levels == [[("1,000", "2025-01-01/2025-12-31")], [("2,000", "2025-01-01/2025-12-31")], []]


@pytest.mark.parametrize("tag", ["budget", "planned-disbursement"])
@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        ("<value>5</value>", "without a period-start"),
        (f"{period('2025')}<value>5</value>", "whose period-start is not a day"),
        (f"{period(end='2025')}<value>5</value>", "whose period-end is not a day"),
        (period(), "without a value"),
        (f"{period()}<value>1,000</value>", "whose value is not a number"),
        (f'{period()}<value currency="XX">1</value>', "in a currency that ISO 4217 does not have"),
    ],
)
def test_malformed_plans_are_skipped(tmp_path: Path, tag: str, inside: str, reason: str) -> None:
    """With reason, place and line."""
    found = found_in(tmp_path, file(activity(f"<{tag}>{inside}</{tag}>")))
    what = {"budget": "a budget", "planned-disbursement": "a planned disbursement"}[tag]
    assert [(each.reason, each.place, each.line) for each in found.skipped] == [
        (f"{what} {reason}", f"{tag} 1 of XM-1", 5)
    ]


def test_a_plan_for_a_period_that_ends_before_it_begins_is_remarked(tmp_path: Path) -> None:
    """Its amount is recorded all the same."""
    budget = f"<budget>{period('2025-01-01', '2024-12-31')}<value>5</value></budget>"
    found = found_in(tmp_path, file(activity(budget)))
    assert [str(each.quantity) for each in found.events(Observation)] == ["5"]
    assert [(each.reason, each.found) for each in found.remarks] == [
        ("a budget whose period ends before it begins", "2025-01-01/2024-12-31")
    ]


def title(text: str) -> str:
    return f"<title><narrative>{text}</narrative></title>"


def result(
    *actuals: str, measure: str = "1", indicator: str = "People reached", time: str | None = None, more: str = ""
) -> str:
    time = period("2021-01-01", "2021-12-31") if time is None else time
    of_indicator = title(indicator) if indicator else ""
    periods = "".join(f"<period>{time}<target/>{each}</period>" for each in actuals)
    inside = f'<indicator measure="{measure}">{of_indicator}{periods}{more}</indicator>'
    return f'<result type="1">{title("Awareness")}{inside}</result>'


def observed(path: Path, *results: str) -> tuple[Found, list[Observation]]:
    found = found_in(path, file(activity(*results)))
    return found, found.events(Observation)


@pytest.mark.parametrize(("measure", "unit"), [("1", "unit"), ("2", "percent"), ("3", "nominal"), ("9", None)])
def test_what_was_reached_is_an_observation_of_its_period(tmp_path: Path, measure: str, unit: str | None) -> None:
    """The comment is its note, and linked documents are further sources."""
    more = '<document-link url="http://x/report"/>'
    actual = '<actual value=" 11.50 "><location ref="AF-KAN"/><dimension name="sex" value="female"/>' \
        "<comment><narrative>In schools</narrative></comment></actual>"  # fmt: skip
    _, [event] = observed(tmp_path, result(actual, measure=measure, more=more))
    assert (event.indicator, str(event.quantity), event.unit) == ("People reached", "11.5", unit)
    assert (event.date.text, event.location, event.note) == (
        "2021-01-01/2021-12-31",
        "AF-KAN",
        "sex: female; In schools",
    )
    assert event.ref == "XM-1/result/Awareness/People reached/2021-01-01/2021-12-31/AF-KAN/sex: female"
    assert [each.url for each in event.sources] == [None, "http://x/report"]
    assert event.sources[0].locator == "activities.xml, line 5"


def test_a_baseline_is_a_level_of_its_day_and_a_target_is_a_plan(tmp_path: Path) -> None:
    """What is to be reached is observed of the target, for its period, as of the report: it has not been reached."""
    more = (
        '<baseline year="2012" value="3"><dimension name="sex" value="female"/></baseline>'
        '<baseline iso-date="2013-06-30" value="4"/><baseline year="2012"/>'
    )
    given = result('<actual value="7"/>', more=more).replace("<target/>", '<target value="9"/>')
    found, events = observed(tmp_path, given)
    assert [
        (each.indicator, str(each.quantity), each.date.text, each.period and each.period.text) for each in events
    ] == [
        ("People reached", "3", "2012", None),
        ("People reached", "4", "2013-06-30", None),
        ("People reached: target", "9", "[..2023-03-01]", "2021-01-01/2021-12-31"),
        ("People reached", "7", "2021-01-01/2021-12-31", None),
    ]
    assert [each.note for each in events] == ["baseline; sex: female", "baseline", "target", None]
    assert (found.skipped, [each.restated for each in found.entries if each.event in events]) == (
        [],
        [False, False, True, False],
    )


@pytest.mark.parametrize("year", ["", "0000", "2012-13", "last year"])
def test_a_baseline_of_no_year_is_skipped(tmp_path: Path, year: str) -> None:
    """A level is one of some time."""
    told_, events = observed(tmp_path, result(more=f'<baseline year="{year}" value="3"/>'))
    assert [each.reason for each in told_.skipped] == ["a result whose baseline is of no year"]
    assert events == []


def test_results_that_say_the_same_are_distinguished(tmp_path: Path) -> None:
    """By their place and group, else by ordinals; one in several places has none."""
    two = '<actual value="1"><location ref="A"/><location ref="B"/></actual>'
    _, events = observed(tmp_path, result('<actual value="1"/><actual value="2"/>', two))
    stem = "XM-1/result/Awareness/People reached/2021-01-01/2021-12-31"
    assert [(each.ref, each.location) for each in events] == [(stem, None), (f"{stem}#2", None), (f"{stem}/A/B", None)]


def test_an_indicator_without_a_title_has_that_of_its_result(tmp_path: Path) -> None:
    """It is what the number is about."""
    _, [event] = observed(tmp_path, result('<actual value="1"/>', indicator=""))
    assert event.indicator == "Awareness"


@pytest.mark.parametrize(
    ("given", "reason", "found"),
    [
        (result("<actual/>"), "a result without a value", None),
        (result('<actual value=""/>', measure="5"), "a result stated in words and not in numbers", None),
        (result('<actual value="many"/>'), "a result whose value is not a number", "many"),
        (result('<actual value="45%"/>', measure="2"), "a result whose value is not a number", "45%"),
        (result('<actual value="1,200"/>'), "a result whose value is not a number", "1,200"),
        (result(f'<actual value="{"9" * 40}"/>'), "a result whose value has too many digits", "9" * 40),
        (result('<actual value="1"/>', time=""), "a result without a period-start", None),
        (
            result('<actual value="1"/>', time=period("2021-02-01", "2021-01-01")),
            "a result whose period ends before it begins",
            "2021-02-01/2021-01-01",
        ),
        (
            result('<actual value="1"/>', indicator="").replace("Awareness", ""),
            "a result without a title",
            "1",
        ),
    ],
)
def test_results_without_a_number_are_skipped(tmp_path: Path, given: str, reason: str, found: str | None) -> None:
    """They are not made up."""
    told_, events = observed(tmp_path, given, result('<actual value="0"/>'))
    assert [(each.reason, each.place, each.line, each.found) for each in told_.skipped] == [
        (reason, "result 1 of XM-1", 5, found)
    ]
    assert [str(each.quantity) for each in events] == ["0"]


def test_a_result_of_a_time_after_its_report_is_remarked(tmp_path: Path) -> None:
    """It cannot have been counted yet."""
    found, _ = observed(tmp_path, result('<actual value="1"/>', time=period("2023-03-02", "2023-12-31")))
    assert [each.reason for each in found.remarks] == [
        "a result of a period that begins after the report that states it"
    ]
