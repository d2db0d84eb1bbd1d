"""A page of the app without a browser: it is parsed, and only what stands on it can be pressed or filled in."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from workbench.app import derived as derived_module
from workbench.app import desk as desk_module
from workbench.app.main import App, build_app
from workbench.domain.figures import Library
from workbench.domain.project import Project, flatten
from workbench.reference.load import load_datasets
from workbench.sources.sample import load_sample
from workbench.store.project_file import save_project
from workbench.widgets.live import Event, LiveView, Reply

TODAY = date(2026, 11, 25)
VOID = {"input", "br", "col", "img", "hr", "meta", "link", "wbr"}


@dataclass
class Element:
    """One element of a page."""

    tag: str
    attrs: dict[str, str]
    inside: tuple[Element, ...]
    text: str = ""

    def get(self, name: str) -> str:
        return self.attrs.get(name, "")


class Read(HTMLParser):
    """A page as its elements in order, with what is wrong with its nesting."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.faults: list[str] = []
        self._open: list[Element] = []
        self.feed(html)
        self.close()
        self.faults += [f"<{e.tag}> is never closed" for e in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        self.faults += [f"<{tag}> has {n} twice" for n, times in Counter(names).items() if times > 1]
        element = Element(tag, {name: value or "" for name, value in attrs}, tuple(self._open))
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1].tag != tag:
            self.faults.append(f"</{tag}> closes {self._open[-1].tag if self._open else 'nothing'}")
            return
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, *tags: str, **wanted: str) -> list[Element]:
        """Elements of these tags (any, when none is named) with these attributes; ``_`` stands for ``-``."""
        pairs = {name.rstrip("_").replace("_", "-"): value for name, value in wanted.items()}
        return [
            e
            for e in self.elements
            if (not tags or e.tag in tags) and all(e.get(name) == value for name, value in pairs.items())
        ]

    @property
    def text(self) -> str:
        return " ".join(" ".join(e.text for e in self.elements if not e.inside).split())


def faults_of(html: str) -> list[str]:
    """What is wrong with a page: nesting, ids, labels, descriptions, headings."""
    read = Read(html)
    ids = Counter(e.get("id") for e in read.elements if "id" in e.attrs)
    faults = [*read.faults, *(f"id {i!r} stands {n} times" for i, n in ids.items() if n > 1 or not i)]
    for e in read.elements:
        for name in ("for", "aria-describedby", "aria-labelledby", "aria-controls", "list"):
            faults += [f"{name}={i} on <{e.tag}> leads nowhere" for i in e.get(name).split() if i not in ids]
    labelled = {e.get("for") for e in read.all("label")}
    for e in read.all("input", "select", "textarea"):
        wrapped = any(up.tag == "label" for up in e.inside)
        if not (wrapped or e.get("id") in labelled or e.get("aria-label")):
            faults.append(f"the field {e.get('name')} has no label")
    for e in read.all("button", "a", "summary", "th", "h1", "h2", "h3", "h4", "legend", "figcaption", "caption"):
        if not (e.text.strip() or e.get("aria-label")):
            faults.append(f"a <{e.tag}> has no text: {e.attrs}")
        if e.tag in ("button", "a") and any(up.tag in ("button", "a", "label") for up in e.inside):
            faults.append(f"a <{e.tag}> stands inside another control")
    return faults + _headings(read)


def _headings(read: Read) -> list[str]:
    levels = [int(e.tag[1]) for e in read.all("h1", "h2", "h3", "h4", "h5", "h6")]
    faults = [] if levels.count(1) == 1 else [f"{levels.count(1)} headings of level 1"]
    if levels and levels[0] != 1:
        faults.append(f"the first heading is of level {levels[0]}")
    before = 1
    for level in levels:
        if level > before + 1:
            faults.append(f"a heading of level {level} follows one of level {before}")
        before = level
    return faults


