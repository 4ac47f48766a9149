"""One version's scope, read entry by entry: what of it is known, under which keys, and what the version lacks."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Self

from attrs import Factory, define

from aidtimeline.events import Event
from aidtimeline.formats.importing.known import Known
from aidtimeline.formats.importing.matching import known_again
from aidtimeline.formats.importing.said import Said
from aidtimeline.formats.importing.statements import Key, key_of, version_of
from aidtimeline.formats.readings import Beginning, Entry


@define
class Scope:
    """The entries whose `ref` begins so, as the log has them and as a version of their dataset has them.

    `others` are the same scope under other names: in another dataset, or as it was named before. `kept` are the records
    of all that the version has. The log has nothing of the scope if it is `empty`, and a newer version if it is `late`.
    `held` are entries that wait until all of the scope has been read: whether they are new, or had another key, is not
    known before. `same` counts what is unchanged of each thing.
    """

    known: Known
    beginning: Beginning
    others: list[Key]
    kept: set[str]
    empty: bool = True
    late: bool = False
    held: dict[str, Entry] = Factory(dict)
    same: Counter[str] = Factory(Counter)

    @classmethod
    def begun(
        cls, known: Known, beginning: Beginning, others: list[Key], kept: set[str], recorded_at: datetime
    ) -> Self:
        """The scope that begins."""
        scope = cls(known, beginning, others, kept)
        known.datasets.update((beginning.source.dataset or "", *(dataset for dataset, _ in others)))
        version = version_of(beginning.source, recorded_at)
        for said in scope.there():
            scope.empty = False
            scope.late = scope.late or said.version > version
        known.late = known.late or scope.late
        return scope

    @property
    def key(self) -> Key:
        """Its dataset and its name."""
        return self.beginning.source.dataset or "", self.beginning.scope

    @property
    def waits(self) -> bool:
        """Whether what is not unchanged has to wait until all has been read."""
        return self.beginning.thing_of is not None and not self.late and not self.empty

    @property
    def is_renamed(self) -> bool:
        """Whether the log has it under another name, in whatever case, which others may have had too."""
        own = self.beginning.scope.casefold()
        return any(scope.casefold() != own for _, scope in self.others)

    def there(self) -> Iterator[Said]:
        """What the log has of it, also what is gone."""
        yield from self.known.under(self.beginning.source.dataset or "", self.beginning.scope)
        for dataset, scope in self.others:
            yield from self.known.under(dataset, scope)

    def left(self) -> Iterator[Said]:
        """What of it the version has not, as far as it has been read."""
        return (said for said in self.there() if not said.gone and said.id not in self.kept)

    def said(self, key: Key, *, likely: bool = False) -> Said | None:
        """What the log has under a key in this scope, or by its other names.

        A name that is only in another case may be that of something else, which the file has further on. So it is
        asked for only if that is `likely`: when all has been read.
        """
        if (found := self.known.said(key)) is not None:
            return found
        rest = key[1].removeprefix(self.beginning.scope)
        sure = {self.beginning.scope, *self.beginning.formerly}
        others = (self.known.said((dataset, scope + rest)) for dataset, scope in self.others if likely or scope in sure)
        return next((each for each in others if each is not None and each.id not in self.kept), None)

    def thing_of(self, ref: str) -> str:
        """The beginning of a `ref` that names the thing that it is of."""
        return ref if self.beginning.thing_of is None else self.beginning.thing_of(ref)

    def count(self, said: Said) -> None:
        """Note that the version has what the log has, unchanged."""
        self.same[self.thing_of(self._named_here(said))] += 1

    def _named_here(self, said: Said) -> str:
        """The `ref` of what the log has, as it would be in this scope if it is there under another name."""
        dataset, ref = said.last.key
        found = (scope for each, scope in self.others if each == dataset and ref.startswith(scope))
        return next((self.beginning.scope + ref.removeprefix(scope) for scope in found), ref)

    def matched(self, texts: Mapping[str, Event]) -> Iterator[tuple[Entry, Said | None]]:
        """The entries that were held, each with what the log has of it, which is known again by what it says.

        `texts` are the events of what is `left`, by the ids of their records.
        """
        if not self.held:
            return
        left: dict[str, Said] = {}
        for said in self.left():
            left[ref if (ref := self._named_here(said)) not in left else said.last.ref] = said
        before = {ref: said.last for ref, said in left.items()}
        found = known_again(before, self.held, self.same, self.thing_of, texts)
        for ref, entry in self.held.items():
            own = self.said(key_of(entry.event) or ("", ""))
            yield entry, left[found[ref]] if ref in found else own if own is not None and own.gone else None


class Places:
    """Where the log has a scope, by its name in whatever case."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._places: dict[str, dict[str, set[Key]]] = {}

    def of(self, beginning: Beginning) -> list[Key]:
        """The dataset and scope of each place where the log has what is the same scope under another name."""
        if beginning.anywhere is None:
            return []
        places = self._by_name(beginning.anywhere)
        own = beginning.source.dataset or "", beginning.scope
        stated = {beginning.scope, *beginning.formerly}
        found = {place for each in stated for place in places.get(each.casefold(), ())}
        there = {dataset for dataset, scope in found if scope in stated and self._has(dataset, scope)}
        return sorted(place for place in found if place != own and (place[1] in stated or place[0] not in there))

    def _has(self, dataset: str, scope: str) -> bool:
        """Whether the log has anything of a scope that is not gone: then one in another case is another."""
        return any(not said.gone for said in self._known.under(dataset, scope))

    def _by_name(self, prefix: str) -> dict[str, set[Key]]:
        if prefix not in self._places:
            found: dict[str, set[Key]] = {}
            for dataset in self._known.datasets_like(prefix):
                for scope in self._known.scopes_of(dataset):
                    found.setdefault(scope.casefold(), set()).add((dataset, scope))
            self._places[prefix] = found
        return self._places[prefix]


@define
class Spared:
    """What cannot be read and is there all the same, by the beginning of its `ref`s."""

    _beginnings: set[str] = Factory(set)
    _sorted: list[str] | None = None

    def add(self, beginning: str) -> None:
        """Spare what begins so."""
        self._beginnings.add(beginning)
        self._sorted = None

    def has(self, ref: str) -> bool:
        """Whether a `ref` begins with one that is spared."""
        if self._sorted is None:
            self._sorted = []
            for each in sorted(self._beginnings):
                if not self._sorted or not each.startswith(self._sorted[-1]):
                    self._sorted.append(each)
        place = bisect_right(self._sorted, ref)
        return place > 0 and ref.startswith(self._sorted[place - 1])
