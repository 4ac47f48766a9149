"""What changed between two views, as a release note in Markdown that can be pasted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from aidtimeline.diff import Changes, FulfilmentChanges
from aidtimeline.report.changed import Behind, ChangedPart, behind, facts_of
from aidtimeline.report.citing.pasted import reference
from aidtimeline.report.explanation import amendment_in_words
from aidtimeline.report.feeds import looked
from aidtimeline.report.words import shortener
from aidtimeline.text.foreign import in_markdown


def release(changes: Changes | FulfilmentChanges) -> str:
    """What changed, in Markdown: a heading, both views, and a list of changes with their causes, ids and reports.

    Nothing that a log or its vocabulary says makes a link, HTML or any other mark. Raises `UsageError` for changes that
    are of no views.

    >>> from aidtimeline import Timeline
    >>> timeline = Timeline.open("events")
    >>> before, after = (timeline.as_of("2023-11-28", known_at=f"2023-11-{day}") for day in (25, 28))
    >>> [line for line in release(before.diff(after)).splitlines() if "truck" in line]
    ['- **Truck (truck)**: 0 → 30: newly known `c7e1bd20`']
    """
    look, before, after = looked(changes)
    apart, short = list(look.taken_apart()), shortener(after)
    found = behind((id_ for each in apart for part in each.parts for id_ in part.ids), before, after)
    title = look.title()
    lines = [f"## {in_markdown(title[:1].upper() + title[1:])}", ""]
    lines += [f"- {in_markdown(' '.join(each.split()))}" for each in look.heading()[1:]]
    lines += ["", *(["Nothing changed."] if not apart else [])]
    for each in apart:
        name = f"**{in_markdown(each.name)}**"
        if len(each.parts) == 1 and each.parts[0].words.startswith(each.whole):
            lines += _part(f"- {name}: ", each.parts[0], found, short, "  ")
        else:
            lines.append(f"- {name}: {in_markdown(each.whole)}" if each.whole else f"- {name}")
            for part in each.parts:
                if part.words != each.whole:
                    lines += _part("  - ", part, found, short, "    ")
    same = sum(not parts for parts in changes.answers.values())
    if same:
        lines += ["", f"Unchanged: {same} other row{'s' * (same != 1)}."]
    return "\n".join(lines)


def _part(
    lead: str, part: ChangedPart, found: Mapping[str, Behind], short: Callable[[str], str], indent: str
) -> Iterator[str]:
    """One part of a change, and below it the reports and amendments behind it."""
    ids = "".join(f" `{short(id_)}`" for id_ in part.ids)
    yield f"{lead}{in_markdown(part.words)}{ids}"
    for each in facts_of(part, found):
        for source in dict.fromkeys(report.source for report in each.reports):
            yield f"{indent}- {reference(source)}"
        for record in each.amendments:
            yield f"{indent}- {in_markdown(amendment_in_words(record, of=each.fact.id))}"
