"""Conditions on rows: where a column says something, is empty, or is like a text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from aidtimeline.formats.reading.cells import fold


@frozen
class Like:
    """A text with `*` for any text, which may be empty. Capitals and spacing are set aside.

    >>> Like.parse("Total*").fits("total of 2022"), Like.parse("a*b*c").fits("a b"), Like.parse("a").fits("A")
    (True, False, True)
    """

    parts: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Like:
        """What is like a text."""
        return cls(tuple(fold(part) for part in text.split("*")))

    def fits(self, text: str) -> bool:
        """Whether a text is like it."""
        text = fold(text)
        if len(self.parts) == 1:
            return text == self.parts[0]
        first, *middle, last = self.parts
        if not (text.startswith(first) and text.endswith(last) and len(text) >= len(first) + len(last)):
            return False
        at, end = len(first), len(text) - len(last)
        for part in middle:  # the first place of each leaves the most room for the others
            found = text.find(part, at, end)
            if found < 0:
                return False
            at = found + len(part)
        return True


@frozen
class Condition:
    """A column says one of some texts. An empty text stands for an empty cell, `*` for any other.

    `name` is the column's, folded.
    """

    column: str
    name: str
    empty: bool
    filled: bool
    texts: frozenset[str]
    like: tuple[Like, ...]

    @classmethod
    def of(cls, column: str, texts: tuple[str, ...]) -> Condition:
        """The condition that a column says one of these texts."""
        plain = frozenset(fold(each) for each in texts if each.strip() and "*" not in each)
        like = tuple(Like.parse(each) for each in texts if "*" in each and each.strip() != "*")
        empty, filled = any(not each.strip() for each in texts), any(each.strip() == "*" for each in texts)
        return cls(column, fold(column), empty, filled, plain, like)

    def holds(self, written: str, meant: str) -> bool:
        """Whether it holds for a cell as it is written, and for what is meant: nothing if that is not known."""
        if (self.empty and not meant) or (self.filled and meant):
            return True
        text = fold(written)
        return text in self.texts or any(each.fits(written) for each in self.like)


@frozen
class Conditions:
    """What must hold of a row, `where`, and what must not, `unless`.

    >>> where = Conditions((Condition.of("Status", ("given", "sent")),), (Condition.of("Donor", ("Total*",)),))
    >>> rows = {"status": "Given", "donor": "A"}, {"status": "sent", "donor": "TOTAL"}
    >>> [where.hold(cells, cells) for cells in rows]
    [True, False]
    """

    where: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()

    def columns(self) -> Iterator[str]:
        """The headers that they are about."""
        yield from (each.column for each in (*self.where, *self.unless))

    def hold(self, written: Mapping[str, str], meant: Mapping[str, str]) -> bool:
        """Whether all hold for cells as they are written, and without those that mean nothing; names are folded."""
        for condition in self.where:
            if not condition.holds(written.get(condition.name, ""), meant.get(condition.name, "")):
                return False
        for condition in self.unless:
            if condition.holds(written.get(condition.name, ""), meant.get(condition.name, "")):
                return False
        return True


ALWAYS = Conditions()
