"""A headless Chromium of this machine, for tests of what a page shows."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

_ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Skips where there is no Chromium or no playwright; nothing is downloaded."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no chromium on this machine")
    with api.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=program, args=list(_ARGUMENTS))
        yield running
        running.close()


@dataclass
class Seen:
    """An open page, and what it asked for and complained of."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@contextmanager
def opened(
    browser: Any, path: Path, *, width: int = 1240, height: int = 800, zone: str = "UTC", scheme: str = "light",
    scale: float = 1, ready: str | None = None, before: str = "",
) -> Iterator[Seen]:  # fmt: skip
    """Open a file in a window of its own.

    scale: pixels of the screen a CSS pixel; ready: a condition in JavaScript to wait for; before: a script run first.
    """
    context = browser.new_context(
        viewport={"width": width, "height": height}, timezone_id=zone, color_scheme=scheme, device_scale_factor=scale
    )
    try:
        page = context.new_page()
        seen = Seen(page)
        page.on("request", lambda request: seen.requests.append(request.url))
        page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        page.on(
            "console",
            lambda line: seen.complaints.append(line.text) if line.type in ("error", "warning") else None,
        )
        if before:
            page.add_init_script(before)
        page.goto(path.as_uri())
        if ready:
            page.wait_for_function(ready, timeout=60_000)
        yield seen
    finally:
        context.close()
