"""Whatever is made to take much time or memory takes as much as its size: twice as much of it, twice the work."""

from __future__ import annotations

import contextlib
import gzip
import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from aidtimeline.checks import check, texts, twins
from aidtimeline.codec import decode, record_id
from aidtimeline.codec.jsonlines import DECODER, parse_object
from aidtimeline.codec.structure import MOST_FAULTS
from aidtimeline.errors import (
    MOST_LISTED,
    MOST_OF_A_LINE,
    InvalidValue,
    RefusedBatch,
    UnreadableFile,
    UnreadableLog,
    UsageError,
)
from aidtimeline.events import Delivery, Record, Source
from aidtimeline.formats.reading import files, plaintext, sheets, workbooks
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.sheets import rows
from aidtimeline.formats.tables.toml import load
from aidtimeline.log import EventLog
from aidtimeline.log.drafts import read_drafts
from aidtimeline.log.vocabulary import load_vocabulary
from aidtimeline.timeline import Timeline
from aidtimeline.vocabulary import Item, Party, Vocabulary
from fuzz.large import BOMBS, SHAPES
from fuzz.targets import one_input

SMALL = 2**11
"""The size of an input, in bytes: large against what does not depend on it."""

SLACK_CALLS, SLACK_BYTES = 3000, 200_000
"""What may be more at twice the size beside twice the work: what is made once, when it is first needed."""

MOST_BYTES = 400
"""How many bytes of memory a byte of input may take. (A mebibyte takes less for each than a small input does.)"""


