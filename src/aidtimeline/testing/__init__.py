"""For tests of code that uses aidtimeline: Hypothesis strategies for all of its values, and its laws.

    from aidtimeline.testing import check_projection

    def test_my_projection_is_lawful():
        check_projection(MyProjection())

`strategies` draws values and events, `logs` whole logs and the questions asked of them. `laws` holds a projection to
the laws of replay, `worlds` to those of bounds, `amendments` to those of corrections and retractions; `checking` tries
them all. docs/semantics.md states these laws, with their numbers.

`conformance` is what every log promises, `durability` what every log on a disk promises, as classes of tests; `machine`
is the part that is drawn. `faults` has disks on which something goes wrong, and `memory` the smallest log.

With Hypothesis installed, `st.from_type` draws events and values as well. `pip install 'aidtimeline[testing]'` installs
it.
"""

from __future__ import annotations

try:
    import hypothesis as _hypothesis
except ModuleNotFoundError as _missing:
    raise ModuleNotFoundError(
        "aidtimeline.testing needs Hypothesis: pip install 'aidtimeline[testing]'",
        name=_missing.name,
    ) from _missing

from aidtimeline.testing.checking import check_projection
from aidtimeline.testing.conformance import LogConformance
from aidtimeline.testing.durability import DurableLogConformance
from aidtimeline.testing.faults import Died, FaultNotReached, FaultyDisk, PowerCutDisk, every_step
from aidtimeline.testing.laws import Cuts, LawBroken, check_laws
from aidtimeline.testing.logs import (
    AMENDING,
    LINKING,
    MOVES,
    chains,
    corrections_within,
    cuts,
    linked_logs,
    logs,
    news,
    repairs,
)
from aidtimeline.testing.machine import LogMachine
from aidtimeline.testing.memory import MemoryLog
from aidtimeline.testing.strategies import dates, days, events, instants, money, quantities, record_ids, sources

__all__ = [
    "AMENDING",
    "LINKING",
    "MOVES",
    "Cuts",
    "Died",
    "DurableLogConformance",
    "FaultNotReached",
    "FaultyDisk",
    "LawBroken",
    "LogConformance",
    "LogMachine",
    "MemoryLog",
    "PowerCutDisk",
    "chains",
    "check_laws",
    "check_projection",
    "corrections_within",
    "cuts",
    "dates",
    "days",
    "events",
    "every_step",
    "instants",
    "linked_logs",
    "logs",
    "money",
    "news",
    "quantities",
    "record_ids",
    "repairs",
    "sources",
]

del _hypothesis
