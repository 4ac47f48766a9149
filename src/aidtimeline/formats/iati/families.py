"""Parents and children: which activities of a file tell of the same money.

IATI lets a publisher report an activity and, apart, the sub-activities that it consists of. "If multiple levels are
reported then, to avoid double counting, financial transactions should only be reported at the lowest hierarchical
level" (IATI 2.03, `iati-activity/@hierarchy`). Where they are reported at several, those of a sub-activity are part of
those of the same type that the nearest activity above it reports.

Whether one does must be known before the first is read, so a file that names parents or children is read twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs
from attrs import Factory, define, field, frozen

from aidtimeline.formats.iati.transactions import FLOWS
from aidtimeline.formats.iati.values import slug
from aidtimeline.formats.reading.files import BLOCK, File
from aidtimeline.formats.reading.xml import MAX_DEPTH, MAX_ELEMENTS, MAX_TEXT, TOO_DEEP, feed, new_parser, refusal
from aidtimeline.semantics.links import link

#: IATI codelist RelatedActivityType.
PARENT, CHILD = "1", "2"

_NONE: frozenset[str] = frozenset()
_MENTION = b"related-activity"
_MENTION_TAKES = 0.2


@frozen
class Families:
    """Of each activity whose transactions of some type a parent reports too: that parent, by the type.

    `circles` are activities that are parents of each other, whose relations among themselves are ignored.
    """

    wholes: Mapping[str, Mapping[str, str]] = field(factory=dict)
    circles: tuple[tuple[str, ...], ...] = ()

    def part_of(self, activity: str, type_: str) -> str | None:
        """The activity that has told of the money of another's transactions of a type."""
        return self.wholes[activity].get(type_) if activity in self.wholes else None


def families(file: File) -> Families:
    """The families of a file. Raises `UnreadableFile` where it is no XML."""
    if not _mentions_relations(telling(file, 0, _MENTION_TAKES)):
        return Families()
    types: dict[str, frozenset[str]] = {}
    below: dict[str, list[str]] = {}
    alike: dict[frozenset[str], frozenset[str]] = {}
    for outline in _outlines(telling(file, _MENTION_TAKES, 1)):
        activity = slug(outline.identifier)
        if activity and activity not in types:
            found = frozenset(outline.types)
            types[activity] = alike.setdefault(found, found)
            for parent, child in outline.relations(activity):
                below.setdefault(parent, []).append(child)
    links = link(below)
    wholes: dict[str, dict[str, str]] = {}
    for each in links.order:
        parents = links.above.get(each, ())
        further = {type_: whole for parent in reversed(parents) for type_, whole in wholes[parent].items()}
        wholes[each] = further | {type_: parent for parent in reversed(parents) for type_ in types.get(parent, _NONE)}
    return Families(wholes, links.circles)


def telling(file: File, begin: float, end: float) -> File:
    """The file, of all whose reading this is but a part, from `begin` to `end`: so its progress is told."""
    return attrs.evolve(file, progress=lambda part: file.progress(begin + part * (end - begin)))


@define(eq=False)
class _Outline:
    """Of an activity its identifier, the types of its transactions, and the related activities by their types."""

    identifier: str = ""
    types: set[str] = Factory(set)
    related: list[tuple[str, str]] = Factory(list)

    def relations(self, activity: str) -> Iterator[tuple[str, str]]:
        """The parents and children that the activity of this slug names, each as parent and child."""
        for type_, other in self.related:
            if type_ == PARENT and other not in ("", activity):
                yield other, activity
            elif type_ == CHILD and other not in ("", activity):
                yield activity, other


def _outlines(file: File) -> Iterator[_Outline]:
    """The outlines of a file's activities: much quicker to be had than the activities, which are read once more."""
    parser = new_parser(file)
    told: list[_Outline] = []
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise refusal(file, parser, TOO_DEEP)
        if tag == "iati-activity":
            told.append(_Outline())
        elif tag == "transaction-type" and told:
            code = attributes.get("code", "").strip()
            if code in FLOWS:
                told[-1].types.add(code)
        elif tag == "related-activity" and told:
            told[-1].related.append((attributes.get("type", "").strip(), slug(attributes.get("ref", ""))))
            if len(told[-1].related) > MAX_ELEMENTS:
                raise refusal(file, parser, f"more than {MAX_ELEMENTS:,} related activities of one")
        elif tag == "iati-identifier" and told:
            parser.CharacterDataHandler = text

    def text(characters: str) -> None:
        told[-1].identifier += characters
        if len(told[-1].identifier) > MAX_TEXT:
            raise refusal(file, parser, f"a text of more than {MAX_TEXT:,} characters")

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        if tag == "iati-identifier":
            parser.CharacterDataHandler = None

    parser.StartElementHandler, parser.EndElementHandler = start, end
    for _ in feed(file, parser):
        yield from told[:-1]
        del told[:-1]
    yield from told


def _mentions_relations(file: File) -> bool:
    """Whether the file may have a related activity, told without parsing it; of UTF-16 it is not known."""
    with file.open() as stream:
        block = stream.read(BLOCK)
        if b"\0" in block[:4]:
            return True
        end = b""
        while block:
            if _MENTION in end + block:
                return True
            end = block[1 - len(_MENTION) :]
            block = stream.read(BLOCK)
    return False
