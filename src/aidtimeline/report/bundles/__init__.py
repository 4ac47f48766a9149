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

from aidtimeline.report.bundles.making import bundle
from aidtimeline.report.bundles.verifying import Verdict, verify

__all__ = ["Verdict", "bundle", "verify"]
