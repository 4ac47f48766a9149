"""Families: which activities may report the same money, and which are reported twice.

IATI lets a publisher report an activity and also the sub-activities that it consists of. "If multiple levels are
reported then, to avoid double counting, financial transactions should only be reported at the lowest hierarchical
level" (IATI 2.03, `iati-activity/@hierarchy`). Where several levels report them, nobody says which are the same. So the
transactions of a sub-activity overlap with each parent, whether the child names it or the parent names the child. An
activity of a lower level that names no parent may be part of one whose identifier its own begins with.

A third party (RelatedActivityType 5) is another organisation's report on the same activity: its money may be the same,
too. Siblings, and activities that are funded together, report money of their own.

A parent may stand after its child, and the publisher's own report after that of a secondary reporter, so a file that
names any is read twice. What it says of activities in other files, the importer keeps.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from attrs import Factory, define, field, frozen

from aidtimeline.formats.iati.copies import Repeats, updated
from aidtimeline.formats.iati.values import identifier
from aidtimeline.formats.reading.files import BLOCK, File
from aidtimeline.formats.reading.xml import Element, children
from aidtimeline.semantics.links import link

#: IATI codelist RelatedActivityType.
PARENT, CHILD, THIRD_PARTY = "1", "2", "5"

_KEPT = {
    "iati-activities": frozenset({"iati-activity"}),
    "iati-activity": frozenset({"iati-identifier", "related-activity", "reporting-org"}),
}
_TEXTS = frozenset({"iati-identifier"})
_MENTIONS = b"related-activity", b"secondary-reporter"
_MENTION_TAKES = 0.2
_TOP_LEVELS = frozenset(("", "1"))
_SEPARATOR = re.compile("[-/_.:]")


@frozen
class Families:
    """The parents of each activity that has any, by what is said in one file.

    `circles` are activities that are parents of each other. `told` are those that their own publisher tells of, where a
    secondary reporter does too. `chosen` says of those that stand in the file several times which is read.
    """

    parents: Mapping[str, frozenset[str]] = field(factory=dict)
    circles: tuple[tuple[str, ...], ...] = ()
    told: frozenset[str] = frozenset()
    chosen: Mapping[str, int] = field(factory=dict)

    def parents_of(self, activity: str) -> frozenset[str]:
        """The parents of an activity."""
        return self.parents.get(activity, frozenset())


@define
class _Told:
    """What a file says of an activity: by whom, which are above and below it, and which of `many` is the newest."""

    secondary: bool
    updated: datetime
    chosen: int = 0
    many: int = 0
    parents: list[str] = Factory(list)
    children: list[str] = Factory(list)


def families(file: File) -> Families:
    """The families of a file. Raises `UnreadableFile` if it is not XML."""
    if not _mentions_any(file.part(0, _MENTION_TAKES)):
        return Families()
    told: dict[str, _Told] = {}
    twice: set[str] = set()
    for element in islice(children(file.part(_MENTION_TAKES, 1), _KEPT, _TEXTS), 1, None):
        activity = identifier_of(element)
        if not activity:
            continue
        secondary, before = is_secondary(element.all("reporting-org")), told.get(activity)
        if before is not None and secondary != before.secondary:
            twice.add(activity)
        instant = updated(element)
        if before is None or (before.secondary and not secondary):
            before = told[activity] = _Told(secondary, instant)
        elif before.secondary != secondary:
            continue
        if not before.many or instant > before.updated:
            related = element.all("related-activity")
            before.updated, before.chosen = instant, before.many
            before.parents, before.children = (relatives(activity, related, each) for each in (PARENT, CHILD))
        before.many += 1
    parents: dict[str, set[str]] = defaultdict(set)
    for activity, each in told.items():
        parents[activity].update(each.parents)
        for child in each.children:
            parents[child].add(activity)
    named = {activity: frozenset(each) for activity, each in parents.items() if each}
    chosen = {activity: each.chosen for activity, each in told.items() if each.many > 1}
    return Families(named, link(named).circles, frozenset(twice), chosen)


def identifier_of(activity: Element) -> str:
    """The identifier of an activity, as a slug; empty if it has none."""
    named = activity.first("iati-identifier")
    return "" if named is None else identifier(named.text)


def is_secondary(reporters: Sequence[Element]) -> bool:
    """Whether it is a secondary reporter that reports an activity."""
    return bool(reporters) and reporters[0].get("secondary-reporter").casefold() in ("1", "true")


def relatives(activity: str, related: Iterable[Element], relation: str) -> list[str]:
    """The other activities that an activity names in a relation, each once."""
    found = (identifier(each.get("ref")) for each in related if each.get("type") == relation)
    return [each for each in dict.fromkeys(found) if each not in ("", activity)]


def is_below(hierarchy: str) -> bool:
    """Whether a level is below the first."""
    return hierarchy not in _TOP_LEVELS


def may_be_part_of(activity: str, reporter: str, hierarchy: str) -> Iterator[str]:
    """The activities that one of a lower level may be a part of, by the beginnings of its identifier.

    >>> list(may_be_part_of("GB-1-202345-101", "GB-1", "2"))
    ['GB-1-202345']
    """
    if not is_below(hierarchy):
        return
    least = len(reporter) if reporter and activity.startswith(reporter) else 0
    for separator in _SEPARATOR.finditer(activity):
        if separator.start() > least:
            yield activity[: separator.start()]


def _mentions_any(file: File) -> bool:
    """Whether the file may name relatives or secondary reporters, or have an activity twice; always in UTF-16."""
    with file.open() as stream:
        block = stream.read(BLOCK)
        if b"\0" in block[:4]:
            return True
        end, repeats = b"", Repeats()
        while block:
            both = end + block
            if any(mention in both for mention in _MENTIONS) or repeats.any_in(block):
                return True
            end = block[1 - max(map(len, _MENTIONS)) :]
            block = stream.read(BLOCK)
    return False
