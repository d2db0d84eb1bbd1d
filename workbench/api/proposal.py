"""A proposal for an analyst, step by step; and the app in a cell."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from workbench import places
from workbench.api.answer import Answer, charted
from workbench.api.desks import More, derived
from workbench.api.tables import Table, table
from workbench.domain.findings import Finding
from workbench.domain.money import financial_year
from workbench.domain.project import Project
from workbench.domain.review import where
from workbench.errors import Fault, WorkbenchError
from workbench.store.project_file import load_project

if TYPE_CHECKING:
    from workbench.app.derived import Derived
    from workbench.domain.appraisal.appraise import Results
    from workbench.domain.appraisal.sensitivity import Sensitivity
    from workbench.domain.comparison import Comparison, Trend
    from workbench.widgets.live import LiveView

CHARTS = ("comparison", "trend-<GSS code>", "wards-map", "wards-ranked", "lsoas-map", "tornado", "cash-flow")


def open_project(path: Path | str | None = None) -> Project:
    """Open a proposal, to look at it or to try changes on it. The file is never changed.

    Parameters
    ----------
    path : path, optional
        A project file (.json). Left out: the sample proposal.

    Returns
    -------
    Project
        A frozen value. ``project.with_(name="…")`` and ``project.with_need(need)`` give a changed copy.

    Raises
    ------
    ProjectError
        When there is no such file, or it is damaged or of a later version; the place is named.

    Examples
    --------
    >>> import workbench as wb
    >>> project = wb.open_project()
    >>> [need.id for need in project.needs][:2]
    ['wards', 'districts']
    """
    return load_project(Path(path).expanduser() if path is not None else places.sample() / "project.json")


def status(project: Project, *, as_of: date | None = None, more: More = ()) -> pd.DataFrame:
    """How far each of the six steps has got.

    Parameters
    ----------
    project : Project
    as_of : datetime.date, optional
        The day on which figures count as fresh; today when left out.
    more : Imported or sequence of Imported

    Returns
    -------
    pandas.DataFrame
        ``step``, ``status``, ``detail``; indexed by the number of the step.

    Examples
    --------
    >>> import workbench as wb
    >>> wb.status(wb.open_project()).loc[1, "status"]
    'Completed'
    """
    rows = [(s.number, s.title, s.status, s.detail) for s in derived(project, as_of, more).statuses]
    return Table(rows, columns=["number", "step", "status", "detail"]).set_index("number")


def triage(project: Project, *, as_of: date | None = None, more: More = ()) -> Answer:
    """Step 1: whether this is data sharing at all, and which routes to try first, the lightest first.

    Parameters
    ----------
    project : Project
    as_of : datetime.date, optional
    more : Imported or sequence of Imported

    Returns
    -------
    Answer
        ``table`` has ``route``, ``status`` and ``reason``; ``value`` is a :class:`~workbench.domain.triage.Triage`.

    Notes
    -----
    After section 3 of DWP's guide for local partners (2013). Not legal advice.

    Examples
    --------
    >>> import workbench as wb
    >>> wb.triage(wb.open_project()).table["route"].iloc[0]
    'Published figures'
    """
    found = derived(project, as_of, more).triage
    rows = [(rung.title, rung.status, rung.reason) for rung in found.rungs]
    return Answer(
        title=found.headline,
        table=Table(rows, columns=["route", "status", "reason"]),
        caption=found.because,
        notes=(found.caution,),
        value=found,
    )


def assess(project: Project, *, as_of: date | None = None, more: More = ()) -> pd.DataFrame:
    """Step 2: whether published figures are enough for each need, tested on the figures themselves.

    Parameters
    ----------
    project : Project
    as_of : datetime.date, optional
        The day on which figures count as fresh; today when left out.
    more : Imported or sequence of Imported

    Returns
    -------
    pandas.DataFrame
        ``question``, ``verdict``, ``source``, ``reason``, ``remedy`` and ``status`` (met, partly, not met, unknown);
        indexed by the id of the need.

    Examples
    --------
    >>> import workbench as wb
    >>> wb.assess(wb.open_project()).loc["people", "verdict"]
    'Not enough'
    """
    follows = derived(project, as_of, more)
    rows = [
        (n.id, n.question, v.phrase, v.source_label, v.reason, v.remedy, v.status)
        for n, v in zip(project.needs, follows.verdicts, strict=True)
    ]
    columns = ["need", "question", "verdict", "source", "reason", "remedy", "status"]
    return Table(rows, columns=columns).set_index("need")


def check(project: Project, *, as_of: date | None = None, more: More = ()) -> pd.DataFrame:
    """Steps 1 to 5: what the checks of the frame, the logic model, the request and the appraisal found.

    Parameters
    ----------
    project : Project
    as_of : datetime.date, optional
    more : Imported or sequence of Imported

    Returns
    -------
    pandas.DataFrame
        ``step`` (frame, logic, request, costs), ``weight`` (blocks, weakens, note; empty for an answer that is missing
        or a line that is wrong), ``message``, ``remedy`` and ``where``, the path of what it is about.

    Examples
    --------
    >>> import workbench as wb
    >>> found = wb.check(wb.open_project())
    >>> found.query("step == 'request' and weight == 'blocks'")["where"].tolist()
    ['request/items/health', 'request/items/mobile']
    """
    follows = derived(project, as_of, more)
    rows: list[tuple[str, str, str, str, str]] = []
    found: tuple[tuple[str, Sequence[Finding | Fault]], ...] = (
        ("frame", follows.triage.faults),
        ("logic", follows.model_findings),
        ("request", follows.request_findings),
        ("costs", follows.appraisal_faults),
    )
    for step, things in found:
        for x in things:
            weight, place = (x.severity, where(project, x.subject_id)) if isinstance(x, Finding) else ("", x.where)
            rows.append((step, weight, x.message, x.remedy, place))
    return Table(rows, columns=["step", "weight", "message", "remedy", "where"])


def appraise(project: Project) -> Answer:
    """Step 5: what the options cost and bring against doing nothing, by the Green Book.

    Parameters
    ----------
    project : Project

    Returns
    -------
    Answer
        ``table`` has one row an option, in pounds of ``price_year``, discounted: ``pv_costs``, ``pv_benefits``,
        ``npv`` with ``npv_low`` and ``npv_high`` (every line at its worse or better end at once: bounds, not a likely
        range), ``bcr``, and ``pv_transfers``, which are no part of the others. ``value`` is a
        :class:`~workbench.domain.appraisal.appraise.Results`.

    Raises
    ------
    WorkbenchError
        When there is no option, or the lines cannot be added up; every fault is named.

    Notes
    -----
    HM Treasury, *The Green Book*: discounting, real prices, optimism bias. Draw it with
    ``wb.chart(project, "cash-flow")`` and ``wb.chart(project, "tornado")``.

    Examples
    --------
    >>> import workbench as wb
    >>> wb.appraise(wb.open_project()).table.columns[:2].tolist()
    ['option', 'preferred']
    """
    follows = derived(project)
    results = follows.results
    if results is None:
        said = " ".join(f"{f.where}: {f.message}" for f in follows.appraisal_faults)
        remedy = "Put these right in step 5." if said else "Add options and lines in step 5."
        raise WorkbenchError(said or "There are no options to appraise.", remedy, "appraisal")
    columns = ["name", "preferred", "pv_costs", "pv_benefits", "npv", "npv_low", "npv_high", "bcr"]
    rows = [[*(getattr(o, c) for c in columns), o.pv_transfers, results.price_year] for o in results.options]
    values = Table(rows, columns=["option", *columns[1:], "pv_transfers", "price_year"])
    drawn = follows.chart("cash-flow")
    base = (
        f"Present values in pounds of {financial_year(results.price_year)} over {results.horizon} "
        f"years, against “{results.baseline_name}”; {results.schedule}. Transfers are not counted."
    )
    title = drawn.title if drawn else ""
    return Answer(title=title, table=values, caption=base, notes=results.notes, value=results)


def review(project: Project, *, as_of: date | None = None, more: More = ()) -> pd.DataFrame:
    """Step 6: what a reviewer will ask, the gravest first, then what is fine. Never a score.

    Parameters
    ----------
    project : Project
    as_of : datetime.date, optional
        The day from which the time left is counted; today when left out.
    more : Imported or sequence of Imported

    Returns
    -------
    pandas.DataFrame
        ``check``, ``weight`` (blocks, weakens, fine), ``message``, ``remedy``, ``step``, ``where``.

    Examples
    --------
    >>> import workbench as wb
    >>> wb.review(wb.open_project())["weight"].iloc[0]
    'blocks'
    """
    found = derived(project, as_of, more).review
    columns = ["check", "weight", "message", "remedy", "step", "where"]
    return Table([[getattr(f, c) for c in columns] for f in found], columns=columns)


def thread(project: Project, *, as_of: date | None = None, more: More = ()) -> pd.DataFrame:
    """The thread from each need to the benefit it serves, with what is missing on the way.

    Parameters
    ----------
    project : Project
    as_of : datetime.date, optional
    more : Imported or sequence of Imported

    Returns
    -------
    pandas.DataFrame
        ``need``, ``verdict``, ``item``, ``activity``, ``outcome``, ``indicator``, ``benefit``, ``gaps`` (sentences).

    Examples
    --------
    >>> import workbench as wb
    >>> wb.thread(wb.open_project())["need"].iloc[0]
    'Which wards have most claimants?'
    """
    columns = ["need", "verdict", "item", "activity", "outcome", "indicator", "benefit"]
    rows = [[*(getattr(r, c) for c in columns), " ".join(r.gaps)] for r in derived(project, as_of, more).thread]
    return Table(rows, columns=[*columns, "gaps"])


def chart(project: Project, key: str, *, more: More = ()) -> Answer:
    """A picture of the proposal, as it stands in the app and in the document.

    Parameters
    ----------
    project : Project
    key : str
        ``comparison``, ``trend-<GSS code>``, ``wards-map``, ``wards-ranked``, ``lsoas-map``, ``logic-model``,
        ``cash-flow`` or ``tornado``.
    more : Imported or sequence of Imported

    Returns
    -------
    Answer
        ``table`` has every figure drawn; ``value`` of the tornado is a
        :class:`~workbench.domain.appraisal.sensitivity.Sensitivity`, with the switching values.

    Raises
    ------
    WorkbenchError
        When there is no picture of this name, or nothing to draw yet.

    Examples
    --------
    >>> import workbench as wb
    >>> wb.chart(wb.open_project(), "wards-map").table.columns.tolist()[:3]
    ['Code', 'Area', 'Part of']
    """
    follows = derived(project, None, more)
    if key == "logic-model":
        boxes = table(project.logic_model.nodes)
        return Answer(title="The logic model", table=boxes, svg=follows.model_svgs[0], alt=follows.model_text)
    drawn = follows.chart(key)
    if drawn is None:
        raise WorkbenchError(
            f"There is no picture “{key}” of this proposal.", f"Choose one of: {', '.join((*CHARTS, 'logic-model'))}."
        )
    value = _behind(follows, key)
    return charted(drawn, notes=getattr(value, "caveats", ()), value=value)


def _behind(follows: Derived, key: str) -> Comparison | Trend | Sensitivity | Results | None:
    """The result that a picture was drawn from, with its cautions."""
    if key.startswith("trend-"):
        return follows.trend(key.removeprefix("trend-"))
    if key == "comparison":
        return follows.comparison
    return follows.sensitivity if key == "tornado" else follows.results if key == "cash-flow" else None


def write_proposal(project: Project, path: Path | str, *, as_of: date | None = None, more: More = ()) -> Path:
    """Write the proposal as a document. An incomplete one is written too, and says what is missing.

    Parameters
    ----------
    project : Project
    path : path
        Its suffix says the format: ``.docx``, ``.odt``, ``.html`` or ``.md``.
    as_of : datetime.date, optional
        The date of the document; today when left out.
    more : Imported or sequence of Imported

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ExportError
        When it cannot be written; what was there before stays.

    Examples
    --------
    >>> import workbench as wb
    >>> wb.write_proposal(wb.open_project(), "proposal.docx")  # doctest: +SKIP
    """
    follows = derived(project, as_of, more)
    return follows.desk.write_to(follows, Path(path).expanduser())


def open_app(path: Path | str | None = None, *, who: str = "") -> LiveView:
    """The app in a notebook cell: what is typed is saved to the file, and others who have it open see it.

    Each call opens it anew, as one more person; restart the kernel to leave.

    Parameters
    ----------
    path : path, optional
        A project file (.json). Left out: the one ``WORKBENCH_PROJECT`` names, else your own copy of the sample, which
        is made when first asked for. The sample itself is never changed.
    who : str
        Your name, as others see it.

    Returns
    -------
    LiveView
        A widget: the last line of a cell shows it.

    Raises
    ------
    ProjectError
        When the file cannot be read; it is left as it is.

    Examples
    --------
    >>> import workbench as wb
    >>> wb.open_app()  # doctest: +SKIP
    """
    from workbench.app.main import build_app  # noqa: PLC0415  widgets take time to load, and only this needs them

    app = build_app(Path(path).expanduser() if path is not None else None, who=who)
    if _in_a_loop():
        app.start()
    return app.view


def _in_a_loop() -> bool:
    """Whether an event loop runs, as in a kernel; without one nobody could look for the edits of others."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
