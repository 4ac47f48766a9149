"""XML of any size, child by child of its root: nothing is expanded, nothing is fetched, and nothing grows without end.

The parser is the standard library's expat, fed block by block. A document type declaration is refused, whatever it
holds: so there are no entities but XML's own five. expat 2.5 and before scans a token (a tag with its attributes, a
comment, a processing instruction) anew with every block until it is complete, and takes quadratic time over a long
one (CVE-2023-52425): blocks grow with the token, and one of more than `MAX_TOKEN` bytes is refused.

Names within a namespace are "URI name", as expat tells them; names without one are themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from xml.parsers import expat

from attrs import define

from aidtimeline.errors import UnreadableFile
from aidtimeline.formats.reading.files import File

BLOCK = 2**14
"""How many bytes are parsed at once: the elements made of them should fit into a processor's cache."""

MAX_TOKEN = 4 * 2**20
"""How many bytes a tag, comment or processing instruction may have."""
MAX_TEXT = 2**20
"""How many characters the text of one element may have."""
MAX_DEPTH = 100
"""How deep elements may be nested: those that are kept, and those within one of which nothing further is."""
TOO_DEEP = f"elements nested more than {MAX_DEPTH} deep"
MAX_BYTES = 256 * 2**20
"""About how many bytes a child of the root may have, which is held in memory until it ends."""
MAX_ELEMENTS = 2_000_000
"""How many elements may be kept of a child of the root."""

_NONE: frozenset[str] = frozenset()


@define(eq=False)
class Element:
    """An element: its name, its attributes, the line in which it begins, its children that are kept, and its text."""

    tag: str
    attributes: dict[str, str]
    line: int
    children: Sequence[Element] = ()
    text: str = ""

    def all(self, tag: str) -> list[Element]:
        """The children of a name."""
        return [each for each in self.children if each.tag == tag]

    def first(self, tag: str) -> Element | None:
        """The first child of a name."""
        for each in self.children:
            if each.tag == tag:
                return each
        return None

    def get(self, attribute: str) -> str:
        """What an attribute says, without space around it; empty where there is none."""
        return self.attributes.get(attribute, "").strip()


def children(file: File, kept: Mapping[str, frozenset[str]], texts: frozenset[str] = _NONE) -> Iterator[Element]:
    """The root of an XML file, without its children, and then these, each as soon as it is complete.

    `kept` gives for the name of an element the names of those of its children that are kept; all others are passed
    over, with all that is in them. `texts` are the names of elements without such children whose text is kept.

    Raises `UnreadableFile` for what is no XML, breaks off, or goes beyond the limits above.
    """
    roots: list[Element] = []
    told: list[Element] = []
    parser = _builder(file, roots, told, kept, texts)
    root = last = None
    since = 0
    for size in feed(file, parser):
        if root is None and roots:
            root = roots[0]
            yield root
        if told:
            # The last may be open still: it is told when another comes, or the file has ended well.
            *complete, newest = told
            since = since + size if newest is last else 0
            if since > MAX_BYTES:
                raise refusal(file, parser, f"more than {MAX_BYTES:,} bytes in one <{newest.tag}>")
            last = newest
            del told[:-1]
            yield from complete
    yield from told


def new_parser(file: File) -> expat.XMLParserType:
    """A parser for a file, which refuses a document type declaration."""
    parser = expat.ParserCreate(file.encoding, " ")
    parser.buffer_text = True

    def doctype(*_: object) -> None:
        raise refusal(file, parser, "a document type declaration (DOCTYPE), which is refused: it may declare entities")

    parser.StartDoctypeDeclHandler = doctype
    return parser


def feed(file: File, parser: expat.XMLParserType) -> Iterator[int]:
    """Parse a file, block by block; yields how many bytes have been parsed, each time that some have been.

    Raises `UnreadableFile` for what is no XML or breaks off, and where a token is too long.
    """
    fed = late = 0
    with file.open() as stream:
        while block := stream.read(max(BLOCK, late)):
            _parse(file, parser, block)
            fed += len(block)
            late = fed - parser.CurrentByteIndex
            if late > MAX_TOKEN:
                raise refusal(file, parser, f"a tag or comment of more than {MAX_TOKEN:,} bytes")
            yield len(block)
        _parse(file, parser, b"")


def refusal(file: File, parser: expat.XMLParserType, what: str) -> UnreadableFile:
    """The error that a file has something that is not read, where its parser is."""
    return file.unreadable(f"it has {what}", line=parser.CurrentLineNumber)


def _parse(file: File, parser: expat.XMLParserType, block: bytes) -> None:
    try:
        parser.Parse(block, not block)
    except expat.ExpatError as error:
        message = f"it is no XML, or damaged: {expat.ErrorString(error.code)}"
        raise file.unreadable(message, line=error.lineno) from None
    except (LookupError, ValueError) as error:
        raise file.unreadable(f"its encoding cannot be read: {error}", line=1) from None


def _builder(
    file: File, roots: list[Element], told: list[Element], kept: Mapping[str, frozenset[str]], texts: frozenset[str]
) -> expat.XMLParserType:
    """A parser that puts the root into one list, its children into another, and what is in them into each other.

    Its handlers are closures, since they are called for every tag: looking up what they share would be felt. `around`
    has the siblings, and the names that are kept, of the elements around the open one; `within` counts the elements
    that are open from one on of which nothing further is kept; `held` those that are kept of a child of the root.
    """
    parser = new_parser(file)
    siblings, wanted = told, _NONE
    around: list[tuple[list[Element], frozenset[str]]] = []
    within = held = 0
    read: Element

    def start_root(tag: str, attributes: dict[str, str]) -> None:
        nonlocal wanted
        roots.append(Element(tag, attributes, parser.CurrentLineNumber))
        wanted = kept.get(tag, _NONE)
        parser.StartElementHandler = start

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal siblings, wanted, within, held, read
        if within or tag not in wanted:
            within += 1
            if within > MAX_DEPTH:
                raise refusal(file, parser, TOO_DEEP)
            return
        held += 1
        if held > MAX_ELEMENTS:
            raise refusal(file, parser, f"more than {MAX_ELEMENTS:,} elements in one <{told[-1].tag}>")
        if tag in kept:
            inner: list[Element] = []
            siblings.append(Element(tag, attributes, parser.CurrentLineNumber, inner))
            around.append((siblings, wanted))
            siblings, wanted = inner, kept[tag]
            if len(around) > MAX_DEPTH:
                raise refusal(file, parser, TOO_DEEP)
        else:
            within = 1
            read = Element(tag, attributes, parser.CurrentLineNumber)
            siblings.append(read)
            if tag in texts:
                parser.CharacterDataHandler = text

    def end(tag: str) -> None:
        nonlocal siblings, wanted, within, held
        if within:
            within -= 1
            if not within and tag in texts:
                parser.CharacterDataHandler = None
        elif around:
            siblings, wanted = around.pop()
            if not around:
                held = 0

    def text(characters: str) -> None:
        if within == 1:
            read.text += characters
            if len(read.text) > MAX_TEXT:
                raise refusal(file, parser, f"a text of more than {MAX_TEXT:,} characters")

    parser.StartElementHandler, parser.EndElementHandler = start_root, end
    return parser
