"""The register of areas as tables, and the recipe it is built by: which table gives what.

The recipe is data (``reference/areas_recipe.yaml``); building is in ``sources``, the file on disk in ``store``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import Field

from workbench.domain.areas import Area
from workbench.domain.base import Entity, Value
from workbench.domain.provenance import Citation
from workbench.domain.vintages import Change


@dataclass(frozen=True, slots=True)
class TableRead:
    """A table that the register was built from.

    Attributes
    ----------
    name : str
        The file or service.
    date : str
        Day it was read or fetched, as in ``2026-11-25``.
    sha256 : str
        Of the file, or of the replies one after another.
    rows : int
    url : str
        Where it is published.
    """

    name: str
    date: str
    sha256: str
    rows: int
    url: str


@dataclass(frozen=True, eq=False)
class AreaTables:
    """A whole register before it is written.

    Attributes
    ----------
    areas : tuple of Area
        One for each code and vintage.
    links : tuple of tuple
        ``(code, code of an area it belongs to)``, beside the parents of ``areas``: a district lies in a combined
        authority and in a region.
    changes : tuple of Change
    sources : tuple of TableRead
    notes : tuple of str
        What is not whole, in words.
    """

    areas: tuple[Area, ...]
    links: tuple[tuple[str, str], ...] = ()
    changes: tuple[Change, ...] = ()
    sources: tuple[TableRead, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RegisterAbout:
    """What a register on disk says of itself."""

    path: str
    made: str
    areas: int
    codes: int
    changes: int
    sources: tuple[TableRead, ...]
    notes: tuple[str, ...]


TellAreas = Callable[[int, int, str], None]
"""Told of progress: done, of how many, and what is being done. It may raise ``Cancelled``."""


class AreaColumns(Value):
    """Columns of a table that make areas. Of several names of a column the first that is there and filled is taken.

    Attributes
    ----------
    level, vintage : str
        What the codes must be; a code of another level is a fault.
    code, name, parent, lon, lat, easting, northing : tuple of str
        Names of columns. Codes are looked at without regard to case.
    prefixes : tuple of str
        Only codes that begin so; empty: all.
    optional : bool
        Whether a row may lack the code: districts without a county.
    of_another : bool
        Whether names and places only are taken, for codes that another table made.
    parent_is : str
        The parent of all, where no column says it.
    best_fit : bool
        Whether the parent is the best fit of the area and may be another than the one it lies in.
    """

    level: str
    vintage: str
    code: tuple[str, ...]
    name: tuple[str, ...] = ()
    parent: tuple[str, ...] = ()
    lon: tuple[str, ...] = ()
    lat: tuple[str, ...] = ()
    easting: tuple[str, ...] = ()
    northing: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    optional: bool = False
    of_another: bool = False
    parent_is: str = ""
    best_fit: bool = False


class LinkColumns(Value):
    """Columns that say what lies in what.

    Attributes
    ----------
    child, parent, prefixes : tuple of str
    as_parent : bool
        Whether it is the parent of the child's latest vintage.
    best_fit : bool
        As of :class:`AreaColumns`.
    """

    child: tuple[str, ...]
    parent: tuple[str, ...]
    as_parent: bool = False
    best_fit: bool = False
    prefixes: tuple[str, ...] = ()


class ChangeColumns(Value):
    """Columns of a lookup from one vintage to the next.

    Attributes
    ----------
    source, target, kind : tuple of str
        ``kind`` holds U, M, S or X. Without such a column the kind follows from the lookup itself: see
        :func:`workbench.domain.vintages.kinds_of`.
    """

    level: str
    from_vintage: str
    to_vintage: str
    source: tuple[str, ...]
    target: tuple[str, ...]
    kind: tuple[str, ...] = ()


class TableRecipe(Entity):
    """One table: where it is found, and what its columns mean.

    Attributes
    ----------
    title, url : str
    files : tuple of str
        Names of files that hold it; the first that is there is read.
    sheet : str
    services : tuple of str
        Names of the service in ONS Open Geography, newest first.
    search : str
        Words that its name holds when none of ``services`` is there.
    needed : bool
        Whether a register without it is refused.
    note : str
        What is not whole in it; stands in the register.
    """

    title: str
    url: str
    files: tuple[str, ...] = ()
    sheet: str = ""
    services: tuple[str, ...] = ()
    search: str = ""
    needed: bool = True
    note: str = ""
    areas: tuple[AreaColumns, ...] = ()
    links: tuple[LinkColumns, ...] = ()
    changes: tuple[ChangeColumns, ...] = ()


class Expected(Value):
    """How many areas a register must hold, and who says so.

    Attributes
    ----------
    level, vintage : str
    prefixes : tuple of str
        Beginnings of the codes that are counted; empty: all.
    count : int
    table : str
        Id of the table that brings them: where it was not there, nothing is expected.
    source : Citation
    """

    level: str
    vintage: str
    prefixes: tuple[str, ...] = ()
    count: int = Field(gt=0)
    table: str
    source: Citation


class AreasRecipe(Value):
    """How the register of areas is built."""

    title: str
    tables: tuple[TableRecipe, ...]
    fixed: tuple[FixedArea, ...] = ()
    expected: tuple[Expected, ...]


class FixedArea(Value):
    """An area that no table lists: a nation."""

    code: str
    name: str
    level: str
    parent: str = ""


AreasRecipe.model_rebuild()
