"""Versions of the kinds, and how an object of an older version is brought up to date.

Each kind has its own `v`: the first version that has all that the event states. So a field that is new raises `v` only
where it is used, and all other lines stay as they were, to the byte. To add an optional field: put it into `_ADDED`. To
change a kind otherwise: give it one new number in `VERSIONS`, and add to `UPCASTS`, under the kind and each number that
is no longer written, a pure function from an object of that version (without its `v`) to one of the next. Written lines
stay as they are, and keep their ids.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from typing import Any, TypeAlias

import attrs

from aidtimeline.codec.jsonlines import MAX_DEPTH, NOTHING, Token
from aidtimeline.errors import InvalidValue, Problem
from aidtimeline.events import KINDS, Amendment, Booked, Correction, Event
from aidtimeline.text.nearest import did_you_mean
from aidtimeline.values.shares import Shares

Upcasts: TypeAlias = Mapping[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]]

VERSIONS: dict[str, range] = dict.fromkeys(KINDS, range(1, 4))
"""The versions of each kind that are written."""

UPCASTS: Upcasts = {}
"""None has been needed so far."""

_ADDED: Mapping[int, Mapping[str, tuple[str, ...]]] = {
    3: {"": ("scope", "aid_type", "tied", "period", "counterpart")},
    2: {
        "": ("overlaps", "sector", "humanitarian", "valued", "part_of"),
        "cancellation": ("item", "quantity", "unit", "value"),
        "observation": ("value", "of_kind"),
    },
}
"""The fields that a version added: to all kinds that have them, and to one. (Those with books had `part_of`.)"""


def version_of(said: Any) -> int:
    """The first version of its kind that has all that an event states, or the struct that it is written as.

    >>> from aidtimeline import Delivery, Source
    >>> trucks = Delivery(date="2023", item="truck", location="KE", sources=Source(publisher="Rubryka"))
    >>> version_of(trucks), version_of(attrs.evolve(trucks, location={"KE": 60, "UG": 40}))
    (1, 2)
    """
    cls: Any = type(said)  # mypy does not know that classes can be hashed
    for version, added, unstated in _added(cls):
        if added(said) != unstated:
            return version
    if type(getattr(said, "location", None)) in _SHARES:
        return 2
    for source in said.sources or ():
        if source.archived is not None:
            return 2
    return 1


_SHARES = (Shares, dict)


@functools.cache
def _added(cls: Any) -> tuple[tuple[int, Callable[[Any], object], object], ...]:
    """Of each version, the last first: what reads the fields that it added, and what that gives if none is stated."""
    of_kind = KINDS[cls.kind]
    unstated = {each.name: each.default if issubclass(cls, of_kind) else None for each in attrs.fields(of_kind)}
    if issubclass(of_kind, Booked):
        del unstated["part_of"]
    found = []
    for version, added in _ADDED.items():
        names = [name for name in unstated if name in {*added[""], *added.get(cls.kind, ())}]
        if names:
            values = tuple(unstated[name] for name in names)
            found.append((version, attrgetter(*names), values if len(names) > 1 else values[0]))
    return tuple(found)


# What a function may raise on a line that was edited by hand.
_STUMBLES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def known_versions(kind: str, upcasts: Upcasts) -> range:
    """The versions of a kind that can be read: those that are written, and those that upcasts bring up to them.

    >>> list(known_versions("delivery", {("delivery", 0): dict}))
    [0, 1, 2, 3]
    """
    oldest = VERSIONS[kind].start
    while (kind, oldest - 1) in upcasts:
        oldest -= 1
    return range(oldest, VERSIONS[kind].stop)


def is_old(found: dict[str, Any]) -> bool:
    """Whether an object of a known kind and version, or an event within it, is of an older version."""
    nested: Any = found
    while isinstance(nested, dict):
        if nested["v"] not in VERSIONS[nested["kind"]]:
            return True
        nested = nested.get("event")
    return False


def bring_up(found: dict[str, Any], upcasts: Upcasts, problems: list[Problem], path: str = "$") -> dict[str, Any]:
    """The object in a version that is written, with the event within it; `found` itself is not changed.

    An object without a known kind and version stays as it is, and `problems` says so; `path` is its JSONPath.
    """
    if path.count(".") >= MAX_DEPTH:
        error = InvalidValue(Token("one more"), f"events nested at most {MAX_DEPTH} deep")
        problems.append(Problem.of_value(path, error))
        return {}
    kind, version = found.get("kind", NOTHING), found.get("v", NOTHING)
    if not isinstance(kind, str) or kind not in VERSIONS:
        error = InvalidValue(kind, "a kind: " + ", ".join(VERSIONS), did_you_mean(kind, VERSIONS))
        problems.append(Problem.of_value(f"{path}.kind", error, "unknown-kind"))
        return found
    known = known_versions(kind, upcasts)
    if type(version) is not int or version not in known:
        newer = type(version) is int and version >= known.stop
        hint = "a newer aidtimeline wrote it: upgrade, or leave `v` out of a draft" if newer else None
        error = InvalidValue(version, f"a version of {kind} that is known here: " + ", ".join(map(str, known)), hint)
        problems.append(Problem.of_value(f"{path}.v", error, "unknown-version"))
        return found
    for old in range(version, VERSIONS[kind].start):
        without_version = {name: value for name, value in found.items() if name != "v"}
        try:
            found = {**upcasts[kind, old](without_version), "v": old + 1}
        except _STUMBLES as stumble:
            error = InvalidValue(without_version, f"a {kind} of version {old}", str(stumble))
            problems.append(Problem.of_value(path, error))
            return {}
    nested = found.get("event")
    if kind == Correction.kind and isinstance(nested, dict):
        found = {**found, "event": bring_up(nested, upcasts, problems, f"{path}.event")}
    return found


def misstated(found: dict[str, Any], event: Event | Amendment, *, exactly: bool, path: str = "$") -> Iterator[Problem]:
    """A problem for each `v`, of an object and the event within it, that does not have all that the event states.

    With `exactly`, a `v` that has more than that is one too.
    """
    stated, needed = found["v"], version_of(event)
    if stated in VERSIONS[event.kind] and (stated < needed or (exactly and stated > needed)):
        why = f"version {stated} lacks a field that is here" if stated < needed else "no field here is new"
        yield Problem.of_value(f"{path}.v", InvalidValue(stated, str(needed), why), "unknown-version")
    if isinstance(event, Correction) and isinstance(found.get("event"), dict):
        yield from misstated(found["event"], event.event, exactly=exactly, path=f"{path}.event")
