"""What a reader makes of a file: entries, what was skipped, what is worth a look, and what has been told in full."""

from __future__ import annotations

from typing import TypeAlias

from attrs import frozen

from aidtimeline.events import Event, Source


@frozen(kw_only=True)
class Entry:
    """One statement of a file, as an event.

    Its first source is the file's own: its `dataset` and the event's `ref` together are the natural key, by which
    newer versions of the file know the entry again; its `published` is when this version came out, and its `locator`
    says where the entry stands in it.

    A `restated` entry tells a level or a state as it is by that version ("30 delivered so far"): where the next version
    tells another, this is no mistake of the one before, but a new fact that supersedes it, dated between both.
    `complete` says that each version of the dataset tells all there is: a level that no earlier one told has come about
    since the last of these.
    """

    event: Event
    restated: bool = False
    complete: bool = False


@frozen(kw_only=True)
class Beginning:
    """What comes next, until another beginning, are the entries whose `ref` begins with `scope`, in full.

    `source` is the file's own, as of the entries. Where the log has a newer version of the scope, they are too late.
    """

    scope: str
    source: Source


@frozen(kw_only=True)
class Whole:
    """All entries have been told whose `ref` begins with `scope`: what the dataset had there before is gone.

    `source` is the file's own, as of the entries; the word for what is gone.
    """

    scope: str
    source: Source


@frozen(kw_only=True)
class Skipped:
    """What could not be read as an event.

    `reason` is the same text for all that are alike ("a transaction without a date"); `found` what was there; `line`
    where it stands (None where the format has none), `place` in words ("transaction 3 of XM-DAC-701-8").
    """

    reason: str
    place: str
    line: int | None = None
    found: str | None = None


@frozen(kw_only=True)
class Remark:
    """What was read, but is worth a look: said as `Skipped` is."""

    reason: str
    place: str
    line: int | None = None
    found: str | None = None


Reading: TypeAlias = Entry | Beginning | Whole | Skipped | Remark
