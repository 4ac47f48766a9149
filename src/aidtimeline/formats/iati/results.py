"""Results: what indicators are reported to have reached in a period, as observations. Targets and baselines are not."""

from __future__ import annotations

from collections.abc import Iterator

from aidtimeline.errors import InvalidValue
from aidtimeline.events import Observation
from aidtimeline.formats.iati.activity import Activity
from aidtimeline.formats.iati.profile import linked
from aidtimeline.formats.iati.values import MAX_NAME, MAX_NOTE, narrative, number, period, shortened, slug
from aidtimeline.formats.reading.xml import Element
from aidtimeline.formats.readings import Entry, Reading, SkipError
from aidtimeline.values.amounts import Quantity

A_RESULT = "a result"
AFTER_REPORT = "a result of a period that begins after the report that states it"

#: IATI codelist IndicatorMeasure; the fifth is in words.
MEASURES = {"1": "unit", "2": "percent", "3": "nominal", "4": "ordinal"}
QUALITATIVE = "5"


def results(activity: Activity) -> Iterator[Reading]:
    """The actual values of the indicators of an activity's results."""
    for place, result in activity.numbered("result"):
        for indicator, time, actual in _actuals(result):
            try:
                event = _actual(activity, result, indicator, time, actual)
            except SkipError as error:
                yield activity.skipped(A_RESULT, place, actual, error)
                continue
            yield Entry(event=event)
            if activity.published is not None and event.date > activity.published:
                yield activity.remark(AFTER_REPORT, place, actual, event.ref)


def _actuals(result: Element) -> Iterator[tuple[Element, Element, Element]]:
    """Each actual value of a result, after its indicator and its period."""
    for indicator in result.all("indicator"):
        for time in indicator.all("period"):
            for actual in time.all("actual"):
                yield indicator, time, actual


def _actual(activity: Activity, result: Element, indicator: Element, time: Element, actual: Element) -> Observation:
    """What was reached in a period. Raises `SkipError`."""
    measure, value = indicator.get("measure"), actual.get("value")
    if not value:
        reason = "stated in words and not in numbers" if measure == QUALITATIVE else "without a value"
        raise SkipError(reason)
    quantity = number(value)
    if quantity is None:
        raise SkipError("whose value is not a number", value)
    titles = [slug(narrative(each.first("title"), activity.language)) for each in (result, indicator)]
    if not any(titles):
        raise SkipError("without a title", value)
    date = period(time)
    places = [slug(each.get("ref")) for each in actual.all("location")]
    groups = [_group(each) for each in actual.all("dimension")]
    comment = narrative(actual.first("comment"), activity.language)
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
            note=shortened("; ".join(filter(None, [*groups, comment])), MAX_NOTE) or None,
            sources=(activity.source_at(actual.line), *linked(documents, activity.language)),
        )
    except InvalidValue:
        raise SkipError("whose value has too many digits", value) from None


def _group(dimension: Element) -> str:
    """Whom a result is about, such as "sex: female"."""
    name, value = (shortened(dimension.get(each), MAX_NAME) for each in ("name", "value"))
    return f"{name}: {value}"
