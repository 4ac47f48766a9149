"""What a reader makes of a file: entries, what it skipped, what is worth a look, and which parts are complete."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from attrs import Factory, define, field, frozen

from aidtimeline.events import Event, Source, stated
from aidtimeline.values.amounts import Money


@frozen(kw_only=True)
class Entry:
    """One statement of a file, as an event.

    The first source is the file itself. Its `dataset` and the event's `ref` are the natural key, by which a newer
    version of the file is matched with this one; its `published` is when this version came out, and its `locator` says
    where in the file the entry is. `formerly` is the `ref` under which an older version of this library recorded the
    entry, if it was another.

    A `restated` entry reports a level or a state as of its date ("30 delivered so far"). If the next version reports
    another, the first was no mistake: the second is a new fact that supersedes it, dated between the two.

    `yields` are fields of which this file says less than others of its dataset: what the log has of these stands.

    `within`: what it reports may be reported by each parent of its project too, and overlaps with it. An entry that
    says of another project that this one is its parent `covers` the entries whose `ref`s begin so.
    """

    event: Event
    restated: bool = False
    formerly: str | None = None
    yields: frozenset[str] = frozenset()
    within: bool = False
    covers: str | None = None

    @property
    def value(self) -> Money | None:
        """The money that it states, if it is money."""
        return stated(self.event, "value", Money)


@frozen(kw_only=True)
class _Scoped:
    scope: str
    source: Source


@frozen(kw_only=True)
class Beginning(_Scoped):
    """The entries until the next beginning are all that the file has under `scope`, which their `ref`s begin with.

    `source` is the file, as in the entries. If the log has a newer version of anything in the scope, they are too late.

    A dataset may give the number or name of one thing to another in its next version. Then `thing_of` gives the
    beginning of a `ref` that is that number or name; and if the scope is whole, what has vanished and what has appeared
    is known again by what it says. Without it a `ref` names the same entry for ever.

    `formerly` are scopes that this one had before, if it was named otherwise. In the datasets whose name begins with
    `anywhere`, a scope of the same name is the same one: its publisher may have another name by now. A `reproduced`
    scope is reported by somebody else than its publisher: where the log has it from another dataset, it is left out.
    """

    thing_of: Callable[[str], str] | None = None
    formerly: tuple[str, ...] = ()
    anywhere: str | None = None
    reproduced: bool = False


@frozen(kw_only=True)
class Whole(_Scoped):
    """All entries have been read whose `ref` begins with `scope`: what the dataset had there before is gone.

    `source` is the file, as in the entries; it is the source of the retractions.
    """


@frozen(kw_only=True)
class Note:
    """Something to report about a part of a file.

    `reason` is the same text for all parts that are alike ("a transaction without a date"). `place` says where it is,
    in words ("transaction 3 of XM-DAC-701-8"); `line` counts from 1, None if the format has no lines; `found` is what
    stood there. What the log has under `ref`s that begin with `spares` is not taken for gone.
    """

    reason: str
    place: str
    line: int | None = None
    found: str | None = None
    spares: str | None = field(default=None, eq=False)


@frozen(kw_only=True)
class Skipped(Note):
    """A part that could not be read as an event.

    It is there all the same: it `spares` what has its key, which is "" if that cannot be read, and None if the part is
    none of what is recorded. `value` is the money that it states, if that can be read.
    """

    value: Money | None = field(default=None, eq=False)


@frozen(kw_only=True)
class Remark(Note):
    """A part that was read, and is worth a look."""


Reading: TypeAlias = Entry | Beginning | Whole | Skipped | Remark


@define
class SkipError(Exception):
    """Raised within a reader if a part of the file cannot be read as an event: it is skipped, and the rest is read.

    `reason`, `found` and `value` are for `Skipped`. `line` and `columns` say where within the part it is, if that is
    known.
    """

    reason: str
    found: object = None
    line: int | None = None
    columns: tuple[str, ...] = ()
    value: Money | None = None


@define
class References:
    """Distinguishes texts: one that was given before gets an ordinal, in this form.

    `former` is the form in which older versions of this library wrote it.

    >>> references = References(former="{} #{}")
    >>> references.free("truck"), references.free("truck")
    (('truck', None), ('truck#2', 'truck #2'))
    """

    form: str = "{}#{}"
    former: str | None = None
    _given: dict[str, int] = Factory(dict)

    def free(self, text: str) -> tuple[str, str | None]:
        """The text itself, or with an ordinal if it was given before; and that in its former form."""
        free, ordinal = text, self._given.get(text, 0) + 1
        while ordinal > 1 and (free := self.form.format(text, ordinal)) in self._given:
            ordinal += 1
        self._given[text] = ordinal
        self._given.setdefault(free, 1)
        return free, self.former.format(text, ordinal) if ordinal > 1 and self.former else None


def cited(text: str) -> Source:
    """The source of a text that leads to a further report: an address, or a title.

    >>> cited("https://example.org/report").url, cited("A press release").title
    ('https://example.org/report', 'A press release')
    """
    return Source(url=text) if text.casefold().startswith(("http://", "https://")) else Source(title=text)
