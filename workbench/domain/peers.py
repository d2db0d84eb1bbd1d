"""What an area is set beside: its most similar areas, chosen peers, the areas above it, its nation and its own past.

Sources
-------
Office for National Statistics, *Clustering similar local authorities and statistical nearest neighbours in the UK,
methodology*, and the nearest neighbours model of the Chartered Institute of Public Finance and Accountancy (as
Hartlepool Council describes it): measures brought to mean 0 and standard deviation 1, areas ordered by Euclidean distance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from typing import Literal

import numpy as np

from workbench.domain import words
from workbench.domain.areas import AreaRegister, nation_of
from workbench.domain.figures import FigureSet, Library
from workbench.domain.rows import Row, check_alike, has_interval, is_usable, missing_reason, period_of, records, totals
from workbench.domain.statistics import Period, overlap
from workbench.errors import DataError, FigureMissing, NotComparable, UnknownArea

FEWEST_CANDIDATES = 10
"""Fewer areas to choose from than this, and the nearest may be far."""

ALIKE = 0.9
"""Measures that correlate more closely than this say nearly the same."""

Kind = Literal["similar", "chosen", "parent", "nation", "own history"]


@dataclass(frozen=True, slots=True)
class Trait:
    """A measure by which areas are likened.

    Attributes
    ----------
    measure, unit : str
    period : tuple of date
        First and last day.
    mean, deviation : float
        Over the areas likened, in the unit; the standard deviation of a population.
    sampled : bool
        Whether it is a survey estimate.
    """

    measure: str
    unit: str
    period: Period
    mean: float
    deviation: float
    sampled: bool


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An area and how far it is.

    Attributes
    ----------
    area_code, name : str
    distance : float
        In standard deviations, over all measures together; 0 is alike in all.
    values : tuple of float
        One a trait, in its unit.
    """

    area_code: str
    name: str
    distance: float
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MostSimilar:
    """The areas most like one area.

    Attributes
    ----------
    area : Neighbour
        The area itself, at distance 0.
    nearest : tuple of Neighbour
        Nearest first.
    traits : tuple of Trait
    candidates : int
        Areas that were likened, without the area itself.
    left_out : mapping of str to str
        Why, by GSS code.
    how : str
        How they were found, for a note under a chart.
    caveats : tuple of str
        Each begins “Take care.”
    """

    area: Neighbour
    nearest: tuple[Neighbour, ...]
    traits: tuple[Trait, ...]
    candidates: int
    left_out: Mapping[str, str]
    how: str
    caveats: tuple[str, ...]


def most_similar(
    code: str, measures: Sequence[str], library: Library, *, count: int = 5, within: str = ""
) -> MostSimilar:
    """The areas of the same level that are most like an area in the measures chosen.

    Parameters
    ----------
    code : str
        GSS code of a held area.
    measures : sequence of str
        Keys of measures: rates or scores, not the one that is to be compared. Each counts equally.
    library : Library
    count : int
        How many areas are wanted.
    within : str
        GSS code: only areas inside it are candidates.

    Returns
    -------
    MostSimilar

    Raises
    ------
    UnknownArea
        When the area is not held.
    FigureMissing
        When the area has no figure of a measure, or no other area has all of them.
    NotComparable
        When a measure is a count, is of several boundaries or units, or does not tell the areas apart.
    DataError
        When no measure is given, one is given twice, or fewer than one area is wanted.

    Notes
    -----
    Each measure is taken for the newest period in which the area itself has a figure, and all areas for that period.
    z = (value - mean) / standard deviation over the areas likened; distance = √Σ (z - z of the area)².
    """
    area = library.areas.get(code)
    if not measures or len(set(measures)) < len(measures) or count < 1:
        raise DataError(
            "Similar areas need measures, each once, and a number of areas.", "Choose at least one measure."
        )
    columns = [_column(library, measure, area.level, code, within) for measure in measures]
    kept, left_out = _complete(columns)
    others = [c for c in kept if c != code]
    if not others:
        raise FigureMissing(
            f"No other {area.level} has a figure of every measure.", "Choose fewer or other measures.", code
        )
    values = np.array([[float(column[c]["value"]) for column in columns] for c in kept])
    traits = tuple(_trait(column, values[:, i]) for i, column in enumerate(columns))
    z = (values - [t.mean for t in traits]) / [t.deviation for t in traits]
    far = np.sqrt(((z - z[kept.index(code)]) ** 2).sum(axis=1))
    names = {c: str(columns[0][c]["area_name"]) for c in kept}
    found = [Neighbour(c, names[c], float(d), tuple(map(float, v))) for c, d, v in zip(kept, far, values, strict=True)]
    itself = next(n for n in found if n.area_code == code)
    nearest = sorted((n for n in found if n is not itself), key=lambda n: (n.distance, n.area_code))[:count]
    return MostSimilar(
        area=itself,
        nearest=tuple(nearest),
        traits=traits,
        candidates=len(others),
        left_out=left_out,
        how=_how(traits, len(others), area.level, library.areas.name(within) if within else "", left_out),
        caveats=_caveats(traits, z, len(others), area.level),
    )


