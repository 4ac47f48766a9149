"""What a mapping can say: conditions, ways to fill a field, scales, events for each of several, keys, parts, names."""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import attrs
import pytest
from hypothesis import example, given, settings, strategies as st
from workbooks import workbook

from aidtimeline import Timeline
from aidtimeline.errors import FaultyMapping, RefusedBatch, UnreadableFile, UsageError
from aidtimeline.formats.importing.importer import import_file
from aidtimeline.formats.importing.reports import WITHDRAWN, Report
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.readings import Beginning, Entry, Remark, Skipped, Whole
from aidtimeline.formats.tables import read
from aidtimeline.formats.tables.conditions import Like
from aidtimeline.formats.tables.optional import LACKING
from aidtimeline.formats.tables.totals import MAY_BE, WORDS, is_total
from aidtimeline.values.dates import DateRange
from aidtimeline.vocabulary import Item, Party, ProjectName, Vocabulary

NOW = datetime(2026, 1, 1, tzinfo=UTC)

EVENT = '[event.given]\nkind = "delivery"\ndate = "2022"\n'
"""An event that a test adds fields to."""


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., File]:
    """A function that writes a mapping and a table, and gives the table's file."""

    def write(mapping: str, content: str, name: str = "aid.csv", **about: Any) -> File:
        (tmp_path / "mapping.toml").write_text('dataset = "test"\n' + mapping, encoding="utf-8")
        (tmp_path / name).write_text(content, encoding="utf-8")
        return File(path=tmp_path / name, mapping=tmp_path / "mapping.toml", **about)

    return write


def events(file: File) -> list[Any]:
    return [reading.event for reading in read(file) if isinstance(reading, Entry)]


def others(file: File) -> list[tuple[str, str, str | None]]:
    return [(r.reason, r.place, r.found) for r in read(file) if isinstance(r, Skipped | Remark)]


def stated(file: File, *names: str) -> list[tuple[Any, ...]]:
    """Fields of all events, as texts."""
    found = [[getattr(each, name, None) for name in names] for each in events(file)]
    return [tuple(getattr(each, "text", each) for each in row) for row in found]


# Conditions.


def test_rows_and_events_have_conditions(table: Callable[..., File]) -> None:
    """Texts in any capitals, likenesses, empty and filled cells; all of `where`, none of `unless`."""
    mapping = (
        'unknown = ["-"]\nwhere = { Status = ["given", "sent*"] }\nunless = { Donor = "*test*", Note = "void" }\n'
        + EVENT
        + 'where = { N = "*" }\nunless = { Date = "" }\nitem = "{Donor}"\n'
    )
    rows = [
        *[
            "A,Given,5,2022,",
            "B,sent by sea,5,2022,",
            "C,promised,5,2022,",
            "A test,given,5,2022,",
            "D,given,5,2022,VOID",
        ],
        *["E,given,-,2022,", "F,given,5,-,", "G,given,5,,", "H, GIVEN ,0,x,void?"],
    ]
    content = "Donor,Status,N,Date,Note\n" + "".join(f"{row}\n" for row in rows)
    assert stated(table(mapping, content), "item") == [("A",), ("B",), ("H",)]


@example("a*a", "a")
@given(st.text("ab*", max_size=6), st.text("abAB", max_size=8))
def test_likenesses_are_those_of_file_names(like: str, text: str) -> None:
    """`*` is any text, as in names of files; nothing else means anything but itself."""
    assert Like.parse(like).fits(text) == fnmatch.fnmatchcase(text.casefold(), like)


# Ways to fill a field.


def test_the_first_way_that_applies_and_is_not_empty_is_taken(table: Callable[..., File]) -> None:
    """Columns, texts with conditions, and a text for the rest; what a word says is nothing is passed over."""
    mapping = (
        '[words.item]\nnone = ""\n'
        + EVENT
        + 'item = ["{Model}", "{Type}", "vehicle"]\n'
        + 'quantity = [{ where = { Estimate = "yes" }, text = "~{N}" }, "{N}", "1.."]\n'
    )
    content = "Model,Type,N,Estimate\nM113,APC,5,no\nnone,APC,7,Yes\n,,,yes\n,none,,\n"
    assert stated(table(mapping, content), "item", "quantity") == [
        *[("M113", "5"), ("APC", "~7"), ("vehicle", "1.."), ("vehicle", "1..")]
    ]


