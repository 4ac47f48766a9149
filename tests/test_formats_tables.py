"""Tables of any shape, by a mapping: what it can say, what is wrong with it, and what is wrong with a row."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, strategies as st
from workbooks import workbook

from aidtimeline import Delivery, EventLog, Source, Timeline
from aidtimeline.errors import UsageError
from aidtimeline.events import EVENT_KINDS, EventKind
from aidtimeline.formats.importing.importer import import_file
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.readings import Entry, Reading, Remark, Skipped, Whole
from aidtimeline.formats.tables import EXAMPLE, OTHER_SHEET, SAMPLE, example, read
from aidtimeline.formats.tables.values import FIELDS, KINDS
from aidtimeline.values.dates import DateRange
from aidtimeline.vocabulary import Party, Vocabulary

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


# The example.


def test_the_example_runs(tmp_path: Path) -> None:
    """What is printed to start from is a mapping, and the table at its end goes with it."""
    text = example()
    mapping, aid = tmp_path / "mapping.toml", tmp_path / "aid.csv"
    mapping.write_text(text, encoding="utf-8")
    lines = text[text.index("# The table") :].splitlines()[1:]
    aid.write_text("".join(f"{line.removeprefix('# ')}\n" for line in lines), encoding="utf-8")
    assert aid.read_text(encoding="utf-8") == SAMPLE
    readings = list(read(File(path=aid, mapping=mapping)))
    assert all(isinstance(reading, Entry) for reading in readings)
    entries = [(each.event, each.restated) for each in readings if isinstance(each, Entry)]
    found = [(e.ref, e.kind, e.date.text, e.donor, e.item, e.quantity.text, restated) for e, restated in entries]  # type: ignore[attr-defined]
    assert found == [
        ("1/promised", "pledge", "2022-04-05", "Japan", "Truck", "30", False),
        ("1/delivered", "delivery", "2022-06", "Japan", "Truck", "12", True),
        ("2/promised", "pledge", "2022-21", "Norway", "Helmet", "1..", False),
    ]
    first, third = entries[0][0], entries[2][0]
    assert first.value.text == "EUR 1200000.5"  # type: ignore[attr-defined]
    assert [each.url for each in first.sources] == [None, "https://example.org/1"]
    assert first.note == "package A, announced by the Japan government"
    assert third.sources[0].quote == "Promised: spring 2022; How many: undisclosed"
    assert third.sources[0].locator == "aid.csv, line 3"


def test_every_line_of_the_example_that_is_commented_out_is_a_mapping_too(table: Callable[..., File]) -> None:
    """What the example only mentions works as it says."""
    mapping = EXAMPLE.replace("# published", "published").replace("# complete", "complete")
    mapping = mapping.replace("# where", "where").replace("# read", "read")
    readings = list(read(table(mapping, SAMPLE)))
    assert [each for each in readings if isinstance(each, Whole)]
    assert all(
        each.event.sources[0].published == DateRange.parse("2022-10-31") for each in readings if isinstance(each, Entry)
    )
    with pytest.raises(UsageError, match="not a workbook"):
        list(read(table(EXAMPLE.replace("# sheet", "sheet"), SAMPLE)))


def test_without_a_mapping_the_error_points_to_one(tmp_path: Path) -> None:
    """Without a mapping, the message says how to get one."""
    with pytest.raises(UsageError, match="--mapping FILE; --guess"):
        next(read(File(path=tmp_path / "aid.csv")))


# What a mapping can say.


def test_the_same_table_says_the_same_in_each_format(table: Callable[..., File], tmp_path: Path) -> None:
    """CSV, XLSX and JSON Lines make the same events, but for their places."""
    rows: list[dict[str, Any]] = [
        {"id": "1", "date": "2022-03-01", "item": "truck", "number": 1.5},
        {"id": "2", "date": "2022", "item": "boat"},
    ]
    out = io.StringIO()
    writer = csv.DictWriter(out, ["id", "date", "item", "number"])
    writer.writeheader()
    writer.writerows(rows)
    flat = table(DELIVERIES, out.getvalue())
    lines = table(DELIVERIES, "".join(f"{json.dumps(row)}\n" for row in rows), "aid.jsonl")
    sheet = [
        ["Deliveries"],
        ["ID", "Date", "Item", "Number"],
        ["1", datetime(2022, 3, 1), "truck", 1.5],
        [2, 2022, "boat"],
    ]
    book = attrs.evolve(flat, path=workbook(tmp_path / "aid.xlsx", ("S", sheet)).path)
    places = []
    read_events = []
    for file in (flat, lines, book):
        found = events(file)
        places.append([each.sources[0].locator for each in found])
        read_events.append([attrs.evolve(e, sources=[attrs.evolve(e.sources[0], locator=None)]) for e in found])
    assert read_events[0] == read_events[1] == read_events[2]
    assert [(e.ref, e.date.text, e.item, e.quantity and e.quantity.text) for e in read_events[0]] == [
        ("1/given", "2022-03-01", "truck", "1.5"),
        ("2/given", "2022", "boat", None),
    ]
    assert [each[1] for each in places] == ["aid.csv, line 3", "aid.jsonl, line 2", "aid.xlsx, row 4 of S"]


def test_a_column_may_say_the_kind(table: Callable[..., File]) -> None:
    """Each row is of the kind that its word means; a field that its kind does not have is left out."""
    mapping = """
        dataset = "test"
        key = "id"
        [words.kind]
        Given = "delivery"
        Promised = "pledge"
        Paid = "disbursement"
        Nothing = ""
        [event.all]
        kind = "{Status}"
        date = "2022"
        item = "{item}"
        due = "{due}"
        amount = "{eur}"
        currency = "eur"
    """
    content = "id,Status,item,due,eur\n1,GIVEN,truck,2023,5\n2,Promised,truck,2023,\n3,Paid,truck,2023,7\n"
    content += "4,Nothing,,,\n5,Lost,,,\n"
    file = table(mapping, content)
    given, promised, paid = events(file)
    assert (given.kind, given.item, given.value.text) == ("delivery", "truck", "EUR 5")
    assert (promised.kind, promised.due.text, promised.value) == ("pledge", "2023", None)
    assert (paid.kind, paid.value.text) == ("disbursement", "EUR 7")
    assert others(file) == [
        ("a row that does not say what kind of event it is", "line 5, Status", None),
        (f"kind: not one of {', '.join(KINDS)}", "line 6, Status", "Lost"),
    ]


def test_every_field_of_an_event_can_be_mapped(table: Callable[..., File]) -> None:
    """But for links between records, the key and the sources, each field of each kind can be a column."""
    texts = {
        **dict.fromkeys(("quantity", "amount"), "5"),
        **dict.fromkeys(("date", "due", "value_date", "period"), "2022"),
        **dict.fromkeys(("planned_start", "planned_end", "actual_start", "actual_end"), "2022"),
        "currency": "USD",
        **dict.fromkeys(("left", "humanitarian"), "true"),
        "of_kind": "pledge",
        "intent": "delivery",
        "role": "funding",
        "side": "receiver",
        "tied": "untied",
        "status": "closed",
        "via": "UNDP",
    }
    for kind, cls in EVENT_KINDS.items():
        if kind == "cancellation":
            continue
        fields = {
            name: texts.get(name, name if name != "unit" else "person" if kind == "training" else "litre")
            for name in FIELDS[kind]
        }
        mapping = f'dataset = "test"\n[event.one]\nkind = "{kind}"\n' + "".join(
            f'{n} = "{t}"\n' for n, t in fields.items()
        )
        (event,) = events(table(mapping, "a\n1\n"))
        assert isinstance(event, cls)
        left_out = {each.name for each in attrs.fields(cls) if getattr(event, each.name) in (None, (), "", False)}
        assert left_out <= {"valued", "fulfils", "supersedes"}


def test_parties_are_those_of_the_vocabulary(table: Callable[..., File]) -> None:
    """Donors, recipients and intermediaries, of which there may be several, go by the vocabulary's slugs."""
    mapping = DELIVERIES + 'donor = "{by}"\nrecipient = "UA"\nvia = ["{through}", "{and}", "UNDP"]\n'
    vocabulary = Vocabulary(parties={"JP": Party(slug="JP", name="Japan")})
    content = "id,date,item,number,by,through,and\n1,2022,truck,1,JAPAN,,Japan\n"
    (event,) = events(table(mapping, content, vocabulary=vocabulary))
    assert (event.donor, event.recipient, event.via) == ("JP", "UA", ("JP", "UNDP"))


