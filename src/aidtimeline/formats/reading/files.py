"""The file that is imported, and what is said of it beside what it says itself."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import attrs
from attrs import field, frozen
from attrs.converters import optional

from aidtimeline.errors import Problem, UnreadableFile
from aidtimeline.values.converters import MAX_SLUG, to_slug
from aidtimeline.values.dates import DateRange
from aidtimeline.vocabulary import NO_VOCABULARY, Vocabulary

if TYPE_CHECKING:
    from typing_extensions import Buffer

BLOCK = 2**16
_GZIP = b"\x1f\x8b"


def _no_progress(_fraction: float) -> None:
    pass


@frozen(kw_only=True)
class File:
    """A file, with what the user says of it.

    `published` is when this version of it came out, where the user says so; `dataset` the name under which all its
    versions are one, in place of the format's own; `mapping` a file that says which column is what; `encoding` that of
    its text. `progress` is told, between 0 and 1, how much has been read.
    """

    path: Path = field(converter=Path)
    published: DateRange | None = None
    dataset: str | None = field(default=None, converter=optional(to_slug))
    mapping: Path | None = None
    encoding: str | None = None
    vocabulary: Vocabulary = NO_VOCABULARY
    progress: Callable[[float], None] = _no_progress

    @property
    def name(self) -> str:
        """Its name without folders: what is recorded of where it stood."""
        return os.fsencode(self.path.name).decode("utf-8", "backslashreplace")

    def party(self, name: str, iati_org_id: str | None = None) -> str:
        """The slug of a party: the vocabulary's, by its IATI identifier or its name; else its identifier or name."""
        known = self.vocabulary.party(name, iati_org_id)
        return known or as_slug(iati_org_id or name)

    def part(self, begin: float, end: float) -> File:
        """The same file, to be read as one part of the work: its progress goes from `begin` to `end`."""
        return attrs.evolve(self, progress=lambda fraction: self.progress(begin + fraction * (end - begin)))

    @contextlib.contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Its bytes, unpacked where it is packed with gzip. Raises `UnreadableFile`, also from the reads within."""
        try:
            with open(self.path, "rb") as stream:
                size = os.fstat(stream.fileno()).st_size
                packed = stream.read(2) == _GZIP
                stream.seek(0)
                told = io.BufferedReader(_Told(stream, size, self.progress), BLOCK)
                yield io.BufferedReader(gzip.GzipFile(fileobj=told), BLOCK) if packed else told
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise self.unreadable(f"a gzip archive that is damaged or breaks off ({error})") from None
        except OSError as error:
            raise self.unreadable(error.strerror or str(error)) from None

    def unreadable(self, message: str, *, line: int | None = None, hint: str | None = None) -> UnreadableFile:
        """The error that the file cannot be read: nothing of it is recorded."""
        problem = Problem(
            code="unreadable-file", severity="error", message=message, file=str(self.path), line=line, hint=hint
        )
        return UnreadableFile("nothing was imported:", [problem])


class _Told(io.RawIOBase):
    """A stream that says how far it has been read."""

    def __init__(self, stream: BinaryIO, size: int, progress: Callable[[float], None]) -> None:
        self._stream, self._size, self._progress = stream, max(size, 1), progress

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer).cast("B")
        data = self._stream.read(len(view))
        view[: len(data)] = data
        self._progress(min(self._stream.tell() / self._size, 1.0))
        return len(data)


def as_slug(text: str) -> str:
    """A text as a slug: its characters that can be printed, one space where it has several, the first 200 of them.

    >>> as_slug("  Ministry of\\n Defence ")
    'Ministry of Defence'
    """
    return "".join(each for each in " ".join(text.split()) if each.isprintable())[:MAX_SLUG].strip()
