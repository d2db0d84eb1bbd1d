"""From figures to the spine chart: several measures of one area, each tested against the reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from workbench.charts.build import caption_of, interval_of
from workbench.charts.build_parts import level_rows, usable
from workbench.charts.spec_base import Emphasis, Polarity
from workbench.charts.spec_spread import Spine, SpineRow
from workbench.domain import words
from workbench.domain.comparison import ComparedArea, compare_with
from workbench.domain.figures import FigureSet
from workbench.domain.rows import (
    is_usable,
    missing_reason,
    period_of,
    records,
)
from workbench.domain.statistics import holm
from workbench.errors import FigureMissing, NotComparable

# --- spine chart ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class SpineMeasure:
    """One measure of a spine chart.

    Attributes
    ----------
    figures : FigureSet
        One measure, unit and period: all areas of the own area's level, and the reference.
    what : str
    polarity : Polarity or None
        Which way is better, with the source that says so; without it no colour judges.
    """

    figures: FigureSet
    what: str
    polarity: Polarity | None = None


def spine_chart(measures: Sequence[SpineMeasure], own: str, reference_code: str) -> Spine:
    """Several measures of one area, each within the range of all areas of its level.

    Parameters
    ----------
    measures : sequence of SpineMeasure
    own, reference_code : str
        GSS codes of the area and of what it is set against.

    Returns
    -------
    Spine
        The own figure of each measure is tested against the reference; the colours allow for the number of measures.

    Raises
    ------
    FigureMissing
        When the own area or the reference is in none of the measures.
    NotComparable
        When the figures of a measure differ in unit, level, boundaries, period or breakdown.

    Notes
    -----
    Holm (1979) over the measures that are tested. Full counts have no sampling: they differ when rounding cannot
    account for the gap.
    """
    found = [_spine_row(m, own, reference_code) for m in measures]
    tested = [i for i, (_, c, _) in enumerate(found) if c is not None and c.p is not None]
    adjusted = dict(zip(tested, holm([found[i][1].p or 0.0 for i in tested]), strict=True))  # type: ignore[union-attr]
    rows = []
    for i, (row, compared, _) in enumerate(found):
        emphasis: Emphasis = ""
        if compared is not None and compared.p is None:
            emphasis = "strong" if compared.clear else ""
        elif compared is not None and compared.p is not None:
            emphasis = "strong" if adjusted[i] < 0.05 else "some" if compared.p < 0.05 else ""
        against = next(iter(f[2][0] for f in found if f[2][0]), "")
        note = _spine_note(emphasis, compared, against) if emphasis else row.note
        rows.append(replace(row, emphasis=emphasis, note=note))
    names = [names for _, _, names in found]
    reference, area = (next((n[k] for n in names if n[k]), "") for k in (0, 1))
    if not area or not reference:
        raise FigureMissing("The area or the reference has no figure.", "Choose areas that are held.", own)
    level = next((str(records(m.figures.where(area_code=own))[0]["level"]) for m in measures if
                  len(m.figures.where(area_code=own))), "area")  # fmt: skip
    noun = words.plural(level, 1)
    count = max(r.count for r in rows)
    used = [r for m in measures for r in records(m.figures)]
    everything = replace(
        measures[0].figures, citations={k: v for m in measures for k, v in m.figures.citations.items()}
    )
    judged = list(dict.fromkeys(f"{r.measure}: better is {r.polarity.better} ({r.polarity.source})" for r in rows
                                if r.polarity))  # fmt: skip
    comparisons = words.counted(len(tested) or 1, "comparison", spelt=True)
    said = caption_of(
        f"{area} among {words.counted(count, noun)}", "each measure at its own date", used, everything, ""
    )
    return Spine(
        title=_stands_out(rows, area, reference),
        caption=f"{said} {'; '.join(judged)}." if judged else said,
        what=f"{area} beside {reference}",
        area=area,
        average_name=reference,
        rows=tuple(rows),
        noun=noun,
        strong_means=f"Differs from {reference}, allowing for {comparisons}",
        some_means=f"Differs from {reference} if looked at alone",
        plain_means=f"No clear difference from {reference}",
    )


def _spine_row(
    measure: SpineMeasure, own: str, reference_code: str
) -> tuple[SpineRow, ComparedArea | None, tuple[str, str]]:
    """The row without its colour, the own area set against the reference, and the names of both."""
    rows, reference, _ = level_rows(measure.figures, reference_code)
    mine = next((r for r in rows if r["area_code"] == own), None)
    values = np.array([float(r["value"]) for r in rows if is_usable(r)])
    low, quarter, three, high = (float(np.quantile(values, q)) for q in (0, 0.25, 0.75, 1))
    known = mine is not None and is_usable(mine)
    lower, upper = interval_of(mine) if mine is not None and known else (None, None)
    compared, note = None, "" if known else missing_reason(mine) if mine is not None else "no figure is held"
    if known and usable(reference):
        try:
            pair = measure.figures.where(area_code=[own, reference_code])
            compared = compare_with(pair, reference_code).rows[0]
        except (NotComparable, FigureMissing) as error:
            note = f"not tested: {error.message[:1].lower()}{error.message[1:].rstrip('.')}"
    row = SpineRow(
        measure=measure.what,
        unit=str(rows[0]["unit"]),
        value=float(mine["value"]) if mine is not None and known else None,
        lower=lower,
        upper=upper,
        average=float(reference["value"]) if reference is not None and is_usable(reference) else None,
        lowest=low,
        quarter=quarter if len(values) >= 8 else None,
        three_quarters=three if len(values) >= 8 else None,
        highest=high,
        count=len(values),
        period=words.period(*period_of(rows)),
        polarity=measure.polarity,
        note=note,
    )
    names = (str(reference["area_name"]) if reference else "", str(mine["area_name"]) if mine else "")
    return row, compared, names


def _spine_note(emphasis: Emphasis, compared: ComparedArea | None, reference: str) -> str:
    """What the colour means, in words, for the table and for whoever cannot see it."""
    if compared is None:
        return ""
    side = "above" if compared.difference > 0 else "below"
    how = "" if emphasis == "strong" else " if looked at alone"
    return f"{side} {reference}{how}"


def _stands_out(rows: Sequence[SpineRow], area: str, reference: str) -> str:
    """The title: on how many measures the area differs, and which way."""
    clear = [r for r in rows if r.emphasis == "strong" and r.value is not None and r.average is not None]
    held = [r for r in rows if r.value is not None]
    count = f"{words.number(len(held))} measure{'s' if len(held) > 1 else ''}"
    if not clear:
        return f"{area} does not clearly differ from {reference} on any of {count}"
    sides = []
    for side, mine in (("above", [r for r in clear if (r.value or 0) > (r.average or 0)]),
                       ("below", [r for r in clear if (r.value or 0) <= (r.average or 0)])):  # fmt: skip
        if mine:
            sides.append(f"{side} on {words.number(len(mine))}")
    return f"{area} clearly differs from {reference}: {words.listed(sides)} of {count}"
