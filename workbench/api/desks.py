"""The desk that an analyst's call works on: read once, and again when something on disk has changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

from workbench import places
from workbench.api.answer import Answer
from workbench.app.derived import Derived
from workbench.app.desk import Desk, open_desk
from workbench.domain.figures import Library
from workbench.domain.project import Project
from workbench.errors import WorkbenchError
from workbench.sources.imported import Imported
from workbench.sources.services.contract import Fetched

One = Imported | Fetched | Answer
More = One | Sequence[One]
"""Figures that were read from files or fetched from a service, to stand beside those that are held."""


def derived(project: Project, as_of: date | None = None, more: More = ()) -> Derived:
    """What follows from a project on a day; today when none is given."""
    return Derived(project, _desk(project.id, more), as_of or datetime.now(UTC).date())


def library(more: More = ()) -> Library:
    """The sample and what was read. Files brought into a project belong to that project alone."""
    return _desk("", more).library


def _desk(project_id: str, more: More) -> Desk:
    home, sample = places.home(), places.sample()
    brought_in = home / "figures" / places.file_name(project_id)
    desk = _opened(sample, home, project_id, (_stamp(sample), _stamp(brought_in)))
    several = (more,) if isinstance(more, Imported | Fetched | Answer) else tuple(more)
    return desk.beside([_read(one) for one in several]) if several else desk


def _read(one: One) -> Imported:
    """What was fetched, as if it had been read from a file."""
    brought = one.value if isinstance(one, Answer) else one
    if isinstance(brought, Fetched):
        figures = brought.figures
        return Imported(figures, len(figures), (), brought.notes, brought.unresolved, brought.titles)
    if isinstance(brought, Imported):
        return brought
    raise WorkbenchError(
        "This brings no figures.", "Hand over what read_figures or fetch gave.", f"more: {type(one).__name__}"
    )


@lru_cache(maxsize=4)
def _opened(sample: Path, home: Path, project_id: str, _: tuple[object, ...]) -> Desk:
    # Reading takes a third of a second, and a notebook asks many times.
    return open_desk(sample, home, project_id)


def _stamp(folder: Path) -> tuple[object, ...]:
    files = sorted(f for f in folder.glob("*") if f.is_file()) if folder.is_dir() else []
    return tuple((f.name, f.stat().st_mtime_ns, f.stat().st_size) for f in files)
