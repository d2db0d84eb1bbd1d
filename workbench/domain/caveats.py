"""Caveats that attach themselves to figures: what a reader must know of them, told from the figures and their data set.

Sources
-------
Nomis, *Business Register and Employment Survey: quality measure* (www.nomisweb.co.uk/articles/774.aspx): estimates with
a coefficient of variation from 20% are to be used with caution; PHE, *Technical Guide: Confidence Intervals* (25 May
2018): below 10 events the exact method is needed, taken here as the size from which a count is small.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

from workbench.domain import words
from workbench.domain.catalogue import Dataset
from workbench.domain.criteria import months_between
from workbench.domain.figures import FigureSet
from workbench.domain.held import finer
from workbench.domain.intervals import reliability
from workbench.domain.rows import (
    Row,
    estimate_of,
    flags_of,
    has_interval,
    is_usable,
    missing_reason,
    records,
    rounding_step,
)

Kind = Literal[
    "missing",
    "small population",
    "survey of small areas",
    "unreliable",
    "small counts",
    "perturbed",
    "estimated",
    "provisional",
    "lag",
    "stale",
]

SMALL_COUNT = 10
"""A count below this is small (PHE, 2018)."""

OLD_MONTHS = 24
"""Figures whose lag is not known are called old when they ended longer ago than this: our own choice."""

_TINY = ("LSOA", "OA")


@dataclass(frozen=True, slots=True)
class Caveat:
    """One thing to know before figures are relied on.

    Attributes
    ----------
    kind : str
        What it is about; each kind comes at most once.
    text : str
        Begins “Take care.”
    """

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class _Case:
    """What is looked at: the rows, those of them that have a value, what is known of the data set, and the day."""

    rows: Sequence[Row]
    usable: Sequence[Row]
    dataset: Dataset | None
    as_of: date | None


def caveats(figures: FigureSet, dataset: Dataset | None = None, as_of: date | None = None) -> tuple[Caveat, ...]:
    """What to say beside figures.

    Parameters
    ----------
    figures : FigureSet
        What is shown: one measure, as a rule. Splits and periods may differ.
    dataset : Dataset, optional
        What is known of the data set they are from: its kind and its lag are not in the figures.
    as_of : datetime.date, optional
        The day on which they are read. Without it nothing is said of their age.

    Returns
    -------
    tuple of Caveat
        The gravest first: what is missing, then how far the rest can be trusted, then how old it is. Empty for no
        figures and for figures with nothing to say of.

    Examples
    --------
    >>> from workbench.domain.figures import COLUMNS
    >>> import pandas as pd
    >>> caveats(FigureSet(pd.DataFrame(columns=list(COLUMNS))))
    ()
    """
    rows = records(figures)
    if not rows:
        return ()
    case = _Case(rows, [row for row in rows if is_usable(row)], dataset, as_of)
    found = ((kind, look(case)) for kind, look in _LOOKS.items())
    return tuple(Caveat(kind, f"Take care. {text}") for kind, text in found if text)


def _missing(case: _Case) -> str:
    lost = [row for row in case.rows if not is_usable(row)]
    if not lost:
        return ""
    reasons = words.listed(sorted({missing_reason(row) for row in lost}))
    return (
        f"{_share(len(lost), len(case.rows))} cannot be used: {reasons}. A figure that is not there is not zero, and "
        "the areas without one may be unlike the rest."
    )


def _small_population(case: _Case) -> str:
    levels = sorted({str(r["level"]) for r in case.usable if r["level"] in _TINY and _is_rate(r)})
    if not levels:
        return ""
    kinds = words.listed([words.plural(level) for level in levels])
    return (
        f"Rates of {kinds} rest on population estimates of very small areas. These are less certain than those of "
        "districts, most of all long after a census, and an error in them moves the rate."
    )


def _survey_of_small_areas(case: _Case) -> str:
    below = finer("district")
    levels = {str(r["level"]) for r in case.usable if r["level"] in below and _is_survey(r, case.dataset)}
    if not levels:
        return ""
    kinds = words.listed([words.plural(level) for level in below if level in levels])
    return (
        f"These are survey estimates of {kinds}. A survey made for districts and above has few interviews, or none, in "
        "an area so small: use the interval, and a larger area where you can."
    )


def _unreliable(case: _Case) -> str:
    sampled = [row for row in case.usable if has_interval(row)]
    poor = [row for row in sampled if reliability(estimate_of(row)).band.words == "use with caution"]
    if not poor:
        return ""
    return (
        f"{_share(len(poor), len(sampled))} with an interval {'has' if len(poor) == 1 else 'have'} a standard error of "
        "a fifth of the figure or more, which ONS says to use with caution."
    )


def _small_counts(case: _Case) -> str:
    events = [(row, _events(row)) for row in case.usable]
    small = [row for row, n in events if n is not None and 0 <= n < SMALL_COUNT]
    if not small:
        return ""
    step = max(rounding_step(row) for row in small)
    rounded = f", and rounding to {step} is a large part of the figure" if step else ""
    return (
        f"{_share(len(small), len(case.usable))} {'counts' if len(small) == 1 else 'count'} fewer than {SMALL_COUNT}. "
        f"A few more or fewer look like a large change{rounded}. Combine areas or years."
    )


def _perturbed(case: _Case) -> str:
    if not any("perturbed" in flags_of(row) for row in case.rows) and not (case.dataset and case.dataset.perturbed):
        return ""
    return (
        "The publisher changed these counts a little at random, to protect people. Do not add them up: ask for the "
        "total. A small count or a small difference may be chance."
    )


def _estimated(case: _Case) -> str:
    modelled = [row for row in case.usable if "estimated" in flags_of(row)]
    if not modelled and not (case.dataset and case.dataset.kind == "modelled"):
        return ""
    which = (
        _share(len(modelled), len(case.usable)) if modelled and len(modelled) < len(case.usable) else "these figures"
    )
    return words.sentence(f"{which} {'comes' if len(modelled) == 1 else 'come'} from a model, not from a count")


def _provisional(case: _Case) -> str:
    periods = sorted({_period(row) for row in case.rows if "provisional" in flags_of(row)})
    if not periods:
        return ""
    said = [words.period(*p) for p in periods]
    when = words.listed(said) if len(said) <= 3 else f"{words.number(len(said))} periods up to {said[-1]}"
    return f"Figures for {when} are provisional: the publisher may revise them."


def _lag(case: _Case) -> str:
    lag = case.dataset.lag_months if case.dataset else None
    if lag is None or lag < 1:
        return ""
    months = words.counted(round(lag), "month", spelt=True)
    return f"Figures come out about {months} after the period they are for: they do not show what has happened since."


def _stale(case: _Case) -> str:
    if case.as_of is None or not case.usable:
        return ""
    newest = max(case.usable, key=lambda row: row["period_end"])
    age = months_between(newest["period_end"], case.as_of)
    lag = case.dataset.lag_months if case.dataset else None
    when = words.period(*_period(newest))
    if lag is None:
        return f"The newest figure is for {when}, {age:,} months ago. Look for a newer one." if age > OLD_MONTHS else ""
    if age < lag + _months_apart(case.usable):
        return ""
    day = words.day(case.as_of)
    return f"The newest figure is for {when}. By {day} the publisher should have a newer one: bring it in."


def _months_apart(rows: Sequence[Row]) -> int:
    """How often figures come: the shortest step between periods held; the length of the period when there is one."""
    ends = sorted({row["period_end"] for row in rows})
    if len(ends) > 1:
        # Ends of months differ by up to three days from a whole number of months.
        return max(1, min(round(int((b - a).days) / 30.44) for a, b in pairwise(ends)))
    start, end = _period(rows[0])
    return max(1, round((end - start).days / 30.44))


_LOOKS: dict[Kind, Callable[[_Case], str]] = {
    "missing": _missing,
    "small population": _small_population,
    "survey of small areas": _survey_of_small_areas,
    "unreliable": _unreliable,
    "small counts": _small_counts,
    "perturbed": _perturbed,
    "estimated": _estimated,
    "provisional": _provisional,
    "lag": _lag,
    "stale": _stale,
}


def _is_rate(row: Row) -> bool:
    unit = str(row["unit"])
    return unit in (words.PER_CENT, "proportion", "ratio") or " per " in f" {unit} "


def _is_survey(row: Row, dataset: Dataset | None) -> bool:
    """Whether a figure is a survey's: as its data set says, else when its publisher prints a half-width."""
    return dataset.kind == "survey" if dataset else str(row["method"]) == "published half-width"


def _events(row: Row) -> float | None:
    """The count that a figure is or was made of; None when it is not known."""
    if row["unit"] in words.COUNTS:
        return float(row["value"])
    return float(row["numerator"]) if _is_rate(row) and row["numerator"] == row["numerator"] else None  # NaN


def _period(row: Row) -> tuple[date, date]:
    return row["period_start"], row["period_end"]


def _share(some: int, all_: int) -> str:
    """Some of all figures, at the head of a sentence.

    Examples
    --------
    >>> _share(1, 1), _share(3, 3), _share(1, 4), _share(30, 400)
    ('The figure', 'All three figures', 'One of four figures', '30 of 400 figures')
    """
    if some == all_:
        return "The figure" if some == 1 else f"All {words.number(some)} figures"
    said = f"{words.number(some)} of {words.number(all_)} figures"
    return said[:1].upper() + said[1:]
