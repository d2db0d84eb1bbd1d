"""The history of a project as a panel: who changed what, when, and what it was before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from workbench.domain.project import DELETED
from workbench.store.log import Change, Entry
from workbench.widgets import html as h

KINDS = {"undo": "took back", "redo": "made again", "start": "started the project", "file": "changed in the file"}
LONGEST = 90
"""Characters of a value that the panel shows."""

PARTS: Mapping[str, str] = {
    "needs": "Need",
    "frame": "Frame",
    "logic_model": "Logic model",
    "request": "Request",
    "appraisal": "Costs and benefits",
    "prose": "Own words",
    "nodes": "box",
    "links": "link",
    "items": "data item",
    "considerations": "consideration",
    "options": "option",
    "lines": "line",
    "effects": "effect",
    "places": "place",
    "partners": "partner",
}


def field_words(path: str) -> str:
    """A field path as a person would say it; ids are left out.

    Examples
    --------
    >>> field_words("needs/n1/max_age_months"), field_words("logic_model/nodes/n3")
    ('Need: max age months', 'Logic model: box')
    """
    said = []
    after_entities = False
    for part in path.split("/"):
        if after_entities:
            after_entities = False  # an id
            continue
        said.append(PARTS.get(part, part.replace("_", " ")))
        after_entities = part in PARTS and part not in ("frame", "logic_model", "request", "appraisal")
    first, *rest = said
    return f"{first}: {', '.join(rest)}" if rest else first[:1].upper() + first[1:]


def _value(value: Any) -> str:
    if value is DELETED:
        return "nothing"
    if value in (None, "", []):
        return "empty"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"“{text}”" if len(text) <= LONGEST else f"“{text[: LONGEST - 1]}…”"


def _change(change: Change) -> str:
    return h.esc(f"{field_words(change.path)}: from {_value(change.before)} to {_value(change.after)}")


def panel(entries: Sequence[Entry]) -> str:
    """The latest edits, newest first, as a card."""
    rows = []
    for entry in entries:
        at = datetime.fromisoformat(entry.at).astimezone()
        shown = entry.changes[:6]
        what = h.bullets(_change(c) for c in shown) if shown else ""
        if len(entry.changes) > len(shown):
            what += h.esc(f"and {len(entry.changes) - len(shown)} more fields")
        rows.append(
            (
                h.esc(f"{at.day} {at:%B %Y, %H:%M}"),
                h.esc(entry.who or "Guest"),
                h.esc(KINDS.get(entry.kind, "changed")),
                what,
            )
        )
    table = h.table("History", ("When", "Who", "Did", "What"), rows, widths=(20, 16, 14, 50))
    close = h.button("Close the history", "history", kind="quiet")
    body = table if rows else h.notice("Nothing has been changed yet.")
    return h.card("History", body, action=close, id="history", lead="The latest edits, newest first. Nothing is lost.")