def test_a_row_may_be_part_of_another_and_overlap_with_several(table: Callable[..., File]) -> None:
    """By the key of the other row and the name of its event; empty cells name nothing. Also what else version 2 has."""
    mapping = (
        'archived = "{copy}"\n'
        + DELIVERIES
        + 'part_of = "{of}/given"\noverlaps = ["{project}", "{and}"]\nsector = "{sector}"\nhumanitarian = "{urgent}"\n'
        + '[words.humanitarian]\nyes = "true"\nno = "false"\n'
    )
    content = (
        "id,date,item,number,of,project,and,sector,urgent,copy\n"
        "1,2022,truck,10,,,,,,\n"
        "2,2022,truck,4,1,hd,,15250,yes,https://example.org/kept\n"
        "3,2022,truck,8,,hd,wells,,no,\n"
    )
    first, second, third = events(table(mapping, content))
    assert [(each.part_of, each.overlaps, each.humanitarian) for each in (first, second, third)] == [
        (None, (), None),
        ("1/given", ("hd",), True),
        (None, ("hd", "wells"), False),
    ]
    assert (second.sector, second.sources[0].archived, first.sources[0].archived) == (
        "15250",
        "https://example.org/kept",
        None,
    )


def test_rows_and_cells_may_say_nothing(table: Callable[..., File]) -> None:
    """Rows to leave out are left out; cells that say nothing are nothing, and never 0; an event needs its columns."""
    mapping = """
        dataset = "test"
        key = "id"
        unknown = ["n/a", "Not  given"]
        skip = { status = ["Draft", "n/a"] }
        [event.promised]
        kind = "pledge"
        date = "2022"
        quantity = "{promised}"
        [event.given]
        needs = ["given"]
        kind = "delivery"
        date = "2022"
        quantity = "{given}"
    """
    content = "id,promised,given,status\n1,5,3,\n2,N/A,not given,\n3,4,0,\n4,9,9,draft\n5,9,9,n/a\n6,..20,1..,open\n"
    found = [(each.ref, each.quantity and each.quantity.text) for each in events(table(mapping, content))]
    assert found == [
        *[("1/promised", "5"), ("1/given", "3"), ("2/promised", None)],
        *[("3/promised", "4"), ("3/given", "0"), ("6/promised", "..20"), ("6/given", "1..")],
    ]


