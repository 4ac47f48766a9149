"""One function for each parser, which takes any bytes or refuses them.

A refusal is an `AidtimelineError`, or click's message about wrong use. Anything else is a crash: another exception, a
result that cannot be written again, a control character on the terminal, or a change of the log by a reader.
`tests/test_fuzz.py` tries a few inputs, `make fuzz` many.
"""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from aidtimeline.cli import application
from aidtimeline.cli.application import MODULES
from aidtimeline.codec import decode, encode
from aidtimeline.codec.jsonlines import parse_object
from aidtimeline.errors import AidtimelineError, Problem
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.readings import Entry
from aidtimeline.formats.registry import FORMATS
from aidtimeline.log import EventLog
from aidtimeline.log.drafts import read_drafts
from aidtimeline.log.vocabulary import load_vocabulary
from aidtimeline.report.bundles import verify
from aidtimeline.report.bundles.making import digest_of
from aidtimeline.timeline import Timeline
from aidtimeline.values.amounts import Money, Quantity
from aidtimeline.values.dates import DateRange, parse_cut, parse_instant

Target = Callable[[bytes], None]

MAPPING = """
dataset = "fuzz"
[event.promised]
kind = "pledge"
date = "{date}"
donor = "{donor}"
item = "{item}"
quantity = "{quantity}"
"""


def _folder() -> Path:
    """A temporary folder, in memory if the system can do that."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="fuzz", dir=memory if memory.is_dir() else None))


FOLDER = _folder()

# Modules that are loaded when needed are loaded now, so that the fuzzer sees which of their code an input reaches.
for _format in FORMATS.values():
    import_module(f"aidtimeline.formats.{_format.module}")
for _module in MODULES.values():
    import_module(f"aidtimeline.cli.{_module}")


def text_of(data: bytes) -> str:
    """Any text, with lone surrogates."""
    return data.decode("utf-8", "surrogatepass" if data[:1] < b"\x80" else "surrogateescape")


def _text(data: bytes) -> str:
    try:
        return text_of(data)
    except UnicodeDecodeError:
        return data.decode("utf-8", "surrogateescape")


def date(data: bytes) -> None:
    """An EDTF date: it is written as it was read, and its ends are in order."""
    found = DateRange.parse(_text(data))
    assert DateRange.parse(found.text) == found
    assert found.earliest is None or found.latest is None or found.earliest <= found.latest
    assert str(found).isprintable()


def cut(data: bytes) -> None:
    """An instant, and a day or instant of a cut."""
    text = _text(data)
    for parse in (parse_instant, parse_cut):
        with contextlib.suppress(AidtimelineError):
            parse(text)


def quantity(data: bytes) -> None:
    """A quantity and money: the normal form of what was read means the same."""
    text = _text(data)
    with contextlib.suppress(AidtimelineError):
        found = Quantity.parse(text)
        assert Quantity.parse(found.text) == found
    money = Money.parse(text)
    assert Money.parse(money.text) == money


def line(data: bytes) -> None:
    """A line of the log: a record can be written again, and is then the same."""
    record = decode(data, file="fuzz.jsonl", line_number=1)
    assert decode(encode(record)) == record


def drafts(data: bytes) -> None:
    """Drafts, one a line."""
    read_drafts([("fuzz", number, each) for number, each in enumerate(data.split(b"\n"), start=1)])


def log(data: bytes) -> None:
    """A file of the log, and a vocabulary: all problems can be printed, and readers write nothing."""
    folder = FOLDER / "log"
    (folder / "vocabulary").mkdir(parents=True, exist_ok=True)
    for path in (folder / "events.jsonl", folder / "vocabulary" / "items.jsonl"):
        path.write_bytes(data)
    problems: list[Problem] = []
    records = list(EventLog(folder).read(skip_problems=True, problems=problems))
    problems += load_vocabulary(folder).problems
    assert all(str(problem).isprintable() for problem in problems)
    Timeline(records).as_of("2023-06-01").counts()
    assert sorted(path.name for path in folder.iterdir()) == ["events.jsonl", "vocabulary"]


def bundle(data: bytes) -> None:
    """A bundle, with a digest made anew: it is verified or not, and what is said of it can be printed."""
    with contextlib.suppress(AidtimelineError, TypeError):
        found = parse_object(data.replace(b"\n", b""))
        data = json.dumps({**found, "digest": digest_of(found)}).encode()
    verdict = verify(data)
    for each in (*verdict.faults, *verdict.notes, verdict.title, verdict.sentence, verdict.command):
        assert each.isprintable()


def _importer(name: str, suffix: str) -> Target:
    path = FOLDER / f"data{suffix}"
    mapping = FOLDER / "mapping.toml"

    def read(data: bytes) -> None:
        path.write_bytes(data)
        mapping.write_text(MAPPING)
        file = File(path=path, mapping=mapping if FORMATS[name].module == "tables" else None)
        for reading in FORMATS[name].read(file):
            if isinstance(reading, Entry):
                assert reading.event.ref is not None
                assert reading.event.sources[0].dataset is not None
            else:
                assert reading

    return read


def mapping(data: bytes) -> None:
    """A mapping for a table."""
    (FOLDER / "mapping.toml").write_bytes(data)
    path = FOLDER / "table.csv"
    path.write_text("date,donor,item,quantity\n2023,JP,truck,30\n")
    for _ in FORMATS["csv"].read(File(path=path, mapping=FOLDER / "mapping.toml")):
        pass


def command(data: bytes) -> None:
    """The command line, with one argument a line: it always ends with one of its exit codes."""
    folder = FOLDER / "command"
    folder.mkdir(exist_ok=True)
    shutil.rmtree(folder / "to", ignore_errors=True)
    args = [each for each in _text(data).replace("\0", "").split("\n") if each != "-"]
    out, err, stdin = io.StringIO(), io.StringIO(), sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO(b""))
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), contextlib.chdir(folder):
            application.main(["--log", "to", *args], prog_name="aidtimeline")
    except SystemExit as end:
        code = end.code
    finally:
        sys.stdin = stdin
    assert code in (0, 1, 2), code
    assert "Traceback" not in err.getvalue()
    assert all(each.isprintable() for each in err.getvalue().split("\n"))


TARGETS: dict[str, Target] = {
    "date": date,
    "cut": cut,
    "quantity": quantity,
    "line": line,
    "drafts": drafts,
    "log": log,
    "bundle": bundle,
    "iati": _importer("iati", ".xml"),
    "kiel": _importer("kiel", ".csv"),
    "fts": _importer("fts", ".json"),
    "csv": _importer("csv", ".csv"),
    "xlsx": _importer("xlsx", ".xlsx"),
    "jsonl": _importer("jsonl", ".jsonl"),
    "mapping": mapping,
    "command": command,
}


def one_input(name: str, data: bytes) -> None:
    """Give an input to a target, which may refuse it."""
    with contextlib.suppress(AidtimelineError):
        TARGETS[name](data)
