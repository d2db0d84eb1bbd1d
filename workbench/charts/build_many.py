"""From figures to small multiples and the table of values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workbench.charts.build import caption_of, interval_of, series_of
from workbench.charts.build_parts import full_name, level_rows
from workbench.charts.spec_many import PANELS_MOST, Column, Multiples, Value, ValueRow, ValueTable
from workbench.domain import words
from workbench.domain.areas import AreaRegister
from workbench.domain.figures import FigureSet
from workbench.domain.rows import (
    Row,
    has_interval,
    is_usable,
    missing_reason,
    period_of,
    records,
)
from workbench.domain.trends import Trend
from workbench.errors import FigureMissing, NotComparable

# --- small multiples --------------------------------------------------------------------------------------------------


def multiples_chart(
    trends: Sequence[Trend], figures: FigureSet, *, what: str, own: str = "", reference_code: str = ""
) -> Multiples:
    """The same trend for many areas on one scale.

    Parameters
    ----------
    trends : sequence of workbench.domain.trends.Trend
        Of one measure and unit, at most 36.
    figures : FigureSet
        The figures they were made from. A period without a figure breaks a line.
    what : str
        What is measured and of whom.
    own, reference_code : str
        GSS codes: the area that stands out, and the one drawn in every panel.

    Returns
    -------
    Multiples
        The own area first, the others by name.

    Raises
    ------
    FigureMissing
        When there is no trend.
    NotComparable
        When the trends differ in measure or unit, or are more than can be read.
    """
    if not trends:
        raise FigureMissing("There are no trends to draw.", "Choose areas that are held.")
    if len({(t.measure, t.unit) for t in trends}) > 1:
        raise NotComparable("The trends differ in measure or unit.", "Choose one measure.", "measure")
    if len(trends) > PANELS_MOST:
        raise NotComparable(
            f"{len(trends)} small charts cannot be read side by side.",
            f"Choose at most {PANELS_MOST} areas, or draw the latest period as a strip.",
            "areas",
        )
    measure, unit = trends[0].measure, trends[0].unit
    rows = [r for r in records(figures) if (r["measure"], r["unit"]) == (measure, unit)]
    ordered = sorted(trends, key=lambda t: (t.area_code != own, t.name, t.area_code))
    panels = tuple(
        series_of(t.name, [r for r in rows if r["area_code"] == t.area_code], main=t.area_code == own) for t in ordered
    )
    against = [r for r in rows if r["area_code"] == reference_code] if reference_code else []
    reference = series_of(str(against[-1]["area_name"]), against, main=False) if against else None
    points = sorted({(p.at, p.label) for s in panels for p in s.points if p.label != "between"})
    span = f"{points[0][1]} to {points[-1][1]}"
    codes = {t.area_code for t in trends} | {reference_code}
    used = [r for r in rows if r["area_code"] in codes]
    level = str(next(r["level"] for r in rows if r["area_code"] == ordered[0].area_code))
    alone = " Each area is tested by itself; one in twenty is expected to pass by chance." if ordered[0].sampled else ""
    band = "; the band is the {} interval" if any(has_interval(r) for r in used) else ""
    return Multiples(
        title=_moved(ordered, level),
        caption=caption_of(what, span, used, figures, band) + alone,
        what=f"{what}, {span}",
        unit=unit,
        panels=panels,
        reference=reference,
        noun=words.plural(level, 1),
    )


def _moved(trends: Sequence[Trend], level: str) -> str:
    """The title: in how many areas the figure rose or fell by more than sampling or rounding would give."""
    judged = [t for t in trends if t.overall is not None and t.overall.beyond is not None]
    all_of = f"{words.number(len(trends))} {words.plural(level, len(trends))}"
    if not judged:
        return f"The figures of {all_of} over time"
    rose = sum(1 for t in judged if t.overall and t.overall.beyond and t.overall.value > 0)
    fell = sum(1 for t in judged if t.overall and t.overall.beyond and t.overall.value < 0)
    noise = "sampling" if trends[0].sampled else "rounding"
    befores = {t.overall.before for t in judged if t.overall}
    afters = {t.overall.after for t in judged if t.overall}
    when = "Over the periods held"
    if len(befores) == len(afters) == 1:
        when = f"From {words.period(*befores.pop())} to {words.period(*afters.pop())}"
    if not rose and not fell:
        return f"{when} none of {all_of} changed by more than {noise} would give"
    said = [f"{verb} in {words.number(n)}" for verb, n in (("rose", rose), ("fell", fell)) if n]
    return f"{when} the figure {words.listed(said)} of {all_of} by more than {noise} would give"


# --- table of values --------------------------------------------------------------------------------------------------


def value_table(
    figures: Mapping[str, FigureSet], *, title: str, own: str = "", areas: AreaRegister | None = None
) -> ValueTable:
    """Areas down the side and a column for each measure; one measure has its interval beside it.

    Parameters
    ----------
    figures : mapping of str to FigureSet
        By the heading of the column. Each of one measure, unit, level and period; areas missing from one have no figure
        there.
    title : str
        A sentence the figures support.
    own : str
        GSS code of the area that stands out.
    areas : AreaRegister, optional

    Returns
    -------
    ValueTable
        In order of name.
    """
    if not figures:
        raise FigureMissing("There are no figures for a table.", "Choose a measure that is held.")
    columns: list[Column] = []
    cells: dict[str, dict[int, Value]] = {}
    names: dict[str, str] = {}
    notes: dict[str, list[str]] = {}
    used: list[Row] = []
    periods = set()
    for heading, held in figures.items():
        rows, _, noun = level_rows(held)
        used += rows
        periods.add(words.period(*period_of(rows)))
        with_bounds = len(figures) == 1 and any(has_interval(r) for r in rows)
        start = len(columns)
        unit = str(rows[0]["unit"])
        columns += [Column(heading, unit), *([Column("Lower", unit), Column("Upper", unit)] if with_bounds else [])]
        for r in rows:
            code = str(r["area_code"])
            names[code] = full_name(r, areas)
            row = cells.setdefault(code, {})
            if is_usable(r):
                row[start] = float(r["value"])
                row |= dict(zip((start + 1, start + 2), interval_of(r), strict=True)) if with_bounds else {}
            else:
                notes.setdefault(code, []).append(f"{heading}: {missing_reason(r)}")
    period = words.listed(sorted(periods))
    everything = FigureSet(next(iter(figures.values())).frame, {k: c for f in figures.values()
                                                                for k, c in f.citations.items()})  # fmt: skip
    table = ValueTable(
        title=title,
        caption=caption_of(words.listed(list(figures)), period, used, everything),
        what=f"{words.listed(list(figures))}, {period}",
        columns=tuple(columns),
        rows=tuple(
            ValueRow(names[c], tuple(row.get(i) for i in range(len(columns))), c, c == own, "; ".join(notes.get(c, [])))
            for c, row in cells.items()
        ),
        noun=noun,
    )
    return table.sorted(table.first)
