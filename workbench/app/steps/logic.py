"""Step 3, Logic model: the drawing, the boxes and links as a table, and what the model still lacks."""

from __future__ import annotations

from typing import get_args

from workbench.app.page import heading
from workbench.app.state import Action, Context, Refused, State
from workbench.app.steps_shared import editor, findings_card
from workbench.app.view import View
from workbench.domain.logic_model import LEVELS, IndicatorUse, Link, LogicModel, Node, NodeLevel, Strength
from workbench.domain.model_checks import link_refusal
from workbench.domain.project import find, put
from workbench.widgets import html as h
from workbench.widgets.live import Event

LEVEL_TITLES: dict[str, str] = {
    "input": "Inputs",
    "activity": "Activities",
    "output": "Outputs",
    "outcome": "Outcomes",
    "impact": "Impact",
}
LEVEL_HINTS: dict[str, str] = {
    "input": "what you put in: people, money, the data",
    "activity": "what is done with it",
    "output": "what can be counted straight away",
    "outcome": "what changes for people",
    "impact": "what it adds up to",
}
STRENGTHS = tuple((s, s[:1].upper() + s[1:] if s else "Not judged yet") for s in get_args(Strength))
USES = tuple((u, u[:1].upper() + u[1:] if u else "Not decided") for u in get_args(IndicatorUse))


def render(view: View) -> str:
    """The page of the step, as HTML."""
    return h.join(
        (
            heading(
                "Logic model",
                "How the data would come to help people: what you put in, what "
                "is done, what changes. Start at the impact and "
                "work back.",
            ),
            _drawing(view),
            _boxes(view),
            _links(view),
            _whole(view),
            _findings(view),
        )
    )


def _drawing(view: View) -> str:
    if not view.project.logic_model.nodes:
        return ""
    wide, narrow = view.derived.model_svgs
    text = h.details("Read it as text", f"<p>{h.esc(view.derived.model_text)}</p>")
    return h.card(
        "The model",
        f'<div class="wb-svg"><div class="wb-wide-only">{wide}</div><div class="wb-narrow-only">{narrow}</div></div>',
        text,
    )


def _boxes(view: View) -> str:
    model = view.project.logic_model
    parts = []
    for level in reversed(LEVELS):
        nodes = [n for n in model.nodes if n.level == level]
        rows = [
            (
                view.opener("node", n.id, n.label or "A box without words", f"logic_model/nodes/{n.id}/label"),
                h.esc(_leads_to(model, n.id)),
                h.esc(n.indicator or ("No indicator yet" if level == "outcome" else "")),
            )
            for n in nodes
        ]
        table = (
            h.table(LEVEL_TITLES[level], ("Box", "Leads to", "Indicator"), rows, widths=(36, 34, 30)) if rows else ""
        )
        opened = next((n for n in nodes if view.ui.is_open("node", n.id)), None)
        editor = _node_editor(view, opened) if opened else ""
        add = h.button(f"Add to {LEVEL_TITLES[level].lower()}", "add-node", value=level, kind="quiet")
        parts.append(
            f'<h3>{LEVEL_TITLES[level]} <span class="wb-hint">– {LEVEL_HINTS[level]}</span></h3>{table}{editor}'
            f'<div class="wb-row">{add}</div>'
        )
    return h.card("Boxes", *parts, id="boxes")


def _leads_to(model: LogicModel, node_id: str) -> str:
    labels = {n.id: n.label for n in model.nodes}
    return "; ".join(labels.get(link.target, "") for link in model.links if link.source == node_id)


def _node_editor(view: View, node: Node) -> str:
    path = f"logic_model/nodes/{node.id}"
    fields = [
        view.text(f"{path}/label", "Words in the box", hint="A dozen words at most."),
        view.choose(f"{path}/level", "Level", tuple((level, LEVEL_TITLES[level]) for level in LEVELS)),
        view.area(f"{path}/note", "Note", rows=2),
    ]
    if node.level in ("outcome", "impact"):
        fields.append(
            h.grid(
                view.text(f"{path}/indicator", "Indicator", hint="What you would measure."),
                view.text(f"{path}/baseline", "Baseline"),
                view.text(f"{path}/target", "Target"),
                view.text(f"{path}/indicator_source", "Source"),
                view.text(f"{path}/owner", "Who measures it"),
                view.text(f"{path}/measured_by", "By when"),
                view.choose(f"{path}/indicator_use", "Used for", USES),
            )
        )
    return editor("Delete this box", "delete-node", node.id, *fields)


