"""Where things are on this computer: the sample, the notebook of the app, and the folder for people's work."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from contextlib import suppress
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
    return _whole(Path(named)) if named else Path(platformdirs.user_data_dir("data-sharing-workbench"))


def sample() -> Path:
    """The folder of the sample: ``WORKBENCH_DATA``, else ``data/sample`` of the checkout.

    Raises
    ------
    DataError
        When neither is there.
    """
    named = os.environ.get("WORKBENCH_DATA")
    folder = _whole(Path(named)) if named else _PACKAGE.parent / "data" / "sample"
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

    Raises
    ------
    DataError
        When the copy cannot be made.
    """
    if project is not None:
        return _whole(project)
    copy = home() / "greater-manchester.json"
    if not copy.exists():
        beside = copy.with_name(f".{copy.name}.{secrets.token_hex(4)}.part")
        try:
            copy.parent.mkdir(parents=True, exist_ok=True)
            # In one step: a second start at the same moment must not read half a file.
            shutil.copyfile(sample() / "project.json", beside)
            os.replace(beside, copy)
        except OSError as error:
            raise DataError(
                f"Your copy of the sample project cannot be made: {(error.strerror or str(error)).lower()}.",
                "Set WORKBENCH_HOME to a folder in which you may write.",
                str(copy),
            ) from error
        finally:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
    return copy


def file_name(key: str) -> str:
    """A name for a file or folder from an id that came out of a file: it may not lead to another folder.

    Examples
    --------
    >>> file_name("gm-2026"), file_name("../elsewhere")
    ('gm-2026', 'b8543627c760485944d30231e661918e')
    """
    plain = re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,79}", key)
    return key if plain else hashlib.sha256(key.encode()).hexdigest()[:32]


def _whole(path: Path) -> Path:
    """A path from the root; ``~`` is the user's folder only where there is such a user."""
    return Path(os.path.expanduser(path)).resolve()
