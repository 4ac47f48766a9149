"""Known names that are close to a misspelt one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

LONGEST = 100
"""Longer texts are not compared: that takes time, and they are not misspelt names."""


def nearest_of(name: str, known: Iterable[str], *, most: int = 3, cutoff: float = 0.6) -> list[str]:
    """The known names that are most like `name`, the nearest first: at most `most`, none below the cutoff.

    Capitals are not told apart. `cutoff` is between 0 (anything) and 1 (the same); see `difflib.get_close_matches`.

    >>> nearest_of("trucks", ["trunk", "truck", "radio"])
    ['truck', 'trunk']
    """
    import difflib  # noqa: PLC0415  (only needed when something is wrong)

    if len(name) > LONGEST:
        return []
    known = {each.casefold(): each for each in known}
    return [known[each] for each in difflib.get_close_matches(name.casefold(), list(known), n=most, cutoff=cutoff)]


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


_DIGITS = re.compile("[0-9]+")


def folded(name: str) -> str:
    """A name without what people write in different ways: capitals, spaces, hyphens and underscores.

    >>> folded("Mine detector"), folded("mine-Detector")
    ('minedetector', 'minedetector')
    """
    return re.sub(r"[\s_‐‑–-]+", "", name).casefold()


def misspelt(name: str, known: Collection[str], *, most: int = 3) -> list[str]:
    """The known names that this one is a slip of the hand for, the nearest first, at most `most`; all are folded.

    That is one letter more, less, other or in another place, in eight letters or more two; of short names only one
    more at the end. Other digits are another name. So a name is not taken for one that is only like it.

    >>> misspelt("trcuk", ["truck", "trunk"]), misspelt("usa", ["us", "ua"]), misspelt("leopard1", ["leopard2"])
    (['truck'], ['us'], [])
    """
    if len(name) > LONGEST:
        return []
    digits = _DIGITS.findall(name)
    far = [(_slips(name, each), each) for each in known if abs(len(each) - len(name)) <= 2]
    near = [(slips, each) for slips, each in far if slips <= _allowed(name, each) and _DIGITS.findall(each) == digits]
    return [each for _, each in sorted(near)[:most]]


def _allowed(name: str, known: str) -> int:
    if min(len(name), len(known)) < 4:
        return int(len(known) >= 2 and name[:-1] == known)
    return 1 if len(known) < 8 else 2


def _slips(one: str, other: str) -> int:
    """How many letters are more, less, other or exchanged with their neighbour (the restricted Damerau distance)."""
    rows = [list(range(len(other) + 1))]
    for at, letter in enumerate(one, start=1):
        row, above = [at], rows[-1]
        for to, its in enumerate(other, start=1):
            slips = min(above[to] + 1, row[to - 1] + 1, above[to - 1] + (letter != its))
            if at > 1 and to > 1 and (letter, its) == (other[to - 2], one[at - 2]):
                slips = min(slips, rows[-2][to - 2] + 1)
            row.append(slips)
        rows.append(row)
    return rows[-1][-1]
