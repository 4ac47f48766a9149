"""Events to lines and back: canonical JSON, content ids, versions and upcasts. Knows nothing of files.

Here is the way in and out: `encode` and `decode`. `written` has a struct for each kind, which msgspec writes; `quick`
reads the lines that are just so, and `strict` all others, by `structure`, field by field; `versions` brings old objects
up to date; `jsonlines` reads strict JSON, one object a line.

A line is one JSON object (see `aidtimeline.codec.jsonlines` for its limits): `kind`, `v`, `id`, `recorded_at`, then the
fields of the kind in the order of its class. Nulls, empty lists and defaults are left out.

The id is BLAKE2b-128, in hexadecimal, of the canonical JSON of the event alone, without `id` and `recorded_at`: names
sorted, no spaces, UTF-8, quantities in their normal form. So the same event recorded twice is one record, and a line
edited by hand no longer matches its id. A line of an older version was canonical when it was written: its id is
verified before it is upcast, over what the line says, and does not change.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from aidtimeline.codec import quick
from aidtimeline.codec.ids import canonical, digest, not_too_deep, record_id
from aidtimeline.codec.jsonlines import MAX_DEPTH, MAX_LINE_BYTES, too_deep
from aidtimeline.codec.versions import UPCASTS, Upcasts
from aidtimeline.codec.written import encode_in_order, encode_sorted, write
from aidtimeline.errors import InvalidValue
from aidtimeline.events import Amendment, Correction, Event, Record
from aidtimeline.values.dates import format_instant

if TYPE_CHECKING:
    from cattrs import BaseConverter

C = TypeVar("C", bound="BaseConverter")

__all__ = ["canonical", "configure", "decode", "encode", "encode_new", "event_from_json", "event_to_json", "record_id"]


def __dir__() -> list[str]:
    return __all__


_NOT_ENCODED = "a line of an older version is copied as it is, not encoded again"


def encode(record: Record) -> str:
    """A record as its line, without the line end.

    Raises `InvalidValue` if the id is not that of the event, or the line would be longer or deeper than `decode` takes.

    >>> from aidtimeline import EventLog
    >>> record = next(EventLog("events").read())
    >>> encode(record)[:33], decode(encode(record)) == record
    ('{"kind":"announcement","v":1,"id"', True)
    """
    id_, line = encode_new(record.event, format_instant(record.recorded_at))
    if id_ != record.id:
        raise InvalidValue(record.id, f"{id_}, the id of this event", _NOT_ENCODED)
    return line.decode().removesuffix("\n")


def encode_new(event: Event | Amendment, recorded_at: str) -> tuple[str, bytes]:
    """The id of `event`, and its line with the line end. `recorded_at` is an instant in UTC, as a line writes it.

    Raises `InvalidValue` for an event that `decode` would not read again.

    >>> from aidtimeline import Delivery, Source
    >>> trucks = Delivery(date="2023-11", item="truck", sources=Source(publisher="Rubryka"))
    >>> id_, line = encode_new(trucks, "2026-11-21T00:00:00Z")
    >>> id_ == record_id(trucks), decode(line).event == trucks
    (True, True)
    """
    said = write(not_too_deep(event))
    said.id = id_ = digest(encode_sorted(said))
    said.recorded_at = recorded_at
    line = encode_in_order(said) + b"\n"
    if len(line) > MAX_LINE_BYTES + 1 or (isinstance(event, Correction) and too_deep(line.decode())):
        raise InvalidValue(line.decode(), f"a line of at most {MAX_LINE_BYTES} bytes, nested at most {MAX_DEPTH} deep")
    return id_, line


def decode(
    line: str | bytes,
    *,
    file: str | None = None,
    line_number: int | None = None,
    upcasts: Upcasts = UPCASTS,
) -> Record:
    """The record of `line`, with or without its line end; its id is verified.

    `file` and `line_number` (from 1) say where the line was found; `upcasts` make each older version a newer one.
    Raises `UnreadableLog`, with a problem for every faulty field.

    >>> line = '{"kind":"status","v":1,"project":"hd-equipment","status":"done"}'
    >>> decode(line, file="2023.jsonl", line_number=7)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    aidtimeline.errors.UnreadableLog: this line cannot be read:
    2023.jsonl:7: error missing-field: $.date: found nothing, expected an EDTF date such as ...
    2023.jsonl:7: error bad-value: $.status: found 'done', expected one of pipeline, implementation, ...
    """
    if upcasts is UPCASTS:
        found = quick.record(
            line if isinstance(line, bytes) else line.encode(errors="surrogatepass"), file, line_number
        )
        if found is not None:
            return found
    from aidtimeline.codec import strict  # noqa: PLC0415  (cattrs is slow to load, and most logs do not need it)

    return strict.decode(line, file, line_number, upcasts)


def configure(converter: C) -> C:
    """Teach a cattrs converter events, amendments, records, sources, money, quantities and dates; returns it.

    So they can stand in classes of your own. Each is the JSON that it is in the log: the `kind` of an object tells
    which event it is. A field of the type `Event`, `AnyEvent`, `Amendment`, of one kind, or of a union of kinds, takes
    what the type says. `converter` may be any of cattrs (`cattrs.Converter()`, `cattrs.preconf.json.make_converter()`).

    Reading raises `DataError`, whose `.problems` have paths within the event; cattrs groups it with what else is wrong,
    as it is set to do.

    >>> import attrs, cattrs
    >>> from aidtimeline import AnyEvent, Quantity
    >>> fields = {"event": attrs.field(type=AnyEvent), "checked": attrs.field(type=Quantity)}
    >>> Finding = attrs.make_class("Finding", fields)
    >>> converter = configure(cattrs.Converter(detailed_validation=False))
    >>> event = {"kind": "delivery", "v": 1, "date": "2023", "item": "truck", "sources": [{"publisher": "Rubryka"}]}
    >>> finding = converter.structure({"event": event, "checked": "2..4"}, Finding)
    >>> finding.event.item, converter.unstructure(finding) == {"event": event, "checked": "2..4"}
    ('truck', True)
    >>> converter.structure({"event": event | {"date": "soon"}, "checked": 2}, Finding)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    aidtimeline.errors.DataError: this object cannot be read:
    error bad-value: $.date: found 'soon', expected an EDTF date such as ...
    """
    from aidtimeline.codec.embedding import add_hooks  # noqa: PLC0415  (cattrs is slow to load)

    add_hooks(converter)
    return converter


def event_to_json(event: Event | Amendment) -> dict[str, Any]:
    """An event as a JSON object: `kind` and `v`, then its fields in class order, without nulls, empty lists, defaults.

    Raises `InvalidValue` if corrections are nested deeper than a line can hold.

    >>> from aidtimeline import Delivery, Source
    >>> event_to_json(Delivery(date="2023-11", item="truck", sources=Source(publisher="Rubryka")))
    {'kind': 'delivery', 'v': 1, 'date': '2023-11', 'item': 'truck', 'sources': [{'publisher': 'Rubryka'}]}
    """
    found: dict[str, Any] = json.loads(encode_in_order(write(not_too_deep(event))))
    return found


def event_from_json(
    found: dict[str, Any],
    *,
    file: str | None = None,
    line_number: int | None = None,
    upcasts: Upcasts = UPCASTS,
) -> Event | Amendment:
    """The event of a JSON object as `event_to_json` makes it, or of an older version.

    The object, `found`, may be of a later version than its event needs. `upcasts` make each older version a newer one.
    Raises `UnreadableLog`, with a problem for every faulty field, at `file` and `line_number` (from 1).

    >>> found = {"kind": "status", "v": 1, "date": "2023", "project": "hd-equipment", "status": "implementation"}
    >>> event_from_json(found | {"sources": [{"publisher": "Rubryka"}]}).status
    'implementation'
    >>> event_from_json(found, file="2023.jsonl", line_number=7)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    aidtimeline.errors.UnreadableLog: ...
    """
    from aidtimeline.codec import strict  # noqa: PLC0415

    return strict.event_from_json(found, file, line_number, upcasts)
