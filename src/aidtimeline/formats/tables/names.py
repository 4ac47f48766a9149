"""Names in a table as the vocabulary has them: parties, items, projects and units, by any of their names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from attrs import Factory, define

from aidtimeline.formats.reading.files import File, as_slug
from aidtimeline.formats.readings import Remark
from aidtimeline.text.nearest import folded, nearest
from aidtimeline.vocabulary import SLUG_FIELDS, Vocabulary

PIECES = frozenset(
    (
        *("piece", "pieces", "piece(s)", "pc", "pcs", "pc.", "pcs.", "unit", "units", "unit(s)", "ea", "ea.", "each"),
        *("nos", "nos.", "stück", "stk", "stk.", "pièce", "pièces", "unité", "unités", "pieza", "piezas", "unidad"),
        *("unidades", "szt", "szt.", "шт", "шт.", "штук", "штука"),
    )
)
"""Units that are none: what is counted in pieces has no unit."""

MAX_UNKNOWN = 1_000
"""How many unknown names are listed at most."""

MOST_COMPARED = 100
"""For how many of them the nearest known name is looked for: that takes time."""

UNKNOWN = "{} that the vocabulary does not have"
SEVERAL = "a name that several in the vocabulary go by: it is recorded as it is"


@define
class Names:
    """The names that the vocabulary of a file has, and those that were looked up in vain."""

    file: File
    _unknown: dict[tuple[str, str], str] = Factory(dict)
    _shared: dict[tuple[str, str], str] = Factory(dict)
    _place: str = ""

    def at(self, place: str) -> None:
        """What is looked up from now on stands at this place."""
        self._place = place

    def slug(self, field: str, text: str) -> str | None:
        """The slug of a text in a field; None for a unit that is pieces."""
        if field == "unit":
            return self._unit(text)
        part = SLUG_FIELDS.get(field)
        if part is None:
            return as_slug(text)
        if part == "parties" and (known := self._vocabulary.party(text)):
            return known
        slugs = self._known[part].get(folded(text), ())
        if len(slugs) == 1:
            return next(iter(slugs))
        if self._known[part]:
            listed = self._shared if slugs else self._unknown
            if len(listed) < MAX_UNKNOWN:
                listed.setdefault((field, as_slug(text)), self._place)
        return as_slug(text)

    def _unit(self, text: str) -> str | None:
        if text.casefold() in PIECES:
            return None
        return self._units.get(folded(text)) or as_slug(text)

    def remarks(self) -> Iterator[Remark]:
        """Each unknown name once, with the nearest that is known."""
        for number, ((field, text), place) in enumerate(self._unknown.items()):
            near = self._nearest(field, text) if number < MOST_COMPARED else None
            found = text + (f" (did you mean {near}?)" if near else "")
            article = "an" if field[0] in "aeiou" else "a"
            yield Remark(reason=UNKNOWN.format(f"{article} {field}"), place=place, found=found)
        for (_, text), place in self._shared.items():
            yield Remark(reason=SEVERAL, place=place, found=text)

    def _nearest(self, field: str, text: str) -> str | None:
        """The slug of which a name is most like a text."""
        known = dict(self._vocabulary.called(field)) | {slug: slug for slug in self._vocabulary.part(field)}
        near = nearest(text, known)
        return None if near is None else known[near]

    @property
    def _vocabulary(self) -> Vocabulary:
        return self.file.vocabulary

    @cached_property
    def _known(self) -> dict[str, dict[str, set[str]]]:
        found: dict[str, dict[str, set[str]]] = {}
        for part in set(SLUG_FIELDS.values()):
            found[part] = defaultdict(set)
            for name, slug in self._vocabulary.called(part):
                found[part][folded(name)].add(slug)
            found[part].update({folded(slug): {slug} for slug in self._vocabulary.part(part)})
            found[part].default_factory = None  # type: ignore[attr-defined]
        return found

    @cached_property
    def _units(self) -> dict[str, str]:
        return {folded(each.unit): each.unit for each in self._vocabulary.items.values() if each.unit}
