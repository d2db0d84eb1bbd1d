"""A table of values as HTML that can be sorted and in which each area can be chosen, by mouse or by keyboard.

The buttons carry what the page sends back: ``sort-table`` with the column, ``mark-area`` with the area's code.
"""

from __future__ import annotations

from html import escape

from workbench.charts.spec_many import ValueTable


def table_html(chart: ValueTable, key: str, *, mark: str = "mark-area") -> str:
    """A table of values, its headings buttons that sort.

    Parameters
    ----------
    chart : ValueTable
    key : str
        Names the table to the page.
    mark : str
        The action that a press on an area sends.

    Returns
    -------
    str
        A ``table`` with a caption that screen readers say, ``scope`` on its headings, and ``aria-sort`` on the one
        that it is sorted by.

    Examples
    --------
    >>> from workbench.charts.spec_many import Column, ValueRow
    >>> rows = (ValueRow("A", (1.0,)),)
    >>> chart = ValueTable(title="Rates", caption="", columns=(Column("Rate", "percent"),), rows=rows)
    >>> 'data-h="Rate">1.0%</td>' in table_html(chart, "rates")
    True
    """
    heads = [_head(chart, key, chart.first, False), *(_head(chart, key, c.name, c.numeric) for c in chart.columns)]
    noted = any(r.note for r in chart.rows)
    if noted:
        heads.append('<th scope="col">Note</th>')
    body = []
    for row in chart.rows:
        cells = [
            f'<td{_class("wb-num" if c.numeric else "")} data-h="{escape(c.name)}">{escape(chart.text(row, i))}</td>'
            for i, c in enumerate(chart.columns)
        ]
        if noted:
            cells.append(f'<td data-h="Note">{escape(row.note)}</td>')
        chosen = bool(chart.selected) and row.area_code == chart.selected
        style = _class(" ".join(n for n, on in (("wb-own", row.own), ("wb-chosen", chosen)) if on))
        name = escape(row.label)
        if row.area_code:
            name = (
                f'<button type="button" class="wb-link" data-action="{escape(mark)}" data-id="{escape(row.area_code)}" '
                f'data-value="{escape(key)}" aria-pressed="{"true" if chosen else "false"}">{name}</button>'
            )
        body.append(f'<tr{style}><th scope="row" data-h="{escape(chart.first)}">{name}</th>{"".join(cells)}</tr>')
    return (
        f'<div class="wb-scroll"><table class="wb-table"><caption class="wb-hide">{escape(chart.title)}</caption>'
        f"<thead><tr>{''.join(heads)}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""


def _head(chart: ValueTable, key: str, name: str, numeric: bool) -> str:
    here = chart.sorted_by == name
    order = ("descending" if chart.descending else "ascending") if here else "none"
    # A second press turns the order; figures begin with the highest, names with A.
    down = not chart.descending if here else numeric
    arrow = (" ▼" if chart.descending else " ▲") if here else ""
    value = f"{name}|{'down' if down else 'up'}"
    return (
        f'<th scope="col" aria-sort="{order}"{_class("wb-num" if numeric else "")}>'
        f'<button type="button" class="wb-link" data-action="sort-table" data-id="{escape(key)}" '
        f'data-value="{escape(value)}">{escape(name)}<span aria-hidden="true">{arrow}</span></button></th>'
    )
