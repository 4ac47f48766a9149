"""Every printed field of every command, fed with texts that try to act on the terminal that they are printed on."""

from __future__ import annotations

import csv
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click
import openpyxl
import pytest
from hostiletexts import ACTS, LOG, hostile, marker, markers_in, slug, write_log
from iatifiles import activity, file, transaction
from terminals import SGR, Run, on_terminal, run_all
from test_formats_fts import answer, flow, thing
from test_formats_kiel import VALUED, written as tracker

from aidtimeline import EventLog
from aidtimeline.cli.application import MODULES, application
from aidtimeline.codec import event_to_json
from aidtimeline.events import EVENT_KINDS, Source, Status
from aidtimeline.formats.tables.example import EXAMPLE, SAMPLE
from aidtimeline.report import FORMATS
from aidtimeline.report.bundles.making import digest_of
from aidtimeline.report.citing import FORMATS as CITED

pytest.importorskip("pty", reason="there are no pseudo-terminals")

TEXTS = {"table", "csv", "json", "html"}
"""The formats that write every character; the others leave out what hides."""


def acting(text: str) -> set[str]:
    """What of a text acts on a terminal or hides, but for line ends."""
    found = {each for each in text if unicodedata.category(each) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    return {*found, *re.findall("[\u0300-\u036f]{9,}", text)} - {"\n", "\u200c", "\u200d"}


def markers(text: str, *, whole: bool = True) -> set[str]:
    """The markers of the hostile texts that are there in visible form."""
    acts = r"(?=\\x1b|\\u001b|\\\\x1b|\u0301{8}\\u0301|(?:\\u0301){9})" if whole else ""
    return set(re.findall(f"Q[a-zZ]+Q{acts}", text))


def named(*names: str) -> set[str]:
    return set(map(marker, names))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A folder with the log, and the ids of its records."""
    folder = tmp_path_factory.mktemp("hostile") / "made"
    folder.mkdir()
    return folder, write_log(folder)


@pytest.fixture
def ids(made: tuple[Path, dict[str, str]]) -> dict[str, str]:
    """The ids of the records of the log."""
    return made[1]


@pytest.fixture
def folder(made: tuple[Path, dict[str, str]], tmp_path: Path) -> Path:
    """A copy of the folder, in which a test may write."""
    return Path(shutil.copytree(made[0], tmp_path / "folder"))


def on_log(*words: str) -> list[str]:
    return ["--log", LOG, *words]


def harmless(folder: Path, runs: Sequence[Sequence[str]], *, before: str = "", **env: str) -> list[Run]:
    """Run commands on a terminal, and take our colours out of what they print; nothing that is left acts."""
    found = [run._replace(text=SGR.sub(r"\1", run.text)) for run in run_all(folder, runs, before=before, **env)]
    for run in found:
        assert acting(run.text) == set(), run
        assert "Traceback" not in run.text, run
    return found


SAID = ("items-item.label", "item", "source-of-delivery.publisher")
LABELS = ("parties-donor.name", "parties-recipient.name", "projects-project.label")
ID = "{delivery}"

PAGES: Mapping[str, tuple[str, ...]] = {
    "as-of 2024-01-01": (*SAID, "project", "parties-party.name", "unit"),
    "counts": SAID,
    "counts --by donor --by via --by project --by recipient --by location --by sector --by package": (
        *("donor", "via", "project", "recipient", "location", "sector", "package"),
    ),
    "counts --kind pledge --by dataset": ("dataset", "source-of-pledge.publisher", "datasets-dataset.name"),
    "counts --by item-category": ("category",),
    "money --by donor": ("donor", "parties-donor.name", "source-of-disbursement.publisher"),
    "money --currency EUR": ("rates-.source",),
    "projects": ("project.title", "parent", "parties-party.name", "item", "unit"),
    "participation": ("project", "party", "parties-party.name"),
    "fulfilment --matches": ("item", "unit", "donor", "project", "recipient"),
    "levels": ("item", "unit", "donor", "location", "source-of-observation.publisher"),
    "series": ("item", "unit"),
    "series --every year --by donor": ("donor",),
    "series --within year": ("item",),
    "facts": (*LABELS, "items-item.label", "unit", "source-of-commitment.publisher"),
    f"explain {ID}": ("source-of-delivery.publisher", "source-of-corroboration.publisher"),
    "explain --where item={item} --where unit={unit}": ("source-of-delivery.publisher", "correction.reason"),
    "explain {level}": ("item", "source-of-observation.publisher"),
    "explain --fulfilment --where kind=pledge": ("source-of-pledge.publisher", "source-of-cancellation.publisher"),
    "explain --field title --where project={its}": ("project.title", "source-of-project.publisher"),
    "explain --field role --where project={its}": ("source-of-participation.publisher",),
    "diff --from-as-of 2023-01-01": ("items-item.label",),
    "diff --from-as-of 2023-01-01 --by project --by donor": ("projects-project.label", "parties-donor.name"),
    "diff --fulfilment --from-as-of 2023-01-01": ("donor", "item", "project", "recipient", "unit"),
    "sources": ("source-of-pledge.url", "source-of-pledge.archived"),
}
"""Questions, and what their pages print."""


def filled(words: str, ids: Mapping[str, str]) -> list[str]:
    """The words of a command, with the ids of records and hostile slugs in them."""
    slugs = {"item": slug("item"), "unit": slug("unit"), "its": slug("project")}
    return [each.format_map({**slugs, **ids}) for each in words.split(" ")]


def test_every_question_in_every_format(folder: Path, ids: Mapping[str, str]) -> None:
    """Pages, CSV, Markdown, HTML, JSON, feeds: what a question prints is visible, and acts on nothing."""
    runs = [on_log(*filled(page, ids)) for page in PAGES]
    pages = harmless(folder, runs)
    assert run_all(folder, runs, NO_COLOR="1") == pages
    for page, run in zip(PAGES, pages, strict=True):
        assert run.code == 0, run
        assert named(*PAGES[page]) - markers(run.text) == set(), page
    asked = [(page, form) for page in PAGES for form in FORMATS if form != "table"]
    asked += [(page, "atom") for page in PAGES if page.startswith("diff --from")]
    for (_, form), run in zip(asked, run_in_forms(folder, ids, asked), strict=True):
        if form == "xlsx":
            assert run.code == 2
            assert "a workbook is no text: name a file with --out" in run.text
        else:
            assert run.code == 0, run
            assert markers(run.text, whole=form in TEXTS), run


def run_in_forms(folder: Path, ids: Mapping[str, str], asked: Sequence[tuple[str, str]]) -> list[Run]:
    return harmless(folder, [on_log(*filled(page, ids), "--format", form) for page, form in asked])


NOT_PRINTED = named(
    *(f"{kind}.{name}" for kind in ("correction", "retraction", "corroboration") for name in ("ref", "note")),
    *(f"source-of-{kind}.quote" for kind in ("retraction", "corroboration")),
)
"""What no command prints: they are for who reads the log itself."""


def test_every_text_of_the_log_is_printed_somewhere(folder: Path) -> None:
    """So nothing of the log was left out: all of it arrives on the terminal, in visible form."""
    records = list(EventLog(folder / LOG).read())
    [path] = EventLog(folder / LOG).files()
    lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    drafts = [line for line in lines if json.loads(line)["kind"] in EVENT_KINDS]
    (folder / "drafts.jsonl").write_text("\n".join(drafts), encoding="utf-8")
    runs = [
        on_log("template", "--drafts", "drafts.jsonl"),
        on_log("sources", "--json"),
        *(on_log("explain", each.id) for each in records if each.file is not None),
    ]
    printed = set().union(*(markers(run.text) for run in harmless(folder, runs)))
    wanted = set(itertools.chain(*(markers_in(each.event) for each in records)))
    assert len(wanted) > 150
    assert wanted - printed == NOT_PRINTED


DRAWN = ("counts", "money", "series", "fulfilment", "levels")
WITHOUT = {
    *("report --title", "report --licence", *(f"plot {each} --where its value" for each in DRAWN)),  # in the file
    *("correct --note", "retract --note", "retract --source its value", "correct --source its value"),  # in the record
    "export iati --where its value",  # in the file
    *("watch words", "watch no such option", "watch too much"),  # which says what it follows
}
"""Options that take any text, and print nothing of it."""

SAMPLES: Mapping[str, str] = {
    "as-of": "2024-01-01",
    "cite": ID,
    "completion": "zsh",
    "correct": f"{ID} quantity=7 --dry-run",
    "corroborate": f"{ID} quantity=7 --source publisher=a --dry-run",
    "retract": f"{ID} --dry-run",
    "import": "csv table.csv --mapping mapping.toml --dry-run",
    "merge": "other",
    "record": "draft.jsonl",
    "report": "--force --out report.html",
    "export facts": "--force --out facts.csv",
    "export iati": "--force --out activities.xml",
    "sql": "SELECT+1",
    "verify": "bundle.json",
    **{f"plot {each}": "--force --out chart.svg" for each in DRAWN},
}
"""What a command needs."""

ENDINGS = {
    **{f"plot {each}": ".svg" for each in DRAWN},
    "template": ".csv",
    "export facts": ".csv",
    "export iati": ".xml",
}
"""How the name of a file has to end that a command writes."""


def write_samples(folder: Path) -> None:
    """The files that `SAMPLES` names."""
    (folder / "mapping.toml").write_text(EXAMPLE, encoding="utf-8")
    (folder / "table.csv").write_text(SAMPLE, encoding="utf-8")
    draft = {"kind": "status", "date": "2024", "project": "x", "status": "closed", "sources": [{"publisher": "a"}]}
    (folder / "draft.jsonl").write_text(json.dumps(draft) + "\n", encoding="utf-8")
    EventLog(folder / "other").append(Status(date="2025", project="x", status="closed", sources=Source(publisher="a")))
    (folder / "bundle.json").write_text("{}", encoding="utf-8")


def commands(command: click.Command, name: str = "") -> Iterator[tuple[str, click.Command]]:
    """All commands, each with its name."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for each in command.list_commands(context):
            found = command.get_command(context, each)
            assert found is not None
            yield from commands(found, f"{name} {each}".strip())
    else:
        yield name, command


def hostile_cases(ids: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    """Every option and argument of every command with a hostile value, and what none has."""
    text = hostile("given")
    for name, command in commands(application):
        sample = filled(SAMPLES[name], ids) if name in SAMPLES else []
        begun = [*name.split(), *sample]
        for each in command.params:
            if isinstance(each, click.Argument):
                yield f"{name} {each.name}", [*name.split(), text, *sample[1:]]
            elif not getattr(each, "is_flag", False):
                option = each.opts[0]
                value = f"new{text}{ENDINGS.get(name, '')}" if option in ("--out", "--bundle") else text
                yield (
                    f"{name} {option}",
                    [*(word for word in begun if option != "--to" or word != "--dry-run"), option, value],
                )
                if option in ("--where", "--source"):
                    yield f"{name} {option} its name", [*begun, option, f"{text}=a"]
                    its = "item" if option == "--where" else "publisher"
                    yield f"{name} {option} its value", [*begun, option, f"{its}={text}"]
        yield f"{name} no such option", [*begun, f"--{text}"]
        yield f"{name} too much", [*begun, text, text, text]


def test_every_option_and_argument(folder: Path, ids: Mapping[str, str]) -> None:
    """Given something hostile, each either says so or takes it; nothing of it acts."""
    write_samples(folder)
    cases = dict(hostile_cases(ids))
    assert {each.split(" ")[0] for each in cases} == set(MODULES)
    found = harmless(folder, [on_log(*case) for case in cases.values()])
    silent = {name for name, run in zip(cases, found, strict=True) if marker("given") not in markers(run.text)}
    assert silent == WITHOUT


SQL = ("table", "csv", "json", "html", "markdown")
OTHERS: Mapping[str, tuple[str, ...]] = {
    "check": ("overlaps", "items.key", "rates.key", "pledge.ref", "dataset"),
    "check --json": ("overlaps", "items.key", "rates.key", "pledge.ref", "dataset"),
    **{f"cite {ID} --format {form}": ("source-of-delivery.publisher", "unit") for form in CITED},
    f"cite {ID} --bundle b{ACTS}": ("source-of-delivery.title",),
    f"verify b{ACTS}": ("unit",),
    f"verify forged{ACTS}": ("library", "command", "member"),
    "seal": (),
    f"merge other{ACTS}": ("item", "alone"),
    f"record draft{ACTS}.jsonl": (),
    f"record wrong{ACTS}.jsonl": ("status.status", "key"),
    f"record gone{ACTS}.jsonl": ("retraction.reason",),
    "cache": (),
    "cache build": (),
    "cache --json": (),
    "cache clear": (),
    f"report --out r{ACTS} --title {ACTS} --licence {ACTS}": (),
    f"export facts --out f{ACTS}.csv": (),
    f"plot counts --out c{ACTS}.svg": (),
    f"plot counts --by location --out c{ACTS}.png": (),
    f"template --drafts draft{ACTS}.jsonl --out t{ACTS}.csv": (),
    f"template --drafts draft{ACTS}.jsonl": ("status.note", "source-of-status.quote"),
    f"correct {ID} quantity=7 note={ACTS} --reason {ACTS} --dry-run": ("item", "project", "donor"),
    f"correct {ID} quantity=7 source.title={ACTS} --json --dry-run": ("source-of-delivery.quote", "delivery.ref"),
    f"corroborate {ID} quantity=1 --source publisher={ACTS}": ("item", "project"),
    f"corroborate {ID} quantity=2 --source publisher={ACTS} --json": (),
    f"retract {ID} --reason {ACTS}": ("item", "project", "donor"),
    "completion bash": (),
    "completion zsh": (),
    "completion fish": (),
    "import --example": (),
    **{
        f"sql SELECT+1+AS+{{column}},{{text}} --format {form}": ("column", "value") for form in ("table", "csv", "json")
    },
    "sql SELECT+{column}": ("column",),
    "--help": (),
    "--version": (),
    "counts --help": (),
}
"""Other commands, and what they print; + is a space."""


def test_the_other_commands(folder: Path, ids: Mapping[str, str]) -> None:
    """What writes, checks, cites, draws and amends; with what is hostile in the names of files, too."""
    records = list(EventLog(folder / LOG).read())
    shutil.copytree(folder / LOG, folder / f"other{ACTS}")
    labels = [{"slug": slug(name), "label": "another"} for name in ("item", "alone")]
    text = "".join(json.dumps(each) + "\n" for each in labels)
    (folder / f"other{ACTS}" / "vocabulary" / "items.jsonl").write_text(text, encoding="utf-8")
    draft = event_to_json(next(each.event for each in records if each.event.kind == "status"))
    wrong = {**draft, "status": hostile("status.status"), hostile("key"): 1}
    gone = event_to_json(next(each.event for each in records if each.id == ids["gone"]))
    for name, said in (("draft", draft), ("wrong", wrong), ("gone", gone)):
        (folder / f"{name}{ACTS}.jsonl").write_text(json.dumps(said) + "\n", encoding="utf-8")
    run_all(folder, [on_log("cite", ids["delivery"], "--bundle", "bundle")])
    forged = json.loads((folder / "bundle").read_text(encoding="utf-8"))
    forged["library"] = hostile("library")
    forged["question"]["command"] = hostile("command")
    forged["answer"][hostile("member")] = 1
    forged["digest"] = digest_of(forged)
    (folder / f"forged{ACTS}").write_text(json.dumps(forged), encoding="utf-8")
    sql = {"column": f'"{hostile("column")}"', "text": f"'{hostile('value')}'"}
    runs = [on_log(*(word.replace("+", " ") for word in filled(each, {**ids, **sql}))) for each in OTHERS]
    for words, run in zip(OTHERS, harmless(folder, runs, XDG_CACHE_HOME=f"cache{ACTS}"), strict=True):
        whole = "cite" not in words and "markdown" not in words
        assert named(*OTHERS[words]) - markers(run.text, whole=whole) == set(), words


def write_imported(folder: Path, name: str) -> None:
    """A file of every format, hostile in its name and in whatever its format lets be."""
    in_xml = "".join(each for each in ACTS if each >= " ")
    in_cells = in_xml.replace("\u2028", "")
    xml = file(activity(transaction(value=f"QamountQ{in_xml}"), transaction(), id=f"QidQ{in_xml}"), activity(id=None))
    (folder / f"{name}.xml").write_text(xml, encoding="utf-8")
    (folder / f"broken{name}.xml").write_text(f"<QrootQ.{in_xml[-1]}>", encoding="utf-8")
    flows = [
        flow(1, description=hostile("description")),
        flow(2, id=hostile("id"), amountUSD=hostile("amount")),
        flow(3, sourceObjects=[thing("Organization", hostile("donor"))]),
    ]
    (folder / f"{name}.json").write_text(answer(*flows), encoding="utf-8")
    cells = [
        {"id": hostile("package"), "currency": hostile("currency"), "date": hostile("date"), "donor": "Japan"},
        {"id": "JPM2", "donor": hostile("donor"), "value": hostile("value"), "item": hostile("item"), "units": "3"},
    ]
    tracker(folder / f"{name}.kiel.csv", [{**VALUED, **each} for each in cells])
    header, *rows = csv.reader(SAMPLE.splitlines(), delimiter=";")
    rows.append(["9", "Japan", "P", hostile("promised"), "Truck", "1", "1", "", "", "", ""])
    rows.append(["10", "Japan", hostile("parcel"), "2023", "Truck", "1", "5", "", "", "", hostile("link")])
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, delimiter=";").writerows([header, *rows])
    lines = (json.dumps(dict(zip(header, row, strict=True))) for row in rows)
    (folder / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    book = openpyxl.Workbook()
    sheet = book.create_sheet("QsheetQ\x9b2J\u202e.", 0)
    for row in (header, *rows):
        sheet.append([each.replace(ACTS, in_cells) for each in row])
    book.save(folder / f"{name}.xlsx")
    (folder / f"{name}.toml").write_text(EXAMPLE, encoding="utf-8")
    (folder / f"key{name}.toml").write_text(f'dataset = "a"\n"{marker("key")}\\u001b" = 1\n', encoding="utf-8")
    (folder / f"no{name}.toml").write_text(hostile("no-toml"), encoding="utf-8")
    sheets = {
        "column": f"kind,date,{hostile('column')}\nstatus,2023,x\n".replace("\r", ""),
        "cell": f'{IN_SHEET}\nstatus,"{hostile("date")}",a,"{hostile("status")}",a,a\n',
        "good": f'{IN_SHEET}\nstatus,2023,a,closed,"{hostile("note")}",a\n',
    }
    for which, text in sheets.items():
        (folder / f"{which}{name}.csv").write_text(text, encoding="utf-8", newline="")


IN_SHEET = "kind,date,project,status,note,source.publisher"
IMPORTED: Mapping[str, tuple[str, ...]] = {
    "iati {}.xml": ("amount", "id"),
    "iati broken{}.xml": (),
    "fts {}.json": ("description", "id", "amount", "donor"),
    "kiel {}.kiel.csv --published 2022-10-03": ("package", "currency", "date", "value", "donor", "item"),
    **{f"{kind} {{}}.{kind} --mapping {{}}.toml": ("promised", "parcel", "link") for kind in ("csv", "xlsx", "jsonl")},
    "csv {}.csv --mapping key{}.toml": ("key",),
    "csv {}.csv --mapping no{}.toml": (),
    "sheet column{}.csv": ("column",),
    "sheet cell{}.csv": ("date", "status"),
    "sheet good{}.csv": ("note",),
    f"sheet good{{}}.csv --encoding {hostile('encoding')}": ("encoding",),
    f"iati {{}}.xml --dataset {slug('dataset')}": ("dataset",),
}
"""Imports, and what they print."""


def test_what_is_hostile_in_files_that_are_imported(folder: Path) -> None:
    """Of every format: what is recorded, what is skipped and why, and the names of files and sheets."""
    name = f"file{ACTS}"
    write_imported(folder, name)
    ways = [["--dry-run"], ["--dry-run", "--json"], [], ["--json"]]
    begun = [["--log", f"new{ACTS}", "import", *words.format(name, name).split(" ")] for words in IMPORTED]
    runs = [[*words, *way] for words in begun for way in ways]
    found = iter(harmless(folder, runs))
    for words, printed in IMPORTED.items():
        text = "".join(run.text for run in itertools.islice(found, len(ways)))
        assert named(*printed) - markers(text, whole=False) == set(), words
        assert re.search(r"\\(x9b|u009b)", text), words


def test_names_that_are_no_text_and_errors_of_the_system(folder: Path) -> None:
    """Names of files that are no UTF-8, folders in place of files, what may not be read, and variables."""
    odd = "odd\udcff\udc9b"
    (folder / f"{odd}.jsonl").write_text("{}\n", encoding="utf-8")
    (folder / f"d{odd}{ACTS}").mkdir()
    shutil.copytree(folder / LOG, folder / f"log{odd}")
    (folder / f"log{odd}" / "torn.jsonl").write_text('{"kind"', encoding="utf-8")
    (folder / f"log{odd}" / f"x{ACTS}.jsonl").write_text(f'{{"kind":"{marker("kind")}\\u001b"}}\n', encoding="utf-8")
    runs = [
        *(on_log(*words, f"{odd}.jsonl") for words in (["record"], ["import", "fts"], ["template", "--drafts"])),
        *(on_log(*words, f"d{odd}{ACTS}") for words in (["record"], ["import", "fts"], ["verify"], ["merge"])),
        on_log("counts", "--out", f"d{odd}{ACTS}"),
        on_log("counts", "--out", f"none{odd}{ACTS}/x"),
        on_log("counts", "--json", "--out", f"o{odd}"),
        *(["--log", f"log{odd}", *words] for words in (["check"], ["counts"], ["counts", "--skip-problems"], ["seal"])),
        ["--log", f"{odd}.jsonl", "counts"],
        ["--log", f"{odd}.jsonl", "record", "draft.jsonl"],
    ]
    for run in harmless(folder, runs):
        assert r"\udcff\udc9b" in run.text or "\ufffd\ufffd" in run.text, run
    [run] = harmless(folder, [["counts"]], AIDTIMELINE_LOG=LOG, AIDTIMELINE_ENGINE=hostile("engine"))
    assert markers(run.text) == named("engine")
    [run] = harmless(folder, [["counts"]], AIDTIMELINE_LOG=hostile("folder"))
    assert markers(run.text) == named("folder")


def test_completions(folder: Path) -> None:
    """What hides something is not offered."""
    path = folder / LOG / "vocabulary" / "items.jsonl"
    path.write_text(path.read_text(encoding="utf-8") + '{"slug":"Qplain","label":"Plain"}\n', encoding="utf-8")
    asked = {"_AIDTIMELINE_COMPLETE": "bash_complete", "COMP_WORDBREAKS": " =:", "AIDTIMELINE_LOG": LOG}
    for name in ("item", "project", "dataset", "unit"):
        [run] = harmless(folder, [[]], COMP_LINE=f"aidtimeline counts --where {name}=Q", **asked)
        assert run.text.split() == (["plain,Qplain"] if name == "item" else []), run
    [run] = harmless(folder, [[]], COMP_LINE=f"aidtimeline counts --where {hostile('word')}", **asked)
    assert run.text.strip() == ""


SOON = "from aidtimeline.cli import progress; progress.SHOWN_AFTER = progress.AGAIN_AFTER = 0"


def test_the_bar(folder: Path) -> None:
    """It is drawn over itself, and takes nothing from the log."""
    write_imported(folder, ACTS)
    runs = [on_log("counts"), on_log("check"), on_log("import", "iati", f"{ACTS}.xml", "--dry-run")]
    for run in run_all(folder, runs, before=SOON):
        assert "\rreading the " in run.text
        assert acting(SGR.sub(r"\1", run.text)) == {"\r"}
        assert all(re.match("(reading|recording|checking|$| )", each) for each in run.text.split("\r")[1:-1]), run


CHANGES = """
import sys, time
from aidtimeline import Delivery, EventLog, Source
sys.path.insert(0, {tests!r})
from hostiletexts import LOG, event, hostile
steps = iter([
    lambda: EventLog(LOG).append(event("delivery", date="2023-01-01", quantity=100)),
    lambda: open(LOG + "/vocabulary/items.jsonl", "w", encoding="utf-8").close(),
    lambda: open(LOG + "/broken.jsonl", "w", encoding="utf-8").write(hostile("line") + chr(10)),
])
def sleep(_seconds):
    step = next(steps, None)
    if step is None:
        raise KeyboardInterrupt
    step()
time.sleep = sleep
"""


def test_watch(folder: Path) -> None:
    """Each answer, what is new in it, and what breaks the log."""
    before = CHANGES.format(tests=str(Path(__file__).parent))
    for words in (["counts"], ["diff", "--from-as-of", "2023-01-15"], ["counts", "--format", "csv"]):
        copy = folder.with_name(words[-1])
        shutil.copytree(folder, copy)
        [run] = harmless(copy, [on_log("watch", *words)], before=before)
        assert run.code == 0, run
        assert named("item", "items-item.label") <= markers(run.text)
        assert "the log has changed" in run.text
        assert re.search(r"^\+ .*QitemZ?", run.text, re.MULTILINE), run
        assert "looked at again when it changes" in run.text


FAILS = """
import warnings
from aidtimeline.cli import asking
from hostiletexts import hostile
def fails(*_args, **_options):
    warnings.warn(hostile("warning"))
    print(hostile("print"))
    {error}
from aidtimeline.cli import questions
questions.view_of = fails
"""


def test_bugs_and_warnings(folder: Path) -> None:
    """What Python itself prints, and what a library prints past us."""
    begin = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
    errors = {
        'raise ValueError(hostile("error"))': named("warning", "print", "error"),
        'raise OSError(5, hostile("error"), hostile("file"))': named("warning", "print", "error", "file"),
        "raise KeyboardInterrupt": named("warning", "print"),
        "raise SystemExit(0)": named("warning", "print"),
    }
    for error, printed in errors.items():
        [run] = run_all(folder, [on_log("counts")], before=begin + FAILS.format(error=error), NO_COLOR="1")
        assert acting(run.text) == set(), run
        assert markers(run.text) >= printed, run
        assert ("Traceback" in run.text) == ("ValueError" in error)


CODE = "from aidtimeline.cli import main; main()"


def test_a_process_of_its_own(folder: Path) -> None:
    """As a shell starts it; also where the encoding of the terminal is another."""
    for encoding in ("utf-8", "ascii", "latin-1", "cp437"):
        command = [sys.executable, "-c", CODE, *on_log("counts")]
        written = on_terminal(command, folder, encoding=encoding, LC_ALL="C")
        text = SGR.sub(r"\1", written)
        assert acting(text) == set()
        assert marker("items-item.label") in text
        assert SGR.search(written)


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "xlsx"])
def test_a_pipe_gets_what_a_file_gets(folder: Path, form: str) -> None:
    """To the letter, whatever is in it: no program that reads data has to know of terminals."""
    command = [sys.executable, "-c", CODE, *on_log("facts", "--format", form)]
    env = os.environ | {"PYTHONIOENCODING": "utf-8"}
    env.pop("COLUMNS", None)
    piped = subprocess.run(command, cwd=folder, env=env, capture_output=True, check=True).stdout
    subprocess.run([*command, "--out", "facts"], cwd=folder, env=env, capture_output=True, check=True)
    assert piped == (folder / "facts").read_bytes()
    if form == "csv":
        assert hostile("items-item.label").encode() in piped
