"""The collector of cycles is paused while a log is read and replayed, and never for longer."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aidtimeline import EventLog, Timeline
from aidtimeline.collector import paused
from aidtimeline.semantics.recorded import Recorded


@pytest.fixture(autouse=True)
def _enabled_again() -> Iterator[None]:
    yield
    gc.enable()


def test_it_goes_on_after_a_failure() -> None:
    """Whatever happens in the block, it is as it was before."""
    with pytest.raises(ZeroDivisionError), paused():
        _ = 1 / 0
    assert gc.isenabled()


def test_what_a_user_has_turned_off_stays_off() -> None:
    """Only what was paused goes on; blocks may be within each other."""
    with paused():
        with paused():
            pass
        assert not gc.isenabled()
    gc.disable()
    with paused():
        pass
    assert not gc.isenabled()


def test_it_is_paused_while_a_log_is_read_and_replayed(monkeypatch: pytest.MonkeyPatch) -> None:
    """And goes on between questions."""
    seen = []

    def watched(name: str, of: Any) -> Any:
        def call(*args: Any, **options: Any) -> Any:
            seen.append((name, gc.isenabled()))
            return of(*args, **options)

        return call

    monkeypatch.setattr(EventLog, "lines", watched("read", EventLog.lines))
    monkeypatch.setattr(Recorded, "of", watched("replay", Recorded.of))
    timeline = Timeline.open(Path("events"))
    assert gc.isenabled()
    timeline.as_of("2023-11-28").counts()
    assert (seen, gc.isenabled()) == ([("read", False), ("replay", False)], True)


def test_what_was_made_meanwhile_is_not_looked_through_again() -> None:
    """It is in the last generation, as if the collector had gone through it three times."""
    with paused():
        made = [[each] for each in range(1000)]
    oldest = set(map(id, gc.get_objects(generation=2)))
    assert all(id(each) in oldest for each in made)


def test_what_a_user_has_frozen_stays_frozen() -> None:
    """Nothing is moved then."""
    gc.freeze()
    try:
        frozen = gc.get_freeze_count()
        with paused():
            pass
        assert gc.get_freeze_count() == frozen > 0
    finally:
        gc.unfreeze()
