"""What the log has from each dataset, by the natural keys of its entries."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Set
from functools import cached_property
from itertools import chain

import attrs

from aidtimeline.codec import record_id
from aidtimeline.collector import paused
from aidtimeline.errors import UnreadableFile, UnreadableLog
from aidtimeline.events import Correction, Event, Project, Record, Retraction
from aidtimeline.formats.importing.parents import Parents, overlapping
from aidtimeline.formats.importing.said import Said
from aidtimeline.formats.importing.spelling import spelled
from aidtimeline.formats.importing.statements import (
    Key,
    Order,
    Stated,
    Statement,
    digest,
    from_dataset,
    key_of,
    matters,
    order_of,
    stated_in,
    statement_of,
)
from aidtimeline.formats.importing.yielding import yielding
from aidtimeline.formats.readings import Entry
from aidtimeline.log import EventLog
from aidtimeline.log.clock import Newest
from aidtimeline.log.spool import Spool
from aidtimeline.log.state import Replaced, State
from aidtimeline.text.progress import Progress, untold

MAX_ENTRIES = 2_000_000
"""How many entries one file may have: what is known of each key is held in memory."""


class Known:
    """What the log has from each dataset, by key; and the keys that the file has had so far.

    `datasets` are those of the file so far, and `late` is whether the log had a newer version of anything in it. First
    the log is read, which may go on while it grows (`read_on`); after `begin` the file is, and what the log is given
    meanwhile only shows whether the work has to be done again (`is_overtaken`). `looked` is how far that was looked at.
    """

    def __init__(self, log: EventLog, progress: Progress = untold) -> None:
        self._log = log
        self._stated: dict[str, Stated] = {}
        self._profiles: dict[Key, Order] = {}
        self._gone: dict[str, Order] = {}
        self._amendments: set[str] = set()
        self._files: dict[str, set[str]] = defaultdict(set)
        self.parents = Parents()
        self.newest: Newest | None = None
        self._seen: State = {}
        self.looked: State = {}
        self._said: dict[str, dict[str, Stated]] = {}
        self._earlier: dict[str, list[Stated]] = {}
        self._spelled: dict[str, dict[str, str | None]] = {}
        self._met: dict[bytes, bytes | None] = {}
        self._made: list[str] = []
        self.datasets: set[str] = set()
        self.late = False
        self.read_on(progress)

    # The log.

    def read_on(self, progress: Progress = untold) -> None:
        """Learn what the log has been given since it was read. Only before `begin`."""
        with paused():
            for record in self._log.read_on(self._seen, progress=progress):
                if self.newest is None or record.recorded_at > self.newest.instant:
                    self.newest = Newest(record.recorded_at, record.file, record.line)
                if not isinstance(record.event, Event):
                    self._amendments.add(record.id)
                if isinstance(record.event, Retraction):
                    if from_dataset(record.event):
                        of, order = record.event.of, order_of(record, record.event)
                        self._gone[of] = max(order, self._gone.get(of, order))
                elif (statement := statement_of(record)) is not None:
                    self._learn(statement, order_of(record, statement.event), record.file or "")

    def _learn(self, statement: Statement, order: Order, file: str) -> None:
        key = key_of(statement.event)
        if key is None:
            return
        self._files[key[0]].add(file)
        before = self._stated.get(statement.of)
        if before is None or order > before.order:
            self._stated[statement.of] = stated_in(statement, key, order)
        if isinstance(statement.event, Project) and (key not in self._profiles or order > self._profiles[key]):
            self._profiles[key] = order
            self.parents.learn(statement.event)

    def up_to_date(self) -> Known:
        """What the log has now: this, read on, or all anew if a file was replaced. Only before `begin`."""
        try:
            self.read_on()
        except Replaced:
            return Known(self._log)
        return self

    def again(self) -> Known:
        """What the log has now, to begin anew: nothing of the file has been read."""
        self._amendments.difference_update(self._made)
        self._said, self._earlier, self._spelled = {}, {}, {}
        for each in (self._made, self._met, self.datasets):
            each.clear()
        self.parents.undo()
        self.late = False
        self.__dict__.pop("_texts", None)
        return self.up_to_date()

    def begin(self) -> None:
        """The log has been read: from now on the file is."""
        self.looked = dict(self._seen)
        self.parents.begin()
        later: dict[str, Stated] = {}
        for each in self._stated.values():
            for before in each.supersedes:
                if before in self._stated and (before not in later or each.order > later[before].order):
                    later[before] = each
        self._said = defaultdict(dict)
        for each in self._stated.values():
            if each.id not in later:
                dataset, ref = each.key
                other = self._said[dataset].setdefault(ref, each)
                if other is not each:
                    older, newer = sorted((other, each), key=lambda each: each.order)
                    later[older.id] = self._said[dataset][ref] = newer
        self._earlier = defaultdict(list)
        last: dict[str, str] = {}
        for id_ in later:
            self._earlier[_last_of(id_, later, last)].append(self._stated[id_])
        for id_ in self._gone.keys() & self._stated.keys():
            key = self._stated[id_].key
            said = self.said(key)
            if said is not None and said.id == id_ and said.gone:
                self.parents.forget(key)
        self._refs = {dataset: sorted(each) for dataset, each in self._said.items()}

    def is_overtaken(self, made: Spool) -> bool:
        """Whether the log has been given anything since it was read that could change what comes of the file.

        `made` are the records that are to be written for it.
        """
        ids: frozenset[str] | None = None
        try:
            for record in self._log.read_on(self.looked):
                ids = frozenset(made.ids()) if ids is None else ids
                if record.id in ids or matters(record, self.datasets) or self._is_late_child(record):
                    return True
        except (Replaced, UnreadableLog):  # reading it again says what is wrong
            return True
        return False

    def _is_late_child(self, record: Record) -> bool:
        """Whether a record is of a project that the file says is part of another."""
        statement = statement_of(record) if self.parents.late and not isinstance(record.event, Retraction) else None
        return statement is not None and (statement.event.ref or "").startswith(tuple(self.parents.late))

    @property
    def files(self) -> Iterator[str]:
        """The paths of the files in which the log has anything of the datasets of the file."""
        return chain.from_iterable(self._files[each] for each in self.datasets & self._files.keys())

    # What it has.

    def said(self, key: Key) -> Said | None:
        """What a dataset said under a key."""
        last = self._said.get(key[0], {}).get(key[1])
        if last is None:
            return None
        gone = self._gone.get(last.id)
        earlier = self._earlier.get(last.id, ())
        return Said(last, earlier) if gone is None or gone < last.order else Said(last, earlier, True, gone)

    def under(self, dataset: str, scope: str) -> Iterator[Said]:
        """What a dataset said under all keys whose `ref` begins with a scope, in the order of these."""
        refs = self._refs.get(dataset, [])
        for position in range(bisect_left(refs, scope), len(refs)):
            if not refs[position].startswith(scope):
                return
            said = self.said((dataset, refs[position]))
            if said is not None:
                yield said

    def datasets_like(self, prefix: str) -> Iterator[str]:
        """The datasets of the log whose name begins so."""
        return (each for each in sorted(self._said) if each.startswith(prefix))

    def written_otherwise(self, key: Key) -> Key | None:
        """The key of the log that a key is, if it is only written otherwise ("1" and "1.0"), and there is but one."""
        dataset, ref = key
        if dataset not in self._spelled:
            found: dict[str, str | None] = {}
            for each in self._said.get(dataset, ()):
                name = spelled(each)
                found[name] = None if name in found else each
            self._spelled[dataset] = found
        other = self._spelled[dataset].get(spelled(ref)) if self._spelled[dataset] else None
        return None if other is None or other == ref else (dataset, other)

    def scopes_of(self, dataset: str, parts: int = 1) -> Iterator[str]:
        """The scopes of a dataset that the log has: what its `ref`s begin with, so many parts that end in a slash."""
        scope = None
        for ref in self._refs.get(dataset, ()):
            if scope is None or not ref.startswith(scope):
                scope = "".join(f"{part}/" for part in ref.split("/", parts)[:parts])
                yield scope

    def ids_of(self, said: Said) -> Iterator[str]:
        """The records of an entry that still count: the last one, and those it superseded."""
        yield from sorted({said.id, *(each.id for each in said.earlier if each.id not in self._gone)})

    @cached_property
    def _texts(self) -> Mapping[str, Event]:
        """What each entry said last, by the id of its record."""
        return {said.id: event for event, said in self._last_said()}

    def texts(self, ids: Set[str]) -> Mapping[str, Event]:
        """What some records state now, by their ids, in another pass over the log.

        Raises `Replaced` if it is another log by now.
        """
        found = {said.id: event for event, said in self._last_said() if said.id in ids}
        if len(found) < len(ids):
            raise Replaced(f"{self._log.folder}: a file was replaced while it was read; try again")
        return found

    def _last_said(self) -> Iterator[tuple[Event, Said]]:
        """What each entry said last, in another pass over the log."""
        for record in self._log.read() if self._said else ():
            statement = None if isinstance(record.event, Retraction) else statement_of(record)
            key = None if statement is None else key_of(statement.event)
            said = None if key is None else self.said(key)
            if statement is None or said is None or said.id != statement.of:
                continue
            if said.last.order == order_of(record, statement.event):
                yield statement.event, said

    # The file.

    def as_recorded(self, entry: Entry, said_under: Callable[[Key], Said | None]) -> Entry:
        """The entry, under its former `ref` if that is the one in the log, and overlapping with all known parents.

        `said_under` finds what the log has under a key.
        """
        if entry.formerly is not None or entry.yields:
            entry = self._as_before(entry, said_under)
        event = self.parents.within(entry.event) if entry.within else entry.event
        return entry if event is entry.event else attrs.evolve(entry, event=event)

    def _as_before(self, entry: Entry, said_under: Callable[[Key], Said | None]) -> Entry:
        """The entry as far as the log says more of it: under its former `ref`, or with what its file leaves out."""
        dataset, ref = key_of(entry.event) or ("", "")
        said = said_under((dataset, ref))
        if said is None and entry.formerly is not None:
            said = said_under((dataset, entry.formerly))
            if said is not None:
                entry = attrs.evolve(entry, event=attrs.evolve(entry.event, ref=entry.formerly))
        if said is not None and entry.yields:
            if (text := self._texts.get(said.id)) is None:
                raise Replaced(f"{self._log.folder}: a file was replaced while it was read; try again")
            entry = attrs.evolve(entry, event=yielding(entry, text))
        return entry

    def late_children(self) -> Iterator[tuple[Event, Said]]:
        """What the log has of projects that the file says are part of others, as it ought to read now."""
        wanted: dict[Key, set[str]] = defaultdict(set)
        for scope, parents in self.parents.late.items():
            for dataset in self._refs:
                for said in self.under(dataset, scope):
                    if not said.gone and _digest_of(said.last.key) not in self._met:
                        wanted[said.last.key] |= parents
        for event, said in self._last_said() if wanted else ():
            others = wanted.get(said.last.key, set()) - {*event.overlaps, event.project or ""}
            if others:
                yield overlapping(attrs.evolve(event, supersedes=()), others), said

    def meet(self, key: Key, entry: Entry | None = None) -> bool:
        """Note that the file has a key, and if an entry is given, what it says; returns whether for the first time."""
        if len(self._met) >= MAX_ENTRIES:
            raise UnreadableFile(f"nothing was imported: more than {MAX_ENTRIES:,} entries; import it in parts")
        self.datasets.add(key[0])
        met = _digest_of(key)
        if met in self._met:
            return False
        self._met[met] = None if entry is None else _said_by(entry)
        return True

    def has(self, key: Key) -> bool:
        """Whether the file has had a key so far."""
        return _digest_of(key) in self._met

    def has_met(self, key: Key, entry: Entry) -> bool:
        """Whether what was noted under a key says the same as an entry."""
        return self._met.get(_digest_of(key)) == _said_by(entry)

    def distinct(self, amendment: Correction | Retraction) -> Correction | Retraction:
        """The amendment with an id that the log does not have: one that was made before is made again, and numbered."""
        number, made = 1, amendment
        while (id_ := record_id(made)) in self._amendments:
            number += 1
            made = attrs.evolve(amendment, ref=f"time {number}")
        self._amendments.add(id_)
        self._made.append(id_)
        return made


def _last_of(id_: str, later: Mapping[str, Stated], last: dict[str, str]) -> str:
    """The record that stands for one in the end, through all that superseded it; kept in `last`, by each on the way."""
    way: dict[str, None] = {}
    while id_ in later and id_ not in way and id_ not in last:
        way[id_] = None
        id_ = later[id_].id
    end = last.get(id_, id_)
    last.update(dict.fromkeys(way, end))
    return end


def _said_by(entry: Entry) -> bytes:
    """What an entry says. Versions of a level have days of their own; anything else of another day is another."""
    said = digest(entry.event)
    return said if entry.restated else said + entry.event.date.text.encode()


def _digest_of(key: Key) -> bytes:
    return hashlib.blake2b("\0".join(key).encode(), digest_size=16).digest()
