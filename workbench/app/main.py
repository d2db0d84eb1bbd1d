"""The one place where things are wired: session, figures, reference tables, the six steps and the view.

``build_app`` is what the notebook of the app calls. Nothing mutable stands at module level, so two apps in one process
share nothing.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from workbench import places
from workbench.app import area_picker
from workbench.app.derived import Derived
from workbench.app.desk import Desk, open_desk
from workbench.app.edits import EntryRefused, edited
from workbench.app.history import panel
from workbench.app.jobs import Jobs, JobSeen
from workbench.app.page import Bar, heading, page
from workbench.app.services import Services
from workbench.app.session import Session
from workbench.app.state import STEPS, Action, Asked, Context, Refused, State, Ui
from workbench.app.steps import costs, figures, frame, logic, proposal, request
from workbench.app.table_work import TableWork
from workbench.app.view import View
from workbench.domain import words
from workbench.domain.progress import StepStatus
from workbench.domain.project import Project, flatten
from workbench.errors import ProjectError, Unsettled, WorkbenchError
from workbench.widgets.html import ident, notice
from workbench.widgets.live import Event, LiveView, Reply

STEP_MODULES: Mapping[str, ModuleType] = {
    "frame": frame,
    "figures": figures,
    "logic": logic,
    "request": request,
    "costs": costs,
    "proposal": proposal,
}

MEDIA_TYPES: Mapping[str, str] = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
    "html": "text/html",
    "md": "text/markdown",
    "csv": "text/csv",
    "zip": "application/zip",
}

_log = logging.getLogger(__name__)

ROWS: Mapping[str, str] = {
    "need": "needs",
    "own": "bespoke_areas",
    "partner": "frame/partners",
    "node": "logic_model/nodes",
    "link": "logic_model/links",
    "item": "request/items",
    "consideration": "request/considerations",
    "option": "appraisal/options",
    "line": "appraisal/lines",
    "effect": "appraisal/effects",
}
"""Where the rows that can be opened stand in the project."""

DOCUMENTS = ("docx", "odt", "html", "md")

SILENT_SECONDS = 40
"""A page in view speaks every five seconds. One that has said nothing for so long is taken to be closed: its session
stops polling, so that its kernel falls idle and Voila ends it."""
GUEST = "Guest"
"""The name of somebody who has not given one."""
HISTORY = 60
"""Edits that the panel shows."""


class App:
    """One open page: takes events, commits edits, shows what follows.

    Parameters
    ----------
    session : Session
        The project as it is edited, alone or with others.
    desk : Desk
        Figures, reference tables and the functions that read files and write documents.
    today : callable
        Gives the date of today; verdicts on freshness depend on it.
    plotly_url : str, optional
        Where the page finds plotly.js.
    """

    def __init__(self, session: Session, desk: Desk, *, today: Callable[[], date], plotly_url: str = "") -> None:
        self.session = session
        self._desk = desk
        self._today = today
        self._ui = Ui()
        self._derived: Derived | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._silence: asyncio.TimerHandle | None = None
        self._actions: dict[str, Action] = {}
        for module in STEP_MODULES.values():
            self._actions.update(module.ACTIONS)
        self._actions.update(area_picker.actions(_targets))
        self._jobs = Jobs(self._job_seen)
        self._work = TableWork(
            desk,
            self._jobs,
            ui=lambda: self._ui,
            show=self._show_only,
            project=lambda: session.project,
            commit=self._commit,
            today=today,
        )
        self.view = LiveView(self.on_event, room=session.project.id, plotly_url=plotly_url)
        session.observe(lambda _: self._changed(), names=["project"])
        session.observe(lambda _: self.show(), names=["others"])
        session.observe(lambda _: self.show(), names=["problem"])
        self._take_tables()
        self.show()

    # --- what is shown ------------------------------------------------------------------------------------------------

    @property
    def state(self) -> State:
        """The project and the page as they are now."""
        return State(self.session.project, self._ui)

    @property
    def derived(self) -> Derived:
        """What is computed from the project; kept until the project changes."""
        project = self.session.project
        if self._derived is None or self._derived.project is not project:
            self._derived = Derived(project, self._desk, self._today())
        return self._derived

    def show(self) -> None:
        """Write the page again from the state; the browser changes only what differs.

        An edit is saved before it is shown. When a page cannot be drawn from it, the page says so under a number and
        can be left, so that nobody is locked out by one value.
        """
        try:
            self.view.show(*self._written())
        except Exception:  # noqa: BLE001  whatever it is, the bar, the steps and Undo must stay in reach
            number = secrets.token_hex(3)
            _log.exception("fault %s while drawing %s", number, self._ui.step)
            self.view.show(self._cannot_draw(number), {})

    def _cannot_draw(self, number: str) -> str:
        told = f"This page could not be drawn (fault {number}). Your edits are saved. Undo takes back the last one."
        titles: dict[str, str] = dict(STEPS)
        body = heading(titles[self._ui.step], "") + notice(told, "bad")
        unknown = tuple(StepStatus(key, i, title, "There is a problem") for i, (key, title) in enumerate(STEPS, 1))
        return page(self.state, body, unknown, self._bar())

    def _bar(self) -> Bar:
        # A kernel that waits for its visitor has no name yet and is nobody.
        others = tuple(name for name in self.session.others if name)
        return Bar(self.session.who, others, self.session.can_undo, self.session.can_redo)

    def _written(self) -> tuple[str, dict[str, dict[str, str]]]:
        state, derived = self.state, self.derived
        body = STEP_MODULES[state.ui.step].render(View(state, derived))
        if state.ui.history:
            # Below the heading of the page and its sentence: a reader of headings meets the first level first.
            above, end, below = body.partition("</p>")
            body = above + end + panel(self.session.history(HISTORY), self.session.project) + below
        if self.session.problem:
            body = notice(self.session.problem, "bad") + body
        return page(state, body, derived.statuses, self._bar()), derived.figures_of_page(body, state.ui)

    def _changed(self) -> None:
        """Show a project that has changed; say so when what was open on this page is no longer there."""
        self._take_tables()
        kind, _, key = self._ui.opened.partition(":")
        if key and f"{ROWS.get(kind, kind)}/{key}" not in flatten(self.session.project):
            told = (
                "What you had open is no longer there: it was deleted, or taken back. The history holds what was in it."
            )
            self._ui = self._ui.with_(opened="", notice=told, notice_kind="bad")
        self.show()

    # --- what is done -------------------------------------------------------------------------------------------------

    def on_event(self, event: Event, files: tuple[bytes, ...] = ()) -> Reply:
        """Act on one event of the browser and say whether everything is saved."""
        self._somebody_is_here()
        not_saved = ""
        try:
            self._act(event, files)
        except WorkbenchError as error:
            not_saved = "Not saved" if isinstance(error, ProjectError) else ""
            self._ui = self._ui.with_(notice=str(error), notice_kind="bad", focus="#wb-main")
        self.show()
        if self._ui.focus:
            self.view.focus(self._ui.focus, top=self._ui.focus == "#wb-title")
            self._ui = self._ui.with_(focus="")
        saved = f"Saved {self.session.saved_at}" if self.session.saved_at else "All saved"
        return Reply(saved=saved, problem=not_saved)

    def _act(self, event: Event, files: tuple[bytes, ...]) -> None:
        if event.kind == "hello":
            self._hello(event)
        elif event.kind == "edit":
            self._edit(event.name, event.value)
        elif event.kind == "upload":
            self._upload(event, files)
        elif event.kind == "action":
            self._ui = self._ui.with_(notice="", notice_kind="info")
            self._action(event)

    def _hello(self, event: Event) -> None:
        self.session.who = str(event.value or "").strip()[:60] or GUEST
        if event.name in STEP_MODULES:
            self._ui = self._ui.with_(step=event.name)
        self.session.poll()

    def _edit(self, path: str, typed: object) -> None:
        if path.startswith("ui/"):
            value = tuple(map(str, typed)) if isinstance(typed, list) else str(typed)
            self._ui = self._ui.with_(picked={**self._ui.picked, path.removeprefix("ui/"): value})
            if path == "ui/who":
                self.session.who = str(typed).strip()[:60] or GUEST
            return
        refused = {key: value for key, value in self._ui.refused.items() if key != path}
        try:
            project = edited(self.session.project, path, typed)
        except EntryRefused as no:
            self._ui = self._ui.with_(refused={**refused, path: Refused(typed, str(no))})
            return
        self._ui = self._ui.with_(refused=refused)
        self._commit(project)

    def _commit(self, project: Project) -> None:
        if self.session.commit(project):
            told = "Somebody deleted this while you were editing it. What you typed is kept in the history."
            self._ui = self._ui.with_(notice=told, notice_kind="bad")

    def _action(self, event: Event) -> None:
        own = {
            "go": self._go,
            "skip": lambda _: self._show_only(focus="#wb-main"),
            "close": lambda _: self._show_only(opened="", focus=_opener(self._ui.opened)),
            "open": self._open,
            "history": lambda _: self._show_only(history=not self._ui.history, focus="#wb-main"),
            "undo": lambda _: self.session.undo(),
            "redo": lambda _: self.session.redo(),
            "stop-job": lambda _: self._jobs.stop(),
            "answer-file": self._answer_file,
            "leave-file": lambda _: self._show_only(asked=None, focus="#f-Bring-in-your-own-file-h"),
            "export": self._export,
            "download-table": self._download_table,
            "download-figures": self._download_figures,
        }
        if event.name in own:
            own[event.name](event)
        elif event.name in self._actions:
            self._take(self._actions[event.name](self.state, event, Context(secrets.token_hex(4), self.derived)))

    def _show_only(self, **changes: Any) -> None:
        self._ui = self._ui.with_(**changes)

    def _go(self, event: Event) -> None:
        step = event.id
        if step in STEP_MODULES and step != self._ui.step:
            self._ui = self._ui.with_(step=step, opened="", notice="", focus="#wb-title")

    def _open(self, event: Event) -> None:
        if self._ui.opened == event.id:
            self._ui = self._ui.with_(opened="")
        else:
            self._ui = self._ui.with_(opened=event.id, focus=f"#{ident(str(event.value or ''))}")

    def _take(self, state: State) -> None:
        wanted = state.ui.wanted
        self._ui = state.ui.with_(wanted="")
        if wanted.startswith("keep:"):  # on disk first: a project never speaks of figures that could not be kept
            self._work.keep(wanted.partition(":")[2])
        if state.project is not self.session.project:
            self._commit(state.project)
        self._work.begin(wanted)

    def _export(self, event: Event) -> None:
        kind = str(event.value)
        if kind not in DOCUMENTS:
            return
        self.view.say("Writing the document…")
        name, content = self._desk.write_proposal(self.derived, kind)
        self.view.download(name, content, MEDIA_TYPES[name.rpartition(".")[2]])

    def _download_figures(self, event: Event) -> None:
        key = event.id
        chart = self.derived.chart(key, self._ui)
        if chart is not None:
            # The byte-order mark makes Excel read the file as UTF-8.
            sources = [
                f"{c.text()} {c.licence}".strip() + (f" Retrieved {words.day(c.retrieved)}." if c.retrieved else "")
                for c in self.derived.sources_of(key, self._ui)
            ]
            head = "".join(f"# {line}\n" for line in (chart.title, chart.caption, *sources))
            content = "\ufeff" + head + chart.table().to_csv(index=False)
            self.view.download(f"{key}.csv", content.encode(), MEDIA_TYPES["csv"])

    def _upload(self, event: Event, files: tuple[bytes, ...]) -> None:
        if files:
            self._bring_in(Path(str(event.value)).name, files[0], {})

    def _bring_in(self, name: str, content: bytes, answers: Mapping[str, str]) -> None:
        """Read a file; one that leaves something open is asked about on the page, and nothing is taken from it yet."""
        try:
            note = self._desk.bring_in(name, content, answers)
        except Unsettled as error:
            asked = Asked(name, content, error.questions, answers)
            self._ui = self._ui.with_(asked=asked, focus="#asked-h")
            return
        self._derived = None
        self._ui = self._ui.with_(asked=None, notice=note, notice_kind="good", focus="#wb-main")

    def _answer_file(self, event: Event) -> None:
        asked = self._ui.asked
        if asked is None:
            return
        given = {q.key: str(event.inputs.get(f"ui/answer/{q.key}/free") or event.inputs.get(f"ui/answer/{q.key}") or "")
                 for q in asked.questions}  # fmt: skip
        left = {f"ui/answer/{key}": Refused("", "Choose an answer.") for key, said in given.items() if not said.strip()}
        others = {k: v for k, v in self._ui.refused.items() if not k.startswith("ui/answer/")}
        self._ui = self._ui.with_(refused={**others, **left})
        if left:
            self._ui = self._ui.with_(focus=f"#{ident(next(iter(left)))}")
            return
        self._bring_in(asked.name, asked.content, {**asked.answers, **{k: v.strip() for k, v in given.items()}})

    # --- work that takes a while --------------------------------------------------------------------------------------

    def _job_seen(self, seen: JobSeen | None) -> None:
        self._ui = self._ui.with_(job=seen)
        self.show()

    def _take_tables(self) -> None:
        """Hold the figures of the tables that the project keeps, and no others."""
        told = self._desk.take_tables(self.session.project.queries)
        if told:
            self._ui = self._ui.with_(notice=" ".join(told), notice_kind="bad")
        self._derived = None

    def _download_table(self, _: Event) -> None:
        fetched = self._ui.builder.fetched
        if fetched is not None:
            content = "\ufeff" + fetched.figures.frame.to_csv(index=False)
            self.view.download("table.csv", content.encode(), MEDIA_TYPES["csv"])

    # --- several people -----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Look for the edits of others from now on, in the running event loop, while somebody looks at the page."""
        self._loop = asyncio.get_running_loop()
        self._jobs.deliver_by(self._loop.call_soon_threadsafe)
        self._somebody_is_here()

    def _somebody_is_here(self) -> None:
        if self._loop is None:
            return
        self.session.start_polling(self._loop)
        if self._silence is not None:
            self._silence.cancel()
        self._silence = self._loop.call_later(SILENT_SECONDS, self.session.away)

    def warm(self) -> None:
        """Draw the charts of step 2 once, so that nobody waits for them: Voila does this before a visitor comes."""
        body = STEP_MODULES["figures"].render(View(self.state, self.derived))
        self.derived.figures_of_page(body, self._ui)

    def stop(self) -> None:
        """Look no more, and close the session."""
        if self._silence is not None:
            self._silence.cancel()
        self.session.close()
        self.view.close()


