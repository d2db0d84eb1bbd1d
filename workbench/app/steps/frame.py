"""Step 1, Frame: the problem, the people, the places, the partners; and whether this is data sharing at all."""

from __future__ import annotations

from typing import get_args

from workbench.app.page import heading
from workbench.app.state import Action, Context, Refused, State
from workbench.app.steps_shared import editor
from workbench.app.view import View
from workbench.domain.areas import AreaRegister
from workbench.domain.frame import Nation, Partner, PartnerKind, Place
from workbench.domain.project import drop, find, put
from workbench.errors import Fault
from workbench.widgets import html as h
from workbench.widgets.live import Event

RUNG_TAGS = {
    "answers it": "met",
    "worth trying first": "partly",
    "does not fit": "not met",
    "not known yet": "unknown",
}

NATIONS = (("", "Choose a nation"), *((n, n) for n in get_args(Nation)))
ANSWERS = (("", "Not said yet"), ("yes", "Yes"), ("no", "No"), ("not sure", "Not sure"))
KINDS = tuple((k, k[:1].upper() + k[1:] if k else "Choose a kind") for k in get_args(PartnerKind))


def render(view: View) -> str:
    """The page of the step, as HTML."""
    return h.join(
        (
            heading(
                "Frame",
                "Say what is wrong, for whom, and what you would do "
                "differently. Then see whether you need to share data "
                "about people at all.",
            ),
            _purpose(view),
            _places(view),
            _partners(view),
            _triage(view),
        )
    )


def _purpose(view: View) -> str:
    return h.card(
        "The problem",
        view.text("name", "Name of the proposal", width="medium"),
        view.area(
            "frame/problem",
            "What is the problem?",
            hint="Two or three sentences a minister would understand. Say how big it is and where you have that from.",
            rows=4,
        ),
        view.area(
            "frame/people", "Who is it about?", hint="The people you want to help, as narrowly as you can say it."
        ),
        view.area(
            "frame/change",
            "What would you do differently?",
            hint="What would happen to these people that does not happen now, if you had the information.",
        ),
    )


def _places(view: View) -> str:
    register = view.derived.library.areas
    places = view.project.frame.places
    listed = (
        '<ul class="wb-places">'
        + h.join(
            f'<li><span>{h.esc(p.name or register.name(p.id))}</span><span class="wb-hint">{h.esc(p.id)}</span>'
            + ("" if p.id in register.areas else h.tag("not met", "Not held"))
            + h.button("Remove", "remove-place", id=p.id, kind="link", label=f"Remove {p.name or p.id}")
            + "</li>"
            for p in places
        )
        + "</ul>"
        if places
        else h.notice("No place yet. Add the area the proposal is about; its parts are found from it.")
    )
    options = h.join(
        f'<option value="{h.esc(a.name)}">{h.esc(a.code)}</option>'
        for a in sorted(register.areas.values(), key=lambda a: a.name)
        if a.level in ("combined authority", "district")
    )
    refused = view.ui.refused.get("ui/place")
    add = (
        '<div data-form class="wb-row">'
        + h.text_field(
            "ui/place",
            "Add a place",
            refused.typed if refused else "",
            hint="A name or a GSS code, for example Bolton or E08000001.",
            error=refused.message if refused else "",
            width="medium",
            local=True,
            submit=True,
        ).replace("<input", '<input list="wb-places"')
        + f'<datalist id="wb-places">{options}</datalist>'
        + h.button("Add the place", "add-place", kind="quiet")
        + "</div>"
    )
    nation = view.choose(
        "frame/nation",
        "Which nation’s rules apply?",
        NATIONS,
        hint="The law on sharing benefit data differs by nation.",
    )
    return h.card("Places", listed, add, nation)


def _partners(view: View) -> str:
    add = h.button("Add a partner", "add-partner", kind="quiet")
    partners = view.project.frame.partners
    if not partners:
        return h.card(
            "The partnership",
            h.empty(
                "Each body in the partnership, and what it would do with the data.",
                "A council that would contact residents.",
                add,
            ),
        )
    rows = [
        (
            view.opener("partner", p.id, p.name or "A partner without a name", f"frame/partners/{p.id}/name"),
            h.esc(dict(KINDS)[p.kind] if p.kind else "Not said yet"),
            h.esc(p.role or "Not said yet"),
            h.esc(dict(ANSWERS)[p.receives_data]),
        )
        for p in partners
    ]
    headers = ("Partner", "Kind of body", "What it does with the data", "Receives data")
    table = h.table("The partnership", headers, rows, widths=(28, 18, 38, 16))
    opened = next((p for p in partners if view.ui.is_open("partner", p.id)), None)
    fields = ""
    if opened:
        path = f"frame/partners/{opened.id}"
        fields = editor(
            "Delete this partner",
            "remove-partner",
            opened.id,
            h.grid(
                view.text(f"{path}/name", "Name"),
                view.choose(f"{path}/kind", "Kind of body", KINDS),
                view.choose(f"{path}/receives_data", "Would it receive data?", ANSWERS),
            ),
            view.area(f"{path}/role", "What would it do with the data?", rows=2),
        )
    return h.card("The partnership", table, fields, f'<div class="wb-row">{add}</div>', id="partners")


