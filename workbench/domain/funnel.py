"""Control limits of a funnel plot: how far chance alone may take an area of a given size from a target.

Sources
-------
D. J. Spiegelhalter, "Funnel plots for comparing institutional performance", *Statistics in Medicine* 24 (2005),
1185–1202; PHE, *Technical Guide: Confidence Intervals* (25 May 2018). Two-sided 95% and 99.8%: about two and three
standard deviations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

from scipy.special import chdtri

from workbench.domain.statistics import exact_count, z_of
from workbench.errors import DataError

INNER, OUTER = 0.95, 0.998

Place = Literal["below 99.8%", "below 95%", "within", "above 95%", "above 99.8%"]


@dataclass(frozen=True, slots=True)
class FunnelLimits:
    """Limits by size, in the unit of the target. The five series are aligned.

    Attributes
    ----------
    x : tuple of float
        Denominators, or expected counts of a ratio; rising.
    lower95, upper95, lower998, upper998 : tuple of float
    """

    x: tuple[float, ...]
    lower95: tuple[float, ...]
    upper95: tuple[float, ...]
    lower998: tuple[float, ...]
    upper998: tuple[float, ...]


def proportion_limits(target: float, denominators: Sequence[float], per: float = 100) -> FunnelLimits:
    """Limits around a proportion.

    Parameters
    ----------
    target : float
        The proportion that the funnel lies around, as so many in ``per``: 6.4 of 100.
    denominators : sequence of float
        Above 0.
    per : float

    Returns
    -------
    FunnelLimits
        In the unit of ``target``, cut off at 0 and at ``per``.

    Raises
    ------
    DataError
        When the target is no proportion or a denominator is not above 0.

    Notes
    -----
    p ± z √(p (1 − p) / n): the normal approximation (Spiegelhalter 2005, A.1.1), to which the inverted Wilson limits of
    the PHE tools come as well.

    Examples
    --------
    >>> limits = proportion_limits(50, [100])
    >>> round(limits.lower95[0], 2), round(limits.upper998[0], 2)
    (40.2, 65.45)
    """
    p = target / per
    if not 0 <= p <= 1:
        raise DataError(f"{target:g} in {per:g} is not a proportion.", "Check the target.")
    sizes = _sizes(denominators)

    def limit(z: float) -> tuple[float, ...]:
        return tuple(per * min(1.0, max(0.0, p + z * sqrt(p * (1 - p) / n))) for n in sizes)

    inner, outer = z_of(INNER), z_of(OUTER)
    return FunnelLimits(sizes, limit(-inner), limit(inner), limit(-outer), limit(outer))


def ratio_limits(expected: Sequence[float], target: float = 1.0) -> FunnelLimits:
    """Limits around a ratio of observed to expected events, or around a rate of rare events.

    Parameters
    ----------
    expected : sequence of float
        Events that the target would give each area: its population times the target rate.
    target : float
        The value that the funnel lies around: 1 for a ratio, 100 for one in per cent, or a rate.

    Returns
    -------
    FunnelLimits
        In the unit of ``target``.

    Raises
    ------
    DataError
        When an expected count is not above 0.

    Notes
    -----
    Exact Poisson limits of the expected count E, by quantiles of χ²: χ²(a; 2E) / 2 and χ²(1 − a; 2E + 2) / 2.

    Examples
    --------
    >>> limits = ratio_limits([100], target=100)
    >>> round(limits.lower95[0], 1), round(limits.upper95[0], 1)
    (81.4, 121.6)
    """
    sizes = _sizes(expected)

    def low(confidence: float) -> tuple[float, ...]:
        return tuple(target * float(chdtri(2 * e, (1 + confidence) / 2)) / 2 / e for e in sizes)

    def high(confidence: float) -> tuple[float, ...]:
        return tuple(target * float(chdtri(2 * e + 2, (1 - confidence) / 2)) / 2 / e for e in sizes)

    return FunnelLimits(sizes, low(INNER), high(INNER), low(OUTER), high(OUTER))


def place_of_proportion(numerator: float, denominator: float, target: float) -> Place:
    """Where a proportion lies in the funnel around a target proportion (0 to 1).

    Examples
    --------
    >>> place_of_proportion(65, 100, 0.5)
    'above 95%'
    """
    limits = proportion_limits(target, [denominator], per=1)
    value = numerator / denominator
    inner, outer = (limits.lower95[0], limits.upper95[0]), (limits.lower998[0], limits.upper998[0])
    return _place(value < outer[0], value < inner[0], value > inner[1], value > outer[1])


def place_of_ratio(observed: float, expected: float) -> Place:
    """Where a ratio lies: whether the exact limits of the observed count leave out the expected one (PHE 2018).

    Examples
    --------
    >>> place_of_ratio(83, 103.08)
    'below 95%'
    """
    inner, outer = exact_count(observed, INNER), exact_count(observed, OUTER)
    below, above = (outer.upper < expected, inner.upper < expected), (inner.lower > expected, outer.lower > expected)
    return _place(*below, *above)


def _place(far_below: bool, below: bool, above: bool, far_above: bool) -> Place:
    if far_below:
        return "below 99.8%"
    if far_above:
        return "above 99.8%"
    return "below 95%" if below else "above 95%" if above else "within"


def _sizes(given: Sequence[float]) -> tuple[float, ...]:
    if any(not n > 0 for n in given):
        raise DataError("A size in the funnel is not above 0.", "Leave out areas without a denominator.")
    return tuple(sorted(given))
