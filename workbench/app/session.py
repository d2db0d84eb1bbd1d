"""A session: one person's open project. Views watch its one trait and commit whole new projects to it.

An edit is saved when its row is in the log. The project file is written after it, for people and for other programs;
when that fails the edit is safe all the same, and :attr:`Session.problem` says what is wrong with the file.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import traitlets

from workbench.domain.project import DELETED, Project, changed, cleaned, flatten, repeated_ids
from workbench.errors import InvalidProject, NewerProject, ProjectError
from workbench.places import file_name
from workbench.store.fields import read_fields
from workbench.store.file_sync import FileSync
from workbench.store.log import Entry, ProjectLog
from workbench.store.project_file import parse_project, read_bytes

Clock = Callable[[], datetime]

POLL_SECONDS = 0.3
TOUCH_SECONDS = 5.0
AWAY_SECONDS = 15.0
"""Somebody who has not been heard of for so long is no longer shown as here."""
LONGEST_LOG = 500
"""Updates in the log beyond which opening it folds them into one."""


def _now() -> datetime:
    return datetime.now(UTC)


class Session(traitlets.HasTraits):
    """One person's open project.

    Parameters
    ----------
    log : ProjectLog
    project_file : pathlib.Path
    clock : callable
        Gives the time, with time zone.

    Attributes
    ----------
    project : Project
        The project as it is now: this person's edits and everybody else's, without dangling references.
    saved_at : str or None
        The time of day when the last edit of this session was safely on disk, for example ``10:42``, by the clock of
        this computer.
    others : tuple of str
        Names of the other people who have the project open, one for each session.
    problem : str
        What is wrong with saving or with others' edits, as sentences; empty when nothing is.
    """

    project = traitlets.Instance(Project)
    saved_at = traitlets.Unicode(None, allow_none=True)
    others = traitlets.Tuple()
    problem = traitlets.Unicode("")

    def __init__(self, log: ProjectLog, project_file: Path, clock: Clock = _now) -> None:
        super().__init__()
        self.file = Path(project_file)
        self._log = log
        self._clock = clock
        self._sync = FileSync(log, self.file, clock)
        self._seen: dict[str, Any] = {}
        self._shown = -1
        self._open = True
        self._problems: dict[str, str] = {}
        self._touched_at: datetime | None = None
        self._task: asyncio.Task[None] | None = None

    @classmethod
    def open(cls, project_file: Path, home: Path, who: str, clock: Clock = _now, *, busy_seconds: float = 10.0) -> Self:
        """Open a project: its file, and the log of its edits under ``home``.

        What the log holds and the file does not (the last process was killed) is kept, and so is what somebody changed
        in the file meanwhile.

        Parameters
        ----------
        project_file : pathlib.Path
        home : pathlib.Path
            A folder on a local disk; the log lies in ``logs`` under it.
        who : str
            Display name of the person.
        clock : callable
        busy_seconds : float
            How long to wait for another session that is writing.

        Raises
        ------
        ProjectError
            When the file or the log cannot be read, is damaged, or is of a later version. Both are left as they are.
        """
        content = read_bytes(project_file)
        project = parse_project(content, str(project_file))
        log = ProjectLog(log_path(home, project.id), project.id, who, busy_seconds=busy_seconds)
        try:
            session = cls(log, project_file, clock)
            session._begin(project, content)
        except BaseException:
            log.close()
            raise
        return session

    def _begin(self, project: Project, content: bytes) -> None:
        with self._log.lock():
            if self._log.seed(project, self._clock()):
                self._sync.began(content)
            elif self._log.length > LONGEST_LOG:
                self._log.squash(self._clock())
        self._show(cleaned(project))
        self._save()
        self._see_others()

    def close(self) -> None:
        """Leave: the others no longer see this person, and the log is let go. Closing twice does no harm."""
        self.stop()
        if self._open:
            self._open = False
            with suppress(ProjectError):  # the others notice without being told, a little later
                self._log.presence.leave()
            self._log.close()

    @property
    def who(self) -> str:
        """Display name of the person; from a change on, it stands beside their edits and is shown to the others."""
        return self._log.who

    @who.setter
    def who(self, name: str) -> None:
        if name != self._log.who:
            self._log.who = name
            self._touched_at = None  # tell the others at the next poll, not only when it is due

    # --- editing ------------------------------------------------------------------------------------------------------

    def commit(self, project: Project, base: Project | None = None) -> tuple[str, ...]:
        """Save the fields in which a new project differs from the one it was made from.

        Parameters
        ----------
        project : Project
        base : Project, optional
            What the new project was made from; by default the present one. Only the difference is written, so what
            others have added since stays.

        Returns
        -------
        tuple of str
            Paths of what was entered into something that somebody else has deleted. It is kept in the history only.

        Raises
        ------
        InvalidProject
            When the new project breaks a rule. Nothing is written.
        ProjectError
            When the edit could not be saved. The project stays as it was.
        """
        if faults := repeated_ids(project):
            raise InvalidProject(faults)
        before = flatten(base or self.project, self._seen)
        after = flatten(cleaned(project), self._seen)
        own = read_fields(after)
        if own.id != self.project.id:
            raise ProjectError("This is another project.", "Open it by its own file.", "id")
        changes = changed(before, after)
        if not changes:
            if self._problems.get("file"):
                self._save()
            return ()
        # What somebody wrote into the file was there before this edit. A fault in it is told when the file is saved.
        with suppress(ProjectError):
            self._sync.take_in()
        self._log.commit(changes, self._clock())
        self.saved_at = f"{self._clock().astimezone():%H:%M}"
        self._show_and_save(own)
        return _homeless(changes, after, self._log.snapshot())

    def undo(self) -> bool:
        """Take back this session's last edit that still stands. Other people's stay. False: there was none."""
        return self._step(self._log.undo)

    def redo(self) -> bool:
        """Make again what was last taken back. False: there was nothing."""
        return self._step(self._log.redo)

    def _step(self, step: Callable[[datetime], bool]) -> bool:
        done = step(self._clock())
        if done:
            self.saved_at = f"{self._clock().astimezone():%H:%M}"
        self._show_and_save(self.project)
        return done

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit of this session to take back."""
        return self._log.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is something to make again."""
        return self._log.can_redo

    def history(self, limit: int = 50, path_prefix: str = "") -> tuple[Entry, ...]:
        """The latest edits, newest first: who, when, and each field before and after."""
        return self._log.history(limit, path_prefix)

    # --- the others ---------------------------------------------------------------------------------------------------

    def poll(self) -> bool:
        """Take in what others have done; say whether there was anything. What goes wrong is told in ``problem``."""
        try:
            found = self._log.pull()
            self._see_others()
        except ProjectError as error:
            self._tell("others", str(error))
            return False
        self._tell("others", "")
        if found:
            self._show_and_save(self.project)
        return found

    def start_polling(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        """Poll every 0.3 seconds on an event loop, until :meth:`stop`."""
        if self._task is None:
            self._task = (loop or asyncio.get_running_loop()).create_task(self._keep_polling())
            self._task.add_done_callback(self._polling_ended)

    def stop(self) -> None:
        """Poll no more."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def away(self) -> None:
        """Nobody is looking: poll no more, and let the others see that this person is gone. Polling again ends it."""
        self.stop()
        self._touched_at = None
        try:
            self._log.presence.leave()
        except ProjectError as error:
            self._tell("others", str(error))

    async def _keep_polling(self) -> None:
        while True:
            self.poll()
            await asyncio.sleep(POLL_SECONDS)

    def _polling_ended(self, task: asyncio.Task[None]) -> None:
        """A view that fails while it shows somebody's edit ends the polling: that may not pass in silence."""
        if task.cancelled():
            return
        self._task = None
        self._tell("polling", "Other people's edits are no longer shown here. Load the page again.")
        error = task.exception()
        task.get_loop().call_exception_handler({"message": "Polling has ended", "exception": error, "task": task})

    def _see_others(self) -> None:
        now = self._clock()
        if self._touched_at is None or now - self._touched_at >= timedelta(seconds=TOUCH_SECONDS):
            self._log.presence.touch(self.who, now)
            self._touched_at = now
        self.others = self._log.presence.present(AWAY_SECONDS, now)

    # --- showing ------------------------------------------------------------------------------------------------------

    def _show_and_save(self, fallback: Project) -> None:
        try:
            self._show(fallback)
        finally:  # a view that fails must not keep the file from being written
            self._save()

    def _show(self, fallback: Project) -> None:
        """Show the project in the log; when edits of two people do not fit together, this person's last good one."""
        fields = self._log.snapshot()
        if self._log.version == self._shown:
            return
        self._shown = self._log.version
        try:
            project = cleaned(read_fields(fields))
        except NewerProject as error:
            self._tell("merge", str(error))
            project = fallback
        except ProjectError as error:
            self._tell("merge", f"Edits by several people do not fit together: {error} All are kept in the history.")
            project = fallback
        else:
            self._tell("merge", "")
            self._seen = fields
        self.project = project

    def _tell(self, source: str, message: str) -> None:
        self._problems[source] = message
        self.problem = " ".join(said for said in self._problems.values() if said)

    def _save(self) -> None:
        """Write the project file, and show what somebody changed in it."""
        if self._problems.get("merge"):
            return  # there is no project to write, and that has been told
        try:
            self._sync.save()
        except ProjectError as error:
            self._tell("file", f"{error} Your edits are kept in the log of this project.")
        else:
            self._tell("file", "")
        self._show(self.project)


def log_path(home: Path, project_id: str) -> Path:
    """Where the log of a project lies.

    Examples
    --------
    >>> log_path(Path("home"), "gm-2026").as_posix()
    'home/logs/gm-2026.sqlite'
    """
    return Path(home) / "logs" / f"{file_name(project_id)}.sqlite"


def _homeless(changes: Mapping[str, Any], after: Mapping[str, Any], there: Mapping[str, Any]) -> tuple[str, ...]:
    """The changed paths that lie under an entity which is no longer there."""
    parents = {path: path.rpartition("/")[0] for path, value in changes.items() if value is not DELETED}
    return tuple(path for path, above in parents.items() if above in after and above not in there)