def _column(library: Library, measure: str, level: str, code: str, within: str) -> dict[str, Row]:
    """The figures of one measure by area, for the newest period that the area itself has."""
    rows = records(totals(library.measure(measure, level)))
    own = [row for row in rows if row["area_code"] == code and is_usable(row)]
    if not own:
        raise FigureMissing(
            f"{library.areas.name(code)} has no figure of {measure}.", "Choose another measure.", measure
        )
    newest = max(own, key=lambda row: (row["period_end"], str(row["vintage"])))
    if newest["unit"] in words.COUNTS:
        raise NotComparable(
            f"{measure} is a count: areas would be alike for their size alone.", "Choose a rate or a score.", measure
        )
    inside = {a.code for a in library.areas.within(within, level)} | {code} if within else None
    then = [
        row
        for row in rows
        if row["period_end"] == newest["period_end"]
        and row["vintage"] == newest["vintage"]
        and (inside is None or row["area_code"] in inside)
    ]
    check_alike(then)
    period_of(then)
    found = {str(row["area_code"]): row for row in then}
    if len(found) < len(then):
        raise NotComparable(f"An area has two figures of {measure} for one period.", "Keep one of them.", measure)
    return found


def _complete(columns: Sequence[Mapping[str, Row]]) -> tuple[list[str], dict[str, str]]:
    """The areas that have every figure, in order of code; and why the others are left out."""
    kept, left_out = [], {}
    for code in sorted(set().union(*columns)):
        lacking = [column for column in columns if code not in column or not is_usable(column[code])]
        if not lacking:
            kept.append(code)
            continue
        measure = str(next(iter(lacking[0].values()))["measure"])
        reason = missing_reason(lacking[0][code]) if code in lacking[0] else "no figure is held"
        left_out[code] = f"{measure}: {reason}"
    return kept, left_out


def _trait(column: Mapping[str, Row], values: np.ndarray) -> Trait:
    row = next(iter(column.values()))
    measure, deviation = str(row["measure"]), float(values.std())
    if not deviation > 1e-12 * max(1.0, float(abs(values).max())):
        raise NotComparable(
            f"{measure} is the same in every area, so it tells none apart.", "Choose another measure.", measure
        )
    sampled = any(has_interval(r) for r in column.values())
    period = (row["period_start"], row["period_end"])
    return Trait(measure, str(row["unit"]), period, float(values.mean()), deviation, sampled)


def _how(traits: Sequence[Trait], others: int, level: str, inside: str, left_out: Mapping[str, str]) -> str:
    listed = words.listed([f"{t.measure} ({words.period(*t.period)})" for t in traits])
    place = f" in {inside}" if inside else ""
    gone = (
        f" {words.sentence(f'{words.counted(len(left_out), level)} left out for want of a figure')}" if left_out else ""
    )
    return (
        f"Most similar of {others:,} other {words.plural(level, others)}{place} by {listed}. Each measure was brought "
        "to mean 0 and standard deviation 1 and counts equally; areas are ordered by the straight-line (Euclidean) "
        f"distance between them.{gone}"
    )


