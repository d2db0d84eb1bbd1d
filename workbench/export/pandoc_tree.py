"""A document as pandoc's own tree (JSON), which says widths, headers and identifiers exactly and needs no escaping.

Styles are named here and drawn in the reference documents.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from workbench.domain.document import (
    Block,
    BulletList,
    Callout,
    Definitions,
    Document,
    NumberedList,
    Paragraph,
    Picture,
    Runs,
    Sources,
    Table,
    lines,
)

Node: TypeAlias = dict[str, Any]
Pictures = Mapping[str, bytes]

API = [1, 23, 1]
TEXT_CM, TALLEST_CM = 17.0, 20.0
"""The text of an A4 page with margins of 2 cm, and the tallest a picture may be."""


def to_pandoc(document: Document, pictures: Pictures) -> str:
    """Write a document as pandoc's JSON.

    Parameters
    ----------
    document : Document
    pictures : mapping of str to bytes
        PNG by picture id; ``<id>.png`` is what the tree refers to. A picture that is not there is told in words.

    Returns
    -------
    str
    """
    meta = {"title": document.title, "subtitle": document.subtitle, "lang": "en-GB"}
    tree = {
        "pandoc-api-version": API,
        "meta": {key: {"t": "MetaInlines", "c": _words(value)} for key, value in meta.items() if value},
        "blocks": [*_opening(document), *_body(document, pictures)],
    }
    return json.dumps(tree, ensure_ascii=False)


def _opening(document: Document) -> list[Node]:
    lines = [*document.meta, ("Date", document.date_text)]
    said = [_styled("TitleBlock", _para([_strong(_words(f"{n}: ")), *_words(v)])) for n, v in lines]
    contents = [
        _styled("ContentsLine", _para([_link(f"#{s.id}", _words(f"{s.number}\u2003{s.heading}"))]))
        for s in document.sections
        if s.level == 1
    ]
    return [*said, _styled("ContentsHeading", _para(_words("Contents"))), *contents]


def _body(document: Document, pictures: Pictures) -> list[Node]:
    blocks: list[Node] = []
    for section in document.sections:
        blocks.append({"t": "Header", "c": [section.level, [section.id, [], []], _words(section.title)]})
        for block in section.blocks:
            blocks += _block(document, block, pictures)
    return blocks


def _block(document: Document, block: Block, pictures: Pictures) -> list[Node]:  # noqa: PLR0911  one for each kind
    match block:
        case Paragraph(runs=runs):
            return [_para(_runs(document, runs))]
        case Callout(kind=kind, runs=runs):
            said = [_strong(_words(f"{kind.rstrip('.')}. ")), *_runs(document, runs)]
            return [_styled("MissingPart" if kind == "Missing" else "TakeCare", _para(said))]
        case BulletList(items=items):
            return [{"t": "BulletList", "c": [[_plain(_runs(document, item))] for item in items]}]
        case NumberedList(items=items):
            return [_ordered([_plain(_runs(document, item))] for item in items)]
        case Definitions(pairs=pairs):
            return [{"t": "DefinitionList", "c": [[_words(t), [[_plain(_runs(document, runs))]]] for t, runs in pairs]}]
        case Table():
            return [_table(document, block)]
        case Picture():
            return _picture(document, block, pictures)
        case Sources():
            return [
                _ordered(
                    [_plain([{"t": "Span", "c": [[f"note-{n.number}", [], []], _words(n.text)]}])]
                    for n in document.notes
                )
            ]


def _table(document: Document, table: Table) -> Node:
    def cell(inlines: list[Node]) -> list[Any]:
        return [["", [], []], {"t": "AlignDefault"}, 1, 1, [_plain(inlines)]]

    def row(cells: list[list[Any]]) -> list[Any]:
        return [["", [], []], cells]

    columns = [
        [{"t": "AlignRight" if align == "right" else "AlignLeft"}, {"t": "ColWidth", "c": width / 100}]
        for width, align in zip(table.widths, table.aligns, strict=True)
    ]
    head = row([cell(_words(text)) for text in table.header])
    rows = [row([cell(_runs(document, runs)) for runs in cells]) for cells in table.rows]
    body = [["", [], []], int(table.row_headers), [], rows]
    caption = [None, [_plain(_words(table.label))]]
    content = [[f"table-{table.number}", [], []], caption, columns, [["", [], []], [head]], [body]]
    return {"t": "Table", "c": [*content, [["", [], []], []]]}


def _picture(document: Document, picture: Picture, pictures: Pictures) -> list[Node]:
    caption = _styled("FigureCaption", _para(_words(picture.label)))
    source = [*_words(picture.source), *_note_links(document.numbers(picture.cites))]
    below = [_styled("FigureSource", _para(source))] if source else []
    image = pictures.get(picture.id)
    if image is None:
        return [caption, _styled("FigureWords", _para(_words(picture.alt))), *below]
    size = [["width", f"{width_cm(image):.2f}cm"]]
    shown = {"t": "Image", "c": [["", [], size], _words(picture.alt), [f"{picture.id}.png", ""]]}
    return [caption, _styled("FigureImage", _para([shown])), *below]


def is_png(content: bytes) -> bool:
    """Whether the bytes begin as a PNG does, its size included."""
    return content[:8] == b"\x89PNG\r\n\x1a\n" and len(content) > 24


def width_cm(png: bytes) -> float:
    """How wide a picture is printed: as wide as the text, unless it would then be too tall for a page."""
    width, height = struct.unpack(">II", png[16:24])
    return float(min(TEXT_CM, TALLEST_CM * width / height))


# --- inlines ----------------------------------------------------------------------------------------------------------


def _runs(document: Document, runs: Runs) -> list[Node]:
    out: list[Node] = []
    for run in runs:
        said = _words(run.text)
        out += [_strong(said)] if run.strong and said else said
        out += _note_links(document.numbers(run.cites))
    return out


def _note_links(numbers: tuple[int, ...]) -> list[Node]:
    out: list[Node] = []
    for position, n in enumerate(numbers):
        mark: Node = {"t": "Superscript", "c": [{"t": "Str", "c": str(n)}]}
        out += [{"t": "Superscript", "c": [{"t": "Str", "c": ",\u202f"}]}] if position else []
        out.append(_link(f"#note-{n}", [mark]))
    return out


def _words(text: str) -> list[Node]:
    """Plain text: words, spaces and line breaks."""
    out: list[Node] = []
    for position, line in enumerate(lines(text)):
        out += [{"t": "LineBreak"}] if position else []
        for token in re.findall(r"[ \t]+|[^ \t]+", line):
            out.append({"t": "Str", "c": token} if token.strip(" \t") else {"t": "Space"})
    return out


def _strong(inlines: list[Node]) -> Node:
    return {"t": "Strong", "c": inlines}


def _link(target: str, inlines: list[Node]) -> Node:
    return {"t": "Link", "c": [["", [], []], inlines, [target, ""]]}


def _para(inlines: list[Node]) -> Node:
    return {"t": "Para", "c": inlines}


def _plain(inlines: list[Node]) -> Node:
    return {"t": "Plain", "c": inlines}


def _styled(style: str, *blocks: Node) -> Node:
    return {"t": "Div", "c": [["", [], [["custom-style", style]]], list(blocks)]}


def _ordered(items: Iterable[list[Node]]) -> Node:
    return {"t": "OrderedList", "c": [[1, {"t": "Decimal"}, {"t": "Period"}], list(items)]}
