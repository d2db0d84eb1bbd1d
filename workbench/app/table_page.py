"""The table builder on the page: search a service, choose a data set, areas, splits and periods, look, keep.

Nothing is asked of a service until a button is pressed. What was asked, and when, stands with the figures.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from workbench.app.area_picker import Target, picker
from workbench.app.jobs import JobSeen
from workbench.app.state import Action, Context, Refused, State
from workbench.app.tables import (
    LATEST,
    WHERE,
    Builder,
    chosen_codes,
    default_kind,
    picked_of,
    query_of,
    several,
)
from workbench.app.view import View
from workbench.domain import words
from workbench.domain.changes import fingerprint
from workbench.domain.figures import COLUMNS
from workbench.domain.project import drop, find, put
from workbench.domain.queries import Description, Dimension, KeptQuery
from workbench.widgets import html as h
from workbench.widgets.live import Event

FOUND = 15
PREVIEWED = 12
PERIODS = 36
CODES = 200
"""Codes of one dimension that are listed; a longer list is cut, and says so."""

PLACE = "table"
"""Key under which work of the builder is shown."""


def render(view: View) -> str:
    """The builder and the tables that are kept, as two cards."""
    return _kept(view) + _builder(view)


# --- building ---------------------------------------------------------------------------------------------------------


def _builder(view: View) -> str:
    builder = view.ui.builder
    body = [_search(view, builder)]
    if builder.problem:
        body.append(h.notice(builder.problem, "info" if builder.stopped else "bad"))
    job = view.ui.job if view.ui.job and view.ui.job.place == PLACE else None
    if job:
        body.append(progress(job))
    if builder.description is None:
        body.append(_found(builder))
    else:
        body += [_describe(view, builder, builder.description), _preview(view, builder)]
    return h.card(
        "Get figures from a service",
        *body,
        id="tables",
        lead="Search a statistics service, choose areas, splits and periods, and keep the table with its source. "
        "Nothing leaves this computer until you press a button here; then only the question is sent.",
    )


def progress(job: JobSeen) -> str:
    """How far work has come, and the button that stops it."""
    bar = (
        f'<progress max="{job.of}" value="{min(job.done, job.of)}" aria-label="{h.esc(job.title)}"></progress>'
        if job.of
        else f'<progress aria-label="{h.esc(job.title)}"></progress>'
    )
    stop = "" if job.stopping else h.button("Stop", "stop-job", kind="quiet")
    return f'<div class="wb-job" role="status"><p><b>{h.esc(job.title)}</b> {h.esc(job.doing)}</p>{bar}{stop}</div>'


def _search(view: View, builder: Builder) -> str:
    services = view.derived.services
    service = str(view.ui.picked.get("table/service", services[0][0] if services else ""))
    form = (
        h.select("ui/table/service", "Service", service, services, small=True)
        + h.text_field(
            "ui/table/words",
            "What about?",
            builder.words,
            hint="For example claimant count, or the old name of a site.",
            width="medium",
            local=True,
            submit=True,
            small=True,
            error=view.error("ui/table/words"),
        )
        + h.button("Search", "table-search", kind="quiet")
    )
    about = view.derived.service_note(service)
    note = f'<p class="wb-hint">{h.esc(about)}</p>' if about else ""
    return f'<div data-form class="wb-row">{form}</div>{note}'


def _found(builder: Builder) -> str:
    parts = []
    closed = builder.closed
    if closed is not None:
        asks = [
            f"{h.esc(one.gives)}{h.esc(f' Not confirmed: {one.unverified}.' if one.unverified else '')} "
            + h.button(
                "Ask this", "table-closed", id=closed.id, value=str(number), kind="chip", label=f"Ask: {one.gives}"
            )
            for number, one in enumerate(closed.queries)
        ]
        parts.append(h.notice(f"{closed.name}: {closed.text()}") + h.bullets(asks))
    if builder.found is None:
        return h.join(parts)
    if not builder.found:
        return h.join(parts) + h.notice(f"Nothing was found for “{builder.words}”. Try fewer or other words.")
    rows = [
        (
            h.button(f.title, "table-choose", id=f.id, value=f.service, kind="link"),
            h.esc(f.note or "–"),
            h.esc(f.id if len(f.id) < 40 else f"{f.id[:36]}…"),
        )
        for f in builder.found[:FOUND]
    ]
    more = len(builder.found) - FOUND
    if more > 0:
        parts.append(f'<p class="wb-hint">{FOUND} of {len(builder.found):,} are shown: add a word to find others.</p>')
    caption = f"{words.counted(len(builder.found), 'data set')} found for “{builder.words}”"
    return h.join(parts) + h.table(caption, ("Data set", "About it", "Id"), rows, hide_caption=False)


def _describe(view: View, builder: Builder, about: Description) -> str:
    back = h.button("Choose another data set", "table-back", kind="link")
    notes = h.details("About this data set", h.bullets([h.esc(n) for n in about.notes]), id="table-about")
    head = f"<h3>{h.esc(about.title)}</h3>"
    updated = f"Last updated {words.day(about.updated)}. " if about.updated else ""
    source = f'<p class="wb-src">{h.esc(updated + about.citation.text())}</p>'
    fields = [_areas(view, builder, about)]
    fields += [_dimension(view, d) for d in about.dimensions if d.role in ("measure", "breakdown")]
    fields.append(_periods(view, about))
    look = h.button("Look at the figures", "table-preview")
    return (
        f'<div class="wb-editor">{head}{source}{notes if about.notes else ""}{h.join(fields)}'
        f'<div class="wb-row">{look}{back}</div></div>'
    )


def _areas(view: View, builder: Builder, about: Description) -> str:
    places = view.project.frame.places
    where = str(view.ui.picked.get("table/where", "place" if places else "everywhere"))
    kind = str(view.ui.picked.get("table/kind", default_kind(about)))
    ask = h.radios("ui/table/where", "Which areas?", where, WHERE, error=view.error("ui/table/where"))
    if where == "chosen":
        return ask + picker(view, TARGET, "Areas of this table")
    kinds = [(k.id, k.label) for k in about.kinds]
    choose = h.select("ui/table/kind", "Kind of area", kind, kinds, error=view.error("ui/table/kind")) if kinds else ""
    return ask + choose


def _dimension(view: View, dimension: Dimension) -> str:
    path = f"ui/table/dim/{dimension.id}"
    chosen = chosen_codes(dimension, view.ui.picked)
    if len(dimension.codes) == 1:
        return ""
    shown = dimension.codes[:CODES]
    choices = [(c.id, c.label) for c in shown]
    error = view.error(path)
    told = h.notice(error, "bad") if error else ""
    cut = len(dimension.codes) - len(shown)
    hint = f"The first {CODES} of {len(dimension.codes):,} codes." if cut > 0 else ""
    boxes = told + h.checks(path, dimension.label, chosen, choices, hint=hint, small=True)
    if len(choices) <= 6:
        return boxes
    named = {c.id: c.label for c in dimension.codes}
    said = ", ".join(named.get(code, code) for code in chosen[:3]) or "nothing chosen"
    more = f" and {len(chosen) - 3} more" if len(chosen) > 3 else ""
    scrolled = f'<div class="wb-scrolled" tabindex="0" role="group" aria-label="{h.esc(dimension.label)}">{boxes}</div>'
    return h.details(f"{dimension.label}: {said}{more}", scrolled, id=h.ident(path + "-d"), open=bool(error))


def _periods(view: View, about: Description) -> str:
    time = about.dimension("time")
    chosen = several(view.ui.picked, "table/periods") or (LATEST,)
    codes = list(time.codes[:PERIODS]) if time else []
    if not codes:
        return ""
    choices = [(LATEST, "The latest"), *((c.id, c.label) for c in codes)]
    boxes = h.checks("ui/table/periods", "Periods", chosen, choices, small=True)
    if len(choices) <= 6:
        return boxes
    labels = dict(choices)
    said = ", ".join(labels.get(code, code) for code in chosen[:3])
    scrolled = f'<div class="wb-scrolled" tabindex="0" role="group" aria-label="Periods">{boxes}</div>'
    return h.details(f"Periods: {said}", scrolled, id="table-periods-d")


def _preview(view: View, builder: Builder) -> str:
    fetched = builder.fetched
    if fetched is None:
        return ""
    frame = fetched.figures.frame
    splits = [c for c in frame.columns if c not in COLUMNS]
    headers = [
        "Area",
        "Measure",
        *[s.replace("_", " ").capitalize() for s in splits],
        "Period",
        "Value",
        "95% interval",
    ]
    headers.append("Note")
    rows = []
    for row in frame.head(PREVIEWED).to_dict("records"):
        when = words.period(row["period_start"].date(), row["period_end"].date())
        has = not math.isnan(row["lower"])
        interval = f"{row['lower']:,.1f} to {row['upper']:,.1f}" if has else "–"
        value = "not published" if math.isnan(row["value"]) else words.amount(row["value"], row["unit"])
        title = fetched.titles.get(row["measure"], row["measure"])
        cells = [row["area_name"], title, *[row[s] or "All" for s in splits], when, value, interval]
        rows.append([h.esc(c) for c in (*cells, row["flag"].replace(";", ", ") or "–")])
    caption = f"{words.counted(len(frame), 'figure')} for {words.counted(frame['area_code'].nunique(), 'area')}"
    shown = f'<p class="wb-src">The first {PREVIEWED} of {len(frame):,}.</p>' if len(frame) > PREVIEWED else ""
    table = h.table(caption, headers, rows, right=(len(headers) - 3,), hide_caption=False, keep=True)
    notes = h.join(h.take_care(n) for n in fetched.notes)
    cited = h.bullets(h.esc(c.text()) for c in fetched.figures.citations.values())
    sources = h.details("Where the figures come from", cited, id="table-sources")
    about = builder.description
    keep = (
        '<div data-form class="wb-row">'
        + h.text_field(
            "ui/table/title",
            "Name of the table",
            str(view.ui.picked.get("table/title", about.title if about else "")),
            local=True,
            submit=True,
            width="medium",
            small=True,
        )
        + h.button("Keep this table", "table-keep")
        + h.button("Download CSV", "download-table", kind="quiet")
        + "</div>"
    )
    return f'<div id="table-preview">{table}{shown}{notes}{sources}{keep}</div>'


# --- kept -------------------------------------------------------------------------------------------------------------


def _kept(view: View) -> str:
    queries = view.project.queries
    if not queries:
        return ""
    job = view.ui.job
    names = dict(view.derived.services)
    rows = []
    for kept in queries:
        here = view.derived.kept_rows(kept.id)
        busy = progress(job) if job and job.place == f"kept:{kept.id}" else ""
        held = f"{here:,} figures held" if here else "Not fetched on this computer yet: run it."
        when = f"Last fetched {words.day(kept.fetched)}." if kept.fetched else "Never fetched."
        told = view.ui.picked.get(f"kept/{kept.id}", "")
        buttons = h.join(
            (
                h.button("Run again", "kept-run", id=kept.id, kind="chip", label=f"Run again: {kept.title}"),
                h.button("Change", "kept-change", id=kept.id, kind="chip", label=f"Change: {kept.title}"),
                h.button("Remove", "kept-remove", id=kept.id, kind="chip", label=f"Remove: {kept.title}"),
            )
        )
        rows.append(
            (
                h.esc(kept.title or kept.query.dataset),
                h.esc(f"{names.get(kept.query.service, kept.query.service)}, {kept.query.dataset}"),
                f'{h.esc(when)} {h.esc(held)}<span class="wb-why">{h.esc(told)}</span>{busy}',
                buttons,
            )
        )
    headers = ("Table", "Source", "Figures", "Do")
    return h.card("Tables you keep", h.table("Tables you keep", headers, rows), id="kept")


# --- actions ----------------------------------------------------------------------------------------------------------


def _put_areas(state: State, codes: tuple[str, ...], _: object) -> State:
    return state.with_ui(builder=state.ui.builder.with_(areas=codes, fetched=None))


TARGET = Target("table", lambda state: state.ui.builder.areas, _put_areas)


def _asking(state: State, what: str, **changes: object) -> State:
    return state.with_ui(builder=state.ui.builder.with_(problem="", **changes), wanted=what)


def _search_for(state: State, event: Event, context: Context) -> State:
    typed = str(event.inputs.get("ui/table/words", "")).strip()
    first = next((key for key, _ in context.derived.services), "")
    service = str(state.ui.picked.get("table/service", first))
    refused = {k: v for k, v in state.ui.refused.items() if k != "ui/table/words"}
    if not typed:
        told = Refused("", "Enter what you look for.")
        return state.with_ui(refused={**refused, "ui/table/words": told}, focus=f"#{h.ident('ui/table/words')}")
    after = state.with_ui(refused=refused)
    closed = context.derived.closed_site(typed)
    return _asking(
        after, "search", service=service, words=typed, found=None, closed=closed, description=None, fetched=None
    )


def _choose(state: State, event: Event, _: Context) -> State:
    picked = {k: v for k, v in state.ui.picked.items() if not k.startswith("table/") or k == "table/service"}
    after = state.with_ui(picked={**picked, "table/service": event.value})
    return _asking(after, f"describe:{event.id}", service=str(event.value), kept_id="", fetched=None)


def _closed(state: State, event: Event, _: Context) -> State:
    closed, number = state.ui.builder.closed, str(event.value)
    if closed is None or not number.isdigit() or int(number) >= len(closed.queries):
        return state
    query = closed.queries[int(number)].query
    after = state.with_ui(picked=picked_of(query, state.ui.picked))
    return _asking(after, f"describe:{query.dataset}", service=query.service, areas=query.areas, fetched=None)


def _back(state: State, _: Event, __: Context) -> State:
    return state.with_ui(
        builder=state.ui.builder.with_(description=None, fetched=None, problem="", kept_id=""), focus="#tables-h"
    )


def _preview_it(state: State, _: Event, context: Context) -> State:
    places = tuple(p.id for p in state.project.frame.places[:1])
    query, faults = query_of(state.ui.builder, state.ui.picked, places)
    left = {k: v for k, v in state.ui.refused.items() if not k.startswith("ui/table/")}
    if query is None:
        refused = {f.where: Refused(state.ui.picked.get(f.where.removeprefix("ui/"), ""), f.message) for f in faults}
        first = f"#{h.ident(faults[0].where)}" if faults[0].where else ""
        return state.with_ui(refused={**left, **refused}, focus=first)
    return _asking(state.with_ui(refused=left), "preview", query=query, fetched=None)


def _keep(state: State, event: Event, context: Context) -> State:
    builder = state.ui.builder
    if builder.fetched is None or builder.query is None:
        return state
    title = str(event.inputs.get("ui/table/title", "")).strip()
    kept = KeptQuery(
        id=builder.kept_id or context.new_id,
        title=title or (builder.description.title if builder.description else builder.query.dataset),
        query=builder.query,
        fetched=context.derived.as_of,
        fingerprint=fingerprint(builder.fetched.figures),
        rows=len(builder.fetched.figures),
    )
    project = state.project.with_(queries=put(state.project.queries, kept))
    return state.with_project(
        project,
        wanted=f"keep:{kept.id}",
        notice=f"Kept “{kept.title}”. Its figures are used in the tests of your needs and in the charts.",
        notice_kind="good",
        focus="#kept-h",
    )


def _run_again(state: State, event: Event, _: Context) -> State:
    return state.with_ui(wanted=f"rerun:{event.id}") if find(state.project.queries, event.id) else state


def _change(state: State, event: Event, _: Context) -> State:
    kept = find(state.project.queries, event.id)
    if kept is None:
        return state
    picked = {**picked_of(kept.query, state.ui.picked), "table/title": kept.title}
    return _asking(
        state.with_ui(picked=picked, focus="#tables-h"),
        f"describe:{kept.query.dataset}",
        service=kept.query.service,
        areas=kept.query.areas,
        kept_id=kept.id,
        fetched=None,
    )


def _remove(state: State, event: Event, _: Context) -> State:
    kept = find(state.project.queries, event.id)
    if kept is None:
        return state
    return state.with_project(
        state.project.with_(queries=drop(state.project.queries, event.id)),
        wanted="forget",
        notice=f"Removed “{kept.title}”. Undo brings it back.",
        notice_kind="info",
        focus="#tables-h",
    )


ACTIONS: Mapping[str, Action] = {
    "table-search": _search_for,
    "table-choose": _choose,
    "table-closed": _closed,
    "table-back": _back,
    "table-preview": _preview_it,
    "table-keep": _keep,
    "kept-run": _run_again,
    "kept-change": _change,
    "kept-remove": _remove,
}
