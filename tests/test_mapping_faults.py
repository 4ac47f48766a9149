"""What is wrong with a mapping, or with a row of its table: what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aidtimeline.errors import UnreadableFile, UsageError
from aidtimeline.formats.importing.importer import import_file
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.readings import Entry, Remark, Skipped
from aidtimeline.formats.tables import read

NOW = datetime(2026, 1, 1, tzinfo=UTC)

#: A mapping whose only event is a delivery.
DELIVERIES = """
dataset = "test"
key = "id"
[event.given]
kind = "delivery"
date = "{date}"
item = "{item}"
quantity = "{number}"
"""


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., File]:
    """A function that writes a mapping and a table, and gives the table's file."""

    def write(mapping: str, content: str | bytes, name: str = "aid.csv", **about: Any) -> File:
        (tmp_path / "mapping.toml").write_text(mapping, encoding="utf-8")
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return File(path=path, mapping=tmp_path / "mapping.toml", **about)

    return write


def events(file: File) -> list[Any]:
    return [reading.event for reading in read(file) if isinstance(reading, Entry)]


def others(file: File) -> list[tuple[str, str, str | None]]:
    return [(r.reason, r.place, r.found) for r in read(file) if isinstance(r, Skipped | Remark)]


# What is wrong with a row.


@pytest.mark.parametrize(
    ("row", "reason", "place", "found"),
    [
        ("1,31/12/2022,truck,5", "date: not an EDTF date", "line 2, date", "31/12/2022"),
        ("1,,truck,5", "delivery without date", "line 2, date", None),
        ("1,2022,truck,many", "quantity: not a number such as 1234.5", "line 2, number", "many"),
        ('1,2022,truck,"1,00"', "quantity: not a number such as 1234.5", "line 2, number", "1,00"),
        ("1,2022,truck,4..2", "quantity: not a low end not above the high end", "line 2, number", "4..2"),
        ("1,2022,truck," + "9" * 31, "quantity: not numbers of at most 30 digits", "line 2, number", "9" * 31),
        ("1,2022,truck,5,6", "a row with more cells than the header", "line 2", None),
    ],
)
def test_faulty_rows_are_skipped(
    row: str, reason: str, place: str, found: str | None, table: Callable[..., File]
) -> None:
    """What is wrong is said, with row, column and what was found; the other rows are read."""
    file = table(DELIVERIES, f"id,date,item,number\n{row}\n2,2022,truck,1\n")
    assert [each.ref for each in events(file)] == ["2/given"]
    ((given, where, what),) = others(file)
    assert given.startswith(reason)
    assert (where, what) == (place, found)


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ('kind = "pledge"\namount = "{n}"', "an amount without a currency"),
        ('kind = "pledge"\namount = "{n}"\ncurrency = "{c}"', "currency: not a currency code of ISO 4217"),
        ('kind = "disbursement"', "disbursement without value"),
        ('kind = "status"\nproject = "p"\nstatus = "{c}"', "status: not one of pipeline"),
        ('kind = "status"\nproject = "p"', "status without status"),
        (
            'kind = "participation"\nproject = "p"\nparty = "q"\nrole = "funding"\nleft = "{c}"',
            "left: not true or false",
        ),
        ('kind = "observation"\nquantity = "{n}"', "observation: expected an observation's item or indicator"),
        ('kind = "training"\nunit = "{c}"', "unit: not one of person, course"),
        ('kind = "delivery"\nitem = "{odd}"', None),
        ('kind = "delivery"\nnote = "{odd}"', "note: not text"),
        ('kind = "delivery"\nitem = "\\u200b{n}"', None),
    ],
)
def test_what_an_event_cannot_have_is_said(event: str, reason: str | None, table: Callable[..., File]) -> None:
    """A field that its kind needs, or cannot have so, is named."""
    mapping = f'dataset = "test"\nkey = "n"\n[event.one]\ndate = "2022"\n{event}\n'
    file = table(mapping, '{"n":5,"c":"ZZZ","odd":"\\ud800"}\n', "aid.jsonl")
    found = others(file)
    if reason is None:
        assert len(events(file)) + len(found) == 1
    else:
        assert found[0][0].startswith(reason)
        assert events(file) == []


