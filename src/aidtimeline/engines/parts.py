"""Parts of the facts of a view, which can be folded apart (docs/semantics.md, law 4)."""

from __future__ import annotations

from typing import NamedTuple


class Part(NamedTuple):
    """One of several parts, counted from 0. Which facts are in it depends on their ids alone.

    So whoever cuts a log into parts, by whatever engine, cuts it in the same way.

    >>> [Part(number, 3).has("c7e1bd204371b9a4710e38d6b0f749ca") for number in range(3)].count(True)
    1
    """

    number: int
    of: int

    def has(self, fact_id: str) -> bool:
        """Whether the fact with an id is in this part."""
        return int.from_bytes(bytes.fromhex(fact_id[:16]), signed=True) % self.of == self.number


WHOLE = Part(0, 1)


class Origin(NamedTuple):
    """Where a log can be opened again, with which engine, and the digest of what it has to hold there."""

    folder: str
    engine: str
    digest: str
    skip_problems: bool = False
