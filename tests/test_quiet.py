"""The library is quiet: no noise at the end, no warnings, nothing left behind; and it works in odd places.

Programs run in processes of their own. What they print on stderr is compared to the letter, and their temporary folder
must be empty when they have ended.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import zipapp
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from leaving import is_free, report
from packages import installed
from processes import bound_by_modes

from aidtimeline import EventLog, examples
from aidtimeline.engines.caching import build

ROOT = Path(__file__).parent.parent
SRC = str(ROOT / "src")
LEAVING = Path(__file__).with_name("leaving.py")
STRICT = ("-X", "dev", "-W", "error", "-bb")
"""Python says all that it may complain of, such as files that nobody closed, and a warning is an error."""

posix = pytest.mark.skipif(os.name != "posix", reason="descriptors, modes and shells of POSIX")


def program(
    code: str,
    folder: Path,
    *flags: str,
    path: str = SRC,
    lacking: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    **options: Any,
) -> subprocess.CompletedProcess[str]:
    """Run a program in a folder; nothing is left in its temporary folder."""
    scratch = folder.parent / f"{folder.name}-scratch"
    scratch.mkdir(exist_ok=True)
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "AIDTIMELINE"))}
    env |= {"TMPDIR": str(scratch), "COLUMNS": "100", **(environment or {})}
    for name in lacking:
        env.pop(name, None)
    code = f"import sys\nsys.path.insert(0, {path!r})\n{code}"
    done = subprocess.run(
        [sys.executable, *flags, "-c", code],
        cwd=folder,
        env=env,
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        check=False,
        timeout=100,
        **options,
    )
    assert list(scratch.iterdir()) == []
    return done


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which `events` is a log that has a table of facts."""
    folder = tmp_path_factory.mktemp("quiet")
    examples.copy(folder / "events")
    EventLog(folder / "events").append([report(1), report(2)])
    build(folder / "events")
    return folder


# The end of a process.

LEFT_OPEN = """
import os, signal, threading
import aidtimeline
from aidtimeline import Counts, EventLog, Timeline
log, other = EventLog("events"), EventLog("events")
log.ids()
records, lines = log.read(), log.lines()
next(records), next(iter(lines))
timeline, table = Timeline.open("events"), Timeline.open("events", engine="embedded")
for each in (timeline, table):
    assert each.as_of("2023-11-28").counts()["truck"].high
    each.sql("select count(*) from facts")
table.series(Counts(by="item"))
log.append(log.read())
writing = log._turn.taken()
writing.__enter__()
snapshot = log._log_file("japan-demining.jsonl").snapshot()
snapshot.__enter__()
circle = [log, table, timeline, writing, snapshot]
circle.append(circle)
"""

ENDS = {
    "end": ("", 0, ""),
    "exit": ("sys.exit(3)", 3, ""),
    "error": ("raise RuntimeError('mine')", 1, "RuntimeError: mine"),
    "interrupt": ("signal.raise_signal(signal.SIGINT)", -signal.SIGINT, "KeyboardInterrupt"),
    "kept": ("sys.kept = aidtimeline.kept = circle", 0, ""),
    "dropped": ("del circle, log, table, timeline, writing, snapshot, records, lines, each", 0, ""),
    "thread": ("threading.Thread(target=lambda: (table.as_of('2023-11-28').counts(), other.ids())).start()", 0, ""),
    "at once": ("os._exit(0)", 0, ""),
}


@posix
@pytest.mark.parametrize("how", ENDS)
def test_what_is_left_open_makes_no_noise_when_a_process_ends(how: str, log: Path) -> None:
    """Logs, readers, a writer within its turn, timelines and engines are forgotten without a word, and unlocked."""
    code, expected, last = ENDS[how]
    done = program(f"{LEFT_OPEN}{code}", log, *STRICT)

    assert done.returncode == expected, done.stderr
    assert done.stderr.splitlines()[-1:] == ([last] if last else [])
    assert done.stderr.count("Traceback") == (1 if last else 0)
    assert "Exception ignored" not in done.stderr
    assert is_free(log / "events")


# What a process keeps.


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="/proc lists open files")
def test_a_process_keeps_nothing_of_what_it_has_done_with(log: Path, tmp_path: Path) -> None:
    """Timelines that are closed or forgotten, and writers that fail, leave no file, thread, child or lock."""
    folder = tmp_path / "leaving"
    shutil.copytree(log, folder)
    done = program(f"import runpy; runpy.run_path({str(LEAVING)!r}, run_name='__main__')", folder, *STRICT)

    assert (done.returncode, done.stderr) == (0, "")


