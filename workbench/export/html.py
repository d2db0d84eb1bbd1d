"""A document as one accessible HTML page that needs nothing else: pictures and style are in it, and it prints on A4."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from html import escape
from importlib.resources import files

from workbench.domain.document import (
    Block,
    BulletList,
    Callout,
    Definitions,
    Document,
    NumberedList,
    Paragraph,
    Picture,
    Run,
    Runs,
    Section,
    Sources,
    Table,
    lines,
)

Pictures = Mapping[str, bytes]


def to_html(document: Document, pictures: Pictures) -> str:
    """Write a document as a page of its own.

    Parameters
    ----------
    document : Document
    pictures : mapping of str to bytes
        PNG by picture id. A picture that is not there is told in words in its place.

    Returns
    -------
    str
        The same document and pictures always give the same text.
    """
    style = files("workbench.export").joinpath("document.css").read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_esc(document.title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        '<a class="skip" href="#main">Skip to main content</a>\n'
        f"<header>{_title_block(document, 1)}</header>\n"
        f'<nav aria-labelledby="contents"><h2 id="contents">Contents</h2>{_contents(document)}</nav>\n'
        f'<main id="main" tabindex="-1">\n{_sections(document, pictures, 2)}</main>\n</body>\n</html>\n'
    )


def to_html_body(document: Document, pictures: Pictures | None = None, *, top: int = 3) -> str:
    """Write a document as a piece of HTML that stands inside another page.

    Parameters
    ----------
    document : Document
    pictures : mapping of str to bytes, optional
        PNG by picture id. A picture that is not there is told in words in its place.
    top : int
        Heading level of the title; sections are one below.

    Returns
    -------
    str
        Escaped throughout. Element ids begin with ``doc-``.
    """
    body = _sections(document, pictures or {}, top + 1)
    return f'<article class="doc">{_title_block(document, top)}{_contents(document)}{body}</article>'


def _esc(text: str) -> str:
    return escape("\n".join(lines(text)), quote=True)


def _title_block(document: Document, level: int) -> str:
    subtitle = f'<p class="doc-subtitle">{_esc(document.subtitle)}</p>' if document.subtitle else ""
    lines = "".join(
        f"<div><dt>{_esc(name)}</dt><dd>{_esc(value)}</dd></div>"
        for name, value in (*document.meta, ("Date", document.date_text))
    )
    return f'<h{level}>{_esc(document.title)}</h{level}>{subtitle}<dl class="doc-meta">{lines}</dl>'


def _contents(document: Document) -> str:
    items = "".join(
        f'<li><a href="#doc-{_esc(s.id)}"><span>{_esc(s.number)}</span>{_esc(s.heading)}</a></li>'
        for s in document.sections
        if s.level == 1
    )
    return f'<ol class="doc-contents">{items}</ol>'


def _sections(document: Document, pictures: Pictures, level: int) -> str:
    return "".join(_section(document, section, pictures, level) for section in document.sections)


def _section(document: Document, section: Section, pictures: Pictures, level: int) -> str:
    depth = min(6, level + section.level - 1)
    heading = f'<h{depth} id="doc-{_esc(section.id)}">{_esc(section.title)}</h{depth}>\n'
    return heading + "".join(f"{_block(document, block, pictures)}\n" for block in section.blocks)


def _block(document: Document, block: Block, pictures: Pictures) -> str:  # noqa: PLR0911  one for each kind of block
    match block:
        case Paragraph(runs=runs):
            return f"<p>{_runs(document, runs)}</p>"
        case Callout(kind=kind, runs=runs):
            name = "doc-missing" if kind == "Missing" else "doc-care"
            return f'<p class="{name}"><strong>{kind.rstrip(".")}.</strong> {_runs(document, runs)}</p>'
        case BulletList(items=items):
            return f"<ul>{_items(document, items)}</ul>"
        case NumberedList(items=items):
            return f"<ol>{_items(document, items)}</ol>"
        case Definitions(pairs=pairs):
            said = "".join(f"<dt>{_esc(term)}</dt><dd>{_runs(document, runs)}</dd>" for term, runs in pairs)
            return f"<dl>{said}</dl>"
        case Table():
            return _table(document, block)
        case Picture():
            return _picture(document, block, pictures)
        case Sources():
            notes = "".join(f'<li id="doc-note-{n.number}">{_esc(n.text)}</li>' for n in document.notes)
            return f'<ol class="doc-notes">{notes}</ol>'


def _items(document: Document, items: tuple[Runs, ...]) -> str:
    return "".join(f"<li>{_runs(document, item)}</li>" for item in items)


def _runs(document: Document, runs: Runs) -> str:
    return "".join(_run(document, run) for run in runs)


def _run(document: Document, run: Run) -> str:
    text = "<br>".join(_esc(line) for line in lines(run.text))
    said = f"<strong>{text}</strong>" if run.strong and text else text
    return said + _notes(document.numbers(run.cites))


def _notes(numbers: tuple[int, ...]) -> str:
    links = ",&#8239;".join(f'<a href="#doc-note-{n}" aria-label="Note {n}">{n}</a>' for n in numbers)
    return f"<sup>{links}</sup>" if links else ""


def _table(document: Document, table: Table) -> str:
    columns = "".join(f'<col style="width:{width}%">' for width in table.widths)
    align = [' class="doc-num"' if a == "right" else "" for a in table.aligns]
    head = "".join(f'<th scope="col"{a}>{_esc(cell)}</th>' for cell, a in zip(table.header, align, strict=True))
    rows = "".join(f"<tr>{_row(document, table, cells, align)}</tr>" for cells in table.rows)
    return (
        f'<div class="doc-scroll" tabindex="0" role="region" aria-label="{_esc(table.label)}">'
        f'<table id="doc-table-{table.number}"><caption>{_esc(table.label)}</caption><colgroup>{columns}</colgroup>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(document: Document, table: Table, cells: tuple[Runs, ...], align: list[str]) -> str:
    out = []
    for position, (cell, class_) in enumerate(zip(cells, align, strict=True)):
        is_head = position == 0 and table.row_headers
        tag, scope = ("th", ' scope="row"') if is_head else ("td", "")
        out.append(f"<{tag}{scope}{class_}>{_runs(document, cell)}</{tag}>")
    return "".join(out)


def _picture(document: Document, picture: Picture, pictures: Pictures) -> str:
    image = pictures.get(picture.id)
    if image is None:
        shown = f'<p class="doc-words">{_esc(picture.alt)}</p>'
    else:
        data = b64encode(image).decode("ascii")
        shown = f'<img src="data:image/png;base64,{data}" alt="{_esc(picture.alt)}">'
    source = _esc(picture.source) + _notes(document.numbers(picture.cites))
    below = f'<p class="doc-source">{source}</p>' if source else ""
    caption = f"<figcaption>{_esc(picture.label)}</figcaption>"
    return f'<figure id="doc-figure-{picture.number}">{caption}{shown}{below}</figure>'
