"""Explanations: the facts behind an answer, what may replace them, and the reports behind each.

An explanation is sufficient: replaying only its records gives the answer again. And it has nothing irrelevant: each
fact in it counts in some world, or may replace one that does, or is in a circle of links, which are ignored.

`answers` takes an answer apart into `reasons`; `aidtimeline.report.explanation` prints them.
"""

from aidtimeline.explain.answers import Explained, Explanation, explain
from aidtimeline.explain.reasons import Reason, Report

__all__ = ["Explained", "Explanation", "Reason", "Report", "explain"]
