"""Commands on a real pseudo-terminal: what they write there, to the letter."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

SGR = re.compile("\x1b\\[(?:2|31|32|33)m([^\x1b]*)\x1b\\[0m")
"""A text in one of our colours, and nothing that acts within it."""

DRIVER = """
import importlib, json, os, sys
from aidtimeline.cli import main
from aidtimeline.cli.application import MODULES
for module in set(MODULES.values()):
    importlib.import_module(f"aidtimeline.cli.{module}")
with open(sys.argv[1], encoding="utf-8") as stream:
    runs = json.load(stream)
for before, words in runs["runs"]:
    if (child := os.fork()) == 0:
        sys.argv = ["aidtimeline", *words]
        code = 70
        try:
            exec(before)
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException as error:
            sys.excepthook(type(error), error, error.__traceback__)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.write(1, f"{runs['end']}{code}\\n".encode())
"""
"""Runs many commands, each in a process of its own, which has all modules loaded already."""


class Run(NamedTuple):
    """A command, its exit code, and what it wrote to the terminal."""

    words: Sequence[str]
    code: int
    text: str


def run_all(folder: Path, runs: Sequence[Sequence[str]], *, before: str = "", **env: str) -> list[Run]:
    """What commands write to a terminal that is stdin, stdout and stderr, one after the other, in a folder.

    `before` is done in the process of each command, before it begins. Line ends are `\\n` again.
    """
    end = f"<{os.urandom(8).hex()}>"
    plan = folder.with_name(f"{os.urandom(4).hex()}.json")
    plan.write_text(json.dumps({"end": end, "runs": [(before, list(each)) for each in runs]}), encoding="utf-8")
    parts = on_terminal([sys.executable, "-c", DRIVER, str(plan)], folder, **env).split(end)
    assert len(parts) == len(runs) + 1, parts[-1]
    found = []
    text = parts[0]
    for words, part in zip(runs, parts[1:], strict=True):
        code, _, rest = part.partition("\n")
        found.append(Run(words, int(code), text))
        text = rest
    return found


def on_terminal(command: Sequence[str], folder: Path, *, encoding: str = "utf-8", **env: str) -> str:
    """What a program writes to a terminal of some encoding that is its stdin, stdout and stderr."""
    import pty

    ours, theirs = pty.openpty()
    environment = {"PATH": os.environ["PATH"], "TERM": "xterm", "PYTHONIOENCODING": encoding, "COLUMNS": "400", **env}
    environment |= {name: os.environ[name] for name in ("PYTHONPATH", "HOME") if name in os.environ}
    written = b""
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, env=environment):
        os.close(theirs)
        try:
            while block := os.read(ours, 65536):
                written += block
        except OSError:  # how a pseudo-terminal ends
            pass
        os.close(ours)
    return written.decode(encoding).replace("\r\n", "\n")
