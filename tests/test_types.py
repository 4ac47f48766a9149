"""The types tell the truth: mypy and pyright take what runs, and refuse what does not."""

from __future__ import annotations

import doctest
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from aidtimeline import InvalidValue, Quantity
from aidtimeline.diff import Change
from aidtimeline.projections import FIELDS, SeriesRow
from aidtimeline.projections.dated import DATED
from aidtimeline.projections.rows import Named
from aidtimeline.projections.sums.tables import SumRow
from aidtimeline.projections.sums.within import WithinRow

ROOT = Path(__file__).parent.parent
TYPED = Path(__file__).parent / "typed"
REFUSED = TYPED / "refused.py"
PROGRAM = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


def mypy_says(*files: Path) -> str:
    """The messages of `mypy --strict`."""
    environment = {**os.environ, "MYPYPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--config-file", "pyproject.toml"]
    files_ = map(str, files)
    done = subprocess.run([*command, *files_], check=False, capture_output=True, text=True, env=environment, cwd=ROOT)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def lines_refused_by_mypy(file: Path) -> set[int]:
    """The numbers of the lines with an error."""
    return {int(number) for number in re.findall(rf"{file.name}:(\d+): error", mypy_says(file))}


def pyright_says(folder: Path, mode: str, *files: Path) -> list[str]:
    """The errors of pyright, each with file and line."""
    for each in files:
        if each.parent != folder:
            shutil.copy(each, folder)
    names = [each.name for each in files]
    settings = {"include": names, "extraPaths": [str(ROOT / "src")], "typeCheckingMode": mode}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    command = [
        sys.executable,
        "-m",
        "pyright",
        "--outputjson",
        "--project",
        str(folder),
        "--pythonpath",
        sys.executable,
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode in (0, 1), done.stderr + done.stdout
    found = json.loads(done.stdout)
    assert found["summary"]["filesAnalyzed"] >= len(names)
    errors = (each for each in found["generalDiagnostics"] if each["severity"] == "error")
    return [f"{Path(each['file']).name}:{each['range']['start']['line'] + 1}: {each['message']}" for each in errors]


def lines_refused_by_pyright(file: Path, folder: Path) -> set[int]:
    """The numbers of the lines with an error, in strict mode."""
    return {int(each.split(":")[1]) for each in pyright_says(folder, "strict", file)}


def test_mypy_takes_what_is_right_and_refuses_what_is_wrong() -> None:
    """In its strict mode."""
    assert lines_refused_by_mypy(TYPED / "accepted.py") == set()
    assert lines_refused_by_mypy(REFUSED) == marked()


def test_pyright_takes_what_is_right_and_refuses_what_is_wrong(tmp_path: Path) -> None:
    """In its strict mode."""
    assert lines_refused_by_pyright(TYPED / "accepted.py", tmp_path) == set()
    assert lines_refused_by_pyright(REFUSED, tmp_path) == marked()


def examples_of(folder: Path) -> list[Path]:
    """A module of each page with Python examples, and of each program on a page. What pytest gives may be anything."""
    modules = {}
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        name, text = re.sub(r"\W", "_", str(page.relative_to(ROOT).with_suffix(""))), page.read_text(encoding="utf-8")
        if found := doctest.DocTestParser().get_examples(text):
            begin = "from typing import Any\n", "getfixture: Any = None\n"
            modules[name] = "".join([*begin, *(each.source for each in found)])
        if programs := [
            each for each in PROGRAM.findall(text) if ">>>" not in each and "from aidtimeline import" in each
        ]:
            modules[f"{name}_program"] = "".join(programs)
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return [folder / f"{name}.py" for name in modules]


def test_checkers_take_the_examples_of_the_pages(tmp_path: Path) -> None:
    """mypy in its strict mode, pyright in its usual one."""
    modules = examples_of(tmp_path)
    assert len(modules) > 20
    assert any(each.stem == "docs_service_program" for each in modules)
    assert mypy_says(*modules) == ""
    assert pyright_says(tmp_path, "standard", *modules) == []


def test_pyright_knows_the_type_of_each_public_name() -> None:
    """As pyright counts it: none is unknown, in part unknown or left to be guessed. No private type is unknown."""
    options = "--ignoreexternal", "--outputjson", "--pythonpath", sys.executable
    command = [sys.executable, "-m", "pyright", "--verifytypes", "aidtimeline", *options]
    # --verifytypes asks the first Python of the path for packages
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, cwd=ROOT)
    assert done.returncode in (0, 1), done.stderr + done.stdout
    found = json.loads(done.stdout)["typeCompleteness"]
    symbols = {each["name"]: each for each in found["symbols"]}
    public = {f"{room}.{name}" for room, names in rooms().items() for name in names if name != "__version__"}

    assert public - set(symbols) == set()
    assert {name: reasons(symbols[name]) for name in public if not is_known(symbols[name])} == {}
    assert found["exportedSymbolCounts"]["withUnknownType"] == 0


def rooms() -> dict[str, list[str]]:
    """The public names of each room, as docs/public.md lists them."""
    page = (ROOT / "docs" / "public.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## `([\w.]+)`\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    return {room: re.findall(r"`(\w+)`", section) for room, section in sections}


def is_known(symbol: dict[str, Any]) -> bool:
    """Whether pyright knows the whole type, of a class also those of its attributes and methods."""
    return bool(symbol["isTypeKnown"] and not symbol["isTypeAmbiguous"])


def reasons(symbol: dict[str, Any]) -> list[str]:
    """Why it is not: run `pyright --verifytypes aidtimeline --ignoreexternal` for the attributes behind that."""
    return [each["message"] for each in symbol["diagnostics"]]


def test_a_row_declares_every_value_that_may_be_in_its_key() -> None:
    """So type checkers know each, and refuse a name that there is not."""
    declared = set(Named.__annotations__) - {"names", "fields", "_fields"}

    assert declared == {name.replace("-", "_") for name in (*FIELDS, *DATED)}


@pytest.mark.parametrize("row", [SumRow, SeriesRow, WithinRow, Change], ids=lambda row: row.__name__)
def test_a_row_declares_its_other_values(row: type[Named]) -> None:
    """By the names that it has at run time."""
    declared = [name for name in row.__annotations__ if name not in {"names", "fields"}]

    assert tuple(declared) == row.fields


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
