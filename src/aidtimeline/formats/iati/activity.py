"""An activity, as far as all that is read of it depends on it: who reports it, since when it is known, its defaults."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache

from attrs import frozen

from aidtimeline.events import Source
from aidtimeline.formats.iati.events import new_source
from aidtimeline.formats.iati.families import THIRD_PARTY, Families, is_below, is_secondary, may_be_part_of, relatives
from aidtimeline.formats.iati.purposes import of_activity
from aidtimeline.formats.iati.values import (
    LANGUAGE,
    MAX_NAME,
    MAX_NOTE,
    by,
    day_of,
    identifier,
    narrative,
    shortened,
    slug,
)
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.xml import Element
from aidtimeline.formats.readings import Reading, References, Remark, SkipError, Skipped
from aidtimeline.text.safe import printable
from aidtimeline.values.dates import DateRange

DATASETS = "iati/"
"""What the names of datasets begin with: the identifiers of activities are the same in all of them."""

#: IATI codelist OtherIdentifierType.
FORMER_ACTIVITY, FORMER_REPORTER = "A3", "B1"

REMEMBERED = 2**12
"""How many organisations of a file are remembered, with their slugs."""


@frozen
class Reporter:
    """Who reports an activity: its slug, its name or else its identifier, and the dataset of its activities."""

    slug: str | None
    publisher: str | None
    dataset: str


class Version:
    """What applies to all of a file: its name, when it was published, if known, and the slugs of its organisations.

    `families` has the parents of activities.
    """

    def __init__(self, file: File, published: DateRange | None, families: Families) -> None:
        self.name = printable(file.name)
        self.published = published
        self.families = families
        self._file = file
        self._slug = lru_cache(REMEMBERED)(self._slug_of)
        self._reporter = lru_cache(REMEMBERED)(self._reporter_of)

    def party(self, org: Element | None, language: str) -> str | None:
        """The slug of an organisation by its identifier and name; None if it has neither."""
        return self._slug(*_named(org, language))

    def reporter(self, org: Element | None, language: str) -> Reporter:
        """Who reports an activity."""
        return self._reporter(*_named(org, language))

    def _slug_of(self, ref: str, name: str) -> str | None:
        if not ref and not name:
            return None
        known = self._file.vocabulary.party(name, ref or None)
        return known or (identifier(ref) if ref else slug(name)) or None

    def _reporter_of(self, ref: str, name: str) -> Reporter:
        dataset = self._file.dataset or identifier(f"{DATASETS}{ref or name}" if ref or name else "iati")
        return Reporter(self._slug(ref, name), shortened(name or ref, MAX_NAME) or None, dataset)


class Activity:
    """What the elements of an activity share, and these by their names.

    Its dataset is that of its reporting organisation: a file may have activities of several. It is known since
    `published`, the day of its `last-updated-datetime`, or if it has none, of the file. `said` is when what it states
    of itself came about: some time until then. `currency` and `language` are its defaults, empty without one, and
    `purposes` what its money is for. A `secondary` reporter reports what others do. The `ref`s of its entries begin
    with the `stem`.
    """

    def __init__(self, version: Version, identifier: str, element: Element) -> None:
        self.version, self.identifier = version, identifier
        self._parts: dict[str, list[Element]] = defaultdict(list)
        for each in element.children:
            self._parts[each.tag].append(each)
        self.language = element.attributes.get(LANGUAGE, "").casefold()
        self.currency = element.get("default-currency")
        self.purposes = of_activity(self._parts, element.get("humanitarian").casefold())
        self.reporter = version.reporter(next(iter(self.all("reporting-org")), None), self.language)
        self.secondary = is_secondary(self.all("reporting-org"))
        self.hierarchy = element.get("hierarchy")
        self.published = day_of(element.attributes.get("last-updated-datetime", "")) or version.published
        self.said = by(self.published)
        self.source = self.source_at(element.line)
        self.stem = stem_of(identifier)
        self._references = References()

    @cached_property
    def above(self) -> tuple[str, ...]:
        """The activities that may report its transactions too: its parents, and reports of others on the same."""
        related = self.all("related-activity")
        known = self.version.families.parents_of(self.identifier)
        return tuple(sorted({*known, *relatives(self.identifier, related, THIRD_PARTY), *self.wider}))

    @property
    def is_below_unnamed(self) -> bool:
        """Whether it is below the first level, and nobody names its parent."""
        return is_below(self.hierarchy) and not self.version.families.parents_of(self.identifier)

    @cached_property
    def wider(self) -> tuple[str, ...]:
        """The activities that it may be a part of, though nobody says so."""
        if self.version.families.parents_of(self.identifier):
            return ()
        return tuple(may_be_part_of(self.identifier, self._reporting, self.hierarchy))

    @cached_property
    def former(self) -> tuple[str, ...]:
        """The identifiers that it had before; or would have had, if it begins with that of its publisher."""
        found: dict[str, None] = {}
        for each in self.all("other-identifier"):
            ref, type_ = identifier(each.get("ref")), each.get("type")
            if ref and type_ == FORMER_ACTIVITY:
                found[ref] = None
            elif ref and type_ == FORMER_REPORTER and self._reporting and self.identifier.startswith(self._reporting):
                found[ref + self.identifier[len(self._reporting) :]] = None
        return tuple(each for each in found if each != self.identifier)

    @property
    def _reporting(self) -> str:
        return next((identifier(each.get("ref")) for each in self.all("reporting-org")), "")

    def all(self, tag: str) -> Sequence[Element]:
        """Its elements with a name."""
        return self._parts.get(tag, ())

    def numbered(self, tag: str) -> Iterator[tuple[str, Element]]:
        """Its elements with a name, each after its place in words: "transaction 3"."""
        return ((f"{tag} {number}", element) for number, element in enumerate(self.all(tag), start=1))

    def source_at(self, line: int) -> Source:
        """The file as the source of what is in a line."""
        return new_source(
            publisher=self.reporter.publisher,
            published=self.published,
            dataset=self.reporter.dataset,
            locator=f"{self.version.name}, line {line}",
        )

    def ref(self, text: str) -> str:
        """A reference within the activity, with an ordinal if it was given before."""
        return self._references.free(self.stem + text)[0]

    def party(self, org: Element | None) -> str | None:
        """The slug of an organisation by its identifier and name; None if it has neither."""
        return self.version.party(org, self.language)

    def called(self, org: Element | None) -> str:
        """The identifier of an organisation in the file, or else its name, whatever the vocabulary calls it."""
        return "" if org is None else identifier(org.get("ref")) or slug(narrative(org, self.language))

    def read(
        self,
        what: str,
        elements: Iterable[tuple[str, Element]],
        read: Callable[[Activity, Element, str], Iterable[Reading]],
        key: str | None = None,
    ) -> Iterator[Reading]:
        """What `read` makes of each element at its place; one that cannot be read is skipped, as `what` it is.

        The `ref`s of what is read begin with the `key`.
        """
        for place, element in elements:
            try:
                yield from read(self, element, place)
            except SkipError as error:
                yield self.skipped(what, place, element, error, key)

    def skipped(self, what: str, place: str, element: Element, error: SkipError, key: str | None = None) -> Skipped:
        """That an element, which is `what`, cannot be read; its `ref` begins with the `key`, if it had any."""
        return Skipped(
            reason=f"{what} {error.reason}",
            place=f"{place} of {self.identifier}",
            line=element.line if error.line is None else error.line,
            found=shortened(str(error.found), MAX_NOTE) if error.found else None,
            spares=None if key is None else self.stem + key,
            value=error.value,
        )

    def remark(self, reason: str, place: str, element: Element, found: str | None = None) -> Remark:
        """That an element was read, and is worth a look."""
        return Remark(reason=reason, place=f"{place} of {self.identifier}", line=element.line, found=found)


def stem_of(identifier: str) -> str:
    """What the references of an activity's entries begin with.

    Without a slash of its own, so that those of no activity begin with the stem of another.
    """
    return identifier.replace("%", "%25").replace("/", "%2F") + "/"


def _named(org: Element | None, language: str) -> tuple[str, str]:
    """The identifier and the name of an organisation; empty if the file has none."""
    return ("", "") if org is None else (org.get("ref"), narrative(org, language))
