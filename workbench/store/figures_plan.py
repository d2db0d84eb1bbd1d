"""What is asked of a store of figures, and whether it may be answered: decided from what the store says it holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from workbench.domain import words
from workbench.domain.figures import FLAGS
from workbench.domain.statistics import Period
from workbench.errors import DataError, FigureMissing, NotComparable
from workbench.store.figures_manifest import Facet

RATES = {words.PER_CENT: 100.0}
"""Units of rates that are had from a numerator and a denominator, and what they are per."""

_REASONS = ("suppressed", "unreliable", "not available")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows of a measure are asked for. What is empty or None asks for all.

    Attributes
    ----------
    level, vintage, unit : str
    areas : tuple of str
        GSS codes.
    within : str
        GSS code of an area: only areas that lie in it.
    vintages : tuple of str
        Those at hand among which ``within`` is looked up.
    periods : tuple of (date, date)
        First and last day of each.
    since, until : datetime.date or None
        Only periods that lie between these days, both included.
    ending : datetime.date or None
        Only periods that end on this day.
    splits : str or None
        The splits of the rows; an empty text: rows that are not split.
    """

    level: str = ""
    vintage: str = ""
    unit: str = ""
    areas: tuple[str, ...] = ()
    within: str = ""
    vintages: tuple[str, ...] = ()
    periods: tuple[Period, ...] = ()
    since: date | None = None
    until: date | None = None
    ending: date | None = None
    splits: str | None = None


@dataclass(frozen=True, slots=True)
class Sum:
    """How figures of one unit are added.

    Attributes
    ----------
    unit : str
    per : float
        0 for a count; for a rate what it is per.
    flags : tuple of str
        The flags that rows have.
    source : str
        The one source of all rows; empty when there are several.
    numerators, denominators : bool
        Whether any row has them.
    """

    unit: str
    per: float
    flags: tuple[str, ...]
    source: str
    numerators: bool
    denominators: bool


def one(found: Iterable[str], what: str, remedy: str, where: str) -> str:
    """The one value there is, or a refusal that lists the values.

    Raises
    ------
    NotComparable
    """
    values = sorted(set(found))
    if len(values) != 1:
        said = words.listed([value or "not said" for value in values])
        raise NotComparable(f"The figures differ in {what}: {said}.", remedy, where)
    return values[0]


def sums(facets: Sequence[Facet], where: str) -> tuple[Sum, ...]:
    """How the figures of some facets are added, unit by unit; units that cannot be are left out.

    Raises
    ------
    DataError
        When the figures were randomly adjusted by their publisher, or none of them can be added.
    """
    if any("perturbed" in facet.flag.split(";") for facet in facets):
        raise DataError(
            "The publisher has randomly adjusted these figures, so they cannot be added.",
            "Ask the publisher for the total itself: in Stat-Xplore, add the area as a custom group.",
            where,
        )
    found = [_sum(unit, [f for f in facets if f.unit == unit]) for unit in sorted({f.unit for f in facets})]
    if not (able := tuple(s for s in found if s is not None)):
        units = words.listed(sorted({facet.unit or "no unit" for facet in facets}))
        raise DataError(
            f"Figures in this unit cannot be added: {units}.",
            "Add counts, or percentages that have a numerator and a denominator. Scores, ranks and medians have to come"
            " from their publisher.",
            where,
        )
    return able


def _sum(unit: str, facets: Sequence[Facet]) -> Sum | None:
    numerators, denominators = any(f.numerators for f in facets), any(f.denominators for f in facets)
    if unit not in words.COUNTS and not (unit in RATES and numerators and denominators):
        return None
    sources = {f.source_id for f in facets}
    return Sum(
        unit=unit,
        per=0.0 if unit in words.COUNTS else RATES[unit],
        flags=tuple(sorted({f.flag for f in facets})),
        source=sources.pop() if len(sources) == 1 else "",
        numerators=numerators,
        denominators=denominators,
    )


def joined_flags(flags: Iterable[str], *, whole: bool) -> str:
    """The flag of a sum whose parts have these flags.

    Parameters
    ----------
    flags : iterable of str
        Codes joined by ";", as in the schema.
    whole : bool
        Whether every part has its figure. A sum that lacks a part is missing, and its flag says why.

    Examples
    --------
    >>> joined_flags(["rounded-5", "rounded-5;provisional", ""], whole=True)
    'provisional;rounded-5'
    >>> joined_flags(["rounded-5", "nil"], whole=False)
    'not available;rounded-5'
    """
    found = {code for flag in flags for code in flag.split(";") if code}
    if not whole:
        found -= {"nil"}  # a part that is nil in the source does not make the whole nil
        if not found & set(_REASONS):
            found.add("not available")
    known = [code for code in FLAGS if code in found]
    return ";".join([*known, *sorted(found - set(FLAGS))])


def not_held(measure: str, held: Iterable[str]) -> FigureMissing:
    """The answer when a measure is not in the store."""
    names = sorted(held)
    some = words.listed(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
    return FigureMissing(
        f"The store does not hold the measure “{measure}”.",
        f"It holds: {some}." if names else "It is empty: put figures into it first.",
        measure,
    )


def of_one_vintage(facets: Sequence[Facet], wanted: Wanted, where: str) -> Wanted:
    """What is wanted, of the one vintage there is.

    Raises
    ------
    NotComparable
        When there are several: their areas overlap.
    """
    return replace(wanted, vintage=one((f.vintage for f in facets), "the vintage of areas", "Give the vintage.", where))


def of_one_kind(facets: Sequence[Facet], wanted: Wanted, where: str) -> Wanted:
    """What is wanted, of the one vintage and the one unit there are.

    Raises
    ------
    NotComparable
        When there are several.
    FigureMissing
        When the unit that was given is not held.
    """
    units = {f.unit for f in facets}
    if wanted.unit and wanted.unit not in units:
        raise FigureMissing(
            f"The store has no figure of “{where}” in the unit “{wanted.unit}”.",
            f"It holds: {words.listed(sorted(units))}.",
            where,
        )
    unit = wanted.unit or one(units, "unit", "Give the unit.", where)
    return of_unit(of_one_vintage([f for f in facets if f.unit == unit], wanted, where), unit)


def of_unit(wanted: Wanted, unit: str) -> Wanted:
    """What is wanted, in one unit."""
    return replace(wanted, unit=unit)


def ending(wanted: Wanted, day: date | None) -> Wanted:
    """What is wanted, of periods that end on a day."""
    return replace(wanted, ending=day)


def among(wanted: Wanted, vintages: Iterable[str]) -> Wanted:
    """What is wanted, looked up among these vintages."""
    return replace(wanted, vintages=tuple(sorted(vintages)))


def check_areas(found: set[str], measure: str, wanted: Wanted) -> None:
    """Refuse an answer that lacks an area that was named.

    Raises
    ------
    FigureMissing
    """
    if absent := sorted(set(wanted.areas) - found):
        some = words.listed(absent[:10]) + (f" and {len(absent) - 10} more" if len(absent) > 10 else "")
        raise FigureMissing(
            f"The store has no figure of “{measure}” for {some}.", "Check the codes and their vintage.", measure
        )


def check_sources(several: bool, where: str) -> None:
    """Refuse sums whose parts come from several sources.

    Raises
    ------
    NotComparable
    """
    if several:
        raise NotComparable(
            "Figures of different sources or editions would be added.",
            "Bring all parts in from one edition, or choose other periods.",
            where,
        )
