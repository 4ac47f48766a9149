"""The public names of a package, each loaded when it is first asked for: those of the `__init__.pyi` beside it.

The stub is asked of whatever loads the package, so that it may be in an archive, too.
"""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Callable
from typing import Any, TypeAlias

from lazy_loader import attach

Attached: TypeAlias = tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]


def attach_names(package: str) -> Attached:
    """The `__getattr__`, `__dir__` and `__all__` of a package that is being loaded.

    >>> _, _, names = attach_names("aidtimeline.explain")
    >>> "Explanation" in names
    True
    """
    found: Any = sys.modules[package].__spec__
    stub = ast.parse(found.loader.get_data(os.path.join(os.path.dirname(found.origin), "__init__.pyi")))
    modules: set[str] = set()
    names: dict[str, list[str]] = {}
    for each in ast.walk(stub):
        if isinstance(each, ast.ImportFrom) and each.level == 1:
            said = [alias.name for alias in each.names]
            if each.module is None:
                modules.update(said)
            else:
                names.setdefault(each.module, []).extend(said)
    attached: Attached = attach(package, modules, names)
    return attached
