"""XML of any size, and XML that means harm."""

from __future__ import annotations

import gzip
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from aidtimeline.errors import UnreadableFile
from aidtimeline.formats.reading import expat, xml
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.xml import Element, children

KEPT = {
    "list": frozenset({"thing", "text"}),
    "thing": frozenset({"text", "part", "thing"}),
    "part": frozenset({"text"}),
}
TEXTS = frozenset({"text"})


def read(path: Path, text: str | bytes, encoding: str | None = None) -> list[Element]:
    file = path / "file.xml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(children(File(path=file, encoding=encoding), KEPT, TEXTS))


def refused(path: Path, text: str | bytes, encoding: str | None = None) -> tuple[str, int | None]:
    """What the file is refused for, and the line."""
    with pytest.raises(UnreadableFile) as caught:
        read(path, text, encoding)
    [problem] = caught.value.problems
    return problem.message, problem.line


def test_the_root_comes_first_and_then_its_children(tmp_path: Path) -> None:
    """The root without its children, then each child with all that is kept of it, in order, with its line."""
    root, one, two = read(
        tmp_path, '<list a="1">\n<thing n="1"><text>a &amp; b</text></thing>\n\n<thing n="2"/></list>'
    )
    assert (root.tag, root.attributes, list(root.children)) == ("list", {"a": "1"}, [])
    assert [(each.attributes["n"], each.line) for each in (one, two)] == [("1", 2), ("2", 4)]
    assert [each.text for each in one.children] == ["a & b"]


def test_what_is_not_kept_is_skipped_with_all_in_it(tmp_path: Path) -> None:
    """Other elements, those of other namespaces, and texts that are not kept leave no trace."""
    others = '<other><text>no</text></other><x:text>no</x:text><text xmlns="urn:x">no</text>'
    inside = f'{others}<part x:y="1">no<text>yes</text></part>{others}'
    _, thing = read(tmp_path, f'<list xmlns:x="urn:x"><other/><thing>{inside}</thing></list>')
    [part] = thing.children
    assert (part.tag, part.text, part.attributes) == ("part", "", {"urn:x y": "1"})
    assert [each.text for each in part.children] == ["yes"]


def test_a_text_is_its_own_and_not_that_of_what_is_in_it(tmp_path: Path) -> None:
    """CDATA and comments do not part a text; elements within it are skipped."""
    _, text = read(
        tmp_path, "<list><thing><text>a<!-- - --><![CDATA[<b>]]><i>no<text>no</text></i>c</text></thing></list>"
    )
    assert text.children[0].text == "a<b>c"


def test_elements_are_found_by_name(tmp_path: Path) -> None:
    """The first child of a name, all of them, and attributes without space around them."""
    _, thing = read(tmp_path, '<list><thing a=" 1 "><text>1</text><part/><text>2</text></thing></list>')
    first = thing.first("text")
    assert first is not None
    assert (first.text, thing.first("thing"), thing.get("a"), thing.get("b")) == ("1", None, "1", "")
    assert [each.text for each in thing.all("text")] == ["1", "2"]


