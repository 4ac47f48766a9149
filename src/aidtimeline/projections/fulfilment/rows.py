"""The rows of fulfilment: the promises of one key, and what has become of them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from attrs import frozen

from aidtimeline.errors import UsageError
from aidtimeline.projections.fields import Value
from aidtimeline.projections.fulfilment.matches import Match
from aidtimeline.projections.results import Result
from aidtimeline.projections.sums.cells import Bounds

if TYPE_CHECKING:
    from aidtimeline.explain import Explanation


class Key(NamedTuple):
    """The key of a row of promises. Things have an item and a unit (None: pieces), money has a currency."""

    kind: str
    donor: Value
    recipient: Value
    project: Value
    item: Value
    unit: Value
    currency: Value


class FulfilmentRow(NamedTuple):
    """The promises of one key, and what has become of them.

    The amounts are in `unit` (None: pieces) or `currency`, with bounds over all ways to keep the promises and all
    worlds. `promised` is what stands, and `cancelled` what cancellations ended of it. `linked` is what names the
    promises, `may_serve` what names none and may serve them; `delivered` is linked, and more by what may serve.
    `outstanding` is what is not kept, and `over_delivered` what is linked beyond what was promised. `overdue` is what
    is outstanding of the promises whose last day of `due` is past (None: no `due` is stated). `likely` is outstanding
    if all serves that has exactly the row's fields: never a bound, and None where outstanding is exact or nothing has
    them. `due` has the EDTF texts of the promises' due dates in order. `also_in` are the measures in which something
    is linked that cannot be compared: units ("pieces" if none is stated), currencies or items. `matches` are given
    if they were asked for.

    The key: `kind` of the promise, `donor`, `recipient`, `project`, `item`, and `unit` of the amounts (None:
    pieces) or `currency`; None: not stated. The flags are those of `Bounds`, for the row as a whole: `approximate`,
    `disputed`, and `loose`.

    >>> from aidtimeline import Timeline
    >>> [row] = Timeline.open("events").as_of("2024-07-31").fulfilment({"item": "mechanical-demining-machine"})
    >>> print(row.promised, "·", row.linked, "·", row.outstanding)
    22 · 2 to 4 · 18 to 20
    """

    kind: str
    donor: Value
    recipient: Value
    project: Value
    item: Value
    unit: Value
    currency: Value
    promised: Bounds
    cancelled: Bounds
    linked: Bounds
    may_serve: Bounds
    delivered: Bounds
    outstanding: Bounds
    over_delivered: Bounds
    overdue: Bounds | None
    likely: Bounds | None
    due: tuple[str, ...]
    approximate: bool = False
    disputed: bool = False
    loose: bool = False
    also_in: tuple[str, ...] = ()
    matches: tuple[Match, ...] | None = None

    @property
    def key(self) -> Key:
        """The key of the row."""
        return Key(*self[: len(Key._fields)])  # type: ignore[arg-type]


@frozen
class FulfilmentTable(Result[FulfilmentRow, FulfilmentRow]):
    """The rows, ordered by kind, donor, recipient, project, item, unit and currency, None first: also the key.

    `unnamed` is the number of deliveries and payments in the view that name no promise.
    """

    not_bounds: ClassVar[tuple[str, ...]] = ("likely", "matches")

    rows: tuple[FulfilmentRow, ...]
    unnamed: int = 0

    @property
    def key_names(self) -> tuple[str, ...]:
        """The names of the values of a `Key`."""
        return Key._fields

    def explain(self, key: Hashable) -> Explanation:
        """The `aidtimeline.explain.Explanation` of the row with this key: its promises, and what may keep them.

        Raises `UnknownKey` if there is no such row, and `UsageError` if the table is not of a view.

        >>> from aidtimeline import Timeline
        >>> table = Timeline.open("events").as_of("2024-07-31").fulfilment({"item": "mechanical-demining-machine"})
        >>> print(*(f"{reason.part} {reason.states}" for reason in table.explain(table.rows[0].key)), sep=" · ")
        promised 8 · promised 14 · linked 2 to 4
        """
        if self.view is None:
            raise UsageError("only the table of a view can be explained: view.fulfilment(…)")
        explanation: Explanation = self.view.explain(self.question, self.whole_key(key))
        return explanation
