"""Bundles are verified: the answer is derived from their lines again, and perhaps from the log of today."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from attrs import frozen

from aidtimeline.codec import encode
from aidtimeline.errors import AidtimelineError, InvalidValue
from aidtimeline.explain import Explanation, explain
from aidtimeline.log.digest import lines_in
from aidtimeline.report.bundles.asking import Asking
from aidtimeline.report.bundles.making import answer_of, library
from aidtimeline.report.bundles.reading import Bundle, read
from aidtimeline.report.citing.citation import Log
from aidtimeline.report.citing.sentence import sentence
from aidtimeline.report.explanation import ExplanationLook
from aidtimeline.text.safe import printable, shown
from aidtimeline.timeline import Timeline, View
from aidtimeline.values.ecb import INSTALL, reference_rates
from aidtimeline.vocabulary import Vocabulary

MOST_LISTED = 20
"""So many differences are listed at most."""


@frozen
class Verdict:
    """What came of verifying a bundle.

    `faults` say what differs, in words; a bundle `holds` if there are none. `notes` say what was found beside that.
    `title` is the answer in short, `sentence` the same as it is cited, and `command` asks for it; they are empty if it
    cannot be derived. None of these texts has control characters.
    """

    faults: tuple[str, ...]
    notes: tuple[str, ...] = ()
    title: str = ""
    sentence: str = ""
    command: str = ""

    @property
    def holds(self) -> bool:
        """Whether the answer was derived again, and nothing differs."""
        return not self.faults


def verify(bundle: str | bytes, timeline: Timeline | None = None) -> Verdict:
    """Derive the answer of a bundle again, from its lines alone.

    With a `timeline`, the log of today, also: whether it still has these lines, whether its digest is the same, and
    whether it still gives this answer at the same cuts.

    Whatever the bundle is, it makes a verdict: what cannot be read does not hold. Reading the log may raise `LogError`.

    >>> verify('{"bundle": 1}').faults
    ("it is no bundle: found 'library', expected the members bundle, library, made, question, answer, log, vocabulary, \
lines, digest (missing)",)
    """
    try:
        found = read(bundle.encode(errors="surrogatepass") if isinstance(bundle, str) else bundle)
    except InvalidValue as error:
        return Verdict((printable(f"it is no bundle: {error}"),))
    try:
        derived = _derived(found.asking, Timeline(found.records, found.vocabulary), found.vocabulary)
    except AidtimelineError as error:
        return Verdict((printable(f"the answer cannot be derived from its lines: {error}"),))
    faults = list(_faults(found, derived))
    if len(faults) > MOST_LISTED:
        faults[MOST_LISTED:] = [f"and {len(faults) - MOST_LISTED} more differences"]
    notes: list[str] = []
    if timeline is not None:
        for holds, words in _beside(found, derived, timeline):
            (notes if holds else faults).append(words)
    if faults and found.library != library():
        notes.append(f"it was made by {shown(found.library)}, and this is {library()}")
    if faults and found.asking.currency is not None and reference_rates() is None:
        notes.append(f"it may need the rates of the European Central Bank: {INSTALL}")
    view: Any = derived.view
    return Verdict(
        tuple(map(printable, faults)),
        tuple(map(printable, notes)),
        printable(ExplanationLook(derived).title()),
        printable(sentence(derived, view, found.made)),
        printable(found.asking.command),
    )


def _derived(asking: Asking, timeline: Timeline, vocabulary: Vocabulary) -> Explanation:
    """The answer of a question, explained anew. What nobody knows is not asked about: a bundle has only its own."""
    view = timeline.as_of(asking.as_of, known_at=asking.known_at, recorded_until=asking.recorded_until)
    return explain(view, asking.question(vocabulary), asking.whole_key)


def _faults(bundle: Bundle, derived: Explanation) -> Iterator[str]:
    """What a bundle says otherwise than its lines do."""
    if bundle.command != bundle.asking.command:
        yield f"its command is not that of its question: {shown(bundle.command)}"
    yield from differences(bundle.answer, answer_of(derived), "answer")
    needed = {each.id for each in derived.records}
    for record in bundle.records:
        if record.id not in needed:
            yield f"the answer does not rest on {record.id}, which is among its lines"


def differences(stated: Any, found: Any, path: str) -> Iterator[str]:
    """What is stated otherwise than it is found. What is found may have members that an older version did not state.

    >>> list(differences({"low": 30, "facts": [1]}, {"low": 31, "facts": [1], "new": 2}, "answer"))
    ['answer.low: it says 30, and its lines give 31']
    """
    if isinstance(stated, dict) and isinstance(found, dict):
        for name, value in stated.items():
            if name in found:
                yield from differences(value, found[name], f"{path}.{name}")
            else:
                yield f"{path}: it says {shown(name)}, and its lines do not"
    elif isinstance(stated, list) and isinstance(found, list) and len(stated) == len(found):
        for at, (one, other) in enumerate(zip(stated, found, strict=True)):
            yield from differences(one, other, f"{path}[{at}]")
    elif type(stated) is not type(found) or stated != found:
        yield f"{path}: it says {shown(stated)}, and its lines give {shown(found)}"


def _beside(bundle: Bundle, derived: Explanation, timeline: Timeline) -> Iterator[tuple[bool, str]]:
    """What the log of today says, each with whether the bundle still holds."""
    asking = bundle.asking
    view = timeline.as_of(asking.as_of, known_at=asking.known_at, recorded_until=asking.recorded_until)
    there = _lines_of(view, [each.id for each in bundle.records])
    stated = zip(bundle.records, bundle.lines, strict=True)
    gone = [record.id for record, line in stated if line not in there.get(record.id, ())]
    for id_ in gone[:MOST_LISTED]:
        how = "has another line" if id_ in there else "no longer has the line"
        yield False, f"the log {how} of {id_}"
    if len(gone) > MOST_LISTED:
        yield False, f"and {len(gone) - MOST_LISTED} more lines are gone"
    if not gone:
        many = len(bundle.lines)
        yield True, f"the log has {'this line' if many == 1 else f'all of these {many:,} lines'}"
    log = Log.of(view).digest
    if log.text == bundle.log["digest"]:
        yield True, f"nothing in the log has changed since: digest {log.text}"
    else:
        was = bundle.log["records"]
        yield True, f"the log has changed since: {was:,} records then, {log.records:,} now; digest {log.text}"
    try:
        now = _derived(asking, timeline, timeline.vocabulary)
    except AidtimelineError as error:
        yield False, f"the log no longer gives an answer: {error}"
        return
    before, after = ({**answer_of(each), "facts": None, "excluded": None} for each in (derived, now))
    if before != after:
        yield False, f"the log gives another answer now: {sentence(now, view, bundle.made)}"
    elif answer_of(now) != answer_of(derived):
        yield True, "the log gives the same answer, by other facts or reports"
    else:
        yield True, "the log gives the same answer"


def _lines_of(view: View, ids: list[str]) -> dict[str, set[str]]:
    """The lines that a log has of some records, by id."""
    origin = view.engine.origin()
    if origin is not None:
        return lines_in(origin.folder, ids)
    wanted, found = frozenset(ids), dict[str, set[str]]()
    for record in view.records:
        if record.id in wanted:
            with contextlib.suppress(InvalidValue):  # a line of an older form is not written again
                found.setdefault(record.id, set()).add(encode(record))
    return found
