"""The register of areas on this computer: where it is, how it is built, what is held with the sample's areas."""

from __future__ import annotations

from pathlib import Path

from workbench.app.services import Opening, client_for
from workbench.domain.area_tables import RegisterAbout, TellAreas
from workbench.domain.areas import AreaRegister
from workbench.errors import DataError
from workbench.reference.areas import load_areas_recipe
from workbench.sources.areas_build import build_from_files
from workbench.sources.services.geography import BASE_URL, update_areas
from workbench.store.areas import about, layered, open_areas, write_areas


def register_file(home: Path) -> Path:
    """Where the register lies."""
    return home / "areas.sqlite"


def with_register(sample: AreaRegister, home: Path) -> AreaRegister:
    """The areas of the sample and, below them, those of the register when there is one.

    Raises
    ------
    DataError
        When the register is damaged.
    """
    return layered(sample, open_areas(register_file(home)))


def about_register(home: Path) -> RegisterAbout | None:
    """What the register says of itself; None when there is none."""
    file = register_file(home)
    return about(file) if file.is_file() else None


def build_register(
    home: Path,
    tell: TellAreas = lambda *_: None,
    *,
    folder: Path | None = None,
    files_only: bool = False,
    base_url: str = "",
) -> RegisterAbout:
    """Build the register anew; the old one stays until the new one is whole.

    Parameters
    ----------
    home : Path
    tell : callable, optional
        Told of progress.
    folder : Path, optional
        Files that were downloaded; they come before the service.
    files_only : bool
        Ask no service.
    base_url : str
        In place of Open Geography's own address.

    Raises
    ------
    DataError
        When a table cannot be had, or counts are not as published; nothing is changed then.
    """
    if folder is not None and not folder.is_dir():
        raise DataError("There is no such folder.", "Name the folder that holds the files.", str(folder))
    if files_only and folder is None:
        raise DataError("No folder is named.", "Name it with --from.", "--from")
    recipe = load_areas_recipe()
    if files_only and folder is not None:
        tables = build_from_files(folder, recipe, tell)
    else:
        client = client_for("ONS Open Geography", Opening(home / "replies"))
        tables = update_areas(client, recipe, tell, folder, base_url or BASE_URL)
    return write_areas(register_file(home), tables)
