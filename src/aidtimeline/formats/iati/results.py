"""Results: what indicators are reported to have reached in a period, and what they were before, as observations.

A target is no level: it is what is planned, and holds as of the report that states it, for its period. It is an
observation of an indicator of its own, as a budget is, so that nobody takes it for what was reached.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from attrs import frozen

from aidtimeline.errors import InvalidValue
from aidtimeline.events import Observation
from aidtimeline.formats.iati.activity import Activity
from aidtimeline.formats.iati.events import new_observation
from aidtimeline.formats.iati.profile import linked
from aidtimeline.formats.iati.values import MAX_NAME, MAX_NOTE, day, narrative, number, period, shortened, slug
from aidtimeline.formats.reading.xml import Element
from aidtimeline.formats.readings import Entry, Reading, SkipError
from aidtimeline.values.amounts import Quantity
from aidtimeline.values.converters import MAX_SLUG
from aidtimeline.values.dates import DateRange

A_RESULT = "a result"
AFTER_REPORT = "a result of a period that begins after the report that states it"

RESULT, BASELINE, A_TARGET = "result", "baseline", "target"
"""What the references of values begin with, and what those are called that are no actual ones."""

#: IATI codelist IndicatorMeasure; the fifth is in words.
MEASURES = {"1": "unit", "2": "percent", "3": "nominal", "4": "ordinal"}
QUALITATIVE = "5"


def results(activity: Activity) -> Iterator[Reading]:
    """The actual values of the indicators of an activity's results, their baselines and their targets."""
    for place, result in activity.numbered("result"):
        for read, value, time in _values(activity, result):
            try:
                event = read(value, time)
            except SkipError as error:
                yield activity.skipped(A_RESULT, place, value.stated, error, f"{RESULT}/")
                continue
            if event is None:
                continue
            yield Entry(event=event, restated=read is _target)
            if read is not _target and activity.published is not None and event.date > activity.published:
                yield activity.remark(AFTER_REPORT, place, value.stated, event.ref)


@frozen
class _Value:
    """The element that states a value of an indicator of a result."""

    activity: Activity
    result: Element
    indicator: Element
    stated: Element

    @property
    def quantity(self) -> Quantity:
        """The number. Raises `SkipError` if it states none."""
        value = self.stated.get("value")
        if not value:
            in_words = self.indicator.get("measure") == QUALITATIVE
            raise SkipError("stated in words and not in numbers" if in_words else "without a value")
        found = number(value)
        if found is None:
            raise SkipError("whose value is not a number", value)
        try:
            return Quantity.exact(found)
        except InvalidValue:
            raise SkipError("whose value has too many digits", value) from None

    @property
    def titles(self) -> list[str]:
        """The titles of the result and of the indicator. Raises `SkipError` if neither has one."""
        language = self.activity.language
        titles = [slug(narrative(each.first("title"), language)) for each in (self.result, self.indicator)]
        if not any(titles):
            raise SkipError("without a title", self.stated.get("value"))
        return titles

    def observed(self, date: DateRange, what: str = "", planned: DateRange | None = None) -> Observation:
        """The value on a date; `what` it is if it is no actual one, and the period for which it is `planned`."""
        activity, stated, quantity, titles = self.activity, self.stated, self.quantity, self.titles
        places = [slug(each.get("ref")) for each in stated.all("location")]
        groups = [_group(each) for each in stated.all("dimension")]
        comment = narrative(stated.first("comment"), activity.language)
        documents = [link for each in (stated, self.indicator, self.result) for link in each.all("document-link")]
        title = titles[1] or titles[0]
        when = (planned or date).text
        return new_observation(
            date=date,
            project=activity.identifier,
            location=places[0] or None if len(places) == 1 else None,
            indicator=title if planned is None else target_of(title),
            quantity=quantity,
            unit=MEASURES.get(self.indicator.get("measure")),
            period=planned,
            ref=activity.ref("/".join([RESULT, *titles, *filter(None, [what]), when, *places, *groups])),
            note=shortened("; ".join(filter(None, [what, *groups, comment])), MAX_NOTE) or None,
            sources=(activity.source_at(stated.line), *linked(documents, activity.language)),
        )


_Read: TypeAlias = Callable[[_Value, Element], Observation | None]


def _values(activity: Activity, result: Element) -> Iterator[tuple[_Read, _Value, Element]]:
    """Each value of a result: how it is read, and the element that says when it was or is to be."""
    for indicator in result.all("indicator"):
        for baseline in indicator.all("baseline"):
            yield _baseline, _Value(activity, result, indicator, baseline), baseline
        for time in indicator.all("period"):
            for read, tag in ((_target, "target"), (_actual, "actual")):
                for stated in time.all(tag):
                    yield read, _Value(activity, result, indicator, stated), time


def _actual(value: _Value, time: Element) -> Observation:
    """What was reached in a period. Raises `SkipError`."""
    _ = value.quantity, value.titles  # what is missing is said in this order
    return value.observed(period(time))


def _baseline(value: _Value, baseline: Element) -> Observation | None:
    """What there was before: a level of the day or the year that is stated. Raises `SkipError`.

    Without a value it only says when it was; that is nothing to record.
    """
    if not baseline.get("value"):
        return None
    date, year = day(baseline.get("iso-date")), baseline.get("year")
    if date is None and not _YEAR.fullmatch(year):
        raise SkipError("whose baseline is of no year", year)
    return value.observed(date or DateRange.parse(year), BASELINE)


def _target(value: _Value, time: Element) -> Observation | None:
    """What is to be reached in a period: a plan, which holds as of the report, and no level. Raises `SkipError`."""
    if not value.stated.get("value"):
        return None
    return value.observed(value.activity.said, A_TARGET, period(time))


_YEAR = re.compile("(?!0000)[0-9]{4}")
TARGET = ": target"
"""What the indicator of a target ends with: it is no level of the indicator itself."""


def target_of(title: str) -> str:
    """The indicator of the targets of one with this title.

    >>> target_of("Wells built")
    'Wells built: target'
    """
    return f"{title[: MAX_SLUG - len(TARGET)].rstrip()}{TARGET}"


def _group(dimension: Element) -> str:
    """Whom a result is about, such as "sex: female"."""
    name, value = (shortened(dimension.get(each), MAX_NAME) for each in ("name", "value"))
    return f"{name}: {value}"
