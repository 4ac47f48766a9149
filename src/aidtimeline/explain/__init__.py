"""Explanations: the facts that an answer comes from, what may replace them, and the reports behind each.

An explanation is sufficient: replaying its records alone gives the answer again. And it holds nothing irrelevant: each
fact in it counts in some world, may replace one that does, or keeps links from holding that make a circle.

`answers` takes an answer apart, `reasons` is what it comes to, `text` how it is printed.
"""

from aidtimeline.explain.answers import Explained, Explanation, explain
from aidtimeline.explain.reasons import Reason, Report

__all__ = ["Explained", "Explanation", "Reason", "Report", "explain"]