def _triage(view: View) -> str:
    path = "frame"
    questions = (
        view.ask(
            f"{path}/needs_individuals",
            "Must somebody act on, contact or link particular people?",
            hint="If you only need to know how many and where, a table is enough.",
        ),
        view.ask(f"{path}/identifiable", "Could a person be told apart from what you would ask for?"),
        view.ask(f"{path}/social_security", "Is it information that DWP holds about people’s benefits?"),
        view.ask(
            f"{path}/held_by_partner",
            "Does a partner already hold it?",
            hint="For example housing benefit, council tax reduction or referral "
            "records. Most shares that worked re-used these.",
        ),
        view.text(f"{path}/held_where", "Which partner, which records?")
        if view.project.frame.held_by_partner in ("yes", "not sure")
        else "",
        view.ask(f"{path}/research_only", "Would an answer for research be enough, with nobody contacted?"),
        view.ask(f"{path}/existing_feed", "Does a feed or a referral route already carry it?"),
        view.text(f"{path}/existing_feed_name", "Which feed or route?")
        if view.project.frame.existing_feed in ("yes", "not sure")
        else "",
    )
    triage = view.derived.triage
    rungs = []
    for number, rung in enumerate(triage.rungs, start=1):
        on = " wb-on" if rung.key == triage.recommended else ""
        rungs.append(
            f'<li class="wb-rung{on}"><span class="wb-n" aria-hidden="true">{number}</span>'
            f'<div><b>{h.esc(rung.title)}</b><span class="wb-why">{h.esc(rung.reason)}</span></div>'
            f"{h.tag(RUNG_TAGS[rung.status], rung.status[:1].upper() + rung.status[1:])}</li>"
        )
    ladder = f'<ol class="wb-ladder">{h.join(rungs)}</ol>'
    return h.columns(
        h.card(
            "Is this data sharing?",
            *questions,
            lead="The guide means one thing by it: passing information about "
            "particular people’s benefits between DWP and another body.",
        ),
        h.card(
            triage.headline,
            ladder,
            h.take_care(triage.caution),
            id="ladder",
            lead="Six routes, lightest first. Take the first that fits.",
        ),
    )


# --- actions ----------------------------------------------------------------------------------------------------------


def resolve_place(typed: str, register: AreaRegister) -> Place | Fault:
    """The area whose code or whole name was typed; a fault when none or several are held under it.

    Names match whole, never by their beginning: half a name is not a place.
    """
    text = " ".join(typed.split())
    if not text:
        return Fault("ui/place", "Enter a name or a GSS code.")
    if text.upper() in register.areas:
        area = register.areas[text.upper()]
        return Place(id=area.code, name=area.name)
    found = [a for a in register.areas.values() if a.name.casefold() == text.casefold()]
    upper = [a for a in found if a.level in ("combined authority", "district", "region", "nation")]
    if len(upper) == 1:
        return Place(id=upper[0].code, name=upper[0].name)
    if len(found) == 1:
        return Place(id=found[0].code, name=found[0].name)
    if len(found) > 1:
        codes = ", ".join(f"{a.code} ({a.level})" for a in found[:4])
        return Fault("ui/place", f"{len(found)} areas are called “{text}”: {codes}. Enter the code.")
    return Fault(
        "ui/place", f"“{text}” is not among the areas held. Enter a whole name, or a GSS code such as E08000001."
    )


def _add_place(state: State, event: Event, context: Context) -> State:
    """Add the place that was typed, or say why it cannot be."""
    typed = str(event.inputs.get("ui/place", ""))
    place = resolve_place(typed, context.derived.library.areas)
    if not isinstance(place, Fault) and find(state.project.frame.places, place.id):
        place = Fault("ui/place", f"{place.name} is in the list already.")
    if isinstance(place, Fault):
        return state.with_ui(
            refused={**state.ui.refused, "ui/place": Refused(typed, place.message)}, focus="#f-ui-place"
        )
    frame = state.project.frame
    left = {k: v for k, v in state.ui.refused.items() if k != "ui/place"}
    return state.with_project(
        state.project.with_(frame=frame.with_(places=put(frame.places, place))), refused=left, focus="#f-ui-place"
    )


def _remove_place(state: State, event: Event, _: Context) -> State:
    frame = state.project.frame
    return state.with_project(state.project.with_(frame=frame.with_(places=drop(frame.places, event.id))))


def _add_partner(state: State, _: Event, context: Context) -> State:
    frame = state.project.frame
    frame = frame.with_(partners=(*frame.partners, Partner(id=context.new_id)))
    return state.with_project(
        state.project.with_(frame=frame),
        opened=f"partner:{context.new_id}",
        focus=f"#f-frame-partners-{context.new_id}-name",
    )


def _remove_partner(state: State, event: Event, _: Context) -> State:
    frame = state.project.frame
    return state.with_project(
        state.project.with_(frame=frame.with_(partners=drop(frame.partners, event.id))),
        opened="",
        notice="Deleted the partner. Undo brings it back.",
        focus="#wb-title",
    )


ACTIONS: dict[str, Action] = {
    "add-place": _add_place,
    "remove-place": _remove_place,
    "add-partner": _add_partner,
    "remove-partner": _remove_partner,
}