def test_a_field_may_have_habits_words_and_patterns_of_its_own(table: Callable[..., File]) -> None:
    """They go before those of the whole mapping, and are of no other field."""
    mapping = (
        'decimal = "."\ndates = "%d/%m/%Y"\n[words.quantity]\nsome = "1.."\n'
        + EVENT.replace('"2022"', '{ text = "{Signed}", dates = "%m/%d/%Y" }')
        + 'quantity = { text = "{N}", decimal = ",", words = { dozen = "12" }, patterns = { "{n} x" = "{n*2}" } }\n'
        + '[event.other]\nkind = "pledge"\ndate = "{Given}"\nquantity = "{M}"\n'
    )
    content = 'Signed,Given,N,M\n12/31/2022,31/12/2022,"1,5",1.5\n01/31/2022,01/02/2022,dozen,some\n'
    content += "01/31/2022,01/02/2022,3 x,dozen\n"
    file = table(mapping, content)
    assert stated(file, "kind", "date", "quantity") == [
        *[("delivery", "2022-12-31", "1.5"), ("pledge", "2022-12-31", "1.5")],
        *[("delivery", "2022-01-31", "12"), ("pledge", "2022-02-01", "1.."), ("delivery", "2022-01-31", "6")],
    ]
    assert [each[2] for each in others(file)] == ["dozen"]


@pytest.mark.parametrize(
    ("times", "text", "meant"),
    [
        *[('"millions"', "1.5", "1500000"), ("1000", "1.5", "1500"), ('"0.01"', "150", "1.5")],
        *[('"{Scale}"', "2", "2000"), ('"billions"', "~2", "~2000000000")],
        *[('"thousands"', "2..", "2000.."), ('"hundreds"', "n/a", None)],
    ],
)  # fmt: skip
def test_numbers_have_a_scale(times: str, text: str, meant: str | None, table: Callable[..., File]) -> None:
    """A number, a word, or what a column says; with vague numbers too."""
    mapping = 'decimal = "."\nunknown = "n/a"\n' + EVENT + f'quantity = {{ text = "{{N}}", times = {times} }}\n'
    assert stated(table(mapping, f"N,Scale\n{text},Thousands\n"), "quantity") == [(meant,)]


@pytest.mark.parametrize(
    ("written", "times"),
    [
        *[("Mio.", 10**6), ("Mio. EUR", 10**6), ("US$ million", 10**6), ("mn", 10**6), ("M", 10**6), ("млн", 10**6)],
        *[("Tsd.", 1000), ("'000", 1000), ("EUR '000", 1000), ("000s", 1000), ("k", 1000), ("in thousands", 1000)],
        *[
            ("Mrd.", 10**9),
            ("bn", 10**9),
            ("milliards", 10**9),
            ("1000", 1000),
            ("1e3", None),
            ("mil", None),
            ("", None),
        ],
        *[("million billion", None), ("EUR", None), ("million tons", None)],
    ],
)
def test_a_column_says_the_scale_in_the_words_of_tables(
    written: str, times: int | None, table: Callable[..., File]
) -> None:
    """In several languages, and beside a currency; what is not clear is none."""
    mapping = EVENT + 'quantity = { text = "{N}", times = "{Scale}" }\n'
    found = stated(table(mapping, f"N,Scale\n5,{written}\n"), "quantity")
    assert found == ([] if times is None else [(str(5 * times),)])


def test_what_may_be_a_total_counts_and_is_told(table: Callable[..., File]) -> None:
    """Nobody but the user knows whether it is one; a condition leaves it out."""
    mapping = EVENT + 'donor = "{Donor}"\nitem = "truck"\nquantity = "{N}"\n'
    names = ["Subtotal South", "World", "of which: KE", "EU total", "Total Energies", "Kenya", "Totalia"]
    file = table(mapping, "Donor,N\n" + "".join(f"{name},1\n" for name in names))
    assert len(events(file)) == 7
    assert [found for reason, _, found in others(file) if reason == MAY_BE] == names[:5]
    file = table('unless = { Donor = ["*total*", "World", "of which*"] }\n' + mapping, "Donor,N\nEU total,1\nKenya,1\n")
    assert (len(events(file)), others(file)) == (1, [])


def test_a_scale_that_is_none_is_said(table: Callable[..., File]) -> None:
    """In a row, and in the mapping."""
    mapping = EVENT + 'quantity = { text = "{N}", times = "{Scale}" }\n'
    assert others(table(mapping, "N,Scale\n5,lots\n")) == [
        ("quantity: not in a scale such as thousands, millions or 1000", "line 2, Scale", "lots")
    ]
    with pytest.raises(UsageError, match=r"quantity\.times: found 'lots'"):
        list(read(table(mapping.replace("{Scale}", "lots"), "N,Scale\n5,1\n")))


def test_a_number_has_no_more_digits_for_its_scale(table: Callable[..., File]) -> None:
    """What could not be read again is not recorded."""
    file = table(EVENT + 'quantity = { text = "{N}", times = "billions" }\n', f"N\n{'9' * 29}\n{'9' * 21}\n")
    assert stated(file, "quantity") == [("9" * 21 + "0" * 9,)]
    assert others(file) == [("quantity: not numbers of at most 30 digits, without exponents", "line 2, N", "9" * 29)]


