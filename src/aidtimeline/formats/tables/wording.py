"""What the words in the name of a column speak of: a kind of event, a field of it, money in millions."""

from __future__ import annotations

import re

from aidtimeline.formats.reading.cells import fold
from aidtimeline.formats.tables.looking import Column

#: What kind of event a word in the name of a column speaks of.
KINDS = {
    "pledge": "pledged|pledge|promised|promise|announced",
    "commitment": "committed|commitment|ordered|order|allocated|contracted|contracts?|awards?|awarded|signed|approved",
    "disbursement": "disbursed|disbursement|paid|payment|spent",
    "delivery": "delivered|delivery|deliveries|handed|given|received|shipped|sent|arrived|donated",
}

#: Which field a word in the name of a column of names speaks of.
FIELDS = {
    "donor": "donor|donors|supplier|provider|giver|from|sender|funder|funding|buyer|agency",
    "recipient": "recipient|beneficiary|receiver|to|destination|host|partner",
    "item": "item|items|what|equipment|designation|product|commodity|model|vaccine|weapon|type|goods|description",
    "unit": "unit|units|uom|measure",
    "project": "project|programme|program|activity",
    "location": "location|region|place|city|district|province|oblast|site",
    "sector": "sector|cluster",
    "note": "note|notes|comment|comments|remark|remarks|details",
}
KEYS = "id|no|nr|ref|reference|identifier|code|key|uid"
MONEY = (
    r"value|amount|cost|price|budget|usd|eur|gbp|money|million|millions|montant|betrag|importe|valor|сума|сумма|\$|€|£"
)
SCALES = {"thousands": r"thousands?|000s?|'000|k", "millions": "millions?|mn|mln|m", "billions": "billions?|bn"}


def says(column: Column, words: str) -> bool:
    """Whether the name of a column has one of some words, also one that is written in it with a capital."""
    return re.search(rf"(?<![^\W_])(?:{words})(?![^\W_])", fold(apart(column.name))) is not None


def apart(name: str) -> str:
    """A name with spaces between its words, where only capitals are.

    >>> apart("dateSigned")
    'date Signed'
    """
    return re.sub("(?<=[a-z])(?=[A-Z])", " ", name)


def kind_of(column: Column) -> str | None:
    """The kind of event that a name speaks of, or None."""
    return next((kind for kind, words in KINDS.items() if says(column, words)), None)


def is_money(column: Column) -> bool:
    """Whether a name speaks of money."""
    return says(column, MONEY) or re.search("[$€£]", column.name) is not None


def scale_of(*columns: Column) -> str | None:
    """What numbers are taken times, by a name."""
    for column in columns:
        for scale, words in SCALES.items():
            if says(column, words):
                return scale
    return None


def is_in(column: Column, of_list: str | None) -> bool:
    """Whether a column is one of the row, or of the elements of a list, or of those that these are in."""
    return column.of_list is None or f"{of_list or ''}.".startswith(f"{column.of_list}.")
