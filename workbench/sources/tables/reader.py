"""The general reader: sheets in, figures out, or the questions that are left."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbench.domain.areas import AreaRegister
from workbench.domain.provenance import Citation
from workbench.domain.recipes import Candidate, Question, Recipe, fingerprint
from workbench.errors import Unsettled, WrongFile
from workbench.sources.imported import Cells, Imported, checked, none_held, source_id, text
from workbench.sources.sheets import Opened
from workbench.sources.tables import settle as settling
from workbench.sources.tables import titles, whole
from workbench.sources.tables.build import Builder
from workbench.sources.tables.find import PREFIXED, Table, find_table
from workbench.sources.tables.numbers import Numbers, legend_of
from workbench.sources.tables.places import Places, places_of
from workbench.sources.tables.roles import Roles, plain, roles_of

_REMEDY = (
    "Bring a table with a column of area codes (or exact names) and a column of figures, as CSV, XLSX, ODS or JSON."
)


@dataclass(frozen=True)
class _Found:
    """A table that holds figures of areas."""

    table: Table
    roles: Roles


def read_tables(
    opened: Opened, areas: AreaRegister, answers: Mapping[str, str], recipe: Recipe | None = None
) -> Imported:
    """Read the table of figures in a file.

    Parameters
    ----------
    opened : Opened
    areas : AreaRegister
    answers : mapping of str to str
        To the questions that an earlier attempt raised, by key.
    recipe : Recipe or None
        How a file of this kind was read before. It must fit.

    Returns
    -------
    Imported
        With the recipe it was read by.

    Raises
    ------
    Unsettled
        With every question that is open.
    WrongFile
        When there is no table of figures by area, or the recipe does not fit.
    """
    path = opened.sheets[0].path
    content = hashlib.sha256(repr([cells.rows for cells in opened.sheets]).encode()).hexdigest()
    if recipe is not None:
        answers = {"sheet": recipe.sheet, **recipe.answers_for(content), **answers}
    lines = _lines(opened.sheets)
    legend = legend_of(lines)
    found = _tables(opened.sheets, areas, Numbers(legend), answers)
    one = _chosen(found, answers, opened, areas)
    table, roles = one.table, one.roles
    mark = fingerprint([plain(heading) for heading in table.headings])
    if recipe is not None and recipe.fingerprint != mark:
        raise WrongFile(
            "The recipe was made for a table with other headings, so it was not used.",
            "Read the file without a recipe, and save a new one.",
            str(path),
        )
    numbers = Numbers(legend)
    settled = settling.settle(table, roles, numbers, answers, [*table.banner, *table.foot, *lines])
    places = _places(table, roles, areas, answers, path_said=str(path))
    signs = whole.missing_parts(table, places, areas, opened.part)
    if signs and answers.get("part") != "part":
        settled.questions.append(whole.question(signs))
    citation = _citation(table, answers, [*table.banner, *table.foot, *lines], bool(signs))
    made = Recipe(
        fingerprint=mark, content=content, sheet=table.cells.sheet, shape=table.shape, first_row=table.first_row,
        header_rows=table.header_rows, area_column=table.area, area_kind=places.kind, level=answers.get("level", ""),
        vintage=places.vintage, layout="long" if settled.measures else "wide",
        roles={column.place: column.role for column in roles.columns}, breakdowns=settled.breakdowns,
        values=settled.values, period_column=settled.period_column, period=settled.period, legend=legend,
        publisher=citation.publisher, title=citation.title, confidence=settled.confidence,
        answers={key: said for key, said in answers.items() if said},
    )  # fmt: skip
    questions = [*settled.questions, *places.questions]
    if questions:
        raise Unsettled(questions, made, str(path))
    if recipe is not None and recipe.roles != made.roles:
        raise WrongFile(
            "Its headings are those of the recipe, but other things stand below them, so the recipe was not used.",
            "Read the file without a recipe, and look at what it says.",
            str(path),
        )
    return _imported(table, roles, settled, places, numbers, answers, citation, made, opened, signs)


def _imported(  # noqa: PLR0917
    table: Table, roles: Roles, settled: settling.Settled, places: Places, numbers: Numbers,
    answers: Mapping[str, str], citation: Citation, recipe: Recipe, opened: Opened, signs: Sequence[str],
) -> Imported:  # fmt: skip
    lines = [*table.banner, *table.foot, *_lines(opened.sheets)]
    change = titles.disclosure_of(lines)
    builder = Builder(table, roles, settled, places, numbers, begins=settling.begins_in(answers), change=change)
    built = builder.build()
    breakdowns = [
        c
        for c in built.frame.columns
        if c in settled.breakdowns.values() or any(c in v.breakdowns for v in settled.values)
    ]
    figures = checked(built.frame, {source_id(table.cells.path): citation}, table.cells, breakdowns)
    unstated = sorted(set(figures.frame.loc[figures.frame["unit"] == titles.NOT_STATED, "measure"]))
    notes = [*opened.notes, *places.notes, *settled.notes, *built.notes]
    if signs:
        notes.insert(0, f"Take care. This is a part of the table, not the whole. {' '.join(signs)}")
    notes += whole.declared_total(table, roles, places, Numbers(recipe.legend))
    if change:
        notes.append(
            "The publisher changed counts to protect people, as the file says: do not add cells."
            if change == "perturbed"
            else f"Counts are rounded to the nearest {change.partition('-')[2]}, as the file says."
        )
    if unstated:
        notes.append(f"The file does not say the unit of {_some(unstated)}.")
    if titles.NOT_STATED in (citation.publisher,):
        notes.append("The file does not say who published it.")
    if table.shape != "plain":
        notes.append(
            "The blocks of the sheet were put together into one table."
            if table.shape == "stacked"
            else "The areas are the columns of the sheet; it was turned."
        )
    refused = [*built.refused]
    unresolved = (*places.unheld, *places.unknown)
    return Imported(
        figures, len(table.rows), tuple(refused), tuple(dict.fromkeys(notes)), unresolved, built.titles, recipe
    )


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:5])
    return f"{shown} and {len(names) - 5} more measures" if len(names) > 5 else shown


def _lines(sheets: Sequence[Cells]) -> list[str]:
    """The text of sheets that are no tables, such as notes, and of short rows."""
    lines = []
    for cells in sheets:
        for row in [*cells.rows[:60], *cells.rows[-40:]]:
            filled = [text(cell) for cell in row if isinstance(cell, str) and cell.strip()]
            if 1 <= len(filled) <= 2 and not any(isinstance(cell, int | float) for cell in row):
                lines.append(" ".join(filled))
    return list(dict.fromkeys(lines))


# --- which table ------------------------------------------------------------------------------------------------------


def _tables(sheets: Sequence[Cells], areas: AreaRegister, numbers: Numbers, answers: Mapping[str, str]) -> list[_Found]:
    known: dict[str, bool] = {}

    def is_name(said: str) -> bool:
        if said not in known:
            known[said] = len(said) < 90 and (PREFIXED.fullmatch(said) is not None or bool(areas.named(said, limit=1)))
        return known[said]

    found = []
    for cells in sheets:
        if answers.get("sheet") and cells.sheet != answers["sheet"]:
            continue
        table = find_table(cells, is_name)
        if table is not None:
            found.append(_Found(table, roles_of(table, numbers, answers)))
    return found


def _chosen(found: Sequence[_Found], answers: Mapping[str, str], opened: Opened, areas: AreaRegister) -> _Found:
    path = opened.sheets[0].path
    if answers.get("sheet") and all(cells.sheet != answers["sheet"] for cells in opened.sheets):
        raise WrongFile(
            f"It has no sheet named {answers['sheet']}.",
            f"Choose one of {_some([c.sheet for c in opened.sheets])}.",
            str(path),
        )
    if not found:
        first = next((row for cells in opened.sheets for row in cells.rows if any(text(cell) for cell in row)), ())
        shown = ", ".join(text(cell)[:40] for cell in first[:6] if text(cell))
        raise WrongFile(
            f"No column and no row holds codes of areas, or names of areas that are held. Its first row is: {shown}.",
            _REMEDY,
            str(path),
        )
    headed = [one for one in found if any(one.table.headings)]
    if not headed:
        raise WrongFile(
            "Its columns have no headings, so nothing says what they are.", "Add a first row with headings.", str(path)
        )
    figures = [one for one in headed if one.roles.of("value")]
    if not figures:
        raise WrongFile(
            " ".join(
                ["It holds codes and names of areas and no figures: it is a list, a lookup or a map of areas."]
                + [note for note in opened.notes if "EPSG" in note]
            ),
            _REMEDY,
            str(path),
        )
    if len(figures) > 1:
        raise Unsettled(
            [
                Question(
                    key="sheet",
                    text="Which sheet holds the figures?",
                    why=f"{len(figures)} sheets hold figures of areas.",
                    candidates=tuple(
                        Candidate(
                            value=one.table.cells.sheet,
                            label=(one.table.banner or (one.table.cells.sheet,))[0][:120],
                            rows=len(one.table.rows),
                        )
                        for one in figures
                    ),
                )
            ],
            None,
            str(path),
        )
    return figures[0]


def _places(table: Table, roles: Roles, areas: AreaRegister, answers: Mapping[str, str], path_said: str) -> Places:
    said = [text(cell) for cell in table.column(table.area)]
    beside = next(
        (c for c in roles.of("text") if any(w in plain(c.heading) for w in ("name", "nm", "area", "region"))), None
    )
    names: dict[str, str] = {}
    if beside is not None:
        for one, name in zip(said, table.column(beside.place), strict=True):
            names.setdefault(one, text(name))
    places = places_of((one for one in said if one), table.headings[table.area], names, areas, answers, path_said)
    if not places.found:
        raise none_held(table.cells, list(places.unknown) or said)
    return places


def _citation(table: Table, answers: Mapping[str, str], lines: Sequence[str], part: bool) -> Citation:
    name = table.cells.path.name
    publisher = answers.get("publisher") or titles.publisher_of(lines) or titles.NOT_STATED
    title = (
        answers.get("title") or next((t for t in (titles.subject_of(table.banner, {}),) if t), "") or titles.NOT_STATED
    )
    sheet = f", sheet {table.cells.sheet}" if table.cells.sheet else ""
    return Citation(
        publisher=publisher,
        title=f"{title} (a part)" if part else title,
        locator=f"From the file {name}{sheet}",
    )
