"""A document as a tree of plain values, before it is a file.

Text is plain: each renderer escapes it in its own way, so nothing typed or pasted can break a document. The only
formatting is what carries meaning: strong words, and the sources a passage rests on. Notes are numbered here, once, so
that note 3 is note 3 in every format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, TypeAlias

from workbench.domain.provenance import Citation
from workbench.domain.words import day

Align = Literal["left", "right"]
CalloutKind = Literal["Take care.", "Missing"]


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text of one kind.

    Attributes
    ----------
    text : str
        Plain; a line feed is a line break.
    strong : bool
    cites : tuple of Citation
        What the text rests on; shown as note numbers after it.
    """

    text: str
    strong: bool = False
    cites: tuple[Citation, ...] = ()


Runs: TypeAlias = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    runs: Runs


@dataclass(frozen=True, slots=True)
class BulletList:
    """Items in no order."""

    items: tuple[Runs, ...]


@dataclass(frozen=True, slots=True)
class NumberedList:
    """Items in order, numbered from 1."""

    items: tuple[Runs, ...]


@dataclass(frozen=True, slots=True)
class Definitions:
    """Terms, each with what is said of it."""

    pairs: tuple[tuple[str, Runs], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a caption, one header row and, by default, a header cell at the start of each row.

    Attributes
    ----------
    caption : str
    header : tuple of str
    rows : tuple of tuple of Runs
        As many cells in each as the header has.
    widths : tuple of int
        Per cent of the text width, adding up to 100.
    aligns : tuple of {"left", "right"}
        Right for numbers.
    number : int
        ``Table 3``; given by :func:`assemble`.
    row_headers : bool
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Runs, ...], ...]
    widths: tuple[int, ...]
    aligns: tuple[Align, ...]
    number: int = 0
    row_headers: bool = True

    def __post_init__(self) -> None:
        columns = len(self.header)
        if {len(self.widths), len(self.aligns), *map(len, self.rows)} != {columns} or sum(self.widths) != 100:
            raise ValueError(f"The table “{self.caption}” does not have {columns} cells in each row, or widths of 100.")

    @property
    def label(self) -> str:
        """The caption with its number."""
        return f"Table {self.number}: {self.caption}"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture by its id; whoever writes the file is given its bytes.

    Attributes
    ----------
    id : str
    caption : str
        A sentence that the picture supports.
    alt : str
        The same in words, for those who do not see it.
    source : str
        Source, period, population and interval, in one line.
    cites : tuple of Citation
    number : int
        ``Figure 2``; given by :func:`assemble`.
    """

    id: str
    caption: str
    alt: str
    source: str = ""
    cites: tuple[Citation, ...] = ()
    number: int = 0

    @property
    def label(self) -> str:
        """The caption with its number."""
        return f"Figure {self.number}: {self.caption}"


@dataclass(frozen=True, slots=True)
class Callout:
    """Something that must not be overlooked: a caveat, or a part that is missing."""

    kind: CalloutKind
    runs: Runs


@dataclass(frozen=True, slots=True)
class Sources:
    """The place where the numbered notes of the document stand."""


Block: TypeAlias = Paragraph | BulletList | NumberedList | Definitions | Table | Picture | Callout | Sources


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it.

    Attributes
    ----------
    id : str
        Unique in the document; links and bookmarks use it.
    heading : str
    level : int
        1 for a section, 2 for a part of one.
    blocks : tuple of Block
    number : str
        ``4`` or ``A``; empty for a part of a section.
    """

    id: str
    heading: str
    level: int
    blocks: tuple[Block, ...]
    number: str = ""

    @property
    def title(self) -> str:
        """The heading with its number."""
        return f"{self.number} {self.heading}".strip()


