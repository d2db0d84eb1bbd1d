"""Numbers both drawings need: axis ends, readable ticks, labels that do not overlap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil, floor, log10

from workbench.charts.spec import IntervalDots, Point, Series, Trend
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
