"""The terminal: pages fit its width, colours only where they are wanted."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, strategies as st

from aidtimeline import EventLog
from aidtimeline.cli import application, values
from aidtimeline.events import Record
from aidtimeline.testing.strategies import repeatable
from aidtimeline.text.colours import paint_on, painted, plain
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
CODE = "from aidtimeline.cli import main; main()"


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
    environment = {"PATH": os.environ["PATH"], "TERM": "xterm", "PYTHONIOENCODING": "utf-8", **env}
    environment |= {name: os.environ[name] for name in ("PYTHONPATH", "HOME") if name in os.environ}
    with subprocess.Popen([sys.executable, "-c", CODE, *words], stdout=theirs[0], stderr=theirs[1], env=environment):
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
    assert paint_on(Terminal()) is painted  # type: ignore[arg-type]


def test_the_version() -> None:
    """It is that of the package."""
    result = CliRunner().invoke(application, ["--version"])
    assert (result.exit_code, result.stdout) == (0, "aidtimeline 0.1.0\n")


def completed(*words: str, env: dict[str, str] | None = None) -> list[str]:
    """What bash is told of a line with these words, of which the last one is not complete."""
    environment = {
        "COMP_LINE": f"aidtimeline {' '.join(words)}",
        "COMP_WORDBREAKS": " =:",
        "_AIDTIMELINE_COMPLETE": "bash_complete",
    }
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        env=os.environ | environment | (env or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return [line.removeprefix("plain,") for line in done.stdout.splitlines() if line]


def test_values_are_completed() -> None:
    """Fields, then what the vocabulary and the log know of each; kinds; and the end of the last word alone."""
    assert completed("counts", "--where", "it") == ["item=", "item-category="]
    assert completed("counts", "--where", "item=tr") == ["truck"]
    assert completed("counts", "--where", "item=tr", env={"COMP_WORDBREAKS": " "}) == ["item=truck"]
    assert "hd-capacity" in completed("counts", "--where", "project=")
    assert completed("plot", "counts", "--where", "kind=deli") == ["delivery"]
    assert completed("counts", "--where", "location=Buc") == ["Bucha"]
    assert completed("counts", "--kind", "pl") == ["pledge"]
    assert completed("counts", "--by", "don") == ["donor"]


@pytest.mark.parametrize("text", ["", "no line of a log\n", '{"kind":"delivery","v":1,"id":"0"}\n'])
def test_completion_never_fails(tmp_path: Path, text: str) -> None:
    """Without a log, or with one that cannot be read, there are the fields and what is said of all logs."""
    (tmp_path / "events.jsonl").write_text(text)
    for folder in (tmp_path, tmp_path / "none"):
        env = {"AIDTIMELINE_LOG": str(folder)}
        assert completed("counts", "--where", "item=tr", env=env) == []
        assert completed("counts", "--where", "zzz=", env=env) == []
        assert completed("counts", "--where", "role=lea", env=env) == ["lead"]
    assert completed("--log", "events", "counts", "--where", "item=tru", env=env) == ["truck"]


def test_completion_is_quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a large log only the beginning is read."""
    read = []

    def endless(*_: object, **__: object) -> Iterator[Record]:
        while True:
            read.append(1)
            yield records[0]

    records = list(EventLog("events").read())
    monkeypatch.setattr(EventLog, "read", endless)
    assert "JP" in values.known_values(Path("events"), "party")
    assert 100 <= len(read) <= values.MOST_READ


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
@pytest.mark.parametrize(
    ("begun", "last", "reply"), [("--where item=tru", "tru", "truck"), ("--wh", "--wh", "--where")]
)
def test_bash_gets_the_end_of_its_last_word(tmp_path: Path, begun: str, last: str, reply: str) -> None:
    """The script that `completion bash` prints runs in bash, as it does when TAB is pressed."""
    program = tmp_path / "aidtimeline"
    program.write_text(f"#!/bin/sh\nexec {shlex.quote(sys.executable)} -c '{CODE}' \"$@\"\n")
    program.chmod(0o755)
    line = f"aidtimeline counts {begun}"
    script = f"""
    eval "$(aidtimeline completion bash)"
    COMP_LINE={shlex.quote(line)}; COMP_POINT=${{#COMP_LINE}}; COMP_WORDS=({line.replace("=", " = ")})
    COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
    _aidtimeline_completion aidtimeline {shlex.quote(last)} x
    printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    env = os.environ | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "--norc", "-c", script], env=env, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout.split() == [reply]
