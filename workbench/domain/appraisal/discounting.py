"""Discounting by the Green Book: factors built up year by year, so that a lower rate touches its own years only."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, sqrt
from typing import Literal

from workbench.domain.parameters import Schedule
from workbench.errors import HorizonError

Timing = Literal["whole years", "mid-year"]
"""When in a year money flows. HM Treasury's examples count whole years and leave year 0 undiscounted."""

TIMING_WORDS: dict[Timing, str] = {
    "whole years": "Year 0 is not discounted; every later year is discounted by whole years.",
    "mid-year": "Every year is discounted to its middle, year 0 included.",
}


def factors(years: int, schedule: Schedule, timing: Timing = "whole years") -> tuple[float, ...]:
    """Discount factors of years 0 to ``years`` − 1.

    Parameters
    ----------
    years : int
        At least 0.
    schedule : Schedule
    timing : {"whole years", "mid-year"}

    Returns
    -------
    tuple of float
        In (0, 1], falling.

    Raises
    ------
    HorizonError
        When the schedule does not reach the last year.

    Notes
    -----
    D(0) = 1 and D(t) = D(t − 1) / (1 + r(t)), HM Treasury, The Green Book. Mid-year factors divide D(t) by the square
    root of one more year's growth, which for one flat rate is 1 / (1 + r) ** (t + 0.5).
    """
    found: list[float] = []
    whole = 1.0
    for year in range(years):
        whole = whole / (1 + schedule.rate(year)) if year else 1.0
        found.append(whole / sqrt(1 + schedule.rate(year + 1)) if timing == "mid-year" else whole)
    return tuple(found)


def factor(year: int, schedule: Schedule, timing: Timing = "whole years") -> float:
    """The discount factor of one year; see :func:`factors`.

    Raises
    ------
    HorizonError
        When the year is below 0 or the schedule does not reach it.
    """
    if year < 0:
        raise HorizonError(f"Year {year} lies before the appraisal begins.", "Count years from 0.", schedule.id)
    return factors(year + 1, schedule, timing)[-1]


def present_value(flows: Sequence[float], schedule: Schedule, timing: Timing = "whole years") -> float:
    """The present value of yearly flows in real terms, the first in year 0.

    Parameters
    ----------
    flows : sequence of float
        Pounds in the prices of one year.
    schedule : Schedule
    timing : {"whole years", "mid-year"}

    Returns
    -------
    float
        Pounds, in the same prices.
    """
    return fsum(flow * d for flow, d in zip(flows, factors(len(flows), schedule, timing), strict=True))
