"""A real browser: headless Chromium, in which a page must ask for nothing and complain of nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

DEBIAN = Path("/usr/bin/chromium")
"""Where Debian's package has Chromium."""

MISSING = "no Chromium: `apt-get install chromium` (Debian), or $CHROMIUM names the program"

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
"""Options of a browser's context."""


def chromium() -> str | None:
    """The program: $CHROMIUM, else Debian's; None if there is neither."""
    named = os.environ.get("CHROMIUM")
    return named or (str(DEBIAN) if DEBIAN.exists() else None)


@contextmanager
def started() -> Iterator[Browser]:
    """A browser that runs; a test is skipped where there is none."""
    program = chromium()
    if program is None:
        pytest.skip(MISSING)
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(browser: Browser, file: Path, address: str = "", **options: Any) -> Iterator[Page]:
    """A page in a browser. When it is closed, it must have asked for nothing but itself, and complained of nothing."""
    complaints: list[str] = []
    requests: list[str] = []
    context = browser.new_context(**(DESKTOP | options))
    try:
        page = context.new_page()
        page.set_default_timeout(20_000)

        def refuse(dialog: Dialog) -> None:
            complaints.append(f"dialog: {dialog.message}")
            dialog.dismiss()

        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", refuse)
        context.on("request", lambda asked: requests.append(asked.url))
        page.goto(file.as_uri() + address)
        yield page
        assert complaints == []
        assert {each.partition("#")[0] for each in requests} <= {file.as_uri()}
    finally:
        context.close()


def faults(page: Page) -> list[str]:
    """What axe-core finds that is serious or critical: the rule, and where."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {each['help']}: {[node['html'][:200] for node in each['nodes'][:3]]}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
