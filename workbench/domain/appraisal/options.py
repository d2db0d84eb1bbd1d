"""The options and their lines, as the partnership enters them."""

from __future__ import annotations

from typing import Literal

from workbench.domain.appraisal.discounting import Timing
from workbench.domain.base import Entity, Value
from workbench.domain.provenance import Status

OptionKind = Literal["do nothing", "published only", "partner data", "consent", "ad-hoc table", "data share", "other"]
Perspective = Literal["fiscal", "economic", "social"]


class Option(Entity):
    """One way of doing it. Exactly one option is the do-nothing case that the others are compared with."""

    name: str = ""
    kind: OptionKind = "other"
    description: str = ""
    preferred: bool = False


class Line(Entity):
    """A stream of cost or benefit: quantity × unit value, in each year from ``start_year`` for ``years`` years.

    Attributes
    ----------
    option_id : str
    direction : {"cost", "benefit"}
    label : str
    who : str
        Who bears the cost or gains the benefit.
    quantity : float
        Units a year, for example people, hours or 1 for a lump sum.
    quantity_unit : str
    quantity_note : str
        Where the quantity comes from.
    unit_low, unit_central, unit_high : float
        Pounds per unit, in prices of ``price_year``. Low and high bound the doubt; equal to central when there is none.
    price_year : int
        First calendar year of the financial year: 2025 means 2025/26.
    start_year, years : int
        Year 0 is the first year of the appraisal.
    source : str
        Where the unit value comes from, in words.
    status : Status
    perspective : Perspective
    is_transfer : bool
        Money that moves between parties (a benefit payment saved is one): shown, never part of public value.
    attribution : float
        Share (0 to 1) of the benefit that would not have happened anyway, after deadweight. 1 for costs.
    optimism_bias : str
        Key of the project type in ``reference/values/optimism_bias.yaml``, or empty for none.
    optimism_bias_share : float
        Where between the type's lower (0) and upper (1) bound the uplift is taken.
    outcome_id : str
        The outcome in the logic model that a benefit values.
    """

    option_id: str
    direction: Literal["cost", "benefit"]
    label: str = ""
    who: str = ""
    quantity: float = 1.0
    quantity_unit: str = ""
    quantity_note: str = ""
    unit_low: float = 0.0
    unit_central: float = 0.0
    unit_high: float = 0.0
    price_year: int
    start_year: int = 0
    years: int = 1
    source: str = ""
    status: Status = "guess"
    perspective: Perspective = "economic"
    is_transfer: bool = False
    attribution: float = 1.0
    optimism_bias: str = ""
    optimism_bias_share: float = 1.0
    outcome_id: str = ""


class Effect(Entity):
    """A cost or benefit that is not put into money. It stays in view beside every total."""

    option_id: str = ""
    direction: Literal["cost", "benefit"] = "benefit"
    label: str = ""
    who: str = ""
    size: str = ""


class Appraisal(Value):
    """What is appraised, over how long, in whose prices.

    Attributes
    ----------
    price_year : int
        2025 means prices of 2025/26.
    first_year : int
        The calendar year in which year 0 begins.
    horizon : int
        Years appraised, year 0 included.
    schedule : str
        Key of the discount schedule in ``reference/values/discount_rates.yaml``.
    timing : {"whole years", "mid-year"}
        When in a year money is taken to flow; HM Treasury's own examples count whole years.
    """

    price_year: int = 2025
    first_year: int = 2026
    horizon: int = 5
    schedule: str = "standard"
    timing: Timing = "whole years"
    options: tuple[Option, ...] = ()
    lines: tuple[Line, ...] = ()
    effects: tuple[Effect, ...] = ()
