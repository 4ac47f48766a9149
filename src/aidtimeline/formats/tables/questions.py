"""What is asked about before a table is read: all doubts of its first rows at once."""

from __future__ import annotations

from attrs import Factory, define

from aidtimeline.errors import Problem, UnreadableFile
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.sheets import Row
from aidtimeline.formats.readings import Skipped
from aidtimeline.formats.tables.doubts import Doubtful
from aidtimeline.text.safe import shown

MOST = 20
"""How many doubts are listed at most, and how many things that could not be read."""

MOST_ALIKE = 3
"""How many doubts of one column with one choice are listed."""

ROWS_MORE = 1_000
"""So many rows after the first doubt, the rest is not read."""


@define
class Questions:
    """The doubts of a table, and what else could not be read until then. With a doubt nothing is recorded."""

    file: File
    _doubts: list[Problem] = Factory(list)
    _alike: dict[tuple[tuple[str, ...], str], int] = Factory(dict)
    _skipped: dict[str, Problem] = Factory(dict)
    _rows_left: int = ROWS_MORE

    def ask(self, row: Row, doubt: Doubtful) -> None:
        """One more doubt."""
        alike = (doubt.columns, doubt.choice)
        self._alike[alike] = self._alike.get(alike, 0) + 1
        if self._alike[alike] <= MOST_ALIKE:
            may_be = f", which may be {' or '.join(doubt.readings)}" if doubt.readings else ", which is not clear"
            where = "" if row.line is not None else f"{row.place}: "
            self._doubts.append(
                Problem(
                    code="doubtful-value",
                    severity="error",
                    message=f"{where}{', '.join(doubt.columns)}: found {shown(doubt.text)}{may_be}",
                    file=str(self.file.path),
                    line=row.line,
                    hint=doubt.choice,
                )
            )

    def skipped(self, skipped: Skipped) -> None:
        """What could not be read, once for each reason."""
        if len(self._skipped) < MOST and skipped.reason not in self._skipped:
            found = "" if skipped.found is None else f": found {shown(skipped.found)}"
            self._skipped[skipped.reason] = Problem(
                code="bad-value",
                severity="error",
                message=f"{skipped.place}: {skipped.reason}{found}",
                file=str(self.file.path),
                line=skipped.line,
            )

    def next_row(self, _row: Row) -> None:
        """Another row is read, unless there are doubts enough. Raises `UnreadableFile`."""
        if self._doubts:
            self._rows_left -= 1
            if self._rows_left <= 0 or len(self._doubts) >= MOST:
                self.answered()

    def answered(self) -> None:
        """Raises `UnreadableFile` if there is a doubt."""
        if self._doubts:
            raise UnreadableFile("nothing was imported, since some texts have several readings:", self.problems())

    def problems(self) -> list[Problem]:
        """The doubts, and what could not be read, in the order of their lines."""
        return sorted((*self._doubts, *self._skipped.values()), key=lambda each: each.line or 0)
