"""Figures as they lie in a store: one measure at a time, the splits of a row as one text."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.domain.figures import COLUMNS, DATE_COLUMNS, NUMBER_COLUMNS, FigureSet
from workbench.store.figures_plan import Known

SPLITS = "splits"
"""Column with the splits of a row as JSON, ``{"sex": "female"}``; empty for a figure that is not split."""

KEPT = (*(c for c in COLUMNS if c != "measure"), SPLITS)
"""Columns of a file or table. The measure is said by which file or table it is."""

KEY = ("area_code", "vintage", "unit", "period_start", "period_end", SPLITS)
"""What tells one figure of a measure from another."""

ORDER = ("area_code", "period_end", "period_start", "vintage", "unit", SPLITS)
"""How rows are sorted: a reader of one area's history then reads one place of the file."""

PARENTS = ("code", "vintage", "level", "ancestor", "ancestor_name", "ancestor_level", "ancestor_vintage")
"""Columns of the table of areas and of the areas they lie in, at every level above; an area lies in itself."""

CHUNK = 8_192

SCHEMA = pa.schema(
    [(c, pa.date32() if c in DATE_COLUMNS else pa.float64() if c in NUMBER_COLUMNS else pa.string()) for c in KEPT]
)


def splits_text(splits: Mapping[str, str]) -> str:
    """The splits of a row as one text, the same for the same splits.

    Examples
    --------
    >>> splits_text({"sex": "female", "age": ""}), splits_text({})
    ('{"sex": "female"}', '')
    """
    named = {name: value for name, value in sorted(splits.items()) if value}
    return json.dumps(named, ensure_ascii=False) if named else ""


def to_arrow(figures: FigureSet) -> pa.Table:
    """The rows of one measure as they are kept. A missing number is null, never NaN and never zero."""
    frame = figures.frame.assign(**{SPLITS: _splits(figures)})
    columns = []
    for name in KEPT:
        column = frame[name]
        if name in DATE_COLUMNS:
            columns.append(pa.array(pd.to_datetime(column).dt.date, pa.date32()))
        elif name in NUMBER_COLUMNS:
            columns.append(pa.array(column.astype("float64"), pa.float64(), from_pandas=True))
        else:
            columns.append(pa.array(column.fillna("").astype("str"), pa.string()))
    return pa.table(columns, schema=SCHEMA)


def _splits(figures: FigureSet) -> pd.Series | str:
    names = list(figures.breakdowns)
    if not names:
        return ""
    columns = figures.frame[names].fillna("").astype("str")
    # Few combinations, many rows: each text is made once.
    number = columns.groupby(names, sort=False).ngroup()
    kinds = columns.drop_duplicates()
    said = pd.Series([splits_text(dict(zip(names, row, strict=True))) for row in kinds.itertuples(index=False)])
    return pd.Series(said.to_numpy()[number.to_numpy()], index=figures.frame.index)


def from_arrow(table: pa.Table, measure: str, known: Known) -> pd.DataFrame:
    """Rows of the store as a frame with the columns of the schema, and of every split that some row has.

    Parameters
    ----------
    table : pyarrow.Table
        What was read. A column beside those of the store stays, after them.
    measure : str
    known : Known
        What was not read, for every row has the same.
    """
    rows = len(table)
    columns = {name: table.column(name) for name in table.column_names}
    columns |= {name: same(text, rows) for name, text in {**known.texts, "measure": measure}.items()}
    if "period_start" not in columns:
        columns["period_start"] = _starts(columns["period_end"], known)
    texts = columns.pop(SPLITS)
    named = list(dict.fromkeys([c for c in COLUMNS if c in columns] + list(columns)))
    # A column of dates becomes one of times, as every reader of files gives it.
    arrays = [columns[c].cast(pa.timestamp("us")) if c in DATE_COLUMNS else columns[c] for c in named]
    frame: pd.DataFrame = pa.table(arrays, names=named).to_pandas(split_blocks=True)
    for name in sorted(known.nulls, key=COLUMNS.index):
        frame.insert(COLUMNS.index(name), name, np.nan)
    kinds = {str(text): dict(json.loads(text)) for text in pc.unique(texts).to_pylist() if text}
    for name in sorted({name for splits in kinds.values() for name in splits}):
        values = {text: splits.get(name, "") for text, splits in kinds.items()}
        frame[name] = texts.to_pandas().map(values).fillna("").astype("str")
    return frame


def same(text: str, rows: int) -> pa.ChunkedArray:
    """A column that has one text in every row; however many there are, the text lies in memory a few thousand times."""
    chunk = pa.repeat(pa.scalar(text, pa.large_string()), min(rows, CHUNK))
    whole, rest = divmod(rows, CHUNK)
    return pa.chunked_array([chunk] * whole + ([chunk.slice(0, rest)] if rest else []), pa.large_string())


def _starts(ends: pa.ChunkedArray, known: Known) -> pa.Array:
    """The first day of each period, from the last."""
    days = np.array([end for _, end in known.periods], "datetime64[D]")
    starts = np.array([start for start, _ in known.periods], "datetime64[D]")
    return pa.array(starts[np.searchsorted(days, ends.to_numpy().astype("datetime64[D]"))], pa.date32())
