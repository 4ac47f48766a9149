"""Which records are one fact: `duplicate_of` pools two records under one id (docs/semantics.md, "Duplicates")."""

from __future__ import annotations

from collections.abc import Mapping

from aidtimeline.errors import Problem
from aidtimeline.events import Retraction
from aidtimeline.semantics.amendments import Repaired, Reported


class Identity:
    """The id under which each record is pooled; `problems` lists duplicates of something other than an event."""

    def __init__(self, repaired: Repaired, reported: Reported) -> None:
        self.problems: list[Problem] = []
        known: dict[str, str] = {}
        for of, record in reported.deciding.items():
            other = record.event.duplicate_of if isinstance(record.event, Retraction) else None
            if other is None or of not in repaired.events:
                continue
            if other in repaired.events:
                known[of] = other
            else:
                message = f"{of} is retracted as a duplicate of {other}, which is not an event in the log"
                self.problems.append(record.problem("bad-link" if other in repaired.ids else "dangling", message))
        self._root: dict[str, str] = {}
        self._circles: set[str] = set()
        for each in known:
            self._follow(each, known)

    def _follow(self, record_id: str, duplicate_of: Mapping[str, str]) -> None:
        """Find the root of a record, and of all that lies on the way to it."""
        path: dict[str, None] = {}
        at = record_id
        while at in duplicate_of and at not in self._root and at not in path:
            path[at] = None
            at = duplicate_of[at]
        root = self._root.get(at, at)
        if at in path:
            walked = list(path)
            circle = walked[walked.index(at) :]
            root = min(circle)
            self._circles.update(circle)
        self._root.update(dict.fromkeys(path, root))

    def root(self, record_id: str) -> str:
        """The id under which the record's accounts and links are pooled: its own, unless it is a duplicate."""
        return self._root.get(record_id, record_id)

    def in_circle(self, record_id: str) -> bool:
        """Whether the record is one of several that are duplicates of each other in a circle."""
        return record_id in self._circles
