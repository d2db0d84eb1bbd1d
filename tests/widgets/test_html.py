"""The parts of a page: labelled, described, escaped."""

import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from workbench.widgets import html as h


class Reader(HTMLParser):
    """Reads HTML as a browser would, and keeps tags, attributes and text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)

    def one(self, tag):
        return next(a for t, a in self.tags if t == tag)


def test_a_field_has_a_label_a_hint_and_an_error_in_that_order():
    html = h.text_field("needs/n1/precision", "How exact?", "abc", hint="In points.", error="Enter a number.")
    field = Reader(html).one("input")
    assert Reader(html).one("label")["for"] == field["id"]
    assert field["aria-describedby"].split() == [f"{field['id']}-hint", f"{field['id']}-error"]
    assert field["aria-invalid"] == "true"
    assert html.index("<label") < html.index("In points.") < html.index("Enter a number.") < html.index("<input")


@given(st.text(max_size=60))
def test_no_text_can_become_markup(text):
    html = h.card(
        text,
        h.text_field("a/b", text, text, hint=text, error=text),
        h.text_area("c", text, text),
        h.button(text, "do", id=text),
    )
    clean = h.card(
        "x", h.text_field("a/b", "x", "x", hint="x", error="x"), h.text_area("c", "x", "x"), h.button("x", "do", id="x")
    )
    tags = [t for t, _ in Reader(html).tags]
    # A field without a text leaves out its hint or error, so compare as sets when the text is empty.
    assert tags == [t for t, _ in Reader(clean).tags] or not text
    values = [a["value"] for t, a in Reader(html).tags if t == "input"]
    assert values == [text]


def test_a_text_area_keeps_a_first_line_break():
    assert "<textarea" in h.text_area("a", "A", "\nx")
    assert re.search(r"<textarea[^>]*>\n\nx</textarea>", h.text_area("a", "A", "\nx"))


def test_a_table_has_a_caption_and_scopes_and_says_each_heading_again_for_a_phone():
    html = h.table("Needs", ("Need", "Verdict"), [("Which wards?", h.tag("met", "Enough as published"))], right=(1,))
    reader = Reader(html)
    assert "Needs" in reader.texts
    assert [a.get("scope") for t, a in reader.tags if t == "th"] == ["col", "col", "row"]
    assert [a["data-h"] for t, a in reader.tags if "data-h" in a] == ["Need", "Verdict"]


def test_a_verdict_has_a_shape_and_words_as_well_as_a_colour():
    assert {h.tag(s, "x").split('aria-hidden="true">')[1][0] for s in h.VERDICT_MARKS} == {"●", "◐", "○", "?"}


def test_a_choice_that_is_not_in_the_list_is_shown_and_not_lost():
    html = h.select("a", "A", "old value", [("", "Choose"), ("new", "New")])
    assert any(t == "option" and a["value"] == "old value" and "selected" in a for t, a in Reader(html).tags)


def test_a_caution_begins_take_care_once():
    assert h.take_care("Take care. It moves.") == h.take_care("It moves.")
