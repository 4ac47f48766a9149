"""What changed between two views, in parts that add up, each with its cause (docs/explain.md, "What changed?").

`changes` takes the change of each sum apart, and `promises` that of each row of fulfilment; `causes` says why a part
changed.
"""

from aidtimeline.diff.causes import CAUSES, OPPOSITES
from aidtimeline.diff.changes import Change, Changes, arrow, diff
from aidtimeline.diff.promises import FulfilmentChange, FulfilmentChanges, diff_fulfilment

__all__ = [
    "CAUSES",
    "OPPOSITES",
    "Change",
    "Changes",
    "FulfilmentChange",
    "FulfilmentChanges",
    "arrow",
    "diff",
    "diff_fulfilment",
]


def __dir__() -> list[str]:
    return __all__
