"""Explanations: the facts behind an answer, what may replace them, and the reports behind each.

An explanation is sufficient: replaying only its records gives the answer again. And it has nothing irrelevant: each
fact in it counts in some world, or may replace one that does, or is in a circle of links, which are ignored.

`behind` and `levels` find what is behind an answer, and `answers` makes `reasons` of it;
`aidtimeline.report.explanation` prints them.
"""

from aidtimeline.lazily import attach_names

__getattr__, __dir__, __all__ = attach_names(__name__)
