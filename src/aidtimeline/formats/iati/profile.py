"""What an activity says of itself: its profile, its status, and who takes part in it.

Each holds as of the activity's report: nobody says since when. A later report that tells otherwise has news of the
world, and does not correct this one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aidtimeline.events import Participation, Project, Source, Status
from aidtimeline.formats.iati.activity import Activity
from aidtimeline.formats.iati.values import MAX_TITLE, Fault, narrative, shortened, slug, stated_day
from aidtimeline.formats.reading.xml import Element
from aidtimeline.formats.readings import Entry, Reading
from aidtimeline.values.dates import DateRange

MAX_DOCUMENTS = 100
"""How many linked documents of one thing are kept as sources."""
MAX_URL = 2000
"""How many characters the address of a document may have."""

#: IATI codelist ActivityStatus.
STATUSES = {
    "1": "pipeline",
    "2": "implementation",
    "3": "finalisation",
    "4": "closed",
    "5": "cancelled",
    "6": "suspended",
}
#: IATI codelist OrganisationRole.
ROLES = {"1": "funding", "2": "accountable", "3": "extending", "4": "implementing"}
#: IATI codelist ActivityDateType.
DATES = {"1": "planned_start", "2": "actual_start", "3": "planned_end", "4": "actual_end"}

A_DATE = "an activity date"
A_STATUS = "an activity status"
A_PARTICIPANT = "a participating organisation"
PARENTS = "an activity with several parents: the first is recorded"
ENDS_FIRST = "an activity that is planned to end before it begins"

PARENT = "1"
"""IATI codelist RelatedActivityType."""


def profile(activity: Activity) -> list[Reading]:
    """The project, its status, and its participating organisations."""
    told: list[Reading] = []
    dates = _dates(activity, told)
    planned_start, planned_end = dates.get("planned_start"), dates.get("planned_end")
    related = activity.all("related-activity")
    parents = [slug(each.get("ref")) for each in related if each.get("type") == PARENT]
    parents = [each for each in parents if each not in ("", activity.identifier)]
    project = Project(
        date=activity.said,
        project=activity.identifier,
        title=_title(activity.all("title"), activity.language),
        parent=parents[0] if parents else None,
        planned_start=planned_start,
        planned_end=planned_end,
        actual_start=dates.get("actual_start"),
        actual_end=dates.get("actual_end"),
        ref=f"{activity.stem}project",
        sources=(activity.source, *linked(activity.all("document-link"), activity.language)),
    )
    told.append(Entry(event=project, restated=True))
    if len(parents) > 1:
        told.append(activity.remark(PARENTS, "related-activity", related[0], parents[0]))
    if planned_start is not None and planned_end is not None and planned_end < planned_start:
        found = f"{planned_start.text}/{planned_end.text}"
        told.append(activity.remark(ENDS_FIRST, "activity-date", activity.all("activity-date")[0], found))
    for number, each in enumerate(activity.all("activity-status")):
        try:
            if number:
                raise Fault("after another", each.get("code"), each)
            told.append(Entry(event=_status(activity, each), restated=True))
        except Fault as fault:
            told.append(activity.skipped(A_STATUS, "activity-status", each, fault))
    for each in activity.all("participating-org"):
        try:
            told.append(Entry(event=_participation(activity, each), restated=True))
        except Fault as fault:
            told.append(activity.skipped(A_PARTICIPANT, "participating-org", each, fault))
    return told


def _dates(activity: Activity, told: list[Reading]) -> dict[str, DateRange]:
    """An activity's dates by the field that they are; what is wrong with others is told."""
    dates: dict[str, DateRange] = {}
    for each in activity.all("activity-date"):
        try:
            name = _coded(each, "type", DATES)
            if name in dates:
                raise Fault("of a type that another has", each.get("iso-date"), each)
            dates[name] = stated_day(each)
        except Fault as fault:
            told.append(activity.skipped(A_DATE, "activity-date", each, fault))
    return dates


def _coded(element: Element, attribute: str, codes: Mapping[str, str]) -> str:
    """What the code in an attribute stands for. Raises `Fault`."""
    code = element.get(attribute)
    if code not in codes:
        raise Fault(f"of a {attribute} that IATI does not have" if code else f"without a {attribute}", code, element)
    return codes[code]


def _status(activity: Activity, element: Element) -> Status:
    return Status(
        date=activity.said,
        project=activity.identifier,
        status=_coded(element, "code", STATUSES),
        ref=f"{activity.stem}status",
        sources=activity.source,
    )


def _participation(activity: Activity, element: Element) -> Participation:
    role = _coded(element, "role", ROLES)
    party = activity.party(element)
    if party is None:
        raise Fault("without a reference or a name", element=element)
    return Participation(
        date=activity.said,
        project=activity.identifier,
        party=party,
        role=role,
        ref=activity.ref(f"participating-org/{role}/{activity.called(element)}"),
        sources=activity.source,
    )


def _title(elements: Sequence[Element], language: str) -> str | None:
    return shortened(narrative(elements[0], language), MAX_TITLE) or None if elements else None


def linked(documents: Sequence[Element], language: str) -> tuple[Source, ...]:
    """The documents of some links, each once, as sources: of their own publication nobody says what is known there.

    A `document-date` says when a document was published, but not that it told what the activity tells today.
    """
    found: dict[str, Source] = {}
    for each in documents:
        url = each.get("url")
        if url and len(url) <= MAX_URL and len(found) < MAX_DOCUMENTS:
            found.setdefault(url, Source(title=_title(each.all("title"), language), url=url))
    return tuple(found.values())
