"""Word: the reference document pandoc takes its styles from, and what pandoc leaves to be done."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from workbench.domain.document import Document, Table
from workbench.export.look import (
    AIR_PT,
    FONT,
    INK,
    LINE,
    LINK,
    MARGIN_MM,
    MEANING,
    PAGE_MM,
    STYLES,
    TEXT_MM,
    WASH,
    Style,
    page_beginnings,
)
from workbench.export.package import edited, parse, written

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
PIC = "{http://schemas.openxmlformats.org/drawingml/2006/picture}"
_XMLNS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

_NAMES = {"Heading1": "heading 1", "Heading2": "heading 2", "Heading3": "heading 3", "BodyText": "Body Text"} | {
    "FirstParagraph": "First Paragraph",
    "TableCaption": "Table Caption",
    "DefinitionTerm": "Definition Term",
    "Footer": "footer",
}


def _twips(mm: float) -> int:
    """Twentieths of a point."""
    return round(mm / 25.4 * 1440)


# --- the reference document -------------------------------------------------------------------------------------------


def reference(default: bytes, title: str) -> bytes:
    """Pandoc's own reference document in our look: A4, English (UK), a footer with the title and page numbers.

    Parameters
    ----------
    default : bytes
        What ``pandoc --print-default-data-file reference.docx`` gives.
    title : str
        For the footer.
    """
    return edited(
        default,
        {
            "word/styles.xml": _styles,
            "word/document.xml": _page,
            "word/_rels/document.xml.rels": lambda x: _add(
                x, f'<Relationship Id="rIdFooter" Type="{_R}/footer" Target="footer1.xml"/>'
            ),
            "[Content_Types].xml": lambda x: _add(
                x,
                '<Override PartName="/word/footer1.xml" ContentType='
                '"application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/>',
            ),
        },
        {"word/footer1.xml": _footer(title)},
    )


def _add(xml: bytes, element: str) -> bytes:
    head, close, tail = xml.decode("utf-8").rpartition("</")
    return f"{head}{element}{close}{tail}".encode()


def _page(xml: bytes) -> bytes:
    root = parse(xml)
    section = root.find(f".//{W}sectPr")
    if section is None:
        raise ValueError("The reference document has no section.")
    section.clear()
    ET.SubElement(section, f"{W}footerReference", {f"{W}type": "default", f"{{{_R}}}id": "rIdFooter"})
    ET.SubElement(section, f"{W}pgSz", {f"{W}w": str(_twips(PAGE_MM[0])), f"{W}h": str(_twips(PAGE_MM[1]))})
    sides = dict.fromkeys(("top", "right", "bottom", "left"), _twips(MARGIN_MM)) | {"header": 567, "footer": 567}
    ET.SubElement(section, f"{W}pgMar", {f"{W}{side}": str(size) for side, size in sides.items()} | {f"{W}gutter": "0"})
    return written(root)


def _footer(title: str) -> bytes:
    def mark(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    def field(code: str) -> str:
        instruction = f'<w:r><w:instrText xml:space="preserve"> {code} </w:instrText></w:r>'
        return f"{mark('begin')}{instruction}{mark('separate')}<w:r><w:t>1</w:t></w:r>{mark('end')}"

    def text(words: str) -> str:
        return f'<w:r><w:t xml:space="preserve">{escape(words)}</w:t></w:r>'

    shown = title if len(title) <= 80 else f"{title[:79].rstrip()}…"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><w:ftr {_XMLNS}><w:p><w:pPr><w:pStyle w:val="Footer"/>'
        f'<w:pBdr><w:top w:val="single" w:sz="4" w:space="6" w:color="{LINE}"/></w:pBdr>'
        f'<w:tabs><w:tab w:val="right" w:pos="{_twips(TEXT_MM)}"/></w:tabs></w:pPr>'
        f"{text(shown)}<w:r><w:tab/></w:r>{text('Page ')}{field('PAGE')}{text(' of ')}{field('NUMPAGES')}"
        "</w:p></w:ftr>"
    ).encode()


def _styles(xml: bytes) -> bytes:
    root = parse(xml)
    old = root.find(f"{W}docDefaults")
    if old is None:
        raise ValueError("The reference document has no defaults.")
    root.remove(old)
    root.insert(0, ET.fromstring(_defaults()))
    ours = [*(_paragraph_style(s) for s in STYLES), _table_style(), _link_style()]
    ids = {re.search(r'w:styleId="([^"]+)"', s).group(1) for s in ours}  # type: ignore[union-attr]
    # The character styles linked to our headings would bring pandoc's colours back.
    for style in root.findall(f"{W}style"):
        if style.get(f"{W}styleId", "").removesuffix("Char") in ids:
            root.remove(style)
    root.extend(ET.fromstring(s) for s in ours)
    return written(root)


def _fonts() -> str:
    return f'<w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:cs="{FONT}" w:eastAsia="{FONT}"/>'


def _defaults() -> str:
    return (
        f'<w:docDefaults {_XMLNS}><w:rPrDefault><w:rPr>{_fonts()}<w:color w:val="{INK}"/><w:sz w:val="21"/>'
        '<w:szCs w:val="21"/><w:lang w:val="en-GB" w:eastAsia="en-GB" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>"
    )


def _paragraph_style(style: Style) -> str:
    sides = [f'<w:left w:val="single" w:sz="36" w:space="8" w:color="{style.bar}"/>'] if style.bar else []
    sides += [f'<w:top w:val="single" w:sz="8" w:space="6" w:color="{style.top_rule}"/>'] if style.top_rule else []
    parts = [
        "<w:keepNext/>" * style.keep,
        "<w:keepLines/>" * (style.keep or bool(style.ground)),
        "<w:widowControl/>",
        f"<w:pBdr>{''.join(sorted(sides, reverse=True))}</w:pBdr>" if sides else "",
        f'<w:shd w:val="clear" w:color="auto" w:fill="{style.ground}"/>' if style.ground else "",
        f'<w:spacing w:before="{round(style.before * 20)}" w:after="{round(style.after * 20)}" '
        f'w:line="{round(style.line * 240)}" w:lineRule="auto"/>',
        '<w:ind w:left="227"/>' if style.bar else "",
        f'<w:outlineLvl w:val="{style.level - 1}"/>' if style.level else "",
    ]
    normal = style.word == "Normal"
    default = ' w:default="1"' if normal else ""
    based = "" if normal else '<w:basedOn w:val="Normal"/>'
    following = '<w:next w:val="BodyText"/>' if style.level else ""
    weight = "<w:b/><w:bCs/>" if style.bold else ""
    size = round(style.size * 2)
    return (
        f'<w:style {_XMLNS} w:type="paragraph" w:styleId="{style.word}"{default}>'
        f'<w:name w:val="{_NAMES.get(style.word, style.word)}"/>{based}{following}<w:qFormat/>'
        f"<w:pPr>{''.join(parts)}</w:pPr><w:rPr>{_fonts()}{weight}"
        f'<w:color w:val="{style.colour}"/><w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr></w:style>'
    )


def _table_style() -> str:
    def rule(side: str, size: int, colour: str) -> str:
        return f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="{colour}"/>'

    return (
        f'<w:style {_XMLNS} w:type="table" w:styleId="Table"><w:name w:val="Table"/><w:qFormat/>'
        f"<w:tblPr><w:tblBorders>{rule('top', 8, INK)}{rule('bottom', 4, MEANING)}{rule('insideH', 4, LINE)}"
        '</w:tblBorders><w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="100" w:type="dxa"/></w:tblCellMar>'
        f'</w:tblPr><w:tblStylePr w:type="firstRow"><w:tcPr><w:tcBorders>{rule("bottom", 8, INK)}</w:tcBorders>'
        f'<w:shd w:val="clear" w:color="auto" w:fill="{WASH}"/><w:vAlign w:val="bottom"/></w:tcPr></w:tblStylePr>'
        "</w:style>"
    )


def _link_style() -> str:
    return (
        f'<w:style {_XMLNS} w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/>'
        f'<w:rPr><w:color w:val="{LINK}"/></w:rPr></w:style>'
    )


# --- finishing what pandoc wrote --------------------------------------------------------------------------------------


def finished(docx: bytes, document: Document) -> bytes:
    """Do what pandoc does not: column widths, rows that stay whole, a contents field, language, plain picture names.

    Parameters
    ----------
    docx : bytes
    document : Document
        Its tables and pictures are in the same order.
    """
    return edited(
        docx,
        {
            "word/document.xml": lambda xml: _document(xml, document),
            "word/settings.xml": _settings,
        },
    )


def _settings(xml: bytes) -> bytes:
    root = parse(xml)
    language = root.find(f"{W}themeFontLang")
    if language is not None:
        language.set(f"{W}val", "en-GB")
    return written(root)


def _document(xml: bytes, document: Document) -> bytes:
    root = parse(xml)
    tables = [b for section in document.sections for b in section.blocks if isinstance(b, Table)]
    for element, table in zip(root.iter(f"{W}tbl"), tables, strict=True):
        _table(element, table)
    for number, picture in enumerate(root.iter(f"{WP}inline"), start=1):
        for properties in (*picture.iter(f"{WP}docPr"), *picture.iter(f"{PIC}cNvPr")):
            properties.set("name", f"Figure {number}")
        inner = picture.find(f".//{PIC}cNvPr")
        outer = picture.find(f"{WP}docPr")
        if inner is not None and outer is not None:
            inner.set("descr", outer.get("descr", ""))
    _contents_field(root)
    _air(root)
    _new_pages(root, document)
    return written(root)


def _table(element: ET.Element, table: Table) -> None:
    sizes = [_twips(TEXT_MM * width / 100) for width in table.widths]
    properties = element.find(f"{W}tblPr")
    grid = element.find(f"{W}tblGrid")
    if properties is None or grid is None:
        raise ValueError("A table has no properties.")
    _set_width(properties, sum(sizes))
    look = properties.find(f"{W}tblLook")
    if look is not None and table.row_headers:
        look.set(f"{W}firstColumn", "1")
    for column, size in zip(grid, sizes, strict=True):
        column.set(f"{W}w", str(size))
    for position, row in enumerate(element.findall(f"{W}tr")):
        _row(row, sizes, position == 0)


def _set_width(properties: ET.Element, total: int) -> None:
    for tag in ("tblW", "tblLayout"):
        for found in properties.findall(f"{W}{tag}"):
            properties.remove(found)
    at = 1 + next((i for i, child in enumerate(properties) if child.tag == f"{W}tblStyle"), -1)
    properties.insert(at, ET.Element(f"{W}tblW", {f"{W}w": str(total), f"{W}type": "dxa"}))
    after = next((i for i, c in enumerate(properties) if c.tag in {f"{W}tblLook", f"{W}tblCaption"}), len(properties))
    properties.insert(after, ET.Element(f"{W}tblLayout", {f"{W}type": "fixed"}))


def _row(row: ET.Element, sizes: Sequence[int], is_head: bool) -> None:
    properties = row.find(f"{W}trPr")
    if properties is None:
        properties = ET.Element(f"{W}trPr")
        row.insert(0, properties)
    properties.insert(0, ET.Element(f"{W}cantSplit"))
    for cell, size in zip(row.findall(f"{W}tc"), sizes, strict=True):
        inner = cell.find(f"{W}tcPr")
        if inner is None:
            inner = ET.Element(f"{W}tcPr")
            cell.insert(0, inner)
        for found in inner.findall(f"{W}tcW"):
            inner.remove(found)
        inner.insert(0, ET.Element(f"{W}tcW", {f"{W}w": str(size), f"{W}type": "dxa"}))
        for style in cell.iter(f"{W}pStyle"):
            style.set(f"{W}val", "TableHead" if is_head else "TableText")


def _style_of(paragraph: ET.Element) -> str:
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    return "" if style is None else style.get(f"{W}val", "")


def _air(root: ET.Element) -> None:
    """The paragraph after a table or a list is given the space that Word leaves out, unless it has enough."""
    enough = {style.word for style in STYLES if style.before >= AIR_PT}
    for body in root.iter(f"{W}body"):
        flow = [child for child in body if child.tag in {f"{W}tbl", f"{W}p"}]
        for before, after in pairwise(flow):
            properties = after.find(f"{W}pPr")
            if properties is None or _style_of(after) in enough:
                continue
            ends_list = _is_item(before) and not _is_item(after)
            if before.tag == f"{W}tbl" or ends_list:
                spacing = ET.Element(f"{W}spacing", {f"{W}before": str(AIR_PT * 20)})
                properties.append(spacing)  # pandoc gives such paragraphs a style and at most a list


def _is_item(element: ET.Element) -> bool:
    return element.find(f"{W}pPr/{W}numPr") is not None


def _new_pages(root: ET.Element, document: Document) -> None:
    """The first section and the first annex begin a page."""
    headings = [p for p in root.iter(f"{W}p") if _style_of(p) == "Heading1"]
    for heading, begins in zip(headings, page_beginnings(document), strict=True):
        properties = heading.find(f"{W}pPr")
        if begins and properties is not None:
            properties.insert(1, ET.Element(f"{W}pageBreakBefore"))


def _contents_field(root: ET.Element) -> None:
    """Put the lines of the contents inside a field, so that Word can renew them with page numbers when asked to."""
    lines = [p for p in root.iter(f"{W}p") if _style_of(p) == "ContentsLine"]
    if not lines:
        return
    code = ET.Element(f"{W}r")
    ET.SubElement(code, f"{W}instrText", {"{http://www.w3.org/XML/1998/namespace}space": "preserve"})
    code[0].text = r' TOC \o "1-1" \h \z \u '
    for position, run in enumerate((_mark("begin"), code, _mark("separate")), start=1):
        lines[0].insert(position, run)
    lines[-1].append(_mark("end"))


def _mark(kind: str) -> ET.Element:
    run = ET.Element(f"{W}r")
    ET.SubElement(run, f"{W}fldChar", {f"{W}fldCharType": kind})
    return run
