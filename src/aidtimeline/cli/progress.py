"""A bar on a terminal that shows how far long work has come. It is on stderr, and nothing of it stays."""

from __future__ import annotations

import shutil
import time

from attrs import define

from aidtimeline.cli import printing

SHOWN_AFTER = 1.0
"""How long work takes, in seconds, before the bar appears."""
AGAIN_AFTER = 0.1
"""How long a bar stands, in seconds, before it is drawn anew."""
LONGEST = 40
"""How many characters the bar itself has at most."""


@define
class Bar:
    """The bar of this process, as an `aidtimeline.text.progress.Progress`.

    It appears if stderr is a terminal and the work, which may have several steps, takes longer than `SHOWN_AFTER`.
    `clear` takes it away: before anything else is written, and at the end.
    """

    _began: float | None = None
    _drawn: float = 0.0
    _shown: int = 0
    """How many characters stand on the terminal."""

    def __call__(self, doing: str, done: int, of: int | None) -> None:
        """Draw the bar, if it is time to."""
        now = time.monotonic()
        if self._began is None:
            self._began = now
        if now - self._began >= SHOWN_AFTER and now - self._drawn >= AGAIN_AFTER and printing.is_terminal(error=True):
            self._drawn = now
            self._write(line(doing, done, of, shutil.get_terminal_size().columns - 1, blocks=_has_blocks()))

    def clear(self) -> None:
        """Take the bar away. The next one appears after work that is as long again."""
        if self._shown:
            self._write("")
            printing.draw("")
        self._began, self._drawn = None, 0.0

    def _write(self, text: str) -> None:
        printing.draw(text.ljust(self._shown))
        self._shown = len(text)


bar = Bar()
printing.before_printing(bar.clear)


def line(doing: str, done: int, of: int | None, width: int, *, blocks: bool) -> str:
    """What is being done as one line: with a bar and its share if it is known of how much, else with a number.

    >>> line("reading", 3, 4, 24, blocks=True), line("reading", 1500, None, 24, blocks=True)
    ('reading ███████░░░  75 %', 'reading 1,500')
    """
    if not of:
        return f"{doing} {done:,}"[:width]
    share = min(done / of, 1.0)
    percent = f"{int(share * 100):3} %"
    room = min(width - len(doing) - len(percent) - 2, LONGEST)
    if room < 1:
        return f"{doing} {percent}"[:width]
    full = int(share * room)
    whole, empty = ("█", "░") if blocks else ("#", ".")
    return f"{doing} {whole * full}{empty * (room - full)} {percent}"


def _has_blocks() -> bool:
    try:
        "█░".encode(printing.encoding_of_messages())
    except (LookupError, UnicodeEncodeError):
        return False
    return True
