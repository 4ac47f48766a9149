"""States from a store: what comes too early to decide is left out, and nothing else is."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from aidtimeline import EventLog, Participation, Source, Status
from aidtimeline.events import Event, ProjectStatus
from aidtimeline.timeline import Timeline

pytest.importorskip("duckdb")

DATES = ("2023", "2023-01", "2023-02", "2023-02-10", "2023-02-10", "2023-03-01", "2023-06", "[..2023-02-20]", "2023-12")


@pytest.mark.parametrize("seed", range(6))
def test_the_last_report_decides(tmp_path: Path, seed: int) -> None:
    """Many reports of the same few states, whose days overlap or are the same, on days before, between and after."""
    random = Random(seed)
    events: list[Event] = []
    for number in range(40):
        source = Source(publisher=f"Report {number}", published=random.choice(("2023-02-15", "2023-07-01", "2024")))
        date, project = random.choice(DATES), random.choice("ab")
        if random.random() < 0.5:
            status: ProjectStatus = random.choice(("pipeline", "implementation", "closed"))
            events.append(Status(date=date, project=project, status=status, sources=source))
        else:
            part: dict[str, Any] = {"party": random.choice(("JP", "UA")), "role": "lead", "left": random.random() < 0.5}
            events.append(Participation(date=date, project=project, sources=source, **part))
    EventLog(tmp_path).append(list(dict.fromkeys(events)))
    fold, found = (Timeline.open(tmp_path, engine=engine) for engine in ("fold", "embedded"))
    for day in ("2023-01-31", "2023-02-10", "2023-02-28", "2023-06-15", "2024-12-31"):
        for known_at in (None, "2023-03-01"):
            one, other = (timeline.as_of(day, known_at=known_at) for timeline in (fold, found))
            assert one.projects() == other.projects()
            assert one.participation() == other.participation()
