"""Areas of one level against a reference, for one period.

The title is written from the result. A difference is tested, never read from overlapping intervals, and nothing is
compared that differs in measure, unit, period, boundaries or breakdown.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from math import ceil
from types import MappingProxyType
from typing import Literal

import pandas as pd

from workbench.domain import words
from workbench.domain.areas import NATION_BY_LETTER
from workbench.domain.figures import FigureSet
from workbench.domain.ranking import Concentration, RankedArea, Ranking, ranked
from workbench.domain.rows import (
    Row,
    check_alike,
    check_boundaries,
    estimate_of,
    has_interval,
    is_usable,
    missing_reason,
    period_of,
    records,
    rounding_error,
    same,
)
from workbench.domain.statistics import Difference, Period, difference, holm
from workbench.domain.trends import Change, Trend, TrendPoint, trend
from workbench.errors import FigureMissing, NotComparable

__all__ = [
    "Change",
    "ComparedArea",
    "Comparison",
    "Concentration",
    "MissingArea",
    "RankedArea",
    "Ranking",
    "Trend",
    "TrendPoint",
    "compare_with",
    "ranked",
    "trend",
]

Verdict = Literal["differs after allowing for the number of comparisons", "differs", "no clear difference"]
CLEAR: Verdict = "differs after allowing for the number of comparisons"

OWN_PREFIX = "own-"
"""How the codes of areas that a partnership made begin."""

Parts = Mapping[str, Collection[str]]
"""The codes that an area of one's own is made of, by its own code."""

LARGEST_SHARE = 0.10
"""An area that makes up more of the reference than this is not taken as independent of it."""


@dataclass(frozen=True, slots=True)
class ComparedArea:
    """One area against the reference.

    Attributes
    ----------
    area_code, name : str
    value : float
    lower, upper : float or None
        Of the published interval; None for a full count.
    difference, diff_lower, diff_upper : float
        Area less reference; for a full count the bounds are those of rounding.
    p, p_adjusted : float or None
        Two-sided, before and after Holm's adjustment; None for a full count, which has no sampling.
    direction : str
        ``below`` or ``above``; empty when there is no clear difference. Never better or worse.
    verdict : str
    """

    area_code: str
    name: str
    value: float
    lower: float | None
    upper: float | None
    difference: float
    diff_lower: float
    diff_upper: float
    p: float | None
    p_adjusted: float | None
    direction: Literal["below", "above", ""]
    verdict: Verdict

    @property
    def clear(self) -> bool:
        """Whether it differs after allowing for the number of comparisons; a full count needs no allowance."""
        return self.verdict == CLEAR or (self.p is None and self.verdict == "differs")


