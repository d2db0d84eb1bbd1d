"""The page around a step: bar, steps rail, heading, what comes next. Everything here returns HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.app.state import STEPS, State
from workbench.domain.progress import StepStatus
from workbench.widgets.html import attrs, esc, join, notice, text_field

_STYLE = {"Completed": "wb-done", "There is a problem": "wb-prob"}


@dataclass(frozen=True, slots=True)
class Bar:
    """What the bar says: who is here, and whether there is anything to undo."""

    who: str = ""
    others: tuple[str, ...] = ()
    can_undo: bool = False
    can_redo: bool = False


def page(state: State, body: str, statuses: Sequence[StepStatus], bar: Bar) -> str:
    """The whole page.

    Parameters
    ----------
    state : State
    body : str
        HTML of the step, without its heading.
    statuses : sequence of StepStatus
        One for each step, in order.
    bar : Bar
    """
    ui = state.ui
    said = notice(ui.notice, ui.notice_kind) if ui.notice else ""  # type: ignore[arg-type]  # kinds are ours
    return (
        f'<a class="wb-skip" href="#wb-main" data-action="skip">Skip to main content</a>'
        # The browser says here that something typed was never saved; "data-keep" leaves it alone.
        f'<div id="wb-draft" role="alert" data-draft data-keep></div>{_bar(state, bar)}'
        f'<div class="wb-wrap">{_rail(ui.step, statuses)}'
        f'<main class="wb-main" id="wb-main" tabindex="-1"><div '
        f'id="step-{ui.step}"><div id="wb-said" role="status">{said}</div>{body}{_next(ui.step)}</div></main></div>'
        '<div class="wb-say" role="status" data-say data-keep></div>'
    )


def heading(title: str, lead: str) -> str:
    """The heading of a step and its one-sentence purpose."""
    return f'<h1 tabindex="-1" id="wb-title">{esc(title)}</h1><p class="wb-lead">{esc(lead)}</p>'


def _bar(state: State, bar: Bar) -> str:
    project = state.project
    place = project.frame.places[0].name if project.frame.places else ""
    tools = (
        f'<button type="button" class="wb-tool" data-action="undo" title="Take back your last change (Ctrl+Z)"'
        f"{attrs(aria_disabled=None if bar.can_undo else 'true')}>Undo</button>"
        f'<button type="button" class="wb-tool" data-action="redo" title="Make it again (Ctrl+Y)"'
        f"{attrs(aria_disabled=None if bar.can_redo else 'true')}>Redo</button>"
    )
    tools += '<button type="button" class="wb-tool" data-action="history">History</button>'
    return (
        '<header class="wb-bar"><div class="wb-bar-in">'
        f'<b>{esc(project.name or "Untitled proposal")}</b><span class="wb-place">{esc(place)}</span>'
        '<div class="wb-bar-right"><span class="wb-status" role="status" data-status data-keep>Opening…</span>'
        f"{tools}{_people(bar)}</div></div></header>"
    )


def _people(bar: Bar) -> str:
    names = [bar.who or "You", *bar.others]
    shown = join(f'<span class="wb-av" aria-hidden="true">{esc(_initials(n))}</span>' for n in names[:3])
    more = f'<span class="wb-av" aria-hidden="true">+{len(names) - 3}</span>' if len(names) > 3 else ""
    words = "You are the only person here" if len(names) == 1 else f"{len(names)} people here: {', '.join(names)}"
    mine = "" if bar.who in ("", "Guest") else bar.who
    field = text_field("ui/who", "Your name", mine, hint="Others see it beside your edits.", small=True)
    return (
        f'<details class="wb-who" id="wb-who"><summary class="wb-people" title="{esc(words)}">{shown}{more}'
        f'<span class="wb-hide">{esc(words)}. Change your name</span></summary><div>{field}</div></details>'
    )


def _initials(name: str) -> str:
    words = name.split()
    return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper() if words else "?"


def _rail(current: str, statuses: Sequence[StepStatus]) -> str:
    items = []
    for number, ((key, title), status) in enumerate(zip(STEPS, statuses, strict=True), start=1):
        style = "wb-here" if key == current else _STYLE.get(status.status, "")
        mark = "✓" if status.status == "Completed" and key != current else str(number)
        detail = f"{status.status} · {status.detail}" if status.detail else status.status
        here = ' aria-current="step"' if key == current else ""
        items.append(
            f'<li class="{style}"{here}><a href="#{key}"><span class="wb-n" aria-hidden="true">{mark}</span>'
            f"{esc(title)}<small>{esc(detail)}</small></a></li>"
        )
    return f'<nav class="wb-rail" aria-label="Steps"><ol>{join(items)}</ol></nav>'


def _next(current: str) -> str:
    keys: list[str] = [key for key, _ in STEPS]
    here = keys.index(current)
    before = (
        f'<a class="wb-btn wb-quiet" href="#{keys[here - 1]}">Back to {_lower(STEPS[here - 1][1])}</a>' if here else ""
    )
    after = (
        f'<a class="wb-btn" href="#{keys[here + 1]}">Go on to {_lower(STEPS[here + 1][1])}</a>'
        if here + 1 < len(keys)
        else ""
    )
    return f'<p class="wb-next">{before or "<span></span>"}{after}</p>'


def _lower(title: str) -> str:
    return title[0].lower() + title[1:]
