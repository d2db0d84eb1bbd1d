"""What each option costs and brings, by the Green Book: present values against doing nothing, from every side.

Public value is all costs and benefits to society. Money that only moves between parties (a transfer) is no part of it
and is shown apart. Fiscal, economic and social totals stand side by side and are never taken for one another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import fsum
from typing import get_args

from workbench.domain.appraisal.cash_flow import LineResult, Triple, added, line_result, signed
from workbench.domain.appraisal.checks import BASELINE, check_appraisal, refusals
from workbench.domain.appraisal.discounting import TIMING_WORDS, factors
from workbench.domain.appraisal.options import Appraisal, Effect, Line, Option, Perspective
from workbench.domain.money import financial_year
from workbench.domain.parameters import Assumptions
from workbench.domain.project import content_hash
from workbench.domain.provenance import Citation
from workbench.errors import AppraisalError

__all__ = ["OptionResult", "Results", "Total", "YearFlow", "appraise", "check_appraisal"]

NOT_SAID = "Not said"


@dataclass(frozen=True, slots=True)
class YearFlow:
    """One year of an option against doing nothing, in the appraisal's prices.

    Attributes
    ----------
    year : int
        0 is the first.
    label : str
        The financial year, for example ``2026/27``.
    costs, benefits : float
        Not discounted. ``costs_low`` to ``benefits_high``: the same with every unit value at its least and greatest.
    discounted_costs, discounted_benefits : float
    transfers : float
        Not discounted; no part of the others.
    cumulative : float
        Discounted benefits less discounted costs from year 0 to this year; in the last year, the net present value.
    """

    year: int
    label: str
    costs: float
    costs_low: float
    costs_high: float
    benefits: float
    benefits_low: float
    benefits_high: float
    discounted_costs: float
    discounted_benefits: float
    transfers: float
    cumulative: float

    @property
    def net(self) -> float:
        """Benefits less costs of the year, not discounted."""
        return self.benefits - self.costs


@dataclass(frozen=True, slots=True)
class Total:
    """Present values seen from one side: a perspective, or a party that pays and gains.

    Attributes
    ----------
    name : str
    pv_costs, pv_benefits : float
        Transfers left out.
    pv_transfers : float
        Money that reaches (above zero) or leaves this side without any gain to society.
    """

    name: str
    pv_costs: float
    pv_benefits: float
    pv_transfers: float

    @property
    def net(self) -> float:
        """Benefits less costs, without transfers: this side's part of public value."""
        return self.pv_benefits - self.pv_costs

    @property
    def net_with_transfers(self) -> float:
        """What this side itself is better off by."""
        return self.net + self.pv_transfers


@dataclass(frozen=True, slots=True)
class OptionResult:
    """An option against doing nothing: present values in pounds of the appraisal's price year.

    Attributes
    ----------
    option_id, name, kind : str
    preferred : bool
    pv_costs, pv_benefits, npv : float
        Central values. ``_low`` and ``_high`` take every line at the end that makes the figure least or greatest, all
        at once: bounds, not a likely range.
    bcr : float or None
        Present benefits per pound of present costs, to whomever they fall; None when there are no costs.
    pv_transfers : float
        Net, to the parties named; no part of the others.
    years : tuple of YearFlow
    perspectives : tuple of Total
        Fiscal, economic and social.
    parties : tuple of Total
        Who pays and who gains, in the order of their first line.
    lines : tuple of LineResult
        The option's own lines, then those of doing nothing, which it does away with.
    effects : tuple of Effect
        What is not put into money.
    """

    option_id: str
    name: str
    kind: str
    preferred: bool
    pv_costs: float
    pv_costs_low: float
    pv_costs_high: float
    pv_benefits: float
    pv_benefits_low: float
    pv_benefits_high: float
    npv: float
    npv_low: float
    npv_high: float
    bcr: float | None
    pv_transfers: float
    years: tuple[YearFlow, ...]
    perspectives: tuple[Total, ...]
    parties: tuple[Total, ...]
    lines: tuple[LineResult, ...]
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """The appraisal's results, with what they rest on.

    Attributes
    ----------
    options : tuple of OptionResult
        All options but doing nothing, in order.
    baseline_id, baseline_name : str
        The do-nothing case that they are compared with.
    price_year, first_year, horizon : int
    schedule : str
        Title of the discount schedule.
    timing : str
        When money flows, as a sentence.
    notes : tuple of str
        Cautions for the reader, each beginning “Take care.”
    guesses, assumed : tuple of Line
        Lines whose value is a guess, or an assumption.
    citations : tuple of Citation
        Sources of the reference values that were used.
    made_from : str
        Hash of the appraisal; differs from that of a later one when something has changed since.
    assumptions_hash : str
    """

    options: tuple[OptionResult, ...]
    baseline_id: str
    baseline_name: str
    price_year: int
    first_year: int
    horizon: int
    schedule: str
    timing: str
    notes: tuple[str, ...]
    guesses: tuple[Line, ...]
    assumed: tuple[Line, ...]
    citations: tuple[Citation, ...]
    made_from: str
    assumptions_hash: str

    def option(self, option_id: str) -> OptionResult | None:
        """The result of one option, or None."""
        return next((o for o in self.options if o.option_id == option_id), None)

    @property
    def preferred(self) -> OptionResult | None:
        """The preferred option, or None when none is marked."""
        return next((o for o in self.options if o.preferred), None)


