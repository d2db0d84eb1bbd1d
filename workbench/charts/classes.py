"""Class edges of a map: about as many areas in each class, equal steps, or natural breaks; every edge readable."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]
Classing = Literal["quantile", "equal", "natural"]

NATURAL_MOST = 400  # values that natural breaks are sought among; of more, evenly spaced ones in order of size


def edges_of(values: Sequence[float], classes: int = 5, method: Classing = "quantile") -> tuple[float, ...]:
    """Inner class edges by a method, rising; fewer than ``classes - 1`` where a class would be empty.

    Parameters
    ----------
    values : sequence of float
        Without missing ones.
    classes : int
    method : {"quantile", "equal", "natural"}

    Returns
    -------
    tuple of float

    Examples
    --------
    >>> edges_of([1, 2, 3, 4, 10], 3, "equal"), edges_of([1, 2, 3, 20, 21, 40], 3, "natural")
    ((4.0, 7.0), (20.0, 40.0))
    """
    return _METHODS[method](values, classes)


def equal_edges(values: Sequence[float], classes: int = 5) -> tuple[float, ...]:
    """Class edges at equal steps from the lowest value to the highest, rounded to a readable number.

    Examples
    --------
    >>> equal_edges([0.2, 1.1, 9.8], 5)
    (2.0, 4.0, 6.0, 8.0)
    """
    data = np.sort(np.asarray(values, dtype=float))
    if len(data) == 0 or data[0] == data[-1]:
        return ()
    wanted = np.linspace(data[0], data[-1], classes + 1)[1:-1]
    step = wanted[1] - wanted[0] if len(wanted) > 1 else data[-1] - data[0]
    # Rounded by at most a tenth of a step.
    return tuple(dict.fromkeys(_roundest(w - step / 10, w + step / 10) for w in wanted))


def natural_edges(values: Sequence[float], classes: int = 5) -> tuple[float, ...]:
    """Class edges in the gaps that leave the least squared spread within classes.

    Notes
    -----
    W. D. Fisher, "On grouping for maximum homogeneity", *Journal of the American Statistical Association* 53 (1958),
    789–798, which gives the best grouping; known on maps as the natural breaks of Jenks. Of more than 400 values,
    400 evenly spaced ones in order of size are grouped, the lowest and the highest among them. An edge is the roundest
    number above the highest value of the lower class and not above the lowest value of the upper one.

    Examples
    --------
    >>> natural_edges([1.0, 1.2, 5.0, 5.1, 9.0], 3)
    (5.0, 8.0)
    """
    data = np.sort(np.asarray(values, dtype=float))
    if len(data) > NATURAL_MOST:
        data = data[np.linspace(0, len(data) - 1, NATURAL_MOST).round().astype(int)]
    groups = min(classes, len(np.unique(data)))
    if groups < 2:
        return ()
    return tuple(_roundest(data[i - 1], data[i], above=True) for i in _breaks(data, groups))


def _breaks(data: Values, groups: int) -> list[int]:
    """Where each group but the first begins, by Fisher's exact method: dynamic programming over the ordered values."""
    n = len(data)
    total, square = (np.concatenate([[0.0], np.cumsum(x)]) for x in (data - data.mean(), (data - data.mean()) ** 2))
    best = np.full((groups, n + 1), np.inf)
    came = np.zeros((groups, n + 1), dtype=int)
    ends = np.arange(1, n + 1)
    best[0, 1:] = square[1:] - total[1:] ** 2 / ends
    for g in range(1, groups):
        for end in range(g + 1, n + 1):
            start = np.arange(g, end)
            within = square[end] - square[start] - (total[end] - total[start]) ** 2 / (end - start)
            # Equal values are never parted.
            cost = np.where(data[start - 1] < data[start], best[g - 1, start] + within, np.inf)
            k = int(np.argmin(cost))
            best[g, end], came[g, end] = cost[k], start[k]
    starts, end = [], n
    for g in range(groups - 1, 0, -1):
        end = int(came[g, end])
        starts.append(end)
    return starts[::-1]


def _roundest(low: float, high: float, *, above: bool = False) -> float:
    """The number of fewest digits between two; with ``above`` it must lie above the lower and may be the upper."""
    if low >= high:
        return float(high)
    top = int(np.ceil(np.log10(max(abs(low), abs(high), high - low)))) + 1
    middle = (low + high) / 2
    for step in (m * 10.0**e for e in range(top, top - 14, -1) for m in (5, 2, 1)):
        near = round(round(middle / step) * step, 10)
        tried = [round(near + k * step, 10) for k in (0, -1, 1)]
        held = [t for t in tried if (low < t if above else low <= t) and t <= high]
        if held:
            return held[0] + 0.0
    return float(high)


def class_edges(values: Sequence[float], classes: int = 5) -> tuple[float, ...]:
    """Readable class edges with about as many areas in each class: rounded quantiles.

    Parameters
    ----------
    values : sequence of float
        Without missing ones.
    classes : int

    Returns
    -------
    tuple of float
        Rising inner edges, at most ``classes - 1``; fewer when so many areas share a value that a class would be empty.
        The roundest edges are taken that keep each class within a fifth of its fair share.

    Examples
    --------
    >>> class_edges([0.7, 1.1, 1.4, 1.9, 2.2, 2.6, 3.1, 3.4, 4.4, 6.2])
    (1.4, 2.0, 2.8, 3.6)
    """
    data = np.sort(np.asarray(values, dtype=float))
    if len(data) == 0 or data[0] == data[-1]:
        return ()
    wanted = np.quantile(data, np.arange(1, classes) / classes)
    best: tuple[float, ...] = ()
    worst = 1.0  # the largest departure of a class of `best` from its fair share
    top = int(np.ceil(np.log10(data[-1] - data[0])))
    for step in (m * 10.0**e for e in range(top, top - 6, -1) for m in (5, 2, 1)):
        edges = tuple(float(e) for e in _filled(np.unique(np.round(np.round(wanted / step) * step, 10)), data))
        share = np.diff([0, *np.searchsorted(data, edges), len(data)]) / len(data)
        off = float(np.abs(share - 1 / classes).max())
        if len(edges) == classes - 1 and off <= 0.2 / classes:
            return edges
        # A finer edge must earn its digits.
        if len(edges) > len(best) or (len(edges) == len(best) and off < worst - 0.05):
            best, worst = edges, off
    # Where most areas share one value no quantile parts them; the others are not hidden in its class.
    return best or natural_edges(values, classes)


def _filled(edges: Values, data: Values) -> Values:
    """Leave out the edges that would make an empty class."""
    kept: list[float] = []
    for edge in edges:
        start = kept[-1] if kept else -np.inf
        if np.any((data >= start) & (data < edge)) and np.any(data >= edge):
            kept.append(float(edge))
    return np.array(kept)


def class_of(value: float, edges: Sequence[float]) -> int:
    """The class of a value: how many edges it has reached.

    Examples
    --------
    >>> class_of(2.0, (1.0, 2.0, 3.0))
    2
    """
    return int(np.searchsorted(np.asarray(edges), value, side="right"))


_METHODS: Mapping[Classing, Callable[[Sequence[float], int], tuple[float, ...]]] = {
    "quantile": class_edges,
    "equal": equal_edges,
    "natural": natural_edges,
}
