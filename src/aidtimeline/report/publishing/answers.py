"""What a page shows of projects, promises and levels: finished answers, by knowledge and day.

There is one for each day of knowledge and each day on which anything changes, up to a number; beyond it, on some of
these days, and the page says which.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from attrs import Factory, define

from aidtimeline.projections import Bounds, FulfilmentRow, LevelRow, ProjectState
from aidtimeline.report.levels import beyond
from aidtimeline.report.publishing.sums import number
from aidtimeline.report.words import amount, in_short, named, possible, reports
from aidtimeline.timeline import Timeline, View
from aidtimeline.values.dates import DateRange

MOST, LEAST = 600, 12
"""So many pairs of days are answered at most and at least."""

ROWS = 30_000
"""So many rows all answers have together, about; with more rows on the last day, fewer pairs of days are answered."""


@define
class AnswersOfPage:
    """Finished answers: each row once in `pool`, and for each section the rows by day of knowledge and day."""

    known: list[date | None]
    valid: list[date]
    pool: list[Any] = Factory(list)
    sections: dict[str, list[list[list[int]]]] = Factory(dict)
    _numbers: dict[str, int] = Factory(dict)

    @classmethod
    def of(cls, timeline: Timeline, known: Sequence[date], valid: Sequence[date]) -> AnswersOfPage:
        """The answers of a log; all days are inclusive, and the last of knowledge has no cut.

        Of days, the beginning of time is one too: what has no first day may have happened on any. If only some days
        are kept, the first day of knowledge is among them, so that no answer stands for one of nothing.
        """
        first = known[:1]
        last = timeline.as_of(valid[-1]) if valid else None
        rows = sum(len(answer(last)) for answer in SECTIONS.values()) if last is not None else 0
        allowed = min(MOST, max(LEAST, ROWS // max(1, rows)))
        while len(known) * len(valid) > allowed and max(len(known), len(valid)) > 2:
            known, valid = (known, _half(valid)) if len(valid) >= len(known) else (_half(known), valid)
        made = cls([*sorted({*first, *known}), None], [date.min, *(day for day in valid if day != date.min)])
        made.sections = {name: [] for name in SECTIONS}
        for at in made.known:
            for name in SECTIONS:
                made.sections[name].append([])
            for day in made.valid:
                view = timeline.as_of(day, known_at=at)
                for name, answer in SECTIONS.items():
                    made.sections[name][-1].append([made._once(row) for row in answer(view)])
        return made

    def _once(self, found: Any) -> int:
        text = json.dumps(found, sort_keys=True)
        if text not in self._numbers:
            self._numbers[text] = len(self.pool)
            self.pool.append(found)
        return self._numbers[text]

    def json(self) -> dict[str, Any]:
        """The days, with 0 for no cut, and the answers."""
        return {
            "known": [number(each) for each in self.known],
            "valid": [number(each) for each in self.valid],
            "pool": self.pool,
            **self.sections,
        }


def _half(days: Sequence[date]) -> Sequence[date]:
    """Every other day, the last one among them."""
    return days[::-1][::2][::-1]


def _projects(view: View) -> list[dict[str, str]]:
    return [_project(view, state) for state in view.projects()]


def _project(view: View, state: ProjectState) -> dict[str, str]:
    label = view.vocabulary.label
    parties = "; ".join(
        f"{each.role}: {'' if each.certain else 'possibly '}{named(view.vocabulary, 'party', each.party)}"
        for each in state.parties
    )
    found = {
        "name": possible(state.title) or label("project", state.project),
        "project": state.project,
        "status": possible(state.status),
        "start": possible(state.planned_start),
        "end": possible(state.planned_end),
        "parties": parties,
        "loose": "loose" if state.loose else "",
    }
    return {name: text for name, text in found.items() if text}


def _fulfilment(view: View) -> list[dict[str, Any]]:
    return [_promise(view, row) for row in view.fulfilment()]


def _promise(view: View, row: FulfilmentRow) -> dict[str, Any]:
    label = view.vocabulary.label
    who = " → ".join(label(name, slug) for name, slug in (("donor", row.donor), ("recipient", row.recipient)) if slug)
    what = " ".join(filter(None, (row.currency or (row.item and label("item", row.item)), row.unit)))
    amounts = ("promised", "linked", "may_serve", "outstanding", "overdue", "over_delivered")
    flags = {"disputed": row.disputed, "about": row.approximate, "loose": row.loose}
    return {
        "kind": row.kind,
        "who": who,
        "what": what or "not specified",
        "project": row.project and label("project", row.project),
        "due": " or ".join(str(DateRange.parse(due)) for due in row.due),
        "flags": [name for name, is_set in flags.items() if is_set],
        **{name: _text(getattr(row, name)) for name in amounts},
        "bars": {name: _pair(getattr(row, name)) for name in ("promised", "linked", "may_serve")},
    }


def _text(bounds: Bounds | None) -> str | None:
    return None if bounds is None else in_short(Bounds(bounds.low, bounds.high))


def _pair(bounds: Bounds) -> list[float | None]:
    """Bounds as numbers to draw: no more exact than a picture."""
    return [float(bounds.low), None if bounds.high is None else float(bounds.high)]


def _levels(view: View) -> list[dict[str, str]]:
    return [_level(view, row) for row in view.levels()]


def _level(view: View, row: LevelRow) -> dict[str, str]:
    unit = f" {row.unit}" if row.unit else ""

    def words(found: Any) -> str:
        return "" if found is None else f"{amount(found, row.currency)}{unit}"

    found = {
        "of": row.thing.words,
        "day": str(row.day),
        "reported": words(row.reported),
        "recorded": words(row.recorded),
        "note": ", ".join(beyond(row)),
        "reports": reports(row.facts, view.known_at, money=row.currency is not None),
    }
    return {name: text for name, text in found.items() if text}


SECTIONS: Mapping[str, Callable[[View], list[dict[str, str]]]] = {
    "projects": _projects,
    "fulfilment": _fulfilment,
    "levels": _levels,
}
"""The sections of finished answers."""
