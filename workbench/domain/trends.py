"""One area over time: what changed by more than sampling, and a title that says only what the figures support."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise

import pandas as pd

from workbench.domain import words
from workbench.domain.figures import FigureSet
from workbench.domain.rows import (
    Row,
    check_alike,
    check_boundaries,
    estimate_of,
    has_interval,
    is_usable,
    missing_reason,
    records,
    rounding_error,
    same,
)
from workbench.domain.statistics import Period, change, difference, overlap
from workbench.errors import FigureMissing, NotComparable


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One period of a series; ``lower`` and ``upper`` are None for a full count."""

    period: Period
    value: float
    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True)
class Change:
    """From one period to another.

    Attributes
    ----------
    before, after : tuple of date
    value, lower, upper : float
        Later less earlier. Bounds of sampling for a survey, of rounding for a full count.
    p : float or None
        None for a full count.
    beyond : bool or None
        Whether it is more than sampling (or rounding) alone would give; None when that cannot be known.
    """

    before: Period
    after: Period
    value: float
    lower: float
    upper: float
    p: float | None
    beyond: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """One area over time, with a reference beside it where one was given.

    Attributes
    ----------
    area_code, name, measure, unit : str
    points : tuple of TrendPoint
        Every period with a figure, oldest first.
    overall, last : Change or None
        First to last period, and the last two periods that do not overlap; None with fewer than two.
    steps : tuple of Change
        From each period to the next that does not overlap it.
    reference_name : str
    reference : tuple of TrendPoint
        The reference in the periods both have.
    below, above, surely_below, surely_above : int
        In how many of those periods the area lies below or above the reference, and in how many by more than sampling.
    sampled : bool
    caveats : tuple of str
    """

    area_code: str
    name: str
    measure: str
    unit: str
    points: tuple[TrendPoint, ...]
    overall: Change | None
    last: Change | None
    steps: tuple[Change, ...]
    reference_name: str
    reference: tuple[TrendPoint, ...]
    below: int
    above: int
    surely_below: int
    surely_above: int
    sampled: bool
    caveats: tuple[str, ...]

    def frame(self) -> pd.DataFrame:
        """The points as a table."""
        return pd.DataFrame(
            [
                {**asdict(p), "period": words.period(*p.period), "start": p.period[0], "end": p.period[1]}
                for p in self.points
            ]
        )

    def headline(self) -> str:
        """The result as a sentence, for a title."""
        if self.overall is None:
            return f"Only one period is held for {self.name}: {words.period(*self.points[0].period)}"
        relation = self._relation()
        if not relation:
            return self._change_words(self.overall)
        return f"{relation}; {self._wobble()}" if self._wobble() else relation

    def last_change(self) -> str:
        """The change between the last two periods as a sentence, or an empty string."""
        return f"{self._change_words(self.last)}." if self.last else ""

    def _relation(self) -> str:
        n = len(self.reference)
        if n < 2:
            return ""
        sides = [("below", self.below, self.surely_below), ("above", self.above, self.surely_above)]
        # The side of most periods leads; of equals, the one that is clear in more.
        (side, count, sure), (other, _, surely_other) = sorted(sides, key=lambda s: s[1:], reverse=True)
        if count == n and 2 * sure >= n:
            said = f"{self.name} has stayed {side} {self.reference_name} {self._for_how_long(n)}"
        elif count == n:
            said = f"{self.name} was {side} {self.reference_name} in each of {self._count(n)}"
        else:
            said = f"{self.name} was {side} {self.reference_name} in {words.number(count)} of {self._count(n)}"
        if sure < count:
            said += f", clearly so in {words.number(sure) if sure else 'none'}"
        # Or the title would hide the only years that say something.
        return f"{said} and clearly {other} in {words.number(surely_other)}" if surely_other else said

    def _rhythm(self) -> tuple[str, str]:
        days = {(p.period[1] - p.period[0]).days + 1 for p in self.points}
        starts = [p.period[0] for p in self.points]
        gaps = [(b - a).days for a, b in pairwise(starts)]
        if days <= {365, 366} and gaps and set(gaps) <= {365, 366}:
            return "yearly", "years"
        return ("monthly", "months") if gaps and all(28 <= g <= 31 for g in gaps) else ("period-to-period", "periods")

    def _count(self, n: int) -> str:
        return f"{words.number(n)} {self._rhythm()[1]}"

    def _for_how_long(self, n: int) -> str:
        return f"for {self._count(n)}" if self._rhythm()[1] != "periods" else f"in all {self._count(n)}"

    def _wobble(self) -> str:
        judged = [step.beyond for step in self.steps if step.beyond is not None]
        if not self.sampled or len(judged) < 3:
            return ""
        adjective = self._rhythm()[0]
        share = sum(judged) / len(judged)
        if share <= 0.25:
            return f"the {adjective} wobble is mostly sampling"
        amount = "most" if share > 0.5 else "some"
        return f"{amount} {adjective} changes are more than sampling would give"

    def _change_words(self, c: Change) -> str:
        moved = "rose" if c.value > 0 else "fell"
        size = words.gap(c.value, self.unit)
        text = f"From {words.period(*c.before)} to {words.period(*c.after)} the figure for {self.name} "
        if c.value == 0:
            return f"{text}did not change"
        noise = "sampling" if self.sampled else "rounding"
        if c.beyond is None:
            return f"{text}{moved} by {size}"
        if c.beyond:
            return f"{text}{moved} by {size}{', more than sampling would give' if self.sampled else ''}"
        return f"{text}{moved} by {size}, which is within {noise}"


