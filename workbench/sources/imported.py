"""What readers of files share: the cells of a file, the figures that came out, and what was left out and why."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.domain.areas import Area, AreaRegister
from workbench.domain.figures import COLUMNS, DATE_COLUMNS, NUMBER_COLUMNS, FigureSet, validate
from workbench.domain.provenance import Citation
from workbench.domain.recipes import Recipe
from workbench.errors import Fault, InvalidProject, UnknownArea, WrongFile

Row = Sequence[object]


@dataclass(frozen=True)
class Cells:
    """One sheet of a file, or the whole of a text file, as rows of cells.

    Attributes
    ----------
    path : Path
    sheet : str
        Name of the sheet; empty for a text file.
    rows : sequence of sequence
        Row 1 of the file is ``rows[0]``. Blank lines are rows without cells.
    """

    path: Path
    sheet: str
    rows: Sequence[Row]


@dataclass(frozen=True, eq=False)
class Imported:
    """What came out of a file.

    Attributes
    ----------
    figures : FigureSet
        Validated.
    rows_read : int
        Rows of data seen, used or not.
    refused : tuple of Fault
        What was not taken, each with the place and the reason.
    notes : tuple of str
        What a reader must know of the figures that were taken, as sentences.
    unresolved : tuple of str
        Every area name or code that is not held, as the file writes it.
    titles : mapping of str to str
        What the file calls each measure; empty where the measure is one the workbench knows.
    recipe : Recipe or None
        How the file was read, to be kept and used for the next file of its kind.
    """

    figures: FigureSet
    rows_read: int
    refused: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()
    unresolved: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    recipe: Recipe | None = None


@dataclass(frozen=True)
class Reader:
    """One kind of file that can be read.

    Attributes
    ----------
    title : str
        The kind, in words that complete “This is …”.
    fits : callable
        Whether the cells are of this kind, from their content.
    read : callable
        Cells and areas to figures.
    """

    title: str
    fits: Callable[[Cells], bool]
    read: Callable[[Cells, AreaRegister], Imported]


def text(cell: object) -> str:
    """A cell as text without blanks around it; a whole number without its ``.0``."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def source_id(path: Path) -> str:
    """The key of a file's citation: its name without what a key may not hold.

    Examples
    --------
    >>> source_id(Path("Claimant count, wards (2).csv"))
    'Claimant-count-wards-2'
    """
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", path.stem).strip("-") or "file"


def boundaries(area: Area, year: str = "") -> str:
    """The vintage of an area that a file means.

    Parameters
    ----------
    area : Area
    year : str, optional
        The year the file gives, for example ``2011`` from a column ``lsoa11cd``.

    Returns
    -------
    str
        ``year`` when the area has it. Else the vintage of the area: its code stands for one boundary.
    """
    return year if year and area.is_of(year) else area.vintage


def none_held(cells: Cells, unresolved: Sequence[str]) -> UnknownArea:
    """The error for a file about other places than those held."""
    some = ", ".join(unresolved[:3])
    more = f" and {len(unresolved) - 3} more" if len(unresolved) > 3 else ""
    return UnknownArea(
        f"None of its areas is held: {some}{more}.",
        "Check the codes, or choose a file about the places of this proposal.",
        str(cells.path),
    )


def figure_set(
    rows: Sequence[Mapping[str, object]],
    citations: Mapping[str, Citation],
    cells: Cells,
    breakdowns: Sequence[str] = (),
) -> FigureSet:
    """Rows in the tidy schema, checked. A breakdown that a row does not give is empty: all of them.

    Raises
    ------
    WrongFile
        When they break a rule of the schema, with every fault.
    """
    frame = pd.DataFrame(list(rows), columns=[*COLUMNS, *breakdowns])
    return checked(frame, citations, cells, breakdowns)


def checked(
    frame: pd.DataFrame, citations: Mapping[str, Citation], cells: Cells, breakdowns: Sequence[str] = ()
) -> FigureSet:
    """A frame with every column of the schema, given its types and checked.

    Raises
    ------
    WrongFile
        When it breaks a rule of the schema, with every fault.
    """
    for name in breakdowns:
        frame[name] = frame[name].fillna("").astype("str")
    for name in COLUMNS:
        if name in DATE_COLUMNS:
            frame[name] = pd.to_datetime(frame[name])
        elif name in NUMBER_COLUMNS:
            frame[name] = frame[name].astype(np.float64)
        else:
            frame[name] = frame[name].astype("str")
    try:
        return validate(FigureSet(frame, citations), str(cells.path))
    except InvalidProject as error:
        raise WrongFile(
            f"The figures in it contradict each other: {'; '.join(f'{f.where}: {f.message}' for f in error.faults)}.",
            "Check the rows named, or download the file again.",
            str(cells.path),
        ) from error
