"""What one page shows: the project, and the little that belongs to the page alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from workbench.app.jobs import JobSeen
from workbench.app.tables import Builder
from workbench.domain.progress import STEPS
from workbench.domain.project import Project
from workbench.domain.recipes import Question
from workbench.widgets.live import Event

__all__ = ["STEPS", "Action", "Asked", "Context", "Refused", "State", "Ui"]

if TYPE_CHECKING:
    from workbench.app.derived import Derived


@dataclass(frozen=True, slots=True)
class Refused:
    """An entry that was not taken: what was typed, and why. It stays in the field until it is put right."""

    typed: Any
    message: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A file that leaves something open.

    Attributes
    ----------
    name : str
    content : bytes
    questions : tuple of Question
    answers : mapping of str to str
        What was answered in earlier rounds.
    """

    name: str
    content: bytes = field(repr=False)
    questions: tuple[Question, ...]
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ui:
    """What belongs to this page and to nobody else; it is not saved.

    Attributes
    ----------
    step : str
        Key of the step on show.
    opened : str
        ``kind:id`` of the row that is open for editing, for example ``need:n2``.
    picked : mapping of str to str or tuple of str
        Choices of views, for example ``{"trend-area": "E08000003"}``.
    refused : mapping of str to Refused
        By field path.
    notice, notice_kind : str
        A message at the head of the page, until the next action.
    focus : str
        CSS selector of what should take the keyboard focus after the page is shown.
    history : bool
        Whether the history is on show.
    builder : Builder
        How far the table builder of step 2 has come.
    job : JobSeen or None
        Work that is under way.
    asked : Asked or None
        A file that leaves something open, until it is answered or let go.
    wanted : str
        Work that an action asks for; the app begins it and takes the word away.
    """

    step: str = "frame"
    opened: str = ""
    picked: Mapping[str, Any] = field(default_factory=dict)
    refused: Mapping[str, Refused] = field(default_factory=dict)
    notice: str = ""
    notice_kind: str = "info"
    focus: str = ""
    history: bool = False
    builder: Builder = field(default_factory=Builder)
    job: JobSeen | None = None
    asked: Asked | None = None
    wanted: str = ""

    def with_(self, **changes: Any) -> Ui:
        """A copy with some fields changed."""
        return replace(self, **changes)

    def is_open(self, kind: str, key: str) -> bool:
        """Whether this row is open for editing."""
        return self.opened == f"{kind}:{key}"


@dataclass(frozen=True, slots=True)
class State:
    """The project and the page."""

    project: Project
    ui: Ui

    def with_project(self, project: Project, **ui: Any) -> State:
        """The state after an edit, with changes to the page."""
        return State(project, self.ui.with_(**ui))

    def with_ui(self, **changes: Any) -> State:
        """The state after a change to the page only."""
        return State(self.project, self.ui.with_(**changes))


@dataclass(frozen=True, slots=True)
class Context:
    """What an action may look at beside the state: a fresh id, and what is computed from the project."""

    new_id: str
    derived: Derived


Action = Callable[[State, Event, Context], State]
"""What a button does: ``action(state, event, context)`` gives the next state. Pure, so tests call it directly."""
