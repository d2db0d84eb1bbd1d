"""What a step is given to draw itself: the state, what is computed from it, and fields bound to paths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.app.state import State, Ui
from workbench.domain.project import Project, flatten
from workbench.widgets import html as h

if TYPE_CHECKING:
    from workbench.app.derived import Derived

YES_NO = (("yes", "Yes"), ("no", "No"), ("not sure", "Not sure"))


@dataclass(frozen=True)
class View:
    """The state of a page and what follows from it, with fields that know their paths."""

    state: State
    derived: Derived

    @property
    def project(self) -> Project:
        """The project as it is now."""
        return self.state.project

    @property
    def ui(self) -> Ui:
        """What belongs to this page alone."""
        return self.state.ui

    @cached_property
    def _flat(self) -> Mapping[str, Any]:
        return flatten(self.state.project)

    def value(self, path: str) -> Any:
        """What a field shows: what was typed when it was refused, else what is in the project."""
        refused = self.ui.refused.get(path)
        return refused.typed if refused else self._flat.get(path)

    def error(self, path: str) -> str:
        """Why what was typed into a field was not taken, or an empty string."""
        refused = self.ui.refused.get(path)
        return refused.message if refused else ""

    def text(self, path: str, label: str, **options: Any) -> str:
        """A one-line field bound to a path."""
        value = self.value(path)
        shown = ", ".join(value) if isinstance(value, list | tuple) else plain(value)
        return h.text_field(path, label, shown, error=self.error(path), **options)

    def area(self, path: str, label: str, **options: Any) -> str:
        """A field of several lines bound to a path."""
        return h.text_area(path, label, str(self.value(path) or ""), error=self.error(path), **options)

    def choose(self, path: str, label: str, choices: h.Choices, **options: Any) -> str:
        """A list to choose one from, bound to a path."""
        return h.select(path, label, str(self.value(path) or ""), choices, error=self.error(path), **options)

    def ask(self, path: str, legend: str, choices: h.Choices = YES_NO, **options: Any) -> str:
        """A question with a few answers, bound to a path."""
        return h.radios(path, legend, str(self.value(path) or ""), choices, error=self.error(path), **options)

    def several(self, path: str, legend: str, choices: h.Choices, **options: Any) -> str:
        """A question with several answers at once, bound to a path."""
        return h.checks(path, legend, list(self.value(path) or ()), choices, **options)

    def opener(self, kind: str, key: str, text: str, path: str) -> str:
        """A button that opens or closes a row for editing; ``path`` is the field that then takes the focus."""
        return h.button(text, "open", id=f"{kind}:{key}", value=path, kind="link", expanded=self.ui.is_open(kind, key))

    def tick(self, path: str, label: str) -> str:
        """One box to tick, bound to a path."""
        return h.tick(path, label, bool(self.value(path)))


def plain(value: object) -> str:
    """A number as a person would type it: no ``.0``, no exponent.

    Examples
    --------
    >>> plain(3.0), plain(1250000.5), plain(None)
    ('3', '1250000.5', '')
    """
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else f"{value:.10g}" if abs(value) < 1e9 else f"{value:f}"
    return str(value)
