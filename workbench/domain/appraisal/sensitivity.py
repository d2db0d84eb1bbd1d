"""How far the result moves: switching values, one-way ranges, other discount rates.

The net present value is linear in the value of each line, so all of it is exact and nothing is sampled.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import fsum

from workbench.domain.appraisal.appraise import OptionResult, appraise
from workbench.domain.appraisal.cash_flow import LineResult
from workbench.domain.appraisal.discounting import factors
from workbench.domain.appraisal.options import Appraisal
from workbench.domain.money import financial_year, pounds
from workbench.domain.parameters import Assumptions, Schedule
from workbench.domain.words import decimal
from workbench.errors import AppraisalError


@dataclass(frozen=True, slots=True)
class RangeRow:
    """The net present value when one assumption takes its low and its high value and all others stay central.

    ``low`` and ``high`` are net present values; ``low_input`` and ``high_input`` what the assumption is then, in words.
    """

    line_id: str
    label: str
    low: float
    high: float
    low_input: str
    high_input: str

    @property
    def width(self) -> float:
        """How far the net present value moves, in pounds."""
        return abs(self.high - self.low)


@dataclass(frozen=True, slots=True)
class SwitchingValue:
    """What one line would have to be for the net present value to be nil, all others unchanged.

    Attributes
    ----------
    line_id, label, direction : str
    multiplier : float or None
        On the line's value; None when no value of zero or more would do it.
    unit_value : float or None
        Pounds per unit, in the prices the line is given in.
    words : str
        What would have to happen: ``it fell by 42%, to £10,400``.
    """

    line_id: str
    label: str
    direction: str
    multiplier: float | None
    unit_value: float | None
    words: str


@dataclass(frozen=True, slots=True)
class OtherRate:
    """The net present value under another discount schedule."""

    schedule_id: str
    title: str
    in_force: bool
    npv: float


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How far the result of one option moves.

    Attributes
    ----------
    option_id, name : str
    npv : float
        The central case.
    rows : tuple of RangeRow
        One for each line with a range or an optimism bias, the widest first.
    switching : tuple of SwitchingValue
        One for each line that counts: first those that would have to change least.
    discounting : tuple of OtherRate
    """

    option_id: str
    name: str
    npv: float
    rows: tuple[RangeRow, ...]
    switching: tuple[SwitchingValue, ...]
    discounting: tuple[OtherRate, ...]


def sensitivity(
    appraisal: Appraisal, assumptions: Assumptions, option_id: str = "", *, also: Sequence[str] = ()
) -> Sensitivity:
    """How far the result of an option moves.

    Parameters
    ----------
    appraisal : Appraisal
    assumptions : Assumptions
    option_id : str, optional
        Without one: the preferred option, else the first that is not doing nothing.
    also : sequence of str, optional
        Keys of further discount schedules to try, for example one that is not in force.

    Returns
    -------
    Sensitivity

    Raises
    ------
    AppraisalError
        When the appraisal cannot be computed, or the option is not among those compared with doing nothing.
    HorizonError
        When a schedule in ``also`` does not reach the last year.

    Notes
    -----
    Switching value: HM Treasury, The Green Book (2003), 5.70: by how much a benefit would have to fall, or a cost rise,
    for the option not to be worth undertaking.
    """
    results = appraise(appraisal, assumptions)
    found = results.option(option_id) if option_id else results.preferred or next(iter(results.options), None)
    if found is None:
        raise AppraisalError(
            "There is no such option to compare with doing nothing.", "Choose another option.", "appraisal/options"
        )
    rows = [*_value_rows(found), *_bias_rows(found, assumptions)]
    switching = [_switch(x, found.npv, appraisal.price_year) for x in found.lines if x.weight and x.pv[1]]
    return Sensitivity(
        option_id=found.option_id,
        name=found.name,
        npv=found.npv,
        rows=tuple(sorted(rows, key=lambda row: -row.width)),
        switching=tuple(sorted(switching, key=_least_change)),
        discounting=tuple(_other_rates(found, appraisal, assumptions, also)),
    )


