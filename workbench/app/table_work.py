"""What the buttons of the table builder set going: questions to services, done beside the page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from workbench.app.jobs import Jobs
from workbench.app.state import Ui
from workbench.app.table_page import PLACE
from workbench.app.tables import Builder
from workbench.domain.changes import changes, fingerprint
from workbench.domain.project import Project, find, put
from workbench.errors import Cancelled, WorkbenchError

if TYPE_CHECKING:
    from workbench.app.desk import Desk
    from workbench.sources.services.contract import Fetched


class TableWork:
    """Begins the work that an action asked for, and puts what comes of it on the page.

    Parameters
    ----------
    desk : Desk
    jobs : Jobs
    ui : callable
        Gives the page as it is now.
    show : callable
        ``show(**changes)`` changes the page; it is written again when the work ends.
    project : callable
        Gives the project as it is now.
    commit : callable
        Takes the next project.
    today : callable
    """

    def __init__(
        self,
        desk: Desk,
        jobs: Jobs,
        *,
        ui: Callable[[], Ui],
        show: Callable[..., None],
        project: Callable[[], Project],
        commit: Callable[[Project], None],
        today: Callable[[], date],
    ) -> None:
        self._desk, self._jobs, self._ui, self._show = desk, jobs, ui, show
        self._project, self._commit, self._today = project, commit, today

    def begin(self, wanted: str) -> None:
        """Begin ``search``, ``describe:<data set>``, ``preview`` or ``rerun:<kept table>``."""
        what, _, key = wanted.partition(":")
        work: Callable[..., Any]
        builder = self._ui().builder
        services, register = self._desk.services, self._desk.library.areas
        if what == "search":
            title, place = "Searching…", PLACE
            work = lambda _, stopped: services.search(builder.service, builder.words, stopped)  # noqa: E731
            then: Callable[[Any], None] = lambda found: self._build(found=found)  # noqa: E731
        elif what == "describe":
            title, place = "Asking what the data set holds…", PLACE
            work = lambda _, stopped: services.describe(builder.service, key, stopped)  # noqa: E731
            then = lambda about: self._build(description=about)  # noqa: E731
        elif what == "preview" and (query := builder.query) is not None:
            title, place = "Fetching the figures…", PLACE
            work = lambda tell, stopped: services.fetch(query, register, tell, stopped)  # noqa: E731
            then = lambda fetched: self._build(fetched=fetched)  # noqa: E731
        elif what == "rerun" and (kept := find(self._project().queries, key)) is not None:
            again = kept.query
            title, place = "Fetching the table again…", f"kept:{key}"
            work = lambda tell, stopped: services.fetch(again, register, tell, stopped, fresh=True)  # noqa: E731
            then = lambda fetched: self._fetched_again(key, fetched)  # noqa: E731
        else:
            return
        begun = self._jobs.start(title, place, work, then, lambda error: self._failed(place, error))
        if not begun:
            self._show(notice="Something is being fetched already. Wait for it, or stop it.", notice_kind="info")

    def keep(self, key: str) -> None:
        """Keep the preview under an id, and begin anew.

        Raises
        ------
        DataError
            When it cannot be kept.
        """
        builder = self._ui().builder
        if builder.query is not None and builder.fetched is not None:
            self._desk.keep(key, builder.query, builder.fetched)
            self._show(builder=Builder(service=builder.service))

    def _build(self, **changed: Any) -> None:
        self._show(builder=self._ui().builder.with_(**changed, problem=""))

    def _failed(self, place: str, error: WorkbenchError) -> None:
        if place == PLACE:
            self._show(builder=self._ui().builder.with_(problem=str(error), stopped=isinstance(error, Cancelled)))
        else:
            self._tell(place.partition(":")[2], str(error))

    def _tell(self, key: str, said: str) -> None:
        self._show(picked={**self._ui().picked, f"kept/{key}": said})

    def _fetched_again(self, key: str, fetched: Fetched) -> None:
        kept = find(self._project().queries, key)
        if kept is None:  # somebody removed it meanwhile
            return
        before = self._desk.kept(key)
        try:
            self._desk.keep(key, kept.query, fetched)
        except WorkbenchError as error:
            self._tell(key, str(error))
            return
        if before is not None:
            said = changes(before.figures, fetched.figures).sentence
        else:
            now = fingerprint(fetched.figures)
            same = "the same as when it was last fetched" if now == kept.fingerprint else "changed since it was kept"
            said = f"Fetched: {len(fetched.figures):,} figures, {same}." if kept.fingerprint else ""
        after = kept.with_(fetched=self._today(), fingerprint=fingerprint(fetched.figures), rows=len(fetched.figures))
        project = self._project()
        self._commit(project.with_(queries=put(project.queries, after)))
        self._tell(key, said)
