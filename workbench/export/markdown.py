"""A document as pandoc-flavoured Markdown: text that reads well as it is and converts without loss."""

from __future__ import annotations

import json
import re

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
    Section,
    Sources,
    Table,
    lines,
)

# What begins something else wherever it stands, and what does so only at the start of a line.
_ANYWHERE = re.compile(r"[\\`*_\[\]{}<>|~^$&@#]")
_AT_START = re.compile(r"^(?=[-+=:%])|^(?=\()|^(\d+|[A-Za-z]|[ivxlcdmIVXLCDM]+)(?=[.)](\s|$))")
_DASHES = 100


def to_markdown(document: Document, pictures: str = "pictures") -> str:
    """Write a document as Markdown.

    Parameters
    ----------
    document : Document
    pictures : str
        Folder in which the pictures lie as ``<id>.png``, relative to the text.

    Returns
    -------
    str
        The same document always gives the same text.
    """
    head = {
        "title": escape(document.title),
        "subtitle": escape(document.subtitle),
        "date": document.date_text,
        "lang": "en-GB",
    }
    yaml = "\n".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items() if value)
    opening = [f"**{escape(name)}:** {escape(value)}" for name, value in document.meta]
    parts = [f"---\n{yaml}\n---", *opening, *(_section(document, s, pictures) for s in document.sections)]
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    r"""Plain text as Markdown that shows exactly that text.

    Examples
    --------
    >>> print(escape("5 < 6 & *no* [link]"))
    5 \< 6 \& \*no\* \[link\]
    >>> print(escape("1. April"))
    1\. April
    """
    # No-break and other odd spaces stay; line ends and runs of blanks cannot begin a block here.
    line = re.sub(r"[ \t]+", " ", " ".join(lines(text))).strip(" ")
    line = _ANYWHERE.sub(lambda m: f"\\{m.group()}", line)
    return _AT_START.sub(lambda m: f"{m.group(1)}\\" if m.group(1) else "\\", line)


def _section(document: Document, section: Section, pictures: str) -> str:
    heading = f"{'#' * section.level} {escape(section.title)} {{#{section.id}}}"
    return "\n\n".join([heading, *(_block(document, block, pictures) for block in section.blocks)])


def _block(document: Document, block: Block, pictures: str) -> str:  # noqa: PLR0911  one for each kind of block
    match block:
        case Paragraph(runs=runs):
            return _runs(document, runs)
        case Callout(kind=kind, runs=runs):
            return f"> **{kind.rstrip('.')}.** {_runs(document, runs)}"
        case BulletList(items=items):
            return "\n".join(f"- {_runs(document, item, '  ')}" for item in items)
        case NumberedList(items=items):
            return "\n".join(f"{n}. {_runs(document, item, '   ')}" for n, item in enumerate(items, start=1))
        case Definitions(pairs=pairs):
            return "\n\n".join(f"{escape(term)}\n:   {_runs(document, runs, '    ')}" for term, runs in pairs)
        case Table():
            return _table(document, block)
        case Picture():
            return _picture(document, block, pictures)
        case Sources():
            return "\n\n".join(f"[^{note.number}]: {escape(note.text)}" for note in document.notes)


def _runs(document: Document, runs: Runs, indent: str = "", broken: str = "\\\n") -> str:
    text = ""
    for run in runs:
        lead, core, tail = re.match(r"^(\s*)(.*?)(\s*)$", run.text, re.DOTALL).groups()  # type: ignore[union-attr]
        said = (broken + (indent if broken == "\\\n" else "")).join(escape(line) for line in lines(core))
        lead = lead if text else ""
        text += f"{' ' if lead else ''}{f'**{said}**' if run.strong and said else said}{' ' if tail else ''}"
        notes = "".join(f"[^{n}]" for n in document.numbers(run.cites))
        text = f"{text.rstrip(' ')}{notes}{' ' if tail else ''}" if notes else text
    return text.rstrip(" ")


def _table(document: Document, table: Table) -> str:
    def row(cells: list[str]) -> str:
        return f"| {' | '.join(cell or ' ' for cell in cells)} |"

    # Dashes as long as the widths: pandoc takes the relative widths from them.
    rules = [
        "-" * max(3, width * _DASHES // 100 - 1) + (":" if align == "right" else "-")
        for width, align in zip(table.widths, table.aligns, strict=True)
    ]
    shown = [row([escape(cell) for cell in table.header]), f"|{'|'.join(rules)}|"]
    shown += [row([_runs(document, cell, broken="<br>") for cell in cells]) for cells in table.rows]
    return "\n".join(shown) + f"\n\n: {escape(table.label)} {{#table-{table.number}}}"


def _picture(document: Document, picture: Picture, pictures: str) -> str:
    alt = " ".join(" ".join(lines(picture.alt)).split()).replace("\\", "\\\\").replace('"', '\\"')
    alt = re.sub(r"&(?=#?\w+;)", "&amp;", alt)  # in an attribute pandoc reads entities
    notes = "".join(f"[^{n}]" for n in document.numbers(picture.cites))
    source = f"{escape(picture.source)}{notes}"
    image = f'![{escape(picture.label)}]({pictures}/{picture.id}.png){{#figure-{picture.number} alt="{alt}"}}'
    return f"{image}\n\n{source}" if source else image
