"""Answers as JSON: a contract (README, "JSON"). Nothing here is for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from aidtimeline.dates import DateRange, format_instant
from aidtimeline.errors import Problem
from aidtimeline.projections import Part, ProjectState, Table

Json = dict[str, Any]


def answer(as_of: date, known_at: date | datetime | None, rows: list[Json], **more: list[Json]) -> str:
    """One object: the cuts of the view, then the rows, each on a line of its own."""
    known = format_instant(known_at) if isinstance(known_at, datetime) else known_at and known_at.isoformat()
    return written({"as_of": as_of.isoformat(), "known_at": known, "rows": rows, **more})


def written(answer: Mapping[str, object]) -> str:
    """An object as JSON, each member of its lists on a line; ASCII only, so that no terminal or pipe minds.

    >>> print(written({"rows": [{"low": 2}], "as_of": None}))
    {
      "rows": [
        {"low": 2}
      ],
      "as_of": null
    }
    """
    members = []
    for name, value in answer.items():
        text = json.dumps(value)
        if isinstance(value, list) and value:
            text = "[\n    " + ",\n    ".join(map(json.dumps, value)) + "\n  ]"
        members.append(f"  {json.dumps(name)}: {text}")
    return "{\n" + ",\n".join(members) + "\n}"


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
