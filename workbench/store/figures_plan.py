"""What is asked of a store of figures, and whether it may be answered: decided from what the store says it holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from workbench.domain import words
from workbench.domain.bespoke_figures import check_addable, per_of
from workbench.domain.statistics import Period
from workbench.errors import FigureMissing, NotComparable
from workbench.store.figures_manifest import Facet, Segment, chosen

CARRIED = ("provisional", "estimated", "noted")
"""Flags of a part that hold for the sum too."""

REASONS = ("suppressed", "unreliable", "not available")
"""Flags of a part for want of which the sum is missing."""


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
        The flags that rows have, each as it stands in a row.
    source : str
        The one source of all rows; empty when there are several.
    numerators, denominators, intervals : bool
        Whether any row has them.
    """

    unit: str
    per: float
    flags: tuple[str, ...]
    source: str
    numerators: bool
    denominators: bool
    intervals: bool

    @property
    def unreliable(self) -> tuple[str, ...]:
        """The flags whose rows are not added, though they may have a value."""
        return tuple(flag for flag in self.flags if "unreliable" in codes(flag))


def codes(flag: str) -> tuple[str, ...]:
    """The codes of a flag as it stands in a row.

    Examples
    --------
    >>> codes("provisional;rounded-5"), codes("")
    (('provisional', 'rounded-5'), ())
    """
    return tuple(code for code in flag.split(";") if code)


def step_of(flag: str) -> int:
    """What the publisher rounded to; 0 when no code says so."""
    return max((int(code.removeprefix("rounded-")) for code in codes(flag) if code.startswith("rounded-")), default=0)


@dataclass(frozen=True, slots=True)
class Known:
    """What the manifest says of every row of an answer, so that it is not read row by row.

    Attributes
    ----------
    texts : mapping of str to str
        By column.
    nulls : frozenset of str
        Columns of numbers that no row has.
    periods : tuple of (date, date)
        First and last day of each, in order of the last, where the first follows from the last; else empty.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    nulls: frozenset[str] = frozenset()
    periods: tuple[Period, ...] = ()

    def read(self, columns: Iterable[str]) -> list[str]:
        """Those of some columns that have to be read."""
        known = {*self.texts, *self.nulls, *(["period_start"] if self.periods else [])}
        return [c for c in columns if c not in known]


def known(segment: Segment, wanted: Wanted) -> Known:
    """What the manifest says of every row that is wanted."""
    split = None if wanted.splits is None else bool(wanted.splits)
    facets = [
        f
        for f in chosen(segment.facets, level=wanted.level, vintage=wanted.vintage, split=split)
        if wanted.unit in ("", f.unit)
    ]
    texts = {}
    for column in ("level", "vintage", "unit", "flag", "source_id"):
        if len(found := {str(getattr(f, column)) for f in facets}) == 1:
            texts[column] = found.pop()
    if segment.method is not None:
        texts["method"] = segment.method
    if wanted.splits is not None:
        texts["splits"] = wanted.splits
    elif not any(f.split for f in facets):
        texts["splits"] = ""
    counts = {
        "numerator": sum(f.numerators for f in facets),
        "denominator": sum(f.denominators for f in facets),
        **dict.fromkeys(("lower", "upper", "confidence"), sum(f.intervals for f in facets)),
    }
    follows = len({end for _, end in segment.periods}) == len(segment.periods)
    return Known(texts, frozenset(c for c, rows in counts.items() if not rows), segment.periods if follows else ())


def needed(segment: Segment, wanted: Wanted) -> Wanted:
    """What is wanted, without what all rows of a measure are."""

    def rest(column: str, value: str) -> str:
        return "" if {str(getattr(f, column)) for f in segment.facets} == {value} else value

    return replace(
        wanted,
        level=rest("level", wanted.level),
        vintage=rest("vintage", wanted.vintage),
        unit=rest("unit", wanted.unit),
        splits=None if wanted.splits == "" and not segment.splits else wanted.splits,
    )


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


def sums(facets: Sequence[Facet], measure: str) -> tuple[Sum, ...]:
    """How the figures of some facets are added, unit by unit.

    Raises
    ------
    NotComparable
        When a sum would be wrong: the publisher changed the figures at random, or they are medians, scores, ranks, or
        rates without the counts they were made of.
    """
    return tuple(_sum([f for f in facets if f.unit == unit], measure) for unit in sorted({f.unit for f in facets}))


def _sum(facets: Sequence[Facet], measure: str) -> Sum:
    unit, flags = facets[0].unit, sorted({f.flag for f in facets})
    check_addable(measure, unit, {code for flag in flags for code in codes(flag)})
    numerators, denominators = any(f.numerators for f in facets), any(f.denominators for f in facets)
    per = 0.0 if unit in words.COUNTS else per_of(unit) or 100.0
    if per and not (numerators and denominators):
        raise NotComparable(
            "These are rates without the counts they were made of, and rates are not averaged.",
            "Bring in the counts and the populations.",
            measure,
        )
    sources = {f.source_id for f in facets}
    return Sum(
        unit=unit,
        per=per,
        flags=tuple(flags),
        source=sources.pop() if len(sources) == 1 else "",
        numerators=numerators,
        denominators=denominators,
        intervals=any(f.intervals for f in facets),
    )


def sum_flag(flags: Iterable[str], step: int, *, whole: bool) -> str:
    """The flag of a sum whose parts have these flags.

    Parameters
    ----------
    flags : iterable of str
        As they stand in the rows.
    step : int
        What the parts were rounded to, all together; see :data:`~workbench.domain.figures.FLAGS`.
    whole : bool
        Whether every part has its figure. A sum that lacks a part is missing, and its flag says why.

    Examples
    --------
    >>> sum_flag(["rounded-5", "provisional;rounded-5", ""], 15, whole=True)
    'provisional;rounded-15'
    >>> sum_flag(["rounded-5", "suppressed"], 15, whole=False), sum_flag(["nil"], 0, whole=False)
    ('suppressed', 'not available')
    """
    found = {code for flag in flags for code in codes(flag)}
    carried = [code for code in CARRIED if code in found]
    if whole:
        return ";".join([*carried, *([f"rounded-{step}"] if step else [])])
    return ";".join([*([code for code in REASONS if code in found] or ["not available"]), *carried])


def sum_method(how: Sum, parts: int) -> str:
    """How a sum came about, in the words of ``bespoke_figures.combine``; its flag tells of rounding."""
    said = f"{'from the added counts' if how.per else 'sum'} of {words.counted(parts, 'part')}"
    return f"{said}; no interval is worked out" if how.intervals else said


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


def anywhere(wanted: Wanted) -> Wanted:
    """What is wanted, of whatever areas: a sum is of another area than its parts."""
    return replace(wanted, areas=())


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
