"""The ``workbench`` command.

Exit code 0: done. 1: the input is at fault, and one sentence says what, where and what to do; every file is as it was.
2: the command was not written as it should be.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from workbench import __version__
from workbench.cli.areas import areas
from workbench.cli.doctor import doctor
from workbench.cli.figures import figures
from workbench.cli.shown import AsJson, AsOf, ProjectFile, derive, not_over, rows_of, show
from workbench.errors import WorkbenchError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="The data-sharing workbench: from a need to a proposal, on published figures.",
    pretty_exceptions_enable=False,
)
app.add_typer(figures, name="figures")
app.add_typer(areas, name="areas")
app.command()(doctor)


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
    derived = derive(project, as_of, areas=True)
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
    show(data, as_json, lambda: rows_of(("", "Step", "Status", ""), rows))


@app.command()
def assess(project: ProjectFile = None, as_json: AsJson = False, as_of: AsOf = None) -> None:
    """Test each need against the published figures."""
    derived = derive(project, as_of, areas=True)
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
    show(
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

    derived = derive(project)
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
    show(
        data,
        as_json,
        lambda: (
            rows_of(("Option", "Costs", "Benefits", "NPV", "BCR"), rows)
            + f"\n\nDiscounted, {derived.project.appraisal.horizon} years, "
            f"{financial_year(year)} prices, against doing nothing. "
            "Transfers are not counted.\n" + "\n".join(f"- {f.message} {f.remedy}" for f in derived.appraisal_faults)
        ),
    )


@app.command()
def review(project: ProjectFile = None, as_json: AsJson = False, as_of: AsOf = None) -> None:
    """Say what a reviewer will ask, the gravest first. Never a score."""
    derived = derive(project, as_of, areas=True)
    data = [
        {"check": f.check, "weight": f.weight, "message": f.message, "remedy": f.remedy, "step": f.step}
        for f in derived.review
        if f.weight != "fine"
    ]
    show(
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
    not_over(out, project)
    derived = derive(project, as_of)
    written = derived.desk.write_to(derived, out)
    data = {"file": str(written), "bytes": written.stat().st_size, "missing": [str(m) for m in derived.missing]}
    show(data, as_json, lambda: f"Wrote {written} ({data['bytes']:,} bytes). Missing: {len(data['missing'])}.")


@app.command()
def version() -> None:
    """Say which version this is."""
    print(__version__)


if __name__ == "__main__":
    main()
