"""``workbench doctor``: what is in order on this computer; with ``--network``, which services answer."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Annotated

import typer

from workbench import __version__, places
from workbench.cli.shown import AsJson, rows_of, show
from workbench.domain.words import day
from workbench.errors import WorkbenchError

PARTS = (
    ("app", "voila", "The app in a browser"),
    ("documents", "pypandoc", "Word and OpenDocument"),
    ("keys", "keyring", "Keys in the system’s keyring"),
    ("store", "duckdb", "Figures by the million"),
    ("lab", "jupyterlab", "JupyterLab"),
)
"""Extra, a module it brings, and what it is for."""


def doctor(
    network: Annotated[bool, typer.Option("--network", help="Ask each service one small question.")] = False,
    service: Annotated[
        list[str] | None, typer.Option("--service", help="Ask only this service; again for more.")
    ] = None,
    base_url: Annotated[
        list[str] | None,
        typer.Option("--base-url", metavar="SERVICE=URL", help="Ask a service at another address."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what is in order here and what is not. Without --network nothing is contacted."""
    checks = [*_computer(), *_extras(), *_data(), *_keys()]
    if network or service:
        checks += list(_services(service or (), base_url or ()))
    data = [{"check": name, "state": state, "detail": detail} for name, state, detail in checks]
    show(data, as_json, lambda: rows_of(("Check", "State", ""), [tuple(c) for c in checks]))


Line = tuple[str, str, str]


def _computer() -> Iterator[Line]:
    yield "Workbench", "in order", f"{__version__}, Python {platform.python_version()}, {platform.system()}"
    home = places.home()
    there = next(p for p in (home, *home.parents) if p.exists())
    writable = os.access(there, os.W_OK)
    told = "" if writable else " It cannot be written: set WORKBENCH_HOME to a folder in which you may write."
    yield "Your work", "in order" if writable else "to mend", f"{home}.{told}"


def _extras() -> Iterator[Line]:
    for extra, module, what in PARTS:
        if find_spec(module) is None:
            yield what, "not installed", f"pip install “data-sharing-workbench[{extra}]” brings it."
            continue
        try:
            yield what, "in order", f"{module} {version(module)}"
        except PackageNotFoundError:
            yield what, "in order", module


def _data() -> Iterator[Line]:
    from workbench.app.desk import areas_held  # noqa: PLC0415
    from workbench.reference.load import due  # noqa: PLC0415

    try:
        sample = places.sample()
        areas = areas_held(sample, places.home())
        yield "Sample figures", "in order", str(sample)
        yield "Areas", "in order", f"{len(areas.areas):,} areas are held."
    except WorkbenchError as error:
        yield "Sample figures", "to mend", str(error)
    late = due(datetime.now(UTC).date())
    state = "to look at" if late else "in order"
    said = "; ".join(f"{d.title}: {day(d.next_review)}, by {d.who_checks}" for d in late)
    yield "Reference tables", state, f"Due to be checked: {said}." if late else "None is due to be checked."


def _keys() -> Iterator[Line]:
    from workbench.sources.services import keys  # noqa: PLC0415

    for name, what in keys.NAMES.items():
        there = keys.find_key(name) is not None
        detail = "It is not shown." if there else f"Set {name}, or keep it in the keyring under “{keys.SERVICE_NAME}”."
        yield what, "set" if there else "not set", detail


def _services(only: Sequence[str], base_urls: Sequence[str]) -> Iterator[Line]:
    from workbench.app.services import geography, offered_services  # noqa: PLC0415

    addresses = dict(_address(text) for text in base_urls)
    services = offered_services(places.home() / "replies", addresses)
    for key in [k for k in only if k != "geography"] if only else services.offered:
        one = services.service(key, fresh=True, tries=1)
        if sys.stderr.isatty():
            print(f"\r\033[KAsking {one.name}…", end="", file=sys.stderr, flush=True)
        try:
            yield one.name, "answered", one.probe()
        except WorkbenchError as error:
            yield one.name, "did not answer", str(error)
    if not only or "geography" in only:
        try:
            yield (
                "ONS Open Geography",
                "answered",
                geography(services.folder, addresses.get("geography", ""), 1).probe(),
            )
        except WorkbenchError as error:
            yield "ONS Open Geography", "did not answer", str(error)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def _address(text: str) -> tuple[str, str]:
    service, equals, url = text.partition("=")
    if not equals or not url.startswith(("http://", "https://")):
        raise WorkbenchError(f"“{text}” is not an address.", "Write it as nomis=http://127.0.0.1:8000.", "--base-url")
    return service, url
