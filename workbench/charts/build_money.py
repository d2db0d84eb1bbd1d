"""From an appraisal to charts: what the result turns on, and how the money runs year by year."""

from __future__ import annotations

from workbench.charts.spec import Range, RangeBars, Year, YearBars
from workbench.charts.words import say
from workbench.domain.appraisal.appraise import OptionResult, Results
from workbench.domain.appraisal.sensitivity import RangeRow, Sensitivity
from workbench.domain.money import financial_year
from workbench.domain.words import counted


def tornado_chart(sensitivity: Sensitivity, results: Results, *, most: int = 8) -> RangeBars:
    """How far the net present value moves with each assumption, widest first.

    Parameters
    ----------
    sensitivity : Sensitivity
    results : Results
        The appraisal it belongs to: says the price year and the discount schedule.
    most : int
        How many assumptions to show; the caption says how many are left out.

    Returns
    -------
    RangeBars
    """
    rows = sorted(sensitivity.rows, key=lambda r: -r.width)
    left_out = len(rows) - most
    more = f" Not shown: {counted(left_out, 'assumption')} that would move it less." if left_out > 0 else ""
    return RangeBars(
        title=_turns_on(rows, sensitivity),
        caption=f"Net present value of “{sensitivity.name}”, one assumption changed at a time. {_basis(results)}{more}",
        what=f"Sensitivity of “{sensitivity.name}”",
        rows=tuple(Range(r.label, r.low, r.high, r.low_input, r.high_input) for r in rows[:most]),
        base=sensitivity.npv,
    )


def _turns_on(rows: list[RangeRow], sensitivity: Sensitivity) -> str:
    """The title: which assumption moves the result most, and whether any alone changes its sign."""
    name = f"“{sensitivity.name}”"
    if not rows:
        return f"No assumption of {name} has a range"
    sign = sensitivity.npv >= 0
    turning = [r for r in rows if min(r.low, r.high) < 0 <= max(r.low, r.high)]
    opening = f"The result of {name} depends most on: {rows[0].label}"
    if not turning:
        return f"{opening}; no single assumption takes it {'below' if sign else 'above'} nil"
    which = "that alone" if turning == rows[:1] else f"{counted(len(turning), 'assumption')} alone"
    verb = "can" if which == "that alone" else "could each" if len(turning) > 1 else "could"
    return f"{opening}; {which} {verb} take it {'below' if sign else 'above'} nil"


def cash_flow_chart(option: OptionResult, results: Results) -> YearBars:
    """Costs and benefits of each year as present values, and what has built up: in the end, the net present value.

    Parameters
    ----------
    option : OptionResult
    results : Results
        The appraisal it belongs to.

    Returns
    -------
    YearBars
    """
    years = tuple(Year(y.label, y.discounted_costs, y.discounted_benefits, y.cumulative) for y in option.years)
    against = f"“{option.name}” against “{results.baseline_name}”"
    return YearBars(
        title=_pays_back(option, years),
        caption=f"{against}, present values without transfers. {_basis(results)}",
        what=f"Money by year of “{option.name}”",
        rows=years,
    )


def _pays_back(option: OptionResult, years: tuple[Year, ...]) -> str:
    """The title: when what has built up reaches nil for good, and what it is worth in the end."""
    span = counted(len(years), "year")
    if option.npv < 0:
        return f"“{option.name}” does not pay back within {span}: net present value {say(option.npv, 'pounds')}"
    first = next(i for i in range(len(years)) if all(y.cumulative >= 0 for y in years[i:]))
    worth = f"net present value {say(option.npv, 'pounds')} over {span}"
    if first == 0:
        return f"“{option.name}” is never behind: {worth}"
    return f"“{option.name}” pays back in {years[first].label}: {worth}"


def _basis(results: Results) -> str:
    return f"{financial_year(results.price_year)} prices; discounted by {results.schedule}."
