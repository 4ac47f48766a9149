"""The digest of a log: what it holds, in 32 digits, whatever its files, the order of its lines, and what reads it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from os import PathLike

from attrs import frozen

from aidtimeline.codec import decode
from aidtimeline.errors import UnreadableLog
from aidtimeline.events import Record
from aidtimeline.log import EventLog
from aidtimeline.values.dates import format_instant

_WRITTEN = re.compile(
    rb'\{"kind":"[a-z]+","v":[0-9]+,"id":"([0-9a-f]{32})",'
    rb'"recorded_at":"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{6})?Z)"'
)
"""How a line begins that this library wrote."""


@frozen
class Digest:
    """How many records a log has, and the digest of them.

    `text` is BLAKE2b-128, in hexadecimal, of `ID RECORDED_AT` and a line end for each record in order. Of a record that
    is there several times, the earliest `recorded_at` counts, as everywhere. An id is that of all that its record says.

    >>> from aidtimeline import EventLog
    >>> records = list(EventLog("events").read())
    >>> Digest.of(records) == Digest.of([*records[::-1], *records]) == Digest.of_folder("events")
    True
    """

    records: int
    text: str

    @classmethod
    def of(cls, records: Iterable[Record]) -> Digest:
        """The digest of records, in any order."""
        return cls._of((record.id, _instant(record.recorded_at)) for record in records)

    @classmethod
    def of_folder(cls, folder: str | PathLike[str], *, skip_problems: bool = False) -> Digest:
        """The digest of the log in a folder; lines that this library wrote are not read further than their beginning.

        Raises `LogError` if there is no log, and `UnreadableLog` if a line cannot be read and is not to be skipped.
        """
        log = EventLog(folder)
        if skip_problems:
            return cls.of(log.read(skip_problems=True))
        return cls._of(_beginnings(log.lines()))

    @classmethod
    def _of(cls, found: Iterable[tuple[str, str]]) -> Digest:
        earliest: dict[str, str] = {}
        for id_, at in found:
            known = earliest.get(id_)
            if known is None or at < known:
                earliest[id_] = at
        made = hashlib.blake2b(digest_size=16)
        for id_ in sorted(earliest):
            made.update(f"{id_} {earliest[id_]}Z\n".encode())
        return cls(len(earliest), made.hexdigest())


def _instant(at: datetime) -> str:
    """An instant without its Z, so that texts are in the order of instants: a whole second is before its parts."""
    return format_instant(at).removesuffix("Z")


def _beginnings(lines: Iterable[tuple[str, int, bytes]]) -> Iterator[tuple[str, str]]:
    for file, number, line in lines:
        found = _WRITTEN.match(line)
        if found is None:
            record = decode(line, file=file, line_number=number)
            yield record.id, _instant(record.recorded_at)
        else:
            yield found[1].decode(), found[2].decode().removesuffix("Z")


def lines_in(folder: str | PathLike[str], ids: Iterable[str]) -> dict[str, set[str]]:
    """The lines that the log in a folder has of some records, without line ends, by id.

    Lines that cannot be read are left out. Raises `LogError` if there is no log.

    >>> found = lines_in("events", ["c7e1bd204371b9a4710e38d6b0f749ca", "0" * 32])
    >>> [(id_[:8], len(lines)) for id_, lines in found.items()]
    [('c7e1bd20', 1)]
    """
    wanted, found = frozenset(ids), dict[str, set[str]]()
    for _, _, line in EventLog(folder).lines():
        begins = _WRITTEN.match(line)
        if begins is not None and begins[1].decode() not in wanted:
            continue
        try:
            record = decode(line)
        except UnreadableLog:
            continue
        if record.id in wanted:
            found.setdefault(record.id, set()).add(line.decode().removesuffix("\n"))
    return found
