"""Figures as a reader says them, beside a mark or aloud; and lines of text."""

from __future__ import annotations

from math import isnan

DECIMALS = {"percent": 1, "rate": 1, "score": 1}


def missing(value: float | None) -> bool:
    """Whether there is no figure: None or NaN."""
    return value is None or isnan(value)


def say(value: float | None, unit: str, decimals: int | None = None) -> str:
    """A figure with its unit, short enough to stand beside a mark.

    Parameters
    ----------
    value : float or None
    unit : str
        ``percent``, ``pounds`` or a word such as ``people``, which is left to the caption.
    decimals : int, optional
        By default one for a percentage or a score, none for a count.

    Examples
    --------
    >>> say(65.62, "percent"), say(12345.0, "people"), say(-1_250_000, "pounds"), say(None, "people")
    ('65.6%', '12,345', '−£1.25m', 'no figure')
    """
    if value is None or isnan(value):
        return "no figure"
    if unit == "pounds":
        return _pounds(value)
    places = DECIMALS.get(unit, 0) if decimals is None else decimals
    text = f"{value:,.{places}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("-")
    return f"{text.replace('-', '−')}{'%' if unit == 'percent' else ''}"


def _pounds(value: float) -> str:
    size, sign = abs(value), "−" if value < 0 else ""
    # 999,600 is one million to three figures: the unit is chosen after rounding.
    for unit, mark in ((1e9, "bn"), (1e6, "m")):
        if size >= unit * 0.9995:
            return f"{sign}£{_trim(f'{size / unit:.2f}')}{mark}"
    if size >= 9_999.5:
        return f"{sign}£{round(size / 1000):,}k"
    whole = f"{size:,.0f}"
    return f"{'' if whole == '0' else sign}£{whole}"


def _trim(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number


def spoken(value: float | None, unit: str, decimals: int | None = None) -> str:
    """A figure with its unit, whole, for a sentence that is read aloud.

    Examples
    --------
    >>> spoken(12345.0, "people"), spoken(-1_250_000, "pounds"), spoken(65.62, "percent")
    ('12,345 people', 'minus £1.25 million', '65.6%')
    """
    text = say(value, unit, decimals)
    if unit == "pounds":
        for mark, word in (("bn", " billion"), ("m", " million"), ("k", ",000")):
            if text.endswith(mark):
                text = text.removesuffix(mark) + word
    elif unit not in ("percent", "") and not missing(value):
        text = f"{text} {unit}"
    return f"minus {text[1:]}" if text.startswith("−") else text


def wrap(text: str, width: int) -> tuple[str, ...]:
    """Break a text into lines of at most this many characters. A longer word is broken too: nothing is cut off.

    Examples
    --------
    >>> wrap("People get better jobs", 12)
    ('People get', 'better jobs')
    """
    lines: list[str] = []
    line = ""
    for whole in text.split():
        word = whole
        while len(word) > width:
            room = width - len(line) - 1 if line else width
            if room < 4 and line:
                lines.append(line)
                line, room = "", width
            head, word = word[: room - 1] + "-", word[room - 1 :]
            lines.append(f"{line} {head}" if line else head)
            line = ""
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return (*lines, line) if line else tuple(lines)
