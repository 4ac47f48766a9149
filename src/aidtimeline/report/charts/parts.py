"""The parts of a chart, as data: what is drawn, before anything is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from aidtimeline.projections import Bounds
from aidtimeline.values.amounts import Quantity

LONGEST = 60
"""How many characters a label or a number has at most."""


class Bar(NamedTuple):
    """A number as a bar: from `low` to `high` (None: open). `text` stands beside it; `hue` is a row of `paper.HUES`.

    `about`: a report says "about", so its end is not sharp. `name` says what the number is, if several stand in one
    row. Without `low` there is only the text.
    """

    low: Decimal | None
    high: Decimal | None
    text: str
    name: str = ""
    hue: str = "done"
    about: bool = False


class Row(NamedTuple):
    """A label, and the bars that stand beside it. `slugs` stands in for a label that no font can write."""

    label: str
    slugs: str
    bars: Sequence[Bar]


class BarPanel(NamedTuple):
    """Rows on one axis, which has the unit or currency `measure` (None: pieces)."""

    measure: str | None
    rows: Sequence[Row]


class Step(NamedTuple):
    """A number from a day on (None: since ever)."""

    day: date | None
    low: Decimal
    high: Decimal | None


class StepPanel(NamedTuple):
    """One sum over time, on an axis of its own. `text` is its last number.

    If `ends`, each step is the sum on one day only: nothing is said of the days between.
    """

    label: str
    slugs: str
    measure: str | None
    steps: Sequence[Step]
    text: str
    until: date | None
    ends: bool = False


Panel: TypeAlias = BarPanel | StepPanel


class Chart(NamedTuple):
    """What is drawn of a result: the title in plain words, panels, notes, and who reports it.

    Below the panels stand the notes, the cuts and `sources`, a line each.
    """

    title: str
    panels: Sequence[Panel]
    notes: Sequence[str]
    cuts: str
    sources: Sequence[str]


def worded(
    bounds: Bounds | Quantity, flags: Iterable[str], currency: str | None = None, unit: str | None = None
) -> str:
    """Bounds as `in_words`, and their flags, but those that they say themselves.

    >>> worded(Quantity.parse("~2..4"), ["disputed", "about"])
    'about 2 to 4, disputed'
    """
    text = in_words(bounds, currency, unit)
    return ", ".join([text, *(each for each in flags if each != "about" or "about" not in text)])


def in_words(bounds: Bounds | Quantity, currency: str | None = None, unit: str | None = None) -> str:
    """Bounds as they stand beside a bar: no more exact than they are, and "or more" where they are open.

    >>> in_words(Bounds(Decimal(50), None)), in_words(Quantity.parse("2..4"), unit="litre")
    ('50 or more', '2 to 4 litre')
    >>> in_words(Quantity.parse("~20"), "EUR")
    'about EUR 20'
    >>> in_words(Bounds(Decimal(10) ** 90, None), "EUR")
    'EUR, a number of up to 91 digits or more'
    """
    text, more = _number(bounds), " or more" * (bounds.high is None)
    if currency is not None:
        about = "about " * text.startswith("about ")
        text = f"{about}{currency}{',' * text.startswith('a ')} {text.removeprefix('about ')}"
    return f"{text}{'' if unit is None else f' {unit}'}{more}"


def _number(bounds: Bounds | Quantity) -> str:
    text = str(bounds)
    if len(text) > LONGEST:
        longest = max(each.adjusted() + 1 for each in (bounds.low, bounds.high) if each is not None)
        return f"a number of {'' if bounds.high == bounds.low else 'up to '}{longest} digits"
    return text.replace("at least ", "", 1) if bounds.high is None else text
