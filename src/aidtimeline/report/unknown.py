"""What a question asks for that nobody knows."""

from __future__ import annotations

from typing import Any

from aidtimeline.projections import Result
from aidtimeline.projections.fields import Selection
from aidtimeline.semantics.known import Unknown


def unknown_values(result: Result[Any, Any]) -> list[Unknown]:
    """The values in the conditions of a question that neither the log nor its vocabulary has.

    >>> from aidtimeline import Timeline
    >>> counts = Timeline.open("events").as_of("2023-11-28").counts(where={"item": ["balloon", "truck"]})
    >>> print(*unknown_values(counts))
    no item is 'balloon'
    """
    selection = getattr(result.question, "selection", None)
    if result.view is None or not isinstance(selection, Selection):
        return []
    return result.view.known.unknown((each.name, each.values) for each in selection.where)