def test_one_event_of_a_row_may_be_faulty(table: Callable[..., File]) -> None:
    """The others of the same row are made."""
    mapping = DELIVERIES + '[event.promised]\nkind = "pledge"\ndate = "2021"\nitem = "{item}"\n'
    file = table(mapping, "id,date,item,number\n1,someday,truck,5\n")
    assert [each.ref for each in events(file)] == ["1/promised"]
    assert len(others(file)) == 1


# What is wrong with a mapping.


FAULTY = {
    "dataset = ": "is not TOML: ",
    "a = " + "[" * 9000: "is not TOML",
    'data_set = "x"': r"mapping.toml: .*data_set: found 'data_set', expected one of .*did you mean 'dataset'",
    "[event.a]": "dataset: found null, expected a name",
    'dataset = ""\n{event}': "dataset: found '', expected a slug",
    'dataset = ["a"]\n{event}': r"dataset: found \['a'\], expected a text in quotes",
    "{dataset}": "event: found null, expected a table",
    "{dataset}event = {{}}": "event: found null, expected a table for each event",
    '{dataset}[event]\nkind = "delivery"': "event.kind: found 'delivery', expected a table for each event",
    '{dataset}[event.a]\ndate = "2022"': "event.a.kind: found null, expected a text, or {Column}",
    '{dataset}[event.a]\nkind = "delivery"': "event.a.date: found null",
    '{dataset}[event.a]\nkind = "delivry"\ndate = "2022"': "found 'delivry', expected one of .*did you mean 'delivery'",
    '{dataset}[event.a]\nkind = "cancellation"\ndate = "2022"': "found 'cancellation', expected one of",
    '{dataset}[event.a]\nkind = "delivery"\ndate = "someday"': "event.a.date: found 'someday', expected an EDTF",
    '{dataset}[event.a]\nkind = "delivery"\ndate = "{{a"': "found '{a', expected a text with {Column}",
    '{dataset}[event.a]\nkind = "delivery"\ndate = "a}}"': "found 'a}', expected a text with {Column}",
    '{dataset}{event}itm = "x"': "event.a.itm: .*did you mean 'item'",
    '{dataset}{event}value = "x"': "event.a.value: found 'value'",
    '{dataset}{event}due = "2023"': "event.a.due: found 'due', expected one of .* for a delivery",
    '{dataset}{event}side = "left"': "side: found 'left', expected one of provider",
    '{dataset}{event}currency = "EURO"': "currency: found 'EURO'",
    '{dataset}{event}quantity = "2,5"': "quantity: found '2,5', expected a number",
    '{dataset}{event}restated = "yes"': "restated: found 'yes', expected true or false",
    "{dataset}complete = 1\n{event}": "complete: found 1, expected true or false",
    '{dataset}dates = ["%d/%m"]\n{event}': "dates: found '%d/%m', expected a form of dates with a year",
    '{dataset}decimal = ";"\n{event}': "decimal: found ';', expected one of '.' ','",
    '{dataset}decimal = ","\nthousands = ","\n{event}': "thousands: found ',', expected a mark other than",
    '{dataset}skip = ["a"]\n{event}': r"skip: found \['a'\], expected a table",
    '{dataset}words = {{ quantity = {{ some = "many" }} }}\n{event}': "words.quantity.some: found 'many'",
    '{dataset}words = {{ kid = {{ some = "1" }} }}\n{event}': "words.kid: .*did you mean 'kind'",
    '{dataset}published = "soon"\n{event}': "published: found 'soon', expected an EDTF",
    "{dataset}published = 2022-05-31T10:00:00Z\nn = " + "9" * 9000: "is not TOML",
}


@pytest.mark.parametrize(("text", "message"), FAULTY.items(), ids=[each[:60] for each in FAULTY])
def test_a_faulty_mapping_is_refused(text: str, message: str, table: Callable[..., File]) -> None:
    """The message names the file, the key, what was found there and what was expected, and what may be meant."""
    mapping = text.format(dataset='dataset = "x"\n', event='[event.a]\nkind = "delivery"\ndate = "2022"\n')
    with pytest.raises(UsageError, match=message):
        list(read(table(mapping, "a\n1\n")))


