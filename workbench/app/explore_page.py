"""The card that looks at any figures held: choices, a map and a second picture, one area marked in both."""

from __future__ import annotations

from workbench.app.explore import VIEWS
from workbench.app.state import Action, Context, State
from workbench.app.steps_shared import chart_block
from workbench.app.view import View
from workbench.widgets import html as h
from workbench.widgets.live import Event


def render(view: View) -> str:
    """The card, as HTML; nothing when no figures are held."""
    seen = view.derived.exploring(view.ui)
    if seen is None:
        return ""
    pick = h.grid(
        h.select("ui/explore/measure", "Measure", seen.measure, seen.measures, small=True),
        h.select("ui/explore/level", "Areas", f"{seen.level}|{seen.vintage}", seen.levels, small=True),
        h.select("ui/explore/place", "Within", seen.within, seen.places, small=True),
        h.select("ui/explore/period", "Period", seen.period_end.isoformat(), seen.periods, small=True),
    )
    first = _picture(view, "explore-map", "Map")
    beside = h.radios("ui/explore/view", "Beside the map", seen.view, VIEWS)
    second = _picture(view, f"explore-{seen.view}", dict(VIEWS)[seen.view])
    return h.card(
        "Look at any figures",
        pick,
        _marked(view),
        h.columns(f"<div>{first}</div>", f"<div>{beside}{second}</div>"),
        id="explore",
        lead="Click an area in one picture, or its name in a table, to see it in the others.",
    )


def _picture(view: View, key: str, title: str) -> str:
    problem = view.derived.why_not(key, view.ui)
    block = chart_block(view, key)
    return block or h.notice(f"{title}: {problem}" if problem else f"{title}: nothing to draw.")


def _marked(view: View) -> str:
    code = str(view.ui.picked.get("area", ""))
    if not code:
        return ""
    name = view.derived.library.areas.name(code)
    clear = h.button("Mark none", "mark-area", kind="link")
    return (
        f'<p class="wb-marked" role="status"><b>{h.esc(name)}</b> is marked in every picture that holds it. {clear}</p>'
    )


def mark(state: State, event: Event, _: Context) -> State:
    """Mark an area in every chart, or none when it was marked already."""
    was = str(state.ui.picked.get("area", ""))
    return state.with_ui(picked={**state.ui.picked, "area": "" if event.id == was else event.id})


ACTIONS: dict[str, Action] = {"mark-area": mark}
