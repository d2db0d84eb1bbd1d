"""A document full of what people type and paste, for every format to hold."""

from __future__ import annotations

from datetime import date

from workbench.domain.document import (
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
    assemble,
)
from workbench.domain.provenance import Citation

TEXTS = (
    r"*stars* _lines_ `code` [link](x) |pipe| <b>tag</b> & &amp; $5$ \backslash ~tilde~ ^up^ @cite #head {attr}",
    "<script>alert(1)</script>",
    "1. April to 3) May, a) and (b) and A. Smith",
    "- not a list + nor this = nor: this % nor that",
    "“Quotes” ‘from’ Word – dashes — and… ellipsis £5 €6 ½ 10 000 H₂O 😀",
    "straight \"quotes\" and 'these', double--dash and triple---dash and dots...",
    "Excel\tcells\tpasted",
    "http://example.gov.uk/a_b?c=d&e=f and name@example.gov.uk",
    "[^1]: not a note, [@nor] cite, ::: nor a div, ![nor](picture.png)",
    "Łódź, naïve, Ynys Môn, Δ, 東京, العربية",
    "%%% ||| ``` ~~~ *** --- ___ +++ === >>> ### !!! ??? $$$ ^^^ &&&",
    "### begins and ends like a heading ###",
    "> begins like a quotation",
    "ends with a backslash \\",
)
PASTED = "word\x07 with\x0b control\x00 characters\x1f"
"""What Word leaves in a paste; no XML may hold it."""


def _runs(text: str) -> Runs:
    return (Run(text),)


def awkward_document() -> Document:
    """Each text in each kind of block, heading and caption."""
    notes = tuple(Citation(publisher=text, title="A & B <i>") for text in TEXTS)
    blocks = [
        *(Paragraph((Run(text, cites=(note,)),)) for text, note in zip(TEXTS, notes, strict=True)),
        *(Paragraph((Run("In the middle: "), Run(text, strong=True), Run(" and after."))) for text in TEXTS),
        BulletList(tuple(_runs(text) for text in TEXTS)),
        NumberedList(tuple(_runs(text) for text in TEXTS)),
        Definitions(tuple((text, _runs(text)) for text in TEXTS)),
        Table("A & B | C", ("*head*", "a|b"), tuple((_runs(t), _runs(t)) for t in TEXTS), (40, 60), ("left", "right")),
        *(Callout("Take care.", _runs(text)) for text in TEXTS),
        Picture("p", TEXTS[0], TEXTS[0], TEXTS[0]),
        Paragraph(_runs(PASTED)),
        Sources(),
    ]
    sections = [Section("first", TEXTS[0], 1, tuple(blocks), "1"), *_headings()]
    return assemble("A & B <i>", "*Sub*", date(2026, 11, 25), sections, [("Who|", TEXTS[0])])


def _headings() -> list[Section]:
    return [Section(f"h{n}", text, 2, ()) for n, text in enumerate(TEXTS)]
