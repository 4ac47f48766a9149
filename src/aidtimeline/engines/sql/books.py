"""Books: which rows are in books that may report the same as others, so that they cannot just be added up.

Sums are weighed kind by kind. So a row is in doubt if its kind has rows in other books of the same ledger: of both
sides of a flow the provider's books are kept, and of datasets that overlap none is preferred.
"""

from __future__ import annotations

from collections import defaultdict
from types import SimpleNamespace
from typing import Any

from aidtimeline.engines.embedded.asked import Store
from aidtimeline.projections.sums.cells import Books, rivals
from aidtimeline.projections.sums.counting import books_of
from aidtimeline.vocabulary import Vocabulary

KEPT = ("side", "provider")


def in_doubt(store: Store, vocabulary: Vocabulary) -> str:
    """The condition that a row is in books that may report the same as others."""
    sides, datasets = store.texts("side"), store.texts("datasets")
    found = {
        each: _books(sides[each[1]], datasets[each[2]] or (), vocabulary)
        for each in store.rows("SELECT DISTINCT kind, side, datasets FROM facts")
    }
    by_kind: dict[int, list[Books]] = defaultdict(list)
    for (kind, _, _), books in found.items():
        by_kind[kind].append(books)
    ledgers = {kind: rivals(several) for kind, several in by_kind.items()}
    doubtful = [
        each
        for each, books in sorted(found.items())
        if any(book[0] in ledgers[each[0]] and book != KEPT for book in books)
    ]
    listed = ", ".join(f"({kind}, {side}, {dataset})" for kind, side, dataset in doubtful)
    return f"(kind, side, datasets) IN ({listed})" if doubtful else "false"


def _books(side: Any, datasets: Any, vocabulary: Vocabulary) -> Books:
    fact: Any = SimpleNamespace(side=side, datasets=frozenset(datasets))
    return books_of(fact, vocabulary)
