"""The web page stands alone, is accessible, and shows text as text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from awkward import TEXTS, awkward_document
from fixed_proposal import fixed_document

from workbench.domain.document import lines
from workbench.export.html import to_html, to_html_body

VOID = {"meta", "link", "img", "br", "col", "hr"}


class Page(HTMLParser):
    """Tags with their attributes, and the text; complains of what is not closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [given for name, given in self.tags if name == tag]


@pytest.fixture(scope="module")
def page(pictures) -> Page:
    return Page(to_html(fixed_document(), pictures))


def test_language_title_landmarks_and_skip_link(page):
    assert page.all("html") == [{"lang": "en-GB"}]
    assert [len(page.all(tag)) for tag in ("header", "nav", "main", "h1", "title")] == [1, 1, 1, 1, 1]
    first_link = page.all("a")[0]
    assert first_link["href"] == f"#{page.all('main')[0]['id']}"


def test_headings_never_skip_a_level(page):
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_table_has_a_caption_and_scoped_headers(page):
    assert len(page.all("table")) == len(page.all("caption")) > 15
    assert {given.get("scope") for given in page.all("th")} == {"col", "row"}


def test_every_picture_is_inside_the_page_with_its_alternative(page):
    images = page.all("img")
    assert [i["alt"] for i in images] == [p.alt for p in fixed_document().pictures]
    assert all(i["src"].startswith("data:image/png;base64,") for i in images)


def test_nothing_is_fetched_from_elsewhere(page):
    assert not page.all("script")
    assert not page.all("link")
    targets = [given[key] for _, given in page.tags for key in ("href", "src") if given.get(key)]
    assert all(t.startswith(("#", "data:")) for t in targets)


def test_every_link_leads_somewhere_and_every_id_is_there_once(page):
    ids = [given["id"] for _, given in page.tags if given.get("id")]
    assert len(set(ids)) == len(ids)
    assert {a["href"].removeprefix("#") for a in page.all("a")} <= set(ids)


def test_a_picture_that_is_not_there_is_told_in_words():
    assert "A list leads to letters." in Page(to_html(fixed_document(), {})).text


def test_text_is_shown_as_text_and_never_run(pictures):
    page = Page(to_html(awkward_document(), {"p": pictures["tornado"]}))
    assert not page.all("script")
    assert not page.all("b")
    for text in TEXTS:
        assert "\n".join(lines(text)) in page.text
    assert page.all("img")[0]["alt"] == TEXTS[0]
    assert "word with control characters" in page.text.replace("\n", "")


def test_the_preview_is_a_piece_whose_headings_fit_in_a_page():
    piece = Page(to_html_body(fixed_document()))
    assert not {tag for tag, _ in piece.tags} & {"html", "body", "main", "h1", "h2"}
    assert piece.all("h3")
    assert all(given["id"].startswith("doc-") for _, given in piece.tags if given.get("id"))


def test_the_same_document_gives_the_same_page(pictures):
    assert to_html(fixed_document(), pictures) == to_html(fixed_document(), pictures)
