"""Whether what is published is enough for a need: a verdict with its reasons and remedies, tested on the figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import inf, isfinite

from workbench.domain import words
from workbench.domain.catalogue import Dataset
from workbench.domain.criteria import Case, Criterion, Status, all_criteria, case_of, error_of, months_between
from workbench.domain.figures import Library
from workbench.domain.held import Held, coarser
from workbench.domain.need import Need
from workbench.domain.rows import has_interval, vintages_of

__all__ = ["PHRASES", "Criterion", "Status", "Verdict", "WhatIf", "assess", "assess_all", "what_if"]

PHRASES: Mapping[Status, str] = {
    "met": "Enough as published",
    "partly": "Enough if adapted",
    "not met": "Not enough",
    "unknown": "Cannot tell yet",
}

ORDER: Sequence[Status] = ("not met", "unknown", "partly", "met")
"""From the least to the most that published figures do for a need."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether published figures are enough for one need.

    Attributes
    ----------
    need_id : str
    status : str
        ``met``, ``partly``, ``not met`` or ``unknown``.
    phrase : str
        The status as a phrase, from :data:`PHRASES`.
    dataset : Dataset or None
        The data set that does most for the need.
    source_label : str
        That data set, level and period in a few words; empty when there is none.
    reason, remedy : str
        Sentences, computed from the figures.
    criteria : tuple of Criterion
    evidence : mapping of str to number or str
        The numbers the reason rests on.
    """

    need_id: str
    status: Status
    phrase: str
    dataset: Dataset | None
    source_label: str
    reason: str
    remedy: str
    criteria: tuple[Criterion, ...]
    evidence: Mapping[str, float | int | str]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """One thing less asked for, the need with it, and the verdict it would get."""

    label: str
    need: Need
    verdict: Verdict


def assess(need: Need, library: Library, as_of: date) -> Verdict:
    """Test one need against every data set that is about its measure, and give the best verdict.

    Parameters
    ----------
    need : Need
    library : Library
    as_of : datetime.date
        The day on which figures are counted as fresh or not.

    Returns
    -------
    Verdict
        ``met`` when every criterion is; ``partly`` when what falls short can be mended with published figures;
        ``not met`` when something cannot; ``unknown`` when something needed is not stated or not held.
    """
    return _assess(need, library, as_of, Held(library, need.measure, need.area))


def assess_all(needs: Iterable[Need], library: Library, as_of: date) -> tuple[Verdict, ...]:
    """A verdict for each need, in their order."""
    return tuple(assess(need, library, as_of) for need in needs)


def what_if(need: Need, library: Library, as_of: date) -> tuple[WhatIf, ...]:
    """What asking for less would do: each single relaxation that gives a better verdict.

    Returns
    -------
    tuple of WhatIf
        A coarser level, twice the tolerance, fewer splits, figures of any age. Empty when the need is about
        individuals, or when no single one of these helps.
    """
    if _wants_individuals(need):
        return ()
    held = Held(library, need.measure, need.area)
    now = ORDER.index(_assess(need, library, as_of, held).status)
    tried = (WhatIf(label, less, _assess(less, library, as_of, held)) for label, less in _relaxed(need, held))
    return tuple(offer for offer in tried if ORDER.index(offer.verdict.status) > now)


# --- the verdict ------------------------------------------------------------------------------------------------------


def _wants_individuals(need: Need) -> bool:
    return need.level == "individual" or need.unit == "individual records"


def _assess(need: Need, library: Library, as_of: date, held: Held) -> Verdict:
    if _wants_individuals(need):
        return _verdict(
            need,
            (
                Criterion(
                    "individuals",
                    "not met",
                    "Statistics cannot say which people.",
                    "It goes on to step 4, the request, once lighter routes are ruled out.",
                ),
            ),
        )
    unstated = _unstated(need, library)
    if unstated:
        return _verdict(need, unstated)
    about = [d for d in library.datasets if d.measure == need.measure]
    if not about and not held.levels:
        said = "No data set in the catalogue is about this and no figure is held, which is no proof that none exists."
        return _verdict(need, (Criterion("measure", "unknown", said, "Choose a measure, or bring in a file."),))
    candidates: list[Dataset | None] = [*about] or [None]
    cases = [case_of(need, dataset, held, as_of) for dataset in candidates]
    verdicts = [_verdict(need, all_criteria(case), case) for case in cases]
    # The first of equals: the order of the catalogue is kept.
    return max(verdicts, key=lambda v: (ORDER.index(v.status), sum(c.status == "met" for c in v.criteria)))


def _unstated(need: Need, library: Library) -> tuple[Criterion, ...]:
    wanted = (
        ("measure", need.measure, "what is to be measured", "Choose a measure."),
        ("level", need.level, "the smallest area wanted", "Choose a level."),
        ("area", need.area, "which area it is about", "Choose an area."),
        ("unit", need.unit, "whether a count or a rate is wanted", "Choose a count or a rate."),
    )
    found = [
        Criterion(name, "unknown", f"The need does not say {what}.", remedy)
        for name, given, what, remedy in wanted
        if not given
    ]
    if need.area and need.area not in library.areas.areas:
        said = f"The area {need.area} is not held."
        found.append(Criterion("area", "unknown", said, "Check the code, or bring in figures for it."))
    return tuple(found)


def overall(criteria: Sequence[Criterion]) -> Status:
    """The verdict that a set of criteria adds up to.

    One that cannot be mended decides; else one that is not known; else one that can be mended.
    """
    statuses = {c.status for c in criteria}
    for status in ("not met", "unknown", "partly"):
        if status in statuses:
            return status
    return "met"


def _verdict(need: Need, criteria: tuple[Criterion, ...], case: Case | None = None) -> Verdict:
    status = overall(criteria)
    deciding = [c for c in criteria if c.status == status] if status != "met" else []
    told = deciding[:2] or [c for c in criteria if c.name in ("coverage", "precision", "freshness")]
    return Verdict(
        need_id=need.id,
        status=status,
        phrase=PHRASES[status],
        dataset=case.dataset if case else None,
        source_label=_source_label(case),
        reason=" ".join(dict.fromkeys(c.reason for c in told)),
        remedy=" ".join(dict.fromkeys(c.remedy for c in told if c.remedy)),
        criteria=criteria,
        evidence=_evidence(case),
    )


def _source_label(case: Case | None) -> str:
    if case is None:
        return ""
    title = case.dataset.title.split(", by ")[0] if case.dataset else "Figures brought in"
    if not case.rows:
        return case.dataset.title if case.dataset else title
    row = case.rows[0]
    year = vintages_of(case.rows, case.level)
    drawn = f"{case.level} ({year} boundaries)" if year else case.level
    return f"{title}, {drawn}, {words.period(row['period_start'], row['period_end'])}"


def _evidence(case: Case | None) -> Mapping[str, float | int | str]:
    if case is None or not case.rows:
        return {}
    coverage = case.held.coverage(case.level)
    errors = [error_of(row) for row in case.rows]
    row = case.rows[0]
    found: dict[str, float | int | str] = {
        "level": case.level,
        "period": words.period(row["period_start"], row["period_end"]),
        "age_months": months_between(row["period_end"], case.as_of),
        "areas": coverage.of,
        "areas_with_figure": coverage.usable,
        "areas_suppressed": coverage.suppressed,
        "areas_missing": coverage.missing,
        "areas_absent": coverage.absent,
        "error_is": "half-width of the published interval" if has_interval(row) else "bound of rounding",
    }
    known = [e for e in errors if e < inf]
    if known:
        found |= {
            "smallest_error": min(known),
            "largest_error": max(known),
            "areas_error_unknown": len(errors) - len(known),
        }
    if case.need.precision is not None:
        found["share_within"] = sum(e <= case.need.precision for e in errors) / len(errors)
    return found


# --- what asking for less would do ------------------------------------------------------------------------------------


def _relaxed(need: Need, held: Held) -> list[tuple[str, Need]]:
    offers = [
        (f"{words.plural(level, len(held.latest(level)))}, not {words.plural(need.level)}", need.with_(level=level))
        for level in coarser(need.level)
        if level in held.levels
    ]
    if need.precision is not None and isfinite(2 * need.precision):
        unit = "%" if need.unit == "count" else " points"
        offers.append((f"±{words.decimal(2 * need.precision)}{unit}", need.with_(precision=2 * need.precision)))
    if len(need.breakdowns) > 1:
        offers += [
            (f"without {dropped}", need.with_(breakdowns=tuple(b for b in need.breakdowns if b != dropped)))
            for dropped in need.breakdowns
        ]
    if need.breakdowns:
        offers.append((f"without the split by {words.listed(need.breakdowns)}", need.with_(breakdowns=())))
    if need.max_age_months is not None:
        offers.append(("figures of any age", need.with_(max_age_months=None)))
    return offers
