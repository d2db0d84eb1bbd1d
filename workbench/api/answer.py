"""An answer as an analyst gets it: the headline, the picture, the table, the source and the cautions, together."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.api.tables import Table, html_of
from workbench.charts.plot import config, plot
from workbench.charts.spec import Chart
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    import plotly.graph_objects as go

PLOTLY = "application/vnd.plotly.v1+json"


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Answer:
    """A result with its words. As the last line of a notebook cell it shows itself whole.

    Attributes
    ----------
    title : str
        The result as a sentence, computed from it.
    table : pandas.DataFrame
        Its rows.
    chart : Chart or None
        The chart as a value, when there is one; :attr:`figure` draws it.
    svg : str
        A drawing that is no chart (the logic model), or an empty string.
    caption : str
        What, when, with which interval, from which source.
    alt : str
        The picture in words, for those who cannot see it.
    notes : tuple of str
        Cautions, each beginning “Take care.”, and how the result was reached.
    value : object
        The frozen result of the domain, for example a :class:`~workbench.domain.comparison.Comparison`.
    """

    title: str
    table: pd.DataFrame
    chart: Chart | None = None
    svg: str = ""
    caption: str = ""
    alt: str = ""
    notes: tuple[str, ...] = ()
    value: object = None

    @property
    def figure(self) -> go.Figure:
        """The chart as a plotly figure, to change or to save.

        Raises
        ------
        WorkbenchError
            When the answer has no chart.
        """
        if self.chart is None:
            raise WorkbenchError("This answer has no chart.", "Use its table.", self.title)
        return plot(self.chart)

    def __repr__(self) -> str:
        return "\n".join(part for part in (self.title, self.caption, *self.notes) if part)

    def _ipython_display_(self) -> None:
        """Show everything in a cell, in reading order."""
        from IPython.display import display  # noqa: PLC0415  only a notebook asks for it

        for bundle in self.bundles():
            display(bundle, raw=True)  # type: ignore[no-untyped-call]

    def bundles(self) -> list[dict[str, Any]]:
        """What a notebook shows, one MIME bundle for each part; each can be read as plain text too.

        The figure goes as plotly's own MIME type, which JupyterLab draws with the script it has installed: nothing is
        fetched, and no copy of plotly.js is stored in the notebook.
        """
        said = [f"<p>{escape(note)}</p>" for note in (self.caption, *self.notes) if note]
        if self.alt:
            said.append(f"<details><summary>The picture in words</summary><p>{escape(self.alt)}</p></details>")
        after = _html("".join(said), "\n".join(p for p in (self.caption, *self.notes, self.alt) if p))
        return [_html(f"<h3>{escape(self.title)}</h3>", self.title), self._picture(), after]

    def _picture(self) -> dict[str, Any]:
        if self.chart is not None:
            return {PLOTLY: {**self.figure.to_plotly_json(), "config": config()}, "text/plain": self.alt}
        if self.svg:
            return _html(self.svg, self.alt)
        return _html(html_of(self.table, index=False, float_format=_short), self.table.to_string(float_format=_short))


def charted(
    chart: Chart, table: pd.DataFrame | None = None, notes: tuple[str, ...] = (), value: object = None
) -> Answer:
    """A chart with its own words, and what it was drawn from."""
    held = Table(chart.table() if table is None else table)
    return Answer(
        title=chart.title, table=held, chart=chart, caption=chart.caption, alt=chart.alt, notes=notes, value=value
    )


def _html(html: str, text: str) -> dict[str, Any]:
    return {"text/html": html, "text/plain": text}


def _short(value: float) -> str:
    """A number for the eye; the table holds it in full."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.2f}"
