"""Step 5, Costs and benefits: options, their lines, and what they come to by the Green Book."""

from __future__ import annotations

from typing import get_args

from workbench.app.page import heading
from workbench.app.state import Action, Context, State
from workbench.app.steps_shared import chart_block, editor
from workbench.app.view import View
from workbench.domain import words
from workbench.domain.appraisal.appraise import OptionResult
from workbench.domain.appraisal.options import Appraisal, Effect, Line, Option, OptionKind, Perspective
from workbench.domain.money import financial_year, pounds
from workbench.domain.project import drop, find, put
from workbench.domain.provenance import STATUS_WORDS
from workbench.widgets import html as h
from workbench.widgets.live import Event

KINDS = tuple((k, k[:1].upper() + k[1:]) for k in get_args(OptionKind))
PERSPECTIVES = tuple((p, p[:1].upper() + p[1:]) for p in get_args(Perspective))
TIMINGS = (("whole years", "At whole years from the start"), ("mid-year", "In the middle of each year"))
NAMELESS = "An option without a name"
DIRECTIONS = (("cost", "Cost"), ("benefit", "Benefit"))


def render(view: View) -> str:
    """The page of the step, as HTML."""
    return h.join(
        (
            heading(
                "Costs and benefits",
                "Is it worth it, to whom, and what would have to be true? Every "
                "figure is in the prices of one year and carries "
                "its source.",
            ),
            _answer(view),
            _options(view),
            _lines(view),
            _effects(view),
            _basis(view),
            _findings(view),
        )
    )


def _answer(view: View) -> str:
    results = view.derived.results
    if results is None:
        faults = view.derived.appraisal_faults
        if not faults:
            return ""
        reasons = h.bullets(h.esc(f"{f.message} {f.remedy}") for f in faults)
        return h.card("No answer yet", h.notice("The sums cannot be done until this is put right:", "bad"), reasons)
    rows = [_result_row(o) for o in results.options]
    table = h.table(
        "Options compared with doing nothing",
        ("Option", "Costs", "Benefits", "Net present value", "Benefit–cost ratio", "Transfers, not counted"),
        rows,
        right=(1, 2, 3, 4, 5),
        widths=(24, 14, 14, 22, 12, 14),
    )
    note = (
        f"Public value over {view.project.appraisal.horizon} years, discounted, "
        f"in {financial_year(view.project.appraisal.price_year)} prices, against doing "
        "nothing. A ratio is not a pass mark and is not compared across "
        "places. What is not put into money is listed below."
    )
    charts = "".join(
        h.card(title, body)
        for title, body in (
            ("What matters most", chart_block(view, "tornado")),
            ("Year by year", chart_block(view, "cash-flow")),
        )
        if body
    )
    found = view.derived.sensitivity
    switching = [
        (h.esc(s.label), h.esc(s.words)) for s in (found.switching if found else ()) if s.multiplier is not None
    ]
    switch = (
        h.card(
            "Switching values",
            h.table(
                "What would have to change for the preferred option to be worth nothing",
                ("Line", "The net present value would be nil if"),
                switching,
            ),
            lead="How far each figure could move before the preferred option is no longer worth it.",
        )
        if switching
        else ""
    )
    return (
        h.card("The answer so far", table, f'<p class="wb-src">{h.esc(note)}</p>', id="answer")
        + f'<div class="wb-two wb-even">{charts}</div>'
        + switch
    )


def _result_row(o: OptionResult) -> tuple[str, ...]:
    star = " (preferred)" if o.preferred else ""
    span = f"{h.esc(pounds(o.npv_low))} to {h.esc(pounds(o.npv_high))}"
    return (
        h.esc((o.name or "An option without a name") + star),
        h.esc(pounds(o.pv_costs)),
        h.esc(pounds(o.pv_benefits)),
        f'<b>{h.esc(pounds(o.npv))}</b><span class="wb-why">{span}</span>',
        "no costs" if o.bcr is None else f"{o.bcr:.2f}",
        h.esc(pounds(o.pv_transfers)),
    )


def _options(view: View) -> str:
    add = h.button("Add an option", "add-option", kind="quiet")
    options = view.project.appraisal.options
    if not options:
        example = "Do nothing; use published figures only; ask for consent; share data."
        return h.card("Options", h.empty("The ways of doing it, doing nothing included.", example, add), id="options")
    rows = [
        (
            view.opener("option", o.id, o.name or NAMELESS, f"appraisal/options/{o.id}/name"),
            h.esc(dict(KINDS)[o.kind]),
            h.esc(o.description),
            "Preferred" if o.preferred else "",
        )
        for o in options
    ]
    table = h.table("Options", ("Option", "Kind", "In a sentence", "Choice"), rows, widths=(26, 16, 44, 14))
    opened = next((o for o in options if view.ui.is_open("option", o.id)), None)
    fields = ""
    if opened:
        path = f"appraisal/options/{opened.id}"
        fields = editor(
            "Delete this option and its lines",
            "remove-option",
            opened.id,
            h.grid(view.text(f"{path}/name", "Option"), view.choose(f"{path}/kind", "Kind", KINDS)),
            view.area(f"{path}/description", "In a sentence", rows=2),
            view.tick(f"{path}/preferred", "This is the option the proposal is for"),
        )
    return h.card("Options", table, fields, f'<div class="wb-row">{add}</div>', id="options")


