"""Event-sourced timelines of international aid: what was delivered, promised and known, as of any date.

>>> from aidtimeline import Counts, replay
>>> len(replay([], Counts(by="item"), as_of="2023-11-28", known_at="2023-11-25"))
0

The public names are those of `__init__.pyi`. Each is loaded when it is first asked for, so that importing the package
costs next to nothing.
"""

from importlib import import_module

from aidtimeline.lazily import attach_names
from aidtimeline.text.showing import show_with

show_with(lambda: import_module("aidtimeline.report"))
__getattr__, __dir__, __all__ = attach_names(__name__)
