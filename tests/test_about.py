"""What a log has on a few records is enough to say what has become of them."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, strategies as st
from tangled import AMENDING

from aidtimeline import Correction, Delivery, EventLog, Record, Retraction, Source
from aidtimeline.codec import encode, record_id
from aidtimeline.log.about import about
from aidtimeline.semantics.standing import retractions
from aidtimeline.testing import logs

SOURCE = Source(publisher="Rubryka", published="2023-11-28")


def written(folder: Path, records: list[Record]) -> EventLog:
    (folder / "a.jsonl").write_text("".join(f"{encode(each)}\n" for each in records), encoding="utf-8")
    return EventLog(folder)


@given(st.one_of(logs(), logs(moves=AMENDING, min_size=3, max_size=9)), st.data())
def test_what_is_retracted_is_found_as_in_the_whole_log(records: list[Record], data: st.DataObject) -> None:
    """Of any of its records."""
    ids = data.draw(st.sets(st.sampled_from([each.id for each in records]), min_size=1))
    with TemporaryDirectory() as folder:
        log = written(Path(folder), records)
        whole = list(log.read())
        assert list(retractions(ids, about(log, ids))) == list(retractions(ids, whole))


def test_an_event_that_a_repair_makes_a_retraction_is_found(tmp_path: Path) -> None:
    """It is on the record though its line says nothing of it."""
    trucks, other = (Delivery(date="2023-11", item="truck", quantity=n, sources=SOURCE) for n in (1, 2))
    log = EventLog(tmp_path)
    repair = Correction(of=record_id(other), event=Retraction(of=record_id(trucks), sources=SOURCE))
    log.append([trucks, other, repair])
    [(found, by)] = retractions({record_id(trucks)}, about(log, {record_id(trucks)}))
    assert (found, by.id) == (record_id(trucks), record_id(other))


def test_other_lines_are_not_read(tmp_path: Path) -> None:
    """Not even if they cannot be."""
    trucks, tents = (Delivery(date="2023-11", item=item, sources=SOURCE) for item in ("truck", "tent"))
    log = EventLog(tmp_path)
    [one, _, by] = log.append([trucks, tents, Retraction(of=record_id(trucks))])
    with (tmp_path / "events.jsonl").open("a") as file:
        file.write("no JSON\n{}\n")
    assert about(log, {one.id}) == [one, by]


def test_a_line_may_be_written_in_another_way(tmp_path: Path) -> None:
    """Escapes that JSON does not need hide nothing."""
    trucks = Delivery(date="2023-11", item="truck", sources=SOURCE)
    log = EventLog(tmp_path)
    log.append([trucks, Retraction(of=record_id(trucks))])
    path = tmp_path / "events.jsonl"
    path.write_text(path.read_text().replace('"of"', '"o\\u0066"').replace('"id"', '"i\\u0064"'))
    assert [each.event.kind for each in about(log, {record_id(trucks)})] == ["delivery", "retraction"]
