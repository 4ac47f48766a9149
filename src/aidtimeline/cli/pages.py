"""Sums as a person reads them: tables under both dates of the view, each number with the reports behind it."""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from attrs import frozen

from aidtimeline.cli.options import Question, Where
from aidtimeline.cli.words import NOTHING, reports
from aidtimeline.projections import Bounds, Counts, MoneySums, Row
from aidtimeline.projections.sums import adds_to
from aidtimeline.semantics import Fact
from aidtimeline.text.tables import GAP, Column, cells_wide, table
from aidtimeline.timeline import View
from aidtimeline.values.amounts import Money
from aidtimeline.words import cuts

#: Slugs stand with their labels where that leaves so much room for the reports, in cells of a terminal.
ROOM_FOR_REPORTS = 40

#: What is said of a number, and what that means; the meaning is shown under a table that says so.
FLAGS: dict[str, tuple[Callable[[Bounds], bool], str]] = {
    "disputed": (
        lambda bounds: bounds.disputed,
        "reports contradict each other, and the bounds span what they say",
    ),
    "about": (
        lambda bounds: bounds.approximate,
        "a report says “about”, and the bounds hold as far as that does",
    ),
    "loose": (
        lambda bounds: bounds.loose,
        "the truth lies within the bounds, but they may be wider than need be",
    ),
}

#: What is told twice, by the field that says so.
LEFT_OUT = {"side": "told in receivers' books", "part-of": "told as part of another flow or project"}


@frozen
class Paper:
    """What pages are written on: a view, and its room, in cells of a terminal (None: any)."""

    view: View
    width: int | None


def paper_for(view: View) -> Paper:
    """A page as wide as the terminal, or as $COLUMNS says; as wide as it takes where there is neither."""
    terminal = sys.stdout is not None and sys.stdout.isatty()
    told = os.environ.get("COLUMNS", "").isdecimal()
    return Paper(view, shutil.get_terminal_size().columns if terminal or told else None)


def heading(view: View, what: str) -> Iterator[str]:
    """What is shown, and both dates of the view."""
    yield what
    yield cuts(view.as_of, view.known_at, view.recorded_until)


def sums_in_words(question: Question) -> str:
    """What is summed, by what, and what it is narrowed to."""
    kinds = " and ".join(question.kinds)
    what = f"money under {kinds or 'every kind with a value'}" if question.money else kinds or "delivery"
    by = (() if question.money else ("item",)) if question.by is None else question.by
    return what + (f" by {' and '.join(by)}" if by else ", in all") + narrowed(question.where)


def narrowed(where: Where) -> str:
    """What an answer is narrowed to.

    >>> narrowed({"item": ("truck", None)})
    ', where item is truck or empty'
    """
    conditions = [f"{name} is {' or '.join(value or 'empty' for value in values)}" for name, values in where.items()]
    return f", where {' and '.join(conditions)}" if conditions else ""


def counts(paper: Paper, question: Counts) -> Iterator[str]:
    """How many of what, and who says so."""
    return _sums(paper, question, lambda fact: fact.unit, Column("number", "right"), lambda row: str(row.bounds))


def money(paper: Paper, question: MoneySums) -> Iterator[str]:
    """How much money in which currency, and who says so."""
    currency = question.names.index("currency")

    def amount(row: Row) -> str:
        return str(Money(row.bounds.quantity, row.key[currency] or ""))

    return _sums(paper, question, lambda fact: None, Column("amount", "right"), amount)


def _sums(
    paper: Paper,
    question: Counts | MoneySums,
    unit: Callable[[Fact], str | None],
    number: Column,
    say: Callable[[Row], str],
) -> Iterator[str]:
    view = paper.view
    rows = view.replay(question).rows
    if not rows:
        yield "Nothing: no such fact with a number had happened by then, for all that was reported."
        yield from _left_out(view, question)
        return
    behind: dict[tuple[tuple[str | None, ...], str | None], list[Fact]] = defaultdict(list)
    for fact in view.facts:
        if adds_to(question, fact):
            behind[question.key(fact), unit(fact)].append(fact)

    names = [name for name in question.names if name != "currency"]
    columns = [column for name in names for column in (Column(name), Column("label"))]
    columns += [number, Column("unit"), Column("note"), Column("reports", wrap=True)]
    cells = []
    used: dict[str, None] = {}
    for row in rows:
        key = dict(zip(question.names, row.key, strict=True))
        flags = [flag for flag, (applies, _) in FLAGS.items() if applies(row.bounds)]
        used.update(dict.fromkeys(flags))
        slugs = [cell for name in names for cell in slug_and_label(view, name, key[name])]
        said = reports(behind[row.key, row.unit], view.known_at)
        cells.append([*slugs, say(row), row.unit or "", ", ".join(flags), said])
    if not _room_for_labels(columns, cells, paper.width):
        for line in cells:
            line[1 : 2 * len(names) : 2] = [""] * len(names)
    yield from table(columns, cells, paper.width)
    for flag in used:
        yield f"{flag}: {FLAGS[flag][1]}"
    yield from _left_out(view, question)


def _left_out(view: View, question: Counts | MoneySums) -> Iterator[str]:
    """What sums of money leave out, since another fact tells of it too."""
    if isinstance(question, MoneySums):
        valued = (fact for fact in view.facts if fact.value is not None and fact in question.selection)
        times = Counter(map(question.told_twice, valued))
        for field, what in LEFT_OUT.items():
            if times[field]:
                yield f"left out, lest money count twice: {times[field]} {what} (--by {field} shows them)"


def slug_and_label(view: View, name: str, slug: str | None) -> tuple[str, str]:
    """The cells for one value of a key: the slug, and its label where it has one."""
    if slug is None:
        return NOTHING, ""
    slugs = slug.split("+") if name == "via" else [slug]
    labels = [view.vocabulary.label(name, each) for each in slugs]
    return slug, "" if labels == slugs else " + ".join(labels)


def _room_for_labels(columns: list[Column], cells: list[list[str]], width: int | None) -> bool:
    taken = [
        max(cells_wide(text) for text in (column.head, *texts))
        for column, *texts in zip(columns, *cells, strict=True)
        if any(texts)
    ]
    return width is None or sum(taken[:-1]) + len(GAP) * len(taken[:-1]) + ROOM_FOR_REPORTS <= width
