"""The history of a project as a panel: who changed what, when, and what it was before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from workbench.domain import words
from workbench.domain.project import DELETED, Project, flatten
from workbench.store.log import Change, Entry
from workbench.widgets import html as h

KINDS = {"undo": "took back", "redo": "made again", "start": "started the project", "file": "changed in the file"}
LONGEST = 90
"""Characters of a value that the panel shows."""

ENTITIES: Mapping[str, str] = {
    "needs": "need",
    "frame/places": "place",
    "frame/partners": "partner",
    "logic_model/nodes": "box",
    "logic_model/links": "link",
    "request/items": "data item",
    "request/considerations": "answer to DWP’s question",
    "appraisal/options": "option",
    "appraisal/lines": "cost or benefit line",
    "appraisal/effects": "effect not put into money",
    "prose": "own words",
}
NAMES = ("question", "name", "label", "mechanism", "answer", "text")
"""Fields that name an entity, the first that it has."""

FIELDS: Mapping[str, str] = {
    "max_age_months": "how fresh, in months",
    "precision": "how exact",
    "breakdowns": "split by",
    "area": "within",
    "level": "smallest area or level",
    "needs_individuals": "must somebody act on particular people",
    "held_by_partner": "does a partner hold it",
    "held_where": "which partner, which records",
    "people_count": "how many people",
    "need_ids": "needs it answers",
    "node_ids": "activities it feeds",
    "first_year": "first year",
    "horizon": "years appraised",
    "unit_central": "central value",
    "unit_low": "low value",
    "unit_high": "high value",
}


def _entity(path: str) -> tuple[str, str, str]:
    """What kind of entity a path lies in, its id, and the field; no kind and no id for the project's own fields."""
    for prefix, kind in ENTITIES.items():
        if path.startswith(f"{prefix}/"):
            key, _, field = path.removeprefix(f"{prefix}/").partition("/")
            return kind, key, field
    return "", "", path


def field_words(field: str) -> str:
    """A field as a person would say it.

    Examples
    --------
    >>> field_words("max_age_months"), field_words("frame/problem"), field_words("request/legal_power")
    ('how fresh, in months', 'problem', 'legal power')
    """
    last = field.rpartition("/")[2]
    return FIELDS.get(last, last.replace("_", " "))


def _value(value: Any) -> str:
    if value is DELETED or value in (None, "", []):
        return "nothing"
    text = (
        ", ".join(map(str, value))
        if isinstance(value, list)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )
    return f"“{text}”" if len(text) <= LONGEST else f"“{text[: LONGEST - 1]}…”"


def _named(changes: Sequence[Change], names: Mapping[str, str], key: str) -> str:
    """The words by which people know an entity: as it is now, or as it was when it was deleted."""
    if names.get(key):
        return f" {_value(names[key])}"
    for wanted in NAMES:
        for change in changes:
            _, changed, field = _entity(change.path)
            if changed == key and field == wanted:
                said = change.after if change.after not in (DELETED, "", None) else change.before
                return "" if said in (DELETED, "", None) else f" {_value(said)}"
    return ""


def sentences(changes: Sequence[Change], names: Mapping[str, str]) -> tuple[str, ...]:
    """What an edit did, in a line for each field or each entity that came or went.

    Parameters
    ----------
    changes : sequence of Change
    names : mapping of str to str
        What entities are called now, by id.
    """
    said: dict[str, str] = {}
    whole = {}
    for change in changes:
        kind, key, field = _entity(change.path)
        if kind and not field and DELETED in (change.before, change.after):
            verb = "Added" if change.before is DELETED else "Deleted"
            whole[key] = f"{verb} a {kind}".replace("a answer", "an answer").replace("a effect", "an effect")
            whole[key] = whole[key].replace("a own words", "own words") + _named(changes, names, key)
    for change in changes:
        kind, key, field = _entity(change.path)
        if key in whole:
            said[key] = whole[key]
        elif field:  # an entry without a field is the place of an entity among its fellows
            subject = f"{kind[:1].upper()}{kind[1:]}{_named((), names, key)}, " if kind else ""
            what = field_words(field) if subject else field_words(field)[:1].upper() + field_words(field)[1:]
            said[change.path] = f"{subject}{what}: from {_value(change.before)} to {_value(change.after)}"
    return tuple(said.values())


def names_of(project: Project, entries: Sequence[Entry] = ()) -> dict[str, str]:
    """What each entity is called, by id: as it is now, or as it was last called when it is gone."""
    found: dict[str, str] = {}
    for entry in reversed(entries):
        for change in entry.changes:
            _, key, field = _entity(change.path)
            if key and field in NAMES and change.after not in (DELETED, "", None):
                found[key] = str(change.after)
    flat = flatten(project)
    for wanted in reversed(NAMES):
        for path, value in flat.items():
            _, key, field = _entity(path)
            if key and field == wanted and value:
                found[key] = str(value)
    return found


def panel(entries: Sequence[Entry], project: Project) -> str:
    """The latest edits, newest first, as a card."""
    rows = []
    names = names_of(project, entries)
    for entry in entries:
        at = datetime.fromisoformat(entry.at).astimezone()
        lines = sentences(entry.changes, names)
        what = h.bullets(map(h.esc, lines[:6])) if lines else ""
        if len(lines) > 6:
            what += h.esc(f"and {words.counted(len(lines) - 6, 'more change')}")
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
