"""Exact and standardised intervals, and those that publishers print as a half-width.

Sources
-------
PHE, *Technical Guide: Confidence Intervals* (25 May 2018); APHO, *Technical Briefing 3* (2008); C. J. Clopper and
E. S. Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial", *Biometrika* 26
(1934), 404–413;
A. J. Dobson et al., "Confidence intervals for weighted sums of Poisson parameters", *Statistics in Medicine* 10 (1991),
457–462.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isnan, sqrt

from scipy.special import betaincinv

from workbench.domain.statistics import Estimate, count, exact_count, z_of
from workbench.errors import DataError, FigureMissing

FEWEST_FOR_STANDARDISING = 10
"""PHE (2018): a directly standardised rate of fewer events is not given."""


def clopper_pearson(numerator: float, denominator: float, confidence: float = 0.95) -> Estimate:
    """A proportion with its exact interval: never too narrow, and often wider than it need be.

    Use :func:`~workbench.domain.statistics.wilson` unless somebody asks for the exact interval.

    Parameters
    ----------
    numerator, denominator : float
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
    Clopper and Pearson (1934), by quantiles of the beta distribution.

    Examples
    --------
    >>> e = clopper_pearson(1, 100)
    >>> round(e.lower, 6), round(e.upper, 6)
    (0.000253, 0.054459)
    """
    if not 0 <= numerator <= denominator or denominator <= 0:
        raise DataError(
            f"{numerator:g} of {denominator:g} is not a proportion.", "Check the numerator and the denominator."
        )
    tail = _tail(confidence)
    rest = denominator - numerator
    lower = float(betaincinv(numerator, rest + 1, tail)) if numerator > 0 else 0.0
    upper = float(betaincinv(numerator + 1, rest, 1 - tail)) if rest > 0 else 1.0
    return Estimate(numerator / denominator, lower, upper, confidence)


def exact_rate(events: float, population: float, per: float = 100, confidence: float = 0.95) -> Estimate:
    """Events per so many people, with the exact Poisson interval of the count divided by the population.

    Raises
    ------
    DataError
        When the population is not above 0 or the count is below 0.

    Notes
    -----
    As :func:`~workbench.domain.statistics.exact_count`. PHE (2018) uses it below 10 events, and Byar's method from 10.

    Examples
    --------
    >>> round(exact_rate(5, 100, 100_000).lower, 4)
    1623.4864
    """
    if not population > 0:
        raise DataError("A rate needs a population above 0.", "Check the denominator.")
    return _scaled(exact_count(events, confidence), per / population)


def standardised_rate(
    events: Sequence[float],
    populations: Sequence[float],
    weights: Sequence[float],
    per: float = 100_000,
    confidence: float = 0.95,
) -> Estimate:
    """A directly standardised rate: what the rate would be if the area had the age structure of the weights.

    Parameters
    ----------
    events, populations, weights : sequence of float
        One entry a band of age (or other group), in one order. Weights are a standard population.
    per : float
    confidence : float

    Returns
    -------
    Estimate
        Events per ``per`` people of the standard population.

    Raises
    ------
    DataError
        When the three differ in length, a population is not above 0 or a weight or count is below 0.
    FigureMissing
        When there are fewer than 10 events in all, for which the published method gives no rate.

    Notes
    -----
    Dobson et al. (1991) with Byar's limits of the total count, as in PHE (2018): r + √(var / O) (byar(O) - O), where
    var = Σ x (w / n)² / (Σ w)².

    Examples
    --------
    >>> e = standardised_rate([20, 30], [1000, 500], [6000, 4000])
    >>> round(e.value), round(e.lower), round(e.upper)
    (3600, 2663, 4757)
    """
    bands = len(weights)
    if not bands or len(events) != bands or len(populations) != bands:
        raise DataError(
            f"There are {len(events)} counts, {len(populations)} populations and {bands} weights.",
            "Give one of each for every band.",
        )
    if any(not n > 0 for n in populations) or any(not x >= 0 for x in (*events, *weights)) or not sum(weights) > 0:
        raise DataError(
            "A band has no population, or a count or weight below 0.", "Join bands until each has a population."
        )
    total = sum(events)
    if total < FEWEST_FOR_STANDARDISING:
        raise FigureMissing(
            f"A standardised rate is not given for fewer than {FEWEST_FOR_STANDARDISING} events; there are {total:g}.",
            "Combine areas or years.",
        )
    scale = [w / n for w, n in zip(weights, populations, strict=True)]
    whole = sum(weights)
    value = sum(x * s for x, s in zip(events, scale, strict=True)) / whole
    variance = sum(x * s * s for x, s in zip(events, scale, strict=True)) / whole**2
    limits = count(total, confidence)
    step = sqrt(variance / total)
    rate = Estimate(value, value + step * (limits.lower - total), value + step * (limits.upper - total), confidence)
    return _scaled(rate, per)


def published(value: float, half_width: float, confidence: float = 0.95) -> Estimate:
    """A survey estimate with the half-width that its publisher prints.

    The half-width holds what the publisher knows of the design of the survey. It is never replaced by an interval made
    from the weighted counts beside it, which are no sample sizes.

    Raises
    ------
    DataError
        When the half-width is below 0 or missing.

    Notes
    -----
    The Annual Population Survey on Nomis publishes it as measure 21003 of NM_17_5: 95%, in points.

    Examples
    --------
    >>> round(published(65.6, 6.1).upper, 1)
    71.7
    """
    z_of(confidence)
    if isnan(value) or not half_width >= 0:
        raise DataError("A half-width is 0 or more.", "Take the half-width from the source.")
    return Estimate(value, value - half_width, value + half_width, confidence)


def at_confidence(estimate: Estimate, confidence: float) -> Estimate:
    """A survey estimate with its interval widened or narrowed to another confidence, taken as normal.

    Raises
    ------
    DataError
        When the interval is not symmetric about the value, for then a normal interval is not what was published.

    Examples
    --------
    >>> round(at_confidence(published(65.6, 6.1), 0.998).half_width, 1)
    9.6
    """
    if abs(estimate.upper + estimate.lower - 2 * estimate.value) > 1e-6 * max(1.0, abs(estimate.value)):
        raise DataError("The interval is not symmetric.", "Compute it again from the numerator and the denominator.")
    return published(estimate.value, z_of(confidence) * estimate.standard_error, confidence)


@dataclass(frozen=True, slots=True)
class Band:
    """A band of reliability.

    Attributes
    ----------
    below : float
        The coefficient of variation in per cent under which an estimate falls in the band.
    words : str
        For a table: ``reasonably precise``.
    confirmed : bool
        Whether the wording was read at a publisher.
    """

    below: float
    words: str
    confirmed: bool = False


BANDS = (
    Band(5, "precise"),
    Band(10, "reasonably precise"),
    Band(20, "acceptable"),
    Band(inf, "use with caution", confirmed=True),
)
"""ONS's bands. That from 20% an estimate is to be used with caution was read (Nomis, *Business Register and Employment
Survey: quality measure*, www.nomisweb.co.uk/articles/774.aspx). The three below it are as remembered from tables of
earnings: not confirmed."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """How large the standard error is beside the estimate.

    Attributes
    ----------
    variation : float
        Coefficient of variation in per cent; infinite for an estimate of 0.
    band : Band
    """

    variation: float
    band: Band


def reliability(estimate: Estimate, bands: Sequence[Band] = BANDS) -> Reliability:
    """The coefficient of variation of an estimate, and its band.

    Parameters
    ----------
    estimate : Estimate
    bands : sequence of Band
        In ascending order; the last has no upper end.

    Raises
    ------
    FigureMissing
        When the estimate or its interval is missing.

    Notes
    -----
    CV = standard error / estimate; the standard error from the interval, (U - L) / 2z.

    Examples
    --------
    >>> r = reliability(published(4.0, 2.0))
    >>> round(r.variation, 1), r.band.words
    (25.5, 'use with caution')
    """
    error = estimate.standard_error
    if isnan(estimate.value) or isnan(error):
        raise FigureMissing("The estimate has no interval.", "Choose a figure with an interval.")
    variation = 100 * error / abs(estimate.value) if estimate.value else inf
    return Reliability(variation, next((b for b in bands if variation < b.below), bands[-1]))


def _tail(confidence: float) -> float:
    z_of(confidence)  # refuses what is no confidence
    return (1 - confidence) / 2


def _scaled(e: Estimate, scale: float) -> Estimate:
    return Estimate(e.value * scale, e.lower * scale, e.upper * scale, e.confidence)
