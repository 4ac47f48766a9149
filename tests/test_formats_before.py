"""What came of a file before: it is found again where nothing has changed, and never where something has."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs
import pytest
from hypothesis import example, given, settings, strategies as st
from iatifiles import activity, file, related, transaction

from aidtimeline import Correction, Delivery, EventLog, Project, Retraction, Source
from aidtimeline.errors import AidtimelineError
from aidtimeline.events import Event
from aidtimeline.formats import File, import_file
from aidtimeline.formats.importing import before
from aidtimeline.formats.importing.reports import UNDATED, Report
from aidtimeline.formats.registry import Format

NOW = datetime(2030, 1, 1, tzinfo=UTC)

MAPPING = """
dataset = "our-tracker"
publisher = "Our own tracker"
key = ["No."]
complete = true
[event.delivered]
kind = "delivery"
date = "../.."
donor = "{Donor}"
item = "truck"
quantity = "{Handed over}"
restated = true
"""
TABLE = "No.,Donor,Handed over\n1,Japan,50\n2,Japan,spring\n3,Agency,4\n3,Agency,4\n"
FLOWS = {
    "data": {
        "flows": [
            {
                "id": "1",
                "updatedAt": "2023-01-02T00:00:00Z",
                "date": "2023-01-01T00:00:00Z",
                "status": "paid",
                "flowType": "Standard",
                "newMoney": True,
                "amountUSD": 5,
                "sourceObjects": [],
                "destinationObjects": [],
            }
        ]
    }
}
PARTIES = '{"slug": "XM-R", "name": "Ministry of Examples"}\n'


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of any size are looked up."""
    monkeypatch.setattr(before, "LARGE", 0)


@pytest.fixture
def family(tmp_path: Path) -> Path:
    path = tmp_path / "family.xml"
    whole, part = activity(transaction(), id="XM-W"), activity(transaction(), related("1", "XM-W"), id="XM-P")
    path.write_text(file(whole, part, activity(transaction(date="soon"), transaction(), transaction(), id="XM-S")))
    return path