def test_a_cell_may_have_several_values(table: Callable[..., File]) -> None:
    """Of fields that take several; each is looked up, and empty ones are none."""
    mapping = (
        EVENT + 'via = ["{Through}", { text = "{Others}", split = [";", ","], words = { un = "UNDP", "-" = "" } }]\n'
    )
    content = 'Id,Through,Others\n1,UNICEF,"un; Red Cross, ;-"\n2,,WFP\n3,,\n'
    assert stated(table(mapping, content), "via") == [(("UNICEF", "UNDP", "Red Cross"),), (("WFP",),), ((),)]


def test_numbers_in_longer_texts_are_read_by_the_habits(table: Callable[..., File], tmp_path: Path) -> None:
    """A cell that is a number to the program is that number, also with "~" before it; a text is read as one."""
    mapping = 'decimal = ","\nthousands = "."\n' + EVENT + 'quantity = "~{N}"\nnote = "{N} trucks"\n'
    file = table(mapping, "")
    book = workbook(tmp_path / "t.xlsx", ("S", [["N"], [1.234], ["1.234"], [1200]]))
    file = attrs.evolve(file, path=book.path)
    assert stated(file, "quantity", "note") == [
        *[("~1.234", "1.234 trucks"), ("~1234", "1.234 trucks"), ("~1200", "1200 trucks")]
    ]


def test_the_sign_of_a_currency_is_that_of_the_event(table: Callable[..., File]) -> None:
    """It is held against the currency that the mapping says, or says it, if only one has that sign."""
    mapping = (
        'read = "currency signs"\nthousands = ","\n[event.a]\nkind = "pledge"\ndate = "2022"\namount = "{V}"\n'
        + 'currency = ["{C}", "{V}"]\n'
    )
    content = 'V,C\n"$1,200",USD\n€5,\n5 EUR,EUR\n€5,USD\n$5,\n5,\n'
    file = table(mapping, content)
    assert stated(file, "value") == [("USD 1200",), ("EUR 5",), ("EUR 5",)]
    assert [each[0].partition(":")[0] for each in others(file)] == [
        *["an amount with the sign of another currency than USD", "currency", "currency"]
    ]


def test_what_is_skipped_says_the_money_that_it_states(table: Callable[..., File]) -> None:
    """If that can be read: so the report says which share of the money is missing."""
    mapping = (
        '[event.a]\nkind = "pledge"\ndate = "{D}"\namount = { text = "{V}", times = "millions" }\ncurrency = "{C}"\n'
    )
    file = table(mapping, "D,V,C\nsoon,5,EUR\nsoon,many,EUR\nsoon,5,\n2022,many,EUR\n,5,EUR\n")
    found = [each.value and each.value.text for each in read(file) if isinstance(each, Skipped)]
    assert found == ["EUR 5000000", None, None, None, "EUR 5000000"]


def test_empty_cells_may_be_like_those_above(table: Callable[..., File]) -> None:
    """In the columns that the mapping names."""
    mapping = 'down = ["Donor"]\nkey = ["Donor", "N"]\n' + EVENT + 'donor = "{Donor}"\nitem = "{Item}"\n'
    assert stated(
        table(mapping, "Donor,Item,N\n,truck,0\nA,truck,1\n,,2\nB,boat,3\n,,4\n"), "ref", "donor", "item"
    ) == [
        *[("/0/given", None, "truck"), ("A/1/given", "A", "truck"), ("A/2/given", "A", None)],
        *[("B/3/given", "B", "boat"), ("B/4/given", "B", None)],
    ]


# Rows of totals.


def test_rows_of_totals_are_left_out_and_reported(table: Callable[..., File]) -> None:
    """Where the first cell, the key or a name says nothing but that; unless the mapping wants them."""
    mapping = EVENT + 'donor = "{Donor}"\nitem = "{Item}"\nquantity = "{N}"\nnote = "{Note}"\n'
    rows = ["1,A,truck,2,", "TOTAL:,,,9,", "2,A, Grand total ,9,", "3,Всього,,9,", "4,B,total station,1,total"]
    file = table(mapping, "No,Donor,Item,N,Note\n" + "".join(f"{row}\n" for row in rows))
    assert stated(file, "quantity") == [("2",), ("1",)]
    assert [(place, found) for _, place, found in others(file)] == [
        *[("line 3", "TOTAL:"), ("line 4", "Grand total"), ("line 5", "Всього")]
    ]
    wanted = table("totals = true\n" + mapping, (file.path).read_text(encoding="utf-8"))
    assert len(events(wanted)) == 5
    assert all(map(is_total, WORDS))


# An event for each of several.


