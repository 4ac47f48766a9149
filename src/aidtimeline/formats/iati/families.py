"""Parents and children: which activities may report the same money.

IATI lets a publisher report an activity and also the sub-activities that it consists of. "If multiple levels are
reported then, to avoid double counting, financial transactions should only be reported at the lowest hierarchical
level" (IATI 2.03, `iati-activity/@hierarchy`). Where several levels report them, nobody says which are the same. So the
transactions of a sub-activity overlap with each parent, whether the child names it or the parent names the child.

A parent may stand after its child, so a file that names parents or children is read twice. What it says of activities
in other files, the importer keeps.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import islice

from attrs import field, frozen

from aidtimeline.formats.iati.activity import identifier_of
from aidtimeline.formats.iati.values import slug
from aidtimeline.formats.reading.files import BLOCK, File
from aidtimeline.formats.reading.xml import Element, children
from aidtimeline.semantics.links import link

#: IATI codelist RelatedActivityType.
PARENT, CHILD = "1", "2"

_KEPT = {
    "iati-activities": frozenset({"iati-activity"}),
    "iati-activity": frozenset({"iati-identifier", "related-activity"}),
}
_TEXTS = frozenset({"iati-identifier"})
_MENTION = b"related-activity"
_MENTION_TAKES = 0.2


@frozen
class Families:
    """The parents of each activity that has any, by what is said in one file.

    `circles` are activities that are parents of each other.
    """

    parents: Mapping[str, frozenset[str]] = field(factory=dict)
    circles: tuple[tuple[str, ...], ...] = ()

    def parents_of(self, activity: str) -> frozenset[str]:
        """The parents of an activity."""
        return self.parents.get(activity, frozenset())


def families(file: File) -> Families:
    """The families of a file. Raises `UnreadableFile` if it is not XML."""
    if not _mentions_relations(file.part(0, _MENTION_TAKES)):
        return Families()
    seen: set[str] = set()
    parents: dict[str, set[str]] = defaultdict(set)
    for element in islice(children(file.part(_MENTION_TAKES, 1), _KEPT, _TEXTS), 1, None):
        activity = identifier_of(element)
        if not activity or activity in seen:
            continue
        seen.add(activity)
        parents[activity].update(relatives(activity, element.all("related-activity"), PARENT))
        for child in relatives(activity, element.all("related-activity"), CHILD):
            parents[child].add(activity)
    named = {activity: frozenset(each) for activity, each in parents.items() if each}
    return Families(named, link(named).circles)


def relatives(activity: str, related: Iterable[Element], relation: str) -> list[str]:
    """The other activities that an activity names in a relation, each once."""
    found = (slug(each.get("ref")) for each in related if each.get("type") == relation)
    return [each for each in dict.fromkeys(found) if each not in ("", activity)]


def _mentions_relations(file: File) -> bool:
    """Whether the file may have a related activity, found without parsing it. It is always so in UTF-16."""
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
