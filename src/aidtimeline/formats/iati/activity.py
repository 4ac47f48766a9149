"""An activity, as far as all that is read of it depends on it: who reports it, since when it is known, its defaults."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from attrs import Factory, define, frozen

from aidtimeline.events import Source
from aidtimeline.formats.iati.values import (
    MAX_NAME,
    MAX_NOTE,
    by,
    day_of,
    language_of,
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

REMEMBERED = 2**12
"""How many organisations of a file are remembered, with their slugs."""

_NONE: Sequence[Element] = ()


@frozen
class Reporter:
    """Who reports an activity: its slug, its name or else its identifier, and the dataset of its activities."""

    slug: str | None
    publisher: str | None
    dataset: str


class Version:
    """What applies to all of a file: its name, when it was published, if known, and the slugs of its organisations.

    `part_of` gives, by the slug of an activity and a type of transactions, the activity that reports the same money.
    """

    def __init__(self, file: File, published: DateRange | None, part_of: Callable[[str, str], str | None]) -> None:
        self.name = printable(file.name)
        self.published = published
        self.part_of = part_of
        self._file = file
        self._slug = lru_cache(REMEMBERED)(self._slug_of)
        self._reporter = lru_cache(REMEMBERED)(self._reporter_of)

    def party(self, org: Element | None, language: str) -> str | None:
        """The slug of an organisation by its identifier and name; None if it has neither."""
        return None if org is None else self._slug(org.get("ref"), narrative(org, language))

    def reporter(self, org: Element | None, language: str) -> Reporter:
        """Who reports an activity."""
        return self._reporter("", "") if org is None else self._reporter(org.get("ref"), narrative(org, language))

    def _slug_of(self, ref: str, name: str) -> str | None:
        return self._file.party(name, ref or None) or None if ref or name else None

    def _reporter_of(self, ref: str, name: str) -> Reporter:
        dataset = self._file.dataset or slug(f"iati/{ref or name}" if ref or name else "iati")
        return Reporter(self._slug(ref, name), shortened(name or ref, MAX_NAME) or None, dataset)


@define(eq=False)
class Activity:
    """What the elements of an activity share, and these by their names.

    It is known since `published`. `said` is when what it states of itself came about: some time until then.
    `currency`, `language` and `location` are its defaults, None or empty without one. The `ref`s of its entries begin
    with the `stem`.
    """

    version: Version
    identifier: str
    parts: Mapping[str, Sequence[Element]]
    reporter: Reporter
    published: DateRange | None
    said: DateRange
    source: Source
    stem: str
    currency: str
    language: str
    location: str | None
    _references: References = Factory(References)

    def all(self, tag: str) -> Sequence[Element]:
        """Its elements with a name."""
        return self.parts.get(tag, _NONE)

    def numbered(self, tag: str) -> Iterator[tuple[str, Element]]:
        """Its elements with a name, each after its place in words: "transaction 3"."""
        return ((f"{tag} {number}", element) for number, element in enumerate(self.all(tag), start=1))

    def source_at(self, line: int) -> Source:
        """The file as the source of what stands in a line."""
        return _source(self.version, self.reporter, self.published, line)

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


def activity_of(element: Element, identifier: str, version: Version) -> Activity:
    """What the elements of an activity share.

    Its dataset is that of its reporting organisation: a file may have activities of several. It is known since its
    `last-updated-datetime`, or if it has none, since the file was published.
    """
    parts = defaultdict(list)
    for each in element.children:
        parts[each.tag].append(each)
    language = language_of(element)
    reporter = version.reporter(parts["reporting-org"][0] if "reporting-org" in parts else None, language)
    published = day_of(element.attributes.get("last-updated-datetime", "")) or version.published
    return Activity(
        version=version,
        identifier=identifier,
        parts=parts,
        reporter=reporter,
        published=published,
        said=by(published),
        source=_source(version, reporter, published, element.line),
        # Without a slash of its own, so that the references of no activity begin with the stem of another.
        stem=identifier.replace("%", "%25").replace("/", "%2F") + "/",
        currency=element.get("default-currency"),
        language=language,
        location=country([*parts.get("recipient-country", _NONE), *parts.get("recipient-region", _NONE)]),
    )


def country(places: Sequence[Element]) -> str | None:
    """The one country that an activity or a transaction is for; None if it has several places, or a region."""
    if len(places) != 1 or places[0].tag != "recipient-country":
        return None
    percentage = places[0].get("percentage")
    return slug(places[0].get("code")) or None if not percentage or number(percentage) == 100 else None


def _source(version: Version, reporter: Reporter, published: DateRange | None, line: int) -> Source:
    return Source(
        publisher=reporter.publisher,
        published=published,
        dataset=reporter.dataset,
        locator=f"{version.name}, line {line}",
    )