def test_an_event_for_each_column(table: Callable[..., File], tmp_path: Path) -> None:
    """By names and likenesses, but for some; empty cells and those that mean nothing make none."""
    mapping = (
        'key = "Donor"\nunknown = "-"\n[event.given]\nkind = "delivery"\ndate = "{each}"\nquantity = "{cell}"\n'
        'donor = "{Donor}"\neach = { columns = ["20*", "Before 2020"], without = ["2023"] }\n'
        '[words.date]\n"before 2020" = "[..2019]"\n'
    )
    lines: list[list[Any]] = [
        ["Donor", "Before 2020", "2021", "2022", "2023", "Total"],
        ["A", 1, "-", 3, 9, 4],
        ["B", "", 5, "", 9, 5],
    ]
    content = "".join(",".join(map(str, line)) + "\n" for line in lines)
    book = workbook(tmp_path / "aid.xlsx", ("S", lines))
    expected = [
        *[("A/given/Before 2020", "[..2019]", "1"), ("A/given/2022", "2022", "3"), ("B/given/2021", "2021", "5")]
    ]
    file = table(mapping, content)
    assert stated(file, "ref", "date", "quantity") == expected
    assert stated(attrs.evolve(file, path=book.path), "ref", "date", "quantity") == expected
    objects = [{str(name): cell for name, cell in zip(lines[0], line, strict=True)} for line in lines[1:]]
    file = table(mapping, json.dumps(objects), "aid.json")
    assert stated(file, "ref", "date", "quantity") == expected
    with pytest.raises(UnreadableFile, match=r"no column like '19\*', for event.given.each"):
        events(table(mapping.replace("20*", "19*"), content))


def test_an_event_for_each_part(table: Callable[..., File]) -> None:
    """Of a text that is split; two that are the same are told apart."""
    mapping = 'key = "Id"\n' + EVENT + 'each = { split = "{Items}", by = [";", " and "] }\nitem = "{each}"\n'
    file = table(mapping, "Id,Items\n1,truck; tent and truck ;\n2,\n")
    assert stated(file, "ref", "item") == [
        *[("1/given/truck", "truck"), ("1/given/tent", "tent"), ("1/given/truck#2", "truck")]
    ]


def test_an_event_for_each_element(table: Callable[..., File]) -> None:
    """Of lists within lists, each with what it is in; in documents and in JSON Lines."""
    mapping = (
        'key = "id"\n[event.given]\nkind = "delivery"\neach = { list = "boxes.things" }\ndate = "{boxes.date}"\n'
        'unless = { "boxes.things.name" = "" }\nitem = "{boxes.things.name}"\nquantity = "{boxes.things.n}"\n'
        'note = "{boxes.label}, {maker.name}"\n'
    )
    boxes = [
        {"date": "2021", "label": "first", "things": [{"name": "truck", "n": 2}, {"name": "tent", "n": 3}, {"n": 1}]},
        {"date": "2022", "label": "second", "things": []},
        {"date": "2023", "things": [{"name": "pump"}]},
    ]
    rows = [{"id": 7, "maker": {"name": "M"}, "boxes": boxes}, {"id": 8, "boxes": []}]
    expected = [
        ("7/given/0.0", "2021", "truck", "2", "first, M"),
        ("7/given/0.1", "2021", "tent", "3", "first, M"),
        ("7/given/2.0", "2023", "pump", None, ", M"),
    ]
    for content, more in (
        ("".join(json.dumps(row) + "\n" for row in rows), ""),
        (json.dumps({"data": {"rows": rows}}, indent=1), 'rows = "data.rows"\n'),
        (json.dumps(rows), ""),
    ):
        assert stated(table(more + mapping, content, "t.json"), "ref", "date", "item", "quantity", "note") == expected


@pytest.mark.parametrize(
    ("each", "message"),
    [
        *[('"awards"', "given.each: found 'awards', expected columns, a list"), ("{}", "given.each: found {}")],
        *[('{ columns = ["a"], list = "b" }', "given.each: found"), ('{ split = "{a}" }', "given.each: found")],
        *[
            ('{ list = "a", without = "b" }', "given.each: found"),
            ('{ split = "{a}", by = "" }', "given.each: found ''"),
        ],
        ('{ colums = ["a"] }', "given.each.colums: .*did you mean 'columns'"),
    ],
)
def test_what_an_event_is_made_for_is_one_thing(each: str, message: str, table: Callable[..., File]) -> None:
    """Columns, a list, or a text with what is between its parts."""
    with pytest.raises(UsageError, match=message):
        events(table(EVENT + f"each = {each}\n", "a\n1\n"))


# Keys of events.

SHIPMENTS = """
key = ["Country", "Shipment"]
[event.allocated]
key = "Country"
kind = "pledge"
date = "{As of}"
recipient = "{Country}"
item = "{Item}"
quantity = "{Allocated}"
[event.given]
kind = "delivery"
date = "2021"
recipient = "{Country}"
quantity = "{Doses}"
"""


