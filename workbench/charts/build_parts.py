"""What the builders of charts share: the areas of one level at one period, checked, and what an area is called."""

from __future__ import annotations

import pandas as pd

from workbench.charts.build import group_of
from workbench.domain import words
from workbench.domain.areas import AreaRegister
from workbench.domain.figures import FigureSet
from workbench.domain.rows import (
    Row,
    check_alike,
    is_usable,
    period_of,
    records,
    same,
)
from workbench.errors import FigureMissing, NotComparable


def level_rows(figures: FigureSet, reference_code: str = "") -> tuple[list[Row], Row | None, str]:
    """The areas of one level, period and measure, the reference, and what one area is called."""
    rows = records(figures)
    if not any(is_usable(r) for r in rows):
        raise FigureMissing("There are no figures to draw.", "Choose a measure, level and period that are held.")
    check_alike(rows)
    period_of(rows)
    reference = next((r for r in rows if r["area_code"] == reference_code), None) if reference_code else None
    rows = [r for r in rows if r is not reference]
    level = str(same(rows, "level", "level", "Choose one level."))
    same(rows, "vintage", "boundaries", "Choose areas of one set of boundaries.")
    twice = pd.Series([str(r["area_code"]) for r in rows]).duplicated()
    if twice.any():
        raise NotComparable("An area has two figures for one period.", "Keep one of them.")
    return rows, reference, words.plural(level, 1)


def full_name(row: Row, areas: AreaRegister | None) -> str:
    """The name of an area, of a ward with the district it lies in."""
    name, group = str(row["area_name"]), group_of(str(row["area_code"]), areas) if row["level"] == "ward" else ""
    return f"{name}, {group}" if group else name


def usable(row: Row | None) -> bool:
    """Whether there is a figure that its publisher stands by."""
    return row is not None and is_usable(row)
