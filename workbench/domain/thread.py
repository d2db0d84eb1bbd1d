"""The thread: need → figure → data item → activity → outcome → indicator → benefit line, with its gaps named."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.domain.appraisal.options import Line
from workbench.domain.logic_model import LogicModel, Node
from workbench.domain.need import Need
from workbench.domain.project import Project, find
from workbench.domain.request import DataItem
from workbench.domain.sufficiency import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadRow:
    """One way from a need to an outcome and the benefits that value it, as far as it goes.

    Attributes
    ----------
    need_id, activity_id, outcome_id : str
        Empty where the thread is broken or has not got so far.
    item_ids, benefit_ids : tuple of str
        The data items that go this way together; the benefit lines that value the outcome.
    need, verdict, item, activity, outcome, indicator, benefit : str
        The same in the partnership's words; ``verdict`` is the phrase, several items are separated by semicolons.
    gaps : tuple of str
        What is missing, each as a sentence.
    """

    need_id: str = ""
    item_ids: tuple[str, ...] = ()
    activity_id: str = ""
    outcome_id: str = ""
    benefit_ids: tuple[str, ...] = ()
    need: str = ""
    verdict: str = ""
    item: str = ""
    activity: str = ""
    outcome: str = ""
    indicator: str = ""
    benefit: str = ""
    gaps: tuple[str, ...] = ()


def thread(project: Project, verdicts: Sequence[Verdict]) -> tuple[ThreadRow, ...]:
    """Follow every need to the benefits it serves.

    Parameters
    ----------
    project : Project
    verdicts : sequence of Verdict
        What published figures do for the needs.

    Returns
    -------
    tuple of ThreadRow
        One row for each need, activity and outcome that hang together, with the data items that go this way; then rows
        for data items that answer no need, and for outcomes to which no data item leads. A need that published figures
        answer ends there, without a gap.

    Examples
    --------
    >>> rows = thread(Project(id="p", needs=(Need(id="n", question="Who?"),)), ())
    >>> rows[0].gaps
    ('The need has not been tested.',)
    """
    phrases = {v.need_id: v for v in verdicts}
    rows: list[ThreadRow] = []
    for need in project.needs:
        rows += _of_need(project, need, phrases.get(need.id))
    known = {n.id for n in project.needs}
    homeless = [i for i in project.request.items if not known & set(i.need_ids)]
    rows += _of_items(project, homeless, ThreadRow(gaps=("No need asks for it.",)))
    seen = {row.outcome_id for row in rows}
    for outcome in project.logic_model.nodes:
        if outcome.level == "outcome" and outcome.id not in seen:
            rows.append(_ended(project, outcome, ThreadRow(gaps=("No data item feeds it.",))))
    return tuple(rows)


def _of_need(project: Project, need: Need, verdict: Verdict | None) -> Iterator[ThreadRow]:
    row = ThreadRow(
        need_id=need.id,
        need=need.question.strip() or "A need without a question",
        verdict=verdict.phrase if verdict else "",
    )
    items = [i for i in project.request.items if need.id in i.need_ids]
    if items:
        yield from _of_items(project, items, row)
    else:
        yield _with(row, gap=_without_item(need, verdict))


def _without_item(need: Need, verdict: Verdict | None) -> str:
    if verdict is None:
        return "The need has not been tested."
    if verdict.status in ("met", "partly"):
        return ""
    if verdict.status == "unknown":
        return "It is not known whether published figures are enough."
    people = need.level == "individual" or need.unit == "individual records"
    return "No data item answers it." if people else "No figures answer it yet; ask for an ad-hoc table."


def _of_items(project: Project, items: Sequence[DataItem], row: ThreadRow) -> Iterator[ThreadRow]:
    """Data items that go the same way share their rows."""
    model = project.logic_model
    activities = [n for n in model.nodes if any(n.id in i.node_ids for i in items)]
    for node in activities:
        here = _carrying(row, [i for i in items if node.id in i.node_ids])
        here = _with(here, activity_id=node.id, activity=node.label.strip() or "An activity without words")
        outcomes = first_outcomes(model, node.id)
        if not outcomes:
            yield _with(here, gap="The activity leads to no outcome.")
        for outcome in outcomes:
            yield _ended(project, outcome, here)
    fed = {n.id for n in activities}
    idle = [i for i in items if not fed & set(i.node_ids)]
    if idle:
        yield _with(_carrying(row, idle), gap="It feeds no activity.")


def _carrying(row: ThreadRow, items: Sequence[DataItem]) -> ThreadRow:
    names = [i.name.strip() or "A data item without a name" for i in items]
    row = _with(row, item_ids=tuple(i.id for i in items), item="; ".join(names))
    for item, name in zip(items, names, strict=True):
        if not item.reason.strip():
            row = _with(row, gap=f"“{name}” has no reason.")
    return row


def _ended(project: Project, outcome: Node, row: ThreadRow) -> ThreadRow:
    lines = [x for x in _benefits(project) if x.outcome_id == outcome.id]
    row = _with(
        row,
        outcome_id=outcome.id,
        outcome=outcome.label.strip() or "An outcome without words",
        indicator=outcome.indicator.strip(),
        benefit_ids=tuple(x.id for x in lines),
        benefit="; ".join(dict.fromkeys(x.label.strip() or "A line without words" for x in lines)),
    )
    if not outcome.indicator.strip():
        row = _with(row, gap="The outcome has no indicator.")
    if not lines:
        row = _with(row, gap="No benefit line values the outcome.")
    return row


def _benefits(project: Project) -> list[Line]:
    """Benefit lines of the preferred option, or of every option while none is preferred. Transfers are no benefit."""
    preferred = [o.id for o in project.appraisal.options if o.preferred]
    return [
        x
        for x in project.appraisal.lines
        if x.direction == "benefit" and not x.is_transfer and (not preferred or x.option_id in preferred)
    ]


def first_outcomes(model: LogicModel, node_id: str) -> tuple[Node, ...]:
    """The outcomes a box leads to without passing through another outcome, nearest first.

    Feedback loops are not followed.

    Examples
    --------
    >>> from workbench.domain.logic_model import Link
    >>> boxes = (Node(id="a", level="activity"), Node(id="b", level="outcome"), Node(id="c", level="outcome"))
    >>> links = (Link(id="k", source="a", target="b"), Link(id="l", source="b", target="c"))
    >>> [n.id for n in first_outcomes(LogicModel(nodes=boxes, links=links), "a")]
    ['b']
    """
    start = find(model.nodes, node_id)
    found: list[Node] = []
    seen = {node_id}
    todo = deque([start] if start else [])
    while todo:
        here = todo.popleft()
        if here.level == "outcome":
            found.append(here)
            continue
        for link in model.links:
            target = find(model.nodes, link.target)
            if link.source == here.id and not link.feedback and target and target.id not in seen:
                seen.add(target.id)
                todo.append(target)
    return tuple(found)


def _with(row: ThreadRow, *, gap: str = "", **changes: object) -> ThreadRow:
    values = {name: getattr(row, name) for name in ThreadRow.__slots__} | changes
    if gap:
        values["gaps"] = (*row.gaps, gap)
    return ThreadRow(**values)
