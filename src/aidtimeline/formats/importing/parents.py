"""Which projects are part of which: what one file says of the money in another.

A child's money may be reported by its parent too, so it overlaps with it. It does so whichever of the two says that
they are parent and child, and in whichever order and files they are imported: so the sums are the same.
"""

from __future__ import annotations

from collections import defaultdict

import attrs

from aidtimeline.events import Event, Project
from aidtimeline.formats.importing.statements import Key, key_of
from aidtimeline.formats.readings import Entry


class Parents:
    """The parents of projects, as entries of datasets state them; `late` has those said after their children.

    That is, by the beginning of the `ref`s of the children's entries.
    """

    def __init__(self) -> None:
        self._stated: dict[str, dict[Key, str]] = defaultdict(dict)
        self._projects: dict[Key, str] = {}
        self._before: list[tuple[str, Key, str | None, str | None]] = []
        self._begun = False
        self.late: dict[str, set[str]] = defaultdict(set)

    def begin(self) -> None:
        """From now on keep what is changed, for `undo`."""
        self._begun = True

    def undo(self) -> None:
        """Undo all since it began."""
        for project, key, parent, of in reversed(self._before):
            for held, name, value in ((self._stated[project], key, parent), (self._projects, key, of)):
                if value is None:
                    held.pop(name, None)
                else:
                    held[name] = value
        self._before.clear()
        self.late.clear()
        self._begun = False

    def _keep(self, project: str, key: Key) -> None:
        if self._begun:
            self._before.append((project, key, self._stated[project].get(key), self._projects.get(key)))

    def learn(self, event: Event) -> bool:
        """Note what an entry states of a project, in place of what it stated before; returns whether it is new."""
        key = key_of(event)
        if not isinstance(event, Project) or event.project is None or key is None:
            return False
        stated = self._stated[event.project]
        self._keep(event.project, key)
        self._projects[key] = event.project
        new = event.parent not in stated.values()
        if event.parent is None:
            stated.pop(key, None)
            return False
        stated[key] = event.parent
        return new

    def forget(self, key: Key) -> None:
        """Note that an entry is gone."""
        if key in self._projects:
            self._keep(self._projects[key], key)
            self._stated[self._projects[key]].pop(key, None)

    def within(self, event: Event) -> Event:
        """The event, overlapping with all parents of its project."""
        parents = set(self._stated.get(event.project or "", {}).values()) - {event.project}
        return event if parents <= set(event.overlaps) else overlapping(event, parents)

    def read(self, entry: Entry) -> None:
        """Note what an entry of the file states."""
        if self.learn(entry.event) and entry.covers is not None and isinstance(entry.event, Project):
            self.late[entry.covers].add(entry.event.parent or "")


def overlapping(event: Event, others: set[str]) -> Event:
    """The event, which also overlaps with others."""
    return attrs.evolve(event, overlaps=sorted({*event.overlaps, *others}))
