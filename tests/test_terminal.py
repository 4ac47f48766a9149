"""The terminal: pages fit its width, colours only where they are wanted."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner
from hypothesis import given, strategies as st

from aidtimeline.cli import application
from aidtimeline.testing.strategies import repeatable
from aidtimeline.text.colours import coloured, paint_on, plain
from aidtimeline.text.tables import Column, cells_wide, table

pty = pytest.importorskip("pty", reason="there are no pseudo-terminals")

WIDTHS = (40, 60, 80, 120)
QUESTIONS = [
    "as-of 2024-07-31",
    "counts --by item --by donor --by recipient",
    "money --by donor",
    "projects",
    "participation",
    "fulfilment --matches",
    "levels",
    "facts",
    "series",
    "series --every quarter",
    "explain --where item=mechanical-demining-machine",
    "explain --level --where item=mine-detector --where donor=JP",
    "diff --from-as-of 2023-01-01",
    "diff --fulfilment --from-as-of 2023-01-01",
    "check",
    "sources",
]
NOTED = "overlap counts disputed truck"


def fits(line: str, width: int) -> bool:
    """Whether a line has room, or ends in an address, or has no place to be broken at but behind its margin."""
    words = line.split()
    return cells_wide(line) <= width or len(words) == 1 or "://" in words[-1]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("words", QUESTIONS)
def test_pages_fit_the_terminal(monkeypatch: pytest.MonkeyPatch, words: str, width: int) -> None:
    """Of the record, whatever is asked."""
    monkeypatch.setenv("COLUMNS", str(width))
    result = CliRunner().invoke(application, words.split())
    assert result.exit_code == 0
    assert [line for line in result.stdout.splitlines() if not fits(line, width)] == []


TEXTS = st.text("ab 地-", max_size=30).map(lambda text: " ".join(text.split()))
COLUMNS = st.builds(Column, TEXTS, st.sampled_from(["left", "right"]), st.booleans(), st.booleans())


@repeatable(150)
@given(st.data(), st.lists(COLUMNS, min_size=1, max_size=6), st.integers(20, 90))
def test_a_table_fits_and_loses_nothing(data: st.DataObject, columns: list[Column], width: int) -> None:
    """Where its words and numbers have room; every word of columns that are not optional is there, in order."""
    rows = data.draw(st.lists(st.tuples(*(TEXTS for _ in columns)), min_size=1, max_size=4))
    lines = list(table(columns, rows, width))
    assert [line for line in lines if not fits(line, width)] == []
    found = " ".join(lines)
    for row in rows:
        for column, text in zip(columns, row, strict=True):
            assert column.optional or all(word in found for word in text.split())


def terminal(*words: str, **env: str) -> tuple[str, str]:
    """What a command writes to a terminal, and what to stderr, which is another."""
    read = []
    ours, theirs = zip(*(pty.openpty() for _ in range(2)), strict=True)
    code = "from aidtimeline.cli import main; main()"
    environment = {"PATH": os.environ["PATH"], "TERM": "xterm", "PYTHONIOENCODING": "utf-8", **env}
    environment |= {name: os.environ[name] for name in ("PYTHONPATH", "HOME") if name in os.environ}
    with subprocess.Popen([sys.executable, "-c", code, *words], stdout=theirs[0], stderr=theirs[1], env=environment):
        for each in theirs:
            os.close(each)
        for each in ours:
            written = b""
            try:
                while block := os.read(each, 4096):
                    written += block
            except OSError:  # how a pseudo-terminal ends
                pass
            os.close(each)
            read.append(written.decode().replace("\r\n", "\n"))
    return read[0], read[1]


def test_few_things_have_colours_on_a_terminal() -> None:
    """Dates and heads are dim, a dispute is yellow, an error is red; and the text is the same without."""
    words = ["counts", "--as-of", "2024-07-31", "--where", "item=mechanical-demining-machine"]
    page, _ = terminal(*words)
    assert "\x1b[33mdisputed\x1b[0m" in page
    assert "\x1b[2mas of 31 Jul 2024" in page
    assert "\x1b[2mitem" in page
    assert "\x1b[33mdisputed\x1b[0m: " not in page
    bare, _ = terminal(*words, NO_COLOR="1")
    codes = ("\x1b[33m", "\x1b[2m", "\x1b[0m")
    for code in codes:
        page = page.replace(code, "")
    assert page == bare
    _, error = terminal("counts", "--where", "item=truk")
    assert error == "\x1b[31maidtimeline: no item is 'truk'; did you mean truck?\x1b[0m\n"


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_colours_where_nobody_wants_them(env: dict[str, str]) -> None:
    """NO_COLOR, and a terminal that says it can not."""
    assert all("\x1b" not in each for each in terminal("counts", **env))
    assert "\x1b" not in terminal("counts", "--where", "item=truk", **env)[1]


def test_no_colours_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor in a file. An empty NO_COLOR says nothing."""
    result = CliRunner().invoke(application, ["counts"])
    assert "\x1b" not in result.output
    assert paint_on(None) is plain

    class Terminal:
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "")
    assert paint_on(Terminal()) is coloured  # type: ignore[arg-type]


def test_the_version() -> None:
    """It is that of the package."""
    result = CliRunner().invoke(application, ["--version"])
    assert (result.exit_code, result.stdout) == (0, "aidtimeline 0.1.0\n")
