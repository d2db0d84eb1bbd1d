"""The questions asked of a store of figures, as Ibis expressions: one text for DuckDB, PostgreSQL, Spark and the rest.

A value that somebody gives is a literal of an expression: Ibis types it and its compiler writes it for the engine. No
SQL is put together from values here. Importing this module imports Ibis: only an open store does.
"""

from __future__ import annotations

from datetime import date
from functools import reduce
from operator import or_

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from workbench.domain.figures import NUMBER_COLUMNS
from workbench.store.figures_frames import KEPT, KEY, ORDER, SPLITS
from workbench.store.figures_plan import Known, Sum, Wanted

MOST_LISTED = 1000
"""Codes that are written into a question; more are handed over as a table."""


def fitted(rows: ir.Table) -> ir.Table:
    """Rows with the columns and types of the store. NaN becomes null: engines sort and add the two differently."""
    columns = {}
    for name in KEPT:
        column = rows[name]
        if name in NUMBER_COLUMNS:
            number = column.cast("float64")
            columns[name] = ibis.ifelse(number.isnan(), ibis.null("float64"), number)
        elif name in ("period_start", "period_end"):
            columns[name] = column.cast("date")
        else:
            columns[name] = column.cast("string").fill_null("")
    return rows.select(**columns)


def replaced(held: ir.Table | None, new: ir.Table) -> ir.Table:
    """The rows held, with new rows in the place of those of the same key, in the order of the store."""
    rows = new if held is None else held.anti_join(new, list(KEY)).select(*KEPT).union(new.select(*KEPT))
    return rows.order_by(list(ORDER))


def facets(rows: ir.Table) -> ir.Table:
    """What kinds of row there are; see :class:`~workbench.store.figures_manifest.Facet`."""
    rows = rows.mutate(split=rows[SPLITS] != "")
    return rows.group_by(["level", "vintage", "unit", "flag", "source_id", "split"]).agg(
        rows=rows.count(),
        values=rows.value.count(),
        numerators=rows.numerator.count(),
        denominators=rows.denominator.count(),
        intervals=(rows.lower.notnull() | rows.upper.notnull() | rows.confidence.notnull()).sum(),
        first=rows.period_end.min(),
        last=rows.period_end.max(),
    )


def kinds(rows: ir.Table, *columns: str) -> ir.Table:
    """Every combination of values that some row has in these columns."""
    return rows.select(*columns).distinct()


def faults(rows: ir.Table) -> ir.Table:
    """How many rows break each rule of the schema, as one row; doubles apart, see :func:`doubles`."""
    return rows.agg(
        unflagged=(rows.value.isnull() & (rows.flag == "")).sum(),
        backwards=(rows.period_end < rows.period_start).sum(),
        outside=((rows.lower > rows.value) | (rows.upper < rows.value)).sum(),
        undated=(rows.period_start.isnull() | rows.period_end.isnull()).sum(),
        nameless=(rows.area_code == "").sum(),
    )


def doubles(rows: ir.Table) -> ir.Table:
    """One row for each key that several rows have."""
    counted = rows.group_by(list(KEY)).agg(held=rows.count())
    return counted.filter(counted.held > 1)


def filtered(rows: ir.Table, wanted: Wanted, parents: ir.Table | None = None) -> ir.Table:
    """The rows that are wanted.

    Parameters
    ----------
    rows : ibis table
    wanted : Wanted
    parents : ibis table, optional
        Of areas and what they lie in; needed for ``wanted.within``.
    """
    tests: list[ir.BooleanValue] = [
        rows[column] == value
        for column, value in (("level", wanted.level), ("vintage", wanted.vintage), ("unit", wanted.unit))
        if value
    ]
    if wanted.splits is not None:
        tests.append(rows[SPLITS] == wanted.splits)
    if wanted.areas:
        tests.append(_among(rows.area_code, wanted.areas))
    if wanted.within and parents is not None:
        tests.append(_inside(rows, wanted, parents))
    if wanted.periods:
        tests.append(reduce(or_, [_is_period(rows, *period) for period in wanted.periods]))
    if wanted.since is not None:
        tests.append(rows.period_start >= wanted.since)
    if wanted.until is not None:
        tests.append(rows.period_end <= wanted.until)
    if wanted.ending is not None:
        tests.append(rows.period_end == wanted.ending)
    return rows.filter(*tests) if tests else rows


def _is_period(rows: ir.Table, start: date, end: date) -> ir.BooleanValue:
    return (rows.period_start == start) & (rows.period_end == end)


def _among(column: ir.StringValue, codes: tuple[str, ...]) -> ir.BooleanValue:
    if len(codes) <= MOST_LISTED:
        return column.isin(list(codes))
    return column.isin(ibis.memtable(pa.table({"code": list(codes)})).code)