def _caveats(traits: Sequence[Trait], z: np.ndarray, others: int, level: str) -> tuple[str, ...]:
    said = []
    if others < FEWEST_CANDIDATES:
        said.append(
            f"Take care. There are only {words.number(others)} other {words.plural(level, others)} to choose from: the "
            "nearest may still be unlike."
        )
    if sampled := [t.measure for t in traits if t.sampled]:
        said.append(
            f"Take care. {words.listed(sampled)}: survey estimates. Areas may seem alike or unlike from chance alone."
        )
    for i, j in combinations(range(len(traits)), 2):
        together = float(np.corrcoef(z[:, i], z[:, j])[0, 1])
        if abs(together) > ALIKE:
            said.append(
                f"Take care. {traits[i].measure} and {traits[j].measure} go together (correlation "
                f"{words.decimal(together, 2)}), so what they share counts twice."
            )
    return tuple(said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparator:
    """A figure to set an area's figure beside, or why there is none.

    Attributes
    ----------
    kind : str
    area_code, name : str
    row : mapping or None
        The figure with all columns of the schema; None when it cannot be had.
    why : str
        Why not, and what to do.
    """

    kind: Kind
    area_code: str
    name: str
    row: Row | None = None
    why: str = ""


def comparators(
    code: str, figures: FigureSet, areas: AreaRegister, *, chosen: Sequence[str] = (), similar: Sequence[str] = ()
) -> tuple[Comparator, ...]:
    """What an area's newest figure may be set beside: similar areas, chosen peers, areas above, nation, own past.

    Whether two of them differ is settled by :func:`~workbench.domain.comparison.compare_with` or, in time, by
    :func:`~workbench.domain.comparison.trend`.

    Parameters
    ----------
    code : str
    figures : FigureSet
        One measure, at all levels that are held.
    areas : AreaRegister
    chosen, similar : sequence of str
        GSS codes; ``similar`` from :func:`most_similar`.

    Returns
    -------
    tuple of Comparator
        Each asked-for area has one, and so has the past: the newest earlier period that shares no day with this one.

    Raises
    ------
    FigureMissing
        When the area itself has no figure.
    """
    rows = records(totals(figures))
    own = [row for row in rows if row["area_code"] == code and is_usable(row)]
    if not own:
        raise FigureMissing(f"{areas.name(code)} has no figure.", "Choose another measure or area.", code)
    newest = max(own, key=lambda row: row["period_end"])
    wanted: list[tuple[Kind, str]] = [("similar", c) for c in similar]
    wanted += [("chosen", c) for c in chosen if c not in similar]
    wanted += _above(code, areas)
    found = [_comparator(kind, other, newest, rows, areas) for kind, other in wanted if other != code]
    return (*found, _own_past(newest, own))


def _above(code: str, areas: AreaRegister) -> list[tuple[Kind, str]]:
    """The chain of parents up to and with the nation."""
    chain: list[tuple[Kind, str]] = []
    area = areas.areas.get(code)
    while area is not None and area.parent and area.parent not in {c for _, c in chain}:
        above = areas.areas.get(area.parent)
        chain.append(("nation" if above is not None and above.level == "nation" else "parent", area.parent))
        area = above
    try:
        nation = nation_of(code)
    except UnknownArea:
        return chain
    if not any(kind == "nation" for kind, _ in chain):
        chain += [("nation", a.code) for a in areas.at_level("nation") if a.name == nation][:1]
    return chain


def _comparator(kind: Kind, code: str, own: Row, rows: Sequence[Row], areas: AreaRegister) -> Comparator:
    name = areas.name(code)
    of_it = [row for row in rows if row["area_code"] == code]
    if not of_it:
        return Comparator(kind=kind, area_code=code, name=name, why=f"No figure of {name} is held. Bring it in.")
    then = [r for r in of_it if (r["period_start"], r["period_end"]) == (own["period_start"], own["period_end"])]
    if not then:
        when = words.period(own["period_start"], own["period_end"])
        has = words.listed(
            [words.period(*p) for p in sorted({(r["period_start"], r["period_end"]) for r in of_it})[-2:]]
        )
        return Comparator(
            kind=kind,
            area_code=code,
            name=name,
            why=f"{name} has no figure for {when}; it has {has}. Choose one period.",
        )
    try:
        check_alike([own, *then])
        _check_sides(own, then)
    except NotComparable as error:
        return Comparator(kind=kind, area_code=code, name=name, why=f"{error.message} {error.remedy}")
    if not is_usable(then[0]):
        reason = missing_reason(then[0])
        return Comparator(kind=kind, area_code=code, name=name, why=f"{name}: {reason}. Choose another area or period.")
    return Comparator(kind=kind, area_code=code, name=str(then[0]["area_name"]) or name, row=then[0])


def _check_sides(own: Row, then: Sequence[Row]) -> None:
    if len(then) > 1:
        raise NotComparable("It has two figures for one period.", "Keep one of them.")
    if own["unit"] in words.COUNTS:
        raise NotComparable(
            "Counts of two areas differ because the areas differ in size.",
            "Compare rates on the same denominator.",
            "unit",
        )
    if own["level"] == then[0]["level"] and own["vintage"] != then[0]["vintage"]:
        raise NotComparable(
            f"The figures are of boundaries of {own['vintage']} and {then[0]['vintage']}.",
            "Choose areas of one set of boundaries.",
            "vintage",
        )


def _own_past(newest: Row, own: Sequence[Row]) -> Comparator:
    code, name = str(newest["area_code"]), str(newest["area_name"])
    now = (newest["period_start"], newest["period_end"])
    length = now[1] - now[0]
    # A month may be three days shorter than another; a year is never taken for a quarter.
    earlier = [
        row
        for row in own
        if row["period_end"] < now[1]
        and not overlap((row["period_start"], row["period_end"]), now)
        and abs((row["period_end"] - row["period_start"]) - length) <= timedelta(days=3)
        and (row["unit"], row["vintage"]) == (newest["unit"], newest["vintage"])
    ]
    if not earlier:
        why = "No earlier figure that shares no day with this one is held. Bring in earlier periods."
        return Comparator(kind="own history", area_code=code, name=name, why=why)
    row = max(earlier, key=lambda r: r["period_end"])
    return Comparator(kind="own history", area_code=code, name=name, row=row)
