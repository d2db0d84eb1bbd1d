"""What the partnership needs to know."""

from __future__ import annotations

from typing import Literal

from workbench.domain.base import Entity

Level = Literal["", "individual", "OA", "LSOA", "MSOA", "ward", "district", "combined authority", "region", "nation"]
NeedUnit = Literal["", "count", "rate", "individual records"]


class Need(Entity):
    """One thing the partnership needs to know, precise enough to be tested against published figures.

    Attributes
    ----------
    question : str
        The need in plain words, as a question.
    measure : str
        Key of the measure, for example ``employment_rate``; see ``reference/datasets.yaml``.
    breakdowns : tuple of str
        Splits wanted, for example ``("ethnic group", "duration")``.
    level : Level
        The smallest area wanted; ``individual`` means named people.
    area : str
        GSS code of the area the need is about; its parts at ``level`` are what must be covered.
    unit : NeedUnit
    precision : float or None
        Largest tolerable half-width of the 95% interval: percentage points for a rate, per cent of the value for a
        count. None: not stated.
    max_age_months : int or None
        How old the figure may be on ``as_of`` of the assessment. None: not stated.
    period : str
        Free text, for example ``last three years``.
    why : str
        What will be decided or done with the answer.
    """

    question: str = ""
    measure: str = ""
    breakdowns: tuple[str, ...] = ()
    level: Level = ""
    area: str = ""
    unit: NeedUnit = ""
    precision: float | None = None
    max_age_months: int | None = None
    period: str = ""
    why: str = ""
