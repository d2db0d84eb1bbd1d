"""What was computed from the project, handed in, so that building the document stays a pure function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.domain.appraisal.appraise import Results
from workbench.domain.appraisal.sensitivity import Sensitivity
from workbench.domain.findings import Finding
from workbench.domain.provenance import Citation
from workbench.domain.review import ConsiderationQuestion, ReviewFinding
from workbench.domain.sufficiency import Verdict
from workbench.domain.thread import ThreadRow
from workbench.domain.triage import Triage
from workbench.errors import Fault


@dataclass(frozen=True, slots=True)
class PictureRef:
    """A picture that whoever writes the file will be given by its id.

    Attributes
    ----------
    id : str
    caption : str
        A sentence that the figures support.
    alt : str
    source : str
        Source, period, population and interval, in one line.
    citations : tuple of Citation
    section : str
        Where it stands; empty: where pictures of its id usually stand, else with the published data.
    """

    id: str
    caption: str
    alt: str
    source: str = ""
    citations: tuple[Citation, ...] = ()
    section: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """What published figures show, as a computed sentence.

    Attributes
    ----------
    text : str
    citations : tuple of Citation
        At least one.
    caveats : tuple of str
        Each begins “Take care.”
    """

    text: str
    citations: tuple[Citation, ...]
    caveats: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.citations:
            raise ValueError(f"A statement without a source: “{self.text}”")


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Everything computed that the proposal tells.

    Attributes
    ----------
    verdicts : tuple of Verdict
        What published figures do for each need.
    statements : tuple of Statement
        What published figures show of the problem.
    triage : Triage or None
    results : Results or None
        Of the appraisal; None when it cannot be computed, and then ``appraisal_faults`` says why.
    sensitivity : Sensitivity or None
    appraisal_faults : tuple of Fault
    model_findings, request_findings : tuple of Finding
    review : tuple of ReviewFinding
    considerations : tuple of ConsiderationQuestion
        What DWP will weigh.
    thread : tuple of ThreadRow
    pictures : tuple of PictureRef
    citations : tuple of Citation
        Further sources that were used.
    stale : mapping of str to str
        By section id: what changed since that part was computed, as a sentence.
    """

    verdicts: tuple[Verdict, ...] = ()
    statements: tuple[Statement, ...] = ()
    triage: Triage | None = None
    results: Results | None = None
    sensitivity: Sensitivity | None = None
    appraisal_faults: tuple[Fault, ...] = ()
    model_findings: tuple[Finding, ...] = ()
    request_findings: tuple[Finding, ...] = ()
    review: tuple[ReviewFinding, ...] = ()
    considerations: tuple[ConsiderationQuestion, ...] = ()
    thread: tuple[ThreadRow, ...] = ()
    pictures: tuple[PictureRef, ...] = ()
    citations: tuple[Citation, ...] = ()
    stale: Mapping[str, str] = field(default_factory=dict)

    def verdict(self, need_id: str) -> Verdict | None:
        """The verdict on one need, or None when it has not been tested."""
        return next((v for v in self.verdicts if v.need_id == need_id), None)
