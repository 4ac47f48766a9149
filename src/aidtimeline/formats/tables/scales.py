"""What numbers are taken times, in the words of tables: "in millions", "Mio.", "USD thousand"."""

from __future__ import annotations

import re

from aidtimeline.errors import InvalidValue
from aidtimeline.formats.reading.cells import fold
from aidtimeline.formats.tables.styles import SIGNS
from aidtimeline.values.currencies import check_currency

#: Words in several languages. A word that is another number elsewhere ("mil", and "billion" as in "billionen") is none.
WORDS = {
    "100": "hundred hundreds",
    "1000": "thousand thousands k tsd tausend millier milliers miles тыс тисяч тысяч 000 000s '000 '000s",
    "1000000": "million millions m mn mm mln mio millionen millones milhões milioni млн",
    "1000000000": "billion billions b bn mrd milliarde milliarden milliard milliards miliardi mld млрд",
}
_NUMBERS = {word: number for number, words in WORDS.items() for word in words.split()}
_SILENT = ("in", "of", "en", "и", "*")


def scale(text: str) -> str | None:
    """The number that a word says, also beside a currency, or None.

    >>> scale("Mio. EUR"), scale("in US$ millions"), scale("'000"), scale("lots")
    ('1000000', '1000000', '1000', None)
    """
    words = [each.strip(".,()") for each in re.split(r"[\s/]+", fold(text))]
    said = [each for each in words if each in _NUMBERS or not (each in _SILENT or not each or _is_currency(each))]
    return _NUMBERS.get(said[0]) if len(said) == 1 else None


def _is_currency(word: str) -> bool:
    if word in map(str.casefold, SIGNS):
        return True
    try:
        return bool(check_currency(word.upper()))
    except InvalidValue:
        return False
