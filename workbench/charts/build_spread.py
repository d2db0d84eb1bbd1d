"""From figures to the strip and the funnel: the title says where the own area stands, or how many lie outside."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from workbench.charts.build import caption_of
from workbench.charts.build_parts import full_name, level_rows
from workbench.charts.spec_base import Polarity, Reference
from workbench.charts.spec_spread import Funnel, FunnelDot, Limits, Role, Spot, Strip
from workbench.domain import words
from workbench.domain.areas import AreaRegister
from workbench.domain.figures import FigureSet
from workbench.domain.ranks import rank_intervals
from workbench.domain.rows import (
    Row,
    estimate_of,
    has_interval,
    is_usable,
    missing_reason,
    period_of,
)
from workbench.errors import DataError, FigureMissing, NotComparable

# --- distribution strip -----------------------------------------------------------------------------------------------


def strip_chart(
    figures: FigureSet,
    own: str,
    *,
    what: str,
    comparators: Collection[str] = (),
    reference_code: str = "",
    areas: AreaRegister | None = None,
) -> Strip:
    """Every area of a level on one axis, the own area marked.

    Parameters
    ----------
    figures : FigureSet
        One measure, unit, level and period; the reference beside it when one is named.
    own : str
        GSS code of the area the reader is about; empty when there is none.
    what : str
        What is measured and of whom.
    comparators : collection of str
        Codes of areas to name.
    reference_code : str
        Code of the area whose value is drawn as a line.
    areas : AreaRegister, optional
        To say which district a ward lies in.

    Returns
    -------
    Strip
        Its title says where the own area stands; of survey figures also which ranks sampling would allow it.

    Raises
    ------
    NotComparable
        When figures differ in measure, unit, level, boundaries, period or breakdown.
    FigureMissing
        When there is no figure.
    """
    rows, reference, noun = level_rows(figures, reference_code)
    period = words.period(*period_of(rows))
    roles: dict[str, Role] = dict.fromkeys(comparators, "comparator")
    roles |= {own: "own"} if own else {}
    spots = tuple(
        Spot(
            str(r["area_code"]),
            full_name(r, areas),
            float(r["value"]) if is_usable(r) else None,
            roles.get(str(r["area_code"]), ""),
            "" if is_usable(r) else missing_reason(r),
        )
        for r in rows
    )
    line = (
        Reference(str(reference["area_name"]), float(reference["value"]))
        if reference is not None and is_usable(reference)
        else None
    )
    gaps = sum(s.value is None for s in spots)
    gap = f" {words.counted(gaps, noun)} without a figure." if gaps else ""
    used = [*rows, *([reference] if reference else [])]
    each = f"; each dot is one of {words.counted(len(spots) - gaps, noun)}"
    return Strip(
        title=_place_in_order(rows, own, areas),
        caption=caption_of(what, period, used, figures, each) + gap,
        what=f"{what}, {period}",
        unit=str(rows[0]["unit"]),
        spots=spots,
        reference=line,
        noun=noun,
    )


def _place_in_order(rows: Sequence[Row], own: str, areas: AreaRegister | None) -> str:
    """Where the own area stands among all, from whichever end is nearer, with what sampling allows."""
    held = [r for r in rows if is_usable(r)]
    values = np.array([float(r["value"]) for r in held])
    unit, level = str(rows[0]["unit"]), str(rows[0]["level"])
    when = words.when(*period_of(rows))
    mine = next((i for i, r in enumerate(held) if r["area_code"] == own), None)
    all_of = f"{words.number(len(held))} {words.plural(level, len(held))}"
    if mine is None:
        absent = next((r for r in rows if r["area_code"] == own), None)
        gap = f"; {absent['area_name']} has no figure" if absent else ""
        low, high = (words.amount(float(v), unit) for v in (values.min(), values.max()))
        return f"{when} the figures of {all_of} ran from {low} to {high}{gap}"
    above, below, same_value = ((values > values[mine]).sum(), (values < values[mine]).sum(),
                                (values == values[mine]).sum() - 1)  # fmt: skip
    from_top = above <= below
    place = int(above if from_top else below) + 1
    said = _ordinal(place, "highest" if from_top else "lowest")
    tied = f", level with {words.number(int(same_value))} other{'s' if same_value > 1 else ''}" if same_value else ""
    value = words.amount(float(values[mine]), unit)
    return (
        f"{when} {full_name(held[mine], areas)} had {said} of {all_of}, {value}{tied}{_allowed(held, mine, from_top)}"
    )


def _ordinal(place: int, end: str) -> str:
    """A place in words: the lowest, the second lowest, the 12th lowest."""
    spelt = ("", "", "second ", "third ", "fourth ", "fifth ", "sixth ", "seventh ", "eighth ", "ninth ", "tenth ")
    if place < len(spelt):
        return f"the {spelt[place]}{end}"
    tail = "th" if 10 <= place % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"the {place:,}{tail} {end}"


def _allowed(held: Sequence[Row], mine: int, from_top: bool) -> str:
    """The places that sampling allows, for survey figures of up to a few hundred areas."""
    if not all(has_interval(r) for r in held) or not 2 <= len(held) <= 400:
        return ""
    found = rank_intervals([estimate_of(r) for r in held])[mine]
    best, worst = (found.best, found.worst) if from_top else (
        len(held) + 1 - found.worst, len(held) + 1 - found.best)  # fmt: skip
    if best == worst:
        return ""
    if (best, worst) == (1, len(held)):
        return "; sampling alone would allow it any place"
    end = "highest" if from_top else "lowest"
    return f"; sampling allows any place from {_ordinal(best, end)} to {_ordinal(worst, end)}"


# --- funnel -----------------------------------------------------------------------------------------------------------


def funnel_grid(figures: FigureSet, steps: int = 80) -> tuple[float, ...]:
    """Denominators to work limits out at: evenly spread ones for the lines, and each area's own for its verdict."""
    held = sorted({float(v) for v in figures.frame["denominator"].dropna() if v > 0})
    if not held:
        raise FigureMissing("No figure has a denominator.", "Bring in the figures with their denominators.")
    low, high = held[0] / 1.3, held[-1] * 1.3
    return tuple(sorted({*held, *(float(v) for v in np.geomspace(low, high, steps))}))