def test_words_are_translated_field_by_field(table: Callable[..., File]) -> None:
    """What a text means is said for a field; an empty one may mean something too, and a text may mean nothing."""
    mapping = (
        DELIVERIES
        + """
        [words.quantity]
        undisclosed = "1.."
        "" = "0.."
        "a lot" = ""
        [words.date]
        "by 2025" = "[..2025]"
        [words.item]
        lorry = "truck"
    """
    )
    content = "id,date,item,number\n1,By  2025,Lorry,Undisclosed\n2,2022,boat,\n3,2022,boat,a lot\n4,2022,,5\n"
    made = events(table(mapping, content))
    assert [(e.date.text, e.item, e.quantity and e.quantity.text) for e in made] == [
        *[("[..2025]", "truck", "1.."), ("2022", "boat", "0..")],
        *[("2022", "boat", None), ("2022", None, "5")],
    ]
    quotes = [each.sources[0].quote for each in made]
    assert quotes == ["date: By  2025; number: Undisclosed", "number: ", "number: a lot", None]


def test_numbers_keep_to_the_habits_of_the_table(table: Callable[..., File]) -> None:
    """Marks between digits are what the mapping says; in tables whose numbers are numbers, a point is a point."""
    mapping = DELIVERIES.replace("[event", 'decimal = ","\nthousands = "."\n[words.quantity]\ndozen = 12.5\n[event')
    rows = [("1.234", "1234"), ("1.234,5", "1234.5"), ("~2,5..3", "~2.5..3"), ("dozen", "12.5"), ("-5", "-5")]
    content = "id;date;item;number\n" + "".join(f"{n};2022;x;{text}\n" for n, (text, _) in enumerate(rows))
    assert [each.quantity.text for each in events(table(mapping, content))] == [meant for _, meant in rows]
    lines = '{"id":1,"date":"2022","item":"x","number":1.234}\n{"id":2,"date":"2022","item":"x","number":"1.234,5"}\n'
    assert [each.quantity.text for each in events(table(mapping, lines, "aid.jsonl"))] == ["1.234", "1234.5"]


