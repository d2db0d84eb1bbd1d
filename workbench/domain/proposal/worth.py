"""Sections on what it is worth and whether it will work: costs and benefits, customers, risks, time, evaluation."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.domain import words
from workbench.domain.appraisal.appraise import OptionResult, Results
from workbench.domain.document import Align, Run
from workbench.domain.logic_model import Node
from workbench.domain.money import financial_year, pounds
from workbench.domain.proposal.case import SENSITIVITY, pictures
from workbench.domain.proposal.outline import GUIDE
from workbench.domain.proposal.writing import (
    NOT_SAID,
    Case,
    Heading,
    Piece,
    bullets,
    care,
    cares,
    missing,
    numbered,
    para,
    table,
)


def value(case: Case) -> Iterator[Piece]:
    """The options against doing nothing, to whom, and how sure."""
    results = case.evidence.results
    if results is None:
        yield missing("The costs and benefits cannot be worked out yet (step 5).")
        for fault in case.evidence.appraisal_faults:
            yield missing(f"{fault.message} {fault.remedy}".strip())
        return
    yield from _options(case, results)
    best = results.preferred
    if best is None:
        yield missing("No option is marked as preferred. Choose one (step 5).")
    else:
        yield from _who(best)
    yield from pictures(case, "value")
    yield from _effects(case)
    yield from _sensitivity(case)


def _options(case: Case, results: Results) -> Iterator[Piece]:
    described = [o for o in case.project.appraisal.options if o.description.strip()]
    if described:
        yield para("The options compared:")
        yield from bullets((Run(f"{o.name}: ", strong=True), Run(o.description.strip())) for o in described)
    base = f" (“{results.baseline_name}”)" if results.baseline_name else ""
    yield para(
        f"Each option is compared with doing nothing{base}, over {results.horizon} years from "
        f"{financial_year(results.first_year)}, in prices of {financial_year(results.price_year)}, discounted: "
        f"{results.schedule}. {results.timing}",
        *results.citations,
    )
    if results.options:
        yield table(
            "Options against doing nothing: public value, present values",
            (
                ("Option", 22),
                ("Costs", 12, "right"),
                ("Benefits", 12, "right"),
                ("Net present value (lowest to highest)", 30, "right"),
                ("Benefit–cost ratio", 11, "right"),
                ("Transfers, not counted", 13, "right"),
            ),
            [_option_row(o) for o in results.options],
        )
        yield care(
            "A ratio is not a pass mark and is not compared across places. Read it with the net present value and with "
            "what is not put into money. The lowest and highest take every line at its worst and best at once; "
            "optimism bias is left as it is in the central case."
        )
    yield from cares(
        "Take care. The totals rest on these limits:",
        [*results.notes, *(f"{f.message} {f.remedy}".strip() for f in case.evidence.appraisal_faults)],
    )


def _option_row(o: OptionResult) -> tuple[str, ...]:
    ratio = "No costs" if o.bcr is None else f"{o.bcr:.2f}"
    npv = f"{pounds(o.npv)}\n({pounds(o.npv_low)} to {pounds(o.npv_high)})"
    name = f"{o.name}{' (preferred)' if o.preferred else ''}"
    return name, pounds(o.pv_costs), pounds(o.pv_benefits), npv, ratio, pounds(o.pv_transfers)


def _who(best: OptionResult) -> Iterator[Piece]:
    money: tuple[tuple[str, int, Align], ...] = (
        ("Costs", 18, "right"),
        ("Benefits", 18, "right"),
        ("Net, without transfers", 18, "right"),
        ("Transfers", 16, "right"),
    )
    yield table(
        f"Who pays and who gains: {best.name}, present values",
        (("Party", 30), *money),
        [
            (t.name, pounds(t.pv_costs), pounds(t.pv_benefits), pounds(t.net), pounds(t.pv_transfers))
            for t in best.parties
        ],
    )
    yield table(
        f"The same by kind of value: {best.name}",
        (("Kind", 30), *money),
        [
            (t.name.capitalize(), pounds(t.pv_costs), pounds(t.pv_benefits), pounds(t.net), pounds(t.pv_transfers))
            for t in best.perspectives
            if t.pv_costs or t.pv_benefits or t.pv_transfers
        ],
    )


def _effects(case: Case) -> Iterator[Piece]:
    effects = case.project.appraisal.effects
    names = {o.id: o.name for o in case.project.appraisal.options}
    yield Heading("What is not put into money")
    if not effects:
        yield missing("No effect without a price is named. Say what cannot be put into money, or that there is none.")
        return
    yield table(
        "Effects that stand beside every total",
        (("Effect", 36), ("Cost or benefit", 14), ("To whom", 18), ("How large", 18), ("Option", 14)),
        [(e.label, e.direction.capitalize(), e.who, e.size, names.get(e.option_id, "All")) for e in effects],
    )


def _sensitivity(case: Case) -> Iterator[Piece]:
    found = case.evidence.sensitivity
    if found is None:
        yield from pictures(case, SENSITIVITY)
        yield missing("It has not been worked out how far the result moves when the assumptions do (step 5).")
        return
    yield Heading("What would have to change")
    if found.switching:
        yield table(
            f"The net present value of {found.name} would be nil if, all else unchanged",
            (("Line", 46), ("What would have to happen", 54)),
            [(s.label, words.sentence(s.words)) for s in found.switching],
        )
    yield from pictures(case, SENSITIVITY)
    if found.rows:
        yield table(
            f"Net present value of {found.name} when one assumption moves and the others stay",
            (
                ("Assumption", 34),
                ("At its low value", 16),
                ("Net present value", 17, "right"),
                ("At its high value", 16),
                ("Net present value", 17, "right"),
            ),
            [(r.label, r.low_input, pounds(r.low), r.high_input, pounds(r.high)) for r in found.rows],
        )
    if found.discounting:
        yield table(
            f"Net present value of {found.name} at other discount rates",
            (("Discount rates", 74), ("Net present value", 26, "right")),
            [(f"{d.title}{'' if d.in_force else ' (not in force)'}", pounds(d.npv)) for d in found.discounting],
        )


# --- customers and proportion -----------------------------------------------------------------------------------------


def customers(case: Case) -> Iterator[Piece]:
    """What customers gain and may suffer."""
    model = case.project.logic_model
    gains = [n for n in model.nodes if n.level in ("outcome", "impact")]
    if gains:
        yield para("If it works, this changes for the people it is about:")
        yield from bullets(n.label for n in gains if n.label.strip())
    else:
        yield missing("The logic model names no outcome, so the benefit to customers is not described (step 3).")
    if model.unintended_effects.strip():
        yield para((Run("Detriment that could follow: ", strong=True), Run(model.unintended_effects.strip())))
    else:
        yield missing(
            "It is not said what detriment customers could suffer. Name it, or say why there is none (step 3)."
        )


def proportionality(case: Case) -> Iterator[Piece]:
    """How much is asked for, against what it costs and brings."""
    request, results = case.project.request, case.evidence.results
    yield para(
        "DWP’s guide (section 8) asks why the proposal is proportionate in its costs and in its benefit to the public.",
        GUIDE,
    )
    people = f" about {request.people_count:,} people" if request.people_count is not None else ""
    if request.items:
        count = words.counted(len(request.items), "data item", spelt=True)
        yield para(words.sentence(f"{count}{people} would be shared"))
    best = results.preferred if results else None
    if results and best:
        dwp = [t for t in best.parties if "DWP" in t.name or "Jobcentre" in t.name]
        borne = f" Of the costs, {pounds(sum(t.pv_costs for t in dwp))} would fall on DWP." if dwp else ""
        yield para(
            f"{best.name} would cost {pounds(best.pv_costs)} and bring {pounds(best.pv_benefits)} in public value over "
            f"{results.horizon} years (present values against doing nothing), a net {pounds(best.npv)}.{borne}"
        )
        if not dwp:
            yield missing("No cost to DWP is estimated. DWP weighs its own resource cost (step 5).")
    else:
        yield missing("Without an appraised, preferred option the costs cannot be set against the benefit (step 5).")
    if not case.project.prose_for("proportionality").strip():
        yield missing("It is not said in your own words why this much data is right for this good (step 6).")


# --- risks, time, evaluation ------------------------------------------------------------------------------------------


def risks(case: Case) -> Iterator[Piece]:
    """What could go wrong."""
    model = case.project.logic_model
    names = {n.id: n.label or n.id for n in model.nodes}
    found = [link for link in model.links if link.risk.strip()]
    if found:
        yield table(
            "What could go wrong, and what each risk bears on",
            (("Risk", 36), ("Where in the theory of change", 34), ("What is assumed there", 30)),
            [
                (x.risk, f"{names.get(x.source, x.source)} → {names.get(x.target, x.target)}", x.assumption)
                for x in found
            ],
        )
    else:
        yield missing("No risk is named. Say for each link of the logic model what could go wrong (step 3).")
    for label, text in (
        ("What outside the service bears on it: ", model.external_factors),
        ("Unintended effects: ", model.unintended_effects),
    ):
        if text.strip():
            yield para((Run(label, strong=True), Run(text.strip())))


STAGES = (
    "Involve an analyst to frame the objectives and the options.",
    "Engage local DWP colleagues, in most places Jobcentre Plus, in support of them.",
    "Send the proposal. There may be others waiting, and DWP may ask for more information or changes.",
    "DWP may refer it to solicitors, who need time to consider it.",
    "DWP may refer it to its ethics committee, or to the board of DWP and HMRC that controls longitudinal study data.",
    "Agree the terms: what is sent, how, how often, how long it is kept.",
    "First data received.",
)


def timetable(case: Case) -> Iterator[Piece]:
    """The stages until the data is there."""
    needed = case.project.request.needed_by.strip()
    if needed:
        yield para((Run("The data is needed by: ", strong=True), Run(needed)))
    else:
        yield missing("It is not said by when the data is needed (step 4).")
    yield para(
        "These stages lie between the proposal and the first data. DWP’s guide (section 8) advises applying weeks or "
        "even months ahead. Today’s names of the bodies concerned have not been checked.",
        GUIDE,
    )
    yield numbered(STAGES)
    review = case.project.logic_model.review_date.strip()
    if review:
        yield para((Run("The theory of change is reviewed: ", strong=True), Run(review)))
    if not case.project.prose_for("timetable").strip():
        yield missing("The stages have no dates. Agree them with DWP and write them in step 6.")


def evaluation(case: Case) -> Iterator[Piece]:
    """How it will be seen whether it worked."""
    model = case.project.logic_model
    outcomes = [n for n in model.nodes if n.level in ("outcome", "impact")]
    measured = [n for n in model.nodes if n.indicator.strip()]
    shares = [x for x in case.project.appraisal.lines if x.direction == "benefit"]
    if shares:
        yield para(
            "What would have happened anyway is taken off each benefit; annex B gives the share that is counted."
        )
    if measured:
        yield table(
            "How it will be seen whether it worked",
            (
                ("Outcome and indicator", 28),
                ("Baseline", 14),
                ("Target", 14),
                ("Source", 16),
                ("Who measures, by when", 15),
                ("Serves", 13),
            ),
            [_indicator(n) for n in measured],
        )
    for node in outcomes:
        if not node.indicator.strip():
            yield missing(
                f"“{node.label or node.id}” has no indicator, so nobody could tell whether it happened (step 3)."
            )
    if not outcomes:
        yield missing("There is no outcome to measure yet (step 3).")
    if not case.project.prose_for("evaluation").strip():
        yield missing("It is not said how the result will be compared with what would have happened anyway (step 6).")


def _indicator(node: Node) -> tuple[str, ...]:
    who = ", ".join(text for text in (node.owner.strip(), node.measured_by.strip()) if text)
    return (
        f"{node.label}: {node.indicator}",
        node.baseline.strip() or NOT_SAID,
        node.target.strip() or NOT_SAID,
        node.indicator_source.strip() or NOT_SAID,
        who or NOT_SAID,
        node.indicator_use.capitalize(),
    )
