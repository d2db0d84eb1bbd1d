"""Finding areas by name, code and parent: what a register must offer, and an index of areas held in memory.

A register on disk offers the same from its own indices (``store/areas.py``), so that a search does not read all of it.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from workbench.domain.area_codes import LEVELS

if TYPE_CHECKING:
    from workbench.domain.areas import Area

_ORDER = {level: place for place, level in enumerate(LEVELS)}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which areas a search may bring: of a level, of these boundaries, within an area; empty: any."""

    level: str = ""
    vintage: str = ""
    within: str = ""

    def takes(self, area: Area) -> bool:
        """Whether level and boundaries fit; the index sees to what lies within what."""
        return (not self.level or area.level == self.level) and (not self.vintage or area.is_of(self.vintage))


@runtime_checkable
class AreaIndex(Protocol):
    """What a collection of areas offers to be searched. Each search gives at most ``limit`` areas, in :func:`order`."""

    def named(self, plain_name: str, wanted: Wanted, limit: int) -> tuple[Area, ...]:
        """Areas of exactly this name, as :func:`plain` writes it."""

    def coded(self, beginning: str, wanted: Wanted, limit: int) -> tuple[Area, ...]:
        """Areas whose codes begin so."""

    def beginning(self, plain_text: str, wanted: Wanted, limit: int) -> tuple[Area, ...]:
        """Areas whose plain names begin so."""

    def worded(self, parts: tuple[str, ...], wanted: Wanted, limit: int) -> tuple[Area, ...]:
        """Areas of whose names some word begins with each of the parts."""

    def parts(self, code: str, level: str, vintage: str) -> tuple[Area, ...]:
        """Areas of a level within an area, in order of code."""

    def of_level(self, level: str, vintage: str) -> tuple[Area, ...]:
        """Every area of a level, in order of code."""


def plain(name: str) -> str:
    """A name without what people write differently: case, accents, punctuation, “&”, “St.”.

    Examples
    --------
    >>> plain("St. Helens"), plain("Lostock & Chew Moor"), plain("Ynys Môn"), plain("Bishop's Castle")
    ('st helens', 'lostock and chew moor', 'ynys mon', 'bishops castle')
    >>> plain("Saint  Helens") == plain("ST HELENS") == "st helens"
    True
    """
    letters = unicodedata.normalize("NFKD", name.casefold().replace("&", " and "))
    kept = "".join(c for c in letters if not unicodedata.combining(c) and c not in "'’‘`.")
    words = re.findall(r"\w+", kept.replace("_", " "))
    return " ".join("st" if word == "saint" else word for word in words)


def order(area: Area) -> tuple[int, int, str, str]:
    """Where an area stands among others that fit as well: larger areas first, then shorter names, then by name."""
    return (_ORDER.get(area.level, len(_ORDER)), len(area.name), plain(area.name), area.code)


