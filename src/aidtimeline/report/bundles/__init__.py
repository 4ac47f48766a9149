"""Bundles: one answer with all that it rests on, in a file that derives it again on another machine.

A bundle is one JSON object (docs/citing.md): the question, the answer and its explanation, the lines of the log behind
them to the byte, what the vocabulary says of these, and the digest of the whole log. The lines are those of
`Explanation.records`: replaying only these gives the answer again (docs/semantics.md, law 11).

`asking` writes questions as data and reads them again, `making` makes bundles, `reading` reads what anybody may have
written, and `verifying` derives the answer again and compares.

>>> from datetime import date
>>> from aidtimeline import Timeline
>>> timeline = Timeline.open("events")
>>> text = bundle(timeline.as_of("2023-11-28").counts().explain("truck"), made=date(2026, 11, 27))
>>> verdict = verify(text, timeline)
>>> verdict.holds, verdict.title
(True, 'truck: 30')
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from aidtimeline.errors import UsageError
from aidtimeline.explain import Explanation
from aidtimeline.report.bundles.making import made_of
from aidtimeline.report.bundles.verifying import Verdict, verify

__all__ = ["Verdict", "bundle", "verify"]


def bundle(explanation: Explanation, *, made: date | None = None) -> str:
    """One answer with all that it rests on, as a JSON object in ASCII. It is verified before anybody gets it.

    Args:
        explanation: The answer: `counts.explain("truck")`, or whatever `View.explain` gives.
        made: The day on which it is made. None: today (UTC).

    Raises `UsageError` for a question of the user's own, for an explanation of no view, and for an answer that rests on
    too much, or on another vocabulary than that of its view; `LogError` if the lines of the log cannot be read again.
    """
    text = made_of(explanation, made or datetime.now(UTC).date())
    verdict = verify(text)
    if not verdict.holds:
        raise UsageError(f"this answer cannot be derived from a bundle: {verdict.faults[0]}")
    return text
