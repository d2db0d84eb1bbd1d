"""The logic model drawn: every box and link there, nothing cut, nothing unescaped, arrows that cross little."""

from __future__ import annotations

import io
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from workbench.charts.logic_layout import LINE, PAD, TEXT, crossings, fold, layout, links_of, text_width
from workbench.charts.logic_model import LINES, draw_logic_model, logic_model_svg, logic_model_text
from workbench.domain.logic_model import LEVELS, Link, LogicModel, Node

SVG = "{http://www.w3.org/2000/svg}"


def node(id, level, label=""):
    return Node(id=id, level=level, label=label or id)


def link(source, target, **more):
    return Link(id=f"{source}-{target}", source=source, target=target, **more)


MODEL = LogicModel(
    nodes=(
        node("i", "input", "Matched list & two officers"),
        node("a", "activity", "Coaches contact people not yet in support"),
        node("b", "activity", "Case reviews"),
        node("o", "output", "People offered a place"),
        node("c", "outcome", 'More people "start and keep" <work>'),
        node("m", "impact", "Higher employment"),
    ),
    links=(
        link("i", "a", strength="strong"),
        link("a", "o", strength="moderate", mechanism="earlier contact works better"),
        link("o", "c", strength="weak", assumption="places exist"),
        link("c", "m"),
        link("i", "c", strength="weak"),
        link("c", "a", feedback=True),
    ),
)

ids = st.text("abcdefgh", min_size=1, max_size=3)
models = st.builds(
    lambda nodes, ends: LogicModel(
        nodes=tuple(nodes.values()),
        links=tuple(Link(id=f"k{i}", source=a, target=b, feedback=f) for i, (a, b, f) in enumerate(ends)),
    ),
    st.dictionaries(ids, st.none(), max_size=14).flatmap(
        lambda d: st.fixed_dictionaries(
            {k: st.builds(Node, id=st.just(k), level=st.sampled_from(LEVELS), label=st.text(max_size=60)) for k in d}
        )
    ),
    st.lists(st.tuples(ids, ids, st.booleans()), max_size=20),
)
both = pytest.mark.parametrize("narrow", [False, True])


@both
@given(model=models)
@settings(max_examples=60)
def test_any_model_is_well_formed_with_every_box_and_link(narrow, model):
    root = ElementTree.fromstring(logic_model_svg(model, narrow=narrow))
    drawn = [g.get("data-node") for g in root.iter(f"{SVG}g") if g.get("data-node")]
    assert sorted(drawn) == sorted(n.id for n in model.nodes)
    arrows = [g.get("data-link") for g in root.iter(f"{SVG}g") if g.get("data-link")]
    assert sorted(arrows) == sorted(k.id for k in links_of(model))


@both
@given(model=models)
@settings(max_examples=60)
def test_boxes_hold_all_their_words_and_never_overlap(narrow, model):
    placed = layout(model, narrow=narrow)
    for box in placed.boxes:
        kept = "".join("".join(box.lines).replace("-", "").split())
        assert kept == "".join((box.node.label.replace("-", "") or "").split()) or not box.node.label.split()
        assert box.h == LINE * len(box.lines) + 2 * PAD
        assert box.x >= 0
        assert box.x + box.w <= placed.width
        assert box.y + box.h <= placed.height
        assert all(text_width(t) <= box.w - 2 * PAD for t in box.lines if len(t) > 2)
    for a, b in combinations(placed.boxes, 2):
        apart = a.x + a.w <= b.x or b.x + b.w <= a.x or a.y + a.h <= b.y or b.y + b.h <= a.y
        assert apart


def test_text_is_escaped():
    text = logic_model_svg(MODEL)
    assert "<work>" not in text
    assert "&lt;work&gt;" in text
    assert "list &amp; two" in text


def test_it_is_an_image_with_a_name_and_a_long_description():
    root = ElementTree.fromstring(logic_model_svg(MODEL, prefix="p"))
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "p-t p-d"
    assert root.find(f"{SVG}title").text == "Logic model"
    assert root.find(f"{SVG}desc").text == logic_model_text(MODEL)


def test_the_words_say_every_box_and_what_is_said_of_each_link(golden):
    golden("logic-model.txt", logic_model_text(MODEL))
    text = logic_model_text(MODEL)
    assert '“People offered a place” leads to “More people "start and keep" <work>” (assuming places exist' in text
    assert "feeds back to" in text


