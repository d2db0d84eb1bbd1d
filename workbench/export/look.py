"""How a paper document looks, once for Word and OpenDocument: the same tokens as the page on screen, in print sizes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from workbench.domain.document import Document

FONT: Final = "Arial"  # on every office computer; Liberation Sans has the same widths where it is not
INK: Final = "0b1f33"
SECOND: Final = "46586a"
LINE: Final = "d5dde5"
MEANING: Final = "8797a6"
BRAND: Final = "134b70"
LINK: Final = "0b5394"
WASH: Final = "e8eef4"
CARE: Final = "8a4b00"
CARE_GROUND: Final = "fdf3e3"
MISSING: Final = "a4262c"
MISSING_GROUND: Final = "fbeaea"

PAGE_MM: Final = (210, 297)  # A4
MARGIN_MM: Final = 20
TEXT_MM: Final = PAGE_MM[0] - 2 * MARGIN_MM
AIR_PT: Final = 8
"""Space below a table."""


@dataclass(frozen=True, slots=True)
class Style:
    """One paragraph style.

    Attributes
    ----------
    word, odf : str
        What Word and OpenDocument call it; equal for styles of our own.
    size : float
        Points; so are ``before`` and ``after``.
    line : float
        Line height as a multiple.
    bar, ground : str
        Colour of a bar at the left, and of the ground.
    level : int
        Of a heading; 0 for other text.
    keep : bool
        Stay on one page with what follows.
    """

    word: str
    odf: str
    size: float = 10.5
    before: float = 0
    after: float = 6
    line: float = 1.2
    bold: bool = False
    colour: str = INK
    keep: bool = False
    bar: str = ""
    ground: str = ""
    level: int = 0
    top_rule: str = ""


def page_beginnings(document: Document) -> tuple[bool, ...]:
    """For each section of level 1: whether it begins a page. The first does, and the first annex."""
    numbers = [s.number for s in document.sections if s.level == 1]
    annexes = [n for n in numbers if n.isalpha()]
    return tuple(i == 0 or n == (annexes or [""])[0] for i, n in enumerate(numbers))


def _own(name: str, **given: float | bool | str) -> Style:
    return Style(name, name, **given)  # type: ignore[arg-type]


STYLES: Final = (
    Style("Normal", "Standard", after=0),
    Style("BodyText", "Text_20_body"),
    Style("FirstParagraph", "First_20_paragraph"),
    Style("Compact", "List_20_Item", after=3),
    Style("Title", "Title", size=26, before=0, after=4, line=1.1, bold=True, keep=True),
    Style("Subtitle", "Subtitle", size=13, after=14, colour=SECOND, keep=True),
    Style("Heading1", "Heading_20_1", 16, 24, 6, 1.15, True, BRAND, True, level=1, top_rule=BRAND),
    Style("Heading2", "Heading_20_2", 12.5, 14, 4, 1.2, True, INK, True, level=2),
    Style("Heading3", "Heading_20_3", 11, 10, 3, 1.2, True, INK, True, level=3),
    Style("TableCaption", "TableCaption", before=12, after=4, bold=True, keep=True),
    Style("TableText", "Table_20_Contents", size=9, before=2, after=2, line=1.15),
    Style("TableHead", "Table_20_Heading", size=9, before=2, after=2, line=1.15, bold=True, keep=True),
    Style("DefinitionTerm", "Definition_20_Term_20_Tight", before=4, after=0, bold=True, keep=True),
    Style("Definition", "Definition_20_Definition_20_Tight", after=4),
    Style("Footer", "Footer", size=8.5, after=0, colour=SECOND),
    _own("TitleBlock", after=2),
    _own("ContentsHeading", size=12.5, before=18, after=4, bold=True, keep=True),
    _own("ContentsLine", after=2),
    _own("TakeCare", before=4, after=8, bar=CARE, ground=CARE_GROUND),
    _own("MissingPart", before=4, after=8, bar=MISSING, ground=MISSING_GROUND),
    _own("FigureCaption", before=12, after=4, bold=True, keep=True),
    _own("FigureImage", after=2, line=1.0, keep=True),
    _own("FigureSource", size=9, after=12, colour=SECOND),
    _own("FigureWords", size=9.5, after=4, ground=WASH, keep=True),
)
