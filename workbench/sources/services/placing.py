"""Areas and columns of services that name areas by code within a kind of area: Stat-Xplore and PxStat.

Unlike :class:`tidy.Places` an area is kept whose code the workbench does not know. A constituency has the level of the
kind of area that was asked for; a row such as “Abroad” or “Unknown” is published too, and has a level of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.domain.areas import AreaRegister, level_of
from workbench.domain.figures import COLUMNS
from workbench.errors import UnknownArea
from workbench.sources.services.tidy import GSS, scottish_vintage, slug

ELSEWHERE = "elsewhere"
"""Level of a row that is no place with a GSS code: not ranked or mapped with areas, but part of their total."""


@dataclass(frozen=True, slots=True)
class Area:
    """An area as a service names it, in the words of the workbench."""

    code: str
    name: str
    level: str
    vintage: str
    held: bool


def place(code: str, name: str, level: str, vintage: str, areas: AreaRegister) -> Area:
    """An area by its code.

    Parameters
    ----------
    code, name : str
        As the service writes them.
    level, vintage : str
        Of the kind of area that was asked for. The level is used where the code does not tell; the vintage goes before
        the register's, because one code may stand in several vintages.
    areas : AreaRegister
    """
    held = areas.areas.get(code)
    try:
        said = level_of(code)
    except UnknownArea:
        said = held.level if held else level if GSS.fullmatch(code) else ELSEWHERE
    year = scottish_vintage(code) or vintage
    if held:
        return Area(code, held.name, said, year or held.vintage, held=True)
    return Area(code, name, said, "" if said == ELSEWHERE else year, held=False)


def column(label: str, taken: Sequence[str] = ()) -> str:
    """The name of a breakdown's column: lower case, joined by ``_``, unlike any column of the schema.

    Examples
    --------
    >>> column("Age of Claimant (bands only)"), column("Level"), column("Sex", taken=["sex"])
    ('age_of_claimant_bands_only', 'level_2', 'sex_2')
    """
    name = slug(label) or "breakdown"
    used, number, candidate = {*COLUMNS, *taken}, 2, name
    while candidate in used:
        candidate, number = f"{name}_{number}", number + 1
    return candidate


def names(some: Sequence[str], most: int = 3) -> str:
    """Some names in a sentence.

    Examples
    --------
    >>> names(["Abroad", "Unknown"]), names(list("abcde"))
    ('Abroad and Unknown are', 'a, b, c and 2 more are')
    """
    if len(some) > most:
        return f"{', '.join(some[:most])} and {len(some) - most} more are"
    *before, last = some
    return f"{', '.join(before)} and {last} are" if before else f"{last} is"
