"""What a log has on a few records: they themselves, and all amendments. Other lines are passed over, not decoded."""

from __future__ import annotations

from collections.abc import Collection

from aidtimeline.codec import decode
from aidtimeline.errors import UnreadableLog
from aidtimeline.events import Amendment, Correction, Record
from aidtimeline.log.eventlog import EventLog
from aidtimeline.log.scan import id_in

_OF = b'"of"'  # every amendment has it, and nothing else
_ESCAPE = b"\\u"  # with it a line may say the same in another way


def about(log: EventLog, ids: Collection[str]) -> list[Record]:
    """The records of these ids, with all that may amend them; other amendments may be among them.

    Lines that cannot be read are skipped. Raises `LogError` if there is no log.

    >>> from aidtimeline.events import Event
    >>> records = about(EventLog("events"), ["c7e1bd204371b9a4710e38d6b0f749ca"])
    >>> [record.id[:8] for record in records if isinstance(record.event, Event)]
    ['c7e1bd20']
    """
    wanted = set(ids)
    while True:
        records: list[Record] = []
        for file, number, line in log.lines():
            if _OF in line or _ESCAPE in line or id_in(line) in wanted:
                try:
                    records.append(decode(line, file=file, line_number=number))
                except UnreadableLog:
                    continue
        corrections = (each.event for each in records if isinstance(each.event, Correction))
        # What these repair may be an event that becomes an amendment by that.
        more = {each.of for each in corrections if isinstance(each.event, Amendment)} - wanted
        if not more:
            return records
        wanted |= more
