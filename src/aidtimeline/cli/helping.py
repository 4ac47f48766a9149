"""The help of commands: their docstrings, which `python -OO` leaves out of what runs, but not out of the source."""

from __future__ import annotations

import ast
import inspect
import sys
from typing import Any

import click


def with_help(command: click.Command) -> click.Command:
    """A command, and those below it, with the help that it has in the source, if it has lost it."""
    if command.help is None and command.callback is not None:
        command.help = _docstring(inspect.unwrap(command.callback))
        for each in command.commands.values() if isinstance(command, click.Group) else ():
            with_help(each)
    return command


def _docstring(function: Any) -> str | None:
    """The docstring of a function in the source of its module; None if that cannot be read."""
    try:
        tree = ast.parse(inspect.getsource(sys.modules[function.__module__]))
    except (OSError, TypeError):
        return None
    found = (each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef) and each.name == function.__name__)
    return next((ast.get_docstring(each) for each in found), None)
