"""What the columns of a table look like: dates of which form, numbers with which marks, names of what."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import islice

from attrs import define, evolve, field, frozen

from aidtimeline.errors import InvalidValue
from aidtimeline.formats.reading.cells import Figure, fold
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.sheets import rows
from aidtimeline.formats.tables import styles
from aidtimeline.formats.tables.dates import FORMS
from aidtimeline.formats.tables.doubts import Doubtful
from aidtimeline.formats.tables.layout import layout
from aidtimeline.formats.tables.numbers import DOUBTFUL, MARKS
from aidtimeline.formats.tables.values import Habits, swapped
from aidtimeline.values.currencies import check_currency

ROWS = 1_000
"""So many rows are looked at."""

MOST = 0.6
"""The share of the cells of a column that are alike, from which on it is taken for a column of dates or numbers."""

NOTHING = frozenset(
    (
        "n/a",
        "na",
        "n.a.",
        "-",
        "–",
        "—",
        "?",
        "..",
        "...",
        "unknown",
        "none",
        "nil",
        "tbd",
        "tbc",
        "undisclosed",
        "null",
    )
)
"""Texts that mostly mean nothing."""

YEARS = re.compile(r"(?:FY ?)?(?:19|20)[0-9]{2}(?:[-/–](?:[0-9]{2}|[0-9]{4}))?")
"""What years and financial years look like."""

_NUMBER_STYLES = (
    "brackets",
    "ranges",
    "bounds",
    "about",
    "short",
    "footnotes",
    "exponents",
    "percent",
    "currency signs",
)
_DATE_STYLES = (
    "financial years from April",
    "quarters",
    "months",
    "brackets",
    "ranges",
    "lists",
    "bounds",
    "about",
    "parts",
)


@define
class Column:
    """A column: its name, the texts in it, and what they look like.

    `kind` is date, number, currency, link or text. `forms` and `styles` are what dates need, `marks` what numbers do.
    `orders` are other forms that fit as well, and `mark` is one of which it is not clear what it is for. `of_list`
    is the list of JSON in which it is, the innermost one.
    """

    name: str
    texts: list[str] = field(factory=list)
    kind: str = "text"
    forms: tuple[str, ...] = ()
    marks: tuple[str, str] | None = None
    styles: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    mark: str | None = None
    of_list: str | None = None

    @property
    def within(self) -> Column:
        """The same by its name in the innermost list."""
        return evolve(self, name=self.name.removeprefix(f"{self.of_list}.")) if self.of_list else self

    @property
    def written(self) -> list[str]:
        """The texts in it that are no number to the program that wrote the table: only these have marks."""
        return [text for text in self.texts if not isinstance(text, Figure)]

    @property
    def decimals(self) -> set[str]:
        """The marks that can be for nothing but decimals in it."""
        return {
            mark
            for text in self.written
            for mark in ".,"
            if re.fullmatch(rf"-?[0-9]+\{mark}(?![0-9]{{3}}$)[0-9]+", text)
        }

    @property
    def nothing(self) -> list[str]:
        """The texts in it that mostly mean nothing."""
        return list(dict.fromkeys(text for text in self.texts if fold(text) in NOTHING))


@frozen
class Look:
    """A table as it looks: its layout and columns, how many rows were looked at, its format, what is above it."""

    header: int
    rows: str | None
    sheet: str | None
    columns: tuple[Column, ...]
    looked_at: int
    format: str
    above: tuple[str, ...] = ()


def look(file: File) -> Look:
    """What a table looks like. Raises `UnreadableFile`."""
    laid = layout(file)
    is_json, within = laid.is_json, laid.within
    columns: dict[str, Column] = {}
    many, sheet = 0, None
    for row in islice(rows(file, wanted=laid.names, header=laid.header, within=within), ROWS):
        many, sheet = many + 1, row.sheet
        for found, text in row.cells.items():
            name, of_list = in_lists(found) if is_json else (found, None)
            columns.setdefault(name, Column(name, of_list=of_list))
            if text:
                columns[name].texts.append(text)
    for column in columns.values():
        _recognise(column)
    format = "jsonl" if is_json else "csv" if sheet is None else "xlsx"
    return Look(laid.header, within, None if within else sheet, tuple(columns.values()), many, format, laid.above)


def in_lists(name: str) -> tuple[str, str | None]:
    """A name in JSON without the places in lists, and the innermost list.

    >>> in_lists("contracts.0.items.2.id"), in_lists("buyer.name")
    (('contracts.items.id', 'contracts.items'), ('buyer.name', None))
    """
    plain: list[str] = []
    innermost = None
    for part in name.split("."):
        if part.isdecimal() and plain:
            innermost = ".".join(plain)
        else:
            plain.append(part)
    return ".".join(plain), innermost


def _recognise(column: Column) -> None:
    """What a column looks like."""
    texts = [text for text in column.texts if fold(text) not in NOTHING]
    if not texts:
        return
    if _share(texts, lambda text: text.startswith(("http://", "https://"))) > MOST:
        column.kind = "link"
    elif _share(texts, _is_currency) > MOST:
        column.kind = "currency"
    elif (_share(texts, lambda text: YEARS.fullmatch(text) is not None) > MOST and _as_dates(column, texts)) or (
        _named(column.name, "dates?|years?|months?|days?|when|signed|announced|period|since|until|by|fy")
        and _as_dates(column, texts)
    ):
        column.kind = "date"
    elif _as_numbers(column, texts):
        column.kind = "number"
    elif not all(isinstance(text, Figure) and text.isdecimal() for text in texts) and _as_dates(column, texts):
        column.kind = "date"


def _named(name: str, words: str) -> bool:
    return re.search(rf"(?<![^\W\d_])(?:{words})(?![^\W\d_])", name.casefold()) is not None


def _share(texts: list[str], fits: Callable[[str], bool]) -> float:
    return sum(map(fits, texts)) / len(texts)


def _is_currency(text: str) -> bool:
    try:
        return bool(check_currency(text))
    except InvalidValue:
        return False


def _as_dates(column: Column, texts: list[str]) -> bool:
    """Whether most texts are dates; then the forms and styles that they need."""
    left = [text for text in dict.fromkeys(texts) if not _reads(Habits(), "date", text)]
    distinct = len(dict.fromkeys(texts))
    forms, orders = [], []
    for form in FORMS:
        read = [text for text in left if _reads(Habits(dates=(form,)), "date", text)]
        if read:
            forms.append(form)
            other = Habits(dates=(swapped(form),))
            if "." not in form and swapped(form) != form and all(_reads(other, "date", text) for text in read):
                orders.append(swapped(form))
            left = [text for text in left if text not in set(read)]
    orders += [form for form in forms if swapped(form) != form and swapped(form) in forms]
    needed, left = _needed(_DATE_STYLES, left, "date", tuple(forms), None)
    if len(left) > (1 - MOST) * distinct:
        return False
    column.forms, column.styles, column.orders = tuple(forms), needed, tuple(orders)
    return True


def _as_numbers(column: Column, texts: list[str]) -> bool:
    """Whether most texts are numbers; then the marks and styles that they need."""
    distinct = list(dict.fromkeys(texts))
    best, left = None, distinct
    for decimal, thousands in MARKS:
        habits = Habits(decimal=decimal, thousands=thousands)
        not_read = [text for text in distinct if not _reads(habits, "quantity", text)]
        if best is None or len(not_read) < len(left):
            best, left = (decimal, thousands), not_read
    plain = [text for text in distinct if _reads(Habits(), "quantity", text)]
    column.marks = None if len(plain) >= len(distinct) - len(left) else best
    column.mark = next((found[1] for text in column.written if (found := DOUBTFUL.fullmatch(text))), None)
    clear = [
        text
        for text in distinct
        if column.mark in (*text,) and not DOUBTFUL.fullmatch(text) and not isinstance(text, Figure)
    ]
    if column.mark and not clear:
        column.marks = None  # each of them may be the one or the other
    else:
        column.mark = None
    needed, left = _needed(_NUMBER_STYLES, left, "quantity", (), best)
    if len(left) > (1 - MOST) * len(distinct):
        column.marks = None
        return False
    column.styles = needed
    return True


def _needed(
    names: Iterable[str], left: list[str], field: str, forms: tuple[str, ...], marks: tuple[str, str] | None
) -> tuple[tuple[str, ...], list[str]]:
    """The styles that read texts which nothing else does, and the texts that are left then."""
    decimal, thousands = marks or (None, None)
    needed: tuple[str, ...] = ()
    for name in names:
        habits = Habits(forms, decimal, thousands, styles=(*needed, *styles.check(name)))
        read = {text for text in left if _reads(habits, field, text)}
        if read:
            needed, left = (*needed, name), [text for text in left if text not in read]
    return needed, left


def _reads(habits: Habits, name: str, text: str) -> bool:
    try:
        habits.value(name, text, typed=isinstance(text, Figure))
    except (InvalidValue, Doubtful):
        return False
    return True
