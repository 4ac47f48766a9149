"""Every public name says what it is and what it raises; each at the top of the package has an example, which runs."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest

from aidtimeline import errors

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


@pytest.mark.parametrize("name", sorted(NAMES | FUNCTIONS))
def test_a_public_name_says_what_it_is(name: str) -> None:
    """Its docstring begins with a sentence."""
    doc = (NAMES | FUNCTIONS)[name].__doc__ or ""

    assert re.match(r"\S.*[.:?]$", doc.strip().split("\n\n")[0], re.DOTALL), doc


@pytest.mark.parametrize("name", sorted(name for name in NAMES if name.count(".") == 1))
def test_a_name_at_the_top_has_an_example(name: str) -> None:
    """In its docstring, or in that of a method."""
    assert example(NAMES[name])


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_what_raises_says_so(name: str) -> None:
    """A docstring names each error of ours that the body raises by itself."""
    function = FUNCTIONS[name]

    assert raised(function) - set(re.findall(r"\w+", function.__doc__ or "")) == set()
