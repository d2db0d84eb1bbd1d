"""How far a rank may be off: from sampling, or from rounding.

Sources
-------
D. Al Mohamad, E. W. van Zwet and J. J. Goeman, "Simultaneous confidence intervals for ranks with application to ranking
institutions", *Biometrics* 78 (2022), 238–247; H. Goldstein and D. J. Spiegelhalter, "League tables and their
limitations", *Journal of the Royal Statistical Society A* 159 (1996), 385–443, for why a rank needs an interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from workbench.domain.statistics import Estimate
from workbench.errors import DataError, FigureMissing


@dataclass(frozen=True, slots=True)
class RankInterval:
    """The ranks an area may have; 1 is the highest.

    Attributes
    ----------
    best, worst : int
    """

    best: int
    worst: int


def rank_intervals(estimates: Sequence[Estimate], confidence: float = 0.95) -> tuple[RankInterval, ...]:
    """Intervals that hold the true ranks of all areas together with the given confidence.

    Parameters
    ----------
    estimates : sequence of Estimate
        Independent, with intervals, in one unit.
    confidence : float
        That every interval holds the true rank of its area.

    Returns
    -------
    tuple of RankInterval
        In the order given. An area's best rank is one more than the number of areas surely above it.

    Raises
    ------
    FigureMissing
        When an estimate has no interval.
    DataError
        When the confidence is not between 0 and 1.

    Notes
    -----
    Al Mohamad, van Zwet and Goeman (2022): all pairs are compared by Tukey's honest significant difference (with
    Kramer's form for unequal standard errors), which keeps the chance of even one false difference below
    1 - confidence. No simulation. It takes time in proportion to the square of the number of areas.

    Examples
    --------
    >>> rank_intervals([Estimate(80, 79, 81), Estimate(60, 55, 65), Estimate(62, 57, 67)])
    (RankInterval(best=1, worst=1), RankInterval(best=2, worst=3), RankInterval(best=2, worst=3))
    """
    from scipy.stats import studentized_range  # noqa: PLC0415 - the package takes long to load

    if not 0 < confidence < 1:
        raise DataError(f"A confidence of {confidence} is not between 0 and 1.", "Give 0.95 for 95%.")
    n = len(estimates)
    if n < 2:
        return tuple(RankInterval(1, 1) for _ in estimates)
    values = np.array([e.value for e in estimates])
    errors = np.array([e.standard_error for e in estimates])
    if np.isnan(values).any() or not (errors > 0).all():
        raise FigureMissing("A rank was asked of figures without an interval.", "Choose figures with intervals.")
    critical = float(studentized_range.ppf(confidence, n, inf)) / 2**0.5
    found = []
    for value, error in zip(values, errors, strict=True):
        gaps, needed = values - value, critical * np.hypot(errors, error)
        found.append(RankInterval(1 + int((gaps > needed).sum()), n - int((gaps < -needed).sum())))
    return tuple(found)


def rank_bounds(values: Sequence[float], errors: Sequence[float]) -> tuple[RankInterval, ...]:
    """The ranks that areas may have when each full count may be off by so much and no more.

    Parameters
    ----------
    values, errors : sequence of float
        An error of 0 is an exact figure.

    Returns
    -------
    tuple of RankInterval
        In the order given. Certain, not a matter of confidence. Areas that may be equal may share a rank.

    Raises
    ------
    DataError
        When there is not one error for each value.

    Examples
    --------
    >>> rank_bounds([100, 90, 87], [2.5, 2.5, 2.5])
    (RankInterval(best=1, worst=1), RankInterval(best=2, worst=3), RankInterval(best=2, worst=3))
    """
    if len(values) != len(errors):
        raise DataError(f"There are {len(values)} values and {len(errors)} errors.", "Give one error for each value.")
    low = np.asarray(values, dtype=float) - np.asarray(errors, dtype=float)
    high = np.asarray(values, dtype=float) + np.asarray(errors, dtype=float)
    # Surely above: the lowest it may be is more than the highest the other may be.
    above = len(low) - np.searchsorted(np.sort(low), high, side="right")
    below = np.searchsorted(np.sort(high), low, side="left")
    return tuple(RankInterval(1 + int(a), len(low) - int(b)) for a, b in zip(above, below, strict=True))