def trend(figures: FigureSet, area_code: str, *, reference_code: str = "", alpha: float = 0.05) -> Trend:
    """One area over time.

    Parameters
    ----------
    figures : FigureSet
        One measure and unit; the area, and the reference when one is named.
    area_code, reference_code : str
        GSS codes.
    alpha : float

    Returns
    -------
    Trend

    Raises
    ------
    FigureMissing
        When the area has no figure.
    NotComparable
        When the series mixes measures, units, boundaries or breakdowns, or has two figures for one period.

    Notes
    -----
    The change between two periods is tested as the difference of two independent estimates (APHO, Technical Briefing 3,
    2008). Periods that overlap share interviews; changes are taken only between periods that do not.
    """
    rows = records(figures)
    series, gaps = _series(rows, area_code)
    if not series:
        raise FigureMissing(f"No figure is held for {area_code}.", "Choose an area that is held.", area_code)
    against = _series(rows, reference_code)[0] if reference_code else []
    check_alike([*series, *against])
    if against:
        check_boundaries(series[-1], against[-1])
    sampled = any(has_interval(row) for row in series)
    chain = _chain(series)
    steps = tuple(_change(a, b, alpha) for a, b in pairwise(chain))
    whole = _change(chain[0], chain[-1], alpha) if len(chain) > 1 else None
    by_period = {_period(row): row for row in against}
    pairs = [(row, by_period[_period(row)]) for row in series if _period(row) in by_period]
    sides = [_side(row, ref, alpha) for row, ref in pairs]
    return Trend(
        area_code=area_code,
        name=str(series[-1]["area_name"]),
        measure=str(series[-1]["measure"]),
        unit=str(series[-1]["unit"]),
        points=tuple(_point(row) for row in series),
        overall=whole,
        last=steps[-1] if steps else None,
        steps=steps,
        reference_name=str(pairs[-1][1]["area_name"]) if pairs else "",
        reference=tuple(_point(ref) for _, ref in pairs),
        below=sum(side < 0 for side, _ in sides),
        above=sum(side > 0 for side, _ in sides),
        surely_below=sum(side < 0 and sure for side, sure in sides),
        surely_above=sum(side > 0 and sure for side, sure in sides),
        sampled=sampled,
        caveats=(*_caveats(series, chain, steps, gaps, sampled), *_each_by_itself(pairs)),
    )


def _period(row: Row) -> Period:
    return row["period_start"], row["period_end"]


