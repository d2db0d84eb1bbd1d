"""The sites that DWP's guide of 2013 names: what became of each, and a query that works today.

Pure look-ups: what is known is data (``reference/services/closed_sites.yaml``) and is handed in. A site is found by its
name, its abbreviation or its address as people still have it in their notes; a slip of the pen is forgiven in longer
names, never in abbreviations.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from workbench.domain.base import Entity, Value
from workbench.domain.provenance import Citation
from workbench.domain.queries import Query
from workbench.domain.words import day

Fate = Literal["closed", "replaced", "renamed", "merged", "moved", "live", "not confirmed"]

ALIKE = 0.86
"""How alike a name with a slip must be, by :class:`difflib.SequenceMatcher`: one wrong letter in seven."""

SHORT = 6
"""Names of fewer letters are found as they are or not at all."""

_COMMON = frozenset(
    {"a", "an", "and", "dwp", "for", "from", "in", "of", "on", "online", "site", "the", "uk", "website"}
)
_NOT_CONFIRMED = "date not confirmed"


class WorkingQuery(Value):
    """A query of today in place of an old site.

    Attributes
    ----------
    gives : str
        What it brings, as a sentence.
    query : Query
    unverified : str
        Which codes were not read in a recorded reply or on the service; empty when all were.
    """

    gives: str
    query: Query
    unverified: str = ""


class ClosedSite(Entity):
    """A site of the guide.

    Attributes
    ----------
    id, name : str
    also : tuple of str
        Abbreviations and other names.
    addresses : tuple of str
        Hosts, with a path where the host is not the site's own; without ``www``.
    held : str
        What it had, as a sentence.
    fate : Fate
    became : str
        What became of it, as a sentence.
    ended : str
        ISO date as precise as it is known: ``2017-05-12``, ``2018-05`` or ``2015``; empty: not confirmed.
    successor, successor_url : str
    citation : Citation
        Of its fate.
    unverified : str
        What of this was not confirmed.
    queries : tuple of WorkingQuery
        At least one.
    """

    id: str
    name: str
    also: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    held: str
    fate: Fate
    became: str
    ended: str = Field(default="", pattern=r"^(\d{4}(-\d{2}(-\d{2})?)?)?$")
    successor: str
    successor_url: str = ""
    citation: Citation
    unverified: str = ""
    queries: tuple[WorkingQuery, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _doubt_is_said(self) -> Self:
        if self.fate == "not confirmed" and not self.unverified:
            raise ValueError("a fate that is not confirmed needs “unverified”, which says what is not known")
        if self.ended:
            self.when()  # a date there is not
        return self

    def when(self) -> str:
        """When it ended, in words; “date not confirmed” when that is so."""
        if not self.ended:
            return "" if self.fate == "live" else _NOT_CONFIRMED
        parts = [int(part) for part in self.ended.split("-")]
        if len(parts) == 3:
            return day(date(parts[0], parts[1], parts[2]))
        if len(parts) == 2:
            return day(date(parts[0], parts[1], 1)).partition(" ")[2]
        return str(parts[0])

    def text(self) -> str:
        """What became of it, in two or three sentences."""
        when = self.when()
        dated = "" if not when else f" {when[0].upper()}{when[1:]}." if not self.ended else f" Date: {when}."
        doubt = f" Not confirmed: {self.unverified}." if self.unverified else ""
        return f"{self.became}{dated} Use {self.successor}.{doubt}"


def closed_site(words: str, sites: Iterable[ClosedSite]) -> ClosedSite | None:
    """The site that the words name, or None when they name none.

    Parameters
    ----------
    words : str
        A name, an abbreviation or an address.
    sites : iterable of ClosedSite
    """
    return next(iter(search_closed(words, sites)), None)


def search_closed(words: str, sites: Iterable[ClosedSite]) -> tuple[ClosedSite, ...]:
    """Every site that the words may mean, best first.

    Parameters
    ----------
    words : str
    sites : iterable of ClosedSite
    """
    held = tuple(sites)
    known = {word for site in held for name in (site.name, *site.also) for word in _words(name)}
    asked = [_corrected(word, known) for word in _words(words)]
    scored = [(_score(words, asked, site), -place, site) for place, site in enumerate(held)]
    return tuple(site for score, _, site in sorted(scored, key=lambda s: s[:2], reverse=True) if score)


# --- likeness ---------------------------------------------------------------------------------------------------------


def _score(words: str, asked: Sequence[str], site: ClosedSite) -> float:
    """How well the words name a site, 0 to 4: by address, by name as it is, by part of it, by likeness."""
    address = _address(words)
    if address and any(_is_under(address, a) for a in site.addresses):
        return 4.0
    if not asked:
        return 0.0
    return max(_likeness(asked, _words(name)) for name in (site.name, *site.also))


def _likeness(asked: Sequence[str], name: Sequence[str]) -> float:
    one, other = "".join(asked), "".join(name)
    if one == other:
        return 3.0
    among_others = set(name) <= set(asked) and (len(name) > 1 or len(other) >= SHORT - 1)
    if among_others:
        return 2.0 + len(name) / (len(asked) + 1)
    if len(asked) > 1 and set(asked) <= set(name) and 2 * len(one) > len(other):  # most of a longer name
        return 1.5
    if min(len(one), len(other)) < SHORT or one[0] != other[0]:
        return 0.0
    ratio = difflib.SequenceMatcher(None, one, other).ratio()
    return ratio if ratio >= ALIKE else 0.0


def _corrected(word: str, known: Iterable[str]) -> str:
    """A word of the names that a longer word is like, or the word itself."""
    if len(word) < SHORT:
        return word
    return next(iter(difflib.get_close_matches(word, sorted(known), 1, ALIKE)), word)


def _words(text: str) -> list[str]:
    """Words without those that stand in every name; all of them when there are no others."""
    found = re.findall(r"[a-z0-9]+", text.lower().replace("'", "").replace("’", ""))
    return [word for word in found if word not in _COMMON] or found


def _address(text: str) -> str:
    """Host and path of a web address, or empty when the text is none."""
    found = re.fullmatch(r"(?:https?:/*)?(?:www\.)?([a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/\S*)?)", text.strip().lower())
    return found[1].rstrip("/") if found else ""


def _is_under(asked: str, site: str) -> bool:
    """Whether an address is the site's or a page of it."""
    return asked == site or asked.startswith((f"{site}/", f"{site}?", f"{site}#"))
