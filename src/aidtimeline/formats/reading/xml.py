"""XML of any size, child by child of its root: no entity is expanded, nothing is fetched, and memory stays bounded.

The parser is the standard library's expat, which is given the file block by block, and kept to limits (`expat.py`).
Names in a namespace are "URI name", as expat reports them; other names are as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from attrs import define

from aidtimeline.formats.reading.expat import Parsing
from aidtimeline.formats.reading.files import File

MAX_TEXT = 2**20
"""How many characters the text of one element may have."""
MAX_DEPTH = 100
"""How deep elements may be nested: those that are kept, and those within one that is not."""
MAX_BYTES = 256 * 2**20
"""About how many bytes a child of the root may have. It is held in memory until it ends."""
MAX_ELEMENTS = 2_000_000
"""How many elements of a child of the root may be kept."""

_NONE: frozenset[str] = frozenset()


@define(eq=False)
class Element:
    """An element: its name, its attributes, the line in which it begins, the children that are kept, and its text."""

    tag: str
    attributes: dict[str, str]
    line: int
    children: Sequence[Element] = ()
    text: str = ""

    def all(self, tag: str) -> list[Element]:
        """The children with a name."""
        return [each for each in self.children if each.tag == tag]

    def first(self, tag: str) -> Element | None:
        """The first child with a name."""
        for each in self.children:
            if each.tag == tag:
                return each
        return None

    def get(self, attribute: str) -> str:
        """The text of an attribute without space around it; empty if there is none."""
        return self.attributes.get(attribute, "").strip()


def children(file: File, kept: Mapping[str, frozenset[str]], texts: frozenset[str] = _NONE) -> Iterator[Element]:
    """The root of an XML file, without its children, and then these, each as soon as it is complete.

    `kept` maps the name of an element to the names of the children that are kept. All others are skipped, with all that
    is in them. `texts` are the names of elements without such children whose text is kept.

    Raises `UnreadableFile` if the file is not XML, breaks off, or goes beyond the limits above.
    """
    builder = _Builder(file, kept, texts)
    root = last = None
    size_of_last = 0
    with file.open() as stream:
        for size in builder.parse(stream):
            if root is None and builder.root is not None:
                root = builder.root
                yield root
            if builder.found:
                *complete, newest = builder.found  # which may still be open
                size_of_last = size_of_last + size if newest is last else 0
                if size_of_last > MAX_BYTES:
                    raise builder.refusal(f"more than {MAX_BYTES:,} bytes in one <{newest.tag}>")
                last = newest
                del builder.found[:-1]
                yield from complete
    yield from builder.found


class _Builder(Parsing):
    """Makes elements of a file, in the handlers of an expat parser.

    With `kept = {"list": {"thing"}, "thing": {"text"}}` and `texts = {"text"}`::

        <list>                           the root
          <thing>                        kept, and its children are looked at
            <text>two<i>2</i></text>     kept, with the text "two"; nothing in it is kept
            <note>three</note>           skipped, with all in it
          </thing>
        </list>

    `root` and `found`, the children of the root, are what has been made so far.
    """

    def __init__(self, file: File, kept: Mapping[str, frozenset[str]], texts: frozenset[str]) -> None:
        self.root: Element | None = None
        self.found: list[Element] = []
        super().__init__(file)
        self._kept, self._texts = kept, texts
        # Of each open element whose children are looked at: those that are kept, and the names of those to keep.
        self._open: list[tuple[list[Element], frozenset[str]]] = []
        # How many elements are open from the first on within which nothing is kept.
        self._passed = 0
        # How many elements are kept of the last child of the root.
        self._held = 0
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._start_root, self._end

    def _start_root(self, tag: str, attributes: dict[str, str]) -> None:
        self.root = Element(tag, attributes, self._parser.CurrentLineNumber)
        self._open.append((self.found, self._kept.get(tag, _NONE)))
        self._parser.StartElementHandler = self._start

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        siblings, wanted = self._open[-1]
        if self._passed or tag not in wanted:
            self._passed += 1
            if self._passed > MAX_DEPTH:
                raise self.refusal(_TOO_DEEP)
            return
        self._held += 1
        if self._held > MAX_ELEMENTS:
            raise self.refusal(f"more than {MAX_ELEMENTS:,} elements in one <{self.found[-1].tag}>")
        element = Element(tag, attributes, self._parser.CurrentLineNumber)
        siblings.append(element)
        if tag not in self._kept:
            self._passed = 1
            if tag in self._texts:
                self._parser.CharacterDataHandler = partial(self._text, element)
            return
        if len(self._open) > MAX_DEPTH:
            raise self.refusal(_TOO_DEEP)
        own: list[Element] = []
        element.children = own
        self._open.append((own, self._kept[tag]))

    def _end(self, tag: str) -> None:
        if self._passed:
            self._passed -= 1
            if not self._passed and tag in self._texts:
                self._parser.CharacterDataHandler = None
        else:
            self._open.pop()
            if len(self._open) == 1:
                self._held = 0

    def _text(self, element: Element, characters: str) -> None:
        if self._passed == 1:
            element.text += characters
            if len(element.text) > MAX_TEXT:
                raise self.refusal(f"a text of more than {MAX_TEXT:,} characters")


_TOO_DEEP = f"elements nested more than {MAX_DEPTH} deep"
