"""Looking at any figures that are held: which measure, level, place and period, and what can be drawn of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from workbench.charts import build
from workbench.charts.boundaries import Boundaries
from workbench.charts.build_many import multiples_chart, value_table
from workbench.charts.build_map import area_map
from workbench.charts.build_spread import funnel_chart, funnel_grid, strip_chart
from workbench.charts.spec import Chart, Reference
from workbench.charts.spec_spread import Limits
from workbench.domain import words
from workbench.domain.areas import AreaRegister
from workbench.domain.comparison import compare_with, ranked, trend
from workbench.domain.figures import FigureSet, Library
from workbench.domain.funnel import limits
from workbench.errors import FigureMissing, NotComparable

VIEWS: tuple[tuple[str, str], ...] = (
    ("strip", "Distribution"),
    ("ranked", "Ranking"),
    ("dots", "Against a larger area"),
    ("funnel", "Funnel"),
    ("multiples", "Over time"),
    ("table", "Table"),
)
"""Second pictures, beside the map."""

MOST_PANELS = 36
RANKED = 20
NATIONS = {"E": "E92000001", "W": "W92000004", "S": "S92000003", "N": "N92000002"}


@dataclass(frozen=True, slots=True)
class Exploring:
    """What is looked at.

    Attributes
    ----------
    measure, level, vintage : str
    within : str
        GSS code; empty: everywhere that is held.
    period_end : datetime.date
    view : str
        Key of the second picture.
    measures, levels, places, periods : tuple of (str, str)
        What could be chosen instead: value and words.
    """

    measure: str
    level: str
    vintage: str
    within: str
    period_end: date
    view: str
    measures: tuple[tuple[str, str], ...]
    levels: tuple[tuple[str, str], ...]
    places: tuple[tuple[str, str], ...]
    periods: tuple[tuple[str, str], ...]


def exploring(
    library: Library, picked: Mapping[str, Any], place: str, titles: Callable[[str], str]
) -> Exploring | None:
    """What is looked at, from what was picked: whatever no longer fits gives way to what is held.

    Parameters
    ----------
    library : Library
    picked : mapping
        Under ``explore/``: measure, level, place, period, view.
    place : str
        GSS code of the place of the proposal; empty when there is none.
    titles : callable
        Key of a measure to its name.
    """
    frame = library.figures.frame
    if frame.empty:
        return None
    held = sorted(frame["measure"].unique().tolist(), key=lambda m: titles(m).lower())
    measure = _among(str(picked.get("explore/measure", "")), held, "claimant_rate")
    of_measure = frame.loc[frame["measure"] == measure]
    kinds = of_measure.groupby(["level", "vintage"], sort=False)["area_code"].nunique().reset_index()
    levels = {f"{lv}|{v}": (str(lv), str(v), int(n)) for lv, v, n in kinds.itertuples(index=False)}
    best = max(levels, key=lambda k: (levels[k][2] <= 400, levels[k][2]))
    chosen = _among(str(picked.get("explore/level", "")), list(levels), best)
    level, vintage, _ = levels[chosen]
    rows = of_measure.loc[(of_measure["level"] == level) & (of_measure["vintage"] == vintage)]
    periods = sorted({d.date() for d in rows["period_end"]}, reverse=True)
    said = str(picked.get("explore/period", ""))
    period_end = next((p for p in periods if p.isoformat() == said), periods[0])
    starts = {e.date(): s.date() for s, e in zip(rows["period_start"], rows["period_end"], strict=True)}
    places = [("", "Everywhere held"), *([(place, library.areas.name(place))] if place else [])]
    where = str(picked.get("explore/place", place))
    return Exploring(
        measure=measure,
        level=level,
        vintage=vintage,
        within=where if where in dict(places) else "",
        period_end=period_end,
        view=_among(str(picked.get("explore/view", "")), [key for key, _ in VIEWS], "strip"),
        measures=tuple((m, titles(m)) for m in held),
        levels=tuple((key, _kind_words(lv, v, n)) for key, (lv, v, n) in levels.items()),
        places=tuple(places),
        periods=tuple((p.isoformat(), words.period(starts[p], p)) for p in periods[:120]),
    )


def _among(said: str, held: list[str], usual: str) -> str:
    return said if said in held else usual if usual in held else held[0]


def _kind_words(level: str, vintage: str, count: int) -> str:
    name = words.plural(level)
    year = f" of {vintage}" if vintage and level in ("OA", "LSOA", "MSOA", "ward") else ""
    return f"{name[:1].upper()}{name[1:]}{year} ({count:,})"


def explored(
    library: Library, seen: Exploring, picture: str, *, marked: str, what: str, boundaries: Boundaries | None = None
) -> Chart:
    """One picture of what is looked at.

    Parameters
    ----------
    library : Library
    seen : Exploring
    picture : str
        ``map`` or a key of :data:`VIEWS`.
    marked : str
        GSS code of the area that is marked; the distribution and the small charts bring it forward.
    what : str
        What is measured, for the caption.
    boundaries : Boundaries, optional
        For the map.

    Raises
    ------
    DataError
        When it cannot be drawn; the message says why and what to do.
    """
    everything = library.figures.where(measure=seen.measure, level=seen.level, vintage=seen.vintage)
    if seen.within:
        inside = {a.code for a in library.areas.within(seen.within, seen.level)}
        everything = everything.where(area_code=inside)
    now = _at(everything, seen.period_end)
    if not len(now):
        raise FigureMissing("No figure is held for this choice.", "Choose another place or period.")
    own = marked if marked in set(now.frame["area_code"]) else ""
    makers: Mapping[str, Callable[[], Chart]] = {
        "map": lambda: area_map(now, library.areas, what=what, boundaries=boundaries, own=own),
        "strip": lambda: _strip(library, seen, now, own, what),
        "ranked": lambda: build.ranked_chart(ranked(now), now, what=what, n=RANKED, areas=library.areas),
        "dots": lambda: _dots(library, seen, now, what),
        "funnel": lambda: _funnel(library, seen, now, own, what),
        "multiples": lambda: _multiples(everything, now, own, what),
        "table": lambda: value_table(
            {what: now}, title=ranked(now).headline(), own=own, areas=_parents(library.areas, seen.level)
        ),
    }
    return makers[picture]()


def _at(figures: FigureSet, period_end: date) -> FigureSet:
    return FigureSet(figures.frame.loc[figures.frame["period_end"].dt.date == period_end], figures.citations)


def _parents(areas: AreaRegister, level: str) -> AreaRegister | None:
    return areas if level in ("OA", "LSOA", "MSOA", "ward") else None


def _reference(library: Library, seen: Exploring, now: FigureSet) -> str:
    """The larger area to set against: the place looked within, else the nation of the first area."""
    held = _at(library.figures.where(measure=seen.measure), seen.period_end)
    codes = set(held.frame["area_code"])
    nation = NATIONS.get(str(now.frame["area_code"].iloc[0])[:1], "")
    return next((c for c in (nation, seen.within) if c and c in codes and c not in set(now.frame["area_code"])), "")


def _with_reference(library: Library, seen: Exploring, now: FigureSet, code: str) -> FigureSet:
    codes = [*now.frame["area_code"].unique(), code]
    both = library.figures.where(measure=seen.measure, area_code=codes)
    frame = _at(both, seen.period_end).frame
    keep = (frame["area_code"] == code) | ((frame["level"] == seen.level) & (frame["vintage"] == seen.vintage))
    return FigureSet(frame.loc[keep], both.citations)


def _strip(library: Library, seen: Exploring, now: FigureSet, own: str, what: str) -> Chart:
    reference = _reference(library, seen, now)
    figures = _with_reference(library, seen, now, reference) if reference else now
    areas = _parents(library.areas, seen.level)
    return strip_chart(figures, own, what=what, reference_code=reference, areas=areas)


def _dots(library: Library, seen: Exploring, now: FigureSet, what: str) -> Chart:
    reference = _reference(library, seen, now)
    if not reference:
        raise FigureMissing(
            "No larger area has a figure of this measure for this period.", "Bring in the figure of the nation."
        )
    if len(now) > 60:
        raise NotComparable(
            f"{len(now)} areas cannot be read as rows.", "Choose a place within, or look at the distribution."
        )
    both = _with_reference(library, seen, now, reference)
    return build.comparison_chart(compare_with(both, reference), both, what=what)


def _funnel(library: Library, seen: Exploring, now: FigureSet, own: str, what: str) -> Chart:
    """Rates against the number of people they are of, around the rate of all of them together."""
    held = now.frame.dropna(subset=["value", "numerator", "denominator"])
    if str(now.frame["unit"].iloc[0]) != words.PER_CENT or held.empty:
        raise FigureMissing(
            "A funnel needs rates with the counts they were made of.", "Fetch the counts and the populations too."
        )
    figures = FigureSet(held, now.citations)
    target = 100 * float(held["numerator"].sum() / held["denominator"].sum())
    found = limits(funnel_grid(figures), target)
    around = Limits(found.x, found.lower95, found.upper95, found.lower998, found.upper998)
    every = f"all {words.counted(len(held), words.plural(seen.level, 1))} together"
    return funnel_chart(
        figures,
        around,
        target=Reference(every, target),
        what=what,
        denominator="people",
        own=own,
        areas=_parents(library.areas, seen.level),
    )


def _multiples(everything: FigureSet, now: FigureSet, own: str, what: str) -> Chart:
    codes = now.frame["area_code"].tolist()
    if everything.frame["period_end"].nunique() < 2:
        raise FigureMissing("Only one period is held.", "Fetch more periods to see the change.")
    if len(codes) > MOST_PANELS:
        if not own:
            raise NotComparable(
                f"{len(codes)} areas are too many to draw over time.", "Mark one area, or choose a larger kind of area."
            )
        codes = [own]
    trends = [trend(everything, code) for code in codes]
    if len(trends) == 1:
        return build.trend_chart(trends[0], everything, what=what)
    return multiples_chart(trends, everything, what=what, own=own)
