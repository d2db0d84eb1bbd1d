"""Names of marks on one axis as flags: a pole from each mark and the name beside its top, none crossing another."""

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
    # From both ends inward: a name then lies over the poles of those nearer the end only when it is higher.
    order = sorted(range(len(places)), key=lambda i: (-min(places[i], across - places[i]), i))
    done: dict[int, _Set] = {}
    flags: dict[int, Flag] = {}
    for i in order:
        x, wide = places[i], widths[i]
        sides = (True, False) if x > across / 2 else (False, True)
        spans = {left: (x - wide - gap, x) if left else (x, x + wide + gap) for left in sides}
        fits = [s for s in sides if spans[s][0] >= -gap and spans[s][1] <= across + gap] or [sides[0]]
        lane, left = next(
            (lane, left)
            for lane in range(len(places) + 1)
            for left in fits
            if lane == len(places) or _free(done.values(), x, *spans[left], lane)
        )
        done[i] = _Set(x, *spans[left], lane)
        flags[i] = Flag(lane, left)
    return [flags[i] for i in range(len(places))]


def _free(done: Iterable[_Set], x: float, low: float, high: float, lane: int) -> bool:
    """Whether neither name crosses the other's pole and no two names meet in a lane."""
    for other in done:
        if other.lane == lane and low < other.high and other.low < high:
            return False
        if other.lane > lane and low < other.x < high:  # its pole runs through this name
            return False
        if other.lane < lane and other.low < x < other.high:  # this pole would run through its name
            return False
    return True
