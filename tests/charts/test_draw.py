"""In documents: the size that was asked for, the same bytes each time, text that is not cut."""

from __future__ import annotations

import io
import sys
from xml.etree import ElementTree

import matplotlib as mpl
import pytest
from PIL import Image

from workbench.charts.draw import STYLE, TEXT_PT, draw
from workbench.charts.spec import Bar, IntervalDots, RankedBars
from workbench.errors import ExportError, WorkbenchError

from . import making, making_more

KINDS = making.every_kind() | making_more.drawn_kinds()
every = pytest.mark.parametrize("kind", KINDS)


@every
def test_a_picture_has_the_width_that_was_asked_for(kind):
    picture = Image.open(io.BytesIO(draw(KINDS[kind], width_mm=160, dpi=100)))
    assert picture.format == "PNG"
    assert picture.width == pytest.approx(160 / 25.4 * 100, abs=1)


@every
def test_the_same_chart_gives_the_same_bytes(kind):
    assert draw(KINDS[kind], dpi=60) == draw(KINDS[kind], dpi=60)
    assert draw(KINDS[kind], format="svg") == draw(KINDS[kind], format="svg")


def test_an_svg_is_well_formed_and_carries_no_date():
    text = draw(KINDS["dots"], format="svg").decode()
    assert ElementTree.fromstring(text).tag.endswith("svg")
    assert "<dc:date>" not in text


@every
def test_nothing_touches_the_edge_of_the_sheet(kind):
    grey = Image.open(io.BytesIO(draw(KINDS[kind], dpi=100))).convert("L")
    w, h = grey.size
    edges = [grey.crop(box) for box in ((0, 0, w, 2), (0, h - 2, w, h), (0, 0, 2, h), (w - 2, 0, w, h))]
    assert min(edge.getextrema()[0] for edge in edges) > 250


def test_drawing_leaves_no_trace_in_the_settings_of_others():
    before = dict(mpl.rcParams)
    draw(KINDS["bars"], dpi=60)
    assert dict(mpl.rcParams) == before
    assert TEXT_PT >= 8
    assert STYLE["font.size"] == TEXT_PT


def test_settings_of_others_do_not_change_the_drawing():
    plain = draw(KINDS["bars"], dpi=60)
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red"}):
        assert draw(KINDS["bars"], dpi=60) == plain


def test_a_dollar_in_a_name_is_a_dollar():
    rows = (Bar("A $1 b $2", 1.0),)
    assert draw(RankedBars(title="", caption="", unit="people", rows=rows), format="svg")


def test_no_figures_is_said():
    with pytest.raises(WorkbenchError, match="no figures to draw"):
        draw(IntervalDots(title="", caption="", rows=()))


def test_without_matplotlib_the_remedy_is_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ExportError, match="documents"):
        draw(KINDS["bars"])