def test_the_source_may_stand_in_columns(table: Callable[..., File]) -> None:
    """Who published a row, when and where; further reports by address or title, and no date of theirs is made up."""
    mapping = """
        dataset = "test"
        publisher = "{who}"
        title = "Table of {who}"
        url = "https://example.org/{id}"
        published = "{when}"
        dates = ["%d.%m.%Y"]
        reports = ["{link}", "{more}"]
    """ + DELIVERIES.replace('dataset = "test"', "")
    content = (
        "id,date,item,number,who,when,link,more\n"
        "1,2022,truck,1,Ministry,31.12.2022,https://example.org/a,Letter of 3 May\n"
        "2,2022,truck,1,,,,\n"
    )
    first, second = events(table(mapping, content, published=DateRange.parse("2024")))
    own, *further = first.sources
    assert (own.publisher, own.title, own.url) == ("Ministry", "Table of Ministry", "https://example.org/1")
    assert [each.published.text for each in (own, second.sources[0])] == ["2022-12-31", "2024"]
    assert [(each.url, each.title, each.published) for each in further] == [
        ("https://example.org/a", None, None),
        (None, "Letter of 3 May", None),
    ]
    assert (second.sources[0].publisher, second.sources[0].title, len(second.sources)) == (None, None, 1)


def test_what_the_user_says_of_the_file_goes_before_the_mapping(table: Callable[..., File]) -> None:
    """A day that the mapping gives to all rows, and the name of the dataset, yield to what is said of this file."""
    mapping = 'published = "2022-10-31"' + DELIVERIES
    content = "id,date,item,number\n1,2022,truck,1\n"
    for about, expected in (
        ({}, ("test", "2022-10-31")),
        ({"published": DateRange.parse("2024"), "dataset": "d"}, ("d", "2024")),
    ):
        (event,) = events(table(mapping, content, **about))
        assert (event.sources[0].dataset, event.sources[0].published.text) == expected


# Keys, versions.


def test_a_key_names_a_row_and_the_name_its_event(table: Callable[..., File]) -> None:
    """Of several key columns all that hold something; a row without any is skipped."""
    file = table(
        DELIVERIES.replace('"id"', '["id", "item"]'), "id,date,item,number\n7,2022,truck,1\n7,2022,,1\n,2022,,1\n"
    )
    assert [each.ref for each in events(file)] == ["7/truck/given", "7//given"]
    assert others(file) == [("a row without its key", "line 4, id, item", None)]


