"""The one place that prints: nothing else does, and nothing that hides or acts comes out of it on a terminal."""

from __future__ import annotations

import ast
import io
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

import aidtimeline
from aidtimeline.cli import printing
from aidtimeline.errors import UsageError
from aidtimeline.text.colours import painted, unpainted, with_codes
from aidtimeline.text.foreign import one_line
from aidtimeline.text.safe import JOINERS, MOST_STACKED, hidden, printable, visible

ROOT = Path(aidtimeline.__file__).parent
ONE_PLACE = ROOT / "cli" / "printing.py"
PRINTS = {
    "click": {"echo", "secho", "echo_via_pager", "progressbar", "prompt", "confirm", "pause", "clear", "edit"},
    "sys": {"stdout", "stderr", "__stdout__", "__stderr__", "displayhook", "excepthook"},
    "traceback": {"print_exc", "print_exception", "print_last", "print_stack", "print_tb", "print_list"},
    "os": {"write", "writev", "system", "popen"},
}
"""What prints, by the module that has it."""
PRINTING_MODULES = {"logging", "pprint", "getpass", "faulthandler", "subprocess", "curses"}


def printing_in(tree: ast.Module) -> Iterator[str]:
    """What a module prints with. To ask whether stdout is there, or a terminal, prints nothing."""
    asked = set()
    for each in ast.walk(tree):
        if isinstance(each, ast.Attribute) and each.attr == "isatty":
            asked.add(each.value)
        elif isinstance(each, ast.Compare) and isinstance(each.ops[0], ast.Is | ast.IsNot):
            asked.add(each.left)
    for each in ast.walk(tree):
        if isinstance(each, ast.Name) and each.id in ("print", "input", "breakpoint"):
            yield each.id
        elif isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name):
            if each.attr in PRINTS.get(each.value.id, ()) and each not in asked:
                yield f"{each.value.id}.{each.attr}"
        elif isinstance(each, ast.ImportFrom) and each.module in PRINTS:
            yield from (f"{each.module}.{name.name}" for name in each.names if name.name in PRINTS[each.module])
        elif isinstance(each, ast.Import | ast.ImportFrom):
            names = [each.module or ""] if isinstance(each, ast.ImportFrom) else [name.name for name in each.names]
            yield from PRINTING_MODULES.intersection(name.split(".")[0] for name in names)


def test_nothing_else_prints() -> None:
    """No module writes to stdout or stderr by itself; two modules write to files of the log that they have opened.

    And one asks git, whose output it takes.
    """
    found = {
        str(path.relative_to(ROOT)): used
        for path in ROOT.rglob("*.py")
        if path != ONE_PLACE and (used := set(printing_in(ast.parse(path.read_text(encoding="utf-8")))))
    }
    for path in ("log/disk.py", "log/indexfile.py"):
        assert found.pop(path) == {"os.write"}
    assert found.pop("formats/importing/several.py") == {"subprocess"}
    assert found == {}


@pytest.mark.parametrize(
    "code",
    [
        *("print(1)", "click.echo(1)", "click.secho(1)", "sys.stdout.write('')", "sys.stderr.buffer", "x = sys.stdout"),
        *("from sys import stderr", "from click import echo", "import logging", "os.write(1, b'')", "print"),
        *("traceback.print_exc()", "import subprocess", "sys.stdout is None or sys.stdout.write('')"),
    ],
)
def test_what_prints_is_found(code: str) -> None:
    """However it is written."""
    assert list(printing_in(ast.parse(code)))


TEXTS = st.text(
    st.one_of(
        st.characters(), st.sampled_from("\x1b\x9b\x07\r\n\b\u202e\u2066\u200f\u061c\u2028\u2029\ud800\u200d\u0301")
    )
)


@given(TEXTS)
def test_what_is_printable_has_nothing_that_hides_or_acts(text: str) -> None:
    """And stays as it is, however often it is made so."""
    found = printable(text)
    assert not any(map(hidden, found))
    assert all(unicodedata.category(each) not in ("Cc", "Cs", "Zl", "Zp") for each in found)
    assert all(unicodedata.category(each) != "Cf" or each in JOINERS for each in found)
    assert printable(found) == found
    assert visible(text).split("\n") == list(map(printable, text.split("\n")))
    assert one_line(printable(text)) == " ".join(printable(text).split())


BIDIRECTIONAL = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"


@pytest.mark.parametrize(
    "each", [*map(chr, range(32)), *map(chr, range(127, 160)), *BIDIRECTIONAL, *"\u2028\u2029\ufeff\ud800\udc9b"]
)
def test_all_that_acts_is_hidden(each: str) -> None:
    """C0, DEL, C1, marks of direction, ends of lines and paragraphs: a terminal sees their numbers, a file nothing."""
    assert hidden(each)
    assert printable(f"a{each}b").isascii()
    assert printable(f"a{each}b").startswith("a\\")
    assert one_line(f"a{each}b") in ("ab", "a b")