class Reading:
    """Whether files have been read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.files = 0
        found = Format.read

        def read(this: Format, of: File) -> Any:
            self.files += 1
            return found(this, of)

        monkeypatch.setattr(Format, "read", read)


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Reading:
    return Reading(monkeypatch)


def forget(log: Path) -> None:
    shutil.rmtree(log / ".aidtimeline", ignore_errors=True)


def test_a_file_that_was_imported_is_not_read_again(tmp_path: Path, family: Path, reading: Reading) -> None:
    """What is reported is what reading it would say, notes included."""
    log = tmp_path / "log"
    first = import_file(log, "iati", family)
    kept = import_file(log, "iati", family)
    assert reading.files == 1
    forget(log)
    assert import_file(log, "iati", family) == kept
    assert (kept.read, kept.recorded, kept.counts) == (first.read, 0, first.counts)
    assert kept.skipped
    assert kept.remarks
    assert import_file(log, "iati", family, dry_run=True, repair=True) == kept
    assert reading.files == 2


def test_an_undated_table_is_not_read_again(tmp_path: Path, reading: Reading) -> None:
    """The warning that it has no date was of what was new."""
    log, table, mapping = tmp_path / "log", tmp_path / "table.csv", tmp_path / "table.toml"
    table.write_text(TABLE)
    mapping.write_text(MAPPING)
    of = File(path=table, mapping=mapping)
    assert UNDATED in import_file(log, "csv", of, recorded_at=NOW).remarks
    kept = import_file(log, "csv", of, recorded_at=NOW)
    assert (reading.files, UNDATED in kept.remarks) == (1, False)
    forget(log)
    assert import_file(log, "csv", of, recorded_at=NOW) == kept
    import_file(log, "csv", of, recorded_at=NOW - timedelta(days=1))
    mapping.write_text(MAPPING.replace("truck", "lorry"))
    import_file(log, "csv", of, recorded_at=NOW)
    assert reading.files == 4


CHANGES: dict[str, Callable[[Path, Path], object]] = {
    "a byte of the file": lambda _, path: path.write_text(path.read_text().replace("100", "101", 1)),
    "the vocabulary": lambda log, _: written(log / "vocabulary" / "parties.jsonl", PARTIES),
    "a record is gone": lambda log, _: (log / "iati.jsonl").write_bytes(
        b"".join((log / "iati.jsonl").read_bytes().splitlines(keepends=True)[1:])
    ),
    "a line is damaged, and as long as before": lambda log, _: (log / "iati.jsonl").write_bytes(
        (log / "iati.jsonl").read_bytes().replace(b'"USD"', b'"EUR"', 1)
    ),
    "all of the log is gone": lambda log, _: (log / "iati.jsonl").unlink(),
    "a newer version": lambda log, path: import_file(
        log,
        "iati",
        written(path.with_name("newer.xml"), path.read_text().replace("2023-03", "2023-04").replace("100", "105")),
    ),
    "a retraction by the dataset": lambda log, _: EventLog(log).append(
        Retraction(of=next(iter(EventLog(log).ids())), reason="gone", sources=[entries(log)[0].sources[0]])
    ),
    "a project of another dataset": lambda log, _: EventLog(log).append(
        Project(date="2023", project="XM-S", parent="XM-W", ref="1", sources=[Source(dataset="other")])
    ),
    "an entry of the dataset": lambda log, _: EventLog(log).append(
        attrs.evolve(entries(log)[0], ref="XM-P/transaction/another")
    ),
    "a torn line": lambda log, _: (log / "iati.jsonl").write_bytes((log / "iati.jsonl").read_bytes() + b'{"kind":'),
}


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def entries(log: Path) -> list[Event]:
    return [each.event for each in EventLog(log).read() if isinstance(each.event, Event)]


@pytest.mark.parametrize("what", CHANGES)
def test_a_file_is_read_again_where_something_has_changed(
    tmp_path: Path, family: Path, reading: Reading, what: str
) -> None:
    """And what comes of it is what it would be if nothing had been kept."""
    log = tmp_path / "log"
    import_file(log, "iati", family)
    CHANGES[what](log, family)
    files, other = reading.files, tmp_path / "other"
    shutil.copytree(log, other)
    forget(other)
    assert outcome(log, family) == outcome(other, family)
    assert reading.files == files + 2


def outcome(log: Path, path: Path, day: int = 0) -> Report | str:
    """What comes of a file, or why it is refused."""
    try:
        return import_file(log, "iati", path, recorded_at=NOW + timedelta(days=day))
    except AidtimelineError as error:
        return str(error).replace(str(log), "log")


def test_other_records_do_not_matter(tmp_path: Path, family: Path, reading: Reading) -> None:
    """Of other datasets, of people, and what they correct."""
    log = EventLog(tmp_path / "log")
    import_file(log.folder, "iati", family)
    person = Source(publisher="Rubryka")
    trucks = Delivery(date="2023-11", item="truck", sources=[person])
    log.append([trucks, attrs.evolve(trucks, ref="1", sources=[Source(dataset="other")])])
    id_ = next(each.id for each in log.read() if isinstance(each.event, Project))
    corrected = attrs.evolve(entries(log.folder)[0], note="so it is")
    log.append([Correction(of=id_, event=corrected, reason="misread"), Retraction(of=id_, reason="no")], to="mine")
    kept = import_file(log.folder, "iati", family)
    assert reading.files == 1
    forget(log.folder)
    assert import_file(log.folder, "iati", family) == kept


def test_what_is_kept_may_be_damaged(tmp_path: Path, family: Path, reading: Reading) -> None:
    """Wherever it is: then the file is read."""
    log = tmp_path / "log"
    import_file(log, "iati", family)
    expected = import_file(log, "iati", family)
    [place] = (log / ".aidtimeline").glob("import-*.json")
    text = place.read_bytes()
    for position in range(0, len(text), 7):
        flipped = text[:position] + bytes([text[position] ^ 4]) + text[position + 1 :]
        for damaged in (flipped, text[:position]):
            place.write_bytes(damaged)
            count = reading.files
            assert import_file(log, "iati", family) == expected
            assert reading.files == count + 1
    place.unlink()
    place.mkdir()
    assert import_file(log, "iati", family) == expected


@pytest.mark.parametrize("more", [{"dry_run": True}, {"repair": True}])
def test_what_is_not_recorded_is_not_kept(tmp_path: Path, family: Path, reading: Reading, more: Any) -> None:
    """A dry run says nothing of the log; the same file again is read."""
    log = tmp_path / "log"
    for _ in range(2):
        import_file(log, "iati", family, **{"dry_run": True} | more)
    assert reading.files == 2
    assert not (log / ".aidtimeline").exists()


def test_small_files_are_read(tmp_path: Path, family: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is put beside their log."""
    monkeypatch.undo()
    for _ in range(2):
        import_file(tmp_path / "log", "iati", family)
    assert sorted(each.name for each in (tmp_path / "log").iterdir()) == [".aidtimeline.lock", "iati.jsonl"]


