"""Tables for an analyst: pandas DataFrames that a notebook shows whole, prose to the left, numbers to the right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, is_dataclass
from typing import Any

import pandas as pd
from pydantic import BaseModel

LONGEST = 60
"""Rows that a notebook shows; a longer table shows its first and last."""
_ADDRESS = re.compile(r"https?://[^\s<>&]+")


class Table(pd.DataFrame):
    """A DataFrame whose sentences are not cut off when a notebook shows it. In all else it is a DataFrame."""

    @property
    def _constructor(self) -> Callable[..., Table]:
        return Table

    def _repr_html_(self) -> str:
        return html_of(self)


def table(values: Iterable[object]) -> Table:
    """Values of one kind as a table: the needs of a project, its data items, the lines of its appraisal.

    Parameters
    ----------
    values : iterable
        Parts of a project, or parts of a result.

    Returns
    -------
    pandas.DataFrame
        One row a value, one column a field.

    Raises
    ------
    TypeError
        When they are no such values.

    Examples
    --------
    >>> import workbench as wb
    >>> wb.table(wb.open_project().request.items)["name"].iloc[0]
    'Surname and first initial'
    """
    return Table([_fields(value) for value in values])


def _fields(value: object) -> dict[str, Any]:
    if isinstance(value, BaseModel):
        return value.model_dump()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"table() takes parts of a project or of a result, not {type(value).__name__}.")


def html_of(frame: pd.DataFrame, **options: Any) -> str:
    """A frame as HTML for a notebook.

    Parameters
    ----------
    frame : pandas.DataFrame
    **options
        Handed to :meth:`pandas.DataFrame.to_html`.
    """
    kinds = list(enumerate(frame.dtypes, start=1))
    words = [n for n, kind in kinds if not pd.api.types.is_numeric_dtype(kind)]
    dates = [n for n, kind in kinds if pd.api.types.is_datetime64_any_dtype(kind)]
    headings = 0 if options.get("index") is False else frame.index.nlevels
    # Each rule has the name of the columns it is about, so that the tables of a page do not dress each other.
    name = "-".join(["wb", *map(str, words), "d", *map(str, dates), "h", str(headings)])
    cells = [f"td:nth-of-type({n}),thead th:nth-of-type({n + headings})" for n in words]
    style = (
        f".{name} :is(td,tbody th){{vertical-align:top}}"
        f".{name} :is({','.join(['tbody th', *cells])}){{text-align:left!important}}"
        f".{name} :is({','.join(f'td:nth-of-type({n})' for n in dates)}){{white-space:nowrap}}"
    )
    body = pd.DataFrame(frame).to_html(
        classes=name, border=0, max_rows=LONGEST, index_names=False, na_rep="–", **options
    )
    more = f"<p>{len(frame):,} rows, of which {LONGEST} are shown.</p>" if len(frame) > LONGEST else ""
    return f"<style>{style}</style>{_ADDRESS.sub(_breakable, body)}{more}"


def _breakable(address: re.Match[str]) -> str:
    """An address that may go over several lines, so that it does not push the table out of the page."""
    return re.sub(r"(?<=[/_.-])(?=\w)", "<wbr>", address.group())
