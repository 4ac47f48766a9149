"""Overlap: which facts may report the same, wholly or in part (docs/semantics.md, "Overlap").

What a fact names in `part_of` or `overlaps` lies above it. Facts that are joined by supersession are one *line*: what
one of them names, or is named by, holds for all. Two lines may report the same if one lies above the other, however
far; others add up. Links run through what is not believed, and through what a question does not ask for.

`draw` finds the lines; `aidtimeline.semantics.weighing` says what they come to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from attrs import Factory, define, field, frozen

from aidtimeline.events import Cancellation, Event
from aidtimeline.graphs import DisjointSets, strongly_connected
from aidtimeline.semantics.links import Links
from aidtimeline.values.converters import is_record_id

#: One line, or several that are alike (see `_Drawing._node`), or a project that is named.
Node = str

_PROJECT = "project "


@frozen(eq=False, repr=False)
class Overlaps:
    """What lies above what, at one date of knowledge.

    Nodes that lie above each other in a circle share a number, `circle`; what lies above has a lower number than what
    lies below. `above` gives by number what lies directly above, and `island` stands for all numbers that are linked at
    all. `whole` gives the node of which every fact of a node is certainly a part (cancellations, which are worth
    nothing, aside), and `wholes` all that have a part. Of `torn` nodes some facts are a part, and others are not.
    `facts` are the ids of the facts of each node, believed or not.
    """

    circle: Mapping[Node, int]
    above: Sequence[tuple[int, ...]]
    island: Sequence[int]
    whole: Mapping[Node, Node]
    wholes: frozenset[Node]
    torn: frozenset[Node]
    facts: Mapping[Node, tuple[str, ...]]

    @cached_property
    def tour(self) -> Sequence[tuple[int, int] | None]:
        """When a walk through all numbers comes to each and leaves it, what lies below it in between.

        None where several numbers lie directly above one, in that island.
        """
        tangled = {self.island[number] for number, above in enumerate(self.above) if len(above) > 1}
        below: dict[int, list[int]] = defaultdict(list)
        tops: list[int] = []
        for number, above in enumerate(self.above):
            if self.island[number] not in tangled:
                (below[above[0]] if above else tops).append(number)
        came: dict[int, int] = {}
        tour: list[tuple[int, int] | None] = [None] * len(self.above)
        waiting, time = tops, 0
        while waiting:
            number = waiting[-1]
            if number in came:
                waiting.pop()
                tour[number] = came[number], time
            else:
                came[number] = time
                waiting += below[number]
            time += 1
        return tour


@frozen(eq=False, repr=False)
class Line:
    """Where a fact stands among what it may overlap with.

    `node` is its line. `whole` is the line of which all of this one is certainly a part, whatever is asked for of it;
    None: of none.
    """

    node: Node
    overlaps: Overlaps

    @property
    def whole(self) -> Node | None:
        """The line of which all of this line is certainly a part; None: of none."""
        return self.overlaps.whole.get(self.node)

    @property
    def is_whole(self) -> bool:
        """Whether something is certainly a part of its line."""
        return self.node in self.overlaps.wholes


@frozen
class Drawn:
    """The lines of facts, by their ids; facts that overlap with nothing have none.

    `names` are what each fact names: ids of facts, and projects as nodes; above a project lies all that is of it.
    `lone` are the ids of facts that are part of something that the log does not have. `dangling` has what facts name
    that ought to be a record and is none: the id of the record that names it, and the name.
    """

    lines: Mapping[str, Line] = field(factory=dict)
    names: Mapping[Node, Mapping[Node, None]] = field(factory=dict)
    lone: frozenset[str] = frozenset()
    dangling: tuple[tuple[str, str], ...] = ()


def draw(
    naming: Iterable[tuple[str, Event]],
    texts: Iterable[tuple[str, Event]],
    root: Callable[[str], str | None],
    links: Links,
    joined: Iterable[tuple[str, str]] = (),
) -> Drawn:
    """Find the lines of a log.

    Args:
        naming: The events that may name others, as corrected, with the ids of their records.
        texts: Every event as corrected, believed or not, with the id of its record.
        root: Gives the id of the fact that a record is one of; None if there is no event with this id.
        links: What supersedes what, by the ids of facts.
        joined: What else is of one line, two by two: cancellations with what they take off.
    """
    naming = [(each, text) for each, text in naming if text.part_of is not None or text.overlaps]
    if not naming:
        return Drawn()
    drawing = _Drawing(root, [*links.pairs, *joined])
    texts = list(texts)
    drawing.name_all(naming, texts)
    return drawing.drawn(texts)


@define
class _Drawing:
    """The work of `draw`: what names what, by lines. `sets` joins the facts of one line."""

    root: Callable[[str], str | None]
    joined: Sequence[tuple[str, str]]
    sets: DisjointSets[str] = Factory(DisjointSets)
    names: dict[Node, dict[Node, None]] = Factory(lambda: defaultdict(dict))
    above: dict[Node, dict[Node, None]] = Factory(lambda: defaultdict(dict))
    named: set[Node] = Factory(set)
    whole: dict[str, Node] = Factory(dict)
    lone: set[str] = Factory(set)
    dangling: list[tuple[str, str]] = Factory(list)

    def __attrs_post_init__(self) -> None:
        for each, other in self.joined:
            self.sets.join(each, other)

    def line(self, record_id: str) -> Node | None:
        """The line of a record, by the id that leads it."""
        fact = self.root(record_id)
        return None if fact is None else self.sets.leader(fact)

    def name_all(self, naming: Sequence[tuple[str, Event]], texts: Sequence[tuple[str, Event]]) -> None:
        """Note what lies above what."""
        entries = self._entries(naming, texts)
        for each, text in naming:
            fact = self.root(each) or each
            line = self.sets.leader(fact)
            named = [] if text.part_of is None else self._wholes(each, text, entries)
            wholes = list(dict.fromkeys(map(self.sets.leader, named)))
            if wholes:
                of = wholes[0] if wholes == [self.whole.get(fact, wholes[0])] and wholes[0] != line else ""
                self.whole[fact] = of  # "": of nothing for certain
            others = list(self._others(each, text))
            self.names[fact].update(dict.fromkeys([*named, *others]))
            names = dict.fromkeys(map(self.sets.leader, [*named, *others]))
            names.pop(line, None)
            if names:
                self.above[line].update(names)
                self.named.update(names)

    def _entries(
        self, naming: Iterable[tuple[str, Event]], texts: Iterable[tuple[str, Event]]
    ) -> Mapping[tuple[str, str], dict[Node, None]]:
        """The facts of the entries of datasets that something is part of, by dataset and `ref`."""
        wanted = {(dataset, text.part_of) for _, text in naming if text.part_of for dataset in datasets(text)}
        found: dict[tuple[str, str], dict[Node, None]] = defaultdict(dict)
        for each, text in texts if wanted else ():
            for dataset in datasets(text) if text.ref is not None else ():
                if (dataset, text.ref) in wanted:
                    found[dataset, text.ref or ""][self.root(each) or each] = None
        return found

    def _wholes(self, each: str, text: Event, entries: Mapping[tuple[str, str], Iterable[Node]]) -> list[Node]:
        """The facts that an event is part of: of a record, or of an entry of its own dataset."""
        name = text.part_of or ""
        fact = self.root(name)
        if fact is not None:
            return [fact]
        found = dict.fromkeys(other for dataset in datasets(text) for other in entries.get((dataset, name), ()))
        if not found:
            self.lone.add(self.root(each) or each)
            if is_record_id(name):
                self.dangling.append((each, name))
        return list(found)

    def _others(self, each: str, text: Event) -> Iterator[Node]:
        for name in text.overlaps:
            fact = self.root(name)
            if fact is not None:
                yield fact
            elif is_record_id(name):
                self.dangling.append((each, name))
            else:
                yield _PROJECT + name

    def drawn(self, texts: Iterable[tuple[str, Event]]) -> Drawn:
        """The lines, numbered. `above`, `named` and `whole` are complete."""
        projects: dict[Node, set[Node]] = defaultdict(set)
        facts: dict[Node, dict[str, None]] = defaultdict(dict)
        worthless = {self.root(each) or each for each, text in texts if isinstance(text, Cancellation)}
        for each, text in texts:
            line, project = self.line(each) or each, _PROJECT + (text.project or "")
            projects[line].add(project)
            facts[line][self.root(each) or each] = None
        lines = [line for line in facts if line in self.above or line in self.named or projects[line] & self.named]
        node = {line: self._node(line, projects[line], facts[line]) for line in lines}
        up: dict[Node, dict[Node, None]] = defaultdict(dict)
        its: dict[Node, list[str]] = defaultdict(list)
        for line, each in node.items():
            up[each].update(dict.fromkeys(node.get(other, other) for other in self.above.get(line, ())))
            its[each] += facts[line]
            for project in projects[line] & self.named:
                up[project][each] = None
                self.names[project].update(dict.fromkeys(facts[line]))
        whole = {fact: node[line] for fact, line in self.whole.items() if line}
        overlaps = _numbered(up, whole, its, worthless)
        placed = {fact: Line(each, overlaps) for each, ids in its.items() for fact in ids}
        return Drawn(placed, self.names, frozenset(self.lone), tuple(self.dangling))

    def _node(self, line: Node, projects: Iterable[Node], facts: Iterable[str]) -> Node:
        """The node of a line.

        Lines of one project that name the same, and that nothing names, are one: they add up. A line that names its own
        project may report the same as the other lines there, and stays by itself.
        """
        [project, *others] = sorted(projects)
        names = self.above.get(line, ())
        if line in self.named or others or project == _PROJECT or project in names:
            return line
        wholes = {self.whole.get(fact, "") for fact in facts}
        return "\n".join((f"lines of {project}", *sorted(names), "parts of", *sorted(wholes)))


def datasets(text: Event) -> tuple[str, ...]:
    """The datasets that an event is from, each once."""
    return tuple(dict.fromkeys(source.dataset for source in text.sources if source.dataset is not None))


def _numbered(
    up: Mapping[Node, Iterable[Node]],
    whole: Mapping[str, Node],
    its: Mapping[Node, list[str]],
    worthless: Collection[str],
) -> Overlaps:
    """Number the circles, what lies above first. In a circle nothing is a part for certain."""
    edges = {each: tuple(others) for each, others in up.items()}
    circle: dict[Node, int] = {}
    above: list[tuple[int, ...]] = []
    sets: DisjointSets[int] = DisjointSets()
    for number, circled in enumerate(strongly_connected(dict(sorted(edges.items())))):
        circle.update(dict.fromkeys(circled, number))
        ups = dict.fromkeys(circle[other] for each in circled for other in edges.get(each, ()))
        above.append(tuple(other for other in ups if other != number))
        for other in above[-1]:
            sets.join(number, other)
    wholly, torn = {}, set()
    for each, facts in its.items():
        wholes = {whole.get(fact) for fact in facts if fact not in worthless}
        one = next(iter(wholes)) if len(wholes) == 1 else None
        if one is not None and circle[one] != circle[each]:
            wholly[each] = one
        elif len(wholes) > 1:
            torn.add(each)
    return Overlaps(
        circle,
        above,
        [sets.leader(number) for number in range(len(above))],
        wholly,
        frozenset(whole.values()),
        frozenset(torn),
        {each: tuple(facts) for each, facts in its.items()},
    )
