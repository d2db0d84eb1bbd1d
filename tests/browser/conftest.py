"""A real browser, and the app served as a user would start it.

The fixtures live as long as this folder's tests: Playwright keeps an event loop open, which other tests cannot bear.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    WebSocket,
    sync_playwright,
)

START_SECONDS = 90
STOP_SECONDS = 15
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "microsoft-edge-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    # Nothing but this machine has an address, so what a page asks of another is seen and goes nowhere.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


@pytest.fixture(scope="package")
def browser_path(program: Callable[..., str]) -> str:
    """The browser of this machine. Playwright's own is never downloaded."""
    return program("a browser (Chromium, Chrome or Edge)", *BROWSERS)


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Playwright itself."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def browser(browser_path: str, playwright: Playwright) -> Iterator[Browser]:
    """One browser for all the tests; each has its own contexts in it."""
    browser = playwright.chromium.launch(executable_path=browser_path, headless=True, args=BROWSER_ARGUMENTS)
    yield browser
    browser.close()


# --- pages ------------------------------------------------------------------------------------------------------------


def leaves_this_machine(url: str) -> bool:
    """Whether a request went to another machine. Addresses that hold their own content go nowhere."""
    parts = urlsplit(url)
    return parts.scheme not in ("data", "blob", "about") and parts.hostname not in ("127.0.0.1", "localhost")


@dataclass
class Visit:
    """What one test's pages asked for and complained of.

    Attributes
    ----------
    requests : list of str
        Every address asked for, web sockets included.
    console_errors : list of str
        What a page wrote to its console as an error, or raised and did not catch.
    """

    browser: Browser
    requests: list[str] = field(default_factory=list)
    console_errors: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def open(self, width: int = 1280, height: int = 900) -> Page:
        """Open an empty page of its own, as another person would: no cookie or storage is shared."""
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, accept_downloads=True, locale="en-GB"
        )
        self.contexts.append(context)
        context.on("request", self._asked)
        context.on("console", self._complained)
        context.on("weberror", lambda error: self.console_errors.append(str(error.error)))
        page = context.new_page()
        page.on("websocket", self._asked)
        return page

    def _asked(self, request: Request | WebSocket) -> None:
        self.requests.append(request.url)

    def _complained(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.console_errors.append(message.text)

    @property
    def left(self) -> list[str]:
        """Addresses on another machine."""
        return [url for url in self.requests if leaves_this_machine(url)]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Open pages with ``visit.open()``. A request to another machine fails the test."""
    visit = Visit(browser)
    yield visit
    for context in visit.contexts:
        context.close()
    if visit.left:
        pytest.fail("\n".join(["A page asked another machine:", *visit.left]), pytrace=False)


@pytest.fixture
def page(visit: Visit) -> Page:
    """One page, 1280 pixels wide."""
    return visit.open()


# --- the app ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AppServer:
    """A running app: its address, the project file it was given, its folder for saved work, and what it printed."""

    url: str
    project: Path
    home: Path
    log: Path
    process: subprocess.Popen[bytes]


def free_port() -> int:
    """Give a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    """Whether the address gives a page."""
    try:
        with urllib.request.urlopen(url, timeout=START_SECONDS) as reply:
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def wait_until_it_answers(app: AppServer) -> None:
    """Wait for the first page; say what the app printed when it never comes."""
    deadline = time.monotonic() + START_SECONDS
    while not answers(app.url):
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = app.process.wait(timeout=0.2)
            pytest.fail(f"The app ended with code {code}:\n{app.log.read_text()}", pytrace=False)
        if time.monotonic() > deadline:
            pytest.fail(f"No page after {START_SECONDS} seconds:\n{app.log.read_text()}", pytrace=False)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the app to end, kernels and all; make it when it does not."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="package")
def start_app(
    root: Path, sample_project: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., AppServer]]:
    """Start the app on a copy of the sample project, or of ``project``. Give ``home`` again to find what was saved.

    Further settings go into the environment of the app.
    """
    running: list[AppServer] = []

    def start(project: Path = sample_project, home: Path | None = None, **settings: str) -> AppServer:
        folder = tmp_path_factory.mktemp("app")
        home = home or folder / "home"
        copy = folder / project.name
        shutil.copy(project, copy)
        port = free_port()
        # Settings of the person who runs the tests are theirs, not the app's.
        own = {name: str(folder / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")}
        log = folder / "app.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "workbench",
                    "app",
                    "--no-browser",
                    "--port",
                    str(port),
                    "--project",
                    str(copy),
                ],
                cwd=root,
                env={**os.environ, **own, "WORKBENCH_HOME": str(home), **settings},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        app = AppServer(f"http://127.0.0.1:{port}/", copy, home, log, process)
        running.append(app)
        wait_until_it_answers(app)
        return app

    yield start
    for app in running:
        stop(app.process)


@pytest.fixture(scope="package")
def app_server(start_app: Callable[..., AppServer]) -> AppServer:
    """The app, running on a copy of the sample project."""
    return start_app()