def test_without_a_key_a_row_goes_by_what_it_says(table: Callable[..., File]) -> None:
    """Wherever it stands: the same rows give the same keys; exact repeats are numbered, and reported."""
    mapping = DELIVERIES.replace('key = "id"', "")
    header, rows = "id,date,item,number\n", ["1,2022,truck,1\n", "2,2022,truck,1\n", "1,2022,truck,1\n"]
    refs = [each.ref for each in events(table(mapping, header + "".join(rows)))]
    again = [each.ref for each in events(table(mapping, header + "\n" + "".join(reversed(rows))))]
    assert sorted(refs) == sorted(again)
    assert len(set(refs)) == 3
    assert refs[2] == refs[0].replace("/given", "#2/given")
    ((reason, place, _),) = others(table(mapping, header + "".join(rows)))
    assert (reason.partition(":")[0], place) == ("a row with the same cells as another one", "line 4")


def test_a_log_with_ordinals_as_they_were_formerly_written_is_known(table: Callable[..., File], tmp_path: Path) -> None:
    """What is "#2" was "/2" once: the same rows are nothing new, and a further one is numbered as today."""
    mapping = "complete = true\n" + DELIVERIES.replace('key = "id"', "")
    content = "date,item,number\n2022,truck,1\n2022,truck,1\n"
    key = "row 6e9a793205b250c6"
    source = Source(dataset="test", published="2022-03-01", locator="aid.csv, line 2")
    old = [f"{key}/given", f"{key}/2/given"]
    log = EventLog(tmp_path / "log")
    log.append([Delivery(date="2022", item="truck", quantity=1, ref=ref, sources=source) for ref in old])
    for number, expected in enumerate([{"unchanged": 2}, {"unchanged": 2, "new": 1}, {"unchanged": 3}]):
        more = "2022,truck,1\n" if number else ""
        file = table(mapping, content + more, published=DateRange("2022-03-01"))
        assert imported(tmp_path / "log", file) == expected
    assert {record.event.ref for record in log.read()} == {*old, f"{key}#3/given"}


def imported(log: Path, file: File) -> dict[str, int]:
    return dict(import_file(log, "csv", file, recorded_at=NOW).outcomes)


def test_versions_become_history(table: Callable[..., File], tmp_path: Path) -> None:
    """The same table again changes nothing; a newer one is news, a new fact if it restates, and retracts."""
    log = tmp_path / "log"
    mapping = (
        DELIVERIES + 'restated = true\n[event.promised]\nkind = "pledge"\ndate = "2021"\nquantity = "{promised}"\n'
    )
    mapping = "complete = true\n" + mapping
    first = "id,date,item,number,promised\n1,2022-05,truck,10,30\n2,2022-05,boat,1,1\n"
    later = first.replace("2022-05,truck,10,30", "2022-06,truck,12,20").replace("2,2022-05,boat,1,1\n", "")
    day = DateRange.parse
    assert imported(log, table(mapping, first, published=day("2022-05-31"))) == {"new": 4}
    assert imported(log, table(mapping, first, published=day("2022-05-31"))) == {"unchanged": 4}
    assert imported(log, table(mapping, first, published=day("2022-06-15"))) == {"unchanged": 4}
    assert imported(log, table(mapping, later, published=day("2022-06-30"))) == {"restated": 1, "news": 1, "gone": 2}
    assert imported(log, table(mapping, later, published=day("2022-06-30"))) == {"unchanged": 2}

    def known(kind: EventKind, at: str) -> dict[Any, Any]:
        counts = Timeline.open(log).as_of("2025-01-01", known_at=at).counts(by="item", kind=kind)
        return {row.key: row.bounds.low for row in counts.rows if row.bounds.low}

    assert known("delivery", "2022-05-31") == {("truck",): 10, ("boat",): 1}
    assert known("delivery", "2022-06-30") == {("truck",): 12}
    assert known("pledge", "2022-05-31") == {(None,): 31}
    assert known("pledge", "2022-06-30") == {(None,): 20}


