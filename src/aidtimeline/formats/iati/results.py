"""Results: what indicators are reported to have reached in a period, as observations. Targets and baselines are not."""

from __future__ import annotations

from collections.abc import Iterator

from aidtimeline.errors import InvalidValue
from aidtimeline.events import Observation
from aidtimeline.formats.iati.activity import Activity
from aidtimeline.formats.iati.profile import linked
from aidtimeline.formats.iati.values import MAX_NAME, MAX_NOTE, Fault, narrative, number, period, shortened, slug
from aidtimeline.formats.reading.xml import Element
from aidtimeline.formats.readings import Entry, Reading
from aidtimeline.values.amounts import Quantity

A_RESULT = "a result"
AFTER_REPORT = "a result of a period that begins after the report that tells of it"

#: IATI codelist IndicatorMeasure; the fifth is told in words.
MEASURES = {"1": "unit", "2": "percent", "3": "nominal", "4": "ordinal"}
QUALITATIVE = "5"


def results(activity: Activity) -> list[Reading]:
    """The actual values of the indicators of an activity's results."""
    told: list[Reading] = []
    for order, result in enumerate(activity.all("result"), start=1):
        place = f"result {order}"
        for indicator, time, actual in _actuals(result):
            try:
                event = _actual(activity, result, indicator, time, actual)
            except Fault as fault:
                told.append(activity.skipped(A_RESULT, place, actual, fault))
                continue
            told.append(Entry(event=event))
            if activity.published is not None and event.date > activity.published:
                told.append(activity.remark(AFTER_REPORT, place, actual, event.ref))
    return told


def _actuals(result: Element) -> Iterator[tuple[Element, Element, Element]]:
    """Each actual value of a result, after its indicator and its period."""
    for indicator in result.all("indicator"):
        for time in indicator.all("period"):
            for actual in time.all("actual"):
                yield indicator, time, actual


def _actual(activity: Activity, result: Element, indicator: Element, time: Element, actual: Element) -> Observation:
    """What was reached in a period. Raises `Fault`."""
    measure = indicator.get("measure")
    told = actual.get("value")
    if not told:
        raise Fault("told in words and not in numbers" if measure == QUALITATIVE else "without a value", element=actual)
    quantity = number(told)
    if quantity is None:
        raise Fault("whose value is no number", told, actual)
    titles = [slug(narrative(each.first("title"), activity.language)) for each in (result, indicator)]
    if not any(titles):
        raise Fault("without a title", told, actual)
    date = period(time)
    places = [slug(each.get("ref")) for each in actual.all("location")]
    groups = [_group(each) for each in actual.all("dimension")]
    comment = narrative(actual.first("comment"), activity.language)
    notes = filter(None, [*groups, comment])
    documents = [link for each in (actual, indicator, result) for link in each.all("document-link")]
    try:
        return Observation(
            date=date,
            project=activity.identifier,
            location=places[0] or None if len(places) == 1 else None,
            indicator=titles[1] or titles[0],
            quantity=Quantity.exact(quantity),
            unit=MEASURES.get(measure),
            ref=activity.ref("/".join(["result", *titles, date.text, *places, *groups])),
            note=shortened("; ".join(notes), MAX_NOTE) or None,
            sources=(activity.source_at(actual.line), *linked(documents, activity.language)),
        )
    except InvalidValue:
        raise Fault("whose value has too many digits", told, actual) from None


def _group(dimension: Element) -> str:
    """Whom a result is told of, such as "sex: female"."""
    name, value = (shortened(dimension.get(each), MAX_NAME) for each in ("name", "value"))
    return f"{name}: {value}"
