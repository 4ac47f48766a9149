"""What a newer version has under other keys is known again by what it says.

Trackers number their packages and rows anew whenever an earlier one turns up, and rename what is in them. So before
anything is taken for new or gone, the things of both versions (packages, rows: what bears one number) are matched:

1. things that say the same in at least half of their entries, each step by less of what they say (`LIKENESSES`);
2. of the others, those with the same name;
3. and those whose names are only written otherwise ("1" and "1.0").

Then the entries within each pair of things are, by the rest of their keys or by what they say. The matches decide what
is a correction of what. They change no sum as known at the newer version: that is what the version says.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from aidtimeline.events import Event
from aidtimeline.formats.importing.spelling import spelled
from aidtimeline.formats.importing.statements import Stated, digest
from aidtimeline.formats.readings import Entry

_ABOUT = ("sources", "note")


class Likeness(NamedTuple):
    """By what entries are alike: all that they say but for some fields.

    If `alone`, only where no other is alike, or as many of either version, all of one date. If of `deeds`, only what
    has a date of its own, and is no level. If `sure`, levels only where it is the same for their days which is which.
    """

    without: tuple[str, ...] = ()
    alone: bool = False
    deeds: bool = False
    sure: bool = False


LIKENESSES = (
    Likeness(),
    Likeness(_ABOUT),
    Likeness((*_ABOUT, "item", "indicator", "location", "title"), sure=True),
    Likeness((*_ABOUT, "quantity", "value", "valued"), alone=True),
    Likeness((*_ABOUT, "donor", "recipient", "via", "party"), alone=True, deeds=True),
)
"""From all that an entry says to less of it."""

OF_TIED = tuple(each._replace(deeds=each.deeds or each.sure) for each in LIKENESSES)
"""The same for things that may as well be others: their levels with other names are not matched."""

SPREAD = 400
"""If more pairs of entries are alike than this, they are taken in their order."""


def known_again(
    before: Mapping[str, Stated],
    now: Mapping[str, Entry],
    same: Mapping[str, int],
    thing_of: Callable[[str], str],
    texts: Mapping[str, Event],
) -> dict[str, str]:
    """By the `ref` of each entry that is known again, the `ref` under which the log has it.

    Args:
        before: What the log has of the scope, by `ref`, without what is unchanged.
        now: The entries of the file, by `ref`, without what is unchanged.
        same: How many entries of each thing are unchanged.
        thing_of: The beginning of a `ref` that names the thing.
        texts: The events of what the log has, by the ids of their records.
    """
    marks = _Marks(before, now, texts)
    old, new = _things(before, thing_of), _things(now, thing_of)

    def most(many: float, name: str, former: str) -> bool:
        sizes = len(old.get(former, ())) + same.get(former, 0), len(new.get(name, ())) + same.get(name, 0)
        return 2 * many >= min(sizes)

    pairs = {name: name for name, unchanged in same.items() if most(unchanged, name, name)}
    tied: set[str] = set()
    for likeness in LIKENESSES:
        votes = marks.votes(_without(old, pairs.values()), _without(new, pairs), likeness)
        many_like = Counter((name, many) for (name, _), many in votes.items())
        many_like.update((former, -many) for (_, former), many in votes.items())
        taken = set(pairs.values())
        for (name, former), many in sorted(votes.items(), key=lambda each: (-each[1], each[0][0] != each[0][1], each)):
            if name not in pairs and former not in taken and most(many, name, former):
                if name != former and (many_like[name, many] > 1 or many_like[former, -many] > 1):
                    tied.add(name)
                pairs[name] = former
                taken.add(former)
    pairs |= {name: name for name in _without(new, pairs) if name in _without(old, pairs.values())}
    pairs |= _written_otherwise(_without(old, pairs.values()), _without(new, pairs))
    found: dict[str, str] = {}
    for name, former in pairs.items():
        likenesses = OF_TIED if name in tied else LIKENESSES
        found |= _entries(marks, (former, old.get(former, ())), (name, new.get(name, ())), likenesses)
    return found


class _Marks:
    """What marks the entries of both versions as alike."""

    def __init__(self, before: Mapping[str, Stated], now: Mapping[str, Entry], texts: Mapping[str, Event]) -> None:
        self._before, self._now, self._texts = before, now, texts

    def alike(
        self, old: Iterable[str], new: Iterable[str], likeness: Likeness
    ) -> Iterator[tuple[list[str], list[str]]]:
        """The `ref`s that are alike: those of the log, and those of the file. A date that is no level's is the same."""
        marked: dict[tuple[bytes, str], tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
        for ref in new:
            entry = self._now[ref]
            if likeness.deeds and entry.restated:
                continue
            dated = "" if entry.restated else entry.event.date.text
            marked[digest(entry.event, without=likeness.without), dated][1].append(ref)
        for ref in old:
            mark, dated = self._of_log(ref, likeness), self._before[ref].dated.text
            for key in ((mark, ""), (mark, dated)):
                if key in marked:
                    marked[key][0].append(ref)
        for (_, dated), (before, now) in marked.items():
            one = len(before) == len(now) == 1
            if not before or not now or (likeness.alone and not one and not (dated and len(before) == len(now))):
                continue
            if likeness.sure and not one and not dated and len({self._before[ref].dated.text for ref in before}) > 1:
                continue
            yield before, now

    def votes(
        self, old: Mapping[str, Sequence[str]], new: Mapping[str, Sequence[str]], likeness: Likeness
    ) -> Mapping[tuple[str, str], float]:
        """How many entries of a thing of the file, by its name, are alike to some of a thing of the log."""
        of_old = {ref: name for name, refs in old.items() for ref in refs}
        of_new = {ref: name for name, refs in new.items() for ref in refs}
        votes: dict[tuple[str, str], float] = defaultdict(float)
        for before, now in self.alike(of_old, of_new, likeness):
            many = len(before) * len(now) <= SPREAD
            pairs = [(a, b) for a in before for b in now] if many else list(zip(before, now, strict=False))
            for former, ref in pairs:
                votes[of_new[ref], of_old[former]] += min(len(before), len(now)) / len(pairs)
        return votes

    def _of_log(self, ref: str, likeness: Likeness) -> bytes:
        stated = self._before[ref]
        return digest(self._texts[stated.id], without=likeness.without) if likeness.without else stated.digest


def _things(refs: Iterable[str], thing_of: Callable[[str], str]) -> dict[str, list[str]]:
    """The `ref`s of each thing, by its name, in order."""
    things: dict[str, list[str]] = defaultdict(list)
    for ref in sorted(refs):
        things[thing_of(ref)].append(ref)
    return dict(things)


def _without(things: Mapping[str, list[str]], names: Collection[str]) -> dict[str, list[str]]:
    taken = set(names)
    return {name: refs for name, refs in things.items() if name not in taken}


def _written_otherwise(old: Collection[str], new: Collection[str]) -> dict[str, str]:
    """By each name, the one that it is, if that is only written otherwise and there is but one."""
    names: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for place, side in enumerate((old, new)):
        for name in side:
            names[spelled(name)][place].append(name)
    return {now[0]: before[0] for before, now in names.values() if len(before) == len(now) == 1}


def _entries(
    marks: _Marks, old: tuple[str, Sequence[str]], new: tuple[str, Sequence[str]], likenesses: Iterable[Likeness]
) -> dict[str, str]:
    """By the `ref` of each entry of a thing that is known again, that of the log: by its rest, or by what it says."""
    rests = {ref.removeprefix(old[0]): ref for ref in old[1]}
    found = {ref: rests[rest] for ref in new[1] if (rest := ref.removeprefix(new[0])) in rests}
    taken = set(found.values())
    for likeness in likenesses:
        left = [ref for ref in old[1] if ref not in taken], [ref for ref in new[1] if ref not in found]
        if not all(left):
            break
        for before, now in marks.alike(*left, likeness):
            for former, ref in zip((each for each in before if each not in taken), now, strict=False):
                found[ref] = former
                taken.add(former)
    names = _renamed((former.removeprefix(old[0]), ref.removeprefix(new[0])) for ref, former in found.items())
    for ref in new[1]:
        parts = ref.removeprefix(new[0]).split("/")
        formers = (
            "/".join((*parts[:at], names[at, name], *parts[at + 1 :]))
            for at, name in enumerate(parts)
            if (at, name) in names
        )
        known = [rests[each] for each in formers if each in rests and rests[each] not in taken]
        if ref not in found and known:
            found[ref] = known[0]
            taken.add(known[0])
    return found


def _renamed(rests: Iterable[tuple[str, str]]) -> dict[tuple[int, str], str]:
    """The parts of keys that are others now, each by its place and what it is now: what has one has them all."""
    names: dict[tuple[int, str], str] = {}
    for former, now in rests:
        parts = list(zip(former.split("/"), now.split("/"), strict=False))
        changed = [(at, *each) for at, each in enumerate(parts) if each[0] != each[1]]
        if len(changed) == 1 and former.count("/") == now.count("/"):
            names[changed[0][0], changed[0][2]] = changed[0][1]
    return names
