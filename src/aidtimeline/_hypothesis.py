"""What Hypothesis loads by itself (entry point `hypothesis`), so that `st.from_type` draws values and events.

Everyone who has both packages loads it with Hypothesis, so the strategies are imported only when one is used.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st


def register() -> None:
    """Register a strategy for every value, every kind of event and amendment, records, facts and bounds."""
    from aidtimeline.events import AMENDMENT_KINDS, EVENT_KINDS, Event, Record, Source  # noqa: PLC0415
    from aidtimeline.projections import Bounds  # noqa: PLC0415
    from aidtimeline.semantics import Fact  # noqa: PLC0415
    from aidtimeline.values.amounts import Money, Quantity  # noqa: PLC0415
    from aidtimeline.values.dates import DateRange  # noqa: PLC0415

    st.register_type_strategy(DateRange, lambda _: _testing().dates())
    st.register_type_strategy(Quantity, lambda _: _testing().quantities())
    st.register_type_strategy(Money, lambda _: _testing().money())
    st.register_type_strategy(Source, lambda _: _testing().sources())
    st.register_type_strategy(Record, lambda _: _testing().logs(max_size=1).map(lambda records: records[0]))
    st.register_type_strategy(Event, lambda _: _testing().events())
    for event in EVENT_KINDS.values():
        st.register_type_strategy(event, lambda event: _testing().events(event.kind))
    for amendment in AMENDMENT_KINDS.values():
        st.register_type_strategy(amendment, _amendments)
    st.register_type_strategy(Bounds, lambda _: _testing().bounds())
    st.register_type_strategy(Fact, lambda _: _testing().facts())


def _amendments(amendment: Any) -> Any:
    from aidtimeline.testing.strategies import amendments  # noqa: PLC0415

    return amendments(amendment.kind)


def _testing() -> Any:
    from aidtimeline import testing  # noqa: PLC0415

    return testing