@pytest.mark.parametrize("text", ["a\xa0%", "地\u3000雷", "می\u200cخواهم", "👩\u200d🚒", "שָׁלוֹם", "ก็ได้", "\U0001fae8"])
def test_what_hides_nothing_stays(text: str) -> None:
    """Spaces of any width, what joins letters, marks on letters, and characters that are new."""
    assert printable(text) == text


def test_marks_are_stacked_as_high_as_scripts_need() -> None:
    """What is above that is made visible."""
    assert printable("e" + "\u0301" * MOST_STACKED) == "e" + "\u0301" * MOST_STACKED
    assert printable("e" + "\u0301" * (MOST_STACKED + 2)) == "e" + "\u0301" * MOST_STACKED + "\\u0301" * 2
    assert printable("x" + "\u3164" * 500).count("\u3164") == MOST_STACKED


@given(TEXTS, TEXTS)
def test_only_our_own_codes_are_codes(before: str, text: str) -> None:
    """A text that looks like a code, or like a mark with a code, is none."""
    code = "\x1b[31m\ufdd031\ufdd1"
    assert "\x1b" not in with_codes(before + code, printable)
    found = with_codes(before + painted("error", f"x{text}{code}"), printable)
    assert found == f"{printable(before)}\x1b[31m{printable(f'x{text}{code}')}\x1b[0m"
    assert unpainted(painted("doubt", text)) == text


class Terminal(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


HOSTILE = "a\x1b]0;t\x07\x9b31m\u202e\rb"
VISIBLE = r"a\x1b]0;t\x07\x9b31m\u202e\rb"


@pytest.mark.parametrize("stream", [Terminal, io.StringIO])
def test_lines_and_data(monkeypatch: pytest.MonkeyPatch, stream: type[io.StringIO]) -> None:
    """Lines are made visible everywhere, and each is one; data on a terminal only, but for its line ends."""
    stdout, stderr = stream(), stream()
    monkeypatch.setattr(sys, "stdout", stdout)
    monkeypatch.setattr(sys, "stderr", stderr)
    monkeypatch.setenv("NO_COLOR", "1")
    printing.show([HOSTILE, f"{HOSTILE}\n"])
    printing.hand(f"{HOSTILE}\n{HOSTILE}")
    printing.note(f"{HOSTILE}\n")
    printing.failed("it", f"{HOSTILE}\n{HOSTILE}")
    data = VISIBLE if stream is Terminal else HOSTILE
    assert stdout.getvalue() == f"{VISIBLE}\n{VISIBLE}\\n\n{data}\n{data}\n"
    assert stderr.getvalue() == f"{VISIBLE}\\n\nit: {VISIBLE} {VISIBLE}\n"


def test_bytes_are_not_for_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A workbook, a picture."""
    monkeypatch.setattr(sys, "stdout", Terminal())
    with pytest.raises(UsageError, match="--out"):
        printing.hand(b"PK")


def test_nobody_gets_past_the_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    """What prints by itself, such as Python, click and other libraries, prints as data is printed."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    for stream, expected in ((Terminal(), VISIBLE), (io.StringIO(), HOSTILE)):
        for name in ("stdout", "stderr"):
            monkeypatch.setattr(sys, name, stream)
        printing.guard()
        printing.guard()
        print(HOSTILE)  # noqa: T201
        print(HOSTILE, file=sys.stderr)  # noqa: T201
        sys.stdout.writelines([HOSTILE, "\n"])
        assert stream.getvalue() == f"{expected}\n" * 3
        try:
            raise ValueError(HOSTILE)
        except ValueError as error:
            sys.excepthook(type(error), error, error.__traceback__)
        assert f"ValueError: {expected}\n" in stream.getvalue()


def test_what_is_captured_is_printed_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it would have been at once."""
    stdout = Terminal()
    monkeypatch.setattr(sys, "stdout", stdout)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    with printing.captured() as printed:
        printing.show([printing.paint()("doubt", HOSTILE)])
        printing.hand(HOSTILE)
    assert stdout.getvalue() == ""
    assert [each.bare for each in printed] == [f"{HOSTILE}\n"] * 2
    printing.again(printed)
    assert stdout.getvalue() == f"\x1b[33m{VISIBLE}\x1b[0m\n{VISIBLE}\n"


def test_without_stdout_nothing_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller may have closed it."""
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    printing.guard()
    printing.take_any_text()
    printing.show(["a"])
    printing.hand("a")
    printing.note("a")
    printing.draw("a")
