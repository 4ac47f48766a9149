"""The chart of counts and of sums of money: a bar for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aidtimeline.projections import Table
from aidtimeline.projections.dated import DATED
from aidtimeline.projections.fields import Condition
from aidtimeline.projections.sums.counting import Sums
from aidtimeline.report.charts.parts import Bar, BarPanel, Chart, Row, worded
from aidtimeline.report.frame import label
from aidtimeline.report.keyed import KeyedLook
from aidtimeline.report.notes import flags_of
from aidtimeline.report.sums import SumsLook
from aidtimeline.report.words import NOTHING, converted
from aidtimeline.vocabulary import Vocabulary

DONE: Mapping[str, str] = {
    "announcement": "announced",
    "pledge": "pledged",
    "commitment": "committed",
    "disbursement": "paid",
    "receipt": "received",
    "expenditure": "spent",
    "delivery": "delivered",
    "training": "trained",
}
"""What was done, by kind of event."""

PROMISES = frozenset({"announcement", "pledge", "commitment"})


def chart(look: SumsLook, notes: Sequence[str], cuts: str, sources: Sequence[str]) -> Chart:
    """A bar for each sum, with one axis for each unit or currency."""
    table: Table = look.result
    rows: dict[str | None, list[Row]] = defaultdict(list)
    for row in table.rows:
        measure = row.currency if table.money else row.unit
        words = worded(row.bounds, flags_of(row.bounds), look.currency_of(row), None if table.money else row.unit)
        hue = "promised" if _kinds(look, row) <= PROMISES else "done"
        rows[measure].append(Row(*names(look, row), [Bar(row.low, row.high, words, hue=hue, about=row.approximate)]))
    panels = [BarPanel(measure, found) for measure, found in rows.items()]
    return Chart(title(look), panels, notes, cuts, sources)


def _kinds(look: SumsLook, row: Any) -> frozenset[str]:
    if "kind" in look.result.names:
        return frozenset({row.kind})
    question = look.result.question
    return frozenset(question.selection.kinds) if isinstance(question, Sums) else frozenset({"delivery"})


def names(look: KeyedLook[Any], row: Any) -> tuple[str, str]:
    """The labels of a row's key, and its slugs; of a key without values "all"."""
    values = [
        (name, value)
        for name, value in zip(look.result.names, row.key, strict=True)
        if not (look.result.money and name == "currency")
    ]
    known = look.vocabulary
    labels = [
        (DONE.get(value, value) if name == "kind" else label(known, name, value)) or unsaid(name)
        for name, value in values
    ]
    slugs = [value or unsaid(name) for name, value in values]
    return " · ".join(labels) or "all", " · ".join(slugs) or "all"


def unsaid(name: str) -> str:
    """The label of no value: of a period a dash, which a note explains."""
    return NOTHING if name in DATED else f"no {name.replace('-', ' ')}"


def title(look: KeyedLook[Any]) -> str:
    """What is summed, in plain words: "Delivered, by item, where donor is Japan"."""
    question = look.result.question
    if not isinstance(question, Sums):
        return type(question).__name__ if question is not None else "Sums"
    done = [DONE.get(each, each) for each in question.selection.kinds]
    what = "all kinds" if len(done) == len(question.ALL_KINDS) else " and ".join(done)
    what = f"Money: {what}" if question.money else what[:1].upper() + what[1:]
    by = f", by {' and '.join(each.replace('-', ' ') for each in question.by)}" if question.by else ""
    return what + by + converted(question) + narrowed(look.vocabulary, question.selection.where)


def narrowed(vocabulary: Vocabulary, where: Iterable[Condition]) -> str:
    """The conditions of a question in words, with labels, after a comma; empty if there are none."""
    conditions = [
        f"{name.replace('-', ' ')} is {' or '.join(label(vocabulary, name, each) or 'empty' for each in values)}"
        for name, values, _ in where
    ]
    return f", where {' and '.join(conditions)}" if conditions else ""
