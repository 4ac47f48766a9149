"""`import` on the command line: what it prints, what it records, and that a bad file leaves the log as it was."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from aidtimeline import EventLog, Timeline
from aidtimeline.cli import application
from aidtimeline.errors import UnreadableFile, UsageError
from aidtimeline.formats import FORMATS, File, import_file
from aidtimeline.formats.registry import format_of

ACTIVITIES = """<?xml version="1.0" encoding="UTF-8"?>
<iati-activities version="2.03">
<iati-activity default-currency="USD" last-updated-datetime="{version}T00:00:00Z">
<iati-identifier>XM-1-2</iati-identifier>
<reporting-org ref="XM-1" type="10"><narrative>An agency</narrative></reporting-org>
<title><narrative>Mines</narrative></title>
<activity-status code="2"/>
<transaction ref="T1"><transaction-type code="3"/><transaction-date iso-date="2022-02-01"/>
<value value-date="2022-02-01">{value}</value></transaction>
<transaction><transaction-type code="3"/><transaction-date iso-date="soon"/>
<value>7</value></transaction>
</iati-activity></iati-activities>"""


def activities(folder: Path, value: int = 100, version: str = "2022-03-01") -> Path:
    path = folder / f"activities-{version}-{value}.xml"
    path.write_text(ACTIVITIES.format(value=value, version=version))
    return path


def run(log: Path, *words: object) -> Result:
    result = CliRunner().invoke(application, ["--log", str(log), *map(str, words)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


def imported(log: Path, *words: object) -> Any:
    """What is reported as JSON; the exit code says whether anything was skipped."""
    result = run(log, "import", *words, "--json")
    report = json.loads(result.stdout)
    assert result.exit_code == bool(report["skipped"]), result.stderr
    return report


def test_what_became_of_a_file_is_shown(tmp_path: Path) -> None:
    """How much was recorded, and what was skipped, by reason and with its place; then the exit code is 1."""
    result = run(tmp_path / "log", "import", "iati", activities(tmp_path))
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == "3 recorded"
    assert lines[2:4] == ["3 read, 0 of them unchanged", "1 skipped (25 %, 7 % of USD 107):"]
    assert "transaction-date" in lines[4] or "date" in lines[4]
    assert "line 10" in lines[5]
    assert [path.name for path in EventLog(tmp_path / "log").files()] == ["iati.jsonl"]


def test_the_same_again_is_nothing_new_and_a_newer_version_is_history(tmp_path: Path) -> None:
    """The money is that of the newest version; as known before it, that of the older one."""
    log = tmp_path / "log"
    run(log, "import", "iati", activities(tmp_path))
    assert run(log, "import", "iati", activities(tmp_path)).stdout.startswith("nothing new")
    report = imported(log, "iati", activities(tmp_path, 150, "2022-09-01"))
    assert {name: report[name] for name in ("read", "recorded", "new", "news", "unchanged")} == {
        "read": 3,
        "recorded": 1,
        "new": 0,
        "news": 1,
        "unchanged": 2,
    }
    sums = [Timeline.open(log).as_of("2023-01-01", known_at=day).money() for day in (None, "2022-08-31")]
    assert [table["disbursement", "USD"].low for table in sums] == [150, 100]


def test_what_was_found_is_quoted_once(tmp_path: Path) -> None:
    """The page quotes a cell that cannot be read; JSON has it as it is."""
    mapping, table = tmp_path / "map.toml", tmp_path / "aid.csv"
    mapping.write_text('dataset = "x"\n[event.a]\nkind = "delivery"\ndate = "{when}"\nitem = "truck"\n')
    table.write_text("when\nlong ago\n")
    words = ("csv", table, "--mapping", mapping, "--dry-run")
    assert "line 2, when: found 'long ago'" in run(tmp_path / "log", "import", *words).stdout
    [skipped] = imported(tmp_path / "log", *words)["skipped"]
    assert skipped["examples"] == [{"line": 2, "place": "line 2, when", "found": "long ago"}]


def test_json_has_everything_in_full(tmp_path: Path) -> None:
    """Every reason with its count and places."""
    report = imported(tmp_path / "log", "iati", activities(tmp_path))
    assert list(report) == [
        "files",
        "dry_run",
        "refused",
        "read",
        "recorded",
        "new",
        "restated",
        "news",
        "repaired",
        "renamed",
        "gone",
        "unchanged",
        "values",
        "skipped",
        "remarks",
        "first",
    ]
    assert report["files"] == ["activities-2022-03-01-100.xml"]
    assert report["values"] == [{"currency": "USD", "read": 100, "skipped": 7}]
    [skipped] = report["skipped"]
    assert skipped["count"] == 1
    assert skipped["examples"][0]["line"] == 10
    assert [each["kind"] for each in report["first"]] == ["project", "status", "disbursement"]


def test_a_dry_run_shows_events_and_records_nothing(tmp_path: Path) -> None:
    """What it shows can be read as drafts."""
    log = tmp_path / "log"
    result = run(log, "import", "iati", activities(tmp_path), "--dry-run")
    kinds = [json.loads(line)["kind"] for line in result.stdout.splitlines() if line.startswith("{")]
    assert kinds == ["project", "status", "disbursement"]
    assert "nothing was recorded; 3 would be:" in result.stdout
    assert not log.exists()
    assert imported(log, "iati", activities(tmp_path), "--dry-run")["recorded"] == 0


def test_a_file_packed_with_gzip_is_read(tmp_path: Path) -> None:
    """A file that breaks off is refused."""
    packed = tmp_path / "activities.xml.gz"
    packed.write_bytes(gzip.compress(activities(tmp_path).read_bytes()))
    assert imported(tmp_path / "log", "iati", packed)["read"] == 3
    packed.write_bytes(packed.read_bytes()[:-20])
    result = run(tmp_path / "log", "import", "iati", packed)
    assert (result.exit_code, "gzip" in result.stderr) == (1, True)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\n", b"hello", b"\xff\xfe\x00", b"<html/>", b"{}", b"PK\x03\x04"]
)
def test_a_file_that_is_none_of_the_format_leaves_the_log_as_it_was(
    tmp_path: Path, format: str, content: bytes
) -> None:
    """One clear line, and no traceback; a table without a mapping is answered with a request for one."""
    log, path = tmp_path / "log", tmp_path / "file"
    path.write_bytes(content)
    result = run(log, "import", format, path)
    assert result.exit_code in (1, 2)
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert result.stderr.splitlines()[-1].startswith("aidtimeline")
    assert not log.exists()


@pytest.mark.parametrize("path", ["missing.xml", "."])
def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path, path: str) -> None:
    """A missing file, and a folder."""
    result = run(tmp_path / "log", "import", "iati", tmp_path / path)
    assert result.exit_code in (1, 2)
    assert str(tmp_path / path).rstrip("/.") in result.stderr


def test_wrong_use_is_explained(tmp_path: Path) -> None:
    """An unknown format, no file, and something other than a date."""
    assert run(tmp_path, "import", "pdf", "x").exit_code == 2
    assert "Missing argument 'FILE'" in run(tmp_path, "import", "iati").stderr
    assert "Missing argument 'FORMAT'" in run(tmp_path, "import").stderr
    wrong = run(tmp_path, "import", "iati", activities(tmp_path), "--published", "soon")
    assert (wrong.exit_code, "--published" in wrong.stderr) == (2, True)
    with pytest.raises(UsageError, match="there is no format 'pdf'"):
        format_of("pdf")


@pytest.mark.parametrize(("option", "expected"), [("--dataset", "a slug"), ("--to", "the name of a file")])
def test_an_empty_name_is_no_name(tmp_path: Path, option: str, expected: str) -> None:
    """An empty name is refused, and not taken for the default."""
    result = run(tmp_path / "log", "import", "iati", activities(tmp_path), option, "")
    assert (result.exit_code, result.stdout) == (2, "")
    assert expected in result.stderr
    assert not (tmp_path / "log").exists()


def test_the_example_is_printed_without_a_format_too(tmp_path: Path) -> None:
    """A mapping with comments, and a table that goes with it."""
    printed = run(tmp_path, "import", "--example")
    assert (printed.exit_code, printed.stdout) == (0, run(tmp_path, "import", "csv", "--example").stdout)
    assert "dataset =" in printed.stdout


def test_python_imports_as_the_command_line_does(tmp_path: Path) -> None:
    """With the vocabulary of the log for the names of parties."""
    (tmp_path / "vocabulary").mkdir()
    party = {"slug": "agency", "name": "An agency", "iati_org_id": "XM-1"}
    (tmp_path / "vocabulary" / "parties.jsonl").write_text(json.dumps(party) + "\n")
    report = import_file(tmp_path, "iati", File(path=activities(tmp_path)), to="register")
    assert report.recorded == 3
    assert Timeline.open(tmp_path).as_of("2023-01-01").money("donor")["disbursement", "USD", "agency"].low == 100
    with pytest.raises(UnreadableFile):
        import_file(tmp_path, "iati", tmp_path / "missing.xml")
