"""Areas of one's own: made of published ones, named, kept in the project, and what can be said of them."""

from __future__ import annotations

import math
from collections.abc import Mapping

from workbench.app.area_picker import Target, picker
from workbench.app.state import Action, Context, State
from workbench.app.steps_shared import editor
from workbench.app.view import View
from workbench.domain import words
from workbench.domain.areas import AreaRegister
from workbench.domain.bespoke import BespokeArea
from workbench.domain.project import drop, find, put
from workbench.widgets import html as h
from workbench.widgets.live import Event


def render(view: View) -> str:
    """The card of one's own areas, as HTML."""
    areas = view.project.bespoke_areas
    add = h.button("Make an area", "own-add", kind="quiet")
    if not areas:
        return h.card(
            "Areas of your own",
            h.empty(
                "Combine wards, districts or other areas into one of your own. Counts are added, rates are worked out "
                "again from their counts, and what cannot be added is said.",
                "The wards that one jobcentre serves.",
                add,
            ),
            id="own",
        )
    rows = [
        (
            view.opener("own", a.id, a.name or "An area without a name", f"bespoke_areas/{a.id}/name"),
            h.esc(words.counted(len(a.parts), a.level or "area")),
            h.esc(a.vintage or "–"),
        )
        for a in areas
    ]
    table = h.table("Areas of your own", ("Area", "Made of", "Boundaries of"), rows)
    opened = next((a for a in areas if view.ui.is_open("own", a.id)), None)
    return h.card(
        "Areas of your own",
        table,
        _editor(view, opened) if opened else "",
        f'<div class="wb-row">{add}</div>',
        id="own",
    )


def _editor(view: View, area: BespokeArea) -> str:
    hint = "The first part says what kind the others are."
    if area.parts and area.vintage:
        hint = f"Only {words.plural(area.level)} of {area.vintage}."
    faults = view.derived.own_faults(area)
    return editor(
        "Delete this area",
        "own-delete",
        area.id,
        view.text(f"bespoke_areas/{area.id}/name", "Name", width="medium"),
        picker(view, target_of(area), "What is it made of?", hint=hint),
        h.join(h.notice(f"{f.message} {f.remedy}".strip(), "bad") for f in faults),
        "" if faults or not area.parts else _figures(view, area),
    )


def _figures(view: View, area: BespokeArea) -> str:
    rows: list[tuple[str, ...]] = []
    for one in view.derived.own_figures(area):
        if one.figures is None:
            rows.append((h.esc(view.derived.title(one.measure)), "–", "–", "–", h.esc(one.why)))
            continue
        latest = one.figures.latest().frame.iloc[0]
        when = words.period(latest["period_start"].date(), latest["period_end"].date())
        has = not math.isnan(latest["lower"])
        interval = f"{latest['lower']:,.1f} to {latest['upper']:,.1f}" if has else "–"
        value = words.amount(latest["value"], latest["unit"])
        rows.append(
            tuple(map(h.esc, (view.derived.title(one.measure), when, value, interval, latest["method"] or "Added up.")))
        )
    headers = ("Measure", "Period", "Value", "95% interval", "How, or why not")
    return h.table(f"What can be said of {area.name or 'this area'}", headers, rows, right=(2,), hide_caption=False)


# --- choosing ---------------------------------------------------------------------------------------------------------


def target_of(area: BespokeArea) -> Target:
    """The picker of an area's parts: once it has one, only areas of the same level and boundaries."""
    area_id = area.id

    def get(state: State) -> tuple[str, ...]:
        found = find(state.project.bespoke_areas, area_id)
        return found.parts if found else ()

    def keep(state: State, codes: tuple[str, ...], register: AreaRegister) -> State:
        found = find(state.project.bespoke_areas, area_id)
        if found is None:
            return state
        first = register.areas.get(codes[0]) if codes else None
        kind = {"level": first.level, "vintage": first.vintage} if first and not found.parts else {}
        kind = kind if codes else {"level": "", "vintage": ""}
        changed = found.with_(parts=codes, **kind)
        return state.with_project(state.project.with_(bespoke_areas=put(state.project.bespoke_areas, changed)))

    level, vintage = (area.level, area.vintage) if area.parts else ("", "")
    return Target(area_id, get, keep, level, vintage)


def targets(state: State) -> Mapping[str, Target]:
    """The pickers of the areas that are being made."""
    return {a.id: target_of(a) for a in state.project.bespoke_areas}


# --- actions ----------------------------------------------------------------------------------------------------------


def _add(state: State, _: Event, context: Context) -> State:
    area = BespokeArea(id=f"own-{context.new_id}")
    project = state.project.with_(bespoke_areas=(*state.project.bespoke_areas, area))
    return state.with_project(project, opened=f"own:{area.id}", focus=f"#f-bespoke-areas-{area.id}-name")


def _delete(state: State, event: Event, _: Context) -> State:
    area = find(state.project.bespoke_areas, event.id)
    if area is None:
        return state
    return state.with_project(
        state.project.with_(bespoke_areas=drop(state.project.bespoke_areas, event.id)),
        opened="",
        notice=f"Deleted “{area.name or 'an area'}”. Undo brings it back.",
        notice_kind="info",
        focus="#own-h",
    )


ACTIONS: Mapping[str, Action] = {"own-add": _add, "own-delete": _delete}
