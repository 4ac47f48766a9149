"""The ids of all records of a log, from its store: the beginning of each is a number there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from aidtimeline.engines.embedded.asked import Store
from aidtimeline.engines.embedded.store import RECORDS
from aidtimeline.engines.facts.linking import Place
from aidtimeline.events import Record, Retraction

_DIGITS = 16
"""How many digits of an id the number has."""


def size(store: Store) -> int:
    """How many records there are."""
    [(number,)] = store.rows(f"SELECT count(*) FROM {RECORDS}")
    return int(number)


def ids(store: Store, beginning: str) -> list[str]:
    """The ids that begin so, in order."""
    digits = beginning[:_DIGITS]
    low, high = (_number(digits.ljust(_DIGITS, each)) for each in "0f")
    within = f"id BETWEEN {low} AND {high}" if digits else "true"  # they have the same sign
    return sorted({each for each in _records(store, within) if each.startswith(beginning)})


def id_length(store: Store, least: int) -> int:
    """How many digits tell all records apart, and no fewer than `least`."""
    [(differing,)] = store.rows(f"""
        SELECT min(length(hex(xor(id, before)))) FROM (
            SELECT id, lag(id) OVER (ORDER BY id < 0, id) AS before FROM (SELECT DISTINCT id FROM {RECORDS})
        ) WHERE before IS NOT NULL
    """)
    if differing is not None:
        least = max(least, _DIGITS - differing + 1)
    alike = sorted(set(_records(store, f"id IN (SELECT id FROM {RECORDS} GROUP BY id HAVING count(*) > 1)")))
    for one, other in pairwise(alike):
        while one[:least] == other[:least]:
            least += 1
    return least


def retractions(store: Store) -> list[Record]:
    """The retractions. They are linked with what they name, and no facts."""
    rows = store.rows('SELECT file, "offset", line FROM linked WHERE id NOT IN (SELECT id FROM facts)')
    found = store.records(Place(*each) for each in rows)
    return sorted((each for each in found if isinstance(each.event, Retraction)), key=lambda each: each.id)


def _records(store: Store, where: str) -> Iterator[str]:
    """The ids of the records that meet a condition."""
    rows = store.rows(f'SELECT file, "offset", line FROM {RECORDS} WHERE {where}')
    return (record.id for record in store.records(Place(*each) for each in rows))


def _number(digits: str) -> int:
    return int.from_bytes(bytes.fromhex(digits), signed=True)
