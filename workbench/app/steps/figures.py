"""Step 2, Published figures: each need tested against what is published, and the figures themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

from workbench.app import explore_page, own_areas, table_page
from workbench.app.area_picker import Target
from workbench.app.page import heading
from workbench.app.state import Action, Context, State
from workbench.app.steps_shared import chart_block, editor
from workbench.app.table_page import TARGET as TABLE_AREAS
from workbench.app.view import View
from workbench.domain import words
from workbench.domain.need import Level, Need, NeedUnit
from workbench.domain.project import find
from workbench.domain.sufficiency import Verdict, WhatIf
from workbench.widgets import html as h
from workbench.widgets.live import Event

LEVELS = tuple(
    (level, {"": "Choose a level", "individual": "Named people"}.get(level, level[:1].upper() + level[1:]))
    for level in get_args(Level)
)
UNITS = tuple((u, u[:1].upper() + u[1:] if u else "Choose") for u in get_args(NeedUnit))


def render(view: View) -> str:
    """The page of the step, as HTML."""
    every = (
        ("needs", "Your needs, tested", _needs(view) + _what_if(view)),
        ("charts", "Charts of your place", _charts(view)),
        ("explore", "Look at any figures", explore_page.render(view)),
        ("own", "Areas of your own", own_areas.render(view)),
        ("tables", "Figures from a service", table_page.render(view)),
        ("files", "Your own file", _files(view)),
    )
    parts = [part for part in every if part[2]]
    return h.join(
        (
            heading(
                "Published figures",
                "Is what is already published enough? Each need is tested "
                "against the figures themselves. What remains is "
                "what a request would have to be about.",
            ),
            _inside(parts),
            *(f'<div id="doc-{key}">{body}</div>' for key, _, body in parts),
        )
    )


def _inside(parts: Sequence[tuple[str, str, str]]) -> str:
    """Links to the parts of the page, which is long."""
    links = h.join(f'<li><a href="#doc-{key}">{h.esc(title)}</a></li>' for key, title, _ in parts)
    return f'<nav class="wb-inpage" aria-label="On this page"><ul>{links}</ul></nav>'


def _needs(view: View) -> str:
    add = h.button("Add a need", "add-need")
    needs = view.project.needs
    if not needs:
        return h.card(
            "What do you need to know?",
            h.empty(
                "Write each thing you need to know as a question. It is tested at once against what is published.",
                "Which wards have most people claiming?",
                add,
            ),
        )
    rows, ids = [], []
    for need in needs:
        verdict = view.derived.verdict(need.id)
        name = need.question or "A need without a question"
        rows.append(
            (
                view.opener("need", need.id, name, f"needs/{need.id}/question"),
                h.esc(verdict.source_label or "–"),
                h.tag(verdict.status, verdict.phrase),
                f'{h.esc(verdict.reason)}<span class="wb-why">{h.esc(verdict.remedy)}</span>',
            )
        )
        ids.append(f"need-{need.id}")
    title = f"{words.counted(len(needs), 'need', spelt=True)}, tested"
    title = title[:1].upper() + title[1:]
    table = h.table(
        title,
        ("What you need to know", "Best published source", "Verdict", "Because"),
        rows,
        row_ids=ids,
    )
    opened_need = next((n for n in needs if view.ui.is_open("need", n.id)), None)
    editor = _editor(view, opened_need) if opened_need else ""
    return h.card(title, table, editor, f'<div class="wb-row">{add}</div>', id="needs")


def _editor(view: View, need: Need) -> str:
    path = f"needs/{need.id}"
    verdict = view.derived.verdict(need.id)
    area_choices = [("", "Choose an area"), *((p.id, p.name or p.id) for p in view.project.frame.places)]
    fields = h.join(
        (
            view.text(f"{path}/question", "What do you need to know?", hint="As a question."),
            h.grid(
                view.choose(f"{path}/measure", "Measure", view.derived.measures),
                view.choose(f"{path}/level", "Smallest area wanted", LEVELS),
                view.choose(f"{path}/area", "Within", area_choices),
                view.choose(f"{path}/unit", "As a", UNITS),
                view.text(f"{path}/breakdowns", "Split by", hint="For example: ethnic group, duration"),
                view.text(
                    f"{path}/precision",
                    "How exact?",
                    hint="Half-width you can accept: points for a rate, per cent for a count.",
                    numeric=True,
                    width="short",
                ),
                view.text(
                    f"{path}/max_age_months",
                    "How fresh?",
                    hint="Oldest figure you can use, in months.",
                    numeric=True,
                    width="short",
                ),
            ),
            view.area(f"{path}/why", "What will you decide with the answer?", rows=2),
        )
    )
    criteria = h.table(
        "How the verdict came about",
        ("Test", "Result", "Reason", "What would help"),
        [
            (
                h.esc(c.name[:1].upper() + c.name[1:]),
                h.tag(c.status, _CRITERION[c.status]),
                h.esc(c.reason),
                h.esc(c.remedy),
            )
            for c in verdict.criteria
        ],
        hide_caption=False,
    )
    return editor(
        "Delete this need", "delete-need", need.id, "<h3>Change this need</h3>", fields, criteria, _about(verdict)
    )


def _about(verdict: Verdict) -> str:
    """What to know of the data set a verdict rests on: its cautions, what was not confirmed, and where it is from."""
    dataset = verdict.dataset
    if dataset is None:
        return ""
    known = [h.esc(caution) for caution in dataset.cautions]
    if dataset.unverified:
        known.append(h.esc(f"Not confirmed at the source: {dataset.unverified}"))
    known.append(h.esc(f"Source: {dataset.citation.text()}"))
    return h.details(f"Take care with: {dataset.title}", h.bullets(known), id=f"about-{verdict.need_id}")


_CRITERION = {"met": "Met", "partly": "Partly", "not met": "Not met", "unknown": "Not known"}


def _what_if(view: View) -> str:
    offers: tuple[tuple[Need, WhatIf], ...] = tuple(
        (need, offer)
        for need in view.project.needs
        for offer in view.derived.what_if(need.id)
        if offer.verdict.status in ("met", "partly")
    )
    if not offers:
        return ""
    items = h.join(
        f"<li>{h.esc(need.question)} <b>{h.esc(offer.label)}</b> {h.tag(offer.verdict.status, offer.verdict.phrase)} "
        + h.button(
            "Change the need",
            "accept",
            id=need.id,
            value=offer.label,
            kind="chip",
            label=f"Change the need: {offer.label}",
        )
        + "</li>"
        for need, offer in offers
    )
    return h.card(
        "What if you accepted less?",
        f'<ul class="wb-list wb-offers">{items}</ul>',
        lead="One change at a time that would change a verdict. Nothing is changed until you choose.",
    )


def _charts(view: View) -> str:
    comparison = view.derived.comparison
    area = view.derived.trend_area(view.ui)
    trend = view.derived.trend(area)
    pick = h.select("ui/trend-area", "Area", area, [(a.code, a.name) for a in view.derived.trend_areas], small=True)
    cards = (
        _card(view, "Districts against England", "comparison", after=comparison.caveats[:1] if comparison else ()),
        _card(view, "Where claimants are", "wards-map"),
        _card(view, "Over time", f"trend-{area}", before=pick, after=trend.caveats[:1] if trend else ()),
        _card(view, "The wards with most claimants", "wards-ranked"),
        _card(view, "Neighbourhoods", "lsoas-map"),
    )
    if not any(cards):
        text = "Charts of the figures held for your place: districts against "
        "England, wards, neighbourhoods, change over time."
        go = '<a class="wb-btn wb-quiet" href="#frame">Add a place</a>'
        return h.card("The figures", h.empty(text, "Greater Manchester, which the sample holds.", go))
    first, second, over, third, fourth = cards
    return _pair(first, second) + over + _pair(third, fourth)


def _card(view: View, title: str, key: str, *, before: str = "", after: Sequence[str] = ()) -> str:
    """A chart in a card, or nothing when no figure is held for it."""
    block = chart_block(view, key)
    return h.card(title, before, block, *map(h.take_care, after)) if block else ""


def _pair(left: str, right: str) -> str:
    return h.columns(left, right) if left and right else left + right


def _files(view: View) -> str:
    upload = (
        '<span class="wb-file"><button type="button" class="wb-btn wb-quiet" '
        'tabindex="-1" aria-hidden="true">Bring in a file</button>'
        '<input type="file" data-upload="figures" aria-label="Bring in a file" '
        'accept=".csv,.tsv,.txt,.xlsx,.xls,.ods,.json,.geojson,.gz"></span>'
    )
    imported = view.derived.imported
    listed = ""
    if imported:
        rows = [
            (h.esc(i.name), h.esc(f"{i.rows_kept:,}"), h.esc(f"{i.rows_refused:,}"), h.esc(i.note)) for i in imported
        ]
        listed = h.table("Files brought in", ("File", "Figures kept", "Rows refused", "Notes"), rows, right=(1, 2))
    return h.card(
        "Bring in your own file",
        f'<div class="wb-row">{upload}</div>',
        _asked(view),
        listed,
        lead="A table of figures about areas, as it was downloaded: CSV, Excel, OpenDocument or JSON; or boundaries as "
        "GeoJSON, for the maps. A file that looks like records about people is refused.",
    )


def _asked(view: View) -> str:
    """What a file leaves open, as a short form; nothing is taken from it before it is answered."""
    asked = view.ui.asked
    if asked is None:
        return ""
    fields = []
    for question in asked.questions:
        path = f"ui/answer/{question.key}"
        choices = [("", "Choose")] + [
            (c.value, f"{c.label or c.value}{f' ({c.rows:,} rows)' if c.rows else ''}") for c in question.candidates
        ]
        if question.candidates:
            fields.append(
                h.select(path, question.text, "", choices, hint=question.why, error=view.error(path), local=True)
            )
        if question.free or not question.candidates:
            label = "Or write it" if question.candidates else question.text
            hint = "" if question.candidates else question.why
            error = "" if question.candidates else view.error(path)
            fields.append(h.text_field(f"{path}/free", label, "", hint=hint, error=error, width="medium", local=True))
    buttons = h.button("Read the file", "answer-file") + h.button("Leave it out", "leave-file", kind="quiet")
    title = f"{asked.name} leaves something open"
    return (
        f'<div class="wb-editor" data-form><h3 id="asked-h" tabindex="-1">{h.esc(title)}</h3>'
        f'<p class="wb-hint">Nothing is taken from it until you say. The answers are remembered for files of its kind.'
        f'</p>{h.join(fields)}<div class="wb-row">{buttons}</div></div>'
    )


def targets(state: State) -> Mapping[str, Target]:
    """The pickers of areas on this page."""
    return {TABLE_AREAS.key: TABLE_AREAS, **own_areas.targets(state)}


# --- actions ----------------------------------------------------------------------------------------------------------


def _add(state: State, _: Event, context: Context) -> State:
    place = state.project.frame.places[0].id if state.project.frame.places else ""
    need = Need(id=context.new_id, area=place)
    return state.with_project(
        state.project.with_need(need), opened=f"need:{need.id}", focus=f"#f-needs-{need.id}-question"
    )


def _delete(state: State, event: Event, _: Context) -> State:
    need = find(state.project.needs, event.id)
    if need is None:
        return state
    return state.with_project(
        state.project.without_need(event.id),
        opened="",
        notice=f"Deleted “{need.question or 'a need'}”. Undo brings it back.",
        notice_kind="info",
        focus="#wb-title",
    )


def _accept(state: State, event: Event, context: Context) -> State:
    for offer in context.derived.what_if(event.id):
        if offer.label == event.value:
            return state.with_project(
                state.project.with_need(offer.need), notice=f"The need was changed: {offer.label}.", focus="#wb-title"
            )
    return state


ACTIONS: dict[str, Action] = {
    "add-need": _add,
    "delete-need": _delete,
    "accept": _accept,
    **explore_page.ACTIONS,
    **own_areas.ACTIONS,
    **table_page.ACTIONS,
}