def test_what_is_repeated_on_the_rows_of_a_group_counts_once(table: Callable[..., File], tmp_path: Path) -> None:
    """It has a key of its own; cells that are empty on some of its rows say nothing."""
    content = "Country,Shipment,Doses,Allocated,As of,Item\nAA,1,100,500,2021,\nAA,2,150,,2021,dose\n"
    content += "AA,3,0,,,\nBB,1,70,300,2021,\n"
    assert others(table(SHIPMENTS, content + "CC,1,5,9,,\n"))[0][:2] == ("pledge without date", "line 6, As of")
    file = table(SHIPMENTS, content, published=DateRange("2021-12-31"))
    assert stated(file, "ref", "item", "quantity")[-2:] == [
        ("AA/allocated", "dose", "500"),
        ("BB/allocated", None, "300"),
    ]
    assert others(file) == []
    report = import_file(tmp_path / "log", "csv", file, recorded_at=NOW)
    assert report.outcomes == {"new": 6}
    assert import_file(tmp_path / "log", "csv", file, recorded_at=NOW).outcomes == {"unchanged": 6}
    view = Timeline.open(tmp_path / "log").as_of("2022-01-01")
    assert view.counts(kind="pledge", by="recipient").rows[0].bounds.low == 500


def test_repeats_that_contradict_each_other_are_reported(table: Callable[..., File]) -> None:
    """Numbers and dates are between the least and the most; of anything else none is taken, and all is spared."""
    content = "Country,Shipment,Doses,Allocated,As of,Item\nAA,1,1,500,2021,x\nAA,2,1,~600,2022,x\nBB,1,1,300,2021,x\n"
    file = table(SHIPMENTS, content + "BB,2,1,300,2021,y\n")
    assert stated(file, "ref", "date", "quantity")[4:] == [("AA/allocated", "2021/2022", "~500..600")]
    assert others(file) == [
        (
            "rows of one key that say different date and quantity: it is between the least and the most of them",
            "line 2",
            "AA",
        ),
        ("rows of one key that say different item: none of them is taken", "line 4", "BB"),
    ]
    (skipped,) = [each for each in read(file) if isinstance(each, Skipped)]
    assert skipped.spares == "BB/allocated"


@pytest.mark.parametrize("content", ["No.,A,B\n1,x/y,z\n2,x,y/z\n", "No.,A,B\nz/w,,\n2,z,w\n"])
def test_groups_whose_keys_are_written_alike_are_not_taken_for_one(content: str, table: Callable[..., File]) -> None:
    """A slash within a key, or the key of a row that is in no group: as long as it is not clear, none is taken."""
    file = table('key = ["No."]\n' + EVENT + 'key = ["A", "B"]\nitem = "truck"\nquantity = "5"\n', content)
    assert events(file) == []
    assert [reason for reason, _, _ in others(file)] == [
        "rows of one key that say different key columns: none of them is taken"
    ]


@given(st.lists(st.integers(0, 9), min_size=1, max_size=6))
def test_the_total_of_a_group_is_one_of_those_that_its_rows_state(
    tmp_path_factory: pytest.TempPathFactory, totals: list[int]
) -> None:
    """Or the bounds of all of them."""
    folder = tmp_path_factory.mktemp("group")
    (folder / "m.toml").write_text('dataset = "t"\n' + SHIPMENTS)
    lines = [f"AA,{number},1,{total},2021,x\n" for number, total in enumerate(totals)]
    (folder / "t.csv").write_text("Country,Shipment,Doses,Allocated,As of,Item\n" + "".join(lines))
    file = File(path=folder / "t.csv", mapping=folder / "m.toml")
    (found,) = [each.quantity for each in events(file) if each.kind == "pledge"]
    assert (found.low, found.high) == (min(totals), max(totals))


def test_elements_of_lists_within_an_element_go_by_their_places(table: Callable[..., File]) -> None:
    """And what only objects far below have is found, too."""
    mapping = (
        'rows = "releases"\nkey = "id"\n[event.given]\nkind = "commitment"\neach = { list = "awards" }\n'
        'key = ["awards.id"]\ndate = "2022"\nitem = "{awards.id}"\nrecipient = "{awards.suppliers.0.name}"\n'
    )
    awards = [{"id": number, "suppliers": [{"name": number * 10}, {"name": "x"}]} for number in (1, 2)]
    releases: list[dict[str, Any]] = [{"id": str(number)} for number in range(50)]
    content = json.dumps({"releases": [*releases, {"id": "last", "awards": awards}]})
    assert stated(table(mapping, content), "item", "recipient") == [("1", "10"), ("2", "20")]
    with pytest.raises(
        UnreadableFile, match=r"found no 'awards.id', 'awards.suppliers.0.name' in the first 50 objects"
    ):
        list(read(table(mapping, json.dumps({"releases": releases}))))


# Parts that a version covers.


