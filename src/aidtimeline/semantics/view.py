"""The protocol of a view, for all that is asked of one; `aidtimeline.timeline.View` is one."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date, datetime
from typing import Any, Protocol

from aidtimeline.events import Record
from aidtimeline.semantics import Belief, Fact
from aidtimeline.semantics.known import Known
from aidtimeline.vocabulary import Vocabulary


class Viewed(Protocol):
    """A view: facts as known at one date and cut as of a day, and what they are made from."""

    @property
    def as_of(self) -> date:
        """The day (inclusive) at which the facts are cut."""

    @property
    def known_at(self) -> date | datetime | None:
        """The cut of knowledge (inclusive); None: all that is known."""

    @property
    def recorded_until(self) -> date | datetime | None:
        """The cut of record time (inclusive); None: the whole log."""

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts that may count."""

    @property
    def belief(self) -> Belief:
        """What the facts are cut from."""

    @property
    def records(self) -> tuple[Record, ...]:
        """All records of the log."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The labels of slugs."""

    @property
    def known(self) -> Known:
        """The values that the log and its vocabulary know in each field, at whatever cuts."""

    def narrowed(self, *selections: Any, every_day: bool = False) -> Viewed:
        """The view, or one of the same cuts that has all that selections choose (`aidtimeline.timeline.View`)."""

    def changing(self, after: Any, question: Any) -> tuple[Viewed, Viewed]:
        """This view and another, or ones that have all that changes sums between them."""

    def promising(self, question: Any, *others: Any, misfits: bool = False) -> Viewed:
        """The view, or one that has all that a question of promises looks at (`aidtimeline.timeline.View`)."""

    def replay(self, projection: Any) -> Any:
        """The result of a projection over the facts."""

    def id_length(self, least: int) -> int:
        """How many digits of an id tell all records of the log apart, and no fewer than `least`."""

    def beside(self, question: Any) -> Any:
        """What stands beside the sums of a question (`aidtimeline.projections.sums.beside.Beside`)."""

    def conversions(self, question: Any, *, every_day: bool = False) -> Any:
        """By which rates the sums of a question are converted (`aidtimeline.timeline.View`)."""

    def within(self, question: Any, period: Any, until: Any) -> Any:
        """How the sums of a question changed within each period (`aidtimeline.projections.sums.within`)."""

    def explain(self, projection: Any, key: Hashable) -> Any:
        """Why one answer of a projection is what it is."""
