"""Caveats that attach themselves to figures: what a reader must know of them, told from the figures and their data set.

Each caveat names the publication behind it, where there is one. Two limits need a word. PHE (2018) wants the exact
method below 10 events: that is taken here as the size from which a count is small. ONS marks a rate of fewer than 20
deaths as unreliable: that is taken to hold for rates of other events.
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
    "few events",
    "perturbed",
    "estimated",
    "noted",
    "provisional",
    "lag",
    "usual lag",
    "stale",
]

SMALL_COUNT = 10
"""A count below this is small (PHE, 2018)."""

FEW_EVENTS = 20
"""ONS marks a rate of fewer events than this as unreliable."""

DWP = "Department for Work and Pensions"

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
    source : str
        The publication that says so; empty when the figures or their data set say it themselves.
    rows : tuple of int
        Which figures it is about: positions in the frame, rising.
    """

    kind: Kind
    text: str
    source: str
    rows: tuple[int, ...]


_Found = tuple[Sequence[Row], str]
"""The rows that something is to be said of, none when there is nothing to say; and what."""


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
    place = {id(row): i for i, row in enumerate(rows)}
    said: list[Caveat] = []
    for kind, (look, source) in _LOOKS.items():
        concerned, text = look(case)
        if concerned:
            said.append(Caveat(kind, f"Take care. {text}", source, tuple(place[id(row)] for row in concerned)))
    return tuple(said)


def _missing(case: _Case) -> _Found:
    lost = [row for row in case.rows if not is_usable(row)]
    reasons = words.listed(sorted({missing_reason(row) for row in lost}))
    return lost, (
        f"{_share(len(lost), len(case.rows))} cannot be used: {reasons}. A figure that is not there is not zero, and "
        "the areas without one may be unlike the rest."
    )


def _small_population(case: _Case) -> _Found:
    # A census counts both parts of its rates; a survey of small areas has a caveat of its own.
    if case.dataset and case.dataset.kind in ("census", "survey"):
        return [], ""
    tiny = [row for row in case.usable if row["level"] in _TINY and _is_rate(row)]
    kinds = words.listed(sorted({words.plural(str(row["level"])) for row in tiny}))
    return tiny, (
        f"Rates of {kinds} rest on population estimates of very small areas. These are less certain than those of "
        "districts, most of all long after a census, and an error in them moves the rate."
    )


def _survey_of_small_areas(case: _Case) -> _Found:
    below = finer("district")
    small = [row for row in case.usable if row["level"] in below and _is_survey(row, case.dataset)]
    levels = {str(row["level"]) for row in small}
    kinds = words.listed([words.plural(level) for level in below if level in levels])
    return small, (
        f"These are survey estimates of {kinds}. A survey made for districts and above has few interviews, or none, in "
        "an area so small: use the interval, and a larger area where you can."
    )


def _unreliable(case: _Case) -> _Found:
    sampled = [row for row in case.usable if has_interval(row)]
    poor = [row for row in sampled if reliability(estimate_of(row)).band.words == "use with caution"]
    return poor, (
        f"{_share(len(poor), len(sampled))} with an interval {'has' if len(poor) == 1 else 'have'} a standard error of "
        "a fifth of the figure or more, which ONS says to use with caution."
    )


def _small_counts(case: _Case) -> _Found:
    small = [row for row in case.usable if row["unit"] in words.COUNTS and 0 <= float(row["value"]) < SMALL_COUNT]
    step = max((rounding_step(row) for row in small), default=0)
    rounded = f", and rounding to {step} is a large part of the figure" if step else ""
    return small, (
        f"{_share(len(small), len(case.usable))} {'counts' if len(small) == 1 else 'count'} fewer than {SMALL_COUNT}. "
        f"A few more or fewer look like a large change{rounded}. Combine areas or years."
    )


def _few_events(case: _Case) -> _Found:
    # A missing numerator is NaN, which is below nothing.
    few = [row for row in case.usable if _is_rate(row) and 0 <= float(row["numerator"]) < FEW_EVENTS]
    return few, (
        f"{_share(len(few), len(case.usable))} {'rests' if len(few) == 1 else 'rest'} on fewer than {FEW_EVENTS} "
        "people or events. ONS marks such rates as unreliable. Combine areas or years."
    )


def _perturbed(case: _Case) -> _Found:
    whole = case.dataset is not None and case.dataset.perturbed
    return [row for row in case.rows if whole or "perturbed" in flags_of(row)], (
        "The publisher changed these counts a little at random, to protect people. Do not add them up: ask for the "
        "total. A small count or a small difference may be chance."
    )


