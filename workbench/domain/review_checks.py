"""The checks of a review that look at a project themselves: what each would ask.

Texts are searched for the names of Acts, sections and articles. That finds what is not named; it cannot tell whether
what is named is right. That is a question for a solicitor.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from workbench.domain import words
from workbench.domain.appraisal.appraise import Results
from workbench.domain.findings import Finding
from workbench.domain.project import Project
from workbench.domain.request import DataRequest
from workbench.domain.sufficiency import Verdict

Weight = Literal["blocks", "weakens", "fine"]

REVIEW_WEEKS = 12
"""Weeks that a review should be given at least: the guide says “weeks or even months”."""


@dataclass(frozen=True, slots=True)
class Case:
    """What every check looks at."""

    project: Project
    verdicts: Sequence[Verdict]
    results: Results | None
    findings: Sequence[Finding]
    as_of: date

    @property
    def wants_data(self) -> bool:
        """Whether anything is asked for at all."""
        return self.project.request != DataRequest()


Asked = tuple[Weight, str, str, str]
"""Weight, message, remedy and where."""


CONSIDERED: dict[str, tuple[tuple[str, str], ...]] = {
    "R01": (("C01", "what the purpose is"),),
    "R06": (("C02", "what power lets DWP give you the data"),),
    "R25": (("C03", "whether the share is in proportion"),),
    "R14": (("C04", "whether it is the least data"),),
    "R20": (("C05", "whether people gain or lose by it"),),
    "R26": (("C06", "whether the cost to DWP is reasonable"),),
    "R27": (("C07", "whether DWP has the capacity"), ("C08", "what precedent it would set")),
    "R34": (("C09", "whether the use fits what people were told"),),
    "R31": (("C10", "whether all who handle the data do so properly"),),
    "R30": (("C11", "whether the data is passed on"),),
}
"""The considerations that each check asks about, as the end of a sentence."""


# --- frame and figures ------------------------------------------------------------------------------------------------


def _r01(case: Case) -> Iterator[Asked]:
    frame = case.project.frame
    text = f"{frame.problem} {frame.change}"
    count = len(text.split())
    if not frame.problem.strip() or not frame.change.strip():
        yield (
            "blocks",
            "The purpose is not stated.",
            "Say what is wrong, and what would be done differently.",
            "frame/change",
        )
    elif count < 40:
        message = f"The purpose is {count} words long, which is too short to be specific."
        yield "weakens", message, "Say what is wrong, how large it is, and what would be done.", "frame/problem"
    elif count > 250:
        yield "weakens", f"The purpose is {count} words long.", "Cut it to 250 words at most.", "frame/problem"
    elif not re.search(r"\d", frame.problem):
        yield (
            "weakens",
            "The size of the problem is not given.",
            "Give a published figure with its source.",
            "frame/problem",
        )


def _r03(case: Case) -> Iterator[Asked]:
    if not case.project.needs:
        yield "blocks", "No need is stated.", "Say what you need to know, and test it.", "needs"
    tested = {v.need_id: v for v in case.verdicts}
    for need in case.project.needs:
        verdict = tested.get(need.id)
        question = need.question.strip() or "A need without a question"
        if verdict is None or verdict.status == "unknown":
            message = f"“{question}” has not been settled against published figures."
            yield "weakens", message, verdict.remedy if verdict else "Test it.", f"needs/{need.id}"


def _r44(case: Case) -> Iterator[Asked]:
    if not any(p.kind == "DWP or Jobcentre Plus" for p in case.project.frame.partners):
        message = "Neither DWP nor Jobcentre Plus is among the partners."
        yield "weakens", message, "Talk to local Jobcentre Plus colleagues before you write further.", "frame/partners"


# --- power and lawful basis -------------------------------------------------------------------------------------------

_POWER = "request/legal_power"
_ACT = re.compile(r"\bAct\s+(19|20)\d\d\b", re.IGNORECASE)
_SECTION = re.compile(r"\b(s|ss|section|sections)\.?\s*\d+", re.IGNORECASE)


def _says(text: str, pattern: str) -> bool:
    return re.search(pattern, text, re.IGNORECASE) is not None


def _r06(case: Case) -> Iterator[Asked]:
    power = case.project.request.legal_power
    if not power.strip():
        yield "blocks", "No power to share is named.", "Name the Act and section, or consent. Ask a solicitor.", _POWER
        return
    named = _ACT.search(power) and _SECTION.search(power)
    if not named and not _says(power, r"\bconsent\b"):
        yield (
            "blocks",
            "The power to share is named without its Act and section.",
            "Name both. Ask a solicitor.",
            _POWER,
        )
    receiving = {p.kind for p in case.project.frame.partners if p.receives_data == "yes"}
    only_131 = _says(power, r"\b131\b") and not _says(power, r"Digital Economy Act")
    if "combined authority" in receiving and only_131:
        message = (
            "Welfare Reform Act 2012 section 131 lists councils; no combined authority is in the list that was read."
        )
        yield "blocks", message, "Let a council receive the data, or look for another power. Ask a solicitor.", _POWER
    if receiving & {"charity", "provider", "other"} and not _says(power, r"provider"):
        message = "A body that is not a public authority would receive data, and nothing is said of how it comes in."
        yield "weakens", message, "Say whose services it provides, or leave it out. Ask a solicitor.", _POWER


def _r07(case: Case) -> Iterator[Asked]:
    many = (case.project.request.people_count or 2) > 1
    if many and _says(case.project.request.legal_power, r"\bcommon law\b"):
        message = "Common law is named as a power for data about many people."
        yield "blocks", message, "It serves single cases only. Look for a power in an Act. Ask a solicitor.", _POWER


def _r08(case: Case) -> Iterator[Asked]:
    power = case.project.request.legal_power
    for pattern, section in (
        (r"\b122D\b", "section 122D"),
        (r"2012[^.]*\b(s|ss|section|sections)\.?\s*130\b", "section 130"),
    ):
        if _says(power, pattern):
            message = f"{section.capitalize()} is named; it brings data to DWP, not from it."
            yield "blocks", message, "Look for a power that runs the other way. Ask a solicitor.", _POWER


def _r09(case: Case) -> Iterator[Asked]:
    if not _says(case.project.request.lawful_basis, r"\bart(icle|\.)?\s*6\s*\(1\)\s*\([a-f]+\)"):
        message = "No lawful basis under Article 6(1) of the UK GDPR is named."
        remedy = "Name it, and the law it rests on. A power to share is not a lawful basis."
        yield "blocks", message, remedy, "request/lawful_basis"


def _r50(case: Case) -> Iterator[Asked]:
    if not _says(case.project.request.legal_power, r"\b123\s*\(9\)\s*\([a-e]\)"):
        message = "The bar on disclosure is not answered: no head of section 123(9) is named."
        remedy = "Say which of (a) to (e) of the Social Security Administration Act 1992 lifts it. Ask a solicitor."
        yield "weakens", message, remedy, _POWER


# --- the terms of the request -----------------------------------------------------------------------------------------


def _unsaid(field: str, message: str, remedy: str) -> Callable[[Case], Iterator[Asked]]:
    def asked(case: Case) -> Iterator[Asked]:
        if not getattr(case.project.request, field).strip():
            yield "blocks", message, remedy, f"request/{field}"

    return asked


def _r43(case: Case) -> Iterator[Asked]:
    text = case.project.request.needed_by.strip()
    path = "request/needed_by"
    needed = _day(text)
    if not text:
        yield "weakens", "It is not said by when the data is needed.", "Give a date.", path
    elif needed is None:
        yield "weakens", f"“{text}” cannot be read as a date.", "Write it as 1 October 2027.", path
    elif needed < case.as_of:
        yield "blocks", f"The data is needed by {text}, which is past.", "Give a date ahead.", path
    elif needed < case.as_of + timedelta(weeks=REVIEW_WEEKS):
        weeks = words.counted((needed - case.as_of).days // 7, "week", spelt=True)
        message = f"The data is needed in {weeks}. A review can take months."
        yield "weakens", message, "Start later, or ask now what DWP could do sooner.", path


def _day(text: str) -> date | None:
    for form in ("%d %B %Y", "%Y-%m-%d", "%d/%m/%Y", "%d %b %Y"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


# --- benefits and costs -----------------------------------------------------------------------------------------------


def _r04(case: Case) -> Iterator[Asked]:
    others = {o.kind for o in case.project.appraisal.options} - {"do nothing", "data share", "other"}
    if len(others) < 2:
        message = f"{'Only one' if others else 'No'} other way to the same end is weighed."
        remedy = (
            "Add published figures, consent, partner data or an ad-hoc table as options, with what they would bring."
        )
        yield "weakens" if others else "blocks", message, remedy, "appraisal/options"


def _r23(case: Case) -> Iterator[Asked]:
    lines = [x for x in case.project.appraisal.lines if x.direction == "benefit"]
    for line in lines:
        name, path = f"“{line.label.strip() or 'A line without words'}”", f"appraisal/lines/{line.id}"
        if line.unit_low == line.unit_high:
            yield "weakens", f"{name} is a point, not a range.", "Give a low and a high value.", path
        if line.status == "guess":
            yield "weakens", f"{name} is a guess.", "Find a source, or give the reason for it.", path
        if not line.outcome_id:
            yield "weakens", f"{name} values no outcome of the logic model.", "Say which outcome it values.", path


def _r25(case: Case) -> Iterator[Asked]:
    if not case.project.appraisal.options:
        yield (
            "blocks",
            "Costs and benefits are not set side by side.",
            "Add options and their lines in step 5.",
            "appraisal",
        )
    elif case.results is None:
        yield "blocks", "Costs and benefits cannot be added up yet.", "Put right what step 5 says.", "appraisal"
    elif case.results.preferred is None:
        yield "weakens", "No option is marked as preferred.", "Mark the one you would choose.", "appraisal/options"
    elif case.results.preferred.npv < 0:
        message = f"“{case.results.preferred.name}” costs more than it brings, at central values."
        yield "weakens", message, "Say what is not in the sum, or choose another option.", "appraisal/options"
    elif case.results.preferred.npv_low < 0:
        message = f"“{case.results.preferred.name}” could cost more than it brings, at the low end."
        yield "weakens", message, "Say what the result turns on, and how you will find out.", "appraisal/options"


def _r26(case: Case) -> Iterator[Asked]:
    shares = {o.id for o in case.project.appraisal.options if o.kind in ("data share", "ad-hoc table")}
    costs = [x for x in case.project.appraisal.lines if x.option_id in shares and x.direction == "cost"]
    dwps = [x for x in costs if _says(f"{x.who} {x.label}", r"\bDWP\b|Work and Pensions|Jobcentre")]
    if shares and not any(x.unit_central > 0 for x in dwps):
        message = "No cost to DWP is counted."
        yield "weakens", message, "Ask DWP. No published charge was found; mark a guess as one.", "appraisal/lines"
    for line in dwps:
        if line.status == "guess":
            message = f"“{line.label.strip() or 'The cost to DWP'}” is a guess."
            yield "weakens", message, "Ask DWP for its own estimate.", f"appraisal/lines/{line.id}"


OWN: dict[str, Callable[[Case], Iterator[Asked]]] = {
    "R01": _r01,
    "R03": _r03,
    "R04": _r04,
    "R06": _r06,
    "R07": _r07,
    "R08": _r08,
    "R09": _r09,
    "R23": _r23,
    "R25": _r25,
    "R26": _r26,
    "R30": _unsaid("onward", "It is not said whether the data is passed on.", "Name each third party, or say none."),
    "R31": _unsaid("security", "It is not said how the data is kept safe.", "Say how it is sent, stored and seen."),
    "R34": _unsaid("transparency", "It is not said what people are told.", "Say what, when and how."),
    "R43": _r43,
    "R44": _r44,
    "R50": _r50,
}
"""Checks that look at the project themselves; the others rest on findings they cover."""