def test_a_mapping_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Nor is one that is no text."""
    with pytest.raises(UsageError, match=r"none.toml: No such file"):
        list(read(File(path=tmp_path / "aid.csv", mapping=tmp_path / "none.toml")))
    (tmp_path / "odd.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match=r"odd.toml is not TOML"):
        list(read(File(path=tmp_path / "aid.csv", mapping=tmp_path / "odd.toml")))


def test_a_column_that_is_not_there_is_named(table: Callable[..., File]) -> None:
    """The table is refused, with the columns that it lacks, and one that may be meant."""
    with pytest.raises(UnreadableFile, match=r"aid.csv:1: .*found no header with 'number' \(did you mean 'numbers'"):
        list(read(table(DELIVERIES, "id,date,item,numbers\n1,2022,truck,1\n")))


def test_a_broken_table_leaves_the_log_as_it_was(table: Callable[..., File], tmp_path: Path) -> None:
    """What breaks off in the middle is not recorded at all."""
    file = table(DELIVERIES, 'id,date,item,number\n1,2022,truck,1\n2,2022,"tru')
    with pytest.raises(UnreadableFile, match=":3: "):
        import_file(tmp_path / "log", "csv", file, recorded_at=NOW)
    assert not (tmp_path / "log").exists() or not list((tmp_path / "log").glob("*.jsonl"))


def test_all_that_cannot_be_read_of_a_row_is_told_at_once(tmp_path: Path) -> None:
    """It is skipped once, for the first reason; the others are told beside it."""
    (tmp_path / "m.toml").write_text(
        'dataset = "t"\n[event.given]\nkind = "delivery"\ndate = "{D}"\nitem = "truck"\nquantity = "{N}"\n'
        'amount = "{V}"\ncurrency = "EUR"\n'
    )
    (tmp_path / "t.csv").write_text("D,N,V\nsoon,many,5\n2022,3,7\n")
    found = list(read(File(path=tmp_path / "t.csv", mapping=tmp_path / "m.toml")))
    [skipped] = [each for each in found if isinstance(each, Skipped)]
    [remark] = [each for each in found if isinstance(each, Remark)]
    assert (skipped.found, skipped.value and skipped.value.text) == ("soon", "EUR 5")
    assert (remark.reason.startswith("not read either: quantity: "), remark.found, remark.line) == (True, "many", 2)


def test_a_doubt_is_asked_about_with_all_else_of_its_row(tmp_path: Path) -> None:
    """So nobody mends one after the other."""
    (tmp_path / "m.toml").write_text(
        'dataset = "t"\n[event.given]\nkind = "delivery"\ndate = "{D}"\nitem = "truck"\nquantity = "{N}"\n'
    )
    (tmp_path / "t.csv").write_text("D,N\n05/04/2022,1.500\n")
    with pytest.raises(UnreadableFile) as caught:
        list(read(File(path=tmp_path / "t.csv", mapping=tmp_path / "m.toml")))
    told = " ".join(each.message for each in caught.value.problems)
    assert "05/04/2022" in told
    assert "1.500" in told


@pytest.mark.parametrize(
    ("more", "date", "is_fault"),
    [
        ('each = { columns = ["20*"] }', "[..{each}]", True),
        ('each = { columns = ["20*"] }', "{each}", False),
        ("", "[..{As of}]", True),
        ('key = ["Donor"]', "[..{As of}]", False),
    ],
)
def test_levels_of_several_days_are_not_added_up(more: str, date: str, is_fault: bool, tmp_path: Path) -> None:
    """9 by June has the 5 by May in it: the mapping is refused, and what keeps both is named."""
    (tmp_path / "m.toml").write_text(
        'dataset = "t"\nkey = ["Donor", "As of"]\n[event.given]\nkind = "delivery"\nitem = "truck"\nrestated = true\n'
        f'quantity = "{{2022-05}}"\ndate = "{date}"\n{more}\n'
    )
    (tmp_path / "t.csv").write_text("Donor,As of,2022-05,2022-06\nA,2022-05,5,9\n")
    file = File(path=tmp_path / "t.csv", mapping=tmp_path / "m.toml")
    if is_fault:
        with pytest.raises(UsageError, match=r'event.given.restated: .*is added up; kind = "observation"'):
            list(read(file))
    else:
        assert any(isinstance(each, Entry) for each in read(file))
