"""The ``workbench`` command.

Exit code 0: done. 1: the input is at fault, and one sentence says what, where and what to do; every file is as it was.
2: the command was not written as it should be.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from workbench import __version__, places
from workbench.errors import UnknownArea, WorkbenchError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="The data-sharing workbench: from a need to a proposal, on published figures.",
    pretty_exceptions_enable=False,
)
figures = typer.Typer(no_args_is_help=True, help="Published figures: read a file that was downloaded.")
app.add_typer(figures, name="figures")

ProjectFile = Annotated[
    Path | None, typer.Argument(help="Project file (.json). Left out: the sample project.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for another program.")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="Judge freshness as of this day.")]


def main() -> None:
    """Run the command, and say faults of the input in one sentence."""
    # Windows consoles may not be UTF-8; a tick or a dash must not end the program.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except WorkbenchError as error:
        _fail(str(error))
    except OSError as error:  # a full disk, a folder that may not be read: of the machine, and no fault of ours
        where = f"{error.filename}: " if error.filename else ""
        _fail(f"{where}{error.strerror or error}. Check the disk, and that you may read and write there.")


def _fail(sentence: str) -> None:
    print(" ".join(sentence.splitlines()), file=sys.stderr)
    sys.exit(1)


def _show(data: Any, as_json: bool, text: Callable[[], str]) -> None:
    print(json.dumps(_plain(data), ensure_ascii=False, allow_nan=False, indent=2) if as_json else text())


def _plain(data: Any) -> Any:
    """Data as JSON has it: what is no number is null, for JSON knows no NaN."""
    if isinstance(data, dict):
        return {key: _plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_plain(value) for value in data]
    return None if isinstance(data, float) and not math.isfinite(data) else data


def _day(as_of: str | None) -> date:
    if as_of is None:
        return datetime.now(UTC).date()
    try:
        day = date.fromisoformat(as_of)
    except ValueError as error:
        raise WorkbenchError(f"“{as_of}” is not a day.", "Write it as 2026-11-25.", "--as-of") from error
    if not 1900 <= day.year <= 2200:
        raise WorkbenchError(f"The year {day.year} is mistyped.", "Write the day as 2026-11-25.", "--as-of")
    return day


def _derive(project: Path | None, as_of: str | None = None, *, areas: bool = False) -> Any:
    # What is said of needs and places would be half said with an area that nobody knows; a document says so itself.
    # Imported here: pandas and the rest cost most of a second that "--help" need not wait for.
    from workbench.app.derived import Derived  # noqa: PLC0415
    from workbench.app.desk import open_desk  # noqa: PLC0415
    from workbench.store.project_file import load_project  # noqa: PLC0415

    day = _day(as_of)
    loaded = load_project(project if project is not None else places.sample() / "project.json")
    derived = Derived(loaded, open_desk(places.sample(), places.home(), loaded.id), day)
    if areas and derived.unknown_areas:
        first, *others = derived.unknown_areas
        more = f" So are {len(others)} more." if len(others) > 1 else " So is one more." if others else ""
        raise UnknownArea(
            f"{first.message}{more}", first.remedy, f"{project}, {first.where}" if project else first.where
        )
    return derived


def _rows(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    # A name pasted from Word may hold line breaks, which would break the table.
    cells = [[" ".join(cell.split()) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in cells]
    return "\n".join([lines[0], "  ".join("-" * w for w in widths), *lines[1:]])


@app.command(name="app")
def serve_app(
    project: Annotated[
        Path | None,
        typer.Option("--project", envvar="PROJECT", help="Project file. Left out: your copy of the sample."),
    ] = None,
    port: Annotated[int, typer.Option("--port", envvar="PORT", min=1, max=65535, help="Port on 127.0.0.1.")] = 8866,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser.")] = True,
) -> None:
    """Serve the app on this computer and open it in the browser."""
    from workbench.serve.launch import serve  # noqa: PLC0415

    serve(project, port, open_browser=browser, say=lambda line: print(line, flush=True))


@app.command()
def new(
    file: Annotated[Path, typer.Argument(help="File to make; it must not exist yet.")],
    name: Annotated[str, typer.Option("--name", help="Name of the proposal.")] = "",
) -> None:
    """Make an empty project file."""
    import uuid  # noqa: PLC0415

    from workbench.domain.project import Project  # noqa: PLC0415
    from workbench.store.project_file import save_project  # noqa: PLC0415

    if file.exists():
        raise WorkbenchError("The file is there already and was left as it is.", "Choose another name.", str(file))
    save_project(Project(id=uuid.uuid4().hex, name=name), file)
    print(f"Made {file}. Open it with: workbench app --project {file}")


@app.command()
def status(project: ProjectFile = None, as_json: AsJson = False, as_of: AsOf = None) -> None:
    """Say what is done and what is not, step by step."""
    derived = _derive(project, as_of, areas=True)
    data = [
        {
            "step": s.key,
            "title": s.title,
            "status": s.status,
            "detail": s.detail,
            "faults": [{"where": f.where, "message": f.message, "remedy": f.remedy} for f in s.faults],
        }
        for s in derived.statuses
    ]
    rows = [(str(i), s["title"], s["status"], s["detail"]) for i, s in enumerate(data, start=1)]
    _show(data, as_json, lambda: _rows(("", "Step", "Status", ""), rows))


@app.command()
def assess(project: ProjectFile = None, as_json: AsJson = False, as_of: AsOf = None) -> None:
    """Test each need against the published figures."""
    derived = _derive(project, as_of, areas=True)
    data = [
        {
            "need": need.id,
            "question": need.question,
            "verdict": v.status,
            "phrase": v.phrase,
            "source": v.source_label,
            "reason": v.reason,
            "remedy": v.remedy,
            "criteria": [
                {"name": c.name, "status": c.status, "reason": c.reason, "remedy": c.remedy} for c in v.criteria
            ],
        }
        for need in derived.project.needs
        for v in [derived.verdict(need.id)]
    ]
    _show(
        data,
        as_json,
        lambda: (
            "\n\n".join(f"{d['question']}\n  {d['phrase']} – {d['reason']}\n  {d['remedy']}".rstrip() for d in data)
            or "No needs yet."
        ),
    )


@app.command()
def appraise(project: ProjectFile = None, as_json: AsJson = False) -> None:
    """Say what the options cost and bring, by the Green Book."""
    from workbench.domain.money import financial_year, pounds  # noqa: PLC0415

    derived = _derive(project)
    results = derived.results
    if results is None and derived.project.appraisal.options:
        said = " ".join(f"{f.where}: {f.message} {f.remedy}".strip() for f in derived.appraisal_faults)
        raise WorkbenchError("The options cannot be appraised.", said, "appraisal")
    if results is None:
        raise WorkbenchError(
            "There are no options to appraise.", "Add options and lines in step 5.", "appraisal/options"
        )
    data = {
        "price_year": derived.project.appraisal.price_year,
        "horizon": derived.project.appraisal.horizon,
        "options": [
            {
                "option": o.option_id,
                "name": o.name,
                "pv_costs": o.pv_costs,
                "pv_benefits": o.pv_benefits,
                "npv": o.npv,
                "npv_low": o.npv_low,
                "npv_high": o.npv_high,
                "bcr": o.bcr,
                "pv_transfers": o.pv_transfers,
            }
            for o in results.options
        ],
        "faults": [{"where": f.where, "message": f.message, "remedy": f.remedy} for f in derived.appraisal_faults],
    }
    rows = [
        (o.name, pounds(o.pv_costs), pounds(o.pv_benefits), pounds(o.npv), "–" if o.bcr is None else f"{o.bcr:.2f}")
        for o in results.options
    ]
    year = derived.project.appraisal.price_year
    _show(
        data,
        as_json,
        lambda: (
            _rows(("Option", "Costs", "Benefits", "NPV", "BCR"), rows)
            + f"\n\nDiscounted, {derived.project.appraisal.horizon} years, "
            f"{financial_year(year)} prices, against doing nothing. "
            "Transfers are not counted.\n" + "\n".join(f"- {f.message} {f.remedy}" for f in derived.appraisal_faults)
        ),
    )


@app.command()
def review(project: ProjectFile = None, as_json: AsJson = False, as_of: AsOf = None) -> None:
    """Say what a reviewer will ask, the gravest first. Never a score."""
    derived = _derive(project, as_of, areas=True)
    data = [
        {"check": f.check, "weight": f.weight, "message": f.message, "remedy": f.remedy, "step": f.step}
        for f in derived.review
        if f.weight != "fine"
    ]
    _show(
        data,
        as_json,
        lambda: "\n".join(f"{d['weight'].upper():8} {d['message']} {d['remedy']}" for d in data) or "Nothing to ask.",
    )


@app.command()
def export(
    project: ProjectFile = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write: .docx, .odt, .html or .md.")] = Path(
        "proposal.docx"
    ),
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Write the proposal as a document."""
    _not_over(out, project)
    derived = _derive(project, as_of)
    written = derived.desk.write_to(derived, out)
    data = {"file": str(written), "bytes": written.stat().st_size, "missing": [str(m) for m in derived.missing]}
    _show(data, as_json, lambda: f"Wrote {written} ({data['bytes']:,} bytes). Missing: {len(data['missing'])}.")


