"""When two names are one that is only written otherwise."""

from __future__ import annotations

import re

_MINUS = re.compile(r"(?<![^\W_])-(?=[0-9.])")
_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"(?<![0-9.])0*([0-9]+)(?:\.0*)?(?![0-9.])")


def spelled(name: str) -> str:
    """A name as it is compared: without case, spaces more than one, marks, and zeros that change no number.

    >>> spelled("No. 01"), spelled("no 1.0"), spelled("1.05"), spelled("-1")
    ('no 1', 'no 1', '1 05', 'minus 1')
    """
    plain = _NUMBER.sub(r"\1", _MINUS.sub("minus ", name.casefold()))
    return " ".join(_WORD.findall(plain))
