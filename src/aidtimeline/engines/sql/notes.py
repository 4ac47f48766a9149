"""Notes: what the answer to a statement leaves out, and what in it may be more than it seems."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aidtimeline.engines.sql.statement import Statement
from aidtimeline.engines.sql.tables import Tables

PAGE = "docs/sql.md"

_AMOUNTS = {
    "quantity": ("quantity_low", "quantity_high"),
    "value": ("value_low", "value_high"),
}
_ADDS = re.compile("sum|avg|mean|aggr|product|reduce|median|stddev|var")
"""How functions are called that put several amounts together."""

#: What tells amounts apart that must not be added up, and how several of these are called.
_MEASURES = {
    "quantity": (("unit", "units"), ("kind", "kinds")),
    "value": (("currency", "currencies"), ("kind", "kinds")),
}


def notes(statement: Statement, tables: Tables) -> Iterator[str]:
    """The notes on an answer."""
    if "history" in statement.tables:
        yield f"history has a row for each time in which something else was known: they do not add up ({PAGE})"
    elif not statement.tables.isdisjoint(("facts", "facts_at")):
        if statement.tables.isdisjoint(("handed_over", "handed_over_at")) and (number := tables.left_out):
            yield (
                f"facts leaves out what cannot just be added up, on some days at least: of {number:,}"
                f" record{'s' * (number != 1)}; handed_over has it ({PAGE})"
            )
        yield from _mixed(statement, tables)


def _mixed(statement: Statement, tables: Tables) -> Iterator[str]:
    """What a sum adds up that should be kept apart, if the log has several of it."""
    if not any(_ADDS.search(each) for each in statement.functions):
        return
    named = [measure for measure, its in _AMOUNTS.items() if not statement.columns.isdisjoint(its)]
    for measure in named or _MEASURES:  # a star, or another name for a column, may stand for any
        for name, several in _MEASURES[measure]:
            if name not in statement.kept_apart and tables.has_several(measure, name):
                yield f"sums of {measure}_low and {measure}_high may add up different {several}: group by {name}"
