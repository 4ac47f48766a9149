"""Which records are one fact: `duplicate_of` pools two records under one id (docs/semantics.md, "Duplicates")."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from aidtimeline.errors import Problem
from aidtimeline.graphs import DisjointSets, strongly_connected
from aidtimeline.semantics.amendments import Repaired, Reported, is_finding


class Identity:
    """The id under which each record is pooled; `problems` lists findings that say nothing of two events.

    All known findings hold together. They lead from a record to what it is a duplicate of, and on to where that ends:
    there is the root. If they end in several records or in a circle, it is the one with the smallest id.

    `_root` has those records only that are one fact with another.
    """

    def __init__(self, repaired: Repaired, reported: Reported) -> None:
        self.problems: list[Problem] = []
        self._root: dict[str, str] = {}
        duplicate_of: dict[str, list[str]] = defaultdict(list)
        one: DisjointSets[str] = DisjointSets()
        for of, other in self._pairs(repaired, reported):
            duplicate_of[of].append(other)
            one.join(of, other)
        ends: dict[str, list[str]] = defaultdict(list)
        for together in strongly_connected(dict(sorted(duplicate_of.items()))):
            within = set(together)
            if all(within.issuperset(duplicate_of.get(each, ())) for each in together):
                ends[one.leader(together[0])] += together
        for several in one.parts({*duplicate_of, *(other for others in duplicate_of.values() for other in others)}):
            self._root.update(dict.fromkeys(several, min(ends[one.leader(several[0])])))

    def _pairs(self, repaired: Repaired, reported: Reported) -> Iterator[tuple[str, str]]:
        """The findings, each a record and what it is a duplicate of."""
        for record in reported.findings:
            if not is_finding(record.event) or record.event.duplicate_of is None:
                continue
            of, other = record.event.of, record.event.duplicate_of
            if of == other:
                problem = record.problem("bad-link", f"{of} is retracted as a duplicate of itself", _COUNTS)
            elif of not in repaired.events:
                message = f"the retraction makes a duplicate of {of}, which a repair has made an amendment"
                problem = record.problem("bad-amendment", message)
            elif other not in repaired.events:
                message = f"{of} is retracted as a duplicate of {other}, which is not an event in the log"
                problem = record.problem("bad-link" if other in repaired.others else "dangling", message, _COUNTS)
            else:
                yield of, other
                continue
            self.problems.append(problem)

    def root(self, record_id: str) -> str:
        """The id under which the record's accounts and links are pooled: its own, unless it is a duplicate."""
        return self._root.get(record_id, record_id)


_COUNTS = "so it still counts"
