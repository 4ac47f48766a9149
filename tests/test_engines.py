"""Engines: whatever answers, the answers are those of the fold."""

from __future__ import annotations

from pathlib import Path

import pytest

from aidtimeline.engines.embedded.opening import make
from aidtimeline.testing import check_engine
from aidtimeline.timeline import Timeline

pytest.importorskip("duckdb")


def embedded(folder: Path) -> Timeline:
    return Timeline.open(folder, engine="embedded")


def test_the_embedded_engine_is_exact() -> None:
    """Law 13, for drawn logs that grow step by step, and questions of every kind."""
    check_engine(embedded, examples=60)


def test_several_processes_make_the_same_store(tmp_path: Path) -> None:
    """What they read is put together as if one had read it."""
    (tmp_path / "japan.jsonl").write_bytes(Path("events/japan-demining.jsonl").read_bytes())
    answers = []
    for jobs in (1, 2):
        make(tmp_path, jobs=jobs)
        view = embedded(tmp_path).as_of("2024-07-31")
        answers.append(
            (view.counts(["item", "donor"], kind=[]), view.money(), view.problems, view.known.values("party"))
        )
    assert answers[0] == answers[1]
    assert len(answers[0][0]) > 5
