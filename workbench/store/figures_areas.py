"""Areas and the areas they lie in, at every level above, as the table that a store of figures adds figures up by."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from workbench.domain.areas import Area, AreaRegister
from workbench.errors import DataError
from workbench.store.figures_frames import PARENTS


def parents_of(register: AreaRegister) -> pd.DataFrame:
    """The table of areas and what they lie in, from a register.

    Parameters
    ----------
    register : AreaRegister

    Returns
    -------
    pandas.DataFrame
        The columns of :data:`~workbench.store.figures_frames.PARENTS`, text. One row for each area, vintage of it and
        area above it; an area lies in itself. A vintage of the part also names the area above where that has it.

    Examples
    --------
    >>> bolton = Area("E08000001", "Bolton", "district", "2021")
    >>> part = Area("E01004766", "Bolton 001A", "LSOA", "2011", "E08000001")
    >>> parents_of(AreaRegister.of([bolton, part]))[["code", "vintage", "ancestor", "ancestor_vintage"]].values.tolist()
    [['E08000001', '2021', 'E08000001', '2021'], ['E01004766', '2011', 'E01004766', '2011'], \
['E01004766', '2011', 'E08000001', '2021']]
    """
    rows = [
        (area.code, vintage, area.level, above.code, above.name, above.level, _vintage_of(above, vintage))
        for area in register.areas.values()
        for vintage in _vintages(area)
        for above in _chain(area, register)
    ]
    return pd.DataFrame(rows, columns=list(PARENTS), dtype="str")


def _vintages(area: Area) -> tuple[str, ...]:
    return area.vintages or (area.vintage,)


def _vintage_of(above: Area, vintage: str) -> str:
    return vintage if above.is_of(vintage) else above.vintage


def _chain(area: Area, register: AreaRegister) -> Iterator[Area]:
    seen: set[str] = set()
    at: Area | None = area
    while at is not None and at.code not in seen:
        seen.add(at.code)
        yield at
        at = register.areas.get(at.parent) if at.parent else None


def checked(parents: pd.DataFrame) -> pd.DataFrame:
    """A table of parents with its columns as text, or a refusal.

    Raises
    ------
    DataError
        When a column is missing, or an area would lie in two areas of one level and vintage: it would be counted twice.
    """
    missing = [c for c in PARENTS if c not in parents.columns]
    if missing:
        raise DataError(
            f"The table of areas lacks the columns {', '.join(missing)}.", f"Give the columns {', '.join(PARENTS)}."
        )
    table = parents[list(PARENTS)].fillna("").astype("str").drop_duplicates(ignore_index=True)
    twice = table.duplicated(["code", "vintage", "ancestor_level", "ancestor_vintage"], keep=False)
    if twice.any():
        row = table.loc[twice].iloc[0]
        raise DataError(
            f"The area {row['code']} would lie in two areas: {row['ancestor_level']}, {row['ancestor_vintage']}.",
            "Give each area one parent at each level and vintage.",
            str(row["code"]),
        )
    return table
