"""The application that every command belongs to: an error that a user can cause is one message and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import click

from aidtimeline.cli import printing
from aidtimeline.cli.printing import failed, note
from aidtimeline.cli.progress import bar
from aidtimeline.errors import AidtimelineError, DataError, LogError, UnreadableLog, UsageError
from aidtimeline.version import __version__

COMPLETE = "_AIDTIMELINE_COMPLETE"
"""The environment variable by which a shell asks for completions."""

FINE, PROBLEMS, WRONG_USE, INTERRUPTED = 0, 1, 2, 130

#: The module of each command, loaded when the command is used: start-up pays for one command, not for all.
MODULES = {
    "as-of": "questions",
    "cache": "caching",
    "check": "recording",
    "cite": "citations",
    "completion": "shells",
    "correct": "amending",
    "corroborate": "amending",
    "counts": "questions",
    "diff": "questions",
    "example": "examples",
    "export": "exporting",
    "explain": "explaining",
    "facts": "questions",
    "flows": "questions",
    "fulfilment": "questions",
    "levels": "questions",
    "import": "importing",
    "merge": "sealing",
    "money": "questions",
    "participation": "questions",
    "plot": "plotting",
    "projects": "questions",
    "record": "recording",
    "retract": "amending",
    "report": "publishing",
    "seal": "sealing",
    "series": "questions",
    "set-aside": "sealing",
    "sources": "addresses",
    "sql": "analysing",
    "template": "templates",
    "watch": "watching",
    "verify": "citations",
}


class Application(click.Group):
    """A click group that ends with the exit codes above, and without a traceback for errors that a user can cause."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return list(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command with a name, once its module is loaded; None if there is none."""
        if cmd_name in MODULES:
            import_module(f"aidtimeline.cli.{MODULES[cmd_name]}")
        found = super().get_command(ctx, cmd_name)
        return found if found is None or sys.flags.optimize < 2 else _helping().with_help(found)

    def invoke(self, ctx: click.Context) -> Any:
        """As click's `invoke`; Ctrl-C, after which click writes an empty line, is an exception of our own."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise Interrupted from None
        except RuntimeError as error:  # Python 3.11 hides a Ctrl-C so where a class is made
            if isinstance(error.__cause__, KeyboardInterrupt):
                raise Interrupted from None
            raise
        finally:
            bar.clear()

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """As click's `main`, but with messages and exit codes of its own if a command fails."""
        printing.take_any_text()
        if sys.flags.optimize >= 2:
            _helping().with_help(self)
        if COMPLETE in os.environ:
            import_module("aidtimeline.cli.shells")
        try:
            sys.exit(super().main(args, prog_name, complete_var, standalone_mode=False, **extra))
        except click.UsageError as error:
            path = error.ctx.command_path if error.ctx else "aidtimeline"
            failed(path, f"{error.format_message().rstrip('.')} (see '{path} --help')")
            sys.exit(WRONG_USE)
        except click.ClickException as error:
            failed("aidtimeline", error.format_message())
            sys.exit(error.exit_code)
        except (click.Abort, KeyboardInterrupt):
            failed("aidtimeline", "interrupted")
            sys.exit(INTERRUPTED)
        except Interrupted as interrupted:
            failed("aidtimeline", f"interrupted{interrupted}")
            sys.exit(INTERRUPTED)
        except DataError as error:
            for problem in error.problems:
                note(str(problem))
            failed("aidtimeline", _without_problems(error))
            sys.exit(WRONG_USE if isinstance(error, LogError | UsageError) else PROBLEMS)
        except AidtimelineError as error:
            failed("aidtimeline", str(error))
            sys.exit(WRONG_USE)
        except OSError as error:
            failed("aidtimeline", f"{error.filename or 'output'}: {error.strerror or error}")
            if error.filename is None:
                printing.give_up()
            sys.exit(PROBLEMS)


def _helping() -> Any:
    """What finds the help that Python was told to leave out: hardly ever needed, and slow to load."""
    return import_module("aidtimeline.cli.helping")


class Interrupted(BaseException):
    """A command was interrupted by Ctrl-C; its text follows the word."""


@click.group(
    name="aidtimeline",
    cls=Application,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: aidtimeline as-of 2023-11-28",
)
@click.option(
    "--log",
    "folder",
    metavar="DIR",
    envvar="AIDTIMELINE_LOG",
    default="events",
    help="The folder of the log. Default: $AIDTIMELINE_LOG, else events.",
)
@click.version_option(__version__, message="aidtimeline %(version)s")
@click.pass_context
def application(context: click.Context, folder: str) -> None:
    """What was promised, delivered and known of international aid, as of any date."""
    context.obj = folder
    if context.invoked_subcommand is None:
        for line in context.get_help().split("\n"):
            note(line)
        context.exit(WRONG_USE)


def command(name: str, example: str) -> Callable[[Callable[..., Any]], click.Command]:
    """A command of the application, with an example under its help."""
    return application.command(name, epilog=f"Example: {example}")


def _without_problems(error: DataError) -> str:
    """The message of an error, without the problems that it lists, and with the option that may help."""
    message = str(error).splitlines()[0].rstrip(":")
    return f"{message}, or skip these lines with --skip-problems" if isinstance(error, UnreadableLog) else message
