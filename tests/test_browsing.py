"""The browser that tests use notices what a page must not do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import browsing
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PAGE = '<!doctype html><html lang="en"><title>A page</title><main><h1>A page</h1>{}</main></html>'


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.started() as found:
        yield found


@pytest.mark.parametrize(
    "bad",
    [
        '<img alt="" src="https://example.invalid/x.png">',
        '<img alt="" src="x.png">',
        "<script>fetch('https://example.invalid/').catch(() => 0)</script>",
        "<script>console.error('bad')</script>",
        "<script>throw new Error('bad')</script>",
        "<script>alert('bad')</script>",
    ],
)
def test_a_request_or_complaint_fails_the_test(browser: Browser, tmp_path: Path, bad: str) -> None:
    """Whatever the page does itself about it."""
    file = tmp_path / "page.html"
    file.write_text(PAGE.format(bad))
    with pytest.raises(AssertionError), browsing.opened(browser, file) as page:
        page.wait_for_timeout(200)


def test_what_is_serious_is_found(browser: Browser, tmp_path: Path) -> None:
    """And a page without faults has none."""
    file = tmp_path / "page.html"
    for within, expected in (("", []), ("<input>", ["label"])):
        file.write_text(PAGE.format(within))
        with browsing.opened(browser, file) as page:
            assert [each.partition(":")[0] for each in browsing.faults(page)] == expected


def test_the_program_is_named_or_debians(monkeypatch: pytest.MonkeyPatch) -> None:
    """And without any the test is skipped, with how to get it."""
    monkeypatch.setenv("CHROMIUM", "/opt/chrome")
    assert browsing.chromium() == "/opt/chrome"
    monkeypatch.delenv("CHROMIUM")
    monkeypatch.setattr(browsing, "DEBIAN", Path("/nowhere"))
    assert browsing.chromium() is None
    with pytest.raises(pytest.skip.Exception, match="apt-get install chromium"), browsing.started():
        pass