def test_a_version_may_have_everything_of_some_years_only(table: Callable[..., File], tmp_path: Path) -> None:
    """What is gone of a year that it has is retracted; other years stand."""
    mapping = 'complete = ["Year"]\nkey = ["Year", "No"]\n' + EVENT + 'item = "{Item}"\nquantity = "{N}"\n'
    first = "Year,No,Item,N\n2021,1,truck,10\n2021,2,truck,5\n2022,1,truck,7\n"
    file = table(mapping, first, published=DateRange("2022-12-31"))
    readings = list(read(file))
    assert [each.scope for each in readings if isinstance(each, Beginning)] == ["2021/", "2022/"]
    assert [each.scope for each in readings if isinstance(each, Whole)] == ["2021/", "2022/"]
    log = tmp_path / "log"
    rows = [f"2022,{number},truck,1\n" for number in range(3, 30)]
    file = table(mapping, first + "".join(rows), published=DateRange("2022-12-31"))
    assert import_file(log, "csv", file, recorded_at=NOW).outcomes == {"new": 30}
    content = "Year,No,Item,N\n2022,2,tent,1\n" + "".join(rows)
    file = table(mapping, content, published=DateRange("2023-12-31"))
    assert import_file(log, "csv", file, recorded_at=NOW).outcomes == {"new": 1, "unchanged": 27, "gone": 1}
    counts = Timeline.open(log).as_of("2025-01-01").counts(by="item")
    assert {row.key[0]: row.bounds.low for row in counts.rows} == {"truck": 15 + 27, "tent": 1}


@settings(deadline=None)
@given(st.data())
def test_what_is_known_of_a_part_is_what_the_last_version_that_has_it_says(data: st.DataObject) -> None:
    """In whatever order, and with parts that two columns name. Other parts stay, and are told, or go with the whole."""
    columns = data.draw(st.sampled_from([["Year"], ["Year", "Country"]]))
    rows = st.lists(
        st.tuples(st.sampled_from("12"), st.sampled_from("AB"), st.sampled_from("xyz"), st.integers(1, 9)),
        min_size=1,
        unique_by=lambda row: row[:3],
    )
    versions, whole = (data.draw(rows), data.draw(rows)), data.draw(st.booleans())
    key = json.dumps([*columns, *({"Year", "Country"} - set(columns)), "Item"])
    mapping = (
        f'dataset = "t"\nkey = {key}\ncomplete = {json.dumps(columns)}\n[event.given]\nkind = "delivery"\n'
        'date = "2021"\nrecipient = "{Year}{Country}"\nitem = "{Item}"\nquantity = "{N}"\n'
    )

    def part(row: tuple[str, str, str, int]) -> tuple[object, ...]:
        return row[: len(columns)]

    with TemporaryDirectory() as folder:
        log, path = Path(folder) / "log", Path(folder) / "t.csv"
        path.with_suffix(".toml").write_text(mapping)

        def imported(day: str, rows: Sequence[tuple[str, str, str, int]], covers: Literal["whole"] | None) -> Report:
            path.write_text("Year,Country,Item,N\n" + "".join(",".join(map(str, row)) + "\n" for row in rows))
            file = File(path=path, mapping=path.with_suffix(".toml"), published=DateRange(day), covers=covers)
            return import_file(log, "csv", file, recorded_at=NOW)

        imported("2022-01-01", versions[0], None)
        try:
            report = imported("2023-01-01", versions[1], "whole" if whole else None)
        except RefusedBatch:
            return  # much is lacking: it is asked about
        told = {part(row) for row in versions[1]}
        stays = [] if whole else [row for row in versions[0] if part(row) not in told]
        timeline, expected = Timeline.open(log), [*versions[1], *stays]
        found = timeline.as_of("2025-01-01").counts(by=["recipient", "item"])
        assert {tuple(row.key): row.bounds.low for row in found.rows} == {
            (year + country, item): many for year, country, item, many in expected
        }
        remarks = [each.place for each in report.remarks.get(WITHDRAWN, ())]
        assert remarks == ([f"{len(set(map(part, stays)))} of t"] if stays else [])
        known = timeline.as_of("2025-01-01", known_at="2022-06-01").counts(by=["recipient", "item"])
        assert {tuple(row.key): row.bounds.low for row in known.rows} == {
            (year + country, item): many for year, country, item, many in versions[0]
        }


def test_a_version_that_lacks_an_optional_column_says_nothing_of_it(table: Callable[..., File], tmp_path: Path) -> None:
    """Fields, values and whole events that the column would fill stay; what the version does say, and lacks, counts."""
    mapping = (
        'key = ["No"]\ncomplete = true\noptional = ["To", "Val*", "Given"]\n[event.promised]\nkind = "pledge"\n'
        'date = "2022"\nitem = "truck"\nquantity = "{N}"\nrecipient = "{To}"\namount = "{Value}"\ncurrency = "EUR"\n'
        '[event.given]\nneeds = ["Given"]\nkind = "delivery"\ndate = "2022"\nitem = "truck"\nquantity = "{Given}"\n'
    )
    rows = [f"{number},1,KE,10,1\n" for number in range(3, 30)]
    file = table(mapping, "No,N,To,Value,Given\n1,10,KE,100,4\n2,5,UG,200,\n" + "".join(rows), published="2023-01-01")
    import_file(tmp_path / "log", "csv", file, recorded_at=NOW)
    less = "No,N\n1,11\n" + "".join(f"{number},1\n" for number in range(3, 30))
    report = import_file(tmp_path / "log", "csv", table(mapping, less, published="2024-01-01"), recorded_at=NOW)
    assert dict(report.outcomes) == {"news": 1, "unchanged": 27, "gone": 1}
    assert (report.counts[LACKING], report.remarks[LACKING][0].found) == (28, "Given")
    view = Timeline.open(tmp_path / "log").as_of("2025-01-01")
    counts = view.counts(kind=["pledge", "delivery"], by="recipient")
    assert {(row.kind, row.recipient): row.bounds.low for row in counts.rows} == {
        ("pledge", "KE"): 11 + 27,
        ("delivery", None): 4 + 27,
    }
    assert [row.bounds.low for row in view.money(kind="pledge").rows] == [100 + 270]


