"""Content ids: BLAKE2b-128, in hexadecimal, of what an event says as JSON with sorted names."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from aidtimeline.codec.jsonlines import MAX_DEPTH, compact
from aidtimeline.codec.written import encode_sorted, write
from aidtimeline.errors import InvalidValue
from aidtimeline.events import Amendment, Correction, Event


def canonical(fields: dict[str, Any]) -> bytes:
    """What is hashed: the object of `event_to_json` as JSON in UTF-8, with sorted names and no spaces.

    >>> canonical({"v": 1, "kind": "status", "note": "é"}).decode()
    '{"kind":"status","note":"é","v":1}'
    """
    return compact(fields, sort=True).encode()


def record_id(event: Event | Amendment) -> str:
    """The id of a record of this event: 32 hexadecimal digits, a digest of what the event says.

    Raises `InvalidValue` if corrections are nested deeper than a line can hold.

    >>> from aidtimeline import EventLog
    >>> record = next(EventLog("events").read())
    >>> record_id(record.event) == record.id
    True
    """
    return digest(encode_sorted(write(not_too_deep(event))))


def digest(said: bytes) -> str:
    """The digest of what is hashed."""
    return blake2b(said, digest_size=16).hexdigest()


def not_too_deep(event: Event | Amendment) -> Event | Amendment:
    """The event. Raises `InvalidValue` if corrections are nested deeper than a line can hold."""
    nested, levels = event, 0
    while isinstance(nested, Correction):
        nested, levels = nested.event, levels + 1
        if levels > MAX_DEPTH:
            raise InvalidValue(event.kind, f"corrections nested at most {MAX_DEPTH} deep")
    return event