def funnel_chart(
    figures: FigureSet,
    limits: Limits,
    *,
    target: Reference,
    what: str,
    denominator: str,
    own: str = "",
    polarity: Polarity | None = None,
    areas: AreaRegister | None = None,
) -> Funnel:
    """Areas against their denominators with control limits.

    Parameters
    ----------
    figures : FigureSet
        One measure, unit, level and period, with denominators.
    limits : Limits
        Worked out by the caller at :func:`funnel_grid`, so that each area is judged at its own denominator.
    target : Reference
        What the limits lie around.
    what, denominator : str
        What is measured and of whom; what the denominator counts.
    own : str
        GSS code of the area the reader is about.
    polarity : Polarity, optional
        Which way is better, with the source that says so. Without it no colour judges.
    areas : AreaRegister, optional

    Returns
    -------
    Funnel

    Raises
    ------
    NotComparable
        When figures differ, or are survey estimates: their sampling is not that of a count of so many people.
    FigureMissing
        When no area has both a value and a denominator.
    DataError
        When the limits do not reach over the denominators.
    """
    rows, _, noun = level_rows(figures)
    if any(has_interval(r) and str(r["method"]).startswith("published") for r in rows):
        raise NotComparable(
            "These are survey estimates: a funnel allows for chance in counts, not for the design of a survey.",
            "Compare the areas with their published intervals instead.",
            "method",
        )
    dots = tuple(_funnel_dot(r, limits, target, own, areas) for r in rows)
    held = [d for d in dots if d.value is not None and d.denominator is not None]
    if not held:
        raise FigureMissing("No area has both a value and a denominator.", "Bring in the denominators.")
    beyond = [d for d in held if d.denominator and not limits.x[0] <= d.denominator <= limits.x[-1]]
    if beyond:
        raise DataError(
            f"The limits do not reach over {words.counted(len(beyond), noun)}, {beyond[0].label} among them.",
            "Work the limits out over all denominators.",
            "limits",
        )
    period = words.period(*period_of(rows))
    judged = f" Better is {polarity.better}: {polarity.source}." if polarity else ""
    gaps = len(dots) - len(held)
    gap = f" {words.counted(gaps, noun)} without a figure or a denominator." if gaps else ""
    limits_said = f", with 95% and 99.8% limits around {target.name}"
    return Funnel(
        title=_outside(held, target, str(rows[0]["level"]), words.when(*period_of(rows))),
        caption=caption_of(what, period, rows, figures, limits_said) + judged + gap + _too_many(held),
        what=f"{what}, {period}",
        unit=str(rows[0]["unit"]),
        dots=dots,
        target=target,
        limits=limits,
        denominator=denominator,
        noun=noun,
        polarity=polarity,
    )


def _funnel_dot(row: Row, limits: Limits, target: Reference, own: str, areas: AreaRegister | None) -> FunnelDot:
    code, label = str(row["area_code"]), full_name(row, areas)
    if not is_usable(row):
        return FunnelDot(code, label, None, None, "", code == own, missing_reason(row))
    value = float(row["value"])
    if pd.isna(row["denominator"]) or not row["denominator"] > 0:
        return FunnelDot(code, label, value, None, "", code == own, "no denominator is published")
    x = float(row["denominator"])
    side = "upper" if value > target.value else "lower"
    past = [
        (value - limits.at(line, x)) * (1 if side == "upper" else -1) > 0
        for line in (("upper95", "upper998") if side == "upper" else ("lower95", "lower998"))
    ]
    return FunnelDot(code, label, value, x, "strong" if past[1] else "some" if past[0] else "", code == own)


def _too_many(held: Sequence[FunnelDot]) -> str:
    """A caution when far more areas lie outside than chance gives, and so chance is not what parts them."""
    far = sum(d.emphasis == "strong" for d in held)
    if len(held) < 20 or far <= 0.1 * len(held):
        return ""
    return (
        f" Take care. {far:,} of {len(held):,} areas lie outside the 99.8% limits, where chance would leave about one "
        "in 500: the areas differ for reasons of their own (overdispersion), and being outside singles none out."
    )


def _outside(held: Sequence[FunnelDot], target: Reference, level: str, when: str) -> str:
    far = [d for d in held if d.emphasis == "strong"]
    over = sum(1 for d in far if d.value is not None and d.value > target.value)
    all_of = f"{words.number(len(held))} {words.plural(level, len(held))}"
    said = f"from {target.name} by more than chance would explain"
    if not far:
        return f"{when} none of {all_of} differed {said}"
    sides = [f"{words.number(n)} {side}" for n, side in ((over, "above"), (len(far) - over, "below")) if n]
    if len(far) == 1:
        return f"{when} only {far[0].label}, of {all_of}, differed {said}: it was {'above' if over else 'below'}"
    return f"{when} {words.number(len(far))} of {all_of} differed {said}: {words.listed(sides)}"
