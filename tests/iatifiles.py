"""Small IATI files for tests, where real ones are, and what is read of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar
from xml.sax.saxutils import quoteattr

from attrs import frozen

from aidtimeline import MoneySums, replay
from aidtimeline.codec import record_id
from aidtimeline.events import Event, Record
from aidtimeline.formats.iati import read
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.readings import Entry, Reading, Remark, Skipped, Whole

IATI = Path(__file__).parents[2] / "shared" / "data" / "iati"
REAL = [
    IATI / "activities" / name
    for name in (
        "real-japan-funded.xml",
        "real-mineaction.xml",
        "official-203-activity-standard-example-annotated.xml",
    )
]

NOW = datetime(2030, 1, 1, tzinfo=UTC)
REPORTER = '<reporting-org ref="XM-R" type="10"><narrative>Ministry of Examples</narrative></reporting-org>'

E = TypeVar("E", bound=Event)


def attributes(given: Mapping[str, str | None]) -> str:
    """Attributes as XML: `iso_date` is iso-date, `xml__lang` xml:lang; None is left out."""
    named = ((name.replace("__", ":").replace("_", "-"), text) for name, text in given.items())
    return "".join(f" {name}={quoteattr(text)}" for name, text in named if text is not None)


def file(*activities: str, version: str | None = "2.03", **more: str | None) -> str:
    return (
        f"<iati-activities{attributes({'version': version, **more})}>\n"
        + "\n".join(activities)
        + "\n</iati-activities>"
    )


def activity(*parts: str, id: str | None = "XM-1", reporter: str = REPORTER, **more: str | None) -> str:
    """An activity in US dollars, reported on 1 March 2023, if nothing else is said."""
    said = {"default_currency": "USD", "last_updated_datetime": "2023-03-01T09:30:00Z", **more}
    named = "" if id is None else f"<iati-identifier>{id}</iati-identifier>"
    return f"<iati-activity{attributes(said)}>\n{named}\n{reporter}\n" + "\n".join(parts) + "\n</iati-activity>"


def transaction(
    type: str | None = "3",
    value: str | None = "100",
    date: str | None = "2022-05-06",
    *parts: str,
    currency: str | None = None,
    value_date: str | None = None,
    ref: str | None = None,
) -> str:
    """A disbursement of 100 on 6 May 2022, if nothing else is said; None leaves out."""
    money = (
        "" if value is None else f"<value{attributes({'currency': currency, 'value_date': value_date})}>{value}</value>"
    )
    coded = "" if type is None else f"<transaction-type{attributes({'code': type})}/>"
    dated = "" if date is None else f"<transaction-date{attributes({'iso_date': date})}/>"
    return f"<transaction{attributes({'ref': ref})}>{coded}{dated}{money}{''.join(parts)}</transaction>"


def org(tag: str, ref: str | None = None, name: str | None = None, **more: str | None) -> str:
    narrative = "" if name is None else f"<narrative>{name}</narrative>"
    return f"<{tag}{attributes({'ref': ref, **more})}>{narrative}</{tag}>"


def related(type: str, ref: str) -> str:
    return f'<related-activity type="{type}" ref="{ref}"/>'


@frozen
class Found:
    """What was read of a file, by what it is."""

    readings: list[Reading]

    @property
    def entries(self) -> list[Entry]:
        return [each for each in self.readings if isinstance(each, Entry)]

    def events(self, kind: type[E]) -> list[E]:
        return [each.event for each in self.entries if isinstance(each.event, kind)]

    @property
    def skipped(self) -> list[Skipped]:
        return [each for each in self.readings if isinstance(each, Skipped)]

    @property
    def remarks(self) -> list[Remark]:
        return [each for each in self.readings if isinstance(each, Remark)]

    @property
    def wholes(self) -> list[Whole]:
        return [each for each in self.readings if isinstance(each, Whole)]

    def money(self, **options: Any) -> dict[Any, str]:
        """All its money, as a plain question sums it."""
        records = [Record(record_id(each.event), NOW, each.event) for each in self.entries]
        table = replay(records, MoneySums(**options), as_of=date(2029, 1, 1))
        return {row.key: str(row.bounds) for row in table.rows}


def found_in(path: Path, text: str | bytes | None = None, **more: Any) -> Found:
    """What is read of a file, which is written first if its text is given."""
    if path.is_dir():
        path = path / "activities.xml"
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Found(list(read(File(path=path, **more))))
