"""What lies on the desk beside a project: published figures, reference tables, and the functions that touch files."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from collections import ChainMap
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.app.areas import with_register
from workbench.app.recipes import keep_recipe, read_with_recipes
from workbench.app.services import Services, offered_services
from workbench.charts.boundaries import Boundaries, read_boundaries
from workbench.charts.draw import draw
from workbench.charts.logic_model import draw_logic_model
from workbench.domain.areas import LEVEL_BY_PREFIX, Area, AreaRegister
from workbench.domain.changes import KEY
from workbench.domain.closed_sites import ClosedSite
from workbench.domain.figures import COLUMNS, FigureSet, Library, validate
from workbench.domain.minimisation import FieldKind
from workbench.domain.parameters import Assumptions
from workbench.domain.queries import KeptQuery, Query
from workbench.domain.recipes import Recipe
from workbench.domain.review import ConsiderationQuestion, RubricCheck
from workbench.errors import DataError, ExportError, ProjectError, Unsettled, WorkbenchError, WrongFile
from workbench.export import FORMATS, write_document
from workbench.places import file_name
from workbench.reference.closed_sites import load_closed_sites
from workbench.reference.load import load_assumptions, load_datasets
from workbench.reference.rules import load_considerations, load_fields, load_rubric
from workbench.sources.read import Imported, read_figures
from workbench.sources.sample import load_sample
from workbench.store.kept import KeptTable, ReplySeen, keep_table, kept_table
from workbench.store.project_file import write_bytes

if TYPE_CHECKING:
    from workbench.app.derived import Derived
    from workbench.sources.services.contract import Fetched

LARGEST = 40 * 1024 * 1024
"""Bytes of a file that is brought in through the page. The page says so first; this holds when it does not."""


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
    sample, library : Library
        The sample alone; and everything published that is held, what was brought in with it.
    assumptions, fields, considerations, rubric, closed_sites
        The reference tables.
    folder : Path
        Where files that were brought in are kept, as they came, so that each figure can be traced to its file.
    recipes : Path
        Where it is kept how files of each kind are read, for every project.
    brought_in : tuple of BroughtIn
        Earliest first: where two files give one figure, the later stands.
    boundaries : dict of str to Boundaries
        That were brought in, by the name of the file.
    services : Services
        Statistics services that can be asked; none is until somebody says so.
    memory : dict
        What was computed from the library; forgotten when the library changes.
    """

    sample: Library
    library: Library
    assumptions: Assumptions
    fields: tuple[FieldKind, ...]
    considerations: tuple[ConsiderationQuestion, ...]
    rubric: tuple[RubricCheck, ...]
    closed_sites: tuple[ClosedSite, ...]
    folder: Path
    recipes: Path
    services: Services
    brought_in: tuple[BroughtIn, ...] = ()
    boundaries: dict[str, Boundaries] = field(default_factory=dict)
    memory: dict[Hashable, Any] = field(default_factory=dict)
    _read: dict[str, Imported] = field(default_factory=dict)
    _kept: dict[str, KeptTable] = field(default_factory=dict)

    def boundaries_for(self, level: str, vintage: str) -> Boundaries | None:
        """Boundaries that were brought in for areas of this kind; None when there are none."""
        return next((b for b in self.boundaries.values() if _are_of(b, level, vintage)), None)

    # --- tables of services -------------------------------------------------------------------------------------------

    def keep(self, key: str, query: Query, fetched: Fetched) -> None:
        """Keep the figures of a query on this computer, and put them beside the others.

        Raises
        ------
        DataError
            When they cannot be kept, or contradict what is held; nothing is changed then.
        """
        seen = tuple(ReplySeen(url=r.url, fetched=r.fetched.isoformat(), sha256=r.sha256) for r in fetched.replies)
        table = KeptTable(query, fetched.figures, fetched.titles, seen, fetched.notes)
        kept = {**{k: t for k, t in self._kept.items() if k != key}, key: table}
        library = self._with(self._read, kept)
        keep_table(table, self.folder / "tables", file_name(key))
        self._take(self._read, library, kept)

    def kept(self, key: str) -> KeptTable | None:
        """A kept table whose figures are on this computer."""
        return self._kept.get(key)

    def take_tables(self, queries: Iterable[KeptQuery]) -> tuple[str, ...]:
        """Hold the figures of these kept tables and of no others; what cannot be read is told, as sentences."""
        kept: dict[str, KeptTable] = {}
        told = []
        for query in queries:
            try:
                table = self._kept.get(query.id) or kept_table(self.folder / "tables", file_name(query.id))
                if table is not None:
                    self._with(self._read, {**kept, query.id: table})
                    kept[query.id] = table
            except WorkbenchError as error:
                told.append(f"The table “{query.title}” could not be read: {error.message} {error.remedy}")
        if list(kept) != list(self._kept):
            self._take(self._read, self._with(self._read, kept), kept)
        return tuple(told)

    # --- files --------------------------------------------------------------------------------------------------------

    def bring_in(self, name: str, content: bytes, answers: Mapping[str, str] | None = None) -> str:
        """Read a file, keep it, and put its figures beside the sample; boundaries (.geojson) are kept for the maps.

        Parameters
        ----------
        name : str
        content : bytes
        answers : mapping of str to str, optional
            To what the file left open. What was answered for a file of its kind before need not be answered again.

        Returns
        -------
        str
            What was read and what was refused, as a sentence.

        Raises
        ------
        Unsettled
            When the file leaves something open; nothing is changed then.
        DataError
            When the file cannot be read or kept; nothing is changed then.
        """
        name = _plain_name(name)
        if len(content) > LARGEST:
            raise WrongFile(
                f"It is {len(content) / 1024 / 1024:,.0f} MB; the largest that can be brought in here is 40 MB.",
                "Read it with “workbench figures import” on the command line.",
                name,
            )
        if name.lower().endswith(".geojson"):
            return self._bring_in_boundaries(name, content)
        imported = self._try(name, content, dict(answers or {}))
        read = {**{n: i for n, i in self._read.items() if n != name}, name: imported}
        library = self._with(read, self._kept)
        self._keep(name, content)
        if imported.recipe is not None:
            keep_recipe(self.recipes, imported.recipe, self.folder, name)
        self._take(read, library, self._kept)
        told = BroughtIn(name, len(imported.figures), len(imported.refused), " ".join(imported.notes))
        self.brought_in = (*(b for b in self.brought_in if b.name != name), told)
        kept, refused = len(imported.figures), len(imported.refused)
        first = f" The first: {imported.refused[0].message}" if refused else ""
        said = f" {refused:,} rows were refused.{first}" if refused else ""
        return (
            f"{name}: {imported.rows_read:,} rows read, {kept:,} figures kept.{said} {' '.join(imported.notes)}".strip()
        )

    def _bring_in_boundaries(self, name: str, content: bytes) -> str:
        try:
            found = read_boundaries(content)
        except WorkbenchError as error:
            raise WrongFile(error.message, error.remedy, name) from error
        self._keep(name, content)
        self.boundaries = {**{n: b for n, b in self.boundaries.items() if n != name}, name: found}
        self.memory.clear()
        year = f" of {found.vintage}" if found.vintage else ""
        self.brought_in = (
            *(b for b in self.brought_in if b.name != name),
            BroughtIn(name, 0, 0, f"Boundaries of {len(found):,} areas{year}, for the maps."),
        )
        return f"{name}: boundaries of {len(found):,} areas{year}. Maps of these areas are drawn with them."

    def reopen(self) -> None:
        """Put the figures of every file that was brought in earlier beside the sample again, the earliest first."""
        read: dict[str, Imported] = {}
        told: list[BroughtIn] = []
        for file in _kept_files(self.folder):
            try:
                if file.suffix.lower() == ".geojson":
                    self.boundaries[file.name] = found = read_boundaries(file.read_bytes())
                    told.append(BroughtIn(file.name, 0, 0, f"Boundaries of {len(found):,} areas, for the maps."))
                    continue
                imported = _some(read_with_recipes(file, self.sample.areas, self.recipes, self.folder, {}), file)
                self._with({**read, file.name: imported}, self._kept)
            except WorkbenchError as error:
                told.append(BroughtIn(file.name, 0, 0, f"Could not be read again: {error.message}"))
                continue
            read[file.name] = imported
            told.append(BroughtIn(file.name, len(imported.figures), len(imported.refused), " ".join(imported.notes)))
        self._take(read, self._with(read, self._kept), self._kept)
        self.brought_in = tuple(told)

    def beside(self, imported: Iterable[Imported]) -> Desk:
        """A desk that holds these figures too; this one stays as it is, and no file is kept."""
        read = {**self._read, **{f"read {number}": one for number, one in enumerate(imported, start=1)}}
        return replace(self, library=self._with(read, self._kept), memory={}, _read=read)

    def _try(self, name: str, content: bytes, answers: Mapping[str, str]) -> Imported:
        """Read content as a file of this name. Faults name the file, and no folder that nobody has heard of."""
        with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
            trial = Path(folder) / name
            trial.write_bytes(content)
            try:
                return _some(read_with_recipes(trial, self.sample.areas, self.recipes, self.folder, answers), trial)
            except Unsettled as open_:
                raise Unsettled(open_.questions, open_.recipe, open_.where.replace(str(trial), name)) from open_
            except DataError as error:
                raise type(error)(error.message, error.remedy, error.where.replace(str(trial), name)) from error

    def _keep(self, name: str, content: bytes) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_bytes(self.folder / name, content)
        except (OSError, ProjectError) as error:
            raise DataError(
                "The file cannot be kept, so nothing was taken from it.",
                "Check that the disk has room and that you may write in this folder.",
                str(self.folder),
            ) from error

    def _with(self, read: Mapping[str, Imported], kept: Mapping[str, KeptTable]) -> Library:
        """The sample with the figures of these files and tables, and the areas they are about."""
        sources: list[Imported | KeptTable] = [*read.values(), *kept.values()]
        sets = [source.figures for source in sources]
        figures, split = self.sample.figures, self.sample.split
        for one in sets:
            figures = _joined(figures, one.totals())
            split = _joined(split, one.splits())
        titles = {**self.sample.titles, **{k: title for source in sources for k, title in source.titles.items()}}
        areas = _with_areas(self.sample.areas, sets)
        return replace(self.sample, figures=figures, split=split, titles=titles, areas=areas)

    def _take(self, read: dict[str, Imported], library: Library, kept: dict[str, KeptTable]) -> None:
        self._read, self.library, self._kept = read, library, kept
        # It is kept by the identity of the library, and a new one may come to lie where an old one lay.
        self.memory.clear()

    # --- documents ----------------------------------------------------------------------------------------------------

    def write_to(self, derived: Derived, path: Path) -> Path:
        """Write the proposal to a file; its suffix says the format."""
        # Pictures take seconds: a place that cannot be written is told without them.
        drawable = path.suffix.lower() in FORMATS and path.parent.is_dir()
        return write_document(derived.document, pictures(derived) if drawable else {}, path)

    def write_proposal(self, derived: Derived, kind: str) -> tuple[str, bytes]:
        """The proposal as a file name and its bytes; a text file and the pictures beside it come as one zip."""
        words = re.sub(r"[\W_]+", "-", derived.project.name.lower())[:60].strip("-") or "proposal"
        with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
            written = self.write_to(derived, Path(folder) / f"proposal.{kind}")
            files = sorted(f for f in Path(folder).rglob("*") if f.is_file())
            if files == [written]:
                return f"{words}.{kind}", written.read_bytes()
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
                for file in files:
                    package.write(file, file.relative_to(folder).as_posix())
            return f"{words}.zip", packed.getvalue()


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
    if not len(new):
        return held
    citations, frame = dict(held.citations), new.frame
    for key, citation in new.citations.items():
        free = key
        if citations.get(key, citation) != citation:  # two files of one name are two sources
            free = next(k for n in count(2) if (k := f"{key}-{n}") not in {*citations, *new.citations})
            frame = frame.assign(source_id=frame["source_id"].replace(key, free))
        citations[free] = citation
    both = pd.concat([held.frame, frame], ignore_index=True) if len(held) else frame.reset_index(drop=True)
    splits = [c for c in both.columns if c not in COLUMNS]
    both[splits] = both[splits].fillna("")
    both = both.drop_duplicates([*KEY, *splits], keep="last")
    return validate(FigureSet(both, citations))


