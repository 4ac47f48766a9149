"""Event-sourced timelines of international aid: what was delivered, promised and known, as of any date.

>>> from aidtimeline import Counts, replay
>>> print(replay([], Counts(by="item"), as_of="2023-11-28", known_at="2023-11-25"))
no rows
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aidtimeline.amounts import Money, Quantity
    from aidtimeline.dates import DateRange
    from aidtimeline.engines.reference import replay
    from aidtimeline.errors import (
        AidtimelineError,
        DataError,
        InvalidValue,
        LogError,
        Problem,
        RefusedBatch,
        UnknownKey,
        UnreadableLog,
        UsageError,
    )
    from aidtimeline.events import (
        Announcement,
        Cancellation,
        Commitment,
        Correction,
        Corroboration,
        Delivery,
        Disbursement,
        Event,
        Expenditure,
        Observation,
        Participation,
        Pledge,
        Project,
        Receipt,
        Record,
        Retraction,
        Source,
        Status,
        Training,
    )
    from aidtimeline.log import EventLog
    from aidtimeline.projections import Bounds, Counts, MoneySums, Participations, Projection, ProjectStates, Table
    from aidtimeline.semantics import Fact
    from aidtimeline.timeline import Timeline, View
    from aidtimeline.vocabulary import Vocabulary

# Where each public name lives. A name is loaded when it is first asked for, so that importing the package costs next
# to nothing; the imports above tell type checkers the same.
_HOMES = {
    "amounts": ["Money", "Quantity"],
    "dates": ["DateRange"],
    "engines.reference": ["replay"],
    "errors": [
        "AidtimelineError",
        "DataError",
        "InvalidValue",
        "LogError",
        "Problem",
        "RefusedBatch",
        "UnknownKey",
        "UnreadableLog",
        "UsageError",
    ],
    "events": [
        "Announcement",
        "Cancellation",
        "Commitment",
        "Correction",
        "Corroboration",
        "Delivery",
        "Disbursement",
        "Event",
        "Expenditure",
        "Observation",
        "Participation",
        "Pledge",
        "Project",
        "Receipt",
        "Record",
        "Retraction",
        "Source",
        "Status",
        "Training",
    ],
    "log": ["EventLog"],
    "projections": ["Bounds", "Counts", "MoneySums", "Participations", "ProjectStates", "Projection", "Table"],
    "semantics": ["Fact"],
    "timeline": ["Timeline", "View"],
    "vocabulary": ["Vocabulary"],
}
_HOME_OF = {name: f"{__name__}.{home}" for home, names in _HOMES.items() for name in names}

__all__ = [
    "AidtimelineError",
    "Announcement",
    "Bounds",
    "Cancellation",
    "Commitment",
    "Correction",
    "Corroboration",
    "Counts",
    "DataError",
    "DateRange",
    "Delivery",
    "Disbursement",
    "Event",
    "EventLog",
    "Expenditure",
    "Fact",
    "InvalidValue",
    "LogError",
    "Money",
    "MoneySums",
    "Observation",
    "Participation",
    "Participations",
    "Pledge",
    "Problem",
    "Project",
    "ProjectStates",
    "Projection",
    "Quantity",
    "Receipt",
    "Record",
    "RefusedBatch",
    "Retraction",
    "Source",
    "Status",
    "Table",
    "Timeline",
    "Training",
    "UnknownKey",
    "UnreadableLog",
    "UsageError",
    "View",
    "Vocabulary",
    "replay",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOME_OF[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME_OF})
