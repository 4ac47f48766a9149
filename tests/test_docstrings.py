"""Every public name says what it is, what it takes and what it raises, and has an example, which runs.

Its parameters are named in its docstring, under `Args:` or in backticks. One alone need not be: the first sentence says
what it is. A method that overrides another, and one of the four of a `Projection`, takes what the other's says.
What a class takes its own docstring says; so it does of the fields of data (attrs classes, named tuples), unless these
are what lines of the log have: then it leads to docs/kinds.md, whose tables have each of them.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs
import pytest

from aidtimeline import errors, events
from aidtimeline.projections import Projection

ROOMS = (
    "aidtimeline",
    "aidtimeline.explain",
    "aidtimeline.diff",
    "aidtimeline.log",
    "aidtimeline.testing",
    "aidtimeline.projections",
    "aidtimeline.codec",
    "aidtimeline.report",
    "aidtimeline.examples",
)
CONTRACT = ("initial", "step", "merge", "finish")
ERRORS = {name for name, each in vars(errors).items() if inspect.isclass(each) and issubclass(each, Exception)}


def public() -> Iterator[tuple[str, Any]]:
    """Each public class and function, once."""
    seen = set()
    for room in ROOMS:
        module = import_module(room)
        for name in sorted(module.__all__):
            found = getattr(module, name)
            if (inspect.isclass(found) or inspect.isroutine(found)) and id(found) not in seen:
                seen.add(id(found))
                yield f"{room}.{name}", found


NAMES = dict(public())


def methods(found: Any) -> Iterator[tuple[str, Any]]:
    """What a class of ours defines itself for the public: methods, properties."""
    for name, each in vars(found).items() if inspect.isclass(found) else ():
        function = getattr(each, "fget", None) or getattr(each, "func", None) or getattr(each, "__func__", each)
        if name[0] != "_" and inspect.isfunction(function):
            yield name, function


def example(found: Any) -> bool:
    """Whether it has an example, itself or in a method."""
    texts = [found.__doc__ or "", *(each.__doc__ or "" for _, each in methods(found))]
    return any(">>>" in text for text in texts)


def raised(function: Callable[..., Any]) -> set[str]:
    """Which of our errors the body of a function raises by itself."""
    try:
        source = inspect.getsource(function)
    except OSError:
        return set()  # attrs has written it
    tree = ast.parse(textwrap.dedent(source))
    calls = (each.exc.func for each in ast.walk(tree) if isinstance(each, ast.Raise) and isinstance(each.exc, ast.Call))
    return {call.id for call in calls if isinstance(call, ast.Name)} & ERRORS


def functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Each public function, and each method and property of a public class."""
    for name, found in NAMES.items():
        if inspect.isfunction(found):
            yield name, found
        yield from ((f"{name}.{each}", function) for each, function in methods(found))


FUNCTIONS = dict(functions())


def named(doc: str) -> set[str]:
    """The words in backticks, and what is listed under `Args:`."""
    spans = " ".join(re.findall(r"`([^`]+)`", doc))
    return set(re.findall(r"\w+", spans)) | set(re.findall(r"^ +\*{0,2}(\w+):", doc, re.MULTILINE))


def constructor(found: Any) -> Any:
    """What a class defines itself to make an object; None for the fields of data, and for protocols."""
    if attrs.has(found) or hasattr(found, "_fields") or getattr(found, "_is_protocol", False):
        return None
    made = vars(found).get("__init__", vars(found).get("__new__"))
    return getattr(made, "__func__", made)


def takers() -> Iterator[tuple[str, Callable[..., Any], str]]:
    """Each public function, method and constructor, with all docstrings that may say what it takes."""
    for name, found in NAMES.items():
        if not inspect.isclass(found):
            yield name, found, found.__doc__ or ""
            continue
        made = constructor(found)
        if made is not None:
            yield name, made, "\n".join(each.__doc__ or "" for each in found.__mro__[:-1])
        contract = (Projection,) if all(map(partial(hasattr, found), CONTRACT)) else ()
        for method, function in methods(found):
            bases = found.__mro__ + (contract if method in CONTRACT else ())
            docs = (getattr(vars(base).get(method), "__doc__", None) or "" for base in bases)
            yield f"{name}.{method}", function, "\n".join((*docs, function.__doc__ or ""))


def data_fields() -> Iterator[tuple[str, set[str], str]]:
    """Each public class of data, with its public fields and the docstrings of ours that may say what they mean."""
    classes = {f"aidtimeline.events.{name}": getattr(events, name) for name in events.__all__}
    for name, found in (NAMES | classes).items():
        if inspect.isclass(found) and (attrs.has(found) or isinstance(getattr(found, "_fields", None), tuple)):
            own = (
                [each.name for each in attrs.fields(found) if each.init]
                if attrs.has(found)
                else getattr(found, "_fields", ())
            )
            ours = (each.__doc__ or "" for each in found.__mro__ if each.__module__.startswith("aidtimeline"))
            yield name, {each for each in own if each[0] != "_"}, "\n".join(ours)


def in_tables(page: Path) -> set[str]:
    """The fields in the first columns of a page's tables."""
    return set(re.findall(r"^\| \*{0,2}`(\w+)`", page.read_text(encoding="utf-8"), re.MULTILINE))


DATA = {name: (fields, doc) for name, fields, doc in data_fields()}
KINDS = in_tables(Path(__file__).parent.parent / "docs" / "kinds.md")
TAKERS = {name: (function, doc) for name, function, doc in takers()}


@pytest.mark.parametrize("name", sorted(NAMES | FUNCTIONS))
def test_a_public_name_says_what_it_is(name: str) -> None:
    """Its docstring begins with a sentence."""
    doc = (NAMES | FUNCTIONS)[name].__doc__ or ""

    assert re.match(r"\S.*[.:?]$", doc.strip().split("\n\n")[0], re.DOTALL), doc


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_public_name_has_an_example(name: str) -> None:
    """In its docstring, or in that of a method."""
    assert example(NAMES[name])


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_what_raises_says_so(name: str) -> None:
    """A docstring names each error of ours that the body raises by itself."""
    function = FUNCTIONS[name]

    assert raised(function) - set(re.findall(r"\w+", function.__doc__ or "")) == set()


@pytest.mark.parametrize("name", sorted(TAKERS))
def test_what_takes_several_things_names_each(name: str) -> None:
    """Each parameter of a function, method or constructor that has more than one is in a docstring."""
    function, doc = TAKERS[name]
    parameters = [each for each in inspect.signature(function).parameters if each not in {"self", "cls", "draw"}]

    assert len(parameters) == 1 or set(parameters) - named(doc) == set()


@pytest.mark.parametrize("name", sorted(DATA))
def test_data_says_what_each_field_means(name: str) -> None:
    """In its docstring or that of a base; or these lead to docs/kinds.md, which says it."""
    fields, doc = DATA[name]

    assert fields - named(doc) - (KINDS if "docs/kinds.md" in doc else set()) == set()
