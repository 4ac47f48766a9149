"""What the caller gave this process, or did not: stdin, and the first three numbers of open files."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from typing import BinaryIO


def stdin() -> contextlib.AbstractContextManager[BinaryIO]:
    """The bytes of stdin. Raises `OSError` if the caller has closed it."""
    if sys.stdin is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    return contextlib.nullcontext(sys.stdin.buffer)


def keep_from_files() -> None:
    """Have no file of ours opened as stdin, stdout or stderr where the caller has closed these.

    Whatever writes there, such as a library in C that complains, would write into the log. What is there instead can
    be neither read as stdin nor written to.
    """
    for number, flags in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_RDONLY)):
        try:
            os.fstat(number)
        except OSError:
            with contextlib.suppress(OSError):
                os.open(os.devnull, flags)  # which takes the lowest number that is free
