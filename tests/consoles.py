"""Console examples of pages: what is typed into a shell, and what it prints on a terminal of 100 columns.

A command of aidtimeline alone, with or without a here-document, is run by a process that is forked from one that has
loaded the program: its start takes most of the time of a small example. All else is run by the shell.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

WIDTH = 100
BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^\$ .*\n(?:> .*\n)*", re.MULTILINE)

_HERE = re.compile(r"(?P<command>[^\n]*) <<'END'\n(?P<input>.*\n)?END\n", re.DOTALL)
_OPERATORS = "|&;<>()"
_EXPANDED = re.compile(r"[$`*?\[\\~#]")
_QUOTED = re.compile(r"'[^']*'")


class Console:
    """A shell in a folder, in which `aidtimeline` and `python3` are those of this process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        python = shlex.quote(sys.executable)
        for name, start in (
            ("aidtimeline", f"{python} -c 'from aidtimeline.cli import main; main()'"),
            ("python3", python),
        ):
            program = folder / name
            program.write_text(f'#!/bin/sh\nexec {start} "$@"\n')
            program.chmod(0o755)
        self.environment = {
            **os.environ,
            "COLUMNS": str(WIDTH),
            "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
            "PYTHONIOENCODING": "utf-8",
        }
        self.environment.pop("AIDTIMELINE_LOG", None)

    def run(self, typed: str) -> str:
        """What is typed, with its prompts, and what it prints."""
        lines = typed.removeprefix("$ ").replace("\n> ", "\n")
        alone = command_alone(lines)
        return typed + (self.by_shell(lines) if alone is None else self.by_fork(*alone))

    def by_shell(self, lines: str) -> str:
        """What a shell prints."""
        done = subprocess.run(
            ["/bin/sh", "-c", lines],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            encoding="utf-8",
        )
        return done.stdout

    def by_fork(self, arguments: Sequence[str], given: str) -> str:
        """What the program prints for these arguments and this stdin."""
        request = {"arguments": arguments, "input": given, "folder": str(self.folder), "environment": self.environment}
        server = _server()
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(json.dumps(request).encode() + b"\n")
        server.stdin.flush()
        answer = server.stdout.readline()
        assert answer, "the process that forks is gone"
        printed: str = json.loads(answer)
        return printed


def command_alone(lines: str) -> tuple[list[str], str] | None:
    """The arguments and the stdin of a command of aidtimeline of which a shell would only split the words."""
    here = _HERE.fullmatch(lines)
    command, given = (lines, "") if here is None else (here["command"], here["input"] or "")
    if "\n" in command.rstrip("\n") or _EXPANDED.search(_QUOTED.sub("", command)):
        return None
    reader = shlex.shlex(command, posix=True, punctuation_chars=_OPERATORS)
    reader.whitespace_split = True
    words = list(reader)
    if words[:1] != ["aidtimeline"] or any(set(word) <= set(_OPERATORS) for word in words if word):
        return None
    return words[1:], given


@functools.cache
def _server() -> subprocess.Popen[bytes]:
    """The process that is forked for each command. It ends with its stdin."""
    program = Path(__file__).with_name("forking.py")
    server = subprocess.Popen([sys.executable, str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    atexit.register(server.communicate)
    return server
