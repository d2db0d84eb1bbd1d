"""The newer kinds on screen: the numbers plotly gets, the codes a click brings, one way to mark an area."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from workbench.charts import theme
from workbench.charts.draw import draw
from workbench.charts.plot import plot
from workbench.charts.select import holds, row_codes, with_selected
from workbench.charts.spec_base import Polarity
from workbench.charts.spec_map import AreaMap, MapArea
from workbench.charts.table_html import table_html
from workbench.errors import WorkbenchError

from . import making, making_more

KINDS = making.every_kind() | making_more.more_kinds()
CLICKED = ["strip", "funnel", "multiples", "areas", "points"]


def numbers(value) -> list[float]:
    """An array of plotly's JSON: base64 of its bytes, or a list."""
    if isinstance(value, dict):
        return np.frombuffer(base64.b64decode(value["bdata"]), dtype=np.dtype(value["dtype"])).tolist()
    return [v for v in value if v is not None]


def traces(chart, **how) -> list[dict]:
    return json.loads(plot(chart, **how).to_json())["data"]


@pytest.mark.parametrize("kind", CLICKED)
@pytest.mark.parametrize("narrow", [False, True])
def test_a_click_on_any_area_with_a_figure_says_its_code(kind, narrow):
    chart = KINDS[kind]
    table = chart.table()
    heading = next(c for c in table.columns if c.startswith("Value"))
    due = {c for c, v in zip(row_codes(chart), table[heading].notna(), strict=True) if c and v} - {"E92000001"}
    reached = set()
    for t in traces(chart, narrow=narrow):
        if "customdata" in t:
            assert t["hoverinfo"] != "skip"  # plotly sends no click for what cannot be pointed at
            assert len(t["customdata"]) == len(numbers(t["x"]) if isinstance(t["x"], dict) else t["x"])
            reached |= set(t["customdata"]) - {None}
    assert due <= reached


def test_the_strip_gets_every_value_at_its_place():
    got = sorted(x for t in traces(KINDS["strip"]) if "customdata" in t for x in numbers(t["x"]))
    assert got == sorted(s.value for s in KINDS["strip"].held)


def test_the_funnel_gets_values_against_denominators_and_the_limits():
    found = {t.get("name"): t for t in traces(KINDS["funnel"])}
    assert numbers(found["strong worse"]["x"]) == [800.0]
    assert numbers(found["strong worse"]["y"]) == [6.5]
    assert numbers(found["target"]["y"]) == [3.0, 3.0]
    limits = making_more.limits()
    kept = numbers(found["upper95"]["x"])
    assert numbers(found["upper95"]["y"]) == [limits.at("upper95", x) for x in kept]


def test_a_limit_between_two_denominators_lies_on_the_line():
    limits = making_more.limits()
    assert limits.at("upper95", 300.0) == pytest.approx((limits.upper95[1] + limits.upper95[2]) / 2)
    assert np.isnan(limits.at("upper95", 99.0))


def test_without_a_cited_polarity_no_colour_judges_in_a_funnel():
    assert {making_more.funnel().tone(d) for d in making_more.funnel().held} == {"strong", "some", "plain"}
    assert "strong worse" in {t for t, _ in making_more.funnel(Polarity("lower", "x")).key()}


def test_each_class_of_a_map_is_one_filled_line_and_holes_stay_holes():
    found = {t["name"]: t for t in traces(KINDS["areas"])}
    assert {"under 3.0%", "3.0% and over", "no figure", "borders", "words", "outline E05000650"} <= set(found)
    high = found["3.0% and over"]
    assert high["fill"] == "toself"
    x, y = np.array(numbers(high["x"])), np.array(numbers(high["y"]))
    rings = np.split(np.column_stack([x, y]), np.flatnonzero(np.isnan(x)))
    turns = []
    for ring in rings:
        a, b = ring[~np.isnan(ring[:, 0])].T
        if len(a):
            turns.append(np.sign(np.dot(a[:-1], b[1:]) - np.dot(a[1:], b[:-1])))
    assert turns == [1, -1, 1]  # the square, its hole, the other square
    assert found["no figure"]["fillpattern"]["shape"] == "/"


def test_a_picture_is_a_data_uri_that_is_not_blank_and_asks_nobody():
    figure = json.loads(plot(making_more.areas("picture")).to_json())
    source = figure["layout"]["images"][0]["source"]
    assert source.startswith("data:image/png;base64,")
    picture = Image.open(io.BytesIO(base64.b64decode(source.split(",")[1]))).convert("RGB")
    assert {tuple(bytes.fromhex(c[1:])) for c in theme.shades(2)} <= {c for _, c in picture.getcolors(1 << 20)}
    assert "://" not in json.dumps(figure)