@dataclass
class Page:
    """A page that is open, driven as a person drives it."""

    app: App
    sent: list[tuple[dict[str, Any], list[bytes] | None]] = field(default_factory=list)
    reply: Reply = field(default_factory=Reply)
    seq: int = 0

    # --- what is seen -------------------------------------------------------------------------------------------------

    @property
    def html(self) -> str:
        return self.app.view.html

    @property
    def read(self) -> Read:
        return Read(self.html)

    @property
    def text(self) -> str:
        return self.read.text

    @property
    def project(self) -> Project:
        return self.app.session.project

    @property
    def step(self) -> str:
        return self.app.state.ui.step

    @property
    def notice(self) -> str:
        return self.app.state.ui.notice

    @property
    def focus(self) -> str:
        """Where the keyboard was last sent."""
        return next((m["selector"] for m, _ in reversed(self.sent) if m["kind"] == "focus"), "")

    @property
    def downloads(self) -> list[tuple[str, str, bytes]]:
        """Name, media type and content of every file that was handed to the browser."""
        return [(m["name"], m["type"], b[0]) for m, b in self.sent if m["kind"] == "download" and b]

    def buttons(self) -> list[tuple[str, str, str]]:
        """Action, id and value of each button that can be pressed."""
        return [
            (e.get("data-action"), e.get("data-id"), e.get("data-value"))
            for e in self.read.all("button")
            if "data-action" in e.attrs and e.get("aria-disabled") != "true"
        ]

    def fields(self) -> list[str]:
        """Names of the fields that save themselves."""
        controls = self.read.all("input", "select", "textarea")
        return list(dict.fromkeys(e.get("name") for e in controls if e.get("name") and "data-local" not in e.attrs))

    def error(self, path: str) -> str:
        """What a field says is wrong with what was typed."""
        key = "f-" + "".join(c if c.isalnum() else "-" for c in path)
        return next((e.text.removeprefix("There is a problem.").strip() for e in self.read.all(id=f"{key}-error")), "")

    # --- what is done -------------------------------------------------------------------------------------------------

    def send(self, kind: str, *, files: tuple[bytes, ...] = (), **fields: Any) -> Reply:
        """Hand over one event as the browser does, whether or not the page offers it."""
        self.seq += 1
        self.reply = self.app.on_event(Event(kind=kind, seq=self.seq, **fields), files)
        return self.reply

    def go(self, step: str) -> Page:
        """Follow a link to a step."""
        assert self.read.all("a", href=f"#{step}"), f"the page has no link to {step}"
        self.send("action", name="go", id=step)
        return self

    def press(self, action: str, id: str = "", value: str = "", **inputs: Any) -> Page:
        """Press a button that stands on the page."""
        assert (action, id, value) in self.buttons(), f"{action, id, value} cannot be pressed; {self.buttons()}"
        given = {name.replace("__", "/").replace("_", "-"): v for name, v in inputs.items()}
        local = {e.get("name") for e in self.read.all("input", "select", "textarea") if "data-local" in e.attrs}
        assert set(given) <= local, f"{given} are not fields of a form"
        self.send("action", name=action, id=id, value=value, inputs=given)
        return self

    def open(self, kind: str, id: str) -> Page:
        """Open a row for editing."""
        found = [b for b in self.buttons() if b[:2] == ("open", f"{kind}:{id}")]
        assert len(found) == 1, f"{found} opens {kind} {id}"
        return self.press(*found[0])

    def type(self, path: str, value: str | bool | list[str]) -> Page:
        """Enter a value into a field that stands on the page; a choice must be among those offered."""
        controls = [e for e in self.read.all("input", "select", "textarea") if e.get("name") == path]
        assert controls, f"the page has no field {path}; {self.fields()}"
        first = controls[0]
        if first.tag == "select":
            offered = {e.get("value") for e in self.read.all("option") if first in e.inside}
            assert value in offered, f"{value!r} is not offered: {offered}"
        elif first.get("type") == "radio" or "data-group" in first.attrs:
            chosen = [value] if isinstance(value, str) else value
            assert set(chosen) <= {e.get("value") for e in controls}, f"{value!r} is not offered"
        self.send("edit", name=path, value=value)
        return self


Open = Callable[..., Page]


@pytest.fixture(scope="session")
def library(sample_dir: Path) -> Library:
    """The published figures of the sample, read once."""
    return load_sample(sample_dir, load_datasets())


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, and no setting of whoever runs the tests."""
    for name in ("WORKBENCH_PROJECT", "WORKBENCH_DATA", "WORKBENCH_PLOTLY_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def open_page(
    home: Path, tmp_path: Path, library: Library, sample_project: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Open]:
    """Open a project: the sample by default, or a :class:`Project`, or a file. Charts are drawn only when asked for."""
    pages: list[Page] = []
    monkeypatch.setattr(desk_module, "load_sample", lambda *_: library)

    def opened(
        project: Project | Path | None = None, *, who: str = "", draw: bool = False, home: Path = home, **more: Any
    ) -> Page:
        if not draw:
            monkeypatch.setattr(derived_module, "_drawn", lambda chart: derived_module.Drawing("{}", "{}", 300))
        file = project if isinstance(project, Path) else tmp_path / f"project-{len(pages)}.json"
        if project is None:
            shutil.copyfile(sample_project, file)
        elif isinstance(project, Project):
            save_project(project, file)
        app = build_app(file, home=home, who=who, today=lambda: TODAY, **more)
        page = Page(app)
        pages.append(page)
        return page

    original = LiveView.send

    def send(view: LiveView, content: Any, buffers: list[bytes] | None = None) -> None:
        for page in pages:
            if page.app.view is view:
                page.sent.append((content, buffers))
        original(view, content, buffers)

    monkeypatch.setattr(LiveView, "send", send)
    yield opened
    for page in pages:
        page.app.stop()


@pytest.fixture
def page(open_page: Open) -> Page:
    """The sample project, opened."""
    return open_page()


@pytest.fixture
def blank(open_page: Open) -> Page:
    """A new project, opened."""
    return open_page(Project(id="new"))


@pytest.fixture
def check() -> Callable[[str], list[str]]:
    """What is wrong with a page, as a list of sentences."""
    return faults_of


@pytest.fixture
def paths() -> Callable[[Project], dict[str, Any]]:
    """The fields of a project by their paths."""
    return flatten
