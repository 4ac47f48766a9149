"""Bundles are made of an explanation, and checked before anybody gets one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib.metadata import version

from aidtimeline.codec.jsonlines import compact
from aidtimeline.errors import UsageError
from aidtimeline.explain import Explanation
from aidtimeline.projections import Bounds, FulfilmentRow, LevelRow
from aidtimeline.report.bundles.asking import Asking
from aidtimeline.report.bundles.labels import entries_about, rates_about
from aidtimeline.report.bundles.lines import lines_behind
from aidtimeline.report.citing.citation import Log
from aidtimeline.report.columns import BOUNDS, Json
from aidtimeline.report.explanation import ExplanationLook
from aidtimeline.report.levels import AMOUNTS
from aidtimeline.report.write import written
from aidtimeline.semantics.view import Viewed

VERSION = 1
"""The version of the format of bundles that is written."""

MOST_BYTES = 2**25
"""The largest bundle."""

FLAGS = ("approximate", "disputed", "loose", "overlap")


def bundle(explanation: Explanation, *, made: date | None = None) -> str:
    """One answer with all that it rests on, as a JSON object in ASCII, which `verify` derives again.

    Args:
        explanation: The answer: `counts.explain("truck")`, or whatever `View.explain` gives.
        made: The day on which it is made. None: today (UTC).

    Raises `UsageError` for a question of the user's own, for an explanation of no view, and for an answer that rests on
    too much; `LogError` if the lines of the log cannot be read again.
    """
    view = explanation.view
    if view is None:
        raise UsageError("only an answer of a view can be bundled: view.explain(…)")
    asking = Asking.of_explanation(explanation, view)
    found: Json = {
        "bundle": VERSION,
        "library": f"aidtimeline {version('aidtimeline')}",
        "made": (made or datetime.now(UTC).date()).isoformat(),
        "question": asking.data,
        "answer": answer_of(explanation),
        "log": _log(view),
        "vocabulary": entries_about(explanation.records, asked_of(asking), view.vocabulary)
        | rates_about(explanation.conversions, view.vocabulary),
        "lines": lines_behind(explanation.records),
    }
    text = written({**found, "digest": digest_of(found)})
    if len(text) > MOST_BYTES:
        raise UsageError(f"this answer rests on {len(explanation.records):,} records, too many for a bundle: narrow it")
    return text


def answer_of(explanation: Explanation) -> Json:
    """An explanation in the form of docs/json.md, with the flags of the answer; labels are those of the vocabulary."""
    answer = explanation.answer
    found = ExplanationLook(explanation).json()
    facts: Json = {name: found.pop(name) for name in ("facts", "excluded") if name in found}
    if isinstance(answer, Bounds):
        found["open"] = answer.open
    if isinstance(answer, LevelRow):
        found |= {name: BOUNDS.json(getattr(answer, name)) for name in AMOUNTS[1:]}
    if isinstance(answer, Bounds | LevelRow | FulfilmentRow):
        found |= {flag: getattr(answer, flag) for flag in FLAGS if hasattr(answer, flag)}
    else:
        found["loose"] = bool(getattr(answer, "loose", False))
    return {**found, "unit": explanation.unit, "currency": explanation.currency, **facts}


def asked_of(asking: Asking) -> Iterator[tuple[str, str]]:
    """The values that a question names, each with its field."""
    for name, values in asking.where.items():
        yield from ((name, value) for value in values if isinstance(value, str))
    yield from asking.named


def digest_of(found: Json) -> str:
    """BLAKE2b-128, in hexadecimal, of the canonical JSON of a bundle without its digest."""
    said = {name: value for name, value in found.items() if name != "digest"}
    text = compact(said, sort=True).encode(errors="surrogatepass")
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def _log(view: Viewed) -> Json:
    log = Log.of(view)
    return {"name": log.name, "records": log.digest.records, "digest": log.digest.text}
