"""Where a number comes from, and how sure we are of it."""

from __future__ import annotations

from datetime import date
from typing import Literal

from workbench.domain.base import Value
from workbench.domain.words import day

Status = Literal["outturn", "forecast", "assumption", "guess"]
"""Kinds of number. An assumption has a reason; a guess has none yet, and the proposal lists every one."""

STATUS_WORDS: dict[str, str] = {
    "outturn": "Published figure",
    "forecast": "Published forecast",
    "assumption": "Assumption",
    "guess": "Guess – to be replaced",
}


class Citation(Value):
    """A published source, precise enough to find the number again.

    Attributes
    ----------
    publisher, title : str
    locator : str
        Table, cell, page or dataset code.
    edition : str
        Edition or release, for example ``2026 edition``.
    published, retrieved : datetime.date or None
        Kept apart: when the publisher issued it, and when it was read.
    url : str
    licence : str
    checked_by : str
        Who compared the value with the source; empty when nobody has.
    """

    publisher: str
    title: str
    locator: str = ""
    edition: str = ""
    published: date | None = None
    retrieved: date | None = None
    url: str = ""
    licence: str = ""
    checked_by: str = ""

    def text(self) -> str:
        """The citation as one line of text.

        Examples
        --------
        >>> Citation(publisher="ONS", title="Annual Population Survey", locator="T01", edition="2022").text()
        'ONS, Annual Population Survey, 2022, T01.'
        """
        parts = [self.publisher, self.title, self.edition, self.locator]
        line = ", ".join(part for part in parts if part)
        if self.published:
            line += f", {day(self.published)}"
        return f"{line}. {self.url}".strip() if self.url else f"{line}."
