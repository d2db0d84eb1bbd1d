"""What the commands share: options, the project they speak of, and how they print."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from workbench import places
from workbench.errors import UnknownArea, WorkbenchError

ProjectFile = Annotated[
    Path | None, typer.Argument(help="Project file (.json). Left out: the sample project.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for another program.")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="Judge freshness as of this day.")]


def show(data: Any, as_json: bool, text: Callable[[], str]) -> None:
    """Print data as JSON for a program, or as text for a person."""
    print(json.dumps(plain(data), ensure_ascii=False, allow_nan=False, indent=2) if as_json else text())


def plain(data: Any) -> Any:
    """Data as JSON has it: what is no number is null, for JSON knows no NaN."""
    if isinstance(data, dict):
        return {key: plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [plain(value) for value in data]
    return None if isinstance(data, float) and not math.isfinite(data) else data


def day_of(as_of: str | None) -> date:
    """A day as it was written; today when none was."""
    if as_of is None:
        return datetime.now(UTC).date()
    try:
        day = date.fromisoformat(as_of)
    except ValueError as error:
        raise WorkbenchError(f"“{as_of}” is not a day.", "Write it as 2026-11-25.", "--as-of") from error
    if not 1900 <= day.year <= 2200:
        raise WorkbenchError(f"The year {day.year} is mistyped.", "Write the day as 2026-11-25.", "--as-of")
    return day


def derive(project: Path | None, as_of: str | None = None, *, areas: bool = False) -> Any:
    """What follows from a project file; ``areas`` refuses one that names areas nobody knows."""
    # What is said of needs and places would be half said with an area that nobody knows; a document says so itself.
    # Imported here: pandas and the rest cost most of a second that "--help" need not wait for.
    from workbench.app.derived import Derived  # noqa: PLC0415
    from workbench.app.desk import open_desk  # noqa: PLC0415
    from workbench.store.project_file import load_project  # noqa: PLC0415

    day = day_of(as_of)
    loaded = load_project(project if project is not None else places.sample() / "project.json")
    derived = Derived(loaded, open_desk(places.sample(), places.home(), loaded.id), day)
    if areas and derived.unknown_areas:
        first, *others = derived.unknown_areas
        more = f" So are {len(others)} more." if len(others) > 1 else " So is one more." if others else ""
        raise UnknownArea(
            f"{first.message}{more}", first.remedy, f"{project}, {first.where}" if project else first.where
        )
    return derived


def rows_of(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Rows as a table of plain text."""
    # A name pasted from Word may hold line breaks, which would break the table.
    cells = [[" ".join(cell.split()) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in cells]
    return "\n".join([lines[0], "  ".join("-" * w for w in widths), *lines[1:]])


def not_over(out: Path | None, source: Path | None) -> None:
    """Refuse to write over the file that is read."""
    if out is not None and source is not None and out.exists() and source.exists() and out.samefile(source):
        raise WorkbenchError(
            "This is the file that is read; it was left as it is.", "Choose another name for --out.", str(out)
        )


def answer_of(text: str) -> tuple[str, str]:
    """An answer as it was written: key and value."""
    key, equals, said = text.partition("=")
    if not equals or not key.strip():
        raise WorkbenchError(f"“{text}” is not an answer.", "Write it as period=2023.", "--answer")
    return key.strip(), said.strip()
