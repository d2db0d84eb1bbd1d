"""What every chart has, whatever its kind: title, caption, unit, text alternative, table, the area that is selected."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import pandas as pd

from workbench.charts.words import missing, say, spoken

Emphasis = Literal["", "some", "strong"]
"""How clearly a row stands out: ``strong`` after allowing for many comparisons, ``some`` on its own only."""

Tone = Literal["plain", "some", "strong", "some worse", "strong worse"]

UNIT_HEADINGS = {"percent": "%", "pounds": "£"}


@dataclass(frozen=True, slots=True)
class Reference:
    """A named line to compare with, with its own interval where it has one."""

    name: str
    value: float
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True, slots=True)
class Polarity:
    """Which way is better, with the source that says so. Without one no colour judges."""

    better: Literal["higher", "lower"]
    source: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """What every chart has.

    Attributes
    ----------
    title : str
        A sentence the figures support. It stands above the drawing, never inside it.
    caption : str
        Source, period, population and interval, in one line.
    unit : str
        ``percent``, ``pounds``, or a word such as ``people``.
    what : str
        What is measured, to begin the text alternative: ``Employment rate, people aged 16 to 64``.
    decimals : int or None
        None: one for a percentage, none for a count.
    selected : str
        Code of the area that is marked here and in the charts beside it; see :mod:`workbench.charts.select`.
    """

    kind: ClassVar[str] = ""
    title: str
    caption: str
    unit: str = "percent"
    what: str = ""
    decimals: int | None = None
    selected: str = ""

    def say(self, value: float | None) -> str:
        """A figure of this chart, short."""
        return say(value, self.unit, self.decimals)

    def spoken(self, value: float | None) -> str:
        """A figure of this chart, for a sentence."""
        return spoken(value, self.unit, self.decimals)

    @property
    def alt(self) -> str:
        """The long text alternative: what is drawn and every figure that a reader would take from it."""
        lead = f"{self.what}. " if self.what else ""
        said = dict(self.marks()).get(self.selected, "") if self.selected else ""
        return f"{lead}{self._alt()}{f' Selected: {said}.' if said else ''}"

    def _alt(self) -> str:
        raise NotImplementedError

    def table(self) -> pd.DataFrame:
        """Every figure drawn, with headings a reader understands; missing figures stay empty with their note."""
        raise NotImplementedError

    def marks(self) -> tuple[tuple[str, str], ...]:
        """The area code and the words of each row of :meth:`table`; no code where a row is of no area."""
        return ()

    def _heading(self, name: str) -> str:
        unit = UNIT_HEADINGS.get(self.unit, self.unit)
        return f"{name} ({unit})" if unit else name


def frame(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    """Rows as a table, without the columns that would be empty throughout and are not figures."""
    table = pd.DataFrame(rows, columns=columns)
    return table.drop(columns=[c for c in ("Note", "Part of") if c in table and not table[c].any()])


def with_interval(chart: Chart, value: float | None, lower: float | None, upper: float | None, note: str = "") -> str:
    """A figure with its interval, in words."""
    if missing(value):
        return f"no figure ({note})" if note else "no figure"
    if missing(lower) or missing(upper):
        return chart.spoken(value)
    return f"{chart.spoken(value)} ({chart.say(lower)} to {chart.say(upper)})"


def tone_of(emphasis: Emphasis, value: float | None, against: float | None, polarity: Polarity | None) -> Tone:
    """How a mark is coloured: by emphasis, and as worse only when a cited polarity says so.

    Examples
    --------
    >>> tone_of("strong", 65.6, 76.0, None), tone_of("strong", 65.6, 76.0, Polarity("higher", "a framework"))
    ('strong', 'strong worse')
    """
    if not emphasis:
        return "plain"
    if polarity is None or against is None or value is None:
        return emphasis
    worse = (value < against) == (polarity.better == "higher")
    if emphasis == "some":
        return "some worse" if worse else "some"
    return "strong worse" if worse else "strong"


def key_of(held: Collection[str], means: tuple[str, str, str], *, judged: bool) -> tuple[tuple[Tone, str], ...]:
    """The tones that are drawn and what each means, clearest first; empty when nothing stands out.

    Parameters
    ----------
    held : collection of str
        The tones that are drawn.
    means : tuple of str
        What strong, some and plain mean.
    judged : bool
        Whether a cited polarity says which way is better.
    """
    strong, some, plain = means
    better = ": better" if judged and {"strong", "some"} & set(held) else ""
    said: tuple[tuple[Tone, str], ...] = (
        ("strong worse", f"{strong}: worse"),
        ("strong", f"{strong}{better}"),
        ("some worse", f"{some}: worse"),
        ("some", f"{some}{better}"),
        ("plain", plain),
    )
    return tuple((tone, text) for tone, text in said if tone in held) if set(held) - {"plain"} else ()
