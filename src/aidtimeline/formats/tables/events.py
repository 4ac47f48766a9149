"""Reading what a mapping says of an event."""

from __future__ import annotations

from functools import partial
from typing import Any

from aidtimeline.errors import InvalidValue
from aidtimeline.formats.tables.conditions import Condition
from aidtimeline.formats.tables.faults import Reader
from aidtimeline.formats.tables.fields import FieldReader, conditions, few, text
from aidtimeline.formats.tables.mapping import Each, EventMapping, Template
from aidtimeline.formats.tables.values import FIELDS, KINDS
from aidtimeline.values.converters import to_flag

EACH_EVENT = "a table for each event of a row, such as [event.delivered]"

_ALL_FIELDS = frozenset().union(*FIELDS.values())
_OWN = ("kind", "needs", "where", "unless", "key", "each", "restated")
_EACH = (
    "columns, a list of JSON, or a text to split: "
    '{ columns = ["20*"] }, { list = "awards" }, { split = "{Items}", by = ";" }'
)


def event(fields: FieldReader, name: str, found: Any, key: str) -> EventMapping | None:
    """How one event of a row is made, or None if that cannot be said for its faults."""
    if not isinstance(found, dict):
        raise InvalidValue(found, EACH_EVENT)
    faults = fields.faults
    cls = KINDS.get(str(found.get("kind")))
    own: Reader = lambda each, under: conditions(each, under, faults)  # noqa: E731
    readers: dict[str, Reader] = {
        "kind": partial(fields.one, name="kind"),
        "needs": lambda each, _: tuple(Condition.of(column, ("*",)) for column in few(each)),
        "where": own,
        "unless": own,
        "key": lambda each, _: few(each),
        "each": lambda each, under: _each(fields, each, under),
        "restated": lambda each, _: to_flag(each),
        **{
            each: partial(fields.several, name=each, cls=cls)
            for each in sorted(FIELDS[cls.kind] if cls else _ALL_FIELDS)
        },
    }
    needed = dict.fromkeys(("kind", "date"), "a text, or {Column}")
    values = faults.table(key, found, readers, needed, f" for a {cls.kind}" if cls else "")
    own_values = {each: values.pop(each) for each in _OWN if each in values}
    if "kind" not in own_values:
        return None
    needs, where = own_values.pop("needs", ()), own_values.pop("where", ())
    holding = fields.conditions_of((*needs, *where), own_values.pop("unless", ()))
    return EventMapping(name=name, conditions=holding, **own_values, fields=values)


def _each(fields: FieldReader, found: Any, key: str) -> Each:
    if not isinstance(found, dict):
        raise InvalidValue(found, _EACH)
    readers: dict[str, Reader] = {
        "columns": lambda each, _: few(each),
        "without": lambda each, _: few(each),
        "list": lambda each, _: text(each),
        "split": lambda each, _: Template.parse(text(each)),
        "by": lambda each, _: few(each),
    }
    values = fields.faults.table(key, found, readers)
    if sum(name in values for name in ("columns", "list", "split")) != 1:
        raise InvalidValue(found, _EACH)
    if ("by" in values) != ("split" in values) or ("without" in values and "columns" not in values):
        raise InvalidValue(found, _EACH)
    if not all(values.get("by", ("",))) and "by" in values:
        raise InvalidValue("", "a text between the parts")
    return Each(**values)
