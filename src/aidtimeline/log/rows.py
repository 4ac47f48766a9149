"""The lines of each id as rows of numbers, sorted by id: quick to read from a file, and to search."""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat
from operator import getitem
from typing import Literal, TypeAlias, cast

from attrs import frozen

Line: TypeAlias = tuple[int, int, int]
"""A line: the number of its file, its offset there in bytes, and its number, from 1."""

_TYPES: tuple[Literal["Q", "I"], ...] = ("Q", "Q", "Q", "I")
_WIDTHS = (8, 8, 8, 4)
_OFFSET = 48  # bits of an offset; above them stands the number of the file
_HALF = 16  # digits


@frozen(eq=False)
class Rows:
    """Rows that do not change, those of one id in the order in which they were added.

    `columns` are the first and the second half of the id, the place (number of the file, and offset there), and the
    number of the line.

    >>> one, other = "72e861e2820f05a88c15152830f6897b", "53a450ca83550ea887399585dcc87a2f"
    >>> rows = Rows().grown([other, one], [(0, 380, 2), (0, 0, 1)])
    >>> list(rows.lines(one)), list(rows.lines("0" * 32)), list(rows.ids("53a4")) == [other], len(rows)
    ([(0, 0, 1)], [], True, 2)
    """

    columns: Sequence[memoryview] = tuple(memoryview(array(each)) for each in _TYPES)

    @classmethod
    def of(cls, data: memoryview, size: int) -> Rows:
        """So many rows, of which the columns stand one after another. Raises `ValueError` unless that is all."""
        if len(data) != size * sum(_WIDTHS):
            raise ValueError("not so many rows")
        ends = [size * sum(_WIDTHS[: each + 1]) for each in range(len(_WIDTHS))]
        return cls(
            [data[end - size * width : end].cast(of) for end, width, of in zip(ends, _WIDTHS, _TYPES, strict=True)]
        )

    def __len__(self) -> int:
        return len(self.columns[0])

    def lines(self, id_: str) -> Iterator[Line]:
        """The lines of an id; none of another text."""
        firsts, rests, places, numbers = self.columns
        try:
            found = self._rows(int(id_[:_HALF], 16), int(id_[_HALF:], 16))
        except ValueError:
            return
        for row in found:
            if f"{firsts[row]:016x}{rests[row]:016x}" == id_:  # not another way to write the numbers
                yield places[row] >> _OFFSET, places[row] & (1 << _OFFSET) - 1, numbers[row]

    def known(self, ids: Iterable[str]) -> Iterator[str]:
        """Those of these ids that are there."""
        firsts = self.columns[0]
        size = len(firsts)
        for id_ in ids:
            try:
                first = int(id_[:_HALF], 16)
            except ValueError:
                continue
            row = bisect_left(firsts, first)
            if row < size and firsts[row] == first and next(self.lines(id_), None):
                yield id_

    def ids(self, beginning: str = "") -> Iterator[str]:
        """The ids that begin with these digits (0-9 and a-f, at most 32), in order."""
        firsts, rests, *_ = self.columns
        low, high = (int(beginning[:_HALF].ljust(_HALF, each), 16) for each in "0f")
        before = ""
        for row in range(bisect_left(firsts, low), bisect_right(firsts, high)):
            id_ = f"{firsts[row]:016x}{rests[row]:016x}"
            if id_ != before and id_.startswith(beginning):
                before = id_
                yield id_

    def grown(self, ids: Sequence[str], lines: Iterable[Line]) -> Rows:
        """The same with more lines, whose ids are sorted."""
        new = _columns(ids, lines)
        if not ids or not len(self):
            return Rows(new) if ids else self
        firsts = self.columns[0]
        at = list(map(bisect_right, repeat(firsts), new[0]))
        for row, end in enumerate(at):
            if end and firsts[end - 1] == new[0][row]:  # half of the id is there
                at[row] = self._rows(new[0][row], new[1][row]).stop
        return Rows([_merged(*each, at) for each in zip(self.columns, new, _TYPES, strict=True)])

    def _rows(self, first: int, rest: int) -> range:
        """The rows of an id by its halves; if there is none, an empty range where they would be."""
        firsts, rests, *_ = self.columns
        start = bisect_left(firsts, first)
        if start == len(firsts) or firsts[start] != first:
            return range(start, start)
        end = bisect_right(firsts, first, start)
        start = bisect_left(rests, rest, start, end)
        return range(start, bisect_right(rests, rest, start, end))


def _columns(ids: Sequence[str], lines: Iterable[Line]) -> list[memoryview]:
    halves = array("Q", bytes.fromhex("".join(ids)))
    if sys.byteorder == "little":
        halves.byteswap()
    places, numbers = array("Q"), array("I")
    for file, offset, number in lines:
        places.append(file << _OFFSET | offset)
        numbers.append(number)
    return [memoryview(each) for each in (halves[::2], halves[1::2], places, numbers)]


def _merged(old: memoryview, new: memoryview, of: Literal["Q", "I"], at: Sequence[int]) -> memoryview:
    """A column with more numbers, each before a row of the old one, or after its last."""
    before = map(getitem, repeat(old), map(slice, [0, *at[:-1]], at))
    numbers = map(getitem, repeat(new), map(slice, range(len(new)), range(1, len(new) + 1)))
    parts = cast(Iterable[memoryview], chain.from_iterable(zip(before, numbers, strict=True)))
    return memoryview(b"".join(chain(parts, [old[at[-1] if at else 0 :]]))).cast(of)
