"""One chart of each kind that shows an area among many, small enough to read."""

from __future__ import annotations

from datetime import date

import numpy as np

from workbench.charts.spec import Point, Series
from workbench.charts.spec_base import Chart, Polarity, Reference
from workbench.charts.spec_many import Column, Multiples, ValueRow, ValueTable
from workbench.charts.spec_map import AreaMap, MapArea
from workbench.charts.spec_spread import Funnel, FunnelDot, Limits, Spine, SpineRow, Spot, Strip

DISTRICTS = (
    ("E08000001", "Bolton", 65.6), ("E08000002", "Bury", 73.2), ("E08000003", "Manchester", 71.4),
    ("E08000004", "Oldham", 76.4), ("E08000005", "Rochdale", 69.9), ("E08000006", "Salford", 71.3),
    ("E08000007", "Stockport", 75.2), ("E08000008", "Tameside", 73.2), ("E08000009", "Trafford", None),
)  # fmt: skip
"""Employment rate of people aged 16 to 64 in 2023, Annual Population Survey; one left out to be missing."""


def strip() -> Strip:
    roles = {"E08000001": "own", "E08000005": "comparator"}
    spots = tuple(Spot(c, n, v, roles.get(c, ""), "" if v else "withheld") for c, n, v in DISTRICTS)
    return Strip(
        title="Bolton had the lowest of eight districts",
        caption="Employment rate, 2023. Source: APS, ONS.",
        what="Employment rate",
        spots=spots,
        reference=Reference("England", 76.0),
        noun="district",
    )


def limits() -> Limits:
    """95% and 99.8% limits of a share of 3%, by the normal curve."""
    x = np.array([100.0, 200.0, 400.0, 800.0, 1600.0])
    error = 100 * np.sqrt(0.03 * 0.97 / x)
    lines = (3 + z * error for z in (-1.96, 1.96, -3.09, 3.09))
    return Limits(tuple(x.tolist()), *(tuple(line.tolist()) for line in lines))


def funnel(polarity: Polarity | None = None) -> Funnel:
    dots = (
        FunnelDot("E05000001", "Halliwell", 6.5, 800.0, "strong"),
        FunnelDot("E05000002", "Bradshaw", 1.2, 400.0, "some"),
        FunnelDot("E05000003", "Astley Bridge", 3.1, 200.0, "", own=True),
        FunnelDot("E05000004", "Hulton", None, None, note="withheld"),
    )
    return Funnel(
        title="Only Halliwell differed by more than chance would explain",
        caption="Claimant rate.",
        what="Claimant rate",
        dots=dots,
        target=Reference("Bolton", 3.0),
        limits=limits(),
        denominator="People aged 16 to 64",
        noun="ward",
        polarity=polarity,
    )


def spine() -> Spine:
    rows = (
        SpineRow(measure="Employment rate", unit="percent", value=65.6, average=76.0, lowest=65.6, quarter=70.3,
                 three_quarters=74.6, highest=76.4, lower=59.5, upper=71.7, count=10, period="2023",
                 emphasis="strong", polarity=Polarity("higher", "a framework"), note="below England"),
        SpineRow(measure="Inactivity rate", unit="percent", value=30.2, average=21.0, lowest=20.3, quarter=21.5,
                 three_quarters=25.0, highest=30.2, count=10, period="2023", emphasis="some",
                 polarity=Polarity("lower", "a framework"), note="above England if looked at alone"),
        SpineRow(measure="Claimant count", unit="people", value=None, average=9_000.0, lowest=3_000.0, quarter=None,
                 three_quarters=None, highest=20_000.0, count=4, period="2025", note="withheld"),
    )  # fmt: skip
    return Spine(title="Bolton clearly differs on one", caption="Source: APS.", area="Bolton", average_name="England",
                 rows=rows, noun="district")  # fmt: skip


def multiples() -> Multiples:
    def line(code: str, name: str, values: tuple[float | None, ...], main: bool = False) -> Series:
        points = tuple(
            Point(str(2020 + i), date(2020 + i, 12, 31), v, *((v - 4, v + 4) if v else (None, None)),
                  note="" if v else "not published")
            for i, v in enumerate(values)
        )  # fmt: skip
        return Series(name, points, main, code)

    return Multiples(
        title="None of three changed",
        caption="Employment rate.",
        what="Employment rate",
        panels=(
            line("E08000001", "Bolton", (69.0, 68.5, 65.6), main=True),
            line("E08000002", "Bury", (74.0, None, 73.2)),
            line("E08000003", "Manchester", (66.8, 69.1, 71.4)),
        ),
        reference=line("E92000001", "England", (75.0, 75.4, 76.0)),
        noun="district",
    )


def square(x: float, y: float, size: float = 0.1) -> np.ndarray:
    return np.array([(x, y), (x + size, y), (x + size, y + size), (x, y + size), (x, y)])


def areas(form: str = "polygons") -> AreaMap:
    """Two districts of two squares each beside one another, one square without a figure and one with a hole."""
    hole = square(-2.37, 53.53, 0.03)[::-1]
    placed = (
        MapArea("E05000650", "Astley Bridge", 2.0, 0, "Bolton", "", (square(-2.5, 53.5),), -2.45, 53.55),
        MapArea("E05000651", "Bradshaw", 4.5, 1, "Bolton", "", (square(-2.4, 53.5), hole), -2.32, 53.58),
        MapArea("E05000678", "Besses", 5.1, 1, "Bury", "", (square(-2.3, 53.5),), -2.25, 53.55),
        MapArea("E05000679", "Church", None, None, "Bury", "not published, to protect people",
                (square(-2.3, 53.6),), -2.25, 53.65),
    )  # fmt: skip
    return AreaMap(title="Besses is highest", caption="Claimant rate.", what="Claimant rate", areas=placed,
                   edges=(3.0,), noun="ward", form=form, own="E05000650")  # fmt: skip


def values() -> ValueTable:
    rows = (
        ValueRow("Bolton", (65.6, 8_200.0), "E08000001", own=True),
        ValueRow("Trafford", (None, 3_100.0), "E08000009", note="Employment rate: withheld"),
        ValueRow("Oldham", (76.4, 7_400.0), "E08000004"),
    )
    return ValueTable(title="Rates of three districts", caption="2023.", rows=rows, noun="district",
                      columns=(Column("Employment rate", "percent"), Column("Claimants", "people")))  # fmt: skip


def drawn_kinds() -> dict[str, Chart]:
    return {
        "strip": strip(), "funnel": funnel(Polarity("lower", "a framework")), "spine": spine(),
        "multiples": multiples(), "areas": areas(), "points": areas("points"),
    }  # fmt: skip


def more_kinds() -> dict[str, Chart]:
    return {**drawn_kinds(), "values": values()}