def test_a_list_may_be_optional(table: Callable[..., File]) -> None:
    """A document without it makes no event of it; one with it makes all, with conditions and fields as ever."""
    mapping = (
        'rows = "releases"\nkey = "id"\noptional = ["awards.*"]\n[event.given]\nkind = "commitment"\n'
        'each = { list = "awards" }\nwhere = { "awards.status" = "active" }\nkey = ["id", "awards.id"]\n'
        'date = "2022"\nitem = "{awards.item}"\nrecipient = "{awards.to}"\n'
    )
    assert list(read(table(mapping, json.dumps({"releases": [{"id": "1"}]})))) == []
    awards = [{"id": "a", "status": "active", "item": "x", "to": "KE"}, {"id": "b", "status": "no", "item": "y"}]
    content = json.dumps({"releases": [{"id": "1", "awards": awards}, {"id": "2"}]})
    assert stated(table(mapping, content), "ref", "item", "recipient") == [("1/a/given", "x", "KE")]


def test_an_optional_column_may_not_name_rows(table: Callable[..., File]) -> None:
    """A version without it could not be compared with another."""
    mapping = 'key = ["No"]\noptional = ["N*"]\n' + EVENT + 'item = "{Item}"\n'
    with pytest.raises(UnreadableFile, match="found no header with 'No'"):
        list(read(table(mapping, "Item\ntruck\n")))


def test_rows_without_a_part_are_skipped(table: Callable[..., File]) -> None:
    """And parts go on where the rows of others end."""
    mapping = 'complete = ["Year"]\nkey = "No"\n' + EVENT + 'item = "{Item}"\n'
    file = table(mapping, "Year,No,Item\n2021,1,x\n2022,1,x\n2021,2,x\n,3,x\n")
    assert stated(file, "ref") == [("2021/1/given",), ("2022/1/given",), ("2021/2/given",)]
    assert [each.scope for each in read(file) if isinstance(each, Beginning)] == ["2021/", "2022/", "2021/"]
    assert [each.scope for each in read(file) if isinstance(each, Whole)] == ["2021/", "2022/"]
    assert others(file) == [("a row that does not say which part of the table it is in", "line 5, Year", None)]


# Names.


def test_names_are_those_of_the_vocabulary(table: Callable[..., File]) -> None:
    """Items, parties and projects by slug, label and other names; pieces have no unit; unknown ones are listed once."""
    vocabulary = Vocabulary(
        items={
            "truck": Item(slug="truck", label="Lorry", names=["Camion", "trucks"]),
            "diesel": Item(slug="diesel", label="Diesel", unit="litre"),
        },
        parties={
            "TR": Party(slug="TR", name="Türkiye", names=["Turkey"]),
            "US": Party(slug="US", name="United States"),
        },
        projects={"hd": ProjectName(slug="hd", label="Humanitarian demining")},
    )
    mapping = EVENT + 'item = "{Item}"\ndonor = "{Donor}"\nunit = "{Unit}"\nproject = "{Project}"\n'
    content = (
        "Item,Donor,Unit,Project\nTruck,TURKEY,pcs,HD\nlorry ,Türkiye,Piece,humanitarian-demining\n"
        "camion,united  states,,\nTRUCKS,US,pieces,\nDiesel,US,LITRE,\ntrukc,Turkiye,crate,hd2\ntrukc,Turkiye,crate,\n"
    )
    file = table(mapping, content, vocabulary=vocabulary)
    assert stated(file, "item", "donor", "unit", "project") == [
        *[("truck", "TR", None, "hd"), ("truck", "TR", None, "hd"), ("truck", "US", None, None)],
        *[("truck", "US", None, None), ("diesel", "US", "litre", None), ("trukc", "Turkiye", "crate", "hd2")],
        ("trukc", "Turkiye", "crate", None),
    ]
    assert sorted(others(file)) == [
        ("a donor that the vocabulary does not have", "line 7", "Turkiye (did you mean TR?)"),
        ("a project that the vocabulary does not have", "line 7", "hd2 (did you mean hd?)"),
        ("an item that the vocabulary does not have", "line 7", "trukc (did you mean truck?)"),
    ]
    assert others(table(mapping, content)) == [], "without a vocabulary nothing is unknown"


