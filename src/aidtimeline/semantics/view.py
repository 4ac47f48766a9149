"""What explanations and diffs read of a view; `aidtimeline.timeline.View` is one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

from aidtimeline.events import Record
from aidtimeline.semantics import Belief, Fact
from aidtimeline.vocabulary import Vocabulary


class Viewed(Protocol):
    """A view: facts, cut as of a day and known at a date, and what they come from."""

    @property
    def as_of(self) -> date:
        """The day it is cut at."""

    @property
    def known_at(self) -> date | datetime | None:
        """Until when things are known; None: all."""

    @property
    def recorded_until(self) -> date | datetime | None:
        """Until when the log is read; None: all."""

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts that may count."""

    @property
    def belief(self) -> Belief:
        """What they are cut from."""

    @property
    def records(self) -> tuple[Record, ...]:
        """All records of the log."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The labels of slugs."""
