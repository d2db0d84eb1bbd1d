"""Step 1, Frame: the problem, the people, the places, the partners; and whether this is data sharing at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from workbench.app.area_picker import Target, picker
from workbench.app.page import heading
from workbench.app.state import Action, Context, State
from workbench.app.steps_shared import editor
from workbench.app.view import View
from workbench.domain.areas import AreaRegister
from workbench.domain.frame import Nation, Partner, PartnerKind, Place
from workbench.domain.project import drop
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
    areas = picker(
        view,
        PLACES,
        "Which places is it about?",
        hint="The first is the place whose parts are compared and mapped.",
    )
    nation = view.choose(
        "frame/nation",
        "Which nation’s rules apply?",
        NATIONS,
        hint="The law on sharing benefit data differs by nation.",
    )
    return h.card("Places", areas, nation)


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


def _put_places(state: State, codes: tuple[str, ...], register: AreaRegister) -> State:
    frame = state.project.frame
    held = {p.id: p for p in frame.places}
    places = tuple(held.get(code) or Place(id=code, name=register.name(code)) for code in codes)
    return state.with_project(state.project.with_(frame=frame.with_(places=places)))


PLACES = Target("places", lambda state: tuple(p.id for p in state.project.frame.places), _put_places)


def targets(_: State) -> Mapping[str, Target]:
    """The pickers of areas on this page."""
    return {PLACES.key: PLACES}


# --- actions ----------------------------------------------------------------------------------------------------------


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
    "add-partner": _add_partner,
    "remove-partner": _remove_partner,
}
