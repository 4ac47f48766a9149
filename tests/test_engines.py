"""Engines: whatever answers, the answers are those of the fold."""

from __future__ import annotations

from pathlib import Path

import pytest

from aidtimeline.testing import check_engine
from aidtimeline.timeline import Timeline

pytest.importorskip("duckdb")


def embedded(folder: Path) -> Timeline:
    return Timeline.open(folder, engine="embedded")


def test_the_embedded_engine_is_exact() -> None:
    """Law 13, for drawn logs that grow step by step, and questions of every kind."""
    check_engine(embedded, examples=60)
