"""Patterns: how a table writes something, and what it means. `"{n}+" = "{n}.."` reads "12+" as "12..".

On the left stands what a cell looks like: texts, and names in braces for what differs. On the right stands the same as
this library writes it. These names have a meaning of their own, with any number behind them: `{year}` (four digits),
`{yy}` (two), `{month}` (a name), `{mm}` and `{day}` (numbers; also the 1st and 1er of a month), `{quarter}` (1 to 4, I
to IV), `{exponent}`, and `{any}`, which says nothing. Any other stands for a number or date as the table writes them
otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import islice, product

from attrs import frozen

from aidtimeline.errors import InvalidValue
from aidtimeline.values.amounts import Quantity

MAX_LENGTH = 200
"""The most characters of a pattern, and of a text that one may fit."""

MAX_NAMES = 6
"""The most names in braces on the left of a pattern."""

MAX_WAYS = 200
"""In how many ways a text is divided among the names of a pattern at most."""

Inner = Callable[[str, str], Sequence[str]]
"""What the text for a name in braces may mean, by the name without a number behind it."""

_NAME = re.compile(r"\{([^{}*+-]*)(?:([*+-])([0-9]+(?:\.[0-9]+)?))?\}")
_DASHES = re.compile("[-–—‑−]")
_INTERVAL = ("/", "..")
_DAY = re.compile("(0?[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th|er|º|°)?", re.IGNORECASE)

_QUARTERS = {"1": "33", "2": "34", "3": "35", "4": "36", "i": "33", "ii": "34", "iii": "35", "iv": "36"}

#: What the names with a meaning of their own stand for, but for months.
OWN: dict[str, Callable[[str], str | None]] = {
    "year": lambda text: text if re.fullmatch("[0-9]{4}", text) else None,
    "yy": lambda text: f"{'19' if text >= '69' else '20'}{text}" if re.fullmatch("[0-9]{2}", text) else None,
    "mm": lambda text: f"{int(text):02}" if re.fullmatch("0?[1-9]|1[0-2]", text) else None,
    "day": lambda text: f"{int(day[1]):02}" if (day := _DAY.fullmatch(text)) else None,
    "quarter": lambda text: _QUARTERS.get(text.casefold()),
    "exponent": lambda text: text if re.fullmatch("[-+]?[0-9]{1,2}", text) else None,
    "any": lambda _: "",
}

QUICK = (*OWN, "month")
"""The names with a meaning of their own: whether a text fits these is found first."""


@frozen
class Pattern:
    """A pattern: what is written, and what it means.

    >>> pattern = Pattern.parse("{n}-{m}", "{n}..{m}")
    >>> list(pattern.readings("10–15", lambda name, text: [text] if text.isdecimal() else []))
    ['10..15']
    """

    written: str
    means: str
    _literals: tuple[re.Pattern[str], ...]
    _names: tuple[str, ...]

    @classmethod
    def parse(cls, written: str, means: str) -> Pattern:
        """Raises `InvalidValue` for braces that do not match, and a name on the right that is not on the left."""
        for text in (written, means):
            if (
                len(text) > MAX_LENGTH
                or not _NAME.sub("", text).isprintable()
                or re.search("[{}]", _NAME.sub("", text))
            ):
                raise InvalidValue(text, f"a pattern of at most {MAX_LENGTH} characters, with {{names}} in it")
        pieces = _NAME.split(written)
        names, literals = tuple(pieces[1::4]), pieces[::4]
        if not 1 <= len(names) <= MAX_NAMES or len(set(names)) != len(names) or any(pieces[2::4]) or not all(names):
            raise InvalidValue(written, f"a pattern with one to {MAX_NAMES} different {{names}} in it")
        if not all(literals[1:-1]):
            raise InvalidValue(written, "a pattern with something between its {names}")
        if not any(each.strip() for each in literals) and len(names) == 1:
            raise InvalidValue(written, "a pattern with something beside its {name}")
        for name, sign, number in _NAME.findall(means):
            if name not in names or _kind(name) == "any":
                raise InvalidValue(means, f"a meaning with none but these names: {', '.join(names)}")
            if sign and sign != "*" and (_kind(name) not in ("year", "yy") or not number.isdecimal()):
                raise InvalidValue(means, "years only, to or from which a whole number is added or taken: {year+1}")
        compiled = [_literal(each, last=number == len(names)) for number, each in enumerate(literals)]
        return cls(written, means, tuple(compiled), names)

    def readings(self, text: str, inner: Inner) -> Iterator[str]:
        """What a text means by this pattern; nothing if it does not fit."""
        if len(text) > MAX_LENGTH:
            return
        for parts in islice(self._ways(text), MAX_WAYS):
            found = {name: inner(_kind(name), part.strip()) for name, part in parts if _kind(name) in QUICK}
            if not all(found.values()):
                continue
            for name, part in parts:
                if name not in found:
                    found[name] = inner(_kind(name), part.strip())
                    if not found[name]:
                        break
            else:
                for each in product(*found.values()):
                    yield self._meaning(dict(zip(found, each, strict=True)))

    def _ways(self, text: str) -> Iterator[list[tuple[str, str]]]:
        """The ways to divide a text among the names."""
        begin = self._literals[0].match(text)
        if begin is not None:
            yield from self._divided(text, 1, begin.end(), [])

    def _divided(
        self, text: str, number: int, at: int, before: list[tuple[str, str]]
    ) -> Iterator[list[tuple[str, str]]]:
        """The ways to divide the text from a place on among the rest of the names."""
        literal, name = self._literals[number], self._names[number - 1]
        if number == len(self._names):
            end = literal.search(text, at + 1)
            if end is not None:
                yield [*before, (name, text[at : end.start()])]
            return
        for found in literal.finditer(text, at + 1):
            yield from self._divided(text, number + 1, found.end(), [*before, (name, text[at : found.start()])])

    def _meaning(self, values: dict[str, str]) -> str:
        """What it means for these values. Of an interval before or behind `/` and `..`, only that end is meant."""

        def put(match: re.Match[str]) -> str:
            name, sign, number = match.groups()
            value = values[name]
            if sign == "*":
                value = (Quantity.parse(value) * Decimal(number)).text
            elif sign:
                value = f"{int(value) + int(sign + number):04}"
            before, after = match.string[: match.start()], match.string[match.end() :]
            for mark in _INTERVAL if mark_in(value) else ():
                if before.endswith(mark):
                    value = value.split(mark_in(value))[-1]
                elif after.startswith(mark):
                    value = value.split(mark_in(value))[0]
            if after.startswith("~") and "/" in value:
                value = value.replace("/", "~/")
            return value

        return _NAME.sub(put, self.means)


def mark_in(value: str) -> str:
    """The mark between the two ends of an interval or range, or nothing."""
    return next((mark for mark in _INTERVAL if mark in value), "")


def _kind(name: str) -> str:
    return name.strip().rstrip("0123456789")


def _literal(text: str, *, last: bool) -> re.Pattern[str]:
    """What matches a text between names: in any capitals, with any spaces and dashes."""
    dashed = re.escape(_DASHES.sub("-", " ".join(text.split()))).replace(r"\-", "[-–—‑−]").replace(r"\ ", r"\s*")
    if not text.strip():
        return re.compile(r"\s*\Z" if last else r"\s+" if text else r"\s*")
    return re.compile(rf"\s*{dashed}\s*" + (r"\Z" if last else ""), re.IGNORECASE)
