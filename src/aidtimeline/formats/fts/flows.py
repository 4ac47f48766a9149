"""A flow of FTS, from either of its two shapes: an object in the JSON of the API, or a row of a table.

The table is what the Humanitarian Data Exchange makes of the API's answers: `srcOrganization`, `destLocations`, …
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from attrs import frozen

from aidtimeline.codec.jsonlines import Token
from aidtimeline.events import Source
from aidtimeline.formats.fts.classes import OPEN, split
from aidtimeline.formats.reading.sheets import Row, fold

MULTIPLE = "Multiple"
"""What a table has instead of several organisations."""


_PLACES = fold("destLocations")

#: What both shapes call by the same names.
FIELDS = (
    *("id", "versionId", "status", "date", "decisionDate", "firstReportedDate", "updatedAt", "newMoney", "boundary"),
    *("amountUSD", "originalAmount", "originalCurrency", "exchangeRate", "contributionType", "flowType"),
    *("parentFlowId", "description", "refCode"),
)


#: Those of them that are numbers. Programs write the same number in many ways.
NUMBERS = ("id", "versionId", "parentFlowId", "amountUSD", "originalAmount", "exchangeRate")
_MISSING = frozenset({"NA", "NaN", "nan", "NULL", "null", "None", "<NA>"})
"""What R, pandas and databases write into a CSV where they have nothing."""
_OF_PROGRAMS = re.compile(r"[-+]?[0-9]{1,20}(?:\.[0-9]{1,20})?[eE][-+]?[0-9]{1,2}|[-+]?[0-9]{1,20}\.0+")
"""A number as R, pandas and spreadsheets write it into a CSV: 1e+05, 1.4E+07, and 901.0 where a column has gaps."""


def plain_number(text: str) -> str:
    """A number as the API writes it, if programs write it otherwise; any other text as it is.

    >>> plain_number("1e+05"), plain_number("1.4E+07"), plain_number("901.0"), plain_number("2.5e-01")
    ('100000', '14000000', '901', '0.25')
    >>> plain_number("1,000"), plain_number("12.50")
    ('1,000', '12.50')
    """
    if not _OF_PROGRAMS.fullmatch(text):
        return text
    plain = f"{Decimal(text):f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


@frozen(kw_only=True)
class Flow:
    """A flow. `texts` has the text of each of `FIELDS`, empty if the file does not state it.

    `place` and `line` say where the flow is in the file; `of_fund`, that a pooled fund passes it on. `years` are those
    in which it is to be used.
    """

    place: str
    line: int | None = None
    texts: Mapping[str, str]
    donors: tuple[str, ...]
    recipients: tuple[str, ...]
    locations: tuple[str, ...]
    projects: tuple[str, ...]
    plans: tuple[str, ...] = ()
    emergencies: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()
    plan_clusters: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    reports: tuple[Source, ...] = ()
    of_fund: bool = False

    def __getitem__(self, field: str) -> str:
        """The text of one of `FIELDS`."""
        return self.texts[field]

    @property
    def locator(self) -> str:
        """Its place, and which version of the flow it is."""
        return self.place + (f", version {self['versionId']}" if self["versionId"] else "")

    @property
    def in_kind(self) -> bool:
        """Whether goods were given, and not money."""
        return fold(self["contributionType"]).replace("-", " ") == "in kind"

    @property
    def new_money(self) -> bool:
        """Whether it is reported for the first time. What is internal to a boundary or carried over is not."""
        old = fold(self["newMoney"]) == "false" or self["boundary"] == "internal" or self["flowType"] == "Carryover"
        return not (old or self.of_fund)


def of_object(found: Any, number: int) -> Flow:
    """The flow of an object of the API; `number` is its position in the list, from 1.

    Raises TypeError, AttributeError or InvalidValue if the object is not of the form of the API.
    """
    texts = _plain({field: _text(found.get(field)) for field in FIELDS})

    def names(side: str, kind: str, *fields: str) -> tuple[str, ...]:
        things = [each for each in found.get(side) or () if _text(each.get("type")) == kind]
        return tuple(next(filter(None, (_text(each.get(field)) for field in fields)), "") for each in things)

    return Flow(
        place=f"flow {texts['id']}" if texts["id"] else f"flow {number} of the file",
        texts=texts,
        donors=names("sourceObjects", "Organization", "name"),
        recipients=names("destinationObjects", "Organization", "name"),
        locations=names("destinationObjects", "Location", "name"),
        projects=names("destinationObjects", "Project", "code", "name") or names("destinationObjects", "Plan", "name"),
        plans=names("destinationObjects", "Plan", "name"),
        emergencies=names("destinationObjects", "Emergency", "name"),
        clusters=names("destinationObjects", "GlobalCluster", "name"),
        plan_clusters=names("destinationObjects", "Cluster", "name"),
        years=names("destinationObjects", "UsageYear", "name"),
        reports=tuple(
            Source(publisher=_text(each.get("organization")), title=_title(each))
            for each in found.get("reportDetails") or ()
            if _text(each.get("organization"))
        ),
    )


def of_row(row: Row) -> Flow:
    """The flow of a row of a table. If that does not say what is new money, what a pooled fund passes on is not."""
    cells = {fold(name): _said(text) for name, text in row.cells.items()}

    def one(*names: str) -> tuple[str, ...]:
        return tuple(filter(None, (cells.get(fold(name)) for name in names)))[:1]

    return Flow(
        place=row.place,
        line=row.number,
        texts=_plain({field: cells.get(fold(field), "") for field in FIELDS}),
        donors=one("srcOrganization"),
        recipients=one("destOrganization"),
        locations=tuple(each.strip() for each in cells.get(_PLACES, "").split(",")),
        projects=one("destProjectCode", "destProject", "destPlan"),
        plans=one("destPlan"),
        emergencies=one("destEmergency"),
        clusters=split(cells.get(fold("destGlobalClusters"), "")),
        plan_clusters=split(cells.get(fold("destClusters"), "")),
        years=_years(*(one(f"destUsageYear{name}") for name in ("Start", "End"))),
        of_fund="pooled fund" in fold(cells.get(fold("srcOrganizationTypes"), "")),
    )


def _years(start: tuple[str, ...], end: tuple[str, ...]) -> tuple[str, ...]:
    """The first and the last year of use, of which a table may have one alone: the other may be any."""
    return tuple(plain_number(next(iter(each), OPEN)) for each in (start, end)) if start or end else ()


def besides_places(row: Row) -> int:
    """A digest of all that a row says but for its countries: rows alike in it are of one flow that several share."""
    return hash(tuple(text for name, text in row.cells.items() if fold(name) != _PLACES))


def is_of_tags(row: Row) -> bool:
    """Whether a row has the tags of HXL that stand below the header: "#date+year", "#org+funder"."""
    texts = [text for text in row.cells.values() if text.strip()]
    return bool(texts) and all(text.startswith("#") for text in texts)


def _said(cell: str) -> str:
    """The text of a cell; empty if a program wrote there that it has none."""
    text = _text(cell)
    return "" if text in _MISSING else text


def _plain(texts: dict[str, str]) -> dict[str, str]:
    return texts | {field: plain_number(texts[field]) for field in NUMBERS}


def _title(report: Mapping[str, Any]) -> str:
    """How and when an organisation reported to FTS, which is not a publication."""
    parts = (_text(report.get("reportChannel")), _text(report.get("date"))[:10])
    return ", ".join(("report to FTS", *filter(None, parts)))


def _text(found: object) -> str:
    """A value as text on one line. Raises TypeError for a list or an object."""
    if found is None:
        return ""
    if isinstance(found, str | int | Token):
        return " ".join((found.text if isinstance(found, Token) else str(found)).replace("\0", " ").split())
    raise TypeError(found)