@pytest.mark.parametrize("size", [1, 7, 64])
def test_blocks_of_any_size_give_the_same(tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ends of blocks do not matter."""
    text = '<?xml version="1.0"?><list>' + "<thing n='ä'><text>ö &lt; ü</text></thing>" * 5 + "</list>"
    monkeypatch.setattr(expat, "BLOCK", size)
    _, *things = read(tmp_path, text)
    assert [(each.get("n"), each.children[0].text) for each in things] == [("ä", "ö < ü")] * 5


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
ATTACKS = {
    "billion laughs": f'<!DOCTYPE list [<!ENTITY l0 "ha">{LAUGHS}]><list><thing><text>&l9;</text></thing></list>',
    "external": '<!DOCTYPE list [<!ENTITY e SYSTEM "file:///etc/passwd">]><list><thing><text>&e;</text></thing></list>',
    "quadratic": f'<!DOCTYPE list [<!ENTITY a "{"a" * 10**5}">]><list><text>{"&a;" * 10**5}</text></list>',
    "parameter": '<!DOCTYPE list [<!ENTITY % p SYSTEM "http://localhost:1/p.dtd"> %p;]><list/>',
    "external subset": '<!DOCTYPE list SYSTEM "http://localhost:1/list.dtd"><list/>',
    "bare": "<!DOCTYPE html><html></html>",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_any_doctype_is_refused(tmp_path: Path, attack: str) -> None:
    """Whatever it declares: it is not even read."""
    message, line = refused(tmp_path, "\n" + ATTACKS[attack])
    assert "DOCTYPE" in message
    assert line == 2


def test_an_undeclared_entity_is_not_xml(tmp_path: Path) -> None:
    """Only the five of XML itself are known."""
    message, line = refused(tmp_path, "<list>\n<thing><text>&nbsp;</text></thing></list>")
    assert message == "it is not XML, or damaged: undefined entity"
    assert line == 2


def giant(size: int) -> Iterator[tuple[str, str]]:
    much = "a" * size
    yield "attribute", f'<list><thing n="{much}"/></list>'
    yield "attributes", "<list><thing " + " ".join(f'a{n}=""' for n in range(size // 8)) + "/></list>"
    yield "unclosed attribute", f'<list><thing n="{much}'
    yield "name", f"<list><{much}/></list>"
    yield "comment", f"<list><!--{much}--></list>"
    yield "comment before the root", f"<!--{much}--><list/>"
    yield "instruction", f"<list><?x {much}?></list>"
    yield "doctype", f'<!DOCTYPE list SYSTEM "{much}"><list/>'
    yield "text", f"<list><thing><text>{much}</text></thing></list>"
    yield "CDATA", f"<list><thing><text><![CDATA[{much}]]></text></thing></list>"


@pytest.mark.parametrize("what", [what for what, _ in giant(0)])
def test_a_giant_token_is_no_denial_of_service(tmp_path: Path, what: str) -> None:
    """Many megabytes of one tag, comment or text are refused at once, and not kept."""
    path = tmp_path / "file.xml"
    path.write_text(dict(giant(50_000_000 if what == "attribute" else 10_000_000))[what])
    tracemalloc.start()
    began = time.process_time()
    with pytest.raises(UnreadableFile, match=r"more than|DOCTYPE"):
        list(children(File(path=path), KEPT, TEXTS))
    seconds, (_, peak) = time.process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 5
    assert peak < 40_000_000


@pytest.mark.parametrize("version", [(2, 4, 9), (2, 7, 1), (2, 7, 2), (3, 0, 0)])
def test_the_limits_hold_with_every_version_of_expat(
    tmp_path: Path, version: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which one Python brings differs by system: it is asked, and a file is refused or read all the same."""
    monkeypatch.setattr("xml.parsers.expat.version_info", version)
    assert expat.is_known_good() == (version >= (2, 7, 2))
    monkeypatch.setattr(expat, "MAX_TOKEN", 2**16)
    path = tmp_path / "file.xml"
    for what, text in giant(3 * 2**16):
        path.write_text(text)
        if what not in ("text", "CDATA"):
            with pytest.raises(UnreadableFile, match=r"more than|DOCTYPE"):
                list(children(File(path=path), KEPT, TEXTS))
    assert read(tmp_path, dict(giant(1000))["attribute"])[0].tag == "list"


@pytest.mark.parametrize("what", ["attribute", "comment", "comment before the root", "instruction"])
def test_a_long_token_is_read_in_linear_time(tmp_path: Path, what: str) -> None:
    """Just below the limit a token is read, also by an old parser."""
    text = dict(giant(expat.MAX_TOKEN - 1000))[what]
    began = time.process_time()
    root, *_ = read(tmp_path, text)
    assert root.tag == "list"
    assert time.process_time() - began < 2


def test_a_text_that_is_not_kept_may_be_of_any_length(tmp_path: Path) -> None:
    """It is not kept."""
    _, thing = read(tmp_path, f"<list><thing><part>{'a' * (3 * xml.MAX_TEXT)}<text>b</text></part></thing></list>")
    assert thing.children[0].children[0].text == "b"


@pytest.mark.parametrize("tag", ["other", "thing", "text"])
def test_deep_nesting_is_refused(tmp_path: Path, tag: str) -> None:
    """Whether it is within what is skipped, what is kept, or a text."""
    message, line = refused(tmp_path, "<list>\n<thing>" + f"<{tag}>" * 500_000)
    assert message == f"it has elements nested more than {xml.MAX_DEPTH} deep"
    assert line == 2


def test_a_child_of_too_many_elements_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many small ones in one are too many; as many in several are not."""
    monkeypatch.setattr(xml, "MAX_ELEMENTS", 1000)
    assert len(read(tmp_path, "<list>" + f"<thing>{'<text/>' * 900}</thing>" * 3 + "</list>")) == 4
    message, _ = refused(tmp_path, f"<list><thing>{'<text/>' * 1001}</thing></list>")
    assert message == "it has more than 1,000 elements in one <thing>"


def test_a_child_of_too_many_bytes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is held in memory until it ends has an end."""
    monkeypatch.setattr(xml, "MAX_BYTES", 200_000)
    inside = f'<part a="{"a" * 1000}"/>'
    assert len(read(tmp_path, "<list>" + f"<thing>{inside * 150}</thing>" * 3 + "</list>")) == 4
    message, _ = refused(tmp_path, f"<list><thing>{inside * 300}</thing></list>")
    assert message == "it has more than 200,000 bytes in one <thing>"


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("", "no element found", 1),
        (" \n ", "no element found", 2),
        ("id;value\n1;2\n", "not well-formed (invalid token)", 1),
        ('{"a": 1}', "not well-formed (invalid token)", 1),
        ("a\n", "syntax error", 1),
        ("<list>\n<thing></list>", "mismatched tag", 2),
        ("<list>\n<thing>", "no element found", 2),
        ("<list/>\n<list/>", "junk after document element", 2),
        ("<list>\n<x:thing/></list>", "unbound prefix", 2),
        ('<list><thing a="1" a="2"/></list>', "duplicate attribute", 1),
        ("<list>\0</list>", "not well-formed (invalid token)", 1),
    ],
)
def test_what_is_not_well_formed_is_refused(tmp_path: Path, text: str, message: str, line: int) -> None:
    """In one line, with the number of the line."""
    assert refused(tmp_path, text) == (f"it is not XML, or damaged: {message}", line)


