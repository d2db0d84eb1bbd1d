"""How far each of the six steps has got. Nothing is locked: a status informs, it never bars the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from workbench.domain import words
from workbench.domain.appraisal.appraise import Results
from workbench.domain.findings import Finding
from workbench.domain.frame import Frame
from workbench.domain.project import Project
from workbench.domain.request import DataRequest
from workbench.domain.review import ConsiderationQuestion, ReviewFinding, considerations_status, where
from workbench.domain.sufficiency import Verdict
from workbench.domain.triage import frame_faults
from workbench.errors import Fault

StepKey = Literal["frame", "figures", "logic", "request", "costs", "proposal"]
StatusWord = Literal["Completed", "In progress", "Not started", "Cannot start yet", "There is a problem"]

STEPS: tuple[tuple[StepKey, str], ...] = (
    ("frame", "Frame"),
    ("figures", "Published figures"),
    ("logic", "Logic model"),
    ("request", "The request"),
    ("costs", "Costs and benefits"),
    ("proposal", "Proposal"),
)
"""Key and title of the six steps, in order."""


@dataclass(frozen=True, slots=True)
class StepStatus:
    """How far one step has got.

    Attributes
    ----------
    key : str
    number : int
        1 to 6.
    title : str
    status : str
        One of the status words.
    detail : str
        A few words, for example ``4 of 5 needs settled``; may be empty.
    faults : tuple of Fault
        What is missing or wrong, each with the path of its field.
    """

    key: StepKey
    number: int
    title: str
    status: StatusWord
    detail: str = ""
    faults: tuple[Fault, ...] = ()


_State = tuple[StatusWord, str, tuple[Fault, ...]]


def progress(
    project: Project,
    verdicts: Sequence[Verdict],
    *,
    model_findings: Sequence[Finding],
    request_findings: Sequence[Finding],
    considerations: Sequence[ConsiderationQuestion],
    results: Results | None,
    appraisal_faults: Sequence[Fault],
    review_findings: Sequence[ReviewFinding],
) -> tuple[StepStatus, ...]:
    """The status of the six steps, in order.

    Parameters
    ----------
    project : Project
    verdicts : sequence of Verdict
        What published figures do for the needs.
    model_findings, request_findings : sequence of Finding
        From :func:`~workbench.domain.model_checks.check` and :func:`~workbench.domain.minimisation.check_request`.
    considerations : sequence of ConsiderationQuestion
    results : Results or None
        Of the appraisal; None when it could not be computed.
    appraisal_faults : sequence of Fault
    review_findings : sequence of ReviewFinding

    Returns
    -------
    tuple of StepStatus
    """
    states = (
        _frame(project),
        _figures(project, verdicts),
        _logic(project, model_findings),
        _request(project, verdicts, request_findings, considerations),
        _costs(project, results, appraisal_faults),
        _proposal(project, review_findings),
    )
    return tuple(
        StepStatus(key, number, title, *state)
        for number, ((key, title), state) in enumerate(zip(STEPS, states, strict=True), start=1)
    )


def settled(project: Project, verdict: Verdict) -> bool:
    """Whether it is clear what becomes of a need.

    Published figures serve it, as they are or adapted; or a data item of the request answers it; or it asks for
    figures and an ad-hoc table is among the options.
    """
    if verdict.status in ("met", "partly"):
        return True
    if verdict.status == "unknown":
        return False
    if any(verdict.need_id in item.need_ids for item in project.request.items):
        return True
    about_people = any(c.name == "individuals" for c in verdict.criteria)
    return not about_people and any(o.kind == "ad-hoc table" for o in project.appraisal.options)


# --- each step --------------------------------------------------------------------------------------------------------


def _frame(project: Project) -> _State:
    if project.frame == Frame():
        return "Not started", "", ()
    faults = frame_faults(project.frame)
    return ("In progress", _things(len(faults)), faults) if faults else ("Completed", "", ())


def _figures(project: Project, verdicts: Sequence[Verdict]) -> _State:
    if not project.needs:
        return "Not started", "", ()
    tested = {v.need_id: v for v in verdicts}
    faults = []
    for need in project.needs:
        verdict = tested.get(need.id)
        question = need.question.strip() or "A need without a question"
        if verdict is None:
            faults.append(Fault(f"needs/{need.id}", f"“{question}” has not been tested.", "Test it."))
        elif not settled(project, verdict):
            faults.append(Fault(f"needs/{need.id}", f"“{question}” is still open. {verdict.reason}", verdict.remedy))
    of = len(project.needs)
    detail = f"{of - len(faults)} of {words.counted(of, 'need')} settled"
    return ("In progress", detail, tuple(faults)) if faults else ("Completed", detail, ())


def _logic(project: Project, findings: Sequence[Finding]) -> _State:
    if not project.logic_model.nodes:
        return "Not started", "", ()
    return _found(project, findings, "")


def _request(
    project: Project,
    verdicts: Sequence[Verdict],
    findings: Sequence[Finding],
    considerations: Sequence[ConsiderationQuestion],
) -> _State:
    request = project.request
    if request == DataRequest():
        enough = bool(verdicts) and all(v.status in ("met", "partly") for v in verdicts)
        return "Not started", "Published figures may be enough" if enough else "", ()
    stand = considerations_status(request, considerations)
    answered = f"{stand.settled} of {stand.of} questions settled"
    if not request.items:
        fault = Fault("request/items", "No data item is asked for.", "Add the fields you need.")
        return "In progress", answered, (fault,)
    status, detail, faults = _found(project, findings, answered)
    if status == "Completed" and stand.settled < stand.of:
        return "In progress", answered, faults
    return status, detail, faults


def _costs(project: Project, results: Results | None, faults: Sequence[Fault]) -> _State:
    options = project.appraisal.options
    if not options:
        return "Not started", "", ()
    if results is None:
        return "There is a problem", _things(len(faults)), tuple(faults)
    if not project.appraisal.lines:
        fault = Fault("appraisal/lines", "No option has a cost or a benefit.", "Add the lines of each option.")
        return "In progress", "No costs or benefits yet", (*faults, fault)
    return ("In progress", _things(len(faults)), tuple(faults)) if faults else ("Completed", "", ())


def _proposal(project: Project, findings: Sequence[ReviewFinding]) -> _State:
    if project == Project(id=project.id, name=project.name, schema_version=project.schema_version):
        return "Not started", "", ()
    asked = [f for f in findings if f.weight != "fine"]
    if not asked:
        return "Completed", "", ()
    faults = tuple(Fault(f.where or f.step, f.message, f.remedy) for f in asked)
    return "In progress", f"{words.counted(len(asked), 'finding')} to look at", faults


def _found(project: Project, findings: Sequence[Finding], beside: str) -> _State:
    """Status by the gravest finding; a note does not keep a step from being completed."""
    blocks, weakens = (_faults(project, findings, weight) for weight in ("blocks", "weakens"))
    detail = " · ".join(part for part in (_things(len(blocks) + len(weakens)), beside) if part)
    if blocks:
        return "There is a problem", detail, (*blocks, *weakens)
    return ("In progress", detail, weakens) if weakens else ("Completed", detail, ())


def _faults(project: Project, findings: Iterable[Finding], weight: str) -> tuple[Fault, ...]:
    return tuple(Fault(where(project, f.subject_id), f.message, f.remedy) for f in findings if f.severity == weight)


def _things(count: int) -> str:
    return f"{words.counted(count, 'thing')} to look at" if count else ""
