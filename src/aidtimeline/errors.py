"""The tree of exceptions, and `Problem`: what is wrong with data, as a value.

Errors of the caller raise; problems in data are values, which are collected and shown together.

    AidtimelineError
    ├── InvalidValue        not a valid date, quantity, currency, slug, id …  (also a ValueError)
    ├── UsageError          a question that cannot be asked, such as one by an unknown field  (also a ValueError)
    │   ├── MisspeltValue   a question for a value that nobody knows, while one that is spelt like it is known
    │   └── FaultyMapping   a mapping of a table with several faults; has `.problems` as a `DataError` has
    ├── UnknownKey          a key that a result does not have  (also a KeyError)
    └── DataError           data that cannot be used; has `.problems`
        ├── LogError        the folder is missing, has no log, or cannot be written
        ├── UnreadableLog   lines of the log that cannot be read
        ├── RefusedBatch    events or drafts that cannot be recorded; the log is unchanged
        └── UnreadableFile  a file to import that cannot be read; the log is unchanged
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from attrs import define, field, frozen

from aidtimeline.text.safe import printable, shown

Severity = Literal["error", "warning"]


class AidtimelineError(Exception):
    """The base of all exceptions of this library.

    >>> from aidtimeline import EventLog
    >>> log = EventLog(getfixture("tmp_path"))
    >>> for ask in (log.read, lambda: log.append([], to="a/b")):
    ...     try:
    ...         ask()
    ...     except AidtimelineError as error:
    ...         print(type(error).__name__)
    LogError
    InvalidValue
    """


class InvalidValue(AidtimelineError, ValueError):
    """A value that is not valid; the message says what was `found`, what was `expected`, and perhaps a `hint`.

    >>> str(InvalidValue("abc", "a quantity such as 12, 2..4 or ~20"))
    "found 'abc', expected a quantity such as 12, 2..4 or ~20"
    """

    def __init__(self, found: object, expected: str, hint: str | None = None) -> None:
        self.found = found
        self.expected = expected
        self.hint = hint
        self.message: str = f"found {shown(found)}, expected {expected}"
        super().__init__(self.message + (f" ({hint})" if hint else ""))


class UsageError(AidtimelineError, ValueError):
    """A question that cannot be asked; the message says what can.

    >>> from aidtimeline import Counts
    >>> Counts(by="colour")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    aidtimeline.errors.UsageError: there is no field 'colour' (fields: item, donor, recipient, via, project, ...
    """


class MisspeltValue(UsageError):
    """A question for a value that neither log nor vocabulary has, while they have one that is spelt like it.

    >>> from aidtimeline import Timeline
    >>> Timeline.open("events").as_of("2023-11-28").counts(where={"item": "Trucks"})
    Traceback (most recent call last):
        ...
    aidtimeline.errors.MisspeltValue: no item is 'Trucks'; did you mean truck?
    """


class UnknownKey(AidtimelineError, KeyError):
    """A key that a result does not have; the message names the nearest ones.

    >>> from aidtimeline import Timeline
    >>> Timeline.open("events").as_of("2023-11-28").counts()["trucks"]
    Traceback (most recent call last):
        ...
    aidtimeline.errors.UnknownKey: there is no row 'trucks'; the nearest: truck
    """

    def __str__(self) -> str:
        return str(self.args[0])


@frozen(kw_only=True)
class Problem:
    """Something wrong with data: what, how bad, and where.

    `severity` is "error" (the data cannot be used as it is) or "warning" (it can, but should be looked at). `line`
    counts from 1; `path` is a JSONPath into the line (`$.sources[0].published`), or the name of a column. `about` says
    in a few words which draft is meant, `hint` how to repair it.

    `code` is the word for this sort of problem, `message` what was found and expected. `file` is the path of the file,
    and `event_id` the id of the record that it is about; None: not known.

    >>> print(Problem(code="bad-value", severity="error", message="found 'abc', expected a quantity",
    ...               file="events/2023.jsonl", line=7, path="$.quantity"))
    events/2023.jsonl:7: error bad-value: $.quantity: found 'abc', expected a quantity
    """

    code: str
    severity: Severity
    message: str
    file: str | None = None
    line: int | None = None
    path: str | None = None
    event_id: str | None = None
    about: str | None = None
    hint: str | None = None

    @classmethod
    def of_value(cls, path: str | None, error: InvalidValue, code: str = "bad-value") -> Problem:
        """The problem, of this `code`, of the value at `path` (such as `$.date`) that was refused with `error`."""
        return cls(code=code, severity="error", message=error.message, path=path, hint=error.hint)

    @staticmethod
    def more(message: str, path: str | None = None) -> Problem:
        """What stands for problems that are not listed: a `message` that says how many, at the `path` in the line."""
        return Problem(code="more-problems", severity="error", message=message, path=path)

    def at(self, file: str | None, line: int | None) -> Problem:
        """The same problem at a `line` (from 1) of a `file`; None: it is not known.

        >>> print(Problem(code="bad-value", severity="error", message="found 'abc'").at("2023.jsonl", 7))
        2023.jsonl:7: error bad-value: found 'abc'
        """
        if (file, line) == (self.file, self.line):
            return self
        return Problem(
            code=self.code,
            severity=self.severity,
            message=self.message,
            file=file,
            line=line,
            path=self.path,
            event_id=self.event_id,
            about=self.about,
            hint=self.hint,
        )

    def __str__(self) -> str:
        where = "" if self.file is None else f"{self.file}:" + ("" if self.line is None else f"{self.line}:") + " "
        about = "" if self.about is None else f"{self.about}: "
        path = "" if self.path is None else f"{self.path}: "
        hint = "" if self.hint is None else f" ({self.hint})"
        return printable(f"{where}{self.severity} {self.code}: {about}{path}{self.message}{hint}")


MOST_OF_A_LINE = 100
"""So many problems of one line are listed."""

MOST_LISTED = 1000
"""So many problems of one file, or of one batch, are listed."""


@define
class Shortened:
    """Problems of files, of each the first `most`, and how many more there are: a list of all may not fit into memory.

    >>> shortened = Shortened(2)
    >>> problem = Problem(code="bad-json", severity="error", message="…", file="2023.jsonl")
    >>> [len(shortened.first([problem] * 3)), len(shortened.first([problem]))], *map(str, shortened.rest())
    ([2, 0], '2023.jsonl: error more-problems: … and 2 more')
    """

    most: int = MOST_LISTED
    _counts: dict[str | None, int] = field(factory=dict)
    _beyond: dict[str | None, int | None] = field(factory=dict)

    def first(self, problems: Iterable[Problem]) -> list[Problem]:
        """Those of the problems that are to be listed."""
        listed = []
        for each in problems:
            self._counts[each.file] = count = self._counts.get(each.file, 0) + 1
            if count <= self.most:
                listed.append(each)
            else:
                self._beyond.setdefault(each.file, each.line)
        return listed

    def rest(self) -> Iterator[Problem]:
        """A problem for each file that had more, at the line from which on they are not listed."""
        for file, line in self._beyond.items():
            message = f"… and {self._counts[file] - self.most:,} more"
            yield Problem.more(message).at(file, line)


def shortened(problems: Iterable[Problem], most: int = MOST_OF_A_LINE) -> list[Problem]:
    """The first of the problems, and one that says how many more there are."""
    shorter = Shortened(most)
    return [*shorter.first(problems), *shorter.rest()]


class DataError(AidtimelineError):
    """Data that cannot be used as it is: `message` says what, and `problems` has each reason.

    >>> from aidtimeline.codec import decode
    >>> try:
    ...     decode('{"kind": "gift"}', file="2023.jsonl", line_number=7)
    ... except DataError as error:
    ...     print(error.problems[0].code, error.problems[0].line, error.problems[0].path)
    unknown-kind 7 $.kind
    """

    def __init__(self, message: str, problems: Iterable[Problem] = ()) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(message)

    def __str__(self) -> str:
        return "\n".join([*map(str, self.args), *map(str, self.problems)])


class LogError(DataError):
    """The log's folder is missing, has no log, or cannot be written.

    >>> from aidtimeline import EventLog
    >>> EventLog("no-such-folder").read()  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    aidtimeline.errors.LogError: there is no log in the folder 'no-such-folder': start one with `aidtimeline ...
    """


class FaultyMapping(UsageError, DataError):
    """A mapping of a table that has several faults: `problems` has each of them, and what of the table does not fit.

    >>> raise FaultyMapping("the mapping aid.toml has 2 faults:")
    Traceback (most recent call last):
        ...
    aidtimeline.errors.FaultyMapping: the mapping aid.toml has 2 faults:
    """


class UnreadableLog(DataError):
    """The log has lines that cannot be read.

    >>> from aidtimeline.codec import decode
    >>> decode('{"kind": "gift", "v": 1}', file="2023.jsonl", line_number=7)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    aidtimeline.errors.UnreadableLog: this line cannot be read:
    2023.jsonl:7: error unknown-kind: $.kind: ...
    """


class RefusedBatch(DataError):
    """Events or drafts that cannot be recorded. Nothing of the batch was written.

    >>> from aidtimeline import Delivery, EventLog, Source
    >>> log, source = EventLog(getfixture("tmp_path")), Source(publisher="Rubryka")
    >>> log.append(Delivery(date="2023-11", item="truck", note="x" * 2_000_000, sources=source))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    aidtimeline.errors.RefusedBatch: nothing was recorded:
    error bad-value: found ...
    >>> log.files()
    []
    """


class UnreadableFile(DataError):
    """A file to import that is not of its format, or breaks off. Nothing of it was recorded.

    >>> from aidtimeline.formats import import_file
    >>> import_file(getfixture("tmp_path"), "iati", "no-such-file.xml")
    Traceback (most recent call last):
        ...
    aidtimeline.errors.UnreadableFile: nothing was imported:
    no-such-file.xml: error unreadable-file: No such file or directory
    """
