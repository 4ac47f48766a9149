"""The file that is imported, with what the user says about it."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

import attrs
from attrs import field, frozen
from attrs.converters import optional

from aidtimeline.errors import Problem, UnreadableFile
from aidtimeline.formats.reading.encodings import text_encoding
from aidtimeline.text.progress import Progress, untold
from aidtimeline.values.converters import MAX_SLUG, to_slug
from aidtimeline.values.dates import DateRange
from aidtimeline.vocabulary import NO_VOCABULARY, Vocabulary

if TYPE_CHECKING:
    from typing_extensions import Buffer

BLOCK = 2**16
MAX_RATIO = 100
SMALL = 64 * 2**20
"""What unpacks to more bytes, and was packed to less than 1 in `MAX_RATIO`, is no data."""

_GZIP = b"\x1f\x8b"


def _no_progress(_fraction: float) -> None:
    pass


@frozen(kw_only=True)
class File:
    """A file, with what the user says about it.

    `published` is when this version was published, and `until` the last day that it covers, if that is another.
    `covers` is what it tells of its dataset: a "part", so that nothing is gone that it lacks, or the "whole"; None:
    what the format or the mapping says. `dataset` is the name that all versions share, instead of the format's own;
    `mapping` a file that says which column is what; `encoding` that of its text, of which one that makes no text is
    refused (`UsageError`). `progress` is called with the share that has been read, from 0 to 1.
    """

    path: Path = field(converter=Path)
    published: DateRange | None = None
    until: DateRange | None = None
    covers: Literal["part", "whole"] | None = None
    dataset: str | None = field(default=None, converter=optional(to_slug))
    mapping: Path | None = None
    encoding: str | None = field(default=None, converter=optional(text_encoding))
    vocabulary: Vocabulary = NO_VOCABULARY
    progress: Callable[[float], None] = _no_progress

    @property
    def name(self) -> str:
        """Its name without folders, as it is recorded."""
        return os.fsencode(self.path.name).decode("utf-8", "backslashreplace")

    def party(self, name: str, iati_org_id: str | None = None) -> str:
        """The slug of a party: the vocabulary's, by IATI identifier or name; else the identifier or name itself."""
        known = self.vocabulary.party(name, iati_org_id)
        return known or as_slug(iati_org_id or name)

    def part(self, begin: float, end: float) -> File:
        """The same file, to be read as one part of the work: its progress goes from `begin` to `end`."""
        return attrs.evolve(self, progress=lambda fraction: self.progress(begin + fraction * (end - begin)))

    def telling(self, progress: Progress) -> File:
        """The same file; `progress` is told too how many of its bytes have been read.

        A file that is read twice in part is told of as if each byte took a part of the work.
        """
        if progress is untold:
            return self
        try:
            size = os.stat(self.path).st_size
        except OSError:  # reading it says so
            size = 0

        def tell(fraction: float) -> None:
            self.progress(fraction)
            progress("reading the file", int(fraction * size), size or None)

        return attrs.evolve(self, progress=tell)

    @contextlib.contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Its bytes, unpacked if it is packed with gzip. Raises `UnreadableFile`, also while it is read."""
        try:
            with io.BufferedReader(_Progressing(self), BLOCK) as stream:
                packed = stream.peek(2).startswith(_GZIP)
                yield io.BufferedReader(_Unpacked(self, stream), BLOCK) if packed else stream
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise self.unreadable(f"a gzip archive that is damaged or breaks off ({error})") from None
        except OSError as error:
            raise self.unreadable(error.strerror or str(error)) from None

    def unreadable(self, message: str, *, line: int | None = None, hint: str | None = None) -> UnreadableFile:
        """The error that the file cannot be read. Nothing of it is recorded."""
        problem = Problem(
            code="unreadable-file", severity="error", message=message, file=str(self.path), line=line, hint=hint
        )
        return UnreadableFile("nothing was imported:", [problem])


class _Unpacked(io.RawIOBase):
    """What is packed in a stream with gzip, as long as it does not unpack to far more than any data does."""

    def __init__(self, file: File, packed: Any) -> None:
        self._file, self._packed, self._unpacked = file, packed, gzip.GzipFile(fileobj=packed)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._unpacked.seek(offset, whence)

    def readinto(self, buffer: Buffer) -> int:
        read = self._unpacked.readinto(buffer)
        size, packed = self._unpacked.tell(), self._packed.tell()
        if size > SMALL and size > MAX_RATIO * packed:
            raise self._file.unreadable(f"looks like a gzip bomb: {packed:,} bytes that unpack to {size:,} and more")
        return read


class _Progressing(io.FileIO):
    """The bytes of a file; each read calls its `progress`."""

    def __init__(self, file: File) -> None:
        super().__init__(file.path)
        self._progress, self._size = file.progress, max(os.fstat(self.fileno()).st_size, 1)

    def readinto(self, buffer: Buffer) -> int | None:
        size = super().readinto(buffer)
        self._progress(min(self.tell() / self._size, 1.0))
        return size


def as_slug(text: str) -> str:
    """A text as a slug: the first 200 of its printable characters, with single spaces.

    >>> as_slug("  Ministry of\\n Defence ")
    'Ministry of Defence'
    """
    return "".join(each for each in " ".join(text.split()) if each.isprintable())[:MAX_SLUG].strip()
