"""What a timeline asks: an engine, and beside it what it was opened with."""

from __future__ import annotations

from typing import Protocol

from attrs import frozen

from aidtimeline.engines.fold import Engine
from aidtimeline.errors import Problem
from aidtimeline.text.progress import Progress
from aidtimeline.vocabulary import Vocabulary


@frozen
class Chosen:
    """An engine for one state of a log; `problems` are those of lines that were skipped.

    `notes` say why it is not another engine. `following` looks what the log has now; None: nothing does.
    """

    engine: Engine
    vocabulary: Vocabulary
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    following: Following | None = None

    def says(self, other: Chosen) -> bool:
        """Whether another one answers all that this one does, in the same way."""
        return self.engine is other.engine and self.vocabulary is other.vocabulary and self.problems == other.problems


class Following(Protocol):
    """What knows how much of a log was read."""

    def again(self, chosen: Chosen, progress: Progress) -> Chosen:
        """What the log has now: with the same engine and vocabulary if they hold what it has.

        Raises as opening the log does.
        """
