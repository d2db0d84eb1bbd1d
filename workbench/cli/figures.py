"""``workbench figures``: read a file, ask a statistics service."""

from __future__ import annotations

import math
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench import places
from workbench.cli.shown import AsJson, answer_of, not_over, rows_of, show
from workbench.errors import Unsettled, WorkbenchError, WrongFile

if TYPE_CHECKING:
    from workbench.app.services import Services
    from workbench.domain.queries import Choice, Description, Query
    from workbench.domain.recipes import Recipe
    from workbench.sources.services.contract import Fetched

figures = typer.Typer(no_args_is_help=True, help="Published figures: read a file, or ask a statistics service.")

SHOWN = 20
"""Rows that are printed; all of them are in the file and in the JSON."""

ServiceKey = Annotated[
    str,
    typer.Argument(help="nomis, statxplore, scotland, nisra, statswales, ons, fingertips or lginform."),
]
BaseUrl = Annotated[
    str, typer.Option("--base-url", metavar="URL", help="Ask this address instead: a mirror, or a server of your own.")
]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="Write the tidy figures here (.csv).")]


# --- services ---------------------------------------------------------------------------------------------------------


def _services(base_url: str, service: str) -> Services:
    from workbench.app.services import offered_services  # noqa: PLC0415

    offered = offered_services(places.home() / "replies", {service: base_url} if base_url else {})
    if service not in offered.offered:
        raise WorkbenchError(f"There is no service “{service}”.", f"Choose one of: {', '.join(offered.offered)}.")
    return offered


@figures.command()
def search(
    service: ServiceKey,
    words: Annotated[str, typer.Argument(help="What the data set is about, or the old name of a closed site.")],
    base_url: BaseUrl = "",
    as_json: AsJson = False,
) -> None:
    """Find data sets of a service. It asks the service; nothing but the words is sent."""
    from workbench.domain.closed_sites import search_closed  # noqa: PLC0415
    from workbench.reference.closed_sites import load_closed_sites  # noqa: PLC0415

    services = _services(base_url, service)
    closed = search_closed(words, load_closed_sites())
    found: tuple[Any, ...] = ()
    try:
        found = services.search(service, words)
    except WorkbenchError as error:
        if not closed:
            raise
        print(str(error), file=sys.stderr)  # what became of the site is known without the service
    data = {
        "closed_sites": [
            {
                "name": site.name,
                "became": site.text(),
                "queries": [
                    {"gives": q.gives, "unverified": q.unverified, "command": _command(q.query)} for q in site.queries
                ],
            }
            for site in closed
        ],
        "found": [f.model_dump() for f in found],
    }
    show(data, as_json, lambda: _found_text(data))


def _found_text(data: dict[str, Any]) -> str:
    lines = []
    for site in data["closed_sites"]:
        lines.append(f"{site['name']}: {site['became']}")
        for query in site["queries"]:
            doubt = f" (not confirmed: {query['unverified']})" if query["unverified"] else ""
            lines += [f"  {query['gives']}{doubt}", f"    {query['command']}"]
    rows = [(f["id"], f["title"], f["note"]) for f in data["found"]]
    if rows:
        lines.append(rows_of(("Id", "Title", "About it"), rows))
    return "\n".join(lines) or "Nothing was found. Try fewer or other words."


def _command(query: Query) -> str:
    """A query as the command that asks it."""
    parts = ["workbench figures fetch", query.service, query.dataset]
    parts += [f"--level {query.level}"] if query.level else []
    parts += [f"--within {code}" for code in query.within] + [f"--area {code}" for code in query.areas]
    parts += [f"--choice {c.dimension}={','.join(c.codes)}" for c in query.choices]
    parts += [f"--period {period}" for period in query.periods]
    return " ".join(parts)


@figures.command()
def describe(
    service: ServiceKey,
    dataset: Annotated[str, typer.Argument(help="Id of the data set, as “figures search” gives it.")],
    base_url: BaseUrl = "",
    as_json: AsJson = False,
) -> None:
    """Say what a data set holds: dimensions with their codes, kinds of area, periods, notes."""
    about = _services(base_url, service).describe(service, dataset)
    show(about.model_dump(mode="json"), as_json, lambda: _described(about))


def _described(about: Description) -> str:
    lines = [f"{about.title} ({about.id})", about.citation.text(), *about.notes]
    for dimension in about.dimensions:
        many = f", {len(dimension.codes):,} codes" if dimension.codes else ""
        default = f", usual code {dimension.default}" if dimension.default else ""
        lines.append(f"\n{dimension.id}: {dimension.label} ({dimension.role}{many}{default})")
        lines += [f"  {code.id}  {code.label}" for code in dimension.codes[:SHOWN]]
        if len(dimension.codes) > SHOWN:
            lines.append(f"  … and {len(dimension.codes) - SHOWN:,} more; --json lists them all.")
    if about.kinds:
        lines.append("\nKinds of area (--level):")
        lines += [f"  {kind.id}  {kind.label}" for kind in about.kinds]
    return "\n".join(lines)


