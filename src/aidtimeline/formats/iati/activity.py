"""An activity, as far as all that is read of it depends on it: who reports it, since when it is known, its defaults."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from attrs import frozen

from aidtimeline.events import Source
from aidtimeline.formats.iati.values import (
    LANGUAGE,
    MAX_NAME,
    MAX_NOTE,
    by,
    day_of,
    narrative,
    number,
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

FORMER_ACTIVITY = "A3"
"""IATI codelist OtherIdentifierType: an identifier that the activity had before."""

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

    `parents_of` gives the parents of an activity.
    """

    def __init__(self, file: File, published: DateRange | None, parents_of: Callable[[str], frozenset[str]]) -> None:
        self.name = printable(file.name)
        self.published = published
        self.parents_of = parents_of
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
        return self._file.party(name, ref or None) or None if ref or name else None

    def _reporter_of(self, ref: str, name: str) -> Reporter:
        dataset = self._file.dataset or slug(f"{DATASETS}{ref or name}" if ref or name else "iati")
        return Reporter(self._slug(ref, name), shortened(name or ref, MAX_NAME) or None, dataset)


class Activity:
    """What the elements of an activity share, and these by their names.

    Its dataset is that of its reporting organisation: a file may have activities of several. It is known since
    `published`, the day of its `last-updated-datetime`, or if it has none, of the file. `said` is when what it states
    of itself came about: some time until then. `currency`, `language` and `location` are its defaults, None or empty
    without one. The `ref`s of its entries begin with the `stem`.
    """

    def __init__(self, version: Version, identifier: str, element: Element) -> None:
        self.version, self.identifier = version, identifier
        self._parts: dict[str, list[Element]] = defaultdict(list)
        for each in element.children:
            self._parts[each.tag].append(each)
        self.language = element.attributes.get(LANGUAGE, "").casefold()
        self.currency = element.get("default-currency")
        self.location = country([*self.all("recipient-country"), *self.all("recipient-region")])
        self.reporter = version.reporter(next(iter(self.all("reporting-org")), None), self.language)
        self.published = day_of(element.attributes.get("last-updated-datetime", "")) or version.published
        self.said = by(self.published)
        self.source = self.source_at(element.line)
        self.stem = stem_of(identifier)
        self._references = References()

    def all(self, tag: str) -> Sequence[Element]:
        """Its elements with a name."""
        return self._parts.get(tag, ())

    def numbered(self, tag: str) -> Iterator[tuple[str, Element]]:
        """Its elements with a name, each after its place in words: "transaction 3"."""
        return ((f"{tag} {number}", element) for number, element in enumerate(self.all(tag), start=1))

    def source_at(self, line: int) -> Source:
        """The file as the source of what is in a line."""
        return Source(
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
        return "" if org is None else slug(org.get("ref")) or slug(narrative(org, self.language))

    def read(
        self,
        what: str,
        elements: Iterable[tuple[str, Element]],
        read: Callable[[Activity, Element, str], Iterable[Reading]],
    ) -> Iterator[Reading]:
        """What `read` makes of each element at its place; one that cannot be read is skipped, as `what` it is."""
        for place, element in elements:
            try:
                yield from read(self, element, place)
            except SkipError as error:
                yield self.skipped(what, place, element, error)

    def skipped(self, what: str, place: str, element: Element, error: SkipError) -> Skipped:
        """That an element, which is `what`, cannot be read."""
        return Skipped(
            reason=f"{what} {error.reason}",
            place=f"{place} of {self.identifier}",
            line=element.line if error.line is None else error.line,
            found=shortened(str(error.found), MAX_NOTE) if error.found else None,
        )

    def remark(self, reason: str, place: str, element: Element, found: str | None = None) -> Remark:
        """That an element was read, and is worth a look."""
        return Remark(reason=reason, place=f"{place} of {self.identifier}", line=element.line, found=found)


def identifier_of(activity: Element) -> str:
    """The identifier of an activity, as a slug; empty if it has none."""
    named = activity.first("iati-identifier")
    return "" if named is None else slug(named.text)


def formerly(activity: Element) -> list[str]:
    """The identifiers that an activity had before, as it says."""
    former = (each for each in activity.all("other-identifier") if each.get("type") == FORMER_ACTIVITY)
    return [identifier for each in former if (identifier := slug(each.get("ref")))]


def is_secondary(activity: Element) -> bool:
    """Whether who reports an activity is not responsible for it, and reproduces what somebody else reports."""
    reporter = activity.first("reporting-org")
    return reporter is not None and reporter.get("secondary-reporter") in ("1", "true")


def stem_of(identifier: str) -> str:
    """What the references of an activity's entries begin with.

    Without a slash of its own, so that those of no activity begin with the stem of another.
    """
    return identifier.replace("%", "%25").replace("/", "%2F") + "/"


def country(places: Sequence[Element]) -> str | None:
    """The one country that an activity or a transaction is for; None if it has several places, or a region."""
    if len(places) != 1 or places[0].tag != "recipient-country":
        return None
    percentage = places[0].get("percentage")
    return slug(places[0].get("code")) or None if not percentage or number(percentage) == 100 else None


def _named(org: Element | None, language: str) -> tuple[str, str]:
    """The identifier and the name of an organisation; empty if the file has none."""
    return ("", "") if org is None else (org.get("ref"), narrative(org, language))
