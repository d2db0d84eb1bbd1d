"""One chart of each kind, small enough to read."""

from __future__ import annotations

from datetime import date

from workbench.charts.classes import class_edges, class_of
from workbench.charts.hexes import assign
from workbench.charts.spec import (
    Bar,
    Cell,
    Chart,
    Dot,
    HexMap,
    IntervalDots,
    Point,
    Polarity,
    Range,
    RangeBars,
    RankedBars,
    Reference,
    Series,
    Trend,
    Year,
    YearBars,
)


def dots(polarity: Polarity | None = None) -> IntervalDots:
    # Employment rate 16-64, 2023, Annual Population Survey.
    return IntervalDots(
        title="Bolton was below England",
        caption="Employment rate, 2023, with 95% intervals. Source: APS, ONS.",
        what="Employment rate",
        rows=(
            Dot("Bolton", 65.6, 59.5, 71.7, "strong", "below England"),
            Dot("Rochdale", 69.9, 64.5, 75.3, "some", "below England"),
            Dot("Oldham", 76.4, 71.9, 80.9),
            Dot("Nowhere", None, note="withheld: the sample is too small"),
        ),
        reference=Reference("England", 76.0, 75.6, 76.4),
        polarity=polarity,
    )


def trend() -> Trend:
    points = (
        Point("2021", date(2021, 12, 31), 69.1, 65.1, 73.1),
        Point("2022", date(2022, 12, 31), None, note="not published"),
        Point("2023", date(2023, 12, 31), 71.4, 66.2, 76.6),
    )
    england = tuple(Point(str(y), date(y, 12, 31), v) for y, v in ((2021, 75.1), (2022, 75.8), (2023, 76.0)))
    return Trend(
        title="Manchester has stayed below England",
        caption="Employment rate, 2021 to 2023. Source: APS, ONS.",
        series=(Series("Manchester", points, main=True), Series("England", england)),
    )


def bars() -> RankedBars:
    rows = (
        Bar("Brinnington & Central", 635.0, "strong"),
        Bar("Halliwell", 610.0),
        Bar("Elsewhere", None, "", "withheld"),
    )
    return RankedBars(
        title="Brinnington has most", caption="Claimants, October 2017.", unit="people", rows=rows, of=215, noun="ward"
    )


def hexes() -> HexMap:
    # Claimant rate, October 2017: a few wards of Bolton and Bury.
    wards = {
        "E05000650": ("Astley Bridge", "Bolton", 2.0, -2.4448, 53.6119),
        "E05000651": ("Bradshaw", "Bolton", 2.5, -2.4017, 53.6117),
        "E05000652": ("Breightmet", "Bolton", 4.9, -2.3857, 53.5834),
        "E05000653": ("Bromley Cross", "Bolton", 0.9, -2.4130, 53.6262),
        "E05000678": ("Besses", "Bury", 2.9, -2.2806, 53.5462),
        "E05000679": ("Church", "Bury", None, -2.3238, 53.5914),
    }
    at = assign({code: (lon, lat) for code, (_, _, _, lon, lat) in wards.items()})
    edges = class_edges([v for _, _, v, _, _ in wards.values() if v is not None], 3)
    cells = tuple(
        Cell(c, name, value, None if value is None else class_of(value, edges), at[c].col, at[c].row, group,
             "" if value is not None else "withheld")
        for c, (name, group, value, _, _) in wards.items()
    )  # fmt: skip
    return HexMap(title="Breightmet is highest", caption="Claimant rate.", cells=cells, edges=edges, noun="ward")


RANGES = (
    Range("Extra people in work", -120_000.0, 980_000.0, "60", "180"),
    Range("Discount rate", 430_000.0, 395_000.0, "1.5%", "3.5%"),
)


def tornado() -> RangeBars:
    return RangeBars(title="It turns on how many find work", caption="2025/26 prices.", rows=RANGES, base=410_000.0)


def money() -> YearBars:
    years = (
        Year("2026/27", 210_000.0, 0.0, -210_000.0),
        Year("2027/28", 90_000.0, 150_000.0, -150_000.0),
        Year("2028/29", 90_000.0, 260_000.0, 20_000.0),
    )
    return YearBars(title="It pays back in the third year", caption="2025/26 prices.", rows=years)


def every_kind() -> dict[str, Chart]:
    return {"dots": dots(), "trend": trend(), "bars": bars(), "hexes": hexes(), "tornado": tornado(), "money": money()}
