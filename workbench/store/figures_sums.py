"""Sums that an engine made, as figures: which of them are whole, in which order, with which flag and method."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.store.figures_frames import SPLITS, from_arrow
from workbench.store.figures_plan import Known, Sum, step_of, sum_flag, sum_method

PIECE = 131_072
"""Sums that are worked on at a time."""


def worked_out(table: pa.Table, parts: pa.Table | int, how: Sum) -> pa.Table:
    """Sums in order of area and period, missing where they lack a part, with flag and method.

    A step apart from :func:`from_sums`: what the engine answered can be let go of before a frame is made.

    Parameters
    ----------
    table : pyarrow.Table
        From :func:`~workbench.store.figures_queries.added_up` or ``added_together``.
    parts : pyarrow.Table or int
        The areas that were added up to, from :func:`~workbench.store.figures_queries.names`; or how many parts one area
        has.
    how : Sum
    """
    area = None if isinstance(parts, int) else table.column("whole").to_numpy() - 1
    order = _order(table, area)
    pieces = []
    # A piece at a time: what is worked out on the way to an answer of a million rows would weigh more than the answer.
    for at in range(0, len(order), PIECE):
        rows = order[at : at + PIECE]
        place = None if area is None else pa.array(area[rows])
        pieces.append(_piece(table.take(rows), parts, place, how))
    return pa.concat_tables(pieces) if pieces else _piece(table, parts, None if area is None else pa.array(area), how)


def from_sums(found: pa.Table, how: Sum, known: Known, said: Mapping[str, str]) -> pd.DataFrame:
    """Sums as a frame with the columns of the schema.

    Parameters
    ----------
    found : pyarrow.Table
        From :func:`worked_out`.
    how : Sum
    known : Known
    said : mapping of str to str
        What every row has in common: measure, level, vintage and, of one area, its code and name.
    """
    pa.default_memory_pool().release_unused()
    texts = {"unit": how.unit, SPLITS: known.texts[SPLITS], **({"source_id": how.source} if how.source else {}), **said}
    nulls = frozenset({"numerator", "denominator", "lower", "upper", "confidence"} - set(found.column_names))
    return from_arrow(found, said["measure"], Known(texts, nulls, known.periods))


def _piece(table: pa.Table, parts: pa.Table | int, place: pa.Array | None, how: Sum) -> pa.Table:
    """Some sums in their order, with what has to be worked out for each."""
    columns: dict[str, pa.ChunkedArray | pa.Array] = {}
    if isinstance(parts, int):
        count = np.full(len(table), parts)
    else:
        count = parts.column("parts").take(place).to_numpy()
        columns |= {
            "area_code": parts.column("ancestor").take(place),
            "area_name": parts.column("area_name").take(place),
        }
    numbers = _numbers(table, count, how)
    kinds = _Kinds(table, count, ~np.isnan(numbers["value"]), how)
    columns |= {name: pa.array(values, from_pandas=True) for name, values in numbers.items()}
    columns |= {"flag": kinds.spread(kinds.flags()), "method": kinds.spread(kinds.methods())}
    columns |= {c: table.column(c) for c in ("period_start", "period_end", "source_id") if c in table.column_names}
    return pa.table(columns)


def mixes_sources(table: pa.Table) -> bool:
    """Whether any sum has parts from two sources."""
    if "other_source" not in table.column_names:
        return False
    return bool(pc.any(pc.not_equal(table.column("source_id"), table.column("other_source"))).as_py())


def _order(table: pa.Table, area: np.ndarray | None) -> np.ndarray:
    """The order of area and period. Sorting numbers here costs less than sorting texts in the engine."""
    keys = [
        table.column(c).cast(pa.int32()).to_numpy() for c in ("period_start", "period_end") if c in table.column_names
    ]
    return np.lexsort([*keys, area] if area is not None else keys)


def _numbers(table: pa.Table, parts: np.ndarray, how: Sum) -> dict[str, np.ndarray]:
    """Sums that lack no part, NaN for the others; a rate from its numerator and denominator."""

    def whole(name: str) -> np.ndarray:
        summed = table.column(name).cast(pa.float64()).to_numpy()
        return np.where(table.column(f"{name}s").to_numpy() == parts, summed, np.nan)

    found = {name: whole(name) for name in ("numerator", "denominator") if name in table.column_names}
    if not how.per:
        return {**found, "value": whole("value")}
    counted = np.where(found["denominator"] == 0, np.nan, found["denominator"])
    rate = how.per * found["numerator"] / counted
    return {**found, "value": np.where(table.column("values").to_numpy() == parts, rate, np.nan)}


class _Kinds:
    """The kinds of sum there are: few, whatever the number of sums, so each text is made once."""

    def __init__(self, table: pa.Table, parts: np.ndarray, whole: np.ndarray, how: Sum) -> None:
        self._how = how
        several = len(how.flags) > 1
        # Where all rows have one flag, none was counted.
        counts = [table.column(f"flag_{i}").to_numpy() if several else parts for i in range(len(how.flags))]
        step = sum(rows * step_of(flag) for rows, flag in zip(counts, how.flags, strict=True))
        columns = [whole, parts, np.broadcast_to(step, parts.shape), *(rows > 0 for rows in counts)]
        self._kinds, self._number = _distinct([column.astype(np.int64) for column in columns])

    def flags(self) -> list[str]:
        """The flag of each kind."""
        return [
            sum_flag([f for f, h in zip(self._how.flags, has, strict=True) if h], step, whole=bool(whole))
            for whole, _, step, *has in self._kinds
        ]

    def methods(self) -> list[str]:
        """The method of each kind."""
        return [sum_method(self._how, parts) if whole else "" for whole, parts, *_ in self._kinds]

    def spread(self, texts: list[str]) -> pa.ChunkedArray:
        """Each sum's text, from that of its kind."""
        return pa.chunked_array([pa.array(texts, pa.large_string()).take(pa.array(self._number))])


def _distinct(columns: list[np.ndarray]) -> tuple[list[list[int]], np.ndarray]:
    """The distinct rows of some columns of whole numbers, and for each row which of them it is."""
    number, kinds = np.zeros(len(columns[0]), np.int64), 1
    for column in columns:
        size = int(column.max(initial=0)) + 1
        if kinds * size >= 2**62:  # numbered anew, so that no product grows too large
            number, kinds = pd.factorize(number)[0], len(number)
        number, kinds = number * size + column, kinds * size
    number = pd.factorize(number)[0]
    first = np.zeros(number.max(initial=-1) + 1, np.int64)
    first[number[::-1]] = np.arange(len(number))[::-1]
    return [[int(column[at]) for column in columns] for at in first], number
