"""Read figures from a file that someone brings: find out what it is from its content, and hand it to its reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from workbench.domain.areas import AreaRegister
from workbench.domain.recipes import Recipe
from workbench.sources import claimant_csv, nomis_workbook
from workbench.sources.imported import Imported, Reader
from workbench.sources.personal import refuse_personal
from workbench.sources.sheets import Opened, open_sheets
from workbench.sources.tables.reader import read_tables

__all__ = ["READERS", "Imported", "read_figures"]

READERS: tuple[Reader, ...] = (nomis_workbook.READER, claimant_csv.READER)
"""Tried in this order; the first whose ``fits`` says yes reads the sheet. The general reader takes all other tables."""


def read_figures(
    path: Path, areas: AreaRegister, recipe: Recipe | None = None, answers: Mapping[str, str] | None = None
) -> Imported:
    """Figures from a file with a table of areas.

    Parameters
    ----------
    path : Path
        CSV and its kin, XLSX, XLS, ODS, JSON (records, OData, JSON-stat, GeoJSON), or one of them compressed as gz. It
        is read, never changed; nothing in it is run, fetched or worked out.
    areas : AreaRegister
        Areas that are held. Codes and names are looked up here exactly; nothing is guessed.
    recipe : Recipe, optional
        How a file of this kind was read before, from :attr:`Imported.recipe`.
    answers : mapping of str to str, optional
        To the questions of an earlier :class:`~workbench.errors.Unsettled`, by key.

    Returns
    -------
    Imported
        Figures with a citation of the file, the rows read, what was left out and why.

    Raises
    ------
    Unsettled
        When the file leaves something open, with every question and the answers that would do.
    WrongFile
        When the file is missing, empty, no table, too large or made to do harm, or looks like records about people.
    UnknownArea
        When it holds no area that is held.

    Examples
    --------
    >>> read_figures(Path("claimant_count_wards.csv"), library.areas).rows_read  # doctest: +SKIP
    7310
    """
    opened = _open(path)
    for cells in opened.sheets:
        refuse_personal(cells)
    if recipe is None:
        for cells in opened.sheets:
            for reader in READERS:
                if reader.fits(cells):
                    found = reader.read(cells, areas)
                    return replace(found, notes=(*opened.notes, *found.notes))
    return read_tables(opened, areas, answers or {}, recipe)


def _open(path: Path) -> Opened:
    """The sheets of a file that have cells."""
    return open_sheets(path)