# The main uses, without a warning.

COMMANDS = """
example
as-of 2023-11-28
counts --as-of 2023-11-28
counts --json --engine embedded
counts --out counts.xlsx
counts --out counts.csv
money --by donor --engine embedded
projects
participation
fulfilment --matches
levels
series --by item --every month
facts
explain --where item=truck
cite --where item=truck --bundle bundle.json
verify bundle.json
diff --from-known-at 2023-01-01
sql "select count(*) from facts"
export facts --out facts.parquet
export facts --out facts.arrow
plot counts --out counts.png
plot money --out money.svg
report --out report.html
seal
check
sources
cache
set-aside
template delivery --out sheet.xlsx
import sheet sheet.xlsx
import csv register.csv --mapping register.toml --dry-run
import csv register.csv --mapping register.toml
correct c7e1bd20 quantity=31 --dry-run
retract c7e1bd20 --reason wrong
cache clear
completion bash
--version
--help
counts --help
import csv --help
"""

RUN = """
import json, shlex
from aidtimeline.cli import application, printing
printing.guard()
codes = {}
for line in %r.strip().splitlines():
    try:
        application.main(shlex.split(line), prog_name="aidtimeline")
    except SystemExit as ended:
        codes[line] = ended.code or 0
with open("codes.json", "w", encoding="utf-8") as stream:
    json.dump(codes, stream)
"""