def _least_change(s: SwitchingValue) -> float:
    return float("inf") if s.multiplier is None else abs(s.multiplier - 1)


# --- one-way ranges ---------------------------------------------------------------------------------------------------


def _label(x: LineResult) -> str:
    label = x.line.label or "A line without words"
    return label if x.sign > 0 else f"{label} (saved: doing nothing)"


def _value_rows(option: OptionResult) -> Iterator[RangeRow]:
    for x in option.lines:
        if x.weight and x.line.unit_low != x.line.unit_high:
            low, high = (option.npv + x.weight * (x.pv[end] - x.pv[1]) for end in (0, 2))
            yield RangeRow(x.line.id, _label(x), low, high, pounds(x.line.unit_low), pounds(x.line.unit_high))


def _bias_rows(option: OptionResult, assumptions: Assumptions) -> Iterator[RangeRow]:
    for x in option.lines:
        if x.weight and x.line.direction == "cost" and x.line.optimism_bias:
            bias = assumptions.bias(x.line.optimism_bias)
            bare = x.pv[1] / (1 + x.uplift)
            low, high = (option.npv + x.weight * bare * (bias.uplift(share) - x.uplift) for share in (0, 1))
            ends = f"+{decimal(bias.lower)}%", f"+{decimal(bias.upper)}%"
            yield RangeRow(x.line.id, f"Optimism bias: {_label(x)}", low, high, *ends)


# --- switching values -------------------------------------------------------------------------------------------------


def _switch(x: LineResult, npv: float, price_year: int) -> SwitchingValue:
    """NPV + (m − 1) × the line's part of it = 0, solved for m."""
    multiplier = 1 - npv / (x.weight * x.pv[1])
    possible = multiplier >= 0
    unit = x.line.unit_central * multiplier if possible else None
    return SwitchingValue(
        line_id=x.line.id,
        label=_label(x),
        direction=x.line.direction,
        multiplier=multiplier if possible else None,
        unit_value=unit,
        words=_words(multiplier, unit, "" if x.line.price_year == price_year else financial_year(x.line.price_year)),
    )


def _words(multiplier: float, unit: float | None, prices: str) -> str:
    if unit is None:
        return "no change in this line alone would do it"
    to = f"to {pounds(unit)}{f' in {prices} prices' if prices else ''}"
    change = multiplier - 1
    if change == 0:
        return "it stayed as it is"
    if multiplier >= 3:
        return f"it were {decimal(multiplier)} times as high, {to.removeprefix('to ')}"
    return f"it {'rose' if change > 0 else 'fell'} by {decimal(abs(change) * 100)}%, {to}"


# --- other discount rates ---------------------------------------------------------------------------------------------


def _other_rates(
    option: OptionResult, appraisal: Appraisal, assumptions: Assumptions, also: Sequence[str]
) -> Iterator[OtherRate]:
    asked = [assumptions.schedule(key) for key in also]
    usual = [s for s in assumptions.schedules if s.in_force and s.use == "sensitivity" and _reaches(s, appraisal)]
    for schedule in dict.fromkeys((*usual, *asked)):
        if schedule.id != appraisal.schedule:
            yield OtherRate(schedule.id, schedule.title, schedule.in_force, _npv(option, appraisal, schedule))


def _reaches(schedule: Schedule, appraisal: Appraisal) -> bool:
    return schedule.reaches(appraisal.horizon - (appraisal.timing == "whole years"))


def _npv(option: OptionResult, appraisal: Appraisal, schedule: Schedule) -> float:
    discount = factors(appraisal.horizon, schedule, appraisal.timing)
    return fsum(
        x.weight * x.yearly[1] * fsum(discount[x.line.start_year : x.line.start_year + x.line.years])
        for x in option.lines
    )