def test_every_line_style_that_is_drawn_stands_in_the_key_and_no_other():
    words = " ".join(t.text or "" for t in ElementTree.fromstring(logic_model_svg(MODEL)).iter(f"{SVG}text"))
    assert all(said in words for _, _, _, said in LINES.values())
    few = MODEL.with_(links=(link("i", "a", strength="strong"),))
    words = " ".join(t.text or "" for t in ElementTree.fromstring(logic_model_svg(few)).iter(f"{SVG}text"))
    assert "Strong evidence" in words
    assert "Weak evidence" not in words


def test_links_without_ends_to_themselves_or_twice_are_left_out():
    odd = MODEL.with_(links=(link("i", "gone"), link("a", "a"), link("i", "a"), Link(id="x", source="i", target="a")))
    assert [k.id for k in links_of(odd)] == ["i-a"]


def test_feedback_runs_back_under_the_boxes():
    placed = layout(MODEL)
    back = next(a for a in placed.arrows if a.kind == "feedback")
    lowest = max(b.y + b.h for b in placed.boxes)
    assert max(y for _, y in back.points) > lowest


def test_an_arrow_over_several_columns_passes_between_boxes():
    nodes = (node("i", "input"), node("a1", "activity"), node("a2", "activity"), node("c", "outcome"))
    placed = layout(LogicModel(nodes=nodes, links=(link("i", "a1"), link("i", "a2"), link("i", "c"))))
    long = next(a for a in placed.arrows if a.link.target == "c")
    columns = [b for b in placed.boxes if b.node.level == "activity"]
    inside = [(x, y) for x, y in long.points for b in columns if b.x <= x <= b.x + b.w and b.y <= y <= b.y + b.h]
    assert inside == []


def test_the_order_of_boxes_takes_crossings_away():
    nodes = tuple(node(f"{c}{i}", level) for level, c in (("input", "x"), ("activity", "y")) for i in range(4))
    links = tuple(link(f"x{i}", f"y{3 - i}") for i in range(4))
    assert (
        crossings([["x0", "x1", "x2", "x3"], ["y0", "y1", "y2", "y3"]], {f"x{i}": [f"y{3 - i}"] for i in range(4)}) == 6
    )
    placed = layout(LogicModel(nodes=nodes, links=links))
    height = {b.node.id: b.y for b in placed.boxes}
    left = sorted((f"x{i}" for i in range(4)), key=height.get)
    assert [f"y{3 - int(x[1])}" for x in left] == sorted((f"y{i}" for i in range(4)), key=height.get)


def test_what_is_selected_stands_out_and_the_rest_steps_back():
    root = ElementTree.fromstring(logic_model_svg(MODEL, selected="a"))
    faint = {g.get("data-node") or g.get("data-link") for g in root.iter(f"{SVG}g") if g.get("opacity")}
    assert faint == {"b", "m", "o-c", "c-m", "i-c"}
    assert "opacity" not in logic_model_svg(MODEL, selected="")


def test_a_long_word_is_broken_not_cut():
    assert (
        "".join(fold("Donaudampfschifffahrtsgesellschaft", 100)).replace("-", "")
        == "Donaudampfschifffahrtsgesellschaft"
    )


@pytest.mark.parametrize(("width_mm", "upright"), [(160, True), (247, False)])
def test_for_a_document_it_has_its_width_and_text_of_eight_points(width_mm, upright):
    picture = Image.open(io.BytesIO(draw_logic_model(MODEL, width_mm=width_mm, dpi=72)))
    assert picture.width == pytest.approx(width_mm / 25.4 * 72, abs=1)
    laid_out_for = min(TEXT / 8 * width_mm / 25.4 * 72, 980)
    assert TEXT * width_mm / 25.4 * 72 / laid_out_for >= 8 - 1e-9
    assert draw_logic_model(MODEL, width_mm=width_mm, format="svg") == draw_logic_model(
        MODEL, width_mm=width_mm, format="svg"
    )


def test_an_empty_model_still_shows_its_columns():
    root = ElementTree.fromstring(logic_model_svg(LogicModel()))
    assert [t.text for t in root.iter(f"{SVG}text")] == ["Inputs", "Activities", "Outputs", "Outcomes", "Impact"]
    assert draw_logic_model(LogicModel(), dpi=50)
