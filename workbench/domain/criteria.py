"""The tests a published data set is put to for one need, each with its reason and its remedy from the figures.

A criterion is *met*; or *partly* met, which means that it falls short and something published would mend that; or *not
met*, with nothing published that would; or *unknown*, when what would tell is not held. A fact of the catalogue that
no held figure bears out never makes a criterion met.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from math import inf
from typing import Literal

from workbench.domain import words
from workbench.domain.catalogue import Dataset
from workbench.domain.held import Held, coarser, finer
from workbench.domain.need import Need
from workbench.domain.rows import Row, estimate_of, flags_of, has_interval, is_usable, rounding_error, rounding_step
from workbench.domain.statistics import Estimate, overlap, pooled

Status = Literal["met", "partly", "not met", "unknown"]
ADHOC = "Lightest route: ask DWP for an ad-hoc table."


@dataclass(frozen=True, slots=True)
class Criterion:
    """One test, its result, the reason from the figures, and what would help."""

    name: str
    status: Status
    reason: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One need against one data set: what every criterion looks at.

    Attributes
    ----------
    need : Need
    dataset : Dataset or None
        None when figures of the measure are held but no data set of the catalogue gives it.
    held : Held
    level : str
        The level whose figures are tested: the one asked for, else the nearest coarser one held, else empty.
    as_of : datetime.date
    """

    need: Need
    dataset: Dataset | None
    held: Held
    level: str
    as_of: date

    @property
    def rows(self) -> tuple[Row, ...]:
        """The newest figures at the tested level that can be used."""
        return tuple(row for row in self.held.latest(self.level) if is_usable(row)) if self.level else ()


def case_of(need: Need, dataset: Dataset | None, held: Held, as_of: date) -> Case:
    """Settle at which level the figures are tested."""
    level = next((lv for lv in (need.level, *coarser(need.level)) if lv in held.levels), "")
    return Case(need, dataset, held, level, as_of)


def all_criteria(case: Case) -> tuple[Criterion, ...]:
    """Every criterion, in the order a reader would ask."""
    tests: tuple[Callable[[Case], Criterion], ...] = (
        _measure, _level, _coverage, _breakdowns, _unit, _precision, _freshness,
    )  # fmt: skip
    return tuple(test(case) for test in tests)


def _measure(case: Case) -> Criterion:
    name = f"“{case.dataset.title}”" if case.dataset else "Figures that were brought in"
    return Criterion("measure", "met", f"{name} {'is' if case.dataset else 'are'} about it.")


# --- level, coverage, breakdowns, unit --------------------------------------------------------------------------------


def _level(case: Case) -> Criterion:
    wanted, name = case.need.level, "level"
    if case.level == wanted:
        return Criterion(name, "met", f"Figures by {wanted} are held.")
    listed = case.dataset.levels if case.dataset else ()
    if wanted in listed:
        return Criterion(
            name,
            "unknown",
            f"Figures by {wanted} are listed, but none is held for this area, and a list is no proof of a figure.",
            f"Bring in the figures by {wanted}.",
        )
    nearest = case.level or next((lv for lv in coarser(wanted) if lv in listed), "")
    if nearest:
        return Criterion(
            name,
            "partly",
            f"No figure by {wanted} is published as far as is known; the smallest is by {nearest}.",
            f"Use {words.plural(nearest)} instead.",
        )
    parts = next((lv for lv in finer(wanted) if lv in listed or lv in case.held.levels), "")
    if not parts:
        return Criterion(name, "not met", f"No figure by {wanted} is published as far as is known.", ADHOC)
    if why := _why_not_added(case, parts):
        return Criterion(
            name,
            "not met",
            f"Figures are by {parts}, and cannot be added up to make {words.a(wanted)}: they {why}.",
            f"Ask for the {wanted} total.",
        )
    return Criterion(
        name,
        "partly",
        f"Figures are by {parts}, not by {wanted}.",
        f"Add up {words.plural(parts)}; rounding adds up too.",
    )