FAR = "u" * 256


@pytest.mark.parametrize(
    ("good", "bad", "message"),
    [
        (
            f'<list xmlns:x="{FAR}"/>',
            f'<list>\n<thing xmlns:x="{FAR}u"/></list>',
            "a namespace of more than 256 characters",
        ),
        (
            f'<list><thing a="{"a" * 50_000}"/></list>',
            f'<list>\n<thing a="{"a" * 50_000}" xmlns:x="urn:x"/></list>',
            "a tag of more than 16,384 bytes that declares a namespace",
        ),
        (
            f"<list><!--{'a' * 50_000} xmlns --></list>",
            f'<list>\n<x:thing xmlns:x="urn:x" a="{"a" * 50_000}"/></list>',
            "a tag of more than 16,384 bytes that declares a namespace",
        ),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_namespace_is_short(tmp_path: Path, good: str, bad: str, message: str, encoding: str) -> None:
    """Expat writes its address out before each name: it grows with their product."""
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>'
    read(tmp_path, (declaration + good).encode(encoding))
    assert refused(tmp_path, (declaration + bad).encode(encoding)) == (f"it has {message}", 2)


WORDS = "<list><thing><text>Größe: 5 €</text></thing></list>"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-15", "windows-1252"])
def test_other_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    """As the file declares them, or as its first bytes show."""
    declared = encoding.removesuffix("-sig")
    _, thing = read(tmp_path, f'<?xml version="1.0" encoding="{declared}"?>{WORDS}'.encode(encoding))
    assert thing.children[0].text == "Größe: 5 €"


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-15"])
def test_the_user_may_know_the_encoding_better(tmp_path: Path, encoding: str) -> None:
    """An encoding that is given replaces the declared one."""
    text = f'<?xml version="1.0" encoding="us-ascii"?>{WORDS}'.encode(encoding)
    _, thing = read(tmp_path, text, encoding)
    assert thing.children[0].text == "Größe: 5 €"


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        ("utf-8", "iso-8859-15"),
        ("utf-16", "utf-8"),
        ("no-such", "utf-8"),
        ("shift_jis", "utf-8"),
        ("rot13", "utf-8"),
        ("undefined", "utf-8"),
        ("idna", "utf-8"),
        ("hex", "utf-8"),
        ("raw_unicode_escape", "utf-8"),
        ("cp037", "utf-8"),
    ],
)
def test_a_wrong_encoding_is_refused(tmp_path: Path, declared: str, written: str) -> None:
    """Also one that does not exist, or takes several bytes for a letter."""
    message, line = refused(tmp_path, f'<?xml version="1.0" encoding="{declared}"?>{WORDS}'.encode(written))
    assert message.startswith(("it is not XML", "its encoding cannot be read"))
    assert line == 1


def test_packed_files_are_unpacked_and_memory_stays_steady(tmp_path: Path) -> None:
    """A hundred megabytes, packed to one, are read child by child."""
    path = tmp_path / "file.xml.gz"
    thing = f'<thing n="{"a" * 1000}"><text>{"b" * 1000}</text></thing>\n'.encode()
    with gzip.open(path, "wb", compresslevel=1) as stream:
        stream.write(b"<list>")
        for _ in range(50):
            stream.write(thing * 500)
        stream.write(b"</list>")
    tracemalloc.start()
    assert sum(1 for _ in children(File(path=path), KEPT, TEXTS)) == 25_001
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000


def test_a_packed_file_that_breaks_off_is_refused(tmp_path: Path) -> None:
    """The error is that of the archive."""
    message, _ = refused(tmp_path, gzip.compress(b"<list>" + b"<thing/>" * 100_000 + b"</list>")[:-20])
    assert "gzip" in message


@given(st.data())
def test_a_file_that_breaks_off_anywhere_is_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Wherever it does, by the one error there is."""
    text = f'<?xml version="1.0" encoding="utf-8"?>\n{WORDS}'.encode()
    cut = data.draw(st.integers(0, len(text) - 1))
    refused(tmp_path_factory.getbasetemp(), text[:cut])


@given(st.binary(max_size=60), st.integers(0, 80))
def test_a_file_with_any_bytes_in_it_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes, place: int
) -> None:
    """Never is there another error."""
    text = f'<?xml version="1.0" encoding="utf-8"?>{WORDS}'.encode()
    try:
        root, *_ = read(tmp_path_factory.getbasetemp(), text[:place] + junk + text[place:])
        assert root.tag
    except UnreadableFile:
        pass
