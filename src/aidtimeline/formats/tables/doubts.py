"""What may be read in two ways: it is asked about, and never chosen silently."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import define


@define
class Doubtful(Exception):
    """Raised for a text with several readings, which the file says nothing about.

    `choice` says what to write in the mapping for the one or the other, `columns` where it stands.
    """

    text: str
    readings: tuple[str, ...]
    choice: str
    columns: tuple[str, ...] = ()


def one(text: str, readings: Iterable[str], choice: str) -> str | None:
    """The only reading of a text, or None without any. Raises `Doubtful` for several that differ.

    >>> one("(12)", ["~12", "~12"], "…"), one("dozen", [], "…")
    ('~12', None)
    """
    found = tuple(dict.fromkeys(readings))
    if len(found) > 1:
        raise Doubtful(text, found, choice)
    return found[0] if found else None
