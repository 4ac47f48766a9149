"""The lines of a log that some records were read from, to the byte."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping

from aidtimeline.codec import decode, encode
from aidtimeline.codec.jsonlines import lines_of
from aidtimeline.errors import InvalidValue, LogError, UnreadableLog, UsageError
from aidtimeline.events import Record
from aidtimeline.log.disk import as_log_error


def lines_behind(records: Iterable[Record]) -> list[str]:
    """The lines of records without line ends, ordered by id; of one that is there several times the earliest.

    A record that was read from no file is written as a line. Raises `LogError` if a file cannot be read, or has other
    lines by now, and `UsageError` for a record that is in no file and was read from an older form.
    """
    earliest: dict[str, Record] = {}
    for record in records:
        known = earliest.get(record.id)
        if known is None or record.recorded_at < known.recorded_at:
            earliest[record.id] = record
    places: dict[str, dict[int, Record]] = defaultdict(dict)
    found: dict[str, str] = {}
    for record in earliest.values():
        if record.file is None or record.line is None:
            found[record.id] = _encoded(record)
        else:
            places[record.file][record.line] = record
    for file, wanted in places.items():
        found |= _of_file(file, wanted)
    return [found[id_] for id_ in sorted(found)]


def _encoded(record: Record) -> str:
    try:
        return encode(record)
    except InvalidValue as error:
        raise UsageError(f"{record.id} has no line that could be bundled: {error}") from None


def _of_file(file: str, wanted: Mapping[int, Record]) -> dict[str, str]:
    found: dict[str, str] = {}
    with as_log_error(file), open(os.path.realpath(file), "rb") as stream:
        last = max(wanted)
        for number, line in enumerate(lines_of(stream), start=1):
            if number in wanted:
                found[wanted[number].id] = _as_read(line, wanted[number])
            if number == last:
                break
    if len(found) != len(wanted):
        raise _changed(file)
    return found


def _as_read(line: bytes, record: Record) -> str:
    try:
        if decode(line) == record:
            return line.decode().removesuffix("\n")
    except UnreadableLog:
        pass
    raise _changed(str(record.file))


def _changed(file: str) -> LogError:
    return LogError(f"{file}: its lines are not those that were read; ask again")