def _series(rows: Sequence[Row], code: str) -> tuple[list[Row], list[Row]]:
    """The usable figures of one area, oldest first, and the others."""
    own = sorted((row for row in rows if row["area_code"] == code), key=_period)
    if own:
        check_alike(own)
        same(own, "vintage", "boundaries", "Choose one set of boundaries.")
    for a, b in pairwise(own):
        if _period(a) == _period(b):
            raise NotComparable(f"{a['area_name']} has two figures for one period.", "Keep one of them.", code)
    return [row for row in own if is_usable(row)], [row for row in own if not is_usable(row)]


def _chain(series: Sequence[Row]) -> list[Row]:
    """The latest period, and going back from it each next period that does not overlap the one kept before."""
    chain = [series[-1]]
    for row in reversed(series[:-1]):
        if not overlap(_period(row), _period(chain[-1])):
            chain.append(row)
    return chain[::-1]


def _change(a: Row, b: Row, alpha: float) -> Change:
    before, after = _period(a), _period(b)
    if has_interval(a) and has_interval(b):
        d = change(estimate_of(a), before, estimate_of(b), after)
        return Change(before, after, d.value, d.lower, d.upper, d.p, d.p < alpha)
    value = float(b["value"]) - float(a["value"])
    errors = rounding_error(a), rounding_error(b)
    if errors[0] is None or errors[1] is None or has_interval(a) != has_interval(b):
        return Change(before, after, value, float("nan"), float("nan"), None, None)
    bound = errors[0] + errors[1]
    return Change(before, after, value, value - bound, value + bound, None, abs(value) > bound)


def _side(row: Row, ref: Row, alpha: float) -> tuple[float, bool]:
    """Which side of the reference a figure lies on, and whether that is more than sampling."""
    gap = float(row["value"]) - float(ref["value"])
    if has_interval(row) and has_interval(ref):
        return gap, difference(estimate_of(row), estimate_of(ref)).p < alpha
    errors = rounding_error(row), rounding_error(ref)
    return gap, errors[0] is not None and errors[1] is not None and abs(gap) > errors[0] + errors[1]


def _point(row: Row) -> TrendPoint:
    lower, upper = (float(row["lower"]), float(row["upper"])) if has_interval(row) else (None, None)
    return TrendPoint(_period(row), float(row["value"]), lower, upper)


def _each_by_itself(pairs: Sequence[tuple[Row, Row]]) -> tuple[str, ...]:
    """What "clearly" means in the title of a survey's series."""
    if len(pairs) < 2 or not any(has_interval(row) and has_interval(ref) for row, ref in pairs):
        return ()
    name = pairs[-1][1]["area_name"]
    return (
        f"Take care. Each period is set against {name} by itself. “Clearly” means by more than sampling would give; "
        "one in twenty is expected by chance.",
    )


def _caveats(
    series: Sequence[Row], chain: Sequence[Row], steps: Sequence[Change], gaps: Sequence[Row], sampled: bool
) -> tuple[str, ...]:
    said = []
    if sampled:
        half = estimate_of(series[-1]).half_width if has_interval(series[-1]) else None
        judged = [step.beyond for step in steps if step.beyond is not None]
        if half is not None:
            said.append(f"Take care. The latest figure can be off by {words.gap(half, series[-1]['unit'])} either way.")
        if judged:
            beyond = sum(judged)
            count = "None" if beyond == 0 else words.sentence(words.number(beyond)).rstrip(".")
            verb = "is" if beyond <= 1 else "are"
            said.append(
                f"Take care. {count} of the {words.number(len(judged))} changes from period to period {verb} more "
                "than sampling would give; one in twenty is expected by chance."
            )
    if len(chain) < len(series):
        said.append("Take care. Overlapping periods share interviews; changes are taken between those that do not.")
    if gaps:
        when = words.listed([words.period(*_period(row)) for row in gaps[:4]])
        said.append(f"Take care. No figure for {when}: {missing_reason(gaps[0])}.")
    short = all((row["period_end"] - row["period_start"]).days < 100 for row in series)
    if short and len(chain) > 1 and chain[0]["period_end"].month != chain[-1]["period_end"].month:
        said.append("Take care. The first and the last period fall at different times of the year.")
    return tuple(said)
