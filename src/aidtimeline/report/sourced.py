"""Who reports what a row is of: the sources of its facts, whole, for files and data frames."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

from aidtimeline.projections.sums.beside import MOST_FACTS, Reports
from aidtimeline.report.columns import COUNT, SAID, Column
from aidtimeline.semantics import Fact
from aidtimeline.semantics.view import Viewed


def reports_by(
    view: Viewed | None, facts: Iterable[Fact], keys_of: Callable[[Fact], Iterable[Hashable]], *, money: bool = False
) -> Mapping[Hashable, Reports]:
    """The reports of facts by key, as beside sums: named where a key has up to `MOST_FACTS` facts."""
    found: dict[Hashable, list[Fact]] = defaultdict(list)
    for fact in facts:
        for key in keys_of(fact):
            found[key].append(fact)
    known_at = None if view is None else view.known_at
    return {
        key: Reports(len(each), None) if len(each) > MOST_FACTS else Reports.of(each, known_at, money=money)
        for key, each in found.items()
    }


def sourced(reports: Callable[[Any], Reports | None]) -> list[Column]:
    """The columns that say of how many facts a row is, and who reports them."""

    def part(get: Callable[[Reports], Any]) -> Callable[[Any], Any]:
        return lambda row: None if (found := reports(row)) is None else get(found)

    return [
        Column("facts", COUNT, get=part(lambda found: found.facts)),
        Column("sources", SAID, get=part(lambda found: found.said)),
    ]
