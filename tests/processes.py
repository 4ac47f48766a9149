"""Processes that tests start, and what root may not do in them."""

from __future__ import annotations

import ctypes
import os
import sys

_DROP = 24  # PR_CAPBSET_DROP
_OVERRIDES = (1, 2, 3)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER


def bound_by_modes() -> None:
    """Have the program that is started next bound by the modes of files, also as root: for `preexec_fn`."""
    if sys.platform == "linux" and os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        for each in _OVERRIDES:
            if libc.prctl(_DROP, each, 0, 0, 0):
                raise OSError(ctypes.get_errno(), "a capability is kept")