def _not_over(out: Path | None, source: Path | None) -> None:
    """Refuse to write over the file that is read."""
    if out is not None and source is not None and out.exists() and source.exists() and out.samefile(source):
        raise WorkbenchError(
            "This is the file that is read; it was left as it is.", "Choose another name for --out.", str(out)
        )


@figures.command(name="import")
def import_figures(
    file: Annotated[Path, typer.Argument(help="Nomis workbook (.xlsx) or claimant-count file (.csv).")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the tidy figures here (.csv).")] = None,
    as_json: AsJson = False,
) -> None:
    """Read a downloaded file into tidy figures, and say what was refused and why."""
    from workbench.app.desk import read_file, write_tidy  # noqa: PLC0415

    _not_over(out, file)
    imported = read_file(file, places.sample())
    if out is not None:
        write_tidy(imported.figures, out)
    frame = imported.figures.frame
    data = {
        "file": str(file),
        "rows_read": imported.rows_read,
        "figures": len(frame),
        "measures": sorted(frame["measure"].unique().tolist()),
        "levels": sorted(frame["level"].unique().tolist()),
        "first_period": str(frame["period_start"].min())[:10],
        "last_period": str(frame["period_end"].max())[:10],
        "refused": [{"where": f.where, "message": f.message, "remedy": f.remedy} for f in imported.refused],
        "notes": list(imported.notes),
        "written": str(out) if out else None,
    }
    _show(data, as_json, lambda: _import_text(data))


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
    if data["written"]:
        lines.append(f"Wrote {data['written']}.")
    return "\n".join(lines)


@app.command()
def version() -> None:
    """Say which version this is."""
    print(__version__)


if __name__ == "__main__":
    main()