def _lines(view: View) -> str:
    parts = []
    for option in view.project.appraisal.options:
        name = option.name or NAMELESS
        lines = [line for line in view.project.appraisal.lines if line.option_id == option.id]
        rows = [
            (
                view.opener("line", line.id, line.label or "A line without words", f"appraisal/lines/{line.id}/label"),
                "Transfer" if line.is_transfer else line.direction.capitalize(),
                h.esc(line.who),
                h.esc(f"{line.quantity:,.10g} {line.quantity_unit} × {_range(line)}")
                + f'<span class="wb-why">{h.esc(_when(view.project.appraisal, line))}</span>',
                h.details(STATUS_WORDS[line.status], h.esc(line.source or "No source yet."), id=f"source-{line.id}"),
            )
            for line in lines
        ]
        table = (
            h.table(name, ("Line", "Kind", "Who", "How much, when", "Source"), rows, widths=(28, 12, 16, 22, 22))
            if rows
            else '<p class="wb-hint">No lines yet.</p>'
        )
        opened = next((line for line in lines if view.ui.is_open("line", line.id)), None)
        add = h.button("Add a line", "add-line", id=option.id, kind="quiet", label=f"Add a line to {name}")
        parts.append(
            f"<h3>{h.esc(name)}"
            f'</h3>{table}{_line_editor(view, opened) if opened else ""}<div class="wb-row">{add}</div>'
        )
    return h.card("Costs and benefits, line by line", *parts, id="lines") if parts else ""


def _when(appraisal: Appraisal, line: Line) -> str:
    first = financial_year(appraisal.first_year + line.start_year)
    return f"in {first}" if line.years == 1 else f"each year from {first}, {words.counted(line.years, 'year')}"


def _range(line: Line) -> str:
    if line.unit_low == line.unit_high:
        return pounds(line.unit_central)
    return f"{pounds(line.unit_central)} ({pounds(line.unit_low)} to {pounds(line.unit_high)})"


def _line_editor(view: View, line: Line) -> str:
    path = f"appraisal/lines/{line.id}"
    outcomes = [
        ("", "None"),
        *((n.id, n.label) for n in view.project.logic_model.nodes if n.level in ("outcome", "impact")),
    ]
    number = {"numeric": True, "width": "short"}
    fields = (
        h.grid(
            view.text(f"{path}/label", "Line"),
            view.choose(f"{path}/direction", "Cost or benefit", DIRECTIONS),
            view.text(f"{path}/who", "Who bears or gains it"),
        )
        + h.grid(
            view.text(f"{path}/quantity", "Quantity a year", **number),
            view.text(f"{path}/quantity_unit", "Unit", hint="For example people, hours."),
            view.text(f"{path}/quantity_note", "Where the quantity is from"),
            view.text(f"{path}/unit_low", "Pounds a unit: low", **number),
            view.text(f"{path}/unit_central", "Central", **number),
            view.text(f"{path}/unit_high", "High", **number),
            view.text(f"{path}/price_year", "Prices of", hint="2025 means 2025/26.", **number),
            view.text(f"{path}/start_year", "From year", hint="0 is the first.", **number),
            view.text(f"{path}/years", "For how many years", **number),
        )
        + h.grid(
            view.text(f"{path}/source", "Source"),
            view.choose(f"{path}/status", "What kind of number", tuple(STATUS_WORDS.items())),
            view.choose(f"{path}/perspective", "Fiscal, economic or social", PERSPECTIVES),
            view.text(
                f"{path}/attribution",
                "Share due to this",
                hint="0 to 1, after what would have happened anyway.",
                **number,
            ),
            view.choose(f"{path}/outcome_id", "Outcome it values", outcomes),
            view.choose(f"{path}/optimism_bias", "Optimism bias", view.derived.bias_choices),
            view.text(
                f"{path}/optimism_bias_share", "How much of it", hint="0 is the lower bound, 1 the upper.", **number
            ),
        )
        + view.tick(f"{path}/is_transfer", "Money that only moves between parties (a transfer): shown, never counted")
    )
    return editor("Delete this line", "delete-line", line.id, fields)