def test_a_complete_table_is_a_whole_unless_no_row_of_it_makes_an_event(table: Callable[..., File]) -> None:
    """A row that cannot be read spares itself, by its key where that can be read."""
    mapping = "complete = true\n" + DELIVERIES
    whole = list(read(table(mapping, "id,date,item,number\n1,2022,truck,1\n")))[-1]
    assert isinstance(whole, Whole)
    assert (whole.scope, whole.source.dataset, whole.source.locator) == ("", "test", None)
    found = list(read(table(mapping, "id,date,item,number\n1,2022,truck,1\n2,2022,truck,many\n,2022,truck,5\n")))
    assert [each.spares for each in found if isinstance(each, Skipped)] == ["2/given", ""]
    assert isinstance(found[-1], Whole)
    empty = table(mapping, "id,date,item,number\n", "empty.csv")
    assert not [each for each in read(empty) if isinstance(each, Whole)]
    assert others(empty)[-1][0].startswith("no row makes an event")


# All in all.

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["truck", "boat", "Ärzte-Set", "a,b", 'x"y']),
        st.sampled_from(["Japan", "Norway", ""]),
        st.integers(0, 10**6),
        st.dates().map(lambda day: day.isoformat()),
    ),
    max_size=12,
)


@given(ROWS)
def test_counts_are_those_of_a_straightforward_reading(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Any]
) -> None:
    """Written as CSV and read by a mapping, a table sums up as it is, and each row is recorded once."""
    folder = tmp_path_factory.mktemp("table")
    with (folder / "aid.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["id", "item", "by", "number", "date"])
        writer.writerows([number, *row] for number, row in enumerate(rows))
    (folder / "m.toml").write_text(DELIVERIES + 'donor = "{by}"\n', encoding="utf-8")
    readings: list[Reading] = list(read(File(path=folder / "aid.csv", mapping=folder / "m.toml")))
    expected: Counter[Any] = Counter()
    for item, by, number, _ in rows:
        expected[item, by or None] += number
    found: Counter[Any] = Counter()
    for reading in readings:
        assert isinstance(reading, Entry)
        event: Any = reading.event
        found[event.item, event.donor] += int(event.quantity.low)
    assert found == expected
    assert len({reading.event.ref for reading in readings if isinstance(reading, Entry)}) == len(rows)


def test_a_table_of_any_length_is_read_in_steady_memory(tmp_path: Path) -> None:
    """Memory does not grow with the rows of a table that has a key."""
    (tmp_path / "m.toml").write_text(DELIVERIES, encoding="utf-8")
    peaks = []
    for count in (1_000, 8_000):
        with (tmp_path / "aid.csv").open("w") as out:
            out.write("id,date,item,number\n")
            out.writelines(f"{number},2022-03-{number % 30 + 1:02},truck,{number % 7}\n" for number in range(count))
        tracemalloc.start()
        assert sum(1 for _ in read(File(path=tmp_path / "aid.csv", mapping=tmp_path / "m.toml"))) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 2**18


def test_several_sheets_are_read_where_they_are_named(tmp_path: Path) -> None:
    """And what other sheets have of the same columns is told: nothing is left out unsaid."""
    sheets = [(year, [["Donor", "N"], ["A", str(number)]]) for number, year in enumerate(("2021", "2022"), start=5)]
    book = workbook(tmp_path / "aid.xlsx", ("Notes", [["see below"]]), *sheets)
    mapping = 'dataset = "t"\n[event.given]\nkind = "delivery"\ndate = "{}"\nitem = "truck"\nquantity = "{{N}}"\n'
    (tmp_path / "one.toml").write_text(mapping.format("2022"))
    file = attrs.evolve(book, mapping=tmp_path / "one.toml")
    assert [(each.quantity.text) for each in events(file)] == ["5"]
    assert others(file) == [(OTHER_SHEET, "aid.xlsx", "2022")]
    (tmp_path / "all.toml").write_text('sheet = ["2021", "2022"]\n' + mapping.format("{sheet}"))
    file = attrs.evolve(book, mapping=tmp_path / "all.toml")
    assert [(each.date.text, each.quantity.text) for each in events(file)] == [("2021", "5"), ("2022", "6")]
    assert others(file) == []