def _with_areas(register: AreaRegister, sets: Iterable[FigureSet]) -> AreaRegister:
    """The register with the areas that figures are about and that it does not hold; their parents are not known."""
    held = register.areas
    new: dict[str, Area] = {}
    for one in sets:
        about = one.frame[["area_code", "area_name", "level", "vintage"]].drop_duplicates("area_code", keep="last")
        for code, name, level, vintage in about.itertuples(index=False):
            if code not in held:
                new[code] = Area(code, name, level, vintage)
    return AreaRegister(ChainMap(new, held)) if new else register  # type: ignore[arg-type]  # it is only read


def _are_of(boundaries: Boundaries, level: str, vintage: str) -> bool:
    code = next(iter(boundaries.areas), "")
    return LEVEL_BY_PREFIX.get(code[:3], "") == level and (not boundaries.vintage or boundaries.vintage == vintage)


def _some(imported: Imported, file: Path) -> Imported:
    """What was read, when it holds any figure at all."""
    if len(imported.figures):
        return imported
    first = imported.refused[0] if imported.refused else None
    why = f" The first row refused: {first.where}: {first.message}." if first else ""
    raise WrongFile(
        f"{imported.rows_read:,} rows were read, and no figure could be kept.{why}",
        (first.remedy if first else "") or "Check the file, or download it again.",
        str(file),
    )


