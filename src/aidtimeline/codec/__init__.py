"""Events to lines and back: canonical JSON, content ids, versions and upcasts. Knows nothing of files.

Here is the way in and out: `encode` and `decode`. `structure` reads events from JSON objects, field by field, and
`texts` writes them; `versions` brings old objects up to date; `jsonlines` reads strict JSON, one object a line.

A line is one JSON object (see `aidtimeline.codec.jsonlines` for its limits): `kind`, `v`, `id`, `recorded_at`, then the
fields of the kind in the order of its class. Nulls, empty lists and defaults are left out.

The id is BLAKE2b-128, in hexadecimal, of the canonical JSON of the event alone, without `id` and `recorded_at`: names
sorted, no spaces, UTF-8, quantities in their normal form. So the same event recorded twice is one record, and a line
edited by hand no longer matches its id. A line of an older version was canonical when it was written: its id is
verified before it is upcast, over what the line says, and does not change.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from functools import lru_cache
from typing import Any

from aidtimeline.codec.jsonlines import MAX_DEPTH, MAX_LINE_BYTES, NOTHING, compact, parse_object, too_deep
from aidtimeline.codec.structure import NotStructured, problems_of, structure
from aidtimeline.codec.texts import head, texts
from aidtimeline.codec.versions import UPCASTS, Upcasts, bring_up, is_old, misstated
from aidtimeline.errors import InvalidValue, Problem, UnreadableLog
from aidtimeline.events import Amendment, Correction, Event, Record
from aidtimeline.values.converters import to_record_id
from aidtimeline.values.dates import format_instant, parse_instant

_NOT_EDITED = "written lines are not edited: record a correction"
_NOT_ENCODED = "a line of an older version is copied as it is, not encoded again"

_parse_instant = lru_cache(2**16)(parse_instant)


def encode(record: Record) -> str:
    """A record as its line, without the line end.

    Raises `InvalidValue` if the id is not that of the event, or the line would be longer or deeper than `decode` takes.
    """
    id_, line = encode_new(record.event, format_instant(record.recorded_at))
    if id_ != record.id:
        raise InvalidValue(record.id, f"{id_}, the id of this event", _NOT_ENCODED)
    return line.decode().removesuffix("\n")


def encode_new(event: Event | Amendment, recorded_at: str) -> tuple[str, bytes]:
    """The id of an event, and its line with the line end. `recorded_at` is a text from `format_instant`.

    Raises `InvalidValue` for an event that `decode` would not read again.
    """
    in_order, by_name = texts(_not_too_deep(event))
    id_ = _digest(by_name.encode())
    start = head(event.kind)
    line = f'{in_order[:start]},"id":"{id_}","recorded_at":"{recorded_at}"{in_order[start:]}\n'
    written = line.encode()
    if len(written) > MAX_LINE_BYTES + 1 or (isinstance(event, Correction) and too_deep(line)):
        raise InvalidValue(line, f"a line of at most {MAX_LINE_BYTES} bytes, nested at most {MAX_DEPTH} deep")
    return id_, written


def decode(
    line: str | bytes,
    *,
    file: str | None = None,
    line_number: int | None = None,
    upcasts: Upcasts = UPCASTS,
) -> Record:
    """The record of a line, with or without its line end; its id is verified.

    `file` and `line_number` (from 1) say where the line was found. Raises `UnreadableLog`, with a problem for every
    faulty field.

    >>> line = '{"kind":"status","v":1,"project":"hd-equipment","status":"done"}'
    >>> decode(line, file="2023.jsonl", line_number=7)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    aidtimeline.errors.UnreadableLog: this line cannot be read:
    2023.jsonl:7: error missing-field: $.date: found nothing, expected an EDTF date such as ...
    2023.jsonl:7: error bad-value: $.status: found 'done', expected one of pipeline, implementation, ...
    """
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
            problems.append(Problem.of_value(path, error, "missing-field" if missing else "bad-value"))
    if event is None or problems:
        raise _unreadable(problems, file, line_number)
    true_id = _digest(canonical(found)) if is_old(found) else record_id(event)
    if id_ != true_id:
        edited = InvalidValue(id_, f"{true_id}, the id of what this line says", _NOT_EDITED)
        raise _unreadable([Problem.of_value("$.id", edited, "id-mismatch")], file, line_number)
    return Record(id_, _to_instant(recorded_at), event, file=file, line=line_number)


def event_to_json(event: Event | Amendment) -> dict[str, Any]:
    """An event as a JSON object: `kind` and `v`, then its fields in class order, without nulls, empty lists, defaults.

    Raises `InvalidValue` if corrections are nested deeper than a line can hold.
    """
    found: dict[str, Any] = json.loads(texts(_not_too_deep(event))[0])
    return found


def event_from_json(
    found: dict[str, Any],
    *,
    file: str | None = None,
    line_number: int | None = None,
    upcasts: Upcasts = UPCASTS,
) -> Event | Amendment:
    """The event of a JSON object as `event_to_json` makes it, or of an older version.

    The object may be of a later version than its event needs. Raises `UnreadableLog`, with a problem for every faulty
    field, at `file` and `line_number`.
    """
    event, problems = _read(found, upcasts)
    if event is not None:
        problems += misstated(found, event, exactly=False)
    if event is None or problems:
        raise _unreadable(problems, file, line_number)
    return event


def canonical(fields: dict[str, Any]) -> bytes:
    """What is hashed: the object of `event_to_json` as JSON in UTF-8, with sorted names and no spaces.

    >>> canonical({"v": 1, "kind": "status", "note": "é"}).decode()
    '{"kind":"status","note":"é","v":1}'
    """
    return compact(fields, sort=True).encode()


def record_id(event: Event | Amendment) -> str:
    """The id of a record of this event: 32 hexadecimal digits, a digest of what the event says."""
    return _digest(texts(_not_too_deep(event))[1].encode())


def _digest(said: bytes) -> str:
    return hashlib.blake2b(said, digest_size=16).hexdigest()


def _not_too_deep(event: Event | Amendment) -> Event | Amendment:
    nested, levels = event, 0
    while isinstance(nested, Correction):
        nested, levels = nested.event, levels + 1
        if levels > MAX_DEPTH:
            raise InvalidValue(event.kind, f"corrections nested at most {MAX_DEPTH} deep")
    return event


def _to_instant(found: Any) -> datetime:
    return _parse_instant(found) if type(found) is str else parse_instant(found)


def _read(found: dict[str, Any], upcasts: Upcasts) -> tuple[Event | Amendment | None, list[Problem]]:
    problems: list[Problem] = []
    found = bring_up(found, upcasts, problems)
    try:
        return structure(found), problems
    except NotStructured as error:
        return None, [*problems, *problems_of(error, found)]


def _unreadable(problems: list[Problem], file: str | None, line_number: int | None) -> UnreadableLog:
    return UnreadableLog("this line cannot be read:", (each.at(file, line_number) for each in problems))
