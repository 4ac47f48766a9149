"""Results: the one shape of all answers.

A result has rows in order, which are named tuples, and answers by key:

| | |
|---|---|
| `for row in result` | the rows; `len(result)` is their number |
| `result[key]` | the answer of one row; an unknown key raises `UnknownKey`, which names the nearest |
| `key in result`, `result.get(key)` | whether there is such a row; its answer, or None |
| `dict(result)` | all answers, by their whole keys |
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

from collections.abc import Collection, Container, Hashable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar, cast

from attrs import field, frozen

from aidtimeline.errors import UnknownKey
from aidtimeline.semantics.view import Viewed
from aidtimeline.text.nearest import nearest_of
from aidtimeline.text.safe import shown
from aidtimeline.text.showing import Showable, shows

R = TypeVar("R")
A = TypeVar("A")


@frozen(kw_only=True)
class Result(Showable, Generic[R, A]):
    """Rows of the type `R`, whose answers are of the type `A`.

    `view` is the view that was asked, and `question` the projection that it was asked; both are None if the result was
    made without a view. A subclass defines `rows`, and if need be `key_names`, `units` and `_answer`.

    The laws of `aidtimeline.testing` do not hold the values of rows that are named in `not_bounds` to the worlds, since
    they are estimates, or what a report states of something that may not have happened. They do not compare those named
    in `provenance` between logs that say the same in other records.
    """

    not_bounds: ClassVar[tuple[str, ...]] = ()
    provenance: ClassVar[tuple[str, ...]] = ()

    view: Viewed | None = field(default=None, eq=False, repr=False)
    question: Any = field(default=None, eq=False, repr=False)

    @property
    def rows(self) -> tuple[R, ...]:
        """The rows, in order."""
        raise NotImplementedError

    @property
    def key_names(self) -> tuple[str, ...]:
        """The names of the values at the start of each row that are its key: by default of the first alone."""
        return ("key",)

    @property
    def units(self) -> bool:
        """Whether the last value of a key is a unit, which may be left out for pieces."""
        return False

    def key_of(self, row: R) -> tuple[Any, ...]:
        """The whole key of a row."""
        values: Any = row
        return tuple(values[: len(self.key_names)])

    def _answer(self, row: R) -> A:
        """The answer of a row: by default the row itself."""
        return cast(A, row)

    @cached_property
    def answers(self) -> Mapping[tuple[Any, ...], A]:
        """All answers by their whole keys."""
        return {self.key_of(row): self._answer(row) for row in self.rows}

    def whole_key(self, key: Hashable) -> tuple[Any, ...]:
        """The whole key that a key stands for. Raises `UnknownKey`, which names the nearest keys; see `found_key`."""
        whole: tuple[Any, ...] = found_key(key, self.answers, self.key_names, units=self.units)
        return whole

    def keys(self) -> Collection[tuple[Any, ...]]:
        """The whole keys of the rows, in order.

        >>> from aidtimeline import Timeline
        >>> counts = Timeline.open("events").as_of("2023-11-28").counts(where={"item": "truck"})
        >>> {key: str(answer) for key, answer in dict(counts).items()}
        {('truck', None): '30'}
        """
        return self.answers.keys()

    def get(self, key: Hashable, default: Any = None) -> Any:
        """The answer of `key`, or `default` if there is no such row.

        >>> from aidtimeline import Timeline
        >>> counts = Timeline.open("events").as_of("2023-11-28").counts()
        >>> print(counts.get("truck"), counts.get("submarine"))
        30 None
        """
        whole = whole_of(key, self.answers, units=self.units)
        return default if whole is None else self.answers[whole]

    def __getitem__(self, key: Hashable) -> A:
        return self.answers[self.whole_key(key)]

    def __contains__(self, key: Hashable) -> bool:
        return whole_of(key, self.answers, units=self.units) is not None

    def __iter__(self) -> Iterator[R]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def to_dicts(self) -> list[dict[str, Any]]:
        """The rows as dictionaries of plain values: texts, exact numbers (`Decimal`), flags and counts.

        The columns are those of data frames and files: bounds are `low` and `high` (None: open), slugs have their
        labels beside them, `sources` says who reports it, and the last ones are the cuts of the view.

        >>> from aidtimeline import Timeline
        >>> [row] = Timeline.open("events").as_of("2023-11-28").counts(where={"item": "truck"}).to_dicts()
        >>> row["item_label"], row["low"], row["high"], row["as_of"], row["known_at"]
        ('Truck', Decimal('30'), Decimal('30'), '2023-11-28', None)
        """
        found: list[dict[str, Any]] = shows().frame(self).dicts()
        return found

    def plot(self) -> Any:
        """A chart of the result as a `matplotlib.figure.Figure`: of counts, money, series, fulfilment and levels.

        Filled is what is certain, pale what is possible, and an open end is an arrow. The caption has both dates of the
        view, and who reports it. A notebook shows the figure; `figure.savefig("chart.png")` writes it.

        Raises `UsageError` for a result that has no chart, and if matplotlib is not installed (extra `plot`).

        >>> from aidtimeline import Timeline
        >>> figure = Timeline.open("events").as_of("2023-11-28").counts(by="item-category").plot()
        >>> figure.texts[0].get_text()
        'Delivered, by item category'
        """
        return shows().plot(self)


def whole_of(key: Hashable, known: Container[Any], *, units: bool) -> Any:
    """The known key that `key` stands for, or None. A key of one value need not be a tuple.

    With `units`, the last value of every known key is a unit. A key without one means pieces (unit None), whatever else
    is recorded.

    >>> known = [("truck", None), ("truck", "convoy"), ("rope", "metre")]
    >>> [whole_of(key, known, units=True) for key in ("truck", ("truck", "convoy"), "rope")]
    [('truck', None), ('truck', 'convoy'), None]
    """
    values = _values(key)
    wholes = (key, values, *([(*values, None)] if units else []))
    return next((each for each in wholes if each in known), None)


def found_key(key: Hashable, known: Collection[Any], names: Sequence[str], *, units: bool) -> Any:
    """The known key that `key` stands for; see `whole_of`. `names` are those of the values of a whole key.

    Raises `UnknownKey`, which names the units to ask for, or the nearest keys.

    >>> found_key("rope", [("rope", "metre"), ("truck", None)], ["item", "unit"], units=True)
    Traceback (most recent call last):
    aidtimeline.errors.UnknownKey: 'rope' is not counted in pieces: ask for ('rope', 'metre')
    >>> found_key("USD", [("pledge", "EUR"), ("pledge", "USD")], ["kind", "currency"], units=False)
    Traceback (most recent call last):
    aidtimeline.errors.UnknownKey: there is no row 'USD': a key has kind, currency; the nearest: ('pledge', 'USD')
    """
    whole = whole_of(key, known, units=units)
    if whole is not None:
        return whole
    values = _values(key)
    if units and (others := sorted(each for each in known if each[:-1] == values)):
        raise UnknownKey(f"{shown(key)} is not counted in pieces: ask for {' or '.join(map(shown, others))}")
    texts = {_as_asked(each, units): each for each in known}
    near = [text for text, each in texts.items() if values and set(values) <= set(_values(each))][:3]
    near = near or nearest_of(str(key), texts, cutoff=0.5)
    form = f": a key has {', '.join(names)}" if len(values) + units < len(names) else ""
    raise UnknownKey(f"there is no row {shown(key)}{form}" + (f"; the nearest: {', '.join(near)}" if near else ""))


def _values(key: Any) -> tuple[Any, ...]:
    return key if isinstance(key, tuple) else (key,)


def _as_asked(key: Any, units: bool) -> str:
    """A known key in its shortest form."""
    values = _values(key)[:-1] if units and key[-1] is None else _values(key)
    return str(values[0] if len(values) == 1 else values)
