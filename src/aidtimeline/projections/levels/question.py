"""The question for levels, and the rows that are its answer."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, NamedTuple

from attrs import evolve, frozen

from aidtimeline.errors import UsageError
from aidtimeline.events import Source
from aidtimeline.projections.fields import Selection, Where, select
from aidtimeline.projections.levels.things import Thing
from aidtimeline.projections.results import Result
from aidtimeline.semantics import Fact
from aidtimeline.values.amounts import Quantity
from aidtimeline.values.dates import DateRange
from aidtimeline.vocabulary import NO_VOCABULARY, Vocabulary

if TYPE_CHECKING:
    from aidtimeline.explain import Explanation


class Levels:
    """The last reported level of each thing, beside the record: a question for `View.replay`. It gives a `LevelTable`.

    Args:
        where: Which levels are shown, as in `Counts`; `kind` is what they are levels of.
        vocabulary: The countries that parties belong to.

    Raises:
        UsageError: An unknown field.

    >>> from aidtimeline import Timeline
    >>> levels = Timeline.open("events").as_of("2025-12-31").replay(Levels(where={"item": "mine-detector"}))
    >>> for row in levels:
    ...     print(row.recipient, row.location, "·", row.day, "·", row.reported, "·", row.recorded)
    None Bucha · Jul 2023 · at least 1 · at least 0
    sesu None · 1 Jul 2025 to 17 Jul 2025 · about 50 · at least 0
    """

    def __init__(self, where: Where | None = None, vocabulary: Vocabulary = NO_VOCABULARY) -> None:
        selection = select("observation", where, vocabulary)
        conditions = (
            each._replace(get=lambda fact, _: fact.of_kind) if each.name == "kind" else each for each in selection.where
        )
        self.selection: Selection = evolve(selection, where=tuple(conditions))


class LevelRow(NamedTuple):
    """The last reported level of one thing; the first values, up to `period`, say of which.

    `day` is when it holds, `reported` the level, and `recorded` what the record comes to on the same days. `missing`
    and `exceeds` are how far the record is below and above it; these three are None for a level of an indicator.
    `sources` are the reports that say so, `facts` the observations. `certain`: it surely holds by the day of the view.
    `disputed`: several levels may be the last, and contradict each other, or the accounts of one do. `loose` and
    `overlap` are flags of the record.

    These first values are `item` or `indicator`, `kind` (of events, that the level is of), `donor`, `recipient`,
    `project`, `location`, `unit` (None: pieces), `currency`, `via`, `package`, `sector`, `humanitarian`, `scope`,
    `aid_type`, `tied` and `period`; None: not stated.

    >>> from aidtimeline import MemoryLog, Observation, Source, replay
    >>> from aidtimeline.projections import Levels
    >>> log = MemoryLog()
    >>> trucks = Observation(date="2023-11-28", item="truck", quantity=5, sources=Source(publisher="Rubryka"))
    >>> _ = log.append(trucks)
    >>> [row] = replay(log.read(), Levels(), as_of="2023-11-28")
    >>> print(row.item, row.reported, row.recorded, row.missing)
    truck 5 0 5
    """

    item: str | None
    indicator: str | None
    kind: str | None
    donor: str | None
    recipient: str | None
    project: str | None
    location: str | None
    unit: str | None
    currency: str | None
    via: str | None
    package: str | None
    sector: str | None
    humanitarian: bool | None
    scope: str | None
    aid_type: str | None
    tied: str | None
    period: str | None
    day: DateRange
    reported: Quantity
    recorded: Quantity | None
    missing: Quantity | None
    exceeds: Quantity | None
    sources: tuple[Source, ...]
    facts: tuple[Fact, ...]
    certain: bool
    disputed: bool
    loose: bool
    overlap: bool

    @property
    def thing(self) -> Thing:
        """What it is a level of."""
        return Thing._make(self[: len(Thing._fields)])

    @property
    def contradicts(self) -> bool:
        """Whether the record surely lacks something, or has surely too much."""
        return any(each is not None and each.low > 0 for each in (self.missing, self.exceeds))


@frozen
class LevelTable(Result[LevelRow, LevelRow]):
    """The last reported levels, ordered by what they are of; the key of a row is its `Thing`."""

    rows: tuple[LevelRow, ...]

    @property
    def key_names(self) -> tuple[str, ...]:
        """The fields of a thing."""
        return Thing._fields

    def explain(self, key: Hashable | None = None) -> Explanation:
        """The `aidtimeline.explain.Explanation` of the level with this key, a row's `thing`; None: of the only one.

        It has the observations, and the facts of the record that lie or may lie in the level, with their reports.

        Raises `UnknownKey` if there is no such row, and `UsageError` if there are several, or the table is of no view.

        >>> from aidtimeline import Timeline
        >>> detectors = {"item": "mine-detector", "donor": "JP"}
        >>> explanation = Timeline.open("events").as_of("2025-12-31").levels(detectors).explain()
        >>> for reason in explanation:
        ...     print(reason.part, "·", reason.states, "·", reason.sources[0].publisher)
        level · about 50 · daily8
        lies in it · at least 0 · Interfax-Ukraine
        may lie in it · 50 · Yomiuri
        may lie in it · at least 0 · Kyodo News
        """
        if self.view is None:
            raise UsageError("only the levels of a view can be explained: view.levels(…)")
        if key is None and len(self.rows) != 1:
            raise UsageError(f"these are {len(self.rows)} levels, and explain takes one: a row's `thing`")
        explanation: Explanation = self.view.explain(
            self.question, self.rows[0].thing if key is None else self.whole_key(key)
        )
        return explanation
