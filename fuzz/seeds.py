"""A few good and a few hostile inputs for each target, with which fuzzing begins."""

from __future__ import annotations

import io
from pathlib import Path

from openpyxl import Workbook

from aidtimeline import Timeline

EVENTS = Path(__file__).parent.parent / "events"

IATI = b"""<?xml version="1.0" encoding="UTF-8"?>
<iati-activities version="2.03" generated-datetime="2023-01-01T00:00:00Z">
<iati-activity default-currency="USD" last-updated-datetime="2023-01-01T00:00:00Z">
<iati-identifier>XM-1-2</iati-identifier><reporting-org ref="XM-1" type="10"><narrative>A</narrative></reporting-org>
<title><narrative>Mines</narrative></title><participating-org role="1" ref="XM-DAC-701"/><activity-status code="2"/>
<recipient-country code="KE" percentage="60"/><recipient-region code="298" percentage="40"/><sector code="72040"/>
<humanitarian-scope type="2" vocabulary="2-1" code="HKEN24"/><default-aid-type code="C01"/>
<activity-date iso-date="2022-01-01" type="2"/>
<transaction ref="1"><transaction-type code="3"/><transaction-date iso-date="2022-02-01"/>
<value value-date="2022-02-02">100</value><receiver-org receiver-activity-id="XM-2-1"/></transaction>
<result><title><narrative>R</narrative></title>
<indicator measure="1"><baseline year="2020" value="1"/></indicator></result>
</iati-activity></iati-activities>"""

FTS = b"""{"status":"ok","data":{"flows":[{"id":"1","amountUSD":100,"originalAmount":90,"originalCurrency":"EUR",
"date":"2020-01-01T00:00:00Z","status":"paid","contributionType":"financial","newMoney":true,"parentFlowId":null,
"versionId":1,"updatedAt":"2020-02-01T00:00:00Z","boundary":"incoming","onBoundary":"single",
"sourceObjects":[{"type":"Organization","id":"1","name":"Japan, Government of"}],
"destinationObjects":[{"type":"Organization","id":"2","name":"UNDP"}]}]}}"""

KIEL = (
    b"ID,countries,Announcement Date,Type of Aid General,Type of Aid Specific,Original Currency,"
    b"Monetary Value as Given by Source,Item,No. of Units,No. of Units delivered (in-kind military aid)\n"
    b"JPH1,Japan,until 7/27/2022,Humanitarian,Equipment,USD,100,truck,10,undisclosed\n"
)
TABLE = b"date,donor,item,quantity\n2023-01,JP,truck,2..4\n"
XML_BOMB = b"""<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<iati-activities>&b;</iati-activities>"""


def _workbook() -> bytes:
    book, packed = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    for row in (["date"], ["2023"]):
        sheet.append(row)
    book.save(packed)
    return packed.getvalue()


def _bundle(item: str) -> bytes:
    text: str = Timeline.open(EVENTS).as_of("2023-11-28").counts().explain(item).bundle()
    return text.encode()


_LINES = (EVENTS / "japan-demining.jsonl").read_bytes().splitlines()
_NEW_FIELDS = (EVENTS.parent / "tests" / "golden" / "records" / "fields.lines.jsonl").read_bytes().splitlines()
WORKBOOK = _workbook()

SEEDS: dict[str, list[bytes]] = {
    "date": [
        b"2023-11-28",
        b"2022/2023",
        b"[..2025]",
        b"2023-21",
        b"../2023-04~",
        b"20XX",
        b"2023-XX-XX",
        b"-1?",
        b"[a..b]",
    ],
    "cut": [b"2023-11-28", b"2026-11-21T10:00:00Z", b"2026-11-21T10:00:00.123456+05:30", b"0000-00-00T24:60:61Z"],
    "quantity": [b"12", b"2..4", b"1..", b"..20", b"~20", b"-5..-2", b"11.5", b"USD 4500000", b"JPY ~2..4", b"9" * 40],
    "line": [
        *_LINES[:20],
        *_NEW_FIELDS[:9],
        b'{"kind":NaN}',
        b"[" * 40,
        b'{"a":1e999}',
        b"\xef\xbb\xbf{}",
        b'{"kind":"\\ud800"}',
    ],
    "drafts": [
        b'{"label":"a","kind":"pledge","date":"2022","sources":[{"publisher":"x"}],"supersedes":["@b"]}\n{"label":"b"}',
        b'{"label":"a","kind":"delivery","date":"2022","location":{"KE":60,"UG":null},"sources":[{"url":"x"}]}\n'
        b'{"kind":"delivery","date":"2022","part_of":"@a","overlaps":["@a","hd"],"sector":"1:72040","sources":[]}',
    ],
    "log": [b"\n".join(_LINES[:6]), b"\n".join(_LINES[60:])],
    "bundle": [_bundle("truck"), _bundle("mine-detector"), b"{}"],
    "iati": [IATI, XML_BOMB, IATI.decode().replace("UTF-8", "UTF-16").encode("utf-16")],
    "kiel": [KIEL, KIEL.replace(b",", b";")],
    "fts": [FTS, b'{"status":"ok","data":{"flows":[]}}', b'{"status":"error"}'],
    "csv": [TABLE, TABLE.decode().encode("utf-16"), b'date,"donor\n2'],
    "xlsx": [WORKBOOK, WORKBOOK[:-30]],
    "jsonl": [b'{"date":"2023","donor":"JP","item":"truck","quantity":30}\n'],
    "mapping": [
        b'dataset = "fuzz"\npublisher = "A"\n[event.a]\nkind = "pledge"\ndate = "{date}"\n',
        b'dataset = "fuzz"\nkey = ["date"]\n[words.quantity]\na = "1.."\n[event.a]\nkind = "{item}"\ndate = "2023"\n',
        b'dataset = "fuzz"\nread = ["register", "bounds", "short"]\nwhere = { item = "*" }\n[patterns.quantity]\n'
        b'"{n} x {m}" = "{n*2}..{m}"\n[event.a]\nkind = "pledge"\ndate = ["{date}", "2022"]\nkey = "donor"\n'
        b'quantity = { text = "{quantity}", times = "millions" }\neach = { columns = ["d*"] }\n',
    ],
    "command": [
        b"counts\n--by\ndonor\n--json",
        b"as-of\n2023-11-28",
        b"explain\n--where\nitem=truck",
        b"counts\n--where\nlocation=KE\n--where\nvia=undp+UNICEF\n--where\nhumanitarian=true",
        b"diff\n--from-as-of\n2022-01-01\n--to-as-of\n2023",
        b"series\n--every\nmonth",
        b"import\niati\nx.xml\n--dry-run",
        b"check\n--json",
        b"money\n--kind\npledge\n--total\n--known-at\n2023-11-28T00:00:00Z",
    ],
}