@figures.command()
def fetch(
    service: ServiceKey,
    dataset: Annotated[str, typer.Argument(help="Id of the data set, for example NM_162_1.")],
    *,
    level: Annotated[str, typer.Option("--level", help="Kind of area, as “figures describe” lists it.")] = "",
    within: Annotated[
        list[str] | None, typer.Option("--within", metavar="GSS", help="Only parts of this area; again for more.")
    ] = None,
    area: Annotated[
        list[str] | None, typer.Option("--area", metavar="GSS", help="This area by its code; again for more.")
    ] = None,
    choice: Annotated[
        list[str] | None,
        typer.Option("--choice", metavar="DIMENSION=CODES", help="Codes of a dimension, with commas; again for each."),
    ] = None,
    period: Annotated[
        list[str] | None, typer.Option("--period", help="As the service writes it; again for more. Default: latest.")
    ] = None,
    base_url: BaseUrl = "",
    fresh: Annotated[bool, typer.Option("--fresh", help="Ask again, whatever is kept from earlier.")] = False,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Fetch a table, whole or not at all, with its source. Ctrl+C stops it; asked again, it goes on from there."""
    from workbench.app.desk import areas_held, write_tidy  # noqa: PLC0415
    from workbench.domain.queries import Query  # noqa: PLC0415

    query = Query(
        service=service,
        dataset=dataset,
        level=level,
        within=tuple(within or ()),
        areas=tuple(area or ()),
        periods=tuple(period or ("latest",)),
        choices=tuple(_choice(text) for text in choice or ()),
    )
    register = areas_held(places.sample(), places.home())
    fetched = _services(base_url, service).fetch(query, register, _tell if sys.stderr.isatty() else None, fresh=fresh)
    if out is not None:
        write_tidy(fetched.figures, out)
    data = _fetched_data(fetched, out)
    show(data, as_json, lambda: _fetched_text(data))


def _tell(done: int, of: int, doing: str) -> None:
    print(f"\r\033[K{doing}", end="" if not of or done < of else "\n", file=sys.stderr, flush=True)


def _choice(text: str) -> Choice:
    from workbench.domain.queries import Choice  # noqa: PLC0415

    dimension, equals, codes = text.partition("=")
    if not equals or not dimension.strip() or not codes.strip():
        raise WorkbenchError(f"“{text}” is not a choice.", "Write it as gender=0 or gender=1,2.", "--choice")
    total = codes.endswith("+total")
    listed = codes.removesuffix("+total").rstrip(",")
    return Choice(
        dimension=dimension.strip(), codes=tuple(c.strip() for c in listed.split(",") if c.strip()), total=total
    )


def _fetched_data(fetched: Fetched, out: Path | None) -> dict[str, Any]:
    frame = fetched.figures.frame
    records = frame.assign(
        period_start=frame["period_start"].astype("str").str[:10], period_end=frame["period_end"].astype("str").str[:10]
    ).to_dict("records")
    return {
        "figures": len(frame),
        "areas": int(frame["area_code"].nunique()),
        "titles": dict(fetched.titles),
        "rows": records,
        "notes": list(fetched.notes),
        "unresolved": list(fetched.unresolved),
        "sources": [c.text() for c in fetched.figures.citations.values()],
        "replies": [
            {"url": r.url, "fetched": r.fetched.isoformat(), "sha256": r.sha256, "cached": r.cached}
            for r in fetched.replies
        ],
        "written": str(out) if out else None,
    }


def _fetched_text(data: dict[str, Any]) -> str:
    from workbench.domain.figures import COLUMNS  # noqa: PLC0415

    splits = [c for c in (data["rows"][0] if data["rows"] else {}) if c not in COLUMNS]
    rows = [
        (
            row["area_code"],
            row["area_name"],
            data["titles"].get(row["measure"], row["measure"]),
            *(str(row[c]) or "All" for c in splits),
            row["period_end"],
            "–" if math.isnan(row["value"]) else f"{row['value']:,.10g}",
            "" if math.isnan(row["lower"]) else f"{row['lower']:,.5g} to {row['upper']:,.5g}",
            row["unit"],
            row["flag"],
        )
        for row in data["rows"][:SHOWN]
    ]
    header = ("Code", "Area", "Measure", *splits, "Period ends", "Value", "95% interval", "Unit", "Flag")
    more = data["figures"] - SHOWN
    lines = [f"{data['figures']:,} figures for {data['areas']:,} areas.", rows_of(header, rows)]
    lines += [f"… and {more:,} more; --out writes them all."] if more > 0 else []
    lines += [*data["notes"], *(f"Source: {source}" for source in data["sources"])]
    lines += [f"Wrote {data['written']}."] if data["written"] else []
    return "\n".join(lines)


# --- files ------------------------------------------------------------------------------------------------------------


@figures.command(name="import")
def import_figures(
    file: Annotated[Path, typer.Argument(help="CSV, XLSX, XLS, ODS or JSON, as it was downloaded; .gz too.")],
    *,
    answer: Annotated[
        list[str] | None,
        typer.Option("--answer", metavar="KEY=VALUE", help="To what the file leaves open; again for more."),
    ] = None,
    recipe: Annotated[
        Path | None, typer.Option("--recipe", help="Read it as a file of its kind was read before (.json).")
    ] = None,
    save_recipe: Annotated[
        Path | None, typer.Option("--save-recipe", help="Write down how it was read, for the next of its kind (.json).")
    ] = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Read a downloaded file into tidy figures, and say what was refused and why. What it leaves open is asked."""
    from workbench.app.desk import read_file, write_tidy  # noqa: PLC0415
    from workbench.domain.recipes import recipe_of  # noqa: PLC0415

    for written in (out, save_recipe):
        not_over(written, file)
    answers = dict(answer_of(text) for text in answer or ())
    made = recipe_of(_text_of(recipe), str(recipe)) if recipe else None
    try:
        imported = read_file(file, places.sample(), places.home(), answers=answers, recipe=made)
    except Unsettled as error:
        _ask(error, file, answers, as_json)
        raise typer.Exit(1) from error
    if out is not None:
        write_tidy(imported.figures, out)
    if save_recipe is not None:
        _save_recipe(imported.recipe, save_recipe)
    frame = imported.figures.frame
    data = {
        "file": str(file),
        "rows_read": imported.rows_read,
        "figures": len(frame),
        "measures": sorted(frame["measure"].unique().tolist()),
        "titles": dict(imported.titles),
        "levels": sorted(frame["level"].unique().tolist()),
        "vintages": sorted(frame["vintage"].unique().tolist()),
        "first_period": str(frame["period_start"].min())[:10],
        "last_period": str(frame["period_end"].max())[:10],
        "refused": [{"where": f.where, "message": f.message, "remedy": f.remedy} for f in imported.refused],
        "notes": list(imported.notes),
        "written": str(out) if out else None,
        "recipe": str(save_recipe) if save_recipe else None,
    }
    show(data, as_json, lambda: _import_text(data))


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongFile(
            "The recipe cannot be read.", "Name a recipe that was saved with --save-recipe.", str(path)
        ) from error


def _save_recipe(recipe: Recipe | None, path: Path) -> None:
    from workbench.store.project_file import write_bytes  # noqa: PLC0415

    if recipe is None:
        print("This kind of file needs no recipe: it is read as it is.", file=sys.stderr)
        return
    write_bytes(path, recipe.as_json().encode())


def _ask(error: Unsettled, file: Path, answers: dict[str, str], as_json: bool) -> None:
    """Print what a file leaves open, and the command that answers it."""
    if as_json:
        show({"file": str(file), "questions": [q.model_dump() for q in error.questions]}, True, str)
        return
    lines = [f"{file} leaves something open. Nothing was read."]
    for question in error.questions:
        lines.append(f"\n{question.text} {question.why}".rstrip())
        lines += [
            f"  --answer {question.key}={shlex.quote(c.value)}  {c.label}{f' ({c.rows:,} rows)' if c.rows else ''}"
            for c in question.candidates[:SHOWN]
        ]
        if len(question.candidates) > SHOWN:
            lines.append(f"  … and {len(question.candidates) - SHOWN:,} more; --json lists them all.")
        if question.free or not question.candidates:
            lines.append(f"  --answer {question.key}=…  whatever is true")
    print("\n".join(lines), file=sys.stderr)


@figures.command()
def survey(
    folder: Annotated[Path, typer.Argument(help="Folder of files, as they were downloaded.")],
    as_json: AsJson = False,
) -> None:
    """Say what becomes of every file of a folder: read, asked or refused, and why. Nothing is kept."""
    from dataclasses import asdict  # noqa: PLC0415

    from workbench.app.desk import areas_held  # noqa: PLC0415
    from workbench.sources.survey import as_markdown  # noqa: PLC0415
    from workbench.sources.survey import survey as look  # noqa: PLC0415

    if not folder.is_dir():
        raise WrongFile("There is no such folder.", "Name the folder that holds the files.", str(folder))
    outcomes = look(folder, areas_held(places.sample(), places.home()))
    show([asdict(one) for one in outcomes], as_json, lambda: as_markdown(outcomes))


def _import_text(data: dict[str, Any]) -> str:
    lines = [
        f"{data['file']}: {data['rows_read']:,} rows read, {data['figures']:,} figures "
        f"({', '.join(data['measures'])}; {', '.join(data['levels'])}; "
        f"{data['first_period']} to {data['last_period']}).",
        *data["notes"],
        *(f"Refused: {f['where']}: {f['message']} {f['remedy']}".rstrip() for f in data["refused"][:20]),
    ]
    more = len(data["refused"]) - 20
    if more > 0:
        lines.append(f"… and {more:,} more refused; --json lists them all.")
    lines += [f"Wrote {data[name]}." for name in ("written", "recipe") if data[name]]
    return "\n".join(lines)
