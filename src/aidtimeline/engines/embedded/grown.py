"""The files of a log as they are now, and what they have beside what a store covers of them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from attrs import Factory, define, evolve

from aidtimeline.engines.embedded.files import Covered, Reader, Seen, digest, digest_of_both, opened
from aidtimeline.engines.facts.linking import Place
from aidtimeline.errors import Problem
from aidtimeline.log import EventLog
from aidtimeline.log.reading import left_problems
from aidtimeline.log.status import Content, Status

MOST = 2**25
"""If a log has grown by more bytes than this, its store is made again."""

MUCH, SHARE = 2**19, 100
"""If a log has grown by more bytes than this, and than this part of what its store covers, a new store is written."""

NOTHING = Content(0, digest().hexdigest())


@define
class Grown:
    """What the files of a log have beside what a store covers: whole lines, and a last one without its end.

    `seen` and `covered` have one for each file; `covered` has no digest of those that have grown. `problems` are
    warnings of lines that were never recorded. `is_whole` says whether all lines have their ends. `before` and `size`
    are bytes: covered, and new.
    """

    seen: list[Seen] = Factory(list)
    covered: list[Covered] = Factory(list)
    lines: list[tuple[bytes, Place]] = Factory(list)
    problems: list[Problem] = Factory(list)
    is_whole: bool = True
    before: int = 0
    size: int = 0

    @property
    def paths(self) -> list[str]:
        """The paths of the files by their numbers."""
        return [each.path for each in self.seen]

    @classmethod
    def since(cls, folder: Path, covered: Sequence[Covered], *more: str) -> Grown | None:
        """What the files, and `more` files, have beside what is covered; None if it is too much, or a file is gone."""
        grown = cls()
        before = {str(folder / each.name): each for each in covered}
        paths = [str(path) for path in EventLog(folder).files()]
        if not before.keys() <= set(paths):
            return None
        for path in dict.fromkeys((*before, *paths, *more)):
            if not grown._look_at(path, before.get(path)):
                return None
        return grown

    @property
    def is_much(self) -> bool:
        """Whether it takes long enough to lay this over a store to write it into a new one, and that can be done."""
        return self.is_whole and self.size > max(MUCH, self.before // SHARE)

    def _look_at(self, path: str, covered: Covered | None) -> bool:
        number = len(self.seen)
        with opened(path).snapshot() as snapshot:
            status = Status.of(path)
            reader = Reader(snapshot) if covered is None else Reader(snapshot, covered.end, covered.lines)
            self.before += reader.end
            self.size += snapshot.end - reader.end
            if self.size > MOST:
                return False
            for offset, before, block in reader.blocks():
                from aidtimeline.engines.facts.reading import lines_of  # noqa: PLC0415  (most logs have not grown)

                self.lines += lines_of(block, number, offset, before)
            rest = reader.rest()
            if rest and not rest.isspace():
                self.lines.append((rest, Place(number, reader.end, reader.lines + 1)))
            self.problems += left_problems(snapshot, path, reader.lines + bool(rest))
        start = 0 if covered is None else covered.end
        content = reader.digest.copy()
        content.update(rest)
        more = Content(reader.end - start + len(rest), content.hexdigest())
        is_same = covered is None or covered.status == status
        known = NOTHING if covered is None else covered.content
        self.seen.append(Seen(path, known, more, status if is_same else None))
        self.covered.append(
            covered
            if covered is not None and not more.end
            else Covered(Path(path).name, reader.end, reader.lines, "", 0, status)
        )
        self.is_whole &= not rest
        return True

    def covered_now(self) -> Sequence[Covered]:
        """All of the files as covered. Raises `LogError` if one has changed since."""
        found = []
        for covered, seen in zip(self.covered, self.seen, strict=True):
            if covered.digest:
                found.append(covered)
                continue
            looked_at, status = time.time_ns(), Status.of(seen.path)
            found.append(evolve(covered, digest=digest_of_both(seen), looked_at=looked_at, status=status))
        return found
