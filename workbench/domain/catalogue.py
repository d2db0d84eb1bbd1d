"""What is known of a published data set: what it measures, how finely, how soon."""

from __future__ import annotations

from typing import Literal

from workbench.domain.base import Entity
from workbench.domain.provenance import Citation


class Dataset(Entity):
    """A published data set, as far as it bears on whether a need is met.

    Attributes
    ----------
    title : str
        Short, for a table: ``Claimant count, by ward``.
    measure : str
        Key of the measure it gives.
    kind : str
        survey, administrative, census, modelled or index.
    levels : tuple of str
        Levels at which a figure is published in practice, not merely listed.
    breakdowns : tuple of str
        Splits published at the smallest of these levels.
    units : tuple of str
        What it can be read as: ``count``, ``rate``.
    rounded_to : int or None
    perturbed : bool
    lag_months : float or None
        Months from the end of the reference period to publication; None: not known.
    cautions : tuple of str
        Each begins with a capital and ends with a full stop.
    citation : Citation
    verified, unverified : str
        What was read at the publisher and what was not, in a few words. The proposal says what was not.
    """

    title: str
    measure: str
    kind: Literal["survey", "administrative", "census", "modelled", "index"]
    levels: tuple[str, ...]
    breakdowns: tuple[str, ...] = ()
    units: tuple[str, ...] = ("count",)
    rounded_to: int | None = None
    perturbed: bool = False
    lag_months: float | None = None
    cautions: tuple[str, ...] = ()
    citation: Citation
    verified: str = ""
    unverified: str = ""
