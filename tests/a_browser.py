"""A browser for every test that needs one: found, or installed where that is possible, or its absence said loudly."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
NONE = "no browser"
# Set by the automatic check: there a browser that is missing is a failure, not a skip.
IN_CI = bool(os.environ.get("CI") or os.environ.get("ESTIMATION_CI"))
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def found() -> str | None:
    named = os.environ.get("ESTIMATION_BROWSER")
    if named:
        return named if Path(named).is_file() else None
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def installed() -> str | None:
    """Debian's package, where this process may install it."""
    if (
        os.environ.get("ESTIMATION_BROWSER")
        or not shutil.which("apt-get")
        or not hasattr(os, "geteuid")
        or os.geteuid()
    ):
        return None
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", "-qq", *command], env=environment, timeout=600, **quiet)
    return found()


@pytest.fixture(scope="session")
def browser():
    path = found() or installed()
    if path is None:
        missing = (
            f"{NONE}: controls, numbers against Python's, accessibility, speed and silence were NOT checked; "
            f"install Chromium or set ESTIMATION_BROWSER (looked for {', '.join(NAMES)})"
        )
        if IN_CI:
            pytest.fail(missing)
        pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=path, args=list(FLAGS))
        yield running
        running.close()