def _why_not_added(case: Case, parts: str) -> str:
    """Why smaller areas cannot make a larger one; empty when they can."""
    rows = case.held.latest(parts)
    if (case.dataset and case.dataset.perturbed) or any("perturbed" in flags_of(row) for row in rows):
        return "were adjusted at random"
    if rows:
        return "" if rows[0]["unit"] in words.COUNTS else "are not counts"
    return "" if case.dataset and "count" in case.dataset.units else "are not counts"


def _nothing_held(name: str) -> Criterion:
    return Criterion(name, "unknown", "No figure is held to test.", "Bring in the figures.")


def _coverage(case: Case) -> Criterion:
    name = "coverage"
    if not case.level:
        return _nothing_held(name)
    c = case.held.coverage(case.level)
    many = words.plural(case.level, c.of)
    if c.usable >= c.of:
        all_of = f"All {words.number(c.of)} {many} have a figure." if c.of > 1 else f"The {many} has a figure."
        return Criterion(name, "met", all_of)
    lost = [
        f"{words.number(n)} {what}"
        for n, what in ((c.suppressed, "suppressed"), (c.missing, "missing"), (c.absent, "not in the table"))
        if n
    ]
    have = "has" if c.usable == 1 else "have"
    reason = f"{words.number(c.usable)} of {words.number(c.of)} {many} {have} a figure; {words.listed(lost)}."
    whole = next((lv for lv in coarser(case.level) if lv in case.held.levels and _is_whole(case.held, lv)), "")
    if whole:
        return Criterion(name, "partly", words.sentence(reason), f"Use {words.plural(whole)}: none is missing.")
    if c.usable >= 0.9 * c.of:
        return Criterion(
            name, "partly", words.sentence(reason), "Use those that have one, and name those that have not."
        )
    return Criterion(name, "not met", words.sentence(reason), ADHOC)


def _is_whole(held: Held, level: str) -> bool:
    c = held.coverage(level)
    return c.of > 0 and c.usable >= c.of


def _breakdowns(case: Case) -> Criterion:
    name, wanted = "breakdowns", [b for b in case.need.breakdowns if b.strip()]
    if not wanted:
        return Criterion(name, "met", "You asked for no split.")
    crossed = " by ".join(wanted)
    if case.held.split_by(case.need.level, wanted):
        return Criterion(name, "met", f"Figures by {crossed} are held.")
    published = [b.strip().casefold().replace("_", " ") for b in (case.dataset.breakdowns if case.dataset else ())]
    lacking = [b for b in wanted if b.strip().casefold().replace("_", " ") not in published]
    if lacking:
        given = f"It is published by {words.listed(published)}" if published else "It is published without splits"
        return Criterion(name, "not met", f"{given}, not by {' or '.join(lacking)}.", ADHOC)
    if len(wanted) > 1:
        return Criterion(
            name,
            "unknown",
            f"Splits by {words.listed(wanted)} are listed; that one table crosses them is not confirmed.",
            f"Bring in a table of {crossed}, or ask whether one exists.",
        )
    return Criterion(
        name,
        "unknown",
        f"A split by {crossed} is listed, but figures split so are not held.",
        f"Bring in the figures by {crossed}.",
    )


def _unit(case: Case) -> Criterion:
    name, wanted = "unit", case.need.unit
    rows = case.rows
    if not rows:
        return _nothing_held(name)
    unit = str(rows[0]["unit"])
    have = "rate" if unit == words.PER_CENT else "count" if unit in words.COUNTS else unit
    if have == wanted:
        return Criterion(name, "met", f"The figures are {words.plural_unit(have)}.")
    reason = f"The figures held are {words.plural_unit(have)}; you asked for {words.plural_unit(wanted)}."
    if case.dataset and wanted in case.dataset.units:
        return Criterion(name, "unknown", reason, f"Bring in the {wanted}, which is listed for this data set.")
    return Criterion(name, "not met", reason, f"Choose a measure that is a {wanted}.")


# --- precision --------------------------------------------------------------------------------------------------------