PLACES: dict[str, tuple[Sequence[str], Mapping[str, str], Sequence[str]]] = {
    "strict": (STRICT, {}, ()),
    "isolated": (("-I", "-W", "error"), {}, ()),
    "bare": (("-s", "-P", "-B", "-OO", "-W", "error"), {}, ("HOME",)),
    "ascii": (("-X", "utf8=0", "-W", "error"), {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0"}, ("LANG",)),
}
"""Flags of Python, what is in the environment, and what is not."""


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with a file to import, and its mapping."""
    folder = tmp_path / "desk"
    folder.mkdir()
    for name in ("example.csv", "example.toml"):
        source = ROOT / "src" / "aidtimeline" / "formats" / "tables" / name
        shutil.copy(source, folder / name.replace("example", "register"))
    return folder


@pytest.mark.parametrize("place", PLACES)
def test_commands_run_without_a_warning(place: str, desk: Path) -> None:
    """Every command ends well, and says on stderr what it has to, with any flags of Python and in any locale."""
    flags, environment, lacking = PLACES[place]
    done = program(RUN % COMMANDS, desk, *flags, environment=environment, lacking=lacking)

    codes = json.loads((desk / "codes.json").read_text(encoding="utf-8"))
    assert {line: code for line, code in codes.items() if code} == {}
    assert list(codes) == COMMANDS.strip().splitlines()
    said = [line for line in done.stderr.splitlines() if " written to " not in line and not line.startswith("written ")]
    assert said == [
        "the example record is in events; next: aidtimeline --log events as-of 2023-11-28",
        "nothing was recorded",
        "1 recorded",
    ], done.stderr
    assert "Usage: aidtimeline counts [OPTIONS]\n\n  Count deliveries by item, or o" in done.stdout
    assert done.returncode == 0
    assert not list(desk.rglob("*.pending"))


# Odd places.


SHUT = """
counts --engine embedded
sql "select 1 from facts limit 1"
plot counts --out ../out/chart.png
record -
seal
"""

TRY_TO_APPEND = """
from aidtimeline import Delivery, EventLog, LogError, Source
try:
    EventLog("events").append(Delivery(date="2023", item="truck", sources=Source(publisher="A")))
except LogError as error:
    print(error)
"""


@posix
def test_a_log_and_a_home_that_cannot_be_written_are_read(log: Path, tmp_path: Path) -> None:
    """Questions and charts have their answers; what would write to the log says which file it could not write."""
    shutil.copytree(log / "events", tmp_path / "shut" / "events", ignore=shutil.ignore_patterns(".*"))
    (tmp_path / "out").mkdir()
    shut = [tmp_path / "shut", *(tmp_path / "shut").rglob("*")]
    code = RUN.replace("codes.json", "../out/codes.json") % SHUT + TRY_TO_APPEND
    try:
        for each in shut:
            each.chmod(0o555 if each.is_dir() else 0o444)
        before = sorted((tmp_path / "shut").rglob("*"))
        done = program(
            code,
            tmp_path / "shut",
            *STRICT,
            environment={"HOME": str(tmp_path / "shut")},
            preexec_fn=bound_by_modes,
        )
        assert sorted((tmp_path / "shut").rglob("*")) == before
    finally:
        for each in shut:
            each.chmod(0o755)

    codes = json.loads((tmp_path / "out" / "codes.json").read_text())
    assert list(codes.values()) == [0, 0, 0, 0, 2], done.stderr
    assert done.stderr.splitlines() == [
        f"all records are read, since {tmp_path}/shut/events/.aidtimeline: Permission denied",
        "written to ../out/chart.png",
        "0 recorded",
        "aidtimeline: events/.aidtimeline.seal.lock: Permission denied",
    ]
    assert done.stdout.splitlines()[-1] == "events/.aidtimeline.lock: Permission denied"


SHELL = """
aidtimeline counts >&-; echo $? >> codes
aidtimeline nonsense 2>&-; echo $? >> codes
aidtimeline record - <&-; echo $? >> codes
aidtimeline sql - <&-; echo $? >> codes
aidtimeline record draft <&- >&- 2>&-; echo $? >> codes
aidtimeline plot counts --out chart.png <&- >&- 2>&-; echo $? >> codes
aidtimeline counts > /dev/full; echo $? >> codes
mkdir gone && cd gone && rmdir ../gone
aidtimeline --log "$OLDPWD/events" counts --where item=truck | tail -1; echo $? >> ../codes
aidtimeline counts; echo $? >> ../codes
"""


@posix
def test_streams_may_be_closed_and_the_folder_gone(tmp_path: Path) -> None:
    """No traceback, no data lost; and no file of the log gets the number of stdout or stderr."""
    folder = tmp_path / "shell"
    examples.copy(folder / "events")
    draft = {"kind": "delivery", "date": "2023", "item": "truck", "sources": [{"publisher": "A"}]}
    (folder / "draft").write_text(json.dumps(draft))
    start = f"{sys.executable} -W error -c 'from aidtimeline.cli import main; main()'"
    script = f'aidtimeline() {{ {start} "$@"; }}\n{SHELL}'
    environment = {**os.environ, "PYTHONPATH": SRC}
    environment.pop("AIDTIMELINE_LOG", None)
    done = subprocess.run(
        ["/bin/sh", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )

    assert done.stderr.splitlines() == [
        "aidtimeline record: <stdin>: Bad file descriptor (see 'aidtimeline record --help')",
        "aidtimeline sql: <stdin>: Bad file descriptor (see 'aidtimeline sql --help')",
        "aidtimeline: output: No space left on device",
        "aidtimeline: there is no log in the folder 'events': start one with `aidtimeline record FILE`",
    ]
    assert (folder / "codes").read_text().split() == ["0", "2", "2", "2", "0", "0", "1", "0", "2"]
    assert len(EventLog(folder / "events").ids()) == 84


@posix
def test_no_file_gets_the_number_of_a_stream(tmp_path: Path) -> None:
    """Where the caller has closed all three, a file that is opened has another number, and nothing can be read."""
    code = """
import os
from aidtimeline.cli.streams import keep_from_files
for number in range(3):
    os.close(number)
keep_from_files()
with open("file", "w") as file:
    found = [file.fileno() > 2]
    for number, do in enumerate((lambda: os.read(0, 1), lambda: os.write(1, b"x"), lambda: os.write(2, b"x"))):
        try:
            do()
        except OSError as error:
            found.append(error.errno == 9)
    file.write(repr(found))
"""
    folder = tmp_path / "closed"
    folder.mkdir()
    program(code, folder)

    assert (folder / "file").read_text() == "[True, True, True, True]"


def test_it_runs_from_an_archive(tmp_path: Path) -> None:
    """A file of `zipapp` is the command line; a table of facts is kept, and told from that of other code."""
    site = installed(tmp_path)
    shutil.rmtree(next(site.glob("*.dist-info")))
    app, folder = tmp_path / "app.pyz", tmp_path / "work"
    zipapp.create_archive(site, app, main="aidtimeline.cli:main")
    folder.mkdir()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-W", "error", app, *arguments],
            cwd=folder, env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert "aidtimeline" in done.stdout + done.stderr or arguments[0] == "counts"
        return done.stdout

    run("example")
    assert "truck" in run("counts", "--engine", "embedded", "--as-of", "2023-11-28", "--where", "item=truck")
    assert run("--version").startswith("aidtimeline ")
    [kept] = (folder / "events" / ".aidtimeline").glob("facts-*.duckdb")
    build(folder / "events")
    assert [kept] == list((folder / "events" / ".aidtimeline").glob("facts-*.duckdb"))
