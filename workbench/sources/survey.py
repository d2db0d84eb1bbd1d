"""What becomes of every file of a folder: read or refused, and why. For the table in the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.domain.areas import AreaRegister
from workbench.errors import Unsettled, WorkbenchError
from workbench.sources.imported import Imported
from workbench.sources.read import read_figures

Answers = Mapping[str, Mapping[str, str]]
"""Name of a file, as in the folder: what somebody who knows it answers."""


@dataclass(frozen=True)
class Outcome:
    """What became of one file, or of one sheet of it.

    Attributes
    ----------
    file : str
        With ``#sheet`` behind it where sheets were chosen one by one.
    read : bool
    reason : str
        Why it was refused, or what it asks that nobody answered.
    asked : tuple of str
        Keys of questions, answered or not.
    rows, figures : int
    measures : tuple of str
    levels, vintages : tuple of str
    first, last : str
        First and last day of the figures.
    """

    file: str
    read: bool
    reason: str = ""
    asked: tuple[str, ...] = ()
    rows: int = 0
    figures: int = 0
    measures: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    vintages: tuple[str, ...] = ()
    first: str = ""
    last: str = ""


def survey(folder: Path, areas: AreaRegister, answers: Answers | None = None) -> list[Outcome]:
    """Read every file below a folder and say what became of it.

    Parameters
    ----------
    folder : Path
    areas : AreaRegister
    answers : mapping, optional
        Answers by name of the file relative to the folder. Without them a file that asks counts as refused.

    Returns
    -------
    list of Outcome
        In order of name. A workbook with several sheets of figures has one for each of them.
    """
    outcomes: list[Outcome] = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".md"):
        name = file.relative_to(folder).as_posix()
        outcomes += _outcomes(file, name, areas, dict((answers or {}).get(name, {})))
    return outcomes


def _outcomes(file: Path, name: str, areas: AreaRegister, said: dict[str, str]) -> list[Outcome]:
    asked: dict[str, None] = {}
    given: dict[str, str] = {}
    while True:
        try:
            return [_read(name, read_figures(file, areas, answers=given), tuple(asked))]
        except Unsettled as error:
            questions = {question.key: question for question in error.questions}
            asked |= dict.fromkeys(questions)
            if "sheet" in questions and "sheet" not in said:
                sheets = [candidate.value for candidate in questions["sheet"].candidates]
                return [
                    one
                    for sheet in sheets
                    for one in _outcomes_of(file, f"{name}#{sheet}", areas, {**said, "sheet": sheet})
                ]
            answered = {key: said[key] for key in questions if key in said and key not in given}
            if not answered:
                return [Outcome(name, read=False, reason=_asks(error), asked=tuple(asked))]
            given |= answered
        except WorkbenchError as error:
            return [Outcome(name, read=False, reason=error.message, asked=tuple(asked))]


def _outcomes_of(file: Path, name: str, areas: AreaRegister, said: dict[str, str]) -> list[Outcome]:
    """The outcome for one sheet, with everything answered that is known of it."""
    try:
        return [_read(name, read_figures(file, areas, answers=said), ("sheet",))]
    except Unsettled as error:
        return [Outcome(name, read=False, reason=_asks(error), asked=("sheet", *(q.key for q in error.questions)))]
    except WorkbenchError as error:
        return [Outcome(name, read=False, reason=error.message, asked=("sheet",))]


def _asks(error: Unsettled) -> str:
    return " ".join(f"It asks: {question.text} {question.why}" for question in error.questions)


def _read(name: str, imported: Imported, asked: tuple[str, ...]) -> Outcome:
    frame = imported.figures.frame
    return Outcome(
        name, read=True, asked=asked, rows=imported.rows_read, figures=len(frame),
        measures=tuple(sorted(frame["measure"].unique())), levels=tuple(sorted(frame["level"].unique())),
        vintages=tuple(sorted(frame["vintage"].unique())), first=str(frame["period_start"].min())[:10],
        last=str(frame["period_end"].max())[:10],
    )  # fmt: skip


def as_markdown(outcomes: Iterable[Outcome]) -> str:
    """The outcomes as a page of documentation."""
    rows = list(outcomes)
    read = [one for one in rows if one.read]
    lines = [
        "# What becomes of the files at hand",
        "",
        "Made by `python tests/sources/files_read.py`; do not edit. Official statistics as people pass them on,",
        "read with the register that comes with the sample: Greater Manchester and England. “Asked” is what a file",
        "leaves open and a person answered. A file with several sheets of figures has a line for each.",
        "",
        f"{len(read)} were read, {sum(one.figures for one in read):,} figures in all; {len(rows) - len(read)} were "
        "refused for the reason given.",
        "",
        "| file | asked | rows | figures | measures | areas | period | refused because |",
        "|---|---|---:|---:|---|---|---|---|",
    ]
    return "\n".join([*lines, *(_line(one) for one in rows)]) + "\n"


def _line(one: Outcome) -> str:
    cells: Sequence[str]
    if not one.read:
        cells = (one.file, ", ".join(one.asked), "", "", "", "", "", one.reason)
    else:
        years = ", ".join(year or "year not known" for year in one.vintages)
        measures = ", ".join(one.measures[:3]) + (f" and {len(one.measures) - 3} more" if len(one.measures) > 3 else "")
        cells = (
            one.file, ", ".join(one.asked), f"{one.rows:,}", f"{one.figures:,}", measures,
            f"{', '.join(one.levels)} ({years})", f"{one.first} to {one.last}", "",
        )  # fmt: skip
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
