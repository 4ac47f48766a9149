"""What an activity states of itself: its profile, its status, and who takes part in it.

Each holds as of the activity's report: the report does not say since when. A later report that states something else is
news of the world, and does not correct this one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from aidtimeline.events import ProjectStatus, Role, Source
from aidtimeline.formats.iati.activity import Activity, stem_of
from aidtimeline.formats.iati.events import new_participation, new_project, new_source, new_status
from aidtimeline.formats.iati.families import CHILD, PARENT, relatives
from aidtimeline.formats.iati.values import MAX_TITLE, narrative, shortened, stated_day
from aidtimeline.formats.reading.xml import Element
from aidtimeline.formats.readings import Entry, Reading, SkipError, Skipped

W = TypeVar("W", bound=str)

MAX_DOCUMENTS = 100
"""How many linked documents of one thing are kept as sources."""
MAX_URL = 2000
"""How many characters the address of a document may have."""

#: IATI codelist ActivityStatus.
STATUSES: Mapping[str, ProjectStatus] = {
    "1": "pipeline",
    "2": "implementation",
    "3": "finalisation",
    "4": "closed",
    "5": "cancelled",
    "6": "suspended",
}
#: IATI codelist OrganisationRole.
ROLES: Mapping[str, Role] = {"1": "funding", "2": "accountable", "3": "extending", "4": "implementing"}
#: IATI codelist ActivityDateType.
DATES = {"1": "planned_start", "2": "actual_start", "3": "planned_end", "4": "actual_end"}

#: What IATI 1.x had for codes, in the words of which some files of 2.x still speak.
OLD_CODES = {
    **{"funding": "1", "accountable": "2", "extending": "3", "implementing": "4"},
    **{"start-planned": "1", "start-actual": "2", "end-planned": "3", "end-actual": "4"},
}

A_DATE = "an activity date"
A_STATUS = "an activity status"
A_PARTICIPANT = "a participating organisation"
PARENTS = "an activity with several parents: the first is recorded"
ENDS_FIRST = "an activity that is planned to end before it begins"


def profile(activity: Activity) -> Iterator[Reading]:
    """The project, its status, and its participating organisations."""
    dates: dict[str, Any] = {}
    yield from _dates(activity, dates)
    related = activity.all("related-activity")
    parents = relatives(activity.identifier, related, PARENT)
    project = new_project(
        date=activity.said,
        project=activity.identifier,
        title=_title(activity.all("title"), activity.language),
        parent=parents[0] if parents else None,
        overlaps=sorted(parents),
        ref=f"{activity.stem}project",
        sources=(activity.source, *linked(activity.all("document-link"), activity.language)),
        **dates,
    )
    yield Entry(event=project, restated=True)
    if len(parents) > 1:
        yield activity.remark(PARENTS, "related-activity", related[0], parents[0])
    yield from _children(activity)
    start, end = project.planned_start, project.planned_end
    if start is not None and end is not None and end < start:
        found = f"{start.text}/{end.text}"
        yield activity.remark(ENDS_FIRST, "activity-date", activity.all("activity-date")[0], found)
    statuses = activity.all("activity-status")
    yield from activity.read(A_STATUS, (("activity-status", each) for each in statuses[:1]), _status, "status")
    for each in statuses[1:]:
        yield activity.skipped(A_STATUS, "activity-status", each, SkipError("after another", each.get("code")))
    participants = (("participating-org", each) for each in activity.all("participating-org"))
    yield from activity.read(A_PARTICIPANT, participants, _participation, "participating-org/")


def _children(activity: Activity) -> Iterator[Reading]:
    """That other activities are part of this one. They may be in other files, and not say so themselves."""
    for child in relatives(activity.identifier, activity.all("related-activity"), CHILD):
        event = new_project(
            date=activity.said,
            project=child,
            parent=activity.identifier,
            overlaps=activity.identifier,
            ref=f"{activity.stem}child/{child}",
            sources=activity.source,
        )
        yield Entry(event=event, restated=True, covers=f"{stem_of(child)}transaction/")


def _dates(activity: Activity, dates: dict[str, Any]) -> Iterator[Skipped]:
    """Fills in the dates of an activity, each under the field that it is; yields those that cannot be read."""
    for each in activity.all("activity-date"):
        try:
            name = _coded(each, "type", DATES)
            if name in dates:
                raise SkipError("of a type that another has", each.get("iso-date"))
            dates[name] = stated_day(each)
        except SkipError as error:
            yield activity.skipped(A_DATE, "activity-date", each, error)


def _coded(element: Element, attribute: str, codes: Mapping[str, W]) -> W:
    """What the code in an attribute means. Raises `SkipError`."""
    code = element.get(attribute)
    found = codes.get(code) or codes.get(OLD_CODES.get(code.casefold(), ""))
    if found is not None:
        return found
    reason = f"of a {attribute} that IATI does not have" if code else f"without a {attribute}"
    raise SkipError(reason, code)


def _status(activity: Activity, element: Element, _place: str) -> Iterator[Reading]:
    event = new_status(
        date=activity.said,
        project=activity.identifier,
        status=_coded(element, "code", STATUSES),
        ref=f"{activity.stem}status",
        sources=activity.source,
    )
    yield Entry(event=event, restated=True)


def _participation(activity: Activity, element: Element, _place: str) -> Iterator[Reading]:
    role = _coded(element, "role", ROLES)
    party = activity.party(element)
    if party is None:
        raise SkipError("without a reference or a name")
    event = new_participation(
        date=activity.said,
        project=activity.identifier,
        party=party,
        role=role,
        ref=activity.ref(f"participating-org/{role}/{activity.called(element)}"),
        sources=activity.source,
    )
    yield Entry(event=event, restated=True)


def _title(elements: Sequence[Element], language: str) -> str | None:
    return shortened(narrative(elements[0], language), MAX_TITLE) or None if elements else None


def linked(documents: Sequence[Element], language: str) -> tuple[Source, ...]:
    """The documents of some links, each once, as sources without a date of publication.

    A `document-date` says when a document was published, but not that it said then what the activity states today.
    """
    found: dict[str, Source] = {}
    for each in documents:
        url = each.get("url")
        if url and len(url) <= MAX_URL and len(found) < MAX_DOCUMENTS:
            found.setdefault(url, new_source(title=_title(each.all("title"), language), url=url))
    return tuple(found.values())
