"""Small figure sets for tests, made by hand: only what a test is about is written down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pandas as pd

from workbench.domain.areas import Area, AreaRegister
from workbench.domain.catalogue import Dataset
from workbench.domain.figures import COLUMNS, FigureSet, Library, validate
from workbench.domain.provenance import Citation

NAN = float("nan")
SOURCE = Citation(publisher="ONS", title="Annual Population Survey", edition="2023")

# Employment rate 16-64, calendar year 2023: value, half-width of the 95% interval. ONS local indicators, edition of
# 16 April 2024.
EMPLOYMENT_2023 = {
    "E08000001": ("Bolton", 65.6, 6.1),
    "E08000002": ("Bury", 73.2, 4.9),
    "E08000003": ("Manchester", 71.4, 5.2),
    "E08000004": ("Oldham", 76.4, 4.5),
    "E08000005": ("Rochdale", 69.9, 5.4),
    "E08000006": ("Salford", 71.3, 5.2),
    "E08000007": ("Stockport", 75.2, 4.5),
    "E08000008": ("Tameside", 73.2, 5.0),
    "E08000009": ("Trafford", 75.0, 4.9),
    "E08000010": ("Wigan", 70.0, 5.5),
}
ENGLAND_2023 = (76.0, 0.4)
MANCHESTER = (59.3, 60.0, 64.9, 63.2, 59.2, 59.7, 59.8, 58.6, 59.7, 61.6, 62.3, 62.8, 63.4, 67.4, 69.4, 66.8, 67.0,
              69.1, 67.8, 71.4)  # fmt: skip
MANCHESTER_HALF = (2.6, 2.7, 2.6, 2.6, 2.7, 2.6, 2.6, 2.6, 2.6, 2.7, 2.6, 2.6, 2.7, 2.8, 2.9, 3.1, 3.9, 4.0, 4.2, 5.2)
ENGLAND = (72.8, 72.9, 72.6, 72.6, 72.3, 70.8, 70.3, 70.0, 70.8, 71.5, 72.5, 73.8, 74.2, 75.1, 75.4, 76.0, 75.6, 75.1,
           75.8, 76.0)  # fmt: skip
ENGLAND_HALF = (*([0.2] * 16), 0.3, 0.3, 0.3, 0.4)


def row(code: str, value: float, half: float | None = None, **more: Any) -> dict[str, Any]:
    """One figure: a district's employment rate of 2023 unless told otherwise."""
    given = {
        "area_code": code,
        "area_name": code,
        "level": "district",
        "vintage": "2021",
        "measure": "employment_rate",
        "period_start": date(2023, 1, 1),
        "period_end": date(2023, 12, 31),
        "value": value,
        "unit": "percent",
        "numerator": NAN,
        "denominator": NAN,
        "lower": NAN if half is None else value - half,
        "upper": NAN if half is None else value + half,
        "confidence": NAN if half is None else 0.95,
        "method": "" if half is None else "published half-width",
        "flag": "",
        "source_id": "s",
    }
    return {**given, **more}


def figures(rows: Iterable[Mapping[str, Any]]) -> FigureSet:
    """A figure set that keeps the schema."""
    frame = pd.DataFrame(list(rows), columns=None)
    frame = frame[[*COLUMNS, *[c for c in frame.columns if c not in COLUMNS]]]
    for column in ("period_start", "period_end"):
        frame[column] = pd.to_datetime(frame[column])
    return validate(FigureSet(frame, {"s": SOURCE}))


def employment_2023() -> list[dict[str, Any]]:
    """The ten districts of Greater Manchester and England."""
    rows = [row(code, value, half, area_name=name) for code, (name, value, half) in EMPLOYMENT_2023.items()]
    return [*rows, england(*ENGLAND_2023)]


def england(value: float, half: float | None, **more: Any) -> dict[str, Any]:
    """England's figure."""
    return row("E92000001", value, half, **{"area_name": "England", "level": "nation", **more})


def manchester_and_england() -> list[dict[str, Any]]:
    """Twenty years of the employment rate of Manchester and England, ONS local indicators."""
    rows = []
    for i, year in enumerate(range(2004, 2024)):
        when = {"period_start": date(year, 1, 1), "period_end": date(year, 12, 31)}
        rows.append(row("E08000003", MANCHESTER[i], MANCHESTER_HALF[i], area_name="Manchester", **when))
        rows.append(england(ENGLAND[i], ENGLAND_HALF[i], **when))
    return rows


def wards(counts: Mapping[str, float], **more: Any) -> list[dict[str, Any]]:
    """Claimant counts of wards in October 2017, rounded to 5 by the publisher."""
    given = {
        "level": "ward",
        "measure": "claimant_count",
        "unit": "people",
        "period_start": date(2017, 10, 12),
        "period_end": date(2017, 10, 12),
        "flag": "rounded-5",
        **more,
    }
    return [row(code, value, None, **{"area_name": f"Ward {code[-2:]}", **given}) for code, value in counts.items()]


def greater_manchester(ward_count: int = 0) -> AreaRegister:
    """Greater Manchester, its ten districts, England, and so many wards of Bolton."""
    areas = [
        Area("E92000001", "England", "nation"),
        Area("E12000002", "North West", "region", parent="E92000001"),
        Area("E47000001", "Greater Manchester", "combined authority", parent="E12000002"),
    ]
    areas += [Area(c, n, "district", parent="E47000001") for c, (n, _, _) in EMPLOYMENT_2023.items()]
    areas += [Area(f"E050006{i:02}", f"Ward {i:02}", "ward", parent="E08000001") for i in range(50, 50 + ward_count)]
    return AreaRegister.of(areas)


def library(rows: Iterable[Mapping[str, Any]], datasets: Iterable[Dataset], areas: AreaRegister) -> Library:
    """A library of these figures."""
    return Library(figures(rows), tuple(datasets), areas)
