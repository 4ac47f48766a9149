"""The classes of events: which can be made, and what they take."""

from __future__ import annotations

import pytest

from aidtimeline.events import Event, Source


def test_an_event_is_of_some_kind() -> None:
    """The class that all kinds share is none of them: it is not made by itself."""
    with pytest.raises(TypeError, match="make a Delivery"):
        Event(date="2023", sources=Source(publisher="Rubryka"))
