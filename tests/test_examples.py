"""The example record: it is installed with the library, and the README works from there."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from consoles import BLOCK, COMMAND, Console
from packages import built, installed
from processes import bound_by_modes

from aidtimeline import LogError, Timeline, UsageError, examples

ROOT = Path(__file__).parent.parent
EVENTS = ROOT / "events"


def test_it_is_the_record_of_the_repository() -> None:
    """In memory it has the same records and labels as the folder."""
    found, expected = examples.open(), Timeline.open(EVENTS)

    assert [each.id for each in found.records] == [each.id for each in expected.records]
    assert found.vocabulary == expected.vocabulary


def test_a_copy_has_the_same_bytes(tmp_path: Path) -> None:
    """A copy is a log with its vocabulary, to the byte, and can be added to."""
    files = examples.copy(tmp_path / "new" / "log")

    assert {path.relative_to(tmp_path / "new" / "log"): path.read_bytes() for path in files} == {
        path.relative_to(EVENTS): path.read_bytes() for path in EVENTS.rglob("[!.]*.jsonl")
    }


def test_nothing_is_written_over(tmp_path: Path) -> None:
    """A folder that has something in it stays as it is."""
    (tmp_path / "mine.jsonl").touch()
    with pytest.raises(UsageError, match="not empty"):
        examples.copy(tmp_path)
    with pytest.raises(LogError, match="Not a directory"):
        examples.copy(tmp_path / "mine.jsonl" / "events")

    assert [path.name for path in tmp_path.iterdir()] == ["mine.jsonl"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, installed into a folder."""
    return installed(tmp_path_factory.mktemp("wheel"))


def test_a_wheel_has_the_record_once(site: Path) -> None:
    """The files of the log and of its vocabulary are in it, and no lock, index or table that was kept beside them."""
    found = {path.relative_to(site).as_posix() for path in (site / "aidtimeline" / "examples").rglob("*.*")}

    assert found == {
        "aidtimeline/examples/__init__.py",
        "aidtimeline/examples/events/japan-demining.jsonl",
        *(f"aidtimeline/examples/events/vocabulary/{name}.jsonl" for name in ("items", "parties", "projects")),
    }


def test_an_editable_installation_leaves_it_in_the_repository(tmp_path: Path) -> None:
    """There is no second copy of it that would not follow the first."""
    with zipfile.ZipFile(built(tmp_path, "editable")) as wheel:
        assert not [name for name in wheel.namelist() if name.startswith("aidtimeline/")]


@pytest.mark.skipif(not Path("/bin/sh").exists(), reason="the examples are typed into a POSIX shell")
def test_the_readme_works_where_the_wheel_is_installed(site: Path, tmp_path: Path) -> None:
    """`aidtimeline example`, and then each console example of the README prints what stands below it."""
    console = Console(tmp_path)
    console.environment["PYTHONPATH"] = str(site)
    page = (ROOT / "README.md").read_text(encoding="utf-8")

    assert console.by_shell(f"{sys.executable} -c 'import aidtimeline; print(aidtimeline.__file__)'").startswith(
        str(site)
    )
    assert console.by_shell("aidtimeline example").splitlines()[-1] == (
        "the example record is in events; next: aidtimeline --log events as-of 2023-11-28"
    )
    for block in BLOCK.findall(page):
        typed = COMMAND.findall(block)
        lines = [each.removeprefix("$ ").replace("\n> ", "\n") for each in typed]
        assert block == "".join(each + console.by_shell(line) for each, line in zip(typed, lines, strict=True))


@pytest.mark.skipif(os.name != "posix", reason="other systems have other modes")
def test_it_is_read_where_nothing_can_be_written(site: Path, tmp_path: Path) -> None:
    """A folder that cannot be written is as good, and nothing is ever added to it, whatever engine answers."""
    before = tree(site)
    code = """
from aidtimeline import examples
print(examples.open().as_of("2023-11-28").counts()["truck"], len(examples.copy("events")))
"""
    for mode in (0o555, 0o755):
        events = tmp_path / f"{mode:o}"
        events.mkdir()
        for path in (each for each in (site, *before) if each.is_dir()):
            path.chmod(mode)
        done = subprocess.run(
            [sys.executable, "-B", "-c", code],
            cwd=events,
            env={**os.environ, "PYTHONPATH": str(site), "AIDTIMELINE_ENGINE": "embedded"},
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=bound_by_modes,
        )
        assert (done.stdout, done.stderr) == ("30 4\n", "")
    assert tree(site) == before


def tree(folder: Path) -> list[Path]:
    """All that is in a folder."""
    return sorted(folder.rglob("*"))
