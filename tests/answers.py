"""What tests read of a result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from aidtimeline.projections import Result


def answers(result: Result[Any, Any] | Mapping[Any, Any]) -> dict[Any, Any]:
    """The answers by the shortest form of their keys: without a unit if possible, and a plain value if it is one."""
    if isinstance(result, Mapping):
        return dict(result)
    values = Counter(key[:-1] for key in result.answers)

    def shortest(key: tuple[Any, ...]) -> Any:
        if result.units and (key[-1] is None or values[key[:-1]] == 1):
            key = key[:-1]
        return key[0] if len(key) == 1 else key

    return {shortest(key): answer for key, answer in result.answers.items()}
