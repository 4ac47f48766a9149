"""An activity, as far as all that is read of it rests on it: who reports it, since when it is known, its defaults."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from attrs import Factory, define, frozen

from aidtimeline.events import Source
from aidtimeline.formats.iati.values import MAX_NAME, Fault, by, day_of, language_of, narrative, number, shortened, slug
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.xml import Element
from aidtimeline.formats.readings import Remark, Skipped
from aidtimeline.text.safe import printable
from aidtimeline.values.dates import DateRange

REMEMBERED = 2**12
"""How many organisations of a file are remembered, once it is known what they are."""

_NONE: Sequence[Element] = ()


@frozen
class Reporter:
    """Who reports an activity: its slug, its name or else its identifier, and the dataset of its activities."""

    slug: str | None
    publisher: str | None
    dataset: str


class Version:
    """What holds for all of a file: its name, when it came out, where anybody says, and what its organisations are.

    `part_of` gives, by the slug of an activity and a type of transactions, the activity that tells of the same money.
    """

    def __init__(self, file: File, published: DateRange | None, part_of: Callable[[str, str], str | None]) -> None:
        self.name = printable(file.name)
        self.published = published
        self.part_of = part_of
        self._file = file
        self._slug = lru_cache(REMEMBERED)(self._slug_of)
        self._reporter = lru_cache(REMEMBERED)(self._reporter_of)

    def party(self, org: Element | None, language: str) -> str | None:
        """The slug of an organisation by its identifier and name; None where it has neither."""
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

    It is known since `published`; `said` is when that came about which it states of itself: some time until then.
    `currency`, `language` and `location` are its defaults, None or empty where it has none. What the references of
    its entries begin with is the `stem`; `often` is how often each has been given.
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
    often: dict[str, int] = Factory(dict)

    def all(self, tag: str) -> Sequence[Element]:
        """Its elements of a name."""
        return self.parts.get(tag, _NONE)

    def source_at(self, line: int) -> Source:
        """The file, as the source of what stands in a line."""
        return _source(self.version, self.reporter, self.published, line)

    def ref(self, text: str) -> str:
        """A reference within the activity; with an ordinal, from the second time on that it is given."""
        self.often[text] = often = self.often.get(text, 0) + 1
        return self.stem + text if often == 1 else f"{self.stem}{text}#{often}"

    def party(self, org: Element | None) -> str | None:
        """The slug of an organisation by its identifier and name; None where it has neither."""
        return self.version.party(org, self.language)

    def called(self, org: Element | None) -> str:
        """What the file calls an organisation, whatever the vocabulary knows of it: by its identifier, or its name."""
        return "" if org is None else slug(org.get("ref")) or slug(narrative(org, self.language))

    def skipped(self, what: str, place: str, element: Element, fault: Fault) -> Skipped:
        """That an element, which is `what`, cannot be read."""
        return Skipped(
            reason=f"{what} {fault.reason}",
            place=f"{place} of {self.identifier}",
            line=element.line if fault.line is None else fault.line,
            found=fault.found,
        )

    def remark(self, reason: str, place: str, element: Element, found: str | None = None) -> Remark:
        """That an element was read, and is worth a look."""
        return Remark(reason=reason, place=f"{place} of {self.identifier}", line=element.line, found=found)


def activity_of(element: Element, identifier: str, version: Version) -> Activity:
    """What the elements of an activity share, whose identifier is known.

    Its dataset is that of its reporting organisation: a file may have activities of several. It is known since its
    `last-updated-datetime`, or where it has none, since the file came out.
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
        # Without a slash of its own, so that no activity's references begin as those of another do.
        stem=identifier.replace("%", "%25").replace("/", "%2F") + "/",
        currency=element.get("default-currency"),
        language=language,
        location=country([*parts.get("recipient-country", _NONE), *parts.get("recipient-region", _NONE)]),
    )


def country(places: Sequence[Element]) -> str | None:
    """The one country that an activity or a transaction is for; None where its places are several, or a region."""
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
