"""``workbench areas``: the register of areas, what a name or code is, and figures on other boundaries."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from workbench import places
from workbench.cli.shown import AsJson, answer_of, not_over, rows_of, show
from workbench.errors import WorkbenchError

areas = typer.Typer(
    no_args_is_help=True, help="Areas: build the register, find an area, move figures to new boundaries."
)


@areas.command()
def update(
    folder: Annotated[
        Path | None,
        typer.Option("--from", metavar="FOLDER", help="Files that you downloaded; for Scotland and Northern Ireland."),
    ] = None,
    files_only: Annotated[bool, typer.Option("--files-only", help="Ask no service: build from the files.")] = False,
    base_url: Annotated[str, typer.Option("--base-url", metavar="URL", help="Ask this address instead.")] = "",
    as_json: AsJson = False,
) -> None:
    """Build the whole register from ONS Open Geography and from files. Stopped, it goes on from what is kept."""
    from workbench.app.areas import build_register  # noqa: PLC0415

    tell = _tell if sys.stderr.isatty() else lambda *_: None
    made = build_register(places.home(), tell, folder=folder, files_only=files_only, base_url=base_url)
    _show_about(made, as_json)


@areas.command()
def about(as_json: AsJson = False) -> None:
    """Say what the register holds, when it was made and from which tables."""
    from workbench.app.areas import about_register  # noqa: PLC0415

    found = about_register(places.home())
    if found is None:
        raise WorkbenchError(
            "There is no register of areas yet: the areas of the sample are held.", "Build it: workbench areas update."
        )
    _show_about(found, as_json)


def _show_about(found: Any, as_json: bool) -> None:
    from dataclasses import asdict  # noqa: PLC0415

    def text() -> str:
        rows = [(t.name, f"{t.rows:,}", t.date, t.url) for t in found.sources]
        head = f"{found.areas:,} areas, {found.codes:,} codes, {found.changes:,} changes. Made {found.made[:16]}."
        return "\n".join(
            [head, f"It lies in {found.path}.", rows_of(("Table", "Rows", "Read", "From"), rows), *found.notes]
        )

    show(asdict(found), as_json, text)


@areas.command()
def find(
    words: Annotated[str, typer.Argument(help="A name or a GSS code, or the beginning of one.")],
    level: Annotated[str, typer.Option("--level", help="Only areas of this level, for example ward.")] = "",
    within: Annotated[str, typer.Option("--within", metavar="GSS", help="Only areas within this one.")] = "",
    as_json: AsJson = False,
) -> None:
    """Find an area by what you would type."""
    from workbench.app.desk import areas_held  # noqa: PLC0415

    register = areas_held(places.sample(), places.home())
    found = register.find(words, level=level, within=within, limit=30)
    data: list[dict[str, Any]] = [
        {"code": a.code, "name": a.name, "level": a.level, "vintages": list(a.vintages or (a.vintage,)), "in": a.parent}
        for a in found
    ]
    rows = [(d["code"], d["name"], d["level"], ", ".join(d["vintages"]), register.name(d["in"])) for d in data]
    unknown = (
        f"“{words}” is not among the {len(register.areas):,} areas held. {register.describe(words.strip().upper())}."
    )
    if len(words.strip()) != 9 or not words.strip()[1:].isdigit():
        unknown = f"“{words}” is not among the {len(register.areas):,} areas held."
    show(data, as_json, lambda: rows_of(("Code", "Name", "Level", "Year", "In"), rows) if rows else unknown)


@areas.command()
def convert(
    file: Annotated[Path, typer.Argument(help="Figures: a file that “figures import” reads.")],
    level: Annotated[str, typer.Option("--level", help="Level of the figures, for example LSOA.")],
    *,
    from_: Annotated[str, typer.Option("--from", metavar="YEAR", help="Boundaries that the figures are on.")],
    to: Annotated[str, typer.Option("--to", metavar="YEAR", help="Boundaries that are wanted.")],
    answer: Annotated[
        list[str] | None,
        typer.Option("--answer", metavar="KEY=VALUE", help="To what the file leaves open; again for more."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the converted figures here (.csv).")] = None,
    as_json: AsJson = False,
) -> None:
    """Move figures to other boundaries: exactly where that can be done; the rest is told and left out."""
    from workbench.app.areas import register_file  # noqa: PLC0415
    from workbench.app.desk import areas_held, read_file, write_tidy  # noqa: PLC0415
    from workbench.domain.vintages import convert as convert_to  # noqa: PLC0415
    from workbench.store.areas import read_changes  # noqa: PLC0415

    not_over(out, file)
    home = places.home()
    changes = read_changes(register_file(home), level, from_, to) if register_file(home).is_file() else ()
    if not changes:
        raise WorkbenchError(
            f"The register has no lookup of {level} from {from_} to {to}.",
            "Build it with “workbench areas update”, or name other years: “workbench areas about --json” lists them.",
        )
    answers = dict(answer_of(text) for text in answer or ())
    held = read_file(file, places.sample(), home, answers=answers).figures.where(level=level, vintage=from_)
    found = convert_to(held, to, changes, areas=areas_held(places.sample(), home))
    if out is not None:
        write_tidy(found.figures, out)
    data = {
        "figures": len(found.figures),
        "exact": len(found.exact),
        "best_fit": len(found.best_fit),
        "not_possible": [str(n) for n in found.not_possible],
        "lost": list(found.lost),
        "notes": list(found.notes),
        "written": str(out) if out else None,
    }
    show(data, as_json, lambda: "\n".join([f"{len(found.figures):,} figures on boundaries of {to}.", *found.notes]))


def _tell(done: int, of: int, doing: str) -> None:
    print(f"\r\033[K{done + 1} of {of}: {doing}", end="", file=sys.stderr, flush=True)
