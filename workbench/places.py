"""Where things are on this computer: the sample, the notebook of the app, and the folder for people's work."""

from __future__ import annotations

import os
import shutil
from importlib.resources import files
from pathlib import Path

import platformdirs

from workbench.errors import DataError

_PACKAGE = Path(str(files("workbench")))


def home() -> Path:
    """The folder for working copies and logs: ``WORKBENCH_HOME``, else the user's data folder.

    It must be on a local disk: SQLite's write-ahead log is not safe on a network share.
    """
    named = os.environ.get("WORKBENCH_HOME")
    return Path(named).expanduser().resolve() if named else Path(platformdirs.user_data_dir("data-sharing-workbench"))


def sample() -> Path:
    """The folder of the sample figures and the sample project: ``WORKBENCH_DATA``, else ``data/sample`` of the checkout.

    Raises
    ------
    DataError
        When neither is there.
    """
    named = os.environ.get("WORKBENCH_DATA")
    folder = Path(named).expanduser().resolve() if named else _PACKAGE.parent / "data" / "sample"
    if not (folder / "datapackage.json").is_file():
        raise DataError(
            "The sample figures are not there.",
            "Run from a checkout of the workbench, or set WORKBENCH_DATA to the folder that holds datapackage.json.",
            str(folder),
        )
    return folder


def app_notebook() -> Path:
    """The notebook that Voila serves: in the checkout, or carried in the wheel."""
    for place in (_PACKAGE.parent / "notebooks" / "app.ipynb", _PACKAGE / "serve" / "app.ipynb"):
        if place.is_file():
            return place
    raise DataError("The notebook of the app is missing.", "Install the workbench again.", "notebooks/app.ipynb")


def working_copy(project: Path | None) -> Path:
    """The project file the app opens: the one named, else the user's copy of the sample project.

    The sample itself is never edited: its copy in the home folder is made once and kept.
    """
    if project is not None:
        return project.expanduser().resolve()
    copy = home() / "greater-manchester.json"
    if not copy.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(sample() / "project.json", copy)
    return copy
