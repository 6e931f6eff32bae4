"""A real Chromium, by `SIGNOFF_CHROMIUM` or its usual names; a missing one is a failure in CI."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
]


def executable() -> str | None:
    """Find the browser."""
    named = os.environ.get("SIGNOFF_CHROMIUM")
    found = (shutil.which(name) for name in NAMES)
    return named or next((path for path in found if path), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser, or say that it is not there."""
    path = executable()
    if path is None:
        missing = f"no Chromium: none of {', '.join(NAMES)} is installed, SIGNOFF_CHROMIUM is unset"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()
