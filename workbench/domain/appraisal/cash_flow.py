"""One line of cost or benefit as yearly money in the appraisal's prices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

from workbench.domain.appraisal.options import Appraisal, Line
from workbench.domain.parameters import Assumptions

Triple = tuple[float, float, float]
"""Low, central and high."""


@dataclass(frozen=True, slots=True)
class LineResult:
    """A line in money, as it bears on the difference between an option and doing nothing.

    Attributes
    ----------
    line : Line
    sign : int
        1 for a line of the option; −1 for one of doing nothing, which the option does away with.
    yearly : Triple
        Pounds in each year the line runs, in the appraisal's prices, not discounted: with the unit value low, central
        and high. After attribution, and with optimism bias on a cost.
    pv : Triple
        Present values of the same.
    price_factor : float
        What brought the unit value to the appraisal's prices; 1 when it was in them.
    forecast : bool
        Whether that rests on a forecast of inflation.
    uplift : float
        Optimism bias, as a fraction of cost.
    """

    line: Line
    sign: int
    yearly: Triple
    pv: Triple
    price_factor: float
    forecast: bool
    uplift: float

    @property
    def weight(self) -> int:
        """How the line enters public value: 1 adds, −1 takes away, 0 for a transfer."""
        if self.line.is_transfer:
            return 0
        return self.sign if self.line.direction == "benefit" else -self.sign

    def runs(self, year: int) -> bool:
        """Whether the line has money in a year of the appraisal."""
        return self.line.start_year <= year < self.line.start_year + self.line.years


def signed(values: Triple, sign: int) -> Triple:
    """Low, central and high of values that are added (1) or taken away (−1); low is the least whatever was entered.

    Examples
    --------
    >>> signed((1.0, 2.0, 4.0), -1)
    (-4.0, -2.0, -1.0)
    """
    turned = [sign * value + 0.0 for value in values]
    return min(turned), turned[1], max(turned)


def added(triples: Sequence[Triple]) -> Triple:
    """Sums of the lows, of the central values and of the highs.

    Examples
    --------
    >>> added([(1.0, 2.0, 3.0), (0.0, 1.0, 1.0)])
    (1.0, 3.0, 4.0)
    """
    low, central, high = (fsum(t[i] for t in triples) for i in range(3))
    return low, central, high


def uplift_of(line: Line, assumptions: Assumptions) -> float:
    """Optimism bias of a line as a fraction of cost; 0 for a benefit or a line without a type of project."""
    if line.direction != "cost" or not line.optimism_bias:
        return 0.0
    return assumptions.bias(line.optimism_bias).uplift(line.optimism_bias_share)


def line_result(
    line: Line, sign: int, appraisal: Appraisal, assumptions: Assumptions, discount: Sequence[float]
) -> LineResult:
    """A line as yearly money and present value.

    Parameters
    ----------
    line : Line
    sign : int
    appraisal : Appraisal
    assumptions : Assumptions
    discount : sequence of float
        Discount factors of the appraisal's years.

    Returns
    -------
    LineResult
    """
    price_factor = assumptions.deflator.factor(line.price_year, appraisal.price_year)
    uplift = uplift_of(line, assumptions)
    share = line.attribution if line.direction == "benefit" else 1.0
    scale = line.quantity * price_factor * share * (1 + uplift)
    low, central, high = (scale * unit for unit in (line.unit_low, line.unit_central, line.unit_high))
    held = fsum(discount[line.start_year : line.start_year + line.years])
    return LineResult(
        line=line,
        sign=sign,
        yearly=(low, central, high),
        pv=(low * held, central * held, high * held),
        price_factor=price_factor,
        forecast=assumptions.deflator.uses_forecast(line.price_year, appraisal.price_year),
        uplift=uplift,
    )
