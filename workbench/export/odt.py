"""OpenDocument: the reference document pandoc takes its styles from, and what pandoc leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from workbench.domain.document import Document, Picture, Table
from workbench.export.look import (
    AIR_PT,
    FONT,
    INK,
    LINE,
    LINK,
    MARGIN_MM,
    PAGE_MM,
    STYLES,
    TEXT_MM,
    WASH,
    Style,
    page_beginnings,
)
from workbench.export.package import edited, parse, written

_ODF = "urn:oasis:names:tc:opendocument:xmlns"
NS = {name: f"{{{_ODF}:{name}:1.0}}" for name in ("office", "style", "text", "table", "meta")} | {
    "draw": f"{{{_ODF}:drawing:1.0}}",
    "fo": f"{{{_ODF}:xsl-fo-compatible:1.0}}",
    "svg": f"{{{_ODF}:svg-compatible:1.0}}",
    "xlink": "{http://www.w3.org/1999/xlink}",
    "dc": "{http://purl.org/dc/elements/1.1/}",
}


def _q(name: str) -> str:
    """``fo:margin`` as ElementTree writes it."""
    prefix, _, local = name.partition(":")
    return f"{NS[prefix]}{local}"


def _el(name: str, /, *children: ET.Element, **given: str) -> ET.Element:
    """An element; ``fo_font_size`` is the attribute ``fo:font-size``."""
    pairs = {}
    for key, value in given.items():
        prefix, _, local = key.partition("_")
        pairs[_q(f"{prefix}:{local.replace('_', '-')}")] = value
    element = ET.Element(_q(name), pairs)
    element.extend(children)
    return element


# --- the reference document -------------------------------------------------------------------------------------------


def reference(default: bytes, title: str) -> bytes:
    """Pandoc's own reference document in our look: A4, English (UK), a footer with the title and page numbers.

    Parameters
    ----------
    default : bytes
        What ``pandoc --print-default-data-file reference.odt`` gives.
    title : str
        For the footer.
    """
    return edited(default, {"styles.xml": lambda xml: _styles(xml, title)})


def _styles(xml: bytes, title: str) -> bytes:
    root = parse(xml)
    common = root.find(_q("office:styles"))
    automatic = root.find(_q("office:automatic-styles"))
    if common is None or automatic is None:
        raise ValueError("The reference document has no styles.")
    ours = {style.odf for style in STYLES} | {"Internet_20_link"}
    for style in common.findall(_q("style:style")):
        if style.get(_q("style:name")) in ours:
            common.remove(style)
    common.extend(_style(style) for style in STYLES)
    link = _el("style:text-properties", fo_color=f"#{LINK}", style_text_underline_style="none")
    common.append(_el("style:style", link, style_name="Internet_20_link", style_family="text"))
    _language(root)
    _page(root, title)
    return written(root)


def _language(root: ET.Element) -> None:
    for default in root.iter(_q("style:default-style")):
        for text in default.findall(_q("style:text-properties")):
            text.set(_q("fo:language"), "en")
            text.set(_q("fo:country"), "GB")


def _style(style: Style) -> ET.Element:
    paragraph = _el(
        "style:paragraph-properties",
        fo_margin_top=f"{style.before}pt",
        fo_margin_bottom=f"{style.after}pt",
        fo_line_height=f"{round(style.line * 100)}%",
        fo_text_align="start",
        fo_text_indent="0cm",
        fo_orphans="2",
        fo_widows="2",
        fo_keep_with_next="always" if style.keep else "auto",
        **({"fo_keep_together": "always"} if style.keep or style.ground else {}),
        **({"fo_background_color": f"#{style.ground}"} if style.ground else {}),
        **(
            {"fo_border_left": f"4.5pt solid #{style.bar}", "fo_padding": "0.12cm", "fo_margin_left": "0.1cm"}
            if style.bar
            else {}
        ),
        **({"fo_border_top": f"1pt solid #{style.top_rule}", "fo_padding_top": "0.2cm"} if style.top_rule else {}),
    )
    text = _el(
        "style:text-properties",
        fo_font_family=FONT,
        style_font_name=FONT,
        fo_font_size=f"{style.size}pt",
        fo_font_weight="bold" if style.bold else "normal",
        fo_font_style="normal",
        fo_color=f"#{style.colour}",
        fo_language="en",
        fo_country="GB",
    )
    level = {"style_default_outline_level": str(style.level)} if style.level else {}
    # Of our own names, each stands alone; Standard is what the others of the package build on.
    parent = {} if style.odf == "Standard" else {"style_parent_style_name": "Standard"}
    display = style.odf.replace("_20_", " ")
    return _el(
        "style:style",
        paragraph,
        text,
        style_name=style.odf,
        style_display_name=display,
        style_family="paragraph",
        **parent,
        **level,
    )


def _page(root: ET.Element, title: str) -> None:
    for layout in root.iter(_q("style:page-layout-properties")):
        for side in ("top", "bottom", "left", "right"):
            layout.set(_q(f"fo:margin-{side}"), f"{MARGIN_MM / 10}cm")
        layout.set(_q("fo:page-width"), f"{PAGE_MM[0] / 10}cm")
        layout.set(_q("fo:page-height"), f"{PAGE_MM[1] / 10}cm")
    for footer in root.iter(_q("style:footer")):
        for child in list(footer):
            footer.remove(child)
        footer.append(_footer(title))
    automatic = root.find(_q("office:automatic-styles"))
    if automatic is not None:
        tabs = _el("style:tab-stops", _el("style:tab-stop", style_position=f"{TEXT_MM / 10}cm", style_type="right"))
        properties = _el(
            "style:paragraph-properties", tabs, fo_border_top=f"0.5pt solid #{LINE}", fo_padding_top="0.2cm"
        )
        automatic.append(
            _el(
                "style:style",
                properties,
                style_name="FooterLine",
                style_family="paragraph",
                style_parent_style_name="Footer",
            )
        )


def _footer(title: str) -> ET.Element:
    line = _el("text:p", text_style_name="FooterLine")
    line.text = title if len(title) <= 80 else f"{title[:79].rstrip()}…"
    tab, page, count = _el("text:tab"), _el("text:page-number", text_select_page="current"), _el("text:page-count")
    tab.tail, page.text, page.tail, count.text = "Page ", "1", " of ", "1"
    line.extend((tab, page, count))
    return line


# --- finishing what pandoc wrote --------------------------------------------------------------------------------------


def finished(odt: bytes, document: Document, shown: Sequence[Picture]) -> bytes:
    """Do what pandoc does not: text alternatives of pictures, column widths, rules of tables, language, date.

    Parameters
    ----------
    odt : bytes
    document : Document
        Its tables are in the same order.
    shown : sequence of Picture
        The pictures whose bytes were there, in order.
    """
    return edited(
        odt,
        {"content.xml": lambda xml: _content(xml, document, shown), "meta.xml": lambda xml: _meta(xml, document)},
    )


def _meta(xml: bytes, document: Document) -> bytes:
    root = parse(xml)
    stamp = f"{document.date.isoformat()}T00:00:00"
    for name in ("meta:creation-date", "dc:date"):
        for found in root.iter(_q(name)):
            found.text = stamp
    inner = root.find(_q("office:meta"))
    if inner is not None and inner.find(_q("dc:language")) is None:
        language = _el("dc:language")
        language.text = "en-GB"
        inner.append(language)
    return written(root)


def _content(xml: bytes, document: Document, shown: Sequence[Picture]) -> bytes:
    root = parse(xml)
    blocks = [block for section in document.sections for block in section.blocks]
    automatic = root.find(_q("office:automatic-styles"))
    if automatic is None:
        raise ValueError("The document has no styles of its own.")
    _cells(automatic)
    _items(automatic)
    tables = [b for b in blocks if isinstance(b, Table)]
    for element, table in zip(root.iter(_q("table:table")), tables, strict=True):
        _table(element, table, automatic)
    _alternatives(root, shown)
    for link in root.iter(_q("text:a")):
        link.set(_q("text:style-name"), "Internet_20_link")
        link.set(_q("text:visited-style-name"), "Internet_20_link")
        for span in link.iter(_q("text:span")):
            if span.get(_q("text:style-name")) == "Definition":
                span.set(_q("text:style-name"), "Internet_20_link")
    _new_pages(root, document, automatic)
    return written(root)


def _new_pages(root: ET.Element, document: Document, automatic: ET.Element) -> None:
    """The first section and the first annex begin a page."""
    page = _el("style:paragraph-properties", fo_break_before="page")
    automatic.append(
        _el(
            "style:style",
            page,
            style_name="HeadingOnNewPage",
            style_family="paragraph",
            style_parent_style_name="Heading_20_1",
        )
    )
    headings = [h for h in root.iter(_q("text:h")) if h.get(_q("text:outline-level")) == "1"]
    for heading, begins in zip(headings, page_beginnings(document), strict=True):
        if begins:
            heading.set(_q("text:style-name"), "HeadingOnNewPage")


def _alternatives(root: ET.Element, shown: Sequence[Picture]) -> None:
    frames = [f for f in root.iter(_q("draw:frame")) if f.find(_q("draw:image")) is not None]
    for frame, picture in zip(frames, shown, strict=True):
        for old in (*frame.findall(_q("svg:title")), *frame.findall(_q("svg:desc"))):
            frame.remove(old)
        name, words = _el("svg:title"), _el("svg:desc")
        name.text, words.text = f"Figure {picture.number}", picture.alt
        frame.extend((name, words))


def _items(automatic: ET.Element) -> None:
    """Items of a list stand a little apart."""
    for style in automatic.findall(_q("style:style")):
        if style.get(_q("style:list-style-name")):
            for properties in style.findall(_q("style:paragraph-properties")):
                properties.set(_q("fo:margin-bottom"), "3pt")


def _cells(automatic: ET.Element) -> None:
    """Rules between rows and a tinted header, as in Word."""
    looks = {
        "TableHeaderRowCell": {
            "fo_border_top": f"1pt solid #{INK}",
            "fo_border_bottom": f"1pt solid #{INK}",
            "fo_background_color": f"#{WASH}",
            "style_vertical_align": "bottom",
        },
        "TableRowCell": {"fo_border_bottom": f"0.5pt solid #{LINE}", "style_vertical_align": "top"},
    }
    for style in automatic.findall(_q("style:style")):
        look = looks.get(style.get(_q("style:name"), ""))
        if look:
            style[:] = [_el("style:table-cell-properties", fo_padding="0.05cm", fo_padding_right="0.18cm", **look)]
    automatic.append(
        _el(
            "style:style",
            _el("style:table-row-properties", fo_keep_together="always"),
            style_name="WholeRow",
            style_family="table-row",
        )
    )


def _table(element: ET.Element, table: Table, automatic: ET.Element) -> None:
    name = element.get(_q("table:style-name"), "")
    for style in automatic.findall(_q("style:style")):
        if style.get(_q("style:name")) == name:
            size = _el(
                "style:table-properties",
                style_width=f"{TEXT_MM / 10}cm",
                table_align="left",
                fo_margin_bottom=f"{AIR_PT}pt",
            )
            style[:] = [size]
    for position, (column, width) in enumerate(
        zip(element.findall(_q("table:table-column")), table.widths, strict=True)
    ):
        own = f"{name}.Width{position}"
        column.set(_q("table:style-name"), own)
        size = _el("style:table-column-properties", style_column_width=f"{TEXT_MM * width / 1000:.3f}cm")
        automatic.append(_el("style:style", size, style_name=own, style_family="table-column"))
    for row in element.iter(_q("table:table-row")):
        row.set(_q("table:style-name"), "WholeRow")
    # Pandoc sets the first cell of each row as a heading; in Word it is not bold, and long questions read better so.
    for row in element.findall(_q("table:table-row")):
        for text in row.iter(_q("text:p")):
            if text.get(_q("text:style-name")) == "Table_20_Heading":
                text.set(_q("text:style-name"), "Table_20_Contents")
