"""Intervals and tests for published figures. Numbers in, numbers out; a refusal where the published method refuses.

Exact and standardised intervals stand in :mod:`workbench.domain.intervals`, differences and ratios of counts in
:mod:`workbench.domain.contrasts`, sums in :mod:`workbench.domain.combining`.

Sources
-------
PHE, *Technical Guide: Confidence Intervals* (25 May 2018); APHO, *Technical Briefing 3: Commonly used public health
statistics and their confidence intervals* (2008); S. Holm, "A simple sequentially rejective multiple test procedure",
*Scandinavian Journal of Statistics* 6 (1979), 65–70; Y. Benjamini and Y. Hochberg, "Controlling the false discovery
rate", *Journal of the Royal Statistical Society B* 57 (1995), 289–300; F. Garwood, "Fiducial limits for the Poisson
distribution", *Biometrika* 28 (1936), 437–442.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import isnan, sqrt

from scipy.special import chdtri, ndtr, ndtri, stdtrit

from workbench.errors import DataError, FigureMissing, NotComparable

Period = tuple[date, date]
"""First and last day of a reference period."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval, all in one unit.

    Attributes
    ----------
    value, lower, upper : float
    confidence : float
        Two-sided, between 0 and 1.
    """

    value: float
    lower: float
    upper: float
    confidence: float = 0.95

    @property
    def half_width(self) -> float:
        """Half the width of the interval, in the unit of the value."""
        return (self.upper - self.lower) / 2

    @property
    def standard_error(self) -> float:
        """The standard error that a normal interval of this width has: (U - L) / 2z."""
        return self.half_width / z_of(self.confidence)


@dataclass(frozen=True, slots=True)
class Difference:
    """One estimate less another.

    Attributes
    ----------
    value, lower, upper : float
        In the unit of the estimates.
    p : float
        Two-sided: how often chance alone would give a difference as large as this if there were none.
    """

    value: float
    lower: float
    upper: float
    p: float


def z_of(confidence: float) -> float:
    """The normal quantile of a two-sided confidence.

    Examples
    --------
    >>> round(z_of(0.95), 6)
    1.959964
    """
    if not 0 < confidence < 1:
        raise DataError(f"A confidence of {confidence} is not between 0 and 1.", "Give 0.95 for 95%.")
    return float(ndtri(1 - (1 - confidence) / 2))


def wilson(numerator: float, denominator: float, confidence: float = 0.95) -> Estimate:
    """A proportion with its Wilson score interval.

    Parameters
    ----------
    numerator, denominator : float
        A numerator that is not whole is allowed, as in the published tables.
    confidence : float

    Returns
    -------
    Estimate
        Between 0 and 1.

    Raises
    ------
    DataError
        When the numerator is below 0 or above the denominator, or the denominator is not above 0.

    Notes
    -----
    E. B. Wilson (1927), as given in PHE (2018) for proportions.

    Examples
    --------
    >>> w = wilson(65, 100)
    >>> round(w.lower, 6), round(w.upper, 6)
    (0.552544, 0.736358)
    """
    if not 0 <= numerator <= denominator or denominator <= 0:
        raise DataError(
            f"{numerator:g} of {denominator:g} is not a proportion.", "Check the numerator and the denominator."
        )
    z = z_of(confidence)
    p = numerator / denominator
    spread = z * sqrt(z * z + 4 * numerator * (1 - p))
    scale = 2 * (denominator + z * z)
    lower = (2 * numerator + z * z - spread) / scale
    upper = (2 * numerator + z * z + spread) / scale
    # At 0 and at 1 the formula meets the value exactly; arithmetic may miss it by one part in 10^17.
    return Estimate(p, max(0.0, min(lower, p)), min(1.0, max(upper, p)), confidence)


def count(events: float, confidence: float = 0.95) -> Estimate:
    """A count with its interval: exact Poisson below 10 events, Byar from 10.

    Raises
    ------
    DataError
        When the count is below 0.

    Notes
    -----
    PHE (2018) and APHO (2008). Byar's method is within 0.2% of the exact limits at 95% from 10 events on. The lower
    limit of a zero count is 0.

    Examples
    --------
    >>> round(count(0).upper, 6)
    3.688879
    """
    if not events >= 10:
        return exact_count(events, confidence)
    z = z_of(confidence)
    above = events + 1
    lower = events * (1 - 1 / (9 * events) - z / (3 * sqrt(events))) ** 3
    upper = above * (1 - 1 / (9 * above) + z / (3 * sqrt(above))) ** 3
    return Estimate(events, lower, upper, confidence)


def exact_count(events: float, confidence: float = 0.95) -> Estimate:
    """A count with its exact Poisson interval, whatever its size.

    Raises
    ------
    DataError
        When the count is below 0.

    Notes
    -----
    Garwood (1936), by quantiles of chi-squared. The lower limit of a zero count is 0.

    Examples
    --------
    >>> e = exact_count(65)
    >>> round(e.lower, 2), round(e.upper, 2)
    (50.17, 82.85)
    """
    if not events >= 0:
        raise DataError(f"{events:g} is not a count.", "Check the figure: a count is 0 or more.")
    z_of(confidence)  # refuses what is no confidence
    tail = (1 - confidence) / 2
    # chdtri takes the upper tail.
    lower = float(chdtri(2 * events, 1 - tail)) / 2 if events > 0 else 0.0
    return Estimate(events, lower, float(chdtri(2 * events + 2, tail)) / 2, confidence)


def rate(events: float, population: float, per: float = 100, confidence: float = 0.95) -> Estimate:
    """Events per so many people, with the interval of the count divided by the population.

    Parameters
    ----------
    events, population : float
    per : float
        100 for per cent, 100,000 for a rate per 100,000. With ``population`` an expected count this is the indirectly
        standardised ratio, and with ``per`` the reference rate the indirectly standardised rate.
    confidence : float

    Raises
    ------
    DataError
        When the population is not above 0 or the count is below 0.

    Notes
    -----
    PHE (2018) for crude rates. A rate above one event a person is allowed.

    Examples
    --------
    >>> round(rate(20, 100).upper, 6)
    30.88988
    """
    if not population > 0:
        raise DataError("A rate needs a population above 0.", "Check the denominator.")
    e = count(events, confidence)
    scale = per / population
    return Estimate(e.value * scale, e.lower * scale, e.upper * scale, confidence)


def mean(size: int, average: float, deviation: float, confidence: float = 0.95) -> Estimate:
    """A mean with its Student's t interval.

    Parameters
    ----------
    size : int
        Number of observations, 2 or more.
    average, deviation : float
        Mean and standard deviation of the sample.

    Raises
    ------
    DataError
        When there are fewer than two observations.

    Notes
    -----
    PHE (2018) for means: Student's t with n - 1 degrees of freedom.

    Examples
    --------
    >>> m = mean(8, 53.704345, 20.975575)
    >>> round(m.lower, 2), round(m.upper, 2)
    (36.17, 71.24)
    """
    if size < 2:
        raise DataError("One observation has no interval.", "Give two or more.")
    half = float(stdtrit(size - 1, 1 - (1 - confidence) / 2)) * deviation / sqrt(size)
    return Estimate(average, average - half, average + half, confidence)


def difference(a: Estimate, b: Estimate, confidence: float = 0.95) -> Difference:
    """``a`` less ``b``, for two independent estimates whose intervals are published.

    Whether two figures differ is settled by this test, never by looking whether their intervals overlap.

    Raises
    ------
    FigureMissing
        When a value or an interval is missing, or both intervals have no width.

    Notes
    -----
    Normal: SE = (U - L) / 2z of each, z = (a - b) / sqrt(SE_a² + SE_b²); APHO (2008). The estimates are taken as
    independent; the caller makes sure of it.

    Examples
    --------
    >>> bolton, england = Estimate(65.6, 59.5, 71.7), Estimate(76.0, 75.6, 76.4)
    >>> d = difference(bolton, england)
    >>> round(d.value, 1), round(d.lower, 1), round(d.upper, 1), round(d.p, 4)
    (-10.4, -16.5, -4.3, 0.0009)
    """
    error = sqrt(a.standard_error**2 + b.standard_error**2)
    gap = a.value - b.value
    if isnan(gap) or not error > 0:
        raise FigureMissing("A difference was asked of figures without an interval.", "Choose figures with intervals.")
    half = z_of(confidence) * error
    return Difference(gap, gap - half, gap + half, float(2 * ndtr(-abs(gap) / error)))


def overlap(a: Period, b: Period) -> bool:
    """Whether two periods share a day."""
    return a[0] <= b[1] and b[0] <= a[1]


def change(earlier: Estimate, before: Period, later: Estimate, after: Period, confidence: float = 0.95) -> Difference:
    """The change from one period to another, with its interval and test.

    Raises
    ------
    NotComparable
        When the periods overlap: figures that share interviews are not independent, so the interval of their
        difference cannot be had from the published intervals.
    """
    check_separate((before, after))
    return difference(later, earlier, confidence)


def pooled(estimates: Sequence[Estimate], periods: Sequence[Period], confidence: float = 0.95) -> Estimate:
    """The plain average of estimates of separate periods, with the interval of independent samples.

    Take care: a survey that goes back to the same households gains less than this says.

    Raises
    ------
    NotComparable
        When periods overlap (rolling years that share quarters).
    FigureMissing
        When there is nothing to pool.

    Notes
    -----
    SE of the average of k independent estimates = sqrt(sum of SE²) / k; APHO (2008).
    """
    if not estimates:
        raise FigureMissing("There are no figures to pool.", "Choose at least one period.")
    check_separate(periods)
    k = len(estimates)
    value = sum(e.value for e in estimates) / k
    half = z_of(confidence) * sqrt(sum(e.standard_error**2 for e in estimates)) / k
    return Estimate(value, value - half, value + half, confidence)


def check_separate(periods: Sequence[Period]) -> None:
    """Refuse periods that share a day.

    Raises
    ------
    NotComparable
        When two of them overlap.
    """
    ordered = sorted(periods)
    if any(overlap(a, b) for a, b in pairwise(ordered)):
        raise NotComparable(
            "The periods overlap, so the figures share interviews and are not independent.",
            "Choose periods that do not share a month, for example the same quarter a year apart.",
        )


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """P values adjusted for the number of comparisons, in the order given.

    Notes
    -----
    Holm (1979): the i-th smallest of m is multiplied by m - i + 1, is never less than the one before it, and stops at
    1. It keeps the chance of even one false finding below the level, whatever the dependence between comparisons.

    Examples
    --------
    >>> [round(p, 6) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    m = len(p_values)
    adjusted = [0.0] * m
    floor = 0.0
    for rank, i in enumerate(sorted(range(m), key=lambda j: p_values[j])):
        floor = max(floor, min(1.0, (m - rank) * p_values[i]))
        adjusted[i] = floor
    return tuple(adjusted)


def benjamini_hochberg(p_values: Sequence[float]) -> tuple[float, ...]:
    """P values adjusted so that the expected share of false findings among all findings stays below the level.

    Milder than :func:`holm`: for sifting hundreds of areas, where a few false finds are acceptable and are said to be
    expected. For a claim about one named area use Holm.

    Returns
    -------
    tuple of float
        In the order given.

    Raises
    ------
    DataError
        When a p value is not between 0 and 1.

    Notes
    -----
    Benjamini and Hochberg (1995), for comparisons that are independent or positively dependent, as when many areas are
    set against one reference. The i-th smallest of m is multiplied by m / i and is never more than the one after it.

    Examples
    --------
    >>> [round(p, 6) for p in benjamini_hochberg([0.01, 0.04, 0.03, 0.005])]
    [0.02, 0.04, 0.04, 0.02]
    """
    from scipy.stats import false_discovery_control  # noqa: PLC0415 - the package takes long to load

    if not all(0 <= p <= 1 for p in p_values):
        raise DataError("A p value is not between 0 and 1.", "Check the tests the values come from.")
    return tuple(float(p) for p in false_discovery_control(p_values, method="bh")) if p_values else ()


def rounding_bound(step: float, cells: int = 1) -> float:
    """The most by which a sum of rounded cells can miss the true sum: half a step a cell, in the unit of the cells.

    Examples
    --------
    >>> rounding_bound(5)
    2.5
    >>> rounding_bound(5, cells=215)
    537.5
    """
    return cells * step / 2
