"""Rules and fixtures that hold for every test.

No test reaches beyond this machine. No exception disappears inside a widget's callback. A program that CI must have
is never skipped there.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]
IN_CI = os.environ.get("CI") == "true"

# A busy machine stalls now and then: a deadline would test the machine. CI draws the same examples each time.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if IN_CI else "here")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def sample_dir() -> Path:
    """The published figures and the sample project that come with the workbench."""
    return ROOT / "data" / "sample"


@pytest.fixture(scope="session")
def sample_project(sample_dir: Path) -> Path:
    """The sample project's file. Copy it before changing anything."""
    return sample_dir / "project.json"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference material beside the checkout. It is no part of the product: without it the test is skipped."""
    path = ROOT.parent / "shared"
    if not path.is_dir():
        pytest.skip("needs ../shared beside the checkout")
    return path


def find_program(what: str, *names: str) -> str:
    """Give the path of the first program found; without one, skip, or in CI fail."""
    for name in names:
        if found := shutil.which(name):
            return found
    reason = f"needs {what}, and none was found"
    if IN_CI:
        pytest.fail(f"{reason}. CI must have it; `make test` installs it as root on Debian.", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def program() -> Callable[..., str]:
    """How to ask for a program: ``program("poppler", "pdftotext")``."""
    return find_program


@pytest.fixture(scope="session")
def soffice() -> str:
    """LibreOffice, to open an exported document and turn it into PDF."""
    return find_program(
        "LibreOffice",
        "soffice",
        "libreoffice",
        "/Applications/LibreOffice.app/Contents/MacOS/soffice",
        r"C:\Program Files\LibreOffice\program\soffice.exe",
    )


@pytest.fixture(scope="session")
def pdftotext() -> str:
    """Poppler's reader of the text in a PDF."""
    return find_program("poppler", "pdftotext")


@pytest.fixture(scope="session")
def pdftoppm() -> str:
    """Poppler's drawer of PDF pages."""
    return find_program("poppler", "pdftoppm")


# --- no test reaches beyond this machine ------------------------------------------------------------------------------


class OutsideCallError(RuntimeError):
    """A test tried to reach another machine."""


def stays_here(host: Any) -> bool:
    """Whether a host name or address means this machine."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in (None, "", "localhost", socket.gethostname()):
        return True
    try:
        address = ipaddress.ip_address(str(host).split("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


@pytest.fixture(scope="session", autouse=True)
def sockets_stay_here() -> Iterator[list[str]]:
    """Let sockets reach this machine only, and write down what was tried. Processes that a test starts are not held."""
    tried: list[str] = []

    def refuse_outside(host: Any) -> None:
        if not stays_here(host):
            tried.append(str(host))
            raise OutsideCallError(
                f"A test tried to reach {host}. Hand it a function that reads recorded bytes instead."
            )

    def guarded(name: str) -> Any:
        original = getattr(socket.socket, name)

        def method(self: socket.socket, *args: Any) -> Any:
            if isinstance(args[-1], tuple):  # a path, not a tuple, is a Unix socket
                refuse_outside(args[-1][0])
            return original(self, *args)

        return method

    look_up = socket.getaddrinfo

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        refuse_outside(host)
        return look_up(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, guarded(name))
        patch.setattr(socket, "getaddrinfo", getaddrinfo)
        yield tried


@pytest.fixture(autouse=True)
def outside_calls(sockets_stay_here: list[str]) -> Iterator[list[str]]:
    """Fail a test that tried to reach another machine, even when the code under test caught the refusal."""
    sockets_stay_here.clear()
    yield sockets_stay_here
    if sockets_stay_here:
        pytest.fail(f"The test tried to reach {', '.join(sockets_stay_here)}.", pytrace=False)


# --- no exception disappears inside a widget's callback ---------------------------------------------------------------


class SwallowedExceptions(logging.Handler):
    """Keeps what ipywidgets logs when it catches an exception that a callback raised."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.setFormatter(logging.Formatter())

    def emit(self, record: logging.LogRecord) -> None:
        text = self.format(record)  # the traceback included
        # "fault …": the app caught an exception of ours, told it under a number and went on.
        if text.startswith(("Exception in callback", "fault ")) and text not in self.said:
            self.said.append(text)


@pytest.fixture(autouse=True)
def swallowed_exceptions() -> Iterator[list[str]]:
    """Fail a test in which a callback raised: outside a kernel ``Button.click()`` logs the exception and goes on."""
    handler = SwallowedExceptions()
    loggers = [logging.getLogger(), logging.getLogger("traitlets")]
    for logger in loggers:
        logger.addHandler(handler)
    yield handler.said
    for logger in loggers:
        logger.removeHandler(handler)
    if handler.said:
        pytest.fail(
            "\n".join(["A widget's callback raised, and ipywidgets swallowed it:", *handler.said]), pytrace=False
        )
