"""What a reviewer will ask: the checks that can be computed, the gravest first. Never a score.

The checks are in ``reference/rubric.yaml``, each with its source. No count of them says whether DWP will agree, and
nothing here is legal advice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from workbench.domain.appraisal.appraise import Results
from workbench.domain.base import Entity
from workbench.domain.minimisation import FieldKind, Verification, check_request
from workbench.domain.model_checks import check
from workbench.domain.project import Project, find
from workbench.domain.provenance import Citation
from workbench.domain.request import ConsiderationStatus, DataRequest
from workbench.domain.review_checks import CONSIDERED, OWN, Asked, Case, Weight
from workbench.domain.sufficiency import Verdict

__all__ = [
    "ConsiderationQuestion",
    "ConsiderationsStatus",
    "ReviewFinding",
    "RubricCheck",
    "considerations_status",
    "review",
]

Step = Literal["frame", "figures", "logic", "request", "costs", "proposal"]
WEIGHTS: tuple[Weight, ...] = ("blocks", "weakens", "fine")


class ConsiderationQuestion(Entity):
    """One thing DWP weighs before it approves a share, as a question.

    Attributes
    ----------
    bullet : int
        1 to 10: the point of the guide's section 6 that it belongs to. The fourth holds two questions.
    question, looks_for, hint : str
        The question; what DWP will look for in the answer; how to begin.
    rubric : tuple of str
        Review checks that bear on it.
    citation : Citation
    verification : str
    checked : datetime.date
    """

    bullet: int
    question: str
    looks_for: str
    hint: str
    rubric: tuple[str, ...] = ()
    citation: Citation
    verification: Verification
    checked: date


class RubricCheck(Entity):
    """One check of a reviewer.

    Attributes
    ----------
    theme : str
    step : str
        Key of the step where it is put right.
    holds : str
        What must hold, as a sentence.
    covers : tuple of str
        Keys of findings that bear on it.
    citation : Citation
    verification : str
    checked : datetime.date
    """

    theme: str
    step: Step
    holds: str
    covers: tuple[str, ...] = ()
    citation: Citation
    verification: Verification
    checked: date


@dataclass(frozen=True, slots=True)
class ReviewFinding:
    """What one check found.

    Attributes
    ----------
    check : str
        Id of the check, for example ``R14``.
    weight : {"blocks", "weakens", "fine"}
    message, remedy : str
        For a check that is fine the message is what holds, and there is nothing to do.
    step : str
        Key of the step where it is put right.
    where : str
        Path of the field or entity, as in :func:`workbench.domain.project.flatten`; empty for a whole step.
    """

    check: str
    weight: Weight
    message: str
    remedy: str
    step: Step
    where: str = ""


# --- the considerations -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ConsiderationsStatus:
    """Where the answers to DWP's considerations stand, counted in questions.

    Attributes
    ----------
    of : int
    settled, in_hand, open, not_sure, unanswered : int
        They add up to ``of``. An answer without words is unanswered, whatever its status.
    bullets, bullets_settled : int
        The guide's own points; one with two questions is settled when both are.
    """

    of: int
    settled: int
    in_hand: int
    open: int
    not_sure: int
    unanswered: int
    bullets: int
    bullets_settled: int


def considerations_status(
    request: DataRequest, considerations: Sequence[ConsiderationQuestion]
) -> ConsiderationsStatus:
    """Count the answers.

    Parameters
    ----------
    request : DataRequest
    considerations : sequence of ConsiderationQuestion

    Returns
    -------
    ConsiderationsStatus
    """
    stand = {q.id: _stands(request, q.id) for q in considerations}
    bullets = {q.bullet for q in considerations}
    settled = [b for b in bullets if all(stand[q.id] == "settled" for q in considerations if q.bullet == b)]
    counts = {status: sum(s == status for s in stand.values()) for status in ("settled", "in hand", "open", "not sure")}
    return ConsiderationsStatus(
        of=len(stand),
        settled=counts["settled"],
        in_hand=counts["in hand"],
        open=counts["open"],
        not_sure=counts["not sure"],
        unanswered=len(stand) - sum(counts.values()),
        bullets=len(bullets),
        bullets_settled=len(settled),
    )


def _stands(request: DataRequest, question_id: str) -> ConsiderationStatus:
    given = find(request.considerations, question_id)
    return given.status if given and given.answer.strip() else ""


# --- the review -------------------------------------------------------------------------------------------------------


def review(
    project: Project,
    verdicts: Sequence[Verdict],
    results: Results | None,
    *,
    rubric: Sequence[RubricCheck],
    fields: Sequence[FieldKind],
    as_of: date,
) -> tuple[ReviewFinding, ...]:
    """Everything the computed checks would ask, the gravest first, then what they find in order.

    Parameters
    ----------
    project : Project
    verdicts : sequence of Verdict
    results : Results or None
        Of the appraisal; None when there is none or it could not be computed.
    rubric : sequence of RubricCheck
    fields : sequence of FieldKind
    as_of : datetime.date
        The day from which the time left for a review is counted.

    Returns
    -------
    tuple of ReviewFinding
        At least one for each check. Checks of the request are left out while nothing is asked for.
    """
    request = check_request(project.request, project.needs, project.logic_model, fields, verdicts)
    case = Case(project, verdicts, results, (*check(project.logic_model), *request), as_of)
    found: list[ReviewFinding] = []
    for one in rubric:
        if one.step == "request" and not case.wants_data:
            continue
        own = OWN[one.id](case) if one.id in OWN else ()
        asked = [*_covered(one, case), *own, *_considered(one, case)]
        found += [ReviewFinding(one.id, weight, said, remedy, one.step, path) for weight, said, remedy, path in asked]
        if not asked:
            found.append(ReviewFinding(one.id, "fine", one.holds, "", one.step))
    return tuple(sorted(found, key=lambda f: WEIGHTS.index(f.weight)))


def _considered(one: RubricCheck, case: Case) -> Iterator[Asked]:
    for question_id, what in CONSIDERED.get(one.id, ()) if case.wants_data else ():
        if _stands(case.project.request, question_id) in ("", "not sure", "open"):
            remedy = "Answer it in step 4, or say when it will be answered."
            yield "weakens", f"It is still open {what}.", remedy, f"request/considerations/{question_id}"


def _covered(one: RubricCheck, case: Case) -> Iterator[Asked]:
    """Findings of other modules that bear on a check. A note is no objection."""
    for finding in case.findings:
        if finding.check in one.covers and finding.severity != "note":
            yield finding.severity, finding.message, finding.remedy, where(case.project, finding.subject_id)


def where(project: Project, subject_id: str) -> str:
    """The path of whatever a finding is about; empty when it is about a whole.

    Examples
    --------
    >>> from workbench.domain.need import Need
    >>> where(Project(id="p", needs=(Need(id="n1"),)), "n1")
    'needs/n1'
    """
    model = project.logic_model
    for path, entities in (
        ("request/items", project.request.items),
        ("logic_model/nodes", model.nodes),
        ("logic_model/links", model.links),
        ("needs", project.needs),
    ):
        if subject_id and any(e.id == subject_id for e in entities):
            return f"{path}/{subject_id}"
    return ""