def test_a_name_that_several_go_by_is_recorded_as_it_is(table: Callable[..., File]) -> None:
    """None of them is chosen, and that is said."""
    items = {slug: Item(slug=slug, label=slug.upper(), names=["gun"]) for slug in ("rifle", "howitzer")}
    file = table(EVENT + 'item = "{Item}"\n', "Item\nGun\n", vocabulary=Vocabulary(items=items))
    assert stated(file, "item") == [("Gun",)]
    assert others(file)[0][0].startswith("a name that several in the vocabulary go by")


# Doubts and faults, all at once.


def test_doubts_stop_an_import_and_are_told_together(table: Callable[..., File], tmp_path: Path) -> None:
    """With what else could not be read, each with its line and the choice; nothing is recorded."""
    mapping = 'dates = ["%d/%m/%Y", "%m/%d/%Y"]\n' + EVENT.replace('"2022"', '"{Date}"') + 'quantity = "{N}"\n'
    content = "Date,N\n25/04/2022,3\n05/04/2022,2\n2022,1.500\n2022,many\n2022,6\n"
    file = table(mapping, content)
    with pytest.raises(UnreadableFile, match="some texts have several readings") as error:
        import_file(tmp_path / "log", "csv", file, recorded_at=NOW)
    assert [(each.line, each.code) for each in error.value.problems] == [
        *[(3, "doubtful-value"), (4, "doubtful-value"), (5, "bad-value")]
    ]
    first, second, _ = map(str, error.value.problems)
    assert "Date: found '05/04/2022', which may be 2022-04-05 or 2022-05-04 (say only one of" in first
    assert "N: found '1.500', which may be 1500 or 1.500 (say thousands" in second
    assert not (tmp_path / "log").exists()


def test_a_table_full_of_doubts_is_not_read_to_its_end(table: Callable[..., File]) -> None:
    """A few of each kind say enough."""
    file = table(EVENT + 'quantity = "{N}"\n', "N\n" + "1.500\n" * 5_000)
    seen: list[float] = []
    with pytest.raises(UnreadableFile) as error:
        list(read(attrs.evolve(file, progress=seen.append)))
    assert len(error.value.problems) == 3
    assert seen[-1] == 1.0, "the file is small"
    assert error.value.problems[-1].line == 4


def test_doubts_of_many_columns_are_told_up_to_a_limit(table: Callable[..., File]) -> None:
    """Twenty, and those of the row in which they are reached."""
    mapping = "".join(f'[event.e{n}]\nkind = "delivery"\ndate = "2022"\nquantity = "{{c{n}}}"\n' for n in range(30))
    row = ",".join(["1.500"] * 30) + "\n"
    with pytest.raises(UnreadableFile) as error:
        events(table(mapping, ",".join(f"c{n}" for n in range(30)) + "\n" + row * 3))
    assert {each.line for each in error.value.problems} == {2}


def test_all_faults_of_a_mapping_and_of_the_first_rows_are_told_at_once(table: Callable[..., File]) -> None:
    """Those of the table as far as the mapping can be read without its faults."""
    mapping = (
        'decimal = ";"\nkeey = "Id"\n[words.quantity]\nsome = "lots"\n'
        + EVENT
        + 'itm = "x"\nquantity = ["{N}", "many"]\nvia = ["{N", "UN"]\n'
    )
    with pytest.raises(FaultyMapping) as error:
        events(table(mapping, "N\n5\nx\n"))
    said = [(each.path, re.sub(", expected.*", "", each.message)) for each in error.value.problems]
    assert said == [
        ("decimal", "found ';'"),
        ("words.quantity.some", "found 'lots'"),
        ("keey", "found 'keey'"),
        ("event.given.itm", "found 'itm'"),
        ("event.given.quantity[1]", "found 'many'"),
        ("event.given.via", "found '{N'"),
        (None, said[-1][1]),
    ]
    assert "quantity: not a number" in str(error.value)
    with pytest.raises(FaultyMapping, match=r"(?s)itm.*found no header with 'N', 'M'"):
        events(table(mapping.replace('["{N}", "many"]', '"{N}"') + 'note = "{M}"\n', "A\n5\n"))


def test_one_fault_is_one_line(table: Callable[..., File]) -> None:
    """And a mapping of which nothing is left is told by its own faults."""
    with pytest.raises(UsageError, match=r"^the mapping .*mapping\.toml: event\.given\.itm: found 'itm'"):
        events(table(EVENT + 'itm = "x"\n', "A\n5\n"))
    with pytest.raises(FaultyMapping, match=r"(?s)faults:.*event\.given\.kind.*event\.given\.date"):
        events(table("[event.given]\nitem = 5\n", "A\n5\n"))
