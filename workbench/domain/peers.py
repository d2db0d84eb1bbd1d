"""The areas most like an area, in the measures that somebody chose.

Sources
-------
Office for National Statistics, *Clustering similar local authorities and statistical nearest neighbours in the UK,
methodology*, and the nearest neighbours model of the Chartered Institute of Public Finance and Accountancy (as
Hartlepool Council describes it): measures brought to mean 0 and standard deviation 1, areas in order of Euclidean
distance. P. J. Rousseeuw and C. Croux, "Alternatives to the median absolute deviation", *Journal of the American
Statistical Association* 88 (1993), 1273–1283, for the factor of robust scaling.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np

from workbench.domain import words
from workbench.domain.figures import Library
from workbench.domain.rows import Row, check_alike, has_interval, is_usable, missing_reason, period_of, records, totals
from workbench.domain.statistics import Period
from workbench.errors import DataError, FigureMissing, NotComparable

FEWEST_CANDIDATES = 10
"""Fewer areas to choose from than this, and the nearest may be far."""

ALIKE = 0.9
"""Measures that correlate more closely than this say nearly the same."""


Scaling = Literal["standard", "robust"]

NORMAL = 1.4826
"""What makes a median absolute deviation the standard deviation of normal values: 1 / Φ⁻¹(0.75)."""

_BROUGHT: Mapping[Scaling, str] = {
    "standard": "to mean 0 and standard deviation 1",
    "robust": "to median 0 and median absolute deviation 1 (scaled as for a normal distribution)",
}


@dataclass(frozen=True, slots=True)
class Trait:
    """A measure by which areas are likened.

    Attributes
    ----------
    measure, unit : str
    period : tuple of date
        First and last day.
    mean, deviation : float
        Over the areas likened, in the unit; the standard deviation of a population. For robust scaling the median and
        the scaled median absolute deviation.
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
    code: str,
    measures: Sequence[str],
    library: Library,
    *,
    count: int = 5,
    within: str = "",
    scaling: Scaling = "standard",
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
    scaling : str
        ``standard``: by mean and standard deviation. ``robust``: by median and median absolute deviation (times 1.4826,
        which makes it the standard deviation of normal values), so that a few extreme areas do not make all others seem
        alike.

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

    Examples
    --------
    >>> most_similar("E08000001", ["employment_rate", "imd_score"], library)  # doctest: +SKIP
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
    traits = tuple(_trait(column, values[:, i], scaling) for i, column in enumerate(columns))
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
        how=_how(
            traits,
            len(others),
            area.level,
            inside=library.areas.name(within) if within else "",
            left_out=left_out,
            scaling=scaling,
        ),
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


def _trait(column: Mapping[str, Row], values: np.ndarray, scaling: Scaling) -> Trait:
    row = next(iter(column.values()))
    measure, middle, deviation = str(row["measure"]), float(values.mean()), float(values.std())
    if scaling == "robust":
        middle = float(np.median(values))
        deviation = NORMAL * float(np.median(abs(values - middle)))
    if not deviation > 1e-12 * max(1.0, float(abs(values).max())):
        where = "every area" if scaling == "standard" else "half of the areas or more"
        raise NotComparable(
            f"{measure} is the same in {where}, so it tells none apart.", "Choose another measure.", measure
        )
    sampled = any(has_interval(r) for r in column.values())
    period = (row["period_start"], row["period_end"])
    return Trait(measure, str(row["unit"]), period, middle, deviation, sampled)


def _how(
    traits: Sequence[Trait], others: int, level: str, *, inside: str, left_out: Mapping[str, str], scaling: Scaling
) -> str:
    listed = words.listed([f"{t.measure} ({words.period(*t.period)})" for t in traits])
    place = f" in {inside}" if inside else ""
    gone = (
        f" {words.sentence(f'{words.counted(len(left_out), level)} left out for want of a figure')}" if left_out else ""
    )
    return (
        f"Most similar of {others:,} other {words.plural(level, others)}{place} by {listed}. Each measure was brought "
        f"{_BROUGHT[scaling]} and counts equally; areas are ordered by the straight-line (Euclidean) "
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