# A law: whatever was imported before, what is kept changes no answer.

NEW = "2024-03-01T09:30:00Z"
PIECES = [
    activity(transaction(), id="XM-W"),
    activity(transaction(), related("2", "XM-P"), id="XM-W"),
    activity(transaction(value="7"), related("2", "XM-P"), id="XM-W", last_updated_datetime=NEW),
    activity(transaction(), id="XM-V"),
    activity(related("2", "XM-P"), id="XM-V", last_updated_datetime=NEW),
    activity(transaction(), id="XM-P"),
    activity(transaction(), related("1", "XM-W"), id="XM-P"),
    activity(transaction(), transaction(), related("1", "XM-V"), id="XM-P", last_updated_datetime=NEW),
    activity(transaction(value="9"), id="XM-P", last_updated_datetime=None),
]


@st.composite
def steps(draw: st.DrawFn) -> list[tuple[str, int]]:
    """Files of some of the pieces, in any order and again, each with the number of its import's day."""
    files = draw(
        st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=3, unique=True), min_size=1, max_size=3)
    )
    days = st.integers(-1, 2)
    chosen = draw(st.lists(st.tuples(st.integers(0, len(files) - 1), days), min_size=2, max_size=7))
    made, day = [], 0
    for number, later in chosen:
        day += later
        made.append((file(*files[number]), number, day))
    return [(f"{number}\0{text}", day) for text, number, day in made]


FEWER, MORE = (
    file(activity(*(transaction(ref=ref) for ref in refs), id="XM-P", last_updated_datetime=None))
    for refs in (["A"], ["A", "B"])
)
CHILD = file(activity(transaction(), id="XM-P"), activity(related("2", "XM-P"), id="XM-W"))
NO_CHILD = file(
    activity(transaction(value="7"), id="XM-P", last_updated_datetime=NEW),
    activity(id="XM-W", last_updated_datetime=NEW),
)


@given(steps())
@example([(f"0\0{MORE}", 0), (f"1\0{FEWER}", -1), (f"1\0{FEWER}", 1)])
@example([(f"0\0{CHILD}", 0), (f"1\0{NO_CHILD}", 1), (f"1\0{NO_CHILD}", 2)])
@settings(max_examples=60, deadline=None)
def test_what_is_kept_changes_no_answer(drawn: list[tuple[str, int]]) -> None:
    """The reports and the logs are those of imports of which nothing is kept."""
    with TemporaryDirectory() as folder:
        kept, none = Path(folder, "kept"), Path(folder, "none")
        for said, day in drawn:
            number, text = said.split("\0")
            path = written(Path(folder, f"{number}.xml"), text)
            found = []
            for log in (kept, none):
                forget(none)
                found.append(outcome(log, path, day))
            assert found[0] == found[1]
            assert EventLog(kept).ids() == EventLog(none).ids()
