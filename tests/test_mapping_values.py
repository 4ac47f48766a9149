"""Dates in forms of one's own, and numbers with marks: what is written by a habit is read, and nothing else."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st

from aidtimeline.errors import InvalidValue
from aidtimeline.formats.tables.dates import check_form
from aidtimeline.formats.tables.numbers import to_number
from aidtimeline.formats.tables.values import Habits


@pytest.mark.parametrize(
    ("text", "forms", "meant"),
    [
        ("2022-03-01", (), "2022-03-01"),
        ("2022-03-01T12:30:00", (), "2022-03-01"),
        ("2022-03-01 12:30:00.5", (), "2022-03-01"),
        ("2022/2023", ("%d/%m/%Y",), "2022/2023"),
        ("03/14/2022", ("%d/%m/%Y", "%m/%d/%Y"), "2022-03-14"),
        ("1 May 22", ("%d %b %y",), "2022-05-01"),
        ("Apr 2022", ("%B %Y", "%b %Y"), "2022-04"),
        ("FY 2022", ("FY %Y",), "2022"),
        ("1.2.2022 10:15", ("%d.%m.%Y %H:%M",), "2022-02-01"),
    ],
)
def test_dates_of_other_forms(text: str, forms: tuple[str, ...], meant: str) -> None:
    """EDTF first, then the forms in their order; a form without a day or month is as vague as that."""
    assert Habits(dates=tuple(map(check_form, forms))).date("date", text) == meant


@pytest.mark.parametrize("form", ["", "%d/%m", "%Y-%d", "%Q %Y", "%H %Y", "%Y %", "%d/%m/%d/%Y"])
def test_forms_without_a_year_are_refused(form: str) -> None:
    """A form must say of which year, and a day only of a month."""
    with pytest.raises(InvalidValue, match="a form of dates with a year"):
        check_form(form)


@given(st.dates(), st.sampled_from(["%d/%m/%Y", "%Y.%m.%d", "%B %d, %Y", "%b %Y", "%Y"]))
def test_what_is_written_in_a_form_is_read(day: Any, form: str) -> None:
    """A day written in a form is read as that day, or as the month or year of the form."""
    text = day.strftime(form).replace(f"{day.year}", f"{day.year:04}")
    assert day.isoformat().startswith(Habits(dates=(form,)).date("date", text))


@given(
    st.decimals(-(10**12), 10**12, allow_nan=False, places=3),
    st.sampled_from([(".", ","), (",", "."), (",", " "), (".", " "), (".", "'"), (".", ""), (",", "")]),
)
def test_what_is_written_by_a_habit_is_read(number: Decimal, marks: tuple[str, str]) -> None:
    """A number with its marks comes back exactly, alone and as the end of a range."""
    decimal, thousands = marks
    text = f"{number:,.3f}".replace(",", "T").replace(".", decimal).replace("T", thousands)
    assert Decimal(to_number(text, decimal, thousands)) == number
    assert to_number(f"{text}..", decimal, thousands) == f"{to_number(text, decimal, thousands)}.."
    assert Habits(decimal=decimal, thousands=thousands).value("amount", text).low == number
    assert Decimal(to_number(f"{number:f}", decimal, thousands, typed=True)) == number


@pytest.mark.parametrize(
    ("text", "decimal", "thousands"),
    [
        *[("1.23", ",", "."), ("1,23", ".", ","), ("1.234", ",", ""), ("1,234", ".", ""), ("12,34,567", ".", ",")],
        *[("1e5", ".", ""), ("1 000", ".", ""), ("٣", ".", ""), ("+5", ".", "")],
    ],
)
def test_what_may_be_another_number_is_refused(text: str, decimal: str, thousands: str) -> None:
    """A mark in a wrong place is no reason to guess."""
    with pytest.raises(InvalidValue, match="a number such as"):
        to_number(text, decimal, thousands)
