"""Answers as JSON: a contract (README, "JSON"). Nothing here is for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from aidtimeline.diff import Change
from aidtimeline.errors import Problem
from aidtimeline.explain import Explanation, Report
from aidtimeline.projections import Bounds, Part, ProjectState, Series, Table
from aidtimeline.values.amounts import ZERO, Quantity
from aidtimeline.values.dates import DateRange, format_instant

Json = dict[str, Any]


def cuts(as_of: date | None, known_at: date | datetime | None) -> Json:
    """The cuts of a view: as_of is null where every day is told of, known_at where all is known."""
    known = format_instant(known_at) if isinstance(known_at, datetime) else known_at and known_at.isoformat()
    return {"as_of": as_of and as_of.isoformat(), "known_at": known}


def answer(as_of: date | None, known_at: date | datetime | None, rows: list[Json], **more: list[Json]) -> str:
    """One object: the cuts of the view, then the rows, each on a line of its own."""
    return written({**cuts(as_of, known_at), "rows": rows, **more})


def written(answer: Mapping[str, object]) -> str:
    """An object as JSON, each member of its lists on a line; ASCII only, so that no terminal or pipe minds.

    A list in an object of its own is written alike, a step further in.

    >>> print(written({"rows": [{"low": 2}], "as_of": None}))
    {
      "rows": [
        {"low": 2}
      ],
      "as_of": null
    }
    """
    return _object(answer, "")


def _object(answer: Mapping[str, object], margin: str) -> str:
    step = f"{margin}  "
    members = []
    for name, value in answer.items():
        text = json.dumps(value)
        if isinstance(value, list) and value:
            text = f"[\n{step}  " + f",\n{step}  ".join(map(json.dumps, value)) + f"\n{step}]"
        elif isinstance(value, dict) and value:
            text = _object(value, step)
        members.append(f"{step}{json.dumps(name)}: {text}")
    return "{\n" + ",\n".join(members) + f"\n{margin}}}"


def number(value: Decimal | None) -> int | str | None:
    """An integer where it is integral, else decimal text; None is open.

    >>> number(Decimal("30.0")), number(Decimal("11.50")), number(None)
    (30, '11.5', None)
    """
    if value is None:
        return None
    whole = int(value)
    return whole if whole == value else f"{value:f}".rstrip("0")


def count_rows(table: Table) -> list[Json]:
    """Counts: the fields of the key, the unit (null: pieces), the bounds and their flags."""
    return [dict(zip(table.names, row.key, strict=True)) | {"unit": row.unit} | _bounds(row) for row in table.rows]


def money_rows(table: Table) -> list[Json]:
    """Sums of money: kind, currency, the other fields of the key, the bounds and their flags."""
    return [dict(zip(table.names, row.key, strict=True)) | _bounds(row) for row in table.rows]


def _bounds(row: Any) -> Json:
    bounds = row.bounds
    return {
        "low": number(bounds.low),
        "high": number(bounds.high),
        "open": bounds.open,
        "approximate": bounds.approximate,
        "disputed": bounds.disputed,
        "loose": bounds.loose,
    }


def project_rows(states: Mapping[str, ProjectState]) -> list[Json]:
    """Projects: what their state may be, who has which role, and what is announced."""
    return [
        {
            "project": state.project,
            "title": list(state.title),
            "status": list(state.status),
            "planned_start": _texts(state.planned_start),
            "planned_end": _texts(state.planned_end),
            "parties": [{"party": each.party, "role": each.role, "certain": each.certain} for each in state.parties],
            "announced": [
                {
                    "intent": each.intent,
                    "party": each.party,
                    "role": each.role,
                    "item": each.item,
                    "id": each.id,
                }
                for each in state.announced
            ],
        }
        for state in states.values()
    ]


def _texts(dates: Iterable[DateRange | None]) -> list[str | None]:
    return [None if each is None else each.text for each in dates]


def participation_rows(parts: Iterable[Part]) -> list[Json]:
    """Who has which role in which project; certain: in every world."""
    return [
        {"project": each.project, "party": each.party, "role": each.role, "certain": each.certain} for each in parts
    ]


def fact_rows(explanation: Explanation) -> list[Json]:
    """The facts of an explanation with the reports behind each; of a state `states` stands instead of low and high."""
    return [
        {
            "id": each.id,
            "kind": each.event.kind,
            "date": each.date.text,
            "certain": each.certain,
            "disputed": bool(each.disputed),
            **(_amount(each.states) if isinstance(explanation.answer, Bounds) else {"states": _value(each.states)}),
            "sources": [_source(report) for report in each.reports],
        }
        for each in explanation.reasons
    ]


def state_values(values: Iterable[Any]) -> list[Any]:
    """The values that a state may have, null first."""
    return sorted((_value(each) for each in values), key=lambda each: (each is not None, str(each)))


def _amount(states: object) -> Json:
    amount = states if isinstance(states, Quantity) else ZERO
    return {"low": number(amount.low), "high": number(amount.high)}


def _value(value: object) -> object:
    return value.text if isinstance(value, DateRange) else value


def _source(report: Report) -> Json:
    source = report.source
    return {
        "publisher": source.publisher,
        "title": source.title,
        "url": source.url,
        "published": source.published and source.published.text,
        "attribution": source.attribution,
        "date": report.date and report.date.text,
        "quantity": report.quantity and report.quantity.text,
        "value": report.value and report.value.text,
        "record": report.record,
    }


def change_rows(names: Iterable[str], changes: Iterable[Change]) -> list[Json]:
    """The parts of a change: the key of the sum, the cause, the facts, and how low and high change (null: open)."""
    names = tuple(names)
    return [
        {
            **dict(zip(names, each.key, strict=True)),
            **({} if "currency" in names else {"unit": each.unit}),
            "cause": each.cause,
            "ids": list(each.ids),
            "low": number(each.low),
            "high": number(each.high),
            "open": each.open,
        }
        for each in changes
    ]


def series_rows(series: Series) -> list[Json]:
    """Sums over time: the key, the unit (null: pieces), and the steps as day (null: ever), low and high."""
    return [
        {
            **dict(zip(series.names, row.key, strict=True)),
            **({} if "currency" in series.names else {"unit": row.unit}),
            "steps": [
                [day and day.isoformat(), number(low), number(high)]
                for day, low, high in (
                    row.steps.numbers
                    if series.period is None
                    else ((step.day, step.bounds.low, step.bounds.high) for step in row.steps)
                )
            ],
        }
        for row in series.rows
    ]


def problem_rows(problems: Iterable[Problem]) -> list[Json]:
    """Problems: where, how bad, and what."""
    return [
        {
            "file": each.file,
            "line": each.line,
            "severity": each.severity,
            "code": each.code,
            "path": each.path,
            "message": each.message,
            "event_id": each.event_id,
            "hint": each.hint,
        }
        for each in problems
    ]
