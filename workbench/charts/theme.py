"""The look of every chart: colours and type, the same tokens as the page. Colours are checked for grey print."""

from __future__ import annotations

from typing import Final

INK: Final = "#0b1f33"
SECOND: Final = "#46586a"
LINE: Final = "#d5dde5"
MEANING: Final = "#8797a6"  # a line that carries meaning
BRAND: Final = "#134b70"
MID: Final = "#3f7ba6"
PALE: Final = "#b9cfe0"
BAND: Final = "#cfdfeb"
WASH: Final = "#e8eef4"
RED: Final = "#a4262c"
RED_LIGHT: Final = "#d0686d"
NEUTRAL: Final = "#8797a6"
PAPER: Final = "#ffffff"

OTHER: Final = "#5c7389"  # a line or outline beside the main one
PAIR: Final = ("#9cbdd6", BRAND)
"""Two sides of one thing: low and high value, cost and benefit. Told apart in grey print."""

TONES: Final = {
    "strong worse": (RED, RED, "#c9686d"),
    "strong": (BRAND, BRAND, MID),
    "some worse": (RED_LIGHT, RED_LIGHT, "#e5adb0"),
    "some": (MID, MID, "#8fb3cf"),
    "plain": (PAPER, OTHER, "#aebcc9"),
}
"""A row of an interval chart by emphasis: dot, outline of the dot, interval. In grey the depth tells them apart, and
the plain dot is hollow."""

RANGE: Final = "#dde4ea"
QUARTERS: Final = "#aebcc9"
"""What all areas have, and the middle half of them."""

SEQUENTIAL: Final = ("#e8eef4", "#b9cfe0", "#7fa8c6", "#3f7ba6", "#134b70")
"""For classes of a map, light to dark. Luminance falls at every step, so that the order survives grey print."""

FONT: Final = '"Inter","Segoe UI",system-ui,-apple-system,"Noto Sans","Helvetica Neue",Arial,sans-serif'
TEXT_PX: Final = 14
"""The smallest text in a chart on screen."""

NARROW_PX: Final = 480
"""Below this width a chart is laid out again, not shrunk."""


def luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour, 0 (black) to 1 (white), as WCAG 2.2 defines it.

    Examples
    --------
    >>> luminance("#ffffff"), luminance("#000000")
    (1.0, 0.0)
    """
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return round(0.2126 * red + 0.7152 * green + 0.0722 * blue, 6)


def shades(count: int) -> tuple[str, ...]:
    """Colours for this many classes, light to dark, as far apart as the scale allows.

    Examples
    --------
    >>> shades(2)
    ('#e8eef4', '#134b70')
    """
    if count <= 1:
        return (SEQUENTIAL[2],)[:count]
    last = len(SEQUENTIAL) - 1
    return tuple(SEQUENTIAL[round(i * last / (count - 1))] for i in range(min(count, len(SEQUENTIAL))))


def edge(colour: str) -> str:
    """The outline of a filled area: its own colour, or a line where the fill is too pale to see on paper.

    Examples
    --------
    >>> edge("#134b70"), edge("#e8eef4")
    ('#134b70', '#9fb1c1')
    """
    return "#9fb1c1" if luminance(colour) > 0.6 else colour
