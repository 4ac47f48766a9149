"""A first mapping for a table, guessed from its columns. A person is to read it; it says what it is unsure of."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

from aidtimeline.errors import InvalidValue
from aidtimeline.formats.reading.files import File, as_slug
from aidtimeline.formats.tables.grouping import OF_YEAR, series, together
from aidtimeline.formats.tables.looking import YEARS, Column, Look, look
from aidtimeline.formats.tables.totals import is_total
from aidtimeline.formats.tables.trial import tried
from aidtimeline.formats.tables.values import FIELDS as FIELDS_OF, swapped
from aidtimeline.formats.tables.wording import FIELDS, KEYS, is_in, is_money, kind_of, says, scale_of
from aidtimeline.text.safe import printable
from aidtimeline.values.currencies import check_currency

MOST_LEFT = 20
"""How many columns that are not used are named."""

MOST_ABOVE = 5
"""How many texts from above the header are shown."""

_FINANCIAL = "financial years from April"
_EVENTS = {"pledge": "promised", "commitment": "committed", "disbursement": "paid", "delivery": "delivered"}


def guess(file: File) -> str:
    """A mapping for a table, as TOML with comments. Raises `UnreadableFile`."""
    seen = look(file)
    text = "\n".join(_Guess(file, seen).lines()) + "\n"
    return text + "".join(f"{line}\n" for line in tried(file, text))


class _Guess:
    """What is guessed of a table, and how it is written."""

    def __init__(self, file: File, seen: Look) -> None:
        self.file, self.seen = file, seen
        self.events: dict[str, int] = {}
        self.above = [Column(text) for text in seen.above]
        self.columns = [each for each in seen.columns if each.name.isprintable() and not set(each.name) & {"{", "}"}]
        self.years = [each for each in self.columns if YEARS.fullmatch(each.name) and each.kind == "number"]
        self.years = self.years if len(self.years) > 1 else []
        self.series = series(self.columns)
        self.key = next((each for each in self.columns if self._distinguishes(each)), None)
        apart = [self.key, *self.years, *(each for columns in self.series.values() for each in columns)]
        rest = [each for each in self.columns if not any(each is one for one in apart)]
        self.dates = [each for each in rest if each.kind == "date"]
        self.numbers = [each for each in rest if each.kind == "number"]
        texts = [each for each in rest if each.kind == "text" and each.texts and not says(each, KEYS)]
        self.fields: dict[str, list[Column]] = {}
        taken: list[Column] = []
        for name, words in FIELDS.items():
            found = [each for each in texts if says(each.within, words) and each not in taken]
            # Of the columns of a row the first is meant; lists may each have their own.
            first = next(([each] for each in found if each.of_list is None), [])
            self.fields[name] = first + [each for each in found if each.of_list is not None]
            taken += self.fields[name]
        country = next((each for each in texts if says(each, "country|government|state") and each not in taken), None)
        if country is not None:
            self.fields["recipient" if self.fields["donor"] else "donor"].insert(0, country)
        self.currencies = [each for each in rest if each.kind == "currency"]

    def _distinguishes(self, column: Column) -> bool:
        """Whether a column names each row: by its name, and by what is in it."""
        named = says(column, KEYS) and kind_of(column) is None
        named = named and (column is self.seen.columns[0] or not says(column, "no|nr|number|code"))
        return named and len(column.texts) == self.seen.looked_at == len(set(column.texts))

    def lines(self) -> Iterator[str]:
        """The mapping."""
        name = printable(self.file.name)
        yield f"# A first mapping for {name}, guessed from its columns: read it, and mend what is wrong."
        yield f"# Try it: aidtimeline import {self.seen.format} {name} --mapping THIS.toml --dry-run"
        yield "# docs/mapping.md has the whole language."
        yield ""
        dataset = as_slug(Path(self.file.name).stem) or "table"
        yield f"dataset = {_quoted(dataset)}  # one name for all versions of the table"
        yield '# publisher = "…"  # who says so'
        if self.seen.header != 1:
            yield f"header = {self.seen.header}"
        if self.seen.rows is not None:
            yield f"rows = {_quoted(self.seen.rows)}"
        if self.seen.sheet is not None:
            yield f"sheet = {_quoted(self.seen.sheet)}"
        if self.seen.above:
            yield f"# above the table: {', '.join(_quoted(text) for text in self.seen.above[:MOST_ABOVE])}"
        yield from self._keys()
        yield "# complete = true  # if each version has everything, so that what is gone is retracted"
        yield from self._habits()
        links = [each for each in self.columns if each.kind == "link" and each.of_list is None]
        if links:
            yield f"reports = [{', '.join(_quoted(_of(each)) for each in links)}]"
        yield from self._events()
        fields = [each for columns in self.fields.values() for each in columns]
        in_series = [each for columns in self.series.values() for each in columns]
        taken = (*self.years, *in_series, *self.dates, *self.numbers, *fields, *links, *self.currencies)
        used = set(map(id, taken))
        left = [each for each in self.columns if id(each) not in used and each is not self.key]
        if left:
            more = f" and {len(left) - MOST_LEFT} more" if len(left) > MOST_LEFT else ""
            yield ""
            yield f"# Not used: {', '.join(_quoted(each.name) for each in left[:MOST_LEFT])}{more}"

    def _keys(self) -> Iterator[str]:
        if self.key is not None:
            yield f"key = [{_quoted(self.key.name)}]  # the columns that name a row"
        else:
            names = together(self.columns, self.seen.looked_at)
            said = f"as {_list(names)} do so far" if names else "or its whole content does"
            yield f'# key = ["…"]  # no column names each row: say those that do together, {said}'

    def _habits(self) -> Iterator[str]:
        unknown = dict.fromkeys(text for each in (*self.dates, *self.numbers, *self.years) for text in each.nothing)
        if unknown:
            yield f"unknown = [{', '.join(map(_quoted, unknown))}]"
        forms = dict.fromkeys(form for each in self.dates for form in each.forms)
        clear = {form for each in self.dates if not each.orders for form in each.forms}
        orders = {swapped(each) for column in self.dates for each in column.orders if swapped(each) not in clear}
        if orders:
            first = {form: None for form in forms if swapped(form) not in forms or form < swapped(form)}
            other = {swapped(form) if form in orders or swapped(form) in orders else form: None for form in first}
            yield f"# dates = {_list(first)}"
            yield f"# dates = {_list(other)}  # which of the two? days and months can be read in both orders"
        elif forms:
            yield f"dates = {_list(forms)}"
        marks = Counter(each.marks for each in (*self.numbers, *self.years) if each.marks is not None)
        if marks:
            (decimal, thousands), _ = marks.most_common(1)[0]
            sure = {mark for each in (*self.numbers, *self.years) for mark in each.decimals}
            if len(sure) == 1 and decimal not in sure:
                decimal, thousands = min(sure), "" if thousands in sure else thousands
            yield f"decimal = {_quoted(decimal)}"
            if thousands:
                yield f"thousands = {_quoted(thousands)}"
        doubtful = dict.fromkeys(each.mark for each in (*self.numbers, *self.years) if each.mark is not None)
        clear = {mark for each in (*self.numbers, *self.years) for mark in each.decimals}
        for mark in doubtful if not marks else ():
            if clear - {mark}:
                yield f"thousands = {_quoted(mark)}"
            else:
                yield f"# thousands = {_quoted(mark)}"
                yield f"# decimal = {_quoted(mark)}  # which of the two? all numbers can be read both ways"
        found = dict.fromkeys(style for each in (*self.dates, *self.numbers, *self.years) for style in each.styles)
        financial = found.pop(_FINANCIAL, "") is None or any(
            re.search("[-/–]", match[2])
            for each in (*self.years, *(one for columns in self.series.values() for one in columns))
            if (match := OF_YEAR.fullmatch(each.name))
        )
        if found:
            note = '  # "accounting" in place of "brackets", if (12) is -12' if "brackets" in found else ""
            yield f"read = {_list(found)}{note}"
        if financial:
            yield f"# read = {_list({**found, _FINANCIAL: None})}  # from which month on?"

    def _events(self) -> Iterator[str]:
        if self.years:
            yield from self._of_years("{when}", self.years)
        for name, columns in self.series.items():
            yield from self._of_years(name, columns)
        kinds: dict[str, list[Column]] = {}
        for each in self.numbers:
            last = Column(each.name.rpartition(".")[2])
            if (kind_of(last) or not says(last, KEYS)) and not (is_money(each) and says(each, "unit")):
                kinds.setdefault(kind_of(each) or "", []).append(each)
        plain = [each for each in kinds.pop("", []) if not is_total(each.name)]
        dated = [kind for each in self.dates if (kind := kind_of(each)) and kind not in kinds]
        if plain and not self.years and not kinds and not self.fields["item"] and len(plain) > 2:
            yield from self._of_items(plain)
            plain = []
        elif not self.years and not self.series and (not kinds or (plain and dated)):
            kinds[dated[0] if dated else self._likely(plain)], plain = plain, []
        for kind, columns in kinds.items():
            for of_list in dict.fromkeys(each.of_list for each in columns) or (None,):
                yield from self._of_kind(kind, [each for each in columns if each.of_list == of_list], of_list)
        for each in plain:
            yield f"# {_quoted(each.name)} is a number: of which event?"

    def _likely(self, numbers: list[Column]) -> str:
        return "commitment" if numbers and all(is_money(each) for each in numbers) else "delivery"

    def _of_items(self, items: list[Column]) -> Iterator[str]:
        """An event for each column of an item."""
        yield from self._begun("delivery")
        yield f"each = {{ columns = [{', '.join(_quoted(each.name) for each in items)}] }}"
        yield from self._dated("delivery", None)
        yield from self._named(None, with_unit=False)
        yield 'item = "{each}"'
        yield 'quantity = "{cell}"'

    def _of_years(self, name: str, columns: list[Column]) -> Iterator[str]:
        """An event for each column of a year, where the columns are of this name."""
        scale = scale_of(*columns, *self.columns, *self.above)
        paid = any(kind_of(Column(each)) == "disbursement" for each in self.series)
        money = any(map(is_money, self.columns)) or scale is not None or bool(self.currencies) or paid
        yield from self._begun(kind_of(Column(name)) or ("disbursement" if money else "delivery"))
        yield f"each = {{ columns = [{', '.join(_quoted(year.name) for year in columns)}] }}"
        if name == "{when}":
            yield 'date = "{each}"'
        else:
            yield f'date = {{ text = "{{each}}", patterns = {{ {_quoted(name)} = "{{when}}" }} }}'
        yield from self._named(None, with_unit=not money)
        if money:
            yield from self._amount("{cell}", scale, self._currency_of(*self.columns, *self.above))
        else:
            yield 'quantity = "{cell}"'

    def _of_kind(self, kind: str, columns: list[Column], of_list: str | None) -> Iterator[str]:
        """An event of a kind, with the columns of numbers that speak of it."""
        quantity = next((each for each in columns if not is_money(each)), None)
        amount = next((each for each in columns if is_money(each)), None)
        if "quantity" not in FIELDS_OF[kind]:
            quantity, amount = None, amount or quantity
        needed = quantity or amount
        yield from self._begun(kind)
        if of_list is not None:
            yield f"each = {{ list = {_quoted(of_list)} }}"
            yield from self._key_in(of_list)
        elif needed is not None and len(needed.texts) < self.seen.looked_at:
            yield f"needs = [{_quoted(needed.name)}]"
        yield from self._dated(kind, of_list)
        yield from self._named(of_list, with_unit=quantity is not None)
        if quantity is not None:
            yield f"quantity = {_quoted(_of(quantity))}"
        if amount is not None:
            yield from self._amount(_of(amount), scale_of(amount, *self.above), self._currency_of(amount, *self.above))
        for each in columns:
            if each not in (quantity, amount):
                yield f"# {_quoted(each.name)} is a number of this kind, too: is it an event of its own?"

    def _key_in(self, of_list: str) -> Iterator[str]:
        """The key of an element, by an id of its own and of those that it is in."""
        parts = of_list.split(".")
        ids = [".".join((*parts[:many], "id")) for many in range(1, len(parts) + 1)]
        known = [each.name for each in self.columns if each.name in ids]
        if self.key is not None and f"{of_list}.id" in known:
            yield f"key = [{', '.join(map(_quoted, (self.key.name, *known)))}]"

    def _dated(self, kind: str, of_list: str | None) -> Iterator[str]:
        dates = [each for each in self.dates if is_in(each, of_list)]
        date = next((each for each in dates if kind_of(each) == kind), next(iter(dates), None))
        yield f"date = {_quoted(_of(date))}" if date else 'date = "../.."  # no column of dates was found: any time'

    def _begun(self, kind: str) -> Iterator[str]:
        name = _EVENTS[kind]
        self.events[name] = self.events.get(name, 0) + 1
        yield ""
        yield f"[event.{name}{self.events[name] if self.events[name] > 1 else ''}]"
        yield f'kind = "{kind}"  # or announcement, pledge, commitment, disbursement, delivery, … (docs/kinds.md)'

    def _named(self, of_list: str | None, *, with_unit: bool) -> Iterator[str]:
        for name, columns in self.fields.items():
            fitting = [each for each in columns if is_in(each, of_list)]
            if name in ("item", "unit") and of_list is not None:
                fitting = [each for each in fitting if each.of_list == of_list][:1]
            if fitting and (name != "unit" or with_unit):
                yield f"{name} = {_quoted(_of(fitting[-1] if of_list else fitting[0]))}"
        if not self.fields["recipient"]:
            yield '# recipient = "…"'

    def _amount(self, text: str, scale: str | None, currency: str | None) -> Iterator[str]:
        mark = "" if currency else "# "
        yield f"{mark}amount = {_scaled(text, scale)}"
        yield f"{mark}currency = " + (_quoted(currency) if currency else '"…"  # missing: an amount needs one')

    def _currency_of(self, *columns: Column) -> str | None:
        """The currency of columns, as a name or another column says it."""
        for word in (word for column in columns for word in re.findall(r"[A-Z]{3}|[$€£]", column.name)):
            try:
                return check_currency({"$": "USD", "€": "EUR", "£": "GBP"}.get(word, word))
            except InvalidValue:
                continue
        near = [each for each in self.currencies if is_in(each, columns[0].of_list)]
        return _of(max(near, key=lambda each: _shared(each.name, columns[0].name))) if near else None


def _shared(one: str, other: str) -> int:
    """How many names two paths begin with in common."""
    return sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one.split("."), other.split("."), strict=False))
    )


def _scaled(text: str, scale: str | None) -> str:
    return f'{{ text = {_quoted(text)}, times = "{scale}" }}' if scale else _quoted(text)


def _of(column: Column) -> str:
    return f"{{{column.name}}}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=not text.isprintable())


def _list(texts: dict[str, None]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"
