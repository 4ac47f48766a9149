"""Versions of the kinds, and how an object of an older version is brought up to date.

Each kind has its own `v`. To change a kind: raise its number in `VERSIONS`, and add to `UPCASTS`, under the kind and
its old number, a pure function from an object of that version (without its `v`) to one of the next. Written lines stay
as they are, and keep their ids.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from aidtimeline.codec.jsonlines import MAX_DEPTH, NOTHING, Token
from aidtimeline.errors import InvalidValue, Problem
from aidtimeline.events import KINDS, Correction
from aidtimeline.text.nearest import did_you_mean

Upcasts: TypeAlias = Mapping[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]]

VERSIONS: dict[str, int] = dict.fromkeys(KINDS, 1)
"""The version of each kind that is written."""

UPCASTS: Upcasts = {}
"""None has been needed so far."""

# What a function may raise on a line that was edited by hand.
_STUMBLES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def known_versions(kind: str, upcasts: Upcasts) -> range:
    """The versions of a kind that can be read: the current one, and those that upcasts bring up to it.

    >>> list(known_versions("delivery", {("delivery", 0): dict}))
    [0, 1]
    """
    oldest = VERSIONS[kind]
    while (kind, oldest - 1) in upcasts:
        oldest -= 1
    return range(oldest, VERSIONS[kind] + 1)


def is_old(found: dict[str, Any]) -> bool:
    """Whether an object of a known kind and version, or an event within it, is of an older version."""
    nested: Any = found
    while isinstance(nested, dict):
        if nested["v"] != VERSIONS[nested["kind"]]:
            return True
        nested = nested.get("event")
    return False


def bring_up(found: dict[str, Any], upcasts: Upcasts, problems: list[Problem], path: str = "$") -> dict[str, Any]:
    """The object in the current version of its kind, with the event within it; `found` itself is not changed.

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
    if kind == Correction.kind and isinstance(nested, dict):
        found = {**found, "event": bring_up(nested, upcasts, problems, f"{path}.event")}
    return found
