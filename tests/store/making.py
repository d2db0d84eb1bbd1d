"""Small figure sets and a register of areas, made up for these tests."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from workbench.domain.areas import Area, AreaRegister
from workbench.domain.figures import COLUMNS, FigureSet
from workbench.domain.provenance import Citation

CITATIONS = {
    "count": Citation(publisher="Made up", title="Counts"),
    "rate": Citation(publisher="Made up", title="Rates"),
    "revised": Citation(publisher="Made up", title="Counts", edition="Revised"),
}

A1, A2, A3, B1 = "E01000001", "E01000002", "E01000003", "E01000004"
MSOA_A, MSOA_B = "E02000001", "E02000002"
DISTRICT = "E08000001"
OLD_DISTRICT = "E08000099"

REGISTER = AreaRegister.of(
    [
        Area(DISTRICT, "Bolton", "district", "2023"),
        Area(MSOA_A, "Bolton 001", "MSOA", "2021", DISTRICT, vintages=("2011", "2021")),
        Area(MSOA_B, "Bolton 002", "MSOA", "2021", DISTRICT),
        Area(A1, "Bolton 001A", "LSOA", "2021", MSOA_A, vintages=("2011", "2021")),
        Area(A2, "Bolton 001B", "LSOA", "2021", MSOA_A),
        Area(A3, "Bolton 001C", "LSOA", "2021", MSOA_A),
        Area(B1, "Bolton 002A", "LSOA", "2021", MSOA_B),
    ]
)


def month(number: int, year: int = 2025) -> tuple[date, date]:
    """The first and the last day of a month."""
    first = pd.Timestamp(year, number, 1)
    return first.date(), (first + pd.offsets.MonthEnd(0)).date()


def row(area: str = A1, value: float = 10.0, number: int = 1, **given: Any) -> dict[str, Any]:
    """One figure: a count of people in a month of 2025, unless something else is given."""
    start, end = month(number)
    usual = {
        "area_code": area,
        "area_name": f"Area {area}",
        "level": "LSOA",
        "vintage": "2021",
        "measure": "claimants",
        "period_start": pd.Timestamp(start),
        "period_end": pd.Timestamp(end),
        "value": value,
        "unit": "people",
        "numerator": np.nan,
        "denominator": np.nan,
        "lower": np.nan,
        "upper": np.nan,
        "confidence": np.nan,
        "method": "",
        "flag": "",
        "source_id": "count",
    }
    return {**usual, **given}


def figures(*rows: dict[str, Any]) -> FigureSet:
    """Rows as a figure set, with the types that every reader gives."""
    frame = pd.DataFrame(list(rows))
    for name in frame.columns:
        if name in ("period_start", "period_end"):
            frame[name] = frame[name].astype("datetime64[us]")
        elif name in ("value", "numerator", "denominator", "lower", "upper", "confidence"):
            frame[name] = frame[name].astype("float64")
        else:
            frame[name] = frame[name].fillna("").astype("str")
    used = set(frame["source_id"])
    return FigureSet(frame, {key: c for key, c in CITATIONS.items() if key in used})


def same_rows(found: FigureSet, expected: FigureSet) -> None:
    """Fail unless two sets hold the same figures and citations, in whatever order."""
    columns = [*COLUMNS, *sorted(set(found.breakdowns) | set(expected.breakdowns))]

    def arranged(one: FigureSet) -> pd.DataFrame:
        frame = one.frame.assign(**{c: "" for c in columns if c not in one.frame.columns})[columns]
        keys = [c for c in columns if c not in ("value", "numerator", "denominator", "lower", "upper", "confidence")]
        return frame.sort_values(keys, ignore_index=True)

    pd.testing.assert_frame_equal(arranged(found), arranged(expected))
    assert found.citations == expected.citations
