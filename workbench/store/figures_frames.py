"""Figures as they lie in a store: one measure at a time, the splits of a row as one text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.domain.figures import COLUMNS, DATE_COLUMNS, NUMBER_COLUMNS, FigureSet
from workbench.store.figures_plan import Sum, step_of, sum_flag, sum_method

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


def from_arrow(table: pa.Table, measure: str) -> pd.DataFrame:
    """Rows of the store as a frame with the columns of the schema, and of every split that some row has."""
    frame: pd.DataFrame = table.to_pandas(date_as_object=False)
    for name in DATE_COLUMNS:
        frame[name] = frame[name].astype("datetime64[us]")
    texts = frame.pop(SPLITS) if SPLITS in frame.columns else pd.Series("", index=frame.index)
    frame["measure"] = pd.Series(measure, index=frame.index, dtype="str")
    frame = frame[[c for c in COLUMNS if c in frame.columns]]
    kinds = {str(text): dict(json.loads(text)) for text in texts.unique() if text}
    for name in sorted({name for splits in kinds.values() for name in splits}):
        values = {text: splits.get(name, "") for text, splits in kinds.items()}
        frame[name] = texts.map(values).fillna("").astype("str")
    return frame


def from_sums(table: pa.Table, how: Sum, measure: str, said: Mapping[str, str]) -> pd.DataFrame:
    """Sums as a frame with the columns of the schema.

    Parameters
    ----------
    table : pyarrow.Table
        From :func:`~workbench.store.figures_queries.added_up` or ``added_together``.
    how : Sum
    measure : str
    said : mapping of str to str
        What every row has in common: level, vintage, splits and, of one area, its code and name.
    """
    same = {"measure": measure, "unit": how.unit, "source_id": how.source, **said}
    flags, methods = _said(table, how)
    missing = pa.nulls(len(table), pa.float64())
    columns = {
        **{name: pa.repeat(pa.scalar(text, pa.string()), len(table)) for name, text in same.items()},
        **{name: missing for name in NUMBER_COLUMNS},
        **{("area_code" if name == "whole" else name): table.column(name) for name in table.column_names},
        "flag": flags,
        "method": methods,
    }
    kept = [c for c in COLUMNS if c != "measure"]
    return from_arrow(pa.table({name: columns[name] for name in [*kept, *({SPLITS} & set(columns))]}), measure)


def _said(table: pa.Table, how: Sum) -> tuple[pa.Array, pa.Array]:
    """Flag and method of each sum: few kinds, many rows, so each text is made once."""
    kinds = pd.DataFrame({"whole": pc.is_valid(table.column("value")).to_numpy()})
    kinds["parts"] = table.column("parts").to_numpy()
    kinds["step"] = 0
    several = len(how.flags) > 1
    for i, flag in enumerate(how.flags):
        # Where all rows have one flag, none was counted.
        rows = pc.fill_null(table.column(f"flag_{i}"), 0).to_numpy() if several else kinds["parts"]
        kinds[f"has_{i}"] = rows > 0
        kinds["step"] += rows * step_of(flag)
    columns = list(kinds.columns)
    number = kinds.groupby(columns, sort=False).ngroup().to_numpy()
    flags, methods = [], []
    for kind in kinds.drop_duplicates().to_dict("records"):
        whole, parts, step = bool(kind["whole"]), int(kind["parts"]), int(kind["step"])
        held = [flag for i, flag in enumerate(how.flags) if kind[f"has_{i}"]]
        flags.append(sum_flag(held, step, whole=whole))
        methods.append(sum_method(how, parts, step) if whole else "")
    return _spread(number, flags), _spread(number, methods)


def _spread(number: Any, texts: list[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(number, pa.int32()), pa.array(texts, pa.string())).cast(pa.string())


def mixes_sources(table: pa.Table) -> bool:
    """Whether any sum has parts from two sources."""
    if "other_source" not in table.column_names:
        return False
    return bool(pc.any(pc.not_equal(table.column("source_id"), table.column("other_source"))).as_py())
