"""Parts of a page that more than one step uses."""

from __future__ import annotations

from workbench.app.view import View
from workbench.widgets import html as h


def chart_block(view: View, key: str, height: int) -> str:
    """A chart with its title, table and download; an empty string when there is nothing to draw.

    Parameters
    ----------
    view : View
    key : str
        Key of the chart in :class:`workbench.app.derived.Derived`.
    height : int
        Pixels held for it before it is drawn.
    """
    chart = view.derived.chart(key)
    if chart is None:
        return ""
    frame = chart.table()
    right = [i for i, kind in enumerate(frame.dtypes) if kind.kind in "fi"]
    rows = [[h.esc(_cell(value)) for value in row] for row in frame.itertuples(index=False)]
    body = h.table(chart.title, [str(c) for c in frame.columns], rows, right=right, keep=True)
    return h.chart(key, chart.title, chart.caption, chart.alt, table_html=body, height=height)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "not published" if value != value else f"{value:,.1f}"  # NaN is the only value unlike itself
    return str(value)
