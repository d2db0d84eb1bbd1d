"""Thirteen checks of a logic model, and the one rule for what may be linked to what.

The checks are those that official guidance on theories of change asks for, as far as a machine can tell: every causal
step has its mechanism, assumption, evidence and risk; every activity leads to an outcome and every outcome comes from
an activity; every outcome can be measured. (Magenta Book 2020 as the Centre for Transforming Access and Student
Outcomes in Higher Education reports it, and the Analysis Function's theory of change toolkit. The edition of the
Magenta Book of May 2026 has not been read.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from workbench.domain.findings import Finding, Severity, gravest_first
from workbench.domain.logic_model import LEVELS, Link, LogicModel, Node
from workbench.domain.words import listed, sentence

__all__ = ["Finding", "check", "falls_if", "leads_to_outcome", "link_refusal", "reachable"]

RANK: Mapping[str, int] = {level: rank for rank, level in enumerate(LEVELS)}
A_LEVEL: Mapping[str, str] = {
    "input": "an input",
    "activity": "an activity",
    "output": "an output",
    "outcome": "an outcome",
    "impact": "the impact",
}
MANY: Mapping[str, str] = {
    "input": "inputs",
    "activity": "activities",
    "output": "outputs",
    "outcome": "outcomes",
    "impact": "the impact",
}

NEXT_STEP = "Link it, or take it out."


def check(model: LogicModel) -> tuple[Finding, ...]:
    """Everything the thirteen checks find, the gravest first.

    Parameters
    ----------
    model : LogicModel
        Links whose ends are missing are passed over.

    Returns
    -------
    tuple of Finding
        ``check`` is one of ``linked``, ``outcome-reached``, ``activity-leads``, ``impact-reached``, ``levels``,
        ``direction``, ``link-said``, ``indicator``, ``alternatives``, ``target-group``, ``unintended``,
        ``review-date`` and ``agreed``.

    Examples
    --------
    >>> lone = LogicModel(nodes=(Node(id="a", level="outcome", label="More people stay in work"),))
    >>> [f.message for f in check(lone) if f.check == "outcome-reached"]
    ['No activity leads to “More people stay in work”.']
    """
    if not model.nodes:
        return (Finding("linked", "blocks", "", "The model has no boxes.", "Start with the impact and work back."),)
    shape = _Shape(model)
    found: list[Finding] = []
    for test in (
        _linked, _outcome_reached, _activity_leads, _impact_reached, _levels, _direction, _link_said, _indicator,
    ):  # fmt: skip
        found += test(shape)
    found += _whole(model)
    return gravest_first(found)


def link_refusal(model: LogicModel, source: str, target: str, feedback: bool = False) -> str:
    """Why two boxes may not be linked, or an empty string when they may.

    Every way of linking (table, drawing, typed text) asks this one function.

    Parameters
    ----------
    model : LogicModel
    source, target : str
        Ids of the boxes.
    feedback : bool
        A feedback loop may run backwards and may close a circle.

    Returns
    -------
    str

    Examples
    --------
    >>> model = LogicModel(nodes=(Node(id="a", level="outcome"), Node(id="b", level="activity")))
    >>> link_refusal(model, "a", "b")
    'Links run from inputs towards impact. Mark it as a feedback loop if it is meant to run back.'
    >>> link_refusal(model, "b", "a")
    ''
    """
    nodes = {n.id: n for n in model.nodes}
    if source not in nodes or target not in nodes:
        return "Choose two boxes that are in the model."
    if source == target:
        return "A link must join two different boxes."
    if any(k.source == source and k.target == target for k in model.links):
        return "These two boxes are already linked."
    return "" if feedback else _forward_refusal(model, nodes[source], nodes[target])


def _forward_refusal(model: LogicModel, source: Node, target: Node) -> str:
    if RANK[source.level] > RANK[target.level]:
        return "Links run from inputs towards impact. Mark it as a feedback loop if it is meant to run back."
    if source.id in _onward(_forward(model.links), [target.id]):
        return "This would close a circle. Mark it as a feedback loop if it is meant to."
    return ""


def reachable(model: LogicModel, leaving_out: Iterable[str] = ()) -> frozenset[str]:
    """Ids of the boxes that some activity leads to, activities included. Feedback loops do not count.

    Parameters
    ----------
    model : LogicModel
    leaving_out : iterable of str
        Ids of links that are taken to fail.
    """
    out = set(leaving_out)
    links = [k for k in model.links if k.id not in out]
    return frozenset(_onward(_forward(links), [n.id for n in model.nodes if n.level == "activity"]))


def falls_if(model: LogicModel, link_id: str) -> tuple[str, ...]:
    """Outcomes and impacts that no activity leads to any longer when the assumption of one link fails.

    Parameters
    ----------
    model : LogicModel
    link_id : str

    Returns
    -------
    tuple of str
        Ids, in the order of the boxes. Empty when another way leads to each of them, or there is no such link.

    Examples
    --------
    >>> boxes = (Node(id="a", level="activity"), Node(id="b", level="outcome"))
    >>> falls_if(LogicModel(nodes=boxes, links=(Link(id="k", source="a", target="b"),)), "k")
    ('b',)
    """
    lost = reachable(model) - reachable(model, [link_id])
    return tuple(n.id for n in model.nodes if n.level in ("outcome", "impact") and n.id in lost)


def leads_to_outcome(model: LogicModel, node_id: str) -> bool:
    """Whether a box leads to an outcome, or is one. Feedback loops do not count.

    Examples
    --------
    >>> leads_to_outcome(LogicModel(nodes=(Node(id="a", level="activity"),)), "a")
    False
    """
    onward = _onward(_forward(model.links), [node_id])
    return any(n.id in onward for n in model.nodes if n.level == "outcome")


# --- the shape of a model ---------------------------------------------------------------------------------------------


class _Shape:
    """A model with its boxes by id and its links by end; links without ends are left out."""

    def __init__(self, model: LogicModel) -> None:
        self.model = model
        self.nodes = {n.id: n for n in model.nodes}
        self.links = [k for k in model.links if k.source in self.nodes and k.target in self.nodes]
        self.forward = _forward(self.links)
        self.back = _forward([k.with_(source=k.target, target=k.source) for k in self.links])
        same = Counter(n.label.strip() for n in model.nodes)
        self._twins = {label for label, n in same.items() if label and n > 1}

    def of(self, *levels: str) -> list[Node]:
        return [n for n in self.model.nodes if n.level in levels]

    def name(self, node_id: str) -> str:
        """A box by its words; with its level where two boxes have the same words."""
        node = self.nodes[node_id]
        label = node.label.strip()
        if not label:
            return f"{A_LEVEL[node.level]} without words"
        return f"“{label}” ({node.level})" if label in self._twins else f"“{label}”"

    def link_name(self, link: Link) -> str:
        return f"from {self.name(link.source)} to {self.name(link.target)}"


def _forward(links: Iterable[Link]) -> dict[str, list[str]]:
    ahead: dict[str, list[str]] = {}
    for link in links:
        if not link.feedback:
            ahead.setdefault(link.source, []).append(link.target)
    return ahead


def _onward(ahead: Mapping[str, list[str]], starts: Iterable[str]) -> set[str]:
    """Every box on the way from some boxes, these included."""
    seen: set[str] = set()
    todo = list(starts)
    while todo:
        here = todo.pop()
        if here not in seen:
            seen.add(here)
            todo += ahead.get(here, [])
    return seen


# --- checks 1 to 6: the shape -----------------------------------------------------------------------------------------


def _linked(shape: _Shape) -> Iterator[Finding]:
    """Every box is linked in and out as its level demands."""
    for node in shape.model.nodes:
        comes, goes = bool(shape.back.get(node.id)), bool(shape.forward.get(node.id))
        name = sentence(shape.name(node.id)).rstrip(".")
        if not comes and not goes:
            yield Finding("linked", "blocks", node.id, f"{name} is linked to nothing.", NEXT_STEP)
        elif not goes and node.level in ("input", "output"):
            yield Finding("linked", "weakens", node.id, f"{name} leads to nothing.", NEXT_STEP)
        elif not comes and node.level == "output":
            yield Finding("linked", "weakens", node.id, f"Nothing leads to {shape.name(node.id)}.", NEXT_STEP)
        elif not comes and node.level == "activity":
            remedy = "Say what it needs: people, money, data."
            yield Finding("linked", "note", node.id, f"{name} has no input.", remedy)


def _outcome_reached(shape: _Shape) -> Iterator[Finding]:
    if not shape.of("outcome"):
        yield Finding("outcome-reached", "blocks", "", "The model has no outcome.", "Say what would change for people.")
    found = _onward(shape.forward, [n.id for n in shape.of("activity")])
    for node in shape.of("outcome"):
        if node.id not in found:
            message = f"No activity leads to {shape.name(node.id)}."
            yield Finding("outcome-reached", "blocks", node.id, message, "Link the activity that brings it about.")


def _activity_leads(shape: _Shape) -> Iterator[Finding]:
    if not shape.of("activity"):
        yield Finding("activity-leads", "blocks", "", "The model has no activity.", "Say what would be done.")
    for node in shape.of("activity"):
        if not any(shape.nodes[i].level == "outcome" for i in _onward(shape.forward, [node.id])):
            message = f"{sentence(shape.name(node.id)).rstrip('.')} leads to no outcome."
            yield Finding("activity-leads", "blocks", node.id, message, "Link it to what it changes, or take it out.")


def _impact_reached(shape: _Shape) -> Iterator[Finding]:
    if not shape.of("impact"):
        yield Finding("impact-reached", "weakens", "", "The model has no impact.", "Say what the outcomes add up to.")
    found = _onward(shape.forward, [n.id for n in shape.of("activity")])
    for node in shape.of("impact"):
        if node.id not in found:
            message = f"No activity leads to {shape.name(node.id)}."
            yield Finding("impact-reached", "weakens", node.id, message, "Link the outcomes that add up to it.")


def _levels(shape: _Shape) -> Iterator[Finding]:
    """No level is left out without a reason."""
    for link in shape.links:
        step = RANK[shape.nodes[link.target].level] - RANK[shape.nodes[link.source].level]
        if step > 1 and not link.feedback and not link.skip_reason.strip():
            left_out = listed([MANY[lv] for lv in LEVELS[RANK[shape.nodes[link.source].level] + 1 :][: step - 1]])
            message = f"The link {shape.link_name(link)} leaves out {left_out}."
            yield Finding("levels", "weakens", link.id, message, "Put a box between them, or say why none is needed.")


def _direction(shape: _Shape) -> Iterator[Finding]:
    """No link runs backwards or closes a circle without being marked as a feedback loop."""
    for link in shape.links:
        if link.feedback:
            continue
        where = shape.link_name(link)
        if link.source == link.target:
            yield Finding(
                "direction", "blocks", link.id, f"The link {where} joins a box to itself.", "Delete the link."
            )
        elif RANK[shape.nodes[link.source].level] > RANK[shape.nodes[link.target].level]:
            yield Finding(
                "direction", "blocks", link.id, f"The link {where} runs backwards.",
                "Turn it round, or mark it as a feedback loop.",
            )  # fmt: skip
        elif link.source in _onward(shape.forward, [link.target]):
            yield Finding(
                "direction", "blocks", link.id, f"The link {where} is part of a circle.",
                "Mark one link of the circle as a feedback loop.",
            )  # fmt: skip


# --- check 7: what is said of a link ----------------------------------------------------------------------------------


def _link_said(shape: _Shape) -> Iterator[Finding]:
    """Each link has a mechanism, an assumption, evidence with its strength, and a risk."""
    for link in shape.links:
        wanted = {
            "a mechanism": link.mechanism,
            "an assumption": link.assumption,
            "evidence": link.evidence,
            "a risk": link.risk,
        }
        lacking = [what for what, given in wanted.items() if not given.strip()]
        where = shape.link_name(link)
        if lacking:
            message = f"The link {where} has no {listed([w.removeprefix('a ').removeprefix('an ') for w in lacking])}."
            yield Finding("link-said", "weakens", link.id, message, f"Add {listed(lacking)}.")
        if link.evidence.strip() and not link.strength:
            message = f"The evidence for the link {where} has no strength."
            yield Finding("link-said", "weakens", link.id, message, "Judge it: none, weak, moderate or strong.")
        elif link.strength == "none" and not link.feedback:
            message = f"The link {where} rests on no evidence."
            yield Finding("link-said", "note", link.id, message, "Look for some, or say how you will find out.")


# --- checks 8 to 13: indicators, and the model as a whole -------------------------------------------------------------


def _indicator(shape: _Shape) -> Iterator[Finding]:
    """Each outcome has an indicator with baseline, target, source, owner and date."""
    for node in shape.of("outcome"):
        name = sentence(shape.name(node.id)).rstrip(".")
        if not node.indicator.strip():
            message = f"{name} has no indicator."
            yield Finding("indicator", "weakens", node.id, message, "Say what would be measured.")
            continue
        wanted = {
            "baseline": node.baseline,
            "target": node.target,
            "source": node.indicator_source,
            "owner": node.owner,
            "date": node.measured_by,
        }
        lacking = [what for what, given in wanted.items() if not given.strip()]
        if lacking:
            message = f"The indicator of {shape.name(node.id)} has no {listed(lacking)}."
            yield Finding("indicator", "weakens", node.id, message, f"Add the {listed(lacking)}.")
        if not node.indicator_use:
            message = f"The indicator of {shape.name(node.id)} does not say what it is for."
            yield Finding("indicator", "note", node.id, message, "Choose benefits tracking, evaluation or both.")


WHOLE: tuple[tuple[str, str, Severity, str, str], ...] = (
    (
        "alternatives",
        "external_factors",
        "weakens",
        "Nothing is said of what else could bring the outcomes about.",
        "Name another way to the outcomes, or something outside that helps or hinders.",
    ),
    ("target-group", "target_group", "blocks", "The target group is not stated.", "Say who it is for."),
    (
        "unintended",
        "unintended_effects",
        "weakens",
        "Nothing is said of effects you do not want.",
        "Say who could lose by it, and how.",
    ),
    ("review-date", "review_date", "weakens", "There is no review date.", "Set a date to look at the model again."),
    ("agreed", "agreed_by", "weakens", "It is not recorded who agreed the model.", "Record who, and when."),
)
"""Check, field of the model, weight, what is said when the field is empty, and what to do."""


def _whole(model: LogicModel) -> Iterator[Finding]:
    for key, field, severity, message, remedy in WHOLE:
        if not getattr(model, field).strip():
            yield Finding(key, severity, "", message, remedy)
