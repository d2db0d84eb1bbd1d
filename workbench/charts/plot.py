"""Charts on screen: a chart as a value to a plotly figure, whole before anything shows it.

The title and the caption stand in the page as text, never inside the drawing. On a phone the chart is laid out again:
names above their lines, fewer ticks, taller rows; no text is smaller than 14 px at either width. The page sets the
width; the height is fixed, so that nothing jumps when the drawing arrives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import plotly.graph_objects as go

from workbench.charts.plot_area import area_map
from workbench.charts.plot_many import multiples, spine
from workbench.charts.plot_map import hex_map
from workbench.charts.plot_rows import interval_dots, range_bars, ranked_bars
from workbench.charts.plot_spread import funnel, strip
from workbench.charts.plot_time import trend, year_bars
from workbench.charts.spec import Chart, HexMap, IntervalDots, RangeBars, RankedBars, Trend, YearBars
from workbench.charts.spec_many import Multiples, ValueTable
from workbench.charts.spec_map import AreaMap
from workbench.charts.spec_spread import Funnel, Spine, Strip
from workbench.errors import WorkbenchError

_DRAW: dict[type[Chart], Callable[[Any, bool], go.Figure]] = {
    IntervalDots: interval_dots,
    Trend: trend,
    RankedBars: ranked_bars,
    HexMap: hex_map,
    RangeBars: range_bars,
    YearBars: year_bars,
    Strip: strip,
    Funnel: funnel,
    Spine: spine,
    Multiples: multiples,
    AreaMap: area_map,
}


def config() -> dict[str, Any]:
    """What plotly.js is told beside the figure: no mode bar, no zoom, as wide as its place."""
    return {"displayModeBar": False, "responsive": True, "scrollZoom": False, "doubleClick": False, "showTips": False}


def plot(chart: Chart, *, narrow: bool = False) -> go.Figure:
    """Draw a chart for the screen.

    Parameters
    ----------
    chart : Chart
    narrow : bool
        For a place under 480 px wide.

    Returns
    -------
    plotly.graph_objects.Figure
        Complete: hand it to a ``FigureWidget`` last, since changes made after that are lost in Voila.

    Raises
    ------
    WorkbenchError
        When the chart has no rows, or is of a kind without a drawing.

    Examples
    --------
    >>> from workbench.charts.spec import Bar
    >>> rows = (Bar("A", 12.0), Bar("B", 9.0))
    >>> chart = RankedBars(title="A is highest", caption="Made up.", unit="people", rows=rows)
    >>> plot(chart).layout.title.text is None
    True
    """
    draw = _DRAW.get(type(chart))
    if isinstance(chart, ValueTable):
        raise WorkbenchError("A table of values is not drawn.", "Write its table() as a table.", chart.title)
    if draw is None:
        raise WorkbenchError(f"There is no drawing for a chart of the kind {type(chart).__name__}.")
    if chart.table().empty:
        raise WorkbenchError("There are no figures to draw.", "Choose areas and a period that are held.", chart.title)
    return draw(chart, narrow)
