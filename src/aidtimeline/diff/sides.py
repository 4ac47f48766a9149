"""One of the two views of a diff: what it believes, and what it could know."""

from __future__ import annotations

from functools import cached_property

from aidtimeline.semantics import Account, Fact
from aidtimeline.semantics.amendments import Repaired, Reported, known_by, known_since, repair, report
from aidtimeline.semantics.view import Viewed
from aidtimeline.values.dates import end_of


class Side:
    """One of the two views of a diff."""

    def __init__(self, view: Viewed) -> None:
        self._records, self.as_of = view.records, view.as_of
        self._known_until = None if view.known_at is None else end_of(view.known_at)
        self._written_until = None if view.recorded_until is None else end_of(view.recorded_until)
        self._in_view = {fact.id: fact for fact in view.facts}
        self._facts = {fact.id: fact for fact in view.belief.facts}
        self._holders = {member: fact for fact in view.belief.facts for member in fact.members}

    def fact(self, id_: str) -> Fact | None:
        """The fact of this id, if it is believed here."""
        return self._facts.get(id_)

    def holder(self, id_: str) -> Fact | None:
        """The fact that has the record here, under its id or another's."""
        return self._holders.get(id_)

    def happened(self, fact: Fact) -> int:
        """Whether the fact has happened: 0 no, 1 perhaps, 2 surely. Only its date counts, not what supersedes it."""
        return ("never", "perhaps", "surely").index(fact.happened(self.as_of))

    def superseders(self, fact: Fact) -> tuple[bool, int]:
        """Whether a fact that may have happened is surely superseded, and how many facts may directly supersede it."""
        seen = self._in_view.get(fact.id)
        return seen is None, 0 if seen is None or seen.group is None else len(seen.group.above[fact.id])

    def could_have(self, account: Account) -> bool:
        """Whether an account of the other side is within the cuts of this one. If it is not here, a repair is why."""
        known, written = self._known_until, self._written_until
        return (known is None or account.known_since <= known) and (
            written is None or account.record.recorded_at <= written
        )

    def retracts(self, account: Account) -> bool:
        """Whether the record that an account of the other side is of would be believed here, were it not retracted."""
        record = self._repaired.events.get(account.of)
        if record is None or not self._reported.retracts(record.id):
            return False
        known = self._known_until is None or known_since(record) <= self._known_until
        return known or record.id in self._reported.corroborations or self.could_have(account)

    def reads_on(self, other: Side) -> bool:
        """Whether this side reads the log to a later instant than the other."""
        until, other_until = self._written_until, other._written_until
        return other_until is not None and (until is None or until > other_until)

    @cached_property
    def _repaired(self) -> Repaired:
        until = self._written_until
        return repair(each for each in self._records if until is None or each.recorded_at <= until)

    @cached_property
    def _reported(self) -> Reported:
        return report(self._repaired, known_by(self._known_until))
