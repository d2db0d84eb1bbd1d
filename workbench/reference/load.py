"""What the app loads once and hands to the domain: assumptions, unit values, data sets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workbench.domain.base import Value
from workbench.domain.catalogue import Dataset
from workbench.domain.parameters import Assumptions, Deflator, OptimismBias, Schedule, UnitValue
from workbench.domain.words import day
from workbench.reference.schema import read_list, read_yaml


class Table(Value):
    """What every file of values says of itself.

    Attributes
    ----------
    title, publisher, rhythm : str
        ``rhythm``: when the publisher issues a new edition.
    checked_against : str
        What the values were compared with; empty when they were not yet.
    who_checks : str
    next_review : datetime.date
    """

    title: str
    publisher: str
    rhythm: str
    checked_against: str
    who_checks: str
    next_review: date


class _DiscountRates(Table):
    values: tuple[Schedule, ...]


class _Deflators(Table):
    value: Deflator


class _OptimismBias(Table):
    values: tuple[OptimismBias, ...]


class _UnitValues(Table):
    values: tuple[UnitValue, ...]


TABLES: dict[str, type[Table]] = {
    "values/discount_rates.yaml": _DiscountRates,
    "values/gdp_deflator.yaml": _Deflators,
    "values/optimism_bias.yaml": _OptimismBias,
    "values/employment.yaml": _UnitValues,
    "values/wellbeing.yaml": _UnitValues,
}
"""Every file of values, with what it must hold."""


@dataclass(frozen=True, slots=True)
class Due:
    """A file of values whose review date has come."""

    file: str
    title: str
    next_review: date
    who_checks: str

    def text(self) -> str:
        """As a sentence that can stand on a page."""
        due = day(self.next_review)
        return f"Take care. “{self.title}” was due to be compared with the publisher's own file on {due}."


def load_assumptions(*, today: date | None = None) -> Assumptions:
    """Discount schedules, the GDP deflator and optimism bias, as one value for :func:`appraise`.

    Parameters
    ----------
    today : datetime.date, optional
        When given, a citation dated later than this is refused.

    Returns
    -------
    Assumptions

    Raises
    ------
    ReferenceDataError
        When a file of values is damaged.

    Examples
    --------
    >>> load_assumptions().schedule("standard").rate(31)
    0.03
    """
    return Assumptions(
        schedules=read_yaml("values/discount_rates.yaml", _DiscountRates, today=today).values,
        deflator=read_yaml("values/gdp_deflator.yaml", _Deflators, today=today).value,
        optimism_bias=read_yaml("values/optimism_bias.yaml", _OptimismBias, today=today).values,
    )


def load_unit_values(*, today: date | None = None) -> tuple[UnitValue, ...]:
    """Published values of a year in work and of wellbeing.

    Raises
    ------
    ReferenceDataError
        When a file of values is damaged.

    Examples
    --------
    >>> next(v.central for v in load_unit_values() if v.id == "wellby")
    13000.0
    """
    files = ("values/employment.yaml", "values/wellbeing.yaml")
    return tuple(value for name in files for value in read_yaml(name, _UnitValues, today=today).values)


def load_datasets(*, today: date | None = None) -> tuple[Dataset, ...]:
    """What is known of published data sets.

    Raises
    ------
    ReferenceDataError
        When the file is damaged.
    """
    return read_list("datasets.yaml", Dataset, today=today)


def due(today: date) -> tuple[Due, ...]:
    """The files of values whose review date has come, the longest overdue first.

    Parameters
    ----------
    today : datetime.date

    Returns
    -------
    tuple of Due
    """
    tables = {name: read_yaml(name, kind) for name, kind in TABLES.items()}
    found = [Due(name, t.title, t.next_review, t.who_checks) for name, t in tables.items() if t.next_review <= today]
    return tuple(sorted(found, key=lambda d: (d.next_review, d.file)))
