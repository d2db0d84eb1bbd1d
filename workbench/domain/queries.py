"""What is asked of a statistics service: a query as a value, and what a service says of its data sets.

A query holds everything that decides which figures come back, so that it can be kept in a project, run again, and
compared with what came before. It never holds a key.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from workbench.domain.base import Entity, Value
from workbench.domain.periods import period_of
from workbench.domain.provenance import Citation

Role = Literal["area", "time", "measure", "breakdown"]


class Choice(Value):
    """The codes chosen of one dimension.

    Attributes
    ----------
    dimension : str
        As the service names it, for example ``gender``.
    codes : tuple of str
        As the service writes them, for example ``("0",)``.
    total : bool
        Ask the service for its own total of these codes as well. Totals are asked for, never added up here.
    """

    dimension: str
    codes: tuple[str, ...] = ()
    total: bool = False


class Query(Value):
    """One table asked of a service.

    Attributes
    ----------
    service : str
        Key of the service, for example ``nomis``.
    dataset : str
        Its id there, for example ``NM_162_1``.
    level : str
        Kind of area as the service names it, for example ``TYPE424``; empty when ``areas`` are named one by one.
    within : tuple of str
        GSS codes of areas whose parts at ``level`` are wanted; empty: everywhere.
    areas : tuple of str
        GSS codes, or the service's own codes, of areas wanted by name.
    periods : tuple of str
        As the service writes them. ``latest`` where it has such a word.
    choices : tuple of Choice
        Every other dimension. None is left to the service's default.
    """

    service: str = ""
    dataset: str = ""
    level: str = ""
    within: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()


class KeptQuery(Entity):
    """A query that a project keeps, and what came back the last time.

    Attributes
    ----------
    title : str
        What the table is, in the author's words or the service's.
    query : Query
    fetched : datetime.date or None
        When it was last run; None: never.
    fingerprint : str
        SHA-256 of the figures that came back, by which a change is seen.
    rows : int
        How many figures came back.
    """

    title: str = ""
    query: Query = Query()
    fetched: date | None = None
    fingerprint: str = ""
    rows: int = 0


class Found(Value):
    """A data set that a search found.

    Attributes
    ----------
    service, id, title : str
    note : str
        What helps to choose it: how often it comes out, how finely, the latest period.
    """

    service: str
    id: str
    title: str
    note: str = ""


class Code(Value):
    """One code of a dimension: as the service writes it, and in words. ``parent`` is another code of the dimension."""

    id: str
    label: str
    parent: str = ""


class Dimension(Value):
    """One dimension of a data set.

    Attributes
    ----------
    id, label : str
    role : Role
    codes : tuple of Code
        Empty when there are too many to list, as for areas.
    default : str
        The code that stands for all people, or the usual measure; empty when there is none.
    """

    id: str
    label: str
    role: Role
    codes: tuple[Code, ...] = ()
    default: str = ""


class AreaKind(Value):
    """A kind of area that a data set has.

    Attributes
    ----------
    id : str
        As the service names it, for example ``TYPE298``.
    label : str
        In words, for example ``LSOAs of 2011``.
    level : str
        Level of the workbench, for example ``LSOA``; empty when it has none.
    vintage : str
        Year of the boundaries; empty when the service does not say.
    """

    id: str
    label: str
    level: str = ""
    vintage: str = ""


class Description(Value):
    """What a service says of one data set.

    Attributes
    ----------
    service, id, title : str
    dimensions : tuple of Dimension
        In the order of the service; areas and time among them.
    kinds : tuple of AreaKind
    notes : tuple of str
        What a reader must know, as sentences of our own or the publisher's short labels.
    updated : datetime.date or None
    citation : Citation
    """

    service: str
    id: str
    title: str
    dimensions: tuple[Dimension, ...] = ()
    kinds: tuple[AreaKind, ...] = ()
    notes: tuple[str, ...] = ()
    updated: date | None = None
    citation: Citation

    def dimension(self, role_or_id: str) -> Dimension | None:
        """The first dimension of this role, or of this id."""
        return next((d for d in self.dimensions if role_or_id in (d.role, d.id)), None)


def newest(time: Dimension) -> str:
    """The code of the latest period of a dimension of time; an empty string when it lists none.

    Periods are told by their labels and codes; where none can be read as a period, the code that sorts last is taken.

    Examples
    --------
    >>> months = (Code(id="m2", label="March 2024"), Code(id="m1", label="February 2024"))
    >>> newest(Dimension(id="month", label="Month", role="time", codes=months))
    'm2'
    """
    last = max(time.codes, key=_sorting, default=None)
    return last.id if last else ""


def _sorting(code: Code) -> tuple[date, str]:
    for text in (code.label, code.id):
        try:
            return period_of(text)[1], code.id
        except ValueError:
            continue
    return date.min, code.id
