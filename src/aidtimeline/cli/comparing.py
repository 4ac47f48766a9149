"""`diff`: what changed between two views, in parts with their causes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from aidtimeline.cli import rows
from aidtimeline.cli.application import command, show
from aidtimeline.cli.options import FROM_AND_TO, MONEY, NARROWED, SUMS, Question, asking
from aidtimeline.cli.pages import sums_in_words
from aidtimeline.cli.questions import opened, seen, sums_of
from aidtimeline.cli.words import NOTHING, shortener
from aidtimeline.diff import Change, arrow
from aidtimeline.projections import Table
from aidtimeline.timeline import View
from aidtimeline.values.amounts import ZERO, Quantity
from aidtimeline.vocabulary import Vocabulary
from aidtimeline.words import cuts, named


@command("diff", "aidtimeline diff --from-as-of 2023-01-01 --to-as-of 2023-11-28 --where donor=JP")
@asking(*FROM_AND_TO, *SUMS, MONEY, *NARROWED)
def diff(question: Question) -> None:
    """What changed between two views: other dates, other knowledge, or both.

    Each part of the change is told with its cause and the ids of its facts, which explain takes. The parts add up.
    """
    timeline = opened(question)
    before, after = seen(timeline, question.before), seen(timeline, question)
    sums = sums_of(question, after)
    tables = before.replay(sums), after.replay(sums)
    changes = before.diff(after, sums)
    if question.json:
        sides = (_side(view, table, tables) for view, table in zip((before, after), tables, strict=True))
        show([rows.written({"from": next(sides), "to": next(sides), "parts": rows.change_rows(sums.names, changes)})])
        return
    page = _page(sums.names, tables, changes, after.vocabulary, shortener(each.id for each in timeline.records))
    head = [f"what changed: {sums_in_words(question)}", f"from  {_cuts(before)}", f"to    {_cuts(after)}"]
    show([*head, "", *page])


def _cuts(view: View) -> str:
    return cuts(view.as_of, view.known_at, view.recorded_until)


def _side(view: View, table: Table, both: Iterable[Table]) -> rows.Json:
    """One view: its cuts, its rows, and what they come to; null where rows differ in what they count."""
    money = "currency" in table.names
    apart = [at for at, name in enumerate(table.names) if name in ("kind", "currency")]
    counted = {(row.unit, *(row.key[at] for at in apart)) for each in both for row in each.rows}
    total = ZERO
    for row in table.rows:
        total += row.bounds.quantity
    summed = {"low": rows.number(total.low), "high": rows.number(total.high)}
    return {
        **rows.cuts(view.as_of, view.known_at),
        **(summed if len(counted) <= 1 else dict.fromkeys(summed)),
        "rows": rows.money_rows(table) if money else rows.count_rows(table),
    }


def _page(
    names: Sequence[str],
    tables: tuple[Table, Table],
    changes: Iterable[Change],
    vocabulary: Vocabulary,
    short: Callable[[str], str],
) -> Iterator[str]:
    """A line for each sum that changes, and where it changes by more than one part, or in part, a line for each."""
    before, after = ({(row.key, row.unit): row.bounds.quantity for row in table.rows} for table in tables)
    changed = 0
    for (key, unit), parts in groupby(changes, key=lambda change: (change.key, change.unit)):
        changed += 1
        currency = dict(zip(names, key, strict=True)).get("currency")
        was, is_now = before.get((key, unit), ZERO), after.get((key, unit), ZERO)
        name = _name(names, key, vocabulary)
        told = [
            f"{_arrow(part.before, part.after, unit, currency)}: {part.cause}  [{', '.join(map(short, part.ids))}]"
            for part in parts
        ]
        whole = _arrow(was, is_now, unit, currency)
        if len(told) == 1 and told[0].startswith(f"{whole}: "):
            yield f"{name}: {told[0]}"
        else:
            yield f"{name}: {whole}"
            yield from (f"  {each}" for each in told)
    same = len({*before, *after}) - changed
    if not changed:
        yield "nothing"
    elif same:
        yield f"unchanged: {same} other {'row' if same == 1 else 'rows'}"


def _name(names: Sequence[str], key: Iterable[str | None], vocabulary: Vocabulary) -> str:
    values = dict(zip(names, key, strict=True))
    values.pop("currency", None)
    said = [NOTHING if value is None else named(vocabulary, name, value) for name, value in values.items()]
    return ", ".join(said) or "all"


def _arrow(before: Quantity, after: Quantity, unit: str | None, currency: str | None) -> str:
    change = arrow(before, after)
    return f"{currency} {change}" if currency else f"{change} {unit}" if unit else change
