"""A chart says the same in its table, its text alternative and its summary; a missing figure is never zero."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from workbench.charts import theme
from workbench.charts.spec import Bar, Dot, HexMap, IntervalDots, Polarity, RankedBars, describe
from workbench.charts.words import say, spoken

from . import making, making_more


@pytest.mark.parametrize("kind", making.every_kind())
def test_the_table_has_a_row_for_every_row_drawn(kind):
    chart = making.every_kind()[kind]
    table = chart.table()
    if kind == "dots":
        assert table["Area"].tolist() == ["Bolton", "Rochdale", "Oldham", "Nowhere", "England"]
        assert table["Value (%)"].tolist()[:3] == [65.6, 69.9, 76.4]
    elif kind == "trend":
        assert list(zip(table["Area"], table["Period"], strict=True)) == [
            (s.name, p.label) for s in chart.series for p in s.points
        ]
    elif kind == "hexes":
        assert table["Code"].tolist() == [c.area_code for c in chart.cells]
        assert table["Value (%)"].tolist()[:2] == [2.0, 2.5]
    else:
        assert len(table) == len(chart.rows)


def test_a_missing_figure_is_empty_in_the_table_with_its_reason():
    row = making.dots().table().set_index("Area").loc["Nowhere"]
    assert math.isnan(row["Value (%)"])
    assert row["Note"] == "withheld: the sample is too small"
    assert "no figure (not published)" not in making.trend().alt
    assert "1 period without a figure" in making.trend().alt


def test_the_text_alternative_holds_every_figure_of_a_comparison():
    alt = making.dots().alt
    for said in ("Bolton 65.6% (59.5% to 71.7%), below England", "Oldham 76.4% (71.9% to 80.9%)", "England 76.0%"):
        assert said in alt
    assert "Nowhere no figure (withheld: the sample is too small)" in alt


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("trend", "Manchester: from 69.1% (65.1% to 73.1%) in 2021 to 71.4% (66.2% to 76.6%) in 2023"),
        ("bars", "Bar chart of 3 of 215 wards, in order. Brinnington & Central 635 people"),
        ("hexes", "Map of 6 wards, one hexagon each."),
        ("hexes", "1 ward without a figure."),
        ("tornado", "Extra people in work (60 to 180): minus £120,000 to £980,000; Discount rate"),
        ("money", "2028/29: costs £90,000, benefits £260,000, cumulative £20,000"),
    ],
)
def test_the_text_alternative_holds_the_key_figures(kind, said):
    assert said in making.every_kind()[kind].alt


@pytest.mark.parametrize("kind", making.every_kind() | making_more.more_kinds())
def test_the_summary_reads_as_it_did(kind, golden):
    golden(f"{kind}.txt", describe((making.every_kind() | making_more.more_kinds())[kind]))


def test_colour_follows_emphasis_alone_when_no_source_says_which_way_is_better():
    neutral = making.dots()
    assert [neutral.tone(r) for r in neutral.rows] == ["strong", "some", "plain", "plain"]
    above = IntervalDots(
        title="", caption="", rows=(Dot("A", 90.0, 85.0, 95.0, "strong"),), reference=neutral.reference
    )
    assert above.tone(above.rows[0]) == "strong"
    assert "worse" not in " ".join(text for _, text in neutral.key())


@pytest.mark.parametrize(("better", "tone"), [("higher", "strong worse"), ("lower", "strong")])
def test_a_cited_polarity_says_which_rows_are_worse(better, tone):
    chart = making.dots(Polarity(better, "Public Health Outcomes Framework"))
    assert chart.tone(chart.rows[0]) == tone
    assert chart.key()[0][1].endswith("worse" if better == "higher" else "better")


def test_a_chart_in_which_nothing_stands_out_needs_no_key():
    assert IntervalDots(title="", caption="", rows=(Dot("A", 1.0, 0.5, 1.5),)).key() == ()


def test_classes_are_named_so_that_each_value_belongs_to_one():
    chart = HexMap(title="", caption="", cells=(), edges=(1.4, 2.1))
    assert chart.class_labels == ("under 1.4%", "1.4 to under 2.1%", "2.1% and over")


def test_the_colours_of_classes_darken_at_every_step_in_grey():
    depth = [theme.luminance(c) for c in theme.SEQUENTIAL]
    assert depth == sorted(depth, reverse=True)
    assert all(a - b > 0.07 for a, b in pairwise(depth))
    assert theme.luminance(theme.PAIR[0]) - theme.luminance(theme.PAIR[1]) > 0.3


@pytest.mark.parametrize(
    ("value", "unit", "short", "whole"),
    [
        (0.0, "percent", "0.0%", "0.0%"),
        (-0.01, "percent", "0.0%", "0.0%"),
        (999_600.0, "pounds", "£1m", "£1 million"),
        (99_400.0, "pounds", "£99k", "£99,000"),
        (9_999.0, "pounds", "£9,999", "£9,999"),
        (-0.2, "pounds", "£0", "£0"),
        (float("nan"), "people", "no figure", "no figure"),
        (1_234_567.0, "households", "1,234,567", "1,234,567 households"),
    ],
)
def test_figures_are_said_as_a_reader_says_them(value, unit, short, whole):
    assert (say(value, unit), spoken(value, unit)) == (short, whole)


def test_only_a_part_of_the_areas_shown_is_said():
    assert making.bars().shown == "3 of 215 wards"
    assert RankedBars(title="", caption="", rows=(Bar("A", 1.0),), of=1).shown == ""
