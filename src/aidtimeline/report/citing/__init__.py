"""Citations: one answer as a sentence that can be pasted, with its bounds, both dates, the log, and its sources.

`sentence` says the number in words, `sources` lists who says so, and `log` which log it is from. `pasted` writes them
as text and Markdown, `bibliography` as CSL-JSON and BibTeX. A new format is a function of a `Citation`, and a row of
`FORMATS`.

>>> from datetime import date
>>> from aidtimeline import Timeline
>>> trucks = Timeline.open("events").as_of("2023-11-28").counts().explain("truck")
>>> print(cite(trucks, made=date(2026, 11, 27)))  # doctest: +ELLIPSIS
As of 28 Nov 2023, deliveries of Truck came to 30, going by all that was known on 27 Nov 2026.
Record: the log “events” of aidtimeline, 83 records, digest ....
Sources:
[1] Rubryka, “United to win: Japan joins multinational effort to clear landmines in Ukraine”, 28 Nov 2023 (after ...)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from importlib import import_module
from typing import TYPE_CHECKING

from aidtimeline.errors import UsageError
from aidtimeline.explain import Explanation
from aidtimeline.text.nearest import did_you_mean
from aidtimeline.text.safe import shown

if TYPE_CHECKING:
    from aidtimeline.report.citing.citation import Citation

FORMATS: Mapping[str, str] = {
    "text": "pasted.text",
    "markdown": "pasted.markdown",
    "csl-json": "bibliography.csl_json",
    "bibtex": "bibliography.bibtex",
}
"""The function of each format, loaded when it is used."""


def cite(explanation: Explanation, format: str = "text", *, made: date | None = None) -> str:
    """One answer with its bounds, its dates and its sources, ready to be pasted.

    Args:
        explanation: The answer: `counts.explain("truck")`, or whatever `View.explain` gives.
        format: "text" or "markdown", a sentence with numbered sources; "csl-json" or "bibtex", a bibliography with an
            entry for each source and one for the log.
        made: The day on which it is made: without a `known_at`, all that was known then. None: today (UTC).

    Raises `UsageError` for another format, and for an explanation that is of no view.
    """
    from aidtimeline.report.citing.citation import citation  # noqa: PLC0415

    write = _writer(format)
    return write(citation(explanation, made or datetime.now(UTC).date()))


def _writer(format: str) -> Callable[[Citation], str]:
    if format not in FORMATS:
        hint = did_you_mean(str(format), FORMATS)
        near = "" if hint is None else f"; {hint}"
        raise UsageError(f"there is no format {shown(format)} of citations{near} (formats: {', '.join(FORMATS)})")
    module, _, name = FORMATS[format].partition(".")
    found: Callable[[Citation], str] = getattr(import_module(f"{__name__}.{module}"), name)
    return found
