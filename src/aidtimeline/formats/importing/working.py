"""An import at work: what is recorded because of each reading of a file, and at the end because of what it lacks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Literal, TypeAlias

from attrs import frozen

from aidtimeline.events import Amendment, Event, Retraction, Source
from aidtimeline.formats.importing.known import Known
from aidtimeline.formats.importing.lacking import Lacking, some
from aidtimeline.formats.importing.outcomes import changed, covering, first_of, outcome_of, says_the_same
from aidtimeline.formats.importing.reports import (
    ALIKE,
    EARLIER,
    EARLIER_GONE,
    EARLIER_REPAIR,
    ELSEWHERE,
    OLDER,
    OTHERWISE,
    REPRODUCED,
    SAID_BEFORE,
    SAME_NAME,
    UNDATED,
    WITHDRAWN,
    Report,
)
from aidtimeline.formats.importing.said import Said
from aidtimeline.formats.importing.scopes import Places, Scope, Spared
from aidtimeline.formats.importing.statements import Key, key_of, level_of, version_of
from aidtimeline.formats.readings import Beginning, Entry, Reading, Remark, Skipped, Whole
from aidtimeline.values.dates import DateRange

Made: TypeAlias = Event | Amendment
Covers: TypeAlias = Literal["part", "whole"]

TWICE = "the same reference a second time in one file (of a table, key columns that tell its rows apart keep both)"
NOT_THERE = "no longer in this version of the dataset"


@frozen(kw_only=True)
class Options:
    """How the readings of so many `files` are taken, as `import_file` says; `covers` and `until` as in `File`."""

    repair: bool = False
    dry_run: bool = False
    strict: bool = False
    covers: Covers | None = None
    until: DateRange | None = None
    files: int = 1


class Work:
    """An import at work: the readings of a file go in, and what is recorded because of them comes out."""

    def __init__(self, known: Known, report: Report, recorded_at: datetime, options: Options) -> None:
        self.known, self.report, self.recorded_at, self.options = known, report, recorded_at, options
        self._places = Places(known)
        self._spared = Spared()
        self._kept: set[str] = set()
        self._scope: Scope | None = None
        self._left_out = False
        self._begun_before: dict[Key, Scope] = {}
        self._open: dict[Key, tuple[Scope, Source]] = {}
        self._doubtful: list[tuple[Entry, Key, Key]] = []
        self._begun: dict[str, set[str]] = defaultdict(set)
        self._own: set[Key] = set()
        self._named: dict[str, Key] = {}
        self._sources: dict[str, Source] = {}
        self._lacking = Lacking()

    def records(self, readings: Iterable[Reading]) -> Iterator[Made]:
        """The events and amendments to record. The report counts what comes of each reading.

        Raises `RefusedBatch` if the file lacks much of what the log has, and does not say that it is gone.
        """
        for reading in self._in_order(readings):
            if isinstance(reading, Skipped | Remark):
                self.report.add(reading)
                if reading.spares is not None:
                    self._spared.add(reading.spares)
            elif isinstance(reading, Beginning):
                self._leave()
                self._begin(reading)
            elif isinstance(reading, Whole):
                yield from self._end(reading)
            elif not self._left_out:
                made = self._entry(reading)
                if made is not None:
                    yield made
        yield from self._not_whole()
        yield from self._known_again()
        yield from self._written_otherwise()
        yield from self._withdrawn()
        yield from self._late_children()
        if self.options.covers is None:
            self._lacking.ask()

    # A scope.

    def _in_order(self, readings: Iterable[Reading]) -> Iterator[Reading]:
        """The readings, but last those of scopes that may be others of the file, so that these are known by then.

        That is, what was named otherwise in the log, and what others than its publisher report in one of several files.
        """
        renamed: list[Reading] = []
        reproduced: list[Reading] = []
        later: list[Reading] | None = None
        for reading in readings:
            if isinstance(reading, Beginning):
                own = reading.scope.casefold()
                if reading.reproduced and self.options.files > 1:
                    later = reproduced
                elif any(scope.casefold() != own for _, scope in self._places.of(reading)):
                    later = renamed
                else:
                    later = None
            if later is None:
                yield reading
            else:
                later.append(reading)
            if isinstance(reading, Whole):
                later = None
        yield from renamed
        yield from reproduced

    def _begin(self, beginning: Beginning) -> None:
        dataset, source = beginning.source.dataset or "", beginning.source
        key = dataset, beginning.scope
        place = source.locator or beginning.scope
        self._begun[dataset].add(beginning.scope)
        self._sources[dataset] = source
        self.known.datasets.update({dataset, *(f"{each}*" for each in (beginning.anywhere,) if each is not None)})
        same = key if beginning.anywhere is None else self._named.setdefault(beginning.scope, key)
        others = [each for each in self._places.of(beginning) if each not in self._own]
        self._left_out = same != key or (beginning.reproduced and bool(others))
        if self._left_out:
            found = (same if same != key else others[0])[0]
            note = Remark if beginning.reproduced else Skipped
            self.report.add(note(reason=REPRODUCED if beginning.reproduced else SAME_NAME, place=place, found=found))
            return
        self._own.add(key)
        for each, scope in others:
            self._begun[each].add(scope)
            if each != dataset:
                self.report.add(Remark(reason=ELSEWHERE, place=place, found=each))
        self._scope, _ = self._open.pop(key, (None, None))  # another file has begun it
        if self._scope is None:
            self._scope = self._begun_before.pop(key, None)  # its entries are in several places of the file
        if self._scope is None:
            self._scope = Scope.begun(self.known, beginning, others, self._kept, self.recorded_at)

    def _leave(self) -> None:
        """Another scope follows: more of this one, or that it is whole, may come later."""
        if self._scope is not None:
            self._begun_before[self._scope.key] = self._scope
        self._scope, self._left_out = None, False

    def _end(self, whole: Whole) -> Iterator[Made]:
        """All of a scope has been read."""
        left_out = self._left_out
        if not left_out:
            self._leave()
        scope = self._begun_before.pop((whole.source.dataset or "", whole.scope), None)
        source = None if self.options.covers == "part" else whole.source
        waits = scope is not None and (scope.held or scope.is_renamed or self.options.files > 1)
        if scope is not None and source is not None and waits and any(scope.left()):
            self._open[scope.key] = scope, source
            return
        if scope is not None:
            yield from self._held(scope)
        if source is not None and not left_out:
            self.known.datasets.add(source.dataset or "")
            there = scope.there() if scope is not None else self.known.under(source.dataset or "", whole.scope)
            yield from self._gone(there, source, scope)

    def _not_whole(self) -> Iterator[Made]:
        """What waited in scopes that the file may not have in full."""
        self._leave()
        for scope in self._begun_before.values():
            yield from self._held(scope)

    def _held(self, scope: Scope) -> Iterator[Made]:
        """What comes of the entries that waited, by their keys."""
        for entry in scope.held.values():
            key = key_of(entry.event) or ("", "")
            yield from filter(None, [self._by_key(entry, key, scope.said(key, likely=True), scope)])

    def _known_again(self) -> Iterator[Made]:
        """What comes of the scopes in which something appeared and something vanished."""
        ids = {said.id for scope, _ in self._open.values() if scope.held for said in scope.left()}
        texts = self.known.texts(ids) if ids else {}
        for scope, _ in self._open.values():
            for entry, said in scope.matched(texts):
                key = key_of(entry.event) or ("", "")
                yield from filter(None, [self._outcome(entry, key, said, scope)])
        for scope, source in self._open.values():
            yield from self._gone(scope.there(), source, scope)

    def _written_otherwise(self) -> Iterator[Made]:
        """What comes of entries whose keys the log has written otherwise: the same, if they say the same.

        Those that say something else count beside it, and that is reported; and so do those whose file has both.
        """
        for entry, key, other in self._doubtful:
            said = None if self.known.has(other) else self.known.said(other)
            if said is not None and (said.gone or said.id in self._kept):
                said = None
            if said is not None and not says_the_same(entry, said):
                found = f"{said.last.ref}, {key[1]}"
                place = entry.event.sources[0].locator or ""
                self.report.add(Remark(reason=ALIKE, place=place, found=found))
                said = None
            yield from filter(None, [self._outcome(entry, key, said, None)])

    def _gone(self, there: Iterable[Said], source: Source, scope: Scope | None = None) -> Iterator[Made]:
        """Retractions of what the log has and the version has not. One that is late says nothing new.

        One that is late because of the clock is no older version.
        """
        late = scope is not None and scope.late
        for said in there:
            if said.gone:
                continue
            self._lacking.had(said, of_several=scope is not None and bool(scope.others))
            if said.id in self._kept or self._spared.has(said.last.ref):
                continue
            self._kept.add(said.id)  # another scope may have had it too, and takes it back no second time
            for each in self.known.ids_of(said):
                if not late:
                    self.report.outcomes["gone"] += 1
                    yield self.known.distinct(Retraction(of=each, reason=NOT_THERE, sources=[source]))
                elif source.published is None:
                    place = source.locator or said.last.ref
                    self.report.add(Skipped(reason=EARLIER_GONE, place=place, found=each))
            if not late:
                self._lacking.lacks(said, said.last.ref if scope is None else scope.thing_of(said.last.ref))

    # An entry.

    def _entry(self, reading: Entry) -> Made | None:
        """What is recorded of an entry now, if anything: what may have another key waits for the end of its scope."""
        scope = self._scope
        entry = self.known.as_recorded(covering(reading, self.options.until), partial(self._said, scope=scope))
        event = entry.event
        key = key_of(event) or ("", "")
        said = None if scope is not None and scope.empty else self._said(key, scope)
        value = entry.value
        if not self.known.meet(key, entry if self.options.files > 1 else None):
            if self.options.files == 1 or not self.known.has_met(key, entry):
                place = event.sources[0].locator or ""
                self.report.add(Skipped(reason=TWICE, place=place, found=key[1], value=value))
            return None
        if value is not None:
            self.report.read_value(value)
        self.known.parents.read(entry)
        if scope is not None and not scope.empty:
            if scope.waits and (said is None or said.gone or not says_the_same(entry, said)):
                scope.held[key[1]] = entry
                return None
            if said is not None:
                scope.count(said)
        return self._by_key(entry, key, said, scope)

    def _by_key(self, entry: Entry, key: Key, said: Said | None, scope: Scope | None) -> Made | None:
        """What is recorded of an entry that is known by its key, unless that may be another, written otherwise."""
        if said is None and (scope is None or not scope.empty) and not (scope is not None and scope.late):
            other = self.known.written_otherwise(key)
            if other is not None:
                self._doubtful.append((entry, key, other))
                return None
        return self._outcome(entry, key, said, scope)

    def _said(self, key: Key, scope: Scope | None) -> Said | None:
        """What the log has under a key, or under another name of its scope."""
        return self.known.said(key) if scope is None else scope.said(key)

    def _outcome(self, entry: Entry, key: Key, said: Said | None, scope: Scope | None) -> Made | None:
        """What is recorded of an entry, of which the log has what was `said`."""
        event, source = entry.event, entry.event.sources[0]
        late = scope is not None and scope.late
        if said is None and not late:
            if scope is not None and not scope.empty:
                self._lacking.appeared(level_of(event))
            self.report.outcomes["new"] += 1
            self._remark_undated(source)
            return first_of(entry)
        if said is not None:
            self._kept.add(said.id)
        version = version_of(source, self.recorded_at)
        outcome = outcome_of(entry, key, said, version, repair=self.options.repair)
        if said is None or outcome in (OLDER, EARLIER):
            place = source.locator or ""
            self.report.add(Skipped(reason=outcome, place=place, found=event.ref, value=entry.value))
            return None
        renamed = said.last.key != key and says_the_same(entry, said)
        self.report.outcomes["renamed" if renamed else outcome] += 1
        if outcome == "unchanged":
            if version < said.version and source.published is not None:
                self.report.add(Remark(reason=SAID_BEFORE, place=source.locator or "", found=event.ref))
            return None
        self._remark_undated(source)
        place = source.locator or ""
        if (version, self.recorded_at) < said.order[:2]:
            self.report.add(Remark(reason=EARLIER_REPAIR, place=place, found=event.ref))
        if said.last.ref != event.ref:
            self.report.add(Remark(reason=OTHERWISE, place=place, found=f"{said.last.ref} → {event.ref}"))
        return changed(outcome, entry, said, self.known.distinct)

    def _remark_undated(self, source: Source) -> None:
        if source.published is None:
            self.report.add(Remark(reason=UNDATED, place=source.locator or ""))

    # The file.

    def _withdrawn(self) -> Iterator[Made]:
        """What the file does not have at all: reported, and taken back if the file is the whole of its datasets."""
        for dataset, begun in self._begun.items():
            if "" in begun or self.options.covers == "part" or dataset not in self._sources:
                continue
            source = self._sources[dataset]
            version = version_of(source, self.recorded_at)
            left: dict[str, list[Said]] = {}
            depth = max(scope.count("/") for scope in begun)
            for scope in self.known.scopes_of(dataset, depth):
                if scope not in begun:
                    said = [each for each in self.known.under(dataset, scope) if not each.gone]
                    if all(each.version <= version for each in said):
                        left[scope] = [each for each in said if each.id not in self._kept]
            left = {scope: said for scope, said in left.items() if said}
            if self.options.covers == "whole":
                for each in left.values():
                    yield from self._gone(each, source)
            elif left:
                found = some([scope.removesuffix("/") for scope in left])
                self.report.add(Remark(reason=WITHDRAWN, place=f"{len(left):,} of {dataset}", found=found))

    def _late_children(self) -> Iterator[Made]:
        """Repairs of what other files said of projects that the file says are part of others."""
        for event, said in self.known.late_children():
            self.report.outcomes["linked"] += 1
            yield changed("repaired", Entry(event=event), said, self.known.distinct)
