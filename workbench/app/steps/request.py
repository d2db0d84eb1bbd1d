"""Step 4, The request: the least data, each item with its reason, and what DWP will weigh."""

from __future__ import annotations

from typing import get_args

from workbench.app.page import heading
from workbench.app.state import Action, Context, State
from workbench.app.steps_shared import editor, findings_card, weight
from workbench.app.view import View
from workbench.domain.project import drop, find, put
from workbench.domain.request import Consideration, ConsiderationStatus, DataItem, DataRequest
from workbench.widgets import html as h
from workbench.widgets.live import Event

STATUSES = tuple((s, s[:1].upper() + s[1:] if s else "Not answered") for s in get_args(ConsiderationStatus))
STATUS_TAGS = {"settled": "met", "in hand": "partly", "open": "not met", "not sure": "unknown", "": "unknown"}


def render(view: View) -> str:
    """The page of the step, as HTML."""
    return h.join(
        (
            heading(
                "The request",
                "Ask for the least that does the job. Every item needs a "
                "reason, a need it answers and an activity it feeds.",
            ),
            _schedule(view),
            _findings(view),
            _terms(view),
            _considerations(view),
        )
    )


def _schedule(view: View) -> str:
    add = h.button("Add a data item", "add-item")
    items = view.project.request.items
    if not items:
        return h.card(
            "Data items",
            h.empty(
                "Each field you would ask DWP for, in the least form that serves, with the reason.",
                "“On Universal Credit: yes or no”, to tell who is not yet in support.",
                add,
            ),
        )
    needs = {n.id: n.question for n in view.project.needs}
    nodes = {n.id: n.label for n in view.project.logic_model.nodes}
    rows = []
    for item in items:
        serves = [needs[i] for i in item.need_ids if i in needs]
        feeds = [nodes[i] for i in item.node_ids if i in nodes]
        advice = view.derived.item_findings(item.id)
        # Findings come gravest first.
        mark = f'<span class="wb-why">{weight(advice[0].severity)} {h.esc(advice[0].message)}</span>' if advice else ""
        rows.append(
            (
                view.opener("item", item.id, item.name or "An item without a name", f"request/items/{item.id}/name")
                + mark,
                h.esc(item.form or "Not said yet"),
                h.esc(item.reason or "No reason yet"),
                h.esc("; ".join(serves) or "No need"),
                h.esc("; ".join(feeds) or "No activity"),
            )
        )
    table = h.table(
        "Schedule of data items", ("Item", "Least form", "Reason", "Need it answers", "Activity it feeds"), rows
    )
    opened = next((i for i in items if view.ui.is_open("item", i.id)), None)
    return h.card(
        f"{len(items)} data item{'s' if len(items) != 1 else ''}",
        table,
        _item_editor(view, opened) if opened else "",
        f'<div class="wb-row">{add}</div>',
        id="items",
    )


def _item_editor(view: View, item: DataItem) -> str:
    path = f"request/items/{item.id}"
    needs = tuple((n.id, n.question or "A need without a question") for n in view.project.needs)
    nodes = tuple((n.id, n.label) for n in view.project.logic_model.nodes if n.level == "activity")
    advice = h.join(
        h.notice(f"{f.message} {f.remedy}", "bad" if f.severity == "blocks" else "info")
        for f in view.derived.item_findings(item.id)
    )
    return editor(
        "Delete this item",
        "delete-item",
        item.id,
        advice,
        h.grid(
            view.text(f"{path}/name", "Item"),
            view.choose(f"{path}/field", "Kind of field", view.derived.field_choices),
            view.text(f"{path}/form", "Least form that serves", hint="For example: yes or no; year of birth."),
            view.text(f"{path}/source", "Where DWP holds it", hint="As far as you know."),
        ),
        view.area(f"{path}/reason", "Why is it needed?", rows=2),
        view.several(f"{path}/need_ids", "Which needs does it answer?", needs),
        view.several(f"{path}/node_ids", "Which activities does it feed?", nodes),
        view.area(f"{path}/exact_because", "If you need a fuller form than advised, why?", rows=2),
    )


def _findings(view: View) -> str:
    if not view.project.request.items:
        return ""
    nothing = "Every item has a reason, a need and an activity, in the least form advised."
    return findings_card(view.derived.request_findings, "the request", nothing)


