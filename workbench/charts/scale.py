"""Numbers both drawings need: axis ends, readable ticks, labels that do not overlap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil, floor, log10

from workbench.charts.spec import IntervalDots, Point, Series, Trend
from workbench.charts.spec_spread import Funnel
from workbench.charts.words import missing, say


def known(values: Iterable[float | None]) -> list[float]:
    """The figures that are held."""
    return [v for v in values if v is not None and not missing(v)]


def extent(values: Iterable[float | None], *, zero: bool = False, pad: float = 0.04) -> tuple[float, float]:
    """The ends of an axis: every figure held, a little room, and zero where bars begin at it.

    Examples
    --------
    >>> extent([10.0, 20.0, None], pad=0.1)
    (9.0, 21.0)
    """
    held = known(values) + ([0.0] if zero else [])
    if not held:
        return (0.0, 1.0)
    low, high = min(held), max(held)
    room = (high - low) * pad or abs(high) * pad or 1.0
    if zero:
        return (low - room if low < 0 else 0.0, high + room if high > 0 else 0.0)
    return (low - room, high + room)


def ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Round numbers within an axis, about as many as wanted.

    Examples
    --------
    >>> ticks(58.7, 86.2, 5)
    [60.0, 65.0, 70.0, 75.0, 80.0, 85.0]
    >>> ticks(-120_000, 340_000, 4)
    [-100000.0, 0.0, 100000.0, 200000.0, 300000.0]
    """
    span = high - low
    if span <= 0:
        return [low]
    raw = span / max(wanted, 1)
    power = 10.0 ** floor(log10(raw))
    step = min((m * power for m in (1, 2, 5, 10)), key=lambda s: abs(log10(s / raw)))
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [round(i * step, 10) + 0.0 for i in range(first, last + 1)]


def tick_labels(at: Sequence[float], unit: str) -> list[str]:
    """Ticks in words, with no more decimals than they need.

    Examples
    --------
    >>> tick_labels([60.0, 65.0], "percent"), tick_labels([0.5, 1.0], "percent")
    (['60%', '65%'], ['0.5%', '1.0%'])
    """
    places = next((d for d in range(4) if all(abs(round(v, d) - v) < 1e-9 for v in at)), 4)
    return [say(v, unit, places) for v in at]


def pick(count: int, most: int) -> list[int]:
    """Which of a row of labels to write: evenly spread, the last always among them.

    Examples
    --------
    >>> pick(20, 5), pick(3, 5)
    ([3, 7, 11, 15, 19], [0, 1, 2])
    """
    if count <= most:
        return list(range(count))
    step = ceil(count / most)
    return list(range((count - 1) % step, count, step))


def spread(places: Sequence[float], gap: float) -> list[float]:
    """Move labels apart, as little as needed, until each is at least ``gap`` from the next; order is kept.

    Examples
    --------
    >>> spread([10.0, 11.0, 30.0], 4.0)
    [8.5, 12.5, 30.0]
    """
    order = sorted(range(len(places)), key=lambda i: (places[i], i))
    groups: list[list[int]] = []
    middles: list[float] = []
    for i in order:
        groups.append([i])
        middles.append(places[i])
        while len(groups) > 1 and middles[-1] - middles[-2] < gap * (len(groups[-1]) + len(groups[-2])) / 2:
            last, mid = groups.pop(), middles.pop()
            whole = len(groups[-1]) + len(last)
            middles[-1] = (middles[-1] * len(groups[-1]) + mid * len(last)) / whole
            groups[-1] += last
    out = [0.0] * len(places)
    for members, middle in zip(groups, middles, strict=True):
        for k, i in enumerate(members):
            out[i] = middle + gap * (k - (len(members) - 1) / 2)
    return out


def dots_extent(chart: IntervalDots) -> tuple[float, float]:
    """The ends of the axis: every interval and the reference line."""
    r = chart.reference
    line = [r.value, r.lower, r.upper] if r else []
    return extent([v for row in chart.rows for v in (row.value, row.lower, row.upper)] + line)


def trend_extent(chart: Trend) -> tuple[float, float]:
    """The ends of the value axis: every line, and the band of the main one."""
    drawn = [(p.value, p.lower, p.upper) if s.main else (p.value,) for s in chart.series for p in s.points]
    return extent([v for values in drawn for v in values], pad=0.07)