def _plain_name(name: str) -> str:
    r"""The name of a file without its folder, and without what a file system or a page may not like.

    Examples
    --------
    >>> _plain_name(r"C:\Users\me\Claimants (2).csv"), _plain_name("../.."), _plain_name("a:b?.xlsx")
    ('Claimants (2).csv', 'file', 'a-b-.xlsx')
    """
    last = re.split(r"[\\/]", name)[-1]
    plain = re.sub(r"[^\w .()+,&-]+", "-", last).strip(" .-")
    stem, dot, suffix = plain.rpartition(".") if "." in plain else (plain, "", "")
    # A name may be 255 bytes long, and a letter may take four.
    return f"{stem.encode()[:200].decode(errors='ignore')}{dot}{suffix[:8]}" or "file"


def _kept_files(folder: Path) -> list[Path]:
    """The files in a folder, the earliest first; without what was being written when the power went."""
    found = [f for f in folder.glob("*") if f.is_file() and not f.name.startswith(".")] if folder.is_dir() else []
    return sorted(found, key=lambda f: (f.stat().st_mtime_ns, f.name))


def open_desk(sample: Path, home: Path, project_id: str, services: Services | None = None) -> Desk:
    """Load figures and reference tables.

    Parameters
    ----------
    sample : Path
        Folder of the sample data package.
    home : Path
        Folder of the user's work; files that were brought in lie in ``figures/<project id>`` under it.
    project_id : str
    services : Services, optional
        Statistics services; all that the workbench knows when left out.
    """
    library = load_sample(sample, load_datasets())
    areas = with_register(library.areas, home)
    library = library if areas is library.areas else replace(library, areas=areas)
    desk = Desk(
        sample=library,
        library=library,
        assumptions=load_assumptions(),
        fields=load_fields(),
        considerations=load_considerations(),
        rubric=load_rubric(),
        closed_sites=load_closed_sites(),
        folder=home / "figures" / file_name(project_id),
        recipes=home / "recipes",
        services=services or offered_services(home / "replies"),
    )
    desk.reopen()
    return desk


