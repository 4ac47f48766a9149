"""How much of what the log has a file lacks: where that is a lot, nobody but the user knows whether it is gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from attrs import Factory, define

from aidtimeline.errors import Problem, RefusedBatch
from aidtimeline.formats.importing.said import Said

MOST_LACKING = 10
"""A version that lacks more than one in so many numbers that the log has of it, and of more than one thing, asks first.

One thing is enough where the version has other numbers in the place of all that the log has, and none of the same
amount: so does a file of another year.

Not of states: an organisation that no longer takes part is no money that is gone."""

EXAMPLES = 3
"""How many of the things that a message is about it names."""


@define
class Lacking:
    """The numbers that the log has of what a file reports, and which of them the file lacks."""

    _had: int = 0
    _had_of_several: set[str] = Factory(set)
    _lacking: Counter[str] = Factory(Counter)
    _things: dict[str, None] = Factory(dict)
    _appeared: set[Decimal] = Factory(set)
    _vanished: set[Decimal] = Factory(set)

    def had(self, said: Said, *, of_several: bool) -> None:
        """Count what the log has: once, also where it may belong to `several` scopes of the file."""
        if said.last.level is None:
            return
        if of_several:
            self._had_of_several.add(said.id)
        else:
            self._had += 1

    def lacks(self, said: Said, thing: str) -> None:
        """Count what the file lacks, which is of a thing."""
        if said.last.level is not None:
            self._vanished.add(said.last.level)
            self._lacking[said.last.key[0]] += 1
            self._things[thing] = None

    def appeared(self, level: Decimal | None) -> None:
        """Note a number that is new in the file."""
        if level is not None:
            self._appeared.add(level)

    def ask(self) -> None:
        """Raise `RefusedBatch` if it is much."""
        many, had = self._lacking.total(), self._had + len(self._had_of_several)
        is_another_part = many == had and bool(self._appeared) and self._appeared.isdisjoint(self._vanished)
        if many > had // MOST_LACKING and (len(self._things) > 1 or is_another_part):
            of = " and ".join(sorted(self._lacking))
            message = (
                f"the file lacks {many:,} of the {had:,} numbers that the log has of {of}, "
                f"more than one in {MOST_LACKING}: {some(list(self._things))}"
            )
            hint = "--part if the file has only a part of them, and nothing is gone; --whole if what it lacks is gone"
            problem = Problem(code="lacks-much", severity="error", message=message, hint=hint)
            raise RefusedBatch("nothing was imported:", [problem])


def some(names: Sequence[str]) -> str:
    """The first few of several names."""
    return ", ".join(names[:EXAMPLES]) + (", …" if len(names) > EXAMPLES else "")
