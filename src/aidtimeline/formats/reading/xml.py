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
        self._handle(kept, texts)

    def _handle(self, kept: Mapping[str, frozenset[str]], texts: frozenset[str]) -> None:
        """Set the handlers of the parser.

        They are called for each tag of a file, so what they change is theirs alone: attributes of the builder would
        take twice as long.
        """
        parser, found, refusal = self._parser, self.found, self.refusal
        # The children that are kept of the innermost open element whose children are looked at, and the names of those
        # to keep; the same of the elements around it.
        siblings, wanted = found, _NONE
        around: list[tuple[list[Element], frozenset[str]]] = []
        # How many elements are open from the first on within which nothing is kept; how many are kept of the last child
        # of the root.
        passed = held = 0

        def start_root(tag: str, attributes: dict[str, str]) -> None:
            nonlocal wanted
            self.root = Element(tag, attributes, parser.CurrentLineNumber)
            around.append((siblings, wanted))
            wanted = kept.get(tag, _NONE)
            parser.StartElementHandler = start

        def start(tag: str, attributes: dict[str, str]) -> None:
            nonlocal passed, held, siblings, wanted
            if passed or tag not in wanted:
                passed += 1
                if passed > MAX_DEPTH:
                    raise refusal(_TOO_DEEP)
                return
            held += 1
            if held > MAX_ELEMENTS:
                raise refusal(f"more than {MAX_ELEMENTS:,} elements in one <{found[-1].tag}>")
            element = Element(tag, attributes, parser.CurrentLineNumber)
            siblings.append(element)
            within = kept.get(tag)
            if within is None:
                passed = 1
                if tag in texts:
                    parser.CharacterDataHandler = partial(text_of, element)
                return
            if len(around) > MAX_DEPTH:
                raise refusal(_TOO_DEEP)
            around.append((siblings, wanted))
            element.children = siblings = []
            wanted = within

        def end(tag: str) -> None:
            nonlocal passed, held, siblings, wanted
            if passed:
                passed -= 1
                if not passed and tag in texts:
                    parser.CharacterDataHandler = None
                return
            siblings, wanted = around.pop()
            if len(around) == 1:
                held = 0

        def text_of(element: Element, characters: str) -> None:
            if passed == 1:
                element.text += characters
                if len(element.text) > MAX_TEXT:
                    raise refusal(f"a text of more than {MAX_TEXT:,} characters")

        parser.StartElementHandler, parser.EndElementHandler = start_root, end


_TOO_DEEP = f"elements nested more than {MAX_DEPTH} deep"
