"""One area marked in every chart beside the one that was clicked, in one way whatever the kind.

On screen every mark of an area carries its code as ``customdata``, so that a click says which area it was. The table
of a chart is the way by keyboard: :func:`row_codes` says which area each of its rows is of.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from workbench.charts.spec_base import Chart

AnyChart = TypeVar("AnyChart", bound=Chart)


def row_codes(chart: Chart) -> tuple[str, ...]:
    """The area code of each row of the chart's table, empty where a row is of no area.

    Examples
    --------
    >>> from workbench.charts.spec import Bar, RankedBars
    >>> chart = RankedBars(title="", caption="", rows=(Bar("Bolton", 6.4, area_code="E08000001"), Bar("Others", 2.0)))
    >>> row_codes(chart)
    ('E08000001', '')
    """
    return tuple(code for code, _ in chart.marks())


def holds(chart: Chart, area_code: str) -> bool:
    """Whether an area is drawn in a chart."""
    return bool(area_code) and area_code in row_codes(chart)


def with_selected(chart: AnyChart, area_code: str) -> AnyChart:
    """The chart with an area marked; a chart that does not hold the area is left with none marked.

    Parameters
    ----------
    chart : Chart
    area_code : str
        GSS code; empty to mark none.

    Returns
    -------
    Chart
        Of the same kind. Its text alternative ends with the figure of the area.
    """
    return replace(chart, selected=area_code if holds(chart, area_code) else "")