def _terms(view: View) -> str:
    path = "request"
    return h.card(
        "On what terms",
        view.area(f"{path}/cohort", "Whose data?", hint="The people, exactly: who is in and who is out.", rows=2),
        h.grid(
            view.text(f"{path}/people_count", "About how many people?", numeric=True, width="short"),
            view.text(f"{path}/people_count_basis", "Where is that number from?"),
            view.text(f"{path}/history", "How far back?"),
            view.text(f"{path}/frequency", "How often?"),
            view.text(f"{path}/needed_by", "Needed by"),
        ),
        view.area(f"{path}/recipients", "Who would receive it?", rows=2),
        view.area(f"{path}/onward", "Would anybody pass it on? To whom?", rows=2),
        view.area(f"{path}/retention", "How long is it kept, and how is it destroyed?", rows=2),
        view.area(f"{path}/security", "How is it sent and kept safe?", rows=2),
        view.area(f"{path}/transparency", "What are people told?", rows=2),
        view.area(
            f"{path}/legal_power",
            "Under what legal power?",
            hint="The power to share: an Act and section, consent, or common law. A power is not a lawful basis.",
            rows=2,
        ),
        view.area(f"{path}/lawful_basis", "On what lawful basis under data protection law?", rows=2),
        h.take_care(
            "This is not legal advice. Ask a solicitor whether the power "
            "covers your body, your purpose and this information."
        ),
    )


def _considerations(view: View) -> str:
    rows = []
    for question in view.derived.considerations:
        path = f"request/considerations/{question.id}"
        given = find(view.project.request.considerations, question.id)
        status = given.status if given else ""
        if given is None:
            act = h.button("Answer", "answer", id=question.id, kind="link", label=f"Answer: {question.question}")
        else:
            act = view.opener("consideration", question.id, "Change", f"{path}/answer").replace(
                ">Change<", f'>Change<span class="wb-hide">: {h.esc(question.question)}</span><'
            )
        opened = given is not None and view.ui.is_open("consideration", question.id)
        answer = (
            '<div class="wb-editor">'
            + f'<p class="wb-hint">{h.esc(question.looks_for)} {h.esc(question.hint)}</p>'
            + view.area(f"{path}/answer", "Your answer", rows=3)
            + view.choose(f"{path}/status", "Where it stands", STATUSES)
            + "</div>"
            if opened
            else f"<p>{h.esc(given.answer)}</p>"
            if given and given.answer
            else f'<p class="wb-hint">{h.esc(question.looks_for)}</p>'
        )
        rows.append(
            f'<div class="wb-consideration"><h3>{h.esc(question.question)}</h3>'
            f'<div class="wb-row">{h.tag(STATUS_TAGS[status], dict(STATUSES)[status])}{act}</div>{answer}</div>'
        )
    return h.card(
        "What DWP will weigh",
        *rows,
        lead="The considerations of DWP’s guide, section 6, as questions. "
        "Say where you stand; an open answer is better "
        "than none.",
        id="considerations",
    )


# --- actions ----------------------------------------------------------------------------------------------------------


def _with_request(state: State, request: DataRequest, **ui: object) -> State:
    return state.with_project(state.project.with_(request=request), **ui)


def _add_item(state: State, _: Event, context: Context) -> State:
    request = state.project.request
    item = DataItem(id=context.new_id)
    return _with_request(
        state,
        request.with_(items=put(request.items, item)),
        opened=f"item:{item.id}",
        focus=f"#f-request-items-{item.id}-name",
    )


def _delete_item(state: State, event: Event, _: Context) -> State:
    request = state.project.request
    item = find(request.items, event.id)
    if item is None:
        return state
    return _with_request(
        state,
        request.with_(items=drop(request.items, event.id)),
        opened="",
        notice=f"Deleted “{item.name or 'an item'}”. Undo brings it back.",
        focus="#wb-title",
    )


def _answer(state: State, event: Event, context: Context) -> State:
    if event.id not in {q.id for q in context.derived.considerations}:
        return state
    request = state.project.request
    if find(request.considerations, event.id):
        return state
    return _with_request(
        state,
        request.with_(considerations=put(request.considerations, Consideration(id=event.id))),
        opened=f"consideration:{event.id}",
        focus=f"#f-request-considerations-{event.id}-answer",
    )


ACTIONS: dict[str, Action] = {
    "add-item": _add_item,
    "delete-item": _delete_item,
    "answer": _answer,
}