def _targets(state: State) -> Mapping[str, area_picker.Target]:
    """Every picker of areas that a page may show."""
    found: dict[str, area_picker.Target] = {}
    for module in STEP_MODULES.values():
        if hasattr(module, "targets"):
            found |= module.targets(state)
    return found


def _opener(row: str) -> str:
    """The button that opened a row: closing gives the focus back to it."""
    return f'[data-action="open"][data-id="{row}"]' if re.fullmatch(r"[a-z]+:[A-Za-z0-9_.-]+", row) else "#wb-title"


def build_app(
    project_file: Path | None = None,
    *,
    home: Path | None = None,
    sample: Path | None = None,
    who: str = "",
    plotly_url: str = "",
    today: Callable[[], date] | None = None,
    services: Services | None = None,
) -> App:
    """Open a project and build its app.

    Parameters
    ----------
    project_file : Path, optional
        Default: ``WORKBENCH_PROJECT``, else the working copy of the sample project.
    home, sample : Path, optional
        Folder of logs and working copies; folder of the sample figures. Default: :mod:`workbench.places`.
    who : str, optional
        Name shown to others.
    plotly_url : str, optional
        Default: ``WORKBENCH_PLOTLY_URL``.
    today : callable, optional
        Default: the date of today in UTC.
    services : Services, optional
        Statistics services that can be asked. Default: all that the workbench knows.

    Returns
    -------
    App
        Its ``view`` is the widget to show; call ``start()`` inside a running event loop to see the edits of others.
    """
    named = os.environ.get("WORKBENCH_PROJECT")
    file = places.working_copy(project_file or (Path(named) if named else None))
    folder = home or places.home()
    session = Session.open(file, folder, who)
    desk = open_desk(sample or places.sample(), folder, session.project.id, services)
    return App(
        session,
        desk,
        today=today or (lambda: datetime.now(UTC).date()),
        plotly_url=plotly_url or os.environ.get("WORKBENCH_PLOTLY_URL", ""),
    )


__all__ = ["App", "build_app"]
