"""Results with their indicators as elements, of what is observed of indicators. The reverse of `results`.

A value is told with the titles, places and groups of people that its reference has, if that is one as reading makes it;
else under the title of its indicator.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice

from attrs import field, frozen

from aidtimeline.formats.iati.activity import stem_of
from aidtimeline.formats.iati.elements import made, narrated
from aidtimeline.formats.iati.linking import documents
from aidtimeline.formats.iati.results import A_TARGET, BASELINE, MEASURES, RESULT, TARGET, target_of
from aidtimeline.formats.iati.sayable import days_of, is_target
from aidtimeline.formats.iati.stating import without_ordinal
from aidtimeline.formats.iati.values import is_xml
from aidtimeline.formats.reading.xml import Element
from aidtimeline.semantics import Fact
from aidtimeline.semantics.accounts import capped
from aidtimeline.values.dates import DateRange

NO_TYPE = "the type of a result that nobody states: it is empty, since IATI wants one"
NO_MEASURE = "the measure of an indicator that nobody states: it is empty, since IATI wants one"

_CODES: Mapping[str | None, str] = {None: "", **{measure: code for code, measure in MEASURES.items()}}
TRIED = 50
"""So many ways to read a reference or a note are tried. Reading makes none with more."""

_YEAR = re.compile("[0-9]{4}")


@frozen
class Told:
    """A value of an indicator, as it is told: under which titles, what it is, when, where, and of whom."""

    fact: Fact
    what: str
    when: DateRange
    titles: tuple[str, str]
    places: Sequence[str] = ()
    groups: Sequence[str] = ()
    comment: str = ""
    documents: Sequence[Element] = field(factory=tuple)

    def element(self, tag: str, stated: Mapping[str, str | None] | None = None) -> Element:
        """The element that states the value."""
        number = "" if self.fact.quantity is None else f"{self.fact.quantity.low:f}"
        groups = (each.partition(": ") for each in self.groups)
        comment = [narrated("comment", self.comment)] if self.comment else []
        after = [*self.documents, *comment] if tag == BASELINE else [*comment, *self.documents]
        return made(
            tag,
            {**(stated or {}), "value": number},
            [
                *(made("location", {"ref": each}) for each in self.places),
                *(made("dimension", {"name": name, "value": value}) for name, _, value in groups),
                *after,
            ],
        )


def results(facts: Iterable[Fact], known: date) -> Iterator[Element]:
    """The results that facts tell of, of an activity that is known since a day: one for each title."""
    told: dict[str, dict[tuple[str, str | None], list[Told]]] = defaultdict(lambda: defaultdict(list))
    for fact in facts:
        each = told_of(fact, known)
        told[each.titles[0]][each.titles[1], fact.unit].append(each)
    for title, indicators in told.items():
        yield made(
            "result",
            {"type": ""},
            [narrated("title", title), *(_indicator(name, unit, each) for (name, unit), each in indicators.items())],
        )


def _indicator(title: str, unit: str | None, values: Sequence[Told]) -> Element:
    """An indicator: its baselines, and its periods with what was to be reached in them, and what was."""
    periods: dict[tuple[str, str], list[Told]] = defaultdict(list)
    for each in values:
        if each.what != BASELINE:
            periods[days_of(each.when) or ("", "")].append(each)
    return made(
        "indicator",
        {"measure": _CODES[unit]},
        [
            narrated("title", title),
            *(each.element(BASELINE, _as_baseline(each.when)) for each in values if each.what == BASELINE),
            *(
                made(
                    "period",
                    children=[
                        made("period-start", {"iso-date": start}),
                        made("period-end", {"iso-date": end}),
                        *(each.element("target") for each in several if each.what == A_TARGET),
                        *(each.element("actual") for each in several if each.what != A_TARGET),
                    ],
                )
                for (start, end), several in periods.items()
            ),
        ],
    )


def _as_baseline(when: DateRange) -> Mapping[str, str | None]:
    start, end = days_of(when) or ("", "")
    return {"iso-date": start if start == end else None, "year": start[:4]}


def told_of(fact: Fact, known: date) -> Told:
    """How a value is told in an activity that is known since a day.

    A value is of its period as it was stated, if that ends by then as it does in the log: it ended before its report.
    """
    what = A_TARGET if is_target(fact) else BASELINE if _is_baseline(fact) else ""
    stated = fact.event.date
    of_level = stated if days_of(stated) is not None and days_of(capped(stated, known)) == days_of(fact.date) else None
    when = (fact.period if what == A_TARGET else of_level) or fact.date
    pieces = (fact.event.note or "").split("; ") if is_xml(fact.event.note or "") else []
    pieces = pieces[1:] if what and pieces[:1] == [what] else pieces
    titles, rest = _titles(fact, what, when if what == A_TARGET else stated)
    places, groups = _places_and_groups(fact, rest, pieces)
    comment = "; ".join(pieces[len(groups) :])
    return Told(fact, what, when, titles, places, groups, comment, tuple(documents([fact])))


def _is_baseline(fact: Fact) -> bool:
    """Whether it is of a day or of a year, and its note begins as that of a baseline."""
    days = days_of(fact.event.date)
    of_one = days is not None and (days[0] == days[1] or _YEAR.fullmatch(fact.event.date.text) is not None)
    return of_one and (fact.event.note or "").split("; ")[0] == BASELINE


def _titles(fact: Fact, what: str, when: DateRange) -> tuple[tuple[str, str], str]:
    """The titles of the result and of the indicator, and what stands behind the time in the reference."""
    indicator = fact.indicator or ""
    title = indicator.removesuffix(TARGET) if what == A_TARGET else indicator
    own = without_ordinal(fact.ref or "")
    stem = f"{stem_of(fact.project or '')}{RESULT}/"
    if own.startswith(stem):
        own = own.removeprefix(stem)
        time = "".join(f"/{each}" for each in (what, when.text) if each)
        for found in islice(re.finditer(re.escape(time) + "(?=/|$)", own), TRIED):
            head, rest = own[: found.start()], own[found.end() :]
            # the title of the indicator is whole, is shortened for a target, or is missing
            for place in (len(head) - len(title) - 1, head.find(f"/{title}"), len(head) - 1):
                first, slash, second = head[: max(place, 0)], head[place : place + 1], head[place + 1 :]
                if place >= 0 and slash == "/" and is_xml(head) and _is(indicator, what, first, second):
                    return (first, second), rest
    return (title, title), ""


def _is(indicator: str, what: str, first: str, second: str) -> bool:
    """Whether the indicator of a value is that of these titles."""
    return indicator == (target_of(second or first) if what == A_TARGET else second or first)


def _places_and_groups(fact: Fact, rest: str, pieces: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """The places and the groups of people that stand in a reference; the groups are in the note, too."""
    for number in range(min(len(pieces), TRIED), -1, -1):
        groups = pieces[:number]
        end = "".join(f"/{each}" for each in groups)
        if rest.endswith(end) and all(": " in each for each in groups):
            stated = rest[: len(rest) - len(end)]
            places = [str(fact.location)] if stated == f"/{fact.location}" else stated.split("/")[1:]
            if is_xml("".join(places)) and (places[0] or None if len(places) == 1 else None) == fact.location:
                return places, groups
    return ([] if fact.location is None else [str(fact.location)]), []
