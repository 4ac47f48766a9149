"""Lines that may report the same, over time: what they come to, kept line by line.

`aidtimeline.semantics.weighing` says what lines come to on one day. If each line has one line above it at most, a
change of one line moves only what lies above it, so nothing else needs to be weighed again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from attrs import Factory, define

from aidtimeline.projections.sums.cells import wholes_of
from aidtimeline.semantics.overlap import Node, Overlaps
from aidtimeline.semantics.weighing import forest, larger, smaller, sum_of
from aidtimeline.values.amounts import add, subtract

_ZERO = Decimal(0)


@define
class High:
    """A sum of high ends, of which some may be open (None)."""

    finite: Decimal = _ZERO
    open: int = 0

    def change(self, before: Decimal | None, after: Decimal | None) -> None:
        """Take one end off, and add another."""
        self.finite = add(subtract(self.finite, before or _ZERO), after or _ZERO)
        self.open += (after is None) - (before is None)

    @property
    def value(self) -> Decimal | None:
        """The sum; None: open."""
        return None if self.open else self.finite


@define(eq=False)
class Standing:
    """One line: what it comes to by itself, and together with what lies below it or is a part of it.

    By choice of books: `own` is its low end, `below` that of the lines below it, `worth` both together. In all books:
    `high` and `parts` are the high ends of the line and of its parts, `most` both together; `least` and `of_parts` the
    low ends, `surely` both together. `full` are the ends of the line with what is not asked for. `here` counts its
    cells that are there, `lower` and `lesser` the lines directly below it and its parts that are there, or have such
    below them. `over` is the line above
    it, `whole` the one that it is certainly a part of. `doubts` are its own part in the counts of `Trees`.
    """

    own: list[Decimal]
    below: list[Decimal]
    worth: list[Decimal]
    over: Standing | None = None
    whole: Standing | None = None
    high: High = Factory(High)
    parts: High = Factory(High)
    most: Decimal | None = _ZERO
    least: Decimal = _ZERO
    of_parts: Decimal = _ZERO
    surely: Decimal = _ZERO
    full: tuple[Decimal, Decimal | None] | None = None
    here: int = 0
    lower: int = 0
    lesser: int = 0
    doubts: tuple[bool, bool, bool] = (False, False, False)

    def together(self) -> Decimal | None:
        """The high end with the parts; see `aidtimeline.semantics.weighing.at_most`."""
        own, parts = self.high.value, self.parts.value
        return smaller(sum_of([own, parts]), larger(self._known, parts))

    @property
    def _known(self) -> Decimal | None:
        return None if self.full is None else larger(self.full[1], self.high.value)

    def found(self) -> tuple[bool, bool, bool]:
        """Whether it has lines below it, parts beyond it, and parts that may be in what is not asked for of it."""
        has_parts = bool(self.here and self.lesser) and self.full is not None
        known = self._known
        return (
            bool(self.here and self.lower),
            has_parts and known is not None and self.of_parts > known,
            has_parts and self.full is not None and self.full[1] not in (self.high.value, self.full[0]),
        )


@define
class Trees:
    """All lines of a sum.

    `low` is what they come to at least, by choice of books, and `high` at most. `doubts` count the lines that have
    lines below them, parts beyond them, and parts that may be in what is not asked for.
    """

    lines: Mapping[Node, Standing]
    low: list[Decimal]
    high: High = Factory(High)
    doubts: list[int] = Factory(lambda: [0, 0, 0])
    _moved: dict[Node, None] = Factory(dict)

    @classmethod
    def of(cls, overlaps: Overlaps | None, nodes: Collection[Node], choices: int) -> Trees | None:
        """The trees of lines; None if they are no trees."""
        if overlaps is None or not nodes:
            return cls({}, [_ZERO] * choices)
        found = forest(overlaps, nodes)
        if found.loose or any(len(circles) > 1 or len(circles[0]) > 1 for circles in found.lines.values()):
            return None
        line_of = {number: circles[0][0] for number, circles in found.lines.items()}
        lines = {line: Standing([_ZERO] * choices, [_ZERO] * choices, [_ZERO] * choices) for line in nodes}
        for number, over in found.above.items():
            lines[line_of[number]].over = lines[line_of[over]]
        for line, whole in wholes_of(nodes, overlaps).items():
            lines[line].whole = lines[whole]
        return cls(lines, [_ZERO] * choices)

    def change(self, line: Node, before: Decimal, after: Decimal, chosen: Sequence[int]) -> None:
        """Move the low end of a line, in these choices of books."""
        standing, by = self.lines[line], subtract(after, before)
        for choice in chosen:
            standing.own[choice] = add(standing.own[choice], by)
            self._lift(standing, choice)
        standing.least = add(standing.least, by)
        at: Standing | None = standing
        while at is not None:
            surely = max(at.least, at.of_parts)
            by, at.surely = subtract(surely, at.surely), surely
            at = at.whole if by else None
            if at is not None:
                at.of_parts = add(at.of_parts, by)
                self._look(at)

    def _lift(self, standing: Standing, choice: int) -> None:
        at = standing
        while True:
            worth = max(at.own[choice], at.below[choice])
            by = subtract(worth, at.worth[choice])
            if not by:
                return
            at.worth[choice] = worth
            if at.over is None:
                self.low[choice] = add(self.low[choice], by)
                return
            at = at.over
            at.below[choice] = add(at.below[choice], by)

    def change_high(self, line: Node, before: Decimal | None, after: Decimal | None) -> None:
        """Move the high end of a line."""
        self.lines[line].high.change(before, after)
        self._moved[line] = None

    def change_full(self, line: Node, full: tuple[Decimal, Decimal | None] | None) -> None:
        """Say what a line comes to with what is not asked for of it."""
        self.lines[line].full = full
        self._moved[line] = None

    def settle(self) -> None:
        """Find the high ends anew of what has moved, once all that moves on a day has."""
        for line in self._moved:
            self._raise(self.lines[line])
        self._moved.clear()

    def _raise(self, standing: Standing) -> None:
        at = standing
        self._look(at)
        while True:
            before, at.most = at.most, at.together()
            if at.most == before:
                return
            if at.whole is None:
                self.high.change(before, at.most)
                return
            at.whole.parts.change(before, at.most)
            at = at.whole

    def count(self, line: Node, by: int) -> None:
        """Say that a cell of a line is there (1), or is not any more (-1)."""
        standing = self.lines[line]
        standing.here += by
        if standing.here == (by > 0):  # the first that is there, or the last that was
            if not standing.lower:
                self._count_below(standing, by)
            if not standing.lesser:
                self._count_parts(standing, by)
        self._look(standing)

    def _count_below(self, standing: Standing, by: int) -> None:
        at = standing.over
        while at is not None:
            at.lower += by
            self._look(at)
            at = at.over if not at.here and at.lower == (by > 0) else None

    def _count_parts(self, standing: Standing, by: int) -> None:
        at = standing.whole
        while at is not None:
            at.lesser += by
            self._look(at)
            at = at.whole if not at.here and at.lesser == (by > 0) else None

    def _look(self, standing: Standing) -> None:
        found = standing.found()
        if found != standing.doubts:
            for number, (was, is_now) in enumerate(zip(standing.doubts, found, strict=True)):
                self.doubts[number] += is_now - was
            standing.doubts = found
