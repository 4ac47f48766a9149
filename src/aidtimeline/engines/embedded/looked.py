"""What is kept beside a store: what the system said of it, and of the files of the log, when they were last looked at.

It spares reading them all again. It is true for good: a file with that status holds what it held then. So it matters
little which of two processes writes it last; and where it is damaged or missing, the files are read.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

from attrs import asdict, frozen

from aidtimeline.engines.embedded import cache
from aidtimeline.engines.embedded.files import Covered
from aidtimeline.log import kept
from aidtimeline.log.status import Status


@frozen
class Looked:
    """When a store was `looked_at` (nanoseconds) and its status then, and what was seen of the files of the log."""

    looked_at: int
    status: Status
    covered: Sequence[Covered]

    @classmethod
    def read(cls, store: Path) -> Looked | None:
        """What was written; None if there is nothing, or it is damaged."""
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            found = kept.read(cache.beside(store, cache.LOOKED))
            covered = [Covered.of(each) for each in found["covered"]]
            return cls(found["looked_at"], Status(**found["status"]), covered)
        return None

    def write(self, store: Path) -> None:
        """Write it, if that is possible, and another process has not put another store in its place meanwhile."""
        with contextlib.suppress(OSError):
            kept.write(cache.beside(store, cache.LOOKED), asdict(self))
        if not store.exists():
            cache.discard(store)
