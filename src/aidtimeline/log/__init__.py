"""The log: a folder of JSON Lines files, and the only writer to it.

`protocol` says what any log must have, and `memory` has one without files.

`eventlog` appends, reads and recovers. Below it: `folder` (which files are the log), `file` (how one file grows while
others read it), `index` (the lines of each id), `batch` (what is to be recorded), `lock` (one writer at a time), `disk`
(system calls), `descriptor` (open files), `spool` (lines that wait to be written), `state` (what was added since),
`clock` (whether the clock went back). Beside it: `drafts` (events as people write them down), `seal` (what a log
held at some instant) and `vocabulary` (the labels beside a log).
"""

from aidtimeline.log.eventlog import EventLog, now
from aidtimeline.log.memory import MemoryLog
from aidtimeline.log.protocol import Log, Recordable

__all__ = ["EventLog", "Log", "MemoryLog", "Recordable", "now"]


def __dir__() -> list[str]:
    return __all__
