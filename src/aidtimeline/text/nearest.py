"""The name that somebody may have meant who wrote another."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that somebody may have meant, or None.

    >>> nearest("quantty", ["quantity", "unit"])
    'quantity'
    """
    import difflib  # noqa: PLC0415  (it is needed where something is wrong only)

    return next(iter(difflib.get_close_matches(name, list(known), n=1)), None)


def did_you_mean(name: object, known: Iterable[str]) -> str | None:
    """The hint that names the nearest known name, where there is one."""
    near = nearest(name, known) if isinstance(name, str) and len(name) <= 100 else None
    return None if near is None else f"did you mean {near!r}?"
