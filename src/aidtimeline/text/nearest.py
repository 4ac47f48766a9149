"""Known names that are close to a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 100
"""Longer texts are not compared: that takes time, and they are not misspelt names."""


def nearest_of(name: str, known: Iterable[str], *, most: int = 3, cutoff: float = 0.6) -> list[str]:
    """The known names that are most like `name`, the nearest first: at most `most`, none below the cutoff.

    `cutoff` is between 0 (anything) and 1 (the same); see `difflib.get_close_matches`.

    >>> nearest_of("trucks", ["trunk", "truck", "radio"])
    ['truck', 'trunk']
    """
    import difflib  # noqa: PLC0415  (only needed when something is wrong)

    return difflib.get_close_matches(name, list(known), n=most, cutoff=cutoff) if len(name) <= LONGEST else []


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like `name`, or None.

    >>> nearest("quantty", ["quantity", "unit"])
    'quantity'
    """
    return next(iter(nearest_of(name, known, most=1)), None)


def did_you_mean(name: object, known: Iterable[str]) -> str | None:
    """The hint that names the nearest known name, if there is one."""
    near = nearest(name, known) if isinstance(name, str) else None
    return None if near is None else f"did you mean {near!r}?"
