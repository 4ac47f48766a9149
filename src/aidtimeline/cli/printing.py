"""The one place that prints: nothing else of this library writes to stdout or stderr.

| what | to a terminal | to a pipe or a file |
|---|---|---|
| `show`, `note`, `failed`: lines for people | what hides or acts is made visible | the same, without colours |
| `hand`: data for programs | what hides or acts is made visible, but for line ends | to the letter |
| `draw`: the bar of long work | as lines, each over the one before | nothing |
| all else, by `guard`: help, completions, warnings, bugs | as data | to the letter |

`aidtimeline.text.safe` says what hides or acts.
"""

from __future__ import annotations

import contextlib
import io
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TextIO, cast

import click

from aidtimeline.errors import UsageError
from aidtimeline.text.colours import Paint, paint_on, unpainted, with_codes
from aidtimeline.text.safe import visible


class Printed(NamedTuple):
    """What is printed: painted lines for people, or data for programs."""

    text: str
    for_people: bool

    @property
    def bare(self) -> str:
        """The text without colours."""
        return unpainted(self.text)


_BEFORE: list[Callable[[], None]] = []
_CAPTURED: list[list[Printed]] = []


def before_printing(do: Callable[[], None]) -> None:
    """Have something done before anything is printed, such as taking a bar away."""
    _BEFORE.append(do)


def show(lines: Iterable[str]) -> None:
    """Print lines on stdout, all at once: a page that fails prints nothing."""
    text = "\n".join(line.replace("\n", "\\n") for line in lines)
    if text:
        again([Printed(f"{text}\n", True)])


def hand(written: str | bytes) -> None:
    """Print what is in a format on stdout; a text gets a line end. Raises `UsageError` for bytes on a terminal."""
    if isinstance(written, str):
        if written:
            again([Printed(f"{written}\n", False)])
    elif is_terminal():
        raise UsageError("this is no text: name a file with --out")
    else:
        click.echo(written, nl=False, file=_under(sys.stdout))


def again(printed: Sequence[Printed]) -> None:
    """Print on stdout, once more, what was captured."""
    if _CAPTURED:
        _CAPTURED[-1].extend(printed)
        return
    for each in printed:
        _put(sys.stdout, each)


def note(message: str) -> None:
    """Print one line on stderr."""
    _put(sys.stderr, _line(message))


def failed(program: str, message: str) -> None:
    """Print on stderr why a command failed, in one line."""
    _put(sys.stderr, _line(paint_on(sys.stderr)("error", f"{program}: {in_one_line(message)}")))


def draw(line: str) -> None:
    """Draw a line over the one before, on stderr, if that is a terminal."""
    if is_terminal(error=True):
        _write(sys.stderr, f"\r{visible(line)}")


def in_one_line(message: str) -> str:
    """A message of several lines as one."""
    return " ".join(message.split("\n"))


def is_terminal(*, error: bool = False) -> bool:
    """Whether stdout, or stderr, is a terminal."""
    stream = sys.stderr if error else sys.stdout
    return stream is not None and stream.isatty()


def encoding_of_messages() -> str:
    """The encoding of stderr."""
    return (None if sys.stderr is None else sys.stderr.encoding) or "ascii"


def paint() -> Paint:
    """How to paint what is shown."""
    return paint_on(sys.stdout)


@contextlib.contextmanager
def captured() -> Iterator[list[Printed]]:
    """What would be printed on stdout within, instead of printing it. `again` prints it."""
    found: list[Printed] = []
    _CAPTURED.append(found)
    try:
        yield found
    finally:
        _CAPTURED.remove(found)


class _Guarded:
    """A stream, of which a terminal gets nothing that hides or acts, whoever writes to it."""

    def __init__(self, under: TextIO) -> None:
        self.under = under

    def write(self, text: str) -> int:
        """Write a text as data is written."""
        _put(self.under, Printed(text, False))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write texts, one after the other."""
        for each in lines:
            self.write(each)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.under, name)


def guard() -> None:
    """Let nothing that hides or acts reach a terminal from this process, whatever prints: also click, and Python."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, _Guarded):
            setattr(sys, name, cast("TextIO", _Guarded(stream)))
    sys.excepthook = traceback.print_exception  # that of Python may paint, and not by our marks


def hush(name: str) -> None:
    """Let a library say nothing but errors, such as matplotlib, which tells where it keeps its fonts."""
    import logging

    logging.getLogger(name).setLevel(logging.ERROR)


def take_any_text() -> None:
    """Have a terminal that cannot show a character get its number, instead of failing."""
    for stream in (_under(sys.stdout), _under(sys.stderr)):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def give_up() -> None:
    """Do not try again, on the way out, to write what stdout would not take."""
    sys.stdout = io.StringIO()


def _under(stream: TextIO | None) -> TextIO | None:
    return stream.under if isinstance(stream, _Guarded) else stream


def _line(message: str) -> Printed:
    return Printed(message.replace("\n", "\\n") + "\n", True)


def _put(stream: TextIO | None, printed: Printed) -> None:
    for do in _BEFORE:
        do()
    under = _under(stream)
    if under is not None:
        clean = visible if printed.for_people or under.isatty() else str
        _write(under, with_codes(printed.text, clean))


def _write(stream: TextIO | None, text: str) -> None:
    click.echo(text, nl=False, file=_under(stream), color=True)