def _estimated(case: _Case) -> _Found:
    whole = case.dataset is not None and case.dataset.kind == "modelled"
    modelled = [row for row in case.usable if whole or "estimated" in flags_of(row)]
    if len(modelled) == len(case.usable):
        return modelled, "These figures come from a model, not from a count."
    comes = "comes" if len(modelled) == 1 else "come"
    return modelled, f"{_share(len(modelled), len(case.usable))} {comes} from a model, not from a count."


def _noted(case: _Case) -> _Found:
    noted = [row for row in case.rows if "noted" in flags_of(row)]
    marked = "is marked" if len(noted) == 1 else "are marked"
    return noted, f"{_share(len(noted), len(case.rows))} {marked} by the publisher: read the notes of the table."


def _provisional(case: _Case) -> _Found:
    early = [row for row in case.rows if "provisional" in flags_of(row)]
    said = [words.period(*p) for p in sorted({_period(row) for row in early})]
    when = words.listed(said) if len(said) <= 3 else f"{words.number(len(said))} periods up to {said[-1]}"
    return early, f"Figures for {when} are provisional: the publisher may revise them."


def _lag(case: _Case) -> _Found:
    lag = case.dataset.lag_months if case.dataset else None
    if lag is None or lag < 1:
        return [], ""
    months = words.counted(round(lag), "month", spelt=True)
    return case.rows, (
        f"Figures come out about {months} after the period they are for: they do not show what has happened since."
    )


def _usual_lag(case: _Case) -> _Found:
    known = case.dataset
    if known is None or known.lag_months is not None or DWP not in known.citation.publisher:
        return [], ""
    return case.rows, (
        "DWP’s guide says that benefit figures come out about five months after the period they are for. How soon "
        "these come out was not confirmed."
    )


def _stale(case: _Case) -> _Found:
    if case.as_of is None or not case.usable:
        return [], ""
    newest = max(case.usable, key=lambda row: row["period_end"])
    age = months_between(newest["period_end"], case.as_of)
    lag = case.dataset.lag_months if case.dataset else None
    when = words.period(*_period(newest))
    its = [row for row in case.usable if row["period_end"] == newest["period_end"]]
    if lag is None:
        return its if age > OLD_MONTHS else [], (
            f"The newest figure is for {when}, {age:,} months ago. Look for a newer one."
        )
    day = words.day(case.as_of)
    return its if age >= lag + _months_apart(case.usable) else [], (
        f"The newest figure is for {when}. By {day} the publisher should have a newer one: bring it in."
    )


def _months_apart(rows: Sequence[Row]) -> int:
    """How often figures come: the shortest step between periods held; the length of the period when there is one."""
    ends = sorted({row["period_end"] for row in rows})
    if len(ends) > 1:
        # Ends of months differ by up to three days from a whole number of months.
        return max(1, min(round(int((b - a).days) / 30.44) for a, b in pairwise(ends)))
    start, end = _period(rows[0])
    return max(1, round((end - start).days / 30.44))


_GUIDE = "DWP, Data Sharing for Local Partners (2013), section 7"
_LOOKS: dict[Kind, tuple[Callable[[_Case], _Found], str]] = {
    "missing": (_missing, ""),
    "small population": (
        _small_population,
        f"{_GUIDE}: population estimates of LSOAs and data zones are “experimental”",
    ),
    "survey of small areas": (
        _survey_of_small_areas,
        f"{_GUIDE}: the margin of error can be large below local authority districts",
    ),
    "unreliable": (
        _unreliable,
        "Nomis, Business Register and Employment Survey: quality measure, www.nomisweb.co.uk/articles/774.aspx",
    ),
    "small counts": (_small_counts, "PHE, Technical Guide: Confidence Intervals (25 May 2018)"),
    "few events": (
        _few_events,
        "ONS, User guide to mortality statistics, section 15, as quoted by ONS in FOI/2021/3301",
    ),
    "perturbed": (
        _perturbed,
        "of Stat-Xplore: DWP, Data Confidentiality, "
        "stat-xplore.dwp.gov.uk/webapi/metadata/Data%20Confidentiality.html?dbid=PIP_Monthly",
    ),
    "estimated": (_estimated, ""),
    "noted": (_noted, ""),
    "provisional": (_provisional, ""),
    "lag": (_lag, ""),
    "usual lag": (_usual_lag, _GUIDE),
    "stale": (_stale, ""),
}


def _is_rate(row: Row) -> bool:
    unit = str(row["unit"])
    return unit in (words.PER_CENT, "proportion", "ratio") or " per " in f" {unit} "


def _is_survey(row: Row, dataset: Dataset | None) -> bool:
    """Whether a figure is a survey's: as its data set says, else when its publisher prints a half-width."""
    return dataset.kind == "survey" if dataset else str(row["method"]) == "published half-width"


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
