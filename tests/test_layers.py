"""The house: imports point downward only, and heavy packages load where they are used."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aidtimeline import Delivery, EventLog, Source
from aidtimeline.engines.caching import build

SOURCE = Path(__file__).parent.parent / "src" / "aidtimeline"

#: From the ground up. A module may import from its own room and from those before it.
ROOMS = [
    {"text", "graphs", "collector", "forked", "lazily", "version"},
    {"errors", "remembering"},
    {"values"},
    {"events"},
    {"vocabulary"},
    {"codec"},
    {"log"},
    {"semantics"},
    {"projections"},
    {"checks", "explain", "diff"},
    {"engines"},
    {"timeline"},
    {"testing", "formats", "amending", "examples"},
    {"_hypothesis"},
    {"report"},
    {"cli"},
    {"__main__"},
]
FLOOR = {room: floor for floor, rooms in enumerate(ROOMS) for room in rooms}


def modules() -> Iterator[tuple[str, Path]]:
    """Every module with the room it is in."""
    for path in sorted(SOURCE.rglob("*.py")):
        room = path.relative_to(SOURCE).parts[0].removesuffix(".py")
        if room != "__init__":
            yield room, path


def imports(path: Path) -> Iterator[str]:
    """The dotted names that a module imports, wherever in it, also for type checkers only."""
    yield from imported(ast.parse(path.read_text(encoding="utf-8")))


def imports_for_checkers(path: Path) -> Iterator[str]:
    """Those that only type checkers see."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield from imported(node)


def imported(within: ast.AST) -> Iterator[str]:
    """The dotted names that are imported somewhere within a node."""
    for node in ast.walk(within):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "aidtimeline":
                yield from (f"aidtimeline.{alias.name}" for alias in node.names)
            else:
                yield node.module
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "import_module":
            yield from (str(each.value) for each in node.args if isinstance(each, ast.Constant))


@pytest.mark.parametrize(("room", "path"), list(modules()), ids=lambda value: str(getattr(value, "stem", value)))
def test_imports_point_downward(room: str, path: Path) -> None:
    """No module knows of one that stands above it; only the method `explain` of an answer says what it gives."""
    explained = [name for name in imports_for_checkers(path) if room == "projections" and name == "aidtimeline.explain"]
    for name in imports(path):
        if name in explained:
            continue
        package, _, rest = name.partition(".")
        if package == "aidtimeline" and rest:
            other = rest.split(".")[0]
            assert other == room or FLOOR[other] < FLOOR[room], f"{path.name} imports {name}"


@pytest.mark.parametrize(
    ("statement", "packages"),
    [
        ("import aidtimeline", ["attrs", "cattrs", "msgspec", "pendulum", "click", "filelock", "hypothesis"]),
        ("from aidtimeline import replay, Counts, Delivery", ["cattrs", "msgspec", "click", "filelock", "hypothesis"]),
        ("from aidtimeline import Timeline, EventLog", ["click", "filelock", "hypothesis"]),
    ],
)
def test_packages_load_where_they_are_used(statement: str, packages: list[str]) -> None:
    """What is not needed is not imported: start-up stays quick."""
    code = f"import sys; {statement}; print(*(each for each in {packages!r} if each in sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == []


NOT_ASKED_FOR = [
    *("cattrs", "numpy", "pendulum", "multiprocessing", "concurrent.futures", "filelock"),
    *("aidtimeline.formats", "aidtimeline.explain", "aidtimeline.diff", "aidtimeline.checks"),
    *("aidtimeline.engines.embedded.making", "aidtimeline.engines.embedded.overlay"),
    *("aidtimeline.projections.fulfilment.accounts", "aidtimeline.projections.levels.held"),
]
"""What a sum of a table of facts that is there does not need."""


def test_a_question_of_a_table_that_is_there_loads_little(tmp_path: Path) -> None:
    """A sum asked on the command line is quick: what makes tables, reads formats or explains is not loaded."""
    log = EventLog(tmp_path / "log")
    reports = Source(publisher="A", published="2023-02")
    log.append([Delivery(date=day, item="truck", quantity=3, sources=reports) for day in ("2023-01", "2023-21")])
    (tmp_path / "log" / "vocabulary").mkdir()
    label = '{"slug":"truck","label":"Truck","category":"vehicles","names":["Lorry"]}\n'
    (tmp_path / "log" / "vocabulary" / "items.jsonl").write_text(label, encoding="utf-8")
    build(tmp_path / "log")
    code = f"""
import sys
from aidtimeline.cli import main
sys.argv = ["aidtimeline", "--log", {str(tmp_path / "log")!r}, "counts", "--json", "--engine", "embedded"]
try:
    main()
finally:
    print(*(each for each in {NOT_ASKED_FOR!r} if each in sys.modules), file=sys.stderr)
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert '"high": 6' in found.stdout
    assert found.stderr.split() == []
