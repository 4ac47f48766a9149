"""What a file says less of than the log: that stands."""

from __future__ import annotations

import attrs

from aidtimeline.events import Event, stated
from aidtimeline.formats.readings import Entry
from aidtimeline.values.amounts import ZERO, Money


def yielding(entry: Entry, text: Event) -> Event:
    """The event of an entry, with what the log has of the fields of which its file says less.

    Its value is the file's own, but what may have been counted already stays so, and so does what is part of something.
    """
    event = entry.event
    said = {name: getattr(text, name, None) for name in entry.yields if hasattr(event, name)}
    kept = {name: value for name, value in said.items() if value not in (None, ())}
    if "sources" in kept:
        kept["sources"] = (event.sources[0], *(event.sources[1:] or text.sources[1:]))
    counts_less, worth = kept.pop("value", None), kept.pop("valued", ())
    value, valued = stated(event, "value", Money), list[Money](stated(event, "valued", tuple) or ())
    if value is None:
        kept |= {} if counts_less is None else {"value": counts_less}
        return attrs.evolve(event, **kept)
    stated_before = value, valued
    if any(_in_full(each) == _in_full(value) for each in worth):  # the file only has what the source makes of it
        say = _or_nothing if _may_be_counted(value) else _in_full
        value, valued = say(stated(text, "value", Money) or value), [say(each) for each in worth]
    if counts_less is not None:
        part_of = kept.get("part_of") or event.part_of
        if part_of or _may_be_counted(counts_less) or _may_be_counted(value):
            say = _in_full if part_of else _or_nothing
            value, valued = say(value), [say(each) for each in valued]
    if (value, valued) != stated_before:
        kept |= {"value": value, "valued": valued}
    return attrs.evolve(event, **kept)


def _may_be_counted(value: Money) -> bool:
    """Whether a value may have been counted already: it is nothing to all of it."""
    return not value.amount.is_exact and ZERO.low in (value.amount.low, value.amount.high)


def _in_full(value: Money) -> Money:
    """A value of which it is known what it is part of."""
    whole = value.amount.high or value.amount.low
    return Money(whole, value.currency) if _may_be_counted(value) else value


def _or_nothing(value: Money) -> Money:
    return Money(value.amount.hull(ZERO), value.currency)