def _links(view: View) -> str:
    model = view.project.logic_model
    labels = {n.id: n.label or "a box without words" for n in model.nodes}
    rows = [
        (
            view.opener(
                "link",
                k.id,
                f"{labels.get(k.source, '?')} → {labels.get(k.target, '?')}",
                f"logic_model/links/{k.id}/mechanism",
            ),
            h.esc(k.mechanism or "Not said yet"),
            h.esc(k.assumption or "None stated"),
            h.esc(dict(STRENGTHS)[k.strength])
            + (f'<span class="wb-why">{h.esc(k.evidence)}</span>' if k.evidence else ""),
        )
        for k in model.links
    ]
    table = (
        h.table("Links", ("Link", "Because", "Assuming", "Evidence"), rows)
        if rows
        else h.notice("No link yet. A box that leads to nothing is a box nobody needs.")
    )
    opened = next((k for k in model.links if view.ui.is_open("link", k.id)), None)
    editor = _link_editor(view, opened, labels) if opened else ""
    choices = [
        ("", "Choose a box"),
        *((n.id, f"{LEVEL_TITLES[n.level]}: {n.label}") for level in LEVELS for n in model.nodes if n.level == level),
    ]
    refused = view.ui.refused.get("ui/link")
    add = (
        '<div data-form class="wb-grid wb-add">'
        + h.select("ui/link-source", "From", "", choices, local=True, small=True)
        + h.select(
            "ui/link-target", "To", "", choices, local=True, small=True, error=refused.message if refused else ""
        )
        + f'<div class="wb-field">{h.button("Add the link", "add-link", kind="quiet")}</div></div>'
    )
    return h.card(
        "Links",
        table,
        editor,
        add if model.nodes else "",
        id="links",
        lead="Mechanism, assumption, evidence and risk belong to the link, not to the boxes.",
    )


def _link_editor(view: View, link: Link, labels: dict[str, str]) -> str:
    path = f"logic_model/links/{link.id}"
    falls = view.derived.falls_if(link.id)
    warning = (
        h.take_care(f"If this link fails, nothing you do reaches: {'; '.join(labels[i] for i in falls)}.")
        if falls
        else ""
    )
    return editor(
        "Delete this link",
        "delete-link",
        link.id,
        view.area(f"{path}/mechanism", "Why does one lead to the other?", rows=2),
        view.area(f"{path}/assumption", "What must be true?", rows=2),
        h.grid(
            view.area(f"{path}/evidence", "What is the evidence?", rows=2),
            view.choose(f"{path}/strength", "How strong is it?", STRENGTHS),
        ),
        view.area(f"{path}/risk", "What could go wrong?", rows=2),
        view.tick(f"{path}/feedback", "This is a feedback loop: it may run backwards"),
        view.text(f"{path}/skip_reason", "If it leaves out a level, why?"),
        warning,
    )


def _whole(view: View) -> str:
    path = "logic_model"
    return h.card(
        "The model as a whole",
        view.area(f"{path}/target_group", "Who is it for?", rows=2),
        view.area(f"{path}/external_factors", "What else could bring the outcomes about, or stop them?", rows=2),
        view.area(f"{path}/unintended_effects", "What might happen that you do not want?", rows=2),
        h.grid(
            view.text(f"{path}/review_date", "Review date", hint="For example 1 April 2027"),
            view.text(f"{path}/agreed_by", "Who agreed it, and when?"),
        ),
    )


def _findings(view: View) -> str:
    return findings_card(view.derived.model_findings, "the logic model", "Every check is passed.")


# --- actions ----------------------------------------------------------------------------------------------------------


def _with_model(state: State, model: LogicModel, **ui: object) -> State:
    return state.with_project(state.project.with_(logic_model=model), **ui)


def _add_node(state: State, event: Event, context: Context) -> State:
    if event.value not in LEVELS:
        return state
    level: NodeLevel = next(lv for lv in LEVELS if lv == event.value)
    model = state.project.logic_model
    node = Node(id=context.new_id, level=level)
    return _with_model(
        state,
        model.with_(nodes=put(model.nodes, node)),
        opened=f"node:{node.id}",
        focus=f"#f-logic-model-nodes-{node.id}-label",
    )


def _delete_node(state: State, event: Event, _: Context) -> State:
    model = state.project.logic_model
    node = find(model.nodes, event.id)
    if node is None:
        return state
    links = tuple(k for k in model.links if event.id not in (k.source, k.target))
    gone = len(model.links) - len(links)
    and_links = f" and {gone} link{'s' if gone > 1 else ''}" if gone else ""
    return _with_model(
        state,
        model.with_(nodes=tuple(n for n in model.nodes if n.id != event.id), links=links),
        opened="",
        notice=f"Deleted “{node.label or 'a box'}”{and_links}. Undo brings them back."
        if gone
        else f"Deleted “{node.label or 'a box'}”. Undo brings it back.",
        focus="#wb-title",
    )


def _add_link(state: State, event: Event, context: Context) -> State:
    model = state.project.logic_model
    source, target = str(event.inputs.get("ui/link-source", "")), str(event.inputs.get("ui/link-target", ""))
    reason = link_refusal(model, source, target) if source and target else "Choose two boxes."
    if reason:
        return state.with_ui(refused={**state.ui.refused, "ui/link": Refused("", reason)}, focus="#f-ui-link-target")
    link = Link(id=context.new_id, source=source, target=target)
    left = {k: v for k, v in state.ui.refused.items() if k != "ui/link"}
    return _with_model(
        state,
        model.with_(links=put(model.links, link)),
        refused=left,
        opened=f"link:{link.id}",
        focus=f"#f-logic-model-links-{link.id}-mechanism",
    )


def _delete_link(state: State, event: Event, _: Context) -> State:
    model = state.project.logic_model
    return _with_model(
        state,
        model.with_(links=tuple(k for k in model.links if k.id != event.id)),
        opened="",
        notice="Deleted the link. Undo brings it back.",
        focus="#wb-title",
    )


ACTIONS: dict[str, Action] = {
    "add-node": _add_node,
    "delete-node": _delete_node,
    "add-link": _add_link,
    "delete-link": _delete_link,
}
