"""Control limits of a funnel: how far areas may lie from a target by chance alone, along their size.

Sources
-------
D. J. Spiegelhalter, "Funnel plots for comparing institutional performance", *Statistics in Medicine* 24 (2005),
1185–1202: limits at 95% and 99.8%, exact limits by interpolation, overdispersion with winsorised scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, pdtr, pdtrc

from workbench.domain import words
from workbench.domain.statistics import z_of
from workbench.errors import DataError

Method = Literal["exact", "normal"]
Signal = Literal["Low (0.001)", "Low (0.025)", "Not significant", "High (0.025)", "High (0.001)"]

WARNING, CONTROL = 0.95, 0.998
"""The confidence of the inner and of the outer limits."""

_Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ControlLimits:
    """Five aligned series, in the unit of the target.

    Attributes
    ----------
    x : tuple of float
        Denominators, rising, each once.
    lower95, upper95, lower998, upper998 : tuple of float
    method : str
        How they came about, for the caption.
    """

    x: tuple[float, ...]
    lower95: tuple[float, ...]
    upper95: tuple[float, ...]
    lower998: tuple[float, ...]
    upper998: tuple[float, ...]
    method: str


def limits(
    denominators: Sequence[float],
    target: float,
    unit: str = words.PER_CENT,
    *,
    per: float = 1,
    method: Method = "exact",
    dispersion: float = 1,
) -> ControlLimits:
    """The limits within which 95% and 99.8% of areas of each size lie if all have the target.

    Parameters
    ----------
    denominators : sequence of float
        People, or expected events, above 0; in any order.
    target : float
        In the unit.
    unit : str
        ``percent`` or ``proportion``: binomial. Anything else is a rate of events: Poisson.
    per : float
        For a rate: 100,000 for events per 100,000 people; 1 for observed over expected events (target 1).
    method : str
        ``exact``: quantiles of the binomial or Poisson distribution, interpolated; denominators of a proportion are
        then rounded to whole people. ``normal``: target ∓ z times its standard error.
    dispersion : float
        By how much the variance exceeds that of chance (:func:`overdispersion`); above 1 only with ``normal``.

    Returns
    -------
    ControlLimits

    Raises
    ------
    DataError
        When there are no denominators, one is not above 0, the target is out of range, or overdispersion is asked of
        exact limits.

    Notes
    -----
    Spiegelhalter (2005), appendix: with r the smallest count whose cumulated probability reaches p, the exact limit is
    (r - (F(r) - p) / (F(r) - F(r - 1))) / n. Limits of a proportion stay within 0 and 1, of a rate at or above 0. OHID
    draws the normal limits for proportions (they are the Wilson interval turned round) and exact limits for rates.

    Examples
    --------
    >>> funnel = limits([400, 100], 50, method="normal")
    >>> funnel.x, [round(v, 2) for v in funnel.lower95], [round(v, 2) for v in funnel.upper998]
    ((100.0, 400.0), [40.2, 45.1], [65.45, 57.73])
    """
    sizes = np.unique(np.asarray(denominators, dtype=float))
    top, scale = _scale(unit, per)
    _check(sizes, target, top, scale)
    if not dispersion >= 1 or (dispersion > 1 and method == "exact"):
        said = "Exact limits allow for chance alone."
        raise DataError(said, "Use the normal limits with a dispersion of 1 or more.", "dispersion")
    p = target / scale
    band = _normal if method == "normal" else _exact
    inner, outer = (band(sizes, p, top, confidence, dispersion) for confidence in (WARNING, CONTROL))
    x, lower95, upper95, lower998, upper998 = (
        tuple(float(v) for v in line) for line in (sizes, *(line * scale for line in (*inner, *outer)))
    )
    return ControlLimits(x, lower95, upper95, lower998, upper998, _method(top, method, dispersion))


def signal(events: float, denominator: float, target: float, unit: str = words.PER_CENT, *, per: float = 1) -> Signal:
    """Where one area lies, in the labels that OHID uses.

    Parameters
    ----------
    events, denominator : float
        Observed and, for a ratio, expected events.
    target, unit, per
        As for :func:`limits`.

    Returns
    -------
    str
        ``Low (0.001)`` lies below the 99.8% limit, ``Low (0.025)`` below the 95% limit.

    Raises
    ------
    DataError
        As for :func:`limits`; and when a count is below 0, or above the denominator of a proportion.

    Notes
    -----
    Proportions by the normal limits; rates and ratios by the exact Poisson interval of the events, which leaves out
    the target exactly when a tail beyond the events is below 0.025 or 0.001.

    Examples
    --------
    >>> signal(66, 95.61060409, 1, "ratio"), signal(56, 100, 50)
    ('Low (0.001)', 'Not significant')
    """
    top, scale = _scale(unit, per)
    _check(np.array([denominator]), target, top, scale)
    if not 0 <= events <= denominator * top:
        raise DataError(f"{events:g} of {denominator:g} cannot be placed.", "Check the count and the denominator.")
    p = target / scale
    if top == 1:
        error = sqrt(p * (1 - p) / denominator)
        gap = events / denominator - p
        beyond = [abs(gap) > z_of(c) * error for c in (CONTROL, WARNING)]
    else:
        expected = p * denominator
        gap = events - expected
        tail = float(pdtr(events, expected) if gap < 0 else pdtrc(events - 1, expected) if events else 1.0)
        beyond = [tail < (1 - c) / 2 for c in (CONTROL, WARNING)]
    if not any(beyond):
        return "Not significant"
    if gap < 0:
        return "Low (0.001)" if beyond[0] else "Low (0.025)"
    return "High (0.001)" if beyond[0] else "High (0.025)"


@dataclass(frozen=True, slots=True)
class Overdispersion:
    """Whether areas vary more than chance alone would have them vary.

    Attributes
    ----------
    factor : float
        The variance of the areas over that of chance; 1 is chance alone.
    found : bool
        Whether it is clearly above 1.
    note : str
        For the caption; begins “Take care.”; empty when not found.
    """

    factor: float
    found: bool
    note: str


def overdispersion(
    events: Sequence[float],
    denominators: Sequence[float],
    target: float,
    unit: str = words.PER_CENT,
    *,
    per: float = 1,
    winsorised: float = 0.1,
) -> Overdispersion:
    """How much more areas vary about the target than chance explains.

    Parameters
    ----------
    events, denominators : sequence of float
        One entry an area.
    target, unit, per
        As for :func:`limits`.
    winsorised : float
        The share of the scores at each end that is drawn in, so that the areas a funnel is to find do not widen it.

    Raises
    ------
    DataError
        As for :func:`limits`; and when the two differ in length or the target leaves nothing to chance.

    Notes
    -----
    Spiegelhalter (2005): φ = Σ z² / k of the winsorised scores; it is found when φ > 1 + 2 √(2 / k).

    Examples
    --------
    >>> overdispersion([10, 90, 20, 80], [100, 100, 100, 100], 50).found
    True
    """
    x, n = np.asarray(events, dtype=float), np.asarray(denominators, dtype=float)
    if x.shape != n.shape:
        raise DataError(f"There are {len(x)} counts and {len(n)} denominators.", "Give one of each for every area.")
    top, scale = _scale(unit, per)
    _check(n, target, top, scale)
    p = target / scale
    error = np.sqrt(p * (1 - p) / n) if top == 1 else np.sqrt(p / n)
    if not (error > 0).all():
        raise DataError("The target leaves nothing to chance.", "Choose a target above 0 and below 100%.", "target")
    scores = np.sort((x / n - p) / error)
    cut = floor(winsorised * len(scores))
    scores = np.clip(scores, scores[cut], scores[len(scores) - 1 - cut])
    factor = float((scores**2).mean())
    found = factor > 1 + 2 * sqrt(2 / len(scores))
    said = (
        f"Take care. The areas vary {words.decimal(factor)} times as much as chance alone would have them vary. "
        "Most differences outside the limits will come from how the areas differ, so one area outside them is no alarm."
    )
    return Overdispersion(factor, found, said if found else "")


def _scale(unit: str, per: float) -> tuple[float, float]:
    """The most that a share may be (1, or infinite for a rate), and what the unit multiplies it by."""
    if unit in (words.PER_CENT, "proportion"):
        return 1.0, 100.0 if unit == words.PER_CENT else 1.0
    return float("inf"), per


def _check(sizes: _Numbers, target: float, top: float, scale: float) -> None:
    if not len(sizes) or not (sizes > 0).all() or not np.isfinite(sizes).all():
        raise DataError(
            "A funnel needs denominators above 0.", "Leave out areas without a denominator.", "denominators"
        )
    if not scale > 0 or not 0 <= target <= top * scale or target == float("inf"):
        raise DataError(
            f"A target of {target:g} is out of range.", "Give the target in the unit of the figures.", "target"
        )


def _normal(n: _Numbers, p: float, top: float, confidence: float, dispersion: float) -> tuple[_Numbers, _Numbers]:
    step = z_of(confidence) * np.sqrt(dispersion * (p * (1 - p) if top == 1 else p) / n)
    return np.maximum(0.0, p - step), np.minimum(top, p + step)


def _exact(n: _Numbers, p: float, top: float, confidence: float, _: float) -> tuple[_Numbers, _Numbers]:
    tail = (1 - confidence) / 2
    whole = np.maximum(1.0, np.round(n)) if top == 1 else n
    lines = []
    for reach in (tail, 1 - tail):
        found = np.array([_quantile(float(size), p, top, reach) for size in whole]) / whole
        lines.append(np.clip(found, 0.0, top))
    return lines[0], lines[1]


def _quantile(n: float, p: float, top: float, reach: float) -> float:
    """The count, interpolated, below which the given share of chance outcomes falls."""
    if p in (0.0, top):
        return n * p

    def cumulated(r: float) -> float:
        if r < 0 or (top == 1 and r >= n):  # scipy answers NaN there
            return 0.0 if r < 0 else 1.0
        return float(bdtr(r, int(n), p) if top == 1 else pdtr(r, n * p))

    # Halving: the exact inverse functions of scipy give no whole counts. The bracket holds far more than any tail used.
    spread = sqrt(n * p)
    low, high = max(-1, floor(n * p - 12 * spread - 30)), ceil(n * p + 12 * spread + 30)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if cumulated(middle) >= reach else (middle, high)
    above, below = cumulated(high), cumulated(high - 1)
    return max(0.0, high - (above - reach) / (above - below))


def _method(top: float, method: Method, dispersion: float) -> str:
    law = "binomial" if top == 1 else "Poisson"
    shape = f"exact {law}" if method == "exact" else f"normal approximation to the {law}"
    wider = f", widened for a variance {words.decimal(dispersion)} times that of chance" if dispersion > 1 else ""
    return f"Control limits at 95% and 99.8%: {shape}{wider} (Spiegelhalter, 2005)."