def _effects(view: View) -> str:
    options = {o.id: o.name for o in view.project.appraisal.options}
    effects = view.project.appraisal.effects
    rows = [
        (
            view.opener("effect", e.id, e.label or "An effect without words", f"appraisal/effects/{e.id}/label"),
            e.direction.capitalize(),
            h.esc(e.who),
            h.esc(e.size),
            h.esc(options.get(e.option_id, "")),
        )
        for e in effects
    ]
    headers = ("Effect", "Kind", "For whom", "How large", "Option")
    table = h.table("Not put into money", headers, rows, widths=(28, 12, 20, 22, 18)) if rows else ""
    opened = next((e for e in effects if view.ui.is_open("effect", e.id)), None)
    fields = ""
    if opened:
        path = f"appraisal/effects/{opened.id}"
        fields = editor(
            "Delete this effect",
            "remove-effect",
            opened.id,
            h.grid(
                view.text(f"{path}/label", "Effect"),
                view.choose(f"{path}/direction", "Cost or benefit", DIRECTIONS),
                view.text(f"{path}/who", "For whom"),
                view.text(f"{path}/size", "How large, in words"),
                view.choose(f"{path}/option_id", "Option", tuple(options.items())),
            ),
        )
    add = h.button("Add an effect", "add-effect", kind="quiet")
    return h.card(
        "Not put into money",
        table,
        fields,
        f'<div class="wb-row">{add}</div>',
        lead="What counts but has no price stays in view beside every total.",
        id="effects",
    )


def _basis(view: View) -> str:
    path = "appraisal"
    number = {"numeric": True, "width": "short"}
    return h.card(
        "Basis",
        h.grid(
            view.text(f"{path}/price_year", "Prices of", hint="2025 means 2025/26.", **number),
            view.text(f"{path}/first_year", "First year", **number),
            view.text(f"{path}/horizon", "Years appraised", **number),
            view.choose(f"{path}/schedule", "Discount rate", view.derived.schedule_choices),
            view.choose(f"{path}/timing", "When money flows", TIMINGS),
        ),
        *(h.take_care(text) for text in (view.derived.results.notes if view.derived.results else ())),
    )


def _findings(view: View) -> str:
    faults = view.derived.appraisal_faults
    if not faults:
        return ""
    rows = [(h.esc(f.message), h.esc(f.remedy)) for f in faults]
    return h.card(
        f"Checks: {len(faults)} to look at",
        h.table("Checks of the appraisal", ("What", "What to do"), rows),
        id="checks",
    )


# --- actions ----------------------------------------------------------------------------------------------------------


def _with_appraisal(state: State, appraisal: Appraisal, **ui: object) -> State:
    return state.with_project(state.project.with_(appraisal=appraisal), **ui)


def _add_option(state: State, _: Event, context: Context) -> State:
    a = state.project.appraisal
    kind: OptionKind = "other" if any(o.kind == "do nothing" for o in a.options) else "do nothing"
    option = Option(id=context.new_id, name="Do nothing" if kind == "do nothing" else "", kind=kind)
    return _with_appraisal(
        state,
        a.with_(options=put(a.options, option)),
        opened=f"option:{option.id}",
        focus=f"#f-appraisal-options-{option.id}-name",
    )


def _remove_option(state: State, event: Event, _: Context) -> State:
    a = state.project.appraisal
    lines = tuple(line for line in a.lines if line.option_id != event.id)
    return _with_appraisal(
        state,
        a.with_(options=drop(a.options, event.id), lines=lines),
        opened="",
        notice="Removed the option and its lines. Undo brings them back.",
        focus="#wb-title",
    )


def _add_line(state: State, event: Event, context: Context) -> State:
    a = state.project.appraisal
    if find(a.options, event.id) is None:
        return state
    line = Line(id=context.new_id, option_id=event.id, direction="cost", price_year=a.price_year, years=a.horizon)
    return _with_appraisal(
        state, a.with_(lines=put(a.lines, line)), opened=f"line:{line.id}", focus=f"#f-appraisal-lines-{line.id}-label"
    )


def _delete_line(state: State, event: Event, _: Context) -> State:
    a = state.project.appraisal
    return _with_appraisal(
        state,
        a.with_(lines=drop(a.lines, event.id)),
        opened="",
        notice="Deleted the line. Undo brings it back.",
        focus="#wb-title",
    )


def _add_effect(state: State, _: Event, context: Context) -> State:
    a = state.project.appraisal
    option = a.options[-1].id if a.options else ""
    effect = Effect(id=context.new_id, option_id=option)
    return _with_appraisal(
        state,
        a.with_(effects=put(a.effects, effect)),
        opened=f"effect:{effect.id}",
        focus=f"#f-appraisal-effects-{effect.id}-label",
    )


def _remove_effect(state: State, event: Event, _: Context) -> State:
    a = state.project.appraisal
    return _with_appraisal(
        state,
        a.with_(effects=drop(a.effects, event.id)),
        opened="",
        notice="Deleted the effect. Undo brings it back.",
        focus="#wb-title",
    )


ACTIONS: dict[str, Action] = {
    "add-option": _add_option,
    "remove-option": _remove_option,
    "add-line": _add_line,
    "delete-line": _delete_line,
    "add-effect": _add_effect,
    "remove-effect": _remove_effect,
}
