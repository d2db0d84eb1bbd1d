"""Markdown shows exactly the text it was given, and pandoc reads back what was written."""

from __future__ import annotations

import json
import subprocess
from datetime import date
from typing import Any

import pytest
from awkward import TEXTS, awkward_document
from fixed_proposal import fixed_document
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.domain.document import Document, Paragraph, Run, Section, Table, assemble, lines
from workbench.export import pandoc
from workbench.export.markdown import escape, to_markdown


def read_back(markdown: str) -> dict[str, Any]:
    done = subprocess.run(
        [pandoc.program(), "--from=markdown-smart", "--to=json"],
        input=markdown.encode("utf-8"),
        capture_output=True,
        check=True,
        timeout=60,
    )
    return json.loads(done.stdout)


def words(node: Any) -> str:
    """The text in a piece of pandoc's tree; notes are left out."""
    if isinstance(node, list):
        return "".join(words(part) for part in node)
    if not isinstance(node, dict):
        return ""
    match node.get("t"):
        case "Str":
            return str(node["c"])
        case "Space" | "SoftBreak" | "LineBreak":
            return " "
        case "Note":
            return ""
        case "RawInline":
            return " "
        case _:
            return words(node.get("c"))


def squeezed(text: str) -> str:
    return " ".join(" ".join(lines(text)).split())


def kinds(tree: dict[str, Any]) -> list[str]:
    return [block["t"] for block in tree["blocks"]]


@pytest.fixture(scope="module")
def awkward_tree() -> dict[str, Any]:
    return read_back(to_markdown(awkward_document()))


def test_every_kind_of_block_comes_back_as_what_it_was(awkward_tree):
    document = awkward_document()
    n = len(TEXTS)
    # The line of the title block, then the section; the sources are notes, which pandoc takes out of the flow.
    assert kinds(awkward_tree) == [
        "Para",
        "Header",
        *["Para"] * (2 * n),
        "BulletList",
        "OrderedList",
        "DefinitionList",
        "Table",
        *["BlockQuote"] * n,
        "Figure",
        "Para",
        "Para",
        *["Header"] * n,
    ]
    assert len(document.notes) == n


def test_every_text_comes_back_as_it_was(awkward_tree):
    paragraphs = [words(b) for b in awkward_tree["blocks"] if b["t"] == "Para"]
    for position, text in enumerate(TEXTS, start=1):
        assert squeezed(paragraphs[position]) == squeezed(text)
        assert squeezed(paragraphs[position + len(TEXTS)]) == squeezed(f"In the middle: {text} and after.")
    bullets = next(b for b in awkward_tree["blocks"] if b["t"] == "BulletList")
    assert [squeezed(words(item)) for item in bullets["c"]] == [squeezed(text) for text in TEXTS]
    cells = next(b for b in awkward_tree["blocks"] if b["t"] == "Table")["c"][4][0][3]
    assert [squeezed(words(row[1][1][4])) for row in cells] == [squeezed(text) for text in TEXTS]
    headings = [squeezed(words(b)) for b in awkward_tree["blocks"] if b["t"] == "Header"][1:]
    assert headings == [squeezed(text) for text in TEXTS]


def test_captions_alternatives_and_identifiers_are_kept(awkward_tree):
    figure = next(b for b in awkward_tree["blocks"] if b["t"] == "Figure")
    image = figure["c"][2][0]["c"][0]
    assert words(image["c"][1]) == TEXTS[0]  # pandoc makes the attribute the description of the image
    assert figure["c"][0][0] == "figure-1" or image["c"][0][0] == "figure-1"
    table = next(b for b in awkward_tree["blocks"] if b["t"] == "Table")
    assert table["c"][0][0] == "table-1"
    assert words(table["c"][1]) == "Table 1: A & B | C"
    assert [round(c[1]["c"], 1) for c in table["c"][2]] == [0.4, 0.6]
    assert [c[0]["t"] for c in table["c"][2]] == ["AlignDefault", "AlignRight"]


def test_meta_says_title_and_language(awkward_tree):
    meta = awkward_tree["meta"]
    assert words(meta["title"]) == "A & B <i>"
    assert words(meta["lang"]) == "en-GB"


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=40), min_size=1, max_size=12))
@settings(max_examples=25)
def test_any_text_comes_back_from_paragraphs_and_cells(texts):
    shown = [text for text in texts if squeezed(text)]
    blocks = [Paragraph((Run(text),)) for text in shown]
    table = Table("c", ("a", "b"), tuple(((Run("x"),), (Run(text),)) for text in shown), (50, 50), ("left", "left"))
    tree = read_back(to_markdown(one(blocks=[*blocks, table])))
    assert [squeezed(words(b)) for b in tree["blocks"] if b["t"] == "Para"] == [squeezed(text) for text in shown]
    rows = next(b for b in tree["blocks"] if b["t"] == "Table")["c"][4][0][3]
    assert [squeezed(words(row[1][1][4])) for row in rows] == [squeezed(text) for text in shown]


def one(blocks: list[Any]) -> Document:
    return assemble("T", "", date(2026, 1, 1), [Section("s", "S", 1, tuple(blocks), "1")])


def test_the_same_source_has_one_number_and_one_note():
    text = to_markdown(fixed_document())
    assert text.count("[^2]: ") == 1
    assert text.count("[^2]") > 3


def test_the_same_document_gives_the_same_text():
    assert to_markdown(fixed_document()) == to_markdown(fixed_document())


@pytest.mark.parametrize("word", ["Leads.", "Mr. Smith", "plain text", "a-b", "5 > 4 is escaped"])
def test_text_stays_readable(word):
    assert escape(word).count("\\") == word.count(">")
