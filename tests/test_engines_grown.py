"""A store that has grown: the texts of new lines get the numbers that the store has for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aidtimeline import Counts, Delivery, EventLog, Source
from aidtimeline.engines.facts.rows import TEXT_COLUMNS
from aidtimeline.timeline import Timeline

pytest.importorskip("duckdb")


@pytest.mark.parametrize(("many", "few"), [(2**10, 2**5), (0, 0), (0, 1), (0, 100)])
def test_each_text_has_one_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int, few: int) -> None:
    """Whether texts are looked for one by one, or all of a column are read."""
    from aidtimeline.engines.embedded import overlay

    monkeypatch.setattr(overlay, "MANY", many)
    monkeypatch.setattr(overlay, "FEW", few)
    log = EventLog(tmp_path)
    for round_ in range(3):
        events = []
        for number in range(round_, round_ + 4):
            donor, shares = f"donor-{number}", {"UA": 10 * number + 1, "sesu": None}
            source = Source(
                publisher=f'Report "{number}"', published=f"2023-0{number + 1}", dataset=f"set-{number % 3}"
            )
            several: dict[str, Any] = {
                "quantity": 2,
                "via": ["undp", f"via-{number}"],
                "location": shares,
                "sources": source,
            }
            events.append(Delivery(date="2023-01", item=f"item-{number}", donor=donor, ref=f"{round_}", **several))
        log.append(events)
        found, fold = (Timeline.open(tmp_path, engine=engine) for engine in ("embedded", "fold"))
        for by in ("item", "donor", "via", "location", "dataset"):
            one, other = (each.as_of("2024-01-01").replay(Counts(by)) for each in (found, fold))
            assert one.rows == other.rows
            assert str(one) == str(other)
        for column in TEXT_COLUMNS:
            texts = found.engine.store.texts(column)  # type: ignore[attr-defined]
            assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("unlike", [{"quantity": 10**29}, {"location": {"UA": 60, "MD": 40}}])
@pytest.mark.parametrize("first", ["plain", "unlike"])
def test_facts_that_no_row_adds_up_are_found_wherever_they_are(
    tmp_path: Path, unlike: dict[str, Any], first: str
) -> None:
    """In the store or in what the log has grown by, where the other has none of them."""
    plain: dict[str, Any] = {
        "date": "2023-01",
        "item": "truck",
        "quantity": 2,
        "location": "UA",
        "sources": Source(publisher="a"),
    }
    events = {"plain": Delivery(**plain), "unlike": Delivery(**plain | unlike)}
    log = EventLog(tmp_path)
    for name in sorted(events, key=lambda name: name != first):
        log.append(events[name])
        embedded, fold = (Timeline.open(tmp_path, engine=engine) for engine in ("embedded", "fold"))
        for by in ("item", "location"):
            one, other = (each.as_of("2024-01-01").counts(by=by) for each in (embedded, fold))
            assert list(one) == list(other)
            assert str(one) == str(other)
