"""An answer as one sentence, and what has to be said of it: with labels, bounds, flags and both dates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from aidtimeline.explain import Explanation
from aidtimeline.projections import Bounds, FulfilmentRow, LevelRow, Participations, ProjectStates
from aidtimeline.projections.fulfilment.rows import Key
from aidtimeline.projections.sums.counting import Sums
from aidtimeline.report.explanation import possible_in_words, stated_of
from aidtimeline.report.levels import beyond
from aidtimeline.report.notes import flags_of, plural
from aidtimeline.report.rates import CONVERTED, below_converted, is_converted
from aidtimeline.report.words import FLAGS, amount, at, on
from aidtimeline.semantics.view import Viewed
from aidtimeline.values.amounts import Quantity
from aidtimeline.vocabulary import Vocabulary

LEADS: Mapping[str, str] = {
    "item": "of",
    "indicator": "of",
    "donor": "from",
    "via": "via",
    "recipient": "to",
    "project": "in the project",
    "location": "at",
}
"""The word before the value of a field, in this order; other fields are named."""

Values = Mapping[str, Sequence[str | None]]


def sentence(explanation: Explanation, view: Viewed, made: date) -> str:
    """The answer in words, as of which day, by what was known when: in one sentence."""
    known = f"all that was known {at(made)}" if view.known_at is None else f"what was known {at(view.known_at)}"
    if view.recorded_until is not None:
        known += f", in the log as it stood {at(view.recorded_until)}"
    return f"As of {on(view.as_of)}, {_answered(explanation, view.vocabulary)}, going by {known}."


def _answered(explanation: Explanation, vocabulary: Vocabulary) -> str:
    answer, question = explanation.answer, explanation.question
    if isinstance(answer, FulfilmentRow):
        return _promises(answer, vocabulary)
    if isinstance(answer, LevelRow):
        return _level(answer, vocabulary)
    if isinstance(answer, Bounds):
        what = _summed(explanation, question, vocabulary) if isinstance(question, Sums) else explanation.name
        number = bounds_in_words(answer.quantity, explanation.currency, explanation.unit)
        return f"{what} came to {number}{stated_of(explanation)}"
    return _state(explanation, vocabulary)


def _summed(explanation: Explanation, question: Sums, vocabulary: Vocabulary) -> str:
    """What a sum is of: kinds, and the fields that it is narrowed to."""
    asked: dict[str, Sequence[str | None]] = {name: values for name, values, _ in question.selection.where}
    asked |= {name: [value] for name, value in zip(question.names, explanation.key, strict=False)}
    asked.pop("currency", None)
    kinds = [each for each in asked.pop("kind", question.selection.kinds) if each is not None]
    if len(kinds) == len(question.ALL_KINDS):
        what = "all that states a value" if question.money else "all that states a quantity"
    else:
        what = " and ".join(map(plural, kinds))
    ids = question.selection.ids
    facts = "" if ids is None else f" (only {' and '.join(sorted(ids))})"
    return what + _narrowed(asked, vocabulary) + facts


def _promises(row: FulfilmentRow, vocabulary: Vocabulary) -> str:
    of = {name: [value] for name, value in row.key._asdict().items() if name in Key._fields[1:5] and value is not None}
    outstanding, promised, linked, may_serve = (
        bounds_in_words(each.quantity, row.currency, row.unit)
        for each in (row.outstanding, row.promised, row.linked, row.may_serve)
    )
    return (
        f"{outstanding} were outstanding of {promised} promised in {plural(row.kind)}{_narrowed(of, vocabulary)}"
        f" ({linked} are linked to them, and {may_serve} may serve them)"
    )


def _level(row: LevelRow, vocabulary: Vocabulary) -> str:
    of: dict[str, Sequence[str | None]] = {
        name: [str(value)]
        for name, value in row.thing._asdict().items()
        if name not in ("kind", "unit", "currency", "humanitarian") and value is not None
    }
    what = "the level" if row.kind is None else f"the level of {plural(row.kind)}"
    said = f"{what}{_narrowed(of, vocabulary)} was reported to be"
    said += f" {bounds_in_words(row.reported, row.currency, row.unit)} ({row.day})"
    if row.recorded is None:
        return said
    beside = ", ".join([bounds_in_words(row.recorded, row.currency, row.unit), *beyond(row)])
    return f"{said}, beside which the record has {beside}"


def _state(explanation: Explanation, vocabulary: Vocabulary) -> str:
    key, question = explanation.key, explanation.question
    found: Any = explanation.answer
    if isinstance(question, Participations):
        project, party, role = key
        words = "was" if found == {True} else "may have been"
        return f"{_label(vocabulary, 'party', party)} {words} {role} in {_the_project(vocabulary, project)}"
    answer = possible_in_words(found)
    if isinstance(question, ProjectStates):
        project, name = key
        return f"the {str(name).replace('_', ' ')} of {_the_project(vocabulary, project)} was {answer}"
    return f"{explanation.name} was {answer}"


def _the_project(vocabulary: Vocabulary, slug: str) -> str:
    return f"the project {_label(vocabulary, 'project', slug)}"


def _narrowed(asked: Values, vocabulary: Vocabulary) -> str:
    """The fields that something is narrowed to, with their labels: " of Truck from Japan"."""
    leading = [name for name in LEADS if name in asked]
    others = [name for name in asked if name not in LEADS]
    return "".join(f" {_phrase(name, asked[name], vocabulary)}" for name in (*leading, *others))


def _phrase(name: str, values: Sequence[str | None], vocabulary: Vocabulary) -> str:
    if list(values) == [None]:
        return f"with no {name} stated"
    said = " or ".join(f"no {name}" if value is None else _label(vocabulary, name, value) for value in values)
    lead = LEADS.get(name)
    return f"with the {name} {said}" if lead is None else f"{lead} {said}"


def _label(vocabulary: Vocabulary, name: str, slug: str) -> str:
    slugs = slug.split("+") if name == "via" else [slug]
    return " and ".join(vocabulary.label(name, each) for each in slugs)


def bounds_in_words(bounds: Quantity, currency: str | None = None, unit: str | None = None) -> str:
    """A number within a sentence, with its bounds.

    >>> bounds_in_words(Quantity.parse("2..4")), bounds_in_words(Quantity.parse("~20"), "EUR")
    ('between 2 and 4', 'about EUR 20')
    """
    number = amount(bounds, currency)
    if bounds.high is not None and bounds.low != bounds.high and " to " in number and not number.startswith("up to "):
        about = "about " if bounds.approximate else ""
        low, high = number.removeprefix(about).split(" to ")
        number = f"between {about}{low} and {about}{high}"
    return f"{number} {unit}" if unit else number


def remarks(explanation: Explanation) -> Iterator[str]:
    """What has to be said of the number: that reports contradict each other, and the like."""
    answer: Any = explanation.answer
    if isinstance(answer, Bounds):
        flags = flags_of(answer)
    else:
        approximate = getattr(answer, "approximate", False)
        if isinstance(answer, LevelRow):
            approximate = answer.reported.approximate
        is_set = {"about": approximate, **{flag: getattr(answer, flag, False) for flag in FLAGS if flag != "about"}}
        flags = [flag for flag in FLAGS if is_set[flag]]
    meanings = CONVERTED if is_converted(explanation) else FLAGS
    for flag in flags:
        yield f"{flag.capitalize()}: {meanings[flag]}."
    if is_converted(explanation):
        yield from (f"{line.text[0].upper()}{line.text[1:]}." for line in below_converted(explanation))
