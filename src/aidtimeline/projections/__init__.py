"""Projections: the questions that a view answers. See docs/projections.md for how to write one.

The built-in ones are made of few pieces that give bounds: `Sum`, `State`, `Union` and `Product`.
"""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
