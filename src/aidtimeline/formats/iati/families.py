"""Parents and children: which activities of a file report the same money.

IATI lets a publisher report an activity and also the sub-activities that it consists of. "If multiple levels are
reported then, to avoid double counting, financial transactions should only be reported at the lowest hierarchical
level" (IATI 2.03, `iati-activity/@hierarchy`). If several levels report them, those of a sub-activity are part of those
of the same type that the nearest activity above it reports.

This must be known before the first activity is read, so a file that names parents or children is read twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from itertools import islice

from attrs import field, frozen

from aidtimeline.formats.iati.activity import identifier_of
from aidtimeline.formats.iati.transactions import FLOWS
from aidtimeline.formats.iati.values import slug
from aidtimeline.formats.reading.files import BLOCK, File
from aidtimeline.formats.reading.xml import children
from aidtimeline.semantics.links import link

#: IATI codelist RelatedActivityType.
PARENT, CHILD = "1", "2"

_KEPT = {
    "iati-activities": frozenset({"iati-activity"}),
    "iati-activity": frozenset({"iati-identifier", "transaction", "related-activity"}),
    "transaction": frozenset({"transaction-type"}),
}
_TEXTS = frozenset({"iati-identifier"})
_NONE: frozenset[str] = frozenset()
_MENTION = b"related-activity"
_MENTION_TAKES = 0.2


@frozen
class Families:
    """For each activity with a parent that reports transactions of the same type: that parent, by the type.

    `circles` are activities that are parents of each other. The relations among them are ignored.
    """

    wholes: Mapping[str, Mapping[str, str]] = field(factory=dict)
    circles: tuple[tuple[str, ...], ...] = ()

    def part_of(self, activity: str, type_: str) -> str | None:
        """The activity that also reports the money of an activity's transactions of a type."""
        return self.wholes[activity].get(type_) if activity in self.wholes else None


def families(file: File) -> Families:
    """The families of a file. Raises `UnreadableFile` if it is not XML."""
    if not _mentions_relations(file.part(0, _MENTION_TAKES)):
        return Families()
    types: dict[str, frozenset[str]] = {}
    below: dict[str, list[str]] = defaultdict(list)
    alike: dict[frozenset[str], frozenset[str]] = {}  # so that equal sets are held once
    for element in islice(children(file.part(_MENTION_TAKES, 1), _KEPT, _TEXTS), 1, None):
        activity = identifier_of(element)
        if not activity or activity in types:
            continue
        codes = (type_.get("code") for each in element.all("transaction") for type_ in each.children)
        found = frozenset(code for code in codes if code in FLOWS)
        types[activity] = alike.setdefault(found, found)
        for related in element.all("related-activity"):
            other, relation = slug(related.get("ref")), related.get("type")
            if other not in ("", activity) and relation in (PARENT, CHILD):
                parent, child = (other, activity) if relation == PARENT else (activity, other)
                below[parent].append(child)
    links = link(below)
    wholes: dict[str, dict[str, str]] = {}
    for each in links.order:
        parents = links.above.get(each, ())
        further = {type_: whole for parent in reversed(parents) for type_, whole in wholes[parent].items()}
        wholes[each] = further | {type_: parent for parent in reversed(parents) for type_ in types.get(parent, _NONE)}
    return Families(wholes, links.circles)


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
