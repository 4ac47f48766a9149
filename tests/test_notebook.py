"""The example notebook runs, and shows what it says it shows.

Its cells are run in order, as in Jupyter: the value of a last expression is shown. `python tests/test_notebook.py` runs
the notebook and writes what its cells show into it.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
NOTEBOOK = ROOT / "docs" / "first-story.ipynb"

Output = dict[str, Any]


def run(source: str, names: dict[str, Any]) -> list[Output]:
    """What a cell shows: what it prints, and the value of its last expression."""
    parsed = ast.parse(source)
    last = parsed.body.pop() if parsed.body and isinstance(parsed.body[-1], ast.Expr) else None
    printed, value = io.StringIO(), None
    with contextlib.redirect_stdout(printed):
        exec(compile(parsed, str(NOTEBOOK), "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), str(NOTEBOOK), "eval"), names)
    outputs: list[Output] = []
    if printed.getvalue():
        outputs.append(
            {"output_type": "stream", "name": "stdout", "text": printed.getvalue().splitlines(keepends=True)}
        )
    if value is not None:
        outputs.append({"output_type": "execute_result", "execution_count": None, "metadata": {}, "data": shown(value)})
    return outputs


def shown(value: Any) -> dict[str, Any]:
    """A value as a notebook shows it: a figure as a picture, a result as HTML, anything else as text."""
    if hasattr(value, "savefig"):
        stream = io.BytesIO()
        value.savefig(stream, format="png", dpi=80)
        return {"image/png": base64.b64encode(stream.getvalue()).decode() + "\n", "text/plain": ["<Figure>"]}
    if hasattr(value, "_repr_html_"):
        return {"text/html": [value._repr_html_()], "text/plain": str(value).splitlines(keepends=True)}
    return {"text/plain": repr(value).splitlines(keepends=True)}


def replayed() -> dict[str, Any]:
    """The notebook with what its cells show."""
    notebook: dict[str, Any] = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = run("".join(cell["source"]), names)
    return notebook


def but_pictures(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook without the bytes of pictures, which differ from version to version of matplotlib."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            if "image/png" in output.get("data", ()):
                assert base64.b64decode(output["data"]["image/png"]).startswith(b"\x89PNG")
                output["data"]["image/png"] = "a picture"
    return notebook


def test_the_notebook_runs_and_shows_what_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the folder of the repository, which has the record in events/."""
    pytest.importorskip("matplotlib")
    pytest.importorskip("pandas")
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("COLUMNS", raising=False)
    assert but_pictures(replayed()) == but_pictures(json.loads(NOTEBOOK.read_text(encoding="utf-8")))


def test_it_is_a_notebook_of_jupyter() -> None:
    """Of format 4.5: each cell has an id, and code has outputs."""
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])
    for cell in notebook["cells"]:
        assert set(cell) == {"cell_type", "id", "metadata", "source"} | (
            {"outputs", "execution_count"} if cell["cell_type"] == "code" else set()
        )


if __name__ == "__main__":
    os.chdir(ROOT)
    text = json.dumps(replayed(), indent=1, ensure_ascii=False)
    NOTEBOOK.write_text(f"{text}\n", encoding="utf-8")
