"""The types tell the truth: mypy and pyright take what runs, and refuse what does not."""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from aidtimeline import InvalidValue, Quantity

ROOT = Path(__file__).parent.parent
TYPED = Path(__file__).parent / "typed"
REFUSED = TYPED / "refused.py"


def lines_refused_by_mypy(file: Path) -> set[int]:
    """The numbers of the lines with an error, of `mypy --strict`."""
    environment = {**os.environ, "MYPYPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", str(file)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, cwd=ROOT)
    assert done.returncode in (0, 1), done.stderr
    return {int(number) for number in re.findall(rf"{file.name}:(\d+): error", done.stdout)}


def lines_refused_by_pyright(file: Path, folder: Path) -> set[int]:
    """The numbers of the lines with an error, of pyright in strict mode."""
    shutil.copy(file, folder)
    settings = {"include": [file.name], "extraPaths": [str(ROOT / "src")], "typeCheckingMode": "strict"}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    command = [sys.executable, "-m", "pyright", "--outputjson", "--project", str(folder)]
    done = subprocess.run(
        [*command, "--pythonpath", sys.executable], check=False, capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode in (0, 1), done.stderr + done.stdout
    found = json.loads(done.stdout)
    assert found["summary"]["filesAnalyzed"] >= 1
    errors = (each for each in found["generalDiagnostics"] if each["severity"] == "error")
    return {each["range"]["start"]["line"] + 1 for each in errors}


def test_mypy_takes_what_is_right_and_refuses_what_is_wrong() -> None:
    """In its strict mode."""
    assert lines_refused_by_mypy(TYPED / "accepted.py") == set()
    assert lines_refused_by_mypy(REFUSED) == marked()


def test_pyright_takes_what_is_right_and_refuses_what_is_wrong(tmp_path: Path) -> None:
    """In its strict mode."""
    assert lines_refused_by_pyright(TYPED / "accepted.py", tmp_path) == set()
    assert lines_refused_by_pyright(REFUSED, tmp_path) == marked()


def marked() -> set[int]:
    """The lines that are to be refused."""
    lines = REFUSED.read_text(encoding="utf-8").splitlines()
    return {number for number, line in enumerate(lines, start=1) if line.endswith("# refused")}


def test_what_checkers_take_runs() -> None:
    """So the types promise nothing that is not so."""
    assert runpy.run_path(str(TYPED / "accepted.py"))["SUBJECTS"] == ["truck", "truck", "truck", "USD", "hd", "hd"]


def test_numbers_of_numpy_are_quantities() -> None:
    """Whole numbers and floats of numpy, which need not be installed; flags and arrays are none."""
    numpy = pytest.importorskip("numpy")
    assert Quantity.parse(numpy.int64(3)) == Quantity.parse(numpy.uint8(3)) == Quantity.exact(3)
    assert Quantity.parse(numpy.float64(11.5)) == Quantity.parse("11.5")
    for found in (numpy.bool_(True), numpy.array([1, 2]), True):
        with pytest.raises(InvalidValue):
            Quantity.parse(found)