def test_without_matplotlib_a_picture_says_what_to_do(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    with pytest.raises(WorkbenchError, match="matplotlib") as caught:
        plot(making_more.areas("picture"))
    assert "smaller part" in caught.value.remedy


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_classes_can_be_told_apart_in_grey(count):
    depth = [theme.luminance(c) for c in theme.shades(count)]
    contrast = [(a + 0.05) / (b + 0.05) for a, b in pairwise(depth)]
    assert min(contrast) > 1.3
    assert (theme.luminance(theme.RANGE) + 0.05) / (theme.luminance(theme.QUARTERS) + 0.05) > 1.3


def test_a_table_of_values_is_never_a_picture():
    for drawing in (plot, draw):
        with pytest.raises(WorkbenchError, match="not drawn") as caught:
            drawing(KINDS["values"])
        assert "table()" in caught.value.remedy


@pytest.mark.parametrize("count", [1, 4, 7, 30])
@pytest.mark.parametrize("narrow", [False, True])
def test_small_multiples_of_any_number_have_a_sensible_height(count, narrow):
    one = KINDS["multiples"].panels[0]
    chart = replace(KINDS["multiples"], panels=tuple(replace(one, name=f"Area {i}") for i in range(count)))
    per_panel = plot(chart, narrow=narrow).layout.height / (-(-count // (2 if narrow else 6)))
    assert 100 < per_panel < 400


# --- marking one area in all ------------------------------------------------------------------------------------------


def coded(kind: str):
    """A chart of the kind whose rows have codes."""
    if kind in ("dots", "bars"):
        chart = KINDS[kind]
        rows = tuple(replace(r, area_code=f"E0800000{i}") for i, r in enumerate(chart.rows, start=1))
        return replace(chart, rows=rows)
    if kind == "trend":
        return replace(KINDS[kind], series=tuple(replace(s, area_code=s.name) for s in KINDS[kind].series))
    return KINDS[kind]


@pytest.mark.parametrize("kind", ["dots", "bars", "trend", "hexes", "strip", "funnel", "multiples", "areas", "points"])
@pytest.mark.parametrize("narrow", [False, True])
def test_a_selected_area_is_marked_on_screen_in_documents_and_in_words(kind, narrow):
    chart = coded(kind)
    code = row_codes(chart)[1] or row_codes(chart)[0]
    marked = with_selected(chart, code)
    assert marked.selected == code
    assert plot(marked, narrow=narrow).to_json() != plot(chart, narrow=narrow).to_json()
    assert marked.alt.startswith(chart.alt)
    assert " Selected: " in marked.alt


@pytest.mark.parametrize("kind", ["strip", "funnel", "multiples", "areas", "points", "hexes"])
def test_a_selected_area_is_marked_in_documents(kind):
    chart = KINDS[kind]
    assert draw(with_selected(chart, row_codes(chart)[1]), dpi=60) != draw(chart, dpi=60)


def test_a_chart_that_does_not_hold_the_area_is_left_alone():
    assert with_selected(KINDS["strip"], "E06000001") == KINDS["strip"]
    assert not holds(KINDS["money"], "")
    assert with_selected(with_selected(KINDS["strip"], "E08000001"), "").selected == ""


@pytest.mark.parametrize("kind", KINDS)
def test_each_row_of_a_table_has_its_code_or_none(kind):
    codes = row_codes(KINDS[kind])
    assert len(codes) in (0, len(KINDS[kind].table()))


# --- the table in the page --------------------------------------------------------------------------------------------


def test_a_table_sorts_and_chooses_by_buttons():
    html = table_html(with_selected(KINDS["values"].sorted("Claimants", descending=True), "E08000004"), "rates")
    assert html.index("Bolton") < html.index("Oldham") < html.index("Trafford")
    assert '<th scope="col" aria-sort="descending" class="wb-num">' in html
    assert 'data-action="sort-table" data-id="rates" data-value="Claimants|up"' in html
    assert 'data-action="mark-area" data-id="E08000004" data-value="rates" aria-pressed="true"' in html
    assert 'data-h="Employment rate">–</td>' in html
    assert "Employment rate: withheld" in html


def test_names_from_outside_are_made_safe_in_maps_and_tables():
    evil = MapArea("E05000001", "<img src=x>", 1.0, 0, "<b>", "", (making_more.square(-2.5, 53.5),), -2.4, 53.6)
    chart = AreaMap(title="", caption="", areas=(evil,), edges=(), own="E05000001")
    assert "<img" not in plot(chart).to_json()
    rows = tuple(replace(r, label="<img src=x>") for r in KINDS["values"].rows)
    assert "<img" not in table_html(replace(KINDS["values"], rows=rows), "k")