def runs(points: Sequence[Point]) -> list[list[Point]]:
    """Stretches in which an interval is published: a band is broken where it is not."""
    out: list[list[Point]] = [[]]
    for p in points:
        if missing(p.lower) or missing(p.upper):
            out.append([])
        else:
            out[-1].append(p)
    return [run for run in out if len(run) > 1]


def last_points(chart: Trend) -> list[tuple[Series, Point]]:
    """The last figure held of each line."""
    held = [(s, [p for p in s.points if not missing(p.value)]) for s in chart.series]
    return [(s, points[-1]) for s, points in held if points]


def swarm(places: Sequence[float], apart: float) -> list[int]:
    """Which row each dot of a strip stands in, 0 the middle one, so that no two in a row overlap.

    Parameters
    ----------
    places : sequence of float
        Along the axis, px.
    apart : float
        Px from one dot to the next in a row.

    Returns
    -------
    list of int
        0, 1, −1, 2, −2 …: the nearest free row to the middle.

    Examples
    --------
    >>> swarm([0.0, 2.0, 4.0, 30.0], 10.0)
    [0, 1, -1, 0]
    """
    ends: list[float] = []  # by how far from the middle: where the last dot of the row stands
    out = [0] * len(places)
    for i in sorted(range(len(places)), key=lambda i: (places[i], i)):
        for k in range(len(ends) + 1):
            if k == len(ends):
                ends.append(-float("inf"))
            if places[i] - ends[k] >= apart:
                ends[k] = places[i]
                out[i] = (k + 1) // 2 if k % 2 else -(k // 2)
                break
    return out


def log_ticks(low: float, high: float) -> list[float]:
    """Readable ticks on a logarithmic axis: 1, 2 and 5 times the powers of ten, or fewer when there are many.

    Examples
    --------
    >>> log_ticks(300, 60_000)
    [500.0, 1000.0, 2000.0, 5000.0, 10000.0, 20000.0, 50000.0]
    """
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    for steps in ((1, 2, 5), (1, 3), (1,)):
        found = [m * 10.0**e for e in powers for m in steps if low <= m * 10.0**e <= high]
        if len(found) <= 7:
            return found
    return found


def dot_size(count: int) -> float:
    """Px across a dot: smaller as there are more.

    Examples
    --------
    >>> dot_size(10), dot_size(317), dot_size(2000)
    (13.0, 8.0, 5.0)
    """
    return next((size for most, size in ((60, 13.0), (160, 10.0), (500, 8.0), (1000, 6.0)) if count <= most), 5.0)


def columns_of(count: int, narrow: bool) -> int:
    """How many panels stand in a row.

    Examples
    --------
    >>> [columns_of(n, False) for n in (4, 10, 30)], columns_of(30, True)
    ([4, 5, 6], 2)
    """
    if narrow:
        return min(count, 2)
    return count if count <= 4 else 4 if count in (7, 8, 11, 12) else 5 if count <= 20 else 6


def short(value: float) -> str:
    """A denominator on the axis: 20k and 1.5m, for there is little room."""
    for unit, mark in ((1e6, "m"), (1e3, "k")):
        if value >= unit and round(value / unit, 1) == value / unit:
            return f"{value / unit:g}{mark}"
    return say(value, "count")


def funnel_ends(chart: Funnel) -> tuple[float, float, bool]:
    """The ends of the denominator's axis, and whether it is logarithmic: where the largest is 15 times the smallest."""
    x = known(d.denominator for d in chart.held)
    low, high = (min(x), max(x)) if x else (chart.limits.x[0], chart.limits.x[-1])
    if low > 0 and high / low > 15:
        return low / 1.15, high * 1.15, True
    room = (high - low) * 0.06 or high * 0.1 or 1.0
    return max(low - room, 0.0), high + room, False


def funnel_heights(chart: Funnel, x0: float, x1: float) -> tuple[float, float]:
    """The ends of the value's axis: every dot, and the limits where there are dots."""
    low = min(known(d.denominator for d in chart.held), default=x0)
    limits = chart.limits
    drawn = [y for line in (limits.lower998, limits.upper998) for x, y in zip(limits.x, line, strict=True)
             if max(low, x0) <= x <= x1]  # fmt: skip
    return extent([*(d.value for d in chart.held), chart.target.value, *drawn], pad=0.05)
