"""LiveView: a view whose HTML is written in Python and kept up to date in the browser.

Python holds the state and writes the page; the browser sends edits and actions back, each with a number, and shows
"Saved" only when Python has acknowledged that number. The browser is not trusted: every event is checked here, and
again by the rules of the project. What the page shows is decided in Python only, so the same view works in JupyterLab
and in Voila, and a test needs no browser to read it.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import anywidget
import traitlets
from pydantic import BaseModel, ConfigDict, Field, ValidationError

_STATIC = Path(__file__).parent / "static"
_log = logging.getLogger(__name__)


class Event(BaseModel):
    """One thing a person did, as the browser reports it.

    Attributes
    ----------
    kind : str
        ``edit`` (a field has a new value), ``action`` (a button), ``upload`` (a file), ``hello`` (a page has opened),
        ``ping``, or ``plotly`` (the page asks for plotly.js).
    seq : int
        Number of the event on its page; the acknowledgement carries it.
    name : str
        Path of the field, or key of the action.
    value : str, bool, list of str or None
    id : str
        What the action is about.
    inputs : dict
        Fields that belong to the action's own form.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["edit", "action", "upload", "hello", "ping", "plotly"]
    seq: int = 0
    name: str = Field(default="", max_length=300)
    value: str | bool | list[str] | None = None
    id: str = Field(default="", max_length=200)
    inputs: dict[str, str | bool | list[str]] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """What Python says back: the time it was saved, or why not."""

    saved: str = ""
    problem: str = ""


class LiveView(anywidget.AnyWidget):
    """A view written in Python.

    Parameters
    ----------
    on_event : callable
        Called as ``on_event(event, files)`` with the event and the bytes of uploaded files; returns a :class:`Reply`.
    room : str
        Names what is edited; unsaved typing is kept in the browser under it.
    plotly_url : str, optional
        Where the page finds plotly.js on our own server. Empty: it is sent through the kernel.
    """

    _esm = _STATIC / "live.js"
    _css = _STATIC / "workbench.css"
    html = traitlets.Unicode("").tag(sync=True)
    figures = traitlets.Dict().tag(sync=True)
    room = traitlets.Unicode("").tag(sync=True)
    plotly_url = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self, on_event: Callable[[Event, tuple[bytes, ...]], Reply], *, room: str = "", plotly_url: str = ""
    ) -> None:
        super().__init__(room=room, plotly_url=plotly_url)
        self._on_event = on_event
        self.on_msg(self._receive)

    def show(self, html: str, figures: Mapping[str, Mapping[str, str]]) -> None:
        """Show a page. What has not changed is not sent again."""
        # Figures first: the page that refers to them must find them.
        wanted = {name: dict(shapes) for name, shapes in figures.items()}
        if wanted != self.figures:
            self.figures = wanted
        if html != self.html:
            self.html = html

    def say(self, text: str) -> None:
        """Say something that passes, for example what is being done."""
        self.send({"kind": "say", "text": text})

    def focus(self, selector: str, *, top: bool = False, block: str = "start") -> None:
        """Move the keyboard focus to the first element that a CSS selector finds."""
        self.send({"kind": "focus", "selector": selector, "top": top, "block": block})

    def download(self, name: str, content: bytes, media_type: str) -> None:
        """Hand a file to the browser; it goes through the widget, so no public address holds it."""
        self.send({"kind": "download", "name": name, "type": media_type}, buffers=[content])

    def _receive(self, _: Any, content: Any, buffers: list[Any]) -> None:
        try:
            event = Event.model_validate(content)
        except ValidationError:
            _log.warning("an event from the browser was refused: %r", content)
            return
        if event.kind == "plotly":
            self._send_plotly()
            return
        reply = self.handle(event, tuple(bytes(b) for b in buffers))
        self.send({"kind": "ack", "seq": event.seq, "saved": reply.saved, "problem": reply.problem})

    def handle(self, event: Event, files: tuple[bytes, ...] = ()) -> Reply:
        """Act on an event. A fault of ours is logged under a number and said in words; the page never shows it raw."""
        try:
            return self._on_event(event, files)
        except Exception:  # noqa: BLE001  the last line of defence: the page must say that it is not saved
            number = secrets.token_hex(3)
            _log.exception("fault %s while handling %s %s", number, event.kind, event.name)
            return Reply(problem=f"Not saved – something went wrong here (fault {number}). Reload the page.")

    def _send_plotly(self) -> None:
        import plotly  # noqa: PLC0415  the 5 MB script is read only when a page asks for it

        script = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
        self.send({"kind": "plotly"}, buffers=[script.read_bytes()])
