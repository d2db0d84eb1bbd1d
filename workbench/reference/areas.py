"""The loader of the recipe by which the register of areas is built."""

from __future__ import annotations

from datetime import date

from workbench.domain.area_tables import AreasRecipe
from workbench.errors import ReferenceDataError
from workbench.reference.schema import read_yaml

FILE = "areas_recipe.yaml"


def load_areas_recipe(*, today: date | None = None) -> AreasRecipe:
    """Which tables make the register of areas, what their columns mean, and how many areas must come out.

    Parameters
    ----------
    today : datetime.date, optional
        When given, a citation dated later than this is refused.

    Raises
    ------
    ReferenceDataError
        When the file is damaged, names a table twice, or expects something of a table that it does not name.

    Examples
    --------
    >>> next(e.count for e in load_areas_recipe().expected if (e.level, e.vintage) == ("LSOA", "2021"))
    35672
    """
    recipe = read_yaml(FILE, AreasRecipe, today=today)
    ids = [table.id for table in recipe.tables]
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise ReferenceDataError(f"The table {twice[0]} stands twice.", "Keep one of them.", FILE)
    unknown = sorted({e.table for e in recipe.expected} - set(ids))
    if unknown:
        raise ReferenceDataError(f"No table is called {unknown[0]}.", "Correct “expected”.", FILE)
    nowhere = [t.id for t in recipe.tables if not t.files and not t.services and not t.search]
    if nowhere:
        raise ReferenceDataError(f"Nothing says where {nowhere[0]} is found.", "Give files or services.", FILE)
    return recipe
