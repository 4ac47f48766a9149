"""Versions of the kinds, and how an object of an older one is brought up to today's.

`v` counts per kind. To change a kind: raise its number in `VERSIONS`, and put into `UPCASTS`, under the kind and its
old number, a pure function from an object of that version (without its `v`) to one of the next. Written lines stay as
they are, and keep their ids.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import attrs

from aidtimeline.codec.jsonlines import MAX_DEPTH, NOTHING, Token
from aidtimeline.errors import InvalidValue, Problem
from aidtimeline.events import KINDS
from aidtimeline.text.nearest import did_you_mean

Upcasts: TypeAlias = Mapping[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]]

VERSIONS: dict[str, int] = dict.fromkeys(KINDS, 1)
"""The version of each kind that is written."""

UPCASTS: Upcasts = {}
"""None was needed so far."""

# The kinds that hold an event.
_REPLACING = {kind for kind, cls in KINDS.items() if "event" in attrs.fields_dict(cls)}

# What a function on a line that somebody wrote by hand may stumble over.
_STUMBLES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def known_versions(kind: str, upcasts: Upcasts) -> range:
    """The versions of a kind that can be read: today's, and the older ones from which upcasts lead to it.

    >>> list(known_versions("delivery", {("delivery", 0): dict}))
    [0, 1]
    """
    oldest = VERSIONS[kind]
    while (kind, oldest - 1) in upcasts:
        oldest -= 1
    return range(oldest, VERSIONS[kind] + 1)


def is_old(found: dict[str, Any]) -> bool:
    """Whether an object of a known kind and version, or an event within it, is of an older version than today's."""
    nested: Any = found
    while isinstance(nested, dict):
        if nested["v"] != VERSIONS[nested["kind"]]:
            return True
        nested = nested.get("event")
    return False


def bring_up(found: dict[str, Any], upcasts: Upcasts, problems: list[Problem], path: str = "$") -> dict[str, Any]:
    """The same object, and the event within it, in today's versions; the one that is passed in is not changed.

    What has no known kind and version stays as it is, and is added to `problems`; `path` is where the object stands.
    """
    if path.count(".") >= MAX_DEPTH:
        problems.append(
            Problem.of_value(path, InvalidValue(Token("one more"), f"events nested at most {MAX_DEPTH} deep"))
        )
        return {}
    kind, version = found.get("kind", NOTHING), found.get("v", NOTHING)
    if not isinstance(kind, str) or kind not in VERSIONS:
        error = InvalidValue(kind, "a kind: " + ", ".join(VERSIONS), did_you_mean(kind, VERSIONS))
        problems.append(Problem.of_value(f"{path}.kind", error, "unknown-kind"))
        return found
    known = known_versions(kind, upcasts)
    if type(version) is not int or version not in known:
        error = InvalidValue(version, f"a version of {kind} that is known here: " + ", ".join(map(str, known)))
        problems.append(Problem.of_value(f"{path}.v", error, "unknown-version"))
        return found
    for old in range(version, VERSIONS[kind]):
        without_version = {name: value for name, value in found.items() if name != "v"}
        try:
            found = {**upcasts[kind, old](without_version), "v": old + 1}
        except _STUMBLES as stumble:
            error = InvalidValue(without_version, f"a {kind} of version {old}", str(stumble))
            problems.append(Problem.of_value(path, error))
            return {}
    nested = found.get("event")
    if kind in _REPLACING and isinstance(nested, dict):
        found = {**found, "event": bring_up(nested, upcasts, problems, f"{path}.event")}
    return found
