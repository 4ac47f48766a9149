"""The README and the pages of docs/ are true: their console examples are run and compared to the letter.

The examples of a page run in order, in a folder that holds the record in events/ and nothing else. Python examples are
doctests. `python tests/test_readme.py` writes what the commands print into the pages, or into
those that it is given.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from consoles import BLOCK, COMMAND, Console

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
GOLDEN = ROOT / "tests" / "golden"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
PAGES = [README, CONTRIBUTING, *sorted((ROOT / "docs").rglob("*.md"))]
MOST_WORDS = 1300


def replayed(page: str, folder: Path) -> str:
    """The page with what each command of its console examples prints in a folder with the record and no more."""
    shutil.copytree(ROOT / "events", folder / "events")
    console = Console(folder)
    return BLOCK.sub(lambda block: "".join(map(console.run, COMMAND.findall(block[0]))), page)


def name_of(page: Path) -> str:
    """The path of a page without its ending, such as docs/checks/overdue."""
    return page.relative_to(ROOT).with_suffix("").as_posix()


@pytest.mark.skipif(not Path("/bin/sh").exists(), reason="the examples are typed into a POSIX shell")
@pytest.mark.parametrize("file", PAGES, ids=name_of)
def test_console_examples_print_what_the_page_shows(file: Path, tmp_path: Path) -> None:
    """Each command prints exactly what stands below it, on a terminal of 100 columns."""
    page = file.read_text(encoding="utf-8")

    assert page == replayed(page, tmp_path)


def test_the_readme_is_short() -> None:
    """Nobody reads more than 1,300 words before they try something."""
    assert len(README.read_text(encoding="utf-8").split()) <= MOST_WORDS


def test_the_two_commands_are_targets() -> None:
    """The set-up commands that the README names are targets of the Makefile."""
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)

    assert {"demo", "test"} <= set(targets)
    assert re.findall(r"^make (\S+)", README.read_text(encoding="utf-8"), re.MULTILINE) == ["demo", "test"]


def test_the_line_of_the_file_format_is_one_of_the_record() -> None:
    """The line that shows the file format stands in events/ as it is shown."""
    page = (ROOT / "docs" / "format.md").read_text(encoding="utf-8")
    line = re.findall(r"^```json\n(.*\n)```$", page, re.MULTILINE)[0]

    assert any(line in file.read_text(encoding="utf-8") for file in (ROOT / "events").glob("*.jsonl"))


def test_contributing_names_every_room() -> None:
    """CONTRIBUTING.md says of each module and folder of the package what is in it."""
    rooms = {path.name for path in (ROOT / "src" / "aidtimeline").iterdir() if path.name[0] != "_"} - {"py.typed"}
    page = CONTRIBUTING.read_text(encoding="utf-8")
    table = page.partition("| room |")[2].partition("\n\n")[0]
    first_cells = " ".join(line.split("|")[1] for line in table.splitlines()[2:])

    assert set(re.findall(r"`([^`/]+)/?`", first_cells)) == rooms


LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts make them: lower case, spaces to hyphens, no punctuation."""
    headings = HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("folder", ["recipes", "ideas"])
def test_an_index_lists_all_pages_of_its_folder(folder: str) -> None:
    """Who reads the index of recipes or ideas finds each of them."""
    index, *pages = sorted((ROOT / "docs" / folder).glob("*.md"), key=lambda page: page.stem != "index")
    listed = LINK.findall(index.read_text(encoding="utf-8"))

    assert [page.name for page in pages if page.name not in listed] == []


def test_the_tutorial_begins_at_an_empty_folder() -> None:
    """Each command of the tutorial asks the log that it makes, and none the record that other pages have."""
    page = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    commands = [command for command in COMMAND.findall(page) if command.startswith("$ aidtimeline")]

    assert len(commands) > 10
    assert [command for command in commands if not command.startswith("$ aidtimeline --log winter ")] == []


@pytest.mark.parametrize("page", [*PAGES, GOLDEN / "README.md"], ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    """Each link to a file of the repository leads to one that is there, and to a heading that it has."""
    lost = []
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not link.startswith("http") and not (target.exists() and (not anchor or anchor in anchors(target))):
            lost.append(link)

    assert lost == []


if __name__ == "__main__":
    for each in map(Path, sys.argv[1:]) if sys.argv[1:] else PAGES:
        with tempfile.TemporaryDirectory() as scratch:
            each.write_text(replayed(each.read_text(encoding="utf-8"), Path(scratch)), encoding="utf-8")
