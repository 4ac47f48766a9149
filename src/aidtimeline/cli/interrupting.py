"""What a command that writes to the log says when it is interrupted: what has become of the log."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

from aidtimeline.cli.application import Interrupted
from aidtimeline.log import EventLog

NOTHING = "; nothing was recorded"
EITHER = " while it was recorded: all of it is in the log, or nothing; to do it again does no harm"


@contextlib.contextmanager
def interruptible(folder: str) -> Iterator[None]:
    """Ctrl-C within ends the command, and says what was recorded.

    Files only grow, and a batch counts as a whole. So if no file has grown, nothing was recorded.
    """
    log = EventLog(folder)
    before = _sizes(log)
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(NOTHING if _sizes(log) == before else EITHER) from None


def _sizes(log: EventLog) -> Mapping[str, int]:
    """The sizes of the log's files, in bytes. A file that was only made has none: it says nothing."""
    return {name: size for name, _, _, size in log.stamp() if size}
