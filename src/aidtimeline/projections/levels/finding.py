"""Finding the things that a fact may lie in, without looking at all of them.

Things are looked up by the values of what they state. What a fact leaves unsaid may be any value: for such facts, the
things are also looked up by the other fields alone. So a fact costs as much time as there are things it may lie in, or,
where these are many, as there are ways to look them up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from operator import attrgetter
from typing import Literal, NamedTuple, TypeAlias

from attrs import Factory, define, frozen

from aidtimeline.events import stated
from aidtimeline.projections.containing import Containing
from aidtimeline.projections.levels.things import MAY_COUNT_AS, Lying, Thing, is_country, lying, several
from aidtimeline.semantics import Fact
from aidtimeline.values.shares import HUNDRED, Shares

FEW = 16
"""If a fact may lie in more things than these by what it leaves unsaid, it is added to all of them in one sum."""

LOOKED_UP = ("item", "donor", "recipient", "project", "location")

_SAID = attrgetter(
    *("donor", "recipient", "project", "location", "via", "package", "sector", "humanitarian"),
    *("scope", "aid_type", "tied", "period"),
)
"""What a fact says, beside its kind and item, that decides in what it lies."""

How: TypeAlias = Literal["inside", "wider", "unsaid"]
"""What a fact says in a field: something that the thing may contain, something that may contain it, or nothing."""


class _Said(NamedTuple):
    """What a fact says in a field: values that what contains it has, values that it has itself, and whether none."""

    inside: frozenset[str]
    wider: frozenset[str]
    unsaid: bool


@frozen
class Found:
    """The things that a fact lies or may lie in: by number, each with how; and by the numbers of `Finder.shared`."""

    each: tuple[tuple[int, Lying], ...] = ()
    many: tuple[int, ...] = ()


_NOTHING = Found()


@define
class Finder:
    """Finds things, by their numbers in `things`. `shared` has the numbers of those that share a sum."""

    things: Sequence[Thing]
    containing: Containing
    shared: list[tuple[int, ...]] = Factory(list)
    _shapes: dict[str, dict[tuple[str, ...], list[int]]] = Factory(dict)
    _indexes: dict[tuple[str, tuple[str, ...], tuple[How, ...]], Mapping[tuple[str, ...], list[int]]] = Factory(dict)
    _any: dict[tuple[str, tuple[str, ...], str, How], frozenset[str]] = Factory(dict)
    _lists: dict[object, int] = Factory(dict)
    _found: dict[object, Found] = Factory(dict)

    def __attrs_post_init__(self) -> None:
        for number, thing in enumerate(self.things):
            if thing.kind is not None and not thing.stands_alone:
                shapes = self._shapes.setdefault(thing.kind, {})
                shapes.setdefault(tuple(name for name in LOOKED_UP if _looked_up(thing, name)), []).append(number)

    def find(self, fact: Fact) -> Found:
        """The things that a fact may lie in, whatever its unit or currency. Facts that say the same lie in the same."""
        event = fact.event
        kinds = [kind for kind in (event.kind, *MAY_COUNT_AS.get(event.kind, ())) if kind in self._shapes]
        if not kinds:
            return _NOTHING
        cell = event.kind, getattr(event, "item", None), *_SAID(fact)
        found = self._found.get(cell)
        if found is None:
            found = self._found[cell] = self._find(fact, kinds)
        return found

    def _find(self, fact: Fact, kinds: Iterable[str]) -> Found:
        said = {name: self._said(fact, name) for name in LOOKED_UP}
        lists = [each for kind in kinds for shape in self._shapes[kind] for each in self._look_up(kind, shape, said)]
        few = sorted({number for _, numbers in lists if len(numbers) <= FEW for number in numbers})
        many = sorted({self._share(key, numbers) for key, numbers in lists if len(numbers) > FEW})
        how = {number: lying(fact, self.things[number], self.containing) for number in few}
        return Found(tuple((number, each) for number, each in how.items() if each is not None), tuple(many))

    def _share(self, key: object, numbers: Sequence[int]) -> int:
        if key not in self._lists:
            self._lists[key] = len(self.shared)
            self.shared.append(tuple(numbers))
        return self._lists[key]

    def _said(self, fact: Fact, name: str) -> _Said:
        if name == "location":
            return _places(fact.event.location)
        value = stated(fact.event, name, str)
        slugs = [value] if value is not None else []
        if name == "donor":
            slugs += fact.via
        inside = {*slugs, *(each for slug in slugs for each in self.containing.wider(name, slug))}
        unsaid = value is None or self.containing.may_be_in_any(name, value)
        return _Said(frozenset(inside), frozenset() if value is None else frozenset((value,)), unsaid)

    def _look_up(
        self, kind: str, shape: tuple[str, ...], said: Mapping[str, _Said]
    ) -> Iterator[tuple[object, Sequence[int]]]:
        """The lists of things of one shape, that is which state the same fields, each with its key."""
        ways: list[list[tuple[How, frozenset[str]]]] = []
        for name in shape:
            if said[name].unsaid:
                ways.append([("unsaid", frozenset())])
            else:
                both: tuple[tuple[How, frozenset[str]], ...] = (
                    ("inside", said[name].inside),
                    ("wider", said[name].wider),
                )
                ways.append(
                    [(how, values) for how, all_ in both if (values := all_ & self._values(kind, shape, name, how))]
                )
        for way in product(*ways):
            hows = tuple(how for how, _ in way)
            index = self._index(kind, shape, hows)
            for each in product(*(values for how, values in way if how != "unsaid")):
                if each in index:
                    yield (kind, shape, hows, each), index[each]

    def _values(self, kind: str, shape: tuple[str, ...], name: str, how: How) -> frozenset[str]:
        """What facts would have to say in one field to lie in any thing of a shape."""
        key = kind, shape, name, how
        if key not in self._any:
            things = (self.things[number] for number in self._shapes[kind][shape])
            self._any[key] = frozenset(value for thing in things for value in self._keys(thing, name, how))
        return self._any[key]

    def _index(self, kind: str, shape: tuple[str, ...], hows: tuple[How, ...]) -> Mapping[tuple[str, ...], list[int]]:
        """The things of a shape, by what facts would have to say to lie in them."""
        if (kind, shape, hows) not in self._indexes:
            index = defaultdict(list)
            for number in self._shapes[kind][shape]:
                thing = self.things[number]
                keys = [self._keys(thing, name, how) for name, how in zip(shape, hows, strict=True) if how != "unsaid"]
                for key in product(*keys):
                    index[key].append(number)
            self._indexes[kind, shape, hows] = dict(index)
        return self._indexes[kind, shape, hows]

    def _keys(self, thing: Thing, name: str, how: How) -> tuple[str, ...]:
        value: str = getattr(thing, name)
        if how == "inside":
            return (value,)
        return (
            (_PLACE if is_country(value) else _COUNTRY,)
            if name == "location"
            else tuple(self.containing.wider(name, value))
        )


_PLACE, _COUNTRY = "a place", "a country"


def _looked_up(thing: Thing, name: str) -> bool:
    value = getattr(thing, name)
    return value is not None and not (name == "location" and several(value))


def _places(location: str | Shares | None) -> _Said:
    slugs = () if location is None else (location,) if isinstance(location, str) else location.slugs
    sorts = frozenset(_COUNTRY if is_country(each) else _PLACE for each in slugs)
    unsaid = location is None or (isinstance(location, Shares) and location.stated < HUNDRED)
    return _Said(frozenset(slugs), sorts, unsaid)
