"""Packaging, law 18: the same entries give the same answers, from one file or several, in any order of import."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from iatifiles import activity, file, related, transaction

from aidtimeline import Correction, Event, EventLog, Timeline
from aidtimeline.formats.importing.importer import import_file
from aidtimeline.formats.reading.files import File
from aidtimeline.report import json_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def imported(folder: Path, format: str, texts: Sequence[str], ending: str, **more: Any) -> None:
    for number, text in enumerate(texts):
        path = folder / f"file {number}{ending}"
        path.write_text(text)
        import_file(folder / "events", format, File(path=path, **more), recorded_at=NOW + timedelta(hours=number))


def answers(folder: Path) -> list[Any]:
    """Sums and states of a log, as people read them."""
    timeline = Timeline.open(folder / "events")
    found: list[Any] = []
    for day, known_at in (("2021-06-30", None), ("2022-12-31", None), ("2030-01-01", "2023-02-01")):
        view = timeline.as_of(day, known_at=known_at)
        for table in (view.money(), view.money(by="project"), view.counts(kind=None), view.projects()):
            found.append([str(row) for row in table])
    return found