@dataclass(frozen=True, eq=False)
class HeldIndex:
    """An index of areas held in memory. It is built at the first search and then kept."""

    areas: Mapping[str, Area] = field(repr=False)

    @cached_property
    def _ordered(self) -> tuple[Area, ...]:
        return tuple(sorted(self.areas.values(), key=order))

    @cached_property
    def _names(self) -> Mapping[str, list[Area]]:
        names: dict[str, list[Area]] = {}
        for area in self._ordered:
            names.setdefault(plain(area.name), []).append(area)
        return names

    @cached_property
    def _sorted_names(self) -> list[str]:
        return sorted(self._names)

    @cached_property
    def _words(self) -> tuple[list[str], Mapping[str, list[str]]]:
        """Words in alphabetical order, and the names that have them."""
        words: dict[str, list[str]] = {}
        for name in self._names:
            for word in set(name.split()):
                words.setdefault(word, []).append(name)
        return sorted(words), words

    @cached_property
    def _codes(self) -> list[str]:
        return sorted(self.areas)

    @cached_property
    def _children(self) -> Mapping[str, list[Area]]:
        children: dict[str, list[Area]] = {}
        for area in self.areas.values():
            if area.parent:
                children.setdefault(area.parent, []).append(area)
        return children

    def named(self, plain_name: str, wanted: Wanted, limit: int) -> tuple[Area, ...]:
        return self._first(self._names.get(plain_name, ()), wanted, limit)

    def coded(self, beginning: str, wanted: Wanted, limit: int) -> tuple[Area, ...]:
        return self._first((self.areas[c] for c in _run(self._codes, beginning)), wanted, limit)

    def beginning(self, plain_text: str, wanted: Wanted, limit: int) -> tuple[Area, ...]:
        found = (area for name in _run(self._sorted_names, plain_text) for area in self._names[name])
        return self._first(sorted(found, key=order), wanted, limit)

    def worded(self, parts: tuple[str, ...], wanted: Wanted, limit: int) -> tuple[Area, ...]:
        every, by_word = self._words
        names: set[str] | None = None
        for part in parts:
            having = {name for word in _run(every, part) for name in by_word[word]}
            names = having if names is None else names & having
        found = (area for name in names or () for area in self._names[name])
        return self._first(sorted(found, key=order), wanted, limit)

    def parts(self, code: str, level: str, vintage: str) -> tuple[Area, ...]:
        wanted = Wanted(level, vintage)
        return tuple(sorted((a for a in self._inside(code) if wanted.takes(a)), key=lambda a: a.code))

    def of_level(self, level: str, vintage: str) -> tuple[Area, ...]:
        wanted = Wanted(level, vintage)
        return tuple(sorted((a for a in self.areas.values() if wanted.takes(a)), key=lambda a: a.code))

    def _inside(self, code: str) -> Iterator[Area]:
        seen, left = {code}, [code]
        while left:
            for area in self._children.get(left.pop(), ()):
                if area.code not in seen:
                    seen.add(area.code)
                    left.append(area.code)
                    yield area

    def _first(self, found: Iterable[Area], wanted: Wanted, limit: int) -> tuple[Area, ...]:
        inside = {a.code for a in self._inside(wanted.within)} if wanted.within else None
        kept: list[Area] = []
        for area in found:
            if wanted.takes(area) and (inside is None or area.code in inside):
                kept.append(area)
                if len(kept) >= limit:
                    break
        return tuple(kept)


@dataclass(frozen=True, eq=False)
class LayeredIndex:
    """Several indices as one. Of a code that stands in several, the area of the mapping over all of them is given."""

    layers: tuple[AreaIndex, ...]
    areas: Mapping[str, Area] = field(repr=False)

    def named(self, plain_name: str, wanted: Wanted, limit: int) -> tuple[Area, ...]:
        return self._together(lambda one: one.named(plain_name, wanted, limit), limit)

    def coded(self, beginning: str, wanted: Wanted, limit: int) -> tuple[Area, ...]:
        return self._together(lambda one: one.coded(beginning, wanted, limit), limit, by_code=True)

    def beginning(self, plain_text: str, wanted: Wanted, limit: int) -> tuple[Area, ...]:
        return self._together(lambda one: one.beginning(plain_text, wanted, limit), limit)

    def worded(self, parts: tuple[str, ...], wanted: Wanted, limit: int) -> tuple[Area, ...]:
        return self._together(lambda one: one.worded(parts, wanted, limit), limit)

    def parts(self, code: str, level: str, vintage: str) -> tuple[Area, ...]:
        return self._together(lambda one: one.parts(code, level, vintage), by_code=True)

    def of_level(self, level: str, vintage: str) -> tuple[Area, ...]:
        return self._together(lambda one: one.of_level(level, vintage), by_code=True)

    def _together(
        self,
        search: Callable[[AreaIndex], tuple[Area, ...]],
        limit: int | None = None,
        by_code: bool = False,
    ) -> tuple[Area, ...]:
        codes = dict.fromkeys(area.code for layer in self.layers for area in search(layer))
        found = [self.areas[code] for code in codes]
        return tuple(sorted(found, key=(lambda a: a.code) if by_code else order)[:limit])


def index_of(areas: Mapping[str, Area]) -> AreaIndex:
    """The index that a mapping brings with it, or one made for it. A ``ChainMap`` is searched layer by layer."""
    if isinstance(areas, AreaIndex):
        return areas
    if isinstance(areas, ChainMap):
        return LayeredIndex(tuple(index_of(layer) for layer in areas.maps), areas)
    return HeldIndex(areas)


def _run(ordered: list[str], beginning: str) -> Iterator[str]:
    """The texts of an ordered list that begin so."""
    for place in range(bisect_left(ordered, beginning), len(ordered)):
        if not ordered[place].startswith(beginning):
            return
        yield ordered[place]