def cost_of(action: Callable[[], Any]) -> tuple[int, int]:
    """How many functions are called, of Python and of C, while something is done, and how many bytes it takes."""
    calls = 0

    def count(_frame: Any, event: str, _arg: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    tracemalloc.start()
    sys.setprofile(count)
    try:
        action()
    finally:
        sys.setprofile(before)
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return calls, held


@pytest.mark.parametrize("name", SHAPES)
def test_twice_the_input_is_twice_the_work(name: str) -> None:
    """In calls and in memory; and no input takes much memory for its size."""
    target, make = SHAPES[name]
    small, large = make(SMALL), make(2 * SMALL)
    one_input(target, large)  # what is remembered of it is remembered for both
    calls, held = cost_of(partial(one_input, target, small))
    twice, more = cost_of(partial(one_input, target, large))
    assert twice <= 2.3 * calls + SLACK_CALLS
    assert more <= 2.3 * held + SLACK_BYTES
    assert more <= MOST_BYTES * len(large) + SLACK_BYTES


#: What one valid line may have many of.
MANY: dict[str, Callable[[int], dict[str, Any]]] = {
    "places": lambda size: {"location": {f"a{number}": 0 for number in range(size)}},
    "places without a share": lambda size: {"location": {f"a{number}": None for number in range(size)}},
    "sectors in vocabularies": lambda size: {"sector": {f"{number}:a": 1 for number in range(size)}},
    "sectors without a share": lambda size: {"sector": {f"{number}:a": None for number in range(size)}},
    "intermediaries": lambda size: {"via": [f"a{number}" for number in range(size)]},
    "promises kept": lambda size: {"fulfils": [f"{number:032x}" for number in range(size)]},
    "promises replaced": lambda size: {"supersedes": [f"{number:032x}" for number in range(size)]},
    "projects overlapped": lambda size: {"overlaps": [f"a{number}" for number in range(size)]},
    "records overlapped": lambda size: {"overlaps": [f"{number:032x}" for number in range(size)]},
    "values": lambda size: {"value": "USD 5", "valued": [f"USD {number}" for number in range(size)]},
    "sources": lambda size: {"sources": [Source(publisher=f"a{each}", published="2023") for each in range(size)]},
    "datasets": lambda size: {"ref": "x", "sources": [Source(dataset=f"a{each}") for each in range(size)]},
}


@pytest.mark.parametrize("name", MANY)
def test_twice_as_much_in_one_event_is_twice_the_work_of_a_question(name: str) -> None:
    """Of sums by each field, and of the checks."""

    def asked(size: int) -> int:
        given = {"date": "2023", "item": "truck", "quantity": 5, "donor": "JP", "sources": Source(publisher="A")}
        event = Delivery(**{**given, **MANY[name](size)})
        record = Record(record_id(event), datetime(2024, 1, 1, tzinfo=UTC), event)

        def ask() -> None:
            view = Timeline([record]).as_of("2024-06-01")
            for field in ("item", "location", "sector", "via", "dataset"):
                dict(view.counts(by=field))
            check([record])

        ask()
        return cost_of(ask)[0]

    assert asked(400) <= 2.5 * asked(200) + SLACK_CALLS


@pytest.mark.parametrize("name", BOMBS)
def test_what_unpacks_to_too_much_is_read_up_to_a_limit(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However it is packed: memory stays that of the limit."""
    monkeypatch.setattr(files, "SMALL", 2**16)
    target, make = BOMBS[name]
    data = make(2**10)
    one_input(target, data)
    _, held = cost_of(partial(one_input, target, data))
    assert held < 2_000_000


def test_a_bomb_of_gzip_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What packs as well, and is small, is read."""
    path = tmp_path / "table.csv"
    path.write_bytes(gzip.compress(b"date\n" + b"2023\n" * 2**16))
    assert sum(1 for _ in rows(File(path=path))) == 2**16
    monkeypatch.setattr(files, "SMALL", 2**16)
    with pytest.raises(UnreadableFile, match=r"looks like a gzip bomb: [0-9,]+ bytes that unpack to [0-9,]+ and more"):
        list(rows(File(path=path)))


@pytest.mark.parametrize(("before", "blank"), [("date\n", "\n"), ("date,item\n", ",\n"), ('{"date":"2023"}\n', "\n")])
def test_lines_that_say_nothing_end_somewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, blank: str
) -> None:
    """As many as a sheet can have are read, one more is not; others between them begin anew."""
    monkeypatch.setattr(plaintext, "MAX_BLANK", 100)
    path = tmp_path / "table"
    path.write_text(before + (blank * 100 + before.replace("date\n", "2023\n").replace("date,", "2023,")) * 3)
    assert list(rows(File(path=path)))
    path.write_text(before + blank * 101 + before)
    with pytest.raises(UnreadableFile, match="lines in succession that say nothing"):
        list(rows(File(path=path)))


def test_cells_that_are_lacking_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that are shorter than the header take as long as if they were not."""
    monkeypatch.setattr(sheets, "MAX_LACKING", 100)
    path = tmp_path / "table"
    path.write_text("a,b,c\n" + "1\n" * 50)
    assert len(list(rows(File(path=path)))) == 50
    path.write_text("a,b,c\n" + "1\n" * 51)
    with pytest.raises(UnreadableFile, match=r":52:.*rows that lack more than 100 cells of the header"):
        list(rows(File(path=path)))


def test_columns_beyond_the_header_are_named_once(tmp_path: Path) -> None:
    """As if each row was the only one."""
    path = tmp_path / "table"
    path.write_text("a,column 3\n1,2,3\n1,2\n1,2,3,4\n")
    assert [list(row.cells) for row in rows(File(path=path))] == [
        ["a", "column 3", "column 3 (2)"],
        ["a", "column 3"],
        ["a", "column 3", "column 3 (2)", "column 4"],
    ]


def test_an_object_has_so_many_values(tmp_path: Path) -> None:
    """As many as a row has cells."""
    path = tmp_path / "table"
    path.write_text('{"a":[' + ",".join("1" * plaintext.MAX_COLUMNS) + "]}\n")
    assert len(next(rows(File(path=path))).cells) == plaintext.MAX_COLUMNS
    path.write_text('{"a":[' + ",".join("1" * (plaintext.MAX_COLUMNS + 1)) + "]}\n")
    with pytest.raises(UnreadableFile, match=r":1:.*an object of more than 16,384 values"):
        list(rows(File(path=path)))


@pytest.mark.parametrize("name", ["elements in a row", "elements outside", "elements beside rows"])
def test_a_sheet_holds_so_many_elements(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In each row, and beside all rows."""
    monkeypatch.setattr(workbooks, "MAX_IN_ROW", 100)
    monkeypatch.setattr(workbooks, "MAX_OUTSIDE", 100)
    path = tmp_path / "table.xlsx"
    path.write_bytes(SHAPES[f"xlsx: {name}"][1](2**12))
    with pytest.raises(UnreadableFile, match="far too many elements in or between its rows"):
        list(rows(File(path=path)))


def test_the_nearest_is_sought_for_as_long_as_it_takes_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then unknown slugs are only looked up by their names."""
    event = Delivery(date="2023", item="trucks", donor="Japn", recipient="Japan", sources=Source(publisher="A"))
    record = Record(record_id(event), datetime(2026, 1, 1, tzinfo=UTC), event)
    vocabulary = Vocabulary(
        items={"truck": Item(slug="truck", label="Lorry")}, parties={"JP": Party(slug="JP", name="Japan")}
    )
    hints = {each.message.split()[0]: each.hint for each in check([record], vocabulary) if each.code == "unknown-slug"}
    assert hints == {
        "'trucks'": "did you mean 'truck'?",
        "'Japn'": "did you mean 'JP'?",
        "'Japan'": "did you mean 'JP'?",
    }
    monkeypatch.setattr(texts, "MOST_COMPARED", 0)
    hints = {each.message.split()[0]: each.hint for each in check([record], vocabulary) if each.code == "unknown-slug"}
    assert hints == {"'trucks'": None, "'Japn'": None, "'Japan'": "did you mean 'JP'?"}


def test_so_many_datasets_are_compared_two_by_two() -> None:
    """Those that are not are spoken of."""

    def codes(datasets: int) -> Counter[str]:
        records = []
        for number in range(datasets):
            source = Source(dataset=f"a{number:02}", published="2023-01-01")
            event = Delivery(date="2023", item="truck", quantity=5, donor="JP", ref=str(number), sources=source)
            records.append(Record(record_id(event), datetime(2026, 1, 1, tzinfo=UTC), event))
        return Counter(each.code for each in check(records) if "dataset" in each.message)

    pairs = twins.MOST_DATASETS * (twins.MOST_DATASETS - 1) // 2
    assert codes(twins.MOST_DATASETS)["not-all-compared"] == 0
    found = codes(twins.MOST_DATASETS + 1)
    assert (found["not-all-compared"], found["alike-datasets"]) == (1, pairs)


def test_a_name_ends_somewhere(tmp_path: Path) -> None:
    """It is longer with each object that it is nested in."""
    path = tmp_path / "table"
    name = "x" * (plaintext.MAX_NAME // 2)
    path.write_text(f'{{"{name}":{{"{name}":1}}}}\n')
    assert list(rows(File(path=path)))
    path.write_text(f'{{"{name}":{{"{name}x":1}}}}\n')
    with pytest.raises(UnreadableFile, match=r":1:.*expected names of at most 1,024 characters"):
        list(rows(File(path=path)))


def loaded(tmp_path: Path, said: str) -> object:
    path = tmp_path / "mapping.toml"
    path.write_text('dataset = "x"\n[event.a]\nkind = "pledge"\ndate = "{date}"\n' + said)
    return load(path)


@pytest.mark.parametrize(
    ("good", "bad", "message"),
    [
        ("", "a." * 16 + "a = 1", "a key of more than 16 parts"),
        ('item = "' + "a." * 50 + '"', "[" + "'a' . \"a\"." * 9 + "a]", "a key of more than 16 parts"),
        ("# " + "a." * 50, 'item = ["""\n"""]\nx = {' + "a." * 16 + "a = 1}", "a key of more than 16 parts"),
        ("item = '" + "a." * 50 + "'", "#" * 2**20, "more than 1,048,576 bytes"),
        (
            'item = "' + "{a}" * 20 + '"',
            'item = "' + "{a}" * 21 + '"',
            r"event.a.item: found .*, expected a text with at",
        ),
        (f"needs = {['a'] * 100}", f"needs = {['a'] * 101}", "event.a.needs: found 101 texts, expected at most 100"),
        (f"via = {['a'] * 100}", f"via = {['a'] * 101}", "event.a.via: found 101 texts, expected at most 100"),
    ],
)
def test_a_mapping_has_limits(tmp_path: Path, good: str, bad: str, message: str) -> None:
    """Of its size, of the parts of its keys, and of what is done for each row."""
    assert loaded(tmp_path, good)
    with pytest.raises(UsageError, match=message):
        loaded(tmp_path, bad)


class Counted(str):
    """A text that counts how often it is compared."""

    __slots__ = ()
    comparisons = 0

    def __eq__(self, other: object) -> bool:
        Counted.comparisons += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def test_a_name_that_is_there_twice_is_found_without_comparing_each_with_each() -> None:
    """Only names of one hash are compared."""
    pairs = [(Counted(f"a{number}"), 1) for number in range(1000)]
    Counted.comparisons = 0
    with pytest.raises(InvalidValue, match="found 'a999', expected each name once"):
        DECODER.object_pairs_hook([*pairs, (Counted("a999"), 1)])
    assert Counted.comparisons < 10


def problems_of(line: str) -> list[tuple[str, str | None, str]]:
    with pytest.raises(UnreadableLog) as caught:
        decode(line, file="2023.jsonl", line_number=7)
    assert {each.line for each in caught.value.problems} == {7}
    return [(each.code, each.path, each.message) for each in caught.value.problems]


def line_with(fields: str) -> str:
    return (
        '{"kind":"status","v":1,"id":"00000000000000000000000000000000","recorded_at":"2026-11-21T10:00:00Z",'
        f'"date":"2023","project":"hd","status":"closed","sources":[{{"publisher":"A"}}],{fields}}}'
    )


def test_names_that_are_no_fields_are_listed_up_to_a_limit() -> None:
    """The first of them; then it is said how many more there are."""
    *listed, more = problems_of(line_with(",".join(f'"x{number:03}":1' for number in range(MOST_FAULTS + 5))))
    assert [path for _, path, _ in listed] == [f"$.x{number:03}" for number in range(MOST_FAULTS)]
    assert more == ("more-problems", "$", "5 more names that are no fields of status")


def test_a_list_is_read_up_to_a_limit_of_faults() -> None:
    """What is behind them is not said to be faulty, nor to be good."""
    line = line_with('"note":"x"').replace('{"publisher":"A"}', ",".join("1" * (MOST_FAULTS + 7)))
    *listed, more = problems_of(line)
    assert [path for _, path, _ in listed] == [f"$.sources[{number}]" for number in range(MOST_FAULTS)]
    assert more == ("more-problems", "$.sources", f"7 more elements were not read, after {MOST_FAULTS} that are faulty")


def test_a_line_lists_so_many_problems() -> None:
    """However many lists are faulty."""
    source = "{" + ",".join(f'"x{number}":1' for number in range(9)) + "}"
    *listed, more = problems_of(line_with('"note":"x"').replace('{"publisher":"A"}', ",".join([source] * 15)))
    assert len(listed) == MOST_OF_A_LINE
    assert more == ("more-problems", None, f"… and {15 * 9 - MOST_OF_A_LINE} more")


def test_a_long_name_is_shown_short() -> None:
    """In the path, and in the message."""
    [(code, path, message)] = problems_of(line_with(f'"{"x" * 100_000}":1'))
    assert code == "unknown-field"
    assert len(path or "") + len(message) < 300


def test_a_file_lists_so_many_problems(tmp_path: Any) -> None:
    """Of the log, and of the vocabulary; what can be read is read."""
    good = next(iter(EventLog("events").lines()))[2]
    (tmp_path / "vocabulary").mkdir()
    (tmp_path / "events.jsonl").write_bytes(b"x\n" * (MOST_LISTED + 10) + good)
    (tmp_path / "vocabulary" / "items.jsonl").write_bytes(b"x\n" * (MOST_LISTED + 10) + b'{"slug":"a","label":"A"}\n')
    problems: list[Any] = []
    assert len(list(EventLog(tmp_path).read(skip_problems=True, problems=problems))) == 1
    vocabulary = load_vocabulary(tmp_path)
    assert list(vocabulary.items) == ["a"]
    for each in (problems, vocabulary.problems):
        assert len(each) == MOST_LISTED + 1
        assert (each[-1].code, each[-1].line, each[-1].message) == ("more-problems", MOST_LISTED + 1, "… and 10 more")


@pytest.mark.parametrize("line", ["x", "{}", '{"kind":"status","date":"2023","project":"@no","status":"closed"}'])
def test_a_batch_lists_so_many_problems(line: str) -> None:
    """And reads no further."""
    given = 0

    def lines() -> Any:
        nonlocal given
        for number in range(1, MOST_LISTED + 5000):
            given = number
            yield "new.jsonl", number, line

    with pytest.raises(RefusedBatch) as caught:
        read_drafts(lines())
    *listed, more = caught.value.problems
    assert len(listed) == MOST_LISTED
    assert (more.code, more.message) == (
        "more-problems",
        "… and perhaps more: after 1,000 problems no more lines are read",
    )
    if line == "x":
        assert given == MOST_LISTED


def test_a_name_is_said_to_be_there_twice() -> None:
    """The one that is."""
    with pytest.raises(InvalidValue, match="found 'b', expected each name once"), contextlib.suppress(RecursionError):
        parse_object('{"a":1,"b":2,"b":3}')
