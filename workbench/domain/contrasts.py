"""Differences and ratios of two independent figures, with intervals and tests.

Two published survey estimates are set against each other with :func:`workbench.domain.statistics.difference`; the
functions here are for counts of events or people, for means, and for ratios.

Sources
-------
R. G. Newcombe, "Interval estimation for the difference between independent proportions: comparison of eleven methods",
*Statistics in Medicine* 17 (1998), 873–890, method 10; G. Y. Zou and A. Donner, "Construction of confidence limits
about effect measures: a general approach", *Statistics in Medicine* 27 (2008), 1693–1702; D. Katz et al., "Obtaining
confidence intervals for the risk ratio in cohort studies", *Biometrics* 34 (1978), 469–474; J. Przyborowski and
H. Wilenski, "Homogeneity of results in testing samples from Poisson series", *Biometrika* 31 (1940), 313–323;
B. L. Welch, "The generalization of 'Student's' problem when several different population variances are involved",
*Biometrika* 34 (1947), 28–35; E. C. Fieller, "Some problems in interval estimation", *Journal of the Royal Statistical
Society B* 16 (1954), 175–185.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, isnan, sqrt

from scipy.special import bdtr, bdtrc, ndtr, stdtr, stdtrit

from workbench.domain.intervals import clopper_pearson
from workbench.domain.statistics import Difference, Estimate, difference, rate, wilson, z_of
from workbench.errors import DataError, FigureMissing


@dataclass(frozen=True, slots=True)
class Ratio:
    """One figure over another.

    Attributes
    ----------
    value, lower, upper : float
        1 means equal. ``upper`` is infinite where the second figure may be 0.
    p : float
        Two-sided: how often chance alone would give a ratio as far from 1 if the two were equal.
    """

    value: float
    lower: float
    upper: float
    p: float


@dataclass(frozen=True, slots=True)
class Group:
    """Events among so many people, or person-years.

    Attributes
    ----------
    events, of : float
    """

    events: float
    of: float


def mover(a: Estimate, b: Estimate) -> tuple[float, float]:
    """Limits of ``a`` less ``b`` from the limits of each, which need not be symmetric.

    Returns
    -------
    tuple of float
        Lower and upper, at the confidence of the two.

    Raises
    ------
    DataError
        When the two have different confidences.

    Notes
    -----
    Zou and Donner (2008), the method of variance estimates recovery; with Wilson limits it is Newcombe's method 10.

    Examples
    --------
    >>> low, high = mover(wilson(56, 70), wilson(48, 80))
    >>> round(low, 4), round(high, 4)
    (0.0524, 0.3339)
    """
    if abs(a.confidence - b.confidence) > 1e-12:
        raise DataError("The two intervals have different confidences.", "Bring both to 95%.")
    gap = a.value - b.value
    low = gap - sqrt((a.value - a.lower) ** 2 + (b.upper - b.value) ** 2)
    return low, gap + sqrt((a.upper - a.value) ** 2 + (b.value - b.lower) ** 2)


def difference_of_proportions(a: Group, b: Group, confidence: float = 0.95) -> Difference:
    """The proportion of ``a`` less that of ``b``.

    Parameters
    ----------
    a, b : Group
        Two separate groups of people; nobody is in both.
    confidence : float

    Returns
    -------
    Difference
        Between -1 and 1. Its p is that of the score test, so it may fall just on the other side of the level than the
        interval does.

    Raises
    ------
    DataError
        When a numerator exceeds its denominator.

    Notes
    -----
    Newcombe (1998), method 10: Wilson limits. Test: the z test with the pooled proportion, without correction.

    Examples
    --------
    >>> d = difference_of_proportions(Group(56, 70), Group(48, 80))
    >>> round(d.value, 4), round(d.lower, 4), round(d.upper, 4), round(d.p, 4)
    (0.2, 0.0524, 0.3339, 0.008)
    """
    one, other = wilson(a.events, a.of, confidence), wilson(b.events, b.of, confidence)
    return Difference(one.value - other.value, *mover(one, other), _score_p(a, b))


def ratio_of_proportions(a: Group, b: Group, confidence: float = 0.95) -> Ratio:
    """The proportion of ``a`` over that of ``b``.

    Raises
    ------
    FigureMissing
        When a group has no events, for then the method gives no interval.
    DataError
        When a numerator exceeds its denominator.

    Notes
    -----
    Katz et al. (1978): normal on the logarithm. Test as for :func:`difference_of_proportions`.

    Examples
    --------
    >>> r = ratio_of_proportions(Group(56, 70), Group(48, 80))
    >>> round(r.value, 3), round(r.lower, 3), round(r.upper, 3)
    (1.333, 1.077, 1.651)
    """
    one, other = wilson(a.events, a.of), wilson(b.events, b.of)
    if not (a.events > 0 and b.events > 0):
        raise FigureMissing("A ratio is not given when one of the two has no events.", "Use the difference.")
    error = sqrt(1 / a.events - 1 / a.of + 1 / b.events - 1 / b.of)
    value, step = one.value / other.value, z_of(confidence) * error
    return Ratio(value, value * exp(-step), value * exp(step), _score_p(a, b))


def difference_of_rates(a: Group, b: Group, per: float = 100_000, confidence: float = 0.95) -> Difference:
    """The rate of ``a`` less that of ``b``.

    Parameters
    ----------
    a, b : Group
        Events and people or person-years.
    per : float
    confidence : float

    Returns
    -------
    Difference
        Events per ``per``. Its p is that of the exact test, which is cautious with few events.

    Raises
    ------
    DataError
        When a population is not above 0 or a count is below 0 or not whole.

    Notes
    -----
    Limits by Zou and Donner (2008) from those of each rate (exact below 10 events, Byar from 10). Test: Przyborowski
    and Wilenski (1940), twice the smaller tail.

    Examples
    --------
    >>> d = difference_of_rates(Group(30, 10_000), Group(15, 10_000))
    >>> round(d.value), round(d.lower), round(d.upper), round(d.p, 3)
    (150, 12, 294, 0.036)
    """
    one, other = rate(a.events, a.of, per, confidence), rate(b.events, b.of, per, confidence)
    return Difference(one.value - other.value, *mover(one, other), _conditional_p(a, b))


def ratio_of_rates(a: Group, b: Group, confidence: float = 0.95) -> Ratio:
    """The rate of ``a`` over that of ``b``, exact.

    Raises
    ------
    FigureMissing
        When neither has any event.
    DataError
        When a population is not above 0 or a count is below 0 or not whole.

    Notes
    -----
    Given the total of both, the events of ``a`` are binomial (Przyborowski and Wilenski, 1940); the limits are Clopper
    and Pearson's (1934) for that proportion, turned into odds. The p value is twice the smaller tail, so it falls below
    the level exactly when the interval leaves out 1.

    Examples
    --------
    >>> r = ratio_of_rates(Group(30, 10_000), Group(15, 10_000))
    >>> round(r.value, 2), round(r.lower, 2), round(r.upper, 2)
    (2.0, 1.04, 4.0)
    """
    p = _conditional_p(a, b)
    total = a.events + b.events
    if not total:
        raise FigureMissing("Neither has any event, so there is no ratio.", "Combine areas or years.")
    share = clopper_pearson(a.events, total, confidence)
    lower, value, upper = (_odds(s) * b.of / a.of for s in (share.lower, share.value, share.upper))
    return Ratio(value, lower, upper, p)


@dataclass(frozen=True, slots=True)
class Sample:
    """What is published of a sample of measurements.

    Attributes
    ----------
    size : int
    mean, deviation : float
        Deviation is the standard deviation of the sample.
    """

    size: int
    mean: float
    deviation: float


def difference_of_means(a: Sample, b: Sample, confidence: float = 0.95) -> Difference:
    """The mean of ``a`` less that of ``b``, whose variances may differ.

    Raises
    ------
    DataError
        When a sample has fewer than two observations, or neither varies.

    Notes
    -----
    Welch (1947), with Satterthwaite's degrees of freedom.

    Examples
    --------
    >>> d = difference_of_means(Sample(10, 5.0, 1.0), Sample(12, 4.0, 1.5))
    >>> round(d.value, 2), round(d.p, 3)
    (1.0, 0.078)
    """
    if min(a.size, b.size) < 2:
        raise DataError("One observation has no interval.", "Give two or more of each.")
    parts = [s.deviation**2 / s.size for s in (a, b)]
    variance = sum(parts)
    if not variance > 0:
        raise DataError("Neither sample varies, so chance cannot be told.", "Check the standard deviations.")
    freedom = variance**2 / sum(v**2 / (s.size - 1) for v, s in zip(parts, (a, b), strict=True))
    gap, error = a.mean - b.mean, sqrt(variance)
    half = float(stdtrit(freedom, (1 + confidence) / 2)) * error
    return Difference(gap, gap - half, gap + half, float(2 * stdtr(freedom, -abs(gap) / error)))


def ratio(a: Estimate, b: Estimate, confidence: float = 0.95) -> Ratio:
    """One published estimate over another: means, survey rates.

    Raises
    ------
    FigureMissing
        When an interval is missing, or the second estimate cannot be told from 0, for then no finite interval exists.

    Notes
    -----
    Fieller (1954) for two independent normal estimates: the ratios r for which a - r b is within z standard errors of
    0. The test is that of the difference.

    Examples
    --------
    >>> r = ratio(Estimate(8.0, 6.0, 10.0), Estimate(4.0, 3.6, 4.4))
    >>> round(r.value, 2), round(r.lower, 2), round(r.upper, 2)
    (2.0, 1.48, 2.56)
    """
    z2 = z_of(confidence) ** 2
    va, vb = z2 * a.standard_error**2, z2 * b.standard_error**2
    below = b.value**2 - vb
    if isnan(va) or isnan(vb) or not below > 0:
        raise FigureMissing(
            "The second figure cannot be told from 0, so their ratio has no upper limit.", "Use the difference."
        )
    middle = a.value * b.value / below
    spread = sqrt(max(0.0, a.value**2 * vb + b.value**2 * va - va * vb)) / below
    return Ratio(a.value / b.value, middle - spread, middle + spread, difference(a, b, confidence).p)


def _score_p(a: Group, b: Group) -> float:
    together = (a.events + b.events) / (a.of + b.of)
    variance = together * (1 - together) * (1 / a.of + 1 / b.of)
    if not variance > 0:
        return 1.0
    return float(2 * ndtr(-abs(a.events / a.of - b.events / b.of) / sqrt(variance)))


def _conditional_p(a: Group, b: Group) -> float:
    for group in (a, b):
        if not group.of > 0 or not group.events >= 0 or group.events != round(group.events):
            raise DataError(
                f"{group.events:g} of {group.of:g} is not a count of events among people.",
                "Give whole counts and populations above 0.",
            )
    total, share = int(a.events + b.events), a.of / (a.of + b.of)
    if not total:
        return 1.0
    at_most = float(bdtr(a.events, total, share))
    at_least = float(bdtrc(a.events - 1, total, share)) if a.events else 1.0
    return min(1.0, 2 * min(at_most, at_least))


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else inf
