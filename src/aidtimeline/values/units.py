"""Units: which of them measure, and what is counted where a report states no number."""

from __future__ import annotations

from aidtimeline.values.amounts import Quantity

#: Units of which there may be less than one, by their names in the singular. What is not listed is counted in ones.
MEASURED = frozenset(
    (
        *("milligram", "mg", "gram", "g", "kilogram", "kg", "quintal", "tonne", "ton", "t", "mt", "kt", "pound", "lb"),
        *("millilitre", "milliliter", "ml", "litre", "liter", "l", "hectolitre", "gallon", "barrel", "bbl"),
        *("cubic-metre", "cubic-meter", "m3", "cbm", "teu"),
        *(
            "millimetre",
            "mm",
            "centimetre",
            "cm",
            "metre",
            "meter",
            "m",
            "kilometre",
            "kilometer",
            "km",
            "mile",
            "foot",
        ),
        *("square-metre", "square-meter", "m2", "sqm", "square-kilometre", "square-kilometer", "km2", "sqkm"),
        *("hectare", "ha", "acre", "dunam"),
        *("second", "minute", "hour", "h", "day", "week", "month", "year", "person-hour", "person-day", "person-month"),
        *("watt", "w", "kilowatt", "kw", "megawatt", "mw", "gigawatt", "gw", "kva", "mva"),
        *("kilowatt-hour", "kwh", "megawatt-hour", "mwh", "gigawatt-hour", "gwh", "joule", "gj", "percent", "per-cent"),
    )
)

SOME = Quantity.parse("1..")
"""The number of things that is not stated: more than none."""

SOME_MEASURED = Quantity.parse("0..")
"""The amount that is not stated of what is measured: 0.5 litres are some."""


def some(unit: str | None) -> Quantity:
    """What counts where no number is stated, in a unit (None: pieces).

    >>> print(some(None), "·", some("convoy"), "·", some("litres"))
    at least 1 · at least 1 · at least 0
    """
    name = "" if unit is None else unit.lower()
    return SOME_MEASURED if name in MEASURED or name.removesuffix("s") in MEASURED else SOME
