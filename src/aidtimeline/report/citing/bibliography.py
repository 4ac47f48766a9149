"""Citations as bibliographies: CSL-JSON, which reference managers and pandoc read, and BibTeX.

Both have an entry for each source and one for the log, under the same keys. A key is made of what its entry says, so it
stays the same wherever the source is cited.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from attrs import asdict

from aidtimeline.events import Source
from aidtimeline.report.citing.citation import Citation, Cited
from aidtimeline.report.notes import many
from aidtimeline.text.foreign import link_of, one_line
from aidtimeline.values.dates import DateRange

Entry = dict[str, Any]

_PLAIN = re.compile(r"[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-[0-9]{2})?)?[?~%]?")
"""A day, a month or a year, perhaps in doubt."""
_LONGEST_NAME = 24


def csl_json(citation: Citation) -> str:
    """A list of CSL-JSON items (version 1.0.2 of the schema), one a line, in ASCII."""
    return "[\n  " + ",\n  ".join(map(json.dumps, entries(citation))) + "\n]"


def entries(citation: Citation) -> list[Entry]:
    """The CSL-JSON items of a citation: its sources in order, then the log."""
    found: dict[str, Entry] = {}
    for each in citation.sources:
        entry = _of_source(each)
        found.setdefault(str(entry["id"]), entry)
    log = _of_log(citation)
    return [*found.values(), log]


def _of_source(cited: Cited) -> Entry:
    """A source: a dataset, a page of the web, or a document; what it does not say is left out."""
    source = cited.source
    link = link_of(source.url)
    kind = "dataset" if source.dataset else "webpage" if link else "document"
    notes = [
        source.attribution and f"after {source.attribution}",
        source.locator,
        None if link else source.url,
        source.archived and f"archived at {source.archived}",
        f"says {'; '.join(cited.says)}" if cited.says else None,
    ]
    entry = {
        "id": _key(source),
        "type": kind,
        "title": source.title or source.dataset,
        "container-title" if kind == "webpage" else "publisher": source.publisher,
        "issued": issued(source.published),
        "accessed": issued(source.retrieved),
        "URL": link,
        "archive_location": link_of(source.archived),
        "note": "; ".join(filter(None, notes)),
    }
    return _said(entry)


def _of_log(citation: Citation) -> Entry:
    log = citation.log
    name = "" if log.name is None else f"{one_line(log.name)}: "
    entry = {
        "id": f"aidtimeline-{log.digest.text[:12]}-{_digest(citation.sentence)}",
        "type": "dataset",
        "title": f"{name}event log of aidtimeline, {many('record', log.digest.records)}",
        "version": log.digest.text,
        "accessed": _parts(citation.made),
        "note": " ".join((citation.sentence, *citation.remarks)),
    }
    return _said(entry)


def _said(entry: Mapping[str, Any]) -> Entry:
    """An entry without what is not said, each text on one line."""
    lines = {name: one_line(value) if isinstance(value, str) else value for name, value in entry.items()}
    return {name: value for name, value in lines.items() if value}


def issued(when: DateRange | None) -> Entry | None:
    """A date of CSL-JSON: a day, month or year, or two ends; `circa` if it is vague; else in words.

    >>> issued(DateRange("2023-11")), issued(DateRange("2022/2023~"))
    ({'date-parts': [[2023, 11]]}, {'date-parts': [[2022, 1, 1], [2023, 12, 31]], 'circa': True})
    >>> issued(DateRange("[..2025]"))
    {'literal': 'by 2025'}
    """
    if when is None:
        return None
    circa = {"circa": True} if when.qualified else {}
    if _PLAIN.fullmatch(when.text):
        return {"date-parts": [[int(each) for each in when.text.rstrip("?~%").split("-")]], **circa}
    if when.earliest is None or when.latest is None:
        return {"literal": str(when)}
    if when.earliest == when.latest:
        return {**_parts(when.earliest), **circa}
    return {"date-parts": [*_parts(when.earliest)["date-parts"], *_parts(when.latest)["date-parts"]], "circa": True}


def _parts(day: date) -> Entry:
    return {"date-parts": [[day.year, day.month, day.day]]}


def _key(source: Source) -> str:
    """The key of a source: its name, the year if it is one, and the digest of all that it says."""
    said = {name: str(value) for name, value in asdict(source, recurse=False).items() if value is not None}
    digest = _digest(json.dumps(said, sort_keys=True))
    name = source.publisher or source.title or source.dataset or "source"
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    short = re.sub("[^a-z0-9]", "", plain)[:_LONGEST_NAME] or "source"
    return f"{short}{_year(source.published)}-{digest}"


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()


def _year(when: DateRange | None) -> str:
    if when is None or when.earliest is None or when.latest is None or when.earliest.year != when.latest.year:
        return ""
    return str(when.earliest.year)


_BIBTEX = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{each: f"\\{each}" for each in "$&#_%"},
}


def in_bibtex(text: str) -> str:
    """A text in BibTeX that is printed as it is, with balanced braces.

    >>> in_bibtex("50% of {x} & y")
    '50\\\\% of \\\\textbraceleft{}x\\\\textbraceright{} \\\\& y'
    """
    return "".join(_BIBTEX.get(each, each) for each in one_line(text))


def bibtex(citation: Citation) -> str:
    """Entries of the type `misc`, which BibTeX and biblatex read, in UTF-8."""
    return "\n\n".join(map(_written, entries(citation)))


def _written(entry: Entry) -> str:
    fields = "".join(f"  {name} = {{{value}}},\n" for name, value in _fields(entry))
    return f"@misc{{{entry['id']},\n{fields}}}"


def _fields(entry: Entry) -> Iterator[tuple[str, str]]:
    """The fields of an entry. Names stand in braces of their own: nothing in them is a first name, or in lower case."""
    author, title = entry.get("container-title") or entry.get("publisher"), entry.get("title")
    if author:
        yield "author", f"{{{in_bibtex(author)}}}"
    if title:
        yield "title", f"{{{in_bibtex(title)}}}"
    when = entry.get("issued", {})
    parts = when.get("date-parts", [[]])
    exact = len(parts) == 1 and not when.get("circa")
    if len({each[0] for each in parts if each}) == 1:
        yield "year", f"{parts[0][0]:04}"
    if exact and parts[0][1:]:
        yield "month", str(parts[0][1])
    if entry.get("version"):
        yield "version", entry["version"]
    if entry.get("URL"):
        yield "url", _percent(entry["URL"])
    read = entry.get("accessed", {}).get("date-parts", [[]])
    if len(read) == 1 and len(read[0]) == 3:
        yield "urldate", "-".join(f"{each:02}" for each in read[0])
    said = [_date_in_words(when), entry.get("note")]
    if any(said):
        yield "note", in_bibtex("; ".join(filter(None, said)))


def _date_in_words(when: Entry) -> str | None:
    """What year and month do not say of a date: its day, or that it is vague."""
    if "literal" in when:
        return f"published {when['literal']}"
    parts = when.get("date-parts", [])
    if not parts or (len(parts) == 1 and len(parts[0]) < 3 and not when.get("circa")):
        return None
    days = " to ".join("-".join(f"{each:02}" for each in one) for one in parts)
    return f"published {'about ' if when.get('circa') and len(parts) == 1 else ''}{days}"


def _percent(link: str) -> str:
    """A link as BibTeX and `\\url` take it."""
    return link.replace("\\", "%5C").replace("{", "%7B").replace("}", "%7D")
