"""The strict decoder: reads whatever a line may be, and says all that is wrong with it.

What this library writes is read without it, by `aidtimeline.codec.quick`; this one reads lines that others wrote, lines
of older versions, and drafts.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from aidtimeline.codec.ids import canonical, digest, record_id
from aidtimeline.codec.jsonlines import NOTHING, parse_object
from aidtimeline.codec.structure import NotStructured, problems_of, structure
from aidtimeline.codec.versions import UPCASTS, Upcasts, bring_up, is_old, misstated
from aidtimeline.errors import InvalidValue, Problem, UnreadableLog, shortened
from aidtimeline.events import Amendment, Event, Record
from aidtimeline.values.converters import to_record_id
from aidtimeline.values.dates import parse_instant

_A_DRAFT = "is this a draft? `aidtimeline record` records it, with its id"
_NOT_EDITED = "a written line is not edited: restore it, and `aidtimeline correct` what it says"

_parse_instant = lru_cache(2**16)(parse_instant)


def decode(line: str | bytes, file: str | None, line_number: int | None, upcasts: Upcasts = UPCASTS) -> Record:
    """The record of a line, as `aidtimeline.codec.decode` says."""
    try:
        found = parse_object(line)
    except InvalidValue as error:
        raise _unreadable([Problem.of_value(None, error, "bad-json")], file, line_number) from None
    id_, recorded_at = found.pop("id", NOTHING), found.pop("recorded_at", NOTHING)
    event, problems = _read(found, upcasts)
    if event is not None:
        problems += misstated(found, event, exactly=True)
    for path, value, convert in (("$.id", id_, to_record_id), ("$.recorded_at", recorded_at, _to_instant)):
        try:
            convert(value)
        except InvalidValue as error:
            missing = value is None or value is NOTHING
            if path == "$.id" and missing and recorded_at is NOTHING:
                error.hint = _A_DRAFT
            problems.append(Problem.of_value(path, error, "missing-field" if missing else "bad-value"))
    if event is None or problems:
        raise _unreadable(problems, file, line_number)
    true_id = digest(canonical(found)) if is_old(found) else record_id(event)
    if id_ != true_id:
        edited = InvalidValue(id_, f"{true_id}, the id of what this line says", _NOT_EDITED)
        raise _unreadable([Problem.of_value("$.id", edited, "id-mismatch")], file, line_number)
    return Record(id_, _to_instant(recorded_at), event, file=file, line=line_number)


def event_from_json(
    found: dict[str, Any], file: str | None, line_number: int | None, upcasts: Upcasts
) -> Event | Amendment:
    """The event of a JSON object, as `aidtimeline.codec.event_from_json` says."""
    event, problems = _read(found, upcasts)
    if event is not None:
        problems += misstated(found, event, exactly=False)
    if event is None or problems:
        raise _unreadable(problems, file, line_number)
    return event


def _to_instant(found: Any) -> datetime:
    return _parse_instant(found) if type(found) is str else parse_instant(found)


def _read(found: dict[str, Any], upcasts: Upcasts) -> tuple[Event | Amendment | None, list[Problem]]:
    problems: list[Problem] = []
    found = bring_up(found, upcasts, problems)
    try:
        return structure(found), problems
    except NotStructured as error:
        return None, shortened([*problems, *problems_of(error, found)])


def _unreadable(problems: list[Problem], file: str | None, line_number: int | None) -> UnreadableLog:
    return UnreadableLog("this line cannot be read:", (each.at(file, line_number) for each in problems))
