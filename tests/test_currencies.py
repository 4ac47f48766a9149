"""The table of currencies, held against two others."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pycountry
import pytest

from aidtimeline.errors import InvalidValue
from aidtimeline.values.currencies import CURRENCIES, CURRENT, HISTORIC, check_currency

IATI = Path(__file__).parents[2] / "shared" / "data" / "iati" / "codelists" / "Currency.xml"
NO_CURRENCY = {"XTS", "XXX"}  # for tests, and for none


def test_the_current_codes_are_those_of_iso_4217() -> None:
    """The table of current codes is ISO's, as the package `pycountry` carries it."""
    assert {currency.alpha_3 for currency in pycountry.currencies} - NO_CURRENCY == CURRENT


def test_current_and_historic_codes_are_apart_and_well_formed() -> None:
    """A code is three capitals, and in use or withdrawn."""
    assert not CURRENT & HISTORIC
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in CURRENCIES)
    assert (len(CURRENT), len(HISTORIC)) == (176, 129)


@pytest.mark.skipif(not IATI.exists(), reason="the IATI code lists are not here")
def test_every_currency_of_iati_is_accepted() -> None:
    """Each code of IATI's list, the withdrawn ones included, is a currency."""
    codes = [item.findtext("code") or "" for item in ElementTree.parse(IATI).iter("codelist-item")]
    assert len(codes) > 150
    assert [check_currency(code) for code in codes] == codes


@pytest.mark.parametrize(
    "code", ["HRK", "BGN", "DEM", "LTL", "LVL", "EEK", "ZWL", "SLL", "VEF", "FRF", "XEU", "XDR", "XAU", "XBT", "UAH"]
)
def test_historic_and_special_codes(code: str) -> None:
    """Currencies that are gone, special drawing rights and metals may be promised in."""
    assert check_currency(code) == code


@pytest.mark.parametrize(
    ("code", "meant"),
    [
        ("usd", "USD"),
        (" EUR", "EUR"),
        ("EURO", "EUR"),
        ("JPN", "JPY"),
        ("UDS", "USD"),
        ("GPB", "GBP"),
        ("USX", "USD"),
        ("DKR", "DKK"),
        ("XYZ", None),
        ("QQQ", None),
        ("", None),
        ("$", None),
        ("U", None),
        ("USDUSDUSDUSD", None),
        ("ＵＳＤ", None),
        (None, None),
        (840, None),
        (["USD"], None),
        (True, None),
    ],
)
def test_what_is_no_currency(code: str, meant: str | None) -> None:
    """A code that does not exist is refused, with the nearest one that does."""
    with pytest.raises(InvalidValue, match="ISO 4217") as error:
        check_currency(code)
    assert error.value.hint == (meant and f"did you mean {meant}?")


@pytest.mark.parametrize("code", sorted(NO_CURRENCY))
def test_no_currency_is_no_currency(code: str) -> None:
    """ISO's codes for tests and for no currency are refused: nothing is given in them."""
    with pytest.raises(InvalidValue):
        check_currency(code)
