"""The log: a folder of JSON Lines files, and the only writer to it.

`eventlog` appends, reads and recovers. Below it: `folder` (what of a folder is the log), `file` (how one file grows
while others read it), `index` (where each id stands), `batch` (what is to be recorded), `lock` (one writer at a time),
`disk` (the calls of the system). Beside it: `drafts` (events as a person writes them down), `seal` (what a log held at
some instant) and `vocabulary` (the labels beside a log).
"""

from aidtimeline.log.eventlog import EventLog, now

__all__ = ["EventLog", "now"]