def areas_held(sample: Path, home: Path) -> AreaRegister:
    """The areas that are held on this computer: the sample's, and those of the register when it was built."""
    return with_register(load_sample(sample, ()).areas, home)


def read_file(
    file: Path,
    sample: Path,
    home: Path | None = None,
    *,
    answers: Mapping[str, str] | None = None,
    recipe: Recipe | None = None,
) -> Imported:
    """Read one downloaded file against the areas that are held.

    Parameters
    ----------
    file, sample : Path
    home : Path, optional
        Folder of the user's work: its register of areas, and how files of this kind were read before.
    answers : mapping of str to str, optional
        To what the file leaves open.
    recipe : Recipe, optional
        How a file of this kind is read; it is refused when it does not fit.

    Raises
    ------
    Unsettled
        When the file leaves something open.
    DataError
        When it cannot be read, or no figure in it can be kept.
    """
    areas = areas_held(sample, home) if home else load_sample(sample, ()).areas
    if recipe is not None:
        return _some(read_figures(file, areas, recipe, answers), file)
    if home is None:
        return _some(read_figures(file, areas, answers=answers), file)
    imported = _some(read_with_recipes(file, areas, home / "recipes", None, dict(answers or {})), file)
    if answers and imported.recipe is not None:  # the next file of its kind is not asked the same again
        keep_recipe(home / "recipes", imported.recipe, None, file.name)
    return imported


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
    try:
        write_bytes(out, figures.frame.to_csv(index=False).encode())
    except ProjectError as error:
        raise ExportError("The figures cannot be written there.", "Choose another name or folder.", str(out)) from error