def appraise(appraisal: Appraisal, assumptions: Assumptions) -> Results:
    """Appraise every option against doing nothing.

    Parameters
    ----------
    appraisal : Appraisal
    assumptions : Assumptions
        From :func:`workbench.reference.load.load_assumptions`.

    Returns
    -------
    Results

    Raises
    ------
    HorizonError
        When lines or the discount schedule and the appraisal period do not fit, and nothing else is wrong.
    PriceBaseError
        When a line is in prices that cannot be brought to the appraisal's, and nothing else is wrong.
    AppraisalError
        For anything else that stops the sum, and when several kinds of thing do. All faults are in the message;
        :func:`~workbench.domain.appraisal.checks.refusals` gives them one by one.

    Notes
    -----
    HM Treasury, The Green Book: real prices, optimism bias on costs, cumulative discount factors, and each option
    against the counterfactual. Net present social value = present benefits − present costs.
    """
    _refuse(appraisal, assumptions)
    schedule = assumptions.schedule(appraisal.schedule)
    discount = factors(appraisal.horizon, schedule, appraisal.timing)
    baseline = next(o for o in appraisal.options if o.kind == BASELINE)

    def valued(option: Option, sign: int) -> list[LineResult]:
        own = (line for line in appraisal.lines if line.option_id == option.id)
        return [line_result(line, sign, appraisal, assumptions, discount) for line in own]

    undone = valued(baseline, -1)
    options = tuple(
        _option(option, (*valued(option, 1), *undone), appraisal, discount)
        for option in appraisal.options
        if option.id != baseline.id
    )
    lines = [line for option in options for line in option.lines] or undone
    return Results(
        options=options,
        baseline_id=baseline.id,
        baseline_name=baseline.name,
        price_year=appraisal.price_year,
        first_year=appraisal.first_year,
        horizon=appraisal.horizon,
        schedule=schedule.title,
        timing=TIMING_WORDS[appraisal.timing],
        notes=_notes(lines, appraisal, assumptions),
        guesses=tuple(line for line in appraisal.lines if line.status == "guess"),
        assumed=tuple(line for line in appraisal.lines if line.status == "assumption"),
        citations=_citations(lines, appraisal, assumptions),
        made_from=content_hash(appraisal),
        assumptions_hash=content_hash(assumptions),
    )


def _refuse(appraisal: Appraisal, assumptions: Assumptions) -> None:
    found = refusals(appraisal, assumptions)
    if not found:
        return
    kinds = {refusal.error for refusal in found}
    error = kinds.pop() if len(kinds) == 1 else AppraisalError
    if len(found) == 1:
        raise error(found[0].fault.message, found[0].fault.remedy, found[0].fault.where)
    raise error(" ".join(f"{r.fault.message} {r.fault.remedy}" for r in found), where="appraisal")


