"""The README tells the truth: its console examples are run, each beside those before it, and compared to the letter.

Its Python examples are doctests. `python tests/test_readme.py` writes what the commands print into the README.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^\$ .*\n(?:> .*\n)*", re.MULTILINE)
WIDTH = 100


def replayed(page: str, folder: Path) -> str:
    """The page with what each command of its console examples prints in a folder with the record and no more."""
    shutil.copytree(ROOT / "events", folder / "events")
    program = folder / "aidtimeline"
    start = f"{shlex.quote(sys.executable)} -c 'from aidtimeline.cli import main; main()'"
    program.write_text(f'#!/bin/sh\nexec {start} "$@"\n')
    program.chmod(0o755)
    environment = {
        **os.environ,
        "COLUMNS": str(WIDTH),
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "PYTHONIOENCODING": "utf-8",
    }
    environment.pop("AIDTIMELINE_LOG", None)

    def run(typed: str) -> str:
        lines = typed.removeprefix("$ ").replace("\n> ", "\n")
        done = subprocess.run(
            ["/bin/sh", "-c", lines],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            encoding="utf-8",
        )
        return typed + done.stdout

    return BLOCK.sub(lambda block: "".join(map(run, COMMAND.findall(block[0]))), page)


@pytest.mark.skipif(not Path("/bin/sh").exists(), reason="the examples are typed into a POSIX shell")
def test_console_examples_print_what_the_readme_shows(tmp_path: Path) -> None:
    """Each command prints exactly what stands below it, on a terminal of 100 columns."""
    page = README.read_text(encoding="utf-8")

    assert page == replayed(page, tmp_path)


def test_the_two_commands_are_targets() -> None:
    """The set-up commands that the README names are targets of the Makefile."""
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)

    assert {"demo", "test"} <= set(targets)
    assert re.findall(r"^make (\S+)", README.read_text(encoding="utf-8"), re.MULTILINE) == ["demo", "test"]


def test_the_line_of_the_file_format_is_one_of_the_record() -> None:
    """The line that shows the file format stands in events/ as it is shown."""
    [line] = re.findall(r"^```json\n(.*\n)```$", README.read_text(encoding="utf-8"), re.MULTILINE)

    assert any(line in file.read_text(encoding="utf-8") for file in (ROOT / "events").glob("*.jsonl"))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        README.write_text(replayed(README.read_text(encoding="utf-8"), Path(scratch)), encoding="utf-8")