def error_of(row: Row) -> float:
    """How far a figure may be off, as the need states it: points for a rate, per cent of the value for a count.

    The half-width of a published interval, else the bound of rounding. Infinite when it cannot be known, and for a
    zero count that was rounded.
    """
    size = estimate_of(row).half_width if has_interval(row) else rounding_error(row)
    return inf if size is None else _relative(size, row)


def _relative(size: float, row: Row) -> float:
    # Halves of decimals that were printed to one place: 6.1 must not fail a limit of 6.1.
    size = round(size, 9)
    if row["unit"] not in words.COUNTS or size == 0:
        return size
    value = abs(float(row["value"]))
    return 100 * size / value if value else inf


def _precision(case: Case) -> Criterion:
    name, limit = "precision", case.need.precision
    rows = case.rows
    if not rows:
        return _nothing_held(name)
    if not _can_judge(case, rows):
        why = (
            "The publisher adjusts each figure at random and does not say by how much."
            if any("perturbed" in flags_of(row) for row in rows)
            else "No interval is published with these figures."
        )
        if limit is None:
            return Criterion(name, "met", f"{why} You set no limit.")
        return Criterion(name, "unknown", why, "Treat small figures as a sign, not as a measure; or set no limit.")
    errors = [error_of(row) for row in rows]
    size = _size_words(rows, errors, case.level)
    if limit is None:
        return Criterion(name, "met", f"{size}.")
    within = sum(e <= limit for e in errors)
    unit = "%" if rows[0]["unit"] in words.COUNTS else ""
    asked = f"{words.decimal(limit)}{unit} you asked for"
    if within == len(errors):
        return Criterion(name, "met", f"{size}, within the {asked}.")
    offers = [r for r in (_pooling_remedy(case), _coarser_remedy(case), _wider_remedy(case, errors)) if r]
    remedy = " ".join(r if i == 0 else f"Or {r[:1].lower()}{r[1:]}" for i, r in enumerate(offers))
    some = f"; {within:,} of {len(errors):,} {words.plural(case.level)} are within the {asked}"
    reason = f"{size}{some if within else f', against the {asked}'}."
    return Criterion(name, "partly" if remedy else "not met", reason, remedy or ADHOC)


def _can_judge(case: Case, rows: Sequence[Row]) -> bool:
    """Whether the size of the error is known: from intervals, or, for a full count, from rounding."""
    if any(has_interval(row) for row in rows):
        return True
    full = case.dataset is not None and case.dataset.kind == "administrative"
    return full and not any("perturbed" in flags_of(row) for row in rows)


def _size_words(rows: Sequence[Row], errors: Sequence[float], level: str) -> str:
    finite = [e for e in errors if e < inf]
    if has_interval(rows[0]) or any(has_interval(row) for row in rows):
        unit = "% of the figure" if rows[0]["unit"] in words.COUNTS else " points"
        many = "Half-widths are" if len(rows) > 1 else "The half-width is"
        return f"{many} {words.span(min(finite), max(finite))}{unit}" if finite else f"{many} not known"
    if rows[0]["unit"] in words.COUNTS:
        bound = max(rounding_error(row) or 0.0 for row in rows)
        if not bound:
            return "The counts are full and not rounded"
        worst = f", up to {words.decimal(max(finite))}% of the figure" if finite and len(finite) == len(errors) else ""
        many = "" if worst else ", which is much beside a figure of zero"
        text = f"Rounding to {max(rounding_step(row) for row in rows)} moves {words.a(level)} total by at most "
        return f"{text}{words.decimal(bound)}{worst or many}"
    return (
        f"Rounding moves a rate by at most {words.decimal(max(finite), 2)} points" if finite else "Rounding is unknown"
    )


def _coarser_remedy(case: Case) -> str:
    limit = case.need.precision or 0.0
    for level in coarser(case.level):
        rows = [row for row in case.held.latest(level) if is_usable(row)]
        if rows and _can_judge(case, rows) and all(error_of(row) <= limit for row in rows):
            unit = "%" if rows[0]["unit"] in words.COUNTS else " points"
            worst = words.decimal(max(error_of(row) for row in rows))
            how = f"the {level} as one" if len(rows) == 1 else words.plural(level)
            return f"Use {how}: ±{worst}{unit}."
    return ""


