"""Projections: the questions that a view answers. See docs/projections.md for how to write one.

The built-in ones are made of few pieces that give bounds: `Sum`, `State`, `Union` and `Product`.
"""

from aidtimeline.lazily import attach_names

__getattr__, __dir__, __all__ = attach_names(__name__)
