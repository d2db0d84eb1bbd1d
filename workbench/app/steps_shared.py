"""Parts of a page that more than one step uses."""

from __future__ import annotations

import math
from collections.abc import Sequence

from workbench.app.view import View
from workbench.charts.select import row_codes
from workbench.domain.findings import Finding
from workbench.widgets import html as h

MOST_ROWS = 250
"""Rows of a chart's table on the page; all of them are in the download."""


def chart_block(view: View, key: str) -> str:
    """A chart with its title, table and download; an empty string when there is nothing to draw.

    Parameters
    ----------
    view : View
    key : str
        Key of the chart in :class:`workbench.app.derived.Derived`.
    """
    chart = view.derived.chart(key, view.ui)
    if chart is None:
        return ""
    frame = chart.table()
    right = [i for i, kind in enumerate(frame.dtypes) if kind.kind in "fi"]
    shown = frame.head(MOST_ROWS)
    codes = row_codes(chart)[: len(shown)]
    codes = codes if len(codes) == len(shown) else ("",) * len(shown)
    at = list(frame.columns).index("Area") if "Area" in frame else 0
    rows = []
    for values, code in zip(shown.itertuples(index=False), codes, strict=True):
        cells = [h.esc(_cell(value)) for value in values]
        cells[0] = cells[0] or "–"  # a row is told by its first cell
        cells[at] = _marker(view, values[at], code) if code else cells[at]
        rows.append(cells)
    body = h.table(chart.title, [str(c) for c in frame.columns], rows, right=right, keep=True)
    if len(frame) > len(shown):
        rest = f"The first {len(shown)} of {len(frame):,} rows. Download the figures for all of them."
        body += f'<p class="wb-src">{h.esc(rest)}</p>'
    return h.chart(
        key, chart.title, chart.caption, chart.alt, table_html=body, height=view.derived.height(key, view.ui)
    )


def _marker(view: View, name: object, code: str) -> str:
    """The name of an area in a table: a button that marks it in every chart."""
    pressed = view.ui.picked.get("area", "") == code
    return h.button(_cell(name), "mark-area", id=code, kind="link", pressed=pressed)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "not published" if math.isnan(value) else f"{value:,.1f}"
    return str(value)


def editor(delete: str, action: str, key: str, *body: str) -> str:
    """The fields of one opened row, with the buttons to close and to delete it.

    Parameters
    ----------
    delete : str
        Text of the delete button.
    action, key : str
        Its action and what it is about.
    *body : str
        HTML of the fields.
    """
    buttons = h.button("Close", "close", kind="quiet") + h.button(delete, action, id=key, kind="warn")
    return f'<div class="wb-editor">{h.join(body)}<div class="wb-row">{buttons}</div></div>'


WEIGHT_TAGS = {"blocks": ("not met", "Blocks"), "weakens": ("partly", "Weakens"), "note": ("unknown", "Note")}


def weight(severity: str) -> str:
    """The weight of a finding as a tag."""
    status, word = WEIGHT_TAGS[severity]
    return h.tag(status, word)


def findings_card(findings: Sequence[Finding], what: str, nothing: str) -> str:
    """The findings of a check as a card.

    Parameters
    ----------
    findings : sequence of Finding
    what : str
        Of what, for the caption of the table.
    nothing : str
        What to say when there are none.
    """
    if not findings:
        return h.card("Checks", h.notice(nothing, "good"), id="checks")
    rows = [(weight(f.severity), h.esc(f.message), h.esc(f.remedy)) for f in findings]
    table = h.table(f"Checks of {what}", ("Weight", "What", "What to do"), rows)
    return h.card(f"Checks: {len(findings)} to look at", table, id="checks")