MOST_YEARS = 5


def _pooling_remedy(case: Case) -> str:
    """The fewest separate years whose average is within the limit in every area, when five or fewer do."""
    limit = case.need.precision or 0.0
    rows = case.rows
    if not all(has_interval(row) for row in rows):
        return ""
    series = _series(case)
    if not all(str(row["area_code"]) in series for row in rows):
        return ""
    for years in range(2, MOST_YEARS + 1):
        widest = _widest_pooled(series, years)
        if widest is not None and widest <= limit:
            unit = "%" if rows[0]["unit"] in words.COUNTS else " points"
            size = f"±{words.decimal(widest)}{unit}"
            return f"Pool {words.number(years)} years: about {size}, more if the survey goes back to the same homes."
    return ""


def _series(case: Case) -> dict[str, list[Row]]:
    """By area the figures with intervals of periods of about a year that do not overlap, newest first."""
    series: dict[str, list[Row]] = {}
    for group in reversed(case.held.periods(case.level)):
        for row in group:
            own = series.setdefault(str(row["area_code"]), [])
            days = (row["period_end"] - row["period_start"]).days + 1
            fits = is_usable(row) and has_interval(row) and 364 <= days <= 366
            if fits and not (own and overlap(_period(row), _period(own[-1]))):
                own.append(row)
    return series


def _period(row: Row) -> tuple[date, date]:
    return row["period_start"], row["period_end"]


def _widest_pooled(series: dict[str, list[Row]], years: int) -> float | None:
    widest = 0.0
    for rows in series.values():
        if len(rows) < years:
            return None
        newest = rows[:years]
        together: Estimate = pooled([estimate_of(row) for row in newest], [_period(row) for row in newest])
        widest = max(widest, _relative(together.half_width, {**newest[0], "value": together.value}))
    return widest


def _wider_remedy(case: Case, errors: Sequence[float]) -> str:
    limit, worst = case.need.precision or 0.0, max(errors)
    if worst > 2 * limit:
        return ""
    return f"Accept ±{words.decimal(worst)}{'%' if case.rows[0]['unit'] in words.COUNTS else ' points'}."


# --- freshness --------------------------------------------------------------------------------------------------------


def months_between(earlier: date, later: date) -> int:
    """Whole months from one day to another; 0 when the other is not later.

    Examples
    --------
    >>> months_between(date(2017, 10, 31), date(2018, 10, 30)), months_between(date(2017, 10, 31), date(2018, 11, 30))
    (11, 13)
    """
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return max(0, months - (later.day < min(earlier.day, _last_day(later))))


def _last_day(day: date) -> int:
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return (following - date(day.year, day.month, 1)).days


def _age_words(months: int) -> str:
    if months < 36:
        return f"{words.counted(months, 'month', spelt=True) if months else 'less than one month'} old"
    return f"{words.number(months // 12)} years old"


def _freshness(case: Case) -> Criterion:
    name, limit = "freshness", case.need.max_age_months
    if not case.rows:
        return _nothing_held(name)
    row = case.rows[0]
    age = months_between(row["period_end"], case.as_of)
    held = f"The figures held are for {words.period(*_period(row))}: {_age_words(age)}"
    if limit is None:
        newer = "Bring in newer figures if the answer must be current." if age > 24 else ""
        return Criterion(name, "met", f"{held}.", newer)
    if age <= limit:
        return Criterion(name, "met", f"{held}, within the {words.counted(limit, 'month')} you asked for.")
    reason = f"{held}, against the {words.counted(limit, 'month')} you asked for."
    lag = case.dataset.lag_months if case.dataset else None
    if lag is None:
        return Criterion(name, "unknown", reason, "Find out whether newer figures are out, and bring them in.")
    after = f"{words.decimal(lag)} month{'s' if lag != 1 else ''} after the period"
    if lag > limit:
        return Criterion(name, "not met", f"{reason} They come out {after}.", "Accept older figures, or ask DWP.")
    return Criterion(name, "partly", reason, f"Bring in the newest figures: they come out about {after}.")
