"""What lies on the desk beside a project: published figures, reference tables, and the functions that touch files."""

from __future__ import annotations

import tempfile
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.charts.draw import draw
from workbench.charts.logic_model import draw_logic_model
from workbench.domain.areas import AreaRegister
from workbench.domain.figures import FigureSet, Library, validate
from workbench.domain.minimisation import FieldKind
from workbench.domain.parameters import Assumptions
from workbench.domain.review import ConsiderationQuestion, RubricCheck
from workbench.errors import DataError, ExportError, WorkbenchError
from workbench.export import write_document
from workbench.reference.load import load_assumptions, load_datasets
from workbench.reference.rules import load_considerations, load_fields, load_rubric
from workbench.sources.read import Imported, read_figures
from workbench.sources.sample import load_sample
from workbench.store.project_file import write_bytes

if TYPE_CHECKING:
    from workbench.app.derived import Derived


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """A file that was brought in, as far as a page tells of it."""

    name: str
    rows_kept: int
    rows_refused: int
    note: str


@dataclass(eq=False)
class Desk:
    """Figures, reference tables and the functions that read files and write documents.

    Attributes
    ----------
    library : Library
        Everything published that is held: the sample, and what was brought in.
    assumptions, fields, considerations, rubric
        The reference tables.
    folder : Path
        Where files that were brought in are kept, as they came, so that each figure can be traced to its file.
    brought_in : tuple of BroughtIn
    """

    sample: Library
    library: Library
    assumptions: Assumptions
    fields: tuple[FieldKind, ...]
    considerations: tuple[ConsiderationQuestion, ...]
    rubric: tuple[RubricCheck, ...]
    folder: Path
    brought_in: tuple[BroughtIn, ...] = ()
    memory: dict[Hashable, Any] = field(default_factory=dict)

    def bring_in(self, name: str, content: bytes) -> str:
        """Read a file, keep it, and put its figures beside the sample.

        Returns
        -------
        str
            What was read and what was refused, as a sentence.

        Raises
        ------
        DataError
            When the file cannot be read; nothing is kept then.
        """
        suffix = Path(name).suffix
        with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
            trial = Path(folder) / (name or f"file{suffix}")
            trial.write_bytes(content)
            imported = read_figures(trial, self.sample.areas)
        self.folder.mkdir(parents=True, exist_ok=True)
        write_bytes(self.folder / name, content)
        self._put(name, imported)
        kept, refused = len(imported.figures), len(imported.refused)
        first = f" The first: {imported.refused[0].message}" if refused else ""
        said = f" {refused:,} rows were refused.{first}" if refused else ""
        return (
            f"{name}: {imported.rows_read:,} rows read, {kept:,} figures kept.{said} {' '.join(imported.notes)}".strip()
        )

    def reopen(self) -> None:
        """Put the figures of every file that was brought in earlier beside the sample again."""
        for file in sorted(self.folder.glob("*")) if self.folder.is_dir() else ():
            try:
                self._put(file.name, read_figures(file, self.sample.areas))
            except DataError as error:
                told = BroughtIn(file.name, 0, 0, f"Could not be read again: {error.message}")
                self.brought_in = (*(b for b in self.brought_in if b.name != file.name), told)

    def _put(self, name: str, imported: Imported) -> None:
        self.library = replace(self.library, figures=_joined(self.library.figures, imported.figures))
        told = BroughtIn(name, len(imported.figures), len(imported.refused), " ".join(imported.notes))
        self.brought_in = (*(b for b in self.brought_in if b.name != name), told)

    # --- documents ----------------------------------------------------------------------------------------------------

    def write_to(self, derived: Derived, path: Path) -> Path:
        """Write the proposal to a file; its suffix says the format."""
        return write_document(derived.document, pictures(derived), path)

    def write_proposal(self, derived: Derived, kind: str) -> tuple[str, bytes]:
        """The proposal as a file name and its bytes."""
        words = "".join(c if c.isalnum() else "-" for c in derived.project.name.lower()).strip("-") or "proposal"
        name = f"{words}.{kind}"
        with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
            return name, self.write_to(derived, Path(folder) / name).read_bytes()


def pictures(derived: Derived) -> Mapping[str, bytes]:
    """The pictures of the document, drawn for paper, by their ids."""
    drawn: dict[str, bytes] = {}
    for picture in derived.pictures:
        if picture.id == "logic-model":
            drawn[picture.id] = draw_logic_model(derived.project.logic_model, format="png")
        else:
            chart = derived.chart(picture.id)
            if chart is not None:
                drawn[picture.id] = draw(chart, format="png")
    return drawn


def _joined(held: FigureSet, new: FigureSet) -> FigureSet:
    """Two figure sets as one; where both have a figure, the new one stands."""
    key = ["area_code", "vintage", "measure", "unit", "period_start", "period_end"]
    frame = pd.concat([held.frame, new.frame], ignore_index=True).drop_duplicates(key, keep="last")
    return validate(FigureSet(frame, {**held.citations, **new.citations}))


def open_desk(sample: Path, home: Path, project_id: str) -> Desk:
    """Load figures and reference tables.

    Parameters
    ----------
    sample : Path
        Folder of the sample data package.
    home : Path
        Folder of the user's work; files that were brought in lie in ``figures/<project id>`` under it.
    project_id : str
    """
    library = load_sample(sample, load_datasets())
    desk = Desk(
        sample=library,
        library=library,
        assumptions=load_assumptions(),
        fields=load_fields(),
        considerations=load_considerations(),
        rubric=load_rubric(),
        folder=home / "figures" / project_id,
    )
    desk.reopen()
    return desk


def read_file(file: Path, sample: Path) -> Imported:
    """Read one downloaded file against the areas of the sample."""
    areas: AreaRegister = load_sample(sample, ()).areas
    return read_figures(file, areas)


def write_tidy(figures: FigureSet, out: Path) -> None:
    """Write tidy figures as CSV.

    Raises
    ------
    WorkbenchError
        When the suffix is not ``.csv`` or the folder is not there.
    """
    if out.suffix.lower() != ".csv":
        raise WorkbenchError("Tidy figures are written as .csv.", "Choose a name that ends in .csv.", str(out))
    if not out.parent.is_dir():
        raise ExportError("The folder is not there.", "Make the folder first, or choose another.", str(out.parent))
    write_bytes(out, figures.frame.to_csv(index=False).encode())
