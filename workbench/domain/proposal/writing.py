"""Small pieces the sections are written from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from workbench.domain import words
from workbench.domain.document import (
    Align,
    Block,
    BulletList,
    Callout,
    Definitions,
    NumberedList,
    Paragraph,
    Run,
    Runs,
    Table,
)
from workbench.domain.project import Project
from workbench.domain.proposal.evidence import Evidence
from workbench.domain.provenance import Citation


@dataclass(frozen=True, slots=True)
class Heading:
    """The start of a part of a section."""

    text: str


Piece: TypeAlias = Block | Heading
Cell: TypeAlias = str | Runs


@dataclass(frozen=True, slots=True)
class Case:
    """The project and what was computed from it."""

    project: Project
    evidence: Evidence


NOT_SAID = "Missing"


def runs(text: Cell, *cites: Citation) -> Runs:
    """A passage; cites stand after it."""
    return (Run(text, cites=cites),) if isinstance(text, str) else text


def para(text: Cell, *cites: Citation) -> Paragraph:
    """A paragraph; cites stand after it."""
    return Paragraph(runs(text, *cites))


def care(text: Cell, *cites: Citation) -> Callout:
    """A caveat; “Take care.” at its start is not said twice."""
    said = re.sub(r"^\s*Take care\.\s*", "", text) if isinstance(text, str) else text
    return Callout("Take care.", runs(said, *cites))


def cares(opening: str, texts: Iterable[str]) -> Iterator[Block]:
    """Several caveats as one callout with a list, so that no page is all warning."""
    said = [care(text) for text in texts]
    if len(said) <= 2:
        yield from said
    else:
        yield care(opening)
        yield from bullets(callout.runs for callout in said)


def missing(text: str) -> Callout:
    """Something that is missing, and what to do, as sentences."""
    return Callout("Missing", runs(text))


def so_many_missing(n: int) -> str:
    """How many things are missing, as a sentence."""
    return words.sentence(f"{words.counted(n, 'thing', spelt=True)} {'is' if n == 1 else 'are'} missing")


def bullets(items: Iterable[Cell]) -> Iterator[Block]:
    """A list, or nothing when there are no items."""
    said = tuple(runs(item) for item in items)
    if said:
        yield BulletList(said)


def numbered(items: Iterable[Cell]) -> NumberedList:
    """A numbered list."""
    return NumberedList(tuple(runs(item) for item in items))


def table(
    caption: str,
    columns: Sequence[tuple[str, int] | tuple[str, int, Align]],
    rows: Iterable[Sequence[Cell]],
    *,
    row_headers: bool = True,
) -> Table:
    """A table from columns (heading, width in per cent, alignment if not left) and rows of cells.

    A cell that says nothing shows a dash, so that it is seen to be empty and not lost.
    """
    return Table(
        caption=caption,
        header=tuple(c[0] for c in columns),
        widths=tuple(c[1] for c in columns),
        aligns=tuple(c[2] if len(c) == 3 else "left" for c in columns),
        rows=tuple(tuple(runs(cell) if _says(cell) else runs("–") for cell in row) for row in rows),
        row_headers=row_headers,
    )


def _says(cell: Cell) -> bool:
    return bool(cell.strip() if isinstance(cell, str) else any(run.text.strip() or run.cites for run in cell))


def told(pairs: Iterable[tuple[str, str, str]]) -> Iterator[Block]:
    """Terms with what the project says of each, then what is missing of them.

    Parameters
    ----------
    pairs : iterable of (term, said, what to do when it is not said)
    """
    given = list(pairs)
    said = tuple((term, runs(text.strip())) for term, text, _ in given if text.strip())
    if said:
        yield Definitions(said)
    for term, text, remedy in given:
        if not text.strip():
            yield missing(f"{term}: not stated. {remedy[:1].upper()}{remedy[1:]}")


_BULLET = re.compile(r"^\s*(?:[-*•·–]|o(?=\t))\s+")
_NUMBER = re.compile(r"^\s*\d{1,2}[.)]\s+")


def typed(text: str) -> Iterator[Block]:
    r"""What somebody typed or pasted: paragraphs, and lists where lines begin with a bullet or a number.

    Examples
    --------
    >>> [type(block).__name__ for block in typed("Why:\n- one\n- two\n\nSo.")]
    ['Paragraph', 'BulletList', 'Paragraph']
    """
    lines: list[str] = []
    kind = ""
    for line in [*re.split(r"\r\n|[\n\r\v\u2028\u2029]", text), ""]:
        now = "-" if _BULLET.match(line) else "1" if _NUMBER.match(line) else "p" if line.strip() else ""
        if lines and now != kind:
            yield _typed(kind, lines)
            lines = []
        kind = now
        if now:
            lines.append(line)


def _typed(kind: str, lines: list[str]) -> Block:
    marks = [m.group().strip(" .)\t") for line in lines if (m := _NUMBER.match(line))]
    if kind == "1" and marks == [str(n) for n in range(1, len(lines) + 1)]:
        return NumberedList(tuple(runs(_NUMBER.sub("", line).strip()) for line in lines))
    if kind == "-":
        return BulletList(tuple(runs(_BULLET.sub("", line).strip()) for line in lines))
    return para("\n".join(line.strip() for line in lines))