def _option(
    option: Option, lines: tuple[LineResult, ...], appraisal: Appraisal, discount: Sequence[float]
) -> OptionResult:
    costs, benefits = _of(lines, "cost"), _of(lines, "benefit")
    pv_costs, pv_benefits = (added([signed(x.pv, x.sign) for x in part]) for part in (costs, benefits))
    npv = added([signed(x.pv, x.weight) for x in (*costs, *benefits)])
    return OptionResult(
        option_id=option.id,
        name=option.name,
        kind=option.kind,
        preferred=option.preferred,
        pv_costs=pv_costs[1],
        pv_costs_low=pv_costs[0],
        pv_costs_high=pv_costs[2],
        pv_benefits=pv_benefits[1],
        pv_benefits_low=pv_benefits[0],
        pv_benefits_high=pv_benefits[2],
        npv=npv[1],
        npv_low=npv[0],
        npv_high=npv[2],
        bcr=pv_benefits[1] / pv_costs[1] if pv_costs[1] > 0 else None,
        pv_transfers=_transfers(lines),
        years=_years(lines, appraisal, discount),
        perspectives=tuple(
            _total(name, [x for x in lines if x.line.perspective == name]) for name in get_args(Perspective)
        ),
        parties=_parties(lines),
        lines=lines,
        effects=tuple(e for e in appraisal.effects if e.option_id in ("", option.id)),
    )


def _of(lines: Iterable[LineResult], direction: str) -> list[LineResult]:
    return [x for x in lines if x.line.direction == direction and not x.line.is_transfer]


def _transfers(lines: Iterable[LineResult], amount: Callable[[LineResult], float] = lambda x: x.pv[1]) -> float:
    """Transfers that reach the parties less those that leave them."""
    moved = (x for x in lines if x.line.is_transfer)
    return fsum((x.sign if x.line.direction == "benefit" else -x.sign) * amount(x) for x in moved)


def _total(name: str, lines: Sequence[LineResult]) -> Total:
    costs, benefits = (fsum(x.sign * x.pv[1] for x in _of(lines, d)) for d in ("cost", "benefit"))
    return Total(name, costs, benefits, _transfers(lines))


def _parties(lines: Sequence[LineResult]) -> tuple[Total, ...]:
    parties: dict[str, list[LineResult]] = {}
    for x in lines:
        parties.setdefault(x.line.who.strip() or NOT_SAID, []).append(x)
    return tuple(_total(name, own) for name, own in parties.items())


def _years(lines: Sequence[LineResult], appraisal: Appraisal, discount: Sequence[float]) -> tuple[YearFlow, ...]:
    found: list[YearFlow] = []
    cumulative = 0.0
    for year, d in enumerate(discount):
        running = [x for x in lines if x.runs(year)]
        costs, benefits = (_yearly(_of(running, direction)) for direction in ("cost", "benefit"))
        cumulative += (benefits[1] - costs[1]) * d
        found.append(
            YearFlow(
                year=year,
                label=financial_year(appraisal.first_year + year),
                costs=costs[1],
                costs_low=costs[0],
                costs_high=costs[2],
                benefits=benefits[1],
                benefits_low=benefits[0],
                benefits_high=benefits[2],
                discounted_costs=costs[1] * d,
                discounted_benefits=benefits[1] * d,
                transfers=_transfers(running, lambda x: x.yearly[1]),
                cumulative=cumulative,
            )
        )
    return tuple(found)


def _yearly(lines: Sequence[LineResult]) -> Triple:
    return added([signed(x.yearly, x.sign) for x in lines])


# --- what the results rest on -----------------------------------------------------------------------------------------


def _notes(lines: Sequence[LineResult], appraisal: Appraisal, assumptions: Assumptions) -> tuple[str, ...]:
    schedule, deflator = assumptions.schedule(appraisal.schedule), assumptions.deflator
    notes = [schedule.note]
    if any(x.line.price_year != appraisal.price_year for x in lines):
        notes.append(deflator.note)
    if any(x.forecast for x in lines):
        base = financial_year(appraisal.price_year)
        notes.append(f"Take care. Bringing values to {base} prices rests on a forecast of inflation.")
    notes += [assumptions.bias(x.line.optimism_bias).note for x in lines if x.uplift]
    if any(x.line.is_transfer for x in lines):
        notes.append(
            "Take care. Transfers are shown for the party named. What one party gains by them another loses, so they "
            "are not counted in public value."
        )
    return tuple(dict.fromkeys(note for note in notes if note))


def _citations(lines: Sequence[LineResult], appraisal: Appraisal, assumptions: Assumptions) -> tuple[Citation, ...]:
    used = [assumptions.schedule(appraisal.schedule).citation]
    if any(x.line.price_year != appraisal.price_year for x in lines):
        used.append(assumptions.deflator.citation)
    used += [assumptions.bias(x.line.optimism_bias).citation for x in lines if x.uplift]
    return tuple(dict.fromkeys(used))
