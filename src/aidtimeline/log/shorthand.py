"""What a draft may write shorter than a line of the log: defaults of its file, and money as text.

The first line of a file of drafts may be `{"defaults": {…}}`. Each draft of the file takes from it what it does not
have itself, of the fields that its kind has; a field that is null is one that it has. Drafts of events and
corroborations do: they say what somebody reported. Corrections and retractions, and the event within a correction, take
nothing, since a source makes news of what is otherwise a repair.

Money may be a text: `"value": "USD 4500000"`, `"valued": ["EUR 4..5"]`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, cast

import attrs
from attrs import frozen

from aidtimeline.errors import InvalidValue
from aidtimeline.events import EVENT_KINDS, KINDS, Corroboration
from aidtimeline.text.nearest import did_you_mean
from aidtimeline.text.safe import printable
from aidtimeline.values.amounts import Money

DEFAULTS = "defaults"
"""The name by which a line of defaults is known."""

MAX_DEFAULTS = 2**12
"""The longest line of defaults, in bytes: each draft of the file is made longer by what it takes."""

FILLED = (*EVENT_KINDS, Corroboration.kind)
"""The kinds whose drafts take defaults."""

_LONGEST = 40
_NAMING = ("date", "item", "indicator", "party", "role", "status", "project", "value")
_MOST_NAMED = 3


@cache
def fields_of(kind: str) -> tuple[str, ...]:
    """The fields of a kind, in the order of a line; none of an unknown one."""
    of_kind: Any = KINDS.get(kind)
    return () if of_kind is None else tuple(each.name for each in attrs.fields(of_kind))


@cache
def _defaultable() -> tuple[str, ...]:
    return tuple(dict.fromkeys(("kind", *(name for kind in FILLED for name in fields_of(kind)))))


@frozen
class Defaults:
    """What the drafts of a file take where they say nothing themselves; `line` is where it stands."""

    line: int | None
    fields: Mapping[str, Any]

    def fill(self, draft: dict[str, Any]) -> frozenset[str]:
        """Give a draft what it lacks, and return the names of that.

        >>> draft = {"kind": "status", "donor": None}
        >>> names = Defaults(1, {"date": "2023", "item": "truck", "donor": "JP"}).fill(draft)
        >>> sorted(names), draft
        (['date'], {'kind': 'status', 'donor': None, 'date': '2023'})
        """
        kind = draft.get("kind", self.fields.get("kind"))
        known = fields_of(kind) if isinstance(kind, str) and kind in FILLED else ()
        names = [name for name in self.fields if name not in draft and (name in known or name == "kind")]
        draft.update((name, copy.deepcopy(self.fields[name])) for name in names)
        return frozenset(names)


def read_defaults(found: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[str, InvalidValue, str]]]:
    """The fields of a line of defaults, and what is wrong with it: the path, the error and the code of each fault.

    >>> fields, faults = read_defaults({"defaults": {"donr": "JP", "date": "2023"}})
    >>> fields, [(path, str(error)) for path, error, _ in faults]
    ({'date': '2023'}, [('$.defaults.donr', "found 'donr', expected a field of drafts (did you mean 'donor'?)")])
    """
    fields, faults = found[DEFAULTS], []
    for name in found:
        if name != DEFAULTS:
            faults.append((f"$.{name}", InvalidValue(name, "nothing beside the defaults"), "unknown-field"))
    if not isinstance(fields, dict):
        return {}, [*faults, (f"$.{DEFAULTS}", InvalidValue(fields, "an object of fields"), "bad-value")]
    known = _defaultable()
    for name in fields:
        if name not in known:
            unknown = InvalidValue(name, "a field of drafts", did_you_mean(name, known))
            faults.append((f"$.{DEFAULTS}.{name}", unknown, "unknown-field"))
    return {name: value for name, value in fields.items() if name in known}, faults


def expand_money(draft: dict[str, Any]) -> Iterator[tuple[str, InvalidValue]]:
    """Make objects of the texts of a draft that are money; yields the path and the error of each that is not.

    >>> draft = {"kind": "pledge", "value": "USD 4..5", "valued": ["4"]}
    >>> [path for path, error in expand_money(draft)], draft["value"]
    (['$.valued[0]'], {'amount': '4..5', 'currency': 'USD'})
    """
    path, fields = "$", cast(Any, draft)
    while isinstance(fields, dict):
        valued = fields.get("valued")
        if valued is None and not isinstance(fields.get("value"), str):  # most drafts have none
            path, fields = f"{path}.event", fields.get("event")
            continue
        places: list[tuple[Any, Any, str]] = [(fields, "value", f"{path}.value")]
        if isinstance(valued, list):
            places += [(valued, at, f"{path}.valued[{at}]") for at in range(len(valued))]
        for holder, at, where in places:
            text = holder.get(at) if holder is fields else holder[at]
            if isinstance(text, str):
                money = Money.parse("USD 0")  # in place of a fault, so that the rest of the draft is read
                try:
                    money = Money.parse(text)
                except InvalidValue as error:
                    yield where, error
                holder[at] = {"amount": money.amount.json, "currency": money.currency}
        path, fields = f"{path}.event", fields.get("event")


def described(draft: Mapping[str, Any], label: object = None, of: object = None) -> str | None:
    """Which draft is meant, in a few words: its label, its kind, and what else tells it from others.

    `of` is what an amendment names, if that is not what the draft has there now.

    >>> described({"kind": "delivery", "date": "2023-11", "item": "truck", "quantity": "a few"}, "first")
    '@first, delivery 2023-11 truck'
    >>> described({"kind": "correction", "of": "3a79391099a76756c5f3b3688ab11221"})
    'correction of 3a793910'
    """
    of = draft.get("of") if of is None else of
    naming = [draft[name] for name in _NAMING if isinstance(draft.get(name), str)][:_MOST_NAMED]
    about = ["of", of[:8]] if isinstance(of, str) and of else []
    words = [each for each in (draft.get("kind"), *about, *naming) if isinstance(each, str)]
    what = " ".join(_short(each) for each in words)
    return ", ".join(filter(None, (f"@{_short(label)}" if isinstance(label, str) else "", what))) or None


def _short(text: str) -> str:
    return printable(text if len(text) <= _LONGEST else text[:_LONGEST] + "…")