@dataclass(frozen=True, slots=True)
class Note:
    """A numbered source."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing, where it would stand, and what to do about it."""

    section_id: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole document, in reading order.

    Attributes
    ----------
    title, subtitle : str
    date : datetime.date
        The day it was made.
    sections : tuple of Section
    notes : tuple of Note
        In the order of first use; the same source has one number throughout.
    meta : tuple of (str, str)
        Lines of the title block, for example ``("Partnership", "…")``.
    """

    title: str
    subtitle: str
    date: date
    sections: tuple[Section, ...]
    notes: tuple[Note, ...] = ()
    meta: tuple[tuple[str, str], ...] = ()

    @property
    def date_text(self) -> str:
        """The date as it is written in the title block."""
        return day(self.date)

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Every picture, in reading order."""
        return tuple(b for section in self.sections for b in section.blocks if isinstance(b, Picture))

    @property
    def missing(self) -> tuple[Gap, ...]:
        """Everything that a part of the document says is missing from it."""
        return gaps(self.sections)

    def numbers(self, cites: Iterable[Citation]) -> tuple[int, ...]:
        """The note numbers of some sources, rising.

        Raises
        ------
        KeyError
            When a source has no note, which :func:`assemble` rules out.
        """
        known = {note.text: note.number for note in self.notes}
        return tuple(sorted({known[c.text()] for c in cites}))


def gaps(sections: Iterable[Section]) -> tuple[Gap, ...]:
    """Everything that the sections say is missing, in reading order."""
    found = []
    of = Section("", "", 1, ())
    for section in sections:
        of = section if section.level == 1 else of
        found += [
            Gap(of.id, of.title, plain(block.runs))
            for block in section.blocks
            if isinstance(block, Callout) and block.kind == "Missing"
        ]
    return tuple(found)


def assemble(
    title: str,
    subtitle: str,
    day: date,
    sections: Iterable[Section],
    meta: Iterable[tuple[str, str]] = (),
) -> Document:
    """Put a document together: number its tables, pictures and notes.

    Parameters
    ----------
    title, subtitle : str
    day : datetime.date
    sections : iterable of Section
    meta : iterable of (str, str)

    Returns
    -------
    Document

    Raises
    ------
    ValueError
        When two sections have one id.

    Examples
    --------
    >>> ons = Citation(publisher="ONS", title="Annual Population Survey")
    >>> body = Section("a", "A", 1, (Paragraph((Run("As before", cites=(ons,)), Run(" and again", cites=(ons,)))),))
    >>> [(note.number, note.text) for note in assemble("T", "", date(2026, 1, 2), (body,)).notes]
    [(1, 'ONS, Annual Population Survey.')]
    """
    given = tuple(sections)
    ids = [section.id for section in given]
    if len(set(ids)) != len(ids):
        raise ValueError(f"Two sections have one id: {sorted({i for i in ids if ids.count(i) > 1})}.")
    numbered = _numbered(given)
    texts = dict.fromkeys(c.text() for section in numbered for block in section.blocks for c in cited(block))
    notes = tuple(Note(number, text) for number, text in enumerate(texts, start=1))
    return Document(title=title, subtitle=subtitle, date=day, sections=numbered, notes=notes, meta=tuple(meta))


def _numbered(sections: tuple[Section, ...]) -> tuple[Section, ...]:
    tables = pictures = 0
    out = []
    for section in sections:
        blocks: list[Block] = []
        for block in section.blocks:
            match block:
                case Table():
                    tables += 1
                    blocks.append(replace(block, number=tables))
                case Picture():
                    pictures += 1
                    blocks.append(replace(block, number=pictures))
                case _:
                    blocks.append(block)
        out.append(replace(section, blocks=tuple(blocks)))
    return tuple(out)


def passages(block: Block) -> Iterator[Runs]:
    """Every passage of text in a block, in reading order."""
    match block:
        case Paragraph(runs=runs) | Callout(runs=runs):
            yield runs
        case BulletList(items=items) | NumberedList(items=items):
            yield from items
        case Definitions(pairs=pairs):
            for _, runs in pairs:
                yield runs
        case Table(rows=rows):
            for row in rows:
                yield from row
        case Picture() | Sources():
            return


def cited(block: Block) -> Iterator[Citation]:
    """Every source a block rests on, in reading order."""
    if isinstance(block, Picture):
        yield from block.cites
    for runs in passages(block):
        for run in runs:
            yield from run.cites


# Control characters, lone surrogates and non-characters: Word and Excel leave them in what is pasted; XML forbids them.
_NEVER = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def lines(text: str) -> list[str]:
    r"""The lines of a text, without characters that no document can hold.

    Examples
    --------
    >>> lines("Bolton\x07\r\nBury")
    ['Bolton', 'Bury']
    """
    return _NEVER.sub("", text).splitlines() or [""]


def plain(runs: Runs) -> str:
    """The text of a passage without its notes."""
    return "".join(run.text for run in runs)