@dataclass(frozen=True, slots=True)
class MissingArea:
    """An area without a figure, and why."""

    area_code: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Areas of one level against one reference, lowest first.

    Attributes
    ----------
    rows : tuple of ComparedArea
        In rank order, lowest value first.
    missing : tuple of MissingArea
    reference_code, reference_name : str
    reference_value : float
    measure, unit, level : str
    period : tuple of date
    alpha : float
    sampled : bool
        Whether the figures have sampling error; False for full counts.
    method : str
    caveats : tuple of str
        Each begins “Take care.”
    """

    rows: tuple[ComparedArea, ...]
    missing: tuple[MissingArea, ...]
    reference_code: str
    reference_name: str
    reference_value: float
    measure: str
    unit: str
    level: str
    period: Period
    alpha: float
    sampled: bool
    method: str
    caveats: tuple[str, ...]

    @property
    def period_words(self) -> str:
        """The period as a reader would say it."""
        return words.period(*self.period)

    def frame(self) -> pd.DataFrame:
        """The rows as a table."""
        return pd.DataFrame([asdict(row) for row in self.rows])

    def headline(self) -> str:
        """The result as a sentence, for a title. It names no area whose difference may be chance."""
        differing = [row for row in self.rows if row.verdict != "no clear difference"]
        differing.sort(key=lambda row: -abs(row.difference))
        n, ref = len(self.rows), self.reference_name
        opening = f"{words.when(*self.period)} "
        if not differing:
            which = f"{self.rows[0].name} did not differ" if n == 1 else f"none of {self._all()} differed"
            return f"{opening}{which} clearly from {ref}"
        said: list[str] = []
        for direction in ("below", "above"):
            group = [row for row in differing if row.direction == direction]
            if group:
                said.append(f"{self._named(group)} {_was(len(group))} {direction} {'' if said else ref}".strip())
        text = opening + " and ".join(said)
        if not self.sampled or n == 1:
            return text
        return f"{text}; allowing for {words.number(n)} comparisons, {self._after_allowing(differing)}"

    def _all(self) -> str:
        return f"the {words.number(len(self.rows))} {words.plural(self.level, len(self.rows))}"

    def _named(self, group: Sequence[ComparedArea]) -> str:
        if len(group) == len(self.rows) and len(group) > 1:
            return f"all {words.number(len(group))} {words.plural(self.level)}"
        if len(group) <= 4:
            return words.listed([row.name for row in group])
        return f"{words.number(len(group))} of {words.number(len(self.rows))} {words.plural(self.level)}"

    def _after_allowing(self, differing: Sequence[ComparedArea]) -> str:
        clear = [row for row in differing if row.clear]
        if not clear:
            return "none clearly was" if len(differing) > 1 else "it was not clearly so"
        if len(clear) == len(differing):
            return "it still was" if len(clear) == 1 else "both still were" if len(clear) == 2 else "all still were"
        if len(clear) <= 4:
            return f"only {words.listed([row.name for row in clear])} clearly {_was(len(clear))}"
        return f"{words.number(len(clear))} clearly were"


def _was(n: int) -> str:
    return "was" if n == 1 else "were"


def compare_with(
    figures: FigureSet,
    reference_code: str,
    *,
    alpha: float = 0.05,
    period_end: date | None = None,
    allow_contained: bool = False,
    parts: Parts = MappingProxyType({}),
) -> Comparison:
    """Each area against a reference, for one period.

    Parameters
    ----------
    figures : FigureSet
        One measure, one unit, areas of one level, and the reference.
    reference_code : str
        GSS code of the reference, for example ``E92000001``.
    alpha : float
        The chance of a false finding that is accepted; Holm keeps it over all comparisons together.
    period_end : datetime.date, optional
        Last day of the period wanted; the latest of the areas when left out.
    allow_contained : bool
        Go on although an area makes up more than a tenth of the reference; a caveat says so.
    parts : mapping of str to collection of str
        What areas of one's own are made of, by their codes. Without it such an area may lie in any other.

    Returns
    -------
    Comparison

    Raises
    ------
    NotComparable
        When figures differ in measure, unit, level, boundaries, period or breakdown; when they are counts; when an area
        makes up more than a tenth of the reference, or is of more people than the nation it lies in; when perturbed
        figures have no interval.
    FigureMissing
        When the reference or every area has no figure, or the reference has no interval.

    Notes
    -----
    APHO (2008) for the difference of two independent estimates; Holm (1979) for several comparisons.
    """
    areas, reference = _comparable(records(figures), reference_code, period_end)
    level = str(areas[0]["level"])
    sampled = any(has_interval(row) for row in areas)
    kept, missing = _sort_out(areas, sampled)
    if not kept:
        raise FigureMissing("No area has a figure that can be compared.", "Choose another period or level.")
    caveats = _contained(kept, reference, allow_contained, parts)
    compared = _tested(kept, reference, alpha) if sampled else _bounded(kept, reference)
    if missing:
        caveats += (_missing_caveat(missing, level),)
    return Comparison(
        rows=tuple(sorted(compared, key=lambda r: (r.value, r.area_code))),
        missing=missing,
        reference_code=reference_code,
        reference_name=str(reference["area_name"]),
        reference_value=float(reference["value"]),
        measure=str(reference["measure"]),
        unit=str(reference["unit"]),
        level=level,
        period=period_of([*areas, reference]),
        alpha=alpha,
        sampled=sampled,
        method=_method(sampled, len(compared)),
        caveats=caveats,
    )


def _comparable(rows: Sequence[Row], code: str, period_end: date | None) -> tuple[list[Row], Row]:
    """The areas and the reference of one period, when they may be set against each other."""
    areas = [row for row in rows if row["area_code"] != code]
    if not areas:
        raise FigureMissing("There are no areas to compare.", "Choose a measure and a level that are held.")
    wanted = period_end or max(row["period_end"] for row in areas)
    areas = [row for row in areas if row["period_end"] == wanted]
    reference = _reference(rows, code, areas, wanted)
    check_alike([*areas, reference])
    level = same(areas, "level", "level", "Choose one level.")
    same(areas, "vintage", "boundaries", "Choose areas of one set of boundaries.")
    check_boundaries(areas[0], reference)
    period_of([*areas, reference])
    if reference["unit"] in words.COUNTS:
        raise NotComparable(
            f"A count of one {level} cannot be set against a count of {reference['area_name']}.",
            "Compare rates on the same denominator.",
            "unit",
        )
    return areas, reference


def _reference(rows: Sequence[Row], code: str, areas: Sequence[Row], wanted: date) -> Row:
    found = [row for row in rows if row["area_code"] == code]
    if not found:
        raise FigureMissing(f"There is no figure for {code} to compare with.", "Include the reference area.", code)
    found_then = [row for row in found if row["period_end"] == wanted]
    if not areas or not found_then:
        held = words.listed(sorted({words.period(r["period_start"], r["period_end"]) for r in found})[-3:])
        raise NotComparable(
            f"{found[0]['area_name']} has no figure for the period that ends on {words.day(wanted)}; it has {held}.",
            "Choose a period that both have.",
            "period",
        )
    if len(found_then) > 1:
        check_alike(found_then)
        raise NotComparable(f"{found[0]['area_name']} has two figures for one period.", "Keep one of them.", code)
    if not is_usable(found_then[0]):
        raise FigureMissing(
            f"{found[0]['area_name']}: {missing_reason(found_then[0])}.", "Choose another period.", code
        )
    return found_then[0]


def _sort_out(areas: Sequence[Row], sampled: bool) -> tuple[list[Row], tuple[MissingArea, ...]]:
    kept, missing = [], []
    for row in areas:
        code, name = str(row["area_code"]), str(row["area_name"])
        if not is_usable(row):
            missing.append(MissingArea(code, name, missing_reason(row)))
        elif sampled and not has_interval(row):
            missing.append(MissingArea(code, name, "no interval is published"))
        else:
            kept.append(row)
    return kept, tuple(missing)


def _missing_caveat(missing: Sequence[MissingArea], level: str) -> str:
    names = [m.name for m in missing]
    who = words.listed(names) if len(names) <= 4 else f"{words.number(len(names))} {words.plural(level)}"
    reasons = words.listed(sorted({m.reason for m in missing}))
    return f"Take care. {words.sentence(f'{who} could not be compared: {reasons}')}"


def _counted(area: Row, reference: Row) -> bool:
    """Whether both denominators are published, so that the share is a figure and no estimate."""
    return not pd.isna(area["denominator"]) and not pd.isna(reference["denominator"]) and reference["denominator"] > 0


def share_of_reference(area: Row, reference: Row) -> float | None:
    """How much of the reference an area may be; None when nothing published tells.

    From the denominators where both are given. Otherwise from the precision: with samples in proportion to population
    the share is the square of the ratio of the two standard errors. A survey that samples small areas more heavily
    makes that wrong by a factor of several, so it tells large from small but is never printed.
    """
    if _counted(area, reference):
        return float(area["denominator"]) / float(reference["denominator"])
    if has_interval(area) and has_interval(reference):
        return (estimate_of(reference).standard_error / estimate_of(area).standard_error) ** 2
    return None


def _may_contain(reference_code: str, area_code: str, parts: Parts) -> bool:
    """Whether a reference may contain an area: the United Kingdom and its parts, or an area of the same nation.

    Of an area that a partnership made only its parts tell; when they are not known, it may.
    """
    if reference_code.startswith(OWN_PREFIX):
        return reference_code not in parts or not _codes(area_code, parts).isdisjoint(parts[reference_code])
    if area_code.startswith(OWN_PREFIX):
        return area_code not in parts or any(_may_contain(reference_code, part, {}) for part in parts[area_code])
    above = reference_code[:3]
    if above.startswith("K"):
        return area_code[:1] in NATION_BY_LETTER
    return above[:1] == area_code[:1] and above[1:] in ("92", "12", "47", "10")


def _codes(area_code: str, parts: Parts) -> set[str]:
    return {area_code, *parts.get(area_code, ())}


def _contained(areas: Sequence[Row], reference: Row, allowed: bool, parts: Parts) -> tuple[str, ...]:
    code, name = str(reference["area_code"]), reference["area_name"]
    surely = code in parts or code[1:3] == "92" or code.startswith("K")
    inside = [row for row in areas if _may_contain(code, str(row["area_code"]), parts)]
    shares = [(share_of_reference(row, reference), row) for row in inside]
    if not surely:  # more people than the reference has: not inside it
        shares = [(share, row) for share, row in shares if not (share and share > 1 and _counted(row, reference))]
    if not shares:
        return ()
    known = [(share, row) for share, row in shares if share is not None]
    if not known:
        return (f"Take care. {name} may contain these areas; how much of it each makes up is not published here.",)
    largest, biggest = max(known, key=lambda pair: pair[0])
    _refuse_dependent(biggest, reference, largest, allowed)
    if all(_counted(row, reference) for _, row in shares):
        # Rounded up, or "at most" would not be true.
        size = f"each makes up at most {words.decimal(ceil(1000 * largest - 1e-9) / 10)}% of it"
    else:
        size = "some may be a large part of it" if largest > LARGEST_SHARE else "each is a small part of it"
    effect = "treats the two as independent, which is not true here" if largest > LARGEST_SHARE else "is hardly touched"
    contains = "contains" if surely else "may contain"
    return (f"Take care. {name} {contains} these areas; {size}, so the test {effect}.",)


def _refuse_dependent(area: Row, reference: Row, share: float, allowed: bool) -> None:
    counted, who, name = _counted(area, reference), area["area_name"], reference["area_name"]
    if counted and share > 1:
        raise NotComparable(
            f"{who} lies in {name}, and yet its rate is of more people: {words.decimal(float(area['denominator']), 0)} "
            f"against {words.decimal(float(reference['denominator']), 0)}.",
            "Use rates on the same denominator.",
            "denominator",
        )
    if share > LARGEST_SHARE and not allowed:
        part = f"makes up {100 * share:.0f}%" if counted else "seems to be a large part"
        raise NotComparable(
            f"{who} {part} of {name}, so the two figures are not independent.",
            f"Compare it with {name} without {who}, or with a larger area.",
            str(reference["area_code"]),
        )


def _tested(areas: Sequence[Row], reference: Row, alpha: float) -> list[ComparedArea]:
    if not has_interval(reference):
        raise FigureMissing(
            f"No interval is published for {reference['area_name']}.", "Choose a reference with an interval."
        )
    against = estimate_of(reference)
    tests = [difference(estimate_of(row), against) for row in areas]
    adjusted = holm([t.p for t in tests])
    return [_compared(row, t, a, alpha) for row, t, a in zip(areas, tests, adjusted, strict=True)]


def _compared(row: Row, test: Difference, adjusted: float, alpha: float) -> ComparedArea:
    verdict: Verdict = CLEAR if adjusted < alpha else "differs" if test.p < alpha else "no clear difference"
    return ComparedArea(
        area_code=str(row["area_code"]),
        name=str(row["area_name"]),
        value=float(row["value"]),
        lower=float(row["lower"]),
        upper=float(row["upper"]),
        difference=test.value,
        diff_lower=test.lower,
        diff_upper=test.upper,
        p=test.p,
        p_adjusted=adjusted,
        direction="" if verdict == "no clear difference" else _direction(test.value),
        verdict=verdict,
    )


def _direction(value: float) -> Literal["below", "above"]:
    return "below" if value < 0 else "above"


def _bounded(areas: Sequence[Row], reference: Row) -> list[ComparedArea]:
    """Full counts have no sampling error: a difference counts when rounding cannot make it."""
    errors = [rounding_error(row) for row in [*areas, reference]]
    known = [e for e in errors if e is not None]
    if len(known) < len(errors):
        raise NotComparable(
            "The figures were adjusted or rounded by an amount that is not known, and have no interval.",
            "Bring in the figures with their denominators, or a source that publishes intervals.",
        )
    compared = []
    for row, error in zip(areas, known, strict=False):
        gap, bound = float(row["value"]) - float(reference["value"]), error + known[-1]
        clear = abs(gap) > bound
        compared.append(
            ComparedArea(
                area_code=str(row["area_code"]),
                name=str(row["area_name"]),
                value=float(row["value"]),
                lower=None,
                upper=None,
                difference=gap,
                diff_lower=gap - bound,
                diff_upper=gap + bound,
                p=None,
                p_adjusted=None,
                direction=_direction(gap) if clear else "",
                verdict="differs" if clear else "no clear difference",
            )
        )
    return compared


def _method(sampled: bool, n: int) -> str:
    if not sampled:
        return (
            "Full counts have no sampling error. An area differs when the rounding of its figure and of the reference "
            "together cannot account for the gap."
        )
    return (
        "Difference of two independent estimates, from the published intervals: z = difference / √(SE² + SE²) (APHO, "
        "Technical Briefing 3, 2008). P values allow for "
        f"{words.counted(n, 'comparison', spelt=True)} by Holm’s method (1979)."
    )
