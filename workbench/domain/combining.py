"""Sums of areas or years, with the interval or the bound that the sum has.

A full count is added and its rounding errors with it. Survey estimates are added with their variances, when they are
independent. A rate of several areas comes from their counts or weights, never from the average of their rates.

Sources
-------
APHO, *Technical Briefing 3* (2008), for sums of independent estimates; PHE, *Technical Guide: Confidence Intervals*
(25 May 2018), for intervals of summed counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, sqrt

from workbench.domain.statistics import Estimate, Period, check_separate, rate, rounding_bound, wilson, z_of
from workbench.errors import DataError, FigureMissing


@dataclass(frozen=True, slots=True)
class Bounds:
    """A value that is known to lie between two others: no chance is in it.

    Attributes
    ----------
    value, lower, upper : float
    """

    value: float
    lower: float
    upper: float


def total(estimates: Sequence[Estimate], confidence: float = 0.95) -> Estimate:
    """The sum of survey estimates of separate areas or groups.

    Take care: weighting to one population total ties the estimates of areas to each other; the sum is then a little
    more precise than this says. Estimates that share interviews are less.

    Raises
    ------
    FigureMissing
        When there is nothing to add.

    Notes
    -----
    APHO (2008): the squares of independent standard errors add.

    Examples
    --------
    >>> t = total([Estimate(300, 260, 340), Estimate(500, 470, 530)])
    >>> t.value, round(t.half_width, 6)
    (800.0, 50.0)
    """
    return weighted_sum(estimates, [1.0] * len(estimates), confidence)


def weighted_mean(estimates: Sequence[Estimate], weights: Sequence[float], confidence: float = 0.95) -> Estimate:
    """The rate of several areas from their survey rates and the people in each.

    Parameters
    ----------
    estimates : sequence of Estimate
        Of separate areas, in one unit.
    weights : sequence of float
        The denominators of the rates, taken as known.
    confidence : float

    Raises
    ------
    FigureMissing
        When there is nothing to combine.
    DataError
        When a weight is below 0, their number differs, or their sum is 0.

    Notes
    -----
    APHO (2008): r = Σ w r / Σ w, SE = √(Σ w² SE²) / Σ w, for independent estimates.

    Examples
    --------
    >>> m = weighted_mean([Estimate(60, 54, 66), Estimate(80, 72, 88)], [300, 100])
    >>> m.value, round(m.half_width, 2)
    (65.0, 4.92)
    """
    whole = fsum(weights)
    if any(not w >= 0 for w in weights) or (weights and not whole > 0):
        raise DataError("The denominators are not all known and above 0.", "Bring in the figures with denominators.")
    return weighted_sum(estimates, [w / whole for w in weights], confidence)


def weighted_sum(estimates: Sequence[Estimate], weights: Sequence[float], confidence: float = 0.95) -> Estimate:
    """A weighted sum of independent estimates, with a normal interval.

    Raises
    ------
    FigureMissing
        When there is nothing to combine.
    DataError
        When there is not one weight for each.

    Examples
    --------
    >>> weighted_sum([Estimate(10, 6, 14), Estimate(4, 1, 7)], [1, -1]).half_width
    5.0
    """
    if not estimates:
        raise FigureMissing("There are no figures to combine.", "Choose at least one area.")
    if len(estimates) != len(weights):
        raise DataError(f"There are {len(estimates)} figures and {len(weights)} weights.", "Give one weight for each.")
    value = fsum(w * e.value for e, w in zip(estimates, weights, strict=True))
    half = z_of(confidence) * sqrt(fsum((w * e.standard_error) ** 2 for e, w in zip(estimates, weights, strict=True)))
    return Estimate(value, value - half, value + half, confidence)


def combined_proportion(
    numerators: Sequence[float], denominators: Sequence[float], confidence: float = 0.95
) -> Estimate:
    """The proportion of several areas or years together, with the Wilson interval of the summed counts.

    The counts are of people observed, not weighted estimates.

    Raises
    ------
    DataError
        When the sums are no proportion.

    Examples
    --------
    >>> combined_proportion([40, 25], [60, 40]) == wilson(65, 100)
    True
    """
    return wilson(fsum(numerators), fsum(denominators), confidence)


def combined_rate(
    events: Sequence[float],
    populations: Sequence[float],
    per: float = 100_000,
    confidence: float = 0.95,
    periods: Sequence[Period] = (),
) -> Estimate:
    """The rate of several areas, or of several years, together.

    Parameters
    ----------
    events, populations : sequence of float
        For years, the population of each year: the rate is then a yearly one, events per person-year.
    per, confidence : float
    periods : sequence of Period, optional
        Given for years: periods that overlap are refused, for events in both would count twice.

    Raises
    ------
    NotComparable
        When periods overlap.
    DataError
        When the populations do not sum to more than 0.

    Notes
    -----
    PHE (2018): exact below 10 events and Byar from 10, on the summed count.

    Examples
    --------
    >>> round(combined_rate([12, 8], [60, 40], per=100).upper, 6)
    30.88988
    """
    check_separate(periods)
    return rate(fsum(events), fsum(populations), per, confidence)


def rounded_total(values: Sequence[float], step: float) -> Bounds:
    """The sum of rounded counts, and the worst that rounding can do.

    Examples
    --------
    >>> rounded_total([10, 25, 5], 5)
    Bounds(value=40.0, lower=32.5, upper=47.5)
    """
    value, bound = fsum(values), rounding_bound(step, len(values))
    return Bounds(value, max(0.0, value - bound), value + bound)


def rounded_share(part: Bounds, whole: Bounds, per: float = 100) -> Bounds:
    """A share whose numerator and denominator were both rounded, with the worst that rounding can do.

    Raises
    ------
    DataError
        When the whole may be 0.

    Examples
    --------
    >>> rounded_share(Bounds(40, 32.5, 47.5), Bounds(400, 395, 405)).value
    10.0
    """
    if not whole.lower > 0:
        raise DataError("The denominator may be 0.", "Combine areas until the denominator is larger than its rounding.")
    return Bounds(per * part.value / whole.value, per * part.lower / whole.upper, per * part.upper / whole.lower)


def perturbation_bound(cells: int, largest: float | None) -> float | None:
    """The most by which a sum of randomly adjusted cells can miss the true sum; None when the publisher does not say.

    Parameters
    ----------
    cells : int
    largest : float or None
        The largest adjustment of one cell. DWP does not publish it for Stat-Xplore, so it is None there: the sum has no
        bound, and the total is asked for instead.

    Examples
    --------
    >>> perturbation_bound(33, None) is None, perturbation_bound(4, 2)
    (True, 8)
    """
    return None if largest is None else cells * largest
