"""Tables as CSV: delimiters, quotes, encodings, and what never ends."""

from __future__ import annotations

import codecs
import csv
import io
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from tablefiles import cells, writer

from aidtimeline.errors import UnreadableFile, UsageError
from aidtimeline.formats.reading import plaintext
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.sheets import rows


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., File]:
    """A function that writes a file and gives it back."""
    return writer(tmp_path)


@pytest.mark.parametrize("delimiter", plaintext.DELIMITERS)
def test_the_delimiter_is_the_one_of_the_header(delimiter: str, written: Callable[..., File]) -> None:
    """What stands most often in the header, outside quotes, separates; other marks are text."""
    header = delimiter.join(["item", '"a;b,c|d\te;f,g|h\ti;j,k|l\tm"', "n"])
    row = delimiter.join(["truck", '"x,y;z"', "1"])
    (found,) = cells(written(f"{header}\n{row}\n"))
    assert list(found.values()) == ["truck", "x,y;z", "1"]


def test_quoted_cells_may_span_lines_of_any_kind(written: Callable[..., File]) -> None:
    """A row is numbered by the line on which it begins, whatever ends the lines."""
    for end in ("\n", "\r\n", "\r"):
        found = list(rows(written(f'a,b{end}1,"x{end}y ""z"""{end}{end}2,3')))
        assert [(row.number, row.cells["b"]) for row in found] == [(2, f'x{end}y "z"'), (5, "3")]


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ('a,b\n1,2\n3,"never closed\n4,5\n', 3, "unexpected end of data.*quotation mark"),
        ('a,b\n1,"x"y\n', 2, "expected after.*quotation mark"),
        ("a,b\n1,2\n\x00,4\n", 3, "NUL.*--encoding"),
        (b"a,b\n1,2\n\xe9t\xe9,4\n", 3, "not text in UTF-8.*--encoding"),
        (b"a,b\n" + b"1,2\n" * 9999 + b"\xff,4\n", 10001, "not text in UTF-8"),
        ("a,b\n1,2".encode("utf-16"), None, "text in UTF-16.*--encoding utf-16"),
        ("a,b\n1,2".encode("utf-16-le"), 1, "NUL.*--encoding"),
        ("," * plaintext.MAX_COLUMNS, 1, "more than 16,384 cells"),
        ('a\n"' + "x" * 200_000, 2, "field larger than field limit"),
    ],
)
def test_faulty_text_is_refused_with_its_line(
    content: str | bytes, line: int | None, message: str, written: Callable[..., File]
) -> None:
    """What is wrong with the text as a whole names the line, and what to do."""
    with pytest.raises(UnreadableFile, match=message) as error:
        list(rows(written(content)))
    assert error.value.problems[0].line == line


def test_lines_and_rows_that_never_end_are_refused(
    written: Callable[..., File], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No line and no row grows beyond all bounds."""
    monkeypatch.setattr(plaintext, "MAX_ROW", 100)
    with pytest.raises(UnreadableFile, match="a line of more than 100 characters"):
        list(rows(written("a\n" + "x" * 101)))
    with pytest.raises(UnreadableFile, match="a row of more than 100 characters"):
        list(rows(written("a\n1\n" + '"x\n",' * 30)))
    assert len(cells(written("a\n" + '"x\ny"\n' * 30))) == 30


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_the_encoding_may_be_said(encoding: str, written: Callable[..., File]) -> None:
    """Text in whatever encoding the user names, with a mark at its beginning or without, CSV and JSON Lines."""
    text = written("día,b\r\nñ,2\r\n".encode(encoding), encoding=encoding)
    assert cells(text) == [{"día": "ñ", "b": "2"}]
    objects = written('{"día":"ñ"}\n'.encode(encoding), encoding=encoding)
    if encoding != "utf-8-sig":  # the mark makes them one text with CSV
        assert cells(objects) == [{"día": "ñ"}]


NO_TEXT = ["hex", "base64", "rot13", "bz2", "zlib", "uu", "quopri", "idna", "punycode", "undefined", "mbcs", "charmap"]


@pytest.mark.parametrize("encoding", ["latin-99", *NO_TEXT, "a\0b", "", "a\x1bb", "\ud800"])
def test_an_unknown_encoding_is_wrong_use(encoding: str, written: Callable[..., File]) -> None:
    """An unknown encoding, or one that gives no text, is the user's to mend, not the file's; it is said in one line."""
    with pytest.raises(UsageError, match="unknown encoding") as error:
        list(rows(written("a\n1", encoding=encoding)))
    assert str(error.value).isprintable()


@pytest.mark.parametrize(
    ("encoding", "near"), [("unicode_escape", "latin-1"), ("raw-unicode-escape", "latin-1"), ("utf9", "utf8")]
)
def test_the_nearest_encoding_is_named(encoding: str, near: str) -> None:
    """Of one that is misspelt, and of those of texts in programs."""
    with pytest.raises(UsageError, match=f"did you mean {near}"):
        File(path=Path("x"), encoding=encoding)


def test_every_encoding_that_makes_text_is_taken() -> None:
    """All codecs of Python that are for files of text, under all their names."""
    from encodings.aliases import aliases

    names = set(aliases) | set(aliases.values())
    taken = set()
    for name in names:
        try:
            "a".encode(name)
            assert File(path=Path("x"), encoding=name).encoding == name
            taken.add(name)
        except (LookupError, TypeError, UsageError):
            continue
    left = {codecs.lookup(name).name.replace("_", "-") for name in names - taken if is_there(name)}
    assert left == {"base64", "bz2", "hex", "quopri", "rot-13", "uu", "zlib"}
    assert len(taken) > 300


def is_there(name: str) -> bool:
    try:
        return bool(codecs.lookup(name))
    except LookupError:  # of another system
        return False


def test_an_encoding_that_does_not_fit_names_the_line(written: Callable[..., File]) -> None:
    """The named encoding is held to as strictly as the default."""
    with pytest.raises(UnreadableFile, match=r":2: .*not text in ASCII"):
        list(rows(written("a\né\n", encoding="ascii")))
    with pytest.raises(UnreadableFile, match="not text in UTF-16"):
        list(rows(written("a\nb\n", encoding="utf-16")))


def plain_texts(**how: Any) -> st.SearchStrategy[str]:
    return st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), max_size=12, **how).map(str.strip)


@given(st.lists(st.lists(plain_texts(), min_size=3, max_size=3), max_size=8), st.sampled_from(plaintext.DELIMITERS))
def test_what_is_written_as_csv_is_read(table: list[list[str]], delimiter: str) -> None:
    """Any texts, written by the standard library, come back, but for rows that are empty."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([["a", "b", "c"], *table])

    class Held(File):
        def open(self) -> Any:
            return io.BytesIO(out.getvalue().encode())

    found = [list(row.cells.values()) for row in rows(Held(path="t.csv"))]
    assert found == [row for row in table if any(row)]


def test_csv_of_any_length_is_read_in_steady_memory(tmp_path: Path) -> None:
    """A table many times larger than what is held of it: memory does not grow with the rows."""
    path = tmp_path / "long.csv"
    peaks = []
    for count in (5_000, 50_000):
        with path.open("w") as out:
            out.write("id,item,number\n")
            out.writelines(f"{number},truck {number},{number % 7}\n" for number in range(count))
        tracemalloc.start()
        assert sum(int(row.cells["number"]) for row in rows(File(path=path))) == sum(n % 7 for n in range(count))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 2**18 < 2**20
