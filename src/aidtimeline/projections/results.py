"""Results: the one shape of all answers.

A result has rows in order, which are named tuples, and answers by key:

| | |
|---|---|
| `for row in result` | the rows; `len(result)` is their number |
| `result[key]` | the answer of one row; an unknown key raises `UnknownKey`, which names the nearest |
| `key in result`, `result.get(key)` | whether there is such a row; its answer, or None |
| `print(result)` | what the command line prints; a notebook shows the same |

The question decides the names of the columns and the form of the key, never the data. A result is neither a `Mapping`
nor a `Sequence`, because libraries that read tables would take it for a dictionary or a list of tuples.

>>> from aidtimeline import Timeline
>>> counts = Timeline.open("events").as_of("2023-11-28").counts(by="item")
>>> print(counts["truck"])
30
>>> counts["trukc"]
Traceback (most recent call last):
aidtimeline.errors.UnknownKey: there is no row 'trukc'; the nearest: truck
>>> [row.item for row in counts if row.high is not None]
['detector-transport-vehicle', 'pyrotechnic-vehicle', 'truck']
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar, cast

from attrs import field, frozen

from aidtimeline.errors import UnknownKey
from aidtimeline.semantics.view import Viewed
from aidtimeline.text.nearest import nearest_of
from aidtimeline.text.safe import shown
from aidtimeline.text.showing import shows

R = TypeVar("R")
A = TypeVar("A")


@frozen(kw_only=True)
class Result(Generic[R, A]):
    """Rows of the type `R`, whose answers are of the type `A`.

    `view` is the view that was asked, and `question` the projection that it was asked; both are None if the result was
    made without a view. A subclass defines `rows`, and if need be `KEY`, `units` and `_answer`.
    """

    view: Viewed | None = field(default=None, eq=False, repr=False)
    question: Any = field(default=None, eq=False, repr=False)

    @property
    def rows(self) -> tuple[R, ...]:
        """The rows, in order."""
        raise NotImplementedError

    KEY: ClassVar[int] = 1
    """How many values at the start of a row are its key."""

    @property
    def units(self) -> bool:
        """Whether the last value of a key is a unit, which may be left out; see `find`."""
        return False

    def key_of(self, row: R) -> tuple[Any, ...]:
        """The whole key of a row."""
        values: Any = row
        return tuple(values[: self.KEY])

    def _answer(self, row: R) -> A:
        """The answer of a row: by default the row itself."""
        return cast(A, row)

    @cached_property
    def answers(self) -> Mapping[tuple[Any, ...], A]:
        """All answers by their whole keys."""
        return {self.key_of(row): self._answer(row) for row in self.rows}

    def whole_key(self, key: Hashable) -> tuple[Any, ...]:
        """The whole key that a key stands for; see `find`. Raises `UnknownKey`."""
        whole: tuple[Any, ...] = find(key, self.answers, units=self.units)
        return whole

    def get(self, key: Hashable, default: Any = None) -> Any:
        """The answer of a key, or the default if there is no such row."""
        try:
            return self[key]
        except UnknownKey:
            return default

    def __getitem__(self, key: Hashable) -> A:
        return self.answers[self.whole_key(key)]

    def __contains__(self, key: Hashable) -> bool:
        try:
            self.whole_key(key)
        except UnknownKey:
            return False
        return True

    def __iter__(self) -> Iterator[R]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __str__(self) -> str:
        return shows().text(self)

    def _repr_html_(self) -> str:
        """The result as a notebook shows it."""
        return shows().html(self)


def find(key: Hashable, known: Collection[Any], *, units: bool = False) -> Any:
    """The known key that `key` stands for.

    A key of one value need not be a tuple. With `units`, the last value of every known key is a unit. It may be left
    out: then `key` stands for pieces (unit None), or for the only unit there is.

    Raises `UnknownKey`, which names the nearest keys, or the units to choose from.

    >>> find("truck", [("radio", None), ("truck", None), ("truck", "convoy")], units=True)
    ('truck', None)
    >>> find(("truck", "convoy"), [("truck", None), ("truck", "convoy")], units=True)
    ('truck', 'convoy')
    """
    values = key if isinstance(key, tuple) else (key,)
    for whole in (key, values, *([(*values, None)] if units else [])):
        if whole in known:
            return whole
    in_units = [each for each in known if each[:-1] == values] if units else []
    if len(in_units) == 1:
        return in_units[0]
    if in_units:
        one = ", ".join(shown(each) for each in sorted(in_units))
        raise UnknownKey(f"{shown(key)} is counted in several units: ask for one of {one}")
    near = nearest_of(str(key), {_as_asked(each, units) for each in known}, cutoff=0.5)
    raise UnknownKey(f"there is no row {shown(key)}" + (f"; the nearest: {', '.join(near)}" if near else ""))


def _as_asked(key: Any, units: bool) -> str:
    """A known key in its shortest form."""
    if units and key[-1] is None:
        key = key[:-1]
    return str(key[0] if isinstance(key, tuple) and len(key) == 1 else key)
