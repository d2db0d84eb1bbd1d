"""Names of marks on one axis as flags: a pole from each mark and the name beside its top, clear of the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flag:
    """Where a name stands: ``lane`` counts from 0, the nearest; ``left`` when it stands to the left of its pole."""

    lane: int
    left: bool


@dataclass(frozen=True, slots=True)
class _Set:
    x: float
    low: float
    high: float
    lane: int


def fly(places: Sequence[float], widths: Sequence[float], across: float, gap: float = 6) -> list[Flag]:
    """Give each name a lane and a side, the lowest lane first.

    Parameters
    ----------
    places : sequence of float
        Where the marks stand, px from the left.
    widths : sequence of float
        Px each name takes.
    across : float
        Px there are.
    gap : float
        Px between a name and the next, or the next pole.

    Returns
    -------
    list of Flag

    Examples
    --------
    >>> fly([10, 40, 290], [80, 80, 80], 300)
    [Flag(lane=1, left=False), Flag(lane=0, left=False), Flag(lane=0, left=True)]
    """
    # Which order leaves most names clear of poles depends on how they lie: the best of three is taken.
    count = range(len(places))
    orders = (
        sorted(count, key=lambda i: (-places[i], i)),
        sorted(count, key=lambda i: (places[i], i)),
        sorted(count, key=lambda i: (abs(places[i] - across / 2), i)),
    )
    tried = [_fly(order, places, widths, across, gap) for order in orders]
    _, flags = min(tried, key=lambda t: t[0])
    return flags


def _fly(
    order: Sequence[int], places: Sequence[float], widths: Sequence[float], across: float, gap: float
) -> tuple[tuple[int, int], list[Flag]]:
    """Names set one after another, each as low as it can be; and how many poles cross one, and the lanes."""
    done: list[_Set] = []
    flags: dict[int, Flag] = {}
    crossed = 0
    for i in order:
        x, wide = places[i], widths[i] + gap
        sides = [True, False] if x > across / 2 else [False, True]
        spans = {left: (x - wide, x) if left else (x, x + wide) for left in sides}
        fits = [s for s in sides if spans[s][0] >= -2 * gap and spans[s][1] <= across + 2 * gap] or sides[:1]
        free = [
            (clear, lane, sides.index(left))
            for lane in range(len(places) + 1)
            for left in fits
            if (clear := _crossings(done, x, *spans[left], lane)) is not None
        ]
        hits, lane, side = min(free)
        crossed += hits
        done.append(_Set(x, *spans[sides[side]], lane))
        flags[i] = Flag(lane, sides[side])
    highest = max((f.lane for f in flags.values()), default=0)
    return (crossed, highest), [flags[i] for i in range(len(places))]


def _crossings(done: Iterable[_Set], x: float, low: float, high: float, lane: int) -> int | None:
    """How many poles would run behind a name; None when two names would meet in a lane."""
    hits = 0
    for other in done:
        if other.lane == lane and low < other.high and other.low < high:
            return None
        # Its pole behind this name, or this pole behind its name: the line gives way to the name.
        hits += (other.lane > lane and low < other.x < high) or (other.lane < lane and other.low < x < other.high)
    return hits
