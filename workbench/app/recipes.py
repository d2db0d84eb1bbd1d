"""How files were read before: what a person answered for one kind of file is not asked again."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from workbench.domain.areas import AreaRegister
from workbench.domain.recipes import Recipe, recipe_of
from workbench.errors import DataError, ProjectError, Unsettled, WorkbenchError
from workbench.sources.read import Imported, read_figures
from workbench.store.project_file import write_bytes

ROUNDS = 6
"""Rounds of questions at most: each answer may open another question."""


def read_with_recipes(
    file: Path, areas: AreaRegister, recipes: Path, beside: Path | None, answers: Mapping[str, str]
) -> Imported:
    """Read a file; what it leaves open is answered as it was for a file of its kind before.

    Parameters
    ----------
    file : Path
    areas : AreaRegister
    recipes : Path
        Folder of recipes, by fingerprint.
    beside : Path or None
        Folder of the project's own files: the recipe that one of them was read by comes first.
    answers : mapping of str to str
        What is answered now; it comes before what was answered then.

    Raises
    ------
    Unsettled
        When something is left open that nobody has answered.
    DataError
        When it cannot be read.
    """
    given, remembered = dict(answers), False
    for _ in range(ROUNDS):
        try:
            imported = read_figures(file, areas, answers=given)
        except Unsettled as error:
            before = _answers_before(error, file, recipes, beside)
            new = {q.key: before[q.key] for q in error.questions if q.key in before and q.key not in given}
            if not new:
                raise
            given |= new
            remembered = True
        else:
            note = "It was read as a file of its kind was read before."
            return replace(imported, notes=(*imported.notes, note)) if remembered else imported
    raise DataError("The file keeps asking.", "Read it with a recipe: workbench figures import --recipe.", str(file))


def keep_recipe(recipes: Path, recipe: Recipe, beside: Path | None, name: str) -> None:
    """Remember how a file was read, for files of its kind and for this one."""
    if not recipe.answers:
        return
    content = recipe.as_json().encode()
    with suppress(OSError, ProjectError):  # the file is read and kept; next time it asks again
        recipes.mkdir(parents=True, exist_ok=True)
        write_bytes(recipes / f"{recipe.fingerprint}.json", content)
        if beside is not None:
            write_bytes(_beside(beside, name), content)


def _beside(folder: Path, name: str) -> Path:
    return folder / f".{name}.recipe"


def _answers_before(error: Unsettled, file: Path, recipes: Path, beside: Path | None) -> dict[str, str]:
    """What was answered before: for this very file, else for a file with the same headings."""
    so_far = error.recipe
    own = _recipe(_beside(beside, file.name)) if beside is not None else None
    if own is not None and (so_far is None or so_far.content == own.content):
        return dict(own.answers)
    kind = _recipe(recipes / f"{so_far.fingerprint}.json") if so_far else None
    return kind.answers_for(so_far.content) if kind and so_far else {}


def _recipe(path: Path) -> Recipe | None:
    with suppress(OSError, WorkbenchError):  # a recipe that cannot be read is none
        return recipe_of(path.read_text(encoding="utf-8"), str(path))
    return None
