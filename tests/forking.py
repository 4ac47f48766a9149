"""A process that has loaded the program, and is forked for each command that it reads, a line of JSON, from stdin."""

from __future__ import annotations

import atexit
import gc
import json
import os
import sys
import tempfile
from importlib import import_module
from typing import Any, NoReturn, cast

LOADED = ("recording", "amending", "questions", "explaining", "sealing", "importing")
"""The modules of commands that examples use most."""


def answer(request: dict[str, Any]) -> str:
    """What the program prints on stdout and stderr, in the order in which it does."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as printed:
        given.write(request["input"].encode())
        given.seek(0)
        child = os.fork()
        if child == 0:
            become(request, given.fileno(), printed.fileno())
        os.waitpid(child, 0)
        printed.seek(0)
        return printed.read().decode()


def become(request: dict[str, Any], given: int, printed: int) -> NoReturn:
    """Be the program that was started with these arguments, in this environment."""
    from aidtimeline.cli import main

    for number, (here, mode) in enumerate([(given, "r"), (printed, "w"), (printed, "w")]):
        os.dup2(here, number)
        stream = open(number, mode, encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115
        setattr(sys, ("stdin", "stdout", "stderr")[number], stream)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = ["aidtimeline", *request["arguments"]]
    try:
        main()
    except SystemExit:
        pass
    except BaseException:  # noqa: BLE001  (as Python does)
        sys.excepthook(*cast(Any, sys.exc_info()))
    finally:  # without the search for garbage with which Python ends, which takes longer than all the rest
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(0)


if __name__ == "__main__":
    for module in LOADED:
        import_module(f"aidtimeline.cli.{module}")
    for module in ("timeline", "codec.strict"):
        import_module(f"aidtimeline.{module}")
    gc.freeze()
    for line in iter(sys.stdin.buffer.readline, b""):
        os.write(1, json.dumps(answer(json.loads(line))).encode() + b"\n")
