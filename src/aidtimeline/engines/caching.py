"""The table of facts that the embedded engine keeps of a log: what is there, and making or clearing it by hand.

Nobody has to: it is made when it is needed, made again when it does not fit any more, and may be deleted at any time.
"""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

from attrs import frozen

from aidtimeline.engines.choosing import is_large
from aidtimeline.log import EventLog, kept
from aidtimeline.log.indexfile import size as index_size
from aidtimeline.text.progress import Progress, untold


@frozen
class Part:
    """How much of a file of the log the table has: `lines` whole lines, `covered` bytes; `more` bytes came since."""

    file: str
    lines: int
    covered: int
    more: int


@frozen
class Cached:
    """What is kept of a log.

    `store` is the path of the table, if there is one that fits the log; else it would be put into `folder` (None:
    nowhere). `size` is that of all that is kept, in bytes, and `index` that of the index of ids, which is 0 if there is
    none. `by_itself`: the log is large, and questions make one.
    """

    folder: Path | None
    store: Path | None
    size: int
    index: int
    parts: Sequence[Part]
    by_itself: bool


def cached(folder: str | PathLike[str]) -> Cached:
    """What is kept of a log. What is damaged is removed.

    Raises `LogError` if there is no log, and `UsageError` if DuckDB is not installed.

    >>> found = cached("events")
    >>> found.folder.name, found.by_itself
    ('.aidtimeline', False)
    """
    from aidtimeline.engines.embedded import cache  # noqa: PLC0415  (DuckDB takes long to load)
    from aidtimeline.engines.embedded.opening import found_store  # noqa: PLC0415

    log = Path(folder)
    EventLog(log).lines()
    found, parts = found_store(log), []
    if found is not None:
        base, grown = found
        covered = {each.name: each for each in base.covered}
        for seen in grown.seen:
            name = Path(seen.path).name
            lines = covered[name].lines if name in covered else 0
            parts.append(Part(seen.path, lines, seen.covered.end, seen.more.end))
    store = None if found is None else found[0].path
    place = next(iter(kept.places(log)), None) if store is None else store.parent
    return Cached(place, store, cache.size(log), index_size(log), parts, is_large(log))


def build(folder: str | PathLike[str], *, jobs: int = 1, progress: Progress = untold) -> None:
    """Make the table of a log in so many processes, if there is none that fits; `progress` is told of it.

    Raises `LogError` if there is no log, or the table cannot be written, and `UsageError` if DuckDB is not installed.

    >>> from aidtimeline import Delivery, EventLog, Source
    >>> folder = getfixture("tmp_path")
    >>> trucks = Delivery(date="2023-11", item="truck", quantity=30, sources=Source(publisher="Rubryka"))
    >>> _ = EventLog(folder).append(trucks)
    >>> build(folder)
    >>> [(part.lines, part.more) for part in cached(folder).parts]
    [(1, 0)]
    >>> clear(folder) > 0, cached(folder).store
    (True, None)
    """
    from aidtimeline.engines.embedded.opening import open_store  # noqa: PLC0415

    open_store(Path(folder), jobs=jobs, progress=progress).close()


def clear(folder: str | PathLike[str]) -> int:
    """Remove all that is kept of a log, but for what another process is making; how many bytes that was."""
    from aidtimeline.engines.embedded import cache  # noqa: PLC0415

    return cache.clear(Path(folder))