def _inside(rows: ir.Table, wanted: Wanted, parents: ir.Table) -> ir.BooleanValue:
    """Whether a row's area lies in another. A code may lie elsewhere in other boundaries, so vintage by vintage."""
    inside = parents.filter(parents.ancestor == wanted.within)
    return reduce(
        or_,
        [
            _of_vintage(rows, vintage, wanted)
            & rows.area_code.isin(inside.filter(inside.vintage.isin([vintage, ""])).code)
            for vintage in wanted.vintages
        ],
    )


def _of_vintage(rows: ir.Table, vintage: str, wanted: Wanted) -> ir.BooleanValue:
    return rows.vintage == vintage if len(wanted.vintages) > 1 else ibis.literal(True)


def ordered(rows: ir.Table, columns: list[str]) -> ir.Table:
    """Some columns of rows, in the order of the store."""
    return rows.select(*columns).order_by([c for c in ORDER if c in columns])


def ranked(rows: ir.Table, columns: list[str], *, highest_first: bool) -> ir.Table:
    """Rows of one period and unit with their rank. Ties share the best; a missing figure has none and comes last."""
    missing = rows.value.isnull()
    order = rows.value.desc() if highest_first else rows.value.asc()
    rank = ibis.rank().over(ibis.window(order_by=[missing.asc(), order])) + 1
    rank = ibis.ifelse(missing, ibis.null("int64"), rank.cast("int64"))
    return rows.select(*columns, rank=rank).order_by([ibis._.value.isnull(), ibis._.rank, ibis._.area_code])


def lying_in(parents: ir.Table, level: str, vintage: str, to: str, to_vintage: str) -> ir.Table:
    """Each area of a level with the one area of a higher level that it lies in; those numbered from 1 by their codes.

    Groups are made by number: that is quicker than by code.
    """
    inside = parents.filter(
        parents.level == level,
        parents.vintage.isin([vintage, ""]),
        parents.ancestor_level == to,
        parents.ancestor_vintage == to_vintage,
    )
    number = ibis.dense_rank().over(ibis.window(order_by=inside.ancestor)) + 1
    return inside.select("code", "ancestor", "ancestor_name", whole=number.cast("int32"))


def names(above: ir.Table) -> ir.Table:
    """The areas that others lie in, in order of their numbers, with their names and how many parts each has."""
    return (
        above.group_by(["whole", "ancestor"])
        .agg(area_name=above.ancestor_name.max(), parts=above.code.count())
        .order_by("whole")
    )


def added_up(rows: ir.Table, above: ir.Table, how: Sum, known: Known) -> ir.Table:
    """Figures of areas added to those of the areas they lie in, in no order; see :func:`added_together`.

    Parameters
    ----------
    rows : ibis table
        Of one level, vintage, unit and one kind of split.
    above : ibis table
        From :func:`lying_in`.
    how : Sum
    known : Known
    """
    inner = rows.inner_join(above, rows.area_code == above.code)
    # Only what is added is carried through the join.
    columns = known.read(_needed(how))
    return _sums(inner.select(*(rows[c] for c in columns), whole=above.whole), ["whole"], how)


def added_together(rows: ir.Table, how: Sum, known: Known) -> ir.Table:
    """Figures of a set of areas added to one, period by period.

    Beside the sums stands how many parts had what was added, and how many had each flag, by which a sum that lacks a
    part is seen. What the manifest says of all rows is neither read nor counted.
    """
    return _sums(rows.select(*known.read(_needed(how))), [], how)


def _needed(how: Sum) -> list[str]:
    """The columns that a sum is made of."""
    more = [*(["numerator"] if how.numerators else []), *(["denominator"] if how.denominators else [])]
    flags = ["flag"] if len(how.flags) > 1 or how.unreliable else []
    return ["period_start", "period_end", "value", *more, *flags, *([] if how.source else ["source_id"])]


def _sums(rows: ir.Table, keys: list[str], how: Sum) -> ir.Table:
    usable = rows.value.notnull()
    if how.unreliable and "flag" in rows.columns:
        usable &= ~rows.flag.isin(list(how.unreliable))
    found: dict[str, ir.Scalar] = {"values": rows.count(where=usable) if how.unreliable else rows.value.count()}
    if not how.per:
        found["value"] = rows.value.sum()
    for name in ("numerator", "denominator"):
        if name in rows.columns:
            found |= {name: rows[name].sum(), f"{name}s": rows[name].count()}
    if len(how.flags) > 1:
        found |= {f"flag_{i}": rows.count(where=rows.flag == flag) for i, flag in enumerate(how.flags)}
    if not how.source:
        found |= {"source_id": rows.source_id.min(), "other_source": rows.source_id.max()}
    periods = [c for c in ("period_end", "period_start") if c in rows.columns]
    return rows.group_by([*keys, *periods]).agg(**found)
