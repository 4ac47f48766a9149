"""Fonts: each text of a chart is written in one that has its characters, or else by another text."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from aidtimeline.text.safe import printable
from aidtimeline.text.tables import cells_wide

PLAIN = "DejaVu Sans"
"""The font that comes with matplotlib: Latin, Greek, Cyrillic and more, but no Chinese, Japanese or Korean."""

OTHERS = (
    *("Noto Sans CJK JP", "Noto Sans JP", "Noto Sans CJK SC", "Noto Sans CJK KR", "Source Han Sans", "IPAexGothic"),
    *("IPAGothic", "TakaoGothic", "VL Gothic", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback"),
    *("Hiragino Sans", "Yu Gothic", "MS Gothic", "PingFang SC", "Microsoft YaHei", "Malgun Gothic", "Arial Unicode MS"),
    *("Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Devanagari", "Noto Sans Bengali", "Noto Sans Ethiopic"),
)
"""Fonts with what the first one lacks, which are used where they are installed."""


@cache
def families() -> tuple[str, ...]:
    """The fonts that are used, in the order in which they are tried."""
    from matplotlib import font_manager  # noqa: PLC0415

    installed = {each.name for each in font_manager.fontManager.ttflist}
    return (PLAIN, *(each for each in OTHERS if each in installed))


@cache
def _characters() -> frozenset[int]:
    from matplotlib import font_manager  # noqa: PLC0415
    from matplotlib.font_manager import FontProperties  # noqa: PLC0415
    from matplotlib.ft2font import FT2Font  # noqa: PLC0415

    found: set[int] = set()
    for family in families():
        found |= set(FT2Font(font_manager.findfont(FontProperties(family=[family]))).get_charmap())
    return frozenset(found)


def can_write(text: str) -> bool:
    """Whether the fonts have all characters of a text."""
    return text.isascii() or all(ord(each) in _characters() for each in text)


def written(*texts: str, longest: int = 0) -> str:
    """The first of the texts that the fonts can write; of the last, what they lack is spelt out in ASCII.

    Control characters are made visible. Longer texts than `longest` (0: any) are cut, and end in "…".

    >>> written("Генератор", "generator"), written("\\u202e", "generator"), written("generator", longest=5)
    ('Генератор', '\\\\u202e', 'gene…')
    """
    safe = [printable(each) for each in texts]
    text = next(filter(can_write, safe), None)
    if text is None:
        text = "".join(
            each if can_write(each) else each.encode("ascii", "backslashreplace").decode() for each in safe[-1]
        )
    return f"{text[: longest - 1]}…" if 0 < longest < len(text) else text


def lines(text: str, width: int, most: int = 0) -> Sequence[str]:
    """A text in lines of at most `width` cells (wide characters take two), `most` lines (0: all); long words are cut.

    >>> lines("mine detectors", 10), lines("x" * 12, 5), lines("one two three", 5, 2)
    (['mine', 'detectors'], ['xxxxx', 'xxxxx', 'xx'], ['one', 'two…'])
    """
    found = [""]
    for word in text.split(" "):
        longer = f"{found[-1]} {word}" if found[-1] else word
        if cells_wide(longer) <= width:
            found[-1] = longer
            continue
        if found[-1]:
            found.append("")
        for each in word:
            if cells_wide(found[-1] + each) > width:
                found.append("")
            found[-1] += each
    if 0 < most < len(found):
        found = [*found[: most - 1], f"{found[most - 1][: width - 1]}…"]
    return found
