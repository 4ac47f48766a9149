"""A page to publish: one file that answers what was delivered, promised and known, on any day, by itself.

`data` has all that the page knows; `replayed` replays the log at every date of knowledge, `sums` and `listing` make
rows of that, and `answers` has what is finished. The script `page.js` adds up what it is asked for, and draws charts
with Vega-Lite, which vl-convert brings (extra `report`). The page loads nothing, and its policy says so.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import date
from html import escape
from importlib import import_module
from importlib.resources import files
from typing import Any

from aidtimeline import report
from aidtimeline.errors import UsageError
from aidtimeline.report.overview import Overview
from aidtimeline.report.publishing.data import Page
from aidtimeline.text.safe import printable
from aidtimeline.timeline import Timeline

NEEDS = "a page needs vl-convert, for its charts: pip install 'aidtimeline[report]'"

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""What the page may do, beside its own scripts: show styles, and request nothing."""

__all__ = ["Page", "html"]


def html(
    timeline: Timeline,
    name: str,
    *,
    title: str | None = None,
    licence: str | None = None,
    made: date | None = None,
) -> str:
    """The page of a log, as one document of HTML.

    Args:
        timeline: The log.
        name: What the log is called on the page.
        title: The title; None: "Aid as recorded in NAME".
        licence: Under what others may use the log, such as "CC BY 4.0"; None: the page says that none is stated.
        made: The day (inclusive) up to which it is made; None: today, in UTC.

    Raises `UsageError` if vl-convert is not installed.

    >>> from aidtimeline import Timeline
    >>> html(Timeline.open("events"), "events")[:15]
    '<!doctype html>'
    """
    page = Page.of(timeline, name, title=title, licence=licence, made=made)
    view = timeline.as_of(page.made)
    scripts = [_charts(), _file("page.js")]
    policy = " ".join(f"'sha256-{_hash(each)}'" for each in scripts)
    without = report.html(Overview(name, view.counts(), view.money(), view.projects()))
    values = {
        "TITLE": escape(printable(page.title)),
        "POLICY": f"{POLICY}; script-src {policy}",
        "STYLE": _file("page.css"),
        "WITHOUT": without,
        "DATA": in_script(page.data()),
        "CHARTS": scripts[0],
        "SCRIPT": scripts[1],
    }
    pieces = _file("page.html").split("%%")  # every other one is a name
    return "".join(values[piece] if at % 2 else piece for at, piece in enumerate(pieces))


def in_script(data: object) -> str:
    """JSON that stands in a script element, whatever its texts say.

    >>> in_script("</script><!--")
    '"\\\\u003c/script>\\\\u003c!--"'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for special in "<\u2028\u2029":
        text = text.replace(special, f"\\u{ord(special):04x}")
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _charts() -> str:
    try:
        vl_convert: Any = import_module("vl_convert")
    except ImportError:
        raise UsageError(NEEDS) from None
    return str(vl_convert.javascript_bundle()).replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _file(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
