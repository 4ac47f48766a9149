"""IATI activities, version 2.01 to 2.03, as XML.

The standard: https://iatistandard.org/en/iati-standard/203/activity-standard/. What is read of an activity:

| elements | event |
|---|---|
| title, activity-date, related-activity (parent), document-link | `project`, dated until the report |
| activity-status, participating-org | `status` and `participation`, dated until the report |
| transaction of type 1 to 4, 11, 12, 13 | `receipt`, `commitment`, `disbursement`, `expenditure`, `pledge` |
| recipient-country, -region, sector, humanitarian-scope, aid-type, tied-status | fields of its transactions |
| budget, planned-disbursement | `observation` of this indicator, for its period, which is never summed |
| result/indicator: baseline, period/actual, period/target | `observation` of the indicator, or of its target |

An activity is known since its `last-updated-datetime`. One flow that both sides report is distinguished by its `side`,
and the transactions of an activity overlap with those of its parents. Nothing is made up: what lacks its value or
currency, or has a malformed one, is skipped and reported; what lacks its date happened some time until its report.

The way back, from facts to activities, is in `writing`: `gathering` has the facts of each project, `sayable` and
`cancelling` what IATI can say of them, `telling` their activity. Of it `describing` makes the profile, `stating`
transactions, `sharing` what these are for, `planning` plans, `measuring` results, `linking` documents. `rereading`
reads them again, `lacking` says what is missing. The tables of codes are those by which files are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from aidtimeline.formats.iati.activity import DATASETS, Activity, Version, stem_of
from aidtimeline.formats.iati.copies import DIFFERS, Copies, worth
from aidtimeline.formats.iati.families import Families, families, identifier_of, is_secondary
from aidtimeline.formats.iati.plans import plans
from aidtimeline.formats.iati.profile import profile
from aidtimeline.formats.iati.results import results
from aidtimeline.formats.iati.transactions import transactions
from aidtimeline.formats.iati.values import day_of
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.xml import Element, children
from aidtimeline.formats.readings import Beginning, Reading, Remark, Skipped, Whole
from aidtimeline.text.safe import bare, shown

FIRST_READING = 0.25
"""The share of the first of the two times that a file is read: it finds parents and children."""

MAX_NAMED = 10
"""How many activities of a circle a remark names."""

OF_FIRST_VERSION = "IATI 1.x, which is not read (2.01 to 2.03 are)"
NO_IDENTIFIER = "an activity without an iati-identifier"
SECONDARY = "an activity that a secondary reporter reports, and not who does it: its publisher may report it too"
SECONDARY_TOO = "an activity that its publisher reports in this file: what a secondary reporter says is not read"
HIERARCHY = "an activity below the first level that names no parent: those above may report its transactions too"
NO_PARENT = "an activity of a lower level that nothing says the parent of: sums over levels may count its money twice"
NO_VERSION = "a file that does not say its version: it is read as IATI 2.03"
LATER_VERSION = "a file of another version of IATI 2 than those known: it is read as IATI 2.03"
NO_UPDATE = "an activity whose last-updated-datetime is not an instant"
NO_GENERATED = "a file whose generated-datetime is not an instant"
CIRCLE = "activities that are parents of each other: each may report the money of the others"

_ROOT = "iati-activities"
_KNOWN_VERSIONS = ("2.01", "2.02", "2.03")
_VERSION = re.compile(r"2\.[0-9]{1,2}")

#: The elements that are read, by the element that they are in.
_KEPT = {
    tag: frozenset(names.split())
    for tag, names in {
        _ROOT: "iati-activity",
        "iati-activity": "iati-identifier reporting-org title participating-org activity-status activity-date budget "
        "planned-disbursement transaction recipient-country recipient-region sector humanitarian-scope "
        "default-aid-type default-tied-status document-link related-activity other-identifier result",
        "transaction": "transaction-type transaction-date value description provider-org receiver-org "
        "recipient-country recipient-region sector aid-type tied-status",
        "budget": "period-start period-end value",
        "planned-disbursement": "period-start period-end value provider-org receiver-org",
        "result": "title indicator document-link",
        "indicator": "title baseline period document-link",
        "period": "period-start period-end target actual",
        **dict.fromkeys(("baseline", "target", "actual"), "location dimension comment document-link"),
        "document-link": "title",
        **dict.fromkeys(("reporting-org", "participating-org", "provider-org", "receiver-org"), "narrative"),
        **dict.fromkeys(("title", "description", "comment"), "narrative"),
    }.items()
}
_TEXTS = frozenset({"iati-identifier", "narrative", "value"})


def read(file: File) -> Iterator[Reading]:
    """What a file of IATI activities says, activity by activity.

    Raises `UnreadableFile` if it is not one, or of a version that is not read.
    """
    root = next(children(file.part(0, 0), _KEPT, _TEXTS))
    _refuse_other_files(file, root)
    stated = root.get("version")
    if stated not in _KNOWN_VERSIONS:
        yield Remark(
            reason=LATER_VERSION if stated else NO_VERSION, place=file.name, line=root.line, found=stated or None
        )
    generated = root.get("generated-datetime")
    if generated and day_of(generated) is None:
        yield Remark(reason=NO_GENERATED, place=file.name, line=root.line, found=bare(generated))
    related = families(file.part(0, FIRST_READING))
    for circle in related.circles:
        yield Remark(reason=CIRCLE, place=file.name, found=", ".join(circle[:MAX_NAMED]))
    version = Version(file, day_of(generated) or file.published, related)
    seen: set[str] = set()
    copies = _copies(file, related)
    found = children(file.part(FIRST_READING, 1), _KEPT, _TEXTS)
    for number, element in enumerate(islice(found, 1, None), start=1):
        if not stated and _is_first_version(element):
            raise file.unreadable(f"it is {OF_FIRST_VERSION}", line=element.line)
        named = identifier_of(element)
        place = f"activity {number}"
        if not named:
            yield Skipped(reason=NO_IDENTIFIER, place=place, line=element.line, spares="", value=worth(element))
        elif named in related.told and is_secondary(element.all("reporting-org")):
            yield Remark(reason=SECONDARY_TOO, place=place, line=element.line, found=named)
        elif named in copies.chosen:
            if copies.is_read(named):
                yield from copies.others(named)
                yield from _activity(Activity(version, named, element), element)
        elif named in seen:
            yield Skipped(reason=DIFFERS, place=place, line=element.line, found=named)
        else:
            seen.add(named)
            yield from _activity(Activity(version, named, element), element)


def _copies(file: File, related: Families) -> Copies:
    """The activities that the file has several times, as they stand in it."""
    copies = Copies(related.chosen)
    found = children(file.part(FIRST_READING, FIRST_READING), _KEPT, _TEXTS) if related.chosen else ()
    for number, element in enumerate(islice(found, 1, None), start=1):
        named = identifier_of(element)
        if named in related.chosen and not (named in related.told and is_secondary(element.all("reporting-org"))):
            copies.add(named, number, element, stem_of(named))
    return copies


def _refuse_other_files(file: File, root: Element) -> None:
    """Raise `UnreadableFile` if the root is not that of IATI activities, or of a version that is not read."""
    version = root.get("version")
    if root.tag == "iati-organisations":
        message = "it is an IATI file of organisations; only files of activities are read"
    elif root.tag == "iati-activity":
        message = f"it is an activity outside <{_ROOT}>: {OF_FIRST_VERSION}, or a part of a file"
    elif root.tag != _ROOT:
        message = f"it is not IATI: its root is {shown(root.tag)}, expected {_ROOT!r}"
    elif version.startswith("1."):
        message = f"it is of version {shown(version)}: {OF_FIRST_VERSION}"
    elif version and not _VERSION.fullmatch(version):
        message = f"it is of version {shown(version)}, expected one of {', '.join(_KNOWN_VERSIONS)}"
    else:
        return
    raise file.unreadable(message, line=root.line)


def _is_first_version(activity: Element) -> bool:
    """Whether codes are words, as in IATI 1.x: so a file of it is recognised that does not state its version."""
    coded = {"activity-date": "type", "participating-org": "role"}
    codes = (each.attributes.get(coded[each.tag], "") for each in activity.children if each.tag in coded)
    return any(code and not code.strip().isdigit() for code in codes)


def _activity(activity: Activity, element: Element) -> Iterator[Reading]:
    updated = element.get("last-updated-datetime")
    if updated and day_of(updated) is None:
        yield activity.remark(NO_UPDATE, "last-updated-datetime", element, bare(updated))
    yield _beginning(activity)
    if activity.secondary:
        yield activity.remark(SECONDARY, "reporting-org", element, activity.reporter.publisher)
    if activity.all("transaction") and activity.is_below_unnamed:
        wider = ", ".join(activity.wider)
        yield activity.remark(HIERARCHY if wider else NO_PARENT, "hierarchy", element, wider or activity.hierarchy)
    for reason in activity.purposes.remarks:
        yield activity.remark(reason, "shares", element)
    yield from profile(activity)
    yield from transactions(activity)
    yield from plans(activity)
    yield from results(activity)
    yield Whole(scope=activity.stem, source=activity.source)


def _beginning(activity: Activity) -> Beginning:
    """An activity begins. Its publisher may have had another identifier, or the activity itself."""
    return Beginning(
        scope=activity.stem,
        source=activity.source,
        thing_of=str,
        formerly=tuple(map(stem_of, activity.former)),
        anywhere=DATASETS if activity.reporter.dataset.startswith(DATASETS) else None,
        reproduced=activity.secondary,
    )
