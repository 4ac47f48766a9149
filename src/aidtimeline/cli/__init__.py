"""The command line: data on stdout, messages on stderr; exit code 0 fine, 1 problems found, 2 wrong use.

`application` turns every failure into a message and an exit code; `printing` is the one place that prints; `options`
are the options that commands share, and `asking` how they ask; `progress` is the bar of long work, `streams` what the
caller has open, `helping` the help under `python -OO`, and `interrupting` what Ctrl-C leaves; `questions`,
`explaining`, `recording`, `sealing`, `importing`, `caching` and `shells` are the
commands. `aidtimeline.report` lays out what they print. The commands are described in docs/commands.md.
"""

from __future__ import annotations

import gc

from aidtimeline.cli import printing
from aidtimeline.cli.application import application
from aidtimeline.cli.streams import keep_from_files

__all__ = ["application", "main"]


def main() -> None:
    """Run the command line on this process's arguments, and exit."""
    # A command makes millions of values that live until it ends, and hardly a cycle: to search them again and again for
    # garbage takes longer the more there are. What dies young is still found.
    gc.set_threshold(100_000, 50, 1000)
    keep_from_files()
    printing.guard()
    application(prog_name="aidtimeline")
